//! The real file system beneath a folder that is held open: its name may be given to something else meanwhile, and a
//! link in it leads nowhere.
//!
//! Every call goes by the handle, one name at a time (`openat` and its like with `O_NOFOLLOW`). A path that lies
//! elsewhere is the disk's.

use super::disk::{Disk, OpenFile};
use super::files::{Files, Handle, Kind};
use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, fstat, fsync, linkat, mkdirat, openat, renameat, statat, unlinkat,
};
use rustix::io::retry_on_intr;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The real file system beneath a folder.
#[derive(Clone)]
pub(super) struct Pinned(Arc<Held>);

struct Held {
    folder: PathBuf,
    handle: OwnedFd,
}

/// A name in a folder that is open.
struct Place<'p> {
    held: &'p Held,
    /// The folder that the name is in, if it is not the held one.
    folder: Option<OwnedFd>,
    name: OsString,
}

impl Pinned {
    /// Holds a folder. Of a path that is not absolute no link is followed: it leads through folders that came with a
    /// checkout.
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        let handle = if folder.is_absolute() {
            retry_on_intr(|| openat(CWD, folder, folder_flags(), Mode::empty()))?
        } else {
            let mut handle = retry_on_intr(|| openat(CWD, ".", folder_flags(), Mode::empty()))?;
            for part in folder.components().filter(|part| *part != Component::CurDir) {
                handle = step(handle.as_fd(), part.as_os_str())?;
            }
            handle
        };
        Ok(Self(Arc::new(Held { folder: folder.to_owned(), handle })))
    }

    /// The place of a path beneath the held folder; none if it lies elsewhere.
    fn place(&self, path: &Path) -> io::Result<Option<Place<'_>>> {
        let held = &*self.0;
        let inside = match path.strip_prefix(&held.folder) {
            Ok(inside) => inside,
            Err(_) if held.folder == Path::new(".") && path.is_relative() => path,
            Err(_) => return Ok(None),
        };
        let mut names = Vec::new();
        for part in inside.components() {
            match part {
                Component::Normal(name) => names.push(name),
                Component::CurDir => {}
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => return Ok(None),
            }
        }
        let name = names.pop().unwrap_or(OsStr::new(".")).to_owned();
        let mut folder = None::<OwnedFd>;
        for between in names {
            folder = Some(step(folder.as_ref().unwrap_or(&held.handle).as_fd(), between)?);
        }
        Ok(Some(Place { held, folder, name }))
    }
}

impl Place<'_> {
    fn folder(&self) -> BorrowedFd<'_> {
        self.folder.as_ref().unwrap_or(&self.held.handle).as_fd()
    }

    fn stat(&self, flags: AtFlags) -> io::Result<Stat> {
        Ok(statat(self.folder(), &self.name, flags)?)
    }

    /// Opens a regular file; whatever else is there is told, and not waited for.
    fn open(&self, flags: OFlags) -> io::Result<File> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let opened = retry_on_intr(|| openat(self.folder(), &self.name, flags, mode));
        let file = File::from(opened.map_err(|error| told(self.folder(), &self.name, error.into()))?);
        if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("this is no regular file")) }
    }

    fn open_folder(&self) -> io::Result<OwnedFd> {
        step(self.folder(), &self.name)
    }
}

fn folder_flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC
}

/// Opens a folder in a folder.
fn step(folder: BorrowedFd<'_>, name: &OsStr) -> io::Result<OwnedFd> {
    let opened = retry_on_intr(|| openat(folder, name, folder_flags() | OFlags::NOFOLLOW, Mode::empty()));
    opened.map_err(|error| told(folder, name, error.into()))
}

/// The error of a call that met a link, in plain words.
fn told(folder: BorrowedFd<'_>, name: &OsStr, error: io::Error) -> io::Error {
    match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) if kind(&stat) == Kind::Link && error.kind() != io::ErrorKind::AlreadyExists => {
            io::Error::other(format!("\"{}\" is a link, which is not followed", name.to_string_lossy()))
        }
        _ => error,
    }
}

