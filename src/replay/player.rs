//! The player: answers requests from cassettes and keeps count of what was used.

use super::binding::Bindings;
use super::filler::MAX_LENGTH;
use super::index::Index;
use super::key::Key;
use super::matching::Match;
use super::miss;
use super::reply::Reply;
use super::sequence::Sequence;
use crate::answer::{Answer, Answerer, Miss, Session};
use crate::cassette::{self, Cassette};
use crate::diagnostic::{Diagnostic, Location};
use crate::evidence::{Ledger, Place, Report, Seal, Subject, SubjectKind};
use crate::message::{End, Exchange, Request, Response};
use crate::spec::{Route, Spec, Specs, Unrouted};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// How many misses are kept word by word; they are all counted.
pub const MAX_MISSES: usize = 100;

/// Answers requests from cassettes.
///
/// ```no_run
/// # fn play(cassette: retake::cassette::Cassette) -> Result<(), retake::diagnostic::Diagnostic> {
/// use retake::replay::{Match, Player};
/// use std::sync::Arc;
///
/// let specs = Arc::new(retake::spec::embedded());
/// let player = Player::new(specs, vec![cassette], Match::Exact, Vec::new())?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Player {
    specs: Arc<Specs>,
    rule: Match,
    files: Vec<String>,
    recorded: Vec<Recorded>,
    exact: Index,
    loose: Option<Index>,
    requests: AtomicU64,
    answered: AtomicU64,
    missed: AtomicU64,
    misses: Mutex<Vec<Miss>>,
}

/// An exchange of a cassette.
#[derive(Debug)]
struct Recorded {
    id: String,
    file: u32,
    operation: Option<String>,
    reply: Reply,
    used: AtomicBool,
}

impl Player {
    /// Makes cassettes ready to be played, in their order, with the values bound that were given.
    ///
    /// Refuses a cassette whose seal is broken, one that needs a spec that is not there, and a value that cannot be
    /// bound.
    pub fn new(
        specs: Arc<Specs>,
        cassettes: Vec<Cassette>,
        rule: Match,
        bindings: Vec<(String, String)>,
    ) -> Result<Self, Diagnostic> {
        let bindings = bind(&specs, &cassettes, &bindings)?;
        let mut player = Self {
            specs: Arc::clone(&specs),
            rule,
            files: Vec::with_capacity(cassettes.len()),
            recorded: Vec::new(),
            exact: Index::default(),
            loose: (rule != Match::Exact).then(Index::default),
            requests: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            missed: AtomicU64::new(0),
            misses: Mutex::default(),
        };
        for cassette in cassettes {
            require_whole_seal(&cassette)?;
            player.load(&specs, cassette, &bindings)?;
        }
        Ok(player)
    }

