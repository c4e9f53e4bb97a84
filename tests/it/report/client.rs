//! Reports of clients: what went wrong in many scenarios fits a screen or two.

use crate::client_checks::client::fault::Found;
use crate::client_checks::client::{FAULTS, Fault};
use crate::client_checks::subject::{Trace, all, judge, play, scenario, specs};
use retake::diagnostic::{Diagnostic, Location};
use retake::evidence::{
    CheckVerdict, ChildEnd, KnownFailures, Outcome, Report, RunVerdict, ScenarioResult, ScenarioVerdict, Trouble,
    TroubleKind,
};
use retake::report::{Format, Style, render};
use retake::scenario::Script;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The report of a client with these faults, each of which it shows in the scenarios that a word names.
pub(super) fn run(faults: &[(&str, Fault)], known: &KnownFailures) -> Report {
    let mut whole = Report::new("verify client");
    for scenario in all() {
        let fault = faults.iter().find(|(part, _)| scenario.id.contains(part)).map_or(Fault::None, |(_, fault)| *fault);
        let (script, trace) = play(&specs(), scenario, fault);
        let mut report = judge(&specs(), &script, &trace, Some(&trace.outcome));
        report.ledger.requests = trace.exchanges.len() as u64;
        let is_runaway = trace.exchanges.len() as u64 > script.budget();
        let (verdict, reason) = match is_runaway {
            true => (ScenarioVerdict::Runaway, Some(format!("more than {} requests came", script.budget()))),
            false => (ScenarioVerdict::of(&report), None),
        };
        report.scenarios.push(ScenarioResult {
            id: scenario.id.clone(),
            verdict,
            reason,
            requests: trace.exchanges.len() as u64,
            outcome: trace.outcome.to_json().map(|json| json.to_compact().into()),
        });
        known.apply(&mut report, &scenario.id, 20_780);
        whole.merge(report);
    }
    whole
}

/// A client that is wrong in several ways.
fn bad() -> Report {
    run(
        &[
            ("page/short-page", Fault::StopsAfterShortPage),
            ("page/", Fault::Loops),
            ("enum/", Fault::DropsItemOfUnknownValue),
            ("error/", Fault::MapsEveryErrorToOne),
            ("retry/", Fault::NeverRetriesThrottle),
            ("bytes/", Fault::TakesNoJsonForNothing),
            ("baseline/", Fault::DropsToken),
        ],
        &KnownFailures::default(),
    )
}

fn text(report: &Report) -> String {
    render(report, Format::Text, &Style::default())
}

#[test]
fn a_client_that_is_wrong_in_nothing_is_told_of_on_a_screen() {
    let report = run(&[], &KnownFailures::default());

    insta::assert_snapshot!("client-passes", text(&report));
}

#[test]
fn a_client_that_is_wrong_in_many_ways_is_told_of_on_two_screens() {
    let report = bad();

    let failed = report.scenarios.iter().filter(|scenario| scenario.verdict != ScenarioVerdict::Pass).count();
    assert!(failed >= 40, "{failed}");
    let shown = text(&report);
    assert!(shown.lines().count() <= 100, "{}", shown.lines().count());
    insta::assert_snapshot!("client-fails", shown);
}

fn json(report: &Report) -> Value {
    serde_json::from_str(&render(report, Format::Json, &Style::default())).unwrap()
}

