//! insta's switches: whether pending files are written, where, and what is noted as in use.

use super::{ACCEPTED, CASSETTE, PENDING, exists, folder, read};
use crate::command::{Run, command};
use std::fs;
use std::path::Path;

fn run(folder: &Path, switches: &[(&str, &str)], arguments: &[&str]) -> Run {
    Run::of(command(folder, arguments).envs(switches.iter().copied()).output().unwrap())
}

fn record(folder: &Path, switches: &[(&str, &str)]) -> Run {
    run(
        folder,
        switches,
        &[
            "record",
            "--operation",
            "ListImageSetVersions",
            "--probe",
            "--review",
            "--max-requests",
            "10",
            "--cassette",
            ACCEPTED,
        ],
    )
}

#[test]
fn a_run_that_would_write_nothing_is_refused_before_it_begins() {
    for switches in [&[("CI", "true")][..], &[("TF_BUILD", "1")], &[("INSTA_UPDATE", "no")]] {
        let folder = folder();

        record(folder.path(), switches).assert_code(2).assert_stderr("INSTA_UPDATE=new");

        assert!(!exists(folder.path(), PENDING), "{switches:?}");
    }
    record(folder().path(), &[("INSTA_UPDATE", "perhaps")]).assert_code(2).assert_stderr("perhaps");
}

#[test]
fn writes_a_pending_file_where_insta_would() {
    for switches in [&[("INSTA_UPDATE", "new"), ("CI", "true")][..], &[("CI", "false")], &[("INSTA_UPDATE", "unseen")]]
    {
        let folder = folder();

        record(folder.path(), switches).assert_code(0);

        assert!(exists(folder.path(), PENDING), "{switches:?}");
        assert_eq!(read(folder.path(), ACCEPTED), CASSETTE, "{switches:?}");
    }
}

#[test]
fn replaces_the_cassette_where_insta_would_and_only_if_the_run_passed() {
    let folder = folder();
    let always = [("INSTA_UPDATE", "always")];

    record(folder.path(), &always).assert_code(0).assert_stderr("accepted as cassettes/one.cassette.yaml");
    assert!(!exists(folder.path(), PENDING));
    assert_ne!(read(folder.path(), ACCEPTED), CASSETTE);

    fs::write(folder.path().join(ACCEPTED), CASSETTE).unwrap();
    let client = format!(
        "{} record --probe --upstream \"$AWS_ENDPOINT_URL\" --upstream-credentials env --overwrite --max-requests 5 \
         --input datastoreId={{datastoreId}} --input imageSetId={{imageSetId}} --cassette inner/one.cassette.yaml >&2; exit 1",
        env!("CARGO_BIN_EXE_retake")
    );
    let failing = ["record", "--review", "--cassette", ACCEPTED, "--", "sh", "-c", &client];
    run(folder.path(), &always, &failing).assert_code(1).assert_stderr("is not accepted");
    assert_eq!(read(folder.path(), ACCEPTED), CASSETTE);
    assert!(exists(folder.path(), PENDING));
}

#[test]
fn pending_files_wait_in_the_folder_that_is_named() {
    let folder = folder();
    fs::create_dir(folder.path().join("out")).unwrap();
    let switches = [("INSTA_PENDING_DIR", "out"), ("INSTA_WORKSPACE_ROOT", ".")];

    record(folder.path(), &switches).assert_code(0);
    assert!(!exists(folder.path(), PENDING));
    let pending = read(folder.path(), &format!("out/{PENDING}"));
    run(folder.path(), &switches, &["review", "--list"])
        .assert_code(0)
        .assert_stdout("out/cassettes/one.cassette.yaml.new");
    run(folder.path(), &switches, &["review", "--accept"]).assert_code(0);

    assert_eq!(read(folder.path(), ACCEPTED), pending);
    let outside = [
        "record",
        "--operation",
        "ListImageSetVersions",
        "--probe",
        "--review",
        "--cassette",
        "../outside.cassette.yaml",
    ];
    run(folder.path(), &switches, &outside).assert_code(2).assert_stderr("INSTA_PENDING_DIR");
}

#[test]
fn notes_what_is_in_use() {
    let folder = folder();
    let references = folder.path().join("references");
    let switches = [("INSTA_SNAPSHOT_REFERENCES_FILE", "references")];

    run(folder.path(), &switches, &["verify", "cassette", "--output", "one.snap"]).assert_code(1);

    let noted = fs::read_to_string(references).unwrap();
    let expected = [ACCEPTED, "one.snap"].map(|file| format!("{}\n", folder.path().join(file).display()));
    assert_eq!(noted, expected.concat());
}

#[test]
fn a_report_is_written_as_the_switches_say() {
    let report = |switches: &[(&str, &str)]| {
        let folder = folder();
        let code = run(folder.path(), switches, &["verify", "cassette", "--output", "one.snap"]).code;
        (code, exists(folder.path(), "one.snap"), exists(folder.path(), "one.snap.new"))
    };

    assert_eq!(report(&[]), (1, false, true));
    assert_eq!(report(&[("CI", "1")]), (1, false, false));
    assert_eq!(report(&[("INSTA_UPDATE", "no")]), (1, false, false));
    assert_eq!(report(&[("INSTA_UPDATE", "always")]), (0, true, false));
    assert_eq!(report(&[("INSTA_UPDATE", "unseen")]), (0, true, false));
    assert_eq!(report(&[("INSTA_FORCE_PASS", "1")]), (0, false, true));
}
