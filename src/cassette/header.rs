//! Document 1: insta's own snapshot header, so that accepting a re-recording is a plain rename.
//!
//! [`emit`] follows the emitter of insta 1.49 to the byte: its order of fields,
//! its rule of what needs quotes, its escapes. A test saves every kind of header
//! through insta itself and compares.

use super::{Cassette, Info};
use crate::diagnostic::Diagnostic;
use crate::message::Origin;
use crate::yaml::{Fields, Limits, Node, Source, Value, parse};
use std::borrow::Cow;

/// The longest header that is read: ten texts of people's length, with room.
const LIMITS: Limits = Limits { bytes: 256 << 10, nodes: 64 };

/// The texts of a header.
pub(super) struct Header {
    pub(super) source: String,
    pub(super) description: String,
    pub(super) expression: String,
    pub(super) info: Info,
}

/// Document 1, from its `---` to its last line.
pub(super) fn emit(cassette: &Cassette, info: &Info) -> String {
    let mut out = String::from("---\n");
    for (key, value) in
        [("source", &cassette.source), ("description", &cassette.description), ("expression", &cassette.expression)]
    {
        if !value.is_empty() {
            push(&mut out, "", key, value);
        }
    }
    out.push_str("info:\n");
    let origin = Some(info.origin.as_str().to_owned());
    let seal = Some(info.exchanges_sha256.clone());
    for (key, value) in [
        ("tool", &info.tool),
        ("recorded_at", &info.recorded_at),
        ("origin", &origin),
        ("region", &info.region),
        ("spec_sha256", &info.spec_sha256),
        ("client", &info.client),
        ("signature", &info.signature),
        ("redaction", &info.redaction),
        ("exchanges_sha256", &seal),
    ] {
        if let Some(value) = value {
            push(&mut out, "  ", key, value);
        }
    }
    out
}

fn push(out: &mut String, indent: &str, key: &str, value: &str) {
    out.push_str(indent);
    out.push_str(key);
    out.push_str(": ");
    out.push_str(&scalar(value));
    out.push('\n');
}

/// A text as insta's emitter writes it.
pub fn scalar(text: &str) -> Cow<'_, str> {
    if !needs_quotes(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1f}' | '\u{7f}' => out.push_str(&format!("\\u{:04x}", c as u32)),
            _ => out.push(c),
        }
    }
    out.push('"');
    Cow::Owned(out)
}

/// Whether insta's emitter puts the text in quotes.
fn needs_quotes(text: &str) -> bool {
    const WORDS: [&str; 22] = [
        "yes", "Yes", "YES", "no", "No", "NO", "True", "TRUE", "true", "False", "FALSE", "false", "on", "On", "ON",
        "off", "Off", "OFF", "null", "Null", "NULL", "~",
    ];
    let leads = |c: char| matches!(c, '&' | '*' | '?' | '|' | '-' | '<' | '>' | '=' | '!' | '%' | '@');
    let inside = |c: char| {
        matches!(c, ':' | '{' | '}' | '[' | ']' | ',' | '#' | '`' | '"' | '\'' | '\\' | '\0'..='\u{6}'
            | '\t' | '\n' | '\r' | '\u{e}'..='\u{1a}' | '\u{1c}'..='\u{1f}')
    };
    text.is_empty()
        || text.starts_with(' ')
        || text.ends_with(' ')
        || text.starts_with(leads)
        || text.contains(inside)
        || WORDS.contains(&text)
        || text.starts_with('.')
        || text.starts_with("0x")
        || text.parse::<i64>().is_ok()
        || text.parse::<f64>().is_ok()
}

/// Reads document 1: the lines between the two `---`.
pub(super) fn read(source: Source<'_>, text: &str) -> Result<Header, Diagnostic> {
    let root = parse(source, text, LIMITS)?;
    let fields = root.fields(source, "the header", &["source", "description", "expression", "info"])?;
    let info = fields.require(source, "the header", "info")?;
    let required = |key: &str| optional(source, &fields, key).map(Option::unwrap_or_default);
    Ok(Header {
        source: required("source")?,
        description: required("description")?,
        expression: required("expression")?,
        info: read_info(source, info)?,
    })
}

fn read_info(source: Source<'_>, node: &Node<'_>) -> Result<Info, Diagnostic> {
    const KEYS: [&str; 9] = [
        "tool",
        "recorded_at",
        "origin",
        "region",
        "spec_sha256",
        "client",
        "signature",
        "redaction",
        "exchanges_sha256",
    ];
    let fields = node.fields(source, "info", &KEYS)?;
    let text = |key: &str| optional(source, &fields, key);
    Ok(Info {
        tool: text("tool")?,
        recorded_at: text("recorded_at")?,
        origin: origin(source, fields.require(source, "info", "origin")?)?,
        region: text("region")?,
        spec_sha256: text("spec_sha256")?,
        client: text("client")?,
        signature: text("signature")?,
        redaction: text("redaction")?,
        exchanges_sha256: text("exchanges_sha256")?.unwrap_or_default(),
    })
}

fn origin(source: Source<'_>, node: &Node<'_>) -> Result<Origin, Diagnostic> {
    let word = text(source, node, "origin")?;
    Origin::parse(word).ok_or_else(|| {
        let words = Origin::ALL.map(Origin::as_str);
        let error = source.error(node, "this is no origin").expected(words.join(", ")).found(format!("\"{word}\""));
        error.suggest(word, words)
    })
}

fn optional(source: Source<'_>, fields: &Fields<'_, '_>, key: &str) -> Result<Option<String>, Diagnostic> {
    fields.get(key).map(|node| text(source, node, key).map(str::to_owned)).transpose()
}

/// The text of a scalar. What insta leaves without quotes, such as a bare `y`, is that text here too.
fn text<'n>(source: Source<'_>, node: &'n Node<'_>, key: &str) -> Result<&'n str, Diagnostic> {
    match &node.value {
        Value::Scalar { text, .. } if !needs_quotes(text) => Ok(text),
        Value::Scalar { .. } | Value::Sequence(_) | Value::Mapping(_) => node.text(source, key),
    }
}
