//! The credentials that this process holds, and the search for them in what a repository is to keep.

use crate::cassette::{self, Searched};
use crate::diagnostic::{Diagnostic, Location};
use crate::net::Credentials;
use crate::redact::detect::Forbidden;
use crate::redact::kept_members;

/// The variables that hold a secret, or its id.
const VARIABLES: [&str; 4] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"];

/// What no file may hold, in any encoding: the credentials in the environment of this process.
pub(super) fn forbidden() -> Forbidden {
    let variable = |name: &str| std::env::var(name).ok().map(|value| value.trim().to_owned());
    let given = variable("RETAKE_CREDENTIALS").and_then(|text| super::sources::parse_credentials(&text).ok());
    let given: Vec<String> = given.iter().flat_map(Credentials::texts).map(str::to_owned).collect();
    Forbidden::new(VARIABLES.into_iter().filter_map(variable).chain(given))
}

/// Refuses to write what holds one of them.
pub(super) fn refuse(file: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
    if !forbidden().is_in(bytes) {
        return Ok(());
    }
    let error = Diagnostic::new("the file holds a credential of this process's environment, so it is not written");
    Err(error.at(Location::file(file)).help("find it by `retake cassette lint`, take it out, and revoke it"))
}

/// The second net as a whole, for a cassette that a person has edited: refuses to write what looks like a secret as well.
/// What was kept by name may look like anything; lint tells.
pub(super) fn refuse_edited(file: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
    refuse(file, bytes)?;
    let Searched { cassette, found } = cassette::search(file, bytes, &Forbidden::default());
    let has_kept = |text: &str| kept_members(text).next().is_some();
    if cassette.is_ok_and(|cassette| cassette.info.redaction.as_deref().is_some_and(has_kept)) {
        return Ok(());
    }
    let Some((rule, location)) = found.into_iter().next() else { return Ok(()) };
    let error = Diagnostic::new(format!("the file holds what looks like a secret (rule {rule}), so it is not written"));
    Err(error.at(location).help("put a stand-in in its place, and revoke it if it is real"))
}
