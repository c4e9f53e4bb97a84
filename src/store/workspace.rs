//! The folder `.retake` beside a cassette: a recording's own files, which no repository tracks.

use super::failed;
use super::files::{Files, Kind, write_all};
use super::folder::{folder_of, pin};
use crate::cassette::SUFFIX;
use crate::diagnostic::{Diagnostic, Location};
use std::io;
use std::path::{Path, PathBuf};

const FOLDER: &str = ".retake";
const IGNORE: &str = ".gitignore";
const EVERYTHING: &[u8] = b"*\n";

/// How often the folder is made anew because another recording's end removed it meanwhile.
const TRIES: u32 = 10;

/// The path of a recording's own file, its folder made.
pub(super) fn enter(files: &dyn Files, cassette: &Path, end: &str) -> Result<PathBuf, Diagnostic> {
    let folder = own_folder(cassette);
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
    Ok(path(cassette, end))
}

/// Whether recordings beside this cassette have files of their own, or have left some.
pub fn has_own_files(files: &dyn Files, cassette: &Path) -> bool {
    files.kind(&own_folder(cassette)).is_ok()
}

/// The path of a recording's own file, its folder there or not.
pub(super) fn path(cassette: &Path, end: &str) -> PathBuf {
    let name = cassette.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(SUFFIX).unwrap_or(&name);
    own_folder(cassette).join(format!("{name}.{end}"))
}

fn own_folder(cassette: &Path) -> PathBuf {
    cassette.with_file_name(FOLDER)
}

/// The files in the folder of recordings' own files; none if there is no such folder.
pub(super) fn list(files: &dyn Files, cassette: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let folder = own_folder(cassette);
    match files.kind(&folder) {
        Ok(Kind::Folder) => {}
        Ok(Kind::File | Kind::Link | Kind::Other) => return Ok(Vec::new()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed("cannot look for what recordings left", &folder, &error)),
    }
    files.list(&folder).map_err(|error| failed("cannot look for what recordings left", &folder, &error))
}

/// Makes the folder, untracked, unless something else stands there.
fn make(files: &dyn Files, folder: &Path) -> io::Result<Kind> {
    let parent = pin(files, folder_of(folder))?;
    let kind = match files.kind(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            pin(&*parent, folder)?;
            files.kind(folder)?
        }
        kind => kind?,
    };
    if kind == Kind::Folder {
        ignore(files, folder)?;
    }
    Ok(kind)
}

/// Tells git to leave the folder alone. A recorder that was killed in between has left the file without its line.
fn ignore(files: &dyn Files, folder: &Path) -> io::Result<()> {
    let path = folder.join(IGNORE);
    let created = match files.create_new(&path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if files.read(&path, EVERYTHING.len() as u64)?.starts_with(EVERYTHING) {
                return Ok(());
            }
            files.remove(&path)?;
            files.create_new(&path)
        }
        created => created,
    };
    write_all(&mut *created?, EVERYTHING)
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
