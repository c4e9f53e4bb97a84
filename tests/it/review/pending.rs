//! Pending cassettes, without a terminal: listed, accepted, rejected, and never accepted in silence.

use super::{ACCEPTED, BROKEN, CASSETTE, PENDING, exists, folder, folder_with_pending, read, record, write_failing};
use crate::command::retake;
use serde_json::Value;
use std::fs;

#[test]
fn says_that_nothing_is_pending() {
    let folder = folder();

    for arguments in [&["review"][..], &["review", "--list"], &["review", "--accept"], &["review", "--reject"]] {
        retake(folder.path(), arguments).assert_code(0).assert_stdout("nothing is pending");
    }
    retake(folder.path(), &["review", "absent"]).assert_code(2).assert_stderr("absent");
    retake(folder.path(), &["review", "absent.cassette.yaml"]).assert_code(2);
}

#[test]
fn lists_what_is_pending_with_its_verdict_and_what_it_changes() {
    let folder = folder_with_pending();

    let list = retake(folder.path(), &["review", "--list"]);
    let json: Value =
        serde_json::from_str(&retake(folder.path(), &["review", "--list", "--format", "json"]).stdout).unwrap();
    let markdown = retake(folder.path(), &["review", "--list", "--format", "markdown"]);

    list.assert_code(0).assert_stdout(&format!("{PENDING} (passes)")).assert_stdout("REMOVED  ");
    let pending = &json["pending"][0];
    assert_eq!((&pending["file"], &pending["accepted"]), (&PENDING.into(), &ACCEPTED.into()));
    assert_eq!((&pending["verdict"], &pending["did"]), (&"pass".into(), &"kept".into()));
    assert_eq!(pending["diff"]["changed"], true);
    markdown.assert_code(0).assert_stdout("### retake review\n\n```text\n");
    assert!(exists(folder.path(), PENDING), "listing decides nothing");
    retake(folder.path(), &["review", "--list", "--format", "junit"]).assert_code(2);
}

#[test]
fn accepting_leaves_the_bytes_as_they_were_recorded() {
    let folder = folder_with_pending();
    let pending = read(folder.path(), PENDING);

    retake(folder.path(), &["review", "--accept"]).assert_code(0).assert_stdout(&format!("accepted  {PENDING}"));

    assert_eq!(read(folder.path(), ACCEPTED), pending);
    assert!(!exists(folder.path(), PENDING));
    retake(folder.path(), &["verify", "cassette"]).assert_code(0);
}

#[test]
fn rejecting_leaves_the_accepted_one() {
    let folder = folder_with_pending();

    retake(folder.path(), &["review", "--reject"]).assert_code(0).assert_stdout(&format!("rejected  {PENDING}"));

    assert_eq!(read(folder.path(), ACCEPTED), CASSETTE);
    assert!(!exists(folder.path(), PENDING));
}

#[test]
fn a_first_recording_is_pending_as_well() {
    let folder = folder();
    record(folder.path(), "cassettes/two.cassette.yaml").assert_code(0);

    retake(folder.path(), &["review", "--list"])
        .assert_code(0)
        .assert_stdout("there is none")
        .assert_stdout("ADDED  page-1");
    retake(folder.path(), &["review", "--accept", "cassettes/two.cassette.yaml"]).assert_code(0);

    assert!(exists(folder.path(), "cassettes/two.cassette.yaml"));
}

#[test]
fn decides_only_about_what_is_named() {
    let folder = folder_with_pending();
    record(folder.path(), "other/two.cassette.yaml").assert_code(0);

    retake(folder.path(), &["review", "--accept", "other"]).assert_code(0);
    assert!(exists(folder.path(), "other/two.cassette.yaml") && exists(folder.path(), PENDING));
    retake(folder.path(), &["review", "--reject", PENDING]).assert_code(0);

    assert!(!exists(folder.path(), PENDING));
}

#[test]
fn a_failing_verdict_is_not_accepted_unless_that_is_said() {
    let folder = folder();
    write_failing(folder.path(), PENDING);
    let pending = read(folder.path(), PENDING);

    let accept = retake(folder.path(), &["review", "--accept"]);
    accept.assert_code(1).assert_stdout("FAIL  shape.type").assert_stdout(&format!("kept      {PENDING} (FAILS)"));
    assert_eq!(read(folder.path(), ACCEPTED), CASSETTE);

    let explicit = retake(folder.path(), &["review", "--accept-failing"]);
    explicit.assert_code(1).assert_stdout("FAIL  shape.type").assert_stdout(&format!("accepted  {PENDING} (FAILS)"));
    assert_eq!(read(folder.path(), ACCEPTED), pending);
}

