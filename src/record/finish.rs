//! The end of a recording: everything ends, and what the tape holds becomes a cassette in one step.

use super::compact::{Compacted, Unfit, compact};
use super::tape::Held;
use super::target::Target;
use super::{Back, Running, Shared, StartError};
use crate::cassette::Cassette;
use crate::diagnostic::Diagnostic;
use crate::message::Link;
use crate::net::Credentials;
use crate::spec::Specs;
use std::path::PathBuf;
use std::sync::PoisonError;
use std::time::Duration;
use tokio::time::timeout;

/// What passed a recorder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Every request that came.
    pub requests: u64,
    /// Requests that were not let through.
    pub refused: u64,
    /// Exchanges that were recorded.
    pub exchanges: u64,
    /// Requests for which the upstream could not be talked to.
    pub failed: u64,
}

/// What came of a recording.
#[derive(Debug)]
pub struct Recording {
    /// The file that was written; none if nothing passed.
    pub path: Option<PathBuf>,
    /// What is in it, as a reader of the file has it.
    pub cassette: Option<Cassette>,
    /// What links its exchanges to each other and to what asked, in their order: no reader of the file knows that.
    pub links: Vec<Link>,
    /// What passed.
    pub counts: Counts,
    /// What went wrong with the upstream, each thing once.
    pub troubles: Vec<Diagnostic>,
}

impl Running {
    /// Ends the recording: nothing more is accepted, what is under way ends, the cassette is written.
    ///
    /// Without an exchange nothing is written. An error means that the recording could not be kept; the journal stays
    /// where it can be read, unless it holds what must not be kept.
    pub async fn finish(self) -> Result<Recording, Diagnostic> {
        let Self { access, serving, relays: _relays, shared, target, options } = self;
        let served = serving.shutdown().await;
        let mut secrets = shared.wind_down(options.limits.drain).await;
        secrets.push(access.credentials);
        secrets.extend(options.secrets.iter().cloned());
        let mut counts = shared.counted.counts();
        counts.requests += served.refused;
        counts.refused += served.refused;
        let troubles = shared.troubles.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let held = shared.tape.stop()?;
        let (path, cassette, links) = match keep(held, &options.specs, &target, &secrets)? {
            Some(Kept { path, cassette, links }) => (Some(path), Some(cassette), links),
            None => (None, None, Vec::new()),
        };
        Ok(Recording { path, cassette, links, counts, troubles })
    }
}

impl Shared {
    /// Ends the exchanges under way and the connections; tells which credentials have signed.
    async fn wind_down(&self, drain: Duration) -> Vec<Credentials> {
        let mut relays = self.take_relays();
        let ended = async {
            while let Some(joined) = relays.join_next().await {
                self.note(&joined);
            }
        };
        if timeout(drain, ended).await.is_err() {
            relays.shutdown().await;
        }
        match &self.back {
            Back::Here(_) => Vec::new(),
            Back::There(remote) => {
                remote.close().await;
                remote.used()
            }
        }
    }
}

/// What was kept.
struct Kept {
    path: PathBuf,
    cassette: Cassette,
    links: Vec<Link>,
}

/// Makes the cassette of what was held, and writes it; nothing if nothing was.
fn keep(held: Held, specs: &Specs, target: &Target, secrets: &[Credentials]) -> Result<Option<Kept>, Diagnostic> {
    let Held { left, journal } = held;
    if left.exchanges.is_empty() {
        journal.remove()?;
        return Ok(None);
    }
    let Compacted { cassette, bytes, links } = match compact(left, specs, &target.written(), secrets) {
        Ok(compacted) => compacted,
        Err(Unfit::Failed(failure)) => return Err(failure),
        Err(Unfit::MustNotBeKept(found)) => {
            journal.remove()?;
            return Err(found);
        }
    };
    let path = target.commit(&bytes).map_err(StartError::into_diagnostic)?;
    journal.remove()?;
    Ok(Some(Kept { path, cassette, links }))
}
