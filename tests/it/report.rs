//! Reports as people and programs read them. Snapshots are of text for people; what
//! programs rely on is asserted.

use crate::checks::{Sample, samples, specs};
use retake::answer::{Difference, Miss, MissKind};
use retake::diagnostic::{Diagnostic, Location};
use retake::evidence::{ChildEnd, Ledger, Report, RunVerdict, Trouble, TroubleKind};
use retake::report::{Format, Style, render};
use serde_json::Value;

fn sample(check: &str, name: &str) -> Sample {
    samples().into_iter().find(|sample| sample.check == check && sample.name == name).unwrap()
}

/// The report of `verify cassette` over samples.
fn report_on(names: &[(&str, &str)]) -> Report {
    let specs = specs();
    let mut report = Report::new("verify cassette");
    for (check, name) in names {
        report.merge(sample(check, name).report(&specs, None));
    }
    report
}

fn text(report: &Report) -> String {
    render(report, Format::Text, &Style::default())
}

fn json(report: &Report) -> Value {
    serde_json::from_str(&render(report, Format::Json, &Style::default())).unwrap()
}

fn missed() -> Report {
    let request = vec![
        ("datastoreId".to_owned(), "datastore00000000000000000000001".to_owned()),
        ("maxResults".to_owned(), "3".to_owned()),
        ("nextToken".to_owned(), "\u{1b}[31mred".to_owned()),
    ];
    let token = |end: &str| Some(format!("page-token-0001{}{end}", "x".repeat(120)));
    let differs = vec![
        Difference { member: "maxResults".to_owned(), recorded: Some("2".to_owned()), sent: Some("3".to_owned()) },
        Difference {
            member: "nextToken".to_owned(),
            recorded: token("01yyyyyyyyyyyyyyyy"),
            sent: token("02yyyyyyyyyyyyyyyy"),
        },
    ];
    let miss = |kind, nearest: Option<&str>, differs| Miss {
        kind,
        operation: Some("ListImageSetVersions".to_owned()),
        request: request.clone(),
        nearest: nearest.map(str::to_owned),
        differs,
    };
    Report {
        misses: vec![
            miss(MissKind::MemberDiffers, Some("size-2-page-2"), differs),
            miss(MissKind::Exhausted, Some("size-2-page-1-throttling"), Vec::new()),
            Miss {
                kind: MissKind::NoSuchRequest,
                operation: None,
                request: vec![("method".to_owned(), "GET".to_owned()), ("path".to_owned(), "/other".to_owned())],
                nearest: None,
                differs: Vec::new(),
            },
        ],
        unused: vec!["size-2-page-2".to_owned(), "size-2-page-3".to_owned()],
        ledger: Ledger {
            requests: 5,
            exchanges: 2,
            misses: 3,
            unused: 2,
            child: Some(ChildEnd::Exit(1)),
            ..Ledger::default()
        },
        ..Report::new("replay")
    }
}

fn troubled() -> Report {
    let trouble = |kind, diagnostic| Trouble { kind, diagnostic };
    Report {
        troubles: vec![
            trouble(
                TroubleKind::Usage,
                Diagnostic::new("cannot read the cassette: unknown key \"respones\"")
                    .at(Location::at("cassettes/a.cassette.yaml", 21, 5))
                    .help("did you mean \"response\"?"),
            ),
            trouble(
                TroubleKind::CouldNotLook,
                Diagnostic::new("cannot listen on localhost:8080: port 8080 is in use by process 4711")
                    .at(Location::file("/srv/retake/lock"))
                    .help("name another port, or none"),
            ),
        ],
        ..Report::new("verify cassette")
    }
}

#[test]
fn a_pass_is_told_in_a_few_lines() {
    insta::assert_snapshot!(text(&report_on(&[("pagination.token-advances", "pass")])));
}

#[test]
fn a_failure_says_which_request_which_line_of_the_spec_and_what_to_do() {
    insta::assert_snapshot!(text(&report_on(&[("shape.type", "fail-number-for-text")])));
}