/// What is known of the client that is wrong in several ways; two entries are wrong themselves.
fn known() -> KnownFailures {
    let text = "known_failures: 1
failures:
  - {check: pagination.token-verbatim, scenario: baseline/two-pages, reason: an old paginator, issue: https://example.com/7}
  - {check: pagination.token-verbatim, scenario: baseline/three-pages, reason: an old paginator}
  - {check: shape.truncated, scenario: bytes/cut-body, reason: it was cut}
  - {check: shape.not-json, scenario: bytes/bom, reason: to be mended this year, expires: 2026-11-01}
";
    KnownFailures::parse("known.yaml", text).unwrap()
}

#[test]
fn what_is_known_is_shown_and_what_is_known_wrongly_fails() {
    let faults = [("baseline/", Fault::DropsToken), ("bytes/bom", Fault::TakesNoJsonForNothing)];

    let report = run(&faults, &known());

    assert_eq!(report.verdict(), RunVerdict::Fail);
    insta::assert_snapshot!("client-known", text(&report));
    let value = json(&report);
    assert_eq!(value["known"][0]["state"], "known");
    assert_eq!(value["known"][3]["location"]["line"], 6);
    let finding = &value["findings"][0];
    assert_eq!(
        (&finding["verdict"], &finding["known"]),
        (&"info".into(), &"an old paginator (https://example.com/7)".into())
    );
    let check = value["checks"].as_array().unwrap().iter().find(|check| check["id"] == "pagination.token-verbatim");
    assert_eq!((&check.unwrap()["verdict"], &check.unwrap()["known"]), (&"info".into(), &2.into()));
    let held = json(&run(&[], &KnownFailures::default()));
    let must = |value: &Value| value["score"]["must"]["held"].as_u64().unwrap();
    // One is known not to hold, one fails.
    assert_eq!(must(&value), must(&held) - 2);
}

#[test]
fn a_run_whose_only_failures_are_known_passes() {
    let text = "known_failures: 1\nfailures:\n  - {check: shape.not-json, scenario: bytes/bom, reason: r}\n";
    let known = KnownFailures::parse("known.yaml", text).unwrap();

    let report = run(&[("bytes/bom", Fault::TakesNoJsonForNothing)], &known);

    assert_eq!(report.verdict(), RunVerdict::Pass);
    assert!(self::text(&report).contains("KNOWN  shape.not-json (must): a success that is no JSON becomes a result"));
    assert!(render(&report, Format::Junit, &Style::default()).contains("failures=\"0\""));
}

/// A run that ended in every way in which one can.
fn odd() -> Report {
    let mut report = run(&[], &KnownFailures::default());
    let ends = [
        ("baseline/one-page", ScenarioVerdict::Skipped, "the input \"datastoreId\" has no place in COMMAND"),
        ("baseline/two-pages", ScenarioVerdict::Skipped, "the input \"datastoreId\" has no place in COMMAND"),
        ("page/short-page", ScenarioVerdict::Crashed, "the process died by signal 11 at http://localhost:40123/"),
        ("page/list-null", ScenarioVerdict::Hung, "nothing came within 30 s"),
        ("page/cycle-2", ScenarioVerdict::Runaway, "more than 7 requests came"),
    ];
    for (id, verdict, reason) in ends {
        let result = report.scenarios.iter_mut().find(|scenario| scenario.id == id).unwrap();
        (result.verdict, result.reason) = (verdict, Some(reason.to_owned()));
    }
    report
}

#[test]
fn a_client_that_does_not_come_back_is_at_fault() {
    insta::assert_snapshot!("client-odd", text(&odd()));
}

#[test]
fn a_driver_that_fails_is_at_fault_and_the_client_is_not() {
    let mut report = odd();
    report.scenarios[3].verdict = ScenarioVerdict::DriverError;
    report.scenarios[3].reason = Some("cannot import boto3".to_owned());

    assert!(
        text(&report)
            .starts_with("ERROR  verify client: the driver failed in 1 scenario, which says nothing of the client\n")
    );
    assert!(text(&report).contains("  driver-error baseline/full-page: cannot import boto3\n"));
    // No finding explains it, so it is told even where little is.
    let quiet = render(&report, Format::Text, &Style { quiet: true, ..Style::default() });
    assert!(quiet.contains("  driver-error baseline/full-page: cannot import boto3\n"), "{quiet}");
    assert!(!quiet.contains("  skipped "), "{quiet}");
    assert_eq!(report.verdict().exit_code(), 4);

    report.scenarios[3].verdict = ScenarioVerdict::Pass;
    let diagnostic = Diagnostic::new("the driver answered with another seq").expected("12").found("13");
    report.troubles.push(Trouble { kind: TroubleKind::Driver, diagnostic });
    let shown = text(&report);
    assert!(shown.starts_with("ERROR  verify client: the driver failed, which says nothing of the client\n"));
    assert!(shown.contains("ERROR (driver)  the driver answered with another seq\n  expected: 12"));
    assert_eq!(json(&report)["errors"][0]["kind"], "driver");

    report.troubles[0].kind = TroubleKind::CouldNotLook;
    report.troubles[0].diagnostic.location = Location::file("x");
    assert!(text(&report).starts_with("ERROR  verify client: it was not possible to look\n"));
}

#[test]
fn json_has_the_parts_of_a_client_in_the_order_of_the_contract() {
    let value = json(&bad());

    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(
        keys(&value),
        "retake report command verdict subjects specs ledger checks scenarios findings fingerprint score coverage"
    );
    let scenarios = value["scenarios"].as_array().unwrap();
    assert_eq!(scenarios.len(), all().len());
    let of = |id: &str| scenarios.iter().find(|scenario| scenario["id"] == id).unwrap();
    assert_eq!(keys(of("page/cycle-2")), "id verdict reason requests outcome");
    assert_eq!(keys(of("page/short-page")), "id verdict requests outcome");
    assert_eq!((&of("page/cycle-2")["verdict"], &of("page/cycle-2")["requests"]), (&"runaway".into(), &8.into()));
    assert_eq!(of("error/validation-header")["outcome"]["code"], "ResourceNotFoundException");
    assert_eq!(of("page/token-null")["outcome"]["items"].as_array().unwrap().len(), 4);
    assert_eq!(value["fingerprint"]["repeated-token"], "loops");
    assert_eq!(value["fingerprint"]["error-code"], "lost, typed");
    let finding = &value["findings"][0];
    assert_eq!(keys(finding), "check level verdict subject scenario exchange message expected found spec help");
    let exchange = finding["exchange"].as_str().unwrap();
    assert!(
        exchange.starts_with("request 2 of 2: ListImageSetVersions(") && exchange.contains(") → 200"),
        "{exchange}"
    );
}

#[test]
fn json_says_nothing_of_this_machine_in_what_a_client_said() {
    let mut report = odd();
    let outcome = r#"{"kind":"error","class":"transport","message":"refused: http://localhost:40123/a\u001b[31m"}"#;
    report.scenarios[0].outcome = Some(outcome.into());

    let value = json(&report);

    assert_eq!(value["scenarios"][0]["outcome"]["message"], "refused: http://localhost:PORT/a\\u{1b}[31m");
    assert!(!value.to_string().contains("40123"));
}

#[test]
fn junit_has_a_case_for_each_scenario() {
    let mut report = odd();
    report.merge(Report { known: run(&[], &known()).known, ..Report::default() });
    report.scenarios[5].verdict = ScenarioVerdict::DriverError;
    report.scenarios[5].reason = Some("cannot import boto3".to_owned());

    let shown = render(&report, Format::Junit, &Style::default());

    let suite = "<testsuite name=\"client\" tests=\"149\" failures=\"2\" errors=\"1\" skipped=\"2\">";
    assert!(shown.contains(suite), "{}", shown.lines().take(4).collect::<Vec<_>>().join("\n"));
    for expected in [
        "<testcase classname=\"baseline\" name=\"baseline/three-pages\"/>",
        "<skipped message=\"the input &quot;datastoreId&quot; has no place in COMMAND\"/>",
        "<failure message=\"hung: nothing came within 30 s\">",
        "<failure message=\"crashed: the process died by signal 11",
        "<error message=\"driver-error: cannot import boto3\">",
        "name=\"known failure in bytes/cut-body\"",
        "the known failure of shape.truncated passes",
        "the known failure of shape.not-json passes",
    ] {
        assert!(shown.contains(expected), "{expected}");
    }
    let failed = render(&bad(), Format::Junit, &Style::default());
    assert!(failed.contains("<failure message=\"pagination.token-verbatim: the request behind a page does not carry"));
    assert!(failed.contains("exchange request 2 of 2: ListImageSetVersions("));
}

#[test]
fn warnings_of_a_scenario_pass_in_junit_unless_strict() {
    let mut report = run(&[("error/", Fault::LosesMessage)], &KnownFailures::default());

    let lenient = render(&report, Format::Junit, &Style::default());
    report.strict = true;
    let strict = render(&report, Format::Junit, &Style::default());

    assert!(lenient.contains(" failures=\"0\"") && lenient.contains("<system-out>WARN  error.message (should)"));
    assert!(
        strict.contains("<failure message=\"error.message: the service&apos;s message does not reach the caller\">")
    );
}

#[test]
fn the_same_behaviour_gives_the_same_bytes() {
    for format in Format::ALL {
        let first = render(&bad(), format, &Style::default());

        assert_eq!(first, render(&bad(), format, &Style::default()));
    }
}

#[test]
fn all_is_told_when_asked_for_and_little_when_not() {
    let verbose = render(&bad(), Format::Text, &Style { verbose: true, ..Style::default() });
    let quiet = render(&run(&[], &KnownFailures::default()), Format::Text, &Style { quiet: true, ..Style::default() });

    assert_eq!(verbose.matches("FAIL  error.typed (must)\n").count(), 30);
    assert!(verbose.contains("\n  repeated-token         loops\n"));
    assert_eq!(quiet, "PASS  verify client\n");
}

#[test]
fn every_finding_says_what_is_expected_what_came_which_request_which_line_and_what_to_do() {
    // No line of a spec asks for these: they hold of any client.
    const BY_NO_LINE: &[&str] = &[
        "shape.unknown-member-ignored",
        "error.unmodelled",
        "retry.transient-then-ok",
        "retry.opaque-transient",
        "retry.no-unexplained-request",
    ];
    let is_judged = |found: &Found| matches!(found, Found::Must(_) | Found::Should(_));
    // What only a process shows is shown by processes.
    let is_endless = |fault: Fault| fault == Fault::RunsAway;
    let mut seen = BTreeSet::new();
    let mut lacking = Vec::new();
    for (fault, _, id) in FAULTS.iter().filter(|(fault, found, _)| is_judged(found) && !is_endless(*fault)) {
        let (script, trace) = play(&specs(), scenario(id), *fault);
        let report = judge(&specs(), &script, &trace, Some(&trace.outcome));

        let findings = || report.findings.iter().filter(|finding| finding.verdict >= CheckVerdict::Warn);
        for finding in findings() {
            seen.insert(finding.check.id);
            let parts = [
                ("exchange", finding.exchange.is_some() && finding.in_short.is_some()),
                ("expected", finding.expected.is_some()),
                ("found", finding.found.is_some()),
                ("spec", finding.spec.is_some() != BY_NO_LINE.contains(&finding.check.id)),
                ("help", finding.help.is_some()),
            ];
            let missing = parts.iter().filter(|(_, is_there)| !is_there).map(|(part, _)| *part);
            lacking.extend(missing.map(|part| format!("{fault:?}: {} has no {part}", finding.check.id)));
        }
    }
    assert!(lacking.is_empty(), "{lacking:#?}");
    assert!(seen.len() >= 38, "{seen:?}");
}

#[test]
fn a_client_that_never_asked_is_told_how_it_is_led() {
    let mut report = Report::new("verify client");
    for scenario in all().iter().take(3) {
        let script = Script::new(specs(), Arc::new(scenario.clone()), 3);
        let trace = Trace { exchanges: Vec::new(), arrivals: Vec::new(), outcome: Outcome::Exit(ChildEnd::Exit(0)) };
        let mut one = judge(&specs(), &script, &trace, Some(&trace.outcome));
        one.scenarios.push(ScenarioResult {
            id: scenario.id.clone(),
            verdict: ScenarioVerdict::Skipped,
            reason: Some("no request came".to_owned()),
            requests: 0,
            outcome: None,
        });
        report.merge(one);
    }

    assert_eq!(report.verdict(), RunVerdict::NoEvidence);
    insta::assert_snapshot!("client-never-asked", text(&report));
}
