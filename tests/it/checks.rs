//! Every check of a recording, by its samples: `tests/data/checks/README.md` says how they are kept.

use retake::cassette::{self, Cassette};
use retake::evidence::{
    CheckVerdict, Demands, Evidence, Report, RunVerdict, Side, Subject, SubjectKind, check, checks_for,
};
use retake::message::{Origin, Transcript};
use retake::redact::{Policy, Redactor};
use retake::spec::{Level, Specs, compile};
use retake::verify::{verify, verify_with};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// 2026-11-24, one day after the samples say that they were recorded.
const TODAY: i64 = 20_781;

pub(crate) struct Sample {
    pub(crate) check: &'static str,
    pub(crate) name: String,
    pub(crate) file: PathBuf,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/checks")
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

pub(crate) fn specs() -> Specs {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = ["specs/medical-imaging/list-image-set-versions.yaml", "tests/data/checks/specs/list-books.yaml"];
    let specs = files.map(|file| compile(file, &fs::read_to_string(root.join(file)).unwrap()).unwrap());
    Specs::new(specs.into())
}

pub(crate) fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for folder in files_in(&folder()).into_iter().filter(|path| path.is_dir() && !path.ends_with("specs")) {
        let id = folder.file_name().unwrap().to_str().unwrap();
        let check = check(id).unwrap_or_else(|| panic!("{id} is no check")).id;
        for file in files_in(&folder) {
            let name = file.file_name().unwrap().to_str().unwrap().replace(cassette::SUFFIX, "");
            samples.push(Sample { check, name, file });
        }
    }
    samples
}

impl Sample {
    fn cassette(&self) -> Cassette {
        let name = format!("{}/{}{}", self.check, self.name, cassette::SUFFIX);
        cassette::read(&name, &fs::read(&self.file).unwrap()).unwrap_or_else(|error| panic!("{error}"))
    }

    fn demands(&self) -> Demands {
        Demands {
            today: TODAY,
            max_age: (self.check == "evidence.age").then_some(30),
            require_origin: (self.check == "evidence.origin").then_some(Origin::Live),
        }
    }

    /// The report on the sample without one check, if one is named.
    pub(crate) fn report(&self, specs: &Specs, without: Option<&str>) -> Report {
        let cassette = self.cassette();
        let facts = cassette.facts();
        let evidence = Evidence {
            subject: Subject { kind: SubjectKind::Cassette, name: cassette.file.clone() },
            transcript: &cassette.transcript,
            recording: Some(&facts),
            places: &cassette.places,
            run: None,
            demands: self.demands(),
        };
        match without {
            None => verify(specs, &evidence),
            Some(without) => verify_with(specs, &evidence, |check| check.id != without),
        }
    }

    fn is(&self, word: &str) -> bool {
        self.name == word || self.name.starts_with(&format!("{word}-"))
    }

    /// What the check must come to.
    fn expected(&self, report: &Report) -> CheckVerdict {
        let level = report.findings.first().map_or(Level::Must, |finding| finding.level);
        match self.name.split('-').next().unwrap() {
            "pass" => CheckVerdict::Pass,
            "warn" => CheckVerdict::Warn,
            "info" => CheckVerdict::Info,
            "fail" if self.check == "shape.rule" => CheckVerdict::of_broken(level),
            "fail" => CheckVerdict::of_broken(check(self.check).unwrap().level),
            other => panic!("{}: samples begin with pass, fail, warn or info, not {other}", self.name),
        }
    }
}

fn verdict(report: &Report, id: &str) -> CheckVerdict {
    report.checks.iter().find(|result| result.check.id == id).unwrap().verdict
}

