//! The fast way to read document 2: line by line, in the one form that the writer writes.
//!
//! It is taken for a file whose seal holds. At the first line that the writer
//! would not have written so it gives up, and the careful way through YAML
//! decides: a seal is no signature. What it does read means the same to both; a
//! property test holds them equal on damaged documents too.

use super::{MAX_BODY, exchange, read};
use crate::evidence::Place;
use crate::message::{Body, End, Exchange, Headers, Request, Response, Withheld, WithheldReason, json};
use crate::yaml::{is_plain_safe, quote};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

/// The spaces before the text of a stored body.
const BLOCK: &str = "          ";

/// YAML reads keys up to 1024 characters.
const MAX_KEY: usize = 1000;

/// Reads the exchanges of document 2, if it is in the writer's form throughout. The line offset is that of
/// the document in its file.
pub(super) fn scan(text: &str, line_offset: u32) -> Option<(Vec<Exchange>, Vec<Place>)> {
    let mut lines = Lines { rest: text, number: line_offset + 1 };
    lines.exactly("cassette: 1")?;
    lines.exactly("exchanges:")?;
    let (mut exchanges, mut places) = (Vec::new(), Vec::new());
    while !lines.rest.is_empty() {
        let (exchange, place) = lines.exchange()?;
        exchanges.push(exchange);
        places.push(place);
    }
    if exchanges.is_empty() || read::first_duplicate(&exchanges).is_some() {
        return None;
    }
    Some((exchanges, places))
}

struct Lines<'t> {
    /// From the beginning of a line.
    rest: &'t str,
    /// The number of that line.
    number: u32,
}

impl<'t> Lines<'t> {
    /// Takes the line behind a prefix, if the line begins with it.
    fn after(&mut self, prefix: &str) -> Option<&'t str> {
        let rest = self.rest.strip_prefix(prefix)?;
        let (line, rest) = rest.split_at_checked(rest.find('\n')?)?;
        self.rest = &rest[1..];
        self.number += 1;
        Some(line)
    }

    /// Takes a line that is exactly this.
    fn exactly(&mut self, line: &str) -> Option<()> {
        let rest = self.rest.strip_prefix(line)?.strip_prefix('\n')?;
        self.rest = rest;
        self.number += 1;
        Some(())
    }

    fn is_next(&self, line: &str) -> bool {
        self.rest.strip_prefix(line).is_some_and(|rest| rest.starts_with('\n'))
    }

    fn exchange(&mut self) -> Option<(Exchange, Place)> {
        let line = self.number;
        let id = scalar(self.after("  - id: ")?)?;
        if !exchange::is_id(&id) {
            return None;
        }
        let operation = self.optional("    operation: ", |value| Some(scalar(value)?.into_owned()))?;
        let walk = self.optional("    walk: ", |value| u32::try_from(number(value)?).ok().filter(|walk| *walk >= 2))?;
        let attempt =
            self.optional("    attempt: ", |value| u32::try_from(number(value)?).ok().filter(|attempt| *attempt >= 1))?;
        let unfinished = self.exactly("    unfinished: true").is_some();
        let request_line = self.number;
        let request = self.request()?;
        let response_line = self.number;
        let (response, body_line) = self.response()?;
        let exchange = Exchange {
            id: id.into_owned(),
            operation,
            attempt,
            walk,
            unfinished,
            request,
            response,
            ..Exchange::default()
        };
        Some((exchange, Place { line, request_line, response_line, body_line }))
    }

    /// The value of a key that may be left out; none if it is there and is not as it should be.
    fn optional<T>(&mut self, key: &str, read: impl FnOnce(&'t str) -> Option<T>) -> Option<Option<T>> {
        match self.after(key) {
            Some(value) => read(value).map(Some),
            None => Some(None),
        }
    }

    fn request(&mut self) -> Option<Request> {
        self.exactly("    request:")?;
        Some(Request {
            method: scalar(self.after("      method: ")?)?.into_owned(),
            path: scalar(self.after("      path: ")?)?.into_owned(),
            query: self.fields("      query:")?,
            headers: self.headers()?,
            body: self.body()?.0,
        })
    }

    fn response(&mut self) -> Option<(Response, Option<u32>)> {
        self.exactly("    response:")?;
        let status = self.optional("      status: ", |value| {
            u16::try_from(number(value)?).ok().filter(|status| (100..=999).contains(status))
        })?;
        let headers = self.headers()?;
        let (body, body_line) = self.body()?;
        let end = self.end()?;
        if status.is_none() && end == End::Complete {
            return None;
        }
        Some((Response { status, headers, body, end }, body_line))
    }

    fn headers(&mut self) -> Option<Headers> {
        let fields = self.fields("      headers:")?;
        let lower = fields.iter().all(|(name, _)| !name.bytes().any(|byte| byte.is_ascii_uppercase()));
        lower.then(|| fields.into_iter().collect())
    }

    /// Named values, if the key is there; their names ascend, so none comes twice.
    fn fields(&mut self, key: &str) -> Option<Vec<(String, String)>> {
        let mut fields: Vec<(String, String)> = Vec::new();
        if self.exactly(key).is_none() {
            return Some(fields);
        }
        while let Some(line) = self.after("        ") {
            let (name, value) = split_key(line)?;
            if fields.last().is_some_and(|(last, _)| **last >= *name) {
                return None;
            }
            match value.strip_prefix(' ') {
                Some(value) => fields.push((name.into_owned(), scalar(value)?.into_owned())),
                None if !value.is_empty() => return None,
                None => {
                    let before = fields.len();
                    while let Some(value) = self.after("          - ") {
                        fields.push((name.clone().into_owned(), scalar(value)?.into_owned()));
                    }
                    if fields.len() == before {
                        return None;
                    }
                }
            }
        }
        (!fields.is_empty()).then_some(fields)
    }

    /// A body, and the first line of its text.
    fn body(&mut self) -> Option<(Body, Option<u32>)> {
        if self.exactly("      body:").is_none() {
            return Some((Body::Empty, None));
        }
        if self.exactly("        withheld:").is_some() {
            let reason = WithheldReason::parse(self.after("          reason: ")?)?;
            let length = number(self.after("          length: ")?)?;
            return Some((Body::Withheld(Withheld { reason, length }), None));
        }
        let line = self.number + 1;
        let bytes = if self.exactly("        json: |").is_some() {
            json::compact_checked(self.block()?).ok()?.into_bytes()
        } else if self.exactly("        base64: |").is_some() {
            STANDARD.decode(self.block()?.replace([' ', '\n'], "")).ok()?
        } else if self.exactly("        text: |-").is_some() {
            dedent(self.block()?)?.strip_suffix('\n')?.as_bytes().to_vec()
        } else {
            self.exactly("        text: |")?;
            dedent(self.block()?)?.into_bytes()
        };
        (1..=MAX_BODY).contains(&bytes.len()).then(|| (Body::from_bytes(bytes), Some(line)))
    }

    /// The lines of a block, with their indentation, which is the first one's: no less, and no more.
    fn block(&mut self) -> Option<&'t str> {
        let begin = self.rest;
        let first = begin.strip_prefix(BLOCK)?;
        if first.starts_with(char::is_whitespace) {
            return None;
        }
        let mut end = 0;
        while begin[end..].starts_with(BLOCK) {
            end += begin[end..].find('\n')? + 1;
            self.number += 1;
        }
        self.rest = &begin[end..];
        let block = &begin[..end];
        is_literal(block).then_some(block)
    }

    fn end(&mut self) -> Option<End> {
        if !self.is_next("      end:") {
            return Some(End::Complete);
        }
        self.exactly("      end:")?;
        for (key, end) in [
            ("        reset-after: ", End::ResetAfter as fn(u64) -> End),
            ("        eof-after: ", End::EofAfter),
            ("        timeout-after: ", End::TimeoutAfter),
        ] {
            if let Some(value) = self.after(key) {
                return number(value).map(end);
            }
        }
        None
    }
}

