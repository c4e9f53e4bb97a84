//! What insta is told by its environment, and what we do about it: the same switches, for the same files.
//!
//! insta decides by `INSTA_UPDATE` and `CI` whether a changed snapshot is written beside the old one, over it or not
//! at all, by `INSTA_PENDING_DIR` where, and notes in `INSTA_SNAPSHOT_REFERENCES_FILE` which snapshots are in use:
//! those that are not, `cargo insta test --unreferenced=delete` deletes.

use crate::diagnostic::{Diagnostic, Location};
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf, absolute};

/// What the environment says of snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insta {
    update: Update,
    is_ci: bool,
    pending_folder: Option<PathBuf>,
    references: Option<PathBuf>,
    /// Where the paths in the pending folder begin.
    workspace: PathBuf,
    /// Whether tests pass while snapshots are collected.
    pub force_pass: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Update {
    Auto,
    Always,
    New,
    Unseen,
    No,
}

/// What becomes of something new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// It is written beside the old one, for review.
    Pending,
    /// It takes the place of the old one.
    InPlace,
    /// Nothing is written.
    Nothing,
}

impl Insta {
    /// Reads the environment of this process.
    pub fn from_environment() -> Result<Self, Diagnostic> {
        let folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        Self::read(|name| std::env::var_os(name), &folder)
    }

    /// Reads an environment, as of a process in a folder.
    pub fn read(variable: impl Fn(&str) -> Option<OsString>, folder: &Path) -> Result<Self, Diagnostic> {
        let text = |name: &str| variable(name).map(|value| value.to_string_lossy().into_owned());
        let path = |name: &str| variable(name).filter(|value| !value.is_empty()).map(|value| folder.join(value));
        let is_ci = match text("CI").as_deref() {
            Some("false" | "0" | "") => false,
            Some(_) => true,
            None => variable("TF_BUILD").is_some(),
        };
        Ok(Self {
            update: update(text("INSTA_UPDATE").as_deref().unwrap_or_default())?,
            is_ci,
            pending_folder: path("INSTA_PENDING_DIR"),
            references: path("INSTA_SNAPSHOT_REFERENCES_FILE"),
            workspace: path("INSTA_WORKSPACE_ROOT").unwrap_or_else(|| workspace(folder)),
            force_pass: text("INSTA_FORCE_PASS").as_deref() == Some("1"),
        })
    }

    /// What becomes of something new, where an accepted one exists or not.
    pub fn writes(&self, exists: bool) -> Writes {
        match self.update {
            Update::Auto if self.is_ci => Writes::Nothing,
            Update::Unseen if !exists => Writes::InPlace,
            Update::Auto | Update::New | Update::Unseen => Writes::Pending,
            Update::Always => Writes::InPlace,
            Update::No => Writes::Nothing,
        }
    }

    /// Why nothing is written, in words.
    pub fn why_nothing(&self) -> &'static str {
        if self.update == Update::No { "INSTA_UPDATE is \"no\"" } else { "CI is set, and INSTA_UPDATE is not" }
    }

    /// The file in which something new waits for its review.
    pub fn pending(&self, accepted: &Path) -> Result<PathBuf, Diagnostic> {
        let path = match &self.pending_folder {
            None => accepted.to_owned(),
            Some(folder) => folder.join(self.inside(accepted)?),
        };
        let mut path = path.into_os_string();
        path.push(".new");
        Ok(path.into())
    }

    /// The folder of pending files that belongs to a folder of accepted ones; itself, if no other was named.
    pub(super) fn pending_root(&self, path: &Path) -> Result<PathBuf, Diagnostic> {
        match &self.pending_folder {
            None => Ok(path.to_owned()),
            Some(folder) => Ok(folder.join(self.inside(path)?)),
        }
    }

    /// The accepted file of a pending one, by its path without the end `.new`.
    pub(super) fn accepted(&self, path: &Path) -> PathBuf {
        let full = absolute(path).unwrap_or_else(|_| path.to_owned());
        let inside = self.pending_folder.as_ref().and_then(|folder| full.strip_prefix(folder).ok());
        inside.map_or_else(|| path.to_owned(), |inside| self.workspace.join(inside))
    }

    /// The path from the workspace on: it must not lead out of the folder that it is put into.
    fn inside(&self, path: &Path) -> Result<PathBuf, Diagnostic> {
        let full = absolute(path).unwrap_or_else(|_| path.to_owned());
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let inside = full.strip_prefix(&self.workspace).map(Path::to_owned);
        let inside = inside.or_else(|_| real(&full).strip_prefix(real(&self.workspace)).map(Path::to_owned));
        match inside {
            Ok(inside) if !inside.components().any(|part| part.as_os_str() == "..") => Ok(inside),
            _ => Err(Diagnostic::new(
                "the file lies outside of the workspace, so that INSTA_PENDING_DIR has no place for it",
            )
            .at(Location::file(path.display().to_string()))
            .expected(format!("a file below {}", self.workspace.display()))
            .help("name a file of the workspace, or leave INSTA_PENDING_DIR out")),
        }
    }

    /// Notes that a file is in use. That it cannot be noted is insta's trouble, and no verdict of ours.
    pub fn refer(&self, file: &Path) {
        let (Some(references), Ok(file)) = (&self.references, absolute(file)) else { return };
        if let Ok(mut notes) = OpenOptions::new().append(true).create(true).open(references) {
            let _ = writeln!(notes, "{}", file.display());
        }
    }
}

