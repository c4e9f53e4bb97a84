//! What was seen of the service, kept for a review: beside each recording that is no longer true, or too old.
//!
//! Where nothing has drifted there is nothing to review, and nothing is written. What was not wholly seen would take
//! evidence away when it is accepted, so it is not written either, and that is said.

use super::compare::{has_drifted, too_old};
use super::{Looked, Seen, of_operation};
use crate::cassette::{self, Cassette};
use crate::cli::output::{OutputArgs, to_stderr};
use crate::cli::record::Review;
use crate::cli::session::today;
use crate::cli::sources::display;
use crate::cli::verify::cassette::judge;
use crate::cli::{Failure, held};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Demands, RunVerdict};
use crate::message::Exchange;
use crate::spec::{Spec, Specs};
use crate::store;
use std::path::Path;

/// Finds out, before anything is asked, where each recording's review goes.
pub(super) fn prepare(cassettes: &[Cassette]) -> Result<Vec<Review>, Failure> {
    if cassettes.is_empty() {
        let error = Diagnostic::new("there is no recording of the service that a review could be about");
        let help = "record one with `retake record --upstream live --probe`, or name one with --cassette";
        return Err(Failure::usage(error.help(help)));
    }
    cassettes.iter().map(|cassette| Review::of(Path::new(&cassette.file))).collect()
}

/// Writes what was seen of a recording's operations, if it is no longer what the recording says or that is too old.
pub(super) fn settle(
    review: Review,
    specs: &Specs,
    cassette: &Cassette,
    all: &[Cassette],
    looked: &Looked,
    max_age: Option<u32>,
    output: &OutputArgs,
) -> Result<(), Failure> {
    let file = cassette.file.as_str();
    let Some(seen) = &looked.seen else { return Ok(()) };
    let is_old = max_age.and_then(|most| too_old(cassette, most)).is_some();
    let operations = operations(specs, cassette);
    if !is_old && !operations.iter().any(|spec| is_news(spec, seen, cassette, all)) {
        output.progress(&format!("{file}: nothing has drifted, so nothing is written"));
        return Ok(());
    }
    if let Some(why) = missing(cassette, &operations, seen, looked) {
        to_stderr(&format!("warning: {file}: nothing is written for review: {why}"));
        return Ok(());
    }
    let is_its =
        |exchange: &Exchange| operations.iter().any(|spec| exchange.operation.as_ref() == Some(&spec.operation));
    let bytes = seen.cassette.part(specs, &seen.links, is_its).to_bytes().map_err(Failure::world)?;
    let pending = review.pending.pending.clone();
    held::refuse(&display(&pending), &bytes).map_err(Failure::world)?;
    store::commit(&pending, &bytes).map_err(Failure::world)?;
    let written = cassette::read(&display(&pending), &bytes).map_err(Failure::world)?;
    output.progress(&format!("wrote {}: {}", display(&pending), written.description));
    let judged = judge(specs, &written, Demands::on_day(today()));
    review.settle(&judged, looked.report.verdict() == RunVerdict::Pass, output)
}

/// The operations that a recording is of.
fn operations<'s>(specs: &'s Specs, cassette: &Cassette) -> Vec<&'s Spec> {
    specs.iter().filter(|spec| of_operation(spec, &cassette.transcript).next().is_some()).collect()
}

fn is_news(spec: &Spec, seen: &Seen, cassette: &Cassette, all: &[Cassette]) -> bool {
    let found: Vec<&Exchange> = of_operation(spec, &seen.cassette.transcript).collect();
    !found.is_empty() && has_drifted(spec, &found, cassette, all)
}

/// Why what was seen cannot take the recording's place.
fn missing(cassette: &Cassette, operations: &[&Spec], seen: &Seen, looked: &Looked) -> Option<String> {
    let is_whole = looked.report.troubles.is_empty() && !looked.report.interrupted;
    if !is_whole {
        return Some("not all of it could be looked at".to_owned());
    }
    let mut recorded = cassette.transcript.exchanges.iter().map(|exchange| exchange.operation.as_deref());
    let is_asked = |name: Option<&str>| {
        let spec = operations.iter().find(|spec| Some(spec.operation.as_str()) == name);
        spec.is_some_and(|spec| of_operation(spec, &seen.cassette.transcript).next().is_some())
    };
    let other = recorded.find(|name| !is_asked(*name))?;
    Some(format!("it holds {} as well, which was not asked", other.unwrap_or("what is no operation")))
}
