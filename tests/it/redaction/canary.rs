//! The canary test of redaction: secrets planted in every carrier of an exchange, in
//! several encodings, and none of them in what is stored.
//!
//! A member that the spec keeps carries what it carries; everything else must not.
//! The search itself is tried on the exchange before redaction, where it must find all.

use super::specs;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use retake::cassette::order::commit;
use retake::cassette::{Cassette, Recording, entry};
use retake::message::json::{Json, Text};
use retake::message::{Body, Exchange, Headers, Link, Origin, Request, Response, target};
use retake::redact::detect::Forbidden;
use retake::redact::{Policy, Redactor};
use retake::spec::conform::{check_json, check_text};
use retake::spec::{Inputs, Kind, Location, Member, Sensitivity, ShapeId, Spec, build_request, exemplar};
use std::sync::Arc;

/// A way to write a canary down.
type Encode = fn(&str) -> String;

/// Ways to write a canary down, by name.
const ENCODINGS: [(&str, Encode); 7] = [
    ("plain", str::to_owned),
    ("padded", |canary| format!("{canary:a<32}")),
    ("percent", |canary| canary.bytes().map(|byte| format!("%{byte:02X}")).collect()),
    ("base64", |canary| STANDARD.encode(format!("x{canary}"))),
    ("hex", |canary| canary.bytes().map(|byte| format!("{byte:02x}")).collect()),
    ("in words", |canary| format!("Doe John {canary}: arn")),
    ("digits", |canary| canary.bytes().map(|byte| byte.to_string()).collect()),
];

/// How each canary begins.
const PREFIX: &str = "c4n4ry7f9x";

/// Plants canaries and remembers where.
struct Planter {
    encode: Encode,
    planted: Vec<(String, String)>,
}

impl Planter {
    fn new(encode: Encode) -> Self {
        Self { encode, planted: Vec::new() }
    }

    /// A canary for a carrier: lower-case letters and digits, so that no rule keeps it as a name.
    fn canary(&mut self, carrier: &str) -> String {
        let canary = (self.encode)(&format!("{PREFIX}{:05}", 10_000 + self.planted.len()));
        self.planted.push((carrier.to_owned(), canary.clone()));
        canary
    }

    /// A value with canaries wherever the spec does not keep what stands there.
    fn value(&mut self, spec: &Spec, shape: ShapeId, class: Option<Sensitivity>, carrier: &str, depth: usize) -> Json {
        let class = class.or(spec.shape(shape).sensitivity);
        match &spec.shape(shape).kind {
            Kind::List(item) => Json::Array(vec![self.value(spec, *item, class, &format!("{carrier}[]"), depth)]),
            Kind::Map { keys, values } => {
                let key = self.leaf(spec, *keys, class, &format!("a key of {carrier}"));
                let key = key.as_text().map_or_else(|| key.to_compact(), std::borrow::Cow::into_owned);
                Json::Object(vec![(Text::new(&key), self.value(spec, *values, class, carrier, depth))])
            }
            Kind::Structure(members) | Kind::Union(members) if depth < 4 => {
                let mut entries =
                    vec![(Text::new(&self.canary(&format!("a name in {carrier}"))), self.unknown(carrier))];
                for member in members {
                    let carrier = format!("{carrier}.{}", member.key);
                    let value = self.value(spec, member.shape, class.or(member.sensitivity), &carrier, depth + 1);
                    entries.push((Text::new(&member.wire_name), value));
                }
                Json::Object(entries)
            }
            _ => self.leaf(spec, shape, class, carrier),
        }
    }

    fn leaf(&mut self, spec: &Spec, shape: ShapeId, class: Option<Sensitivity>, carrier: &str) -> Json {
        let text = self.canary(carrier);
        let value = Json::string(&text);
        let conforms = check_json(spec, shape, &value).is_empty() || check_text(spec, shape, &text).is_empty();
        if class.is_none() && conforms {
            // The spec keeps it.
            self.planted.pop();
            return exemplar::value(spec, shape, 0);
        }
        value
    }

    fn unknown(&mut self, carrier: &str) -> Json {
        let inner = Json::Array(vec![Json::string(&self.canary(&format!("an unknown member in {carrier}")))]);
        Json::Object(vec![(Text::new(&self.canary(&format!("an unknown name in {carrier}"))), inner)])
    }

    fn input(&mut self, spec: &Spec, member: &Member) -> Option<String> {
        let text = self.canary(&format!("input {}", member.key));
        let class = spec.sensitivity(member);
        if class.is_none() && check_text(spec, member.shape, &text).is_empty() {
            self.planted.pop();
            return None;
        }
        Some(text)
    }

    fn headers(&mut self, whose: &str, names: &[&str]) -> Headers {
        let mut headers = Headers::new();
        for name in names {
            headers.push(name, self.canary(&format!("{whose} header {name}")));
        }
        headers.push(&self.canary(&format!("{whose} header name")), "1");
        headers.push(&format!("x-{whose}"), self.canary(&format!("{whose} unknown header")));
        headers
    }

