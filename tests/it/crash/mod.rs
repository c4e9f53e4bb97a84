//! The recorder when it is ended in the middle: killed, out of room, panicking, not alone; and what is recovered then.

mod full;
mod harness;
mod kills;
mod links;
mod recover;
mod tracked;
mod two;

use std::io::Write;
use std::path::{Path, PathBuf};

/// The one spec that recordings here are made by: a process that loads one starts sooner.
const SPEC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/specs/medical-imaging/list-image-set-versions.yaml");

const CASSETTE: &str = "a.cassette.yaml";

/// Tells past the capture of output what a test of random moments came to, or that it was left out.
fn tell(line: &str) {
    writeln!(std::io::stderr().lock(), "{line}").unwrap();
}

/// Every file in a folder and below, by its path from there, sorted.
fn files(folder: &Path) -> Vec<String> {
    fn search(folder: &Path, root: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                search(&path, root, found);
            } else {
                found.push(path.strip_prefix(root).unwrap().display().to_string());
            }
        }
    }
    let mut found = Vec::new();
    search(folder, folder, &mut found);
    found.sort();
    found
}
