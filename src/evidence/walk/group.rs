//! The pass over the exchanges: each finds its call, and each call its walk.
//! Everything is looked up, nothing is searched for among all exchanges.

use super::{Call, Walk};
use crate::evidence::reading::{NextToken, Outcome, Reading, next_token};
use crate::message::{Body, Exchange, Request};
use std::collections::{HashMap, VecDeque};

/// Where a call stands: the index of its walk, and of the call in it.
type CallPlace = (usize, usize);

/// The walks between which a token tells: one operation, the same inputs, one session, one repetition.
#[derive(PartialEq, Eq, Hash)]
struct Family<'e> {
    operation: &'e str,
    inputs: Vec<(String, String)>,
    session: Option<&'e str>,
    repetition: Option<u32>,
}

/// A token that a walk received.
struct Receipt {
    walk: usize,
    /// The page that gave it.
    page: usize,
}

/// The state of the pass.
pub(super) struct Grouping<'e> {
    exchanges: &'e [Exchange],
    readings: &'e [&'e Reading<'e>],
    walks: Vec<Walk>,
    families: HashMap<Family<'e>, usize>,
    /// The family of each walk.
    family_of: Vec<Option<usize>>,
    /// Tokens by family: received and not spent, the oldest first.
    unspent: HashMap<(usize, String), VecDeque<Receipt>>,
    /// Tokens by family: received at all, the oldest first.
    received: HashMap<(usize, String), Vec<Receipt>>,
    /// The call of a call id.
    by_id: HashMap<(Option<&'e str>, &'e str), CallPlace>,
    /// The last attempt of a request that is numbered, with its number.
    by_number: HashMap<(Option<u32>, RequestKey<'e>), (u32, CallPlace)>,
    /// The last exchange of each session, with its call.
    latest: HashMap<Option<&'e str>, (usize, CallPlace)>,
}

impl<'e> Grouping<'e> {
    pub(super) fn new(exchanges: &'e [Exchange], readings: &'e [&'e Reading<'e>]) -> Self {
        Self {
            exchanges,
            readings,
            walks: Vec::new(),
            families: HashMap::new(),
            family_of: Vec::new(),
            unspent: HashMap::new(),
            received: HashMap::new(),
            by_id: HashMap::new(),
            by_number: HashMap::new(),
            latest: HashMap::new(),
        }
    }

    pub(super) fn into_walks(self) -> Vec<Walk> {
        self.walks
    }

    /// Gives the next exchange its place: in the call that it repeats, in the walk that waits for it, or in a new one.
    pub(super) fn take(&mut self, index: usize) {
        let place = match self.call_to_repeat(index) {
            Some(place) => place,
            None => self.new_call(index),
        };
        self.remember(index, place);
        self.finish(index, place);
    }

    /// The call of which this exchange is a further attempt.
    fn call_to_repeat(&self, index: usize) -> Option<CallPlace> {
        let exchange = &self.exchanges[index];
        let session = exchange.link.session.as_deref();
        if let Some(id) = exchange.link.call.as_deref() {
            return self.by_id.get(&(session, id)).copied();
        }
        if let Some(number) = exchange.attempt {
            let (before, place) = self.by_number.get(&(exchange.walk, RequestKey::new(&exchange.request)))?;
            return (number == before + 1).then_some(*place);
        }
        if !exchange.id.is_empty() {
            // A cassette numbers all attempts of a call that took more than one.
            return None;
        }
        let (before, place) = self.latest.get(&session)?;
        let (earlier, reading) = (&self.exchanges[*before], self.readings[*before]);
        let repeats = earlier.link.call.is_none()
            && reading.outcome.is_retryable(reading.spec())
            && RequestKey::new(&earlier.request) == RequestKey::new(&exchange.request);
        repeats.then_some(*place)
    }

    fn remember(&mut self, index: usize, place: CallPlace) {
        let exchange = &self.exchanges[index];
        let session = exchange.link.session.as_deref();
        if let Some(id) = exchange.link.call.as_deref() {
            self.by_id.insert((session, id), place);
        }
        if let Some(number) = exchange.attempt {
            self.by_number.insert((exchange.walk, RequestKey::new(&exchange.request)), (number, place));
        }
        self.latest.insert(session, (index, place));
    }

    /// Begins a call, in the walk that it continues or in a new one.
    fn new_call(&mut self, index: usize) -> CallPlace {
        let asked = Asked::new(self.readings[index]);
        let (token, page_size) = (asked.token.clone(), asked.page_size.clone());
        let family = self.family(index, &asked.inputs);
        let continued =
            family.zip(token.as_ref()).and_then(|(family, token)| self.walk_to_continue(family, token, &page_size));
        let (walk, page) = match continued {
            Some(receipt) => (receipt.walk, receipt.page + 1),
            None => (self.new_walk(index, asked, family), 1),
        };
        let calls = &mut self.walks[walk].calls;
        calls.push(Call { attempts: Vec::new(), token, page, outcome: Outcome::Broken, next_token: NextToken::None });
        (walk, calls.len() - 1)
    }

