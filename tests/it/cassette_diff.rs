//! `retake cassette diff`: what differs between two cassettes, exchange by exchange and member by member.

use crate::command::retake;
use serde_json::Value;
use std::{fs, path::Path};
use tempfile::TempDir;

/// What the simulator is recorded as, sealed; the tests write it anew with something else in it.
const CASSETTE: &str = include_str!("../../cassettes/medical-imaging/list-image-set-versions-simulated.cassette.yaml");

/// A folder with a cassette and one that was changed, both with whole seals.
fn two(change: impl Fn(&str) -> String) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.cassette.yaml"), CASSETTE).unwrap();
    fs::write(folder.path().join("b.cassette.yaml"), change(CASSETTE)).unwrap();
    folder
}

fn diff(folder: &Path, more: &[&str]) -> String {
    let run = retake(folder, &[&["cassette", "diff", "a.cassette.yaml", "b.cassette.yaml"], more].concat());
    run.assert_code(0);
    run.stdout
}

/// The cassette without the exchange of an id.
fn without(text: &str, id: &str) -> String {
    let start = text.find(&format!("  - id: {id}\n")).unwrap();
    let rest = &text[start + 5..];
    let end = rest.find("  - id: ").unwrap();
    format!("{}{}", &text[..start], &rest[end..])
}

fn ids() -> Vec<&'static str> {
    CASSETTE.lines().filter_map(|line| line.strip_prefix("  - id: ")).collect()
}

#[test]
fn says_that_nothing_changed_but_when_it_was_recorded() {
    let folder = two(|text| text.replacen("recorded_at: \"20", "recorded_at: \"21", 1));

    let shown = diff(folder.path(), &[]);

    assert!(shown.starts_with(&format!("NOTHING CHANGED  {} exchanges the same\n", ids().len())), "{shown}");
    assert!(shown.contains("recorded anew\n    recorded_at  20"), "{shown}");
    let json: Value = serde_json::from_str(&diff(folder.path(), &["--format", "json"])).unwrap();
    assert_eq!(json["changed"], false);
    assert_eq!(json["exchanges"], Value::Array(Vec::new()));
}

#[test]
fn shows_the_members_that_changed_and_no_others() {
    let folder = two(|text| {
        text.replacen("\"versionId\": \"20\"", "\"versionId\": \"21\"", 1).replacen(
            "      status: 200",
            "      status: 203",
            1,
        )
    });

    let shown = diff(folder.path(), &[]);

    insta::assert_snapshot!(shown);
    let json: Value = serde_json::from_str(&diff(folder.path(), &["--format", "json"])).unwrap();
    let members = json["exchanges"][0]["members"].as_array().unwrap();
    let names: Vec<&str> = members.iter().map(|member| member["member"].as_str().unwrap()).collect();
    assert_eq!(names, ["response.status", "response.body"]);
    assert_eq!((&members[0]["old"], &members[0]["new"]), (&"200".into(), &"203".into()));
    assert!(members[1]["lines"].as_array().unwrap().iter().any(|line| line == "+       \"versionId\": \"21\","));
}

#[test]
fn an_exchange_that_came_in_between_moves_no_other() {
    let gone = ids()[1];
    let folder = two(|text| without(text, gone));

    let shown = diff(folder.path(), &[]);
    let (a, b) = ("a.cassette.yaml", "b.cassette.yaml");
    let back = retake(folder.path(), &["cassette", "diff", b, a]);

    assert!(shown.contains(&format!("REMOVED  {gone}\n")), "{shown}");
    assert!(shown.starts_with(&format!("CHANGED  1 removed, {} exchanges the same\n", ids().len() - 1)), "{shown}");
    back.assert_code(0).assert_stdout(&format!("ADDED  {gone}\n"));
}

#[test]
fn tells_of_another_origin_and_of_a_broken_seal() {
    let folder = two(|text| text.replacen("origin: simulated", "origin: live", 1));

    let shown = diff(folder.path(), &[]);

    assert!(shown.starts_with("CHANGED  "), "{shown}");
    assert!(shown.contains("    origin  simulated → live\n"), "{shown}");
    assert!(shown.contains("the seal of the new one is broken"), "{shown}");
}

#[test]
fn quotes_the_difference_for_a_comment_and_has_no_junit() {
    let folder = two(|text| text.replacen("\"versionId\": \"20\"", "\"versionId\": \"```@all\"", 1));

    let shown = diff(folder.path(), &["--format", "markdown"]);

    assert!(shown.starts_with("### retake cassette diff\n\n````text\nCHANGED"), "{shown}");
    assert!(shown.ends_with("\n````\n"), "{shown}");
    let junit = ["cassette", "diff", "a.cassette.yaml", "b.cassette.yaml", "--format", "junit"];
    retake(folder.path(), &junit).assert_code(2).assert_stderr("text or json or markdown");
}

#[test]
fn a_cassette_that_cannot_be_read_is_no_difference() {
    let folder = two(|text| text.replacen("cassette: 1", "cassette: 99", 1));

    retake(folder.path(), &["cassette", "diff", "a.cassette.yaml", "b.cassette.yaml"]).assert_code(2);
    retake(folder.path(), &["cassette", "diff", "a.cassette.yaml", "absent.cassette.yaml"]).assert_code(2);
    retake(folder.path(), &["cassette", "diff", "a.cassette.yaml"]).assert_code(2);
}
