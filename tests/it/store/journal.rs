use super::faulty::{EIO, ENOSPC, Fault, Faulty, When};
use retake::cassette::{Beginning, entry};
use retake::diagnostic::Diagnostic;
use retake::message::{Exchange, Origin, Redacted};
use retake::spec::Specs;
use retake::store::{Disk, Files, Handle, Journal, Kind, Torn, left_journals};
use std::fs;
use std::io::{self, Write};
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

fn beginning() -> Beginning {
    Beginning::new(&Specs::default(), Origin::Simulated, "us-east-1", 1_795_458_553, &[])
}

fn create(files: impl Files + 'static, folder: &TempDir) -> Result<Journal, Diagnostic> {
    Journal::create(Arc::new(files), &cassette(folder), &beginning())
}

fn calls(exchanges: &[Redacted<Exchange>]) -> Vec<&str> {
    exchanges.iter().map(|exchange| exchange.link.call.as_deref().unwrap()).collect()
}

#[test]
fn gives_back_what_was_appended_and_ends_without_a_trace() {
    let folder = TempDir::new().unwrap();
    let mut running = create(Disk, &folder).unwrap();
    for call in ["1", "2", "3"] {
        running.append(&exchange(call), "policy 1").unwrap();
    }

    let left = running.read_back().unwrap();

    assert_eq!(left.exchanges, ["1", "2", "3"].map(exchange));
    assert_eq!(left.torn, None);
    running.remove().unwrap();
    assert!(super::names(folder.path()).is_empty());
}

#[test]
fn a_record_is_one_call() {
    let folder = TempDir::new().unwrap();
    let files = Faulty::default();
    let mut running = create(files.clone(), &folder).unwrap();
    let before = files.calls().len();

    running.append(&exchange("1"), "policy 1").unwrap();

    assert_eq!(files.calls()[before..], ["write"]);
}

#[test]
fn stops_at_a_torn_record_wherever_it_is_torn() {
    let folder = TempDir::new().unwrap();
    let mut running = create(Disk, &folder).unwrap();
    let mut ends = vec![fs::metadata(journal(&folder)).unwrap().len()];
    for call in ["1", "2"] {
        running.append(&exchange(call), "policy 1").unwrap();
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
        let torn = Torn { at: last_whole, length: cut as u64 - last_whole, is_cut_short: true };
        assert_eq!(left.torn, (torn.length > 0).then_some(torn), "cut at {cut}");
    }
}

#[test]
fn takes_no_damaged_record_for_a_whole_one() {
    let folder = TempDir::new().unwrap();
    let mut running = create(Disk, &folder).unwrap();
    let begin = usize::try_from(fs::metadata(journal(&folder)).unwrap().len()).unwrap();
    running.append(&exchange("1"), "policy 1").unwrap();
    let whole = fs::read(journal(&folder)).unwrap();
    let damaged = folder.path().join("damaged");

    for at in begin..whole.len() {
        for bit in [1, 0x80] {
            let mut bytes = whole.clone();
            bytes[at] ^= bit;
            fs::write(&damaged, bytes).unwrap();

            let left = Journal::read(&Disk, &damaged).unwrap();

            assert!(left.exchanges.is_empty(), "bit {bit} of byte {at}");
            assert_eq!(left.torn.map(|torn| torn.at), Some(begin as u64));
        }
    }
}

#[test]
fn after_a_failed_append_every_further_one_fails_and_the_earlier_ones_stand() {
    for fault in [Fault::Error(ENOSPC), Fault::Error(EIO)] {
        let folder = TempDir::new().unwrap();
        let files = Faulty::default();
        let mut running = create(files.clone(), &folder).unwrap();
        running.append(&exchange("1"), "policy 1").unwrap();
        files.plan(When::At(0), fault);

        let first = running.append(&exchange("2"), "policy 1").unwrap_err();
        let second = running.append(&exchange("3"), "policy 1").unwrap_err();

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
        let mut running = create(files.clone(), &folder).unwrap();
        files.plan(When::At(0), fault);

        running.append(&exchange("1"), "policy 1").unwrap();

        assert_eq!(running.read_back().unwrap().exchanges, [exchange("1")]);
    }
}

#[test]
fn an_error_at_any_call_of_its_beginning_leaves_no_journal() {
    let folder = TempDir::new().unwrap();
    let files = Faulty::default();
    drop(create(files.clone(), &folder).unwrap());

    for call in 0..files.calls().len() {
        let folder = TempDir::new().unwrap();
        let files = Faulty::planned(When::At(call), Fault::Error(EIO));

        let result = create(files.clone(), &folder);

        assert!(result.is_err(), "{:?}", files.calls());
        assert!(!journal(&folder).exists(), "{:?}", files.calls());
    }
}

#[test]
fn sets_the_journal_of_a_broken_recording_aside() {
    let folder = TempDir::new().unwrap();
    for call in ["1", "2"] {
        let mut broken = create(Disk, &folder).unwrap();
        broken.append(&exchange(call), "policy 1").unwrap();
    }

    let running = create(Disk, &folder).unwrap();

    let aside = |number: u32| folder.path().join(format!(".retake/a.journal-{number}"));
    assert_eq!(running.left(), Some(&*aside(2)));
    assert_eq!(calls(&Journal::read(&Disk, &aside(1)).unwrap().exchanges), ["call-1"]);
    assert_eq!(calls(&Journal::read(&Disk, &aside(2)).unwrap().exchanges), ["call-2"]);
    assert!(running.read_back().unwrap().exchanges.is_empty());
}