    fn link(&mut self) -> Link {
        let mut text = |carrier: &str| Some(self.canary(carrier));
        Link {
            call: text("call"),
            client: text("client"),
            signature: text("signature").map(|canary| format!("{canary} {canary} host;{canary} {canary}")),
            probe: text("probe").map(|canary| format!("malformed-{canary}")),
            session: text("session"),
        }
    }

    fn request(&mut self, spec: &Spec) -> Request {
        let mut texts = Vec::new();
        for member in spec.input.iter().filter(|member| member.location != Location::Body) {
            if let Some(text) = self.input(spec, member) {
                texts.push((member.key.as_str(), text));
            } else if member.required {
                texts.push((member.key.as_str(), "1".to_owned()));
            }
        }
        let texts = texts.iter().map(|(key, text)| (*key, text.as_str()));
        let mut inputs = Inputs::from_texts(spec, texts);
        for member in spec.input.iter().filter(|member| member.location == Location::Body) {
            let value = self.value(spec, member.shape, member.sensitivity, &format!("input {}", member.key), 0);
            inputs.set(&member.key, retake::spec::InputValue::Json(value));
        }
        let mut request = build_request(spec, &inputs);
        let names =
            ["host", "user-agent", "authorization", "x-amz-security-token", "cookie", "accept", "amz-sdk-request"];
        for (name, value) in self.headers("request", &names).iter() {
            request.headers.push(name, value);
        }
        request
    }

    fn response(&mut self, status: u16, body: Body) -> Response {
        let names = [
            "content-type",
            "content-encoding",
            "date",
            "server",
            "x-amzn-errortype",
            "x-amzn-requestid",
            "retry-after",
            "x-amz-retry-after",
            "set-cookie",
            "x-amz-id-2",
            "location",
        ];
        Response { status: Some(status), headers: self.headers("response", &names), body, ..Response::default() }
    }
}

/// A success of an operation with canaries in it.
fn success(planter: &mut Planter, spec: &Spec) -> Exchange {
    let mut members = vec![(Text::new(&planter.canary("a name in the output")), planter.unknown("the output"))];
    for name in ["message", "__type", "code"].iter().filter(|name| spec.output_member(name).is_none()) {
        members.push((Text::new(name), Json::string(&planter.canary(&format!("{name} of a success")))));
    }
    let mut fields = Vec::new();
    for member in &spec.output {
        let carrier = format!("output {}", member.key);
        let value = planter.value(spec, member.shape, member.sensitivity, &carrier, 0);
        match member.location {
            Location::Header => fields.push((member.wire_name.clone(), value)),
            _ => members.push((Text::new(&member.wire_name), value)),
        }
    }
    let body = Body::from_bytes(Json::Object(members).to_compact());
    let mut response = planter.response(spec.http.success, body);
    for (name, value) in fields {
        response.headers.push(&name, value.as_text().map_or_else(|| value.to_compact(), std::borrow::Cow::into_owned));
    }
    Exchange { request: planter.request(spec), response, link: planter.link(), ..Exchange::default() }
}

fn error(planter: &mut Planter, spec: &Spec, name: Option<&str>) -> Exchange {
    let mut members = Vec::new();
    for member in ["message", "Message", "code", "__type", "CanonicalString"] {
        members.push((Text::new(member), Json::string(&planter.canary(&format!("{member} of an error")))));
    }
    members.push((Text::new(&planter.canary("a name in an error")), planter.unknown("an error")));
    let mut response = planter.response(403, Body::from_bytes(Json::Object(members).to_compact()));
    if let Some(name) = name {
        response.headers.for_each_value(|field, value| {
            if field == "x-amzn-errortype" {
                name.clone_into(value);
            }
        });
    }
    Exchange { request: planter.request(spec), response, link: planter.link(), ..Exchange::default() }
}

fn opaque(planter: &mut Planter, spec: &Spec, kind: usize) -> Exchange {
    let canary = planter.canary("a body");
    let body = [
        format!("<html>{canary}"),
        canary.clone(),
        format!("{{\"message\":\"{canary}"),
        format!("\"{canary}\""),
        format!("[\"{canary}\"]"),
    ];
    let response = planter.response(500, Body::from_bytes(body[kind].clone()));
    Exchange { request: planter.request(spec), response, ..Exchange::default() }
}

fn unroutable(planter: &mut Planter) -> Exchange {
    let request = Request {
        method: planter.canary("method"),
        path: format!("/{}/x", target::encode(&planter.canary("path"))),
        query: vec![(planter.canary("query name"), planter.canary("query value"))],
        headers: planter.headers("request", &["content-type", "accept"]),
        body: Body::from_bytes(planter.canary("request body")),
    };
    let body = Json::Object(vec![(Text::new(&planter.canary("a name")), planter.unknown("a body"))]);
    let response = planter.response(404, Body::from_bytes(body.to_compact()));
    Exchange { request, response, link: planter.link(), ..Exchange::default() }
}

