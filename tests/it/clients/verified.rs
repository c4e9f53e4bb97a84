//! Real AWS clients, led through every scenario, and held to what was observed of them before.

use super::observed::Observed;
use super::{built, installed, program, ran, text};
use crate::command::retake;
use serde_json::Value;
use std::{collections::BTreeSet, fs};

/// Clients wait for most of a run, so that many of them share a processor.
const DRIVERS_AT_A_TIME: &str = "8";

/// One process a scenario, which computes for most of its time.
const PROCESSES_AT_A_TIME: &str = "6";

/// The read time-out in seconds: a busy machine keeps an answer waiting, and a scenario may take fifteen times as long.
const READ_TIMEOUT: &str = "4";

/// The arguments of a command that the scenarios fill; the CLI pages by itself only where it is told so.
const LIST: [&str; 10] = [
    "medical-imaging",
    "list-image-set-versions",
    "--datastore-id",
    "{datastoreId}",
    "--image-set-id",
    "{imageSetId}",
    "--page-size",
    "{maxResults}",
    "--starting-token",
    "{nextToken}",
];

#[test]
fn boto3_is_found_to_be_as_it_was_observed() {
    let Some(folder) = installed("boto3") else { return };
    let command = [text(folder.join("bin/python")), program("boto3_driver.py")];
    is_as_observed("boto3", &driven(&command));
}

#[test]
fn boto3_with_its_older_retries_is_found_to_be_as_it_was_observed() {
    let Some(folder) = installed("boto3-1.43.11") else { return };
    let command = [text(folder.join("bin/python")), program("boto3_driver.py")];
    is_as_observed("boto3-1.43.11", &driven(&command));
}

#[test]
fn the_aws_cli_is_found_to_be_as_it_was_observed() {
    let Some(folder) = installed("awscli") else { return };
    let options =
        ["--outcome", "awscli", "--timeout", READ_TIMEOUT, "--jobs", PROCESSES_AT_A_TIME, "--"].map(str::to_owned);
    let aws = [text(folder.join("bin/python")), text(folder.join("bin/aws"))];
    let read_timeout = ["--cli-read-timeout", READ_TIMEOUT].map(str::to_owned);
    let list = LIST.map(str::to_owned);
    is_as_observed("awscli", &[options.as_slice(), &aws, &read_timeout, &list].concat());
}

#[test]
fn the_javascript_sdk_is_found_to_be_as_it_was_observed() {
    let Some(folder) = installed("js") else { return };
    let command = ["node".to_owned(), program("js_driver.mjs"), text(folder)];
    is_as_observed("js", &driven(&command));
}

#[cfg(feature = "sdk")]
#[test]
fn the_rust_sdk_is_found_to_be_as_it_was_observed() {
    is_as_observed("rust", &driven(&[built("rust_driver")]));
}

/// A walk by hand differs in one trait: nothing stops it on a token that comes again.
#[cfg(feature = "sdk")]
#[test]
fn the_rust_sdk_call_by_call_is_as_by_its_paginator_but_for_a_repeated_token() {
    let found = verify(&driven(&[built("rust_driver"), "--calls".to_owned()]));
    let observed = Observed::of("rust");

    assert_eq!(differences(&observed, &found), ["repeated-token: expected stops, found loops"]);
    let mut expected = observed.findings();
    expected.push("pagination.repeated-token in page/same-token".to_owned());
    expected.sort();
    assert_eq!(findings(&found), expected);
}

/// The options for a persistent driver.
fn driven(command: &[String]) -> Vec<String> {
    let options = ["--driver", "--timeout", READ_TIMEOUT, "--jobs", DRIVERS_AT_A_TIME, "--"].map(str::to_owned);
    [options.as_slice(), command].concat()
}

fn is_as_observed(client: &'static str, arguments: &[String]) {
    let found = verify(arguments);
    let observed = Observed::of(client);

    // First what a busy machine could do, which shows in the rest too.
    assert_eq!(ended_otherwise(&found), loops(&observed), "{client}: {}", found["scenarios"]);
    assert_eq!(differences(&observed, &found), Vec::<String>::new(), "{client}");
    assert_eq!(findings(&found), observed.findings(), "{client}");
    assert_eq!(miscounted(&observed, &found), Vec::<String>::new(), "{client}");
    assert_eq!(unexercised(&found), Vec::<&str>::new(), "{client}");
    ran(&format!("{client}-verify"));
}

