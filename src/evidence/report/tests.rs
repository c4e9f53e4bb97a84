//! What several results come to.

use super::*;
use crate::evidence::{ScenarioVerdict, check};

fn report(id: &str, verdict: CheckVerdict) -> Report {
    let result = CheckResult { check: check(id).unwrap(), verdict, cases: 1, known: 0 };
    Report { checks: vec![result], ..Report::new("verify cassette") }
}

fn trouble(kind: TroubleKind) -> Trouble {
    Trouble { kind, diagnostic: Diagnostic::new("x") }
}

#[test]
fn is_green_only_if_something_that_can_fail_passed() {
    assert_eq!(report("shape.type", CheckVerdict::Pass).verdict(), RunVerdict::Pass);
    assert_eq!(report("shape.type", CheckVerdict::NotExercised).verdict(), RunVerdict::NoEvidence);
    assert_eq!(report("evidence.sealed", CheckVerdict::Pass).verdict(), RunVerdict::NoEvidence);
    assert_eq!(report("shape.unknown-member", CheckVerdict::Pass).verdict(), RunVerdict::NoEvidence);
    assert_eq!(Report::new("replay").verdict(), RunVerdict::NoEvidence);
}

#[test]
fn counts_a_warning_as_a_failure_only_when_strict() {
    let mut report = report("shape.type", CheckVerdict::Pass);
    report.merge(super::tests::report("shape.type", CheckVerdict::Warn));

    assert_eq!(report.verdict(), RunVerdict::NoEvidence);
    report.strict = true;
    assert_eq!(report.verdict(), RunVerdict::Fail);
}

#[test]
fn weighs_several_ends_in_the_order_of_the_exit_codes() {
    let mut report = report("shape.type", CheckVerdict::Fail);
    assert_eq!(report.verdict(), RunVerdict::Fail);

    report.troubles.push(trouble(TroubleKind::CouldNotLook));
    assert_eq!(report.verdict(), RunVerdict::Error);

    report.troubles.push(trouble(TroubleKind::Usage));
    assert_eq!(report.verdict(), RunVerdict::Usage);

    report.interrupted = true;
    assert_eq!(report.verdict().exit_code(), 130);
}

#[test]
fn fails_on_a_miss_an_unused_exchange_or_a_failed_command() {
    let green = report("shape.type", CheckVerdict::Pass);
    let unused = Report { unused: vec!["call".to_owned()], ..green.clone() };
    let mut failed = green.clone();
    failed.ledger.child = Some(ChildEnd::Signal(9));

    assert_eq!(unused.verdict(), RunVerdict::Fail);
    assert_eq!(failed.verdict(), RunVerdict::Fail);
    failed.child_may_fail = true;
    assert_eq!(failed.verdict(), RunVerdict::Pass);
}

fn scenario(verdict: ScenarioVerdict) -> ScenarioResult {
    ScenarioResult { id: "page/x".to_owned(), verdict, reason: None, requests: 1, outcome: None }
}

#[test]
fn a_client_that_does_not_come_back_breaks_the_contract_and_a_failed_driver_is_an_error() {
    let cases = [
        (ScenarioVerdict::Pass, RunVerdict::Pass),
        (ScenarioVerdict::Skipped, RunVerdict::Pass),
        (ScenarioVerdict::Fail, RunVerdict::Pass),
        (ScenarioVerdict::Runaway, RunVerdict::Pass),
        (ScenarioVerdict::Crashed, RunVerdict::Fail),
        (ScenarioVerdict::Hung, RunVerdict::Fail),
        (ScenarioVerdict::DriverError, RunVerdict::Error),
    ];
    for (verdict, expected) in cases {
        let mut report = report("shape.type", CheckVerdict::Pass);
        report.scenarios.push(scenario(verdict));

        assert_eq!(report.verdict(), expected, "{}", verdict.as_str());
    }
}

#[test]
fn a_driver_that_cannot_be_used_is_an_error_too() {
    let mut report = report("shape.type", CheckVerdict::Fail);

    report.troubles.push(trouble(TroubleKind::Driver));

    assert_eq!(report.verdict(), RunVerdict::Error);
    assert!(report.is_drivers_fault());
}

#[test]
fn a_scenario_that_was_skipped_is_no_evidence() {
    let mut report = report("shape.type", CheckVerdict::NotExercised);
    report.scenarios.push(scenario(ScenarioVerdict::Skipped));

    assert_eq!(report.verdict(), RunVerdict::NoEvidence);
}

#[test]
fn the_reports_of_scenarios_are_one_report_of_one_subject() {
    let subject = Subject { kind: SubjectKind::Client, name: "client".to_owned() };
    let one = |verdict| {
        let mut report = report("shape.truncated", verdict);
        report.subjects.push(subject.clone());
        report.by_subject.push(SubjectChecks { subject: subject.clone(), checks: report.checks.clone() });
        report.scenarios.push(scenario(ScenarioVerdict::of(&report)));
        report
    };
    let mut whole = Report::new("verify client");

    whole.merge(one(CheckVerdict::Pass));
    whole.merge(one(CheckVerdict::Fail));
    whole.merge(one(CheckVerdict::Warn));

    let verdicts: Vec<ScenarioVerdict> = whole.scenarios.iter().map(|scenario| scenario.verdict).collect();
    assert_eq!(verdicts, [ScenarioVerdict::Pass, ScenarioVerdict::Fail, ScenarioVerdict::Pass]);
    assert_eq!((whole.subjects.len(), whole.by_subject.len()), (1, 1));
    assert_eq!(whole.by_subject[0].checks, whole.checks);
    assert_eq!((whole.checks[0].verdict, whole.checks[0].cases), (CheckVerdict::Fail, 3));
}
