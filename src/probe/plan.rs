//! What a probe asks, in which order: pure, fed with each answer.

use super::step::{Call, Step, steps, steps_of_mock};
use crate::evidence::Purpose;
use crate::evidence::reading::{Content, NextToken, Outcome, next_token};
use crate::message::{PROBE_HEADER, Request, Response};
use crate::spec::errors::error_type;
use crate::spec::{self, InputValue, Inputs, Pagination, Retry, Spec};
use std::collections::{BTreeSet, VecDeque};

/// How many requests a run makes, where nothing else is said.
pub const DEFAULT_MAX_REQUESTS: u32 = 200;

/// How often a throttled request is sent in all.
const MAX_ATTEMPTS: u32 = 4;

/// A token that no service has issued.
const UNKNOWN_TOKEN: &str = "retake-unknown-token";

/// An operation to probe.
#[derive(Debug, Clone)]
pub struct Target<'s> {
    /// Its contract.
    pub spec: &'s Spec,
    /// Inputs of a resource that exists.
    pub inputs: Inputs,
    /// Inputs of another one, whose tokens are foreign to the first.
    pub other_inputs: Option<Inputs>,
}

/// One request of a probe.
#[derive(Debug, Clone)]
pub struct ProbeRequest<'s> {
    /// The contract of the operation.
    pub spec: &'s Spec,
    /// The request, unsigned; it names its purpose in the header [`PROBE_HEADER`].
    pub request: Request,
    /// Which attempt it is, from 1; the second to fourth follow a throttled one.
    pub attempt: u32,
    /// The number of the call in the run, from 1: attempts have it in common.
    pub call: u32,
    /// The number of the page in its walk, from 1.
    pub page: u32,
    /// What it is after; none if it is a page of a walk.
    pub purpose: Option<Purpose>,
}

/// The requests of a run, each following from the answers to those before.
///
/// ```
/// # fn main() -> Result<(), retake::diagnostic::Diagnostic> {
/// use retake::answer::{Answer, Answerer, Session};
/// use retake::probe::{DEFAULT_MAX_REQUESTS, Plan, Target};
/// use retake::simulate::{Settings, Simulator};
/// use std::sync::Arc;
///
/// let specs = Arc::new(retake::spec::embedded());
/// let simulator = Simulator::new(Arc::clone(&specs), Settings::default())?;
/// let spec = specs.operation("ListImageSetVersions").expect("its spec is embedded");
/// let inputs = simulator.example_inputs(&spec.operation).expect("it is simulated");
///
/// let mut plan = Plan::new(vec![Target { spec, inputs, other_inputs: None }], DEFAULT_MAX_REQUESTS);
/// while let Some(probe) = plan.next() {
///     if let Answer::Reply(response) = simulator.answer(&Session::anonymous(), &probe.request) {
///         plan.observe(&response);
///     }
/// }
/// assert!(plan.sent() > 8);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Plan<'s> {
    targets: Vec<Target<'s>>,
    steps: VecDeque<(usize, Step)>,
    pending: Option<Pending>,
    sent: u32,
    max_requests: u32,
    /// How many calls there were.
    calls: u32,
    /// Whether the limit ended the walk of the answer that was observed last.
    is_cut: bool,
    /// The last token that each target has issued, and its other resource.
    issued: Vec<Issued>,
}

#[derive(Debug, Clone, Default)]
struct Issued {
    own: Option<Token>,
    foreign: Option<Token>,
}

/// A token, with the page size it was asked for with.
#[derive(Debug, Clone)]
struct Token {
    token: String,
    page_size: Option<InputValue>,
}

/// The call whose answer is awaited.
#[derive(Debug)]
struct Pending {
    target: usize,
    call: Call,
    attempt: u32,
    page: u32,
    /// The tokens that this walk has spent.
    spent: BTreeSet<String>,
}

impl<'s> Plan<'s> {
    /// The plan of a run over these operations, in their order.
    pub fn new(targets: Vec<Target<'s>>, max_requests: u32) -> Self {
        Self::of_steps(targets, max_requests, steps)
    }

    /// The same, and what only a mock is asked: a page size that is no number, and requests without a valid signature.
    pub fn of_mock(targets: Vec<Target<'s>>, max_requests: u32) -> Self {
        Self::of_steps(targets, max_requests, steps_of_mock)
    }

