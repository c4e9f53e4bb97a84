//! The skeletons of drivers that `--new-driver` prints: each works as it is printed, and finds what is true of its client.

use crate::clients::installed;
use crate::command::{command, retake};
use serde_json::Value;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

const OPERATION: &str = "ListImageSetVersions";

#[cfg(feature = "sdk")]
#[test]
fn the_rust_skeleton_works_as_it_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let printed = skeleton("rust", folder.path());
    assert_eq!(
        include_str!("../clients/skeletons/driver.rs"),
        printed,
        "tests/clients/skeletons/driver.rs is out of date"
    );

    let built = Path::new(env!("CARGO_BIN_EXE_retake")).with_file_name("examples").join("rust_skeleton");
    works(folder.path(), &[text(&built)], &[]);
}

#[test]
fn the_python_skeleton_works_as_it_is_printed() {
    let Some(packages) = installed("boto3") else { return };
    let folder = tempfile::tempdir().unwrap();
    let driver = print("python", folder.path());

    works(folder.path(), &[text(&packages.join("bin/python")), driver], &[]);
}

#[test]
fn the_javascript_skeleton_works_as_it_is_printed() {
    let Some(packages) = installed("js") else { return };
    let folder = tempfile::tempdir().unwrap();
    let driver = print("javascript", folder.path());
    // Modules are looked for beside the program.
    std::os::unix::fs::symlink(packages.join("node_modules"), folder.path().join("node_modules")).unwrap();

    works(folder.path(), &["node".to_owned(), driver], &[]);
}

#[test]
fn the_bash_skeleton_works_as_it_is_printed() {
    let Some(packages) = installed("awscli") else { return };
    let folder = tempfile::tempdir().unwrap();
    let driver = print("bash", folder.path());
    let path = format!("{}:{}", packages.join("bin").display(), env::var("PATH").unwrap());

    works(folder.path(), &["bash".to_owned(), driver], &[("PATH", path)]);
}

#[test]
fn a_skeleton_is_for_one_operation_and_is_text() {
    let folder = tempfile::tempdir().unwrap();

    retake(folder.path(), &["verify", "client", "--new-driver", "cobol"]).assert_code(2).assert_stderr("javascript");
    retake(folder.path(), &["verify", "client", "--new-driver", "bash", "--format", "json"]).assert_code(2);
    retake(folder.path(), &["verify", "client", "--new-driver", "bash", "--", "true"]).assert_code(2);
}

/// Writes a skeleton into the folder; the file's name.
fn print(language: &str, folder: &Path) -> String {
    let name = match language {
        "python" => "driver.py",
        "javascript" => "driver.mjs",
        _ => "driver.sh",
    };
    fs::write(folder.join(name), skeleton(language, folder)).unwrap();
    name.to_owned()
}

/// What is printed for a language.
fn skeleton(language: &str, folder: &Path) -> String {
    let run = retake(folder, &["verify", "client", "--new-driver", language, "--operation", OPERATION]);
    run.assert_code(0);
    assert!(run.stdout.lines().count() < 80, "{language}: {} lines", run.stdout.lines().count());
    run.stdout
}

/// Tries the driver, then drives it through a family of friendly scenarios and some errors: all hold.
fn works(folder: &Path, driver: &[String], environment: &[(&str, String)]) {
    let run = |arguments: &[&str]| {
        let driver = driver.iter().map(String::as_str);
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--"]).chain(driver).collect();
        let environment = environment.iter().map(|(name, value)| (name, value));
        let output = command(folder, &arguments).envs(environment).output().unwrap();
        let shown = [output.stdout.as_slice(), &output.stderr].map(String::from_utf8_lossy).join("\n");
        assert_eq!(output.status.code(), Some(0), "{shown}");
    };
    run(&["verify", "client", "--check-driver"]);
    let scenarios =
        ["baseline/*", "page/token-special", "request/*", "error/validation-*", "error/unmodelled", "retry/429-once"];
    let select = scenarios.iter().flat_map(|glob| ["--select", glob]);
    let arguments = [
        "verify",
        "client",
        "--operation",
        OPERATION,
        "--driver",
        "--jobs",
        "4",
        "--format",
        "json",
        "--output",
        "report.json",
    ];
    run(&arguments.into_iter().chain(select).collect::<Vec<_>>());

    let report: Value = serde_json::from_str(&fs::read_to_string(folder.join("report.json")).unwrap()).unwrap();
    let scenarios = report["scenarios"].as_array().unwrap();
    assert!(scenarios.len() > 15, "{}", scenarios.len());
    for scenario in scenarios {
        assert_eq!(scenario["verdict"], "pass", "{scenario}");
    }
}

fn text(path: &Path) -> String {
    PathBuf::from(path).into_os_string().into_string().unwrap()
}
