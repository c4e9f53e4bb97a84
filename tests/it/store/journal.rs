use super::faulty::{EIO, ENOSPC, Fault, Faulty, When};
use retake::cassette::entry;
use retake::message::{Exchange, Redacted};
use retake::store::{Disk, Files, Handle, Journal, Kind};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// An exchange as redaction hands it over; only redaction and the reader may make one.
fn exchange(call: &str) -> Redacted<Exchange> {
    let head = format!(
        "  - id: \"\"\n    request:\n      method: POST\n      path: /a\n    response:\n      status: 200\n      body:\n        bytes: 3\n    link:\n      call: call-{call}\n"
    );
    entry::read("test", format!("{}\n{head}abc", head.len()).as_bytes()).unwrap()
}

fn cassette(folder: &TempDir) -> PathBuf {
    folder.path().join("a.cassette.yaml")
}

fn journal(folder: &TempDir) -> PathBuf {
    folder.path().join(".retake/a.journal")
}

fn calls(exchanges: &[Redacted<Exchange>]) -> Vec<&str> {
    exchanges.iter().map(|exchange| exchange.link.call.as_deref().unwrap()).collect()
}

#[test]
fn gives_back_what_was_appended_and_ends_without_a_trace() {
    let folder = TempDir::new().unwrap();
    let mut running = Journal::create(Arc::new(Disk), &cassette(&folder)).unwrap();
    for call in ["1", "2", "3"] {
        running.append(&exchange(call)).unwrap();
    }

    let left = running.read_back().unwrap();

    assert_eq!(left.exchanges, ["1", "2", "3"].map(exchange));
    assert_eq!(left.torn_at, None);
    running.remove().unwrap();
    assert!(super::names(folder.path()).is_empty());
}

#[test]
fn a_record_is_one_call() {
    let folder = TempDir::new().unwrap();
    let files = Faulty::default();
    let mut running = Journal::create(Arc::new(files.clone()), &cassette(&folder)).unwrap();
    let before = files.calls().len();

    running.append(&exchange("1")).unwrap();

    assert_eq!(files.calls()[before..], ["write"]);
}

#[test]
fn stops_at_a_torn_record_wherever_it_is_torn() {
    let folder = TempDir::new().unwrap();
    let mut running = Journal::create(Arc::new(Disk), &cassette(&folder)).unwrap();
    let mut ends = vec![fs::metadata(journal(&folder)).unwrap().len()];
    for call in ["1", "2"] {
        running.append(&exchange(call)).unwrap();
        ends.push(fs::metadata(journal(&folder)).unwrap().len());
    }
    let whole = fs::read(journal(&folder)).unwrap();
    let torn = folder.path().join("torn");

    for cut in usize::try_from(ends[0]).unwrap()..=whole.len() {
        fs::write(&torn, &whole[..cut]).unwrap();

        let left = Journal::read(&Disk, &torn).unwrap();

        let complete = ends.iter().filter(|end| **end <= cut as u64).count() - 1;
        assert_eq!(calls(&left.exchanges), ["call-1", "call-2"][..complete], "cut at {cut}");
        let last_whole = ends[complete];
        assert_eq!(left.torn_at, (last_whole < cut as u64).then_some(last_whole), "cut at {cut}");
    }
}

#[test]
fn takes_no_damaged_record_for_a_whole_one() {
    let folder = TempDir::new().unwrap();
    let mut running = Journal::create(Arc::new(Disk), &cassette(&folder)).unwrap();
    let begin = usize::try_from(fs::metadata(journal(&folder)).unwrap().len()).unwrap();
    running.append(&exchange("1")).unwrap();
    let whole = fs::read(journal(&folder)).unwrap();
    let damaged = folder.path().join("damaged");

    for at in begin..whole.len() {
        for bit in [1, 0x80] {
            let mut bytes = whole.clone();
            bytes[at] ^= bit;
            fs::write(&damaged, bytes).unwrap();

            let left = Journal::read(&Disk, &damaged).unwrap();

            assert!(left.exchanges.is_empty(), "bit {bit} of byte {at}");
            assert_eq!(left.torn_at, Some(begin as u64));
        }
    }
}

