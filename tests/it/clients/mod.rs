//! Real AWS clients, each a process of its own: recorded from the simulator and replayed, at a URL and through tunnels
//! to the service's own name, and led through every scenario.
//!
//! The programs are in `tests/clients`; those that list are led by the environment alone. The Rust SDK's is built by `cargo test`
//! itself. The others need packages, which `.ci/run` installs: `RETAKE_TEST_CLIENTS` names the folder, and without it their
//! tests say that they were left out, which `RETAKE_REQUIRE_CLIENTS=1` makes a failure.

use crate::command::retake;
use cassette::Recorded;
use serde_json::Value;
use std::{env, fs, io::Write, path::Path, path::PathBuf};

mod cassette;
mod foreign;
mod namespace;
mod observed;
mod seen;
mod service;
mod signed;
mod tunnelled;
mod verified;

const DATASTORE: &str = "7d1fa90c4e2b8635d7f0a1c9e4b28356";
const IMAGE_SET: &str = "b03e5c7182f9d64ab03e5c7182f9d64a";
const UNKNOWN: &str = "c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4";
const MALFORMED: &str = "e5f4c9d8b7a6c3d2e1f0a9b8c7d6e5f";

/// A client: how it is started, and how a cassette names it.
struct Client {
    name: &'static str,
    command: Vec<String>,
    family: &'static str,
}

#[test]
fn boto3_sees_when_replaying_what_it_saw_when_recording() {
    let Some(folder) = installed("boto3") else { return };
    let command = vec![text(folder.join("bin/python")), program("boto3_list.py")];
    sees_the_same(&Client { name: "boto3", command, family: "boto3" });
}

#[test]
fn boto3_with_its_older_retries_sees_when_replaying_what_it_saw_when_recording() {
    let Some(folder) = installed("boto3-1.43.11") else { return };
    let command = vec![text(folder.join("bin/python")), program("boto3_list.py")];
    sees_the_same(&Client { name: "boto3-1.43.11", command, family: "boto3" });
}

#[test]
fn the_aws_cli_sees_when_replaying_what_it_saw_when_recording() {
    let Some(folder) = installed("awscli") else { return };
    let command = vec![text(folder.join("bin/python")), program("awscli_list.py")];
    sees_the_same(&Client { name: "awscli", command, family: "aws-cli" });
}

#[test]
fn the_javascript_sdk_sees_when_replaying_what_it_saw_when_recording() {
    let Some(folder) = installed("js") else { return };
    let command = vec!["node".to_owned(), program("js_list.mjs"), text(folder)];
    sees_the_same(&Client { name: "js", command, family: "aws-sdk-js" });
}

#[cfg(feature = "aws-chain")]
#[test]
fn the_rust_sdk_sees_when_replaying_what_it_saw_when_recording() {
    sees_the_same(&Client { name: "rust", command: vec![built("rust_list")], family: "aws-sdk-rust" });
}

fn sees_the_same(client: &Client) {
    sees_the_same_in(client, "reverse");
    ran(&format!("{}-list", client.name));
}

/// Records twice, verifies, and replays with the stand-ins and with the identifiers of the recording.
fn sees_the_same_in(client: &Client, mode: &str) {
    let folder = tempfile::tempdir().unwrap();
    let recording = record(client, folder.path(), mode, "first.cassette.yaml");
    let again = record(client, folder.path(), mode, "second.cassette.yaml");
    let recorded = Recorded::read(&folder.path().join("first.cassette.yaml"));

    assert_eq!(recording, again, "the simulator is deterministic");
    cassette::assert_only_dates_differ(folder.path(), "first.cassette.yaml", "second.cassette.yaml");
    assert_eq!(recorded.client(), client.family);
    recorded.assert_holds_none_of(&[DATASTORE, IMAGE_SET, UNKNOWN, MALFORMED]);
    retake(folder.path(), &["verify", "cassette", "first.cassette.yaml"]).assert_code(0);

    let replaying = replay(client, folder.path(), mode, &[], &recorded.calls());
    assert_eq!(seen::differences(&recording, &replaying), Vec::<String>::new());

    let bindings = recorded.bindings(folder.path(), "first.cassette.yaml");
    let bound = replay(client, folder.path(), mode, &bindings, &calls(DATASTORE, IMAGE_SET));
    assert_eq!(seen::differences(&recording, &bound), Vec::<String>::new());
    assert_eq!(seen::image_sets(&bound), seen::image_sets(&recording), "the bound values are written into the replies");
}

