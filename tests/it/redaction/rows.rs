//! What is stored, item by item: each row is what passed and what is left of it. The control of all of them is the
//! same row without redaction, which must not come to the same.

use super::specs;
use retake::cassette::order::commit;
use retake::cassette::{Cassette, Recording};
use retake::message::{Body, Exchange, Headers, Link, Origin, Request, Response, Transcript};
use retake::redact::{Policy, Redactor};
use std::sync::Arc;

const DATASTORE: &str = "1234567890abcdef1234567890abcdef";
const IMAGE_SET: &str = "abcdefghijklmnopqrstuvwxyz012345";
const OTHER: &str = "zyxwvutsrqponmlkjihgfedcba543210";

/// An item of what passes.
struct Row {
    name: &'static str,
    passed: Vec<Exchange>,
    /// The part of it that is looked at.
    part: fn(&[Exchange]) -> String,
    stored: &'static str,
}

fn list(query: &[(&str, &str)], headers: &[(&str, &str)], response: Response) -> Exchange {
    let request = Request {
        method: "POST".to_owned(),
        path: format!("/datastore/{DATASTORE}/imageSet/{IMAGE_SET}/listImageSetVersions"),
        query: query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        headers: headers.iter().copied().collect(),
        body: Body::Empty,
    };
    Exchange { request, response, ..Exchange::default() }
}

fn books(body: &str) -> Exchange {
    let request = Request { method: "GET".to_owned(), path: "/shelves/AB-123/books".to_owned(), ..Request::default() };
    Exchange { request, response: answer(200, &[], body), ..Exchange::default() }
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers: Headers = headers.iter().copied().collect();
    Response { status: Some(status), headers, body: Body::from_bytes(body.to_owned()), ..Response::default() }
}

fn items(body: &str) -> String {
    format!("{{\"imageSetPropertiesList\":[{body}]}}")
}

/// The exchanges as a cassette has them.
fn stored(passed: &[Exchange]) -> Vec<Exchange> {
    let specs = specs();
    let mut redactor = Redactor::new(Arc::clone(&specs), &Policy::default());
    let redacted = passed.iter().map(|exchange| redactor.redact(exchange.clone())).collect();
    commit(&specs, &Policy::default(), redacted).into_inner().exchanges
}

fn bodies(exchanges: &[Exchange]) -> String {
    let body = |exchange: &Exchange| match &exchange.response.body {
        Body::Withheld(withheld) => format!("withheld: {}, {}", withheld.reason.as_str(), withheld.length),
        body => String::from_utf8_lossy(body.bytes()).into_owned(),
    };
    exchanges.iter().map(body).collect::<Vec<_>>().join("\n")
}

fn requests(exchanges: &[Exchange]) -> String {
    let request = |exchange: &Exchange| format!("{} {:?}", exchange.request.path, exchange.request.query);
    exchanges.iter().map(request).collect::<Vec<_>>().join("\n")
}

fn whole(exchanges: &[Exchange]) -> String {
    format!("{}\n{}", requests(exchanges), bodies(exchanges))
}

fn response_headers(exchanges: &[Exchange]) -> String {
    let headers = |exchange: &Exchange| format!("{:?}", exchange.response.headers.iter().collect::<Vec<_>>());
    exchanges.iter().map(headers).collect::<Vec<_>>().join("\n")
}

fn request_facts(exchanges: &[Exchange]) -> String {
    let facts = |exchange: &Exchange| {
        let headers: Vec<_> = exchange.request.headers.iter().collect();
        format!("{headers:?} {:?}", exchange.link.signature)
    };
    exchanges.iter().map(facts).collect::<Vec<_>>().join("\n")
}

fn rows() -> Vec<Row> {
    [rows_of_values(), rows_of_messages()].into_iter().flatten().collect()
}

