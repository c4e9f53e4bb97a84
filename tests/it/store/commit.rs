//! A commit leaves the old file or the new one, whatever happens at whichever of its calls; and the same faults break
//! what commits in another way.

use super::faulty::{EACCES, EFBIG, EINTR, EIO, ENOSPC, EROFS, Fault, Faulty, When};
use super::names;
use retake::diagnostic::{Diagnostic, Location};
use retake::store::{Files, Handle, commit, commit_with, sweep};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const OLD: &str = "what it was\n";
const NEW: &str = "what it shall be, which is longer\n";

/// A way to commit.
type Commit = fn(&dyn Files, &Path, &[u8]) -> Result<(), Diagnostic>;

/// A folder with a file to be replaced, or without.
fn folder(with_old: bool) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.cassette.yaml");
    if with_old {
        fs::write(&path, OLD).unwrap();
    }
    (folder, path)
}

/// The calls that a commit makes when nothing goes wrong.
fn calls(commit: Commit, with_old: bool) -> Vec<String> {
    let (_folder, path) = folder(with_old);
    let files = Faulty::default();
    commit(&files, &path, NEW.as_bytes()).unwrap();
    files.calls()
}

/// The calls that change something, or wait for it.
fn changing(calls: Vec<String>) -> Vec<String> {
    calls.into_iter().filter(|call| !call.starts_with("kind") && !call.starts_with("pin")).collect()
}

