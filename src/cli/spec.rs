//! `retake spec check` and `retake spec schema`.

use super::output::OutputArgs;
use super::sources::load_specs;
use super::{Failure, Outcome};
use crate::evidence::Report;
use crate::spec;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check specs: everything that is wrong, with its line.
    Check(CheckArguments),
    /// Print the JSON Schema of the spec format, for editors.
    Schema,
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
