//! The seam: every call on the file system that `store` makes.
//!
//! [`super::Disk`] makes them; tests put something between that fails, writes
//! short, or keeps count.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a path is. Links are not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A link to something.
    Link,
    /// A device, a pipe, a socket.
    Other,
}

/// A file system.
pub trait Files: Send + Sync {
    /// The same file system with this folder held: its path stands for the folder that it names now, whatever becomes
    /// of the name, and beneath it no link is followed. Neither is one on the way there, unless the path is absolute.
    fn pin(&self, folder: &Path) -> io::Result<Arc<dyn Files>>;

    /// What a path is; a link is a link.
    fn kind(&self, path: &Path) -> io::Result<Kind>;

    /// What a path is once links are followed: of paths that the user named.
    fn kind_followed(&self, path: &Path) -> io::Result<Kind>;

    /// The paths in a folder, in any order.
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>>;

    /// The bytes of a file, at most `limit` and one more.
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>>;

    /// Makes one folder, in one that is there.
    fn create_folder(&self, path: &Path) -> io::Result<()>;

    /// Makes a file that must not be there, for its owner alone, to be written.
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn Handle>>;

    /// Opens a regular file to be locked and written, for its owner alone; made if it is not there. No link is followed.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Handle>>;

    /// Gives a file a second name.
    fn link(&self, file: &Path, name: &Path) -> io::Result<()>;

    /// Gives a file another name, in place of what has it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Takes a file's name away.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Removes an empty folder.
    fn remove_folder(&self, path: &Path) -> io::Result<()>;

    /// Waits until the names in a folder are on the disk.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// An open file. Dropping it closes it and ends its lock.
pub trait Handle: Send {
    /// Writes some of the bytes, in one call; how many it took is returned.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Waits until the content is on the disk.
    fn sync(&mut self) -> io::Result<()>;

    /// Takes the whole file for this process; false if another has it.
    fn try_lock(&mut self) -> io::Result<bool>;

    /// Empties the file.
    fn truncate(&mut self) -> io::Result<()>;

    /// Whether the path is still this file's name.
    fn is_at(&self, path: &Path) -> io::Result<bool>;
}

/// Writes all of the bytes: what was written short is gone on with, an interrupted call made again.
pub(super) fn write_all(handle: &mut dyn Handle, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match handle.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written.min(bytes.len())..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