#[test]
fn an_edited_pending_file_is_not_what_was_recorded() {
    let folder = folder_with_pending();
    let edited = read(folder.path(), PENDING).replacen("\"versionId\": \"20\"", "\"versionId\": \"19\"", 1);
    fs::write(folder.path().join(PENDING), edited).unwrap();

    retake(folder.path(), &["review", "--accept"]).assert_code(1).assert_stdout("evidence.sealed");

    assert_eq!(read(folder.path(), ACCEPTED), CASSETTE);
}

#[test]
fn what_cannot_be_read_stays_and_keeps_nothing_else_from_being_accepted() {
    let folder = folder_with_pending();
    let pending = read(folder.path(), PENDING);
    let broken = "cassettes/a.cassette.yaml.new";
    fs::write(folder.path().join(broken), BROKEN).unwrap();
    fs::write(folder.path().join("cassettes/b.snap.new"), "no header\n").unwrap();

    retake(folder.path(), &["review", "--list"]).assert_code(2).assert_stdout(&format!("{broken} (CANNOT BE READ)"));
    let accept = retake(folder.path(), &["review", "--accept"]);

    accept.assert_code(2).assert_stderr(broken).assert_stderr("b.snap.new").assert_stderr("--reject PATH");
    assert_eq!(read(folder.path(), ACCEPTED), pending, "the other one is accepted all the same");
    retake(folder.path(), &["review", "--accept-failing"]).assert_code(2);
    assert_eq!(read(folder.path(), broken), BROKEN, "even when that is asked for");
    retake(folder.path(), &["review", "--reject"]).assert_code(0);
    assert!(!exists(folder.path(), broken));
}

#[test]
fn an_accepted_cassette_that_cannot_be_read_can_be_replaced() {
    let folder = folder_with_pending();
    fs::write(folder.path().join(ACCEPTED), BROKEN).unwrap();

    retake(folder.path(), &["review", "--list"]).assert_code(0).assert_stdout("the accepted one cannot be read");
    retake(folder.path(), &["review", "--accept"]).assert_code(0);

    retake(folder.path(), &["verify", "cassette"]).assert_code(0);
}

#[test]
fn passes_over_what_a_build_leaves_and_what_is_hidden() {
    let folder = folder();
    for place in ["target", ".hidden", "node_modules", "nested"] {
        fs::create_dir(folder.path().join(place)).unwrap();
        fs::write(folder.path().join(place).join("a.cassette.yaml.new"), CASSETTE).unwrap();
    }
    fs::write(folder.path().join("nested/Cargo.toml"), "").unwrap();

    let list = retake(folder.path(), &["review", "--list", "-q"]);

    list.assert_code(0).assert_stdout("kept      nested/a.cassette.yaml.new (passes)");
    assert_eq!(list.stdout.matches(".cassette.yaml.new").count(), 1, "{}", list.stdout);
}

#[test]
fn what_cannot_be_written_is_no_verdict_and_keeps_the_pending_file() {
    let folder = folder_with_pending();
    record(folder.path(), "other/two.cassette.yaml").assert_code(0);
    fs::remove_file(folder.path().join(ACCEPTED)).unwrap();
    fs::create_dir(folder.path().join(ACCEPTED)).unwrap();

    retake(folder.path(), &["review", "--accept"]).assert_code(4).assert_stderr("one.cassette.yaml");

    assert!(exists(folder.path(), PENDING));
    assert!(exists(folder.path(), "other/two.cassette.yaml"), "what could be accepted is");
}

/// The client of a replayed cassette that fails records it again, with what fails.
#[test]
fn a_failing_recording_says_so_where_cargo_insta_shows_it() {
    let folder = folder();
    write_failing(folder.path(), "failing.cassette.yaml");
    let client = format!(
        "{} record --probe --review --upstream \"$AWS_ENDPOINT_URL\" --upstream-credentials env --max-requests 5 \
         --input datastoreId={{datastoreId}} --input imageSetId={{imageSetId}} --cassette {ACCEPTED} >&2; test $? = 1",
        env!("CARGO_BIN_EXE_retake")
    );

    let arguments = ["replay", "failing.cassette.yaml", "--allow-unused", "--", "sh", "-c", &client];
    let run = retake(folder.path(), &arguments);

    assert!(exists(folder.path(), PENDING), "{}", run.stderr);
    let pending = read(folder.path(), PENDING);
    assert!(
        pending.lines().any(|line| line.starts_with("description: \"FAILS ") && line.contains("shape.type")),
        "{pending}"
    );
    let accept = retake(folder.path(), &["review", "--accept"]);
    accept.assert_code(1).assert_stdout("FAIL  shape.type");
    assert!(!accept.stdout.contains("FAIL  evidence.sealed"), "the seal is whole: {}", accept.stdout);
}
