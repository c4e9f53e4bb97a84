//! Reports as snapshots: compared with what was accepted, pending where they are another.

use super::{exists, folder, read, write_failing};
use crate::command::{Run, retake};
use insta::Snapshot;
use std::fs;
use std::path::Path;

const REPORT: &str = "reports/one.snap";
const NEW: &str = "reports/one.snap.new";

fn verify(folder: &Path) -> Run {
    retake(folder, &["verify", "cassette", "--output", REPORT])
}

#[test]
fn a_report_waits_for_its_review_and_is_the_accepted_one_from_then_on() {
    let folder = folder();

    verify(folder.path()).assert_code(1).assert_stderr("reports/one.snap.new with `retake review`");
    assert!(!exists(folder.path(), REPORT));
    let pending = read(folder.path(), NEW);
    assert!(
        pending.starts_with("---\ndescription: PASS\nexpression: retake verify cassette\n---\nPASS  verify cassette\n")
    );
    retake(folder.path(), &["review", "--accept"]).assert_code(0).assert_stdout("one.snap.new (passes)");

    assert_eq!(read(folder.path(), REPORT), pending);
    verify(folder.path()).assert_code(0);
    assert!(!exists(folder.path(), NEW));
}

#[test]
fn a_report_that_is_the_accepted_one_again_is_pending_no_more() {
    let folder = folder();
    verify(folder.path()).assert_code(1);
    retake(folder.path(), &["review", "--accept"]).assert_code(0);
    fs::write(folder.path().join(NEW), read(folder.path(), REPORT)).unwrap();

    verify(folder.path()).assert_code(0);

    assert!(!exists(folder.path(), NEW));
}

#[test]
fn a_report_of_a_failure_is_not_accepted_unless_that_is_said_and_fails_even_then() {
    for format in ["text", "json", "markdown"] {
        let folder = folder();
        write_failing(folder.path(), "cassettes/one.cassette.yaml");
        let verify = || retake(folder.path(), &["verify", "cassette", "--format", format, "--output", REPORT]);

        verify().assert_code(1);
        retake(folder.path(), &["review", "--accept"]).assert_code(1).assert_stdout("one.snap.new (FAILS)");
        assert!(!exists(folder.path(), REPORT), "{format}");
        retake(folder.path(), &["review", "--accept-failing"]).assert_code(1);

        assert!(exists(folder.path(), REPORT), "{format}");
        verify().assert_code(1);
        assert!(!exists(folder.path(), NEW), "{format}: the report is the accepted one, and its verdict stays");
    }
}

#[test]
fn shows_the_lines_in_which_a_report_is_another() {
    let folder = folder();
    verify(folder.path()).assert_code(1);
    retake(folder.path(), &["review", "--accept"]).assert_code(0);
    write_failing(folder.path(), "cassettes/one.cassette.yaml");

    verify(folder.path()).assert_code(1);

    let list = retake(folder.path(), &["review", "--list"]);
    list.assert_code(0).assert_stdout("\n- PASS  verify cassette\n").assert_stdout("\n+ FAIL  verify cassette");
}

#[test]
fn what_insta_would_save_on_accept_is_what_we_save() {
    let folder = folder();
    verify(folder.path()).assert_code(1);
    let ours = folder.path().join(NEW);
    let theirs = folder.path().join("theirs.snap");

    Snapshot::from_file(&ours).unwrap().save(&theirs).unwrap();
    assert_eq!(read(folder.path(), "theirs.snap"), read(folder.path(), NEW));

    // A snapshot of a test names the line of the assertion as long as it is pending.
    let of_a_test = "---\nsource: tests/a.rs\nassertion_line: 7\nexpression: report\n---\nPASS  replay\n";
    fs::write(folder.path().join("a.snap.new"), of_a_test).unwrap();
    Snapshot::from_file(&folder.path().join("a.snap.new")).unwrap().save(&theirs).unwrap();
    retake(folder.path(), &["review", "--accept", "a.snap"]).assert_code(0);
    assert_eq!(read(folder.path(), "a.snap"), read(folder.path(), "theirs.snap"));
}

#[test]
fn what_is_told_besides_reports_can_be_a_snapshot_as_well() {
    let folder = folder();
    let diff = |new: &str| {
        retake(folder.path(), &["cassette", "diff", "cassettes/one.cassette.yaml", new, "--output", "diff.snap"])
    };

    diff("cassettes/one.cassette.yaml").assert_code(1);
    retake(folder.path(), &["review", "--accept"]).assert_code(0);
    let accepted = read(folder.path(), "diff.snap");
    diff("cassettes/one.cassette.yaml").assert_code(0);
    write_failing(folder.path(), "cassettes/two.cassette.yaml");
    diff("cassettes/two.cassette.yaml").assert_code(1);

    assert!(accepted.starts_with("---\nexpression: retake cassette diff\n---\nNOTHING CHANGED  "), "{accepted}");
    assert_eq!(read(folder.path(), "diff.snap"), accepted, "it is not written over");
    assert!(exists(folder.path(), "diff.snap.new"));
}
