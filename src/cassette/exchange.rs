//! One exchange of document 2, from its YAML node.

use super::body;
use crate::diagnostic::{Diagnostic, Location};
use crate::evidence::Place;
use crate::message::{Body, End, Exchange, Headers, Link, Request, Response};
use crate::yaml::{Node, Source, Style, Value, unknown_key};
use std::cell::Cell;

/// How long an id may be.
const MAX_ID: usize = 200;

/// Where an exchange stands, and so what it may hold.
pub(super) enum Form<'b> {
    /// In a cassette.
    File,
    /// In a journal: its link stands with it, its id may be missing, and its bodies stand apart, here.
    Entry(Cell<&'b [u8]>),
}

impl Form<'_> {
    fn keys(&self) -> &'static [&'static str] {
        const KEYS: [&str; 8] = ["id", "operation", "walk", "attempt", "unfinished", "request", "response", "link"];
        match self {
            Self::File => &KEYS[..7],
            Self::Entry(_) => &KEYS,
        }
    }

    fn body_kinds(&self) -> &'static [&'static str] {
        match self {
            Self::File => &["json", "text", "base64", "withheld"],
            Self::Entry(_) => &["bytes", "withheld"],
        }
    }
}

/// Reads an exchange and its place.
pub(super) fn read(source: Source<'_>, node: &Node<'_>, form: &Form<'_>) -> Result<(Exchange, Place), Diagnostic> {
    let fields = node.fields(source, "an exchange", form.keys())?;
    let require = |key: &str| fields.require(source, "an exchange", key);
    let count = |key: &str, least: i64| fields.get(key).map(|node| count(source, node, key, least)).transpose();
    let request = read_request(source, require("request")?, form)?;
    let (response, body_line) = read_response(source, require("response")?, form)?;
    let exchange = Exchange {
        id: read_id(source, require("id")?, form)?,
        operation: fields
            .get("operation")
            .map(|node| node.text(source, "the operation").map(str::to_owned))
            .transpose()?,
        walk: count("walk", 2)?,
        attempt: count("attempt", 1)?,
        unfinished: match fields.get("unfinished") {
            Some(node) => node.boolean(source, "unfinished")?,
            None => false,
        },
        request,
        response,
        link: fields.get("link").map_or(Ok(Link::default()), |node| read_link(source, node))?,
    };
    let line_of = |key: &str| {
        let Value::Mapping(entries) = &node.value else { return node.line };
        entries.iter().find(|(k, _)| k.key() == key).map_or(node.line, |(k, _)| k.line)
    };
    let place =
        Place { line: node.line, request_line: line_of("request"), response_line: line_of("response"), body_line };
    Ok((exchange, place))
}

/// Whether a text may be an exchange's id.
pub(super) fn is_id(text: &str) -> bool {
    let first = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let rest = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-'));
    first && rest && text.len() <= MAX_ID
}

fn read_id(source: Source<'_>, node: &Node<'_>, form: &Form<'_>) -> Result<String, Diagnostic> {
    let id = node.text(source, "the id")?;
    if is_id(id) || (id.is_empty() && matches!(form, Form::Entry(_))) {
        return Ok(id.to_owned());
    }
    Err(node.wrong_type(
        source,
        "the id",
        &format!("1 to {MAX_ID} of a-z, 0-9, \".\", \"_\" and \"-\", beginning with a letter or digit"),
    ))
}

fn count(source: Source<'_>, node: &Node<'_>, key: &str, least: i64) -> Result<u32, Diagnostic> {
    let number = node.integer(source, key)?;
    u32::try_from(number)
        .ok()
        .filter(|_| number >= least)
        .ok_or_else(|| node.wrong_type(source, key, &format!("a whole number from {least}")))
}

fn read_request(source: Source<'_>, node: &Node<'_>, form: &Form<'_>) -> Result<Request, Diagnostic> {
    let fields = node.fields(source, "a request", &["method", "path", "query", "headers", "body"])?;
    let text = |key: &str| fields.require(source, "a request", key)?.text(source, key).map(str::to_owned);
    Ok(Request {
        method: text("method")?,
        path: text("path")?,
        query: fields.get("query").map(|node| read_fields(source, node, "query")).transpose()?.unwrap_or_default(),
        headers: read_headers(source, fields.get("headers"))?,
        body: fields.get("body").map_or(Ok(Body::Empty), |node| read_body(source, node, form))?,
    })
}

/// Reads a response, and the first line of its body's text if it is a block.
fn read_response(source: Source<'_>, node: &Node<'_>, form: &Form<'_>) -> Result<(Response, Option<u32>), Diagnostic> {
    let fields = node.fields(source, "a response", &["status", "headers", "body", "end"])?;
    let body = fields.get("body");
    let response = Response {
        status: fields.get("status").map(|node| read_status(source, node)).transpose()?,
        headers: read_headers(source, fields.get("headers"))?,
        body: body.map_or(Ok(Body::Empty), |node| read_body(source, node, form))?,
        end: fields.get("end").map_or(Ok(End::Complete), |node| read_end(source, node))?,
    };
    if response.status.is_none() && response.end == End::Complete {
        return Err(source
            .error(node, "a response has no \"status\"")
            .help("where no response came, `end` says how the exchange ended"));
    }
    Ok((response, body.and_then(block_line)))
}

