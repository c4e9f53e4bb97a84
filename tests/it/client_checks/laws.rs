//! What holds of the checks whatever a client does, and for the operations of every spec.

use super::subject::{ATTEMPTS, Trace, all, judge, specs, with_verdict};
use crate::scenario::invented;
use crate::scenario::walker::Walker;
use proptest::prelude::*;
use proptest::sample::select;
use retake::answer::{Answer, Answerer, Session};
use retake::evidence::{Arrival, CheckVerdict, Outcome, Signature};
use retake::message::{Exchange, Request};
use retake::scenario::{Scenario, Script, scenarios};
use retake::spec::{InputValue, Specs, build_request};
use std::sync::{Arc, Mutex};

/// A service that remembers what passed.
struct Watched<'a> {
    script: &'a Script,
    seen: Mutex<Vec<Exchange>>,
}

impl Answerer for Watched<'_> {
    fn answer(&self, session: &Session, request: &Request) -> Answer {
        let answer = self.script.answer(session, request);
        let response = match &answer {
            Answer::Reply(response) => (**response).clone(),
            Answer::Fault(fault) => fault.response.clone(),
            Answer::Miss(miss) => panic!("{miss:?}"),
        };
        let exchange = Exchange { request: request.clone(), response, ..Exchange::default() };
        self.seen.lock().unwrap().push(exchange);
        answer
    }
}

fn arrivals(count: usize) -> Vec<Arrival> {
    (0..count).map(|index| Arrival { at: 2500 * index as u64, signature: Signature::Valid }).collect()
}

#[test]
fn a_client_without_faults_fails_no_check_of_any_spec() {
    let mut wrong = Vec::new();
    for specs in [super::subject::specs(), invented()] {
        for spec in specs.iter() {
            for seed in [0, 11] {
                for scenario in scenarios(spec, seed) {
                    let script = Script::new(Arc::clone(&specs), Arc::new(scenario.clone()), ATTEMPTS);
                    let watched = Watched { script: &script, seen: Mutex::default() };
                    let outcome = Walker { spec, service: &watched }.call(&scenario.inputs);
                    let exchanges = watched.seen.into_inner().unwrap();
                    let trace = Trace { arrivals: arrivals(exchanges.len()), exchanges, outcome };

                    let report = judge(&specs, &script, &trace, Some(&trace.outcome));

                    // What a client does on a repeated token is told where the spec declares nothing.
                    let is_told = |id: &str| id == "pagination.repeated-token" && spec.client.repeated_token.is_empty();
                    for finding in report.findings.iter().filter(|finding| !is_told(finding.check.id)) {
                        let what = (&finding.message, &finding.expected, &finding.found);
                        wrong.push(format!("{} {}: {} {what:?}", spec.operation, scenario.id, finding.check.id));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What a client may say, whatever it did.
const OUTCOMES: &[&str] = &[
    r#"{"kind":"ok","items":[]}"#,
    r#"{"kind":"ok","items":[{"imageSetId":"x"},null,7]}"#,
    r#"{"kind":"ok","output":{}}"#,
    r#"{"kind":"error","class":"modelled","code":"ValidationException","status":400,"message":"m"}"#,
    r#"{"kind":"error","class":"unmodelled","code":"403","status":403}"#,
    r#"{"kind":"error","class":"deserialise","status":200}"#,
    r#"{"kind":"error","class":"transport"}"#,
];

/// A request that a client may send: which page it asks for, and what is wrong with it.
#[derive(Debug, Clone)]
enum Move {
    Page(usize),
    Token(&'static str),
    Foreign,
    Sized(&'static str),
    Odd,
}

fn a_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        6 => (0..4usize).prop_map(Move::Page),
        1 => select(vec!["", "made-up"]).prop_map(Move::Token),
        1 => Just(Move::Foreign),
        1 => select(vec!["0", "2", "x"]).prop_map(Move::Sized),
        1 => Just(Move::Odd),
    ]
}

fn request(specs: &Specs, scenario: &Scenario, the_move: &Move) -> Request {
    let spec = specs.operation(&scenario.operation).unwrap();
    let mut inputs = scenario.inputs.clone();
    let text = |text: &str| InputValue::Text(text.to_owned());
    match the_move {
        Move::Page(page) => {
            let token = scenario.steps.get(*page).and_then(|step| step.token.as_deref());
            if let Some(token) = token {
                inputs.set("nextToken", text(token));
            }
        }
        Move::Token(token) => {
            inputs.set("nextToken", text(token));
        }
        Move::Sized(size) => {
            inputs.set("maxResults", text(size));
        }
        Move::Foreign | Move::Odd => {}
    }
    let mut request = build_request(spec, &inputs);
    match the_move {
        Move::Foreign => request.path.push('/'),
        Move::Odd => request.query.push(("odd".to_owned(), "1".to_owned())),
        Move::Page(_) | Move::Token(_) | Move::Sized(_) => {}
    }
    request
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn one_run_of_any_client_fails_one_check_at_most(
        number in 0..149usize,
        moves in proptest::collection::vec(a_move(), 0..14),
        outcome in proptest::option::of(select(OUTCOMES)),
        bad_signature in proptest::option::of(0..14usize),
    ) {
        let (specs, scenario) = (specs(), &all()[number]);
        let script = Script::new(Arc::clone(&specs), Arc::new(scenario.clone()), ATTEMPTS);
        let watched = Watched { script: &script, seen: Mutex::default() };
        for the_move in &moves {
            watched.answer(&Session::anonymous(), &request(&specs, scenario, the_move));
        }
        let exchanges = watched.seen.into_inner().unwrap();
        let mut arrivals = arrivals(exchanges.len());
        if let Some(arrival) = bad_signature.and_then(|index| arrivals.get_mut(index)) {
            arrival.signature = Signature::Refused("no".to_owned());
        }
        let said = outcome.map(|text| Outcome::parse(text.as_bytes()).unwrap());
        let trace = Trace { exchanges, arrivals, outcome: Outcome::parse(OUTCOMES[0].as_bytes()).unwrap() };

        let report = judge(&specs, &script, &trace, said.as_ref());

        let failed = with_verdict(&report, CheckVerdict::Fail);
        prop_assert!(failed.len() <= 1, "{}: {failed:?}", scenario.id);
        // Whatever comes behind the last page, or without the token that was given, is found.
        let strange = moves.iter().take(1).any(|the_move| matches!(the_move, Move::Foreign | Move::Odd));
        prop_assert!(!strange || !failed.is_empty(), "{}", scenario.id);
    }
}