    fn family(&mut self, index: usize, inputs: &[(String, String)]) -> Option<usize> {
        let exchange = &self.exchanges[index];
        let family = Family {
            operation: &self.readings[index].spec()?.operation,
            inputs: inputs.to_vec(),
            session: exchange.link.session.as_deref(),
            repetition: exchange.walk,
        };
        let next = self.families.len();
        Some(*self.families.entry(family).or_insert(next))
    }

    fn new_walk(&mut self, index: usize, asked: Asked, family: Option<usize>) -> usize {
        let exchange = &self.exchanges[index];
        self.walks.push(Walk {
            operation: self.readings[index].spec().map(|spec| spec.operation.clone()),
            session: exchange.link.session.clone(),
            inputs: asked.inputs,
            page_size: asked.page_size,
            repetition: exchange.walk,
            calls: Vec::new(),
            unfinished: false,
        });
        self.family_of.push(family);
        self.walks.len() - 1
    }

    /// The walk that last received this token: of those in which it is unspent, the one that waits
    /// longest; else the latest, which asks again. Those with the same page size come first.
    fn walk_to_continue(&mut self, family: usize, token: &str, page_size: &Option<String>) -> Option<Receipt> {
        let key = (family, token.to_owned());
        let walks = &self.walks;
        let same_size = |receipt: &Receipt| walks[receipt.walk].page_size == *page_size;
        if let Some(waiting) = self.unspent.get_mut(&key) {
            waiting.retain(|receipt| !walks[receipt.walk].unfinished);
            let first = waiting.iter().position(same_size).unwrap_or(0);
            if let Some(receipt) = waiting.remove(first) {
                return Some(receipt);
            }
        }
        let received = self.received.get(&key)?;
        let open = |receipt: &&Receipt| !walks[receipt.walk].unfinished;
        let mut latest = received.iter().rev().filter(open);
        let found = latest.clone().find(|receipt| same_size(receipt)).or_else(|| latest.next())?;
        Some(Receipt { walk: found.walk, page: found.page })
    }

    /// Adds the attempt to its call, whose response it now is.
    fn finish(&mut self, index: usize, (walk_index, call): CallPlace) {
        let (exchange, reading) = (&self.exchanges[index], self.readings[index]);
        let walk = &mut self.walks[walk_index];
        walk.unfinished |= exchange.unfinished;
        let call = &mut walk.calls[call];
        call.attempts.push(index);
        call.outcome = reading.outcome.clone();
        let (Some(spec), true) = (reading.spec(), reading.outcome.is_success()) else { return };
        call.next_token = next_token(spec, &exchange.response, &reading.body);
        let (NextToken::Text(token), Some(family)) = (&call.next_token, self.family_of[walk_index]) else { return };
        let key = (family, token.clone());
        let page = call.page;
        let received = self.received.entry(key.clone()).or_default();
        // A page that was asked for again gives its token again; it can be spent but once.
        let is_new = !received.iter().any(|receipt| receipt.walk == walk_index && receipt.page == page);
        received.push(Receipt { walk: walk_index, page });
        if is_new {
            self.unspent.entry(key).or_default().push_back(Receipt { walk: walk_index, page });
        }
    }
}

/// What a request asks for: its inputs, and apart from them the token and the page size.
struct Asked {
    inputs: Vec<(String, String)>,
    token: Option<String>,
    page_size: Option<String>,
}

impl Asked {
    fn new(reading: &Reading<'_>) -> Self {
        let mut asked = Self { inputs: Vec::new(), token: None, page_size: None };
        let Ok(route) = &reading.route else { return asked };
        let paging = route.spec.pagination.as_ref();
        for (key, value) in route.inputs.iter() {
            let text = value.text().into_owned();
            if paging.is_some_and(|paging| paging.input_token == key) {
                asked.token = Some(text);
            } else if paging.is_some_and(|paging| paging.page_size.as_deref() == Some(key)) {
                asked.page_size = Some(text);
            } else {
                asked.inputs.push((key.to_owned(), text));
            }
        }
        asked
    }
}

/// What two requests for the same thing have in common: all but their header fields.
#[derive(PartialEq, Eq, Hash)]
struct RequestKey<'e> {
    method: &'e str,
    path: &'e str,
    query: Vec<(&'e str, &'e str)>,
    body: &'e [u8],
    withheld: Option<u64>,
}

impl<'e> RequestKey<'e> {
    fn new(request: &'e Request) -> Self {
        let mut query: Vec<_> = request.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        query.sort_unstable();
        let withheld = match &request.body {
            Body::Withheld(withheld) => Some(withheld.length),
            Body::Empty | Body::Bytes(_) => None,
        };
        Self { method: &request.method, path: &request.path, query, body: request.body.bytes(), withheld }
    }
}
