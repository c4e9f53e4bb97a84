//! The requests of a run, each with why it came and what it was answered.
//!
//! Why a request came follows from the answer before it: a page with a token asks for the next
//! page, an error that may pass for the same request again, the last page for nothing.

use super::super::case::{Case, Cases};
use crate::evidence::Run;
use crate::evidence::reading::{Content, Outcome, items, output_value, spent_token};
use crate::message::Json;
use crate::spec::{Inputs, Location, Spec};

/// The requests that were answered by the script, in order; those over its budget are left out.
pub(super) struct Wire {
    pub(super) requests: Vec<Asked>,
}

/// A request and its answer.
pub(super) struct Asked {
    /// Its exchange, by index.
    pub(super) index: usize,
    /// The token that it spends; none for the first page.
    pub(super) token: Option<String>,
    /// Why it came.
    pub(super) why: Why,
    /// Which attempt it is, from 1.
    pub(super) attempt: u32,
    /// What it was answered.
    pub(super) answer: Answered,
}

/// Why a request came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    /// It is the first.
    First,
    /// It is for the next page, by the token that was given.
    Next,
    /// It asks again, after an answer that may be better the next time.
    Retry,
    /// It comes after the last page.
    AfterEnd(Next),
    /// It comes after a page with this token, and does not spend it.
    OtherToken(String),
    /// It comes after an answer that may be better the next time, and asks for another page.
    Restart,
    /// It asks again, after an error that ends the call.
    Retried,
    /// It comes after an error that ends the call, and asks for another page.
    Elsewhere,
    /// It is no request of the operation.
    Foreign,
}

/// What a request was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answered {
    /// A page with so many items, or the one output.
    Page {
        /// How many items it has.
        items: usize,
        /// The token for the next.
        next: Next,
    },
    /// An error.
    Error {
        /// The status.
        status: u16,
        /// Whether it may be better the next time.
        may_pass: bool,
        /// Whether its body is no JSON object.
        is_opaque: bool,
    },
    /// Not to the end.
    Broken,
    /// A success that cannot be read.
    Unreadable,
}

/// The token of a page for the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// There is none.
    Absent,
    /// It is null.
    Null,
    /// It is empty.
    Empty,
    /// This text.
    Token(String),
}

impl Answered {
    /// Whether a client may ask again.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Page { .. } => false,
            Self::Error { may_pass, .. } => *may_pass,
            Self::Broken | Self::Unreadable => true,
        }
    }

    /// Whether it is an error that ends the call.
    pub(super) fn is_final_error(&self) -> bool {
        matches!(self, Self::Error { may_pass: false, .. })
    }

    /// The token for the next page, if it is a page that has one.
    pub(super) fn next_token(&self) -> Option<&str> {
        match self {
            Self::Page { next: Next::Token(token), .. } => Some(token),
            Self::Page { .. } | Self::Error { .. } | Self::Broken | Self::Unreadable => None,
        }
    }
}

impl Wire {
    /// Reads the requests of a run.
    pub(super) fn read(cases: &Cases<'_>, run: &Run<'_>, spec: &Spec) -> Self {
        let within = usize::try_from(run.budget).unwrap_or(usize::MAX);
        let mut requests: Vec<Asked> = Vec::new();
        for case in cases.exchanges.iter().take(within) {
            let token = spent_token(spec, &case.exchange.request);
            let before = requests.iter().rfind(|asked| asked.why != Why::Foreign);
            let why = if is_of(spec, case) { why(before, token.as_deref()) } else { Why::Foreign };
            let attempt = match (&why, before) {
                (Why::Retry | Why::Retried, Some(before)) => before.attempt + 1,
                _ => 1,
            };
            requests.push(Asked { index: case.index, token, why, attempt, answer: answered(spec, case) });
        }
        Self { requests }
    }

    /// The requests of the operation.
    pub(super) fn of_operation(&self) -> impl DoubleEndedIterator<Item = &Asked> {
        self.requests.iter().filter(|asked| asked.why != Why::Foreign)
    }

    /// The first request of the operation.
    pub(super) fn first(&self) -> Option<&Asked> {
        self.of_operation().next()
    }

