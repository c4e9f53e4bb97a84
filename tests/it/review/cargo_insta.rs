//! The real `cargo insta`, which `.ci/run` installs: that it accepts our bytes as they are, and its traps.

use super::terminal::at_a_terminal;
use super::{ACCEPTED, BROKEN, CASSETTE, PENDING, exists, read, record, write_failing};
use crate::clients::installed;
use crate::command::{Run, command, retake};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};
use tempfile::TempDir;

const EXTENSIONS: [&str; 2] = ["-e", "snap,cassette.yaml"];

/// A cargo project with a cassette, and the folder that has `cargo-insta`.
struct Project {
    folder: TempDir,
    tool: PathBuf,
}

impl Project {
    /// A project; none where the tool is not installed. Its insta is a name: nothing is fetched for it.
    fn new() -> Option<Self> {
        let tool = installed("cargo-insta")?.join("bin");
        let folder = super::folder();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(
            "Cargo.toml",
            &format!("{}\n[workspace]\n[dependencies]\ninsta = {{ path = \".insta\" }}\n", package("shop", "0.0.0")),
        );
        write(".insta/Cargo.toml", &package("insta", "1.49.0"));
        // Repositories ignore pending files, ours too: they are found all the same.
        write(".ignore", "*.snap.new\n*.cassette.yaml.new\n");
        write("src/lib.rs", "");
        write(".insta/src/lib.rs", "");
        let project = Self { folder, tool };
        assert!(
            project
                .with_tool(Command::new(cargo()))
                .args(["generate-lockfile", "--offline"])
                .output()
                .unwrap()
                .status
                .success()
        );
        Some(project)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A command in the project that finds the tool, and nothing of insta in its environment.
    fn with_tool(&self, mut command: Command) -> Command {
        let paths = env::var_os("PATH").unwrap_or_default();
        let paths = env::join_paths([self.tool.clone()].into_iter().chain(env::split_paths(&paths))).unwrap();
        command
            .current_dir(self.path())
            .env("PATH", paths)
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TERM_COLOR", "never");
        for switch in ["CI", "TF_BUILD", "INSTA_UPDATE", "INSTA_FORCE_PASS", "INSTA_SNAPSHOT_REFERENCES_FILE"] {
            command.env_remove(switch);
        }
        command
    }

    fn insta(&self, arguments: &[&str]) -> Run {
        let mut command = self.with_tool(Command::new(cargo()));
        Run::of(command.arg("insta").args(arguments).args(EXTENSIONS).output().unwrap())
    }

    /// `retake review` at a terminal.
    fn review(&self, answers: &[(&str, &str)]) -> super::terminal::Screen {
        at_a_terminal(self.with_tool(command(self.path(), &["review"])), answers)
    }
}

fn package(name: &str, version: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2024\"\n")
}

fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

#[test]
fn it_accepts_cassettes_and_reports_as_the_bytes_that_they_are() {
    let Some(project) = Project::new() else { return };
    record(project.path(), ACCEPTED).assert_code(0);
    retake(project.path(), &["verify", "cassette", "--output", "reports/one.snap"]).assert_code(1);
    let (cassette, report) = (read(project.path(), PENDING), read(project.path(), "reports/one.snap.new"));

    project.insta(&["accept"]).assert_code(0);

    assert_eq!(read(project.path(), ACCEPTED), cassette);
    assert_eq!(read(project.path(), "reports/one.snap"), report);
    assert!(!exists(project.path(), PENDING) && !exists(project.path(), "reports/one.snap.new"));
    retake(project.path(), &["verify", "cassette", "--output", "reports/one.snap"]).assert_code(1);
}

#[test]
fn it_rejects_and_shows_what_changed() {
    let Some(project) = Project::new() else { return };
    let anew = CASSETTE.replacen("recorded_at: \"20", "recorded_at: \"21", 1);
    fs::write(project.path().join(PENDING), anew).unwrap();

    let shown = project.insta(&["review", "--snapshot", "one.cassette.yaml"]);
    project.insta(&["reject"]).assert_code(0);

    assert!(shown.stdout.to_lowercase().contains("matching"), "unchanged traffic matches: {}", shown.stdout);
    assert_eq!(read(project.path(), ACCEPTED), CASSETTE);
    assert!(!exists(project.path(), PENDING));
}

#[test]
fn it_loses_content_of_a_file_without_our_header() {
    let Some(project) = Project::new() else { return };
    let (_, bare) = CASSETTE.split_once("\n---\n").unwrap();
    fs::write(project.path().join(PENDING), bare).unwrap();

    project.insta(&["accept"]);

    assert!(!read(project.path(), ACCEPTED).contains(bare.trim_end()), "the header is needed");
}

