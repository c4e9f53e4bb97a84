//! `retake record` as a user runs it: what it writes, what it refuses, how it ends.
//!
//! The client is the binary itself, probing through its environment: a process of
//! its own that signs with the throw-away credentials it was given.

use crate::command::{command, retake};
use std::fs::{read_to_string, write};
use std::path::Path;

const OPERATION: &str = "ListImageSetVersions";
const CASSETTE: &str = "cassettes/medical-imaging/list-image-set-versions-simulated.cassette.yaml";

/// A client that probes wherever its environment leads it.
fn client(then: &str) -> String {
    format!(
        "{} record --probe --upstream \"$AWS_ENDPOINT_URL\" --upstream-credentials env --overwrite --max-requests 5 \
         --input datastoreId={{datastoreId}} --input imageSetId={{imageSetId}} --cassette inner/one.cassette.yaml >&2; {then}",
        env!("CARGO_BIN_EXE_retake")
    )
}

#[test]
fn the_main_job_runs_from_an_empty_folder_and_twice_gives_the_same_but_for_the_date() {
    let folder = tempfile::tempdir().unwrap();
    let without_dates = |text: &str| {
        let undated = |line: &&str| !line.trim_start().starts_with("recorded_at: ");
        text.lines().filter(undated).map(str::to_owned).collect::<Vec<_>>()
    };

    retake(folder.path(), &["record", "--operation", OPERATION, "--probe"])
        .assert_code(0)
        .assert_stdout("PASS")
        .assert_stderr("wrote cassettes/");
    let first = read_to_string(folder.path().join(CASSETTE)).unwrap();
    retake(folder.path(), &["record", "--operation", OPERATION, "--probe", "--overwrite"]).assert_code(0);
    let second = read_to_string(folder.path().join(CASSETTE)).unwrap();

    assert_eq!(without_dates(&first), without_dates(&second));
    assert_eq!(first.lines().count(), second.lines().count());
    retake(folder.path(), &["verify", "cassette"]).assert_code(0);
    retake(folder.path(), &["cassette", "lint"]).assert_code(0);
}

#[test]
fn a_client_records_through_its_environment_alone() {
    let folder = tempfile::tempdir().unwrap();

    let recorded = retake(folder.path(), &["record", "--operation", OPERATION, "--", "sh", "-c", &client("exit 0")]);

    recorded.assert_code(0).assert_stdout("PASS");
    retake(folder.path(), &["verify", "cassette", CASSETTE]).assert_code(0);
}

#[test]
fn does_not_touch_an_existing_cassette_unless_it_is_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.cassette.yaml");
    write(&path, "mine").unwrap();
    let record = |more: &[&str]| {
        let arguments: Vec<&str> = ["record", "--cassette", "one.cassette.yaml"].iter().chain(more).copied().collect();
        retake(folder.path(), &arguments)
    };

    record(&["--", "touch", "ran"]).assert_code(2).assert_stderr("--overwrite");
    assert!(!folder.path().join("ran").exists(), "the client ran");
    record(&["--probe", "--review"]).assert_code(0);
    assert_eq!(read_to_string(&path).unwrap(), "mine");
    let pending = read_to_string(folder.path().join("one.cassette.yaml.new")).unwrap();

    record(&["--probe", "--overwrite"]).assert_code(0);
    assert_eq!(read_to_string(&path).unwrap().lines().count(), pending.lines().count());
}

#[test]
fn writes_nothing_where_nothing_passed_and_says_which_nothing_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let closed = closed_port();

    retake(folder.path(), &["record", "--", "true"]).assert_code(3).assert_stdout("no request came");
    retake(folder.path(), &["record", "--", "false"]).assert_code(1).assert_stdout("exited with 1");
    retake(folder.path(), &["record", "--allow-command-failure", "--", "false"]).assert_code(3);
    retake(folder.path(), &["record", "--", "/no/such/client"]).assert_code(4).assert_stderr("cannot start");
    retake(
        folder.path(),
        &[
            "record",
            "--operation",
            OPERATION,
            "--probe",
            "--upstream",
            &closed,
            "--input",
            "datastoreId=x",
            "--input",
            "imageSetId=y",
        ],
    )
    .assert_code(4)
    .assert_stderr("127.0.0.1");
    assert!(!any_cassette(folder.path()));
}