#[test]
fn failures_come_before_warnings_and_the_rest() {
    insta::assert_snapshot!(text(&report_on(&[
        ("shape.unknown-member", "fail-in-item"),
        ("shape.rule", "fail-updated-before-created"),
        ("pagination.token-only-when-more", "fail-ends-early"),
        ("error.declared", "fail-html"),
        ("evidence.sealed", "fail-edited-by-hand"),
    ])));
}

#[test]
fn a_warning_alone_passes_and_fails_when_strict() {
    let mut report = report_on(&[("shape.constraint", "fail-pattern")]);

    insta::assert_snapshot!("warning", text(&report));

    report.strict = true;
    assert_eq!(report.verdict(), RunVerdict::Fail);
    assert!(text(&report).starts_with("FAIL  verify cassette: 1 check warned (--strict)\n"));
}

#[test]
fn a_run_without_evidence_says_so() {
    insta::assert_snapshot!("no-evidence-replay", text(&Report::new("replay")));
    insta::assert_snapshot!(
        "no-evidence-verify",
        text(&report_on(&[("request.route", "fail-other-method")]).without_failures())
    );
}

#[test]
fn misses_and_unused_exchanges_are_explained_member_by_member() {
    insta::assert_snapshot!(text(&missed()));
}

#[test]
fn troubles_say_what_where_and_what_to_do() {
    insta::assert_snapshot!(text(&troubled()));
}

#[test]
fn many_findings_are_cut_unless_all_are_asked_for() {
    let names: Vec<(&str, &str)> = vec![("shape.type", "fail-number-for-text"); 8];
    let report = report_on(&names);

    let short = text(&report);
    let verbose = render(&report, Format::Text, &Style { verbose: true, ..Style::default() });

    assert_eq!(short.matches("FAIL  shape.type").count(), 5);
    assert!(short.contains("and 3 more failures: -v shows them"));
    assert_eq!(verbose.matches("FAIL  shape.type").count(), 8);
}

#[test]
fn a_quiet_pass_is_one_line() {
    let report = report_on(&[("pagination.token-advances", "pass")]);

    let quiet = render(&report, Format::Text, &Style { quiet: true, ..Style::default() });

    assert_eq!(quiet, "PASS  verify cassette\n");
}

#[test]
fn colours_are_there_only_when_asked_for() {
    let report = report_on(&[("shape.type", "fail-number-for-text")]);
    let colored = render(&report, Format::Text, &Style { color: true, ..Style::default() });

    assert!(!text(&report).contains('\u{1b}'));
    assert!(colored.contains("\u{1b}[1;31mFAIL\u{1b}[0m"));
    assert_eq!(without_colors(&colored), text(&report));
}

/// Takes ANSI colours out of a text.
fn without_colors(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut out = parts.next().unwrap().to_owned();
    parts.for_each(|part| out.push_str(part.split_once('m').unwrap().1));
    out
}

#[test]
fn what_came_from_outside_is_escaped_in_every_format() {
    let report = missed();
    for format in Format::ALL {
        let shown = render(&report, format, &Style::default());

        assert!(!shown.contains('\u{1b}'), "{}", format.as_str());
        assert!(shown.contains("u{1b}[31mred"), "{}", format.as_str());
    }
}

#[test]
fn a_report_as_a_snapshot_holds_nothing_of_this_machine() {
    let shown = troubled().to_string();

    assert!(shown.contains("cannot listen on localhost:PORT: port PORT is in use by process PID"), "{shown}");
    assert!(shown.contains("at PATH"), "{shown}");
}

#[test]
fn passing_is_asserted_with_the_whole_report() {
    report_on(&[("shape.type", "pass")]).assert_passed();

    let failed = std::panic::catch_unwind(|| report_on(&[("shape.type", "fail-number-for-text")]).assert_passed());
    let empty = std::panic::catch_unwind(|| Report::new("replay").assert_passed());

    let message = failed.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("FAIL  shape.type (must)"), "{message}");
    assert!(empty.is_err());
}

