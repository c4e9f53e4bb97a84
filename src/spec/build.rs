//! From inputs to the one canonical request that carries them: the way back of
//! [`route`](super::route). What is forwarded to a real service is made here,
//! of members alone; nothing else of a client's request survives.

use super::inputs::{InputValue, Inputs};
use super::{Location, Segment, Spec};
use crate::message::json::{Json, Text};
use crate::message::{Body, Headers, Request, target};
use std::borrow::Cow;

/// The one canonical request with these inputs, made of nothing else: query sorted by name, headers in lower case,
/// a JSON body compact with its members in the order of the spec.
pub fn build_request(spec: &Spec, inputs: &Inputs) -> Request {
    let mut request = Request { method: spec.http.method.clone(), path: spec.path_for(inputs), ..Request::default() };
    let mut body = Vec::new();
    for (member, value) in spec.input.iter().enumerate().filter_map(|(index, m)| Some((m, inputs.at(index)?))) {
        match member.location {
            Location::Path | Location::Status => {}
            Location::Query => push_query(&mut request.query, &member.wire_name, value),
            Location::Header => request.headers.push(&member.wire_name, value.text()),
            Location::Body => body.push((Text::new(&member.wire_name), json_of(value))),
            Location::Payload => request.body = payload(value, &mut request.headers),
        }
    }
    request.query.sort_by(|a, b| a.0.cmp(&b.0));
    if spec.has_body_members() {
        request.body = Body::from_bytes(Json::Object(body).to_compact());
        default_content_type(&mut request.headers, "application/json");
    }
    request.headers = request.headers.sorted();
    request
}

fn push_query(query: &mut Vec<(String, String)>, name: &str, value: &InputValue) {
    match value {
        InputValue::Json(Json::Array(items)) => {
            for item in items {
                let text = item.as_text().map_or_else(|| item.to_compact(), Cow::into_owned);
                query.push((name.to_owned(), text));
            }
        }
        InputValue::Json(_) | InputValue::Text(_) | InputValue::Bytes(_) => {
            query.push((name.to_owned(), value.text().into_owned()));
        }
    }
}

fn json_of(value: &InputValue) -> Json {
    match value {
        InputValue::Json(value) => value.clone(),
        InputValue::Text(_) | InputValue::Bytes(_) => Json::string(&value.text()),
    }
}

fn payload(value: &InputValue, headers: &mut Headers) -> Body {
    match value {
        InputValue::Text(text) => {
            default_content_type(headers, "text/plain");
            Body::from_bytes(text.clone())
        }
        InputValue::Json(value) => {
            default_content_type(headers, "application/json");
            Body::from_bytes(value.to_compact())
        }
        InputValue::Bytes(bytes) => {
            default_content_type(headers, "application/octet-stream");
            Body::from_bytes(bytes.clone())
        }
    }
}

/// The content type of a body, unless an input says another.
fn default_content_type(headers: &mut Headers, content_type: &str) {
    if headers.get("content-type").is_none() {
        headers.push("content-type", content_type);
    }
}

impl Spec {
    /// The path as in the spec, with its labels in braces.
    pub fn template(&self) -> String {
        let mut path = String::new();
        for segment in &self.http.path {
            path.push('/');
            match segment {
                Segment::Literal(literal) => path.push_str(literal),
                Segment::Label(index) => {
                    path.push('{');
                    path.push_str(&self.input[*index].wire_name);
                    path.push('}');
                }
            }
        }
        path
    }

    /// The path of a request with these inputs, encoded as every AWS SDK does; a label without a value stays empty.
    pub fn path_for(&self, inputs: &Inputs) -> String {
        let mut path = String::new();
        for segment in &self.http.path {
            path.push('/');
            match segment {
                Segment::Literal(literal) => path.push_str(literal),
                Segment::Label(index) => {
                    path.push_str(&inputs.at(*index).map(|value| target::encode(&value.text())).unwrap_or_default());
                }
            }
        }
        path
    }
}
