//! What commands that read files come to: their exit codes, and what they say.

use crate::command::{command, retake};
use std::path::Path;

const GOOD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cli/good.cassette.yaml");

/// A folder with one cassette in its place.
fn folder_with(cassette: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("cassettes");
    std::fs::create_dir(&place).unwrap();
    std::fs::write(place.join("one.cassette.yaml"), cassette).unwrap();
    folder
}

fn good() -> String {
    std::fs::read_to_string(GOOD).unwrap()
}

#[test]
fn a_good_cassette_is_green() {
    let folder = folder_with(&good());

    retake(folder.path(), &["verify", "cassette"]).assert_code(0).assert_stdout("PASS");
    retake(folder.path(), &["cassette", "lint"]).assert_code(0);
    retake(folder.path(), &["verify", "cassette", "cassettes/one.cassette.yaml"]).assert_code(0);
}

#[test]
fn what_is_named_and_missing_is_wrong_usage_and_what_is_not_found_is_no_evidence() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();

    for arguments in [["verify", "cassette"], ["cassette", "lint"]] {
        let named = |path: &'static str| [arguments[0], arguments[1], path];
        retake(folder.path(), &named("absent.cassette.yaml")).assert_code(2).assert_stderr("absent.cassette.yaml");
        retake(folder.path(), &named("empty")).assert_code(3);
        retake(folder.path(), &arguments).assert_code(3).assert_stdout("nothing was found");
    }
    retake(folder.path(), &["replay", "absent.cassette.yaml", "--", "true"]).assert_code(2);
    retake(folder.path(), &["replay", "empty", "--", "true"]).assert_code(3);
    retake(folder.path(), &["spec", "check", "absent.yaml"]).assert_code(2).assert_stderr("absent.yaml");
    retake(folder.path(), &["spec", "check", "empty"]).assert_code(3);
    retake(folder.path(), &["simulate", "--spec", "absent.yaml", "--", "true"]).assert_code(2);
    retake(folder.path(), &["simulate", "--spec", "empty", "--", "true"]).assert_code(3);
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_and_never_no_cassette() {
    let cut = &good()[..good().len() / 2 + 7];
    let folder = folder_with(cut);

    for arguments in [&["verify", "cassette"][..], &["replay", "--", "true"], &["cassette", "lint"]] {
        let run = retake(folder.path(), arguments);
        run.assert_code(2).assert_stderr("cassettes/one.cassette.yaml:");
    }
}

#[test]
fn a_broken_seal_is_a_failed_check_to_the_verifier_and_a_refusal_to_the_player() {
    let folder = folder_with(&good().replacen("\"ACTIVE\"", "\"LOCKED\"", 1));

    retake(folder.path(), &["verify", "cassette"]).assert_code(1).assert_stdout("evidence.sealed");
    retake(folder.path(), &["cassette", "lint"]).assert_code(1).assert_stdout("evidence.sealed");
    retake(folder.path(), &["replay", "--", "true"]).assert_code(2).assert_stderr("retake cassette seal");
}

#[test]
fn sealing_an_edit_says_that_it_is_one() {
    let folder = folder_with(&good().replacen("\"ACTIVE\"", "\"LOCKED\"", 1));
    let file = "cassettes/one.cassette.yaml";

    retake(folder.path(), &["cassette", "seal", file]).assert_code(0);

    let sealed = std::fs::read_to_string(folder.path().join(file)).unwrap();
    assert!(sealed.contains("origin: edited"), "{sealed}");
    retake(folder.path(), &["verify", "cassette"]).assert_code(0);
    retake(folder.path(), &["verify", "cassette", "--require-origin", "live"])
        .assert_code(1)
        .assert_stdout("evidence.origin");
}

#[test]
fn the_json_report_has_its_keys_in_order_and_nothing_of_this_machine() {
    let folder = folder_with(&good());

    let first = retake(folder.path(), &["verify", "cassette", "--format", "json"]);
    let second = retake(folder.path(), &["verify", "cassette", "--format", "json"]);

    first.assert_code(0);
    assert_eq!(first.stdout, second.stdout);
    let keys: Vec<String> =
        serde_json::from_str::<serde_json::Map<_, _>>(&first.stdout).unwrap().keys().cloned().collect();
    assert_eq!(keys[..7], ["retake", "report", "command", "verdict", "subjects", "specs", "ledger"]);
    assert!(!first.stdout.contains(folder.path().to_str().unwrap()));
}

