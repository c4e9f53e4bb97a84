//! Kill −9 of the real binary at random moments: no cassette is ever torn, and nothing that a client has received in
//! full is lost. `RETAKE_TEST_KILLS` sets how often, `RETAKE_TEST_SEED` where the numbers begin.
//!
//! The controls are recorders of the same library over files that break one promise each; the same killing finds them
//! out.

use super::harness::{Clients, Dice, Recorder, Service};
use super::{CASSETTE, SPEC, files, tell};
use crate::command::{Run, command};
use retake::cassette;
use retake::evidence::Seal;
use retake::net::{Listen, Listener};
use retake::record::{self, Existing, Options, Recovery, UpstreamChoice};
use retake::simulate::{Settings, Simulator};
use retake::spec::Specs;
use retake::store::{Disk, Files, Handle, Kind, read_specs};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// How often the recorder is killed where nothing else is asked for.
const KILLS: u64 = 12;

/// How often a control is killed before it is looked at, and how many times that is done at most.
const KILLS_OF_CONTROLS: u64 = 12;
const ROUNDS_OF_CONTROLS: u64 = 20;

const CLIENTS: usize = 3;

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |number| number.parse().unwrap())
}

/// A valid cassette that is to be replaced.
const OLD: &str = include_str!("../../../cassettes/medical-imaging/list-image-set-versions-simulated.cassette.yaml");

/// Which recorder is killed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    /// The real binary.
    Binary,
    /// One that answers before the journal has what it answers.
    WithLateJournal,
    /// One that writes its cassette in place.
    InPlace,
}

/// When a recorder is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Starting,
    Recording,
    Committing,
}

/// What a kill left behind.
#[derive(Debug, Default)]
struct Found {
    /// A cassette that is neither the old nor the new one.
    torn: u64,
    /// Responses that a client had received in full, and that no cassette holds.
    lost: u64,
    /// Responses that clients had received in full.
    received: u64,
    /// Recordings that had to be recovered.
    recovered: u64,
    /// Cassettes that had been committed before the kill.
    committed: u64,
}

/// Kills recorders, several at a time.
fn kill(which: Which, from: u64, kills: u64) -> Found {
    let specs = Arc::new(read_specs(&[PathBuf::from(SPEC)]).unwrap());
    let service = Service::start();
    let first = number("RETAKE_TEST_SEED", 1) + from;
    let next = AtomicU64::new(0);
    let all = Mutex::new(Found::default());
    let worker = || {
        loop {
            let kill = next.fetch_add(1, Ordering::SeqCst);
            if kill >= kills {
                return;
            }
            let found = kill_once(which, &specs, &service, first + kill);
            let mut all = all.lock().unwrap();
            all.torn += found.torn;
            all.lost += found.lost;
            all.received += found.received;
            all.recovered += found.recovered;
            all.committed += found.committed;
        }
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(worker);
        }
    });
    all.into_inner().unwrap()
}

fn kill_once(which: Which, specs: &Arc<Specs>, service: &Service, seed: u64) -> Found {
    let mut dice = Dice::new(seed);
    let folder = TempDir::new().unwrap();
    let (with_old, review) = match dice.below(3) {
        0 => (false, false),
        1 => (true, false),
        _ => (true, true),
    };
    if with_old {
        fs::write(folder.path().join(CASSETTE), OLD).unwrap();
    }
    let when = match (which, dice.below(8)) {
        (Which::InPlace, _) => When::Committing,
        (Which::WithLateJournal, _) => When::Recording,
        (Which::Binary, 0) => When::Starting,
        (Which::Binary, 1..=4) => When::Recording,
        (Which::Binary, _) => When::Committing,
    };
    let mut recorder = start(which, folder.path(), with_old, review, service, &mut dice);
    let (received, asked) = record_and_kill(which, &mut recorder, folder.path(), when, &mut dice);
    let _ = fs::remove_file(folder.path().join("ready.json"));

    let mut found = Found { received: received.len() as u64, ..Found::default() };
    let written = folder.path().join(if review { format!("{CASSETTE}.new") } else { CASSETTE.to_owned() });
    let before = (with_old && !review).then_some(OLD);
    let is_committed = match read(&written, before) {
        State::AsBefore => false,
        State::New(_) => true,
        State::Torn => {
            found.torn = 1;
            return found;
        }
    };
    if review {
        assert_eq!(fs::read_to_string(folder.path().join(CASSETTE)).unwrap(), OLD, "seed {seed}");
    }
    found.committed = u64::from(is_committed);
    found.recovered = u64::from(recover(specs, folder.path(), review, seed));

    let recorded = match read(&written, before) {
        State::New(recorded) => recorded,
        State::AsBefore => BTreeSet::new(),
        State::Torn => panic!("recovery tore the cassette; seed {seed}"),
    };
    found.lost = received.difference(&recorded).count() as u64;
    assert!(recorded.iter().all(|size| (1..=asked).contains(size)), "seed {seed}: {recorded:?} of {asked}");
    // The file that tells where it listens is the test's own.
    let is_ours = |name: &String| name.starts_with(CASSETTE) || name.contains("ready.json");
    let left: Vec<String> = files(folder.path()).into_iter().filter(|name| !is_ours(name)).collect();
    assert!(left.is_empty(), "seed {seed}, {when:?}: left {left:?}");
    found
}

