//! Which operation is verified, where specs are of several and none is named: the one that the client calls.

use super::kit::client_program;
use crate::command::{Run, retake};
use serde_json::Value;
use tempfile::TempDir;

const FAST: [&str; 4] = ["--select", "*baseline/one-page", "--select", "*baseline/two-pages"];

/// Verifies a client over the embedded specs; what was printed, and the scenarios with their verdicts.
fn verified(arguments: &[&str], client: &[&str]) -> (Run, Vec<(String, String)>) {
    let folder = TempDir::new().unwrap();
    let all = [&["verify", "client", "--format", "json"], &FAST[..], arguments, &["--"], client].concat();
    let run = retake(folder.path(), &all);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or(Value::Null);
    let scenarios = report["scenarios"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (run, scenarios.iter().map(|scenario| (text(&scenario["id"]), text(&scenario["verdict"]))).collect())
}

#[test]
fn a_command_is_verified_with_the_scenarios_of_what_it_calls() {
    let program = client_program();

    let (run, scenarios) = verified(&[], &[program.to_str().unwrap(), "none", "--once"]);

    run.assert_code(0).assert_stderr("the client calls ListImageSetVersions");
    let passed = ["baseline/one-page", "baseline/two-pages"].map(|id| (id.to_owned(), "pass".to_owned()));
    assert_eq!(scenarios, passed);
}

#[test]
fn a_driver_is_verified_with_all_that_it_calls_when_told_to() {
    let program = client_program();

    let (run, scenarios) = verified(&["--driver", "--jobs", "1"], &[program.to_str().unwrap(), "none"]);

    // This client says "items" of whatever it calls, which is right of listings alone.
    run.assert_code(1).assert_stderr("ListDatastores").assert_stderr("UpdateImageSetMetadata");
    assert_eq!(scenarios.iter().filter(|(id, _)| id.ends_with("/baseline/one-page")).count(), 18);
    let passed: Vec<&str> = scenarios
        .iter()
        .filter(|(_, verdict)| verdict == "pass")
        .map(|(id, _)| id.split('/').next().unwrap())
        .collect();
    let listings = ["ListDICOMImportJobs", "ListDatastores", "ListImageSetVersions", "SearchImageSets"];
    assert_eq!(passed, listings.map(|listing| [listing; 2]).concat());
}

#[test]
fn a_client_that_calls_nothing_is_told_to_name_an_operation() {
    for client in [&["true"][..], &["sh", "-c", "exit 3", "{datastoreId}"]] {
        let (run, scenarios) = verified(&[], client);

        run.assert_code(2).assert_stderr("called none of the 18 operations").assert_stderr("--operation");
        assert_eq!(scenarios, []);
    }
    let (run, _) = verified(&[], &["no-such-program-anywhere"]);
    run.assert_code(4);
}
