//! What the simulator answers to a prober, judged by the checks: the two know nothing of
//! each other but the spec, and each would catch the other out.

use retake::answer::{Answer, Answerer, Session};
use retake::evidence::{CheckVerdict, Demands, Evidence, Report, Subject, SubjectKind};
use retake::message::{Body, Exchange, Json, Transcript};
use retake::probe::{DEFAULT_MAX_REQUESTS, Plan, Target};
use retake::simulate::{Settings, Simulator};
use retake::spec::{self, Specs};
use retake::verify::verify;
use std::sync::Arc;

const OPERATION: &str = "ListImageSetVersions";

fn probed(items: u64) -> (Arc<Specs>, Transcript) {
    let specs = Arc::new(spec::embedded());
    let simulator = Simulator::new(Arc::clone(&specs), Settings { items, ..Settings::default() }).unwrap();
    let spec = specs.operation(OPERATION).unwrap();
    let inputs = simulator.example_inputs(OPERATION).unwrap();
    let mut plan = Plan::new(vec![Target { spec, inputs, other_inputs: None }], DEFAULT_MAX_REQUESTS);
    let mut transcript = Transcript::default();
    while let Some(probe) = plan.next() {
        let Answer::Reply(response) = simulator.answer(&Session::anonymous(), &probe.request) else { panic!() };
        plan.observe(&response);
        transcript.exchanges.push(Exchange {
            operation: Some(OPERATION.to_owned()),
            request: probe.request,
            response: (*response).clone(),
            ..Exchange::default()
        });
    }
    (specs, transcript)
}

fn judge(specs: &Specs, transcript: &Transcript, kind: SubjectKind) -> Report {
    let evidence = Evidence {
        subject: Subject { kind, name: "simulator".to_owned() },
        transcript,
        recording: None,
        places: &[],
        run: None,
        demands: Demands::default(),
    };
    verify(specs, &evidence)
}

fn verdict(report: &Report, id: &str) -> CheckVerdict {
    report.checks.iter().find(|result| result.check.id == id).unwrap().verdict
}

#[test]
fn the_simulator_holds_every_check_that_its_answers_touch() {
    for items in [0, 1, 2, 3, 20, 101] {
        let (specs, transcript) = probed(items);
        for kind in [SubjectKind::Cassette, SubjectKind::Mock] {
            let report = judge(&specs, &transcript, kind);

            assert!(report.findings.is_empty(), "{items} items: {report}");
            report.assert_passed();
        }
    }
}

#[test]
fn a_probed_listing_of_several_pages_touches_every_check_of_answers() {
    let (specs, transcript) = probed(20);

    let report = judge(&specs, &transcript, SubjectKind::Cassette);

    let untouched: Vec<&str> = report
        .checks
        .iter()
        .filter(|result| result.verdict == CheckVerdict::NotExercised && !result.check.id.starts_with("evidence."))
        .map(|result| result.check.id)
        .collect();
    assert!(untouched.is_empty(), "{untouched:?}");
}

/// A check, and the defect that it must find: a change of the n-th success's body.
type Defect = (&'static str, Box<dyn Fn(usize, &str) -> String>);

/// Changes the bodies of the successes.
fn with_bodies(transcript: &Transcript, change: impl Fn(usize, &str) -> String) -> Transcript {
    let mut changed = transcript.clone();
    let successes = changed.exchanges.iter_mut().filter(|exchange| exchange.response.status == Some(200));
    for (index, exchange) in successes.enumerate() {
        let body = std::str::from_utf8(exchange.response.body.bytes()).unwrap();
        exchange.response.body = Body::from_bytes(change(index, body));
    }
    changed
}

#[test]
fn a_simulator_with_a_defect_is_caught_by_the_check_of_that_defect() {
    let (specs, transcript) = probed(3);
    let defects: [Defect; 6] = [
        ("shape.wire-name", Box::new(|_, body| body.replace("ImageSetWorkflowStatus", "imageSetWorkflowStatus"))),
        ("shape.required", Box::new(|_, body| body.replace("\"versionId\"", "\"versionNumber\""))),
        ("shape.type", Box::new(|_, body| body.replace("\"isPrimary\":true", "\"isPrimary\":\"true\""))),
        ("enum.modelled", Box::new(|_, body| body.replace("\"ACTIVE\"", "\"FROZEN\""))),
        ("pagination.token-length", Box::new(|_, body| with_token(body, |_| Some(String::new())))),
        (
            "pagination.walk-closed",
            Box::new(|index, body| if index == 0 { with_token(body, |_| Some("T".into())) } else { body.to_owned() }),
        ),
    ];
    for (check, defect) in defects {
        let report = judge(&specs, &with_bodies(&transcript, defect), SubjectKind::Mock);

        let failed: Vec<&str> = report
            .checks
            .iter()
            .filter(|result| result.verdict == CheckVerdict::Fail)
            .map(|result| result.check.id)
            .collect();
        assert_eq!(verdict(&report, check), CheckVerdict::Fail, "{check}: {report}");
        assert_eq!(failed, [check], "{report}");
    }
}

/// A page with another token.
fn with_token(body: &str, change: impl Fn(Option<&str>) -> Option<String>) -> String {
    let Json::Object(mut members) = Json::parse(body.as_bytes()).unwrap() else { panic!() };
    let old = members
        .iter()
        .find(|(key, _)| key.raw() == "nextToken")
        .and_then(|(_, value)| value.as_text().map(|t| t.into_owned()));
    members.retain(|(key, _)| key.raw() != "nextToken");
    if let Some(token) = change(old.as_deref()) {
        members.push((retake::message::json::Text::new("nextToken"), Json::string(&token)));
    }
    Json::Object(members).to_compact()
}
