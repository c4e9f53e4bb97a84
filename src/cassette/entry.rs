//! One exchange of a journal: written while a recording runs, read when it is committed.
//!
//! The same form as in a cassette, but that the bodies stand behind it as they
//! are (a recorder has no time to print them for people) and that its link goes
//! with it. How entries follow each other in a file is `store`'s.

use super::exchange::{self, Form};
use super::write;
use crate::diagnostic::{Diagnostic, Location};
use crate::message::{Exchange, Redacted};
use crate::yaml::{Limits, Source, parse};
use std::cell::Cell;

/// What the head of an entry may hold: 64 fields, a long target, room.
const LIMITS: Limits = Limits { bytes: 1 << 20, nodes: 10_000 };

/// Writes an exchange as an entry.
pub fn write(exchange: &Redacted<Exchange>) -> Vec<u8> {
    let head = write::head(exchange);
    let bodies = [exchange.request.body.bytes(), exchange.response.body.bytes()];
    let mut entry = format!("{}\n{head}", head.len()).into_bytes();
    entry.extend_from_slice(bodies[0]);
    entry.extend_from_slice(bodies[1]);
    entry
}

/// Reads an entry; the name is the journal's.
pub fn read(file: &str, entry: &[u8]) -> Result<Redacted<Exchange>, Diagnostic> {
    let source = Source::whole(file);
    let not_one = || {
        let what = Diagnostic::new("this is no entry of a journal").at(Location::file(file));
        what.help("the journal was not written by retake")
    };
    let (head, bodies) = split(entry).ok_or_else(not_one)?;
    let root = parse(source, head, LIMITS)?;
    let [item] = root.items(source, "an entry")? else { return Err(not_one()) };
    let form = Form::Entry(Cell::new(bodies));
    let (exchange, _) = exchange::read(source, item, &form)?;
    Ok(Redacted::vouch(exchange))
}

/// The head of an entry, and the bodies behind it.
fn split(entry: &[u8]) -> Option<(&str, &[u8])> {
    let end = entry.iter().take(20).position(|byte| *byte == b'\n')?;
    let length: usize = std::str::from_utf8(&entry[..end]).ok()?.parse().ok()?;
    let (head, bodies) = entry[end + 1..].split_at_checked(length)?;
    Some((std::str::from_utf8(head).ok()?, bodies))
}
