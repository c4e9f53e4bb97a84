//! What the four answerers have in common: a request goes in, an answer comes out.

use crate::message::{Request, Response};
use std::sync::Arc;

/// Something that answers requests: a cassette, a spec or a script.
///
/// Pure and synchronous: an answer depends on the request, the session and what
/// was answered before within the session, never on a clock or the network.
pub trait Answerer: Send + Sync {
    /// Answers one request.
    fn answer(&self, session: &Session, request: &Request) -> Answer;
}

/// Whose request it is: the access key id of its credential scope, `-` if it has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Session(pub String);

impl Session {
    /// The session of requests that carry no credential.
    pub fn anonymous() -> Self {
        Self("-".to_owned())
    }
}

/// An answer to one request.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A response; where its `end` is not complete, the wire ends so too.
    Reply(Arc<Response>),
    /// Nothing that was recorded answers this request.
    Miss(Box<Miss>),
}

/// Why nothing that was recorded answers a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// The kind of miss.
    pub kind: MissKind,
    /// The operation, if the request could be routed.
    pub operation: Option<String>,
    /// The request's members by name, escaped and shortened, or its method and path.
    pub request: Vec<(String, String)>,
    /// The id of the nearest recorded exchange.
    pub nearest: Option<String>,
    /// In what it differs.
    pub differs: Vec<Difference>,
}

/// The kinds of misses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MissKind {
    /// Nothing like it was recorded.
    NoSuchRequest,
    /// It was recorded, and all its answers have been given.
    Exhausted,
    /// It was recorded with another value of some member.
    MemberDiffers,
}

impl MissKind {
    /// The word in a report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoSuchRequest => "no-such-request",
            Self::Exhausted => "exhausted",
            Self::MemberDiffers => "member-differs",
        }
    }
}

/// A member that differs between a request and what was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The member.
    pub member: String,
    /// The recorded value; none if the member was not sent then.
    pub recorded: Option<String>,
    /// The value of the request; none if it was not sent.
    pub sent: Option<String>,
}