#[test]
fn each_sample_comes_to_what_its_name_says_and_for_that_reason_alone() {
    let specs = specs();
    let mut wrong = Vec::new();
    for sample in samples() {
        let report = sample.report(&specs, None);
        let found = verdict(&report, sample.check);
        let others = report
            .checks
            .iter()
            .filter(|result| result.check.id != sample.check && result.verdict >= CheckVerdict::Warn);
        let others: Vec<&str> = others.map(|result| result.check.id).collect();
        let expected = sample.expected(&report);
        if found != expected || !others.is_empty() {
            wrong.push(format!(
                "{}/{}: expected {expected:?}, found {found:?}, others {others:?}",
                sample.check, sample.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_check_of_a_recording_has_a_sample_that_passes_and_one_that_does_not() {
    let samples = samples();
    for check in checks_for(Side::Recording) {
        for word in ["pass", "fail"] {
            let some = samples.iter().any(|sample| sample.check == check.id && sample.is(word));
            assert!(some, "{} has no sample that begins with {word}", check.id);
        }
    }
}

#[test]
fn without_a_check_each_of_its_failing_samples_would_go_through() {
    let specs = specs();
    for sample in samples().into_iter().filter(|sample| !sample.is("pass")) {
        let judge = |without| {
            let mut report = sample.report(&specs, without);
            report.strict = true;
            let is_found = report.findings.iter().any(|finding| finding.check.id == sample.check);
            (report.verdict() == RunVerdict::Fail, is_found)
        };
        let with = judge(None);
        let without = judge(Some(sample.check));

        assert!(with.1 && !without.1, "{}/{}", sample.check, sample.name);
        let is_told_only = sample.expected(&sample.report(&specs, None)) == CheckVerdict::Info;
        assert!(with.0 != is_told_only, "{}/{}", sample.check, sample.name);
    }
}

#[test]
fn every_finding_says_where_it_stands_what_was_expected_and_what_to_do() {
    let specs = specs();
    for sample in samples() {
        let lines: Vec<String> = fs::read_to_string(&sample.file).unwrap().lines().map(str::to_owned).collect();
        for finding in sample.report(&specs, None).findings {
            let what = format!("{}/{}: {}", sample.check, sample.name, finding.message);
            assert!(finding.location.file.as_deref().is_some_and(|file| file.ends_with(cassette::SUFFIX)), "{what}");
            assert!(finding.help.is_some(), "{what}");
            if !sample.is("info") {
                assert!(finding.expected.is_some() && finding.found.is_some(), "{what}");
            }
            if !finding.check.id.starts_with("evidence.") {
                assert!(finding.exchange.is_some() && finding.in_short.is_some(), "{what}");
                assert!(finding.check.id == "request.route" || finding.spec.is_some(), "{what}");
                let line = &lines[finding.location.line.unwrap() as usize - 1];
                if let Some(name) = finding.location.pointer.as_deref().and_then(|pointer| pointer.rsplit('/').next())
                    && !name.is_empty()
                    && name.parse::<usize>().is_err()
                {
                    assert!(line.contains(&format!("\"{name}\"")), "{what}: line {line}");
                }
            }
        }
    }
}

#[test]
fn a_secret_is_told_by_its_rule_and_line_and_not_shown() {
    let sample = samples().into_iter().find(|sample| sample.check == "evidence.redacted" && sample.is("fail")).unwrap();
    let text = fs::read_to_string(&sample.file).unwrap();
    let line = text.lines().position(|line| line.contains("AKIA")).unwrap() as u32 + 1;

    let report = sample.report(&specs(), None);

    let finding = &report.findings[0];
    assert_eq!(finding.location.line, Some(line));
    assert!(finding.message.contains("access-key-id"));
    assert!(!format!("{report:?}").contains("AKIA"));
}

#[test]
fn samples_are_as_the_writer_writes_them() {
    let specs = specs();
    let bless = std::env::var_os("RETAKE_BLESS").is_some();
    for sample in samples() {
        if sample.check == "evidence.sealed" && sample.is("fail") {
            continue;
        }
        let mut cassette = sample.cassette();
        if bless {
            let origin = cassette.info.origin;
            cassette = cassette.edited(&specs);
            cassette.info.origin = origin;
            fs::write(&sample.file, cassette.to_bytes().unwrap()).unwrap();
        }
        let what = format!("{}/{}", sample.check, sample.name);
        let written = cassette.to_bytes().unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(written == fs::read(&sample.file).unwrap(), "{what} is not canonical");
    }
}

#[test]
fn redaction_changes_no_verdict_on_any_sample() {
    let specs = Arc::new(specs());
    // Which operation an exchange is of is for the redactor to say: what a file states is not on the wire.
    let is_of_the_wire = |sample: &Sample| sample.name != "fail-other-operation";
    for sample in samples().into_iter().filter(is_of_the_wire) {
        let cassette = sample.cassette();
        let mut redactor = Redactor::new(Arc::clone(&specs), &Policy::default());
        let exchanges = cassette.transcript.exchanges.iter().cloned();
        let redacted =
            Transcript { exchanges: exchanges.map(|exchange| redactor.redact(exchange).into_inner()).collect() };
        let judge = |transcript: &Transcript| {
            let evidence = Evidence {
                subject: Subject { kind: SubjectKind::Cassette, name: cassette.file.clone() },
                transcript,
                recording: None,
                places: &[],
                run: None,
                demands: Demands::default(),
            };
            verify(&specs, &evidence).checks
        };

        assert_eq!(judge(&redacted), judge(&cassette.transcript), "{}/{}", sample.check, sample.name);
    }
}

#[test]
fn age_and_origin_are_judged_only_where_they_are_asked_for() {
    let specs = specs();
    for sample in samples().into_iter().filter(|sample| !sample.check.starts_with("evidence.")) {
        let report = sample.report(&specs, None);

        assert_eq!(verdict(&report, "evidence.age"), CheckVerdict::NotExercised);
        assert_eq!(verdict(&report, "evidence.origin"), CheckVerdict::NotExercised);
    }
}