/// The report of a verification; all that these clients are breaks a must check somewhere.
fn verify(arguments: &[String]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let mut all =
        vec!["verify", "client", "--operation", "ListImageSetVersions", "--format", "json", "--output", "report.json"];
    all.extend(arguments.iter().map(String::as_str));
    let run = retake(folder.path(), &all);
    let report = fs::read_to_string(folder.path().join("report.json")).unwrap_or_default();
    assert_eq!(run.code, 1, "{report}\n{}\n{}", run.stdout, run.stderr);
    serde_json::from_str(&report).unwrap()
}

/// The traits that are not as they were observed, and those that nobody saw.
fn differences(observed: &Observed, found: &Value) -> Vec<String> {
    let fingerprint = found["fingerprint"].as_object().unwrap();
    let observed = observed.fingerprint();
    let unknown = fingerprint.keys().filter(|key| !observed.contains_key(key.as_str()));
    let unknown: Vec<String> = unknown.map(|key| format!("{key}: not in the table")).collect();
    let expected = observed.iter().filter_map(|(key, value)| Some((*key, (*value)?)));
    let other = expected.filter_map(|(key, expected)| {
        let found = fingerprint.get(key).and_then(Value::as_str).unwrap_or("nothing");
        (found != expected).then(|| format!("{key}: expected {expected}, found {found}"))
    });
    unknown.into_iter().chain(other).collect()
}

/// The scenarios with another number of requests than was observed.
fn miscounted(observed: &Observed, found: &Value) -> Vec<String> {
    let scenarios = found["scenarios"].as_array().unwrap();
    let requests = |id: &str| scenarios.iter().find(|scenario| scenario["id"] == id).map(|it| it["requests"].clone());
    let counted = observed.requests();
    let other = counted.iter().filter_map(|(id, expected)| {
        let found = requests(id).unwrap_or(Value::Null);
        (found != *expected).then(|| format!("{id}: expected {expected} requests, found {found}"))
    });
    other.collect()
}

/// Every finding of a must or should check, each with its scenario.
fn findings(found: &Value) -> Vec<String> {
    let findings = found["findings"].as_array().unwrap().iter().filter(|finding| finding["verdict"] != "info");
    let name = |finding: &Value| {
        format!("{} in {}", finding["check"].as_str().unwrap(), finding["scenario"].as_str().unwrap_or("no scenario"))
    };
    findings.map(name).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The scenarios that neither passed nor failed.
fn ended_otherwise(found: &Value) -> Vec<String> {
    let scenarios = found["scenarios"].as_array().unwrap();
    assert!(scenarios.len() >= 130, "{} scenarios", scenarios.len());
    let others = scenarios.iter().filter(|scenario| scenario["verdict"] != "pass" && scenario["verdict"] != "fail");
    others.map(|it| format!("{}: {}", it["id"].as_str().unwrap(), it["verdict"].as_str().unwrap())).collect()
}

/// The scenarios in which the client asks for ever.
fn loops(observed: &Observed) -> Vec<String> {
    let fingerprint = observed.fingerprint();
    let by_trait =
        [("repeated-token", ["page/same-token"].as_slice()), ("token-cycle", &["page/cycle-2", "page/cycle-3"])];
    let looping = by_trait.iter().filter(|(key, _)| fingerprint[key] == Some("loops"));
    looping.flat_map(|(_, scenarios)| scenarios.iter().map(|scenario| format!("{scenario}: runaway"))).collect()
}

/// The must checks that no scenario reached.
fn unexercised(found: &Value) -> Vec<&str> {
    let checks = found["checks"].as_array().unwrap().iter();
    let unmet = checks.filter(|check| check["level"] == "must" && check["verdict"] == "not-exercised");
    unmet.map(|check| check["id"].as_str().unwrap()).collect()
}
