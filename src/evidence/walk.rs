//! Calls and walks: which exchanges are attempts of one call, and which calls
//! are the pages of one walk through a listing.
//!
//! The checks of pagination and the order and ids of a cassette see the same
//! grouping, made here once, in one pass over the exchanges in their order.
//!
//! **Attempts** of one call are linked by the call id that the client sent, else
//! by the numbers that a cassette stores, else (a client that sends no id) an equal
//! request right after a retryable answer is the next attempt.
//!
//! **Pages**: a request without a token begins a walk. One with a token belongs to
//! the walk with the same inputs that last received that token, the one that waits
//! longest for it first; a token that no such walk received begins a walk of its
//! own, as a probe's does. Where sessions are known, they do not share walks.

mod group;

use super::reading::{NextToken, Outcome, Reading};
use crate::message::Exchange;
use crate::spec::Specs;

/// One call: its attempts, and the page that it asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The attempts, by index into the exchanges, in order; the last one's response is the call's.
    pub attempts: Vec<usize>,
    /// The token that it spent; none if it asked for the first page, or cannot have one.
    pub token: Option<String>,
    /// Which page it asked for, from 1. A page that is asked for again keeps its number.
    pub page: usize,
    /// What its last response comes to.
    pub outcome: Outcome,
    /// The token that its last response gave, if it is a success.
    pub next_token: NextToken,
}

impl Call {
    /// The index of the exchange whose response is the call's.
    pub fn last(&self) -> usize {
        *self.attempts.last().expect("a call has an attempt")
    }
}

/// A walk through a listing, or a single call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// The operation; none for exchanges that cannot be routed (each call its own walk).
    pub operation: Option<String>,
    /// The session, where it is known.
    pub session: Option<String>,
    /// Its inputs in the order of the spec, but for the token and the page size: what a
    /// page has in common with its walk, and a walk with the others through the same listing.
    pub inputs: Vec<(String, String)>,
    /// The page size that its first request gave, as sent.
    pub page_size: Option<String>,
    /// Which repetition of the same walk a cassette says that it is, from 2.
    pub repetition: Option<u32>,
    /// Its calls in order: the pages of a listing, one call of any other operation.
    pub calls: Vec<Call>,
    /// Whether a cassette marks it as left before its end.
    pub unfinished: bool,
}

impl Walk {
    /// Whether it began with a token that no walk with its inputs had received.
    pub fn begins_with_token(&self) -> bool {
        self.calls.first().is_some_and(|call| call.token.is_some())
    }

    /// The exchanges of the walk, by index, call by call.
    pub fn exchanges(&self) -> impl Iterator<Item = usize> {
        self.calls.iter().flat_map(|call| call.attempts.iter().copied())
    }

    /// The pages that were got: of each page number the last call that succeeded, in order.
    pub fn pages(&self) -> Vec<&Call> {
        let mut pages: Vec<&Call> = self.calls.iter().filter(|call| call.outcome.is_success()).collect();
        pages.reverse();
        pages.sort_by_key(|call| call.page);
        pages.dedup_by_key(|call| call.page);
        pages
    }

    /// The last page that was got, if it has a token that no call of the walk spent.
    pub fn open_end(&self) -> Option<&Call> {
        let last = self.pages().pop()?;
        let NextToken::Text(token) = &last.next_token else { return None };
        let spends = |call: &Call| call.token.as_ref() == Some(token) && call.page > last.page;
        (!self.calls.iter().any(spends)).then_some(last)
    }

    /// Whether every page was got, from the first to one without a token.
    pub fn is_whole(&self) -> bool {
        let pages = self.pages();
        !self.begins_with_token()
            && pages.iter().enumerate().all(|(index, call)| call.page == index + 1)
            && pages.last().is_some_and(|last| last.next_token == NextToken::None)
            && self.calls.iter().all(|call| call.page <= pages.len())
    }
}

/// Groups exchanges into walks, in the order of their first exchange.
pub fn walks(specs: &Specs, exchanges: &[Exchange]) -> Vec<Walk> {
    let readings: Vec<Reading<'_>> = exchanges.iter().map(|exchange| Reading::new(specs, exchange)).collect();
    walks_of(exchanges, &readings.iter().collect::<Vec<_>>())
}

/// Groups exchanges that have been read already.
pub fn walks_of(exchanges: &[Exchange], readings: &[&Reading<'_>]) -> Vec<Walk> {
    let mut grouping = group::Grouping::new(exchanges, readings);
    for index in 0..exchanges.len() {
        grouping.take(index);
    }
    grouping.into_walks()
}

#[cfg(test)]
mod tests;
