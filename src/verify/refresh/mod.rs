//! The fewest requests that would show anew what recordings show.
//!
//! What an exchange shows is a set of [`Fact`]s (`shown`): the checks that it exercises, the enum values, members and
//! shapes of listings that it has, the errors with what provoked them. A page can be asked for only after those that
//! lead to it, so what can be chosen is the beginning of a walk (`choice`); which of them show everything with the
//! fewest requests is a covering problem, solved exactly where that is feasible (`cover`).
//!
//! Throttles, faults and broken answers cannot be asked for, and what is not read-only is not.

mod choice;
mod cover;
mod shown;

pub use shown::Fact;

use crate::evidence::reading::{Outcome, spent_token};
use crate::message::Transcript;
use crate::spec::{Spec, Specs};
use choice::Choices;
use std::collections::{BTreeMap, BTreeSet};

/// A session that would refresh evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refresh {
    /// The requests, in the order of the recordings.
    pub requests: Vec<Planned>,
    /// What cannot be asked for, as the reason, and how many exchanges there are of it.
    pub left_out: BTreeMap<&'static str, u64>,
    /// How many exchanges the recordings have.
    pub recorded: u64,
    /// Whether it is proven that no smaller session would do.
    pub is_smallest: bool,
}

/// A request of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The recording, by index, and the exchange of it.
    pub exchange: (usize, usize),
    /// The request of the session whose answer has the token of this one, by index.
    pub token_of: Option<usize>,
    /// What it shows that no request before it does.
    pub shows: BTreeSet<Fact>,
}

/// The fewest requests that would show what stale recordings show, and fresh ones do not.
pub fn refresh(specs: &Specs, stale: &[&Transcript], fresh: &[&Transcript]) -> Refresh {
    let mut choices = Choices::default();
    let mut plan = Refresh::default();
    for (recording, transcript) in stale.iter().enumerate() {
        let mut by_operation: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for index in 0..transcript.exchanges.len() {
            plan.recorded += 1;
            match askable(specs, transcript, index) {
                Ok(spec) => by_operation.entry(&spec.operation).or_default().push(index),
                Err(why) => *plan.left_out.entry(why).or_default() += 1,
            }
        }
        for indexes in by_operation.values() {
            choices.add(specs, recording, transcript, indexes);
        }
    }
    let known: BTreeSet<Fact> = fresh.iter().flat_map(|transcript| shown::by_operation(specs, transcript)).collect();
    let (chosen, is_smallest) = choices.fewest(&known);
    plan.is_smallest = is_smallest;
    plan.requests = told(specs, stale, &chosen, known);
    plan
}

/// The spec of an exchange that can be asked for again; else why it cannot.
fn askable<'s>(specs: &'s Specs, transcript: &Transcript, index: usize) -> Result<&'s Spec, &'static str> {
    let exchange = &transcript.exchanges[index];
    let spec = specs.route(&exchange.request).map_err(|_| "no request of an operation that is known")?.spec;
    if !spec.http.read_only {
        return Err("not read-only");
    }
    if Outcome::of(Some(spec), &exchange.response).is_retryable(Some(spec)) {
        return Err("a throttle, a fault or a broken answer, which comes when it will");
    }
    Ok(spec)
}

/// The requests with what each adds.
fn told(specs: &Specs, stale: &[&Transcript], chosen: &[(usize, usize)], known: BTreeSet<Fact>) -> Vec<Planned> {
    let mut shown_before = known;
    let mut requests: Vec<Planned> = Vec::with_capacity(chosen.len());
    for (place, &(recording, index)) in chosen.iter().enumerate() {
        // What a walk shows, it shows by all its pages together.
        let so_far = chosen[..=place].iter().filter(|(other, _)| *other == recording).map(|(_, index)| *index);
        let exchanges = &stale[recording].exchanges;
        let so_far = Transcript { exchanges: so_far.map(|index| exchanges[index].clone()).collect() };
        let shows = shown::by_operation(specs, &so_far).into_iter().filter(|fact| !shown_before.contains(fact));
        let shows: BTreeSet<Fact> = shows.collect();
        shown_before.extend(shows.iter().cloned());
        let token_of = token_of(specs, stale, &chosen[..place], (recording, index));
        requests.push(Planned { exchange: (recording, index), token_of, shows });
    }
    requests
}

fn token_of(
    specs: &Specs,
    stale: &[&Transcript],
    before: &[(usize, usize)],
    (recording, index): (usize, usize),
) -> Option<usize> {
    let exchange = &stale[recording].exchanges[index];
    let spec = specs.route(&exchange.request).ok()?.spec;
    let token = spent_token(spec, &exchange.request).filter(|token| !token.is_empty())?;
    let gives = |(other, index): &(usize, usize)| {
        *other == recording && shown::issued(spec, &stale[recording].exchanges[*index]).as_ref() == Some(&token)
    };
    before.iter().rposition(gives)
}

#[cfg(test)]
mod tests;
