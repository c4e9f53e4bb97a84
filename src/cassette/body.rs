//! Bodies in a file: which of `json`, `text` and `base64` a body is stored as, and back.
//!
//! A body is `json` only if taking the white space between its tokens away gives
//! its bytes again, and `text` only if a literal block, and insta, leave it as it is.

use super::MAX_BODY;
use crate::diagnostic::Diagnostic;
use crate::message::json::{self, JsonError};
use crate::message::{Body, Json, Withheld, WithheldReason};
use crate::yaml::{Node, Source, Style, Value};
use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine};

/// How long a line of base64 is.
const BASE64_LINE: usize = 76;

/// How much of a line is shown before the place where it is no JSON.
const SHOWN: usize = 40;

/// How long a pretty-printed body may be: one that is all indentation is easier to read as it is.
const MAX_PRETTY: usize = 4 * MAX_BODY;

/// A body as it is stored.
pub(super) enum Stored<'b> {
    /// JSON, pretty-printed.
    Json(String),
    /// Text as it is.
    Text(&'b str),
    /// Any bytes, encoded.
    Base64(String),
}

impl<'b> Stored<'b> {
    /// The form of these bytes.
    pub(super) fn of(bytes: &'b [u8]) -> Self {
        let Some(text) = std::str::from_utf8(bytes).ok().filter(|text| !text.contains(is_special)) else {
            return Self::Base64(STANDARD.encode(bytes));
        };
        match Json::parse(bytes) {
            Ok(value) if value.to_compact() == text && pretty_length(&value, 0) <= MAX_PRETTY => {
                Self::Json(value.to_pretty())
            }
            _ if is_literal(text) => Self::Text(text),
            _ => Self::Base64(STANDARD.encode(bytes)),
        }
    }

    /// Writes it as the one key of a body.
    pub(super) fn write(&self, indent: usize, out: &mut String) {
        let spaces = " ".repeat(indent);
        match self {
            Self::Json(pretty) => {
                out.push_str(&format!("{spaces}json: |\n"));
                push_lines(out, indent + 2, pretty.split('\n'));
            }
            Self::Text(text) => {
                let ended = text.strip_suffix('\n');
                out.push_str(&format!("{spaces}text: {}\n", if ended.is_some() { "|" } else { "|-" }));
                push_lines(out, indent + 2, ended.unwrap_or(text).split('\n'));
            }
            Self::Base64(encoded) => {
                out.push_str(&format!("{spaces}base64: |\n"));
                let lines = encoded.as_bytes().chunks(BASE64_LINE);
                push_lines(out, indent + 2, lines.map(|line| std::str::from_utf8(line).expect("base64 is ASCII")));
            }
        }
    }
}

/// How long the value is when pretty-printed at a depth.
fn pretty_length(value: &Json, depth: usize) -> usize {
    let line = 2 * depth + 4;
    let around = 2 * depth + 3;
    match value {
        Json::Array(items) => {
            items.iter().fold(around, |length, item| length.saturating_add(line + pretty_length(item, depth + 1)))
        }
        Json::Object(members) => members.iter().fold(around, |length, (key, value)| {
            length.saturating_add(line + key.raw().len() + 4 + pretty_length(value, depth + 1))
        }),
        Json::String(text) => text.raw().len() + 2,
        Json::Number(raw) => raw.len(),
        Json::Bool(_) | Json::Null => 5,
    }
}

