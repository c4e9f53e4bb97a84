//! One pending file: what is in it, what it would replace, what its verification says, and what was done with it.

use crate::cassette::{self, Cassette};
use crate::cli::session::today;
use crate::cli::{held, verify};
use crate::diagnostic::{Diagnostic, Location};
use crate::evidence::{Demands, Report, RunVerdict};
use crate::report::{CassetteDiff, Snapshot};
use crate::spec::Specs;
use crate::store::{Disk, Files, Pending};
use std::path::Path;

/// A pending file under review.
pub(super) struct Item {
    pub(super) pending: Pending,
    pub(super) state: State,
    pub(super) did: Did,
    /// What was in the file when it was looked at: that is what is accepted, and nothing that came since.
    bytes: Vec<u8>,
}

/// What a pending file holds.
pub(super) enum State {
    Cassette(Box<Recorded>),
    Report(Reported),
    /// Nothing that could be accepted.
    Unreadable(Diagnostic),
}

/// A re-recording.
pub(super) struct Recorded {
    pub(super) diff: CassetteDiff,
    /// What verification says of it.
    pub(super) report: Report,
    /// That the accepted one cannot be read.
    pub(super) note: Option<Diagnostic>,
}

/// A report, or any other snapshot.
pub(super) struct Reported {
    pub(super) old: Option<String>,
    pub(super) new: Snapshot,
}

/// What was done with a pending file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Did {
    /// Nothing: it is still pending.
    Kept,
    Accepted,
    Rejected,
}

impl Did {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

impl Item {
    /// Reads a pending file, and the accepted one that it belongs to.
    pub(super) fn read(pending: Pending, specs: &Specs) -> Self {
        let read = read(&pending.pending).and_then(|bytes| {
            let state =
                if pending.is_cassette() { recorded(&pending, &bytes, specs)? } else { reported(&pending, &bytes)? };
            Ok((state, bytes))
        });
        let (state, bytes) =
            read.unwrap_or_else(|error| (State::Unreadable(with_help(error, pending.is_cassette())), Vec::new()));
        Self { pending, state, did: Did::Kept, bytes }
    }

    pub(super) fn is_readable(&self) -> bool {
        !matches!(self.state, State::Unreadable(_))
    }

    /// Whether nothing speaks against it.
    pub(super) fn is_passing(&self) -> bool {
        match &self.state {
            State::Cassette(recorded) => recorded.report.verdict() == RunVerdict::Pass,
            State::Report(reported) => !reported.new.tells_of_failure(),
            State::Unreadable(_) => false,
        }
    }

    /// Does what was decided.
    pub(super) fn settle(&mut self, did: Did) -> Result<(), Diagnostic> {
        match (did, &self.state) {
            (Did::Kept, _) => {}
            (Did::Accepted, State::Unreadable(error)) => return Err(error.clone()),
            (Did::Accepted, State::Cassette(_)) => {
                held::refuse(&self.pending.pending.display().to_string(), &self.bytes)?;
                self.pending.accept(&Disk, &self.bytes)?;
            }
            (Did::Accepted, State::Report(reported)) => {
                self.pending.accept(&Disk, reported.new.as_accepted().as_bytes())?
            }
            (Did::Rejected, _) => self.pending.reject(&Disk)?,
        }
        self.did = did;
        Ok(())
    }

    /// Finds out what somebody else did: cargo insta. Our bytes are what is accepted, whatever it wrote.
    pub(super) fn look_again(&mut self) -> Result<(), Diagnostic> {
        if self.pending.pending.exists() {
            return Ok(());
        }
        let accepted = read(&self.pending.accepted).unwrap_or_default();
        let was_accepted = match &self.state {
            State::Cassette(_) => evidence(&accepted) == evidence(&self.bytes),
            State::Report(reported) => {
                Snapshot::read("", &accepted).is_ok_and(|now| now.contents == reported.new.contents)
            }
            State::Unreadable(_) => false,
        };
        self.did = if was_accepted { Did::Accepted } else { Did::Rejected };
        if was_accepted && matches!(self.state, State::Cassette(_)) {
            held::refuse(&self.pending.accepted.display().to_string(), &accepted)?;
        }
        if was_accepted && matches!(self.state, State::Cassette(_)) && accepted != self.bytes {
            crate::store::commit(&self.pending.accepted, &self.bytes)?;
        }
        Ok(())
    }
}

/// Document 2, which alone says whether a cassette is the one or the other.
fn evidence(bytes: &[u8]) -> Option<&[u8]> {
    let mark = b"\n---\n";
    let at = bytes.windows(mark.len()).position(|window| window == mark)?;
    Some(bytes[at + mark.len()..].trim_ascii_end())
}

fn recorded(pending: &Pending, bytes: &[u8], specs: &Specs) -> Result<State, Diagnostic> {
    let new = cassette::read(&pending.pending.display().to_string(), bytes)?;
    let old = if exists(&pending.accepted) {
        Some(read(&pending.accepted).and_then(|bytes| cassette::read(&pending.accepted.display().to_string(), &bytes)))
    } else {
        None
    };
    let (old, note): (Option<Cassette>, _) = match old.transpose() {
        Ok(old) => (old, None),
        Err(error) => (None, Some(error)),
    };
    let diff = CassetteDiff::between(old.as_ref(), &new);
    let mut report = Report::new("verify cassette");
    report.merge(verify::judge(specs, &new, Demands::on_day(today())));
    Ok(State::Cassette(Box::new(Recorded { diff, report, note })))
}

fn reported(pending: &Pending, bytes: &[u8]) -> Result<State, Diagnostic> {
    let new = Snapshot::read(&pending.pending.display().to_string(), bytes)?;
    let name = pending.accepted.display().to_string();
    let old =
        exists(&pending.accepted).then(|| read(&pending.accepted).and_then(|bytes| Snapshot::read(&name, &bytes)));
    let old = old.and_then(Result::ok).map(|old| old.contents);
    Ok(State::Report(Reported { old, new }))
}

fn exists(path: &Path) -> bool {
    Disk.kind_followed(path).is_ok()
}

fn read(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    let limit = cassette::MAX_BYTES as u64;
    Disk.read(path, limit).map_err(|error| {
        Diagnostic::new(format!("cannot read the file: {error}")).at(Location::file(path.display().to_string()))
    })
}

/// A pending file that nobody can read keeps `cargo insta` from reviewing any.
fn with_help(error: Diagnostic, is_cassette: bool) -> Diagnostic {
    // A cassette's reader says how to seal it; here it is not accepted yet.
    if !is_cassette && error.help.is_some() {
        return error;
    }
    error.help("it is not accepted as it is: mend it, or remove it with `retake review --reject PATH`")
}
