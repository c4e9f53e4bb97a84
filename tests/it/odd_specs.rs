//! Whatever is written in a spec, the compiler says what is wrong with it, or
//! makes a spec of it that the rest can live with.

use crate::good_specs::specs;
use proptest::prelude::*;
use retake::spec::exemplar::{malformed, stand_in, unknown, value};
use retake::spec::{Spec, compile};

/// What may come in the place of a word: words of the format where they do not belong, and values at the edges.
const WORDS: [&str; 36] = [
    "string",
    "integer",
    "long",
    "timestamp",
    "blob",
    "document",
    "list",
    "map",
    "structure",
    "union",
    "enum",
    "path",
    "query",
    "header",
    "payload",
    "status",
    "true",
    "false",
    "null",
    "~",
    "0",
    "-1",
    "[]",
    "{}",
    "[0, 0]",
    "[1, 1]",
    "[5, 9]",
    "''",
    "\"\"",
    "'.*'",
    "'[^a]?'",
    "secret",
    "GET",
    "nextToken",
    "\"\\u0000\"",
    "99999999999999999999",
];

#[derive(Debug, Clone)]
enum Change {
    /// A line is taken out.
    Cut(usize),
    /// A line comes twice.
    Twice(usize),
    /// The n-th word becomes another.
    Word(usize, &'static str),
    /// The text ends here.
    End(usize),
    /// A character comes in.
    Character(usize, char),
}

fn change() -> impl Strategy<Value = Change> {
    let place = 0..100_000_usize;
    prop_oneof![
        1 => place.clone().prop_map(Change::Cut),
        1 => place.clone().prop_map(Change::Twice),
        6 => (place.clone(), prop::sample::select(WORDS.to_vec())).prop_map(|(at, word)| Change::Word(at, word)),
        1 => place.clone().prop_map(Change::End),
        1 => (place, any::<char>()).prop_map(|(at, c)| Change::Character(at, c)),
    ]
}

fn apply(text: &str, change: &Change) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let boundary = |at: usize| text.char_indices().nth(at % text.chars().count().max(1)).map_or(0, |(at, _)| at);
    match change {
        Change::Cut(at) | Change::Twice(at) if !lines.is_empty() => {
            let at = at % lines.len();
            let count = if matches!(change, Change::Cut(_)) { 0 } else { 2 };
            let changed = lines.iter().enumerate().flat_map(|(n, line)| vec![*line; if n == at { count } else { 1 }]);
            changed.map(|line| format!("{line}\n")).collect()
        }
        Change::Word(at, word) => {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            let words: Vec<(usize, &str)> = text
                .split(|c| !is_part(c))
                .filter(|w| !w.is_empty())
                .map(|w| (w.as_ptr() as usize - text.as_ptr() as usize, w))
                .collect();
            let Some((begin, old)) = words.get(at % words.len().max(1)) else { return text.to_owned() };
            format!("{}{word}{}", &text[..*begin], &text[begin + old.len()..])
        }
        Change::End(at) => text[..boundary(*at)].to_owned(),
        Change::Character(at, c) => {
            let at = boundary(*at);
            format!("{}{c}{}", &text[..at], &text[at..])
        }
        Change::Cut(_) | Change::Twice(_) => text.to_owned(),
    }
}

/// Everything that examples are asked for.
fn exercise(spec: &Spec) {
    for member in spec.input.iter().chain(&spec.output) {
        for ordinal in [0, 1, 2, 1_000, u64::MAX] {
            stand_in(spec, member.shape, ordinal);
            assert_eq!(value(spec, member.shape, ordinal), value(spec, member.shape, ordinal));
        }
        malformed(spec, member.shape);
        unknown(spec, member.shape, "avoid");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_spec_is_refused_with_a_place_or_can_be_lived_with(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let specs = specs();
        let mut text = specs.iter().nth(which.index(specs.len())).unwrap().text.clone();
        for change in &changes {
            text = apply(&text, change);
        }

        match compile("odd.yaml", &text) {
            Ok(spec) => exercise(&spec),
            Err(errors) => {
                prop_assert!(!errors.is_empty());
                let lines = u32::try_from(text.lines().count()).unwrap();
                for error in &errors {
                    let line = error.location.line.unwrap_or(1);
                    prop_assert!((1..=lines + 1).contains(&line), "{error}");
                }
            }
        }
    }
}

#[test]
fn reads_a_file_however_its_lines_end_and_with_a_mark_in_front() {
    for spec in specs().iter() {
        let other = format!("\u{feff}{}", spec.text.replace('\n', "\r\n"));
        let read = compile(&spec.file, &other).unwrap_or_else(|errors| panic!("{}", errors[0]));

        assert_eq!(format!("{:?}", read.input), format!("{:?}", spec.input));
        assert_eq!(format!("{:?}", read.output), format!("{:?}", spec.output));
    }
}
