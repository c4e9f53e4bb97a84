//! What one exchange says, by its spec: the operation, the outcome, the next token, the items.
//!
//! Read here once, since walks, the checks, and the order and ids of a cassette all
//! ask the same questions. Nothing here judges: a token of a wrong type or a list
//! that is none is told as what it is.

use crate::message::{Body, End, Exchange, Json, MAX_KEPT_BODY, Request, Response, WithheldReason};
use crate::spec::{Location, Retry, Route, Spec, Specs, Unrouted, errors};
use std::borrow::Cow;

/// An exchange as read by the specs.
#[derive(Debug, Clone)]
pub struct Reading<'s> {
    /// The operation with its inputs, or why it is none.
    pub route: Result<Route<'s>, Unrouted>,
    /// What the response comes to.
    pub outcome: Outcome,
    /// The response's body.
    pub body: Content,
}

impl<'s> Reading<'s> {
    /// Reads one exchange.
    pub fn new(specs: &'s Specs, exchange: &Exchange) -> Self {
        let route = specs.route(&exchange.request);
        let outcome = Outcome::of(route.as_ref().ok().map(|route| route.spec), &exchange.response);
        Self { route, outcome, body: Content::of(&exchange.response.body) }
    }

    /// The spec of the operation, if the request could be routed.
    pub fn spec(&self) -> Option<&'s Spec> {
        self.route.as_ref().ok().map(|route| route.spec)
    }
}

/// What a response comes to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The whole response came, with the operation's status of success.
    Success,
    /// The whole response came, with another status.
    Error {
        /// The status.
        status: u16,
        /// The error type that it names, if it names one.
        name: Option<String>,
    },
    /// The response broke off, or never came.
    Broken,
}

impl Outcome {
    /// What this response comes to; without a spec, any status below 300 is a success.
    pub fn of(spec: Option<&Spec>, response: &Response) -> Self {
        let is_success = |status: u16| spec.map_or(status < 300, |spec| status == spec.http.success);
        match (response.status, response.end) {
            (Some(status), End::Complete) if is_success(status) => Self::Success,
            (Some(status), End::Complete) => {
                Self::Error { status, name: errors::error_type(response).map(|error| error.name.to_string()) }
            }
            (_, End::Complete | End::ResetAfter(_) | End::EofAfter(_) | End::TimeoutAfter(_)) => Self::Broken,
        }
    }

    /// Whether it is the success that the spec describes.
    pub fn is_success(&self) -> bool {
        *self == Self::Success
    }

    /// Whether a client may ask again: throttled, a fault that may pass, or no whole response.
    pub fn is_retryable(&self, spec: Option<&Spec>) -> bool {
        match self {
            Self::Success => false,
            Self::Broken => true,
            Self::Error { status, .. } if *status == 429 || *status >= 500 => true,
            Self::Error { name, .. } => {
                let modelled = spec.zip(name.as_deref()).and_then(|(spec, name)| spec.error(name));
                modelled.is_some_and(|error| match error.retry {
                    Retry::Throttling | Retry::Transient => true,
                    Retry::Never => false,
                })
            }
        }
    }
}

/// What a body is, where JSON is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing, or white space only.
    Empty,
    /// JSON.
    Json(Json),
    /// Something else; of JSON that breaks off, and of a page, it is known what.
    NotJson(WithheldReason),
    /// Not kept, since it is too long or must not be: nothing can be said of it.
    Unknown,
}

impl Content {
    /// What this body is; one that was withheld is what its reason says.
    pub fn of(body: &Body) -> Self {
        match body {
            Body::Empty => Self::Empty,
            Body::Bytes(bytes) => Self::of_bytes(bytes),
            Body::Withheld(withheld) => match withheld.reason {
                WithheldReason::Empty => Self::Empty,
                WithheldReason::TooLong | WithheldReason::Blob | WithheldReason::Gzip => Self::Unknown,
                reason @ (WithheldReason::NotJson | WithheldReason::Truncated | WithheldReason::Html) => {
                    Self::NotJson(reason)
                }
            },
        }
    }

    fn of_bytes(bytes: &[u8]) -> Self {
        if bytes.len() > MAX_KEPT_BODY {
            return Self::Unknown;
        }
        match Json::parse(bytes).map_err(|error| WithheldReason::of_not_json(bytes, &error)) {
            Ok(json) => Self::Json(json),
            Err(WithheldReason::Empty) => Self::Empty,
            Err(reason) => Self::NotJson(reason),
        }
    }

    /// The JSON that it is.
    pub fn json(&self) -> Option<&Json> {
        match self {
            Self::Json(json) => Some(json),
            Self::Empty | Self::NotJson(_) | Self::Unknown => None,
        }
    }
}

/// The token by which a page says that there is more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum NextToken {
    /// There is none, or it is null: the last page.
    #[default]
    None,
    /// A token; it may be empty.
    Text(String),
    /// Something that is no text, or a body that cannot be read.
    Unreadable,
}

/// The token for the next page in a successful response.
pub fn next_token(spec: &Spec, response: &Response, body: &Content) -> NextToken {
    let Some(paging) = &spec.pagination else { return NextToken::None };
    if matches!(body, Content::NotJson(_) | Content::Unknown) {
        return NextToken::Unreadable;
    }
    match output_value(spec, &paging.output_token, response, body) {
        None | Some(Json::Null) => NextToken::None,
        Some(Json::String(token)) => NextToken::Text(token.decode().into_owned()),
        Some(Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_)) => NextToken::Unreadable,
    }
}

/// The token that a request spends, wherever the operation has it; read leniently, since the rest may be wrong.
pub fn spent_token(spec: &Spec, request: &Request) -> Option<String> {
    let member = spec.input_member(&spec.pagination.as_ref()?.input_token)?;
    match member.location {
        Location::Query => request.query_value(&member.wire_name).map(str::to_owned),
        Location::Header => request.headers.get(&member.wire_name.to_ascii_lowercase()).map(str::to_owned),
        Location::Body => {
            let body = Json::parse(request.body.bytes()).ok()?;
            body.get(&member.wire_name).and_then(Json::as_text).map(Cow::into_owned)
        }
        Location::Path | Location::Payload | Location::Status => None,
    }
}

/// The items of a page in a successful response; none if there is no such list.
pub fn items<'b>(spec: &Spec, body: &'b Content) -> Option<&'b [Json]> {
    let list = spec.output_member(&spec.pagination.as_ref()?.items)?;
    body.json()?.get(&list.wire_name)?.as_array()
}

/// The value of an output member, wherever it stands.
pub fn output_value(spec: &Spec, key: &str, response: &Response, body: &Content) -> Option<Json> {
    let member = spec.output_member(key)?;
    match member.location {
        Location::Body => body.json()?.get(&member.wire_name).cloned(),
        Location::Payload => body.json().cloned(),
        Location::Header => response.headers.get(&member.wire_name.to_ascii_lowercase()).map(Json::string),
        Location::Status => response.status.map(|status| Json::Number(status.to_string())),
        Location::Path | Location::Query => None,
    }
}
