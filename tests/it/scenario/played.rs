//! Scenarios as they are played: by the token, within a budget, every step met by a client without faults.

use super::walker::Walker;
use super::{invented, real};
use retake::answer::{Answer, Answerer, Session};
use retake::evidence::{ExpectedError, Failure, Got, Outcome, Success};
use retake::message::{End, Json, Request, Response};
use retake::scenario::{BUDGET_EXCEEDED, Scenario, Script, scenarios};
use retake::spec::{InputValue, Specs, build_request};
use std::sync::Arc;

const ATTEMPTS: u32 = 3;

fn script(specs: &Arc<Specs>, scenario: &Scenario) -> Script {
    Script::new(Arc::clone(specs), Arc::new(scenario.clone()), ATTEMPTS)
}

fn find(specs: &Specs, id: &str) -> Scenario {
    let spec = specs.operation("ListImageSetVersions").unwrap();
    scenarios(spec, 0).into_iter().find(|scenario| scenario.id == id).unwrap()
}

/// The request of a scenario's input, with this token.
fn request(specs: &Specs, scenario: &Scenario, token: Option<&str>) -> Request {
    let spec = specs.operation(&scenario.operation).unwrap();
    let mut inputs = scenario.inputs.clone();
    if let Some(token) = token {
        inputs.set("nextToken", InputValue::Text(token.to_owned()));
    }
    build_request(spec, &inputs)
}

fn ask(script: &Script, request: &Request) -> Response {
    match script.answer(&Session::anonymous(), request) {
        Answer::Reply(response) => (*response).clone(),
        Answer::Fault(fault) => fault.response.clone(),
        Answer::Miss(miss) => panic!("{miss:?}"),
    }
}

/// Whether what came of a scenario is what may come of it.
fn is_allowed(scenario: &Scenario, outcome: &Outcome) -> bool {
    let expectation = &scenario.expectation;
    match (outcome, &expectation.success, &expectation.error) {
        (Outcome::Ok(Got::Items(found)), Some(Success::Items(expected)), _) => {
            found == expected || expectation.probe.is_some() && found.len() == expected.len()
        }
        (Outcome::Ok(Got::Output(found)), Some(Success::Output(expected)), _) => {
            let is_same = sorted(found).to_compact() == sorted(expected).to_compact();
            is_same || expectation.probe.is_some() || scenario.id == "bytes/unknown-members"
        }
        (Outcome::Ok(Got::Items(_)), Some(Success::AsAnswered), _) => true,
        (Outcome::Error(failure), _, Some(expected)) => is_error(failure, expected),
        _ => false,
    }
}

/// The object with its members in the order of their names.
fn sorted(value: &Json) -> Json {
    match value {
        Json::Object(members) => {
            let mut members = members.clone();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Json::Object(members)
        }
        other => other.clone(),
    }
}

fn is_error(failure: &Failure, expected: &ExpectedError) -> bool {
    let is_it = |expected: &Option<String>, found: &Option<String>| expected.is_none() || expected == found;
    is_it(&expected.name, &failure.code)
        && is_it(&expected.message, &failure.message)
        && (expected.status.is_none() || expected.status == failure.status)
}