    fn of_steps(targets: Vec<Target<'s>>, max_requests: u32, steps: impl Fn(&Target<'s>) -> Vec<Step>) -> Self {
        let all = targets.iter().enumerate();
        let steps = all.flat_map(|(index, target)| steps(target).into_iter().map(move |step| (index, step))).collect();
        let issued = vec![Issued::default(); targets.len()];
        Self { targets, steps, pending: None, sent: 0, max_requests, calls: 0, is_cut: false, issued }
    }

    /// The next request, whose answer is to be [observed](Plan::observe); none at the end.
    ///
    /// Not an iterator: what comes next depends on the answer.
    #[allow(clippy::should_implement_trait, reason = "an iterator could not be told the answers")]
    pub fn next(&mut self) -> Option<ProbeRequest<'s>> {
        while self.pending.is_none() {
            let (target, step) = self.steps.pop_front()?;
            self.pending = self.begin(target, step);
        }
        let pending = self.pending.as_ref()?;
        self.sent += 1;
        let spec = self.targets[pending.target].spec;
        let mut request = spec::build_request(spec, &pending.call.inputs);
        let purpose = pending.call.purpose.clone();
        if let Some(purpose) = purpose.as_ref().filter(|purpose| purpose.is_told()) {
            request.headers.push(PROBE_HEADER, purpose.to_string());
        }
        self.calls += u32::from(pending.attempt == 1);
        let (attempt, page) = (pending.attempt, pending.page);
        Some(ProbeRequest { spec, request, attempt, call: self.calls, page, purpose })
    }

    /// How many requests have been asked for.
    pub fn sent(&self) -> u32 {
        self.sent
    }

    /// Whether the limit ended the walk of the answer that was observed last.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Takes the answer to the last request in.
    pub fn observe(&mut self, response: &Response) {
        self.is_cut = false;
        let Some(mut pending) = self.pending.take() else { return };
        let spec = self.targets[pending.target].spec;
        if is_throttled(spec, response) && pending.attempt < MAX_ATTEMPTS {
            pending.attempt += 1;
            self.pending = Some(pending);
            return;
        }
        let Some(pagination) = &spec.pagination else { return };
        let Some(token) = token_of(spec, response) else { return };
        self.remember(&pending, pagination, &token);
        let is_new = pending.spent.insert(token.clone());
        let goes_on = pending.call.walks() && is_new;
        self.is_cut = goes_on && self.sent >= self.max_requests;
        if goes_on && !self.is_cut {
            set(spec, &mut pending.call.inputs, &pagination.input_token, &token);
            self.pending = Some(Pending { attempt: 1, page: pending.page + 1, ..pending });
        }
    }

    fn remember(&mut self, pending: &Pending, pagination: &Pagination, token: &str) {
        let page_size = pagination.page_size.as_ref().and_then(|key| pending.call.inputs.get(key)).cloned();
        let token = Some(Token { token: token.to_owned(), page_size });
        let issued = &mut self.issued[pending.target];
        match pending.call.purpose {
            None => issued.own = token,
            Some(Purpose::OtherResource) => issued.foreign = token,
            // What a call with a wrong input issues, if a service lets it, is of another resource.
            Some(_) => {}
        }
    }

    fn begin(&self, target: usize, step: Step) -> Option<Pending> {
        let call = match step {
            Step::Call(call) => call,
            Step::EmptyToken => {
                self.issued[target].own.as_ref()?;
                self.token_call(target, Purpose::EmptyToken, "", None)?
            }
            Step::TamperedToken => {
                let issued = self.issued[target].own.as_ref()?;
                self.token_call(target, Purpose::TamperedToken, &tampered(&issued.token), issued.page_size.as_ref())?
            }
            Step::UnknownToken => {
                self.issued[target].own.as_ref()?;
                self.token_call(target, Purpose::UnknownToken, UNKNOWN_TOKEN, None)?
            }
            Step::ForeignToken => {
                let foreign = self.issued[target].foreign.as_ref()?;
                self.token_call(target, Purpose::ForeignToken, &foreign.token, foreign.page_size.as_ref())?
            }
        };
        Some(Pending { target, call, attempt: 1, page: 1, spent: BTreeSet::new() })
    }

    /// A call with the target's own inputs and a token, with the page size that the token was issued for: nothing but
    /// the token shall be wrong.
    fn token_call(&self, target: usize, purpose: Purpose, token: &str, page_size: Option<&InputValue>) -> Option<Call> {
        let Target { spec, inputs, .. } = &self.targets[target];
        let pagination = spec.pagination.as_ref()?;
        let mut inputs = inputs.clone();
        set(spec, &mut inputs, &pagination.input_token, token);
        if let (Some(key), Some(page_size)) = (&pagination.page_size, page_size) {
            inputs.set(key, page_size.clone());
        }
        Some(Call::once(inputs, purpose))
    }
}

/// Gives an input a text, in the form in which it travels.
pub(super) fn set(spec: &Spec, inputs: &mut Inputs, key: &str, text: &str) {
    if let Some(member) = spec.input_member(key) {
        inputs.set(key, InputValue::from_text(spec, member, text));
    }
}

fn is_throttled(spec: &Spec, response: &Response) -> bool {
    if response.status == Some(spec.http.success) {
        return false;
    }
    let named = error_type(response).and_then(|error| spec.error(&error.name));
    response.status == Some(429) || named.is_some_and(|error| error.retry == Retry::Throttling)
}

/// The token by which a successful answer goes on.
pub(super) fn token_of(spec: &Spec, response: &Response) -> Option<String> {
    if !Outcome::of(Some(spec), response).is_success() {
        return None;
    }
    match next_token(spec, response, &Content::of(&response.body)) {
        NextToken::Text(token) if !token.is_empty() => Some(token),
        NextToken::Text(_) | NextToken::None | NextToken::Unreadable => None,
    }
}

/// A token with its last character changed, so that it decodes to something else where the token is base64:
/// there, the low bits of a last character may mean nothing, and the highest always means something.
fn tampered(token: &str) -> String {
    let Some(last) = token.chars().next_back() else { return String::new() };
    let has_high_bit = matches!(last, 'g'..='z' | '0'..='9' | '+' | '/' | '-' | '_');
    let kept = &token[..token.len() - last.len_utf8()];
    format!("{kept}{}", if has_high_bit { 'A' } else { 'z' })
}

#[cfg(test)]
mod tests;
