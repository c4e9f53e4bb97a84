//! Links that somebody put where a recording writes: none is followed. Each control does the same without the defence,
//! and is led astray.

use super::names;
use retake::store::{Disk, Files, Lock, commit, pin_folder_of};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

const MINE: &str = "what must not be touched\n";
const NEW: &str = "what is committed\n";
const NOW: &str = "2026-11-23T18:04:05Z";

/// A folder to record into, and a file elsewhere that links lead to.
fn folders() -> (TempDir, PathBuf, PathBuf) {
    let root = TempDir::new().unwrap();
    let (folder, elsewhere) = (root.path().join("here"), root.path().join("elsewhere"));
    fs::create_dir(&folder).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("mine"), MINE).unwrap();
    (root, folder, elsewhere)
}

fn mine(elsewhere: &Path) -> String {
    fs::read_to_string(elsewhere.join("mine")).unwrap()
}

#[test]
fn a_link_at_the_files_name_is_replaced_by_a_file_of_its_owners_alone() {
    let (_root, folder, elsewhere) = folders();
    let path = folder.join("a.cassette.yaml");
    symlink(elsewhere.join("mine"), &path).unwrap();

    commit(&path, NEW.as_bytes()).unwrap();

    assert_eq!(mine(&elsewhere), MINE);
    let metadata = fs::symlink_metadata(&path).unwrap();
    assert!(metadata.is_file());
    assert_eq!(metadata.mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(&path).unwrap(), NEW);
}

#[test]
fn a_plain_write_to_the_files_name_is_led_elsewhere() {
    let (_root, folder, elsewhere) = folders();
    let path = folder.join("a.cassette.yaml");
    symlink(elsewhere.join("mine"), &path).unwrap();

    fs::write(&path, NEW).unwrap();

    assert_eq!(mine(&elsewhere), NEW);
}

#[test]
fn a_link_at_the_temporary_files_name_is_passed_over() {
    let (_root, folder, elsewhere) = folders();
    let temporary = folder.join(format!(".a.cassette.yaml.{}-0.new", std::process::id()));
    symlink(elsewhere.join("mine"), &temporary).unwrap();
    let dangling = folder.join(format!(".a.cassette.yaml.{}-1.new", std::process::id()));
    symlink(elsewhere.join("absent"), &dangling).unwrap();

    commit(&folder.join("a.cassette.yaml"), NEW.as_bytes()).unwrap();

    assert_eq!((mine(&elsewhere).as_str(), names(&elsewhere)), (MINE, vec!["mine".to_owned()]));
    assert!(fs::symlink_metadata(&temporary).unwrap().is_symlink());
}

#[test]
fn a_temporary_file_that_is_not_made_anew_is_led_elsewhere() {
    let (_root, folder, elsewhere) = folders();
    let dangling = folder.join("temporary");
    symlink(elsewhere.join("absent"), &dangling).unwrap();

    OpenOptions::new().write(true).create(true).truncate(true).open(&dangling).unwrap().write_all(b"x").unwrap();

    assert!(elsewhere.join("absent").exists());
}

/// Commits into a folder whose name is given to a link in between; tells where the file came to lie.
fn swapped(commit: impl FnOnce(&Path, &mut dyn FnMut())) -> (bool, bool) {
    let (root, folder, elsewhere) = folders();
    let away = root.path().join("away");
    let mut swap = || {
        fs::rename(&folder, &away).unwrap();
        symlink(&elsewhere, &folder).unwrap();
    };
    commit(&folder.join("a.cassette.yaml"), &mut swap);
    (away.join("a.cassette.yaml").exists(), elsewhere.join("a.cassette.yaml").exists())
}

#[test]
fn a_folder_that_is_held_stays_the_same_when_a_link_takes_its_name() {
    let held = swapped(|path, swap| {
        let files = pin_folder_of(&Disk, path).unwrap();
        swap();
        retake::store::commit_with(&*files, path, NEW.as_bytes()).unwrap();
    });

    assert_eq!(held, (true, false));
}

#[test]
fn a_folder_that_is_not_held_is_another_when_a_link_takes_its_name() {
    let by_name = swapped(|path, swap| {
        swap();
        commit(path, NEW.as_bytes()).unwrap();
    });

    assert_eq!(by_name, (false, true));
}

#[test]
fn beneath_a_held_folder_no_link_is_followed() {
    let (_root, folder, elsewhere) = folders();
    symlink(&elsewhere, folder.join("inner")).unwrap();
    symlink(elsewhere.join("mine"), folder.join("file")).unwrap();
    let files = Disk.pin(&folder).unwrap();

    let calls: [(&str, Result<(), std::io::Error>); 7] = [
        ("read through a folder", files.read(&folder.join("inner/mine"), 10).map(drop)),
        ("read a link", files.read(&folder.join("file"), 10).map(drop)),
        ("list", files.list(&folder.join("inner")).map(drop)),
        ("create a file", files.create_new(&folder.join("inner/new")).map(drop)),
        ("create a folder", files.create_folder(&folder.join("inner/new"))),
        ("open a link", files.open(&folder.join("file")).map(drop)),
        ("hold", files.pin(&folder.join("inner")).map(drop)),
    ];

    for (what, result) in calls {
        assert!(result.unwrap_err().to_string().contains("is a link, which is not followed"), "{what}");
    }
    assert_eq!(names(&elsewhere), ["mine"]);
    // The same calls by name alone are led elsewhere.
    assert!(Disk.read(&folder.join("inner/mine"), 10).is_ok());
    assert!(Disk.create_folder(&folder.join("inner/new")).is_ok());
    assert_eq!(names(&elsewhere), ["mine", "new"]);
}

#[test]
fn a_lock_that_is_a_link_or_a_pipe_is_refused_and_makes_nothing_elsewhere() {
    let (_root, folder, elsewhere) = folders();
    let own = folder.join(".retake");
    fs::create_dir(&own).unwrap();
    symlink(elsewhere.join("absent"), own.join("a.lock")).unwrap();
    symlink(elsewhere.join("mine"), own.join("b.lock")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(own.join("c.lock")).status().unwrap();
    assert!(pipe.success());

    for (name, found) in [("a", "is a link"), ("b", "is a link"), ("c", "no regular file")] {
        let cassette = folder.join(format!("{name}.cassette.yaml"));

        let error = Lock::acquire(Arc::new(Disk), &cassette, NOW).err().unwrap();

        assert!(error.found.as_deref().is_some_and(|told| told.contains(found)), "{name}: {error}");
    }
    assert_eq!((names(&elsewhere), mine(&elsewhere).as_str()), (vec!["mine".to_owned()], MINE));
    // A file that is opened by its name alone is made through the link.
    drop(OpenOptions::new().append(true).create(true).open(own.join("a.lock")).unwrap());
    assert!(elsewhere.join("absent").exists());
}

#[test]
fn a_link_in_place_of_the_recordings_own_folder_is_refused() {
    let (_root, folder, elsewhere) = folders();
    symlink(&elsewhere, folder.join(".retake")).unwrap();

    let error = Lock::acquire(Arc::new(Disk), &folder.join("a.cassette.yaml"), NOW).err().unwrap();

    assert_eq!(error.what, "this is no folder of its own");
    assert_eq!(names(&elsewhere), ["mine"]);
}
