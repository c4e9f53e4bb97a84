//! Reading known failures, and what they change.

use super::*;
use crate::evidence::{
    CheckResult, Finding, RunVerdict, ScenarioResult, ScenarioVerdict, Subject, SubjectChecks, SubjectKind,
};
use crate::spec::Level;

const FILE: &str = "known.yaml";

const GOOD: &str = "known_failures: 1
failures:
  - check: pagination.cycle-bounded
    scenario: page/cycle-2
    reason: the paginator follows any token
    issue: https://example.com/issues/7
    expires: 2026-12-31
  - check: shape.truncated
    scenario: bytes/cut-body
    reason: waits for the next release
";

fn known(text: &str) -> KnownFailures {
    KnownFailures::parse(FILE, text).unwrap_or_else(|errors| panic!("{}", errors[0]))
}

fn refused(text: &str) -> Vec<String> {
    KnownFailures::parse(FILE, text).unwrap_err().iter().map(ToString::to_string).collect()
}

/// One entry for a check, with an expiry.
fn entry(check: &str, expires: &str) -> KnownFailures {
    known(&format!(
        "known_failures: 1\nfailures:\n  - {{check: {check}, scenario: page/cycle-2, reason: so it is, expires: {expires}}}\n"
    ))
}

const NEW_YEAR: i64 = 20_819;

/// The report of a scenario in which a check came to this.
fn report(id: &str, verdict: CheckVerdict, scenario: ScenarioVerdict) -> Report {
    let check = check(id).unwrap();
    let checks = vec![CheckResult { check, verdict, cases: 2, known: 0 }];
    let subject = Subject { kind: SubjectKind::Client, name: "client".to_owned() };
    let finding = Finding {
        check,
        level: Level::Must,
        verdict,
        subject: "client".to_owned(),
        scenario: Some("page/cycle-2".to_owned()),
        exchange: None,
        in_short: None,
        message: "it is wrong".to_owned(),
        expected: None,
        found: None,
        location: Location::default(),
        spec: None,
        help: None,
        known: None,
    };
    let result =
        ScenarioResult { id: "page/cycle-2".to_owned(), verdict: scenario, reason: None, requests: 1, outcome: None };
    Report {
        by_subject: vec![SubjectChecks { subject, checks: checks.clone() }],
        checks,
        findings: Some(finding).into_iter().filter(|finding| finding.verdict >= CheckVerdict::Info).collect(),
        scenarios: vec![result],
        ..Report::new("verify client")
    }
}

fn applied(known: &KnownFailures, mut report: Report) -> (Report, KnownState) {
    known.apply(&mut report, "page/cycle-2", NEW_YEAR);
    let state = report.known[0].state;
    (report, state)
}

#[test]
fn reads_entries_with_and_without_an_issue_and_a_day() {
    let known = known(GOOD);

    assert_eq!(known.len(), 2);
    assert!(!known.is_empty());
    assert_eq!(known.failures[0].words(), "the paginator follows any token (https://example.com/issues/7)");
    assert_eq!((known.failures[0].last_day, known.failures[0].line), (Some(NEW_YEAR - 1), 3));
    assert_eq!((known.failures[1].words().as_str(), known.failures[1].last_day), ("waits for the next release", None));
    assert!(super::tests::known("known_failures: 1\nfailures: []\n").is_empty());
}

#[test]
fn refuses_what_it_does_not_know_with_its_line() {
    let head = "known_failures: 1\nfailures:\n";
    let entry = |rest: &str| format!("{head}  - check: shape.truncated\n    scenario: bytes/cut-body\n{rest}");
    let cases = [
        (String::new(), "the document is empty"),
        ("failures: []\n".to_owned(), "begin it with \"known_failures: 1\""),
        (
            "known_failures: 2\nfailures: []\nnew: 1\n".to_owned(),
            "the file is of version 2, which this retake does not know\n  at known.yaml:1:17\n  expected: 1\n  found: 2",
        ),
        ("known_failures: one\nfailures: []\n".to_owned(), "known.yaml:1:17"),
        ("known_failures: 1\nfailure: []\n".to_owned(), "did you mean \"failures\"?"),
        ("known_failures: 1\n".to_owned(), "has no \"failures\""),
        ("known_failures: 1\nfailures: {}\n".to_owned(), "known.yaml:2:11"),
        (entry(""), "a known failure has no \"reason\"\n  at known.yaml:3:5\n  help: say why"),
        (entry("    reason: \"  \"\n"), "\"reason\" of a known failure says nothing\n  at known.yaml:5:13"),
        (
            entry("    reason: so\n    expires: 2026-02-30\n"),
            "must be a day, as YYYY-MM-DD\n  at known.yaml:6:14\n  found: \"2026-02-30\"",
        ),
        (entry("    reason: so\n    expires: soon\n"), "a day, as YYYY-MM-DD"),
        (entry("    reason: so\n    expires: [2026-12-31]\n"), "a day, as YYYY-MM-DD"),
        (entry("    reason: so\n    isue: x\n"), "did you mean \"issue\"?"),
        (format!("{head}  - check: a\n    reason: so\n"), "a known failure has no \"scenario\""),
        (format!("{head}  - x\n"), "known.yaml:3:5"),
    ];
    for (text, expected) in cases {
        let errors = refused(&text).join("\n");

        assert!(errors.contains(expected), "{text}\n{errors}");
    }
}

#[test]
fn tells_everything_that_is_wrong_at_once() {
    let text = "known_failures: 1\nfailures:\n  - {check: a, scenario: b}\n  - {check: a, scenario: b, reason: r}\n  \
                - {check: a, scenario: b, reason: again, expires: x}\n  - {check: a, scenario: b, reason: again}\n";

    let errors = refused(text);

    assert_eq!(errors.len(), 3, "{errors:#?}");
    assert!(errors[2].contains("a in b is listed twice") && errors[2].contains("known.yaml:4"), "{}", errors[2]);
}