/// Starts the recorder of a kind: over the simulator, or over a service whose answers come in pieces.
fn start(which: Which, folder: &Path, with_old: bool, review: bool, service: &Service, dice: &mut Dice) -> Recorder {
    if which != Which::Binary {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "crash::kills::records_until_killed", "--ignored"])
            .env("RETAKE_TEST_FOLDER", folder)
            .env("RETAKE_TEST_LATE", (which == Which::WithLateJournal).to_string())
            .env("RETAKE_TEST_REVIEW", review.to_string());
        return Recorder::spawn(command);
    }
    let url = service.url();
    let mut arguments = vec!["--cassette", CASSETTE, "--spec", SPEC];
    if with_old {
        arguments.push(if review { "--review" } else { "--overwrite" });
    }
    if dice.below(2) == 0 {
        arguments.extend(["--upstream", url.as_str()]);
    }
    Recorder::start(folder, &arguments)
}

/// Lets clients record, and kills the recorder at a random moment.
fn record_and_kill(
    which: Which,
    recorder: &mut Recorder,
    folder: &Path,
    when: When,
    dice: &mut Dice,
) -> (BTreeSet<u32>, u32) {
    if when == When::Starting {
        thread::sleep(Duration::from_micros(dice.below(400_000)));
        recorder.kill();
        return (BTreeSet::new(), 0);
    }
    let access = recorder.ready(folder).expect("the recorder starts");
    let clients = Clients::start(&access, CLIENTS);
    if dice.below(4) > 0 {
        clients.wait_for_one();
    }
    thread::sleep(Duration::from_micros(dice.below(40_000)));
    if when == When::Recording {
        recorder.kill();
        return clients.finish();
    }
    // What is under way ends first, and the clients with it; then the cassette is committed.
    recorder.terminate();
    let noted = clients.finish();
    if which == Which::Binary && dice.below(3) > 0 {
        while !has_temporary_file(folder) && recorder.0.try_wait().unwrap().is_none() {
            thread::yield_now();
        }
        thread::sleep(Duration::from_micros(dice.below(3000)));
    } else {
        thread::sleep(Duration::from_micros(dice.below(200_000)));
    }
    recorder.kill();
    noted
}

/// Whether a commit of the cassette is under way.
fn has_temporary_file(folder: &Path) -> bool {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.into_iter().any(|name| name.to_string_lossy().starts_with(&format!(".{CASSETTE}.")))
}

/// What a file is after a kill.
enum State {
    AsBefore,
    /// A whole cassette of these requests.
    New(BTreeSet<u32>),
    Torn,
}

fn read(path: &Path, before: Option<&str>) -> State {
    let Ok(bytes) = fs::read(path) else {
        return if before.is_none() { State::AsBefore } else { State::Torn };
    };
    if before.is_some_and(|before| before.as_bytes() == bytes) {
        return State::AsBefore;
    }
    match cassette::read(CASSETTE, &bytes) {
        Ok(cassette) if cassette.seal == Seal::Whole => {
            let sizes = cassette.transcript.exchanges.iter();
            State::New(
                sizes.map(|exchange| exchange.request.query_value("maxResults").unwrap().parse().unwrap()).collect(),
            )
        }
        _ => State::Torn,
    }
}

/// Recovers what was left, by the library, each fifth time by the binary; true if there was something.
fn recover(specs: &Arc<Specs>, folder: &Path, review: bool, seed: u64) -> bool {
    if seed.is_multiple_of(5) {
        let existing = if review { "--review" } else { "--overwrite" };
        let arguments = ["record", "--recover", "--cassette", CASSETTE, "--spec", SPEC, existing];
        let run = Run::of(command(folder, &arguments).output().unwrap());
        // What was recorded need not hold by the spec: sizes of pages above the maximum are answered by pages.
        assert!([0, 1, 3].contains(&run.code), "seed {seed}: {}", run.stderr);
        return run.code != 3;
    }
    let mut recovery = Recovery::new(Arc::clone(specs), folder.join(CASSETTE));
    recovery.existing = if review { Existing::Review } else { Existing::Overwrite };
    record::recover(&recovery).unwrap_or_else(|error| panic!("seed {seed}: {error}")).is_some()
}

#[test]
fn kills_at_random_moments_tear_no_cassette_and_lose_nothing_that_was_received() {
    let kills = number("RETAKE_TEST_KILLS", KILLS);

    let found = kill(Which::Binary, 0, kills);

    tell(&format!("{kills} kills of the recorder: {found:?}"));
    assert_eq!((found.torn, found.lost), (0, 0), "{found:?}");
    // It was not looked at nothing.
    assert!(found.received > 0 && found.recovered > 0, "{found:?}");
}

/// Kills a control until it is found out; false if it never is.
fn until(which: Which, is_found_out: impl Fn(&Found) -> bool) -> bool {
    (0..ROUNDS_OF_CONTROLS).any(|round| {
        let found = kill(which, round * KILLS_OF_CONTROLS, KILLS_OF_CONTROLS);
        tell(&format!("{KILLS_OF_CONTROLS} kills of a control: {found:?}"));
        is_found_out(&found)
    })
}

#[test]
fn the_same_kills_find_what_is_answered_before_it_is_in_the_journal() {
    assert!(until(Which::WithLateJournal, |found| found.lost > 0));
}

#[test]
fn the_same_kills_tear_a_cassette_that_is_truncated_and_written() {
    assert!(until(Which::InPlace, |found| found.torn > 0));
}

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
    let recorder = record::Recorder::start(Listener::bind(Listen::default()).await.unwrap(), options).unwrap();
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
