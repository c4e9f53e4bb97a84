//! Requests, as a recording tells them.

use super::case::Case;
use super::finding::{Judgement, Note, Part};
use crate::spec::conform::Problem;
use crate::spec::{InputValue, Location, Spec};

/// `request.route`: method, path and members are the operation's.
pub(super) fn route<'a>(case: &Case<'a>) -> Judgement<'a> {
    let stated = case.exchange.operation.as_deref();
    match &case.reading.route {
        Ok(route) if stated.is_none_or(|stated| stated == route.spec.operation) => Judgement::held(1),
        Ok(route) => {
            let note = Note::new("the request is another operation's than the one that is stated")
                .at(case.index, Part::Request)
                .expected(stated.unwrap_or_default())
                .found(&*route.spec.operation)
                .by_key(route.spec, route.spec.http.line, "path")
                .help("state the operation that the request is, and seal the file");
            Judgement::broken(note)
        }
        Err(unrouted) => {
            let request = &case.exchange.request;
            let operation = stated.or(unrouted.operation.as_deref()).unwrap_or("an operation of the specs");
            let help = match &unrouted.nearest {
                Some(nearest) => format!("nearest is {nearest}; or load the spec that has it, with --spec"),
                None => "load the spec of the operation, with --spec, or take the exchange out".to_owned(),
            };
            let note = Note::new(format!("the request is no operation: {}", unrouted.what))
                .at(case.index, Part::Request)
                .expected(format!("a request of {operation}"))
                .found(format!("{} {}", request.method, request.path))
                .help(help);
            Judgement::broken(note)
        }
    }
}

/// `request.member`: members satisfy their types; one that does not must have been refused.
pub(super) fn member<'a>(case: &Case<'a>) -> Judgement<'a> {
    let Ok(route) = &case.reading.route else { return Judgement::untouched() };
    if case.input_problems.is_empty() || case.is_client_error() {
        return Judgement::held(1);
    }
    // Only a success says that the service took it: a throttle or a fault says nothing.
    if case.success().is_none() {
        return Judgement::untouched();
    }
    let notes = case.input_problems.iter().map(|problem| {
        let member =
            route.spec.input.iter().find(|member| member.key == problem.member.split('.').next().unwrap_or_default());
        let value = member.and_then(|member| route.inputs.get(&member.key));
        Note::new(format!("\"{}\" {}, and was taken all the same", problem.member, problem.violation))
            .at(case.index, Part::Request)
            .expected(format!("{}, or a client error in answer", problem.violation.expected()))
            .found(found(problem, value))
            .by(route.spec, problem.line)
            .help(help(route.spec, member.map(|member| member.location)))
    });
    Judgement::of(1, notes.collect())
}

fn found(problem: &Problem, value: Option<&InputValue>) -> String {
    match value {
        Some(InputValue::Text(text)) => format!("\"{text}\", and a success"),
        Some(InputValue::Json(_) | InputValue::Bytes(_)) | None => {
            format!("{}, and a success", problem.violation.found())
        }
    }
}

fn help(spec: &Spec, location: Option<Location>) -> String {
    let place = match location {
        Some(Location::Path) => "the path",
        Some(Location::Query) => "the query",
        Some(Location::Header) => "the header",
        Some(Location::Body | Location::Payload | Location::Status) | None => "the body",
    };
    match &spec.validation_error {
        Some(error) => format!("answer what is wrong in {place} with {error}; if the service takes it, widen the spec"),
        None => format!("refuse what is wrong in {place}; if the service takes it, widen the spec"),
    }
}
