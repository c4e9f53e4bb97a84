//! Pending files: what was recorded or reported anew, beside what was accepted before, until a person decides.

use super::commit::commit_with;
use super::files::{Files, Kind};
use super::insta::Insta;
use super::{failed, folder_of};
use crate::cassette::SUFFIX;
use crate::diagnostic::Diagnostic;
use std::path::{Path, PathBuf};

/// The end of a pending file's name, behind the name of the accepted one.
const NEW: &str = ".new";

/// The end of an accepted report's name.
const SNAPSHOT: &str = ".snap";

/// How deep folders are searched.
const MAX_DEPTH: usize = 32;

/// A pending file, and the one whose place it is to take.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pending {
    /// The accepted file, which need not exist.
    pub accepted: PathBuf,
    /// The pending one.
    pub pending: PathBuf,
}

impl Pending {
    /// Whether it is a cassette; else it is a report.
    pub fn is_cassette(&self) -> bool {
        self.accepted.to_string_lossy().ends_with(SUFFIX)
    }

    /// Puts bytes in the place of the accepted file; then nothing is pending any more.
    pub fn accept(&self, files: &dyn Files, bytes: &[u8]) -> Result<(), Diagnostic> {
        commit_with(files, &self.accepted, bytes)?;
        self.reject(files)
    }

    /// Removes the pending file; the accepted one stays.
    pub fn reject(&self, files: &dyn Files) -> Result<(), Diagnostic> {
        let removed = files.remove(&self.pending).and_then(|()| files.sync_folder(folder_of(&self.pending)));
        removed.map_err(|error| failed("cannot remove the pending file", &self.pending, &error))
    }
}

/// The pending files of paths, sorted: a path is an accepted file, a pending one, or a folder.
///
/// Searching passes over hidden folders, links, and what a build leaves behind.
pub fn find_pending(files: &dyn Files, insta: &Insta, paths: &[PathBuf]) -> Result<Vec<Pending>, Diagnostic> {
    let mut found = Vec::new();
    for path in paths {
        let name = path.to_string_lossy();
        if let Some(accepted) = name.strip_suffix(NEW).filter(|name| is_reviewed(name)) {
            let kind =
                files.kind_followed(path).map_err(|error| failed("cannot find the pending file", path, &error))?;
            let accepted = insta.accepted(Path::new(accepted));
            if kind == Kind::File {
                found.push(Pending { accepted, pending: path.clone() });
            }
        } else if is_reviewed(&name) {
            let pending = Pending { accepted: path.clone(), pending: insta.pending(path)? };
            if files.kind_followed(&pending.pending).is_ok_and(|kind| kind == Kind::File) {
                found.push(pending);
            } else if files.kind_followed(path).is_err() {
                let error = std::io::ErrorKind::NotFound.into();
                return Err(failed("cannot find the path", path, &error));
            }
        } else {
            let root = insta.pending_root(path)?;
            let kind = files.kind_followed(&root);
            if let (Err(error), Err(_)) = (kind, files.kind_followed(path)) {
                return Err(failed("cannot find the path", path, &error));
            }
            search(files, &root, path, 0, &mut found)?;
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn is_reviewed(name: &str) -> bool {
    name.ends_with(SUFFIX) || name.ends_with(SNAPSHOT)
}

/// Searches a folder of pending files; what is accepted of it goes into another folder, or the same.
fn search(
    files: &dyn Files,
    folder: &Path,
    accepted: &Path,
    depth: usize,
    found: &mut Vec<Pending>,
) -> Result<(), Diagnostic> {
    let paths = match files.list(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        paths => paths.map_err(|error| failed("cannot read the folder", folder, &error))?,
    };
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_passed_over = name.starts_with('.') || matches!(name.as_str(), "target" | "node_modules");
        // What vanishes while we look was not ours to review.
        match files.kind(&path) {
            Ok(Kind::Folder) if depth < MAX_DEPTH && !is_passed_over => {
                search(files, &beside(folder, &name), &beside(accepted, &name), depth + 1, found)?;
            }
            Ok(Kind::File) if !name.starts_with('.') => {
                let of = name.strip_suffix(NEW).filter(|name| is_reviewed(name));
                found.extend(of.map(|of| Pending { accepted: beside(accepted, of), pending: beside(folder, &name) }));
            }
            Ok(Kind::Folder | Kind::File | Kind::Link | Kind::Other) | Err(_) => {}
        }
    }
    Ok(())
}

/// A name in a folder, as a user would write it.
fn beside(folder: &Path, name: &str) -> PathBuf {
    if folder == Path::new(".") { PathBuf::from(name) } else { folder.join(name) }
}
