//! The real file system, with something done before each write of a journal.

use retake::store::{Disk, Files, Handle, Kind};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

type Hook = Arc<dyn Fn(&[u8]) -> io::Result<()> + Send + Sync>;

/// A file system whose journals call a function before they write.
pub(super) struct Hooked {
    hook: Hook,
    files: Arc<dyn Files>,
}

impl Hooked {
    pub(super) fn new(hook: impl Fn(&[u8]) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self { hook: Arc::new(hook), files: Arc::new(Disk) }
    }
}

struct HookedHandle(Box<dyn Handle>, Hook);

impl Files for Hooked {
    fn pin(&self, folder: &Path) -> io::Result<Arc<dyn Files>> {
        Ok(Arc::new(Self { hook: Arc::clone(&self.hook), files: self.files.pin(folder)? }))
    }

    fn kind(&self, path: &Path) -> io::Result<Kind> {
        self.files.kind(path)
    }

    fn kind_followed(&self, path: &Path) -> io::Result<Kind> {
        self.files.kind_followed(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        self.files.list(folder)
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.files.read(path, limit)
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.files.create_folder(path)
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        let handle = self.files.create_new(path)?;
        let is_journal = path.to_string_lossy().contains("journal");
        Ok(if is_journal { Box::new(HookedHandle(handle, Arc::clone(&self.hook))) } else { handle })
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        self.files.open(path)
    }

    fn link(&self, file: &Path, name: &Path) -> io::Result<()> {
        self.files.link(file, name)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.files.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.files.remove(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.files.remove_folder(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.files.sync_folder(folder)
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
