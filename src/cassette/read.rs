//! The reader: bytes to a [`Cassette`], or a diagnostic with the place.
//!
//! Hostile files are met here and in `yaml`: their size, the length of their
//! lines, their depth and the number of their values are bounded, and what YAML
//! could surprise with is refused. A broken seal is no error; it is a fact.

use super::exchange::Form;
use super::{Cassette, MAX_BODY, VERSION, exchange, header, scan, seal};
use crate::diagnostic::{Diagnostic, Location};
use crate::evidence::{Place, Seal};
use crate::message::{Exchange, Redacted, Transcript};
use crate::yaml::{Limits, Node, Source, parse};
use std::collections::HashMap;

/// The longest file that is read.
pub const MAX_BYTES: usize = 512 << 20;

/// The longest line that is read: a body of one string, and what stands around it.
const MAX_LINE: usize = MAX_BODY + 1024;

/// Reads a cassette.
pub fn read(file: &str, bytes: &[u8]) -> Result<Cassette, Diagnostic> {
    read_by(file, bytes, |second, text, seal| match seal {
        Seal::Whole => scan::scan(text, second.line_offset).map_or_else(|| read_document(second, text), Ok),
        Seal::Broken { .. } => read_document(second, text),
    })
}

/// Reads a cassette through YAML, whatever its seal says: what the writer wrote is checked so.
pub(super) fn read_carefully(file: &str, bytes: &[u8]) -> Result<Cassette, Diagnostic> {
    read_by(file, bytes, |second, text, _| read_document(second, text))
}

/// Reads a cassette in both ways, whatever its seal says: through YAML, and line by line, which gives up at what the
/// writer would not have written. For whoever holds the two equal.
#[doc(hidden)]
pub fn read_both_ways(file: &str, bytes: &[u8]) -> (Result<Cassette, Diagnostic>, Option<Cassette>) {
    let given_up = || Diagnostic::new("not in the writer's form");
    let fast = read_by(file, bytes, |second, text, _| scan::scan(text, second.line_offset).ok_or_else(given_up));
    (read_carefully(file, bytes), fast.ok())
}

type Exchanges = (Vec<Exchange>, Vec<Place>);

fn read_by(
    file: &str,
    bytes: &[u8],
    second: impl FnOnce(Source<'_>, &str, &Seal) -> Result<Exchanges, Diagnostic>,
) -> Result<Cassette, Diagnostic> {
    let text = check_bytes(file, bytes)?;
    read_text(file, text, second).map_err(|error| match conflict(file, text) {
        Some(conflict) => conflict,
        None => exchange::or_help(error, "mend it by hand and seal it with `retake cassette seal`, or record it anew"),
    })
}

fn read_text(
    file: &str,
    text: &str,
    second: impl FnOnce(Source<'_>, &str, &Seal) -> Result<Exchanges, Diagnostic>,
) -> Result<Cassette, Diagnostic> {
    let parts = split(file, text)?;
    refuse_higher_version(parts.second, parts.second_text)?;
    let header = header::read(parts.first, parts.first_text)?;
    let seal = seal::check(&header.info, parts.second_text.as_bytes());
    let (exchanges, places) = second(parts.second, parts.second_text, &seal)?;
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

/// Reads document 2 the careful way.
pub(super) fn read_document(source: Source<'_>, text: &str) -> Result<Exchanges, Diagnostic> {
    refuse_third_document(source, text)?;
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

fn refuse_third_document(source: Source<'_>, text: &str) -> Result<(), Diagnostic> {
    let Some((before, _)) = split_line(text, "---") else { return Ok(()) };
    let lines = before.bytes().filter(|byte| *byte == b'\n').count();
    let line = u32::try_from(lines).unwrap_or(u32::MAX).saturating_add(source.line_offset).saturating_add(1);
    Err(Diagnostic::new("a third document begins here")
        .at(Location::at(source.file, line, 1))
        .help("a cassette has two: header and exchanges"))
}

fn read_exchanges(source: Source<'_>, items: &[Node<'_>]) -> Result<Exchanges, Diagnostic> {
    let mut exchanges: Vec<Exchange> = Vec::with_capacity(items.len());
    let mut places: Vec<Place> = Vec::with_capacity(items.len());
    for item in items {
        let (exchange, place) = exchange::read(source, item, &Form::File)?;
        exchanges.push(exchange);
        places.push(place);
    }
    match first_duplicate(&exchanges) {
        Some((first, second)) => Err(exchange::duplicate_id(source, &exchanges[second], places[second], places[first])),
        None => Ok((exchanges, places)),
    }
}

/// The first exchange whose id came before, behind the one that has it too.
pub(super) fn first_duplicate(exchanges: &[Exchange]) -> Option<(usize, usize)> {
    let mut first: HashMap<&str, usize> = HashMap::with_capacity(exchanges.len());
    exchanges
        .iter()
        .enumerate()
        .find_map(|(index, exchange)| first.insert(&exchange.id, index).map(|before| (before, index)))
}
