//! The scenarios that a spec implies, and the script that plays them.

mod laws;
mod list;
mod played;
mod recorded;
pub(crate) mod walker;

use retake::spec::{Specs, compile, embedded};
use std::path::Path;
use std::sync::Arc;

/// The embedded specs.
fn real() -> Arc<Specs> {
    Arc::new(embedded())
}

/// Specs of invented services: listings by query, header and body, a single output, a payload of bytes.
pub(crate) fn invented() -> Arc<Specs> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut files: Vec<_> =
        std::fs::read_dir(root.join("simulate")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.push(root.join("checks/specs/list-books.yaml"));
    files.sort();
    let specs = files.into_iter().filter(|file| file.extension().is_some_and(|ending| ending == "yaml")).map(|file| {
        let text = std::fs::read_to_string(&file).unwrap();
        compile(&file.display().to_string(), &text).unwrap_or_else(|errors| panic!("{}", errors[0]))
    });
    Arc::new(Specs::new(specs.collect()))
}
