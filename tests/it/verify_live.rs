//! `retake verify live` as far as it asks nobody: what it would take to refresh recordings, and what is refused.

use crate::command::{command, retake};
use serde_json::Value;
use std::fs;
use std::path::Path;

const CASSETTE: &str = "old.cassette.yaml";

const OPERATION: &str = "ListImageSetVersions";

/// A folder with a recording of the simulator.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["record", "--probe", "--operation", OPERATION, "--cassette", CASSETTE];
    retake(folder.path(), &arguments).assert_code(0);
    folder
}

/// The plan; with nothing in the environment that could tell a region or sign.
fn plan(folder: &Path, more: &[&str]) -> crate::command::Run {
    let arguments = [&["verify", "live", "--plan", "--cassette", CASSETTE][..], more].concat();
    let absent = folder.join("absent");
    let output = command(folder, &arguments)
        .env("AWS_CONFIG_FILE", &absent)
        .env("AWS_SHARED_CREDENTIALS_FILE", &absent)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("HOME", folder)
        .output()
        .unwrap();
    crate::command::Run::of(output)
}

#[test]
fn a_plan_needs_neither_region_nor_credentials_and_names_each_request() {
    let folder = folder();
    let id = "1".repeat(32);
    let input = format!("datastoreId={id}");

    let text = plan(folder.path(), &["--input", &input]);
    let json: Value = serde_json::from_str(&plan(folder.path(), &["--format", "json"]).assert_code(0).stdout).unwrap();

    text.assert_code(0)
        .assert_stdout("requests instead of 41 would refresh 1 of 1 recording")
        .assert_stdout(&format!("POST /datastore/{id}/imageSet/"))
        .assert_stdout("ValidationException, where the token is empty")
        .assert_stdout(&format!(
            "retake record --upstream live --operation {OPERATION} --input {input} --probe --review"
        ));
    let requests = json["requests"].as_array().unwrap();
    assert!(requests.len() > 5 && requests.len() < 15 && json["smallest"] == true, "{json:#}");
    let follows = requests.iter().find(|request| !request["token_of"].is_null()).unwrap();
    assert!(follows["target"].as_str().unwrap().contains("nextToken="), "{follows:#}");
    plan(folder.path(), &["--format", "junit"]).assert_code(2);
    plan(folder.path(), &["--review"]).assert_code(2);
}

#[test]
fn only_what_is_older_than_it_may_be_is_planned_for() {
    let folder = folder();
    let young = plan(folder.path(), &["--max-age", "2"]);
    let file = folder.path().join(CASSETTE);
    let text = fs::read_to_string(&file).unwrap();
    let recorded = text.lines().find(|line| line.trim_start().starts_with("recorded_at:")).unwrap();
    fs::write(&file, text.replace(recorded, "  recorded_at: \"2020-02-02T00:00:00Z\"")).unwrap();

    let old = plan(folder.path(), &["--max-age", "2", "--format", "markdown"]);

    young.assert_code(0).assert_stdout("nothing is stale");
    old.assert_code(0).assert_stdout("### retake verify live --plan").assert_stdout("days, and it may have 2");
}

#[test]
fn a_review_needs_a_recording_and_somewhere_to_wait() {
    let folder = folder();
    let live = ["verify", "live", "--region", "us-east-1", "--input", "datastoreId=x", "--review"];

    retake(folder.path(), &live).assert_code(2).assert_stderr("no recording of the service");
    let named = [&live[..], &["--cassette", CASSETTE]].concat();
    let output = command(folder.path(), &named).env("CI", "true").output().unwrap();
    crate::command::Run::of(output).assert_code(2).assert_stderr("--review would write nothing: CI is set");
    retake(folder.path(), &["verify", "live", "--plan"]).assert_code(3);
}
