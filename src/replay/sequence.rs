//! Exchanges with the same key, given in recorded order to each session.

use crate::answer::Session;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The exchanges of one key, by index, and how far each session has come in them.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    exchanges: Vec<u32>,
    repeats: bool,
    given: Mutex<HashMap<Session, u32>>,
}

impl Sequence {
    /// Adds an exchange at the end; it is repeated for ever if it is a success and stays the last.
    pub(super) fn push(&mut self, exchange: u32, is_success: bool) {
        self.exchanges.push(exchange);
        self.repeats = is_success;
    }

    /// The next exchange of a session; none if all have been given and the last is not repeated.
    pub(super) fn next(&self, session: &Session) -> Option<u32> {
        // Most recordings hold each request once and its answer is a success: nothing to remember then.
        if let ([only], true) = (self.exchanges.as_slice(), self.repeats) {
            return Some(*only);
        }
        let given = self.advance(session);
        match self.exchanges.get(given as usize) {
            Some(next) => Some(*next),
            None if self.repeats => self.exchanges.last().copied(),
            None => None,
        }
    }

    /// How many exchanges the session had been given before this request.
    fn advance(&self, session: &Session) -> u32 {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = given.get_mut(session) {
            let before = *count;
            *count = before.saturating_add(1);
            return before;
        }
        given.insert(session.clone(), 1);
        0
    }

    /// The first exchange.
    pub(super) fn first(&self) -> u32 {
        self.exchanges[0]
    }

    /// The last exchange.
    pub(super) fn last(&self) -> u32 {
        self.exchanges[self.exchanges.len() - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequence(exchanges: &[(u32, bool)]) -> Sequence {
        let mut sequence = Sequence::default();
        for (exchange, is_success) in exchanges {
            sequence.push(*exchange, *is_success);
        }
        sequence
    }

    fn given(sequence: &Sequence, session: &str, times: usize) -> Vec<Option<u32>> {
        (0..times).map(|_| sequence.next(&Session(session.into()))).collect()
    }

    #[test]
    fn repeats_the_last_success() {
        assert_eq!(given(&sequence(&[(4, true)]), "a", 3), [Some(4); 3]);
        assert_eq!(given(&sequence(&[(4, false), (7, true)]), "a", 4), [Some(4), Some(7), Some(7), Some(7)]);
    }

    #[test]
    fn never_repeats_an_error() {
        assert_eq!(given(&sequence(&[(4, false)]), "a", 2), [Some(4), None]);
        assert_eq!(given(&sequence(&[(4, true), (7, false)]), "a", 4), [Some(4), Some(7), None, None]);
    }

    #[test]
    fn keeps_sessions_apart() {
        let sequence = sequence(&[(1, false), (2, false)]);

        assert_eq!(given(&sequence, "a", 1), [Some(1)]);
        assert_eq!(given(&sequence, "b", 3), [Some(1), Some(2), None]);
        assert_eq!(given(&sequence, "a", 2), [Some(2), None]);
    }
}