#[test]
fn json_has_its_keys_in_the_order_of_the_contract() {
    let mut report = report_on(&[("shape.type", "fail-number-for-text")]);
    report.merge(missed());
    report.merge(troubled());

    let value = json(&report);

    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(
        keys(&value),
        "retake report command verdict subjects specs ledger checks findings misses unused errors score"
    );
    assert_eq!(keys(&value["subjects"][0]), "kind name");
    assert_eq!(keys(&value["ledger"]), "requests refused exchanges unused misses scenarios checks child");
    assert_eq!(keys(&value["ledger"]["checks"]), "pass fail warn info not_exercised");
    assert_eq!(keys(&value["ledger"]["child"]), "exit signal");
    assert_eq!(keys(&value["checks"][0]), "id level verdict cases");
    assert_eq!(
        keys(&value["findings"][0]),
        "check level verdict subject exchange message expected found location spec help"
    );
    assert_eq!(keys(&value["findings"][0]["location"]), "file line pointer");
    assert_eq!(keys(&value["findings"][0]["spec"]), "file line");
    assert_eq!(keys(&value["misses"][0]), "kind request nearest differs");
    assert_eq!(keys(&value["misses"][0]["differs"][0]), "member recorded sent");
    assert_eq!(keys(&value["errors"][0]), "kind message location help");
    assert_eq!(keys(&value["score"]), "must should");
    assert_eq!(keys(&value["score"]["must"]), "held of");
}

#[test]
fn json_says_what_the_text_says() {
    let value = json(&report_on(&[("shape.type", "fail-number-for-text")]));

    assert_eq!((&value["retake"], &value["report"]), (&env!("CARGO_PKG_VERSION").into(), &1.into()));
    assert_eq!((&value["command"], &value["verdict"]), (&"verify cassette".into(), &"fail".into()));
    assert_eq!(value["subjects"][0]["kind"], "cassette");
    assert_eq!(value["ledger"]["exchanges"], 1);
    assert_eq!(value["ledger"]["checks"]["fail"], 1);
    assert!(value["ledger"].get("child").is_none());
    assert!(value.get("misses").is_none() && value.get("errors").is_none());
    let finding = &value["findings"][0];
    assert_eq!(
        (&finding["check"], &finding["level"], &finding["verdict"]),
        (&"shape.type".into(), &"must".into(), &"fail".into())
    );
    assert_eq!((&finding["exchange"], &finding["found"]), (&"page-1".into(), &"a number, 1".into()));
    assert_eq!(finding["location"]["pointer"], "/imageSetPropertiesList/0/versionId");
    let checks = value["checks"].as_array().unwrap();
    let ids: Vec<&str> = checks.iter().map(|check| check["id"].as_str().unwrap()).collect();
    let catalogue: Vec<&str> =
        retake::evidence::checks_for(retake::evidence::Side::Recording).map(|check| check.id).collect();
    assert_eq!(ids, catalogue);
    let of = |verdict: &str| checks.iter().filter(|check| check["verdict"] == verdict).count();
    assert_eq!(of("fail"), 1);
    assert_eq!(value["score"]["must"]["of"].as_u64().unwrap() - 1, value["score"]["must"]["held"].as_u64().unwrap());
}

#[test]
fn json_names_files_from_the_working_folder_and_nothing_of_this_machine() {
    let style = Style {
        working_folder: Some("/home/ann/shop".to_owned()),
        machine_folders: vec!["/home/ann".to_owned()],
        ..Style::default()
    };
    let mut report = report_on(&[("shape.type", "fail-number-for-text")]);
    report.subjects[0].name = "/home/ann/shop/cassettes/a.cassette.yaml".to_owned();
    report.findings[0].location.file = Some("/home/ann/shop/cassettes/a.cassette.yaml".to_owned());
    report.specs.push("/srv/specs/b.yaml".to_owned());
    report.merge(troubled());

    let shown = render(&report, Format::Json, &style);

    let value: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(value["subjects"][0]["name"], "cassettes/a.cassette.yaml");
    assert_eq!(value["findings"][0]["location"]["file"], "cassettes/a.cassette.yaml");
    assert_eq!(value["specs"][1], "PATH");
    assert_eq!(value["errors"][1]["message"], "cannot listen on localhost:PORT: port PORT is in use by process PID");
    assert!(!shown.contains("/home/ann") && !shown.contains("8080"));
}

