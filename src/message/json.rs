//! JSON without loss: numbers keep their spelling, strings their escapes,
//! objects their order and their duplicate keys.
//!
//! A parsed value printed compactly gives the input back, less the white space
//! between tokens. That is what lets a cassette show a body one member a line
//! and still hold the bytes of the wire.

mod check;
mod parse;
mod tokens;

pub use check::compact_checked;
pub use tokens::{Compact, Next, Tokens};

use std::borrow::Cow;
use std::fmt;

/// How deep a value may be nested.
pub const MAX_DEPTH: usize = 128;

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as spelled.
    Number(String),
    /// A string.
    String(Text),
    /// An array.
    Array(Vec<Json>),
    /// An object, with duplicate keys where they were.
    Object(Vec<(Text, Json)>),
}

/// A string as spelled between its quotes, escapes included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(String);

impl Text {
    /// Spells a text, escaping only what JSON requires.
    pub fn new(text: &str) -> Self {
        Self(spell(text).into_owned())
    }

    /// A text that is spelled already, as between the quotes of a valid string.
    #[cfg(test)]
    pub(crate) fn spelled(raw: &str) -> Self {
        Self(raw.to_owned())
    }

    /// The spelling between the quotes.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// The text that is meant; a lone surrogate becomes a replacement character.
    pub fn decode(&self) -> Cow<'_, str> {
        decode(&self.0)
    }
}

/// How a text is spelled between quotes: only what JSON requires is escaped.
pub fn spell(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)) {
        return Cow::Borrowed(text);
    }
    let mut raw = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => raw.push_str("\\\""),
            '\\' => raw.push_str("\\\\"),
            '\n' => raw.push_str("\\n"),
            '\r' => raw.push_str("\\r"),
            '\t' => raw.push_str("\\t"),
            c if (c as u32) < 0x20 => raw.push_str(&format!("\\u{:04x}", c as u32)),
            c => raw.push(c),
        }
    }
    Cow::Owned(raw)
}

/// The text that a spelling between quotes means; a lone surrogate becomes a replacement character.
pub fn decode(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let (c, length) = decode_escape(&rest[at..]);
        text.push(c);
        rest = &rest[at + length..];
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// The character of the escape that the text begins with, and the escape's length.
fn decode_escape(text: &str) -> (char, usize) {
    let unit = |at: usize| text.get(at..at + 4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    match text.as_bytes().get(1) {
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(b'n') => ('\n', 2),
        Some(b'r') => ('\r', 2),
        Some(b't') => ('\t', 2),
        Some(b'u') => match (unit(2), text.get(6..8), unit(8)) {
            (Some(high @ 0xd800..=0xdbff), Some("\\u"), Some(low @ 0xdc00..=0xdfff)) => {
                let c = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                (char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
            }
            (Some(c), _, _) => (char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
            (None, _, _) => (char::REPLACEMENT_CHARACTER, 2),
        },
        Some(&other) => (other as char, 2),
        None => (char::REPLACEMENT_CHARACTER, 1),
    }
}

/// Why a text is not JSON, and at which byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// The byte offset.
    pub offset: usize,
    /// What is wrong there.
    pub kind: JsonErrorKind,
}

/// The ways in which a text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonErrorKind {
    /// The text ends inside a value.
    Truncated,
    /// A byte that cannot stand there.
    Unexpected,
    /// Something follows the value.
    Trailing,
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// Not UTF-8.
    NotUtf8,
}

impl fmt::Display for JsonErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "ends inside a value",
            Self::Unexpected => "has a character that cannot stand there",
            Self::Trailing => "goes on after the value",
            Self::TooDeep => "is nested too deep",
            Self::NotUtf8 => "is not UTF-8",
        })
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JSON {} (byte {})", self.kind, self.offset)
    }
}

impl std::error::Error for JsonError {}

impl Json {
    /// Parses a whole text as one value.
    pub fn parse(text: &[u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(text)
            .map_err(|error| JsonError { offset: error.valid_up_to(), kind: JsonErrorKind::NotUtf8 })?;
        parse::whole(text)
    }

    /// A string value.
    pub fn string(text: &str) -> Self {
        Self::String(Text::new(text))
    }

    /// The member of that name of an object: the last one, where it stands twice, as every client reads it.
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Self::Object(members) => members.iter().rev().find(|(key, _)| key.decode() == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text of a string value.
    pub fn as_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::String(text) => Some(text.decode()),
            _ => None,
        }
    }

