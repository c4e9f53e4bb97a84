//! The reader: bytes to a [`Cassette`], or a diagnostic with the place.
//!
//! Hostile files are met here and in `yaml`: their size, the length of their
//! lines, their depth and the number of their values are bounded, and what YAML
//! could surprise with is refused. A broken seal is no error; it is a fact.

use super::exchange::Form;
use super::{Cassette, MAX_BODY, VERSION, exchange, header, seal};
use crate::diagnostic::{Diagnostic, Location};
use crate::evidence::Place;
use crate::message::{Exchange, Redacted, Transcript};
use crate::yaml::{Limits, Node, Source, parse};
use std::collections::HashMap;

/// The longest file that is read.
pub const MAX_BYTES: usize = 512 << 20;

/// The longest line that is read: a body of one string, and what stands around it.
const MAX_LINE: usize = MAX_BODY + 1024;

/// Reads a cassette.
pub fn read(file: &str, bytes: &[u8]) -> Result<Cassette, Diagnostic> {
    let text = check_bytes(file, bytes)?;
    read_text(file, text).map_err(|error| match conflict(file, text) {
        Some(conflict) => conflict,
        None => exchange::or_help(error, "mend it by hand and seal it with `retake cassette seal`, or record it anew"),
    })
}

fn read_text(file: &str, text: &str) -> Result<Cassette, Diagnostic> {
    let parts = split(file, text)?;
    refuse_higher_version(parts.second, parts.second_text)?;
    let header = header::read(parts.first, parts.first_text)?;
    let (exchanges, places) = read_document(parts.second, parts.second_text)?;
    let seal = seal::check(&header.info, parts.second_text.as_bytes());
    Ok(Cassette {
        file: file.to_owned(),
        source: header.source,
        description: header.description,
        expression: header.expression,
        info: header.info,
        transcript: Redacted::vouch(Transcript { exchanges }),
        places,
        seal,
    })
}

/// The text of a file that is not too large, not too long-lined, UTF-8 and without carriage returns.
fn check_bytes<'b>(file: &str, bytes: &'b [u8]) -> Result<&'b str, Diagnostic> {
    let error = |what: &str| Diagnostic::new(what).at(Location::file(file));
    if bytes.is_empty() {
        return Err(error("the cassette is empty").help("record it anew"));
    }
    if bytes.len() > MAX_BYTES {
        return Err(error("the cassette is too large")
            .expected(format!("at most {MAX_BYTES} bytes"))
            .found(format!("{} bytes", bytes.len())));
    }
    let line_of = |offset: usize| {
        let before = bytes[..offset].iter().filter(|byte| **byte == b'\n').count();
        Location { line: u32::try_from(before + 1).ok(), ..Location::file(file) }
    };
    if let Some(offset) = too_long_line(bytes) {
        return Err(error("the line is too long").at(line_of(offset)).expected(format!("at most {MAX_LINE} bytes")));
    }
    let text = std::str::from_utf8(bytes).map_err(|failed| {
        error("the cassette is not UTF-8").at(line_of(failed.valid_up_to())).help("save it as UTF-8")
    })?;
    if text.starts_with('\u{feff}') {
        return Err(error("the cassette begins with a byte order mark").help("save it as UTF-8 without one"));
    }
    match text.find('\r') {
        None => Ok(text),
        Some(offset) => Err(error("the line has a carriage return")
            .at(line_of(offset))
            .help("a cassette's lines end in LF alone: check it out so (`*.yaml text eol=lf` in .gitattributes)")),
    }
}

/// Where a line begins that is too long.
fn too_long_line(bytes: &[u8]) -> Option<usize> {
    let mut start = 0;
    while bytes.len() - start > MAX_LINE {
        let window = &bytes[start..=start + MAX_LINE];
        match window.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => start += end + 1,
            None => return Some(start),
        }
    }
    None
}

