//! The suite's own mutation score: every defect of the simulator is found by `retake verify mock` under its own check,
//! and no other must check fails with it. Server and judge are two processes, as they are for a user.
//!
//! The table goes into `target/tmp/mutation-score.txt`, which the gate shows.

use crate::command::command;
use retake::evidence::{Side, checks_for};
use retake::simulate::Defect;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const OPERATION: &str = "ListImageSetVersions";

/// What the simulator answered when it was recorded, and the check that asks for it again.
const CASSETTE: &str = "cassettes/medical-imaging/list-image-set-versions-simulated.cassette.yaml";
const AS_RECORDED: &str = "answer.as-recorded";

/// What came of one run.
struct Trial {
    /// The id of the defect, or `clean`.
    name: String,
    /// What the judge's exit code was.
    code: i32,
    /// Each check that found something, with its verdict and whether it is a must.
    found: Vec<Finding>,
    /// The checks that were not exercised.
    unexercised: Vec<String>,
}

struct Finding {
    check: String,
    verdict: String,
    is_must: bool,
}

impl Trial {
    /// Serves with these defects, and lets another process judge what is served.
    fn of(defects: &[&str]) -> Self {
        let [own, other] = [1, 2].map(|ordinal| format!("datastoreId={ordinal:032}"));
        let resources = (vec!["--input", &own, "--input", &other], vec!["--input", &own, "--other-input", &other]);
        Self::judged(defects, resources)
    }

    /// The same, where what was recorded is asked for again: there every other defect would show as well.
    fn as_recorded(defects: &[&str]) -> Self {
        let cassette = Path::new(env!("CARGO_MANIFEST_DIR")).join(CASSETTE);
        Self::judged(defects, (Vec::new(), vec!["--cassette", cassette.to_str().unwrap()]))
    }

    fn judged(defects: &[&str], (serve, judge): (Vec<&str>, Vec<&str>)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut arguments = vec!["simulate", "--quiet", "--operation", OPERATION];
        arguments.extend(serve);
        arguments.extend(defects.iter().flat_map(|defect| ["--defect", defect]));
        let script = "exec \"$0\" verify mock \"$AWS_ENDPOINT_URL\" --operation ListImageSetVersions --format json \"$@\" > report.json";
        arguments.extend(["--", "sh", "-c", script, env!("CARGO_BIN_EXE_retake")]);
        arguments.extend(judge);
        let output = command(folder.path(), &arguments).output().unwrap();
        let report = std::fs::read(folder.path().join("report.json")).unwrap_or_default();
        let report: Value = serde_json::from_slice(&report)
            .unwrap_or_else(|error| panic!("{defects:?}: {error}\n{}", String::from_utf8_lossy(&output.stderr)));
        let checks = report["checks"].as_array().unwrap();
        let of = |check: &Value, key: &str| check[key].as_str().unwrap().to_owned();
        let found =
            checks.iter().filter(|check| !["pass", "not-exercised"].contains(&check["verdict"].as_str().unwrap()));
        let unexercised = checks.iter().filter(|check| check["verdict"] == "not-exercised");
        Self {
            name: if defects.is_empty() { "clean".to_owned() } else { defects.join(" + ") },
            code: output.status.code().unwrap(),
            found: found
                .map(|check| Finding {
                    check: of(check, "id"),
                    verdict: of(check, "verdict"),
                    is_must: check["level"] == "must",
                })
                .collect(),
            unexercised: unexercised.map(|check| of(check, "id")).collect(),
        }
    }

    fn verdict_of(&self, check: &str) -> Option<&str> {
        self.found.iter().find(|found| found.check == check).map(|found| found.verdict.as_str())
    }

    /// The other must checks that fail.
    fn blamed(&self, check: &str) -> Vec<&str> {
        let others = self.found.iter().filter(|found| found.is_must && found.check != check && found.verdict == "fail");
        others.map(|found| found.check.as_str()).collect()
    }

    fn row(&self, check: &str) -> String {
        let others: Vec<String> = self
            .found
            .iter()
            .filter(|found| found.check != check)
            .map(|found| format!("{} {}", found.verdict, found.check))
            .collect();
        let verdict = self.verdict_of(check).unwrap_or("MISSED");
        format!("{:<56} {:<36} {:<7} {}", self.name, check, verdict, others.join(", ")).trim_end().to_owned()
    }
}

/// Tries every defect, as many at a time as there are processors.
fn trials() -> Vec<(&'static Defect, Trial)> {
    let defects = Defect::all();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(defect) = defects.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let is_recorded = defect.check() == AS_RECORDED;
                    let trial = if is_recorded { Trial::as_recorded } else { Trial::of }(&[defect.id]);
                    done.lock().unwrap().push((defect, trial));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(defect, _)| defects.iter().position(|known| known.id == defect.id));
    done
}

#[test]
fn every_defect_is_found_under_its_check_and_under_no_other() {
    let trials = trials();

    let mut table = format!("{:<56} {:<36} {:<7} also\n", "defect", "check", "found");
    for (defect, trial) in &trials {
        writeln!(table, "{}", trial.row(defect.check())).unwrap();
    }
    let is_found = |defect: &Defect, trial: &Trial| trial.verdict_of(defect.check()).is_some();
    let found = trials.iter().filter(|(defect, trial)| is_found(defect, trial)).count();
    let alone = trials.iter().filter(|(defect, trial)| trial.blamed(defect.check()).is_empty()).count();
    let checks: BTreeSet<&str> = trials.iter().map(|(defect, _)| defect.check()).collect();
    let total = trials.len();
    writeln!(
        table,
        "mutation score: {found} of {total} defects found, {alone} of {total} under no other must check; \
         {} of {} checks of a mock broken",
        checks.len(),
        checks_for(Side::Mock).count()
    )
    .unwrap();
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutation-score.txt"), &table).unwrap();
    assert!(found == total && alone == total, "{table}");
    for (defect, trial) in &trials {
        // What is a must, fails the run; what is not, does not.
        let fails = trial.found.iter().any(|found| found.verdict == "fail");
        assert_eq!(trial.code, i32::from(fails), "{}\n{table}", defect.id);
    }
    assert_eq!(checks.len(), checks_for(Side::Mock).count(), "{table}");
}

#[test]
fn the_clean_simulator_exercises_every_check_and_breaks_none() {
    let by_the_spec = Trial::of(&[]);
    let as_recorded = Trial::as_recorded(&[]);

    for trial in [&by_the_spec, &as_recorded] {
        assert_eq!(trial.code, 0);
        assert_eq!(trial.found.iter().map(|found| &found.check).collect::<Vec<_>>(), Vec::<&String>::new());
    }
    assert_eq!(by_the_spec.unexercised, [AS_RECORDED]);
    assert!(!as_recorded.unexercised.iter().any(|check| check == AS_RECORDED));
}

#[test]
fn several_defects_are_found_together() {
    let defects = ["shape.wire-name/small-i", "pagination.no-overlap/last-item-again", "error.declared/untyped"];

    let trial = Trial::of(&defects);

    let found: Vec<&str> = trial.found.iter().map(|found| found.check.as_str()).collect();
    assert_eq!(found, ["pagination.no-overlap", "shape.wire-name", "error.declared"]);
    assert_eq!(trial.code, 1);
}
