//! What can be chosen for a session: the beginnings of walks, each with what it shows.

use super::cover::{Unit, fewest};
use super::shown::{self, Fact};
use crate::evidence::reading::spent_token;
use crate::evidence::walk::walks;
use crate::message::Transcript;
use crate::spec::Specs;
use std::collections::{BTreeSet, HashMap};

/// Of longer walks, the beginnings of twice the length each time can be chosen, and the whole.
const LENGTHS_ONE_BY_ONE: usize = 64;

/// An exchange: the recording, and its index there.
type Place = (usize, usize);

/// All that can be chosen.
#[derive(Default)]
pub(super) struct Choices {
    /// Exchanges that come together, with what they show.
    all: Vec<(BTreeSet<Place>, BTreeSet<Fact>)>,
    /// What has to be shown.
    wanted: BTreeSet<Fact>,
}

impl Choices {
    /// Adds what can be chosen of one operation in one recording.
    pub(super) fn add(&mut self, specs: &Specs, recording: usize, transcript: &Transcript, indexes: &[usize]) {
        let beginnings = beginnings(specs, transcript, indexes);
        let facts_of =
            |chosen: &BTreeSet<usize>| shown::of(specs, transcript, &chosen.iter().copied().collect::<Vec<_>>());
        let whole = facts_of(&indexes.iter().copied().collect());
        let mut by_parts: Vec<(BTreeSet<usize>, BTreeSet<Fact>)> =
            beginnings.iter().map(|chosen| (chosen.clone(), facts_of(chosen))).collect();
        let shown: BTreeSet<&Fact> = by_parts.iter().flat_map(|(_, facts)| facts).collect();
        let only_together: Vec<&Fact> = whole.iter().filter(|fact| !shown.contains(fact)).collect();
        // Some checks compare walks: as few of them as show it come together.
        let mut together = Vec::new();
        for fact in only_together {
            let chosen = as_few_as_show(&beginnings, |chosen| facts_of(chosen).contains(fact));
            together.push((chosen.clone(), facts_of(&chosen)));
        }
        by_parts.extend(together);
        self.wanted.extend(whole);
        let placed = |chosen: BTreeSet<usize>| chosen.into_iter().map(|index| (recording, index)).collect();
        self.all.extend(by_parts.into_iter().map(|(chosen, facts)| (placed(chosen), facts)));
    }

    /// The fewest exchanges that show what is wanted and not known, in order; and whether there are no fewer.
    pub(super) fn fewest(&self, known: &BTreeSet<Fact>) -> (Vec<Place>, bool) {
        let wanted: HashMap<&Fact, usize> =
            self.wanted.iter().filter(|fact| !known.contains(fact)).enumerate().map(|(at, fact)| (fact, at)).collect();
        let places: BTreeSet<Place> = self.all.iter().flat_map(|(places, _)| places).copied().collect();
        let places: Vec<Place> = places.into_iter().collect();
        let unit = |(chosen, facts): &(BTreeSet<Place>, BTreeSet<Fact>)| Unit {
            parts: chosen.iter().filter_map(|place| places.binary_search(place).ok()).collect(),
            shows: facts.iter().filter_map(|fact| wanted.get(fact).copied()).collect(),
        };
        let (chosen, is_smallest) = fewest(self.all.iter().map(unit).collect(), wanted.len());
        (chosen.into_iter().map(|at| places[at]).collect(), is_smallest)
    }
}

/// The beginnings of walks: each with the pages before it, and with the pages that give a token which it needs.
fn beginnings(specs: &Specs, transcript: &Transcript, indexes: &[usize]) -> Vec<BTreeSet<usize>> {
    let exchanges: Vec<_> = indexes.iter().map(|index| transcript.exchanges[*index].clone()).collect();
    let mut all = Vec::new();
    // Of each token, the fewest exchanges that get it.
    let mut leads: HashMap<String, BTreeSet<usize>> = HashMap::new();
    let walks = walks(specs, &exchanges);
    let (from_start, from_token): (Vec<_>, Vec<_>) = walks.iter().partition(|walk| !walk.begins_with_token());
    for walk in from_start.into_iter().chain(from_token) {
        let mut chosen: BTreeSet<usize> = BTreeSet::new();
        for (number, call) in walk.calls.iter().enumerate() {
            let exchange = &exchanges[call.last()];
            let spec = specs.route(&exchange.request).ok().map(|route| route.spec);
            let token = spec.and_then(|spec| spent_token(spec, &exchange.request));
            if let (0, Some(lead)) = (number, token.and_then(|token| leads.get(&token))) {
                chosen.extend(lead);
            }
            chosen.insert(indexes[call.last()]);
            let issued = spec.and_then(|spec| shown::issued(spec, exchange));
            if let Some(token) = issued {
                let lead = leads.entry(token).or_insert_with(|| chosen.clone());
                if chosen.len() < lead.len() {
                    lead.clone_from(&chosen);
                }
            }
            let is_last = number + 1 == walk.calls.len();
            if number < LENGTHS_ONE_BY_ONE || is_last || (number + 1).is_power_of_two() {
                all.push(chosen.clone());
            }
        }
    }
    all
}

/// As few beginnings as show something together: what can be left out is, the longest first.
fn as_few_as_show(beginnings: &[BTreeSet<usize>], shows: impl Fn(&BTreeSet<usize>) -> bool) -> BTreeSet<usize> {
    let union = |kept: &[&BTreeSet<usize>]| kept.iter().copied().flatten().copied().collect::<BTreeSet<usize>>();
    let mut kept: Vec<&BTreeSet<usize>> = beginnings.iter().collect();
    kept.sort_by_key(|chosen| std::cmp::Reverse(chosen.len()));
    let mut at = 0;
    while at < kept.len() {
        let removed = kept.remove(at);
        if !shows(&union(&kept)) {
            kept.insert(at, removed);
            at += 1;
        }
    }
    union(&kept)
}
