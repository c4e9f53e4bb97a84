//! The end of a recording: everything ends, and what the tape holds becomes a cassette in one step.

use super::tape::Held;
use super::target::Target;
use super::{Back, Options, Running, Shared, origin};
use crate::cassette::{self, Cassette, order};
use crate::diagnostic::{Diagnostic, Location};
use crate::message::Link;
use crate::net::Credentials;
use crate::redact::Policy;
use crate::redact::detect::Forbidden;
use std::path::{Path, PathBuf};
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
    /// The journal of an earlier recording that broke off, set aside.
    pub left: Option<PathBuf>,
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
        let mut counts = shared.counted.counts();
        counts.requests += served.refused;
        counts.refused += served.refused;
        let troubles = shared.troubles.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let held = shared.tape.stop()?;
        let left = held.journal.left().map(Path::to_path_buf);
        let kept = keep(held, &options, &target, &secrets)?;
        let (path, cassette, links) = match kept {
            Some(Kept { path, cassette, links }) => (Some(path), Some(cassette), links),
            None => (None, None, Vec::new()),
        };
        Ok(Recording { path, cassette, links, counts, troubles, left })
    }
}

impl Shared {
    /// Ends the exchanges under way and the connections; tells which credentials have signed.
    async fn wind_down(&self, drain: Duration) -> Vec<Credentials> {
        let mut relays = self.take_relays();
        let ended = async { while relays.join_next().await.is_some() {} };
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
fn keep(held: Held, options: &Options, target: &Target, secrets: &[Credentials]) -> Result<Option<Kept>, Diagnostic> {
    let Held { exchanges, summary, journal } = held;
    if exchanges.is_empty() {
        journal.remove()?;
        return Ok(None);
    }
    let Options { specs, policy, upstream, region, clock, .. } = options;
    let recording = cassette::Recording {
        origin: origin(upstream),
        region: Some(region.clone()),
        recorded_at: clock.now(),
        redaction: Some(summary),
    };
    let transcript = order::commit(specs, policy, exchanges);
    let links = transcript.exchanges.iter().map(|exchange| exchange.link.clone()).collect();
    let bytes = Cassette::new(specs, recording, transcript).to_bytes()?;
    let cassette = cassette::read(&target.written().display().to_string(), &bytes)?;
    if let Some(found) = search(&cassette, &bytes, secrets, policy) {
        journal.remove()?;
        return Err(found);
    }
    let path = target.commit(&bytes)?;
    journal.remove()?;
    Ok(Some(Kept { path, cassette, links }))
}

/// The second net: what must not be written in spite of redaction. It tells the rule and the place, never the value.
fn search(cassette: &Cassette, bytes: &[u8], secrets: &[Credentials], policy: &Policy) -> Option<Diagnostic> {
    let refused =
        |what: String| Diagnostic::new(what).help("nothing was written; please report this, it must not happen");
    if Forbidden::new(secrets.iter().flat_map(Credentials::texts)).is_in(bytes) {
        let what = "the recording holds a credential of this session after redaction".to_owned();
        return Some(refused(what).at(Location::file(cassette.file.clone())));
    }
    // What was to be kept by name may look like anything; `retake cassette lint` tells.
    if !policy.keep.is_empty() {
        return None;
    }
    let (rule, location) = cassette.facts().secrets.into_iter().next()?;
    Some(refused(format!("the recording holds what looks like a secret after redaction (rule {rule})")).at(location))
}
