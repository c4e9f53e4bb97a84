//! By which name, message and status an error reaches the caller.

use super::super::finding::{Judgement, Note, Part};
use super::law::by_error;
use super::{Client, Said};
use crate::evidence::{ErrorClass, ExpectedError, Failure};
use crate::message::Json;
use crate::spec::errors::{error_type, error_type_of_body};

/// What became of an error's name.
enum Name {
    /// It reached the caller.
    Right,
    /// The caller got the name of another error of the spec.
    Mapped,
    /// The caller got no name, or one that is not the error's.
    NotFound,
}

/// `error.typed`: an error of the spec reaches the caller under its own name.
pub(super) fn typed<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let Some((expected, name)) = expected(client) else { return Judgement::untouched() };
    match client.said() {
        Said::Failure(Some(failure)) => match became(client, name, failure) {
            Name::Right if client.spec.error(name).is_some() => Judgement::held(1),
            Name::Right => Judgement::untouched(),
            Name::Mapped => {
                Judgement::broken(wrong(client, "the error reaches the caller under another name", expected))
            }
            Name::NotFound if client.is_for("error.type-sources") || leaves_to_others(client) => Judgement::untouched(),
            Name::NotFound => {
                Judgement::broken(wrong(client, "the error does not reach the caller under its name", expected))
            }
        },
        Said::Success(_) if !leaves_to_others(client) => {
            Judgement::broken(wrong(client, "the client reports success although an error came", expected))
        }
        Said::Nothing | Said::Success(_) | Said::Failure(None) => Judgement::untouched(),
    }
}

/// Whether another check of the scenario says what becomes of an error as such.
fn leaves_to_others(client: &Client<'_, '_>) -> bool {
    ["pagination.error-mid-walk", "retry.exhausted-surfaces", "error.unmodelled"].iter().any(|id| client.is_for(id))
}

/// `error.type-sources`: the name is found wherever it stands, less what stands around it, the strongest place first.
pub(super) fn type_sources<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let Some((expected, name)) = expected(client) else { return Judgement::untouched() };
    let Said::Failure(Some(failure)) = client.said() else { return Judgement::untouched() };
    match became(client, name, failure) {
        Name::Right => Judgement::held(1),
        Name::Mapped => Judgement::untouched(),
        Name::NotFound if is_exhausted(client, failure) => Judgement::untouched(),
        Name::NotFound => {
            let note = wrong(client, "the client does not find the error's name", expected);
            let help = "look into x-amzn-errortype, then \"code\", then \"__type\"; what follows ':' and what precedes '#' is no part of the name";
            Judgement::broken(note.help(help))
        }
    }
}

/// Whether the client ran out of attempts and says so itself: that hides the error, wherever its name stood.
fn is_exhausted(client: &Client<'_, '_>, failure: &Failure) -> bool {
    let may_pass = client.wire.last().is_some_and(|last| last.answer.may_pass());
    may_pass && !failure.class.is_of_service() && failure.class != ErrorClass::Deserialise
}

/// `error.message`: the service's message reaches the caller.
pub(super) fn message<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let Some((expected, _)) = expected(client) else { return Judgement::untouched() };
    let (Some(sent), Said::Failure(Some(failure))) = (&expected.message, client.said()) else {
        return Judgement::untouched();
    };
    if failure.message.as_ref().is_some_and(|message| message.contains(sent.as_str())) {
        return Judgement::held(1);
    }
    let found = failure.message.as_deref().unwrap_or("no message");
    let help = "hand on the member \"message\" of the error's body, in whatever case it is spelled";
    let note =
        Note::new("the service's message does not reach the caller").expected(format!("\"{sent}\"")).found(found);
    let note = by_error(client, expected.name.as_deref(), expected.status, note.help(help));
    Judgement::broken(at_last(client, note))
}

/// `error.unmodelled`: an error that the spec does not have keeps its code and its status.
pub(super) fn unmodelled<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let Some((expected, name)) = expected(client) else { return Judgement::untouched() };
    match client.said() {
        Said::Nothing | Said::Failure(None) => Judgement::untouched(),
        Said::Success(_) => {
            Judgement::broken(wrong(client, "the client reports success although an error came", expected))
        }
        Said::Failure(Some(failure)) => {
            // A client may hide the status, but not change it.
            let has_status = failure.status.is_none() || failure.status == expected.status;
            if failure.code.as_deref() == Some(name) && has_status {
                return Judgement::held(1);
            }
            let note = wrong(client, "an error that the spec does not have loses its code or its status", expected);
            Judgement::broken(note.help("pass the code of an error that is not known on to the caller"))
        }
    }
}