/// The elements of an XML text in order, with their attributes; fails where it is not well-formed.
fn elements(xml: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut open: Vec<String> = Vec::new();
    let mut found = Vec::new();
    let body = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap();
    for (index, part) in body.split('<').enumerate() {
        if index == 0 {
            assert_eq!(part, "");
            continue;
        }
        let (tag, text) = part.split_once('>').unwrap();
        assert!(!text.contains(['>', '"', '\'']) && entities_are_known(text), "{text}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap().to_owned();
        let quoted: Vec<&str> = tag.trim_end_matches('/')[name.len()..].split('"').collect();
        let attributes = quoted.chunks_exact(2).map(|pair| {
            assert!(entities_are_known(pair[1]), "{tag}");
            (pair[0].trim().trim_end_matches('=').to_owned(), pair[1].to_owned())
        });
        found.push((name.clone(), attributes.collect()));
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty());
    found
}

fn entities_are_known(text: &str) -> bool {
    text.split('&')
        .skip(1)
        .all(|rest| ["amp;", "lt;", "gt;", "quot;", "apos;"].iter().any(|name| rest.starts_with(name)))
}

fn junit(report: &Report) -> Vec<(String, Vec<(String, String)>)> {
    elements(&render(report, Format::Junit, &Style::default()))
}

fn count(elements: &[(String, Vec<(String, String)>)], name: &str) -> usize {
    elements.iter().filter(|(element, _)| element == name).count()
}

fn attribute<'e>(elements: &'e [(String, Vec<(String, String)>)], element: &str, name: &str) -> &'e str {
    let (_, attributes) = elements.iter().find(|(found, _)| found == element).unwrap();
    &attributes.iter().find(|(found, _)| found == name).unwrap().1
}

#[test]
fn junit_has_a_suite_a_subject_and_a_case_a_check() {
    let report = report_on(&[("shape.type", "fail-number-for-text"), ("shape.constraint", "fail-pattern")]);
    let checks = report.checks.len();

    let elements = junit(&report);

    assert_eq!(count(&elements, "testsuite"), 2);
    assert_eq!(count(&elements, "testcase"), 2 * checks);
    assert_eq!(count(&elements, "failure"), 1);
    assert_eq!(count(&elements, "system-out"), 1);
    assert_eq!(attribute(&elements, "testsuites", "tests"), (2 * checks).to_string());
    assert_eq!(attribute(&elements, "testsuites", "failures"), "1");
    assert_eq!(attribute(&elements, "testsuites", "skipped"), count(&elements, "skipped").to_string());
    assert!(count(&elements, "skipped") > 0);
    assert_eq!(attribute(&elements, "testsuite", "name"), "shape.type/fail-number-for-text.cassette.yaml");
}

#[test]
fn junit_fails_on_warnings_only_when_strict() {
    let mut report = report_on(&[("shape.constraint", "fail-pattern")]);
    assert_eq!(count(&junit(&report), "failure"), 0);

    report.strict = true;

    assert_eq!(count(&junit(&report), "failure"), 1);
}

#[test]
fn junit_is_not_green_where_the_run_is_not() {
    for report in [missed(), troubled(), Report::new("replay")] {
        let elements = junit(&report);

        assert!(count(&elements, "failure") + count(&elements, "error") > 0, "{}", report.command);
    }
    assert_eq!(attribute(&junit(&troubled()), "testsuites", "errors"), "2");
}

#[test]
fn junit_shows_what_xml_cannot_hold() {
    let mut report = missed();
    report.unused = vec!["<a & \"b\" 'c'>\u{0}\u{fffe}".to_owned()];

    let shown = render(&report, Format::Junit, &Style::default());

    elements(&shown);
    assert!(shown.contains("&lt;a &amp; &quot;b&quot; &apos;c&apos;&gt;\\u{0}\\u{fffe}"), "{shown}");
}

trait WithoutFailures {
    fn without_failures(self) -> Self;
}

impl WithoutFailures for Report {
    /// The report as if nothing had been there to judge.
    fn without_failures(mut self) -> Self {
        for result in &mut self.checks {
            (result.verdict, result.cases) = (retake::evidence::CheckVerdict::NotExercised, 0);
        }
        self.findings.clear();
        self
    }
}
