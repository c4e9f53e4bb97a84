//! Values and kinds in words, as a violation tells them.

use super::scalar::time_words;
use crate::message::Json;
use crate::spec::Kind;

/// Whether a text is one of the words that stand for a float.
pub(super) fn is_float_word(text: &str) -> bool {
    matches!(text, "NaN" | "Infinity" | "-Infinity")
}

/// A JSON value in a word.
pub(super) fn found(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

/// What the values of a kind are, in words.
pub(super) fn type_words(kind: &Kind) -> &'static str {
    match kind {
        Kind::String | Kind::Enum(_) => "a string",
        Kind::Integer => "a whole number of 32 bits",
        Kind::Long => "a whole number of 64 bits",
        Kind::Float | Kind::Double => "a number",
        Kind::Boolean => "a boolean",
        Kind::Timestamp(format) => time_words(*format),
        Kind::Blob => "base64 text",
        Kind::Document => "any JSON",
        Kind::List(_) => "an array",
        Kind::Map { .. } | Kind::Structure(_) | Kind::Union(_) => "an object",
    }
}
