//! The third answerer: it plays a scenario, by the token of each request and never by the order of calls.

use super::reply::final_error;
use super::{Scenario, Step};
use crate::answer::{Answer, Answerer, Fault, Session};
use crate::evidence::StepRecord;
use crate::evidence::reading::spent_token;
use crate::message::{End, Request, Response};
use crate::spec::errors::error_response_with_status;
use crate::spec::{Spec, Specs};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The error by which a client is told that it has asked too often; no client retries it.
pub const BUDGET_EXCEEDED: &str = "RetakeBudgetExceeded";

/// The error of a request that is none of the operation's.
const UNKNOWN_OPERATION: &str = "UnknownOperationException";

/// Plays one scenario to one client.
///
/// The answers for a page are given one after the other to those who ask for that page, the last one again and
/// again. Where the budget is spent, the next request is refused and those behind it are reset.
#[derive(Debug)]
pub struct Script {
    specs: Arc<Specs>,
    scenario: Arc<Scenario>,
    answers: Vec<Answer>,
    budget: u64,
    state: Mutex<State>,
}

/// What a script has seen of a client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScriptLedger {
    /// How many requests came.
    pub requests: u64,
    /// For each step whether a request met it.
    pub met: Vec<bool>,
    /// Whether more requests came than the script answers.
    pub is_runaway: bool,
}

#[derive(Debug, Default)]
struct State {
    ledger: ScriptLedger,
    /// How many requests came for the page of a token.
    asked: HashMap<Option<String>, u32>,
    /// The token of the first request, where no page has it.
    strange: Option<Option<String>>,
}

impl Script {
    /// A script of a scenario, for a client that may make so many attempts of one request.
    pub fn new(specs: Arc<Specs>, scenario: Arc<Scenario>, max_attempts: u32) -> Self {
        let answers = scenario.steps.iter().map(answer).collect();
        let steps = scenario.steps.len() as u64;
        let budget = specs.operation(&scenario.operation).map_or(steps, |spec| scenario.budget(spec, max_attempts));
        let ledger = ScriptLedger { met: vec![false; scenario.steps.len()], ..ScriptLedger::default() };
        let state = Mutex::new(State { ledger, ..State::default() });
        Self { specs, scenario, answers, budget, state }
    }

    /// The scenario that it plays.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// How many requests it answers.
    pub fn budget(&self) -> u64 {
        self.budget
    }

    /// What it has seen so far.
    pub fn ledger(&self) -> ScriptLedger {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).ledger.clone()
    }

    /// Its steps, with whether each was met so far.
    pub fn steps(&self) -> Vec<StepRecord> {
        let ledger = self.ledger();
        self.scenario.steps.iter().zip(ledger.met).map(|(step, is_met)| step.record(is_met)).collect()
    }

    /// The step that answers a request; none where no page has its token.
    fn step(&self, state: &mut State, token: Option<String>) -> Option<usize> {
        let steps = &self.scenario.steps;
        let is_known = steps.iter().any(|step| step.token == token);
        // Whatever the first request says, it gets the first page, so that what else the client does is seen too.
        if !is_known && state.asked.is_empty() {
            state.strange = Some(token.clone());
        }
        let token = match (is_known, state.strange.as_ref() == Some(&token)) {
            (true, _) => token,
            (false, true) => steps.first()?.token.clone(),
            (false, false) => return None,
        };
        let same = |step: &Step| step.token == token;
        let count = state.asked.entry(token.clone()).or_default();
        *count = count.saturating_add(1);
        let exact = steps.iter().position(|step| same(step) && step.attempt == *count);
        exact.or_else(|| steps.iter().rposition(same))
    }
}

impl Answerer for Script {
    fn answer(&self, _session: &Session, request: &Request) -> Answer {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ledger.requests += 1;
        let behind = state.ledger.requests.checked_sub(self.budget + 1);
        match behind {
            None => {}
            Some(0) => {
                state.ledger.is_runaway = true;
                return reply(budget_exceeded(self.budget));
            }
            Some(_) => return reply(Response { end: End::ResetAfter(0), ..Response::default() }),
        }
        let Some(spec) = self.spec_of(request) else { return reply(unknown_operation(&self.scenario)) };
        match self.step(&mut state, spent_token(spec, request)) {
            Some(step) => {
                state.ledger.met[step] = true;
                self.answers[step].clone()
            }
            None => reply(unknown_token(spec)),
        }
    }
}

impl Script {
    /// The spec, if method and path of the request are the operation's, whatever else it says.
    fn spec_of(&self, request: &Request) -> Option<&Spec> {
        let operation = match self.specs.route(request) {
            Ok(route) => Some(route.spec.operation.clone()),
            Err(unrouted) => unrouted.operation,
        };
        let is_it = operation.as_deref() == Some(self.scenario.operation.as_str());
        if is_it { self.specs.operation(&self.scenario.operation) } else { None }
    }
}

fn answer(step: &Step) -> Answer {
    match &step.wire {
        None => Answer::Reply(Arc::new(step.response.clone())),
        Some(wire) => Answer::Fault(Arc::new(Fault { response: step.response.clone(), wire: wire.clone() })),
    }
}

fn reply(response: Response) -> Answer {
    Answer::Reply(Arc::new(response))
}

fn budget_exceeded(budget: u64) -> Response {
    let message = format!("more than {budget} requests came for one scenario: the client runs away");
    error_response_with_status(400, Some(BUDGET_EXCEEDED), &message)
}

fn unknown_operation(scenario: &Scenario) -> Response {
    let message = format!("the request is not {}", scenario.operation);
    error_response_with_status(404, Some(UNKNOWN_OPERATION), &message)
}

fn unknown_token(spec: &Spec) -> Response {
    let error = final_error(spec);
    let status = error.map_or(400, |error| error.status);
    let message = "the token is none that was given";
    error_response_with_status(status, error.map(|error| error.name.as_str()), message)
}
