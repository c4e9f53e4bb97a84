//! A report that is kept as a snapshot: `--output <subject>.snap`.
//!
//! The accepted one is not replaced. A report that is another is written beside it, as `<subject>.snap.new`, and waits
//! for its review; insta's switches say whether and where, and a report that does not pass is never put in place.

use super::output::{OutputArgs, Shown, to_stderr};
use super::sources::display;
use crate::diagnostic::{Diagnostic, Location};
use crate::report::Snapshot;
use crate::store::{self, Disk, Files, Insta, Pending, Writes};
use std::io::ErrorKind;
use std::path::Path;

/// The longest accepted report that is read.
const MAX_BYTES: u64 = 64 << 20;

/// Compares a report with the accepted one; where it is another, it becomes pending.
pub(super) fn keep(new: &Snapshot, is_passing: bool, file: &Path, output: &OutputArgs) -> Result<Shown, Diagnostic> {
    let insta = Insta::from_environment()?;
    insta.refer(file);
    let pending = Pending { accepted: file.to_owned(), pending: insta.pending(file)? };
    let old = accepted(file)?;
    if old.as_ref().is_some_and(|old| old.contents == new.contents) {
        // What an earlier run left pending is out of date.
        if pending.pending.exists() {
            pending.reject(&Disk)?;
        }
        return Ok(Shown::AsAccepted);
    }
    match insta.writes(old.is_some()) {
        Writes::InPlace if is_passing => {
            store::commit(file, new.to_text().as_bytes())?;
            return Ok(Shown::AsAccepted);
        }
        Writes::InPlace | Writes::Pending => {
            store::commit(&pending.pending, new.to_text().as_bytes())?;
            let pending = display(&pending.pending);
            output.progress(&format!("the report is not the accepted one: review {pending} with `retake review`"));
        }
        Writes::Nothing => {
            let name = display(file);
            to_stderr(&format!(
                "warning: the report is not what {name} says; nothing is written: {}",
                insta.why_nothing()
            ));
        }
    }
    Ok(if insta.force_pass { Shown::AsAccepted } else { Shown::Differs })
}

/// The accepted report; one whose header is broken is as good as another.
fn accepted(file: &Path) -> Result<Option<Snapshot>, Diagnostic> {
    match Disk.read(file, MAX_BYTES) {
        Ok(bytes) => Ok(Snapshot::read(&display(file), &bytes).ok()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(Diagnostic::new(format!("cannot read the accepted report: {error}")).at(Location::file(display(file))))
        }
    }
}
