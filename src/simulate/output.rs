//! The output of a success: which members it has, and where they stand in the response.

use super::dataset::{Dataset, cannot_make};
use super::echo::Echo;
use super::known::KnownIds;
use super::value::{self, Moment};
use crate::diagnostic::{Diagnostic, Location};
use crate::message::{Body, Headers, Json, Response};
use crate::spec::exemplar::{Structure, TIME_BASE, Values};
use crate::spec::{self, Inputs, Kind, Member, Spec};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

/// The members of an output, prepared.
#[derive(Debug)]
pub(super) struct Output {
    values: Values,
    echoes: Vec<Echo>,
}

impl Output {
    /// Prepares an output in which these members (by place) have values that the rules may not change.
    pub(super) fn new(spec: &Spec, given: &[(usize, Option<Json>)], ids: &KnownIds) -> Result<Self, Diagnostic> {
        let given_at = |place: usize| given.iter().find(|(index, _)| *index == place);
        let mut echoes = Echo::find(spec, &spec.output, ids);
        echoes.retain(|echo| given_at(echo.member).is_none());
        let mut wish = Values::new();
        for (place, member) in spec.output.iter().enumerate() {
            let echo = echoes.iter().find(|echo| echo.member == place);
            let value = match (given_at(place), echo) {
                (Some((_, value)), _) => value.clone(),
                (None, Some(echo)) => Some(Json::string(&echo.example)),
                (None, None) => of_member(spec, member)?,
            };
            wish.push(value);
        }
        let structure = Structure::new(spec, &spec.output, None);
        let is_fixed: Vec<bool> = (0..spec.output.len())
            .map(|place| given_at(place).is_some() || echoes.iter().any(|echo| echo.member == place))
            .collect();
        let broken = structure.broken(&wish).map(|rule| (rule.id.clone(), rule.line));
        let values = structure.satisfy(wish, &is_fixed).ok_or_else(|| {
            let (id, line) = broken.unwrap_or_default();
            Diagnostic::new(format!("no output of {} can be made that breaks no rule", spec.operation))
                .at(Location::at(&spec.file, line, 1))
                .found(format!("the rule \"{id}\" does not go together with the others"))
        })?;
        Ok(Self { values, echoes })
    }

    /// The response for these inputs, in which these members have values of their own.
    pub(super) fn respond(&self, spec: &Spec, inputs: &Inputs, given: Vec<(usize, Json)>) -> Response {
        let mut values = self.values.clone();
        for echo in &self.echoes {
            if let (Some(value), slot @ Some(_)) = (echo.value(inputs), &mut values[echo.member]) {
                *slot = Some(value);
            }
        }
        for (place, value) in given {
            values[place] = Some(value);
        }
        write(spec, values)
    }
}

/// The value of an output member: one that is a list of structures has items like a listing.
fn of_member(spec: &Spec, member: &Member) -> Result<Option<Json>, Diagnostic> {
    if member.location == spec::Location::Status {
        return Ok(Some(Json::Number(spec.http.success.to_string())));
    }
    match value::of_member(spec, member, Moment { index: 0, seconds: TIME_BASE }) {
        None if member.required => Err(cannot_make(spec, member)),
        value => Ok(value),
    }
}

/// The lists of structures in an output that are no page of a listing: their items obey rules of their own.
pub(super) fn datasets(
    spec: &Spec,
    but: Option<usize>,
    wanted: u64,
    ids: &KnownIds,
) -> Result<Vec<(usize, Dataset)>, Diagnostic> {
    let is_one = |(place, member): &(usize, &Member)| Some(*place) != but && spec.item_members(member).is_some();
    let lists = spec.output.iter().enumerate().filter(is_one);
    lists
        .map(|(place, list)| {
            let length = spec.shape(list.shape).constraints.length;
            let wanted = length.map_or(wanted, |(least, most)| wanted.clamp(least, most));
            Ok((place, Dataset::new(spec, list, &[], wanted, ids)?))
        })
        .collect()
}

fn write(spec: &Spec, values: Values) -> Response {
    let mut headers = Headers::new();
    let mut members = Vec::new();
    let mut payload = None;
    for (member, value) in spec.output.iter().zip(values) {
        let Some(value) = value else { continue };
        match member.location {
            // What says how to read the body is the body's.
            spec::Location::Header if is_of_body(member) => {}
            spec::Location::Header => headers.push(&member.wire_name, header_text(&value)),
            spec::Location::Payload => payload = Some((member, value)),
            spec::Location::Body => members.push((crate::message::json::Text::new(&member.wire_name), value)),
            spec::Location::Status | spec::Location::Path | spec::Location::Query => {}
        }
    }
    let (content_type, body) = match payload {
        Some((member, value)) => payload_of(spec, member, &value),
        None => ("application/json", Body::from_bytes(Json::Object(members).to_compact())),
    };
    if spec.output.iter().any(|member| member.required && member.wire_name.eq_ignore_ascii_case("content-encoding")) {
        headers.push("content-encoding", "identity");
    }
    let body = if spec.http.success == 204 || spec.http.method == "HEAD" { Body::Empty } else { body };
    if headers.get("content-type").is_none() {
        headers.push("content-type", content_type);
    }
    Response { status: Some(spec.http.success), headers, body, ..Response::default() }
}

fn is_of_body(member: &Member) -> bool {
    ["content-type", "content-encoding"].iter().any(|name| member.wire_name.eq_ignore_ascii_case(name))
}

fn payload_of(spec: &Spec, member: &Member, value: &Json) -> (&'static str, Body) {
    let text = value.as_text().unwrap_or_default();
    match spec.shape(member.shape).kind {
        Kind::Blob => ("application/octet-stream", Body::from_bytes(STANDARD.decode(&*text).unwrap_or_default())),
        Kind::String | Kind::Enum(_) => ("text/plain", Body::from_bytes(text.into_owned())),
        _ => ("application/json", Body::from_bytes(value.to_compact())),
    }
}

fn header_text(value: &Json) -> String {
    match value {
        Json::Array(items) => items.iter().map(header_text).collect::<Vec<_>>().join(", "),
        other => other.as_text().map_or_else(|| other.to_compact(), Cow::into_owned),
    }
}