/// Where a version control system left two versions beside each other.
fn conflict(file: &str, text: &str) -> Option<Diagnostic> {
    let line = text.lines().position(|line| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> "))?;
    let location = Location { line: u32::try_from(line + 1).ok(), ..Location::file(file) };
    Some(Diagnostic::new("a merge conflict is left here").at(location).help("keep one side whole, or record it anew"))
}

/// The two documents of a file.
struct Parts<'t, 's> {
    first: Source<'s>,
    first_text: &'t str,
    second: Source<'s>,
    second_text: &'t str,
}

fn split<'t, 's>(file: &'s str, text: &'t str) -> Result<Parts<'t, 's>, Diagnostic> {
    let error = |what: &str, line: u32| Diagnostic::new(what).at(Location::at(file, line, 1));
    let Some(rest) = text.strip_prefix("---\n") else {
        return Err(error("the cassette does not begin with `---`", 1)
            .help("a cassette is a header and the exchanges, each begun by a line `---`"));
    };
    let Some((first_text, second_text)) = split_line(rest, "---") else {
        return Err(
            error("the second document is missing", 1).help("the exchanges follow the header, after a line `---`")
        );
    };
    let lines = |text: &str| u32::try_from(text.bytes().filter(|byte| *byte == b'\n').count()).unwrap_or(u32::MAX);
    let second = Source { file, line_offset: lines(first_text).saturating_add(2) };
    if let Some((before, _)) = split_line(second_text, "---") {
        let line = lines(before).saturating_add(second.line_offset).saturating_add(1);
        return Err(error("a third document begins here", line).help("a cassette has two: header and exchanges"));
    }
    Ok(Parts { first: Source { file, line_offset: 1 }, first_text, second, second_text })
}

/// What stands before and after the first line of exactly this text.
fn split_line<'t>(text: &'t str, line: &str) -> Option<(&'t str, &'t str)> {
    let mut from = 0;
    while let Some(found) = text[from..].find(line) {
        let (start, end) = (from + found, from + found + line.len());
        let begins = start == 0 || text.as_bytes()[start - 1] == b'\n';
        match text.as_bytes().get(end) {
            Some(b'\n') if begins => return Some((&text[..start], &text[end + 1..])),
            None if begins => return Some((&text[..start], "")),
            _ => from = end,
        }
    }
    None
}

/// Refuses a version of the future by its first line, before anything else of it is looked at.
fn refuse_higher_version(source: Source<'_>, text: &str) -> Result<(), Diagnostic> {
    let line = text.lines().next().unwrap_or_default();
    match line.strip_prefix("cassette: ").and_then(|version| version.parse().ok()) {
        Some(version) => check_version(version, Location::at(source.file, source.line_offset + 1, 11)),
        None => Ok(()),
    }
}

fn check_version(version: i64, location: Location) -> Result<(), Diagnostic> {
    if (1..=VERSION).contains(&version) {
        return Ok(());
    }
    let error = Diagnostic::new(format!("the cassette is of format version {version}"))
        .at(location)
        .expected(format!("version {VERSION}"));
    Err(if version > VERSION {
        error.help("this retake is older than the cassette: update it, or record the cassette with this one")
    } else {
        error.help("the first version is 1")
    })
}

fn read_document(source: Source<'_>, text: &str) -> Result<(Vec<Exchange>, Vec<Place>), Diagnostic> {
    let limits = Limits { bytes: MAX_BYTES, nodes: 10_000 + text.len() / 6 };
    let root = parse(source, text, limits)?;
    let version = root.entries(source, "the second document")?.iter().find(|(key, _)| key.key() == "cassette");
    if let Some((_, node)) = version {
        check_version(node.integer(source, "the version")?, source.at(node))?;
    }
    let fields = root.fields(source, "the second document", &["cassette", "exchanges"])?;
    fields.require(source, "the second document", "cassette")?;
    let items = fields.require(source, "the second document", "exchanges")?.items(source, "exchanges")?;
    read_exchanges(source, items)
}

fn read_exchanges(source: Source<'_>, items: &[Node<'_>]) -> Result<(Vec<Exchange>, Vec<Place>), Diagnostic> {
    let mut exchanges: Vec<Exchange> = Vec::with_capacity(items.len());
    let mut places: Vec<Place> = Vec::with_capacity(items.len());
    for item in items {
        let (exchange, place) = exchange::read(source, item, &Form::File)?;
        exchanges.push(exchange);
        places.push(place);
    }
    let mut first: HashMap<&str, Place> = HashMap::with_capacity(exchanges.len());
    for (exchange, place) in exchanges.iter().zip(&places) {
        if let Some(before) = first.insert(&exchange.id, *place) {
            return Err(exchange::duplicate_id(source, exchange, *place, before));
        }
    }
    Ok((exchanges, places))
}
