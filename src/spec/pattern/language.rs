//! The strings that a pattern takes, in order: the shortest first, and among
//! those of one length letters and digits before other characters.
//!
//! The syntax tree becomes a small automaton over characters, here; the strings
//! are looked up in it by [`Search`].

use super::search::Search;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// How many states an automaton may have.
const MAX_STATES: usize = 1 << 16;

/// What strings to look for, beside the pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// The least number of characters.
    pub(crate) least: u64,
    /// The greatest number of characters.
    pub(crate) most: u64,
    /// Whether only U+0000 to U+007F may occur.
    pub(crate) ascii: bool,
}

/// The strings that a pattern takes.
#[derive(Debug, Clone)]
pub(crate) struct Language {
    pub(super) states: Vec<State>,
    pub(super) start: usize,
    /// The number of characters of the shortest string.
    least: u64,
    /// The number of characters of the longest string, if there is one.
    most: Option<u64>,
}

/// A state of the automaton, leading to others by their index; the one of index 0 accepts.
#[derive(Debug, Clone)]
pub(super) enum State {
    /// One character of these ranges, then the next state.
    Characters(Vec<(char, char)>, usize),
    /// Any of these states, at no cost.
    Either(Vec<usize>),
    /// The next state, if the text begins here.
    AtStart(usize),
    /// The next state, if the text ends here.
    AtEnd(usize),
    /// The end of the pattern.
    Accept,
}

impl Language {
    /// Builds the automaton; none if it would be too large, or asks for more than characters.
    pub(super) fn new(syntax: &Hir) -> Option<Self> {
        let mut builder = Builder { states: vec![State::Accept] };
        let start = builder.add(syntax, 0)?;
        let (least, most) = lengths(syntax);
        Some(Self { states: builder.states, start, least, most })
    }

    /// All strings of visible ASCII characters: what to choose from where there is no pattern.
    pub(crate) fn of_visible_characters() -> Self {
        let states = vec![State::Accept, State::Characters(vec![('!', '~')], 2), State::Either(vec![1, 0])];
        Self { states, start: 2, least: 0, most: None }
    }

    /// The least and greatest number of characters of strings within the bounds.
    pub(crate) fn within(&self, bounds: Bounds) -> Bounds {
        let most = self.most.map_or(bounds.most, |most| most.min(bounds.most));
        Bounds { least: self.least.max(bounds.least), most, ascii: bounds.ascii }
    }

    /// The string of that index, from 0, of those within the bounds.
    /// If there are fewer, or no more are found in time: how many there are.
    pub(crate) fn nth(&self, index: u64, bounds: Bounds) -> Result<String, u64> {
        let bounds = self.within(bounds);
        let mut search = Search::new(self, bounds.ascii).ok_or(0u64)?;
        let mut before: u64 = 0;
        let mut length = bounds.least;
        while length <= bounds.most {
            let Some(count) = search.count(length) else { break };
            if index - before < count {
                return search.string(index - before, length).ok_or(before);
            }
            before += count;
            length += 1;
        }
        Err(before)
    }
}

struct Builder {
    states: Vec<State>,
}

impl Builder {
    fn push(&mut self, state: State) -> Option<usize> {
        self.states.push(state);
        (self.states.len() <= MAX_STATES).then(|| self.states.len() - 1)
    }

    /// Adds what the syntax takes, before the next state; gives the state to begin with.
    fn add(&mut self, syntax: &Hir, next: usize) -> Option<usize> {
        match syntax.kind() {
            HirKind::Empty => Some(next),
            HirKind::Literal(literal) => {
                let text = std::str::from_utf8(&literal.0).ok()?;
                text.chars().rev().try_fold(next, |next, c| self.push(State::Characters(vec![(c, c)], next)))
            }
            HirKind::Class(class) => self.push(State::Characters(ranges(class), next)),
            HirKind::Look(Look::Start) => self.push(State::AtStart(next)),
            HirKind::Look(Look::End) => self.push(State::AtEnd(next)),
            HirKind::Look(_) => None,
            HirKind::Repetition(repetition) => {
                let rest = match repetition.max {
                    None => self.star(&repetition.sub, next)?,
                    Some(max) => self.optional(&repetition.sub, max - repetition.min, next)?,
                };
                (0..repetition.min).try_fold(rest, |next, _| self.add(&repetition.sub, next))
            }
            HirKind::Capture(capture) => self.add(&capture.sub, next),
            HirKind::Concat(parts) => parts.iter().rev().try_fold(next, |next, part| self.add(part, next)),
            HirKind::Alternation(parts) => {
                let starts = parts.iter().map(|part| self.add(part, next)).collect::<Option<Vec<_>>>()?;
                self.push(State::Either(starts))
            }
        }
    }

    fn star(&mut self, syntax: &Hir, next: usize) -> Option<usize> {
        let again = self.push(State::Either(vec![next]))?;
        let once = self.add(syntax, again)?;
        self.states[again] = State::Either(vec![once, next]);
        Some(again)
    }

    fn optional(&mut self, syntax: &Hir, times: u32, next: usize) -> Option<usize> {
        (0..times).try_fold(next, |rest, _| {
            let once = self.add(syntax, rest)?;
            self.push(State::Either(vec![once, next]))
        })
    }
}

fn ranges(class: &Class) -> Vec<(char, char)> {
    match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect(),
    }
}