    /// The items of an array.
    pub fn as_array(&self) -> Option<&[Json]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The JSON type, as people call it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// Prints without white space between tokens.
    pub fn to_compact(&self) -> String {
        let mut out = String::new();
        self.write_compact(&mut out);
        out
    }

    fn write_compact(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Number(raw) => out.push_str(raw),
            Self::String(text) => write_text(text, out),
            Self::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write_compact(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_text(key, out);
                    out.push(':');
                    value.write_compact(out);
                }
                out.push('}');
            }
        }
    }

    /// Prints one member a line, indented by two spaces; empty containers stay `{}` and `[]`.
    pub fn to_pretty(&self) -> String {
        let mut out = String::new();
        self.write_pretty(0, &mut out);
        out
    }

    fn write_pretty(&self, depth: usize, out: &mut String) {
        match self {
            Self::Array(items) if !items.is_empty() => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    start_line(index, depth + 1, out);
                    item.write_pretty(depth + 1, out);
                }
                end_line(depth, out);
                out.push(']');
            }
            Self::Object(members) if !members.is_empty() => {
                out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    start_line(index, depth + 1, out);
                    write_text(key, out);
                    out.push_str(": ");
                    value.write_pretty(depth + 1, out);
                }
                end_line(depth, out);
                out.push('}');
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Array(_) | Self::Object(_) => {
                self.write_compact(out);
            }
        }
    }
}

fn write_text(text: &Text, out: &mut String) {
    out.push('"');
    out.push_str(text.raw());
    out.push('"');
}

fn start_line(index: usize, depth: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
    end_line(depth, out);
}

fn end_line(depth: usize, out: &mut String) {
    out.push('\n');
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// Takes white space between tokens away, without looking at anything else.
///
/// Given what [`Json::to_pretty`] printed, this gives what [`Json::to_compact`] prints.
pub fn compact(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'"' {
            let end = string_end(bytes, at);
            out.extend_from_slice(&bytes[at..end]);
            at = end;
            continue;
        }
        if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            out.push(byte);
        }
        at += 1;
    }
    String::from_utf8(out).expect("only ASCII white space was taken out of a valid text")
}

/// The offset behind the string that begins at a quote.
fn string_end(bytes: &[u8], quote: usize) -> usize {
    let mut at = quote + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> JsonErrorKind {
        Json::parse(text.as_bytes()).unwrap_err().kind
    }

    #[test]
    fn keeps_numbers_escapes_and_duplicate_keys() {
        let wire = r#"{"a":1.679592510753E9,"a":"\u00e9\/","b":[{},[],-0.0,1e+2],"c":null}"#;

        let value = Json::parse(wire.as_bytes()).unwrap();

        assert_eq!(value.to_compact(), wire);
        assert_eq!(compact(&value.to_pretty()), wire);
    }

    #[test]
    fn decodes_escapes_and_surrogate_pairs() {
        let value = Json::parse(br#""a\n\u00e9\ud83d\ude00\ud800x""#).unwrap();

        assert_eq!(value.as_text().unwrap(), "a\né😀\u{fffd}x");
    }

    #[test]
    fn tells_a_truncated_text_from_a_wrong_one() {
        for text in ["", "{", "{\"a\"", "{\"a\":1", "[1,", "\"ab", "tru", "-", "1.", "\"\\u00"] {
            assert_eq!(kind(text), JsonErrorKind::Truncated, "{text}");
        }
        for text in ["<html>", "{a:1}", "[1,]", "nul1", "01", "\"\u{1}\"", "\u{feff}{}"] {
            assert!(matches!(kind(text), JsonErrorKind::Unexpected | JsonErrorKind::Trailing), "{text}");
        }
        assert_eq!(kind("{} x"), JsonErrorKind::Trailing);
    }

    #[test]
    fn refuses_nesting_beyond_the_limit() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));

        assert!(Json::parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert_eq!(kind(&nested(MAX_DEPTH + 1)), JsonErrorKind::TooDeep);
    }
}