fn kind(stat: &Stat) -> Kind {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        _ => Kind::Other,
    }
}

impl Files for Pinned {
    fn pin(&self, folder: &Path) -> io::Result<Arc<dyn Files>> {
        if folder == self.0.folder {
            return Ok(Arc::new(self.clone()));
        }
        let Some(place) = self.place(folder)? else { return Disk.pin(folder) };
        Ok(Arc::new(Self(Arc::new(Held { folder: folder.to_owned(), handle: place.open_folder()? }))))
    }

    fn kind(&self, path: &Path) -> io::Result<Kind> {
        let Some(place) = self.place(path)? else { return Disk.kind(path) };
        place.stat(AtFlags::SYMLINK_NOFOLLOW).map(|stat| kind(&stat))
    }

    fn kind_followed(&self, path: &Path) -> io::Result<Kind> {
        let Some(place) = self.place(path)? else { return Disk.kind_followed(path) };
        place.stat(AtFlags::empty()).map(|stat| kind(&stat))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let Some(place) = self.place(folder)? else { return Disk.list(folder) };
        let mut paths = Vec::new();
        for entry in Dir::read_from(place.open_folder()?)? {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name != "." && name != ".." {
                paths.push(folder.join(name));
            }
        }
        Ok(paths)
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let Some(place) = self.place(path)? else { return Disk.read(path, limit) };
        let mut bytes = Vec::new();
        place.open(OFlags::RDONLY)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        let Some(place) = self.place(path)? else { return Disk.create_folder(path) };
        Ok(mkdirat(place.folder(), &place.name, Mode::from_raw_mode(0o777))?)
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        let Some(place) = self.place(path)? else { return Disk.create_new(path) };
        let file = place.open(OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL)?;
        Ok(Box::new(HeldFile { file: OpenFile(file), beneath: self.clone() }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        let Some(place) = self.place(path)? else { return Disk.open(path) };
        let file = place.open(OFlags::RDWR | OFlags::APPEND | OFlags::CREATE)?;
        Ok(Box::new(HeldFile { file: OpenFile(file), beneath: self.clone() }))
    }

    fn link(&self, file: &Path, name: &Path) -> io::Result<()> {
        let (Some(from), Some(to)) = (self.place(file)?, self.place(name)?) else { return Disk.link(file, name) };
        Ok(linkat(from.folder(), &from.name, to.folder(), &to.name, AtFlags::empty())?)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let (Some(old), Some(new)) = (self.place(from)?, self.place(to)?) else { return Disk.rename(from, to) };
        Ok(renameat(old.folder(), &old.name, new.folder(), &new.name)?)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let Some(place) = self.place(path)? else { return Disk.remove(path) };
        Ok(unlinkat(place.folder(), &place.name, AtFlags::empty())?)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        let Some(place) = self.place(path)? else { return Disk.remove_folder(path) };
        Ok(unlinkat(place.folder(), &place.name, AtFlags::REMOVEDIR)?)
    }

    /// Some file systems know no such call on folders; there is nothing to wait for then.
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let Some(place) = self.place(folder)? else { return Disk.sync_folder(folder) };
        let opened = place.open_folder()?;
        match retry_on_intr(|| fsync(&opened)).map_err(io::Error::from) {
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
            synced => synced,
        }
    }
}

/// An open file beneath a held folder.
struct HeldFile {
    file: OpenFile,
    beneath: Pinned,
}

impl Handle for HeldFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync()
    }

    fn try_lock(&mut self) -> io::Result<bool> {
        self.file.try_lock()
    }

    fn truncate(&mut self) -> io::Result<()> {
        self.file.truncate()
    }

    fn is_at(&self, path: &Path) -> io::Result<bool> {
        let Some(place) = self.beneath.place(path)? else { return self.file.is_at(path) };
        let ours = fstat(&self.file.0)?;
        match place.stat(AtFlags::SYMLINK_NOFOLLOW) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            theirs => theirs.map(|theirs| (ours.st_dev, ours.st_ino) == (theirs.st_dev, theirs.st_ino)),
        }
    }
}
