//! The answers of a script: pages and outputs, errors in each carrier, bodies that are none.

use super::material::Material;
use super::place::{get, remove, set};
use crate::message::json::{Json, Text};
use crate::message::{Body, End, Headers, Response};
use crate::spec::errors::{ERROR_TYPE_HEADER, error_response_with_status};
use crate::spec::exemplar::{Structure, Values};
use crate::spec::{ErrorShape, Kind, Location, Member, Retry, Spec};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The token of a page for the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// There is none.
    Absent,
    /// It is null.
    Null,
    /// This text.
    Token(String),
}

impl Next {
    pub(super) fn token(token: &str) -> Self {
        Self::Token(token.to_owned())
    }
}

impl Material<'_> {
    /// A success: the page with these items and this token, or the one output.
    pub(super) fn success(&self, units: &[Json], next: Next) -> Response {
        let values = match self.listing() {
            None => {
                let output = units.first().unwrap_or(&Json::Null);
                self.spec.output.iter().map(|member| output.get(&member.wire_name).cloned()).collect()
            }
            Some(_) => self.page(units, next),
        };
        respond(self.spec, values)
    }

    /// The members of a page.
    fn page(&self, units: &[Json], next: Next) -> Values {
        let Some(listing) = self.listing() else { return Values::new() };
        let is_own = |member: &Member| member.key == listing.list.key || member.key == listing.paging.output_token;
        let wish: Values = self
            .spec
            .output
            .iter()
            .map(|member| match &next {
                _ if member.key == listing.list.key => Some(Json::Array(units.to_vec())),
                _ if !is_own(member) => self.beside(member),
                Next::Absent => None,
                Next::Null => Some(Json::Null),
                Next::Token(token) => Some(Json::string(token)),
            })
            .collect();
        let is_fixed: Vec<bool> = self.spec.output.iter().map(is_own).collect();
        Structure::new(self.spec, &self.spec.output, None).satisfy(wish.clone(), &is_fixed).unwrap_or(wish)
    }
}

/// The response with these values of the output's members, in their order.
fn respond(spec: &Spec, values: Values) -> Response {
    let mut headers = Headers::new();
    let mut body = Vec::new();
    let mut payload = None;
    for (member, value) in spec.output.iter().zip(values) {
        let Some(value) = value else { continue };
        match member.location {
            Location::Body => body.push((Text::new(&member.wire_name), value)),
            Location::Header if value == Json::Null => {}
            Location::Header => headers.push(&member.wire_name, header_text(&value)),
            Location::Payload => payload = Some(payload_bytes(spec, member, &value)),
            Location::Status | Location::Path | Location::Query => {}
        }
    }
    let has_payload = spec.output.iter().any(|member| member.location == Location::Payload);
    let bytes = if has_payload { payload.unwrap_or_default() } else { Json::Object(body).to_compact().into_bytes() };
    if headers.get("content-type").is_none() {
        let is_json = Json::parse(&bytes).is_ok();
        headers.push("content-type", if is_json { "application/json" } else { "application/octet-stream" });
    }
    Response { status: Some(spec.http.success), headers, body: Body::from_bytes(bytes), end: End::Complete }
}

fn header_text(value: &Json) -> String {
    match value {
        Json::Array(items) => items.iter().map(header_text).collect::<Vec<_>>().join(","),
        Json::String(text) => text.decode().into_owned(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => value.to_compact(),
    }
}

fn payload_bytes(spec: &Spec, member: &Member, value: &Json) -> Vec<u8> {
    let text = value.as_text().unwrap_or_default();
    match &spec.shape(member.shape).kind {
        Kind::Blob => STANDARD.decode(text.as_bytes()).unwrap_or_default(),
        Kind::String | Kind::Enum(_) => text.as_bytes().to_vec(),
        _ => value.to_compact().into_bytes(),
    }
}

/// The response with its JSON body changed.
pub(super) fn with_body(response: Response, change: impl FnOnce(Json) -> Json) -> Response {
    match Json::parse(response.body.bytes()) {
        Ok(body) => with_bytes(response, change(body).to_compact().into_bytes()),
        Err(_) => response,
    }
}

/// The response with another body.
pub(super) fn with_bytes(mut response: Response, bytes: Vec<u8>) -> Response {
    response.body = Body::from_bytes(bytes);
    response
}

/// The response with another value in a place of its body.
pub(super) fn with_member(response: Response, pointer: &str, value: Json) -> Response {
    with_body(response, |body| set(body, pointer, value))
}

/// The response without a member of its body.
pub(super) fn without_member(response: Response, pointer: &str) -> Response {
    with_body(response, |body| remove(body, pointer))
}

/// The response with a member of an object in its body twice: the given value first, its own behind it.
pub(super) fn with_member_twice(response: Response, object: &str, name: &str, first: Json) -> Response {
    with_body(response, |body| {
        let Some(Json::Object(members)) = get(&body, object) else { return body };
        let mut members = members.clone();
        let index = members.iter().position(|(key, _)| key.decode() == name).unwrap_or_default();
        members.insert(index, (Text::new(name), first));
        set(body, object, Json::Object(members))
    })
}

/// The response with a header field.
pub(super) fn with_header(mut response: Response, name: &str, value: &str) -> Response {
    let others = response.headers.iter().filter(|(other, _)| *other != name);
    let mut headers: Headers = others.collect();
    headers.push(name, value);
    response.headers = headers;
    response
}

/// The beginning of the response, and how it ends then.
pub(super) fn cut(mut response: Response, end: impl FnOnce(u64) -> End) -> Response {
    let bytes = response.body.bytes();
    let kept = bytes.len() / 2;
    response.body = Body::from_bytes(bytes[..kept].to_vec());
    response.end = end(kept as u64);
    response
}

/// No response at all.
pub(super) fn nothing(end: End) -> Response {
    Response { end, ..Response::default() }
}

/// Where an error says its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carrier {
    /// In the header.
    Header,
    /// In the header, a URI behind it.
    HeaderUri,
    /// In the body's `code`.
    Code,
    /// In the body's `__type`.
    Type,
    /// In the body's `__type`, a namespace before it.
    TypeNamespace,
    /// In the header, and in the body's `code` and `__type`: where the name is not what is asked.
    Everywhere,
}

