//! `retake spec scenarios`: everything that a spec implies, and what it cannot feed.

use crate::command::retake;
use serde_json::Value;

/// A spec without pages and enums, and one error only.
const PLAIN: &str = "spec: 1
service: {id: shop, api_version: '2020-01-01', protocol: rest-json, signing_name: shop, endpoint: shop}
operation: GetPrice
http: {method: GET, path: \"/items/{item}/price\"}
input:
  item: {type: string, in: path, required: true}
output:
  amount: {type: integer, required: true}
errors:
  NotFoundException: {status: 404, fault: client}
";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("price.yaml"), PLAIN).unwrap();
    folder
}

#[test]
fn lists_what_each_scenario_expects_and_why() {
    let folder = tempfile::tempdir().unwrap();

    let run = retake(folder.path(), &["spec", "scenarios", "--operation", "ListImageSetVersions"]);

    run.assert_code(0);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn says_what_a_spec_without_pages_and_enums_leaves_out_and_why() {
    let folder = folder();

    let run = retake(folder.path(), &["spec", "scenarios", "--spec", "price.yaml"]);

    run.assert_code(0);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn lists_them_for_programs_in_the_same_order() {
    let folder = folder();
    let text = retake(folder.path(), &["spec", "scenarios", "--spec", "price.yaml"]).stdout;

    let run = retake(folder.path(), &["spec", "scenarios", "--spec", "price.yaml", "--format", "json"]);

    run.assert_code(0);
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(&value), "retake scenarios operations");
    let operation = &value["operations"][0];
    assert_eq!(keys(operation), "operation spec scenarios left_out");
    assert_eq!((&operation["operation"], &operation["spec"]), (&"GetPrice".into(), &"price.yaml".into()));
    let scenarios = operation["scenarios"].as_array().unwrap();
    assert_eq!(keys(&scenarios[0]), "id expects why judges input steps attempts outlasts_timeout");
    let ids: Vec<&str> = scenarios.iter().map(|scenario| scenario["id"].as_str().unwrap()).collect();
    let shown: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   ") && !line.starts_with("  left out"))
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert_eq!(ids, shown);
    let twice = scenarios.iter().find(|scenario| scenario["id"] == "retry/429-twice").unwrap();
    assert_eq!((&twice["attempts"], &twice["steps"]), (&3.into(), &3.into()));
    assert!(scenarios[0]["input"]["item"].is_string());
    let left_out: Vec<&str> =
        operation["left_out"].as_array().unwrap().iter().map(|absent| absent["id"].as_str().unwrap()).collect();
    assert!(left_out.starts_with(&["page", "enum"]) || left_out.contains(&"page"), "{left_out:?}");
}

#[test]
fn refuses_a_form_that_it_has_not_and_a_spec_that_is_not_there() {
    let folder = folder();

    retake(folder.path(), &["spec", "scenarios", "--format", "junit"])
        .assert_code(2)
        .assert_stderr("text or json or markdown");
    retake(folder.path(), &["spec", "scenarios", "--spec", "gone.yaml"]).assert_code(2).assert_stderr("gone.yaml");
}
