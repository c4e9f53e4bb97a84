//! Looking strings up in a pattern's automaton.
//!
//! Its states are made deterministic as they are needed, so that each string is
//! counted once however many ways the pattern has to take it. All work is
//! metered: a pattern that asks for more gives fewer strings, or none, and
//! never takes long.

use super::language::{Language, State};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// How many steps a search may take: a millisecond or a few.
const MAX_STEPS: usize = 200_000;

/// Blocks of characters in the order of preference: what is easily read, sent and quoted comes first.
const BLOCKS: [(char, char); 14] = [
    ('0', '9'),
    ('A', 'Z'),
    ('a', 'z'),
    ('!', '/'),
    (':', '@'),
    ('[', '`'),
    ('{', '~'),
    (' ', ' '),
    ('\u{a1}', '\u{d7ff}'),
    ('\u{e000}', '\u{10ffff}'),
    ('\t', '\n'),
    ('\0', '\u{8}'),
    ('\u{b}', '\u{1f}'),
    ('\u{7f}', '\u{a0}'),
];

/// Characters from one to another, all leading to one state, in the order of preference.
#[derive(Debug, Clone, Copy)]
struct Step {
    first: char,
    count: u64,
    target: usize,
}

/// A set of the automaton's states, met while looking for strings.
struct Met {
    /// States that take a character.
    takers: Vec<usize>,
    /// Whether the text may end here.
    accepts: bool,
    /// What each character leads to, once asked for.
    steps: Option<Rc<[Step]>>,
}

/// The deterministic states met so far, and how many strings lead from each to the end.
pub(super) struct Search<'l> {
    language: &'l Language,
    ascii: bool,
    met: Vec<Met>,
    index: HashMap<(Vec<usize>, bool), usize>,
    /// By state and number of characters left.
    counts: HashMap<(usize, u64), u64>,
    steps_left: usize,
}

impl<'l> Search<'l> {
    pub(super) fn new(language: &'l Language, ascii: bool) -> Option<Self> {
        let mut search = Self {
            language,
            ascii,
            met: Vec::new(),
            index: HashMap::new(),
            counts: HashMap::new(),
            steps_left: MAX_STEPS,
        };
        search.meet(&[language.start], true)?;
        Some(search)
    }

    /// Pays for some steps; none if there are not so many left.
    fn pay(&mut self, steps: usize) -> Option<()> {
        self.steps_left = self.steps_left.checked_sub(steps)?;
        Some(())
    }

    /// The deterministic state that these states, and those that they lead to at no cost, make.
    fn meet(&mut self, states: &[usize], at_start: bool) -> Option<usize> {
        let takers = self.closure(states, at_start, false)?;
        let accepts = self.closure(states, at_start, true)?.contains(&0);
        let takers: Vec<usize> = takers.into_iter().filter(|state| *state != 0).collect();
        let key = (takers, accepts);
        if let Some(known) = self.index.get(&key) {
            return Some(*known);
        }
        self.met.push(Met { takers: key.0.clone(), accepts, steps: None });
        self.index.insert(key, self.met.len() - 1);
        Some(self.met.len() - 1)
    }

    /// The states that take a character or accept, reached at no cost.
    fn closure(&mut self, states: &[usize], at_start: bool, at_end: bool) -> Option<BTreeSet<usize>> {
        let mut seen = BTreeSet::new();
        let mut reached = BTreeSet::new();
        let mut open = states.to_vec();
        while let Some(state) = open.pop() {
            self.pay(1)?;
            if !seen.insert(state) {
                continue;
            }
            match &self.language.states[state] {
                State::Characters(..) | State::Accept => {
                    reached.insert(state);
                }
                State::Either(states) => open.extend(states),
                State::AtStart(next) if at_start => open.push(*next),
                State::AtEnd(next) if at_end => open.push(*next),
                State::AtStart(_) | State::AtEnd(_) => {}
            }
        }
        Some(reached)
    }