impl Carrier {
    /// Each place alone.
    pub(super) const EACH: [Self; 5] = [Self::Header, Self::HeaderUri, Self::Code, Self::Type, Self::TypeNamespace];

    /// The word in a scenario's name.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::HeaderUri => "header-uri",
            Self::Code => "code",
            Self::Type => "type",
            Self::TypeNamespace => "type-namespace",
            Self::Everywhere => "everywhere",
        }
    }

    /// Where it is, in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Header => "the header x-amzn-errortype",
            Self::HeaderUri => "the header x-amzn-errortype, a URI behind it",
            Self::Code => "the body's \"code\"",
            Self::Type => "the body's \"__type\"",
            Self::TypeNamespace => "the body's \"__type\", a namespace before it",
            Self::Everywhere => "every place",
        }
    }
}

/// An error of this status that says its name in this carrier.
pub(super) fn error(spec: &Spec, status: u16, carrier: Carrier, name: &str, message: &str) -> Response {
    let plain = error_response_with_status(status, None, message);
    match carrier {
        Carrier::Header => with_header(plain, ERROR_TYPE_HEADER, name),
        Carrier::HeaderUri => with_header(
            plain,
            ERROR_TYPE_HEADER,
            &format!("{name}:http://internal.amazon.com/coral/com.amazon.coral.service/"),
        ),
        Carrier::Everywhere => {
            let body = with_first_member(with_first_member(plain, "__type", name), "code", name);
            with_header(body, ERROR_TYPE_HEADER, name)
        }
        Carrier::Code => with_first_member(plain, "code", name),
        Carrier::Type => with_first_member(plain, "__type", name),
        Carrier::TypeNamespace => {
            let service: String = spec.service.id.chars().filter(char::is_ascii_alphanumeric).collect();
            with_first_member(plain, "__type", &format!("com.amazonaws.{service}#{name}"))
        }
    }
}

/// Whether an error ends a call: the client is at fault, and asks no further.
pub(super) fn ends_call(error: &ErrorShape) -> bool {
    error.retry == Retry::Never && (400..500).contains(&error.status) && error.status != 429
}

/// An error that ends a call: the one for a malformed input, else the first of the spec.
pub(super) fn final_error(spec: &Spec) -> Option<&ErrorShape> {
    let validation = spec.validation_error.as_deref().and_then(|name| spec.error(name));
    validation.filter(|error| ends_call(error)).or_else(|| spec.errors.iter().find(|error| ends_call(error)))
}

/// The response with a text as the first member of its JSON body.
pub(super) fn with_first_member(response: Response, name: &str, value: &str) -> Response {
    with_body(response, |body| {
        let mut members = vec![(Text::new(name), Json::string(value))];
        if let Json::Object(rest) = body {
            members.extend(rest);
        }
        Json::Object(members)
    })
}

/// An error without a name, as a service writes it.
pub(super) fn untyped(status: u16, message: &str) -> Response {
    error_response_with_status(status, None, message)
}

/// An error page of a gateway.
pub(super) fn html(status: u16) -> Response {
    let page = format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body><center><h1>{status}</h1></center></body>\r\n</html>\r\n"
    );
    let headers = Headers::from_iter([("content-type", "text/html")]);
    Response { status: Some(status), headers, body: Body::from_bytes(page), end: End::Complete }
}

/// An error without a body.
pub(super) fn empty(status: u16) -> Response {
    Response { status: Some(status), ..Response::default() }
}

/// An error whose JSON breaks off.
pub(super) fn truncated(status: u16) -> Response {
    let headers = Headers::from_iter([("content-type", "application/json")]);
    Response { status: Some(status), headers, body: Body::from_bytes("{\"message\":\"it breaks o"), end: End::Complete }
}
