//! Wrong errors: without type or message, of an unknown type, with another status, as a success.

use super::Next;
use super::asked::{Asked, change_body, remove_header, set};
use crate::message::{Json, Response};
use crate::spec::Inputs;
use crate::spec::errors::{ERROR_TYPE_HEADER, error_type};

/// The response, changed where it is an error; the change is told its type.
fn changed(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>, change: impl FnOnce(&mut Response, &str)) -> Response {
    let mut response = next(inputs);
    if let Some(error) = error_type(&response).filter(|_| !asked.is_success(&response)) {
        change(&mut response, &error.name);
    }
    response
}

/// No error says its type.
pub(super) fn untyped(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    changed(asked, inputs, next, |response, _| remove_header(response, ERROR_TYPE_HEADER))
}

/// Errors have a type that the spec does not declare.
pub(super) fn undeclared(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    changed(asked, inputs, next, |response, name| {
        remove_header(response, ERROR_TYPE_HEADER);
        response.headers.push(ERROR_TYPE_HEADER, format!("Undeclared{name}"));
    })
}

/// No error has a message.
pub(super) fn no_message(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    changed(asked, inputs, next, |response, _| change_body(response, |body| set(body, "message", None)))
}

/// The message is spelled with a capital letter.
pub(super) fn capital_message(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    changed(asked, inputs, next, |response, _| {
        change_body(response, |body| {
            let message = body.get("message").cloned();
            set(body, "message", None);
            set(body, "Message", message);
        });
    })
}

/// An error comes with the status of success, its type in the header.
pub(super) fn success_with_type(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    changed(asked, inputs, next, |response, _| response.status = Some(asked.spec.http.success))
}

/// An error comes with the status of success, its type in the body.
pub(super) fn success_with_body(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    changed(asked, inputs, next, |response, name| {
        remove_header(response, ERROR_TYPE_HEADER);
        change_body(response, |body| set(body, "__type", Some(Json::string(name))));
        response.status = Some(asked.spec.http.success);
    })
}

/// Every error has the status 500.
pub(super) fn always_500(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    changed(asked, inputs, next, |response, _| response.status = Some(500))
}

/// Every error has the status 400.
pub(super) fn always_400(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    changed(asked, inputs, next, |response, _| response.status = Some(400))
}
