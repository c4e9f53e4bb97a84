//! Where specs and cassettes of a run come from: what was named, else the folder's own, else the crate's.

use super::Failure;
use crate::cassette::Cassette;
use crate::net::Credentials;
use crate::spec::{self, Specs};
use crate::store;
use clap::Args;
use std::path::{Path, PathBuf};

/// Which specs to use.
#[derive(Debug, Args)]
pub(super) struct SpecArgs {
    /// A spec, or a folder of specs [default: specs/, else the ones that come with retake].
    #[arg(long = "spec", value_name = "PATH")]
    pub(super) specs: Vec<PathBuf>,
}

impl SpecArgs {
    /// Loads the specs of a run.
    pub(super) fn load(&self) -> Result<Specs, Failure> {
        load_specs(&self.specs)
    }
}

/// Which specs to use, and of which operation.
#[derive(Debug, Args)]
pub(super) struct OperationArgs {
    #[command(flatten)]
    specs: SpecArgs,

    /// The specs' only operation that counts [default: all of them].
    #[arg(long, value_name = "OPERATION", env = "RETAKE_OPERATION", hide_env_values = true)]
    operation: Option<String>,
}

impl OperationArgs {
    /// Loads the specs of a run.
    pub(super) fn load(&self) -> Result<Specs, Failure> {
        only_operation(self.specs.load()?, self.operation.as_deref())
    }
}

/// Loads named specs, else `specs/`, else the embedded ones.
pub(super) fn load_specs(paths: &[PathBuf]) -> Result<Specs, Failure> {
    if !paths.is_empty() {
        let specs = store::read_specs(paths).map_err(Failure::all)?;
        if specs.is_empty() {
            return Err(Failure::nothing());
        }
        return Ok(specs);
    }
    let folder = PathBuf::from("specs");
    if folder.is_dir() {
        let specs = store::read_specs(&[folder]).map_err(Failure::all)?;
        if !specs.is_empty() {
            return Ok(specs);
        }
    }
    Ok(spec::embedded())
}

/// Loads named cassettes, else those under `cassettes/`; none if nothing was found.
pub(super) fn load_cassettes(paths: &[PathBuf]) -> Result<Vec<Cassette>, Failure> {
    if !paths.is_empty() {
        return store::read_cassettes(paths).map_err(Failure::all);
    }
    let folder = PathBuf::from("cassettes");
    if folder.is_dir() { store::read_cassettes(&[folder]).map_err(Failure::all) } else { Ok(Vec::new()) }
}

/// Keeps the one operation that was asked for.
pub(super) fn only_operation(specs: Specs, operation: Option<&str>) -> Result<Specs, Failure> {
    let Some(name) = operation else { return Ok(specs) };
    let spec = specs.require(name).map_err(Failure::usage)?;
    Ok(Specs::new(vec![spec.clone()]))
}

/// A path as the user sees it.
pub(super) fn display(path: &Path) -> String {
    path.display().to_string()
}

/// Splits `NAME=VALUE`.
pub(super) fn parse_input(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("an input is written NAME=VALUE".to_owned()),
    }
}

/// Reads `ID:SECRET`.
pub(super) fn parse_credentials(text: &str) -> Result<Credentials, String> {
    let is_key_id =
        |id: &str| (16..=128).contains(&id.len()) && id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    match text.split_once(':') {
        Some((id, secret)) if is_key_id(id) && !secret.is_empty() => Ok(Credentials::new(id, secret, None)),
        _ => Err("credentials are written ID:SECRET, the id being 16 to 128 of A-Z and 0-9".to_owned()),
    }
}
