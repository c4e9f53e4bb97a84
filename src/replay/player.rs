//! The player: answers requests from a recording and keeps count.

use super::matching::Match;
use super::miss;
use super::recording::Recording;
use crate::answer::{Answer, Answerer, Miss, Session};
use crate::cassette::Cassette;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Ledger, Report, Subject, SubjectKind};
use crate::message::Request;
use crate::spec::{Specs, Unrouted};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// How many misses are kept word by word; they are all counted.
pub const MAX_MISSES: usize = 100;

/// Answers requests from cassettes.
///
/// ```
/// # fn play(cassette: retake::cassette::Cassette) -> Result<(), retake::diagnostic::Diagnostic> {
/// use retake::replay::{Match, Player};
/// use std::sync::Arc;
///
/// let specs = Arc::new(retake::spec::embedded());
/// let player = Player::new(specs, vec![cassette], Match::Exact, Vec::new())?;
/// assert_eq!(player.unused().len(), player.len());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Player {
    specs: Arc<Specs>,
    recording: Recording,
    requests: AtomicU64,
    answered: AtomicU64,
    missed: AtomicU64,
    misses: Mutex<Vec<Miss>>,
}

impl Player {
    /// Makes cassettes ready to be played, in their order, with the values bound that were given.
    ///
    /// Refuses a cassette whose seal is broken, one that needs a spec that is not there, and a value that cannot be
    /// bound.
    pub fn new(
        specs: Arc<Specs>,
        cassettes: Vec<Cassette>,
        rule: Match,
        bindings: Vec<(String, String)>,
    ) -> Result<Self, Diagnostic> {
        let recording = Recording::load(&specs, cassettes, rule, &bindings)?;
        Ok(Self {
            specs,
            recording,
            requests: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            missed: AtomicU64::new(0),
            misses: Mutex::default(),
        })
    }

    fn miss(&self, miss: Miss) -> Answer {
        self.missed.fetch_add(1, Relaxed);
        let mut misses = self.misses.lock().unwrap_or_else(PoisonError::into_inner);
        if misses.len() < MAX_MISSES {
            misses.push(miss.clone());
        }
        Answer::Miss(Box::new(miss))
    }

    fn explain_unrouted(&self, request: &Request, why: &Unrouted) -> Miss {
        let nearest = why.operation.as_ref().and_then(|operation| self.recording.first_of(operation));
        miss::unrouted(request, why, nearest)
    }

    /// What has been counted so far, over all sessions.
    pub fn ledger(&self) -> Ledger {
        Ledger {
            requests: self.requests.load(Relaxed),
            exchanges: self.answered.load(Relaxed),
            unused: self.recording.unused().count() as u64,
            misses: self.missed.load(Relaxed),
            ..Ledger::default()
        }
    }

    /// The exchanges that have answered no request, in recorded order: their ids, with the file if there are several.
    pub fn unused(&self) -> Vec<String> {
        self.recording.unused().map(|number| self.recording.name(number)).collect()
    }

    /// The first [`MAX_MISSES`] misses; [`Player::ledger`] has the exact number.
    pub fn misses(&self) -> Vec<Miss> {
        self.misses.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many exchanges there are to be played.
    pub fn len(&self) -> usize {
        self.recording.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the replay has come to so far: broken by a miss, and by an unused exchange unless that is allowed.
    pub fn report(&self, allow_unused: bool) -> Report {
        let subject = |file: &String| Subject { kind: SubjectKind::Cassette, name: file.clone() };
        Report {
            subjects: self.recording.files().iter().map(subject).collect(),
            specs: self.specs.iter().map(|spec| spec.file.clone()).collect(),
            ledger: self.ledger(),
            misses: self.misses(),
            unused: if allow_unused { Vec::new() } else { self.unused() },
            ..Report::new("replay")
        }
    }
}

impl Answerer for Player {
    fn answer(&self, session: &Session, request: &Request) -> Answer {
        self.requests.fetch_add(1, Relaxed);
        let route = match self.specs.route(request) {
            Ok(route) => route,
            Err(why) => return self.miss(self.explain_unrouted(request, &why)),
        };
        let recording = &self.recording;
        let Some(sequence) = recording.find(&route) else {
            return self.miss(miss::not_recorded(&route, recording));
        };
        let Some(number) = sequence.next(session) else {
            return self.miss(miss::exhausted(&route, recording.name(sequence.last())));
        };
        self.answered.fetch_add(1, Relaxed);
        Answer::Reply(recording.reply(number))
    }
}

#[cfg(test)]
mod tests;
