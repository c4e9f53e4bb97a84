//! What passed a server: counted always, kept up to a bound.

use crate::message::{Exchange, Transcript};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What passed a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Every request that came, the refused and missed ones included.
    pub requests: u64,
    /// Requests that were refused: not signed, from a browser, for another host, malformed, over a limit.
    pub refused: u64,
    /// Requests that nothing recorded answers.
    pub misses: u64,
    /// The first exchanges, as many as were to be kept. Not redacted: never write them down as they are.
    pub transcript: Transcript,
    /// How many more there were.
    pub dropped: u64,
}

/// The counters of a running server.
#[derive(Debug)]
pub(super) struct Counted {
    replies: AtomicU64,
    refused: AtomicU64,
    misses: AtomicU64,
    most: usize,
    kept: Mutex<Vec<Exchange>>,
}

impl Counted {
    pub(super) fn new(most: usize) -> Self {
        Self {
            replies: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            most,
            kept: Mutex::default(),
        }
    }

    pub(super) fn refuse(&self, requests: u64) {
        self.refused.fetch_add(requests, Ordering::Relaxed);
    }

    pub(super) fn miss(&self) {
        self.misses.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a reply; its exchange is made only if it is kept.
    pub(super) fn reply(&self, exchange: impl FnOnce() -> Exchange) {
        let before = self.replies.fetch_add(1, Ordering::Relaxed);
        if before < self.most as u64 {
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(exchange());
        }
    }

    pub(super) fn traffic(&self) -> Traffic {
        let [replies, refused, misses] =
            [&self.replies, &self.refused, &self.misses].map(|count| count.load(Ordering::Relaxed));
        let exchanges = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Traffic {
            requests: replies + refused + misses,
            refused,
            misses,
            dropped: replies.saturating_sub(exchanges.len() as u64),
            transcript: Transcript { exchanges },
        }
    }
}
