//! The report for programs.

use super::{missed, report_on, troubled};
use retake::evidence::{Report, Side, checks_for};
use retake::report::{Format, Style, render};
use serde_json::Value;

fn json(report: &Report) -> Value {
    serde_json::from_str(&render(report, Format::Json, &Style::default())).unwrap()
}

#[test]
fn json_has_its_keys_in_the_order_of_the_contract() {
    let mut report = report_on(&[("shape.type", "fail-number-for-text")]);
    report.merge(missed());
    report.merge(troubled());

    let value = json(&report);

    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(
        keys(&value),
        "retake report command verdict subjects specs ledger checks findings misses unused errors score coverage"
    );
    assert_eq!(keys(&value["subjects"][0]), "kind name");
    assert_eq!(keys(&value["ledger"]), "requests refused exchanges unused misses scenarios checks child");
    assert_eq!(keys(&value["ledger"]["checks"]), "pass fail warn info not_exercised");
    assert_eq!(keys(&value["ledger"]["child"]), "exit signal");
    assert_eq!(keys(&value["checks"][0]), "id level verdict cases");
    assert_eq!(
        keys(&value["findings"][0]),
        "check level verdict subject exchange message expected found location spec help"
    );
    assert_eq!(keys(&value["findings"][0]["location"]), "file line pointer");
    assert_eq!(keys(&value["findings"][0]["spec"]), "file line");
    assert_eq!(keys(&value["misses"][0]), "kind request nearest differs");
    assert_eq!(keys(&value["misses"][0]["differs"][0]), "member recorded sent");
    assert_eq!(keys(&value["errors"][0]), "kind message location help");
    assert_eq!(keys(&value["score"]), "must should");
    assert_eq!(keys(&value["score"]["must"]), "held of");
    assert_eq!(keys(&value["coverage"]), "errors enums members pages");
    assert_eq!(keys(&value["coverage"]["pages"]), "zero one many");
}

#[test]
fn json_says_what_the_text_says() {
    let value = json(&report_on(&[("shape.type", "fail-number-for-text")]));

    assert_eq!((&value["retake"], &value["report"]), (&env!("CARGO_PKG_VERSION").into(), &1.into()));
    assert_eq!((&value["command"], &value["verdict"]), (&"verify cassette".into(), &"fail".into()));
    assert_eq!(value["subjects"][0]["kind"], "cassette");
    assert_eq!(value["ledger"]["exchanges"], 1);
    assert_eq!(value["ledger"]["checks"]["fail"], 1);
    assert!(value["ledger"].get("child").is_none());
    assert!(value.get("misses").is_none() && value.get("errors").is_none());
    let finding = &value["findings"][0];
    assert_eq!(
        (&finding["check"], &finding["level"], &finding["verdict"]),
        (&"shape.type".into(), &"must".into(), &"fail".into())
    );
    assert_eq!((&finding["exchange"], &finding["found"]), (&"page-1".into(), &"a number, 1".into()));
    assert_eq!(finding["location"]["pointer"], "/imageSetPropertiesList/0/versionId");
    let checks = value["checks"].as_array().unwrap();
    let ids: Vec<&str> = checks.iter().map(|check| check["id"].as_str().unwrap()).collect();
    let catalogue: Vec<&str> = checks_for(Side::Recording).map(|check| check.id).collect();
    assert_eq!(ids, catalogue);
    let of = |verdict: &str| checks.iter().filter(|check| check["verdict"] == verdict).count();
    assert_eq!(of("fail"), 1);
    assert_eq!(value["score"]["must"]["of"].as_u64().unwrap() - 1, value["score"]["must"]["held"].as_u64().unwrap());
}

#[test]
fn json_names_files_from_the_working_folder_and_nothing_of_this_machine() {
    let style = Style {
        working_folder: Some("/home/ann/shop".to_owned()),
        machine_folders: vec!["/home/ann".to_owned()],
        ..Style::default()
    };
    let mut report = report_on(&[("shape.type", "fail-number-for-text")]);
    report.subjects[0].name = "/home/ann/shop/cassettes/a.cassette.yaml".to_owned();
    report.findings[0].location.file = Some("/home/ann/shop/cassettes/a.cassette.yaml".to_owned());
    report.specs.push("/srv/specs/b.yaml".to_owned());
    report.merge(troubled());

    let shown = render(&report, Format::Json, &style);

    let value: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(value["subjects"][0]["name"], "cassettes/a.cassette.yaml");
    assert_eq!(value["findings"][0]["location"]["file"], "cassettes/a.cassette.yaml");
    assert_eq!(value["specs"][1], "PATH");
    assert_eq!(value["errors"][1]["message"], "cannot listen on localhost:PORT: port PORT is in use by process PID");
    assert!(!shown.contains("/home/ann") && !shown.contains("8080"));
}