fn content(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// Commits that are wrong in one way each: what a test of commits must find out.
mod wrong {
    use super::*;

    /// Writes in place.
    pub(super) fn in_place(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
        let write = || -> io::Result<()> {
            let mut handle = files.open(path)?;
            handle.truncate()?;
            write_all(&mut *handle, bytes)?;
            handle.sync()?;
            files.sync_folder(path.parent().unwrap())
        };
        write().map_err(|error| told(path, &error))
    }

    /// Leaves its temporary file where a call fails.
    pub(super) fn untidy(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
        steps(files, path, bytes, &["write", "sync", "rename", "sync-folder"])
    }

    /// Removes its temporary file where a call fails, and undoes nothing: the last step is too late for that.
    pub(super) fn without_way_back(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
        untidy(files, path, bytes).inspect_err(|_| {
            let fresh = fresh(path);
            let _ = files.remove(&fresh).or_else(|_| files.remove(&fresh));
        })
    }

    pub(super) fn without_sync(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
        steps(files, path, bytes, &["write", "rename", "sync-folder"])
    }

    pub(super) fn renames_before_sync(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
        steps(files, path, bytes, &["write", "rename", "sync", "sync-folder"])
    }

    pub(super) fn without_sync_of_the_folder(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
        steps(files, path, bytes, &["write", "sync", "rename"])
    }

    pub(super) fn syncs_the_folder_before_the_rename(
        files: &dyn Files,
        path: &Path,
        bytes: &[u8],
    ) -> Result<(), Diagnostic> {
        steps(files, path, bytes, &["write", "sync", "sync-folder", "rename"])
    }

    /// Takes a second fsync, which succeeds though the bytes are lost, for the first.
    pub(super) fn syncs_again(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
        steps(files, path, bytes, &["write", "sync or again", "rename", "sync-folder"])
    }

    fn fresh(path: &Path) -> PathBuf {
        path.with_file_name(".fresh")
    }

    fn steps(files: &dyn Files, path: &Path, bytes: &[u8], steps: &[&str]) -> Result<(), Diagnostic> {
        let run = || -> io::Result<()> {
            let fresh = fresh(path);
            let mut handle = files.create_new(&fresh)?;
            for step in steps {
                match *step {
                    "write" => write_all(&mut *handle, bytes)?,
                    "sync" => handle.sync()?,
                    "sync or again" => handle.sync().or_else(|_| handle.sync())?,
                    "rename" => files.rename(&fresh, path)?,
                    _ => files.sync_folder(path.parent().unwrap())?,
                }
            }
            Ok(())
        };
        run().map_err(|error| told(path, &error))
    }

    fn write_all(handle: &mut dyn Handle, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match handle.write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn told(path: &Path, error: &io::Error) -> Diagnostic {
        Diagnostic::new(error.to_string()).at(Location::file(path.display().to_string()))
    }
}

/// Where an error at one call does not leave the old file, alone, with an error that names it; all errors, all calls.
fn broken_by_an_error(commit: Commit) -> Vec<String> {
    let mut broken = Vec::new();
    for with_old in [true, false] {
        for (call, name) in calls(commit, with_old).into_iter().enumerate() {
            for number in [EIO, ENOSPC, EFBIG, EROFS, EINTR] {
                let (folder, path) = folder(with_old);
                let files = Faulty::planned(When::At(call), Fault::Error(number));

                let result = commit(&files, &path, NEW.as_bytes());

                // An interrupted write is made again; that the old file's second name stays for a moment costs nothing.
                let is_harmless = (number == EINTR && name == "write") || name.starts_with("remove");
                let expected = if is_harmless { Some(NEW) } else { with_old.then_some(OLD) };
                let left: &[&str] = if expected.is_some() { &["a.cassette.yaml"] } else { &[] };
                let file = result.as_ref().err().and_then(|error| error.location.file.clone());
                let is_told =
                    result.is_ok() == is_harmless && file == (!is_harmless).then(|| path.display().to_string());
                if content(&path).as_deref() != expected || names(folder.path()) != left || !is_told {
                    broken.push(format!("old {with_old}, error {number} at {name:?}: {result:?}"));
                }
            }
        }
    }
    broken
}

/// Where a kill at one call, or in the middle of a write, leaves a file that is neither the old nor the new one.
fn torn_by_a_kill(commit: Commit) -> Vec<String> {
    let mut torn = Vec::new();
    for with_old in [true, false] {
        for (call, name) in calls(commit, with_old).into_iter().enumerate() {
            let (_folder, path) = folder(with_old);
            let files = Faulty::planned(When::From(call), Fault::Killed);

            let _ = commit(&files, &path, NEW.as_bytes());

            let found = content(&path);
            if found.as_deref() != Some(NEW) && found.as_deref() != with_old.then_some(OLD) {
                torn.push(format!("old {with_old}, at {name:?}: {found:?}"));
            }
        }
    }
    torn
}

/// Whether the calls are: all writes, fsync, rename, fsync of the folder.
fn is_in_order(commit: Commit) -> bool {
    let calls = calls(commit, true);
    let places = |name: &str| -> Vec<usize> {
        calls.iter().enumerate().filter(|(_, call)| call.split(' ').next() == Some(name)).map(|(at, _)| at).collect()
    };
    let [writes, syncs, renames, folders] = ["write", "sync", "rename", "sync-folder"].map(places);
    let one_of_each = [&syncs, &renames, &folders].iter().all(|places| places.len() == 1);
    one_of_each
        && writes.last().is_some_and(|write| *write < syncs[0])
        && syncs[0] < renames[0]
        && renames[0] < folders[0]
}

/// Whether a commit gives up at a failed fsync: the kernel may have dropped the bytes, and a second call would not say
/// so.
fn gives_up_at_a_failed_sync(commit: Commit) -> bool {
    let sync = calls(commit, true).iter().position(|call| call == "sync").unwrap();
    let (_folder, path) = folder(true);
    let files = Faulty::planned(When::At(sync), Fault::Error(EIO));

    let result = commit(&files, &path, NEW.as_bytes());

    let after = &files.calls()[sync + 1..];
    let goes_on = after.iter().any(|call| call == "sync" || call == "write" || call.starts_with("rename"));
    result.is_err() && !goes_on
}

#[test]
fn writes_syncs_renames_and_syncs_the_folder_in_this_order() {
    assert_eq!(
        changing(calls(commit_with, true)),
        [
            "create-new .a.cassette.yaml.PID-0.new",
            "write",
            "sync",
            "link .a.cassette.yaml.PID-0.old",
            "rename a.cassette.yaml",
            "sync-folder ",
            "remove .a.cassette.yaml.PID-0.old",
        ]
    );
    assert!(is_in_order(commit_with));
}

#[test]
fn another_order_is_found_out() {
    let others: [(&str, Commit); 5] = [
        ("in place", wrong::in_place),
        ("without fsync", wrong::without_sync),
        ("rename before fsync", wrong::renames_before_sync),
        ("without fsync of the folder", wrong::without_sync_of_the_folder),
        ("fsync of the folder before the rename", wrong::syncs_the_folder_before_the_rename),
    ];
    for (what, commit) in others {
        assert!(!is_in_order(commit), "{what}");
    }
    assert!(is_in_order(wrong::untidy));
}

#[test]
fn a_failed_fsync_is_final() {
    assert!(gives_up_at_a_failed_sync(commit_with));
}

#[test]
fn a_second_fsync_after_a_failed_one_is_found_out() {
    assert!(!gives_up_at_a_failed_sync(wrong::syncs_again));
}

#[test]
fn makes_each_missing_folder_known_to_the_disk_before_the_next() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("cassettes/service/a.cassette.yaml");
    let files = Faulty::default();

    commit_with(&files, &path, NEW.as_bytes()).unwrap();

    let changing = changing(files.calls());
    assert_eq!(changing[..4], ["create-folder cassettes", "sync-folder ", "create-folder service", "sync-folder "]);
    assert_eq!(names(path.parent().unwrap()), ["a.cassette.yaml"]);
}

#[test]
fn an_error_at_any_call_leaves_the_old_file_and_nothing_else() {
    assert_eq!(broken_by_an_error(commit_with), [""; 0]);
}

#[test]
fn the_same_errors_break_commits_of_another_kind() {
    let broken = |commit, at: &str| broken_by_an_error(commit).iter().any(|broken| broken.contains(at));

    assert!(broken(wrong::in_place, "at \"write\""), "the old file is gone");
    assert!(broken(wrong::untidy, "at \"sync\""), "a temporary file is left");
    assert!(broken(wrong::without_way_back, "at \"sync-folder \""), "the old file is gone");
    assert!(!broken(wrong::without_way_back, "at \"rename"), "up to there it is right");
}

#[test]
fn a_kill_at_any_call_or_within_a_write_leaves_the_old_file_or_the_new_one() {
    assert_eq!(torn_by_a_kill(commit_with), [""; 0]);
}

#[test]
fn the_same_kills_tear_a_file_that_is_written_in_place() {
    let torn = torn_by_a_kill(wrong::in_place);

    assert!(torn.iter().any(|torn| torn.contains("at \"write\"")), "{torn:?}");
}

#[test]
fn a_disk_that_is_gone_from_any_call_on_leaves_a_whole_file() {
    for with_old in [true, false] {
        for (call, name) in calls(commit_with, with_old).into_iter().enumerate() {
            let (folder, path) = folder(with_old);
            let files = Faulty::planned(When::From(call), Fault::Error(EIO));

            let result = commit_with(&files, &path, NEW.as_bytes());

            let found = content(&path);
            let what = format!("old {with_old}, from {name:?}: {result:?}");
            assert!(found.is_none() || found.as_deref() == Some(OLD) || found.as_deref() == Some(NEW), "{what}");
            let failure = result.err().filter(|_| with_old && found.as_deref() != Some(OLD));
            if let Some(failure) = failure {
                let kept = names(folder.path()).into_iter().find(|name| name.ends_with(".old")).unwrap();
                assert_eq!(content(&folder.path().join(&kept)).as_deref(), Some(OLD), "{what}");
                assert!(failure.help.unwrap().contains(&kept), "{what}");
            } else if with_old {
                assert!(found.is_some(), "{what}");
            }
        }
    }
}

#[test]
fn goes_on_after_short_and_interrupted_writes() {
    for fault in [Fault::ShortWrite, Fault::Interrupted] {
        for call in 0..calls(commit_with, true).len() {
            let (folder, path) = folder(true);
            let files = Faulty::planned(When::At(call), fault);

            commit_with(&files, &path, NEW.as_bytes()).unwrap();

            assert_eq!(content(&path).as_deref(), Some(NEW), "{fault:?} at {call}");
            assert_eq!(names(folder.path()), ["a.cassette.yaml"]);
        }
    }
}

#[test]
fn replaces_also_where_a_file_can_have_one_name_only() {
    let (folder, path) = folder(true);
    let link = calls(commit_with, true).iter().position(|call| call.starts_with("link")).unwrap();
    let files = Faulty::planned(When::At(link), Fault::Error(EACCES));

    commit_with(&files, &path, NEW.as_bytes()).unwrap();

    assert_eq!(content(&path).as_deref(), Some(NEW));
    assert_eq!(names(folder.path()), ["a.cassette.yaml"]);
}

#[test]
fn passes_over_what_a_killed_commit_left() {
    let (folder, path) = folder(true);
    let left = folder.path().join(format!(".a.cassette.yaml.{}-0.new", std::process::id()));
    fs::write(&left, "torn").unwrap();

    commit(&path, NEW.as_bytes()).unwrap();

    assert_eq!(content(&path).as_deref(), Some(NEW));
    assert_eq!(content(&left).as_deref(), Some("torn"));
}

#[test]
fn sweeps_what_killed_commits_of_this_file_left_and_nothing_else() {
    let (folder, path) = folder(true);
    let ours = std::process::id();
    let dead = {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        child.id()
    };
    let swept = [
        format!(".a.cassette.yaml.{ours}-0.new"),
        format!(".a.cassette.yaml.{dead}-7.new"),
        format!(".a.cassette.yaml.{dead}-0.old"),
    ];
    let kept = [
        // The first process lives as long as the machine.
        ".a.cassette.yaml.1-0.new".to_owned(),
        format!(".b.cassette.yaml.{dead}-0.new"),
        format!(".a.cassette.yaml.{dead}-x.new"),
        format!(".a.cassette.yaml.{dead}-0.bak"),
        ".a.cassette.yaml.new".to_owned(),
        "a.cassette.yaml.new".to_owned(),
    ];
    for name in swept.iter().chain(&kept) {
        fs::write(folder.path().join(name), "").unwrap();
    }

    sweep(&retake::store::Disk, &path);

    let mut expected: Vec<String> = kept.into_iter().chain(["a.cassette.yaml".to_owned()]).collect();
    expected.sort();
    let mut found = names(folder.path());
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn says_what_to_do_when_the_disk_is_full() {
    let (_folder, path) = folder(true);
    let write = calls(commit_with, true).iter().position(|call| call == "write").unwrap();
    let files = Faulty::planned(When::At(write), Fault::Error(ENOSPC));

    let error = commit_with(&files, &path, NEW.as_bytes()).unwrap_err();

    assert_eq!(error.what, "cannot write the file");
    assert_eq!(error.help.as_deref(), Some("make room on the disk and run again"));
}

#[cfg(unix)]
#[test]
fn puts_no_file_in_the_place_of_a_folder_or_a_device() {
    let folder = TempDir::new().unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("/dev/null", &link).unwrap();

    for path in [folder.path(), &link] {
        let error = commit(path, NEW.as_bytes()).unwrap_err();

        assert_eq!(error.help.as_deref(), Some("name a regular file"));
    }
    assert_eq!(names(folder.path()), ["link"]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}