    /// What each character leads to.
    fn steps(&mut self, state: usize) -> Option<Rc<[Step]>> {
        if let Some(steps) = &self.met[state].steps {
            return Some(Rc::clone(steps));
        }
        let takers = self.met[state].takers.clone();
        let mut steps = Vec::new();
        for (first, last) in self.pieces(&takers)? {
            let mut targets = BTreeSet::new();
            for taker in &takers {
                if let State::Characters(ranges, next) = &self.language.states[*taker]
                    && takes(ranges, first)
                {
                    targets.insert(*next);
                }
            }
            self.pay(takers.len())?;
            if !targets.is_empty() {
                let targets: Vec<usize> = targets.into_iter().collect();
                let target = self.meet(&targets, false)?;
                steps.push(Step { first, count: u64::from(last as u32 - first as u32) + 1, target });
            }
        }
        let steps: Rc<[Step]> = steps.into();
        self.met[state].steps = Some(Rc::clone(&steps));
        Some(steps)
    }

    /// The characters cut into pieces that no block and no range divides, in the order of preference.
    fn pieces(&mut self, takers: &[usize]) -> Option<Vec<(char, char)>> {
        let mut cuts = BTreeSet::new();
        for taker in takers {
            if let State::Characters(ranges, _) = &self.language.states[*taker] {
                self.pay(ranges.len())?;
                for (first, last) in ranges {
                    cuts.insert(*first as u32);
                    cuts.insert(*last as u32 + 1);
                }
            }
        }
        let mut pieces = Vec::new();
        for (first, last) in BLOCKS {
            if self.ascii && !first.is_ascii() {
                continue;
            }
            let last = if self.ascii { last.min('\u{7f}') } else { last };
            let mut begin = first as u32;
            for cut in cuts.range(first as u32 + 1..last as u32 + 1).copied().chain([last as u32 + 1]) {
                pieces.extend(char::from_u32(begin).zip(char::from_u32(cut - 1)));
                begin = cut;
            }
        }
        Some(pieces)
    }

    /// How many strings have that many characters; no more than fit the number.
    pub(super) fn count(&mut self, length: u64) -> Option<u64> {
        let mut layers = vec![BTreeSet::from([0])];
        for left in (1..=length).rev() {
            let mut below = BTreeSet::new();
            for state in layers.last().cloned().unwrap_or_default() {
                self.pay(1)?;
                if !self.counts.contains_key(&(state, left)) {
                    below.extend(self.steps(state)?.iter().map(|step| step.target));
                }
            }
            if below.is_empty() {
                break;
            }
            layers.push(below);
        }
        for (depth, layer) in layers.iter().enumerate().rev() {
            for state in layer {
                self.count_from(*state, length - depth as u64)?;
            }
        }
        self.counts.get(&(0, length)).copied()
    }

    /// Counts from a state whose followers have been counted.
    fn count_from(&mut self, state: usize, left: u64) -> Option<()> {
        if self.counts.contains_key(&(state, left)) {
            return Some(());
        }
        let mut count = u64::from(left == 0 && self.met[state].accepts);
        if left > 0 {
            let steps = self.steps(state)?;
            self.pay(steps.len())?;
            for step in steps.iter() {
                let each = self.counts.get(&(step.target, left - 1)).copied().unwrap_or_default();
                count = count.saturating_add(each.saturating_mul(step.count));
            }
        }
        self.counts.insert((state, left), count);
        Some(())
    }

    /// The string of that index among those of that length, which have been counted.
    pub(super) fn string(&mut self, mut index: u64, length: u64) -> Option<String> {
        let mut text = String::new();
        let mut state = 0;
        for left in (0..length).rev() {
            let (c, target, rest) = self.character(state, index, left)?;
            text.push(c);
            state = target;
            index = rest;
        }
        Some(text)
    }

    /// The next character of the string of that index, where it leads, and the index from there.
    fn character(&mut self, state: usize, mut index: u64, left: u64) -> Option<(char, usize, u64)> {
        for step in self.steps(state)?.iter() {
            let each = self.counts.get(&(step.target, left)).copied().unwrap_or_default();
            let all = each.saturating_mul(step.count);
            if index < all {
                let offset = u32::try_from(index / each).ok()?;
                let c = char::from_u32(step.first as u32 + offset)?;
                return Some((c, step.target, index % each));
            }
            index -= all;
        }
        None
    }
}

/// Whether some range holds the character; the ranges are sorted.
fn takes(ranges: &[(char, char)], c: char) -> bool {
    let at = ranges.partition_point(|(first, _)| *first <= c);
    at > 0 && c <= ranges[at - 1].1
}
