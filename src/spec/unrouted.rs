//! Why a request is no operation of the specs, and which it was nearest to.
//!
//! Nothing here is on the way of a request that can be routed. The texts hold
//! names, never values: a path may hold an identifier.

use super::{Segment, Spec, Specs};
use crate::diagnostic;
use crate::message::Request;
use std::fmt;

/// A request that is no operation of the specs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrouted {
    /// Why, in words, without any value of the request.
    pub what: String,
    /// Why, for programs.
    pub kind: UnroutedKind,
    /// The operation, where method and path are an operation's and something else is not.
    pub operation: Option<String>,
    /// What comes nearest: an operation with its method and path, or a member's name.
    pub nearest: Option<String>,
}

/// The ways in which a request is no operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnroutedKind {
    /// No operation has the path.
    Path,
    /// The path has an empty segment: a double or trailing slash, or an empty label.
    EmptySegment,
    /// The path has a segment that is `.` or `..`, however it is encoded.
    DotSegment,
    /// A label's percent escapes are broken, or do not encode UTF-8.
    Escape,
    /// The path is an operation's, the method is not.
    Method,
    /// A query parameter that the operation does not have.
    UnknownQuery(String),
    /// A query parameter that came twice.
    RepeatedQuery(String),
    /// A header of the operation that came twice.
    RepeatedHeader(String),
    /// A body where the operation has none.
    UnexpectedBody,
    /// A body that is not JSON where the operation has JSON.
    BodyNotJson,
    /// A JSON body that is no object.
    BodyNotObject,
    /// A body that was not kept, where the operation reads it.
    BodyWithheld,
    /// A body member that the operation does not have.
    UnknownBodyMember(String),
    /// A body member that came twice.
    RepeatedBodyMember(String),
}

impl fmt::Display for UnroutedKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path => f.write_str("no operation has this path"),
            Self::EmptySegment => f.write_str("the path has an empty segment"),
            Self::DotSegment => f.write_str("the path has a dot segment"),
            Self::Escape => f.write_str("the path has percent escapes that encode no UTF-8 text"),
            Self::Method => f.write_str("no operation has this method and path"),
            Self::UnknownQuery(name) => write!(f, "the operation has no query parameter \"{name}\""),
            Self::RepeatedQuery(name) => write!(f, "the query parameter \"{name}\" came twice"),
            Self::RepeatedHeader(name) => write!(f, "the header \"{name}\" came twice"),
            Self::UnexpectedBody => f.write_str("the operation takes no body"),
            Self::BodyNotJson => f.write_str("the body is not JSON"),
            Self::BodyNotObject => f.write_str("the body is not a JSON object"),
            Self::BodyWithheld => f.write_str("the body was not kept"),
            Self::UnknownBodyMember(name) => write!(f, "the operation has no body member \"{name}\""),
            Self::RepeatedBodyMember(name) => write!(f, "the body member \"{name}\" came twice"),
        }
    }
}

impl fmt::Display for Unrouted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; nearest is {nearest}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Unrouted {}

impl Unrouted {
    /// A request whose method and path are this operation's.
    pub(super) fn of(spec: &Spec, kind: UnroutedKind) -> Self {
        let names = |body: bool| {
            let member = move |member: &&super::Member| (member.location == super::Location::Body) == body;
            spec.input.iter().filter(member).map(|member| member.wire_name.as_str())
        };
        let nearest = match &kind {
            UnroutedKind::UnknownQuery(name) => diagnostic::nearest(name, names(false)),
            UnroutedKind::UnknownBodyMember(name) => diagnostic::nearest(name, names(true)),
            _ => None,
        };
        Self {
            what: kind.to_string(),
            operation: Some(spec.operation.clone()),
            nearest: nearest.map(|name| format!("\"{name}\"")),
            kind,
        }
    }

    /// A request whose method and path are no operation's.
    pub(super) fn explain(specs: &Specs, request: &Request) -> Self {
        let segments: Vec<&str> = request.path.split('/').collect();
        let kind = if specs.iter().any(|spec| likeness(spec, &segments) == spec.http.path.len()) {
            UnroutedKind::Method
        } else if segments.iter().skip(1).any(|segment| segment.is_empty()) {
            UnroutedKind::EmptySegment
        } else {
            UnroutedKind::Path
        };
        let loose: Vec<&str> = segments.into_iter().filter(|segment| !segment.is_empty()).collect();
        let nearest = specs
            .iter()
            .map(|spec| (loose_likeness(spec, &loose), spec))
            .filter(|(score, _)| *score > 0)
            .max_by(|a, b| a.0.cmp(&b.0).then(b.1.operation.cmp(&a.1.operation)));
        Self {
            what: kind.to_string(),
            kind,
            operation: None,
            nearest: nearest.map(|(_, spec)| format!("{} ({} {})", spec.operation, spec.http.method, spec.template())),
        }
    }
}

/// How many segments of the path are the spec's: all of them if it is the spec's path.
fn likeness(spec: &Spec, segments: &[&str]) -> usize {
    let Some(("", segments)) = segments.split_first().map(|(first, rest)| (*first, rest)) else { return 0 };
    if segments.len() != spec.http.path.len() {
        return 0;
    }
    let fits = |(segment, given): &(&Segment, &&str)| match segment {
        Segment::Literal(literal) => literal == *given,
        Segment::Label(_) => !given.is_empty(),
    };
    spec.http.path.iter().zip(segments).filter(fits).count()
}

/// How many literals of the spec stand in the path, at whatever place and in whatever case.
fn loose_likeness(spec: &Spec, segments: &[&str]) -> usize {
    let is_there = |segment: &&Segment| match segment {
        Segment::Literal(literal) => segments.iter().any(|given| given.eq_ignore_ascii_case(literal)),
        Segment::Label(_) => false,
    };
    spec.http.path.iter().filter(is_there).count()
}