#[test]
fn overwrites_a_journal_that_holds_nothing() {
    let folder = TempDir::new().unwrap();
    drop(create(Disk, &folder).unwrap());

    let running = create(Disk, &folder).unwrap();

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

#[test]
fn a_journal_of_another_version_says_which_and_what_to_do() {
    let error = Journal::parse("a.journal", b"retake journal 1\n\x05\0\0\0").unwrap_err();

    assert_eq!(error.location.file.as_deref(), Some("a.journal"));
    assert_eq!((error.expected.as_deref(), error.found.as_deref()), (Some("version 2"), Some("version 1")));
    assert_eq!(error.help.as_deref(), Some("recover it with the retake that wrote it"));
}

#[test]
fn tells_what_is_cut_short_from_what_was_damaged() {
    let folder = TempDir::new().unwrap();
    let mut running = create(Disk, &folder).unwrap();
    for call in ["1", "2", "3"] {
        running.append(&exchange(call), "policy 1").unwrap();
    }
    let whole = fs::read(journal(&folder)).unwrap();
    let mut damaged = whole.clone();
    let length = damaged.len();
    damaged[length - 2] ^= 1;

    let cut_short = Journal::parse("x", &whole[..length - 2]).unwrap();
    let damaged = Journal::parse("x", &damaged).unwrap();
    // What a file system gives that lost what was written last.
    let zeros = Journal::parse("x", &[&whole[..], &[0; 4096]].concat()).unwrap();

    assert_eq!((cut_short.exchanges.len(), cut_short.torn.unwrap().is_cut_short), (2, true));
    assert_eq!((damaged.exchanges.len(), damaged.torn.unwrap().is_cut_short), (2, false));
    assert_eq!(zeros.exchanges.len(), 3);
    assert_eq!(zeros.torn, Some(Torn { at: length as u64, length: 4096, is_cut_short: false }));
}

#[test]
fn keeps_by_what_the_recording_is_made_and_what_redaction_did() {
    let folder = TempDir::new().unwrap();
    let mut running = create(Disk, &folder).unwrap();
    running.append(&exchange("1"), "policy 1; time 1").unwrap();
    running.append(&exchange("2"), "policy 1; time 2\nand more").unwrap();

    let left = running.read_back().unwrap();

    assert_eq!(left.beginning, Some(beginning()));
    assert_eq!(left.summary, "policy 1; time 2 and more");
}

#[test]
fn misses_what_was_taken_out_of_the_journal_meanwhile() {
    let folder = TempDir::new().unwrap();
    let mut running = create(Disk, &folder).unwrap();
    running.append(&exchange("1"), "policy 1").unwrap();
    let one = fs::read(journal(&folder)).unwrap();
    running.append(&exchange("2"), "policy 1").unwrap();
    let both = fs::read(journal(&folder)).unwrap();
    running.read_back().unwrap();

    // A whole record less, half a record less, a damaged byte.
    let damaged: Vec<u8> = both.iter().enumerate().map(|(at, byte)| byte ^ u8::from(at + 1 == both.len())).collect();
    for bytes in [&one[..], &both[..both.len() - 1], &damaged] {
        fs::write(journal(&folder), bytes).unwrap();

        let error = running.read_back().unwrap_err();

        assert_eq!(error.what, "the journal does not hold what was written to it");
        assert_eq!((error.expected.as_deref(), error.found.as_deref()), (Some("2 whole exchanges"), Some("1 of them")));
    }
}

#[test]
fn finds_what_was_left_of_one_cassette_the_latest_first() {
    let folder = TempDir::new().unwrap();
    assert_eq!(left_journals(&Disk, &cassette(&folder)).unwrap(), Vec::<PathBuf>::new());
    assert!(super::names(folder.path()).is_empty());
    for call in ["1", "2", "3"] {
        let mut broken = create(Disk, &folder).unwrap();
        broken.append(&exchange(call), "policy 1").unwrap();
    }
    for other in ["b.journal", "a.journal-x", "a.journal-1.bak", "a.journals", "a.b.journal"] {
        fs::write(folder.path().join(".retake").join(other), "").unwrap();
    }

    let found = left_journals(&Disk, &cassette(&folder)).unwrap();

    let expected = ["a.journal", "a.journal-2", "a.journal-1"].map(|name| folder.path().join(".retake").join(name));
    assert_eq!(found, expected);
}

#[cfg(unix)]
#[test]
fn its_files_are_their_owners_alone() {
    use std::os::unix::fs::MetadataExt;
    let folder = TempDir::new().unwrap();

    let _running = create(Disk, &folder).unwrap();

    for name in ["a.journal", ".gitignore"] {
        let mode = fs::metadata(folder.path().join(".retake").join(name)).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn mends_the_mark_for_git_that_a_killed_recorder_left_empty() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join(".retake")).unwrap();
    fs::write(folder.path().join(".retake/.gitignore"), "").unwrap();

    let _running = create(Disk, &folder).unwrap();

    assert_eq!(fs::read_to_string(folder.path().join(".retake/.gitignore")).unwrap(), "*\n");
}

/// A disk on which every new file is the device that is always full.
struct FullDisk;

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_really_full_is_told_with_what_to_do() {
    let folder = TempDir::new().unwrap();
    let error = create(FullDisk, &folder).err().unwrap();

    assert_eq!(error.help.as_deref(), Some("make room on the disk and run again"));
    assert_eq!(error.location.file, Some(journal(&folder).display().to_string()));
}

impl Files for FullDisk {
    fn pin(&self, folder: &Path) -> io::Result<Arc<dyn Files>> {
        Disk.pin(folder)
    }

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
        Ok(Box::new(Full(fs::OpenOptions::new().write(true).open("/dev/full")?)))
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

/// The device that is always full.
struct Full(fs::File);

impl Handle for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
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
