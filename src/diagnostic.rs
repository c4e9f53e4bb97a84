//! What happened, where, and what to do about it.
//!
//! Every error that a person can cause is a [`Diagnostic`]. This file also
//! holds the one escaper, [`escape`], through which every text from outside
//! passes before it reaches a terminal, a log, a report or a snapshot.

use std::borrow::Cow;
use std::fmt;

/// A place in a file: all parts are optional, the file is a path as the user gave it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Location {
    /// The file, as named on the command line or found under a named folder.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1, in characters.
    pub column: Option<u32>,
    /// A JSON pointer into the body or document.
    pub pointer: Option<String>,
}

impl Location {
    /// A whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: Some(file.into()), ..Self::default() }
    }

    /// A line and column of a file.
    pub fn at(file: impl Into<String>, line: u32, column: u32) -> Self {
        Self { file: Some(file.into()), line: Some(line), column: Some(column), pointer: None }
    }

    /// The same place, with a JSON pointer.
    #[must_use]
    pub fn with_pointer(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// Whether nothing is known of the place.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        if let Some(file) = &self.file {
            write!(f, "{}", escape(file))?;
            first = false;
        }
        if let Some(line) = self.line {
            write!(f, "{}{line}", if first { "line " } else { ":" })?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
            first = false;
        }
        if let Some(pointer) = &self.pointer {
            write!(f, "{}{}", if first { "" } else { " at " }, escape(pointer))?;
        }
        Ok(())
    }
}

/// A user-facing error: what happened, where, what was expected and found, what to do now.
///
/// ```
/// use retake::diagnostic::{Diagnostic, Location};
///
/// let error = Diagnostic::new("unknown key \"pagnation\"")
///     .at(Location::at("specs/a.yaml", 12, 1))
///     .help("did you mean \"pagination\"?");
/// assert_eq!(
///     error.to_string(),
///     "unknown key \"pagnation\"\n  at specs/a.yaml:12:1\n  help: did you mean \"pagination\"?"
/// );
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostic {
    /// What happened: lower case, no full stop.
    pub what: String,
    /// Where it happened.
    pub location: Location,
    /// What was expected there.
    pub expected: Option<String>,
    /// What was found instead.
    pub found: Option<String>,
    /// What to do now.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Starts with what happened.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), ..Self::default() }
    }

    /// Adds the place.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = location;
        self
    }

    /// Adds what was expected.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Adds what was found.
    #[must_use]
    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }

    /// Adds what to do now.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the known word that was probably meant; where none is near, the help stays as it is.
    #[must_use]
    pub fn suggest<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(word, known) {
            Some(near) => self.help(format!("did you mean \"{near}\"?")),
            None => self,
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", escape(&self.what))?;
        if !self.location.is_empty() {
            write!(f, "\n  at {}", self.location)?;
        }
        if let Some(expected) = &self.expected {
            write!(f, "\n  expected: {}", escape(expected))?;
        }
        if let Some(found) = &self.found {
            write!(f, "\n  found: {}", escape(found))?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {}", escape(help))?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}

/// Makes a text from outside safe to show: control characters,
/// ESC, bidirectional and zero-width characters become visible `\u{…}` escapes,
/// and so does the beginning of what a CI service would take for a command to it.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe_to_show) && !text.contains("##") && !text.contains("::") {
        return Cow::Borrowed(text);
    }
    let commands = begins_a_command(text);
    let mut shown = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        if is_unsafe_to_show(c) || commands == Some(at) || is_marked_as_command(&text[at..]) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Where a text begins like a line that GitHub takes for a command: `::name parameters::value`.
fn begins_a_command(text: &str) -> Option<usize> {
    let rest = text.trim_start().strip_prefix("::")?;
    let is_command = rest.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.contains("::");
    is_command.then(|| text.len() - rest.len() - 2)
}

/// Whether a text begins with what GitHub and Azure take for a command anywhere in a line: `##[name]`, `##vso[name]`.
fn is_marked_as_command(text: &str) -> bool {
    text.starts_with("##[") || text.starts_with("##vso[")
}

fn is_unsafe_to_show(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e007f}')
}

/// The beginning of a long text: what a message shows of something from outside.
pub fn shorten(text: &str) -> Cow<'_, str> {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
        None => Cow::Borrowed(text),
    }
}

/// The candidate that is closest to a mistyped word, if any is close enough to be meant:
/// a few letters apart, or one the beginning of the other.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing takes the product of the lengths: nobody mistypes a word this long.
    const LONGEST: usize = 128;
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .filter_map(|candidate| {
            let known = candidate.to_lowercase();
            let is_beginning = begins(&word, &known) || begins(&known, &word);
            // Words of very different lengths are far apart: no need to measure how far.
            if !is_beginning && known.len().abs_diff(word.len()) > 4 * allowed {
                return None;
            }
            let distance = strsim::damerau_levenshtein(&word, &known);
            (is_beginning || distance <= allowed).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Whether a text is the beginning of another, and long enough to mean something.
fn begins(beginning: &str, whole: &str) -> bool {
    beginning.len() >= 3 && whole.starts_with(beginning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_a_terminal_would_obey() {
        let shown = escape("a\u{1b}[31m\u{202e}\u{200b}b\r\n");

        assert_eq!(shown, "a\\u{1b}[31m\\u{202e}\\u{200b}b\\u{d}\\u{a}");
    }

    #[test]
    fn leaves_plain_text_of_any_script_alone() {
        assert_eq!(escape("café 漢"), "café 漢");
    }

    #[test]
    fn escapes_what_a_ci_service_would_obey() {
        assert_eq!(escape(" ::error file=a::b"), " \\u{3a}:error file=a::b");
        assert_eq!(escape("::stop-commands::x"), "\\u{3a}:stop-commands::x");
        assert_eq!(escape("a ##[error]b ##vso[task.x]"), "a \\u{23}#[error]b \\u{23}#vso[task.x]");
        for plain in ["::1", "::ffff:127.0.0.1", "[::1]:80", "a::b", "x.rs::works", "# a", "## a", "##"] {
            assert_eq!(escape(plain), plain);
        }
    }

    #[test]
    fn shows_the_beginning_of_a_long_text() {
        assert_eq!(shorten(&"é".repeat(60)), "é".repeat(60));
        assert_eq!(shorten(&"é".repeat(61)), format!("{}…", "é".repeat(60)));
    }

    #[test]
    fn names_the_nearest_word_and_nothing_far_away() {
        let words = ["pagination", "service"];

        assert_eq!(nearest("pagnation", words), Some("pagination"));
        assert_eq!(nearest("page", words), None);
        assert_eq!(nearest("services", words), Some("service"));
        assert_eq!(nearest("serv", words), Some("service"));
        assert_eq!(nearest("se", words), None);
        assert_eq!(nearest("rules", words), None);
        assert_eq!(nearest(&"s".repeat(5_000_000), words), None);
    }
}
