//! Wrong usage: exit 2, and a word about what would be right.

use crate::command::{command, retake};

#[test]
fn says_what_it_can_do_when_called_with_nothing() {
    let folder = tempfile::tempdir().unwrap();

    retake(folder.path(), &[]).assert_code(2).assert_stderr("record");
}

#[test]
fn tells_its_version_and_help_on_standard_output() {
    let folder = tempfile::tempdir().unwrap();

    retake(folder.path(), &["--version"]).assert_code(0).assert_stdout(env!("CARGO_PKG_VERSION"));
    retake(folder.path(), &["--help"]).assert_code(0).assert_stdout("Exit codes");
}

#[test]
fn refuses_values_that_flags_cannot_have_and_commands_without_what_they_need() {
    let folder = tempfile::tempdir().unwrap();
    let commands: &[&[&str]] = &[
        &["record", "--max-connections", "0"],
        &["replay", "x", "--max-connections", "many"],
        &["simulate", "--max-connections", "-1"],
        &["verify", "cassette", "--fail-under", "101"],
        &["verify", "live"],
        &["verify"],
    ];
    for arguments in commands.iter().copied() {
        let run = retake(folder.path(), arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
        assert!(run.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn lists_the_defects_and_names_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let id = "pagination.token-advances/constant";

    retake(folder.path(), &["simulate", "--help"]).assert_code(0).assert_stdout(id);
    retake(folder.path(), &["simulate", "--defect", "pagination.token-advances/constnat", "--", "true"])
        .assert_code(2)
        .assert_stderr(&format!("did you mean \"{id}\"?"));
    retake(folder.path(), &["simulate", "--defect", "x", "--", "true"]).assert_code(2).assert_stderr("--help");
}

#[test]
fn refuses_a_defect_that_would_change_nothing() {
    let folder = tempfile::tempdir().unwrap();

    retake(
        folder.path(),
        &["simulate", "--items", "1", "--defect", "pagination.no-overlap/last-item-again", "--", "true"],
    )
    .assert_code(2)
    .assert_stderr("changes nothing");
    retake(folder.path(), &["simulate", "--defect", "pagination.token-bound-to-inputs/foreign", "--", "true"])
        .assert_code(2)
        .assert_stderr("another resource");
}

#[test]
fn names_the_nearest_flag_or_command() {
    let folder = tempfile::tempdir().unwrap();

    retake(folder.path(), &["recrod"]).assert_code(2).assert_stderr("record");
    retake(folder.path(), &["record", "--upstraem", "live"]).assert_code(2).assert_stderr("--upstream");
    retake(folder.path(), &["record", "--operation", "Nope", "--probe"]).assert_code(2).assert_stderr("Nope");
}

#[test]
fn refuses_combinations_that_mean_nothing() {
    let folder = tempfile::tempdir().unwrap();

    retake(folder.path(), &["record", "--probe", "--", "true"]).assert_code(2);
    retake(folder.path(), &["record", "--review", "--overwrite", "--probe"]).assert_code(2);
    retake(folder.path(), &["record", "--mode", "sideways"]).assert_code(2).assert_stderr("forward");
    retake(folder.path(), &["record", "--mode", "forward", "--probe"]).assert_code(2).assert_stderr("no client");
    retake(folder.path(), &["record", "--upstream", "ftp://x", "--probe"]).assert_code(2).assert_stderr("http");
    retake(folder.path(), &["spec", "schema", "--format", "json"]).assert_code(2);
    retake(folder.path(), &["record", "--probe", "--input", "no-equals-sign"])
        .assert_code(2)
        .assert_stderr("NAME=VALUE");
}

#[test]
fn listens_on_loopback_only() {
    let folder = tempfile::tempdir().unwrap();

    for address in ["0.0.0.0:0", "192.0.2.1:0", "[::]:0"] {
        retake(folder.path(), &["simulate", "--listen", address, "--", "true"])
            .assert_code(2)
            .assert_stderr("loopback");
    }
}

#[test]
fn asks_for_the_region_of_a_live_service() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent");
    let commands: [&[&str]; 2] = [
        &["record", "--upstream", "live", "--probe", "--input", "datastoreId=x"],
        &["verify", "live", "--input", "datastoreId=x"],
    ];
    for arguments in commands {
        let output = command(folder.path(), arguments)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", &absent)
            .env("AWS_SHARED_CREDENTIALS_FILE", &absent)
            .output()
            .unwrap();

        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("--region"), "{arguments:?}");
    }
}