    fn load(&mut self, specs: &Specs, cassette: Cassette, bindings: &Bindings) -> Result<(), Diagnostic> {
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
        let number = u32::try_from(self.recorded.len()).expect("a file of 4 billion exchanges cannot be read");
        let spec = self.spec_of(specs, &exchange, place)?;
        if let Ok(route) = specs.route(&exchange.request) {
            let is_success = is_success(&exchange.response);
            if let Some(loose) = &mut self.loose {
                loose.push(Key::new(self.rule, &route, bindings), number, is_success);
            }
            self.exact.push(Key::new(Match::Exact, &route, bindings), number, is_success);
        }
        let Some(reply) = Reply::new(spec, bindings, exchange.response) else {
            return Err(self.too_long(&exchange.id, place));
        };
        self.recorded.push(Recorded {
            id: exchange.id,
            file: (self.files.len() - 1) as u32,
            operation: exchange.operation,
            reply,
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
            .expected(format!("at most {} bytes", MAX_LENGTH))
            .help("record a smaller answer, or take the exchange out and run `retake cassette seal`")
    }

    fn location(&self, line: u32) -> Location {
        let file = self.files.last().cloned().unwrap_or_default();
        Location { line: (line > 0).then_some(line), ..Location::file(file) }
    }

    fn find(&self, route: &Route<'_>) -> Option<&Sequence> {
        let nothing_bound = Bindings::default();
        // What was asked exactly so is answered exactly so, however loosely requests may match.
        let exact = self.exact.find(&Key::new(Match::Exact, route, &nothing_bound));
        exact.or_else(|| self.loose.as_ref()?.find(&Key::new(self.rule, route, &nothing_bound)))
    }

    fn reply(&self, number: u32) -> Answer {
        let recorded = &self.recorded[number as usize];
        // Looked at first, since a write would take the line from every other core.
        if !recorded.used.load(Relaxed) {
            recorded.used.store(true, Relaxed);
        }
        self.answered.fetch_add(1, Relaxed);
        Answer::Reply(recorded.reply.response())
    }

    fn miss(&self, miss: Miss) -> Answer {
        self.missed.fetch_add(1, Relaxed);
        let mut misses = self.misses.lock().unwrap_or_else(PoisonError::into_inner);
        if misses.len() < MAX_MISSES {
            misses.push(miss.clone());
        }
        Answer::Miss(Box::new(miss))
    }

    fn explain_unrouted(&self, request: &Request, why: &Unrouted) -> Miss {
        let first = self
            .recorded
            .iter()
            .position(|recorded| recorded.operation.is_some() && recorded.operation == why.operation);
        miss::unrouted(request, why, first.map(|number| self.name(number as u32)))
    }

    /// The name of an exchange: its id, with its file if there are several.
    fn name(&self, number: u32) -> String {
        let recorded = &self.recorded[number as usize];
        match self.files.as_slice() {
            [_] => recorded.id.clone(),
            files => format!("{} {}", files[recorded.file as usize], recorded.id),
        }
    }

    /// What has been counted so far, over all sessions.
    pub fn ledger(&self) -> Ledger {
        Ledger {
            requests: self.requests.load(Relaxed),
            exchanges: self.answered.load(Relaxed),
            unused: self.unused_numbers().count() as u64,
            misses: self.missed.load(Relaxed),
            ..Ledger::default()
        }
    }

    /// The exchanges that have answered no request, in recorded order: their ids, with the file if there are several.
    pub fn unused(&self) -> Vec<String> {
        self.unused_numbers().map(|number| self.name(number)).collect()
    }

    fn unused_numbers(&self) -> impl Iterator<Item = u32> {
        let unused = |recorded: &Recorded| !recorded.used.load(Relaxed);
        let numbered = self.recorded.iter().enumerate();
        numbered.filter(move |(_, recorded)| unused(recorded)).map(|(number, _)| number as u32)
    }

    /// The first [`MAX_MISSES`] misses; [`Player::ledger`] has the exact number.
    pub fn misses(&self) -> Vec<Miss> {
        self.misses.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many exchanges there are to be played.
    pub fn len(&self) -> usize {
        self.recorded.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.recorded.is_empty()
    }

    /// What the replay has come to so far: broken by a miss, and by an unused exchange unless that is allowed.
    pub fn report(&self, allow_unused: bool) -> Report {
        let subject = |file: &String| Subject { kind: SubjectKind::Cassette, name: file.clone() };
        Report {
            subjects: self.files.iter().map(subject).collect(),
            specs: self.specs.iter().map(|spec| spec.file.clone()).collect(),
            ledger: self.ledger(),
            misses: self.misses(),
            unused: if allow_unused { Vec::new() } else { self.unused() },
            ..Report::new("replay")
        }
    }
}

impl Answerer for Player {
    fn answer(&self, session: &Session, request: &Request) -> Answer {
        self.requests.fetch_add(1, Relaxed);
        let route = match self.specs.route(request) {
            Ok(route) => route,
            Err(why) => return self.miss(self.explain_unrouted(request, &why)),
        };
        let Some(sequence) = self.find(&route) else {
            return self.miss(miss::not_recorded(&route, self.rule, &self.exact, |number| self.name(number)));
        };
        match sequence.next(session) {
            Some(number) => self.reply(number),
            None => self.miss(miss::exhausted(&route, self.name(sequence.last()))),
        }
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

fn is_success(response: &Response) -> bool {
    response.end == End::Complete && response.status.is_some_and(|status| (200..300).contains(&status))
}

#[cfg(test)]
mod tests;