#[test]
fn it_stops_for_all_at_a_broken_header_and_we_do_not() {
    let Some(project) = Project::new() else { return };
    record(project.path(), ACCEPTED).assert_code(0);
    let pending = read(project.path(), PENDING);
    fs::write(project.path().join("cassettes/a.cassette.yaml.new"), BROKEN).unwrap();

    assert_ne!(project.insta(&["accept"]).code, 0);
    assert_eq!(read(project.path(), ACCEPTED), CASSETTE, "it accepts nothing");
    let screen = project.review(&[("for all that follow: ", "s\n"), ("for all that follow: ", "a\n")]);

    assert_eq!(screen.code, 2, "{}", screen.text);
    assert!(screen.text.contains("cargo insta is not asked"), "{}", screen.text);
    assert_eq!(read(project.path(), ACCEPTED), pending);
}

#[test]
fn it_does_not_see_a_nested_crate_and_we_do() {
    let Some(project) = Project::new() else { return };
    fs::create_dir(project.path().join("nested")).unwrap();
    fs::write(project.path().join("nested/Cargo.toml"), package("nested", "0.0.0")).unwrap();
    fs::write(project.path().join("nested/a.cassette.yaml.new"), CASSETTE).unwrap();

    assert!(!project.insta(&["pending-snapshots"]).stdout.contains("nested"));
    let screen = project.review(&[("for all that follow: ", "a\n")]);

    assert_eq!(screen.code, 0, "{}", screen.text);
    assert_eq!(read(project.path(), "nested/a.cassette.yaml"), CASSETTE);
}

#[test]
fn it_deletes_what_no_test_refers_to_and_we_refer_to_what_we_read() {
    let Some(project) = Project::new() else { return };
    fs::write(project.path().join("cassettes/unused.cassette.yaml"), CASSETTE).unwrap();
    let test = format!(
        "#[test] fn reads() {{ assert!(std::process::Command::new({:?}).args([\"verify\", \"cassette\", {ACCEPTED:?}]).status().unwrap().success()); }}",
        env!("CARGO_BIN_EXE_retake")
    );
    fs::create_dir(project.path().join("tests")).unwrap();
    fs::write(project.path().join("tests/reads.rs"), test).unwrap();

    project.insta(&["test", "--unreferenced=delete", "--test-runner", "cargo-test"]).assert_code(0);

    assert!(exists(project.path(), ACCEPTED), "it was read");
    assert!(!exists(project.path(), "cassettes/unused.cassette.yaml"), "the trap is there");
}

#[test]
fn it_is_asked_where_it_can_do_it_and_our_bytes_are_accepted() {
    let Some(project) = Project::new() else { return };
    record(project.path(), ACCEPTED).assert_code(0);
    let pending = read(project.path(), PENDING);

    let screen = project.review(&[("toggle snapshot diff", "a")]);

    assert!(screen.text.contains("Reviewing [1/1]"), "{}", screen.text);
    assert_eq!((screen.code, read(project.path(), ACCEPTED)), (0, pending), "{}", screen.text);
    assert!(screen.text.contains(&format!("accepted {ACCEPTED}")), "{}", screen.text);

    fs::write(project.path().join(PENDING), CASSETTE).unwrap();
    let rejected = project.review(&[("toggle snapshot diff", "r")]);
    assert!(rejected.text.contains(&format!("rejected {ACCEPTED}")), "{}", rejected.text);
}

#[test]
fn it_is_not_asked_about_what_fails() {
    let Some(project) = Project::new() else { return };
    write_failing(project.path(), PENDING);

    let screen = project.review(&[("although it fails", "s\n")]);

    assert_eq!(screen.code, 0, "{}", screen.text);
    assert!(
        screen.text.contains("cargo insta is not asked") && screen.text.contains("FAIL  shape.type"),
        "{}",
        screen.text
    );
    assert_eq!(read(project.path(), ACCEPTED), CASSETTE);
}

#[test]
fn it_finds_what_waits_in_the_folder_that_is_named() {
    let Some(project) = Project::new() else { return };
    let out = project.path().join("out");
    fs::create_dir(&out).unwrap();
    let arguments = [
        "record",
        "--operation",
        "ListImageSetVersions",
        "--probe",
        "--review",
        "--max-requests",
        "10",
        "--cassette",
        ACCEPTED,
    ];
    let recorded = command(project.path(), &arguments).env("INSTA_PENDING_DIR", &out).output().unwrap();
    assert_eq!(recorded.status.code(), Some(0));
    let pending = read(&out, PENDING);

    let mut insta = project.with_tool(Command::new(cargo()));
    insta.env("INSTA_PENDING_DIR", &out).args(["insta", "accept"]).args(EXTENSIONS);
    Run::of(insta.output().unwrap()).assert_code(0);

    assert_eq!(read(project.path(), ACCEPTED), pending);
    assert!(!exists(&out, PENDING));
}

#[test]
fn the_alias_of_this_repository_is_the_one_that_is_documented() {
    let (config, readme) = (include_str!("../../../.cargo/config.toml"), include_str!("../../../README.md"));

    assert!(config.contains("contract-review = \"insta review -e snap,cassette.yaml\""), "{config}");
    assert!(readme.contains("cargo contract-review"));
}
