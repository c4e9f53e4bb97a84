//! What a recording left that broke off: its journal becomes the cassette that its end would have made.

use super::compact::{Compacted, Unfit, compact};
use super::options::StartError;
use super::target::{Existing, Target};
use crate::cassette::{Beginning, Cassette};
use crate::diagnostic::{Diagnostic, Location};
use crate::net::{Clock, Credentials};
use crate::spec::Specs;
use crate::store::{Disk, Files, Journal, Left, Torn, has_own_files, left_journals, sweep};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which recording is to be recovered, and how.
pub struct Recovery {
    /// The contracts that are there; those by which the recording was made are taken of them.
    pub specs: Arc<Specs>,
    /// The cassette that the recording was to become.
    pub cassette: PathBuf,
    /// What is done when that file exists.
    pub existing: Existing,
    /// Where a recording waits for its review; beside the cassette if none.
    pub pending: Option<PathBuf>,
    /// Credentials that this process holds: the file may hold none of them.
    pub secrets: Vec<Credentials>,
    /// The time that another recorder is told.
    pub clock: Clock,
    /// Where files are.
    pub files: Arc<dyn Files>,
}

impl Recovery {
    /// The recovery of this cassette; the rest as usual.
    pub fn new(specs: Arc<Specs>, cassette: impl Into<PathBuf>) -> Self {
        Self {
            specs,
            cassette: cassette.into(),
            existing: Existing::Refuse,
            pending: None,
            secrets: Vec::new(),
            clock: Clock::system(),
            files: Arc::new(Disk),
        }
    }
}

/// What was recovered.
#[derive(Debug)]
pub struct Recovered {
    /// The file that holds it.
    pub path: PathBuf,
    /// What is in it, as a reader of the file has it.
    pub cassette: Cassette,
    /// The contracts by which it was recorded.
    pub specs: Specs,
    /// By what the recording was made, and when it began.
    pub beginning: Beginning,
    /// The journal that it was in, which is gone.
    pub journal: PathBuf,
    /// The end of the journal that was no whole record, if it had one.
    pub torn: Option<Torn>,
    /// Whether the cassette held all of it already: the recorder was ended between its last two steps.
    pub was_committed: bool,
    /// Journals of other recordings of the cassette that broke off, the latest first.
    pub others: Vec<PathBuf>,
}

/// Makes the cassette of the latest recording that broke off, and removes its journal; none if none left anything.
pub fn recover(recovery: &Recovery) -> Result<Option<Recovered>, StartError> {
    let Recovery { specs, cassette, existing, pending, secrets, clock, files } = recovery;
    if !has_own_files(&**files, cassette) {
        return Ok(None);
    }
    let target = Target::take_existing(&**files, cassette, *existing, pending.clone(), clock)?;
    let files = &*target.files();
    let mut journals = left_journals(files, cassette).map_err(StartError::Failed)?.into_iter();
    while let Some(journal) = journals.next() {
        if let Some(left) = read(files, &journal)? {
            let recovered = commit(left, specs, &target, journal, secrets)?;
            return Ok(Some(Recovered { others: journals.collect(), ..recovered }));
        }
        Journal::discard(files, &journal).map_err(StartError::Failed)?;
    }
    Ok(None)
}

/// Reads a journal; none if no exchange was ever written to it.
fn read(files: &dyn Files, journal: &Path) -> Result<Option<Left>, StartError> {
    let bytes = Journal::bytes(files, journal).map_err(StartError::Failed)?;
    let left = Journal::parse(&name(journal), &bytes).map_err(StartError::Usage)?;
    match left.torn {
        _ if !left.exchanges.is_empty() => Ok(Some(left)),
        Some(torn) if !torn.is_cut_short => {
            let damaged = Diagnostic::new("the journal is damaged before its first exchange").at(location(journal));
            Err(StartError::Usage(damaged.help("nothing of it can be recovered; remove it")))
        }
        _ => Ok(None),
    }
}

/// Commits what a journal holds, and removes it.
fn commit(
    left: Left,
    known: &Specs,
    target: &Target,
    journal: PathBuf,
    secrets: &[Credentials],
) -> Result<Recovered, StartError> {
    let files = &*target.files();
    let torn = left.torn;
    let beginning = left.beginning.clone().expect("exchanges stand behind a beginning");
    let specs = beginning.specs(known).map_err(|error| StartError::Usage(error.at(location(&journal))))?;
    let Compacted { cassette, bytes, links: _ } = match compact(left, &specs, &target.written(), secrets) {
        Ok(compacted) => compacted,
        Err(Unfit::Failed(failure)) => return Err(StartError::Failed(failure)),
        Err(Unfit::MustNotBeKept(found)) => {
            Journal::discard(files, &journal).map_err(StartError::Failed)?;
            return Err(StartError::Failed(found));
        }
    };
    let written = target.written();
    let was_committed = files.read(&written, bytes.len() as u64).is_ok_and(|there| there == bytes);
    let path = if was_committed {
        sweep(files, &written);
        written
    } else {
        target.commit(&bytes)?
    };
    Journal::discard(files, &journal).map_err(StartError::Failed)?;
    Ok(Recovered { path, cassette, specs, beginning, journal, torn, was_committed, others: Vec::new() })
}

fn location(journal: &Path) -> Location {
    Location::file(name(journal))
}

fn name(path: &Path) -> String {
    path.display().to_string()
}
