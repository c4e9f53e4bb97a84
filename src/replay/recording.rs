//! Cassettes made ready to be played: their answers, and the way to them.

use super::binding::Bindings;
use super::index::Index;
use super::key::Key;
use super::matching::Match;
use super::reply::ready;
use super::sequence::Sequence;
use crate::cassette::{self, Cassette};
use crate::diagnostic::{Diagnostic, Location};
use crate::evidence::reading::Outcome;
use crate::evidence::{Place, Seal};
use crate::message::{Body, Exchange, Response, Withheld};
use crate::spec::{Route, Spec, Specs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The exchanges of some cassettes, in their order.
#[derive(Debug)]
pub(super) struct Recording {
    rule: Match,
    files: Vec<String>,
    recorded: Vec<Recorded>,
    exact: Index,
    loose: Option<Index>,
}

/// An exchange of a cassette.
#[derive(Debug)]
struct Recorded {
    id: String,
    file: u32,
    operation: Option<String>,
    reply: Arc<Response>,
    used: AtomicBool,
}

impl Recording {
    /// Makes cassettes ready, with values bound to their stand-ins.
    pub(super) fn load(
        specs: &Specs,
        cassettes: Vec<Cassette>,
        rule: Match,
        given: &[(String, String)],
    ) -> Result<Self, Diagnostic> {
        let bindings = bind(specs, &cassettes, given)?;
        let mut recording = Self {
            rule,
            files: Vec::with_capacity(cassettes.len()),
            recorded: Vec::new(),
            exact: Index::default(),
            loose: (rule != Match::Exact).then(Index::default),
        };
        for cassette in cassettes {
            require_whole_seal(&cassette)?;
            recording.add_cassette(specs, cassette, &bindings)?;
        }
        Ok(recording)
    }

    fn add_cassette(&mut self, specs: &Specs, cassette: Cassette, bindings: &Bindings) -> Result<(), Diagnostic> {
        let places = cassette.places;
        let exchanges = cassette.transcript.into_inner().exchanges;
        self.files.push(cassette.file);
        self.recorded.reserve(exchanges.len());
        for (index, exchange) in exchanges.into_iter().enumerate() {
            let place = places.get(index).copied().unwrap_or_default();
            self.add(specs, exchange, place, bindings)?;
        }
        Ok(())
    }

    fn add(&mut self, specs: &Specs, exchange: Exchange, place: Place, bindings: &Bindings) -> Result<(), Diagnostic> {
        let number = u32::try_from(self.recorded.len()).expect("no file of 4 billion exchanges can be read");
        let spec = self.spec_of(specs, &exchange, place)?;
        if let Ok(route) = specs.route(&exchange.request) {
            let is_success = Outcome::of(Some(route.spec), &exchange.response).is_success();
            if let Some(loose) = &mut self.loose {
                loose.push(Key::new(self.rule, &route, bindings), number, is_success);
            }
            self.exact.push(Key::new(Match::Exact, &route, bindings), number, is_success);
        }
        if matches!(&exchange.response.body, Body::Withheld(withheld) if withheld.length > Withheld::LONGEST) {
            return Err(self.too_long(&exchange.id, place));
        }
        self.recorded.push(Recorded {
            id: exchange.id,
            file: (self.files.len() - 1) as u32,
            operation: exchange.operation,
            reply: ready(spec, bindings, exchange.response),
            used: AtomicBool::new(false),
        });
        Ok(())
    }

    fn spec_of<'s>(&self, specs: &'s Specs, exchange: &Exchange, place: Place) -> Result<Option<&'s Spec>, Diagnostic> {
        let Some(operation) = &exchange.operation else { return Ok(None) };
        let Some(spec) = specs.operation(operation) else {
            let known: Vec<&str> = specs.iter().map(|spec| spec.operation.as_str()).collect();
            return Err(Diagnostic::new(format!("no spec of the operation {operation} is loaded"))
                .at(self.location(place.line))
                .expected(format!("one of {}", known.join(", ")))
                .help("add its spec to the folder specs/"));
        };
        Ok(Some(spec))
    }

    fn too_long(&self, id: &str, place: Place) -> Diagnostic {
        Diagnostic::new(format!("the withheld body of {id} is too long to be replayed"))
            .at(self.location(place.response_line))
            .expected(format!("at most {} bytes", Withheld::LONGEST))
            .help("record a smaller answer, or take the exchange out and run `retake cassette seal`")
    }

    fn location(&self, line: u32) -> Location {
        let file = self.files.last().cloned().unwrap_or_default();
        Location { line: (line > 0).then_some(line), ..Location::file(file) }
    }

    /// The exchanges that answer a request.
    pub(super) fn find(&self, route: &Route<'_>) -> Option<&Sequence> {
        let nothing_bound = Bindings::default();
        // What was asked exactly so is answered exactly so, however loosely requests may match.
        let exact = self.exact.find(&Key::new(Match::Exact, route, &nothing_bound));
        exact.or_else(|| self.loose.as_ref()?.find(&Key::new(self.rule, route, &nothing_bound)))
    }

    /// The answer of an exchange, which is used from now on.
    pub(super) fn reply(&self, number: u32) -> Arc<Response> {
        let recorded = &self.recorded[number as usize];
        // Looked at first, since a write would take the line from every other core.
        if !recorded.used.load(Relaxed) {
            recorded.used.store(true, Relaxed);
        }
        Arc::clone(&recorded.reply)
    }

    /// How requests are compared.
    pub(super) fn rule(&self) -> Match {
        self.rule
    }

    /// Every recorded request, by its exact key.
    pub(super) fn exact(&self) -> &Index {
        &self.exact
    }

    /// The cassettes' files.
    pub(super) fn files(&self) -> &[String] {
        &self.files
    }

    /// How many exchanges there are.
    pub(super) fn len(&self) -> usize {
        self.recorded.len()
    }

    /// The name of an exchange: its id, with its file if there are several.
    pub(super) fn name(&self, number: u32) -> String {
        let recorded = &self.recorded[number as usize];
        match self.files.as_slice() {
            [_] => recorded.id.clone(),
            files => format!("{} {}", files[recorded.file as usize], recorded.id),
        }
    }

    /// The name of the first exchange of an operation.
    pub(super) fn first_of(&self, operation: &str) -> Option<String> {
        let first = self.recorded.iter().position(|recorded| recorded.operation.as_deref() == Some(operation));
        first.map(|number| self.name(number as u32))
    }

    /// The exchanges that no session has used.
    pub(super) fn unused(&self) -> impl Iterator<Item = u32> {
        let numbered = self.recorded.iter().enumerate();
        numbered.filter(|(_, recorded)| !recorded.used.load(Relaxed)).map(|(number, _)| number as u32)
    }
}

fn require_whole_seal(cassette: &Cassette) -> Result<(), Diagnostic> {
    let Seal::Broken { stated, computed } = &cassette.seal else { return Ok(()) };
    Err(Diagnostic::new("the cassette was changed after it was recorded: its seal is broken")
        .at(Location::file(cassette.file.as_str()))
        .expected(stated)
        .found(computed)
        .help("look at what was changed; `retake cassette seal FILE` mends the seal and marks the cassette as edited"))
}

/// Stand-ins are looked for only if something is to be bound: that reads every request.
fn bind(specs: &Specs, cassettes: &[Cassette], given: &[(String, String)]) -> Result<Bindings, Diagnostic> {
    if given.is_empty() {
        return Ok(Bindings::default());
    }
    let exchanges = cassettes.iter().flat_map(|cassette| &cassette.transcript.exchanges);
    Bindings::new(specs, &cassette::stand_ins(specs, exchanges), given)
}
