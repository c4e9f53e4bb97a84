//! Recorders that break one promise each, as controls: their journal comes late, or their cassette is written in place.

use super::{CASSETTE, SPEC};
use retake::net::{Listen, Listener};
use retake::record::{Existing, Options, Recorder, UpstreamChoice};
use retake::simulate::{Settings, Simulator};
use retake::store::{Disk, Files, Handle, Kind, read_specs};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Files that break a promise: the journal's records come late, or the temporary file is the cassette itself.
struct Wrong {
    is_late: bool,
    files: Arc<dyn Files>,
}

impl Wrong {
    /// What a commit gives its temporary file's place to.
    fn cassette(&self, path: &Path) -> Option<PathBuf> {
        let name = path.file_name().unwrap().to_str().unwrap();
        let target = name.strip_prefix('.')?.strip_suffix(".new")?.rsplit_once('.')?.0;
        (!self.is_late).then(|| path.with_file_name(target))
    }
}

impl Files for Wrong {
    fn pin(&self, folder: &Path) -> io::Result<Arc<dyn Files>> {
        Ok(Arc::new(Self { is_late: self.is_late, files: self.files.pin(folder)? }))
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
        if let Some(cassette) = self.cassette(path) {
            return Ok(Box::new(InPlace(fs::File::create(cassette)?)));
        }
        let handle = self.files.create_new(path)?;
        let is_journal = path.to_string_lossy().ends_with("journal");
        Ok(if is_journal && self.is_late { Box::new(Late(Arc::new(Mutex::new(handle)), false)) } else { handle })
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        self.files.open(path)
    }

    fn link(&self, _file: &Path, _name: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        if self.cassette(from).is_some() { Ok(()) } else { self.files.rename(from, to) }
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

/// A journal whose records come down after a while: all but the first, which says what it is.
struct Late(Arc<Mutex<Box<dyn Handle>>>, bool);

impl Handle for Late {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !std::mem::replace(&mut self.1, true) {
            return self.0.lock().unwrap().write(bytes);
        }
        let (handle, bytes) = (Arc::clone(&self.0), bytes.to_vec());
        let written = bytes.len();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(30));
            handle.lock().unwrap().write(&bytes)
        });
        Ok(written)
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn try_lock(&mut self) -> io::Result<bool> {
        Ok(true)
    }

    fn truncate(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn is_at(&self, _path: &Path) -> io::Result<bool> {
        Ok(true)
    }
}

/// The cassette itself, written in pieces as a disk may take them.
struct InPlace(fs::File);

impl Handle for InPlace {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        thread::sleep(Duration::from_millis(1));
        self.0.write(&bytes[..bytes.len().min(64)])
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_all()
    }

    fn try_lock(&mut self) -> io::Result<bool> {
        Ok(true)
    }

    fn truncate(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn is_at(&self, _path: &Path) -> io::Result<bool> {
        Ok(true)
    }
}

/// The process of the controls.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
#[ignore = "is run by other tests, in a process of its own"]
async fn records_until_killed() {
    use tokio::signal::unix::{SignalKind, signal};

    let Ok(folder) = std::env::var("RETAKE_TEST_FOLDER") else { return };
    let folder = PathBuf::from(folder);
    let is = |variable: &str| std::env::var(variable).unwrap() == "true";
    let mut terminated = signal(SignalKind::terminate()).unwrap();
    let specs = Arc::new(read_specs(&[PathBuf::from(SPEC)]).unwrap());
    let simulator = Simulator::new(Arc::clone(&specs), Settings::default()).unwrap();
    let mut options = Options::new(specs, UpstreamChoice::Simulated(Arc::new(simulator)), folder.join(CASSETTE));
    options.existing = if is("RETAKE_TEST_REVIEW") { Existing::Review } else { Existing::Overwrite };
    options.files = Arc::new(Wrong { is_late: is("RETAKE_TEST_LATE"), files: Arc::new(Disk) });
    let recorder = Recorder::start(Listener::bind(Listen::default()).await.unwrap(), options).unwrap();
    let access = recorder.access();
    let mut env = serde_json::Map::new();
    for (name, value) in
        ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].iter().zip(access.credentials.texts())
    {
        env.insert((*name).to_owned(), value.into());
    }
    let ready = serde_json::json!({"endpoint": access.endpoint, "env": env}).to_string();
    fs::write(folder.join("ready.part"), ready).unwrap();
    fs::rename(folder.join("ready.part"), folder.join("ready.json")).unwrap();
    terminated.recv().await;
    recorder.finish().await.unwrap();
}
