//! What a recording keeps beside its cassette is none of the repository's files.

use super::harness::Recorder;
use super::{CASSETTE, SPEC, tell};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// What git sees in a folder, each file by itself.
fn status(folder: &Path) -> Vec<String> {
    let output = Command::new("git")
        .args(["-c", "safe.directory=*", "status", "--porcelain", "--untracked-files=all"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| line[3..].to_owned()).collect()
}

#[test]
fn git_sees_no_journal_and_no_lock() {
    let folder = TempDir::new().unwrap();
    let made = Command::new("git").args(["init", "--quiet"]).current_dir(folder.path()).status();
    if !made.is_ok_and(|status| status.success()) {
        tell("left out: git is not there");
        return;
    }
    let cassette = format!("recordings/{CASSETTE}");
    let mut recorder = Recorder::start(folder.path(), &["--cassette", &cassette, "--spec", SPEC]);
    let access = recorder.ready(folder.path()).unwrap();
    access.ask(1).unwrap();

    let while_recording = status(folder.path());
    recorder.kill();
    let afterwards = status(folder.path());

    assert_eq!(while_recording, ["ready.json"]);
    assert_eq!(afterwards, ["ready.json"]);
    // The same files without the mark that retake sets.
    fs::remove_file(folder.path().join("recordings/.retake/.gitignore")).unwrap();
    assert_eq!(status(folder.path()), ["ready.json", "recordings/.retake/a.journal", "recordings/.retake/a.lock"]);
}
