//! Errors, as a server sends them: typed, declared, with the status of their type.

use super::case::{Case, deviating_error};
use super::finding::{Judgement, Note, Part};
use crate::diagnostic::nearest;
use crate::evidence::Purpose;
use crate::evidence::reading::{Content, Outcome};
use crate::message::{Json, WithheldReason};
use crate::spec::Spec;

/// `error.not-in-success`: a success status carries no error type and no error body.
pub(super) fn not_in_success<'a>(case: &Case<'a>) -> Judgement<'a> {
    let Some(spec) = case.spec().filter(|_| case.reading.outcome.is_success()) else { return Judgement::untouched() };
    let Some(error) = &case.error_in_success else { return Judgement::held(1) };
    let note = Note::new(format!("status {} says success, and the response is an error", spec.http.success))
        .at(case.index, Part::Response)
        .expected("the output of the operation, and nothing of an error")
        .found(error.as_str())
        .by_key(spec, spec.http.line, "success")
        .help("send the error with the status of its type: every client takes this one for a result");
    Judgement::broken(note)
}

/// `error.declared`: the type is one that the spec declares, and the body has `message`.
pub(super) fn declared<'a>(case: &Case<'a>) -> Judgement<'a> {
    let (Some(spec), Outcome::Error { status, name }) = (case.spec(), &case.reading.outcome) else {
        return Judgement::untouched();
    };
    // What refuses a signature stands before the operation, and has errors of its own.
    if case.purpose.as_ref().is_some_and(Purpose::is_of_signature) {
        return Judgement::untouched();
    }
    let Some(name) = name else { return Judgement::broken(untyped(case, spec, *status)) };
    if spec.error(name).is_none() && !deviating_error(spec, name) {
        return Judgement::broken(undeclared(case, spec, name));
    }
    match without_message(case, spec, name) {
        Some(note) => Judgement::broken(note),
        None => Judgement::held(1),
    }
}

fn untyped<'a>(case: &Case<'a>, spec: &'a Spec, status: u16) -> Note<'a> {
    let found = match &case.reading.body {
        Content::Empty => "no body, and no type in the header",
        Content::Json(_) => "a body without a type, and none in the header",
        Content::NotJson(WithheldReason::Html) => "an HTML page, and no type in the header",
        Content::NotJson(_) => "a body that is not JSON, and no type in the header",
        Content::Unknown => "no type in the header, and a body too long to be kept",
    };
    Note::new(format!("status {status} is not the success status, and the response names no error"))
        .at(case.index, Part::Response)
        .expected("an error type in x-amzn-errortype, `code` or `__type`")
        .found(found)
        .by_key(spec, spec.http.line, "success")
        .help("if it came from something between client and service, record anew; a mock names the type of each error")
}

fn undeclared<'a>(case: &Case<'a>, spec: &'a Spec, name: &str) -> Note<'a> {
    let declared: Vec<&str> = spec.errors.iter().map(|error| error.name.as_str()).collect();
    let deviation =
        "if the service really sends it, add a dated entry to `deviations` in the spec, naming this exchange";
    let help = match nearest(name, declared.iter().copied()) {
        Some(near) => format!("is \"{near}\" meant? {deviation}"),
        None => deviation.to_owned(),
    };
    let line = spec.errors.first().map_or(spec.http.line, |error| error.line);
    Note::new("the response names an error that the spec does not declare")
        .at(case.index, Part::Response)
        .expected(declared.join(", "))
        .found(name)
        .by(spec, line)
        .help(help)
}

/// What is wrong, if the body of an error has no message. Nothing can be said of a body that was too long to be kept.
fn without_message<'a>(case: &Case<'a>, spec: &'a Spec, name: &str) -> Option<Note<'a>> {
    let (found, help) = match &case.reading.body {
        Content::Unknown => return None,
        Content::Json(body) if body.get("message").is_some_and(|message| *message != Json::Null) => return None,
        Content::Json(Json::Object(members)) => {
            let variant = members.iter().map(|(key, _)| key.decode()).find(|key| key.eq_ignore_ascii_case("message"));
            match variant {
                Some(variant) if variant != "message" => (format!("\"{variant}\""), "spell it \"message\""),
                _ => ("a body without it".to_owned(), "say in \"message\" what went wrong"),
            }
        }
        Content::Json(_) => ("JSON that is no object".to_owned(), "send an object with \"message\""),
        Content::Empty => ("no body".to_owned(), "send an object with \"message\""),
        Content::NotJson(WithheldReason::Html) => ("an HTML page".to_owned(), "send an object with \"message\""),
        Content::NotJson(_) => ("a body that is not JSON".to_owned(), "send an object with \"message\""),
    };
    let line = spec.error(name).map_or(spec.http.line, |error| error.line);
    let note = Note::new(format!("the body of {name} has no message"))
        .at(case.index, Part::Body(String::new()))
        .expected("\"message\"")
        .found(found)
        .by(spec, line)
        .help(help);
    Some(note)
}

/// `error.status-matches-type`: the status is the one of the type.
pub(super) fn status_matches_type<'a>(case: &Case<'a>) -> Judgement<'a> {
    let (Some(spec), Outcome::Error { status, name: Some(name) }) = (case.spec(), &case.reading.outcome) else {
        return Judgement::untouched();
    };
    let Some(error) = spec.error(name) else { return Judgement::untouched() };
    if error.status == *status {
        return Judgement::held(1);
    }
    let note = Note::new(format!("{name} came with another status than its own"))
        .at(case.index, Part::Response)
        .expected(error.status.to_string())
        .found(status.to_string())
        .by(spec, error.line)
        .help("send the status of the type: clients decide by it whether to ask again");
    Judgement::broken(note)
}
