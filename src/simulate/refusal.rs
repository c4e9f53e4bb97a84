//! What a bad request gets: the modelled error, naming the member, as services do.

use super::digest::Digester;
use crate::message::{Request, Response};
use crate::spec::conform::{Problem, Violation};
use crate::spec::{ErrorShape, Fault, Inputs, Retry, Spec, errors};

/// The header of a request's id.
pub(super) const REQUEST_ID_HEADER: &str = "x-amzn-requestid";

/// The error type of a request that is no operation.
const UNKNOWN_OPERATION: &str = "UnknownOperationException";

/// The longest part of a value that a message repeats, in characters.
const SHOWN: usize = 256;

/// A request that is no operation which is served.
pub(super) fn unknown_operation(request: &Request, why: &str) -> Response {
    let mut response = errors::error_response_with_status(404, Some(UNKNOWN_OPERATION), why);
    response.headers.push(REQUEST_ID_HEADER, Digester::of_unrouted(request).uuid());
    response
}

/// Inputs that are not what the spec says.
pub(super) fn invalid(spec: &Spec, inputs: &Inputs, problems: &[Problem]) -> Response {
    let details: Vec<String> = problems.iter().map(|problem| detail(inputs, problem)).collect();
    let errors = if details.len() == 1 { "error" } else { "errors" };
    validation(spec, &format!("{} validation {errors} detected: {}", details.len(), details.join("; ")))
}

/// One member that is wrong in a way that no type says.
pub(super) fn invalid_member(spec: &Spec, key: &str, constraint: &str) -> Response {
    let name = wire_name(spec, key);
    validation(
        spec,
        &format!("1 validation error detected: Value at '{name}' failed to satisfy constraint: {constraint}"),
    )
}

/// A resource that does not exist.
pub(super) fn not_found(spec: &Spec, key: &str, value: &str) -> Response {
    let named = spec.not_found_error.as_deref().and_then(|name| spec.error(name));
    let error = named.or_else(|| spec.errors.iter().find(|error| error.status == 404)).or_else(|| nearest(spec));
    answer(error, &format!("the {} '{}' does not exist", wire_name(spec, key), shown(value)))
}

fn validation(spec: &Spec, message: &str) -> Response {
    let named = spec.validation_error.as_deref().and_then(|name| spec.error(name));
    answer(named.or_else(|| nearest(spec)), message)
}

/// The modelled error that comes nearest to "your request is wrong": a 400, else any that a client should not repeat.
fn nearest(spec: &Spec) -> Option<&ErrorShape> {
    let is_final = |error: &&ErrorShape| error.fault == Fault::Client && error.retry == Retry::Never;
    let mut finals = spec.errors.iter().filter(is_final);
    finals.clone().find(|error| error.status == 400).or_else(|| finals.next())
}

/// The error, or an untyped 400 where the spec has none.
fn answer(error: Option<&ErrorShape>, message: &str) -> Response {
    let (status, name) = error.map_or((400, None), |error| (error.status, Some(error.name.as_str())));
    errors::error_response_with_status(status, name, message)
}

fn detail(inputs: &Inputs, problem: &Problem) -> String {
    let (place, value) = match &problem.violation {
        Violation::MissingMember(name) => (format!("{}/{name}", problem.pointer), Some("null".to_owned())),
        Violation::NullMember(_) => (problem.pointer.clone(), Some("null".to_owned())),
        _ => {
            let value = inputs.text(&problem.member).map(|value| format!("'{}'", shown(&value)));
            (problem.pointer.clone(), value)
        }
    };
    let place = place.trim_start_matches('/').replace('/', ".");
    let value = value.map(|value| format!(" {value}")).unwrap_or_default();
    format!("Value{value} at '{place}' failed to satisfy constraint: {}", constraint(&problem.violation))
}

/// The constraint, in the words that services use.
fn constraint(violation: &Violation) -> String {
    let bound = |what: &str, is_low: bool, least: &dyn ToString, most: &dyn ToString| {
        if is_low {
            format!("Member must have {what} greater than or equal to {}", least.to_string())
        } else {
            format!("Member must have {what} less than or equal to {}", most.to_string())
        }
    };
    match violation {
        Violation::Length { least, most, found } => bound("length", found < least, least, most),
        Violation::Range { least, most, found } => {
            bound("value", found.parse::<f64>().is_ok_and(|found| found < *least), least, most)
        }
        Violation::Pattern { pattern } => format!("Member must satisfy regular expression pattern: {pattern}"),
        Violation::MissingMember(_) | Violation::NullMember(_) => "Member must not be null".to_owned(),
        Violation::UnmodelledValue(_) => "Member must satisfy enum value set".to_owned(),
        Violation::NotUnique => "Member must not have duplicates".to_owned(),
        Violation::WrongType { expected, .. } => format!("Member must be {expected}"),
        Violation::Charset | Violation::UnionMembers { .. } | Violation::UnknownMember { .. } => {
            format!("Member must have {}", violation.expected())
        }
    }
}

fn wire_name<'s>(spec: &'s Spec, key: &'s str) -> &'s str {
    spec.input_member(key).map_or(key, |member| &member.wire_name)
}

fn shown(value: &str) -> String {
    value.chars().take(SHOWN).collect()
}
