//! Whether values are what their shapes say: every violation, deep, with its place.
//!
//! A violation is a fact, not a verdict. Which check it breaks, and whether a
//! deviation explains it, is for `verify` to say; a violating input is for the
//! simulator to refuse and for redaction to keep violating.

mod scalar;
mod violation;
mod walk;
mod words;

pub use violation::{Problem, Violation};

use super::{Inputs, Location, ShapeId, Spec};
use crate::message::{Body, Json, Response};
use walk::{Siblings, Walker};

/// What is wrong with a text as a value of this shape: a label, a query parameter, a header, a payload of text.
pub fn check_text(spec: &Spec, shape: ShapeId, text: &str) -> Vec<Violation> {
    let mut walker = Walker::new(spec);
    walker.text(shape, text);
    walker.finish().into_iter().map(|problem| problem.violation).collect()
}

/// What is wrong with a JSON value of this shape, at any depth. Where a key stands twice, the last one is judged.
pub fn check_json(spec: &Spec, shape: ShapeId, value: &Json) -> Vec<Problem> {
    let mut walker = Walker::new(spec);
    walker.value(shape, value);
    walker.finish()
}

/// What is wrong with the inputs of a request: pointers begin with the wire name of the member.
pub fn check_inputs(spec: &Spec, inputs: &Inputs) -> Vec<Problem> {
    let mut walker = Walker::new(spec);
    for (index, member) in spec.input.iter().enumerate() {
        walker.input(member, inputs.at(index));
    }
    walker.finish()
}

/// What is wrong with the JSON body of a success: its members, or the payload that is the whole body.
pub fn check_output_body(spec: &Spec, body: &Json) -> Vec<Problem> {
    let mut walker = Walker::new(spec);
    match spec.output.iter().find(|member| member.location == Location::Payload) {
        Some(payload) => walker.value(payload.shape, body),
        None => {
            let line = spec.http.line;
            walker.object(Siblings { members: &spec.output, location: Some(Location::Body), owner: None, line }, body);
        }
    }
    walker.finish()
}

/// What is wrong with the body of a success whose payload is no JSON: bytes, or a text. None where the body is JSON.
pub fn check_raw_payload(spec: &Spec, body: &Body) -> Option<Vec<Problem>> {
    let payload = spec.raw_payload()?;
    let mut walker = Walker::new(spec);
    walker.raw_payload(payload, body);
    Some(walker.finish())
}

/// What is wrong with the header members of a success.
pub fn check_output_headers(spec: &Spec, response: &Response) -> Vec<Problem> {
    let mut walker = Walker::new(spec);
    for member in spec.output.iter().filter(|member| member.location == Location::Header) {
        let name = member.wire_name.to_ascii_lowercase();
        walker.optional_text(member, response.headers.get(&name));
    }
    walker.finish()
}

#[cfg(test)]
mod tests;
