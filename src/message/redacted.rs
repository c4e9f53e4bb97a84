//! The mark of what may be written down.

use super::{Exchange, Transcript};
use std::ops::Deref;

/// A value that redaction has passed, or that came from a file where only such
/// values are kept. Cassettes, journals, reports and logs are made of nothing else.
///
/// Only `redact` (which made it so) and `cassette` (which reads what was made
/// so) may call [`Redacted::vouch`]; a test holds them to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redacted<T>(T);

impl<T> Redacted<T> {
    /// Vouches that nothing in the value must be kept secret.
    pub(crate) fn vouch(value: T) -> Self {
        Self(value)
    }

    /// The value itself; what is done with it is no longer watched.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl Redacted<Transcript> {
    /// The exchanges, each as redacted as the whole.
    pub fn into_exchanges(self) -> Vec<Redacted<Exchange>> {
        self.0.exchanges.into_iter().map(Redacted).collect()
    }
}

impl<T> Deref for Redacted<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