#[test]
fn a_client_without_faults_meets_every_step_and_gets_what_may_come_of_it() {
    let mut wrong = Vec::new();
    for specs in [real(), invented()] {
        for spec in specs.iter() {
            for scenario in scenarios(spec, 0) {
                let script = script(&specs, &scenario);

                let outcome = Walker { spec, service: &script }.call(&scenario.inputs);

                let ledger = script.ledger();
                // Members that the walker hands on as they came are compared by their lengths and nothing else.
                let is_extended = scenario.id == "bytes/unknown-members" && spec.pagination.is_some();
                if !is_extended && !is_allowed(&scenario, &outcome) {
                    wrong.push(format!("{} {}: {outcome}", spec.operation, scenario.id));
                }
                if ledger.met.contains(&false) || ledger.is_runaway {
                    wrong.push(format!("{} {}: {ledger:?}", spec.operation, scenario.id));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_token_decides_the_page_and_not_the_order_of_calls() {
    let specs = real();
    let scenario = find(&specs, "baseline/three-pages");
    let script = script(&specs, &scenario);
    let tokens: Vec<Option<&str>> = scenario.steps.iter().map(|step| step.token.as_deref()).collect();

    for page in [0, 2, 1, 0, 0, 2] {
        let response = ask(&script, &request(&specs, &scenario, tokens[page]));

        assert_eq!(response, scenario.steps[page].response);
    }
    assert_eq!(script.ledger().met, [true, true, true]);
}

#[test]
fn a_retry_gets_the_next_answer_for_its_page() {
    let specs = real();
    let scenario = find(&specs, "page/throttle-page-2");
    let script = script(&specs, &scenario);
    let token = scenario.steps[1].token.as_deref();

    let statuses: Vec<Option<u16>> = [None, token, None, token, token]
        .into_iter()
        .map(|token| ask(&script, &request(&specs, &scenario, token)).status)
        .collect();

    assert_eq!(statuses, [Some(200), Some(429), Some(200), Some(200), Some(200)]);
}

#[test]
fn the_request_over_budget_is_refused_and_those_behind_it_are_reset() {
    let specs = real();
    let scenario = find(&specs, "page/cycle-2");
    let script = script(&specs, &scenario);
    let first = request(&specs, &scenario, None);

    let within: Vec<Response> = (0..script.budget()).map(|_| ask(&script, &first)).collect();
    assert!(within.iter().all(|response| response.status == Some(200)));
    assert!(!script.ledger().is_runaway);
    let over = ask(&script, &first);
    let behind = ask(&script, &first);

    assert_eq!((over.status, over.headers.get("x-amzn-errortype")), (Some(400), Some(BUDGET_EXCEEDED)));
    assert_eq!((behind.status, behind.end), (None, End::ResetAfter(0)));
    let ledger = script.ledger();
    assert!(ledger.is_runaway);
    assert_eq!(ledger.requests, script.budget() + 2);
    assert_eq!(ledger.met, [true, false, false]);
}

#[test]
fn a_token_that_nobody_gave_is_refused_unless_it_comes_first() {
    let specs = real();
    let scenario = find(&specs, "baseline/two-pages");
    let strange = request(&specs, &scenario, Some("made-up"));

    let first = script(&specs, &scenario);
    assert_eq!(ask(&first, &strange).status, Some(200));
    // It stands for the first page from then on, in a retry too.
    assert_eq!(ask(&first, &strange).status, Some(200));
    assert_eq!(ask(&first, &request(&specs, &scenario, Some("other"))).status, Some(400));
    assert_eq!(first.ledger().met, [true, false]);

    let second = script(&specs, &scenario);
    ask(&second, &request(&specs, &scenario, None));
    let refused = ask(&second, &request(&specs, &scenario, Some("")));
    assert_eq!(refused.headers.get("x-amzn-errortype"), Some("ValidationException"));
}

#[test]
fn another_path_or_method_is_no_step() {
    let specs = real();
    let scenario = find(&specs, "baseline/one-page");
    let script = script(&specs, &scenario);
    let right = request(&specs, &scenario, None);

    for (method, path) in [("GET", right.path.clone()), ("POST", "/".to_owned()), ("POST", format!("{}/", right.path))]
    {
        let request = Request { method: method.to_owned(), path, ..right.clone() };

        assert_eq!(ask(&script, &request).status, Some(404), "{method}");
    }
    assert_eq!(script.ledger().met, [false]);
    // What else is wrong with a request is the checks' to say.
    let query = vec![("unknown".to_owned(), "1".to_owned())];
    assert_eq!(ask(&script, &Request { query, ..right }).status, Some(200));
    assert_eq!(script.ledger().met, [true]);
}

#[test]
fn a_fault_of_the_wire_stays_one_in_the_answer() {
    let specs = real();
    for (id, status) in [("bytes/chunked", Some(200)), ("bytes/connection-close", Some(200)), ("retry/stall", None)] {
        let scenario = find(&specs, id);
        let script = script(&specs, &scenario);

        let answer = script.answer(&Session::anonymous(), &request(&specs, &scenario, None));

        let Answer::Fault(fault) = answer else { panic!("{id}: {answer:?}") };
        assert_eq!((fault.response.status, Some(&fault.wire)), (status, scenario.steps[0].wire.as_ref()));
    }
}

#[test]
fn inputs_are_told_as_json_of_their_types() {
    let specs = real();
    let spec = specs.operation("ListImageSetVersions").unwrap();

    let given = find(&specs, "request/page-size-given").input_json(spec).to_compact();

    assert!(given.starts_with(r#"{"datastoreId":"datastore0000"#), "{given}");
    assert!(given.ends_with(r#","maxResults":2}"#), "{given}");
}