    /// The last request of the operation.
    pub(super) fn last(&self) -> Option<&Asked> {
        self.of_operation().next_back()
    }

    /// Whether a request came that paging and retrying do not explain: its row says so.
    pub(super) fn goes_astray(&self) -> bool {
        self.requests.iter().any(|asked| match &asked.why {
            Why::AfterEnd(_) | Why::OtherToken(_) | Why::Restart | Why::Elsewhere | Why::Foreign => true,
            Why::First | Why::Next | Why::Retry | Why::Retried => false,
        })
    }

    /// Whether the last answer is the last page.
    pub(super) fn ended(&self) -> bool {
        self.last().is_some_and(|last| {
            matches!(last.answer, Answered::Page { next: Next::Absent | Next::Null | Next::Empty, .. })
        })
    }

    /// Whether a token was spent before the request of this exchange was answered.
    pub(super) fn was_spent(&self, token: &str, until: usize) -> bool {
        self.of_operation().take_while(|asked| asked.index <= until).any(|asked| asked.token.as_deref() == Some(token))
    }

    /// The request before one of the operation.
    pub(super) fn before(&self, index: usize) -> Option<&Asked> {
        self.of_operation().take_while(|asked| asked.index < index).last()
    }
}

/// Whether method and path of a request are the operation's, whatever else it says.
fn is_of(spec: &Spec, case: &Case<'_>) -> bool {
    match &case.reading.route {
        Ok(route) => route.spec.operation == spec.operation,
        Err(unrouted) => unrouted.operation.as_deref() == Some(spec.operation.as_str()),
    }
}

fn why(before: Option<&Asked>, token: Option<&str>) -> Why {
    let Some(before) = before else { return Why::First };
    let is_same_page = before.token.as_deref() == token;
    match &before.answer {
        Answered::Page { next: Next::Token(expected), .. } if token == Some(expected) => Why::Next,
        Answered::Page { next: Next::Token(expected), .. } => Why::OtherToken(expected.clone()),
        Answered::Page { next, .. } => Why::AfterEnd(next.clone()),
        answer if answer.may_pass() && is_same_page => Why::Retry,
        answer if answer.may_pass() => Why::Restart,
        Answered::Error { .. } | Answered::Broken | Answered::Unreadable if is_same_page => Why::Retried,
        Answered::Error { .. } | Answered::Broken | Answered::Unreadable => Why::Elsewhere,
    }
}

fn answered(spec: &Spec, case: &Case<'_>) -> Answered {
    match &case.reading.outcome {
        Outcome::Broken => Answered::Broken,
        Outcome::Error { status, .. } => Answered::Error {
            status: *status,
            may_pass: case.reading.outcome.is_retryable(Some(spec)),
            is_opaque: !matches!(case.reading.body, Content::Json(Json::Object(_))),
        },
        Outcome::Success => page(spec, case),
    }
}

fn page(spec: &Spec, case: &Case<'_>) -> Answered {
    let Some(paging) = &spec.pagination else {
        let is_json = spec.output.iter().any(|member| member.location == Location::Body);
        let is_read = !is_json || case.reading.body.json().is_some();
        return if is_read { Answered::Page { items: 0, next: Next::Absent } } else { Answered::Unreadable };
    };
    if case.reading.body.json().is_none() {
        return Answered::Unreadable;
    }
    let next = match output_value(spec, &paging.output_token, &case.exchange.response, &case.reading.body) {
        None => Next::Absent,
        Some(Json::Null) => Next::Null,
        Some(Json::String(token)) if token.raw().is_empty() => Next::Empty,
        Some(Json::String(token)) => Next::Token(token.decode().into_owned()),
        Some(Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_)) => return Answered::Unreadable,
    };
    Answered::Page { items: items(spec, &case.reading.body).map_or(0, <[Json]>::len), next }
}

/// The inputs of a request, if all of it could be read.
pub(super) fn inputs<'c>(case: &'c Case<'_>) -> Option<&'c Inputs> {
    case.reading.route.as_ref().ok().map(|route| &route.inputs)
}
