//! A cassette in a Rust test, without a server: its report, its exchanges, and what is no cassette.

use retake::Recorded;
use retake::evidence::RunVerdict;
use std::fs;

const CASSETTE: &str = "cassettes/medical-imaging/list-image-set-versions-simulated.cassette.yaml";

#[test]
fn a_recording_is_judged_and_named_from_the_working_folder() {
    let absolute = std::env::current_dir().unwrap().join(CASSETTE);

    let recorded = Recorded::open(&absolute).unwrap();
    let report = recorded.verify();

    report.assert_passed();
    assert!(report.to_string().contains(&format!("cassette {CASSETTE}: 41 exchanges")), "{report}");
    assert_eq!(recorded.exchanges().lines().filter(|line| line.contains("POST /")).count(), 41);
    assert!(!recorded.exchanges().contains("recorded"), "when it was recorded is not in it");
}

#[test]
fn a_recording_that_breaks_the_contract_is_a_verdict_and_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.cassette.yaml");
    let text = fs::read_to_string(CASSETTE).unwrap();
    fs::write(&path, text.replacen("\"imageSetState\": \"ACTIVE\"", "\"imageSetState\": 7", 1)).unwrap();

    let report = Recorded::open(&path).unwrap().verify();

    assert_eq!(report.verdict(), RunVerdict::Fail);
}

#[test]
fn a_folder_of_several_and_a_file_that_is_none_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Recorded::open(folder.path()).is_err());
    for name in ["a.cassette.yaml", "b.cassette.yaml"] {
        fs::copy(CASSETTE, folder.path().join(name)).unwrap();
    }

    assert!(Recorded::open(folder.path()).unwrap_err().what.contains("several"));
    assert!(Recorded::open(folder.path().join("c.cassette.yaml")).is_err());
}
