//! `retake record --recover` as a user runs it.

use super::harness::Recorder;
use super::{CASSETTE, SPEC, files};
use crate::command::{Run, retake};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const JOURNAL: &str = ".retake/a.journal";

/// Records pages of these sizes into a cassette, and is killed.
fn broken_off(folder: &Path, sizes: &[u32]) {
    let mut recorder = Recorder::start(folder, &["--overwrite", "--cassette", CASSETTE, "--spec", SPEC]);
    let access = recorder.ready(folder).unwrap();
    for size in sizes {
        assert_eq!(access.ask(*size), Some(200));
    }
    recorder.kill();
    fs::remove_file(folder.join("ready.json")).unwrap();
}

fn recover(folder: &Path, more: &[&str]) -> Run {
    retake(folder, &[&["record", "--recover", "--cassette", CASSETTE, "--spec", SPEC], more].concat())
}

/// How many exchanges a cassette holds.
fn exchanges(folder: &Path, cassette: &str) -> usize {
    fs::read_to_string(folder.join(cassette)).unwrap().matches("\n  - id: ").count()
}

#[test]
fn makes_the_cassette_of_what_was_left_and_leaves_nothing_else() {
    let folder = TempDir::new().unwrap();
    broken_off(folder.path(), &[20, 30]);
    assert_eq!(files(folder.path()), [".retake/.gitignore", JOURNAL, ".retake/a.lock"]);

    let run = recover(folder.path(), &[]);

    run.assert_code(0).assert_stdout("PASS").assert_stderr("2 exchanges of a simulated recording that began at 20");
    assert_eq!((files(folder.path()), exchanges(folder.path(), CASSETTE)), (vec![CASSETTE.to_owned()], 2));
    retake(folder.path(), &["verify", "cassette", CASSETTE, "--spec", SPEC]).assert_code(0);
    recover(folder.path(), &[]).assert_code(3);
}

#[test]
fn works_by_the_specs_that_come_with_it_and_needs_no_name_where_recording_needed_none() {
    let folder = TempDir::new().unwrap();
    let mut recorder = Recorder::start(folder.path(), &["--operation", "ListImageSetVersions"]);
    recorder.ready(folder.path()).unwrap().ask(20).unwrap();
    recorder.kill();

    retake(folder.path(), &["record", "--recover", "--operation", "ListImageSetVersions"])
        .assert_code(0)
        .assert_stderr("cassettes/medical-imaging/list-image-set-versions-simulated.cassette.yaml written");
}

