//! Clients that are run once a scenario: what their requests, their exit codes and their outcomes say.

use super::client::Fault;
use super::verified::run_once;

const FLAGS: &[&str] = &["--jobs", "4", "--skip", "retry/*retry-after"];

/// A process for each scenario takes its time: among these is one for each fault, and enough for others to fail by it.
const SOME: &[&str] = &[
    "page/*",
    "bytes/*",
    "baseline/t*",
    "enum/*-unknown",
    "enum/*-consistency",
    "error/conflict-*",
    "retry/429-once",
    "retry/conflict-not-retried",
];

fn some() -> Vec<&'static str> {
    SOME.iter().flat_map(|glob| ["--select", *glob]).chain(["--jobs", "4"]).collect()
}

#[test]
fn a_command_without_faults_fails_nothing_whether_it_writes_outcomes_or_not() {
    let silent = run_once(Fault::None, FLAGS, &[]);
    let telling = run_once(Fault::None, FLAGS, &["--outcome"]);

    for verified in [&silent, &telling] {
        verified.run.assert_code(0);
        assert_eq!(verified.findings(), Vec::<String>::new());
    }
    // An exit code says nothing of items.
    assert!(silent.checks("not-exercised").contains(&"pagination.items-in-order"));
    assert_eq!(telling.checks("not-exercised"), ["retry.hint"]);
}

#[test]
fn what_a_command_asks_and_how_it_ends_are_enough_for_much() {
    let cases = [
        (Fault::SendsNoSignature, "request.signed"),
        (Fault::DropsToken, "pagination.token-verbatim"),
        (Fault::StopsAfterEmptyPage, "pagination.continues-past-empty-page"),
        (Fault::TakesPageErrorForTheEnd, "pagination.no-silent-truncation"),
        (Fault::FailsOnUnknownValue, "enum.unknown-survives"),
        (Fault::TakesCutBodyForTheEnd, "shape.truncated"),
        (Fault::TakesNoJsonForNothing, "shape.not-json"),
        (Fault::NeverRetriesThrottle, "retry.throttled-then-ok"),
        (Fault::RetriesRefusal, "retry.never-on-client-fault"),
    ];
    for (fault, check) in cases {
        let verified = run_once(fault, &some(), &[]);

        assert_eq!(
            (verified.checks("fail"), verified.run.code),
            (vec![check], 1),
            "{fault}: {:#?}",
            verified.findings()
        );
    }
}

#[test]
fn what_a_command_gives_its_caller_is_found_by_its_outcome_alone() {
    let cases = [
        (Fault::LosesLastPage, "pagination.items-in-order"),
        (Fault::IsOutOfDate, "enum.known-value"),
        (Fault::MapsEveryErrorToOne, "error.typed"),
    ];
    for (fault, check) in cases {
        let (silent, telling) = (run_once(fault, &some(), &[]), run_once(fault, &some(), &["--outcome"]));

        assert_eq!((silent.checks("fail"), silent.run.code), (vec![], 0), "{fault}: {:#?}", silent.findings());
        assert_eq!((telling.checks("fail"), telling.run.code), (vec![check], 1), "{fault}: {:#?}", telling.findings());
    }
}