#[test]
fn tells_the_coverage_and_fails_under_what_is_asked_for() {
    let folder = folder_with(&good());
    let verify = |more: &[&str]| retake(folder.path(), &[&["verify", "cassette"], more].concat());

    let json: serde_json::Value = serde_json::from_str(&verify(&["--format", "json"]).stdout).unwrap();
    let all = [&json["coverage"]["errors"], &json["coverage"]["members"], &json["coverage"]["pages"]];
    let enums = json["coverage"]["enums"].as_object().unwrap().values();
    let counts: Vec<u64> = all
        .into_iter()
        .chain(enums)
        .flat_map(|counts| counts.as_object().unwrap().values().map(|count| count.as_u64().unwrap()))
        .collect();
    let shown = counts.iter().filter(|count| **count > 0).count();
    let percent = shown * 100 / counts.len();
    assert!(0 < percent && percent < 100, "{counts:?}");

    let told = verify(&["--coverage"]);
    told.assert_code(0).assert_stdout(&format!("coverage {percent}%")).assert_stdout("missing");
    assert_eq!(verify(&["-v"]).stdout, told.stdout);
    assert!(!verify(&[]).stdout.contains("coverage"));
    verify(&["--fail-under", &percent.to_string()]).assert_code(0).assert_stdout("PASS");
    let under = (percent + 1).to_string();
    let why = format!("the coverage is {percent}%, under {under}% (--fail-under)");
    verify(&["--fail-under", &under]).assert_code(1).assert_stdout(&format!("FAIL  verify cassette: {why}"));
    verify(&["--fail-under", &under, "--format", "junit"]).assert_code(1).assert_stdout(&why);
    verify(&["--fail-under", &under, "--format", "markdown"]).assert_code(1).assert_stdout(&why);
}

#[test]
fn writes_a_report_where_it_is_told_to() {
    let folder = folder_with(&good());

    let run = retake(folder.path(), &["verify", "cassette", "--format", "junit", "--output", "report.xml"]);

    run.assert_code(0);
    assert!(run.stdout.is_empty());
    let report = std::fs::read_to_string(folder.path().join("report.xml")).unwrap();
    assert!(report.starts_with("<?xml"), "{report}");
    retake(folder.path(), &["verify", "cassette", "--output", "report.xml/below"]).assert_code(4);
}

#[test]
fn shows_a_cassette_and_the_inputs_to_run_with() {
    let folder = folder_with(&good());

    let shown = retake(folder.path(), &["cassette", "show", "cassettes/one.cassette.yaml"]);
    let inputs = retake(folder.path(), &["cassette", "show", "cassettes/one.cassette.yaml", "--inputs"]);

    shown.assert_code(0).assert_stdout("200 ");
    inputs.assert_code(0).assert_stdout("datastoreId=datastore00000000000000000000001\n");
    retake(folder.path(), &["cassette", "show", "cassettes/one.cassette.yaml", "--format", "json"]).assert_code(2);
}

#[test]
fn a_command_that_does_not_call_proves_nothing_and_one_that_cannot_start_is_no_verdict() {
    let folder = folder_with(&good());

    for server in ["replay", "simulate"] {
        let with = |client: &'static str| {
            if server == "replay" { vec![server, "--allow-unused", "--", client] } else { vec![server, "--", client] }
        };
        retake(folder.path(), &with("true")).assert_code(3);
        retake(folder.path(), &with("false")).assert_code(1);
        retake(folder.path(), &with("/no/such/client")).assert_code(4).assert_stderr("cannot start");
    }
    retake(folder.path(), &["replay", "--", "true"]).assert_code(1).assert_stdout("UNUSED");
}

#[test]
fn a_placeholder_without_a_value_is_told_before_anything_runs() {
    let folder = folder_with(&good());

    let run = retake(folder.path(), &["replay", "--", "touch", "{nextToken}"]);

    run.assert_code(2).assert_stderr("--input nextToken=VALUE");
}

#[test]
fn a_port_in_use_is_no_verdict() {
    let folder = folder_with(&good());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();

    for server in ["replay", "simulate"] {
        retake(folder.path(), &[server, "--listen", &address, "--", "true"])
            .assert_code(4)
            .assert_stderr(&address[10..]);
    }
}

#[test]
fn a_server_without_command_ends_by_a_signal_and_its_ledger_decides() {
    let folder = folder_with(&good());
    let ready = folder.path().join("ready.json");
    let mut server = command(folder.path(), &["replay", "--ready-file", "ready.json"]).spawn().unwrap();
    let info = wait_for(&ready);

    assert_eq!(info["pid"], server.id());
    assert!(info["endpoint"].as_str().unwrap().starts_with("http://localhost:"));
    assert_eq!(info["env"]["AWS_ENDPOINT_URL"], info["endpoint"]);
    let killed = std::process::Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(server.wait().unwrap().code(), Some(1), "recorded exchanges were not used");
}

fn wait_for(file: &Path) -> serde_json::Value {
    loop {
        match std::fs::read(file) {
            Ok(bytes) => return serde_json::from_slice(&bytes).expect("the file is written in one step"),
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(5)),
        }
    }
}

#[test]
fn prints_the_schema_of_specs() {
    let folder = tempfile::tempdir().unwrap();

    let schema = retake(folder.path(), &["spec", "schema"]);

    schema.assert_code(0);
    let schema: serde_json::Value = serde_json::from_str(&schema.stdout).unwrap();
    assert!(schema["properties"]["pagination"].is_object());
}