#[test]
fn refuses_checks_and_scenarios_that_there_are_not() {
    let text = "known_failures: 1\nfailures:\n  - {check: shape.truncted, scenario: page/cycle-2, reason: r}\n  \
                - {check: shape.type, scenario: page/cycle-4, reason: r}\n";
    let scenarios = ["page/cycle-2", "page/cycle-3"];

    let errors = known(text).check_names(Side::Client, &scenarios).unwrap_err();

    let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 3, "{texts:#?}");
    assert_eq!(
        texts[0],
        "there is no check \"shape.truncted\"\n  at known.yaml:3\n  help: did you mean \"shape.truncated\"?"
    );
    assert!(texts[1].starts_with("the check \"shape.type\" judges no client\n  at known.yaml:4"), "{}", texts[1]);
    assert!(texts[2].contains("did you mean \"page/cycle-"), "{}", texts[2]);
    assert_eq!(known(GOOD).check_names(Side::Client, &["page/cycle-2", "bytes/cut-body"]), Ok(()));
}

#[test]
fn what_is_known_fails_nothing_and_is_shown_and_is_not_held() {
    let known = entry("shape.truncated", "2027-01-01");

    let (report, state) = applied(&known, report("shape.truncated", CheckVerdict::Fail, ScenarioVerdict::Fail));

    assert_eq!(state, KnownState::Known);
    assert_eq!((report.checks[0].verdict, report.checks[0].known), (CheckVerdict::Info, 1));
    assert_eq!(report.by_subject[0].checks, report.checks);
    assert_eq!(report.findings[0].known.as_deref(), Some("so it is"));
    assert_eq!(report.findings[0].verdict, CheckVerdict::Info);
    assert_eq!(report.scenarios[0].verdict, ScenarioVerdict::Pass);
    assert_eq!(report.scenarios[0].reason.as_deref(), Some("known failure of shape.truncated: so it is"));
    assert_eq!(report.verdict(), RunVerdict::NoEvidence);
}

#[test]
fn a_known_failure_hides_no_other() {
    let known = entry("shape.truncated", "2027-01-01");

    let (mut failed, _) = applied(&known, report("shape.truncated", CheckVerdict::Fail, ScenarioVerdict::Fail));
    failed.merge(report("shape.truncated", CheckVerdict::Fail, ScenarioVerdict::Fail));
    assert_eq!((failed.checks[0].verdict, failed.checks[0].known), (CheckVerdict::Fail, 1));
    assert_eq!(failed.verdict(), RunVerdict::Fail);

    let mut other = report("shape.not-json", CheckVerdict::Fail, ScenarioVerdict::Fail);
    known.apply(&mut other, "page/cycle-2", NEW_YEAR);
    assert_eq!((other.known[0].state, other.scenarios[0].verdict), (KnownState::NotExercised, ScenarioVerdict::Fail));
    assert_eq!(other.verdict(), RunVerdict::Fail);
}

#[test]
fn a_client_that_is_known_not_to_come_back_fails_nothing() {
    let known = entry("pagination.cycle-bounded", "2027-01-01");
    let runaway = report("pagination.cycle-bounded", CheckVerdict::Warn, ScenarioVerdict::Runaway);

    let (report, state) = applied(&known, runaway);

    assert_eq!((state, report.scenarios[0].verdict), (KnownState::Known, ScenarioVerdict::Runaway));
    assert_eq!(report.verdict(), RunVerdict::NoEvidence);
    let (crashed, state) =
        applied(&known, super::tests::report("shape.truncated", CheckVerdict::Pass, ScenarioVerdict::Crashed));
    assert_eq!((state, crashed.verdict()), (KnownState::Known, RunVerdict::Pass));
}

#[test]
fn one_that_passes_or_is_past_its_day_fails_the_run() {
    let passing = || report("shape.truncated", CheckVerdict::Pass, ScenarioVerdict::Pass);
    let failing = || report("shape.truncated", CheckVerdict::Fail, ScenarioVerdict::Fail);
    let (today, past) = ("2027-01-01", "2026-12-31");
    let cases = [
        (today, failing(), KnownState::Known, RunVerdict::NoEvidence),
        (today, passing(), KnownState::Passes, RunVerdict::Fail),
        (past, failing(), KnownState::Expired, RunVerdict::Fail),
        (past, passing(), KnownState::Passes, RunVerdict::Fail),
    ];
    for (expires, report, state, verdict) in cases {
        let (report, found) = applied(&entry("shape.truncated", expires), report);

        assert_eq!((found, report.verdict()), (state, verdict), "{expires}");
    }
    let (expired, _) = applied(&entry("shape.truncated", past), failing());
    assert_eq!((expired.findings[0].verdict, expired.checks[0].known), (CheckVerdict::Fail, 0));
}

#[test]
fn a_strict_run_takes_what_is_known_too() {
    let warned = report("pagination.cycle-bounded", CheckVerdict::Warn, ScenarioVerdict::Pass);

    let (mut report, _) = applied(&entry("pagination.cycle-bounded", "2027-01-01"), warned);

    report.strict = true;
    assert_eq!(report.verdict(), RunVerdict::NoEvidence);
}

#[test]
fn an_entry_of_another_scenario_says_nothing_here() {
    let mut report = report("shape.truncated", CheckVerdict::Fail, ScenarioVerdict::Fail);

    known(GOOD).apply(&mut report, "page/cycle-3", NEW_YEAR);

    assert_eq!((report.known.len(), report.verdict()), (0, RunVerdict::Fail));
}
