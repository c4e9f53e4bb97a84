//! What exchanges show: facts that are the same for whoever shows them.

use crate::evidence::reading::{Content, NextToken, Outcome, Reading, next_token, spent_token};
use crate::evidence::{CheckVerdict, Demands, Evidence, Subject, SubjectKind};
use crate::message::{Exchange, Transcript};
use crate::spec::conform::check_inputs;
use crate::spec::{Inputs, Location, Spec, Specs};
use crate::verify::verify;
use std::collections::{BTreeMap, BTreeSet};

/// Something that evidence shows of an operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// An answer that is no success, and what of the request brought it about.
    Error {
        /// The operation.
        operation: String,
        /// The error type, or the status where there is none.
        error: String,
        /// What was wrong with the request, as far as that can be told.
        cause: String,
    },
    /// The shape of a listing: zero, one, many.
    Listing(String, &'static str),
    /// A modelled value: the operation, the enum, the value.
    Value(String, String, String),
    /// A member: the operation, the member.
    Member(String, String),
    /// A check that is exercised: the operation, the check.
    Check(String, &'static str),
}

/// What a transcript shows of each of its operations.
pub(super) fn by_operation(specs: &Specs, transcript: &Transcript) -> BTreeSet<Fact> {
    let mut operations: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, exchange) in transcript.exchanges.iter().enumerate() {
        if let Ok(route) = specs.route(&exchange.request) {
            operations.entry(&route.spec.operation).or_default().push(index);
        }
    }
    operations.values().flat_map(|indexes| of(specs, transcript, indexes)).collect()
}

/// What some exchanges of one operation show together.
pub(super) fn of(specs: &Specs, transcript: &Transcript, indexes: &[usize]) -> BTreeSet<Fact> {
    let Some(spec) = indexes.first().and_then(|index| specs.route(&transcript.exchanges[*index].request).ok()) else {
        return BTreeSet::new();
    };
    let spec = spec.spec;
    let operation = || spec.operation.clone();
    let part = Transcript { exchanges: indexes.iter().map(|index| transcript.exchanges[*index].clone()).collect() };
    let report = verify(specs, &evidence(&part));
    let exercised = report.checks.iter().filter(|result| result.verdict != CheckVerdict::NotExercised);
    let checks = exercised.map(|result| result.check.id).filter(|id| !id.starts_with("evidence."));
    let mut facts: BTreeSet<Fact> = checks.map(|id| Fact::Check(operation(), id)).collect();
    let shown = |count: &u64| *count > 0;
    for (name, values) in &report.coverage.enums {
        let values = values.iter().filter(|(_, count)| shown(count));
        facts.extend(values.map(|(value, _)| Fact::Value(operation(), name.clone(), value.clone())));
    }
    let members = report.coverage.members.iter().filter(|(_, count)| shown(count));
    facts.extend(members.map(|(name, _)| Fact::Member(operation(), name.clone())));
    let listings = report.coverage.pages.unwrap_or_default().named().into_iter().filter(|(_, count)| shown(count));
    facts.extend(listings.map(|(name, _)| Fact::Listing(operation(), name)));
    // What a token or an id is, the rest of the recording tells: not these exchanges alone.
    let known = Known::of(specs, spec, transcript);
    facts.extend(part.exchanges.iter().filter_map(|exchange| error(specs, exchange, &known)));
    facts
}

fn evidence(transcript: &Transcript) -> Evidence<'_> {
    Evidence {
        subject: Subject { kind: SubjectKind::Cassette, name: String::new() },
        transcript,
        recording: None,
        places: &[],
        run: None,
        demands: Demands::default(),
    }
}

/// The token that an exchange gave.
pub(super) fn issued(spec: &Spec, exchange: &Exchange) -> Option<String> {
    match next_token(spec, &exchange.response, &Content::of(&exchange.response.body)) {
        NextToken::Text(token) if !token.is_empty() => Some(token),
        NextToken::Text(_) | NextToken::None | NextToken::Unreadable => None,
    }
}

/// What a recording knows of an operation's tokens and ids.
struct Known {
    tokens: BTreeSet<String>,
    /// Inputs of the path that something was found under.
    found: BTreeSet<(String, String)>,
}

impl Known {
    fn of(specs: &Specs, spec: &Spec, transcript: &Transcript) -> Self {
        let mut known = Self { tokens: BTreeSet::new(), found: BTreeSet::new() };
        for exchange in &transcript.exchanges {
            let Ok(route) = specs.route(&exchange.request) else { continue };
            if !Outcome::of(Some(route.spec), &exchange.response).is_success() {
                continue;
            }
            if std::ptr::eq(route.spec, spec) {
                known.tokens.extend(issued(spec, exchange));
            }
            known.found.extend(of_path(route.spec, &route.inputs));
        }
        known
    }
}

fn of_path(spec: &Spec, inputs: &Inputs) -> Vec<(String, String)> {
    let members = spec.input.iter().filter(|member| member.location == Location::Path);
    members.filter_map(|member| Some((member.key.clone(), inputs.text(&member.key)?.into_owned()))).collect()
}

/// The error that an exchange shows, with its cause.
fn error(specs: &Specs, exchange: &Exchange, known: &Known) -> Option<Fact> {
    let reading = Reading::new(specs, exchange);
    let Outcome::Error { status, name } = &reading.outcome else { return None };
    let spec = reading.spec()?;
    let error = name.clone().unwrap_or_else(|| format!("status {status}"));
    let mut causes = Vec::new();
    if let Ok(route) = &reading.route {
        let paging = spec.pagination.as_ref();
        let problems = check_inputs(spec, &route.inputs);
        for member in &spec.input {
            let Some(value) = route.inputs.text(&member.key) else { continue };
            let is_token = paging.is_some_and(|paging| paging.input_token == member.key);
            if is_token {
                continue;
            }
            let is_of_it =
                |pointer: &str| pointer.trim_start_matches('/').split('/').next() == Some(&*member.wire_name);
            if problems.iter().any(|problem| is_of_it(&problem.pointer)) {
                causes.push(format!("{} is malformed", member.key));
            } else if member.location == Location::Path && !known.found.contains(&(member.key.clone(), value.into())) {
                causes.push(format!("{} names nothing", member.key));
            }
        }
        causes.extend(wrong_token(spec, exchange, known).map(str::to_owned));
    }
    let cause = if causes.is_empty() { "nothing that shows is wrong".to_owned() } else { causes.join(", ") };
    Some(Fact::Error { operation: spec.operation.clone(), error, cause })
}

fn wrong_token(spec: &Spec, exchange: &Exchange, known: &Known) -> Option<&'static str> {
    let token = spent_token(spec, &exchange.request)?;
    Some(match token.as_str() {
        "" => "the token is empty",
        token if known.tokens.contains(token) => "the token is of another listing",
        _ => "the token was never issued",
    })
}
