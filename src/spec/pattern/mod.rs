//! Patterns: run in linear time, anchored at both ends, with ASCII classes.
//!
//! A model's patterns are ECMAScript's; [`translate`] spells them for the
//! engine. What else one wants of a pattern, the strings that it takes in
//! order, is in [`language`].

mod language;
mod search;
mod translate;

use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};
use std::fmt;
use std::sync::{Arc, OnceLock};

pub(crate) use language::{Bounds, Language};

/// The greatest length of a pattern.
const MAX_PATTERN_BYTES: usize = 4096;

/// How much a pattern may grow when its repetitions are written out, in ranges of characters.
///
/// It bounds the memory and time of compiling one; `[\w-]{1,8192}` has 40,960.
const MAX_COST: u64 = 1 << 16;

/// A compiled pattern that a text must match as a whole.
#[derive(Clone)]
pub struct Pattern {
    source: String,
    regex: Regex,
    syntax: Hir,
    cost: u64,
    language: OnceLock<Option<Arc<Language>>>,
}

impl Pattern {
    /// Compiles a pattern; says in words why not.
    pub fn new(source: &str) -> Result<Self, String> {
        if source.len() > MAX_PATTERN_BYTES {
            return Err(format!("has {} bytes, more than {MAX_PATTERN_BYTES}", source.len()));
        }
        let translated = translate::for_engine(source)?;
        let syntax = regex_syntax::parse(&translated).map_err(|error| refused(&error))?;
        let cost = cost(&syntax);
        if cost > MAX_COST {
            return Err("grows too large when its repetitions are written out".to_owned());
        }
        let regex = Regex::new(&format!(r"\A(?:{translated})\z")).map_err(|error| unreadable(&error.to_string()))?;
        Ok(Self { source: source.to_owned(), regex, syntax, cost, language: OnceLock::new() })
    }

    /// The pattern as written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// What it takes to hold it: ranges of characters, repetitions written out.
    pub(crate) fn cost(&self) -> u64 {
        self.cost
    }

    /// The strings that it takes, unless it asks for more than can be walked.
    pub(crate) fn language(&self) -> Option<&Language> {
        self.language.get_or_init(|| Language::new(&self.syntax).map(Arc::new)).as_deref()
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

/// Why the engine does not take a pattern: it is wrong, or it is right and asks for what no linear-time engine can do.
fn refused(error: &regex_syntax::Error) -> String {
    use regex_syntax::ast::ErrorKind;
    match error {
        regex_syntax::Error::Parse(error) => match error.kind() {
            kind @ (ErrorKind::UnsupportedLookAround | ErrorKind::UnsupportedBackreference) => {
                format!("cannot be run by a linear-time engine: {kind}")
            }
            kind => format!("is not readable: {kind}"),
        },
        error => unreadable(&error.to_string()),
    }
}

/// The last line of an engine's message, which says what is wrong.
fn unreadable(message: &str) -> String {
    let last = message.lines().last().unwrap_or_default();
    format!("is not readable: {}", last.trim_start_matches("error: "))
}

/// Ranges of characters, with repetitions written out. The parser bounds the depth.
fn cost(syntax: &Hir) -> u64 {
    match syntax.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(Class::Unicode(class)) => 1 + class.ranges().len() as u64,
        HirKind::Class(Class::Bytes(class)) => 1 + class.ranges().len() as u64,
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min.saturating_add(1)).max(1);
            cost(&repetition.sub).saturating_mul(u64::from(times))
        }
        HirKind::Capture(capture) => cost(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().map(cost).fold(1, u64::saturating_add),
    }
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
    fn keeps_the_alternatives_of_a_pattern_inside_its_anchors() {
        let pattern = Pattern::new("a|b").unwrap();

        assert!(pattern.matches("b"));
        assert!(!pattern.matches("ab"));
    }

    #[test]
    fn knows_letters_of_every_script_by_their_category() {
        let pattern = Pattern::new(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*").unwrap();

        assert!(pattern.matches("Zürich 漢 9"));
        assert!(!pattern.matches("!"));
    }

    #[test]
    fn refuses_what_no_linear_engine_runs() {
        assert!(Pattern::new("(?!aws:)x").unwrap_err().contains("look-around"));
        assert!(Pattern::new(r"(a)\1").unwrap_err().contains("backreferences"));
        assert!(Pattern::new(&"a".repeat(MAX_PATTERN_BYTES + 1)).is_err());
        assert!(Pattern::new(&"a".repeat(MAX_PATTERN_BYTES)).is_ok());
    }

    #[test]
    fn refuses_what_is_short_and_grows_without_measure() {
        for hostile in ["(a{1000}){1000}", "((((a{99}){99}){99}){99}){99}", r"(\p{L}{64}){64}", "a{70000}"] {
            assert!(Pattern::new(hostile).unwrap_err().contains("grows too large"), "{hostile}");
        }
        assert!(Pattern::new(r"[\w-]{1,8192}").is_ok());
    }
}
