//! Files: what is loaded, what is committed, and what a recording leaves behind while it runs.
//!
//! [`find`] turns the paths a user named into files, [`read_cassettes`] and
//! [`read_specs`] load them. [`commit`] replaces a file whole or not at all.
//! A recorder holds a [`Lock`] on its cassette and appends to a [`Journal`]
//! beside it; both live in a folder `.retake` that no repository tracks.
//! What waits for a review is [`Pending`], where and whether at all [`Insta`] says.
//!
//! Everything goes through [`Files`], so that a test can let any call fail; what is
//! written is written beneath a folder that is held open ([`pin_folder_of`]).

mod commit;
mod disk;
mod files;
mod find;
mod folder;
mod insta;
mod journal;
mod load;
mod lock;
mod pending;
#[cfg(unix)]
mod pinned;
mod workspace;

pub use commit::{commit, commit_with, sweep};
pub use disk::Disk;
pub use files::{Files, Handle, Kind};
pub use find::{find, find_with};
pub use folder::pin_folder_of;
pub use insta::{Insta, Writes, workspace as cargo_workspace};
pub use journal::{Journal, Left, Torn, left_journals};
pub use load::{read_cassettes, read_cassettes_with, read_specs, read_specs_with};
pub use lock::Lock;
pub use pending::{Pending, find_pending};
pub use workspace::has_own_files;

use crate::diagnostic::{Diagnostic, Location};
use folder::folder_of;
use std::io;
use std::path::Path;

/// How long a file name may be that a cassette, a spec or an operation causes.
const MAX_NAME: usize = 128;

/// Whether a text may be a file or folder name that a cassette, a spec or an operation causes.
pub fn is_safe_name(text: &str) -> bool {
    let first = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let rest = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-'));
    first && rest && text.len() <= MAX_NAME
}

/// The diagnostic of a call that failed.
fn failed(what: &str, path: &Path, error: &io::Error) -> Diagnostic {
    let diagnostic = Diagnostic::new(what).at(Location::file(path.display().to_string())).found(error.to_string());
    match help(error.kind()) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

fn help(kind: io::ErrorKind) -> Option<&'static str> {
    Some(match kind {
        io::ErrorKind::NotFound => "check the path",
        io::ErrorKind::PermissionDenied => "check who owns the file and its folder, and their modes",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on the disk and run again",
        io::ErrorKind::ReadOnlyFilesystem => "name a path on a file system that can be written",
        io::ErrorKind::FileTooLarge => "raise the limit on file sizes (`ulimit -f`)",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_plain_names_only() {
        for name in ["a", "list-image_set.cassette.yaml", "0", &"a".repeat(128)] {
            assert!(is_safe_name(name), "{name}");
        }
        for name in ["", ".", "..", "-a", ".a", "A", "a/b", "a\\b", "a b", "é", &"a".repeat(129)] {
            assert!(!is_safe_name(name), "{name}");
        }
    }
}
