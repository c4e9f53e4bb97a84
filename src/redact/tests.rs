//! What a recording of the embedded operation looks like once it is redacted.

use super::*;
use crate::message::{Body, Exchange, Headers, Link, Request, Response};
use crate::spec::embedded;
use std::sync::Arc;

const DATASTORE: &str = "12345678901234567890123456789012";
const IMAGE_SET: &str = "abcdefghijklmnopqrstuvwxyz012345";

fn redactor() -> Redactor {
    Redactor::new(Arc::new(embedded()), &Policy::default())
}

fn request(query: &[(&str, &str)]) -> Request {
    Request {
        method: "POST".to_owned(),
        path: format!("/datastore/{DATASTORE}/imageSet/{IMAGE_SET}/listImageSetVersions"),
        query: query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        headers: Headers::from_iter([
            ("host", "localhost:1234"),
            ("authorization", "AWS4-HMAC-SHA256 Credential=AKID"),
            ("amz-sdk-request", "ttl=20230323T182830Z; attempt=1; max=3"),
            ("amz-sdk-invocation-id", "6f1a2b3c-1111-4abc-9def-0123456789ab"),
        ]),
        body: Body::Empty,
    }
}

fn exchange(query: &[(&str, &str)], status: u16, headers: &[(&str, &str)], body: &str) -> Exchange {
    let response = Response {
        status: Some(status),
        headers: headers.iter().copied().collect(),
        body: Body::from_bytes(body.to_owned()),
        ..Response::default()
    };
    let link = Link { session: Some("AKIAIOSFODNN7EXAMPLE".to_owned()), ..Link::default() };
    Exchange { request: request(query), response, link, ..Exchange::default() }
}

fn body(exchange: &Exchange) -> String {
    String::from_utf8(exchange.response.body.bytes().to_vec()).unwrap()
}

#[test]
fn replaces_what_the_spec_calls_sensitive_and_keeps_the_rest() {
    let page = format!(
        r#"{{"imageSetPropertiesList": [ {{"imageSetId":"{IMAGE_SET}","versionId":"3","imageSetState":"ACTIVE",
        "ImageSetWorkflowStatus":"UPDATED","createdAt":1.679592510753E9,"updatedAt":1679592609.01,
        "message":"Doe John was here", "isPrimary":true, "overrides": {{"forced":false}} }} ], "nextToken":"eyJ2IjoxfQ+/=="}}"#
    );
    let headers = [
        ("date", "Thu, 23 Mar 2023 17:28:30 GMT"),
        ("content-type", "application/json"),
        ("x-amzn-requestid", "11112222-1111-4abc-9def-0123456789ab"),
        ("x-amz-cf-id", "opaque"),
    ];
    let mut redactor = redactor();

    let first = redactor.redact(exchange(&[("maxResults", "2")], 200, &headers, &page));
    let second = redactor.redact(exchange(&[("nextToken", "eyJ2IjoxfQ+/=="), ("maxResults", "2")], 500, &[], ""));

    assert_eq!(first.operation.as_deref(), Some("ListImageSetVersions"));
    assert_eq!(
        first.request.path,
        "/datastore/datastore00000000000000000000001/imageSet/imageset000000000000000000000001/listImageSetVersions"
    );
    assert_eq!(first.request.headers, Headers::from_iter([("amz-sdk-request", "attempt=1; max=3")]));
    assert_eq!(
        first.response.headers,
        Headers::from_iter([
            ("content-type", "application/json"),
            ("x-amzn-requestid", "00000000-0000-4000-8000-000000000001")
        ])
    );
    assert_eq!(
        body(&first),
        r#"{"imageSetPropertiesList":[{"imageSetId":"imageset000000000000000000000001","versionId":"3","imageSetState":"ACTIVE","ImageSetWorkflowStatus":"UPDATED","createdAt":1.262304000753E9,"updatedAt":1262304099.01,"message":"redacted free text, 17 characters","isPrimary":true,"overrides":{"forced":false}}],"nextToken":"page-token-0001"}"#
    );
    assert_eq!(second.request.path, first.request.path);
    assert_eq!(second.request.query_value("nextToken"), Some("page-token-0001"));
    assert_eq!(second.link.session.as_deref(), Some("1"));
    assert_eq!(
        redactor.summary().to_string(),
        "policy 1; identifier 5, token 2, time 2, free-text 1, dropped headers 8"
    );
}

#[test]
fn lets_what_violates_its_type_violate_it_still() {
    let page = r#"{"imageSetPropertiesList":[{"imageSetId":"SHORT","versionId":"v 1","imageSetState":"John Doe",
        "ImageSetWorkflowStatus":"NOT_IN_THE_SPEC","createdAt":"soon","updatedAt":"2023-03-23T17:28:30Z","deletedAt":1679592510753,
        "message":"","isPrimary":"yes","overrides":["a"],"c4n4ry":{"x":1},"imagesetId":"v","extra":"Doe^John"}],"nextToken":7}"#;
    let mut redactor = redactor();

    let redacted = redactor.redact(exchange(&[("maxResults", "one")], 200, &[], page));

    assert_eq!(redacted.request.query_value("maxResults"), Some("malformed-01"));
    assert_eq!(
        body(&redacted),
        r#"{"imageSetPropertiesList":[{"imageSetId":"malformed-02","versionId":"malformed-03","imageSetState":"","#
            .to_owned()
            + r#""ImageSetWorkflowStatus":"NOT_IN_THE_SPEC","createdAt":"malformed-04","updatedAt":"2010-01-01T00:00:00Z","#
            + r#""deletedAt":4500000500000000000,"message":"","isPrimary":"","overrides":[],"unknownMember1":{},"imagesetId":"","extra":""}],"nextToken":0.0001}"#
    );
}

