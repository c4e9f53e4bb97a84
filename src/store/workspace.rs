//! The folder `.retake` beside a cassette: a recording's own files, which no repository tracks.

use super::commit::{create_folders, folder_of};
use super::failed;
use super::files::{Files, Kind, write_all};
use crate::cassette::SUFFIX;
use crate::diagnostic::{Diagnostic, Location};
use std::io;
use std::path::{Path, PathBuf};

const FOLDER: &str = ".retake";
const IGNORE: &str = ".gitignore";

/// How often the folder is made anew because another recording's end removed it meanwhile.
const TRIES: u32 = 10;

/// The path of a recording's own file, its folder made.
pub(super) fn enter(files: &dyn Files, cassette: &Path, end: &str) -> Result<PathBuf, Diagnostic> {
    let folder = folder_of(cassette).join(FOLDER);
    let mut made = make(files, &folder);
    for _ in 1..TRIES {
        match &made {
            Err(error) if error.kind() == io::ErrorKind::NotFound => made = make(files, &folder),
            _ => break,
        }
    }
    match made {
        Ok(Kind::Folder) => {}
        Ok(Kind::File | Kind::Link | Kind::Other) => {
            return Err(Diagnostic::new("this is no folder of its own")
                .at(Location::file(folder.display().to_string()))
                .help("remove it: a recording keeps its journal and its lock there"));
        }
        Err(error) => return Err(failed("cannot make the folder for the recording's own files", &folder, &error)),
    }
    let name = cassette.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(SUFFIX).unwrap_or(&name);
    Ok(folder.join(format!("{name}.{end}")))
}

/// Makes the folder, untracked, unless something else stands there.
fn make(files: &dyn Files, folder: &Path) -> io::Result<Kind> {
    create_folders(files, folder)?;
    let kind = files.kind(folder)?;
    if kind == Kind::Folder {
        ignore(files, folder)?;
    }
    Ok(kind)
}

/// Tells git to leave the folder alone.
fn ignore(files: &dyn Files, folder: &Path) -> io::Result<()> {
    match files.create_new(&folder.join(IGNORE)) {
        Ok(mut handle) => write_all(&mut *handle, b"*\n"),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Removes a recording's own file, and the folder when it was the last.
pub(super) fn leave(files: &dyn Files, path: &Path) -> io::Result<()> {
    files.remove(path)?;
    let folder = folder_of(path);
    let alone = files.list(folder).is_ok_and(|paths| paths.iter().all(|path| path.ends_with(IGNORE)));
    if alone && files.remove(&folder.join(IGNORE)).is_ok() && files.remove_folder(folder).is_err() {
        // Another recording came in between: its files must stay untracked too.
        let _ = ignore(files, folder);
    }
    Ok(())
}
