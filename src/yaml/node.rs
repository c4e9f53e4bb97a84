//! A document as a tree: each value with its place, scalars as texts.

use super::is_ambiguous;
use crate::diagnostic::{Diagnostic, Location, shorten};
use std::borrow::Cow;

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node<'t> {
    /// The value.
    pub value: Value<'t>,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'t> {
    /// A scalar, as text.
    Scalar {
        /// The text.
        text: Cow<'t, str>,
        /// How it is written.
        style: Style,
    },
    /// A sequence.
    Sequence(Vec<Node<'t>>),
    /// A mapping, in the order of the text.
    Mapping(Vec<(Node<'t>, Node<'t>)>),
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In quotes.
    Quoted,
    /// A literal or folded block.
    Block,
}

/// A file being read: its name, for diagnostics, and the line before its text begins.
#[derive(Debug, Clone, Copy)]
pub struct Source<'s> {
    /// The file, as the user named it.
    pub file: &'s str,
    /// How many lines of the file stand before the text.
    pub line_offset: u32,
}

impl<'s> Source<'s> {
    /// A whole file.
    pub fn whole(file: &'s str) -> Self {
        Self { file, line_offset: 0 }
    }

    /// The place of a node.
    pub fn at(&self, node: &Node<'_>) -> Location {
        Location::at(self.file, node.line, node.column)
    }

    /// A diagnostic at a node.
    pub fn error(&self, node: &Node<'_>, what: impl Into<String>) -> Diagnostic {
        Diagnostic::new(what).at(self.at(node))
    }
}

impl<'t> Node<'t> {
    /// What the value is, as people call it.
    pub fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Scalar { .. } => "a single value",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// The text of a scalar that every YAML version reads as that text.
    pub fn text(&self, source: Source<'_>, what: &str) -> Result<&str, Diagnostic> {
        match &self.value {
            Value::Scalar { .. } if self.is_nothing() => {
                Err(self.wrong_type(source, what, "a text").help("write \"\" for a text of no characters"))
            }
            Value::Scalar { text, style: Style::Plain } if is_ambiguous(text) => Err(source
                .error(self, format!("{what} must be a text"))
                .found(format!("{text}, which YAML reads as something else"))
                .help(format!("write it in quotes: \"{text}\""))),
            Value::Scalar { text, .. } => Ok(text),
            _ => Err(self.wrong_type(source, what, "a text")),
        }
    }

    /// A plain `true` or `false`.
    pub fn boolean(&self, source: Source<'_>, what: &str) -> Result<bool, Diagnostic> {
        match self.plain() {
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            _ => {
                let error = self.wrong_type(source, what, "true or false");
                Err(match self.key().to_ascii_lowercase().as_str() {
                    "true" | "yes" | "y" | "on" => error.help("write true, without quotes"),
                    "false" | "no" | "n" | "off" => error.help("write false, without quotes"),
                    _ => error,
                })
            }
        }
    }

    /// A plain whole number in decimal digits.
    pub fn integer(&self, source: Source<'_>, what: &str) -> Result<i64, Diagnostic> {
        self.plain().filter(|text| is_whole(text)).and_then(|text| text.parse().ok()).ok_or_else(|| match &self.value {
            Value::Scalar { text, style: Style::Quoted } if is_whole(text) => {
                self.wrong_type(source, what, "a whole number").help(format!("write it without quotes: {text}"))
            }
            _ => self.wrong_type(source, what, "a whole number"),
        })
    }

