//! What walks are sorted by: what they ask and what came of it, less their stand-ins.

use crate::evidence::walk::Walk;
use crate::message::{Body, Exchange, Headers, Moment};
use crate::redact::Outline;
use crate::spec::errors::error_type;

/// The key of a walk; the parts count in this order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WalkKey {
    /// Requests that are no operation come last.
    is_unrouted: bool,
    operation: String,
    path: String,
    inputs: Vec<(String, Value)>,
    /// Status and error type of each attempt.
    outcomes: Vec<(Option<u16>, String)>,
    /// Everything that is stored.
    bytes: Vec<u8>,
    /// What is known besides: the probe, the client, its signature.
    facts: Vec<[Option<String>; 3]>,
    /// Times, as they are going to be.
    times: Vec<String>,
}

/// An input: numbers count as such.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Number(i64),
    Text(String),
}

impl WalkKey {
    /// The key of a walk; times are moved by so many seconds.
    pub(super) fn new(walk: &Walk, exchanges: &[Exchange], outlines: &[Outline], shift: i64) -> Self {
        let first = walk.exchanges().next();
        let request = first.map(|index| &outlines[index].exchange.request);
        let mut inputs: Vec<_> =
            request.map_or(&[][..], |request| &request.query).iter().map(|(n, v)| (n.clone(), Value::of(v))).collect();
        inputs.sort();
        let mut key = Self {
            is_unrouted: walk.operation.is_none(),
            operation: walk.operation.clone().unwrap_or_default(),
            path: request.map(|request| request.path.clone()).unwrap_or_default(),
            inputs,
            outcomes: Vec::new(),
            bytes: Vec::new(),
            facts: Vec::new(),
            times: Vec::new(),
        };
        for index in walk.exchanges() {
            key.add(&exchanges[index], &outlines[index], shift);
        }
        key
    }

    fn add(&mut self, exchange: &Exchange, outline: &Outline, shift: i64) {
        let response = &exchange.response;
        let name = error_type(&outline.exchange.response).map(|error| error.name).unwrap_or_default();
        self.outcomes.push((response.status, name));
        write_exchange(&outline.exchange, &mut self.bytes);
        let link = &exchange.link;
        self.facts.push([link.probe.clone(), link.client.clone(), link.signature.clone()]);
        self.times.extend(outline.times.iter().map(|text| moved(text, shift)));
    }
}

impl Value {
    fn of(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Text(text.to_owned()), Self::Number)
    }
}

fn moved(text: &str, shift: i64) -> String {
    let moved = Moment::parse(text).and_then(|moment| moment.moved(shift));
    moved.map_or_else(|| text.to_owned(), |moment| moment.to_string())
}

/// Everything of an exchange, each part with its length.
fn write_exchange(exchange: &Exchange, out: &mut Vec<u8>) {
    let (request, response) = (&exchange.request, &exchange.response);
    part(request.method.as_bytes(), out);
    part(request.path.as_bytes(), out);
    for (name, value) in &request.query {
        part(name.as_bytes(), out);
        part(value.as_bytes(), out);
    }
    write_headers(&request.headers, out);
    write_body(&request.body, out);
    part(format!("{:?} {:?}", response.status, response.end).as_bytes(), out);
    write_headers(&response.headers, out);
    write_body(&response.body, out);
}

fn write_headers(headers: &Headers, out: &mut Vec<u8>) {
    for (name, value) in headers.iter() {
        part(name.as_bytes(), out);
        part(value.as_bytes(), out);
    }
}

fn write_body(body: &Body, out: &mut Vec<u8>) {
    match body {
        Body::Withheld(withheld) => part(format!("{} {}", withheld.reason.as_str(), withheld.length).as_bytes(), out),
        Body::Empty | Body::Bytes(_) => part(body.bytes(), out),
    }
}

fn part(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
    out.extend_from_slice(bytes);
}
