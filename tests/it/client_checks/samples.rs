//! What clients of the world were seen to do: no false alarm over what is right, and what is wrong is found.

use super::client::Fault;
use super::subject::{Trace, judge, play, scenario, specs, with_verdict};
use retake::evidence::{CheckVerdict, ChildEnd, Got, Outcome, Report};
use retake::message::Json;
use retake::scenario::Script;

/// A run in which the client asks for what it should, to be given another outcome.
fn played(id: &str) -> (Script, Trace) {
    let specs = specs();
    play(&specs, scenario(id), Fault::None)
}

fn said(id: &str, outcome: &Outcome) -> Report {
    let (script, trace) = played(id);
    judge(&specs(), &script, &trace, Some(outcome))
}

fn outcome(text: &str) -> Outcome {
    Outcome::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

/// The items of the plain outcome, one of them changed.
fn with_item(id: &str, index: usize, change: impl Fn(Json) -> Json) -> Outcome {
    let (script, _) = played(id);
    let Some(retake::evidence::Success::Items(items)) = &script.scenario().expectation.success else { panic!("{id}") };
    let mut items = items.clone();
    items[index] = change(items[index].clone());
    Outcome::Ok(Got::Items(items))
}

/// An item with another value of a member; none to take it away.
fn with(item: Json, name: &str, value: Option<&str>) -> Json {
    let Json::Object(mut members) = item else { panic!() };
    members.retain(|(key, _)| key.decode() != name);
    members.extend(value.map(|value| (retake::message::json::Text::new(name), Json::parse(value.as_bytes()).unwrap())));
    Json::Object(members)
}

/// What the report fails or warns of.
fn found(report: &Report) -> Vec<&'static str> {
    [with_verdict(report, CheckVerdict::Fail), with_verdict(report, CheckVerdict::Warn)].concat()
}

#[test]
fn takes_an_unknown_value_as_a_text_or_in_a_wrapper() {
    for value in ["\"RETAKE_UNKNOWN_Q7X2M9KD\"", r#"{"$unknown":"RETAKE_UNKNOWN_Q7X2M9KD"}"#] {
        let id = "enum/image-set-state-unknown";
        let outcome = with_item(id, 1, |item| with(item, "imageSetState", Some(value)));

        assert_eq!(found(&said(id, &outcome)), Vec::<&str>::new(), "{value}");
    }
    for (value, check) in [("\"UNKNOWN\"", "enum.unknown-preserved"), ("\"ACTIVE\"", "enum.unknown-not-aliased")] {
        let id = "enum/image-set-state-unknown";
        let outcome = with_item(id, 1, |item| with(item, "imageSetState", Some(value)));

        assert_eq!(found(&said(id, &outcome)), [check], "{value}");
    }
}

