//! Wrong usage of `verify client`: exit 2, and a word about what would be right.

use super::kit::{Kit, client_program};
use crate::command::{Run, command as command_of};

#[test]
fn says_what_is_missing_or_cannot_be() {
    let kit = Kit::new();
    let cases: [(&[&str], &str); 9] = [
        (&["--jobs", "0"], "--jobs"),
        (&["--jobs", "x"], "--jobs"),
        (&["--timeout", "0"], "from 0.001 to 3600"),
        (&["--timeout", "NaN"], "from 0.001 to 3600"),
        (&["--outcome", "xml"], "awscli"),
        (&["--outcome", "file", "--driver"], "cannot be used with"),
        (&["--spec", "absent.yaml"], "absent.yaml"),
        (&["--cassette", "absent.cassette.yaml"], "absent.cassette.yaml"),
        (&["--known-failures", "absent.yaml"], "absent.yaml"),
    ];
    for (arguments, expected) in cases {
        kit.run(arguments, &["true"]).assert_code(2).assert_stderr(expected);
    }
    kit.run(&[], &[]).assert_code(2).assert_stderr("there is no COMMAND");
}

#[test]
fn a_glob_that_fits_nothing_names_the_nearest_scenario() {
    let kit = Kit::new();

    for flag in ["--select", "--skip"] {
        kit.run(&[flag, "page/cycle-22"], &["true"]).assert_code(2).assert_stderr("did you mean \"page/cycle-2\"?");
    }
    kit.run(&["--select", "page/*", "--skip", "page/*"], &["true"]).assert_code(3);
}

#[test]
fn known_failures_that_name_nothing_are_refused_before_anything_runs() {
    let kit = Kit::new();
    kit.write(
        "known.yaml",
        "known_failures: 1\nfailures:\n  - {check: enum.knwn-value, scenario: enum/image-set-state-activ, reason: r}\n",
    );

    let run = kit.run(&["--known-failures", "known.yaml"], &["touch", "ran"]);

    run.assert_code(2).assert_stderr("enum.known-value").assert_stderr("enum/image-set-state-active");
    assert!(!kit.path().join("ran").exists());
}

#[test]
fn a_mistyped_placeholder_is_told_before_anything_runs() {
    let kit = Kit::new();

    let run = kit.run(&[], &["touch", "{dataStoreId}"]);

    run.assert_code(2).assert_stderr("{datastoreId}");
    assert!(!kit.path().join("{dataStoreId}").exists());
}

#[test]
fn says_which_families_a_spec_cannot_feed_and_names_operations_where_there_are_several() {
    const SPEC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/specs/medical-imaging/list-image-set-versions.yaml");
    let kit = Kit::new();
    let text = std::fs::read_to_string(SPEC).unwrap();
    let cut = text.find("pagination:").unwrap()..text.find("errors:").unwrap();
    let mut plain = text
        .replace("operation: ListImageSetVersions", "operation: GetThing")
        .replace("/listImageSetVersions", "/getThing");
    plain = plain.replace("  repeated_token: [stops, errors]\n", "");
    plain.replace_range(plain.find("pagination:").unwrap()..plain.find("errors:").unwrap(), "");
    assert!(!cut.is_empty());
    kit.write("plain.yaml", &plain);

    let alone = verify(&kit, &["--spec", "plain.yaml", "--select", "baseline/*"], "true");
    let both = verify(
        &kit,
        &["--spec", "plain.yaml", "--spec", SPEC, "--select", "ListImageSetVersions/baseline/*"],
        client_program().to_str().unwrap(),
    );

    alone.assert_code(4).assert_stderr("GetThing: no page: ");
    both.assert_code(0);
    let report: serde_json::Value = serde_json::from_str(&both.stdout).unwrap();
    let first = &report["scenarios"][0];
    assert_eq!((&first["id"], &first["verdict"]), (&"baseline/one-page".into(), &"pass".into()));
}

/// Verifies a driver by these specs.
fn verify(kit: &Kit, specs: &[&str], driver: &str) -> Run {
    let command = ["--driver", "--format", "json", "--", driver, "none"];
    Run::of(command_of(kit.path(), &[&["verify", "client"], specs, &command].concat()).output().unwrap())
}
