//! Which operation a request is, and with which inputs; strictly.
//!
//! Routing is strict, since what it recognises may be forwarded with real
//! credentials: the exact method, literals as written, no empty or dot
//! segments, no unknown or repeated parameter, no unexpected body. Whether a
//! value is *valid* is not its business: a page size of `ten` routes, and
//! [`conform`](super::conform) says what is wrong with it.
//!
//! This is the hot path of replay: a path is matched in place, and only the
//! values of the one operation that it belongs to are copied.

use super::inputs::{InputValue, Inputs, json_of_text};
use super::unrouted::{Unrouted, UnroutedKind};
use super::{Kind, Location, Member, Segment, Spec, Specs};
use crate::message::{Body, Json, Request};
use percent_encoding::percent_decode_str;

/// A request recognised as an operation.
#[derive(Debug, Clone)]
pub struct Route<'s> {
    /// The operation's contract.
    pub spec: &'s Spec,
    /// The members that the request gives it.
    pub inputs: Inputs,
}

impl Specs {
    /// The operation that a request is; where two have the path, the one with the earlier literal.
    pub fn route<'s>(&'s self, request: &Request) -> Result<Route<'s>, Unrouted> {
        let mut candidates = self.iter().filter(|spec| fits(spec, request));
        let Some(first) = candidates.next() else { return Err(Unrouted::explain(self, request)) };
        let Some(second) = candidates.next() else { return first.bind(request) };
        let mut rivals: Vec<&Spec> = [first, second].into_iter().chain(candidates).collect();
        rivals.sort_by_cached_key(|spec| {
            spec.http.path.iter().map(|segment| matches!(segment, Segment::Label(_))).collect::<Vec<_>>()
        });
        let refused = match rivals[0].bind(request) {
            Ok(route) => return Ok(route),
            Err(unrouted) => unrouted,
        };
        rivals[1..].iter().find_map(|spec| spec.bind(request).ok()).ok_or(refused)
    }
}

/// Whether method and path are the operation's.
fn fits(spec: &Spec, request: &Request) -> bool {
    if spec.http.method != request.method {
        return false;
    }
    let Some(path) = request.path.strip_prefix('/') else { return false };
    let mut given = path.split('/');
    let all = spec.http.path.iter().all(|segment| match (segment, given.next()) {
        (Segment::Literal(literal), Some(given)) => literal == given,
        (Segment::Label(_), Some(given)) => !given.is_empty(),
        (Segment::Literal(_) | Segment::Label(_), None) => false,
    });
    all && given.next().is_none()
}

