use super::faulty::{EACCES, EFBIG, EIO, ENOSPC, EROFS, Fault, Faulty, When};
use super::names;
use retake::store::{commit, commit_with};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const OLD: &str = "what it was\n";
const NEW: &str = "what it shall be, which is longer\n";

/// A folder with a file to be replaced, or without.
fn folder(with_old: bool) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.cassette.yaml");
    if with_old {
        fs::write(&path, OLD).unwrap();
    }
    (folder, path)
}

/// How many calls a commit makes when nothing goes wrong.
fn calls(with_old: bool) -> usize {
    let (_folder, path) = folder(with_old);
    let files = Faulty::default();
    commit_with(&files, &path, NEW.as_bytes()).unwrap();
    files.calls().len()
}

fn content(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()
}

#[test]
fn writes_syncs_renames_and_syncs_the_folder_in_this_order() {
    let (_folder, path) = folder(true);
    let files = Faulty::default();

    commit_with(&files, &path, NEW.as_bytes()).unwrap();

    let changing: Vec<String> = files.calls().into_iter().filter(|call| !call.starts_with("kind")).collect();
    assert_eq!(
        changing,
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
    assert_eq!(content(&path).as_deref(), Some(NEW));
}

#[test]
fn makes_each_missing_folder_known_to_the_disk_before_the_next() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("cassettes/service/a.cassette.yaml");
    let files = Faulty::default();

    commit_with(&files, &path, NEW.as_bytes()).unwrap();

    let changing: Vec<String> = files.calls().into_iter().filter(|call| !call.starts_with("kind")).collect();
    assert_eq!(changing[..4], ["create-folder cassettes", "sync-folder ", "create-folder service", "sync-folder "]);
    assert_eq!(names(path.parent().unwrap()), ["a.cassette.yaml"]);
}

#[test]
fn an_error_at_any_call_leaves_the_old_file_and_nothing_else() {
    for with_old in [true, false] {
        for call in 0..calls(with_old) {
            for number in [EIO, ENOSPC, EFBIG, EROFS] {
                let (folder, path) = folder(with_old);
                let files = Faulty::planned(When::At(call), Fault::Error(number));

                let result = commit_with(&files, &path, NEW.as_bytes());

                let what = format!("old {with_old}, error {number} at {:?}", files.calls()[call]);
                let removes_old = with_old && call + 1 == calls(true);
                assert_eq!(result.is_ok(), removes_old, "{what}: {result:?}");
                let expected = if removes_old { Some(NEW) } else { with_old.then_some(OLD) };
                assert_eq!(content(&path).as_deref(), expected, "{what}");
                let left: &[&str] = if expected.is_some() { &["a.cassette.yaml"] } else { &[] };
                assert_eq!(names(folder.path()), left, "{what}");
                if let Err(error) = result {
                    assert_eq!(error.location.file, Some(path.display().to_string()), "{what}");
                }
            }
        }
    }
}

#[test]
fn a_disk_that_is_gone_from_any_call_on_leaves_a_whole_file() {
    for with_old in [true, false] {
        for call in 0..calls(with_old) {
            let (folder, path) = folder(with_old);
            let files = Faulty::planned(When::From(call), Fault::Error(EIO));

            let result = commit_with(&files, &path, NEW.as_bytes());

            let found = content(&path);
            let what = format!("old {with_old}, from {:?}: {result:?}", files.calls()[call]);
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
        for call in 0..calls(true) {
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
    let files = Faulty::default();
    commit_with(&files, &path, OLD.as_bytes()).unwrap();
    let link = files.calls().iter().position(|call| call.starts_with("link")).unwrap();
    files.plan(When::At(link), Fault::Error(EACCES));

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

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone_and_never_written_through_a_link() {
    use std::os::unix::fs::{MetadataExt, symlink};
    let (folder, path) = folder(false);
    let elsewhere = folder.path().join("elsewhere");
    fs::write(&elsewhere, OLD).unwrap();
    symlink(&elsewhere, &path).unwrap();

    commit(&path, NEW.as_bytes()).unwrap();

    assert_eq!(content(&elsewhere).as_deref(), Some(OLD));
    assert_eq!(fs::symlink_metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert_eq!(content(&path).as_deref(), Some(NEW));
}

#[test]
fn says_what_to_do_when_the_disk_is_full() {
    let (_folder, path) = folder(true);
    let files = Faulty::default();
    commit_with(&files, &path, OLD.as_bytes()).unwrap();
    let write = files.calls().iter().position(|call| call == "write").unwrap();
    files.plan(When::At(write), Fault::Error(ENOSPC));

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