fn push_lines<'l>(out: &mut String, indent: usize, lines: impl Iterator<Item = &'l str>) {
    for line in lines {
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// Characters that some YAML reader treats as a line break, drops or refuses.
pub(super) fn is_special(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether a literal block gives the text back, whoever reads it, and insta keeps its end.
fn is_literal(text: &str) -> bool {
    let lines_end_visibly = |text: &str| text.split('\n').all(|line| !line.ends_with(char::is_whitespace));
    !text.is_empty()
        && !text.starts_with(char::is_whitespace)
        && !text.contains(|c: char| c < ' ' && c != '\n' && c != '\t')
        && !text.ends_with("\n\n")
        && lines_end_visibly(text)
}

/// Reads the body whose one key is given.
pub(super) fn read(source: Source<'_>, key: &Node<'_>, value: &Node<'_>) -> Result<Body, Diagnostic> {
    let bytes = match key.key() {
        "json" => read_json(source, value)?,
        "text" => text(source, value, "a text body")?.as_bytes().to_vec(),
        "base64" => read_base64(source, value)?,
        _ => return read_withheld(source, value),
    };
    if bytes.is_empty() {
        return Err(source.error(key, "a body of no bytes is not written down").help("leave `body` out"));
    }
    if bytes.len() > MAX_BODY {
        return Err(source
            .error(key, "the body is too long")
            .expected(format!("at most {MAX_BODY} bytes"))
            .found(format!("{} bytes", bytes.len())));
    }
    Ok(Body::from_bytes(bytes))
}

/// The text of a body, which is written in quotes or as a block: plain scalars fold lines.
fn text<'n>(source: Source<'_>, node: &'n Node<'_>, what: &str) -> Result<&'n str, Diagnostic> {
    match &node.value {
        Value::Scalar { text, style: Style::Quoted | Style::Block } => Ok(text),
        Value::Scalar { style: Style::Plain, .. } => {
            Err(source.error(node, format!("{what} must be a block or in quotes")).help("begin a block with `|`"))
        }
        Value::Sequence(_) | Value::Mapping(_) => {
            Err(node.wrong_type(source, what, "a block of text").help("begin the block with `|`"))
        }
    }
}

fn read_json(source: Source<'_>, node: &Node<'_>) -> Result<Vec<u8>, Diagnostic> {
    let text = text(source, node, "a JSON body")?;
    let compact = json::compact_checked(text).map_err(|error| json_error(source, node, text, &error))?;
    Ok(compact.into_bytes())
}

/// The error of a JSON text, at its line where the text is a block of lines.
fn json_error(source: Source<'_>, node: &Node<'_>, text: &str, error: &JsonError) -> Diagnostic {
    let before = &text[..text.floor_char_boundary(error.offset)];
    let line_before = before.rsplit('\n').next().unwrap_or_default();
    let shown: Vec<char> = line_before.chars().rev().take(SHOWN).collect();
    let mut diagnostic = source
        .error(node, format!("the body is not JSON: it {}", error.kind))
        .help("mend it, or store the body as `text` or `base64`");
    if !shown.is_empty() {
        diagnostic = diagnostic.found(format!("right after: {}", shown.iter().rev().collect::<String>().trim_start()));
    }
    if let Value::Scalar { style: Style::Block, .. } = node.value {
        let lines = before.bytes().filter(|byte| *byte == b'\n').count();
        let line = u32::try_from(lines).unwrap_or(u32::MAX).saturating_add(node.line + 1);
        diagnostic.location.line = Some(line);
        diagnostic.location.column = None;
    }
    diagnostic
}

fn read_base64(source: Source<'_>, node: &Node<'_>) -> Result<Vec<u8>, Diagnostic> {
    let text = match &node.value {
        Value::Scalar { text, .. } => text,
        Value::Sequence(_) | Value::Mapping(_) => return Err(node.wrong_type(source, "base64", "a text")),
    };
    let joined: String = text.chars().filter(|c| !matches!(c, ' ' | '\n')).collect();
    STANDARD.decode(&joined).map_err(|error| {
        let found = match error {
            DecodeError::InvalidByte(offset, _) => match joined[joined.floor_char_boundary(offset)..].chars().next() {
                Some(c) => format!("the character \"{c}\""),
                None => "an end that is missing".to_owned(),
            },
            DecodeError::InvalidLength(_) | DecodeError::InvalidLastSymbol { .. } | DecodeError::InvalidPadding => {
                "an end that is cut off or wrongly padded".to_owned()
            }
        };
        source.error(node, "the body is not base64").found(found).help("encode it anew, with padding")
    })
}

fn read_withheld(source: Source<'_>, node: &Node<'_>) -> Result<Body, Diagnostic> {
    let fields = node.fields(source, "withheld", &["reason", "length"])?;
    let reason_node = fields.require(source, "withheld", "reason")?;
    let word = reason_node.text(source, "the reason")?;
    let reason = WithheldReason::parse(word).ok_or_else(|| {
        let words = WithheldReason::ALL.map(WithheldReason::as_str).join(", ");
        source.error(reason_node, "this is no reason to withhold a body").expected(words).found(format!("\"{word}\""))
    })?;
    let length_node = fields.require(source, "withheld", "length")?;
    let length = length_node.integer(source, "the length")?;
    let length =
        u64::try_from(length).map_err(|_| length_node.wrong_type(source, "the length", "a number of bytes"))?;
    Ok(Body::Withheld(Withheld { reason, length }))
}