#[test]
fn says_that_there_is_nothing_and_makes_no_folder() {
    let folder = TempDir::new().unwrap();

    recover(folder.path(), &[]).assert_code(3).assert_stderr("no recording of a.cassette.yaml broke off");
    retake(folder.path(), &["record", "--recover"]).assert_code(3).assert_stderr("--cassette");

    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_recording_that_was_killed_before_its_first_exchange_leaves_nothing_to_recover() {
    let folder = TempDir::new().unwrap();
    broken_off(folder.path(), &[]);

    recover(folder.path(), &[]).assert_code(3);

    assert_eq!(files(folder.path()), [""; 0]);
}

#[test]
fn drops_a_torn_record_and_says_so() {
    let folder = TempDir::new().unwrap();
    broken_off(folder.path(), &[20, 30]);
    let journal = folder.path().join(JOURNAL);
    let bytes = fs::read(&journal).unwrap();
    fs::write(&journal, &bytes[..bytes.len() - 5]).unwrap();

    recover(folder.path(), &[]).assert_code(0).assert_stderr("is cut short and was dropped");

    assert_eq!(exchanges(folder.path(), CASSETTE), 1);
}

#[test]
fn says_where_a_journal_was_damaged() {
    let folder = TempDir::new().unwrap();
    broken_off(folder.path(), &[20, 30]);
    let journal = folder.path().join(JOURNAL);
    let mut bytes = fs::read(&journal).unwrap();
    let last = bytes.len() - 5;
    bytes[last] ^= 1;
    fs::write(&journal, &bytes).unwrap();

    recover(folder.path(), &[]).assert_code(0).assert_stderr("the journal is damaged at byte");

    assert_eq!(exchanges(folder.path(), CASSETTE), 1);
}

#[test]
fn does_not_touch_an_existing_cassette_unless_it_is_told_to() {
    let folder = TempDir::new().unwrap();
    let cassette = folder.path().join(CASSETTE);
    broken_off(folder.path(), &[20]);
    fs::write(&cassette, "mine").unwrap();

    recover(folder.path(), &[]).assert_code(2).assert_stderr("--overwrite");
    assert!(folder.path().join(JOURNAL).exists());
    assert_eq!(fs::read_to_string(&cassette).unwrap(), "mine");
    recover(folder.path(), &["--review"]).assert_code(0).assert_stderr("a.cassette.yaml.new written");
    assert_eq!(fs::read_to_string(&cassette).unwrap(), "mine");
    assert_eq!(exchanges(folder.path(), "a.cassette.yaml.new"), 1);

    broken_off(folder.path(), &[20]);
    recover(folder.path(), &["--overwrite"]).assert_code(0);
    assert_eq!(exchanges(folder.path(), CASSETTE), 1);
}

#[test]
fn an_ordinary_recording_that_finds_a_journal_says_what_to_do_and_that_works() {
    let folder = TempDir::new().unwrap();
    broken_off(folder.path(), &[20, 30, 40]);

    let run = retake(folder.path(), &["record", "--probe", "--cassette", CASSETTE, "--spec", SPEC]);

    run.assert_code(0).assert_stderr("an earlier recording of this cassette broke off; .retake/a.journal-1 holds");
    let advice = run.stderr.split('`').nth(1).unwrap();
    assert_eq!(advice, "retake record --recover --cassette a.cassette.yaml --review");
    let before = fs::read(folder.path().join(CASSETTE)).unwrap();
    let mut arguments: Vec<&str> = advice.split(' ').skip(1).collect();
    arguments.extend(["--spec", SPEC]);
    retake(folder.path(), &arguments).assert_code(0);
    assert_eq!(fs::read(folder.path().join(CASSETTE)).unwrap(), before);
    assert_eq!(files(folder.path()), [CASSETTE, "a.cassette.yaml.new"]);
    assert_eq!(exchanges(folder.path(), "a.cassette.yaml.new"), 3);
}

#[test]
fn recovers_the_latest_of_several_and_names_the_next() {
    let folder = TempDir::new().unwrap();
    broken_off(folder.path(), &[20]);
    broken_off(folder.path(), &[20, 30]);

    recover(folder.path(), &[]).assert_code(0).assert_stderr("2 exchanges").assert_stderr(".retake/a.journal-1 holds");
    recover(folder.path(), &["--overwrite"]).assert_code(0).assert_stderr("1 exchange of");

    assert_eq!(files(folder.path()), [CASSETTE]);
}

#[test]
fn a_journal_that_it_cannot_read_is_left_and_told() {
    for (content, told) in [
        (&b"retake journal 1\nold"[..], "version 1"),
        (b"retake journal 99\n", "version 99"),
        (b"cassette: 1\n", "this is no journal of a recording"),
        (b"retake journal 2\n\x03\0\0\0\0\0\0\0abc", "damaged before its first exchange"),
    ] {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join(".retake")).unwrap();
        fs::write(folder.path().join(JOURNAL), content).unwrap();

        recover(folder.path(), &[]).assert_code(2).assert_stderr(told).assert_stderr("a.journal");

        assert_eq!(fs::read(folder.path().join(JOURNAL)).unwrap(), content);
        assert!(!folder.path().join(CASSETTE).exists());
    }
}

#[test]
fn takes_no_other_specs_than_the_recordings_own() {
    let folder = TempDir::new().unwrap();
    broken_off(folder.path(), &[20]);
    let edited = fs::read_to_string(SPEC).unwrap() + "# edited\n";
    fs::write(folder.path().join("edited.yaml"), edited).unwrap();

    let run = retake(folder.path(), &["record", "--recover", "--cassette", CASSETTE, "--spec", "edited.yaml"]);

    run.assert_code(2).assert_stderr("other specs of the same operations").assert_stderr("--spec");
    recover(folder.path(), &[]).assert_code(0);
}

#[test]
fn refuses_what_has_no_meaning_when_recovering() {
    let folder = TempDir::new().unwrap();

    for more in [&["--probe"][..], &["--", "true"], &["--keep", "message"], &["--allow", "ListImageSetVersions"]] {
        recover(folder.path(), more).assert_code(2).assert_stderr("--recover");
    }
}