impl Spec {
    /// Reads the inputs of a request whose method and path are this operation's.
    fn bind(&self, request: &Request) -> Result<Route<'_>, Unrouted> {
        let mut inputs = Inputs::new(self);
        let bound = self
            .bind_labels(request, &mut inputs)
            .and_then(|()| self.bind_query(request, &mut inputs))
            .and_then(|()| self.bind_headers(request, &mut inputs))
            .and_then(|()| self.bind_body(request, &mut inputs));
        match bound {
            Ok(()) => Ok(Route { spec: self, inputs }),
            Err(kind) => Err(Unrouted::of(self, kind)),
        }
    }

    fn bind_labels(&self, request: &Request, inputs: &mut Inputs) -> Result<(), UnroutedKind> {
        let given = request.path.split('/').skip(1);
        for (segment, given) in self.http.path.iter().zip(given) {
            if let Segment::Label(index) = segment {
                *inputs.slot(*index) = Some(InputValue::Text(decode_label(given)?));
            }
        }
        Ok(())
    }

    fn bind_query(&self, request: &Request, inputs: &mut Inputs) -> Result<(), UnroutedKind> {
        for (name, value) in &request.query {
            let is_it = |member: &Member| member.location == Location::Query && member.wire_name == *name;
            let Some(index) = self.input.iter().position(is_it) else {
                return Err(UnroutedKind::UnknownQuery(name.clone()));
            };
            let slot = inputs.slot(index);
            match (&self.shape(self.input[index].shape).kind, slot) {
                (Kind::List(item), Some(InputValue::Json(Json::Array(items)))) => {
                    items.push(json_of_text(self, *item, value));
                }
                (_, Some(_)) => return Err(UnroutedKind::RepeatedQuery(name.clone())),
                (Kind::List(item), slot) => {
                    *slot = Some(InputValue::Json(Json::Array(vec![json_of_text(self, *item, value)])));
                }
                (_, slot) => *slot = Some(InputValue::Text(value.clone())),
            }
        }
        Ok(())
    }

    fn bind_headers(&self, request: &Request, inputs: &mut Inputs) -> Result<(), UnroutedKind> {
        for (index, member) in self.input.iter().enumerate().filter(|(_, m)| m.location == Location::Header) {
            let mut values = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(&member.wire_name));
            *inputs.slot(index) = values.next().map(|(_, value)| InputValue::Text(value.to_owned()));
            if values.next().is_some() {
                return Err(UnroutedKind::RepeatedHeader(member.wire_name.clone()));
            }
        }
        Ok(())
    }

    fn bind_body(&self, request: &Request, inputs: &mut Inputs) -> Result<(), UnroutedKind> {
        if let Some(index) = self.input.iter().position(|member| member.location == Location::Payload) {
            *inputs.slot(index) = self.read_payload(index, &request.body)?;
            return Ok(());
        }
        if self.has_body_members() {
            return self.bind_body_members(&request.body, inputs);
        }
        match &request.body {
            Body::Empty => Ok(()),
            Body::Bytes(bytes) if matches!(Json::parse(bytes), Ok(Json::Object(members)) if members.is_empty()) => {
                Ok(())
            }
            Body::Bytes(_) | Body::Withheld(_) => Err(UnroutedKind::UnexpectedBody),
        }
    }

    fn read_payload(&self, index: usize, body: &Body) -> Result<Option<InputValue>, UnroutedKind> {
        let bytes = match body {
            Body::Empty => return Ok(None),
            Body::Withheld(_) => return Err(UnroutedKind::BodyWithheld),
            Body::Bytes(bytes) => bytes,
        };
        let value = match &self.shape(self.input[index].shape).kind {
            Kind::Blob => InputValue::Bytes(bytes.clone()),
            Kind::String | Kind::Enum(_) => match std::str::from_utf8(bytes) {
                Ok(text) => InputValue::Text(text.to_owned()),
                Err(_) => InputValue::Bytes(bytes.clone()),
            },
            _ => InputValue::Json(Json::parse(bytes).map_err(|_| UnroutedKind::BodyNotJson)?),
        };
        Ok(Some(value))
    }

    fn bind_body_members(&self, body: &Body, inputs: &mut Inputs) -> Result<(), UnroutedKind> {
        let bytes = match body {
            Body::Empty => return Ok(()),
            Body::Withheld(_) => return Err(UnroutedKind::BodyWithheld),
            Body::Bytes(bytes) => bytes,
        };
        let Json::Object(members) = Json::parse(bytes).map_err(|_| UnroutedKind::BodyNotJson)? else {
            return Err(UnroutedKind::BodyNotObject);
        };
        for (key, value) in members {
            let name = key.decode();
            let is_it = |member: &Member| member.location == Location::Body && member.wire_name == name;
            let Some(index) = self.input.iter().position(is_it) else {
                return Err(UnroutedKind::UnknownBodyMember(name.into_owned()));
            };
            if inputs.slot(index).replace(InputValue::Json(value)).is_some() {
                return Err(UnroutedKind::RepeatedBodyMember(name.into_owned()));
            }
        }
        Ok(())
    }

    pub(super) fn has_body_members(&self) -> bool {
        self.input.iter().any(|member| member.location == Location::Body)
    }
}

/// The text of a label; broken escapes and dot segments are refused, since others would read them otherwise.
fn decode_label(given: &str) -> Result<String, UnroutedKind> {
    if given == "." || given == ".." {
        return Err(UnroutedKind::DotSegment);
    }
    if !given.contains('%') {
        return Ok(given.to_owned());
    }
    let is_escape = |rest: &str| rest.as_bytes().get(..2).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
    if !given.split('%').skip(1).all(is_escape) {
        return Err(UnroutedKind::Escape);
    }
    match percent_decode_str(given).decode_utf8() {
        Ok(text) if text == "." || text == ".." => Err(UnroutedKind::DotSegment),
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(UnroutedKind::Escape),
    }
}

#[cfg(test)]
mod tests;