/// Everything that is written of the exchanges: in a journal, in a cassette, in a log.
fn written(exchanges: Vec<Exchange>) -> Vec<Vec<u8>> {
    let specs = specs();
    let mut redactor = Redactor::new(Arc::clone(&specs), &Policy::default());
    let redacted: Vec<_> = exchanges.into_iter().map(|exchange| redactor.redact(exchange)).collect();
    let mut written: Vec<Vec<u8>> = redacted.iter().map(entry::write).collect();
    written.extend(redacted.iter().map(|exchange| format!("{exchange:?}").into_bytes()));
    written.push(format!("{redactor:?}").into_bytes());
    let recording = Recording {
        origin: Origin::Live,
        region: None,
        recorded_at: 0,
        redaction: Some(redactor.summary().to_string()),
    };
    let transcript = commit(&specs, &Policy::default(), redacted);
    let cassette = Cassette::new(&specs, recording, transcript);
    written.push(cassette.to_bytes().unwrap());
    // What a body block shows line by line is one text again.
    written.extend(cassette.transcript.exchanges.iter().map(|exchange| exchange.response.body.bytes().to_vec()));
    written
}

/// The texts in which a canary stands, in whatever encoding, with what is around it.
fn survivors(texts: &[Vec<u8>]) -> Vec<String> {
    let forbidden = Forbidden::new([PREFIX]);
    let digits: String = PREFIX.bytes().map(|byte| byte.to_string()).collect();
    let around = |text: &[u8], at: usize| {
        String::from_utf8_lossy(&text[at.saturating_sub(60)..text.len().min(at + 60)]).into_owned()
    };
    let mut survivors = Vec::new();
    for text in texts {
        survivors.extend(forbidden.scan(text).iter().map(|found| around(text, found.offset)));
        survivors.extend(String::from_utf8_lossy(text).find(&digits).map(|at| around(text, at)));
    }
    survivors
}

fn exchanges(planter: &mut Planter) -> Vec<Exchange> {
    let specs = specs();
    let mut exchanges = Vec::new();
    for spec in specs.iter() {
        exchanges.push(success(planter, spec));
        exchanges.push(error(planter, spec, None));
        exchanges.push(error(planter, spec, Some("SignatureDoesNotMatch")));
        exchanges.extend((0..5).map(|kind| opaque(planter, spec, kind)));
    }
    exchanges.push(unroutable(planter));
    exchanges
}

#[test]
fn no_canary_survives_in_any_carrier_and_encoding() {
    for (encoding, encode) in ENCODINGS {
        let mut planter = Planter::new(encode);
        let exchanges = exchanges(&mut planter);
        assert!(planter.planted.len() > 500, "{}", planter.planted.len());

        let survivors = survivors(&written(exchanges));

        assert_eq!(survivors, Vec::<String>::new(), "{encoding}");
    }
}

#[test]
fn the_search_finds_every_canary_before_redaction() {
    for (encoding, encode) in ENCODINGS {
        let mut planter = Planter::new(encode);
        let exchanges = exchanges(&mut planter);
        let raw: Vec<Vec<u8>> = exchanges
            .iter()
            .flat_map(|exchange| {
                let bodies = [exchange.request.body.bytes(), exchange.response.body.bytes()].concat();
                [format!("{exchange:?}").into_bytes(), bodies, target::decode(&exchange.request.path).into_bytes()]
            })
            .collect();

        let found = survivors(&raw).len();
        let whole = String::from_utf8(raw.concat()).unwrap();
        // The type of a signature error is no canary: it is what makes it one.
        let is_missed = |(carrier, canary): &&(String, String)| {
            // Names of headers are lower case.
            !whole.contains(canary)
                && !whole.contains(&canary.to_lowercase())
                && carrier != "response header x-amzn-errortype"
        };
        let missed: Vec<_> = planter.planted.iter().filter(is_missed).collect();

        assert!(missed.is_empty(), "{encoding}: {missed:?}");
        let searched = if encoding == "digits" { 1 } else { planter.planted.len() - 4 };
        assert!(found >= searched, "{encoding}: {found} of {searched}");
    }
}

#[test]
fn numbers_that_look_like_accounts_survive_nowhere_but_where_the_spec_keeps_them() {
    let specs = specs();
    let canary = 918_273_645_546_u64;
    let spec = specs.operation("ListImageSetVersions").unwrap();
    let number = || Json::Number(canary.to_string());
    let item =
        ["imageSetId", "versionId", "imageSetState", "createdAt", "updatedAt", "message", "overrides", "isPrimary"]
            .iter()
            .map(|name| (Text::new(name), number()))
            .collect();
    let members = vec![
        (Text::new("imageSetPropertiesList"), Json::Array(vec![Json::Object(item)])),
        (Text::new("nextToken"), number()),
        (Text::new("extra"), number()),
    ];
    let id = "a".repeat(32);
    let canary_text = canary.to_string();
    let texts =
        [("datastoreId", id.as_str()), ("imageSetId", &id), ("maxResults", &canary_text), ("nextToken", &canary_text)];
    let request = build_request(spec, &Inputs::from_texts(spec, texts));
    let body = Body::from_bytes(Json::Object(members).to_compact());
    let response = Response { status: Some(200), body, ..Response::default() };

    let texts = written(vec![Exchange { request, response, ..Exchange::default() }]);

    assert!(texts.iter().all(|text| !String::from_utf8_lossy(text).contains(&canary_text)));
}
