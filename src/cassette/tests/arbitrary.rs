//! Exchanges of any content that a cassette can hold.

use crate::message::{Body, End, Exchange, Headers, Json, Link, Request, Response, Withheld, WithheldReason};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// Texts that some YAML version, or some terminal, reads as something else.
const AWKWARD: [&str; 48] = [
    "",
    " ",
    "~",
    "null",
    "Null",
    "true",
    "no",
    "NO",
    "on",
    "y",
    "n",
    "=",
    "<<",
    "1",
    "01",
    "0x1f",
    "0o17",
    "1_000",
    "1,000",
    "1e3",
    "1.5",
    ".5",
    ".inf",
    ".nan",
    "-.INF",
    "1:30",
    "12:30:45",
    "2010-01-01",
    "2010-01-01T00:00:00Z",
    "-",
    "- a",
    "? a",
    ": a",
    "a: b",
    "a #b",
    "#a",
    "&a",
    "*a",
    "!a",
    "|",
    ">",
    "@a",
    "`a",
    "%a",
    "---",
    "...",
    "{a}",
    "[a]",
];

/// Characters that a reader drops, folds or refuses when they are written as they are.
const AWKWARD_CHARACTERS: [char; 20] = [
    '\0', '\u{7}', '\t', '\n', '\r', '\u{1b}', '"', '\\', '\'', ' ', '\u{7f}', '\u{85}', '\u{a0}', '\u{2028}',
    '\u{2029}', '\u{feff}', '\u{fffe}', '\u{ffff}', '\u{3000}', '😀',
];

pub(super) fn text() -> impl Strategy<Value = String> {
    let characters =
        prop_oneof![3 => any::<char>(), 2 => select(&AWKWARD_CHARACTERS[..]), 5 => proptest::char::range(' ', '~')];
    prop_oneof![
        1 => select(&AWKWARD[..]).prop_map(str::to_owned),
        3 => vec(characters, 0..12).prop_map(|characters| characters.into_iter().collect()),
    ]
}

fn json() -> impl Strategy<Value = Json> {
    let number = select(&["0", "-0.0", "1.679592510753E9", "1e+2", "12345678901234567890", "1.0"][..]);
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        number.prop_map(|number| Json::Number(number.to_owned())),
        text().prop_map(|text| Json::string(&text)),
        select(&[r#""\u0041\/\ud83d\ude00""#, r#""\b\f""#, r#""\ud800""#][..])
            .prop_map(|spelled| Json::parse(spelled.as_bytes()).unwrap()),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        let key = json_text();
        prop_oneof![vec(inner.clone(), 0..4).prop_map(Json::Array), vec((key, inner), 0..4).prop_map(Json::Object),]
    })
}

fn json_text() -> impl Strategy<Value = crate::message::json::Text> {
    prop_oneof![text(), Just("same".to_owned())].prop_map(|text| crate::message::json::Text::new(&text))
}

/// Bodies of any bytes, with those that look like something more often than chance would have them.
pub(super) fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        json().prop_map(|value| value.to_compact().into_bytes()),
        json().prop_map(|value| value.to_pretty().into_bytes()),
        vec(text(), 0..4).prop_map(|lines| lines.join("\n").into_bytes()),
        (json(), 0usize..40).prop_map(|(value, cut)| {
            let bytes = value.to_compact().into_bytes();
            bytes[..bytes.len().saturating_sub(cut)].to_vec()
        }),
        vec(any::<u8>(), 0..200),
    ]
}

fn body() -> impl Strategy<Value = Body> {
    let withheld = (select(&WithheldReason::ALL[..]), 0..=i64::MAX.cast_unsigned())
        .prop_map(|(reason, length)| Body::Withheld(Withheld { reason, length }));
    prop_oneof![1 => Just(Body::Empty), 1 => withheld, 6 => bytes().prop_map(Body::from_bytes)]
}

fn fields() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![select(&["a", "b", "content-type"][..]).prop_map(str::to_owned), text()];
    vec((name, text()), 0..5)
}

fn headers() -> impl Strategy<Value = Headers> {
    fields().prop_map(|fields| fields.into_iter().collect())
}

fn request() -> impl Strategy<Value = Request> {
    (text(), text(), fields(), headers(), body()).prop_map(|(method, path, query, headers, body)| Request {
        method,
        path,
        query,
        headers,
        body,
    })
}

fn response() -> impl Strategy<Value = Response> {
    let count = 0..=i64::MAX.cast_unsigned();
    let broken = prop_oneof![
        count.clone().prop_map(End::ResetAfter),
        count.clone().prop_map(End::EofAfter),
        count.prop_map(End::TimeoutAfter),
    ];
    let ended = prop_oneof![
        (100u16..1000, prop_oneof![Just(End::Complete), broken.clone()]).prop_map(|(status, end)| (Some(status), end)),
        broken.prop_map(|end| (None, end)),
    ];
    (ended, headers(), body()).prop_map(|((status, end), headers, body)| Response { status, headers, body, end })
}

pub(super) fn exchange() -> impl Strategy<Value = Exchange> {
    let marks = (option::of(text()), option::of(1u32..), option::of(2u32..), any::<bool>());
    (marks, request(), response()).prop_map(|((operation, attempt, walk, unfinished), request, response)| Exchange {
        id: String::new(),
        operation,
        attempt,
        walk,
        unfinished,
        request,
        response,
        link: Link::default(),
    })
}

pub(super) fn link() -> impl Strategy<Value = Link> {
    let text = || option::of(text());
    (text(), text(), text(), text(), text()).prop_map(|(call, client, signature, probe, session)| Link {
        call,
        client,
        signature,
        probe,
        session,
    })
}

/// Exchanges with ids of their own.
pub(super) fn exchanges() -> impl Strategy<Value = Vec<Exchange>> {
    vec((exchange(), "[a-z0-9][a-z0-9._-]{0,20}"), 0..5).prop_map(|all| {
        let named = all.into_iter().enumerate();
        named.map(|(index, (exchange, id))| Exchange { id: format!("{id}-{index}"), ..exchange }).collect()
    })
}