/// Whether a block has no character that a YAML reader may treat in a way of its own.
fn is_literal(block: &str) -> bool {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n');
    let is_own = |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}') || super::body::is_special(c);
    block.bytes().fold(true, |plain, byte| plain & is_plain(byte)) || !block.contains(is_own)
}

/// The text of a block, whose lines all begin with the indentation.
fn dedent(block: &str) -> Option<String> {
    let mut text = String::with_capacity(block.len());
    for line in block.lines() {
        let line = line.strip_prefix(BLOCK)?;
        if line.ends_with(char::is_whitespace) || line.is_empty() {
            return None;
        }
        text.push_str(line);
        text.push('\n');
    }
    Some(text)
}

/// The key of a line and what follows its colon.
fn split_key(line: &str) -> Option<(Cow<'_, str>, &str)> {
    let end = match line.strip_prefix('"') {
        Some(quoted) => closing_quote(quoted)? + 2,
        None => line.find(':')?,
    };
    let (key, rest) = line.split_at_checked(end).filter(|(key, _)| key.len() <= MAX_KEY)?;
    Some((scalar(key)?, rest.strip_prefix(':')?))
}

/// Where the quote is that ends a text in quotes.
fn closing_quote(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// A scalar as the writer writes it.
fn scalar(text: &str) -> Option<Cow<'_, str>> {
    let Some(quoted) = text.strip_prefix('"') else {
        return is_plain_safe(text).then_some(Cow::Borrowed(text));
    };
    let inner = quoted.strip_suffix('"')?;
    if inner.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')) {
        return Some(Cow::Borrowed(inner));
    }
    let unquoted = unquote(inner)?;
    (quote(&unquoted) == text).then_some(Cow::Owned(unquoted))
}

/// Undoes the escapes that the writer makes.
fn unquote(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = rest.as_bytes().get(at + 1)?;
        let digits = match escape {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        out.push(match escape {
            b'"' => '"',
            b'\\' => '\\',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            _ if digits > 0 => char::from_u32(u32::from_str_radix(rest.get(at + 2..at + 2 + digits)?, 16).ok()?)?,
            _ => return None,
        });
        rest = &rest[at + 2 + digits..];
    }
    out.push_str(rest);
    Some(out)
}

/// A whole number as the writer writes it, and as YAML reads it.
fn number(text: &str) -> Option<u64> {
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|number| canonical && i64::try_from(*number).is_ok())
}