#[test]
fn keeps_of_errors_the_type_and_the_length_of_the_message() {
    let mut redactor = redactor();

    let typed = redactor.redact(exchange(
        &[],
        429,
        &[("x-amzn-ErrorType", "ThrottlingException:http://internal"), ("retry-after", "3")],
        r#"{"message":"Rate exceeded for 123456789012","Reason":"x"}"#,
    ));
    let signature = redactor.redact(exchange(
        &[],
        403,
        &[],
        r#"{"__type":"com.amazon.coral#InvalidSignatureException","Message":"The Canonical String was AKIA...","canonical":"x"}"#,
    ));

    assert_eq!(
        typed.response.headers,
        Headers::from_iter([("retry-after", "3"), ("x-amzn-errortype", "ThrottlingException")])
    );
    assert_eq!(body(&typed), r#"{"message":"redacted free text, 30 characters","Reason":""}"#);
    assert_eq!(
        body(&signature),
        r#"{"__type":"InvalidSignatureException","Message":"redacted free text, 32 characters"}"#
    );
}

#[test]
fn withholds_what_is_no_json() {
    let mut redactor = redactor();
    for (text, reason) in [("<html>c4n4ry", "html"), ("{\"c4n4ry", "truncated"), ("c4n4ry", "not-json"), (" ", "empty")]
    {
        let redacted = redactor.redact(exchange(&[], 502, &[], text));

        let Body::Withheld(withheld) = redacted.response.body else { panic!("{text}") };
        assert_eq!((withheld.reason.as_str(), withheld.length), (reason, text.len() as u64));
    }
}

#[test]
fn leaves_nothing_of_a_request_that_is_no_operation() {
    let mut redactor = redactor();
    let mut other = exchange(&[("c4n4ry", "x")], 403, &[], r#"{"c4n4ry":"c4n4ry"}"#);
    other.request.path = "/c4n4ry".to_owned();
    let mut same = other.clone();
    same.request.method = "C4N4RY".to_owned();

    let first = redactor.redact(other.clone());
    let second = redactor.redact(same);
    let third = redactor.redact(other);

    assert_eq!((first.request.method.as_str(), first.request.path.as_str()), ("POST", "/unroutable-1"));
    assert_eq!((second.request.method.as_str(), second.request.path.as_str()), ("OTHER", "/unroutable-2"));
    assert_eq!(third.request.path, first.request.path);
    assert_eq!(first.operation, None);
    assert_eq!(body(&first), r#"{"unknownMember1":""}"#);
}

#[test]
fn keeps_what_the_policy_names_and_says_so() {
    let policy = Policy { keep: vec!["ImageSetProperties.imageSetId".to_owned()] };
    let mut redactor = Redactor::new(Arc::new(embedded()), &policy);
    let page = format!(r#"{{"imageSetPropertiesList":[{{"imageSetId":"{IMAGE_SET}"}}]}}"#);

    let redacted = redactor.redact(exchange(&[], 200, &[], &page));

    assert_eq!(body(&redacted), page);
    assert!(!redacted.request.path.contains(IMAGE_SET));
    assert!(redactor.summary().to_string().ends_with(", kept imageSetId 1"));
}

#[test]
fn shows_no_real_value_of_its_memory() {
    let mut redactor = redactor();
    redactor.redact(exchange(&[], 200, &[], "{}"));

    assert!(!format!("{redactor:?}").contains(DATASTORE));
}

#[test]
fn measures_free_text_that_is_too_long_and_leaves_it_too_long() {
    let page = format!(r#"{{"imageSetPropertiesList":[{{"message":"{}"}}]}}"#, "y".repeat(5000));
    let mut redactor = redactor();

    let redacted = redactor.redact(exchange(&[], 200, &[], &page));

    let body = body(&redacted);
    assert!(body.contains("redacted free text, 5000 charactersxxx"), "{body}");
    assert_eq!(body.len(), r#"{"imageSetPropertiesList":[{"message":""}]}"#.len() + 2049);
}

#[test]
fn keeps_no_key_id_that_looks_like_a_name_or_an_enum_value() {
    let page = r#"{"AKIAIOSFODNNXEXAMPLE":1,"imageSetPropertiesList":[{"imageSetState":"AKIAIOSFODNNXEXAMPLE"}]}"#;

    let redacted = redactor().redact(exchange(&[], 200, &[], page));

    assert_eq!(body(&redacted), r#"{"unknownMember1":0,"imageSetPropertiesList":[{"imageSetState":""}]}"#);
}

#[test]
fn gives_a_number_that_is_no_time_the_same_stand_in_as_text() {
    let page = r#"{"imageSetPropertiesList":[{"createdAt":1262304000},{"createdAt":123456789012},{"createdAt":"123456789012"}]}"#;

    let redacted = redactor().redact(exchange(&[], 200, &[], page));

    assert_eq!(
        body(&redacted),
        r#"{"imageSetPropertiesList":[{"createdAt":1262304000},{"createdAt":4500000500000000000},{"createdAt":"4500000500000000000"}]}"#
    );
}
