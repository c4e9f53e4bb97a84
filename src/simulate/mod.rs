//! A deterministic stand-in for a service, made of specs alone.
//!
//! A listing has its items, pages with opaque tokens that are bound to their
//! inputs, and refuses what the contract refuses; any other operation has one
//! conforming output. There is no clock, no chance and no state: the same
//! request gets the same bytes, in whatever order requests come.
//!
//! - `dataset` makes items: `value` the wished ones, `spec::exemplar` those that the rules allow
//! - `token` issues and opens page tokens
//! - `refusal` is what a bad request gets
//! - `plan` is all of that for one operation, prepared once
//! - `defect` makes it wrong on purpose, in one way each
//!
//! It never sees `verify`, nor `verify` it: each must be able to catch the other out.

mod dataset;
mod defect;
mod digest;
mod echo;
mod known;
mod output;
mod plan;
mod refusal;
mod token;
mod value;

use crate::answer::{Answer, Answerer, Session};
use crate::diagnostic::Diagnostic;
use crate::message::{Request, Response};
use crate::spec::{Inputs, Route, Spec, Specs};
pub use defect::{Defect, Faulty};
use digest::Digester;
use plan::Plan;
use std::sync::Arc;

/// How many items a simulator may be asked for.
pub const MAX_ITEMS: u64 = 100_000;

/// What a simulator is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How many items each listing has.
    pub items: u64,
    /// Values of inputs, by key: the resources that exist. A key given again names another resource.
    pub inputs: Vec<(String, String)>,
    /// The one operation that is served; all of the specs if none.
    pub operation: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { items: 20, inputs: Vec::new(), operation: None }
    }
}

/// An answerer whose answers follow from specs.
#[derive(Debug)]
pub struct Simulator {
    specs: Arc<Specs>,
    /// One for each spec, none where it is not served.
    plans: Vec<Option<Plan>>,
}

impl Simulator {
    /// Prepares the answers of each operation; says which setting or which part of a spec makes that impossible.
    pub fn new(specs: Arc<Specs>, settings: Settings) -> Result<Self, Diagnostic> {
        if settings.items > MAX_ITEMS {
            return Err(Diagnostic::new("more items than a simulator makes")
                .expected(format!("at most {MAX_ITEMS}"))
                .found(settings.items.to_string()));
        }
        if let Some(operation) = &settings.operation {
            specs.require(operation)?;
        }
        let is_served = |spec: &Spec| settings.operation.as_ref().is_none_or(|operation| *operation == spec.operation);
        refuse_unknown_inputs(specs.iter().filter(|spec| is_served(spec)), &settings)?;
        let plans = specs
            .iter()
            .map(|spec| is_served(spec).then(|| Plan::new(spec, &settings)).transpose())
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { specs, plans })
    }

    /// Inputs with which the operation answers: a resource that exists, and an example of all else that is required.
    pub fn example_inputs(&self, operation: &str) -> Option<Inputs> {
        let index = self.specs.iter().position(|spec| spec.operation == operation)?;
        let spec = self.specs.iter().nth(index)?;
        Some(self.plans[index].as_ref()?.example_inputs(spec))
    }

    /// The operation of a request and how it is answered, or the refusal of what is none.
    fn find(&self, request: &Request) -> Result<(Route<'_>, &Plan), Response> {
        let route =
            self.specs.route(request).map_err(|unrouted| refusal::unknown_operation(request, &unrouted.what))?;
        let index = self.specs.iter().position(|spec| std::ptr::eq(spec, route.spec));
        match index.and_then(|index| self.plans[index].as_ref()) {
            Some(plan) => Ok((route, plan)),
            None => Err(refusal::unknown_operation(request, "the operation is not served")),
        }
    }

    fn respond(&self, request: &Request) -> Response {
        match self.find(request) {
            Ok((route, plan)) => named(plan.respond(route.spec, &route.inputs), &route),
            Err(refusal) => refusal,
        }
    }
}

/// The response with the id of its request.
fn named(mut response: Response, route: &Route<'_>) -> Response {
    let id = Digester::of_request(route.spec, &route.inputs).uuid();
    response.headers.push(refusal::REQUEST_ID_HEADER, id);
    response
}

impl Answerer for Simulator {
    fn answer(&self, _session: &Session, request: &Request) -> Answer {
        Answer::Reply(Arc::new(self.respond(request)))
    }
}

fn refuse_unknown_inputs<'s>(specs: impl Iterator<Item = &'s Spec>, settings: &Settings) -> Result<(), Diagnostic> {
    let keys: Vec<&str> = specs.flat_map(|spec| &spec.input).map(|member| member.key.as_str()).collect();
    for (key, _) in &settings.inputs {
        if keys.contains(&key.as_str()) {
            continue;
        }
        return Err(Diagnostic::new(format!("no operation that is served has the input \"{key}\""))
            .expected(keys.join(", "))
            .suggest(key, keys));
    }
    Ok(())
}
