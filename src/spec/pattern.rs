//! Patterns: run in linear time, anchored at both ends, with ASCII classes.

use regex::Regex;
use std::fmt;

/// The greatest length of a pattern.
const MAX_PATTERN_BYTES: usize = 4096;

/// A compiled pattern that a text must match as a whole.
#[derive(Clone)]
pub struct Pattern {
    source: String,
    regex: Regex,
}

impl Pattern {
    /// Compiles a pattern; says in words why not.
    pub fn new(source: &str) -> Result<Self, String> {
        if source.len() > MAX_PATTERN_BYTES {
            return Err(format!("is longer than {MAX_PATTERN_BYTES} bytes"));
        }
        let anchored = format!(r"\A(?:{})\z", with_ascii_classes(source));
        let regex = Regex::new(&anchored).map_err(|error| {
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            format!("cannot be run by a linear-time engine: {reason}")
        })?;
        Ok(Self { source: source.to_owned(), regex })
    }

    /// The pattern as written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.source)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

/// Writes `\d`, `\w`, `\s` and their opposites out as the ASCII classes they mean in a model.
fn with_ascii_classes(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut characters = source.chars();
    while let Some(c) = characters.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match characters.next() {
            Some('d') => out.push_str("[0-9]"),
            Some('D') => out.push_str("[^0-9]"),
            Some('w') => out.push_str("[0-9A-Za-z_]"),
            Some('W') => out.push_str("[^0-9A-Za-z_]"),
            Some('s') => out.push_str(r"[\t\n\x0B\f\r ]"),
            Some('S') => out.push_str(r"[^\t\n\x0B\f\r ]"),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_whole_texts_with_ascii_digits_only() {
        let pattern = Pattern::new(r"\d+").unwrap();

        assert!(pattern.matches("123"));
        assert!(!pattern.matches("12a"));
        assert!(!pattern.matches("१२"));
        assert!(!pattern.matches("12\n"));
    }

    #[test]
    fn understands_classes_within_classes() {
        let pattern = Pattern::new(r"[\w -:`]+").unwrap();

        assert!(pattern.matches("no space left: `x`/9"));
        assert!(!pattern.matches("é"));
    }

    #[test]
    fn refuses_what_no_linear_engine_runs() {
        assert!(Pattern::new("(?!aws:)x").unwrap_err().contains("look-around"));
        assert!(Pattern::new(&"a".repeat(MAX_PATTERN_BYTES + 1)).is_err());
        assert!(Pattern::new(&"a".repeat(MAX_PATTERN_BYTES)).is_ok());
    }
}
