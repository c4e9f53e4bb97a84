//! Two recorders for one cassette: the second ends at once, naming the first; so does a recovery.

use super::harness::Recorder;
use super::{CASSETTE, SPEC, files};
use crate::command::retake;
use std::fs;
use tempfile::TempDir;

#[test]
fn a_second_recorder_ends_with_4_and_names_the_first_which_goes_on() {
    let folder = TempDir::new().unwrap();
    let mut first = Recorder::start(folder.path(), &["--cassette", CASSETTE, "--spec", SPEC]);
    let access = first.ready(folder.path()).unwrap();
    let holder = format!("process {}, since ", first.0.id());
    assert_eq!(access.ask(1), Some(200));

    let second = retake(folder.path(), &["record", "--probe", "--cassette", CASSETTE, "--spec", SPEC]);
    let recovery = retake(folder.path(), &["record", "--recover", "--cassette", CASSETTE, "--spec", SPEC]);

    for run in [&second, &recovery] {
        run.assert_code(4).assert_stderr("another recorder has this cassette").assert_stderr(&holder);
        run.assert_stderr("wait until it is done, or record into another file");
    }
    assert!(first.0.try_wait().unwrap().is_none(), "the second ended the first");
    assert_eq!(access.ask(2), Some(200));
    first.terminate();
    assert_eq!(first.0.wait().unwrap().code(), Some(0));
    fs::remove_file(folder.path().join("ready.json")).unwrap();
    assert_eq!(files(folder.path()), [CASSETTE]);
    // It was the first one alone that was in the way.
    retake(folder.path(), &["record", "--probe", "--overwrite", "--cassette", CASSETTE, "--spec", SPEC]).assert_code(0);
}

#[test]
fn a_recorder_of_another_cassette_is_not_in_the_way() {
    let folder = TempDir::new().unwrap();
    let mut first = Recorder::start(folder.path(), &["--cassette", CASSETTE, "--spec", SPEC]);
    first.ready(folder.path()).unwrap();

    retake(folder.path(), &["record", "--probe", "--cassette", "b.cassette.yaml", "--spec", SPEC]).assert_code(0);

    assert!(first.0.try_wait().unwrap().is_none());
}
