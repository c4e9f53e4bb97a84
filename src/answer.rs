//! What the four answerers have in common: a request goes in, an answer comes out.

mod fault;

pub use fault::{Fault, Piece, Wire};

use crate::diagnostic::escape;
use crate::message::{Request, Response};
use std::fmt;
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
    /// A response that is put on the wire byte by byte.
    Fault(Arc<Fault>),
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

impl Miss {
    /// The miss in one line, for the client that asked.
    pub fn summary(&self) -> String {
        let asked = self.operation.clone().unwrap_or_else(|| self.target());
        let line = match (self.kind, &self.nearest) {
            (MissKind::Exhausted, Some(last)) => {
                format!("every recorded answer to this {asked} has been given, the last one by {last}")
            }
            (MissKind::Exhausted, None) => format!("every recorded answer to this {asked} has been given"),
            (MissKind::MemberDiffers, Some(nearest)) => {
                format!("no recorded request equals this {asked}; the nearest is {nearest}: {}", self.differences())
            }
            (MissKind::MemberDiffers, None) => {
                format!("no recorded request equals this {asked}: {}", self.differences())
            }
            (MissKind::NoSuchRequest, Some(nearest)) => {
                format!("nothing like {asked} was recorded; the nearest is {nearest}")
            }
            (MissKind::NoSuchRequest, None) => format!("nothing like {asked} was recorded"),
        };
        escape(&line).into_owned()
    }

    fn target(&self) -> String {
        let words: Vec<&str> = self.request.iter().map(|(_, value)| value.as_str()).collect();
        words.join(" ")
    }

    fn differences(&self) -> String {
        let differences: Vec<String> = self.differs.iter().map(ToString::to_string).collect();
        differences.join(", ")
    }
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

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { member, recorded, sent } = self;
        match (recorded, sent) {
            (Some(recorded), Some(sent)) => write!(f, "{member} was {recorded} and is {sent}"),
            (Some(recorded), None) => write!(f, "{member} was {recorded} and is not sent"),
            (None, Some(sent)) => write!(f, "{member} was not sent and is {sent}"),
            (None, None) => write!(f, "{member} differs"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn miss(kind: MissKind, nearest: Option<&str>, differs: Vec<Difference>) -> Miss {
        let request = vec![("method".to_owned(), "GET".to_owned()), ("path".to_owned(), "/a\u{1b}b".to_owned())];
        Miss { kind, operation: None, request, nearest: nearest.map(str::to_owned), differs }
    }

    #[test]
    fn says_in_one_safe_line_what_was_nearest() {
        let differs = vec![
            Difference { member: "size".into(), recorded: Some("2".into()), sent: Some("3".into()) },
            Difference { member: "token".into(), recorded: None, sent: Some("x\ny".into()) },
            Difference { member: "sort".into(), recorded: Some("up".into()), sent: None },
        ];
        let mut differing = miss(MissKind::MemberDiffers, Some("size-2-page-1"), differs);
        differing.operation = Some("ListThings".into());

        assert_eq!(
            differing.summary(),
            "no recorded request equals this ListThings; the nearest is size-2-page-1: size was 2 and is 3, \
             token was not sent and is x\\u{a}y, sort was up and is not sent"
        );
        assert_eq!(
            miss(MissKind::NoSuchRequest, None, Vec::new()).summary(),
            "nothing like GET /a\\u{1b}b was recorded"
        );
        assert_eq!(
            miss(MissKind::Exhausted, Some("call-throttling"), Vec::new()).summary(),
            "every recorded answer to this GET /a\\u{1b}b has been given, the last one by call-throttling"
        );
    }
}
