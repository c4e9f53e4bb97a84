//! The folder that a file lies in: made if it is missing, and held, so that no link put in its way leads elsewhere.

use super::failed;
use super::files::Files;
use crate::diagnostic::Diagnostic;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// The file system with the folder of a file held; the folder is made if it is not there.
pub fn pin_folder_of(files: &dyn Files, path: &Path) -> Result<Arc<dyn Files>, Diagnostic> {
    pin(files, folder_of(path)).map_err(|error| failed("cannot open the folder of the file", path, &error))
}

/// The folder that a path lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Holds a folder. Those that are missing are made, each known to the disk before the next.
pub(super) fn pin(files: &dyn Files, folder: &Path) -> io::Result<Arc<dyn Files>> {
    match files.pin(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        pinned => return pinned,
    }
    let parent = folder_of(folder);
    let held = pin(files, parent)?;
    match held.create_folder(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
        Ok(()) => held.sync_folder(parent)?,
    }
    held.pin(folder)
}
