//! Lists the specs below `specs/`, so that the crate carries them with it.
//!
//! Writes one Rust expression, a list of (path, text), into the build folder;
//! `src/spec/embedded.rs` includes it. Adding a spec file is enough to embed it.
#![allow(clippy::print_stdout, reason = "a build script speaks to cargo by printing")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let mut files = Vec::new();
    collect(&root.join("specs"), &mut files)?;
    files.sort();
    let target = Path::new(&variable("OUT_DIR")?).join("embedded_specs.rs");
    fs::write(target, list(&root, &files)?)
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}

/// All spec files of a folder and those below it; cargo builds anew when any of them changes.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            println!("cargo::rerun-if-changed={}", path.display());
            files.push(path);
        }
    }
    Ok(())
}

/// The list as Rust: paths from the root of the crate, with slashes on every system.
fn list(root: &Path, files: &[PathBuf]) -> io::Result<String> {
    let mut code = String::from("&[\n");
    for file in files {
        let inside = file.strip_prefix(root).map_err(io::Error::other)?;
        let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
        let entry = writeln!(code, "    ({:?}, include_str!({file:?})),", parts.join("/"));
        entry.map_err(io::Error::other)?;
    }
    code.push_str("]\n");
    Ok(code)
}
