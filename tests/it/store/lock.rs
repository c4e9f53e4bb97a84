use retake::store::{Disk, Files, Lock};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const NOW: &str = "2026-11-23T18:04:05Z";

fn disk() -> Arc<dyn Files> {
    Arc::new(Disk)
}

#[test]
fn a_second_recorder_ends_at_once_and_names_the_first() {
    let folder = TempDir::new().unwrap();
    let cassette = folder.path().join("a.cassette.yaml");
    let first = Lock::acquire(disk(), &cassette, NOW).unwrap();

    let begun = Instant::now();
    let error = Lock::acquire(disk(), &cassette, NOW).err().unwrap();

    assert!(begun.elapsed() < Duration::from_secs(1));
    assert_eq!(error.what, "another recorder has this cassette");
    assert_eq!(error.location.file, Some(cassette.display().to_string()));
    assert_eq!(error.found, Some(format!("process {}, since {NOW}", std::process::id())));
    drop(first);
    Lock::acquire(disk(), &cassette, NOW).unwrap();
}

#[test]
fn leaves_nothing_behind_and_is_not_in_the_way_of_another_cassette() {
    let folder = TempDir::new().unwrap();
    let first = Lock::acquire(disk(), &folder.path().join("a.cassette.yaml"), NOW).unwrap();
    let second = Lock::acquire(disk(), &folder.path().join("b.cassette.yaml"), NOW).unwrap();
    let own = folder.path().join(".retake");

    assert_eq!(super::names(&own), [".gitignore", "a.lock", "b.lock"]);
    assert_eq!(fs::read_to_string(own.join(".gitignore")).unwrap(), "*\n");

    drop(first);
    assert_eq!(super::names(&own), [".gitignore", "b.lock"]);
    drop(second);
    assert!(super::names(folder.path()).is_empty());
}

#[test]
fn takes_over_what_a_dead_process_left() {
    let folder = TempDir::new().unwrap();
    let own = folder.path().join(".retake");
    fs::create_dir(&own).unwrap();
    fs::write(own.join("a.lock"), "process 1, since long ago\n").unwrap();

    let _lock = Lock::acquire(disk(), &folder.path().join("a.cassette.yaml"), NOW).unwrap();

    let holder = fs::read_to_string(own.join("a.lock")).unwrap();
    assert_eq!(holder, format!("process {}, since {NOW}\n", std::process::id()));
}

#[test]
fn a_killed_process_holds_no_lock() {
    let folder = TempDir::new().unwrap();
    let cassette = folder.path().join("a.cassette.yaml");
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::lock::holds_a_lock_until_killed", "--ignored", "--nocapture"])
        .env("RETAKE_TEST_LOCK", &cassette)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains("locked")));

    let error = Lock::acquire(disk(), &cassette, NOW).err().unwrap();
    holder.kill().unwrap();
    holder.wait().unwrap();

    assert!(error.found.unwrap().starts_with(&format!("process {},", holder.id())));
    Lock::acquire(disk(), &cassette, NOW).unwrap();
}

/// The other process of `a_killed_process_holds_no_lock`.
#[test]
#[ignore = "is run by another test, in a process of its own"]
fn holds_a_lock_until_killed() {
    let Ok(cassette) = std::env::var("RETAKE_TEST_LOCK") else { return };
    let _lock = Lock::acquire(disk(), Path::new(&cassette), NOW).unwrap();
    println!("\nlocked");
    thread::sleep(Duration::from_secs(60));
}

#[test]
fn two_never_hold_it_at_once() {
    let folder = TempDir::new().unwrap();
    let cassette = folder.path().join("a.cassette.yaml");
    let (holders, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));

    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let Ok(_lock) = Lock::acquire(disk(), &cassette, NOW) else { continue };
                    assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0, "somebody else has it too");
                    taken.fetch_add(1, Ordering::SeqCst);
                    thread::yield_now();
                    holders.fetch_sub(1, Ordering::SeqCst);
                }
            });
        }
    });

    assert!(taken.load(Ordering::SeqCst) > 0);
}

#[cfg(unix)]
#[test]
fn refuses_a_link_in_place_of_its_folder() {
    let (folder, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join(".retake")).unwrap();

    let error = Lock::acquire(disk(), &folder.path().join("a.cassette.yaml"), NOW).err().unwrap();

    assert_eq!(error.what, "this is no folder of its own");
    assert!(super::names(elsewhere.path()).is_empty());
}