fn rows_of_values() -> Vec<Row> {
    let long = "A".repeat(65);
    let at_most = "A".repeat(64);
    let token = "t".repeat(65);
    vec![
        Row {
            name: "enum values",
            passed: vec![list(
                &[("maxResults", "2")],
                &[],
                answer(
                    200,
                    &[],
                    &items(&format!(
                        r#"{{"imageSetState":"ACTIVE","isPrimary":true}},{{"imageSetState":"A_NEW_STATE"}},{{"imageSetState":"{at_most}"}},{{"imageSetState":"{long}"}},{{"imageSetState":"A__B"}},{{"imageSetState":"Ward7"}},{{"imageSetState":"WARD_7"}}"#
                    )),
                ),
            )],
            part: bodies,
            stored: r#"{"imageSetPropertiesList":[{"imageSetState":"ACTIVE","isPrimary":true},{"imageSetState":"A_NEW_STATE"},{"imageSetState":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},{"imageSetState":""},{"imageSetState":""},{"imageSetState":""},{"imageSetState":""}]}"#,
        },
        Row {
            name: "identifiers",
            passed: vec![list(
                &[],
                &[],
                answer(
                    200,
                    &[],
                    &items(&format!(
                        r#"{{"imageSetId":"{IMAGE_SET}"}},{{"imageSetId":"{OTHER}"}},{{"imageSetId":"short"}}"#
                    )),
                ),
            )],
            part: whole,
            stored: "/datastore/datastore00000000000000000000001/imageSet/imageset000000000000000000000001/listImageSetVersions []\n{\"imageSetPropertiesList\":[{\"imageSetId\":\"imageset000000000000000000000001\"},{\"imageSetId\":\"imageset000000000000000000000002\"},{\"imageSetId\":\"malformed-01\"}]}",
        },
        Row {
            name: "tokens",
            passed: vec![
                list(&[], &[], answer(200, &[], &format!(r#"{{"imageSetPropertiesList":[],"nextToken":"{token}"}}"#))),
                list(
                    &[("nextToken", &token)],
                    &[],
                    answer(200, &[], r#"{"imageSetPropertiesList":[],"nextToken":"s3cret"}"#),
                ),
            ],
            part: |exchanges| {
                let spent = exchanges[1].request.query_value("nextToken").unwrap_or_default().to_owned();
                format!("{}\n{spent}", bodies(exchanges))
            },
            stored: "{\"imageSetPropertiesList\":[],\"nextToken\":\"page-token-0001xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}\n{\"imageSetPropertiesList\":[],\"nextToken\":\"page-token-0002\"}\npage-token-0001xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        },
        Row {
            name: "times",
            passed: vec![books(
                r#"{"books":[{"lent":1679592510.7530,"due":1.67959261E9,"printed":"2023-03-23T17:28:29Z","bound":"soon","posted":"Thu, 23 Mar 2023 17:28:30 GMT"}]}"#,
            )],
            part: bodies,
            stored: r#"{"books":[{"lent":1262304001.7530,"due":1.262304101E9,"printed":"2010-01-01T00:00:00Z","bound":"malformed-01","posted":"Fri, 01 Jan 2010 00:00:01 GMT"}]}"#,
        },
        Row {
            name: "free text",
            passed: vec![
                books(r#"{"books":[{"title":"Doe John was here","code":"XYZ"}]}"#),
                list(&[], &[], answer(404, &[], r#"{"message":"no such set for Doe^John"}"#)),
            ],
            part: bodies,
            stored: "{\"books\":[{\"title\":\"value0001\",\"code\":\"AAA\"}]}\n{\"message\":\"redacted free text, 24 characters\"}",
        },
        Row {
            name: "secrets",
            passed: vec![books(
                r#"{"books":[{"pin":"4711","isSecret":true,"cover":"c2VjcmV0","private":{"diagnosis":"x"},"history":[{"what":"fell ill","when":1679592510,"count":3}]}]}"#,
            )],
            part: bodies,
            stored: r#"{"books":[{"pin":"0000","isSecret":false,"cover":"AAAAAAAAAAA=","private":{},"history":[{"what":"value0001","when":1262304000,"count":0}]}]}"#,
        },
        Row {
            name: "unknown members",
            passed: vec![list(
                &[],
                &[],
                answer(
                    200,
                    &[],
                    &format!(
                        r#"{{"imageSetPropertiesList":[],"ward":"B7","ward7":"x","n":5,"b":true,"z":null,"l":[1],"o":{{"p":"q"}},"{}":1}}"#,
                        "x".repeat(41)
                    ),
                ),
            )],
            part: bodies,
            stored: r#"{"imageSetPropertiesList":[],"ward":"","unknownMember1":"","n":0,"b":false,"z":null,"l":[],"o":{},"unknownMember2":0}"#,
        },
    ]
}

fn rows_of_messages() -> Vec<Row> {
    let error = |status: u16, headers: &[(&str, &str)], body: &str| list(&[], &[], answer(status, headers, body));
    vec![
        Row {
            name: "error types",
            passed: vec![error(
                500,
                &[("x-amzn-errortype", "com.amazon#SlowDown:http://internal/x")],
                r#"{"__type":"patient 4711","code":"AKIAIOSFODNN7EXAMPLE"}"#,
            )],
            part: |exchanges| format!("{} {}", response_headers(exchanges), bodies(exchanges)),
            stored: r#"[("x-amzn-errortype", "SlowDown")] {"__type":"UnmodelledError1","code":"UnmodelledError2"}"#,
        },
        Row {
            name: "authentication errors",
            passed: vec![error(
                403,
                &[],
                r#"{"__type":"InvalidSignatureException","message":"The Canonical String was 'POST x-amz-security-token:IQoJ'","CanonicalRequest":"POST","detail":{"key":"AKIA"}}"#,
            )],
            part: bodies,
            stored: r#"{"__type":"InvalidSignatureException","message":"redacted free text, 57 characters"}"#,
        },
        Row {
            name: "authorization",
            passed: vec![Exchange {
                link: Link {
                    signature: Some("AWS4-HMAC-SHA256 medical-imaging host;x-patient;x-amz-date valid".to_owned()),
                    ..Link::default()
                },
                ..list(
                    &[],
                    &[
                        ("authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20230323/us-east-1"),
                        ("x-amz-security-token", "IQoJb3JpZ2lu"),
                        ("amz-sdk-invocation-id", "6f1a2b3c-1111-4abc-9def-0123456789ab"),
                        ("amz-sdk-request", "ttl=20230323T182830Z; attempt=2; max=3"),
                    ],
                    answer(200, &[], "{}"),
                )
            }],
            part: request_facts,
            stored: r#"[("amz-sdk-request", "attempt=2; max=3")] Some("AWS4-HMAC-SHA256 medical-imaging host;other;x-amz-date valid")"#,
        },
        Row {
            name: "headers",
            passed: vec![error(
                200,
                &[
                    ("x-amzn-requestid", "6f1a2b3c-1111-4abc-9def-0123456789ab"),
                    ("x-amz-id-2", "opaque"),
                    ("set-cookie", "session=1"),
                    ("server", "internal-7"),
                    ("date", "Thu, 23 Mar 2023 17:28:30 GMT"),
                    ("content-type", "application/json; boundary=patient"),
                    ("x-amz-request-id", "4442587FB7D0A2F9"),
                ],
                "{}",
            )],
            part: response_headers,
            stored: r#"[("content-type", "application/json"), ("x-amz-request-id", "0000000000000001"), ("x-amzn-requestid", "00000000-0000-4000-8000-000000000002")]"#,
        },
        Row {
            name: "bodies that are no JSON",
            passed: ["<html>Doe", "{\"a\":\"Doe", "Doe^John", " \n"].map(|body| error(502, &[], body)).to_vec(),
            part: bodies,
            stored: "withheld: html, 9\nwithheld: truncated, 9\nwithheld: not-json, 8\nwithheld: empty, 2",
        },
    ]
}

/// Asserts that a row is stored as it says.
#[track_caller]
fn assert_stored(name: &str) {
    let row = rows().into_iter().find(|row| row.name == name).unwrap();

    assert_eq!((row.part)(&stored(&row.passed)), row.stored, "{name}");
}

#[test]
fn enum_values_are_kept_if_they_are_no_more_than_capital_words() {
    assert_stored("enum values");
}

#[test]
fn identifiers_become_ordinals_of_their_type_the_same_wherever_they_stand() {
    assert_stored("identifiers");
}

#[test]
fn tokens_become_ordinals_of_their_class_of_length_and_stay_linked() {
    assert_stored("tokens");
}

#[test]
fn times_are_moved_by_one_constant_in_whatever_form() {
    assert_stored("times");
}

#[test]
fn of_free_text_the_length_is_left_where_its_type_takes_that() {
    assert_stored("free text");
}

#[test]
fn secrets_become_the_first_value_of_their_type() {
    assert_stored("secrets");
}

#[test]
fn of_unknown_members_the_type_is_left_and_the_name_if_it_is_letters() {
    assert_stored("unknown members");
}

#[test]
fn error_types_are_kept_if_they_look_like_names() {
    assert_stored("error types");
}

#[test]
fn of_authentication_errors_the_type_is_left_and_the_length_of_the_message() {
    assert_stored("authentication errors");
}

#[test]
fn of_the_signature_known_words_are_left() {
    assert_stored("authorization");
}

#[test]
fn request_ids_become_ordinals_and_unknown_headers_are_dropped() {
    assert_stored("headers");
}

#[test]
fn of_a_body_that_is_no_json_the_kind_and_the_length_are_left() {
    assert_stored("bodies that are no JSON");
}

#[test]
fn no_row_comes_to_the_same_without_redaction() {
    for row in rows() {
        assert_ne!((row.part)(&row.passed), row.stored, "{} says nothing of redaction", row.name);
    }
}

#[test]
fn dropped_headers_are_counted() {
    let row = rows().into_iter().find(|row| row.name == "headers").unwrap();
    let mut redactor = Redactor::new(specs(), &Policy::default());

    row.passed.into_iter().for_each(|exchange| drop(redactor.redact(exchange)));

    assert!(redactor.summary().to_string().ends_with("dropped headers 4"), "{}", redactor.summary());
}

/// The bytes of a cassette.
fn cassette(exchanges: Vec<Exchange>) -> Vec<u8> {
    let specs = specs();
    let mut redactor = Redactor::new(Arc::clone(&specs), &Policy::default());
    let redacted = exchanges.into_iter().map(|exchange| redactor.redact(exchange)).collect();
    let transcript = commit(&specs, &Policy::default(), redacted);
    let summary = Some(redactor.summary().to_string());
    let recording = Recording { origin: Origin::Live, region: None, recorded_at: 0, redaction: summary };
    Cassette::new(&specs, recording, transcript).to_bytes().unwrap()
}

/// The same walk of somebody else, at another time: no real value is the same.
fn walk(of: char, day: u32) -> Vec<Exchange> {
    let id = |length: usize| of.to_string().repeat(length);
    let page = |token: &str| {
        format!(
            r#"{{"imageSetPropertiesList":[{{"imageSetId":"{}","versionId":"1","imageSetState":"ACTIVE","createdAt":{}.5,"message":"{}"}}]{token}}}"#,
            id(32),
            1_600_000_000 + day * 86_400,
            id(20)
        )
    };
    let of_somebody = |query: &[(&str, &str)], body: &str| {
        let mut exchange =
            list(query, &[("user-agent", "aws-sdk-rust/1"), ("x-other", &id(9))], answer(200, &[], body));
        exchange.request.path = format!("/datastore/{}/imageSet/{}/listImageSetVersions", id(32), id(32));
        exchange
    };
    let token = id(40);
    vec![
        of_somebody(&[], &page(&format!(r#","nextToken":"{token}""#))),
        of_somebody(&[("nextToken", &token)], &page("")),
    ]
}

#[test]
fn nothing_stored_is_derived_from_a_real_value() {
    let (one, other) = (walk('a', 1), walk('b', 700));

    assert_ne!(format!("{one:?}"), format!("{other:?}"));
    assert_eq!(String::from_utf8(cassette(one)), String::from_utf8(cassette(other)));
}

#[test]
fn a_recording_without_redaction_would_tell_one_real_value_from_another() {
    let transcripts = [walk('a', 1), walk('b', 700)].map(|exchanges| Transcript { exchanges });

    assert_ne!(whole(&transcripts[0].exchanges), whole(&transcripts[1].exchanges));
}
