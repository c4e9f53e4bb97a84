//! Redaction, held to its law and to its promise by transcripts of any content.

mod canary;
mod dice;
mod law;
mod rows;
mod transcripts;
mod walks;

use retake::spec::{Specs, compile, embedded};
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// A listing, a search and a read of bytes of those that are embedded, and three of a library that have every kind of member.
fn specs() -> Arc<Specs> {
    static SPECS: LazyLock<Arc<Specs>> = LazyLock::new(|| {
        let embedded = embedded();
        let named = ["ListImageSetVersions", "SearchImageSets", "GetImageFrame"];
        let mut specs: Vec<_> = named.map(|name| embedded.operation(name).unwrap().clone()).into();
        for file in ["list-books.yaml", "search-books.yaml", "get-book.yaml"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/redaction").join(file);
            let text = std::fs::read_to_string(path).unwrap();
            specs.push(compile(file, &text).unwrap_or_else(|errors| panic!("{}", errors[0])));
        }
        Arc::new(Specs::new(specs))
    });
    Arc::clone(&SPECS)
}
