//! The cheapest choice of units that shows everything: a covering problem whose units may have parts in common.
//!
//! Units that another one makes superfluous go first; then branch and bound, on the fact that the fewest units show. It
//! is exact, unless it takes too many steps: then the best that was found is taken, and that is said.

use std::collections::BTreeSet;

/// How many steps are made before the best so far is taken.
const MOST_STEPS: u64 = 200_000;

/// What can be chosen: its parts, each of which costs one, and what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) parts: BTreeSet<usize>,
    pub(super) shows: BTreeSet<usize>,
}

/// The fewest parts whose units show all facts that any shows, in order; and whether there are no fewer.
pub(super) fn fewest(units: Vec<Unit>, facts: usize) -> (Vec<usize>, bool) {
    let units = without_superfluous(units);
    let mut by_fact: Vec<Vec<usize>> = vec![Vec::new(); facts];
    for (index, unit) in units.iter().enumerate() {
        unit.shows.iter().for_each(|fact| by_fact[*fact].push(index));
    }
    let parts = units.iter().flat_map(|unit| &unit.parts).max().map_or(0, |most| most + 1);
    let mut search = Search {
        units: &units,
        by_fact: &by_fact,
        taken: vec![0; parts],
        shown: vec![0; facts],
        cost: 0,
        best: None,
        steps: 0,
    };
    search.go();
    let is_smallest = search.steps <= MOST_STEPS;
    (search.best.unwrap_or_default(), is_smallest)
}

/// The units less those in whose place another one may be taken at no greater cost, whatever else is taken.
fn without_superfluous(mut units: Vec<Unit>) -> Vec<Unit> {
    units.retain(|unit| !unit.shows.is_empty());
    let mut at = 0;
    while at < units.len() {
        let unit = &units[at];
        let others = || units.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
        let shows_as_much = |other: &&Unit| unit.shows.is_subset(&other.shows);
        let own = unit.parts.iter().filter(|part| !others().any(|other| other.parts.contains(part))).count();
        let replaces = |other: &Unit| other.parts.is_subset(&unit.parts) || other.parts.len() <= own;
        let is_superfluous = others().filter(shows_as_much).any(replaces);
        if is_superfluous {
            units.remove(at);
        } else {
            at += 1;
        }
    }
    units
}

struct Search<'u> {
    units: &'u [Unit],
    by_fact: &'u [Vec<usize>],
    /// How many of the chosen units have a part.
    taken: Vec<u32>,
    /// How many of the chosen units show a fact.
    shown: Vec<u32>,
    cost: usize,
    best: Option<Vec<usize>>,
    steps: u64,
}

impl Search<'_> {
    fn go(&mut self) {
        self.steps += 1;
        let most = self.best.as_ref().map_or(usize::MAX, Vec::len);
        if self.cost >= most || (self.steps > MOST_STEPS && self.best.is_some()) {
            return;
        }
        let missing = || (0..self.shown.len()).filter(|fact| self.shown[*fact] == 0 && !self.by_fact[*fact].is_empty());
        let Some(next) = missing().min_by_key(|fact| self.by_fact[*fact].len()) else {
            self.best = Some((0..self.taken.len()).filter(|part| self.taken[*part] > 0).collect());
            return;
        };
        // Each fact that is missing costs at least the cheapest unit that shows it.
        let cheapest = |fact: usize| self.by_fact[fact].iter().map(|unit| self.extra(*unit)).min().unwrap_or_default();
        if self.cost + missing().map(cheapest).max().unwrap_or_default() >= most {
            return;
        }
        let mut candidates = self.by_fact[next].clone();
        candidates.sort_by_key(|unit| (self.extra(*unit), std::cmp::Reverse(self.news(*unit)), *unit));
        for unit in candidates {
            self.take(unit);
            self.go();
            self.give_back(unit);
        }
    }

    /// What a unit would cost besides what is taken.
    fn extra(&self, unit: usize) -> usize {
        self.units[unit].parts.iter().filter(|part| self.taken[**part] == 0).count()
    }

    /// How much it would show besides.
    fn news(&self, unit: usize) -> usize {
        self.units[unit].shows.iter().filter(|fact| self.shown[**fact] == 0).count()
    }

    fn take(&mut self, unit: usize) {
        self.cost += self.extra(unit);
        self.units[unit].parts.iter().for_each(|part| self.taken[*part] += 1);
        self.units[unit].shows.iter().for_each(|fact| self.shown[*fact] += 1);
    }

    fn give_back(&mut self, unit: usize) {
        self.units[unit].parts.iter().for_each(|part| self.taken[*part] -= 1);
        self.units[unit].shows.iter().for_each(|fact| self.shown[*fact] -= 1);
        self.cost -= self.extra(unit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(parts: &[usize], shows: &[usize]) -> Unit {
        Unit { parts: parts.iter().copied().collect(), shows: shows.iter().copied().collect() }
    }

    /// The least cost, by trying every choice.
    fn by_trying(units: &[Unit]) -> usize {
        let all: BTreeSet<usize> = units.iter().flat_map(|unit| &unit.shows).copied().collect();
        let cost = |choice: u32| {
            let chosen = || units.iter().enumerate().filter(|(at, _)| choice >> at & 1 == 1).map(|(_, unit)| unit);
            let shown: BTreeSet<usize> = chosen().flat_map(|unit| &unit.shows).copied().collect();
            let parts: BTreeSet<usize> = chosen().flat_map(|unit| &unit.parts).copied().collect();
            (shown == all).then_some(parts.len())
        };
        (0..1 << units.len()).filter_map(cost).min().unwrap()
    }

    #[test]
    fn takes_a_cheaper_choice_than_the_greedy_one() {
        // The unit that shows most is none of the two that show all.
        let units = vec![unit(&[0], &[0, 1, 2, 3]), unit(&[1], &[0, 1, 4]), unit(&[2], &[2, 3, 5])];

        assert_eq!(fewest(units, 6), (vec![1, 2], true));
    }

    #[test]
    fn counts_what_units_have_in_common_once() {
        let units = vec![unit(&[0, 1, 2], &[0]), unit(&[0, 1, 3], &[1]), unit(&[4, 5], &[1])];

        assert_eq!(fewest(units, 2), (vec![0, 1, 2, 3], true));
    }

    #[test]
    fn finds_no_more_than_trying_every_choice_does() {
        let mut state = 7_u64;
        let mut next = |most: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from((state >> 33) % most).unwrap()
        };
        for round in 0..400 {
            let count = 1 + next(9);
            let units: Vec<Unit> = (0..count)
                .map(|_| {
                    let parts: Vec<usize> = (0..=next(4)).map(|_| next(8)).collect();
                    let shows: Vec<usize> = (0..=next(4)).map(|_| next(7)).collect();
                    unit(&parts, &shows)
                })
                .collect();

            let (parts, is_smallest) = fewest(units.clone(), 7);

            assert_eq!((parts.len(), is_smallest), (by_trying(&units), true), "round {round}: {units:?}");
        }
    }

    #[test]
    fn nothing_to_show_takes_nothing() {
        assert_eq!(fewest(vec![unit(&[0], &[])], 0), (vec![], true));
    }
}
