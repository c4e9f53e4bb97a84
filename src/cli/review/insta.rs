//! `cargo insta`, which reviews everything of a cargo project, ours included.
//!
//! It stops for all at a file whose header does not parse, accepts what fails without a word, and does not see what
//! lies in a nested crate. So it is asked only where it would find just what we found, and nothing speaks against any
//! of it; and what it accepts is our bytes, whatever it writes.

use super::item::Item;
use super::{Troubles, tell};
use crate::diagnostic::Diagnostic;
use crate::store::cargo_workspace;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The ends of the names that it is to look for.
const EXTENSIONS: &str = "snap,cassette.yaml";

/// Why `cargo insta` is not asked, if it is not.
pub(super) fn reason_against(items: &[Item], paths: &[PathBuf]) -> Option<String> {
    let folder = std::env::current_dir().unwrap_or_default();
    if !folder.ancestors().any(|folder| folder.join("Cargo.toml").is_file()) {
        return Some("there is no cargo project".to_owned());
    }
    if !uses_insta(&cargo_workspace(&folder)) {
        return Some("the cargo project does not use insta".to_owned());
    }
    if !paths.is_empty() {
        return Some("paths were named".to_owned());
    }
    if let Some(item) = items.iter().find(|item| !item.is_passing()) {
        return Some(format!("{} does not pass, and it would not say so", item.pending.pending.display()));
    }
    match found_by_insta() {
        None => Some("it is not installed, or cannot list what is pending".to_owned()),
        Some(found) => items
            .iter()
            .find(|item| !found.contains(&real(&item.pending.accepted)))
            .map(|item| format!("it does not see {}", item.pending.pending.display())),
    }
}

/// Whether the project could have a snapshot: insta is among what it is built from.
fn uses_insta(workspace: &Path) -> bool {
    let text = |name: &str| std::fs::read_to_string(workspace.join(name)).unwrap_or_default();
    text("Cargo.lock").contains("name = \"insta\"\n") || text("Cargo.toml").contains("insta")
}

/// The accepted files of whose pending ones it knows.
fn found_by_insta() -> Option<BTreeSet<PathBuf>> {
    let output =
        command(&["pending-snapshots", "--as-json"]).stderr(Stdio::null()).stdin(Stdio::null()).output().ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8(output.stdout).ok()?;
    let entries = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    Some(entries.filter_map(|entry| Some(real(Path::new(entry.get("path")?.as_str()?)))).collect())
}

/// Lets it review, and finds out what was decided.
pub(super) fn review(items: &mut [Item]) -> Result<Troubles, Diagnostic> {
    let wrong = |what: String| Diagnostic::new(what).help("`retake review PATH` reviews without cargo insta");
    let status = command(&["review"]).status().map_err(|error| wrong(format!("cannot run cargo insta: {error}")))?;
    for item in items.iter_mut() {
        item.look_again()?;
        tell(item);
    }
    if status.success() { Ok(Vec::new()) } else { Err(wrong(format!("cargo insta ended with {status}"))) }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.arg("insta").args(arguments).args(["-e", EXTENSIONS]);
    command
}

/// A path as both of us see it; the file itself need not be there.
fn real(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
    match (folder, path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path,
    }
}
