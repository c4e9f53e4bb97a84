//! The README's commands do what it says: each block that it marks is run, in order, with the built binary. Its Rust test is
//! `example`, to the letter.

use crate::command::retake;
use std::{fs, path::Path};
use tempfile::TempDir;

#[cfg(feature = "sdk")]
mod example;

const README: &str = include_str!("../../../README.md");

/// The lines of the console block behind each mark.
fn blocks(mark: &str) -> Vec<Vec<String>> {
    let mark = format!("<!-- {mark} -->\n```console\n");
    let marked = README.split(&mark).skip(1);
    marked.map(|rest| rest.split("```").next().unwrap().lines().map(str::to_owned).collect()).collect()
}

/// Runs a block's commands; the lines that it shows below a command are among what the command printed, in this order.
fn run(folder: &Path, block: &[String]) {
    let mut printed = Vec::new();
    for line in block {
        match line.strip_prefix("$ ") {
            Some(command) => printed = output(folder, command),
            None => match printed.iter().position(|found| found == line) {
                Some(place) => drop(printed.drain(..=place)),
                None => panic!("the README shows {line:?}, found {printed:#?}"),
            },
        }
    }
}

fn output(folder: &Path, command: &str) -> Vec<String> {
    let rest = command.strip_prefix("cargo run -- ").or_else(|| command.strip_prefix("retake "));
    let words: Vec<&str> = rest.unwrap_or_else(|| panic!("cannot run {command:?}")).split(' ').collect();
    let run = retake(folder, &words);
    run.assert_code(0);
    run.stderr.lines().chain(run.stdout.lines()).map(str::to_owned).collect()
}

#[test]
fn its_commands_do_what_it_says_and_can_be_run_again() {
    let folder = TempDir::new().unwrap();
    let blocks = blocks("run");
    assert!(blocks.len() >= 2, "the README marks its commands, found {blocks:?}");

    for block in blocks.iter().chain(&blocks) {
        run(folder.path(), block);
    }

    assert!(folder.path().join("cassettes").is_dir(), "the first command records");
}

#[test]
fn its_installed_commands_work_from_an_empty_folder() {
    let blocks = blocks("run in an empty folder");
    assert!(!blocks.is_empty(), "the README marks the commands of an installed binary");

    for block in &blocks {
        run(TempDir::new().unwrap().path(), block);
    }
}

#[test]
fn its_test_command_is_the_one_that_the_gate_runs() {
    assert_eq!(blocks("test command"), [["$ cargo test"]]);
}

#[test]
fn its_rust_test_is_the_one_that_runs_here() {
    assert!(README.contains(&format!("```rust\n{}```\n", include_str!("example.rs"))));
}

/// Its first command, run again in a checkout, changes a date at most.
#[test]
fn its_cassette_is_the_one_that_its_first_command_records() {
    const CASSETTE: &str = "cassettes/medical-imaging/list-image-set-versions-simulated.cassette.yaml";
    let folder = TempDir::new().unwrap();
    let without_date = |file: &Path| -> Vec<String> {
        let text = fs::read_to_string(file).unwrap();
        text.lines().filter(|line| !line.starts_with("  recorded_at: ")).map(str::to_owned).collect()
    };

    run(folder.path(), &blocks("run")[0]);

    let kept = without_date(&Path::new(env!("CARGO_MANIFEST_DIR")).join(CASSETTE));
    assert_eq!(without_date(&folder.path().join(CASSETTE)), kept, "record it again with the README's first command");
}
