//! `retake verify client --compare`: what changed between two reports.

use crate::cli::output::OutputArgs;
use crate::cli::sources::display;
use crate::cli::{Failure, Outcome};
use crate::diagnostic::{Diagnostic, Location};
use crate::report::{self, Format};
use std::path::Path;

pub(super) fn run(old: &Path, new: &Path, output: &OutputArgs) -> Result<Outcome, Failure> {
    let format = output.require("verify client --compare", &[Format::Text, Format::Json, Format::Markdown])?;
    let (old_text, new_text) = (read(old)?, read(new)?);
    let comparison = report::compare((&display(old), &old_text), (&display(new), &new_text)).map_err(Failure::all)?;
    Ok(Outcome::Text(match format {
        Format::Text => comparison.to_text(&output.style()),
        Format::Json | Format::Junit => comparison.to_json(),
        Format::Markdown => {
            report::quoted("retake verify client: what changed", &comparison.to_text(&output.plain_style()))
        }
    }))
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| {
        let error = Diagnostic::new(format!("cannot read the report: {error}")).at(Location::file(display(file)));
        Failure::usage(error.help("write one with `retake verify client --format json --output FILE -- COMMAND`"))
    })
}