fn read_status(source: Source<'_>, node: &Node<'_>) -> Result<u16, Diagnostic> {
    let status = node.integer(source, "the status")?;
    u16::try_from(status)
        .ok()
        .filter(|status| (100..=999).contains(status))
        .ok_or_else(|| node.wrong_type(source, "the status", "a number from 100 to 999"))
}

fn read_headers(source: Source<'_>, node: Option<&Node<'_>>) -> Result<Headers, Diagnostic> {
    let Some(node) = node else { return Ok(Headers::new()) };
    for (key, _) in node.entries(source, "headers")? {
        let name = key.key();
        if name.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(source
                .error(key, format!("the header name \"{name}\" is not in lower case"))
                .help(format!("write \"{}\"", name.to_ascii_lowercase())));
        }
    }
    Ok(read_fields(source, node, "headers")?.into_iter().collect())
}

/// Named values; a list of values is a repeated name.
fn read_fields(source: Source<'_>, node: &Node<'_>, what: &str) -> Result<Vec<(String, String)>, Diagnostic> {
    let mut fields = Vec::new();
    for (key, value) in node.entries(source, what)? {
        let name = key.text(source, "a name")?;
        let mut push = |node: &Node<'_>| -> Result<(), Diagnostic> {
            fields.push((name.to_owned(), node.text(source, name)?.to_owned()));
            Ok(())
        };
        match &value.value {
            Value::Sequence(items) if items.is_empty() => {
                return Err(source.error(value, format!("\"{name}\" has no values")).help("leave it out"));
            }
            Value::Sequence(items) => items.iter().try_for_each(push)?,
            Value::Scalar { .. } | Value::Mapping(_) => push(value)?,
        }
    }
    Ok(fields)
}

fn read_body(source: Source<'_>, node: &Node<'_>, form: &Form<'_>) -> Result<Body, Diagnostic> {
    let kinds = form.body_kinds();
    let entries = node.entries(source, "a body")?;
    if let Some((key, _)) = entries.iter().find(|(key, _)| !kinds.contains(&key.key())) {
        return Err(unknown_key(source, key, "a body", kinds));
    }
    match (entries, form) {
        ([(key, value)], Form::Entry(rest)) if key.key() == "bytes" => take_body(source, value, rest),
        ([(key, value)], _) => body::read(source, key, value),
        ([], _) => Err(source.error(node, "a body states nothing").help("leave `body` out for an empty one")),
        ([_, (key, _), ..], _) => Err(source
            .error(key, "a body states two things")
            .expected(format!("one of {}", kinds.join(", ")))
            .help("keep one of them")),
    }
}

/// Takes a body off the bytes that stand apart.
fn take_body(source: Source<'_>, length: &Node<'_>, rest: &Cell<&[u8]>) -> Result<Body, Diagnostic> {
    let taken = usize::try_from(length.integer(source, "the length")?).ok();
    let (body, after) = taken
        .and_then(|length| rest.get().split_at_checked(length))
        .ok_or_else(|| source.error(length, "the entry has fewer bytes than its body"))?;
    rest.set(after);
    Ok(Body::from_bytes(body.to_vec()))
}

fn read_link(source: Source<'_>, node: &Node<'_>) -> Result<Link, Diagnostic> {
    let fields = node.fields(source, "a link", &["call", "client", "signature", "probe", "session"])?;
    let text = |key: &str| fields.get(key).map(|node| node.text(source, key).map(str::to_owned)).transpose();
    Ok(Link {
        call: text("call")?,
        client: text("client")?,
        signature: text("signature")?,
        probe: text("probe")?,
        session: text("session")?,
    })
}

/// The first line of a body that is a block of lines.
fn block_line(body: &Node<'_>) -> Option<u32> {
    match &body.value {
        Value::Mapping(entries) => match entries.as_slice() {
            [(key, Node { value: Value::Scalar { style: Style::Block, .. }, .. })] => Some(key.line + 1),
            _ => None,
        },
        Value::Scalar { .. } | Value::Sequence(_) => None,
    }
}

fn read_end(source: Source<'_>, node: &Node<'_>) -> Result<End, Diagnostic> {
    const KINDS: [&str; 3] = ["reset-after", "eof-after", "timeout-after"];
    node.fields(source, "end", &KINDS)
        .map_err(|error| or_help(error, "leave `end` out where the whole response came"))?;
    let [(key, value)] = node.entries(source, "end")? else {
        return Err(source
            .error(node, "an end states one thing")
            .expected(format!("one of {}", KINDS.join(", ")))
            .help("keep one of them"));
    };
    let number = value.integer(source, key.key())?;
    let after = u64::try_from(number).map_err(|_| value.wrong_type(source, key.key(), "a number of bytes"))?;
    Ok(match key.key() {
        "reset-after" => End::ResetAfter(after),
        "eof-after" => End::EofAfter(after),
        _ => End::TimeoutAfter(after),
    })
}

/// The error with this help, where it has none of its own.
pub(super) fn or_help(error: Diagnostic, help: &str) -> Diagnostic {
    if error.help.is_some() { error } else { error.help(help) }
}

/// The error of an id that came before.
pub(super) fn duplicate_id(source: Source<'_>, exchange: &Exchange, place: Place, first: Place) -> Diagnostic {
    Diagnostic::new(format!("the id \"{}\" stands here a second time", exchange.id))
        .at(Location { file: Some(source.file.to_owned()), line: Some(place.line), ..Location::default() })
        .found(format!("first in line {}", first.line))
        .help("give one of the two another id")
}
