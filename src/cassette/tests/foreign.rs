//! A foreign YAML reader must find the same exchanges in what we write: users read cassettes with theirs.

use super::arbitrary::exchanges;
use super::{cassette, files};
use crate::cassette::read;
use crate::message::{Body, End, Exchange, Json, Link, Request, Response, Withheld, WithheldReason, json};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde::Deserialize;
use serde_yaml::{Deserializer, Value};

/// The second document of a file, as the foreign reader has it.
fn second_document(file: &str) -> Value {
    let documents: Vec<Value> =
        Deserializer::from_str(file).map(|document| Value::deserialize(document).unwrap()).collect();
    let [_, second] = <[Value; 2]>::try_from(documents).unwrap();
    second
}

/// The exchanges of the second document, by the types that the foreign reader gave its scalars.
fn exchanges_of(document: &Value) -> Vec<Exchange> {
    assert_eq!(document["cassette"].as_u64(), Some(1));
    document["exchanges"].as_sequence().unwrap().iter().map(exchange).collect()
}

fn exchange(node: &Value) -> Exchange {
    let number = |key: &str| node.get(key).map(|value| u32::try_from(value.as_u64().unwrap()).unwrap());
    Exchange {
        id: text(&node["id"]),
        operation: node.get("operation").map(text),
        attempt: number("attempt"),
        walk: number("walk"),
        unfinished: node.get("unfinished").is_some_and(|value| value.as_bool().unwrap()),
        request: request(&node["request"]),
        response: response(&node["response"]),
        link: Link::default(),
    }
}

fn request(node: &Value) -> Request {
    Request {
        method: text(&node["method"]),
        path: text(&node["path"]),
        query: fields(node.get("query")),
        headers: fields(node.get("headers")).into_iter().collect(),
        body: body(node.get("body")),
    }
}

fn response(node: &Value) -> Response {
    let end = node.get("end").map_or(End::Complete, |end| {
        let after = |key: &str| end.get(key).map(|value| value.as_u64().unwrap());
        let ends = [
            after("reset-after").map(End::ResetAfter),
            after("eof-after").map(End::EofAfter),
            after("timeout-after").map(End::TimeoutAfter),
        ];
        ends.into_iter().flatten().next().unwrap()
    });
    Response {
        status: node.get("status").map(|value| u16::try_from(value.as_u64().unwrap()).unwrap()),
        headers: fields(node.get("headers")).into_iter().collect(),
        body: body(node.get("body")),
        end,
    }
}

fn text(node: &Value) -> String {
    node.as_str().unwrap().to_owned()
}

fn fields(node: Option<&Value>) -> Vec<(String, String)> {
    let Some(node) = node else { return Vec::new() };
    let mut fields = Vec::new();
    for (name, value) in node.as_mapping().unwrap() {
        match value {
            Value::Sequence(values) => fields.extend(values.iter().map(|value| (text(name), text(value)))),
            value => fields.push((text(name), text(value))),
        }
    }
    fields
}

fn body(node: Option<&Value>) -> Body {
    let Some(node) = node else { return Body::Empty };
    let [(kind, value)] = <[_; 1]>::try_from(node.as_mapping().unwrap().iter().collect::<Vec<_>>()).unwrap();
    match kind.as_str().unwrap() {
        "json" => json_body(value.as_str().unwrap()),
        "text" => Body::from_bytes(text(value).into_bytes()),
        "base64" => Body::from_bytes(STANDARD.decode(text(value).replace('\n', "")).unwrap()),
        "withheld" => Body::Withheld(Withheld {
            reason: WithheldReason::parse(value["reason"].as_str().unwrap()).unwrap(),
            length: value["length"].as_u64().unwrap(),
        }),
        other => panic!("{other}"),
    }
}

/// A JSON body; serde_json must find the same value in the file's text as in the wire's bytes.
fn json_body(text: &str) -> Body {
    let wire = json::compact(text);
    // A lone surrogate is JSON by its grammar; serde_json refuses the escape.
    if let Ok(value) = serde_json::from_str::<serde_json::Value>(text) {
        assert_eq!(value, serde_json::from_str::<serde_json::Value>(&wire).unwrap());
    }
    assert_eq!(Json::parse(wire.as_bytes()).unwrap().to_compact(), wire);
    Body::from_bytes(wire.into_bytes())
}

proptest! {
    #[test]
    fn a_foreign_reader_finds_the_same_exchanges(exchanges in exchanges()) {
        let written = cassette(exchanges);

        let file = String::from_utf8(written.to_bytes().unwrap()).unwrap();

        prop_assert_eq!(&exchanges_of(&second_document(&file)), &written.transcript.exchanges);
    }
}

#[test]
fn a_foreign_reader_finds_the_same_exchanges_in_every_file() {
    for (path, text) in files() {
        let name = path.display().to_string();
        let own = read(&name, text.as_bytes()).unwrap();

        let foreign = exchanges_of(&second_document(&text));

        assert_eq!(foreign, own.transcript.exchanges, "{name}");
    }
}