#[test]
fn after_a_failed_append_every_further_one_fails_and_the_earlier_ones_stand() {
    for fault in [Fault::Error(ENOSPC), Fault::Error(EIO)] {
        let folder = TempDir::new().unwrap();
        let files = Faulty::default();
        let mut running = Journal::create(Arc::new(files.clone()), &cassette(&folder)).unwrap();
        running.append(&exchange("1")).unwrap();
        files.plan(When::At(0), fault);

        let first = running.append(&exchange("2")).unwrap_err();
        let second = running.append(&exchange("3")).unwrap_err();

        assert_eq!(first.what, "cannot write the journal of the recording");
        assert_eq!(second, first);
        assert_eq!(calls(&running.read_back().unwrap().exchanges), ["call-1"]);
    }
}

#[test]
fn goes_on_after_short_and_interrupted_writes() {
    for fault in [Fault::ShortWrite, Fault::Interrupted] {
        let folder = TempDir::new().unwrap();
        let files = Faulty::default();
        let mut running = Journal::create(Arc::new(files.clone()), &cassette(&folder)).unwrap();
        files.plan(When::At(0), fault);

        running.append(&exchange("1")).unwrap();

        assert_eq!(running.read_back().unwrap().exchanges, [exchange("1")]);
    }
}

#[test]
fn an_error_at_any_call_of_its_beginning_leaves_no_journal() {
    let folder = TempDir::new().unwrap();
    let files = Faulty::default();
    drop(Journal::create(Arc::new(files.clone()), &cassette(&folder)).unwrap());

    for call in 0..files.calls().len() {
        let folder = TempDir::new().unwrap();
        let files = Faulty::planned(When::At(call), Fault::Error(EIO));

        let result = Journal::create(Arc::new(files.clone()), &cassette(&folder));

        assert!(result.is_err(), "{:?}", files.calls());
        assert!(!journal(&folder).exists(), "{:?}", files.calls());
    }
}

#[test]
fn sets_the_journal_of_a_broken_recording_aside() {
    let folder = TempDir::new().unwrap();
    for call in ["1", "2"] {
        let mut broken = Journal::create(Arc::new(Disk), &cassette(&folder)).unwrap();
        broken.append(&exchange(call)).unwrap();
    }

    let running = Journal::create(Arc::new(Disk), &cassette(&folder)).unwrap();

    let aside = |number: u32| folder.path().join(format!(".retake/a.journal-{number}"));
    assert_eq!(running.left(), Some(&*aside(2)));
    assert_eq!(calls(&Journal::read(&Disk, &aside(1)).unwrap().exchanges), ["call-1"]);
    assert_eq!(calls(&Journal::read(&Disk, &aside(2)).unwrap().exchanges), ["call-2"]);
    assert!(running.read_back().unwrap().exchanges.is_empty());
}

#[test]
fn overwrites_a_journal_that_holds_nothing() {
    let folder = TempDir::new().unwrap();
    drop(Journal::create(Arc::new(Disk), &cassette(&folder)).unwrap());

    let running = Journal::create(Arc::new(Disk), &cassette(&folder)).unwrap();

    assert_eq!(running.left(), None);
    assert_eq!(super::names(&folder.path().join(".retake")), [".gitignore", "a.journal"]);
}

#[test]
fn a_file_that_is_no_journal_is_an_error() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x");
    fs::write(&path, "cassette: 1\n").unwrap();

    let error = Journal::read(&Disk, &path).unwrap_err();

    assert_eq!(error.what, "this is no journal of a recording");
}

/// A disk on which every new file is the device that is always full.
struct FullDisk;

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_really_full_is_told_with_what_to_do() {
    let folder = TempDir::new().unwrap();
    let error = Journal::create(Arc::new(FullDisk), &cassette(&folder)).err().unwrap();

    assert_eq!(error.help.as_deref(), Some("make room on the disk and run again"));
    assert_eq!(error.location.file, Some(journal(&folder).display().to_string()));
}

impl Files for FullDisk {
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
        if path.ends_with(".gitignore") {
            return Disk.create_new(path);
        }
        Disk.open(Path::new("/dev/full"))
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
