//! `retake record --recover`: what a recording left that broke off becomes its cassette.

use super::super::output::{OutputArgs, to_stderr};
use super::super::session::today;
use super::super::sources::{display, only_operation};
use super::super::{Failure, Outcome, verify};
use super::arguments::Arguments;
use super::review::Review;
use super::{cassette, existing, held, not_started};
use crate::evidence::{Demands, Report, RunVerdict};
use crate::net::clock;
use crate::record::{self, Recovered, Recovery};
use crate::store::Torn;
use std::path::Path;
use std::sync::Arc;

pub(super) fn run(arguments: &Arguments, output: &OutputArgs) -> Result<Outcome, Failure> {
    let specs = arguments.specs.load()?;
    let named = only_operation(specs.clone(), arguments.operation.as_deref())?;
    let mut recovery = Recovery::new(Arc::new(specs), cassette(arguments, &named));
    recovery.existing = existing(arguments);
    recovery.secrets = held();
    let review = if arguments.review { Some(Review::of(&recovery.cassette)?) } else { None };
    recovery.pending = review.as_ref().map(|review| review.pending.pending.clone());

    let Some(recovered) = record::recover(&recovery).map_err(not_started)? else {
        to_stderr(&nothing(&recovery.cassette));
        return Err(Failure::nothing());
    };
    tell(&recovered, &recovery.cassette, output);
    let mut report = Report::new("record");
    report.ledger.exchanges = recovered.cassette.transcript.exchanges.len() as u64;
    report.merge(verify::judge(&recovered.specs, &recovered.cassette, Demands::on_day(today())));
    if let Some(review) = review {
        let is_passing = report.verdict() == RunVerdict::Pass;
        review.settle(&report, is_passing, output)?;
    }
    Ok(Outcome::Report(Box::new(report)))
}

/// What is told where there is nothing.
fn nothing(cassette: &Path) -> String {
    format!(
        "no recording of {} broke off: there is nothing to recover; another is named with --cassette",
        display(cassette)
    )
}

/// Says what was found and what became of it.
fn tell(recovered: &Recovered, cassette: &Path, output: &OutputArgs) {
    let Recovered { beginning, journal, path, .. } = recovered;
    let count = match recovered.cassette.transcript.exchanges.len() {
        1 => "1 exchange".to_owned(),
        count => format!("{count} exchanges"),
    };
    let began = clock::rfc3339(beginning.began);
    output.progress(&format!(
        "{} holds {count} of a {} recording that began at {began}",
        display(journal),
        beginning.origin
    ));
    if let Some(torn) = recovered.torn {
        to_stderr(&format!("warning: {}", dropped(torn)));
    }
    let written = if recovered.was_committed { "holds it all already" } else { "written" };
    output.progress(&format!("{} {written}: {}", display(path), recovered.cassette.description));
    if let Some(other) = recovered.others.first() {
        to_stderr(&warning(other, cassette));
    }
}

/// What was not recovered.
fn dropped(torn: Torn) -> String {
    let Torn { at, length, is_cut_short } = torn;
    if is_cut_short {
        return format!(
            "the last record, {length} bytes from byte {at} on, is cut short and was dropped; no client had its response in full"
        );
    }
    format!("the journal is damaged at byte {at}; what could not be read from there on, {length} bytes, was dropped")
}

/// What is told of a journal that an earlier recording left.
pub(super) fn warning(journal: &Path, cassette: &Path) -> String {
    format!(
        "warning: an earlier recording of this cassette broke off; {} holds what passed: `retake record --recover \
         --cassette {} --review` makes a cassette of it; remove it if it is not wanted",
        display(journal),
        display(cassette)
    )
}
