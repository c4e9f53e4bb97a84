//! What an exchange consists of, as names and texts: everything that a cassette holds of it.

use crate::message::{Body, End, Exchange, Headers, Json};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The members of an exchange, in the order of a cassette; what is not there has none.
pub(super) fn members(exchange: &Exchange) -> Vec<(String, String)> {
    let mut members = Vec::new();
    let mut add = |name: &str, value: Option<String>| members.extend(value.map(|value| (name.to_owned(), value)));
    let (request, response) = (&exchange.request, &exchange.response);
    add("operation", exchange.operation.clone());
    add("attempt", exchange.attempt.map(|attempt| attempt.to_string()));
    add("walk", exchange.walk.map(|walk| walk.to_string()));
    add("unfinished", exchange.unfinished.then(|| "true".to_owned()));
    add("request.method", Some(request.method.clone()));
    add("request.path", Some(request.path.clone()));
    let query = request.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    joined(query).into_iter().for_each(|(name, value)| add(&format!("request.query.{name}"), Some(value)));
    headers(&request.headers).into_iter().for_each(|(name, value)| add(&format!("request.{name}"), Some(value)));
    add("request.body", body(&request.body));
    add("response.status", response.status.map(|status| status.to_string()));
    headers(&response.headers).into_iter().for_each(|(name, value)| add(&format!("response.{name}"), Some(value)));
    add("response.body", body(&response.body));
    add("response.end", end(response.end));
    members
}

fn headers(headers: &Headers) -> Vec<(String, String)> {
    joined(headers.iter()).into_iter().map(|(name, value)| (format!("headers.{name}"), value)).collect()
}

/// Pairs by name, in the order of the first of each; several values stand one under the other.
fn joined<'p>(pairs: impl Iterator<Item = (&'p str, &'p str)>) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for (name, value) in pairs {
        match all.iter_mut().find(|(other, _)| other == name) {
            Some((_, values)) => {
                values.push('\n');
                values.push_str(value);
            }
            None => all.push((name.to_owned(), value.to_owned())),
        }
    }
    all
}

/// A body as a person reads it: JSON one member a line, with every spelling as it was.
fn body(body: &Body) -> Option<String> {
    match body {
        Body::Empty => None,
        Body::Withheld(withheld) => Some(format!("withheld: {}, {} bytes", withheld.reason.as_str(), withheld.length)),
        Body::Bytes(bytes) => Some(match (Json::parse(bytes), std::str::from_utf8(bytes)) {
            (Ok(json), _) => json.to_pretty(),
            (Err(_), Ok(text)) => text.to_owned(),
            (Err(_), Err(_)) => format!("base64: {}", STANDARD.encode(bytes)),
        }),
    }
}

fn end(end: End) -> Option<String> {
    match end {
        End::Complete => None,
        End::ResetAfter(bytes) => Some(format!("reset after {bytes} bytes")),
        End::EofAfter(bytes) => Some(format!("closed after {bytes} bytes")),
        End::TimeoutAfter(bytes) => Some(format!("silent after {bytes} bytes")),
    }
}
