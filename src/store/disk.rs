//! The real file system.

use super::files::{Files, Handle, Kind};
#[cfg(unix)]
use super::{folder::folder_of, pinned::Pinned};
use std::fs::{self, File, FileType, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The real file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    #[cfg(unix)]
    fn pin(&self, folder: &Path) -> io::Result<Arc<dyn Files>> {
        Ok(Arc::new(Pinned::new(folder)?))
    }

    /// Elsewhere an open folder keeps its name.
    #[cfg(not(unix))]
    fn pin(&self, folder: &Path) -> io::Result<Arc<dyn Files>> {
        fs::metadata(folder).map(|_| Arc::new(Self) as Arc<dyn Files>)
    }

    fn kind(&self, path: &Path) -> io::Result<Kind> {
        fs::symlink_metadata(path).map(|metadata| kind(metadata.file_type()))
    }

    fn kind_followed(&self, path: &Path) -> io::Result<Kind> {
        fs::metadata(path).map(|metadata| kind(metadata.file_type()))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = File::open(path)?;
        if let Ok(metadata) = file.metadata() {
            bytes.reserve(usize::try_from(metadata.len().min(limit)).unwrap_or(0));
        }
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        let file = owner_only().write(true).create_new(true).open(path)?;
        Ok(Box::new(OpenFile(file)))
    }

    #[cfg(unix)]
    fn open(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        self.pin(folder_of(path))?.open(path)
    }

    #[cfg(not(unix))]
    fn open(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        let file = owner_only().read(true).append(true).create(true).open(path)?;
        Ok(Box::new(OpenFile(file)))
    }

    fn link(&self, file: &Path, name: &Path) -> io::Result<()> {
        fs::hard_link(file, name)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        sync_folder(folder)
    }
}

fn kind(file_type: FileType) -> Kind {
    if file_type.is_symlink() {
        Kind::Link
    } else if file_type.is_dir() {
        Kind::Folder
    } else if file_type.is_file() {
        Kind::File
    } else {
        Kind::Other
    }
}

#[cfg(unix)]
fn owner_only() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn owner_only() -> OpenOptions {
    OpenOptions::new()
}

/// Some file systems know no such call on folders; there is nothing to wait for then.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// An open file.
pub(super) struct OpenFile(pub(super) File);

impl Handle for OpenFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_all()
    }

    fn try_lock(&mut self) -> io::Result<bool> {
        match self.0.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn truncate(&mut self) -> io::Result<()> {
        self.0.set_len(0)
    }

    fn is_at(&self, path: &Path) -> io::Result<bool> {
        is_same(&self.0, path)
    }
}

#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (ours, theirs) = match (file.metadata(), fs::symlink_metadata(path)) {
        (Err(error), _) => return Err(error),
        (_, Err(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        (_, Err(error)) => return Err(error),
        (Ok(ours), Ok(theirs)) => (ours, theirs),
    };
    Ok((ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino()))
}

/// Elsewhere an open file keeps its name.
#[cfg(not(unix))]
fn is_same(_file: &File, _path: &Path) -> io::Result<bool> {
    Ok(true)
}
