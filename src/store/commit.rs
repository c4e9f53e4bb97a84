//! One atomic commit: the file is what it was, or what it shall be, and nothing else is left.
//!
//! Temporary file in the same folder, write, fsync, rename, fsync of the folder.
//! The old file keeps a second name until the folder is synced, so that even a
//! failure of that last step can be undone. What a killed commit left, [`sweep`]
//! removes once the file is committed anew.

use super::disk::Disk;
use super::failed;
use super::files::{Files, Kind, write_all};
use super::folder::{folder_of, pin_folder_of};
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
    let files = pin_folder_of(files, path)?;
    refuse_other_kinds(&*files, path)?;
    let fresh = write_beside(&*files, path, bytes).map_err(|error| failed(CANNOT, path, &error))?;
    replace(&*files, &fresh, path)
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

/// Removes what commits of this file left that were killed. To be called when none can be under way but of live
/// processes, and the file is what it shall be: then what it was is needed no more.
pub fn sweep(files: &dyn Files, path: &Path) {
    let Some(name) = path.file_name() else { return };
    let begin = format!(".{}.", name.to_string_lossy());
    for found in files.list(folder_of(path)).unwrap_or_default() {
        let name = found.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let middle = name.strip_prefix(&begin).and_then(|rest| rest.strip_suffix(".new").or(rest.strip_suffix(".old")));
        let process = middle.and_then(|middle| middle.split_once('-')).and_then(|(process, number)| {
            number.parse::<u32>().ok()?;
            process.parse::<u32>().ok()
        });
        if process.is_some_and(|process| process == std::process::id() || !is_alive(process)) {
            remove(files, &found);
        }
    }
}

#[cfg(unix)]
fn is_alive(process: u32) -> bool {
    use rustix::io::Errno;
    use rustix::process::{Pid, test_kill_process};
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    process.is_some_and(|process| !matches!(test_kill_process(process), Err(Errno::SRCH)))
}

/// Elsewhere nobody knows.
#[cfg(not(unix))]
fn is_alive(_process: u32) -> bool {
    true
}
