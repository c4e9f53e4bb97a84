//! `retake spec check | schema | scenarios | diff`.

use super::output::OutputArgs;
use super::sources::{OperationArgs, load_specs};
use super::{Failure, Outcome, import};
use crate::evidence::{Report, RunVerdict};
use crate::report::{Format, quoted, scenarios_as_json, scenarios_as_text, spec_changes_as_json, spec_changes_as_text};
use crate::spec::{self, Class};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check specs: everything that is wrong, with its line.
    Check(CheckArguments),
    /// Print the JSON Schema of the spec format, for editors.
    Schema,
    /// Say what differs between two specs, or two folders of specs, and how much it matters to a client.
    Diff(DiffArguments),
    /// Import specs from the model of a service.
    Import(import::Arguments),
    /// List the scenarios that specs imply: what each expects of a client, and why.
    Scenarios(ScenariosArguments),
}

/// Say what differs between two specs.
///
/// Breaking is what may fail a client that relied on the older one, additive what it must survive, data what changes
/// nothing for it.
#[derive(Debug, Args)]
pub(super) struct DiffArguments {
    /// The older spec, or folder of specs.
    #[arg(value_name = "A")]
    old: PathBuf,

    /// The newer one.
    #[arg(value_name = "B")]
    new: PathBuf,

    /// Exit with 1 if there is a change of this class, or of a worse one.
    #[arg(long, value_enum, value_name = "CLASS")]
    fail_on: Option<ClassArg>,
}

/// The classes of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ClassArg {
    /// What relied on the older one may fail.
    Breaking,
    /// There is more than before.
    Additive,
    /// It changes nothing for a client.
    Data,
}

/// List the scenarios that specs imply.
#[derive(Debug, Args)]
pub(super) struct ScenariosArguments {
    #[command(flatten)]
    specs: OperationArgs,
}

/// Check specs.
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// Specs, or folders of them [default: specs/, else the ones that come with retake].
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub(super) fn check(arguments: &CheckArguments) -> Result<Outcome, Failure> {
    let specs = load_specs(&arguments.paths)?;

    let mut report = Report::new("spec check");
    report.specs = specs.iter().map(|spec| spec.file.clone()).collect();
    report.done = !specs.is_empty();
    Ok(Outcome::Report(Box::new(report)))
}

pub(super) fn print_schema(output: &OutputArgs) -> Result<Outcome, Failure> {
    output.require_text("spec schema")?;
    Ok(Outcome::Text(spec::schema().to_owned()))
}

pub(super) fn scenarios(arguments: &ScenariosArguments, output: &OutputArgs) -> Result<Outcome, Failure> {
    let format = output.require("spec scenarios", &[Format::Text, Format::Json, Format::Markdown])?;
    let specs = arguments.specs.load()?;
    Ok(Outcome::Text(match format {
        Format::Text => scenarios_as_text(&specs, &output.style()),
        Format::Json | Format::Junit => scenarios_as_json(&specs),
        Format::Markdown => quoted("retake spec scenarios", &scenarios_as_text(&specs, &output.plain_style())),
    }))
}

pub(super) fn diff(arguments: &DiffArguments, output: &OutputArgs) -> Result<Outcome, Failure> {
    let format = output.require("spec diff", &[Format::Text, Format::Json, Format::Markdown])?;
    let load = |path: &PathBuf| load_specs(std::slice::from_ref(path));
    let changes = spec::diff(load(&arguments.old)?.iter(), load(&arguments.new)?.iter());

    let text = match format {
        Format::Json => spec_changes_as_json(&changes),
        Format::Text | Format::Junit => spec_changes_as_text(&changes, &output.style()),
        Format::Markdown => quoted("retake spec diff", &spec_changes_as_text(&changes, &output.plain_style())),
    };
    let worst = arguments.fail_on.map(|class| match class {
        ClassArg::Breaking => Class::Breaking,
        ClassArg::Additive => Class::Additive,
        ClassArg::Data => Class::Data,
    });
    let is_broken = worst.is_some_and(|worst| changes.iter().any(|change| change.class <= worst));
    Ok(if is_broken { Outcome::Told(text, RunVerdict::Fail, Vec::new()) } else { Outcome::Text(text) })
}
