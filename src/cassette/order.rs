//! The one order of a cassette: which walk comes when, what each exchange is called,
//! which stand-in has which number.
//!
//! Walks are sorted by what they ask and what came of it, with their stand-ins
//! blanked ([`key`]); what is equal still is told apart by its times and by what it
//! shares with others ([`refine`]), and only then by arrival. Stand-ins are numbered
//! anew in that order, so that it does not show how concurrent clients interleaved.

mod key;
mod names;
mod refine;

use crate::evidence::reading::NextToken;
use crate::evidence::walk::{Walk, walks};
use crate::message::{Body, Exchange, Redacted, Transcript};
use crate::redact::{Policy, Renumbering, Survey};
use crate::spec::Specs;
use key::WalkKey;
use names::Names;
use std::collections::HashMap;

/// The most walks that look alike among which the next is looked for anew each time.
const CHOSEN_ONE_BY_ONE: usize = 64;

/// How often exchanges are arranged anew, where their order shows another grouping than their arrival did.
const ARRANGED_AT_MOST: usize = 4;

/// The exchanges of a recording, in the order and under the ids that a cassette gives them.
///
/// They are grouped by what links them, so the links must be those of the recording; they stay, for the header. The
/// policy is the one by which they were redacted. The same walks give the same transcript, however they interleaved.
pub fn commit(specs: &Specs, policy: &Policy, exchanges: Vec<Redacted<Exchange>>) -> Redacted<Transcript> {
    let mut exchanges: Vec<Exchange> = exchanges.into_iter().map(Redacted::into_inner).collect();
    for _ in 0..ARRANGED_AT_MOST {
        let groups = in_page_order(walks(specs, &exchanges));
        let arranged = arrange(specs, policy, exchanges, groups);
        exchanges = arranged.exchanges;
        // A page that arrived before the page that leads to it begins a walk, and continues one once it stands behind it.
        if places_of(&in_page_order(walks(specs, &exchanges)), exchanges.len()) == arranged.places {
            break;
        }
    }
    Redacted::vouch(Transcript { exchanges })
}

/// Exchanges in their order, each with its walk and its page.
struct Arranged {
    exchanges: Vec<Exchange>,
    places: Vec<(usize, usize)>,
}

fn arrange(specs: &Specs, policy: &Policy, exchanges: Vec<Exchange>, groups: Vec<Walk>) -> Arranged {
    let mut survey = Survey::new(specs, policy);
    let outlines: Vec<_> = exchanges.iter().map(|exchange| survey.look(exchange)).collect();
    let renumbering = survey.into_renumbering();
    let keys = groups.iter().map(|walk| WalkKey::new(walk, &exchanges, &outlines, renumbering.shift())).collect();
    let stand_ins = groups
        .iter()
        .map(|walk| walk.exchanges().flat_map(|index| &outlines[index].stand_ins).map(String::as_str).collect())
        .collect();
    let classes = refine::classes(keys, stand_ins);
    let mut writer = Writer {
        names: Names::new(specs, &groups),
        written: Arranged { exchanges: Vec::with_capacity(exchanges.len()), places: Vec::new() },
        walks_written: 0,
        repetitions: HashMap::new(),
        walks: groups,
        exchanges,
        renumbering,
    };
    for class in classes {
        writer.write_class(class);
    }
    writer.written
}

/// The walk and the page of each exchange.
fn places_of(walks: &[Walk], count: usize) -> Vec<(usize, usize)> {
    let mut places = vec![(0, 0); count];
    for (walk, group) in walks.iter().enumerate() {
        for call in &group.calls {
            call.attempts.iter().for_each(|index| places[*index] = (walk, call.page));
        }
    }
    places
}

/// The calls of each walk by page; those of one page in order of arrival.
fn in_page_order(mut walks: Vec<Walk>) -> Vec<Walk> {
    walks.iter_mut().for_each(|walk| walk.calls.sort_by_key(|call| call.page));
    walks
}

/// Writes walks one after the other.
struct Writer<'s> {
    exchanges: Vec<Exchange>,
    walks: Vec<Walk>,
    renumbering: Renumbering<'s>,
    names: Names<'s>,
    /// How often the same first request was written.
    repetitions: HashMap<RequestKey, u32>,
    written: Arranged,
    walks_written: usize,
}

/// Walks that look alike: each with the stand-ins in it, in order.
type Class<'o> = Vec<(usize, Vec<&'o str>)>;

/// What a request asks for, header fields aside.
type RequestKey = (String, String, Vec<(String, String)>, Vec<u8>);

impl Writer<'_> {
    /// Writes walks that look alike: first those whose stand-ins have the lowest numbers already, then by arrival.
    fn write_class(&mut self, mut class: Class<'_>) {
        if class.len() > CHOSEN_ONE_BY_ONE {
            class.sort_by_cached_key(|(walk, stand_ins)| (self.numbers(stand_ins), *walk));
            class.into_iter().for_each(|(walk, _)| self.write_walk(walk));
            return;
        }
        while let Some(next) = (0..class.len()).min_by_key(|at| (self.numbers(&class[*at].1), class[*at].0)) {
            let (walk, _) = class.remove(next);
            self.write_walk(walk);
        }
    }

    /// What stand-ins became in what was written; those that are new come behind.
    fn numbers(&self, stand_ins: &[&str]) -> Vec<(bool, String)> {
        let number = |stand_in: &&str| match self.renumbering.knows(stand_in) {
            Some(text) => (false, text.to_owned()),
            None => (true, String::new()),
        };
        stand_ins.iter().map(number).collect()
    }

    fn write_walk(&mut self, index: usize) {
        let calls = self.walks[index].calls.clone();
        let is_open =
            self.walks[index].open_end().is_some_and(|last| last.next_token != NextToken::Text(String::new()));
        let repetition = self.repetition(calls.first().and_then(|call| call.attempts.first()));
        for call in &calls {
            for (number, exchange) in call.attempts.iter().enumerate() {
                let mut exchange = self.renumbered(*exchange);
                exchange.walk = (repetition > 1).then_some(repetition);
                exchange.attempt = (call.attempts.len() > 1).then_some(number as u32 + 1);
                exchange.unfinished = false;
                exchange.id = self.names.name(&exchange, call.page);
                self.written.exchanges.push(exchange);
                self.written.places.push((self.walks_written, call.page));
            }
        }
        if let (true, Some(last)) = (is_open, self.written.exchanges.last_mut()) {
            last.unfinished = true;
        }
        self.walks_written += 1;
    }

    fn renumbered(&mut self, index: usize) -> Exchange {
        let exchange = Redacted::vouch(std::mem::take(&mut self.exchanges[index]));
        self.renumbering.renumber(&exchange).into_inner()
    }

    /// How often the first request of a walk was asked, this time included.
    fn repetition(&mut self, first: Option<&usize>) -> u32 {
        let Some(index) = first else { return 1 };
        let request = &self.exchanges[*index].request;
        let mut query = request.query.clone();
        query.sort();
        let body = match &request.body {
            Body::Withheld(withheld) => withheld.length.to_string().into_bytes(),
            body @ (Body::Empty | Body::Bytes(_)) => body.bytes().to_vec(),
        };
        let times = self.repetitions.entry((request.method.clone(), request.path.clone(), query, body)).or_default();
        *times += 1;
        *times
    }
}

#[cfg(test)]
mod tests;
