//! Certificates that a person trusts besides those of the system: files that variables name.

use super::Failure;
use crate::diagnostic::{Diagnostic, Location};
use crate::net::Trust;
use crate::store::{Disk, Files};
use std::path::Path;

/// How large a file of certificates may be.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// The text of the file of certificates that a variable names, with the file's name.
pub(super) fn named_certificates(variable: &str) -> Result<Option<(String, String)>, Failure> {
    let Some(file) = std::env::var_os(variable).filter(|file| !file.is_empty()) else { return Ok(None) };
    let name = Path::new(&file).display().to_string();
    let unreadable = |why: String| {
        let error = Diagnostic::new(format!("cannot read the certificates that {variable} names: {why}"));
        Failure::world(error.at(Location::file(name.as_str())).help("unset it, or mend the file"))
    };
    let bytes = Disk.read(Path::new(&file), MAX_BYTES).map_err(|error| unreadable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is no text".to_owned()))?;
    Ok(Some((name, text)))
}

/// Whom a connection to an upstream trusts: the system, and `AWS_CA_BUNDLE`, as every client of AWS.
pub(super) fn trust() -> Result<Trust, Failure> {
    let extra = named_certificates("AWS_CA_BUNDLE")?.map(|(file, text)| (file, text.into_bytes()));
    Ok(Trust { extra })
}