/// What the client said while it was recorded from the simulator.
fn record(client: &Client, folder: &Path, mode: &str, cassette: &str) -> Value {
    let (datastore, image_set) = (format!("datastoreId={DATASTORE}"), format!("imageSetId={IMAGE_SET}"));
    let inputs = ["--input", &datastore, "--input", &image_set];
    let before =
        [&["record", "--upstream", "simulated", "--mode", mode, "--cassette", cassette], inputs.as_slice()].concat();
    run(client, folder, &before, &calls("{datastoreId}", "{imageSetId}"))
}

/// What the client said while the first cassette was replayed.
fn replay(client: &Client, folder: &Path, mode: &str, bindings: &[String], calls: &[String]) -> Value {
    let mut before = vec!["replay", "first.cassette.yaml", "--mode", mode];
    before.extend(bindings.iter().flat_map(|binding| ["--input", binding]));
    run(client, folder, &before, calls)
}

/// A walk, a walk by pages of seven, an unknown and a malformed image set.
fn calls(datastore: &str, image_set: &str) -> Vec<String> {
    [image_set, &format!("{image_set}/7"), UNKNOWN, MALFORMED].map(|rest| format!("{datastore}/{rest}")).to_vec()
}

fn run(client: &Client, folder: &Path, before: &[&str], calls: &[String]) -> Value {
    let mut arguments = [before, &["--output", "report.txt", "--"]].concat();
    arguments.extend(client.command.iter().chain(calls).map(String::as_str));
    let run = retake(folder, &arguments);
    let report = fs::read_to_string(folder.join("report.txt")).unwrap_or_default();
    assert_eq!(run.code, 0, "{}: {report}\nstdout:\n{}\nstderr:\n{}", client.name, run.stdout, run.stderr);
    let said = run.stdout.lines().chain(run.stderr.lines()).find(|line| line.starts_with("{\"calls\""));
    serde_json::from_str(said.expect("the client prints a line of JSON")).unwrap()
}

/// The folder that a client's packages were installed into.
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    let folder = env::var_os("RETAKE_TEST_CLIENTS").map(|clients| PathBuf::from(clients).join(name));
    if let Some(folder) = folder.filter(|folder| folder.exists()) {
        return Some(folder);
    }
    assert_ne!(env::var("RETAKE_REQUIRE_CLIENTS").as_deref(), Ok("1"), "{name} is not in RETAKE_TEST_CLIENTS");
    // A passing test's output is captured, and nobody should take this for a test of the client.
    let mut past_the_capture = std::io::stderr();
    writeln!(past_the_capture, "left out: {name} is not installed (RETAKE_TEST_CLIENTS); .ci/run installs it").unwrap();
    None
}

/// Leaves a mark for the gate, which counts the clients.
fn ran(mark: &str) {
    if let Some(clients) = env::var_os("RETAKE_TEST_CLIENTS") {
        fs::write(Path::new(&clients).join("ran").join(mark), "").unwrap();
    }
}

/// A client that is an example of the crate.
fn built(example: &str) -> String {
    let built = Path::new(env!("CARGO_BIN_EXE_retake")).with_file_name("examples").join(example);
    assert!(built.exists(), "{} is built by `cargo test` or `cargo build --examples`", built.display());
    text(built)
}

fn program(name: &str) -> String {
    text(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(name))
}

fn text(path: PathBuf) -> String {
    path.into_os_string().into_string().unwrap()
}
