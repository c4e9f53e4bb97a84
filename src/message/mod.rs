//! HTTP messages as evidence: what was asked, what came back, and how it ended.
//!
//! Nothing here knows an API, a socket or a file. Values from outside are kept
//! as they came: the path stays percent-encoded, a JSON body stays bytes, an
//! unknown header stays a header. [`Redacted`] marks what may be written down.

mod body;
mod headers;
pub mod json;
mod link;
mod moment;
mod redacted;
pub mod target;

pub use body::{Body, MAX_KEPT_BODY, Withheld, WithheldReason};
pub use headers::Headers;
pub use json::Json;
pub use link::Link;
pub use moment::Moment;
pub use redacted::Redacted;

use std::fmt;

/// A request as it arrived, or as a cassette tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The method, as sent.
    pub method: String,
    /// The path, percent-encoded as sent, without the query.
    pub path: String,
    /// Query parameters in order of arrival, names and values decoded.
    pub query: Vec<(String, String)>,
    /// Header fields.
    pub headers: Headers,
    /// The body.
    pub body: Body,
}

impl Request {
    /// The first value of a query parameter.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// A response, with how it ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// The status; none if no head ever came.
    pub status: Option<u16>,
    /// Header fields.
    pub headers: Headers,
    /// The body: what came of it, where the exchange did not end well.
    pub body: Body,
    /// How the exchange ended.
    pub end: End,
}

/// How an exchange ended. Numbers count body bytes that had arrived.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum End {
    /// The whole response came.
    #[default]
    Complete,
    /// The connection was reset after so many bytes of the body.
    ResetAfter(u64),
    /// The connection was closed before the announced length.
    EofAfter(u64),
    /// Nothing more came within the time allowed.
    TimeoutAfter(u64),
}

/// One request with its response.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchange {
    /// The name within its cassette; empty until it is given at commit.
    pub id: String,
    /// The operation that the request was routed to.
    pub operation: Option<String>,
    /// Which attempt of its call this was, where the call took more than one.
    pub attempt: Option<u32>,
    /// Which repetition of the same walk this belongs to, from 2; none for the first.
    pub walk: Option<u32>,
    /// Whether the walk was left here although its token was not spent.
    pub unfinished: bool,
    /// The request.
    pub request: Request,
    /// The response.
    pub response: Response,
    /// What is known of the exchange besides its two messages.
    pub link: Link,
}

/// The request header by which retake's own prober names its purpose to retake's
/// own recorder; it is never forwarded and never stored.
pub const PROBE_HEADER: &str = "x-retake-probe";

/// Where exchanges came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The real service.
    Live,
    /// The simulator.
    Simulated,
    /// A cassette.
    Replayed,
    /// A mock or another server at a URL.
    Probed,
    /// A script of hostile and friendly answers.
    Scripted,
    /// A person's hand.
    Edited,
}

impl Origin {
    /// Every origin, in order.
    pub const ALL: [Self; 6] =
        [Self::Live, Self::Simulated, Self::Replayed, Self::Probed, Self::Scripted, Self::Edited];

    /// The word in a cassette.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Simulated => "simulated",
            Self::Replayed => "replayed",
            Self::Probed => "probed",
            Self::Scripted => "scripted",
            Self::Edited => "edited",
        }
    }

    /// The origin of a word in a cassette.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.as_str() == word)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An ordered list of exchanges.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transcript {
    /// The exchanges, in the order of the evidence.
    pub exchanges: Vec<Exchange>,
}
