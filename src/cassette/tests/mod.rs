//! What must hold for every cassette, on exchanges of any content.

mod arbitrary;
mod foreign;
mod insta_accept;
mod laws;
mod recorded;

use super::{Cassette, Info, SUFFIX};
use crate::evidence::Seal;
use crate::message::{Exchange, Origin, Redacted, Transcript};
use std::fs;
use std::path::{Path, PathBuf};

/// A cassette of these exchanges, as a recorder would make it.
fn cassette(exchanges: Vec<Exchange>) -> Cassette {
    let info = Info {
        tool: Some("retake 0.1.0".to_owned()),
        recorded_at: Some("2026-11-23T18:04:05Z".to_owned()),
        origin: Origin::Simulated,
        region: Some("us-east-1".to_owned()),
        spec_sha256: None,
        client: Some("aws-sdk-rust".to_owned()),
        signature: None,
        redaction: Some("policy 1; identifier 8, dropped headers 14".to_owned()),
        exchanges_sha256: String::new(),
    };
    Cassette {
        file: String::new(),
        source: "specs/a/b.yaml".to_owned(),
        description: "a, b".to_owned(),
        expression: "B".to_owned(),
        info,
        transcript: Redacted::vouch(super::canonical(Transcript { exchanges })),
        places: Vec::new(),
        seal: Seal::Whole,
    }
}

/// The cassettes of the project that are meant to be read, by path, with their texts.
fn files() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["cassettes", "tests/data"] {
        search(&root.join(folder), &mut found);
    }
    assert!(!found.is_empty());
    found
}

fn search(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.ends_with("cassettes/bad") {
            continue;
        }
        if path.is_dir() {
            search(&path, found);
        } else if path.to_string_lossy().ends_with(SUFFIX) {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
}
