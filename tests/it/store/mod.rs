//! Files: what a commit leaves when any of its calls fails, what a journal gives back, who holds a lock.

mod accepted;
mod commit;
mod faulty;
mod find;
mod journal;
mod killed;
#[cfg(unix)]
mod links;
mod lock;

use std::fs;
use std::path::Path;

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
