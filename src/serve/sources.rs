//! Where a test's specs and cassettes come from.

use crate::cassette::Cassette;
use crate::diagnostic::{Diagnostic, Location};
use crate::spec::{self, Specs};
use crate::store;
use std::path::{Path, PathBuf};

/// The specs of the working folder (in a test, the crate's), else the ones that come with retake.
pub(super) fn specs() -> Result<Specs, Diagnostic> {
    let folder = PathBuf::from("specs");
    if !folder.is_dir() {
        return Ok(spec::embedded());
    }
    let specs = store::read_specs(&[folder]).map_err(one)?;
    Ok(if specs.is_empty() { spec::embedded() } else { specs })
}

/// The cassettes of a path; none is an error, since a test that plays nothing tests nothing.
pub(super) fn cassettes(path: &Path) -> Result<Vec<Cassette>, Diagnostic> {
    let cassettes = store::read_cassettes(&[path.to_owned()]).map_err(one)?;
    if cassettes.is_empty() {
        return Err(Diagnostic::new("no cassette was found")
            .at(Location::file(path.display().to_string()))
            .help("cassettes are files that end in .cassette.yaml; `retake record` makes them"));
    }
    Ok(cassettes)
}

/// Several problems as one: the first, and how many there are.
fn one(problems: Vec<Diagnostic>) -> Diagnostic {
    let others = problems.len().saturating_sub(1);
    let mut problems = problems.into_iter();
    let mut first = problems.next().unwrap_or_default();
    if others > 0 {
        first.what = format!("{} (and {others} more problems)", first.what);
    }
    first
}
