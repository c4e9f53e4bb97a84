//! What a server must refuse: wrong inputs, page sizes out of range, tokens that are none, requests without a signature.
//!
//! These judge what a prober asked on purpose, and go by its [`Purpose`]; a client that
//! happens to ask for the same says nothing of the server.

use super::case::Case;
use super::finding::{Judgement, Note, Part};
use crate::evidence::Purpose;
use crate::evidence::reading::Outcome;
use crate::spec::Spec;

/// What came of a request that is wrong on purpose.
enum Came<'c> {
    /// A modelled error that says that the client is at fault.
    Refused(&'c str),
    /// The success of the operation.
    Taken,
    /// Another error; none if it has no type.
    Other(u16, Option<&'c str>),
    /// Nothing that says whether it would be refused: no whole answer, or one that asks to come later.
    Nothing,
}

impl<'c> Came<'c> {
    fn of(case: &'c Case<'_>) -> Self {
        match &case.reading.outcome {
            Outcome::Success => Self::Taken,
            Outcome::Error { name: Some(name), .. } if case.is_client_error() => Self::Refused(name),
            Outcome::Error { status, name } if !is_throttle(case, *status) => Self::Other(*status, name.as_deref()),
            Outcome::Error { .. } | Outcome::Broken => Self::Nothing,
        }
    }

    /// In words.
    fn found(&self) -> String {
        match self {
            Self::Refused(name) => (*name).to_owned(),
            Self::Taken => "a success".to_owned(),
            Self::Other(status, Some(name)) => format!("{name}, status {status}"),
            Self::Other(status, None) => format!("status {status} without an error type"),
            Self::Nothing => "nothing".to_owned(),
        }
    }
}

/// Whether an error only says that requests came too often.
fn is_throttle(case: &Case<'_>, status: u16) -> bool {
    status == 429 || (status < 500 && case.reading.outcome.is_retryable(case.spec()))
}

/// Whether it was refused, by this modelled error where one is named.
fn judge<'a>(case: &Case<'a>, by: Option<&'a str>, broken: impl FnOnce(&'a Spec) -> Note<'a>) -> Judgement<'a> {
    let came = Came::of(case);
    let (Some(spec), false) = (case.spec(), matches!(came, Came::Nothing)) else { return Judgement::untouched() };
    if matches!(came, Came::Refused(name) if by.is_none_or(|by| by == name)) {
        return Judgement::held(1);
    }
    let expected = by.map_or_else(|| "a client error that the spec declares".to_owned(), str::to_owned);
    Judgement::broken(broken(spec).at(case.index, Part::Response).expected(expected).found(came.found()))
}

/// `pagination.page-size-bounds`: a page size out of range, or none at all, gets the validation error.
pub(super) fn page_size_bounds<'a>(case: &Case<'a>) -> Judgement<'a> {
    let (Some(Purpose::PageSize), Some(spec)) = (&case.purpose, case.spec()) else { return Judgement::untouched() };
    let Some(member) = spec.pagination.as_ref().and_then(|paging| paging.page_size.as_deref()) else {
        return Judgement::untouched();
    };
    judge(case, spec.validation_error.as_deref(), |spec| {
        let given = case.reading.route.as_ref().ok().and_then(|route| Some(route.inputs.text(member)?.into_owned()));
        let line = spec.input_member(member).map_or(spec.http.line, |member| member.line);
        Note::new(format!("{member} {} is not refused", given.unwrap_or_default()))
            .by(spec, line)
            .help("refuse a page size that the type does not take: clients would learn of it in production")
    })
}

/// `pagination.bad-token-rejected`: a token that was never issued is refused.
pub(super) fn bad_token<'a>(case: &Case<'a>) -> Judgement<'a> {
    let what = match case.purpose {
        Some(Purpose::EmptyToken) => "an empty token",
        Some(Purpose::TamperedToken) => "a token with another last character",
        Some(Purpose::UnknownToken) => "a token that was never issued",
        _ => return Judgement::untouched(),
    };
    judge(case, None, |spec| {
        wrong_token(spec, what).help("know the tokens that were issued, and refuse all others with a client error")
    })
}

/// `pagination.token-bound-to-inputs`: a token of another resource is refused.
pub(super) fn foreign_token<'a>(case: &Case<'a>) -> Judgement<'a> {
    if case.purpose != Some(Purpose::ForeignToken) {
        return Judgement::untouched();
    }
    judge(case, None, |spec| {
        wrong_token(spec, "a token of another resource")
            .help("bind each token to the inputs of the walk that it was issued in")
    })
}

fn wrong_token<'a>(spec: &'a Spec, what: &str) -> Note<'a> {
    let note = Note::new(format!("{what} is not refused"));
    match &spec.pagination {
        Some(paging) => note.by_key(spec, paging.line, "input_token"),
        None => note,
    }
}

/// `request.bad-id-rejected`: a malformed id gets the validation error, an unknown one the not-found error.
pub(super) fn bad_id<'a>(case: &Case<'a>) -> Judgement<'a> {
    let Some(spec) = case.spec() else { return Judgement::untouched() };
    let (what, key, by) = match &case.purpose {
        Some(Purpose::Malformed(key)) => ("malformed", key, &spec.validation_error),
        Some(Purpose::Unknown(key)) => ("unknown", key, &spec.not_found_error),
        _ => return Judgement::untouched(),
    };
    judge(case, by.as_deref(), |spec| {
        let error = by.as_deref().unwrap_or("a client error");
        let line = spec.input_member(key).map_or(spec.http.line, |member| member.line);
        Note::new(format!("{what} {key}: it is not told as such"))
            .by(spec, line)
            .help(format!("answer with {error}: a client that handles it is tested by nothing else"))
    })
}

/// `request.unsigned-rejected`: whether a request without a valid signature is refused.
pub(super) fn unsigned<'a>(case: &Case<'a>) -> Judgement<'a> {
    let what = match case.purpose {
        Some(Purpose::Unsigned) => "a request without a signature",
        Some(Purpose::WronglySigned) => "a request signed with another secret",
        _ => return Judgement::untouched(),
    };
    match case.reading.outcome {
        Outcome::Error { status: 400..=499, .. } => Judgement::held(1),
        Outcome::Success => {
            let note = Note::new(format!("{what} is answered"))
                .at(case.index, Part::Response)
                .expected("refused, as the service does")
                .found("a success")
                .help("a client that signs wrongly stays green with this mock");
            Judgement::broken(note)
        }
        Outcome::Error { .. } | Outcome::Broken => Judgement::untouched(),
    }
}
