//! Where a recording goes: through redaction into the journal, exchange by exchange.
//!
//! The only place that holds real values longer than a request lasts, in the redactor's table of stand-ins. If
//! redaction or the journal fails once, the recording has ended; it is never gone on with half of it missing.

use super::options::{Options, StartError};
use super::origin;
use super::target::Target;
use crate::cassette::Beginning;
use crate::diagnostic::Diagnostic;
use crate::message::{Exchange, Redacted};
use crate::redact::Redactor;
use crate::store::{Journal, Left};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Takes out of an exchange what must not be kept; tells what was done so far.
type Redact = Box<dyn FnMut(Exchange) -> (Redacted<Exchange>, String) + Send>;

/// The tape of a running recording.
pub(super) struct Tape {
    heads: Mutex<Option<Heads>>,
    failure: watch::Sender<Option<Diagnostic>>,
    left: Option<PathBuf>,
}

struct Heads {
    redact: Redact,
    journal: Journal,
}

/// What a tape held when it was stopped.
pub(super) struct Held {
    /// What the journal holds.
    pub(super) left: Left,
    /// The journal, to be removed once its content is elsewhere.
    pub(super) journal: Journal,
}

impl Tape {
    pub(super) fn begin(options: &Options, target: &Target) -> Result<Self, StartError> {
        let Options { specs, upstream, region, clock, policy, .. } = options;
        let mut redactor = Redactor::new(Arc::clone(specs), policy);
        let redact = Box::new(move |exchange| {
            let redacted = redactor.redact(exchange);
            (redacted, redactor.summary().to_string())
        });
        let beginning = Beginning::new(specs, origin(upstream), region, clock.now(), &policy.keep);
        let journal = Journal::create(target.files(), target.path(), &beginning).map_err(StartError::Failed)?;
        Ok(Self::of(redact, journal))
    }

    fn of(redact: Redact, journal: Journal) -> Self {
        let left = journal.left().map(Path::to_owned);
        Self { heads: Mutex::new(Some(Heads { redact, journal })), failure: watch::Sender::new(None), left }
    }

    /// The journal of an earlier recording that broke off, where it was set aside.
    pub(super) fn left(&self) -> Option<&Path> {
        self.left.as_deref()
    }

    /// Redacts an exchange and appends it to the journal.
    pub(super) fn record(&self, exchange: Exchange) -> Result<(), Diagnostic> {
        let mut heads = self.heads();
        if let Some(failure) = self.failure() {
            return Err(failure);
        }
        let Some(Heads { redact, journal }) = heads.as_mut() else {
            return Err(Diagnostic::new("the recording has ended"));
        };
        // A bug there must not let an unredacted byte out, nor go unnoticed.
        let recorded = catch_unwind(AssertUnwindSafe(|| {
            let (redacted, summary) = redact(exchange);
            journal.append(&redacted, &summary)
        }));
        recorded.unwrap_or_else(|_| Err(defect("redaction failed"))).inspect_err(|failure| self.fail(failure.clone()))
    }

    /// Ends the recording as failed, since part of it would be missing.
    pub(super) fn fail(&self, failure: Diagnostic) {
        self.failure.send_if_modified(|known| {
            let is_first = known.is_none();
            known.get_or_insert(failure);
            is_first
        });
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
        let Some(Heads { journal, .. }) = heads else {
            return Err(Diagnostic::new("the recording has ended already"));
        };
        Ok(Held { left: journal.read_back()?, journal })
    }

    fn heads(&self) -> MutexGuard<'_, Option<Heads>> {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The diagnostic of a panic, which tells nothing of what was worked on: that may be what must not be shown.
pub(super) fn defect(what: &str) -> Diagnostic {
    Diagnostic::new(format!("{what}; the recording has ended"))
        .help("this is a defect of retake: please report it; `retake record --recover` keeps what was recorded before")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Origin;
    use crate::redact::Policy;
    use crate::spec::Specs;
    use crate::store::Disk;
    use tempfile::TempDir;

    const SECRET: &str = "s3cr3t-0f-a-pat1ent";

    /// An exchange with a secret that is to be redacted.
    fn exchange() -> Exchange {
        let mut exchange = Exchange::default();
        exchange.request.method = "POST".to_owned();
        exchange.request.path = format!("/{SECRET}");
        exchange.response.status = Some(200);
        exchange
    }

    /// A tape whose redaction panics at its second exchange.
    fn tape(folder: &TempDir) -> Tape {
        let specs = Arc::new(Specs::default());
        let beginning = Beginning::new(&specs, Origin::Simulated, "us-east-1", 0, &[]);
        let journal = Journal::create(Arc::new(Disk), &folder.path().join("a.cassette.yaml"), &beginning).unwrap();
        let mut redactor = Redactor::new(specs, &Policy::default());
        let mut count = 0;
        let redact = move |exchange: Exchange| {
            count += 1;
            assert!(count != 2, "redaction panics over {}", exchange.request.path);
            (redactor.redact(exchange), redactor.summary().to_string())
        };
        Tape::of(Box::new(redact), journal)
    }

    #[test]
    fn a_panic_in_redaction_ends_the_recording_and_keeps_what_was_before() {
        let folder = TempDir::new().unwrap();
        let tape = tape(&folder);

        tape.record(exchange()).unwrap();
        let failures = [tape.record(exchange()).unwrap_err(), tape.record(exchange()).unwrap_err()];

        assert_eq!(failures[0].what, "redaction failed; the recording has ended");
        assert_eq!(failures[1], failures[0]);
        assert!(!failures[0].to_string().contains(SECRET));
        assert_eq!(tape.stop().err(), Some(failures[0].clone()));
        let bytes = std::fs::read(folder.path().join(".retake/a.journal")).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(SECRET));
        assert_eq!(Journal::parse("a.journal", &bytes).unwrap().exchanges.len(), 1);
    }

    #[test]
    fn the_first_failure_is_the_one_that_is_told() {
        let folder = TempDir::new().unwrap();
        let tape = tape(&folder);

        tape.fail(Diagnostic::new("first"));
        tape.fail(Diagnostic::new("second"));

        assert_eq!(tape.record(exchange()).unwrap_err().what, "first");
    }
}
