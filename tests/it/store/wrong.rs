//! Commits that are wrong in one way each: what a test of commits must find out.

use retake::diagnostic::{Diagnostic, Location};
use retake::store::{Files, Handle};
use std::io;
use std::path::{Path, PathBuf};

/// Writes in place.
pub(super) fn in_place(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    let write = || -> io::Result<()> {
        let mut handle = files.open(path)?;
        handle.truncate()?;
        write_all(&mut *handle, bytes)?;
        handle.sync()?;
        files.sync_folder(path.parent().unwrap())
    };
    write().map_err(|error| told(path, &error))
}

/// Leaves its temporary file where a call fails.
pub(super) fn untidy(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    steps(files, path, bytes, &["write", "sync", "rename", "sync-folder"])
}

/// Removes its temporary file where a call fails, and undoes nothing: the last step is too late for that.
pub(super) fn without_way_back(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    untidy(files, path, bytes).inspect_err(|_| {
        let fresh = fresh(path);
        let _ = files.remove(&fresh).or_else(|_| files.remove(&fresh));
    })
}

pub(super) fn without_sync(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    steps(files, path, bytes, &["write", "rename", "sync-folder"])
}

pub(super) fn renames_before_sync(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    steps(files, path, bytes, &["write", "rename", "sync", "sync-folder"])
}

pub(super) fn without_sync_of_the_folder(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    steps(files, path, bytes, &["write", "sync", "rename"])
}

pub(super) fn syncs_the_folder_before_the_rename(
    files: &dyn Files,
    path: &Path,
    bytes: &[u8],
) -> Result<(), Diagnostic> {
    steps(files, path, bytes, &["write", "sync", "sync-folder", "rename"])
}

/// Takes a second fsync, which succeeds though the bytes are lost, for the first.
pub(super) fn syncs_again(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    steps(files, path, bytes, &["write", "sync or again", "rename", "sync-folder"])
}

fn fresh(path: &Path) -> PathBuf {
    path.with_file_name(".fresh")
}

fn steps(files: &dyn Files, path: &Path, bytes: &[u8], steps: &[&str]) -> Result<(), Diagnostic> {
    let run = || -> io::Result<()> {
        let fresh = fresh(path);
        let mut handle = files.create_new(&fresh)?;
        for step in steps {
            match *step {
                "write" => write_all(&mut *handle, bytes)?,
                "sync" => handle.sync()?,
                "sync or again" => handle.sync().or_else(|_| handle.sync())?,
                "rename" => files.rename(&fresh, path)?,
                _ => files.sync_folder(path.parent().unwrap())?,
            }
        }
        Ok(())
    };
    run().map_err(|error| told(path, &error))
}

fn write_all(handle: &mut dyn Handle, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match handle.write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn told(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::new(error.to_string()).at(Location::file(path.display().to_string()))
}
