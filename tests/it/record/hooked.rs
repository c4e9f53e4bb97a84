//! The real file system, with something done before each write of a journal.

use retake::store::{Disk, Files, Handle, Kind};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

type Hook = Arc<dyn Fn(&[u8]) -> io::Result<()> + Send + Sync>;

/// A file system whose journals call a function before they write.
pub(super) struct Hooked(pub(super) Hook);

struct HookedHandle(Box<dyn Handle>, Hook);

impl Files for Hooked {
    fn kind(&self, path: &Path) -> io::Result<Kind> {
        Disk.kind(path)
    }

    fn kind_followed(&self, path: &Path) -> io::Result<Kind> {
        Disk.kind_followed(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        Disk.list(folder)
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        Disk.read(path, limit)
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        Disk.create_folder(path)
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        let handle = Disk.create_new(path)?;
        let is_journal = path.to_string_lossy().contains("journal");
        Ok(if is_journal { Box::new(HookedHandle(handle, Arc::clone(&self.0))) } else { handle })
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        Disk.open(path)
    }

    fn link(&self, file: &Path, name: &Path) -> io::Result<()> {
        Disk.link(file, name)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        Disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        Disk.remove(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        Disk.remove_folder(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        Disk.sync_folder(folder)
    }
}

impl Handle for HookedHandle {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.1)(bytes)?;
        self.0.write(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync()
    }

    fn try_lock(&mut self) -> io::Result<bool> {
        self.0.try_lock()
    }

    fn truncate(&mut self) -> io::Result<()> {
        self.0.truncate()
    }

    fn is_at(&self, path: &Path) -> io::Result<bool> {
        self.0.is_at(path)
    }
}
