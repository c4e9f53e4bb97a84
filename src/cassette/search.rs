//! The second net over a file as it is: also what a reader passes over, such as a comment, and also a file that cannot
//! be read as a cassette.

use super::secrets::secrets;
use super::{Cassette, read};
use crate::diagnostic::{Diagnostic, Location};
use crate::redact::detect::{Forbidden, scan};
use std::collections::BTreeSet;

/// What was found in a file, and what can be made of it.
#[derive(Debug)]
pub struct Searched {
    /// The cassette, or why it is none.
    pub cassette: Result<Cassette, Diagnostic>,
    /// Each rule that fires, with its place; never what it found.
    pub found: Vec<(String, Location)>,
}

/// Reads a file, and searches all of it: by the detectors, as text and as what a reader makes of it, and for secrets that
/// are known.
pub fn search(file: &str, bytes: &[u8], forbidden: &Forbidden) -> Searched {
    let cassette = read(file, bytes);
    let text = String::from_utf8_lossy(bytes);
    let lines = Lines::of(bytes);
    let mut found: BTreeSet<(Option<u32>, String)> = BTreeSet::new();
    let decoded = Lines::of(text.as_bytes());
    found.extend(scan(&text).into_iter().map(|it| (decoded.line(it.offset), it.rule.as_str().to_owned())));
    found.extend(forbidden.scan(bytes).into_iter().map(|it| (lines.line(it.offset), it.rule.as_str().to_owned())));
    if let Ok(cassette) = &cassette {
        found.extend(secrets(cassette).into_iter().map(|(rule, place)| (place.line, rule)));
    }
    let place = |line| Location { line, ..Location::file(file) };
    Searched { cassette, found: found.into_iter().map(|(line, rule)| (rule, place(line))).collect() }
}

/// Where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(bytes: &[u8]) -> Self {
        let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        Self(ends.map(|(at, _)| at).collect())
    }

    fn line(&self, offset: usize) -> Option<u32> {
        u32::try_from(self.0.partition_point(|end| *end < offset) + 1).ok()
    }
}
