//! A recording that is to be reviewed: where it waits, and whether it waits at all, as insta's switches say.

use crate::cli::Failure;
use crate::cli::output::{OutputArgs, to_stderr};
use crate::cli::sources::display;
use crate::diagnostic::{Diagnostic, Location};
use crate::evidence::{Report, RunVerdict};
use crate::store::{Disk, Files, Insta, Pending, Writes};
use std::path::Path;

/// A recording that is to be reviewed.
pub(super) struct Review {
    pub(super) pending: Pending,
    is_in_place: bool,
}

impl Review {
    /// Finds out before the first request what is to become of the recording: a run that would write nothing is none.
    pub(super) fn of(cassette: &Path) -> Result<Self, Failure> {
        let insta = Insta::from_environment().map_err(Failure::usage)?;
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

    /// Accepts the recording where insta would, and only if it passed: a failing one waits for a person.
    pub(super) fn settle(self, report: &Report, output: &OutputArgs) -> Result<(), Failure> {
        if !self.is_in_place || !self.pending.pending.exists() {
            return Ok(());
        }
        let (pending, accepted) = (display(&self.pending.pending), display(&self.pending.accepted));
        if report.verdict() != RunVerdict::Pass {
            to_stderr(&format!("warning: {pending} is not accepted, as INSTA_UPDATE asks, since the run did not pass"));
            return Ok(());
        }
        let bytes = Disk.read(&self.pending.pending, u64::MAX - 1).map_err(|error| {
            Failure::world(Diagnostic::new(format!("cannot read the recording: {error}")).at(Location::file(pending)))
        })?;
        self.pending.accept(&Disk, &bytes).map_err(Failure::world)?;
        output.progress(&format!("accepted as {accepted}, as INSTA_UPDATE asks"));
        Ok(())
    }
}
