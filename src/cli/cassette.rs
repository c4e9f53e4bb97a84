//! `retake cassette show | seal | diff`; `lint` has a file of its own.

use super::output::OutputArgs;
use super::sources::{SpecArgs, display};
use super::{Failure, Outcome, held, lint};
use crate::cassette::{Cassette, StandIns};
use crate::diagnostic::{Diagnostic, escape};
use crate::evidence::{Report, Subject, SubjectKind};
use crate::report::{self, CassetteDiff, Format};
use crate::store;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what a cassette holds, or the inputs to run a client with.
    Show(ShowArguments),
    /// Mend the seal of a cassette that was edited by hand; its origin becomes "edited".
    Seal(SealArguments),
    /// Look for broken seals and for secrets: a gate for commits and CI.
    Lint(lint::Arguments),
    /// Say what differs between two cassettes, exchange by exchange.
    Diff(DiffArguments),
}

/// Show a cassette.
#[derive(Debug, Args)]
pub(super) struct ShowArguments {
    /// The cassette.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Print NAME=VALUE lines: the inputs that the cassette answers to.
    #[arg(long)]
    inputs: bool,

    #[command(flatten)]
    specs: SpecArgs,
}

/// Mend seals.
#[derive(Debug, Args)]
pub(super) struct SealArguments {
    /// Cassettes.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    specs: SpecArgs,
}

/// Compare two cassettes.
#[derive(Debug, Args)]
pub(super) struct DiffArguments {
    /// The older one.
    #[arg(value_name = "A")]
    old: PathBuf,

    /// The newer one, which may be a pending .new.
    #[arg(value_name = "B")]
    new: PathBuf,
}

pub(super) fn show(arguments: &ShowArguments, output: &OutputArgs) -> Result<Outcome, Failure> {
    output.require_text("cassette show")?;
    let specs = arguments.specs.load()?;
    let cassette = read_one(&arguments.file)?;
    let text = if arguments.inputs {
        let lines = cassette.inputs(&specs).into_iter().flat_map(|stand_ins| {
            let StandIns { name, values } = stand_ins;
            values.into_iter().map(move |value| format!("{name}={}\n", escape(&value)))
        });
        lines.collect()
    } else {
        report::overview(&specs, &cassette)
    };
    Ok(Outcome::Text(text))
}

pub(super) fn seal(arguments: &SealArguments) -> Result<Outcome, Failure> {
    let mut report = Report::new("cassette seal");
    let specs = arguments.specs.load()?;
    for file in &arguments.files {
        let cassette = read_one(file)?.edited(&specs);
        let bytes = cassette.to_bytes().map_err(Failure::usage)?;
        held::refuse_edited(&display(file), &bytes).map_err(Failure::world)?;
        store::commit(file, &bytes).map_err(Failure::world)?;
        report.subjects.push(Subject { kind: SubjectKind::Cassette, name: display(file) });
        report.ledger.exchanges += cassette.transcript.exchanges.len() as u64;
    }
    report.done = true;
    Ok(Outcome::Report(Box::new(report)))
}

pub(super) fn diff(arguments: &DiffArguments, output: &OutputArgs) -> Result<Outcome, Failure> {
    let format = output.require("cassette diff", &[Format::Text, Format::Json, Format::Markdown])?;
    let (old, new) = (read_one(&arguments.old)?, read_one(&arguments.new)?);
    let diff = CassetteDiff::of(&old, &new);
    Ok(Outcome::Text(match format {
        Format::Text => diff.to_text(&output.style()),
        Format::Json | Format::Junit => diff.to_json(),
        Format::Markdown => diff.to_markdown(&output.style()),
    }))
}

/// Reads the one cassette that was named.
fn read_one(file: &PathBuf) -> Result<Cassette, Failure> {
    if file.is_dir() {
        return Err(Failure::usage(
            Diagnostic::new(format!("{} is a folder", display(file))).expected("one cassette").help("name the file"),
        ));
    }
    let mut cassettes = store::read_cassettes(std::slice::from_ref(file)).map_err(Failure::all)?;
    match cassettes.pop() {
        Some(cassette) => Ok(cassette),
        None => Err(Failure::usage(
            Diagnostic::new(format!("{} is no cassette", display(file))).help("cassettes end in .cassette.yaml"),
        )),
    }
}
