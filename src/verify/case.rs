//! The evidence as the checks see it: each exchange read once, with what its
//! messages violate; the walks with their pages.

use super::finding::Part;
use super::walk_case::{WalkCase, families, walk_cases};
use crate::evidence::reading::{Content, Outcome, Reading};
use crate::evidence::{Evidence, Purpose};
use crate::message::{Exchange, Json, Response};
use crate::spec::conform::{Problem, check_inputs, check_output_body, check_output_headers, check_raw_payload};
use crate::spec::errors::ERROR_TYPE_HEADER;
use crate::spec::{DeviationTarget, Fault, Location, Member, Retry, Spec, Specs};

/// All that a check may look at.
pub(super) struct Cases<'a> {
    pub(super) specs: &'a Specs,
    pub(super) evidence: &'a Evidence<'a>,
    pub(super) exchanges: Vec<Case<'a>>,
    /// The walks through listings; other calls are none.
    pub(super) walks: Vec<WalkCase<'a>>,
    /// Walks through the same listing, by index.
    pub(super) families: Vec<Vec<usize>>,
}

impl<'a> Cases<'a> {
    pub(super) fn new(specs: &'a Specs, evidence: &'a Evidence<'a>) -> Self {
        let exchanges: Vec<Case<'a>> = evidence
            .transcript
            .exchanges
            .iter()
            .enumerate()
            .map(|(index, exchange)| Case::new(specs, index, exchange))
            .collect();
        let walks = walk_cases(&evidence.transcript.exchanges, &exchanges);
        let families = families(&walks);
        Self { specs, evidence, exchanges, walks, families }
    }

    /// The specs whose operations occur, or all where none does.
    pub(super) fn specs_met(&self) -> Vec<String> {
        let occurs =
            |spec: &&Spec| self.exchanges.iter().any(|case| case.spec().is_some_and(|met| met.file == spec.file));
        let met: Vec<String> = self.specs.iter().filter(occurs).map(|spec| spec.file.clone()).collect();
        if met.is_empty() { self.specs.iter().map(|spec| spec.file.clone()).collect() } else { met }
    }
}

/// One exchange.
pub(super) struct Case<'a> {
    pub(super) index: usize,
    pub(super) exchange: &'a Exchange,
    pub(super) reading: Reading<'a>,
    /// What a prober was after with it.
    pub(super) purpose: Option<Purpose>,
    /// What of an error a response with the status of success carries, in words.
    pub(super) error_in_success: Option<String>,
    /// What the inputs of a routed request violate.
    pub(super) input_problems: Vec<Problem>,
    /// What a success violates, with where it stands; none if the response is no success.
    pub(super) output_problems: Option<Vec<(Part, Problem)>>,
}

impl<'a> Case<'a> {
    fn new(specs: &'a Specs, index: usize, exchange: &'a Exchange) -> Self {
        let reading = Reading::new(specs, exchange);
        let input_problems =
            reading.route.as_ref().map(|route| check_inputs(route.spec, &route.inputs)).unwrap_or_default();
        let spec = reading.spec().filter(|_| reading.outcome.is_success());
        let error_in_success = spec.and_then(|spec| error_in_success(spec, &exchange.response, &reading.body));
        let purpose = exchange.link.probe.as_deref().and_then(Purpose::parse);
        let mut case =
            Self { index, exchange, reading, purpose, error_in_success, input_problems, output_problems: None };
        case.output_problems = case.success().map(|success| success.problems(exchange));
        case
    }

    /// The spec of the operation, if the request is one.
    pub(super) fn spec(&self) -> Option<&'a Spec> {
        self.reading.spec()
    }

    /// The response, if it is a success and carries no error.
    pub(super) fn success(&self) -> Option<Success<'a, '_>> {
        let spec = self.spec()?;
        let is_one = self.reading.outcome.is_success() && self.error_in_success.is_none();
        is_one.then_some(Success { spec, content: &self.reading.body })
    }

    /// Whether a modelled error answered that says that the client is at fault, and not that it came too often.
    pub(super) fn is_client_error(&self) -> bool {
        let (Some(spec), Outcome::Error { status, name: Some(name) }) = (self.spec(), &self.reading.outcome) else {
            return false;
        };
        match spec.error(name) {
            Some(error) => error.fault == Fault::Client && error.retry != Retry::Throttling,
            None => deviating_error(spec, name) && (400..500).contains(status) && *status != 429,
        }
    }
}

/// A success, as the shape of its operation's output.
#[derive(Clone, Copy)]
pub(super) struct Success<'a, 'c> {
    pub(super) spec: &'a Spec,
    pub(super) content: &'c Content,
}

/// What an empty body is read as.
static NOTHING: Json = Json::Object(Vec::new());

impl<'c> Success<'_, 'c> {
    /// The body as JSON; an empty one, and bytes that are to be none, are an object without members. None if it is no JSON.
    pub(super) fn body(&self) -> Option<&'c Json> {
        match self.content {
            _ if self.spec.raw_payload().is_some() => Some(&NOTHING),
            Content::Empty => Some(&NOTHING),
            Content::Json(json) => Some(json),
            Content::NotJson(_) | Content::Unknown => None,
        }
    }

    /// Whether the output has anything in the body that is JSON.
    pub(super) fn has_body_members(&self) -> bool {
        let is_there = |member: &Member| matches!(member.location, Location::Body | Location::Payload);
        self.spec.raw_payload().is_none() && self.spec.output.iter().any(is_there)
    }

    fn problems(&self, exchange: &Exchange) -> Vec<(Part, Problem)> {
        let in_headers = check_output_headers(self.spec, &exchange.response);
        let mut problems: Vec<_> = in_headers.into_iter().map(|problem| (Part::Response, problem)).collect();
        if let (true, Some(body)) = (self.has_body_members(), self.body()) {
            let in_body = check_output_body(self.spec, body);
            problems.extend(in_body.into_iter().map(|problem| (Part::Body(problem.pointer.clone()), problem)));
        }
        let in_payload = check_raw_payload(self.spec, &exchange.response.body).unwrap_or_default();
        problems.extend(in_payload.into_iter().map(|problem| (Part::Body(String::new()), problem)));
        problems
    }
}

/// What of an error a success carries, in words.
fn error_in_success(spec: &Spec, response: &Response, body: &Content) -> Option<String> {
    if let Some(stated) = response.headers.get(ERROR_TYPE_HEADER).filter(|stated| !stated.trim().is_empty()) {
        return Some(format!("the header {ERROR_TYPE_HEADER}: {stated}"));
    }
    // Bytes that happen to be JSON are what they are.
    let body = body.json().filter(|_| spec.raw_payload().is_none())?;
    let is_modelled = |name: &str| spec.output.iter().any(|member| member.wire_name == name);
    for name in ["code", "__type"] {
        if let (false, Some(value)) = (is_modelled(name), body.get(name).and_then(Json::as_text)) {
            return Some(format!("an error body, \"{name}\": \"{value}\""));
        }
    }
    let Json::Object(members) = body else { return None };
    let is_error = members.iter().any(|(key, _)| key.decode().eq_ignore_ascii_case("message"))
        && !members.iter().any(|(key, _)| is_modelled(&key.decode()));
    is_error.then(|| "an error body, \"message\" and no member of the output".to_owned())
}

/// Whether the spec has a dated deviation for an error name.
pub(super) fn deviating_error(spec: &Spec, name: &str) -> bool {
    spec.deviations.iter().any(|deviation| deviation.target == DeviationTarget::Error(name.to_owned()))
}