#[test]
fn an_unsigned_client_is_refused_and_proves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let unsigned = "exec 3<>/dev/tcp/127.0.0.1/${AWS_ENDPOINT_URL##*:}; printf 'POST / HTTP/1.1\\r\\nHost: localhost:%s\\r\\n\
                    Connection: close\\r\\n\\r\\n' ${AWS_ENDPOINT_URL##*:} >&3; cat <&3 >&2";

    let run = retake(folder.path(), &["record", "--", "bash", "-c", unsigned]);

    run.assert_code(3).assert_stdout("every request was refused").assert_stderr("MissingAuthenticationTokenException");
    assert!(!any_cassette(folder.path()));
}

#[test]
fn an_interrupt_keeps_what_was_recorded() {
    let folder = tempfile::tempdir().unwrap();

    let run = retake(
        folder.path(),
        &["record", "--operation", OPERATION, "--", "sh", "-c", &client("kill -INT $PPID; sleep 600")],
    );

    run.assert_code(130).assert_stdout("INTERRUPTED");
    retake(folder.path(), &["verify", "cassette", CASSETTE]).assert_code(0);
}

#[test]
fn a_recorder_that_cannot_write_says_so_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("file"), "").unwrap();

    let run =
        retake(folder.path(), &["record", "--operation", OPERATION, "--probe", "--cassette", "file/one.cassette.yaml"]);

    run.assert_code(4).assert_stderr("file");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_server_without_a_client_records_until_it_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let mut server =
        command(folder.path(), &["record", "--operation", OPERATION, "--ready-file", "ready.json"]).spawn().unwrap();
    let ready = folder.path().join("ready.json");
    let info: serde_json::Value = loop {
        match std::fs::read(&ready) {
            Ok(bytes) => break serde_json::from_slice(&bytes).unwrap(),
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(5)),
        }
    };
    let inputs: serde_json::Value = serde_json::from_str(info["env"]["RETAKE_INPUT"].as_str().unwrap()).unwrap();
    let variables = info["env"].as_object().unwrap().iter().map(|(name, value)| (name, value.as_str().unwrap()));
    let script = client("exit 0")
        .replace("{datastoreId}", inputs["datastoreId"].as_str().unwrap())
        .replace("{imageSetId}", inputs["imageSetId"].as_str().unwrap());
    let ran =
        std::process::Command::new("sh").current_dir(folder.path()).args(["-c", &script]).envs(variables).status();

    assert!(ran.unwrap().success());
    std::process::Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert_eq!(server.wait().unwrap().code(), Some(0));
    assert!(folder.path().join(CASSETTE).exists());
}

/// A URL where nobody listens.
fn closed_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn any_cassette(folder: &Path) -> bool {
    let found = std::process::Command::new("find").arg(folder).args(["-name", "*.cassette.yaml*"]).output().unwrap();
    !found.stdout.is_empty()
}

#[test]
fn what_was_kept_on_demand_is_named_and_does_not_pass_the_linter() {
    let folder = tempfile::tempdir().unwrap();

    retake(folder.path(), &["record", "--operation", OPERATION, "--probe", "--keep", "message"]).assert_code(0);

    assert!(read_to_string(folder.path().join(CASSETTE)).unwrap().contains("kept message"));
    retake(folder.path(), &["cassette", "lint"]).assert_code(1).assert_stdout("--keep message");

    let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/specs/medical-imaging/list-image-set-versions.yaml");
    let allowed = read_to_string(spec).unwrap().replace(", sensitivity: free-text", "");
    write(folder.path().join("allowed.yaml"), allowed).unwrap();
    retake(folder.path(), &["cassette", "lint", "--spec", "allowed.yaml"]).assert_code(0);
    retake(folder.path(), &["record", "--operation", OPERATION, "--probe", "--keep", "mesage", "--overwrite"])
        .assert_code(2)
        .assert_stderr("message");
}
