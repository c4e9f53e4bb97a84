//! One recorder a cassette.
//!
//! The lock is the operating system's, on a file of the recording's own: it ends
//! with the process however that ends, so a dead process never holds it.

use super::files::{Files, Handle, write_all};
use super::{failed, workspace};
use crate::diagnostic::{Diagnostic, Location};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The longest text that is read of a holder.
const MAX_HOLDER: u64 = 200;

/// How often the file is opened anew because its last holder removed it meanwhile.
const TRIES: u32 = 100;

/// A cassette taken for this process, until it is dropped.
pub struct Lock {
    files: Arc<dyn Files>,
    path: PathBuf,
    /// Declared last: the name is removed while the lock is still held.
    _handle: Box<dyn Handle>,
}

impl Lock {
    /// Takes a cassette; fails at once, naming the holder, if another process has it. The time is what a
    /// second recorder is told.
    pub fn acquire(files: Arc<dyn Files>, cassette: &Path, now: &str) -> Result<Self, Diagnostic> {
        for _ in 0..TRIES {
            let path = workspace::enter(&*files, cassette, "lock")?;
            let wrong = |error: io::Error| failed("cannot lock the cassette", &path, &error);
            let mut handle = match files.open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                handle => handle.map_err(wrong)?,
            };
            if !handle.try_lock().map_err(wrong)? {
                return Err(held(&*files, &path, cassette));
            }
            if handle.is_at(&path).map_err(wrong)? {
                sign(&mut *handle, now).map_err(wrong)?;
                return Ok(Self { files, path, _handle: handle });
            }
        }
        Err(Diagnostic::new("the cassette's lock changes hands too fast").at(Location::file(name(cassette))))
    }
}

/// Writes down who holds the lock.
fn sign(handle: &mut dyn Handle, now: &str) -> io::Result<()> {
    handle.truncate()?;
    write_all(handle, format!("process {}, since {now}\n", std::process::id()).as_bytes())
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = workspace::leave(&*self.files, &self.path);
    }
}

fn held(files: &dyn Files, path: &Path, cassette: &Path) -> Diagnostic {
    let holder = files.read(path, MAX_HOLDER).unwrap_or_default();
    let holder = String::from_utf8_lossy(&holder).trim().to_owned();
    Diagnostic::new("another recorder has this cassette")
        .at(Location::file(name(cassette)))
        .found(if holder.is_empty() { "a process that has just begun".to_owned() } else { holder })
        .help("wait until it is done, or record into another file")
}

fn name(path: &Path) -> String {
    path.display().to_string()
}
