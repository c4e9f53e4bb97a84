//! What the detectors find in a cassette, and on which line of the file.

use super::Cassette;
use crate::diagnostic::Location;
use crate::evidence::Place;
use crate::message::{Body, Exchange, Headers, Json};
use crate::redact::detect::scan;
use std::collections::BTreeSet;

/// Each rule that fires on what is stored, with its place; never what it found.
pub(super) fn secrets(cassette: &Cassette) -> Vec<(String, Location)> {
    let mut search = Search { cassette, found: BTreeSet::new() };
    search.header();
    let no_place = Place::default();
    for (index, exchange) in cassette.transcript.exchanges.iter().enumerate() {
        search.exchange(exchange, cassette.places.get(index).unwrap_or(&no_place));
    }
    let place = |line: u32| Location {
        file: Some(cassette.file.clone()),
        line: (line > 0).then_some(line),
        ..Location::default()
    };
    search.found.into_iter().map(|(line, rule)| (rule.to_owned(), place(line))).collect()
}

struct Search<'c> {
    cassette: &'c Cassette,
    /// Lines and rules: a rule that fires twice on a line is told once.
    found: BTreeSet<(u32, &'static str)>,
}

impl Search<'_> {
    fn header(&mut self) {
        let cassette = self.cassette;
        let info = &cassette.info;
        let texts = [&cassette.source, &cassette.description, &cassette.expression];
        let facts = [&info.tool, &info.region, &info.client, &info.signature, &info.redaction];
        for text in texts.into_iter().chain(facts.into_iter().flatten()) {
            self.text(text, 1);
        }
    }

    fn exchange(&mut self, exchange: &Exchange, place: &Place) {
        let (request, response) = (&exchange.request, &exchange.response);
        self.text(&request.path, place.request_line);
        for (name, value) in &request.query {
            self.field(name, value, place.request_line);
        }
        self.headers(&request.headers, place.request_line);
        self.body(&request.body, place.request_line, 0);
        self.headers(&response.headers, place.response_line);
        match place.body_line {
            Some(line) => self.body(&response.body, line, 1),
            None => self.body(&response.body, place.response_line, 0),
        }
    }

    fn headers(&mut self, headers: &Headers, line: u32) {
        for (name, value) in headers.iter() {
            self.field(name, value, line);
        }
    }

    /// A name and its value: some secrets are known by what they are called.
    fn field(&mut self, name: &str, value: &str, line: u32) {
        self.text(&format!("{name}: {value}"), line);
    }

    /// A body; its lines count where it is stored line by line.
    fn body(&mut self, body: &Body, first: u32, each: u32) {
        let bytes = body.bytes();
        let text = match Json::parse(bytes) {
            Ok(json) => json.to_pretty(),
            Err(_) => String::from_utf8_lossy(bytes).into_owned(),
        };
        for detection in scan(&text) {
            let before = &text.as_bytes()[..detection.offset.min(text.len())];
            let line = before.iter().filter(|byte| **byte == b'\n').count() as u32;
            self.found.insert((first + each * line, detection.rule.as_str()));
        }
    }

    fn text(&mut self, text: &str, line: u32) {
        for detection in scan(text) {
            self.found.insert((line, detection.rule.as_str()));
        }
    }
}