    /// A plain number, with or without a fraction: what every YAML version reads as that number.
    pub fn number(&self, source: Source<'_>, what: &str) -> Result<f64, Diagnostic> {
        self.plain()
            .filter(|text| is_decimal(text))
            .and_then(|text| text.parse().ok())
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| self.wrong_type(source, what, "a number"))
    }

    /// The items of a sequence.
    pub fn items(&self, source: Source<'_>, what: &str) -> Result<&[Node<'t>], Diagnostic> {
        match &self.value {
            Value::Sequence(items) => Ok(items),
            _ => Err(self.wrong_type(source, what, "a list")),
        }
    }

    /// The entries of a mapping.
    pub fn entries(&self, source: Source<'_>, what: &str) -> Result<&[(Node<'t>, Node<'t>)], Diagnostic> {
        match &self.value {
            Value::Mapping(entries) => Ok(entries),
            _ => Err(self.wrong_type(source, what, "a mapping")),
        }
    }

    /// The fields of a mapping that has no keys but the known ones.
    pub fn fields<'n>(&'n self, source: Source<'_>, what: &str, known: &[&str]) -> Result<Fields<'n, 't>, Diagnostic> {
        let fields = self.any_fields(source, what)?;
        match fields.keys().find(|key| !known.contains(&key.key())) {
            Some(key) => Err(unknown_key(source, key, what, known)),
            None => Ok(fields),
        }
    }

    /// The fields of a mapping, whatever keys it has.
    pub fn any_fields<'n>(&'n self, source: Source<'_>, what: &str) -> Result<Fields<'n, 't>, Diagnostic> {
        Ok(Fields { node: self, entries: self.entries(source, what)? })
    }

    /// The text of a mapping's key.
    pub fn key(&self) -> &str {
        match &self.value {
            Value::Scalar { text, .. } => text,
            Value::Sequence(_) | Value::Mapping(_) => "",
        }
    }

    /// Whether the value was left out, or is null.
    fn is_nothing(&self) -> bool {
        matches!(self.plain(), Some("" | "~" | "null" | "Null" | "NULL"))
    }

    fn plain(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, style: Style::Plain } => Some(text),
            _ => None,
        }
    }

    /// The diagnostic of a value of another type than expected.
    pub fn wrong_type(&self, source: Source<'_>, what: &str, expected: &str) -> Diagnostic {
        let found = match &self.value {
            Value::Scalar { .. } if self.is_nothing() => "nothing".to_owned(),
            Value::Scalar { text, .. } => match text.chars().count() {
                0..=60 => format!("\"{text}\""),
                count => format!("a text of {count} characters"),
            },
            Value::Sequence(_) | Value::Mapping(_) => self.type_name().to_owned(),
        };
        source.error(self, format!("{what} must be {expected}")).found(found)
    }
}

/// The diagnostic of a key that nobody knows, with the nearest known one.
pub fn unknown_key(source: Source<'_>, key: &Node<'_>, what: &str, known: &[&str]) -> Diagnostic {
    let name = key.key();
    source
        .error(key, format!("unknown key \"{}\" in {what}", shorten(name)))
        .help(format!("known keys are {}", known.join(", ")))
        .suggest(name, known.iter().copied())
}

/// The fields of a mapping whose keys are all known.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'n, 't> {
    node: &'n Node<'t>,
    entries: &'n [(Node<'t>, Node<'t>)],
}

impl<'n, 't> Fields<'n, 't> {
    /// The keys, in the order of the text.
    pub fn keys(&self) -> impl Iterator<Item = &'n Node<'t>> {
        self.entries.iter().map(|(key, _)| key)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&'n Node<'t>> {
        self.entries.iter().find(|(k, _)| k.key() == key).map(|(_, value)| value)
    }

    /// The value of a key that must be there.
    pub fn require(&self, source: Source<'_>, what: &str, key: &str) -> Result<&'n Node<'t>, Diagnostic> {
        self.get(key).ok_or_else(|| source.error(self.node, format!("{what} has no \"{key}\"")))
    }
}

/// Whether a text is a whole number in decimal digits, without a leading zero.
fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'))
}

/// Whether a text is a number in decimal digits, with a fraction or without.
fn is_decimal(text: &str) -> bool {
    match text.split_once('.') {
        Some((whole, fraction)) => {
            is_whole(whole) && !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit())
        }
        None => is_whole(text),
    }
}