fn update(word: &str) -> Result<Update, Diagnostic> {
    Ok(match word {
        "" | "auto" => Update::Auto,
        "always" | "1" | "force" => Update::Always,
        "new" => Update::New,
        "unseen" => Update::Unseen,
        "no" => Update::No,
        other => {
            return Err(Diagnostic::new("INSTA_UPDATE has a value that insta does not know")
                .expected("auto, always, new, unseen, no or force")
                .found(format!("\"{other}\""))
                .help("set it to one of these, or to nothing"));
        }
    })
}

/// The folder of the cargo workspace; without one, of the nearest manifest; without that, the folder itself.
pub fn workspace(folder: &Path) -> PathBuf {
    let manifests: Vec<&Path> = folder.ancestors().filter(|folder| folder.join("Cargo.toml").is_file()).collect();
    let is_root = |folder: &&Path| {
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        manifest.lines().any(|line| line.trim_start().starts_with("[workspace"))
    };
    let root = manifests.iter().copied().find(is_root).or(manifests.first().copied());
    root.unwrap_or(folder).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Variables of an environment.
    type Variables<'v> = &'v [(&'v str, &'v str)];

    fn insta(variables: Variables<'_>) -> Insta {
        let value = |name: &str| variables.iter().find(|(other, _)| *other == name).map(|(_, value)| value.into());
        Insta::read(value, Path::new("/work/shop")).unwrap()
    }

    #[test]
    fn writes_what_insta_would_write() {
        let cases: [(Variables<'_>, Writes, Writes); 12] = [
            (&[], Writes::Pending, Writes::Pending),
            (&[("INSTA_UPDATE", "auto")], Writes::Pending, Writes::Pending),
            (&[("CI", "true")], Writes::Nothing, Writes::Nothing),
            (&[("CI", "false")], Writes::Pending, Writes::Pending),
            (&[("CI", "")], Writes::Pending, Writes::Pending),
            (&[("TF_BUILD", "")], Writes::Nothing, Writes::Nothing),
            (&[("CI", "1"), ("INSTA_UPDATE", "new")], Writes::Pending, Writes::Pending),
            (&[("INSTA_UPDATE", "always")], Writes::InPlace, Writes::InPlace),
            (&[("INSTA_UPDATE", "force")], Writes::InPlace, Writes::InPlace),
            (&[("INSTA_UPDATE", "unseen")], Writes::Pending, Writes::InPlace),
            (&[("INSTA_UPDATE", "no")], Writes::Nothing, Writes::Nothing),
            (&[("INSTA_UPDATE", "")], Writes::Pending, Writes::Pending),
        ];
        for (variables, existing, unseen) in cases {
            let insta = insta(variables);
            assert_eq!((insta.writes(true), insta.writes(false)), (existing, unseen), "{variables:?}");
        }
    }

    #[test]
    fn refuses_a_word_that_insta_does_not_know() {
        let error = Insta::read(|name| (name == "INSTA_UPDATE").then(|| "maybe".into()), Path::new("/")).unwrap_err();

        assert_eq!(error.found.as_deref(), Some("\"maybe\""));
    }

    #[test]
    fn puts_pending_files_beside_or_into_the_folder_that_is_named() {
        let beside = insta(&[]).pending(Path::new("cassettes/a.cassette.yaml")).unwrap();
        assert_eq!(beside, Path::new("cassettes/a.cassette.yaml.new"));

        let elsewhere = insta(&[("INSTA_PENDING_DIR", "/out"), ("INSTA_WORKSPACE_ROOT", "/work")]);
        let pending = elsewhere.pending(Path::new("/work/shop/cassettes/a.cassette.yaml")).unwrap();
        assert_eq!(pending, Path::new("/out/shop/cassettes/a.cassette.yaml.new"));
        assert!(elsewhere.pending(Path::new("/srv/a.cassette.yaml")).is_err());
        assert!(elsewhere.pending(Path::new("/work/../srv/a.cassette.yaml")).is_err());
    }
}
