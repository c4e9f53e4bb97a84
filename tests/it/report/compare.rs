//! What changed between two reports of clients.

use super::client::run;
use crate::client_checks::client::Fault;
use crate::command::retake;
use retake::diagnostic::Diagnostic;
use retake::evidence::{KnownFailures, Report};
use retake::report::{Comparison, Format, Style, compare, render};
use serde_json::Value;

fn report(faults: &[(&str, Fault)], name: &str) -> Report {
    let mut report = run(faults, &KnownFailures::default());
    report.subjects[0].name = name.to_owned();
    report
}

fn json(report: &Report) -> String {
    render(report, Format::Json, &Style::default())
}

/// A client that cuts corners in another way than it did.
fn upgraded() -> Comparison {
    let old = report(&[("retry/", Fault::RetriesTooOften), ("error/", Fault::LosesMessage)], "sample 1.0");
    let new = report(&[("bytes/", Fault::TakesCutBodyForTheEnd), ("page/cycle", Fault::Loops)], "sample 1.1");
    compared(&json(&old), &json(&new)).unwrap()
}

fn compared(old: &str, new: &str) -> Result<Comparison, Vec<Diagnostic>> {
    compare(("old.json", old.as_bytes()), ("new.json", new.as_bytes()))
}

#[test]
fn what_newly_fails_comes_first_with_the_request_that_shows_it() {
    let comparison = upgraded();

    assert!(comparison.is_changed());
    insta::assert_snapshot!("compare-changed", comparison.to_text(&Style::default()));
}

#[test]
fn programs_are_told_each_value_as_it_was_and_as_it_is() {
    let value: Value = serde_json::from_str(&upgraded().to_json()).unwrap();

    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(&value), "retake comparison command changed old new same_specs checks scenarios fingerprint score");
    assert_eq!((&value["changed"], &value["same_specs"]), (&true.into(), &true.into()));
    assert_eq!((&value["old"]["client"], &value["new"]["client"]), (&"sample 1.0".into(), &"sample 1.1".into()));
    assert_eq!(keys(&value["checks"][0]), "id old new level newly_broken");
    let checks: Vec<(&str, bool)> = value["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| (check["id"].as_str().unwrap(), check["newly_broken"].as_bool().unwrap()))
        .collect();
    assert_eq!(
        checks,
        [
            ("shape.truncated", true),
            ("pagination.cycle-bounded", true),
            ("error.message", false),
            ("retry.bounded", false),
        ]
    );
    assert_eq!(keys(&value["fingerprint"]["throttled-attempts"]), "old new");
    assert_eq!(value["fingerprint"]["throttled-attempts"], serde_json::json!({"old": "6", "new": "3"}));
    assert_eq!(value["score"]["must"]["new"]["held"], value["score"]["must"]["old"]["held"]);
    let scenarios = value["scenarios"].as_array().unwrap();
    let cut = scenarios.iter().find(|scenario| scenario["id"] == "bytes/cut-body").unwrap();
    assert_eq!((&cut["old"], &cut["new"]), (&"pass".into(), &"fail".into()));
}

#[test]
fn says_plainly_that_nothing_changed() {
    let report = json(&report(&[], "sample 1.0"));

    let comparison = compared(&report, &report).unwrap();

    assert!(!comparison.is_changed());
    assert_eq!(
        comparison.to_text(&Style::default()),
        "NOTHING CHANGED  verify client: 45 checks, 149 scenarios, 46 traits came to the same\n    \
         old      sample 1.0: pass (old.json)\n    new      sample 1.0: pass (new.json)\n"
    );
    let value: Value = serde_json::from_str(&comparison.to_json()).unwrap();
    assert_eq!((&value["changed"], &value["checks"]), (&false.into(), &Value::Array(Vec::new())));
}

#[test]
fn a_failure_that_stays_is_no_change_and_one_that_is_known_now_is() {
    let failing = [("bytes/bom", Fault::TakesNoJsonForNothing)];
    let text = "known_failures: 1\nfailures:\n  - {check: shape.not-json, scenario: bytes/bom, reason: r}\n";
    let known = KnownFailures::parse("known.yaml", text).unwrap();
    let (old, new) = (json(&run(&failing, &KnownFailures::default())), json(&run(&failing, &known)));

    assert!(!compared(&old, &old).unwrap().is_changed());
    let shown = compared(&old, &new).unwrap().to_text(&Style::default());
    assert!(shown.contains("  shape.not-json (must)  fail → info (known)\n"), "{shown}");
}

