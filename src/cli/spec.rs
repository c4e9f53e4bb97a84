//! `retake spec check`, `retake spec schema` and `retake spec scenarios`.

use super::output::OutputArgs;
use super::sources::{SpecArgs, load_specs};
use super::{Failure, Outcome, import};
use crate::evidence::Report;
use crate::report::{Format, quoted, scenarios_as_json, scenarios_as_text};
use crate::spec;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check specs: everything that is wrong, with its line.
    Check(CheckArguments),
    /// Print the JSON Schema of the spec format, for editors.
    Schema,
    /// Import specs from the model of a service.
    Import(import::Arguments),
    /// List the scenarios that specs imply: what each expects of a client, and why.
    Scenarios(ScenariosArguments),
}

/// List the scenarios that specs imply.
#[derive(Debug, Args)]
pub(super) struct ScenariosArguments {
    #[command(flatten)]
    specs: SpecArgs,
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
