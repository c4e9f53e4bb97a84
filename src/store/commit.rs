//! One atomic commit: the file is what it was, or what it shall be, and nothing else is left.
//!
//! Temporary file in the same folder, write, fsync, rename, fsync of the folder.
//! The old file keeps a second name until the folder is synced, so that even a
//! failure of that last step can be undone.

use super::disk::Disk;
use super::failed;
use super::files::{Files, Kind, write_all};
use crate::diagnostic::{Diagnostic, Location};
use std::io;
use std::path::{Path, PathBuf};

const CANNOT: &str = "cannot write the file";

/// How often another name is tried for a temporary file.
const NAMES: u32 = 100;

/// Commits bytes as the content of a file.
pub fn commit(path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    commit_with(&Disk, path, bytes)
}

/// Commits bytes as the content of a file, on a file system.
pub fn commit_with(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    refuse_other_kinds(files, path)?;
    let folder = folder_of(path);
    create_folders(files, folder).map_err(|error| failed("cannot make the folder of the file", path, &error))?;
    let fresh = write_beside(files, path, bytes).map_err(|error| failed(CANNOT, path, &error))?;
    replace(files, &fresh, path)
}

/// Refuses what a rename would replace by a file: a folder, a device, a pipe, a link to one.
fn refuse_other_kinds(files: &dyn Files, path: &Path) -> Result<(), Diagnostic> {
    match files.kind_followed(path) {
        Ok(Kind::File) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(CANNOT, path, &error)),
        Ok(Kind::Folder | Kind::Link | Kind::Other) => Err(Diagnostic::new(CANNOT)
            .at(Location::file(path.display().to_string()))
            .found("a folder, a device or a pipe")
            .help("name a regular file")),
    }
}

/// The folder that a path lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes the folders that are missing, each known to the disk before the next.
pub(super) fn create_folders(files: &dyn Files, folder: &Path) -> io::Result<()> {
    match files.kind_followed(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        found => return found.map(|_| ()),
    }
    let parent = folder_of(folder);
    create_folders(files, parent)?;
    match files.create_folder(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        Ok(()) => files.sync_folder(parent),
    }
}

/// Writes a temporary file beside the path, down to the disk.
fn write_beside(files: &dyn Files, path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let (fresh, mut handle) = first_free(path, "new", |name| files.create_new(name))?;
    let written = write_all(&mut *handle, bytes).and_then(|()| handle.sync());
    drop(handle);
    if let Err(error) = written {
        remove(files, &fresh);
        return Err(error);
    }
    Ok(fresh)
}

/// Puts the temporary file in the place of the path.
fn replace(files: &dyn Files, fresh: &Path, path: &Path) -> Result<(), Diagnostic> {
    let wrong = |error: io::Error| failed(CANNOT, path, &error);
    let old = match keep_old(files, path) {
        Ok(old) => old,
        Err(error) => {
            remove(files, fresh);
            return Err(wrong(error));
        }
    };
    if let Err(error) = files.rename(fresh, path) {
        remove(files, fresh);
        old.iter().for_each(|old| remove(files, old));
        return Err(wrong(error));
    }
    if let Err(error) = files.sync_folder(folder_of(path)) {
        return Err(put_back(files, old.as_deref(), path, wrong(error)));
    }
    old.iter().for_each(|old| remove(files, old));
    Ok(())
}

/// Gives the old file its name again, since nobody knows whether the new one would survive.
fn put_back(files: &dyn Files, old: Option<&Path>, path: &Path, failure: Diagnostic) -> Diagnostic {
    match old {
        None => {
            remove(files, path);
            failure
        }
        Some(old) => match files.rename(old, path) {
            Ok(()) => failure,
            Err(_) => failure.help(format!("the old file is {}", old.display())),
        },
    }
}

/// A second name for the old file, if there is one and the file system knows second names.
fn keep_old(files: &dyn Files, path: &Path) -> io::Result<Option<PathBuf>> {
    match files.kind(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        found => found?,
    };
    match first_free(path, "old", |name| files.link(path, name)) {
        Ok((name, ())) => Ok(Some(name)),
        Err(error) if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Tries hidden names beside the path until one is free.
fn first_free<T>(path: &Path, end: &str, make: impl Fn(&Path) -> io::Result<T>) -> io::Result<(PathBuf, T)> {
    let file = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    let mut result = Err(io::ErrorKind::AlreadyExists.into());
    for number in 0..NAMES {
        let name = folder_of(path).join(format!(".{file}.{}-{number}.{end}", std::process::id()));
        result = match make(&name) {
            Ok(made) => return Ok((name, made)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
            Err(error) => return Err(error),
        };
    }
    result
}

/// Takes a name away; once more if that fails, since nothing of ours shall be left.
fn remove(files: &dyn Files, path: &Path) {
    let _ = files.remove(path).or_else(|_| files.remove(path));
}
