//! Calls and walks: which exchanges are attempts of one call, and which calls
//! are the pages of one walk through a listing.
//!
//! The checks of pagination, the order and the ids of a cassette, and the
//! simulator's callers all see the same grouping, made here once.

use crate::message::Exchange;
use crate::spec::Specs;

/// One call: its attempts, by index into the exchanges, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// The attempts; the last one's response is the call's.
    pub attempts: Vec<usize>,
}

impl Call {
    /// The index of the exchange whose response is the call's.
    pub fn last(&self) -> usize {
        *self.attempts.last().expect("a call has an attempt")
    }
}

/// A walk through a listing, or a single call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walk {
    /// The operation; none for exchanges that cannot be routed (each its own walk).
    pub operation: Option<String>,
    /// Its calls in order: the pages of a listing, one call of any other operation.
    pub calls: Vec<Call>,
}

/// Groups exchanges into walks, in the order of their first exchange.
pub fn walks(_specs: &Specs, _exchanges: &[Exchange]) -> Vec<Walk> {
    Vec::new()
}