/// `error.untyped`: an error without a name keeps its status.
pub(super) fn untyped<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let help = "hand the status on, also where the error has no name";
    status_visible(client, |_| true, "an error without a name loses its status", help)
}

/// `error.opaque-body`: an error whose body cannot be read is no error of reading, and keeps its status.
pub(super) fn opaque_body<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let what = "an error whose body cannot be read is not told as an error with its status";
    let help = "read the status first: a body that cannot be read must not hide it";
    status_visible(client, |failure| failure.class != ErrorClass::Deserialise, what, help)
}

fn status_visible<'a>(
    client: &Client<'_, 'a>,
    is_told: impl Fn(&Failure) -> bool,
    what: &str,
    help: &str,
) -> Judgement<'a> {
    let Some(expected) = client.run.expectation.error.as_ref().filter(|_| client.is_probed()) else {
        return Judgement::untouched();
    };
    match client.said() {
        Said::Nothing | Said::Failure(None) => Judgement::untouched(),
        Said::Success(_) => {
            Judgement::broken(wrong(client, "the client reports success although an error came", expected))
        }
        Said::Failure(Some(failure)) => {
            let status = expected.status.map(|status| status.to_string());
            // Some clients give the status as the code, and nowhere else.
            let is_visible = failure.status == expected.status || (failure.code.is_some() && failure.code == status);
            if is_visible && is_told(failure) {
                return Judgement::held(1);
            }
            Judgement::broken(wrong(client, what, expected).help(help))
        }
    }
}

/// The error that the scenario is about, and its name, where the client reached it.
fn expected<'a>(client: &Client<'_, 'a>) -> Option<(&'a ExpectedError, &'a str)> {
    let expected = client.run.expectation.error.as_ref().filter(|_| client.is_probed())?;
    Some((expected, expected.name.as_deref()?))
}

/// What became of a name.
fn became(client: &Client<'_, '_>, name: &str, failure: &Failure) -> Name {
    let Some(code) = failure.code.as_deref() else { return Name::NotFound };
    if code == name {
        return Name::Right;
    }
    // A name that stands elsewhere in the same answer was found, and is the weaker one.
    let is_mapped = client.spec.error(code).is_some() && !on_wire(client).iter().any(|other| other == code);
    if is_mapped { Name::Mapped } else { Name::NotFound }
}

/// The names that the last answer gives, in all places.
fn on_wire(client: &Client<'_, '_>) -> Vec<String> {
    let Some(last) = client.wire.last() else { return Vec::new() };
    let response = &client.case(last.index).exchange.response;
    let mut names: Vec<String> = error_type(response).map(|error| error.name).into_iter().collect();
    if let Ok(body) = Json::parse(response.body.bytes()) {
        names.extend(error_type_of_body(&body).map(|error| error.name));
        let bare = |text: &str| text.rsplit('#').next().unwrap_or_default().to_owned();
        names.extend(["code", "__type"].iter().filter_map(|key| body.get(key)?.as_text().map(|text| bare(&text))));
    }
    names
}

/// An error that is not what was sent.
fn wrong<'a>(client: &Client<'_, 'a>, what: &str, expected: &ExpectedError) -> Note<'a> {
    let name = expected.name.as_deref().map(|name| format!("the code {name}"));
    let status = expected.status.map(|status| format!("the status {status}"));
    let words: Vec<String> = name.into_iter().chain(status).collect();
    let help = match client.said() {
        Said::Success(_) => "report an error wherever the status is one, whatever the body says",
        Said::Nothing | Said::Failure(_) => "tell errors apart by their names alone: a status stands for several",
    };
    let note = at_last(client, Note::new(what).expected(words.join(", ")).found(client.outcome()));
    by_error(client, expected.name.as_deref(), expected.status, note).help(help)
}

/// The note, with the last exchange.
pub(super) fn at_last<'a>(client: &Client<'_, 'a>, note: Note<'a>) -> Note<'a> {
    match client.wire.last() {
        Some(last) => note.at(last.index, Part::Response),
        None => note,
    }
}
