//! A recording that is to be reviewed: where it waits, and whether it waits at all, as insta's switches say.

use crate::cassette;
use crate::cli::Failure;
use crate::cli::output::{OutputArgs, to_stderr};
use crate::cli::sources::display;
use crate::diagnostic::{Diagnostic, Location};
use crate::evidence::{CheckVerdict, Report};
use crate::store::{self, Disk, Files, Insta, Pending, Writes};
use std::path::Path;

/// A recording that is to be reviewed.
pub(in crate::cli) struct Review {
    pub(in crate::cli) pending: Pending,
    is_in_place: bool,
}

impl Review {
    /// Finds out before the first request what is to become of the recording: a run that would write nothing is none.
    pub(in crate::cli) fn of(cassette: &Path) -> Result<Self, Failure> {
        Self::by(&Insta::from_environment().map_err(Failure::usage)?, cassette)
    }

    /// The same, by what insta was told.
    pub(in crate::cli) fn by(insta: &Insta, cassette: &Path) -> Result<Self, Failure> {
        let exists = Disk.kind_followed(cassette).is_ok();
        let pending =
            Pending { accepted: cassette.to_owned(), pending: insta.pending(cassette).map_err(Failure::usage)? };
        match insta.writes(exists) {
            Writes::Pending => Ok(Self { pending, is_in_place: false }),
            Writes::InPlace => Ok(Self { pending, is_in_place: true }),
            Writes::Nothing => Err(Failure::usage(
                Diagnostic::new(format!("--review would write nothing: {}", insta.why_nothing()))
                    .at(Location::file(display(cassette)))
                    .help("set INSTA_UPDATE=new to write a pending file all the same"),
            )),
        }
    }

    /// Accepts the recording where insta would, and only if the run passed. By the report on the recording, one that
    /// fails says so, and waits for a person.
    pub(in crate::cli) fn settle(self, report: &Report, run_passed: bool, output: &OutputArgs) -> Result<(), Failure> {
        if !self.pending.pending.exists() {
            return Ok(());
        }
        let (pending, accepted) = (display(&self.pending.pending), display(&self.pending.accepted));
        let bytes = Disk.read(&self.pending.pending, cassette::MAX_BYTES as u64).map_err(|error| {
            let error = Diagnostic::new(format!("cannot read the recording: {error}"));
            Failure::world(error.at(Location::file(pending.as_str())))
        })?;
        mark(&self.pending, &bytes, report)?;
        if !self.is_in_place {
            return Ok(());
        }
        if !run_passed {
            to_stderr(&format!("warning: {pending} is not accepted, as INSTA_UPDATE asks, since the run did not pass"));
            return Ok(());
        }
        self.pending.accept(&Disk, &bytes).map_err(Failure::world)?;
        output.progress(&format!("accepted as {accepted}, as INSTA_UPDATE asks"));
        Ok(())
    }
}

/// Writes what fails into the description, which is what `cargo insta` shows of a file: it would not say so itself.
fn mark(pending: &Pending, bytes: &[u8], report: &Report) -> Result<(), Failure> {
    let failed = report.checks.iter().filter(|result| result.verdict == CheckVerdict::Fail);
    let failed: Vec<&str> = failed.map(|result| result.check.id).collect();
    if failed.is_empty() {
        return Ok(());
    }
    let mut cassette = cassette::read(&display(&pending.pending), bytes).map_err(Failure::usage)?;
    cassette.description = format!("FAILS {}; {}", failed.join(", "), cassette.description);
    let bytes = cassette.to_bytes().map_err(Failure::usage)?;
    store::commit(&pending.pending, &bytes).map_err(Failure::world)
}
