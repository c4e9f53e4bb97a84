//! Where a recording goes: through redaction into the journal, exchange by exchange.
//!
//! The only place that holds real values longer than a request lasts, in the redactor's table of stand-ins. If
//! redaction or the journal fails once, the recording has ended; it is never gone on with half of it missing.

use super::options::{Options, StartError};
use super::target::Target;
use crate::diagnostic::Diagnostic;
use crate::message::{Exchange, Redacted};
use crate::redact::Redactor;
use crate::store::Journal;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// The tape of a running recording.
pub(super) struct Tape {
    heads: Mutex<Option<Heads>>,
    failure: watch::Sender<Option<Diagnostic>>,
}

struct Heads {
    redactor: Redactor,
    journal: Journal,
}

/// What a tape held when it was stopped.
pub(super) struct Held {
    /// The exchanges, in the order in which they ended.
    pub(super) exchanges: Vec<Redacted<Exchange>>,
    /// What redaction did, in words.
    pub(super) summary: String,
    /// The journal, to be removed once its content is elsewhere.
    pub(super) journal: Journal,
}

impl Tape {
    pub(super) fn begin(options: &Options, target: &Target) -> Result<Self, StartError> {
        let redactor = Redactor::new(Arc::clone(&options.specs), &options.policy);
        let journal = Journal::create(Arc::clone(&options.files), target.path()).map_err(StartError::Failed)?;
        let heads = Mutex::new(Some(Heads { redactor, journal }));
        Ok(Self { heads, failure: watch::Sender::new(None) })
    }

    /// Redacts an exchange and appends it to the journal.
    pub(super) fn record(&self, exchange: Exchange) -> Result<(), Diagnostic> {
        let mut heads = self.heads();
        if let Some(failure) = self.failure() {
            return Err(failure);
        }
        let Some(Heads { redactor, journal }) = heads.as_mut() else {
            return Err(Diagnostic::new("the recording has ended"));
        };
        // A bug there must not let an unredacted byte out, nor go unnoticed.
        let redacted = catch_unwind(AssertUnwindSafe(|| redactor.redact(exchange)))
            .map_err(|_| Diagnostic::new("redaction failed; the recording has ended").help("please report this"));
        let appended = redacted.and_then(|redacted| journal.append(&redacted));
        appended.inspect_err(|failure| {
            self.failure.send_replace(Some(failure.clone()));
        })
    }

    /// Why the recording cannot go on, if it cannot.
    pub(super) fn failure(&self) -> Option<Diagnostic> {
        self.failure.borrow().clone()
    }

    /// Waits until it cannot.
    pub(super) async fn failed(&self) {
        // The sender lives as long as this.
        let _ = self.failure.subscribe().wait_for(Option::is_some).await;
    }

    /// Ends the tape, and gives what it holds.
    pub(super) fn stop(&self) -> Result<Held, Diagnostic> {
        let heads = self.heads().take();
        if let Some(failure) = self.failure() {
            return Err(failure);
        }
        let Some(Heads { redactor, journal }) = heads else {
            return Err(Diagnostic::new("the recording has ended already"));
        };
        let exchanges = journal.read_back()?.exchanges;
        Ok(Held { exchanges, summary: redactor.summary().to_string(), journal })
    }

    fn heads(&self) -> MutexGuard<'_, Option<Heads>> {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