/// The least and greatest number of characters.
fn lengths(syntax: &Hir) -> (u64, Option<u64>) {
    match syntax.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, Some(0)),
        HirKind::Literal(literal) => {
            let length = String::from_utf8_lossy(&literal.0).chars().count() as u64;
            (length, Some(length))
        }
        HirKind::Class(_) => (1, Some(1)),
        HirKind::Repetition(repetition) => {
            let (least, most) = lengths(&repetition.sub);
            let most = match (most, repetition.max) {
                (Some(most), Some(times)) => Some(most.saturating_mul(times.into())),
                (Some(0), None) => Some(0),
                _ => None,
            };
            (least.saturating_mul(repetition.min.into()), most)
        }
        HirKind::Capture(capture) => lengths(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(lengths).fold((0, Some(0)), |(least, most), part| {
            (least.saturating_add(part.0), most.zip(part.1).map(|(most, part)| most.saturating_add(part)))
        }),
        HirKind::Alternation(parts) => {
            let parts: Vec<_> = parts.iter().map(lengths).collect();
            let least = parts.iter().map(|part| part.0).min().unwrap_or_default();
            (least, parts.iter().map(|part| part.1).try_fold(0, |most, part| Some(part?.max(most))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Pattern;
    use super::*;
    use proptest::prelude::*;

    const ANY: Bounds = Bounds { least: 0, most: u64::MAX, ascii: false };

    fn first(source: &str, count: u64, bounds: Bounds) -> Vec<String> {
        let pattern = Pattern::new(source).unwrap();
        (0..count).map_while(|index| pattern.language().unwrap().nth(index, bounds).ok()).collect()
    }

    #[test]
    fn counts_up_through_the_shortest_strings() {
        assert_eq!(first(r"\d+", 12, ANY), ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "00", "01"]);
        assert_eq!(first("v[0-9]{2}|w", 3, ANY), ["w", "v00", "v01"]);
        assert_eq!(first("(ab)*", 3, ANY), ["", "ab", "abab"]);
    }

    #[test]
    fn prefers_letters_and_digits_to_other_characters() {
        assert_eq!(first("[ !a\u{e9}]", 9, ANY), ["a", "!", " ", "\u{e9}"]);
        assert_eq!(first("(?s).", 1, ANY), ["0"]);
    }

    #[test]
    fn counts_a_string_once_however_many_ways_lead_to_it() {
        assert_eq!(first("[ab]*[a]?(a|ab|b)?", 7, ANY), ["", "a", "b", "aa", "ab", "ba", "bb"]);
    }

    #[test]
    fn keeps_to_the_length_and_the_character_set() {
        assert_eq!(first("a*", 9, Bounds { least: 2, most: 4, ascii: false }), ["aa", "aaa", "aaaa"]);
        assert_eq!(first("[y-\u{ff}]", 9, Bounds { ascii: true, ..ANY }), ["y", "z", "{", "|", "}", "~", "\u{7f}"]);
    }

    #[test]
    fn understands_anchors_where_they_stand() {
        assert_eq!(first("^[ab]$", 9, ANY), ["a", "b"]);
        assert_eq!(first("(^a|b)*$", 4, ANY), ["", "a", "b", "ab"]);
        assert!(Pattern::new("a$b").unwrap().language().unwrap().nth(0, ANY).is_err());
    }

    #[test]
    fn says_how_many_strings_there_are_where_they_are_few() {
        let pattern = Pattern::new("yes|no|[ab]").unwrap();

        assert_eq!(pattern.language().unwrap().nth(4, ANY), Err(4));
    }

    #[test]
    fn gives_up_on_hostile_patterns_within_its_steps() {
        for hostile in ["(a|b|ab)*c{2000}", "[ab]*a[ab]{400}", "(a?){500}a{500}", "(a*)*b", r"(\p{L}|a)*\p{L}{40}"] {
            let pattern = Pattern::new(hostile).unwrap();
            if let Ok(text) = pattern.language().unwrap().nth(1_000_000, ANY) {
                assert!(pattern.matches(&text), "{hostile}");
            }
        }
    }

    /// Every string of a few letters, in order.
    fn all_strings(most: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut begin = 0;
        for _ in 0..most {
            let end = all.len();
            for index in begin..end {
                all.extend(["1", "a", "b", "-"].map(|c| format!("{}{c}", all[index])));
            }
            begin = end;
        }
        all
    }

    fn patterns() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(vec!["a", "b", "1", "-", "[ab]", "[a1-]", "[^a]", r"\d", r"\w", "^", "$", ""]);
        leaf.prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
            let repeats = prop::sample::select(vec!["*", "+", "?", "{2}", "{1,3}", "{0,2}"]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.concat()),
                prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("(?:{})", parts.join("|"))),
                (inner, repeats).prop_map(|(inner, times)| format!("(?:{inner}){times}")),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn finds_exactly_the_strings_that_the_engine_takes(source in patterns()) {
            let pattern = Pattern::new(&source).unwrap();
            let bounds = Bounds { least: 0, most: 5, ascii: true };
            let mut expected: Vec<String> = all_strings(5).into_iter().filter(|text| pattern.matches(text)).collect();
            expected.sort_by_key(|text| text.len());
            let of_the_letters = |text: &String| text.chars().all(|c| "1ab-".contains(c));

            let language = pattern.language().unwrap();
            let total = language.nth(u64::MAX, bounds).unwrap_err();
            let found: Vec<String> = (0..total.min(200)).map(|index| language.nth(index, bounds).unwrap()).collect();

            for text in &found {
                prop_assert!(pattern.matches(text), "{text:?}");
            }
            let found_letters: Vec<&String> = found.iter().filter(|text| of_the_letters(text)).collect();
            if total <= 200 {
                prop_assert_eq!(found_letters, expected.iter().collect::<Vec<_>>());
            } else {
                prop_assert!(expected.iter().collect::<Vec<_>>().starts_with(&found_letters));
            }
        }
    }
}
