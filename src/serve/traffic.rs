//! What passed a server: counted always, kept up to a bound.

use crate::evidence::{Arrival, Signature};
use crate::message::{Exchange, Transcript};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

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
    /// When each of them arrived, since the server started, and what its signature is.
    pub arrivals: Vec<Arrival>,
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
    started: Instant,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    exchanges: Vec<Exchange>,
    arrivals: Vec<Arrival>,
}

/// The turn of one request: while it is held, the answerer is asked for no other that is kept.
#[derive(Debug)]
pub(super) struct Turn<'c>(MutexGuard<'c, Kept>);

impl Counted {
    pub(super) fn new(most: usize) -> Self {
        Self {
            replies: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            most,
            started: Instant::now(),
            kept: Mutex::default(),
        }
    }

    pub(super) fn refuse(&self, requests: u64) {
        self.refused.fetch_add(requests, Ordering::Relaxed);
    }

    pub(super) fn miss(&self) {
        self.misses.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes the turn of a request that is to be kept, before the answerer is asked; none where no more are kept.
    pub(super) fn turn(&self) -> Option<Turn<'_>> {
        if self.replies.load(Ordering::Relaxed) >= self.most as u64 {
            return None;
        }
        Some(Turn(self.kept()))
    }

    /// Counts a reply; what passed is made only if it is kept.
    pub(super) fn reply(&self, turn: Option<Turn<'_>>, passed: impl FnOnce() -> (Exchange, Signature)) {
        self.replies.fetch_add(1, Ordering::Relaxed);
        let Some(Turn(mut kept)) = turn.filter(|turn| turn.0.exchanges.len() < self.most) else { return };
        let at = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (exchange, signature) = passed();
        kept.exchanges.push(exchange);
        kept.arrivals.push(Arrival { at, signature });
    }

    pub(super) fn traffic(&self) -> Traffic {
        let kept = self.kept();
        let [replies, refused, misses] =
            [&self.replies, &self.refused, &self.misses].map(|count| count.load(Ordering::Relaxed));
        Traffic {
            requests: replies + refused + misses,
            refused,
            misses,
            dropped: replies.saturating_sub(kept.exchanges.len() as u64),
            transcript: Transcript { exchanges: kept.exchanges.clone() },
            arrivals: kept.arrivals.clone(),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
