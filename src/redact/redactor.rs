//! The redactor of a recording, and the two passes of a commit.

use super::clock::Clock;
use super::plan::{Contracts, Plan, Scopes};
use super::policy::Policy;
use super::scribe::{Pass, Scribe};
use super::summary::Summary;
use crate::message::{Exchange, Redacted};
use crate::spec::Specs;
use std::fmt;
use std::sync::Arc;

/// Redacts the exchanges of one recording, in order of arrival.
///
/// The same value gets the same stand-in wherever it stands. Which stand-in that
/// is depends on what came first; a commit numbers them anew.
pub struct Redactor {
    specs: Arc<Specs>,
    plans: Vec<Plan>,
    scribe: Scribe,
}

impl Redactor {
    /// A redactor that has not seen anything yet.
    pub fn new(specs: Arc<Specs>, policy: &Policy) -> Self {
        let plans = plans(&specs, policy);
        Self { specs, plans, scribe: Scribe::new(Pass::Redact, Clock::of_recording()) }
    }

    /// The exchange with nothing in it that must not be kept.
    pub fn redact(&mut self, exchange: Exchange) -> Redacted<Exchange> {
        Redacted::vouch(write(&mut self.scribe, &self.specs, &self.plans, &exchange))
    }

    /// What was done so far.
    pub fn summary(&self) -> &Summary {
        &self.scribe.summary
    }
}

impl fmt::Debug for Redactor {
    // It knows real values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").field("summary", &self.scribe.summary).finish_non_exhaustive()
    }
}

/// The first pass of a commit: it looks at all exchanges, so that they can be put in
/// an order that owes nothing to their stand-ins.
pub struct Survey<'s> {
    specs: &'s Specs,
    plans: Vec<Plan>,
    scribe: Scribe,
}

/// An exchange without its stand-ins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// What is left of it.
    pub exchange: Exchange,
    /// What was taken out, in order.
    pub stand_ins: Vec<String>,
    /// The times that were taken out, in order.
    pub times: Vec<String>,
}

impl<'s> Survey<'s> {
    /// A survey of redacted exchanges, by the specs and the policy with which they were redacted.
    pub fn new(specs: &'s Specs, policy: &Policy) -> Self {
        let plans = plans(specs, policy);
        Self { specs, plans, scribe: Scribe::new(Pass::Blank, Clock::of_survey()) }
    }

    /// Looks at one exchange.
    pub fn look(&mut self, exchange: &Exchange) -> Outline {
        let blank = write(&mut self.scribe, self.specs, &self.plans, exchange);
        Outline {
            exchange: blank,
            stand_ins: std::mem::take(&mut self.scribe.blanked),
            times: std::mem::take(&mut self.scribe.times),
        }
    }

    /// Begins the second pass.
    pub fn into_renumbering(self) -> Renumbering<'s> {
        let clock = Clock::of_commit(self.scribe.clock);
        Renumbering { specs: self.specs, plans: self.plans, scribe: Scribe::new(Pass::Renumber, clock) }
    }
}

/// The second pass of a commit: it numbers the stand-ins anew in the order in which it is given the exchanges, and
/// moves all times so that the earliest falls into 2010-01-01T00:00:00Z.
pub struct Renumbering<'s> {
    specs: &'s Specs,
    plans: Vec<Plan>,
    scribe: Scribe,
}

impl Renumbering<'_> {
    /// The seconds by which times are moved.
    pub fn shift(&self) -> i64 {
        self.scribe.clock.shift()
    }

    /// The stand-in of a stand-in, if it was given one already: what an exchange that comes earlier made of it.
    pub fn knows(&self, stand_in: &str) -> Option<&str> {
        self.scribe.known(stand_in)
    }

    /// The exchange with its stand-ins numbered anew.
    pub fn renumber(&mut self, exchange: &Redacted<Exchange>) -> Redacted<Exchange> {
        Redacted::vouch(write(&mut self.scribe, self.specs, &self.plans, exchange))
    }
}

fn plans(specs: &Specs, policy: &Policy) -> Vec<Plan> {
    let mut scopes = Scopes::default();
    specs.iter().map(|spec| Plan::new(spec, policy, &mut scopes)).collect()
}

fn write(scribe: &mut Scribe, specs: &Specs, plans: &[Plan], exchange: &Exchange) -> Exchange {
    #[cfg(test)]
    if let Some(broken) = super::sabotage::instead(exchange) {
        return broken;
    }
    scribe.exchange(&Contracts { specs, plans }, exchange)
}
