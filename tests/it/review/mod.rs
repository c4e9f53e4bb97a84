//! `retake review`: what is pending is shown, accepted or rejected; with insta's switches, and with `cargo insta` itself.

mod cargo_insta;
mod pending;
mod reports;
mod switches;
mod terminal;

use crate::command::{Run, retake};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// What the simulator is recorded as.
const CASSETTE: &str =
    include_str!("../../../cassettes/medical-imaging/list-image-set-versions-simulated.cassette.yaml");

const ACCEPTED: &str = "cassettes/one.cassette.yaml";
const PENDING: &str = "cassettes/one.cassette.yaml.new";

/// A folder with an accepted cassette, and nothing pending.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("cassettes")).unwrap();
    fs::write(folder.path().join(ACCEPTED), CASSETTE).unwrap();
    folder
}

/// The same, with a re-recording that passes: it has fewer exchanges.
fn folder_with_pending() -> TempDir {
    let folder = folder();
    record(folder.path(), ACCEPTED).assert_code(0).assert_stderr("one.cassette.yaml.new");
    assert_ne!(read(folder.path(), PENDING), CASSETTE);
    folder
}

fn record(folder: &Path, cassette: &str) -> Run {
    retake(
        folder,
        &[
            "record",
            "--operation",
            "ListImageSetVersions",
            "--probe",
            "--review",
            "--max-requests",
            "10",
            "--cassette",
            cassette,
        ],
    )
}

/// Writes a pending cassette that is sealed and breaks the contract.
fn write_failing(folder: &Path, path: &str) {
    let broken = CASSETTE.replacen("\"imageSetState\": \"ACTIVE\"", "\"imageSetState\": 7", 1);
    assert_ne!(broken, CASSETTE);
    fs::write(folder.join(path), broken).unwrap();
    retake(folder, &["cassette", "seal", path]).assert_code(0);
}

/// What nobody can read: insta stops at it for all.
const BROKEN: &str = "---\nsource: [\n---\ncassette: 1\nexchanges: []\n";

fn read(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join(path)).unwrap()
}

fn exists(folder: &Path, path: &str) -> bool {
    folder.join(path).exists()
}
