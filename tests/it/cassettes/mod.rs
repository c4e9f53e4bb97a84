//! Cassettes as files: the good ones are a fixed point, the bad ones are told apart.

mod bad;
mod good;

use std::fs;
use std::path::{Path, PathBuf};

/// Every cassette of the project that is to be read, by its path from the project's root.
fn all() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["cassettes", "tests/data"] {
        search(Path::new(folder), &mut found);
    }
    found.retain(|path| !path.starts_with("tests/data/cassettes/bad"));
    found.sort();
    found
}

fn search(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            search(&path, found);
        } else if path.to_string_lossy().ends_with(retake::cassette::SUFFIX) {
            found.push(path);
        }
    }
}
