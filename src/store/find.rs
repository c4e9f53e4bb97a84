//! The files that a path means: itself, or those of a kind in a folder.

use super::disk::Disk;
use super::failed;
use super::files::{Files, Kind};
use crate::diagnostic::Diagnostic;
use std::path::{Path, PathBuf};

/// How deep folders are searched.
const MAX_DEPTH: usize = 32;

/// The files of a path, sorted: a file is itself, whatever its name; a folder is searched for names with
/// this end. Hidden names and links in it are passed over. A path that is not there is an error; a folder
/// without such files gives none.
pub fn find(path: &Path, suffix: &str) -> Result<Vec<PathBuf>, Diagnostic> {
    find_with(&Disk, path, suffix)
}

/// The files of a path, on a file system.
pub fn find_with(files: &dyn Files, path: &Path, suffix: &str) -> Result<Vec<PathBuf>, Diagnostic> {
    let kind = files.kind_followed(path).map_err(|error| failed("cannot find the path", path, &error))?;
    if kind != Kind::Folder {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    search(files, path, suffix, 0, &mut found)?;
    found.sort();
    Ok(found)
}

fn search(
    files: &dyn Files,
    folder: &Path,
    suffix: &str,
    depth: usize,
    found: &mut Vec<PathBuf>,
) -> Result<(), Diagnostic> {
    let unreadable = |error| failed("cannot read the folder", folder, &error);
    for path in files.list(folder).map_err(unreadable)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        match files.kind(&path).map_err(unreadable)? {
            Kind::Folder if depth < MAX_DEPTH => search(files, &path, suffix, depth + 1, found)?,
            Kind::File if name.ends_with(suffix) => found.push(path),
            Kind::Folder | Kind::File | Kind::Link | Kind::Other => {}
        }
    }
    Ok(())
}