#[test]
fn takes_whatever_stands_for_null_in_a_required_member_but_no_value_of_the_enum() {
    let id = "enum/image-set-state-null";
    for value in [None, Some("null"), Some(r#"{"$unknown":"no value was set"}"#), Some("\"\"")] {
        let outcome = with_item(id, 1, |item| with(item, "imageSetState", value));
        assert_eq!(found(&said(id, &outcome)), Vec::<&str>::new(), "{value:?}");
    }
    let made_up = with_item(id, 1, |item| with(item, "imageSetState", Some("\"ACTIVE\"")));
    assert_eq!(found(&said(id, &made_up)), ["shape.null-optional"]);

    let optional = "enum/image-set-workflow-status-null";
    let unset = with_item(optional, 1, |item| with(item, "ImageSetWorkflowStatus", Some(r#"{"$unknown":"unset"}"#)));
    assert_eq!(found(&said(optional, &unset)), ["shape.null-optional"]);
}

#[test]
fn compares_times_to_the_millisecond_and_texts_letter_by_letter() {
    let id = "baseline/one-page";
    let same = with_item(id, 0, |item| with(item, "createdAt", Some("1262304068.0689998")));
    assert_eq!(found(&said(id, &same)), Vec::<&str>::new());
    let later = with_item(id, 0, |item| with(item, "createdAt", Some("1262304068.071")));
    assert_eq!(found(&said(id, &later)), ["pagination.items-in-order"]);
    let spelled = with_item(id, 0, |item| with(item, "createdAt", Some("\"2010-01-01T00:01:08.069Z\"")));
    let help = said(id, &spelled).findings[0].help.clone();
    assert_eq!(help.as_deref(), Some("an outcome gives a time in seconds since 1970"));
    // A version is a text: as a number it has lost its leading zero.
    let number = with_item(id, 1, |item| with(item, "versionId", Some("\"19\"")));
    let report = said(id, &number);
    assert_eq!(found(&report), ["pagination.items-in-order"]);
    let finding = &report.findings[0];
    assert_eq!(finding.location.pointer.as_deref(), Some("/imageSetPropertiesList/1/versionId"));
    assert_eq!((finding.expected.as_deref(), finding.found.as_deref()), (Some("\"019\""), Some("\"19\"")));
    assert_eq!(finding.scenario.as_deref(), Some(id));
}

#[test]
fn takes_a_wrong_type_as_an_error_as_it_was_sent_or_as_what_it_says() {
    let error = outcome(r#"{"kind":"error","class":"deserialise","status":200}"#);
    for id in ["bytes/iso-timestamp", "bytes/numeric-string", "bytes/duplicate-keys", "enum/image-set-state-wrong-type"]
    {
        assert_eq!(found(&said(id, &error)), Vec::<&str>::new(), "{id}");
    }
    let cases = [
        ("bytes/iso-timestamp", "createdAt", "\"2010-01-01T00:02:12.133Z\"", true),
        ("bytes/iso-timestamp", "createdAt", "1262304132.133", true),
        ("bytes/iso-timestamp", "createdAt", "1262296932.133", false),
        ("bytes/numeric-string", "createdAt", "\"1262304132.133\"", true),
        ("bytes/numeric-string", "createdAt", "1262304132.133", true),
        ("bytes/numeric-string", "createdAt", "null", false),
        ("enum/image-set-state-wrong-type", "imageSetState", "\"3\"", true),
        ("enum/image-set-state-wrong-type", "imageSetState", "\"LOCKED\"", false),
        ("bytes/duplicate-keys", "message", "\"both\"", false),
    ];
    for (id, name, value, is_right) in cases {
        let outcome = with_item(id, 1, |item| with(item, name, Some(value)));

        let expected = if is_right { Vec::new() } else { vec!["shape.wrong-type"] };
        assert_eq!(found(&said(id, &outcome)), expected, "{id} {value}");
    }
}

#[test]
fn an_outcome_of_another_kind_is_one_finding_whatever_the_scenario_is_for() {
    let output = outcome(r#"{"kind":"ok","output":{}}"#);
    for id in [
        "baseline/one-page",
        "baseline/no-optional",
        "enum/image-set-state-active",
        "enum/image-set-state-unknown",
        "enum/image-set-state-null",
        "bytes/unknown-members",
        "bytes/null-optional",
        "bytes/iso-timestamp",
    ] {
        assert_eq!(found(&said(id, &output)), ["pagination.items-in-order"], "{id}");
    }
}

#[test]
fn finds_a_success_that_was_none_and_takes_what_can_be_read_all_the_same() {
    let empty = outcome(r#"{"kind":"ok","items":[]}"#);
    for (id, check) in [
        ("bytes/truncated-json", "shape.truncated"),
        ("bytes/cut-body", "shape.truncated"),
        ("bytes/not-json", "shape.not-json"),
        ("bytes/empty-200", "shape.not-json"),
        ("bytes/bom", "shape.not-json"),
        ("bytes/trailing-garbage", "shape.not-json"),
    ] {
        assert_eq!(found(&said(id, &empty)), [check], "{id}");
    }
    let whole = with_item("bytes/bom", 0, |item| item);
    assert_eq!(found(&said("bytes/bom", &whole)), Vec::<&str>::new());
    let error = outcome(r#"{"kind":"error","class":"unknown","message":"Unexpected token"}"#);
    assert_eq!(found(&said("bytes/bom", &error)), Vec::<&str>::new());
}

#[test]
fn takes_the_status_in_place_of_a_code_and_finds_an_error_of_reading() {
    for text in [
        r#"{"kind":"error","class":"unmodelled","code":"403"}"#,
        r#"{"kind":"error","class":"unmodelled","status":403}"#,
        r#"{"kind":"error","class":"unmodelled","code":"Unknown","status":403}"#,
    ] {
        for id in ["error/untyped-403", "error/html-403", "error/empty-403", "error/truncated-403"] {
            assert_eq!(found(&said(id, &outcome(text))), Vec::<&str>::new(), "{id} {text}");
        }
    }
    let syntax = outcome(r#"{"kind":"error","class":"deserialise","status":403,"message":"Unexpected token '<'"}"#);
    assert_eq!(found(&said("error/html-403", &syntax)), ["error.opaque-body"]);
    let hidden = outcome(r#"{"kind":"error","class":"unmodelled"}"#);
    assert_eq!(found(&said("error/untyped-403", &hidden)), ["error.untyped"]);
    // A client may hide the status of an error whose code it gives.
    let code = outcome(r#"{"kind":"error","class":"unmodelled","code":"RetakeUnmodelledException"}"#);
    assert_eq!(found(&said("error/unmodelled", &code)), Vec::<&str>::new());
}

#[test]
fn judges_by_the_exit_code_where_nothing_else_is_known() {
    let (ok, failed) = (Outcome::Exit(ChildEnd::Exit(0)), Outcome::Exit(ChildEnd::Exit(255)));
    let cases = [
        ("bytes/not-json", &ok, vec!["shape.not-json"]),
        ("bytes/not-json", &failed, vec![]),
        ("bytes/bom", &ok, vec![]),
        ("baseline/two-pages", &ok, vec![]),
        ("baseline/two-pages", &failed, vec!["pagination.items-in-order"]),
        ("error/validation-header", &ok, vec!["error.typed"]),
        ("error/validation-header", &failed, vec![]),
        ("error/html-403", &ok, vec!["error.opaque-body"]),
        ("page/error-page-2", &ok, vec!["pagination.no-silent-truncation"]),
        ("retry/429-once", &failed, vec!["retry.throttled-then-ok"]),
        ("retry/429-forever", &ok, vec!["retry.exhausted-surfaces"]),
        ("enum/image-set-state-unknown", &failed, vec!["enum.unknown-survives"]),
        ("page/same-token", &ok, vec![]),
        ("page/list-null", &failed, vec![]),
    ];
    for (id, outcome, expected) in cases {
        assert_eq!(found(&said(id, outcome)), expected, "{id} {outcome}");
    }
}

#[test]
fn an_exit_code_is_no_evidence_of_items() {
    let report = said("baseline/two-pages", &Outcome::Exit(ChildEnd::Exit(0)));

    assert!(with_verdict(&report, CheckVerdict::NotExercised).contains(&"pagination.items-in-order"));
    assert!(with_verdict(&report, CheckVerdict::Pass).contains(&"pagination.token-verbatim"));
}

#[test]
fn judges_the_wire_alone_where_the_client_says_nothing() {
    let specs = specs();
    for (id, fault, expected) in [
        ("baseline/two-pages", Fault::None, vec![]),
        ("baseline/two-pages", Fault::DropsToken, vec!["pagination.token-verbatim"]),
        ("baseline/two-pages", Fault::StopsAfterFirstPage, vec!["pagination.continues-past-page"]),
        ("page/throttle-page-2", Fault::RestartsAfterThrottle, vec!["pagination.retry-keeps-token"]),
        ("retry/429-once", Fault::NeverRetriesThrottle, vec!["retry.throttled-then-ok"]),
        ("error/conflict-code", Fault::MapsEveryErrorToOne, vec![]),
    ] {
        let (script, trace) = play(&specs, scenario(id), fault);

        assert_eq!(found(&judge(&specs, &script, &trace, None)), expected, "{id} {fault:?}");
    }
}

#[test]
fn what_a_client_never_reached_is_not_exercised() {
    let specs = specs();
    let (script, mut trace) = play(&specs, scenario("enum/image-set-state-unknown"), Fault::None);
    trace.exchanges.clear();
    trace.arrivals.clear();
    let idle = Script::new(std::sync::Arc::clone(&specs), std::sync::Arc::new(script.scenario().clone()), 3);
    let outcome = outcome(r#"{"kind":"error","class":"transport"}"#);

    let report = judge(&specs, &idle, &trace, Some(&outcome));

    assert_eq!(found(&report), Vec::<&str>::new());
    assert_eq!(with_verdict(&report, CheckVerdict::Pass), Vec::<&str>::new());
    assert_eq!(with_verdict(&report, CheckVerdict::Info), ["evidence.script-consumed"]);
}
