//! A checkout that leads a recording elsewhere by links: nothing is written there.

use super::{CASSETTE, SPEC, files};
use crate::command::retake;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use tempfile::TempDir;

/// A checkout with a link to a folder elsewhere.
fn checkout(link: &str) -> (TempDir, PathBuf, PathBuf) {
    let root = TempDir::new().unwrap();
    let (checkout, elsewhere) = (root.path().join("checkout"), root.path().join("elsewhere"));
    fs::create_dir(&checkout).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    let link = checkout.join(link);
    fs::create_dir_all(link.parent().unwrap()).unwrap();
    symlink(&elsewhere, link).unwrap();
    (root, checkout, elsewhere)
}

#[test]
fn follows_no_link_on_the_way_to_a_cassette() {
    for (link, arguments) in [
        ("cassettes", &["--spec", SPEC][..]),
        ("cassettes/medical-imaging", &["--spec", SPEC]),
        ("linked", &["--spec", SPEC, "--cassette", "linked/a.cassette.yaml"]),
        ("linked", &["--spec", SPEC, "--cassette", "linked/new/a.cassette.yaml"]),
        ("linked", &["--spec", SPEC, "--cassette", "./linked/a.cassette.yaml"]),
        (".retake", &["--spec", SPEC, "--cassette", CASSETTE]),
    ] {
        let (_root, checkout, elsewhere) = checkout(link);

        let run =
            retake(&checkout, &[&["record", "--operation", "ListImageSetVersions", "--probe"], arguments].concat());

        run.assert_code(4).assert_stderr(link.rsplit('/').next().unwrap());
        assert_eq!(files(&elsewhere), [""; 0], "{arguments:?}");
    }
}

#[test]
fn a_path_that_is_written_in_full_is_followed_and_shows_that_the_link_leads_there() {
    let (_root, checkout, elsewhere) = checkout("linked");
    let cassette = checkout.join("linked").join(CASSETTE);

    retake(&checkout, &["record", "--probe", "--spec", SPEC, "--cassette", cassette.to_str().unwrap()]).assert_code(0);

    assert_eq!(files(&elsewhere), [CASSETTE]);
}

#[test]
fn reports_and_ready_files_follow_no_link_either() {
    let (_root, checkout, elsewhere) = checkout("linked");

    retake(&checkout, &["record", "--probe", "--spec", SPEC, "--output", "linked/report.txt"])
        .assert_code(4)
        .assert_stderr("is a link, which is not followed");
    retake(&checkout, &["simulate", "--spec", SPEC, "--ready-file", "linked/ready.json"])
        .assert_code(4)
        .assert_stderr("is a link, which is not followed");

    assert_eq!(files(&elsewhere), [""; 0]);
}

#[test]
fn recovers_from_no_journal_that_is_a_link() {
    let (_root, checkout, elsewhere) = checkout("unused");
    fs::write(elsewhere.join("secret"), "retake journal 2\nwhat is mine").unwrap();
    fs::create_dir(checkout.join(".retake")).unwrap();
    symlink(elsewhere.join("secret"), checkout.join(".retake/a.journal")).unwrap();
    let recover = || retake(&checkout, &["record", "--recover", "--spec", SPEC, "--cassette", CASSETTE]);

    recover().assert_code(4).assert_stderr("is a link, which is not followed");

    assert_eq!(files(&elsewhere), ["secret"]);
    // A file with the same content is read.
    fs::remove_file(checkout.join(".retake/a.journal")).unwrap();
    fs::copy(elsewhere.join("secret"), checkout.join(".retake/a.journal")).unwrap();
    assert!(!recover().stderr.contains("is a link"));
}
