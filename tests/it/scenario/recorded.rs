//! Scenarios whose friendly payloads come from a recording.

use super::real;
use retake::cassette;
use retake::evidence::Success;
use retake::message::{Body, Exchange, Json, Request, Response, Transcript};
use retake::redact::{Policy, Redactor};
use retake::scenario::{Scenario, families_with_recording};
use retake::spec::{Inputs, Specs, build_request};
use std::sync::Arc;

const OPERATION: &str = "ListImageSetVersions";

/// A recording of one page with these items.
fn recording(specs: &Arc<Specs>, items: &str) -> retake::message::Redacted<Transcript> {
    let spec = specs.operation(OPERATION).unwrap();
    let ids = [("datastoreId", "12345678901234567890123456789012"), ("imageSetId", "abcdefabcdefabcdefabcdefabcdefab")];
    let request: Request = build_request(spec, &Inputs::from_texts(spec, ids));
    let body = format!(r#"{{"imageSetPropertiesList":[{items}]}}"#);
    let response = Response { status: Some(200), body: Body::from_bytes(body), ..Response::default() };
    let exchange = Exchange { operation: Some(OPERATION.to_owned()), request, response, ..Exchange::default() };
    let mut redactor = Redactor::new(Arc::clone(specs), &Policy::default());
    cassette::order::commit(specs, &Policy::default(), vec![redactor.redact(exchange)])
}

fn of_recording(items: &str) -> Vec<Scenario> {
    let specs = real();
    let recording = recording(&specs, items);
    let families = families_with_recording(&specs, specs.operation(OPERATION).unwrap(), 0, &recording).unwrap();
    families.into_iter().flat_map(|family| family.scenarios).collect()
}

fn items(scenario: &Scenario) -> &[Json] {
    match &scenario.expectation.success {
        Some(Success::Items(items)) => items,
        other => panic!("{other:?}"),
    }
}

const RECORDED: &str =
    r#"{"imageSetId":"abcdefabcdefabcdefabcdefabcdefab","versionId":"77","imageSetState":"LOCKED","new":1}"#;

#[test]
fn recorded_items_come_first_and_what_is_lacking_is_made() {
    let scenarios = of_recording(RECORDED);
    let find = |id: &str| scenarios.iter().find(|scenario| scenario.id == id).unwrap();
    let text = |value: &Json, name: &str| value.get(name).and_then(Json::as_text).unwrap_or_default().into_owned();

    let plain = items(find("baseline/one-page"));
    assert_eq!(plain.len(), 3);
    assert_eq!(text(&plain[0], "versionId"), "77");
    assert!(plain[0].get("new").is_some());
    assert_eq!(text(&plain[1], "imageSetId"), text(&plain[0], "imageSetId"));
    let full = items(find("baseline/all-optional"));
    assert_eq!(text(&full[0], "versionId"), "77");
    assert!(full[0].get("overrides").is_some());
    assert_eq!(find("baseline/one-page").inputs.text("imageSetId").unwrap(), text(&plain[0], "imageSetId"));
}

#[test]
fn the_hostile_step_is_applied_to_what_was_recorded() {
    let scenarios = of_recording(&[RECORDED, RECORDED.replace("77", "76").as_str()].join(","));
    let unknown = scenarios.iter().find(|scenario| scenario.id == "enum/image-set-state-unknown").unwrap();

    let item = &items(unknown)[1];

    assert_eq!(item.get("versionId").and_then(Json::as_text).as_deref(), Some("76"));
    assert_ne!(item.get("imageSetState").and_then(Json::as_text).as_deref(), Some("LOCKED"));
}

#[test]
fn a_recording_leaves_out_no_scenario() {
    let specs = real();
    let spec = specs.operation(OPERATION).unwrap();
    let ids = |scenarios: Vec<Scenario>| scenarios.into_iter().map(|scenario| scenario.id).collect::<Vec<_>>();

    assert_eq!(ids(of_recording(RECORDED)), ids(retake::scenario::scenarios(spec, 0)));
}

#[test]
fn a_recording_without_a_success_is_refused() {
    let specs = real();
    let empty = cassette::order::commit(&specs, &Policy::default(), Vec::new());

    let error = families_with_recording(&specs, specs.operation(OPERATION).unwrap(), 0, &empty).unwrap_err();

    assert!(error.to_string().contains("no success of ListImageSetVersions"));
}
