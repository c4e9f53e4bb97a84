//! The real binary with `record --upstream live --mode forward`, before a stand-in of the service at the service's own
//! name and address, in a network of its own. The stand-in is not ours: it verifies signatures by another signer.

use super::{DATASTORE, IMAGE_SET, cassette::Recorded, installed, program, text};
use crate::command::{Run, retake};
use crate::tunnels::HOST;
use crate::upstreams::Authority;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

const KEY_ID: &str = "ASIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "AQoEXAMPLEH4aoAH0gNCAPyJxz4BlCFFxWNE1OPTgk5TthTvFvwqnKwRcOIfrRh3c";

/// Whether a process may have a network of its own here.
fn has_namespaces() -> bool {
    let made =
        Command::new("unshare").args(["--net", "--mount", "--map-root-user", "ip", "link", "set", "lo", "up"]).output();
    if made.is_ok_and(|output| output.status.success()) {
        return true;
    }
    // A passing test's output is captured, and nobody should take this for a test of the binary.
    let mut past_the_capture = std::io::stderr();
    writeln!(past_the_capture, "left out: no network of one's own can be made here (unshare, ip)").unwrap();
    false
}

/// Runs the binary where the name of the service stands for the stand-in; trusts this authority for it.
fn run_there(folder: &Path, python: &Path, trusted: &Authority, issuer: &Authority, arguments: &[&str]) -> Run {
    let (certificate, key) = issuer.pair(HOST);
    for (name, content) in [
        ("hosts", format!("127.0.0.1 localhost\n203.0.113.7 {HOST}\n")),
        ("cert.pem", certificate),
        ("key.pem", key),
        ("ca.pem", trusted.pem()),
    ] {
        fs::write(folder.join(name), content).unwrap();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/clients/namespace.sh");
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount", "--map-root-user", "sh"]).arg(script).arg(folder).arg(python);
    command.arg(env!("CARGO_BIN_EXE_retake")).args(arguments).current_dir(folder);
    for (name, _) in std::env::vars_os() {
        let upper = name.to_string_lossy().to_ascii_uppercase();
        if upper.starts_with("AWS_") || upper.starts_with("RETAKE_") || upper.ends_with("_PROXY") {
            command.env_remove(&name);
        }
    }
    let own = [("AWS_ACCESS_KEY_ID", KEY_ID), ("AWS_SECRET_ACCESS_KEY", SECRET), ("AWS_SESSION_TOKEN", TOKEN)];
    command.env("SERVICE", program("service.py")).envs(own);
    Run::of(command.output().unwrap())
}

#[test]
fn the_binary_records_from_the_services_own_name_what_a_client_signs_itself() {
    let Some(python) = installed("boto3").map(|folder| folder.join("bin/python")) else { return };
    if !has_namespaces() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let call = format!("{DATASTORE}/{IMAGE_SET}");
    let (list, python_text) = (program("boto3_list.py"), text(python.clone()));
    let arguments = [
        "record",
        "--upstream",
        "live",
        "--mode",
        "forward",
        "--region",
        "us-east-1",
        "--cassette",
        "a.cassette.yaml",
        "--",
        &python_text,
        &list,
        &call,
    ];

    let run = run_there(folder.path(), &python, &authority, &authority, &arguments);

    run.assert_code(0).assert_stderr("for which the client signs");
    let counts = fs::read_to_string(folder.path().join("counts")).unwrap();
    assert_eq!(counts.trim(), r#"{"valid": 1, "invalid": 0}"#);
    let recorded = Recorded::read(&folder.path().join("a.cassette.yaml"));
    recorded.assert_holds_none_of(&[KEY_ID, SECRET, TOKEN, DATASTORE, IMAGE_SET]);
    for secret in [KEY_ID, SECRET, TOKEN] {
        assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{secret}");
    }
    let replayed =
        ["replay", "a.cassette.yaml", "--mode", "forward", "--", &python_text, &list, "{datastoreId}/{imageSetId}"];
    retake(folder.path(), &replayed).assert_code(0);
}

#[test]
fn the_binary_sends_nothing_to_one_that_only_has_the_services_name_and_address() {
    let Some(python) = installed("boto3").map(|folder| folder.join("bin/python")) else { return };
    if !has_namespaces() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let call = format!("{DATASTORE}/{IMAGE_SET}");
    let (list, python_text) = (program("boto3_list.py"), text(python.clone()));
    let arguments = [
        "record",
        "--upstream",
        "live",
        "--mode",
        "forward",
        "--region",
        "us-east-1",
        "--",
        &python_text,
        &list,
        &call,
    ];

    let run = run_there(folder.path(), &python, &Authority::new(), &Authority::new(), &arguments);

    run.assert_code(4).assert_stderr("no TLS with");
    let counts = fs::read_to_string(folder.path().join("counts")).unwrap();
    assert_eq!(counts.trim(), r#"{"valid": 0, "invalid": 0}"#);
}
