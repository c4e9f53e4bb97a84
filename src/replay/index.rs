//! From a request's key to the exchanges that answer it, in one lookup.

use super::key::Key;
use super::sequence::Sequence;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// The sequences of a set of exchanges, by key.
#[derive(Debug, Default)]
pub(super) struct Index(HashMap<Key, Sequence>);

impl Index {
    /// Adds an exchange behind those with the same key.
    pub(super) fn push(&mut self, key: Key, exchange: u32, is_success: bool) {
        let sequence = match self.0.entry(key) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(Sequence::default()),
        };
        sequence.push(exchange, is_success);
    }

    /// The sequence of a key.
    pub(super) fn find(&self, key: &Key) -> Option<&Sequence> {
        self.0.get(key)
    }

    /// Every recorded request once, with the first exchange that answers it, in no order.
    pub(super) fn requests(&self) -> impl Iterator<Item = (&Key, u32)> {
        self.0.iter().map(|(key, sequence)| (key, sequence.first()))
    }
}