#[test]
fn what_only_one_report_has_is_not_there_in_the_other() {
    let (mut old, mut new) = (report(&[], "sample"), report(&[], "sample"));
    old.fingerprint.retain(|seen| seen.key != "stall");
    new.scenarios.retain(|scenario| scenario.id != "page/cycle-3");
    new.specs.push("other.yaml".to_owned());

    let shown = compared(&json(&old), &json(&new)).unwrap().to_text(&Style::default());

    assert!(shown.contains("  stall  not there → retried\n"), "{shown}");
    assert!(shown.contains("  page/cycle-3  pass → not there\n"), "{shown}");
    assert!(shown.contains("note     the two were judged by other specs"), "{shown}");
}

#[test]
fn refuses_what_is_no_report_of_a_client_and_says_what_is_one() {
    let good = json(&report(&[], "sample"));
    let cassette = json(&Report::new("verify cassette"));
    let later = good.replace("\"report\": 1,", "\"report\": 2,");
    let bent =
        good.replace("\"cases\"", "\"level\": 7, \"cases\"").replacen("\"scenarios\": [", "\"scenarios\": [7,", 1);
    let cases = [
        ("", "the report is no JSON: EOF while parsing a value\n  at old.json:1\n  help: write one with"),
        ("{\n\"retake\": }", "the report is no JSON: expected value\n  at old.json:2"),
        ("[1]", "the file is no report of retake\n  at old.json\n  expected: a JSON report, version 1"),
        ("{\"report\": 1}", "the file is no report of retake"),
        (&later, "a version that this retake does not read\n  at old.json\n  expected: 1\n  found: 2"),
        (
            &cassette,
            "of another command\n  at old.json\n  expected: a report of `retake verify client`\n  found: `verify cassette`",
        ),
        (&bent, "the report is not as retake writes it: "),
    ];
    for (text, expected) in cases {
        let errors = compared(text, &good).unwrap_err();

        assert_eq!(errors.len(), 1);
        assert!(errors[0].to_string().contains(expected), "{text:.80}: {}", errors[0]);
    }
    assert_eq!(compared("", "").unwrap_err().len(), 2);
}

#[test]
fn what_a_report_says_is_escaped_and_a_report_of_a_later_retake_is_read() {
    let old = json(&report(&[], "sample"));
    let new = old
        .replace("\"client\": \"sample\"", "\"client\": \"x\"")
        .replace("\"name\": \"sample\"", "\"name\": \"\\u001b[31mred\"")
        .replace("\"stall\": \"retried\"", "\"stall\": \"re\\u001btried\", \"new-key\": \"x\"")
        .replace("\"findings\"", "\"new-part\": {}, \"findings\"");

    let comparison = compared(&old, &new).unwrap();

    for shown in [comparison.to_text(&Style::default()), comparison.to_json()] {
        assert!(!shown.contains('\u{1b}') && !shown.contains("\\u001b"), "{shown}");
        assert!(shown.contains("new-key"), "{shown}");
    }
}

#[test]
fn the_command_compares_two_files_and_ends_well_whatever_changed() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("old.json", &json(&report(&[], "sample 1.0")));
    write("new.json", &json(&report(&[("bytes/", Fault::TakesCutBodyForTheEnd)], "sample 1.1")));
    write("cassette.json", &json(&Report::new("verify cassette")));
    let compare = |arguments: &[&str]| retake(folder.path(), &[&["verify", "client", "--compare"], arguments].concat());

    compare(&["old.json", "new.json"]).assert_code(0).assert_stdout("NEWLY FAILS  shape.truncated (must), was pass");
    compare(&["new.json", "new.json"]).assert_code(0).assert_stdout("NOTHING CHANGED");
    compare(&["old.json", "new.json", "--format", "json"]).assert_code(0).assert_stdout("\"changed\": true");
    compare(&["old.json", "gone.json"]).assert_code(2).assert_stderr("gone.json");
    compare(&["old.json", "cassette.json"]).assert_code(2).assert_stderr("found: `verify cassette`");
    compare(&["old.json", "new.json", "--format", "junit"]).assert_code(2).assert_stderr("text or json");
    compare(&["old.json"]).assert_code(2);
    compare(&["old.json", "new.json", "--", "true"]).assert_code(2).assert_stderr("cannot be used with");
}
