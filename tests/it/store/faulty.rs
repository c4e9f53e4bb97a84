//! A file system over the real one that keeps count of its calls and lets some of them fail.

use retake::store::{Disk, Files, Handle, Kind};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The call fails with this error number of the operating system.
    Error(i32),
    /// A write takes half of its bytes, or one; any other call is made as it is.
    ShortWrite,
    /// A write is interrupted before it took anything; any other call is made as it is.
    Interrupted,
    /// The process is killed: of a write half of the bytes come down, any other call is not made.
    Killed,
}

pub(super) const EINTR: i32 = 4;
pub(super) const EIO: i32 = 5;
pub(super) const EACCES: i32 = 13;
pub(super) const EFBIG: i32 = 27;
pub(super) const ENOSPC: i32 = 28;
pub(super) const EROFS: i32 = 30;

/// When it goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// At the call of this number, from 0.
    At(usize),
    /// At the call of this number and at all that follow, as when the process is killed or the disk is gone.
    From(usize),
}

#[derive(Debug, Default)]
struct State {
    calls: Vec<String>,
    plan: Option<(When, Fault)>,
}

/// A file system with a plan of what goes wrong.
#[derive(Clone)]
pub(super) struct Faulty {
    state: Arc<Mutex<State>>,
    /// The real one.
    files: Arc<dyn Files>,
}

impl Default for Faulty {
    fn default() -> Self {
        Self { state: Arc::default(), files: Arc::new(Disk) }
    }
}

impl Faulty {
    pub(super) fn planned(when: When, fault: Fault) -> Self {
        Self { state: Arc::new(Mutex::new(State { calls: Vec::new(), plan: Some((when, fault)) })), ..Self::default() }
    }

    /// The calls so far: their name, and the file name where it tells something.
    pub(super) fn calls(&self) -> Vec<String> {
        self.state.lock().unwrap().calls.clone()
    }

    /// Plans what goes wrong, counted from the next call.
    pub(super) fn plan(&self, when: When, fault: Fault) {
        let mut state = self.state.lock().unwrap();
        state.calls.clear();
        state.plan = Some((when, fault));
    }

    /// Notes a call; the fault that befalls it, if one does.
    fn call(&self, call: String) -> Option<Fault> {
        let mut state = self.state.lock().unwrap();
        let number = state.calls.len();
        state.calls.push(call);
        match state.plan? {
            (When::At(at), fault) => (at == number).then_some(fault),
            (When::From(from), fault) => (from <= number).then_some(fault),
        }
    }

    fn make<T>(&self, call: &str, path: &Path, make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match self.call(format!("{call} {}", without_pid(&name))) {
            Some(Fault::Error(number)) => Err(io::Error::from_raw_os_error(number)),
            Some(Fault::Killed) => Err(killed()),
            Some(Fault::ShortWrite | Fault::Interrupted) | None => make(),
        }
    }

    /// Whether the last call is the first one that the plan is about.
    fn is_first(&self) -> bool {
        let state = self.state.lock().unwrap();
        state.plan.is_some_and(|(When::At(from) | When::From(from), _)| from + 1 == state.calls.len())
    }

    fn handle(&self, handle: Box<dyn Handle>) -> Box<dyn Handle> {
        Box::new(FaultyHandle { files: self.clone(), handle })
    }
}

fn killed() -> io::Error {
    io::Error::other("the process was killed")
}

fn without_pid(name: &str) -> String {
    name.replace(&format!(".{}-", std::process::id()), ".PID-")
}

impl Files for Faulty {
    fn pin(&self, folder: &Path) -> io::Result<Arc<dyn Files>> {
        let files = self.make("pin", folder, || self.files.pin(folder))?;
        Ok(Arc::new(Self { state: Arc::clone(&self.state), files }))
    }

    fn kind(&self, path: &Path) -> io::Result<Kind> {
        self.make("kind", path, || self.files.kind(path))
    }

    fn kind_followed(&self, path: &Path) -> io::Result<Kind> {
        self.make("kind-followed", path, || self.files.kind_followed(path))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        self.make("list", folder, || self.files.list(folder))
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.make("read", path, || self.files.read(path, limit))
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.make("create-folder", path, || self.files.create_folder(path))
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        self.make("create-new", path, || self.files.create_new(path)).map(|handle| self.handle(handle))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        self.make("open", path, || self.files.open(path)).map(|handle| self.handle(handle))
    }

    fn link(&self, file: &Path, name: &Path) -> io::Result<()> {
        self.make("link", name, || self.files.link(file, name))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.make("rename", to, || self.files.rename(from, to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.make("remove", path, || self.files.remove(path))
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.make("remove-folder", path, || self.files.remove_folder(path))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.make("sync-folder", Path::new(""), || self.files.sync_folder(folder))
    }
}

struct FaultyHandle {
    files: Faulty,
    handle: Box<dyn Handle>,
}

impl FaultyHandle {
    fn make<T>(&mut self, call: &str, make: impl FnOnce(&mut dyn Handle) -> io::Result<T>) -> io::Result<T> {
        match self.files.call(call.to_owned()) {
            Some(Fault::Error(number)) => Err(io::Error::from_raw_os_error(number)),
            Some(Fault::Killed) => Err(killed()),
            Some(Fault::ShortWrite | Fault::Interrupted) | None => make(&mut *self.handle),
        }
    }
}

impl Handle for FaultyHandle {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.files.call("write".to_owned()) {
            None => self.handle.write(bytes),
            Some(Fault::ShortWrite) => self.handle.write(&bytes[..bytes.len().div_ceil(2)]),
            Some(Fault::Interrupted) => Err(io::ErrorKind::Interrupted.into()),
            Some(Fault::Killed) => {
                // The first half comes down at the call at which it happens, and nothing after.
                if self.files.is_first() {
                    self.handle.write(&bytes[..bytes.len() / 2])?;
                }
                Err(killed())
            }
            Some(Fault::Error(number)) => Err(io::Error::from_raw_os_error(number)),
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        self.make("sync", |handle| handle.sync())
    }

    fn try_lock(&mut self) -> io::Result<bool> {
        self.make("try-lock", |handle| handle.try_lock())
    }

    fn truncate(&mut self) -> io::Result<()> {
        self.make("truncate", |handle| handle.truncate())
    }

    fn is_at(&self, path: &Path) -> io::Result<bool> {
        self.handle.is_at(path)
    }
}
