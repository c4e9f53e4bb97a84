//! Texts and numbers that violate a type in given ways: what stands for a malformed value.

use super::kinds::{self, Kinds};
use super::plan::{Context, Site};
use crate::message::{Json, MAX_KEPT_BODY};
use crate::spec::exemplar::stand_in;

/// How long a text is made at most to be too long for its type.
const LONGEST: usize = MAX_KEPT_BODY;

/// The n-th text that violates the site's type in the ways in which this one does.
pub(super) fn text(context: Context<'_>, site: &Site<'_>, found: &str, ordinal: u64) -> String {
    let wanted = kinds::of_text(context, site, found);
    let is_same = |text: &str| kinds::of_text(context, site, text) == wanted;
    // At least the same check must speak of it.
    let is_alike = |text: &str| {
        let (own, other) = kinds::of_text(context, site, text);
        own.coarse() == wanted.0.coarse() && other.coarse() == wanted.1.coarse()
    };
    let search = Search { context, site, found, ordinal };
    search.first(&is_same).or_else(|| search.first(&is_alike)).unwrap_or_else(|| search.named())
}

/// The search for a text that violates a type as another does.
struct Search<'s> {
    context: Context<'s>,
    site: &'s Site<'s>,
    found: &'s str,
    ordinal: u64,
}

impl Search<'_> {
    fn named(&self) -> String {
        format!("malformed-{:02}", self.ordinal)
    }

    fn foreign(&self) -> String {
        format!("é{:02}", self.ordinal)
    }

    /// The first that fits of texts of many kinds and lengths, the most telling before others; each has the ordinal in
    /// it as far as there is room.
    fn first(&self, fits: &dyn Fn(&str) -> bool) -> Option<String> {
        let fits = |text: &String| !text.is_empty() && fits(text);
        // Words that hold nothing, and that a boolean spells too.
        let word = matches!(self.found, "true" | "false").then(|| self.found.to_owned());
        let mut short = word.into_iter().chain([self.named(), self.foreign()]);
        if let Some(text) = short.find(fits) {
            return Some(text);
        }
        let lengths = lengths(self.context, self.site, self.found.chars().count());
        if let Some(text) = lengths.iter().flat_map(|length| self.of_length(*length)).find(fits) {
            return Some(text);
        }
        // What the type takes, and what is left of it, comes late: it costs a walk through the type's pattern.
        let conforming = stand_in(self.context.spec, self.site.shape, self.ordinal);
        let cut = lengths.iter().flat_map(|length| [fitted(&conforming, *length), tailed(&conforming, *length)]);
        let mut late = std::iter::once(conforming.clone()).chain(cut).chain([masked(self.found, self.ordinal)]);
        late.find(fits)
    }

    fn of_length(&self, length: usize) -> impl Iterator<Item = String> {
        const ALPHABETS: [(&str, char); 5] =
            [("0123456789", '0'), ("abcdefghij", 'a'), ("ABCDEFGHIJ", 'A'), ("é", 'é'), ("-", '-')];
        let spelled = move |(digits, fill): (&str, char)| spelled(self.ordinal, digits, fill, length);
        let fitted = [self.named(), self.foreign()].into_iter().map(move |text| fitted(&text, length));
        fitted.chain(ALPHABETS.into_iter().map(spelled))
    }
}

/// Lengths on either side of the bounds, and the one that was found.
fn lengths(context: Context<'_>, site: &Site<'_>, found: usize) -> Vec<usize> {
    let mut lengths = Vec::new();
    for shape in [Some(site.shape), site.also].into_iter().flatten() {
        let Some((least, most)) = context.spec.shape(shape).constraints.length else { continue };
        let bound = |length: u64| usize::try_from(length).ok().filter(|length| (1..=LONGEST).contains(length));
        lengths.extend(
            [bound(most.saturating_add(1)), bound(least.saturating_sub(1)), bound(least)].into_iter().flatten(),
        );
    }
    lengths.push(found.clamp(1, LONGEST));
    lengths.dedup();
    lengths
}

/// The text filled up before its last two characters, or its end alone.
fn fitted(text: &str, length: usize) -> String {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() >= length {
        return characters[characters.len() - length..].iter().collect();
    }
    let (head, tail) = characters.split_at(characters.len().saturating_sub(2));
    let fill = std::iter::repeat_n('x', length - characters.len());
    head.iter().copied().chain(fill).chain(tail.iter().copied()).collect()
}

/// The text with its last character repeated, or its beginning alone.
fn tailed(text: &str, length: usize) -> String {
    let last = text.chars().last().unwrap_or('x');
    text.chars().chain(std::iter::repeat(last)).take(length).collect()
}

/// The ordinal in an alphabet, filled up to a length.
fn spelled(ordinal: u64, alphabet: &str, fill: char, length: usize) -> String {
    let alphabet: Vec<char> = alphabet.chars().collect();
    let mut rest = ordinal;
    let mut characters = vec![fill; length];
    for place in characters.iter_mut().rev() {
        let base = alphabet.len() as u64;
        if rest == 0 || base < 2 {
            break;
        }
        *place = alphabet[(rest % base) as usize];
        rest /= base;
    }
    characters.into_iter().collect()
}

/// The text with every letter and digit replaced by one of its kind; the last ones count.
fn masked(text: &str, ordinal: u64) -> String {
    let mut rest = ordinal;
    let mut digit = |first: u8| {
        let digit = (rest % 10) as u8;
        rest /= 10;
        char::from(first + digit)
    };
    let masked: Vec<char> = text
        .chars()
        .rev()
        .map(|c| match c {
            'a'..='z' => digit(b'a'),
            'A'..='Z' => digit(b'A'),
            '0'..='9' => digit(b'0'),
            c if c.is_ascii() => c,
            _ => 'é',
        })
        .collect();
    masked.into_iter().rev().collect()
}

/// The n-th number that stands where no number belongs, as no real one is spelled.
pub(super) fn digits(ordinal: u64) -> String {
    format!("0.{ordinal:04}")
}

/// The n-th number that violates a type in these ways, or satisfies it.
pub(super) fn number(context: Context<'_>, site: &Site<'_>, wanted: Kinds, ordinal: u64) -> Option<String> {
    let (least, most) = context.spec.shape(site.shape).constraints.range.unwrap_or((0.0, 0.0));
    let n = ordinal as f64;
    let spelled = |value: f64| (value.abs() < 1e15).then(|| value.to_string());
    let candidates = [
        Some(ordinal.to_string()),
        spelled(most.floor() + n),
        spelled(least.ceil() - n),
        spelled(least.ceil() + n),
        Some(format!("-{ordinal}")),
        Some(format!("{ordinal}.5")),
        Some(format!("-{ordinal}.5")),
        Some(format!("{ordinal}e30")),
        Some(format!("-{ordinal}e30")),
        Some(format!("{ordinal}e400")),
        Some(format!("-{ordinal}e400")),
    ];
    let mut candidates = candidates.into_iter().flatten();
    candidates.find(|text| kinds::of_json(context, site.shape, &Json::Number(text.clone())) == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::plan::{Plan, Scopes};
    use crate::redact::policy::Policy;
    use crate::spec::{Spec, compile};

    fn spec(definition: &str) -> Spec {
        let text = format!(
            "spec: 1\nservice: {{id: a, api_version: a, protocol: rest-json, signing_name: a, endpoint: a}}\n\
             operation: A\nhttp: {{method: POST, path: /a}}\ninput:\n  it: {{type: A}}\ntypes:\n  A: {definition}\n"
        );
        compile("a.yaml", &text).unwrap_or_else(|errors| panic!("{}", errors[0]))
    }

    #[test]
    fn violates_a_type_in_the_same_ways_and_differs_by_ordinal() {
        let cases = [
            ("{type: string, pattern: '[0-9a-z]{32}'}", "1234", "malformed-01"),
            ("{type: string, pattern: '[0-9a-z]{32}', length: [32, 32]}", "abc", "malformed-01"),
            ("{type: string, charset: ascii}", "漢字", "é01"),
            ("{type: string, charset: ascii, length: [1, 6]}", "漢字漢字漢字漢字", "éxxxx01"),
            ("{type: string, length: [1, 6]}", "a long one", "malformed-01"),
            ("{type: string, length: [20, 30], pattern: '[a-z]+'}", "short", "aaaaaaaaaaaaaaaaaab"),
            ("{type: string, length: [2, 3], pattern: '[0-9]+'}", "12345", "0001"),
            ("{type: string, length: [2, 3], pattern: '[a-z]+-[a-z]+'}", "some-name", "ax-a"),
            ("{type: integer}", "ten", "malformed-01"),
            ("{type: enum, values: [A, B]}", "John Doe", "malformed-01"),
            ("{type: blob}", "not base64!", "malformed-01"),
            ("{type: timestamp, format: date-time}", "soon", "malformed-01"),
        ];
        for (definition, found, expected) in cases {
            let spec = spec(definition);
            let plan = Plan::new(&spec, &Policy::default(), &mut Scopes::default());
            let context = Context { spec: &spec, plan: &plan, index: 0 };
            let site = context.input(0, true);

            let first = text(context, &site, found, 1);

            assert_eq!(first, expected, "{definition}");
            assert_eq!(kinds::of_text(context, &site, &first), kinds::of_text(context, &site, found), "{definition}");
            assert_ne!(text(context, &site, found, 2), first, "{definition}");
        }
    }

    #[test]
    fn is_too_long_for_a_type_that_takes_long_texts() {
        let spec = spec("{type: string, length: [1, 100000], sensitivity: free-text}");
        let plan = Plan::new(&spec, &Policy::default(), &mut Scopes::default());
        let context = Context { spec: &spec, plan: &plan, index: 0 };
        let site = context.input(0, true);

        let text = text(context, &site, &"y".repeat(200_000), 1);

        assert_eq!(text.len(), 100_001);
        assert!(text.ends_with("01"));
    }

    #[test]
    fn violates_the_type_of_a_number_in_the_same_ways() {
        let cases = [
            ("{type: integer, range: [5, 50]}", "51", "51"),
            ("{type: integer, range: [5, 50]}", "4", "1"),
            ("{type: integer, range: [5, 50]}", "12.25", "1.5"),
            ("{type: integer}", "99999999999999", "1.5"),
            ("{type: double}", "9e999", "1e400"),
            ("{type: string}", "123", "1"),
        ];
        for (definition, found, expected) in cases {
            let spec = spec(definition);
            let plan = Plan::new(&spec, &Policy::default(), &mut Scopes::default());
            let context = Context { spec: &spec, plan: &plan, index: 0 };
            let site = context.input(0, false);
            let wanted = kinds::of_json(context, site.shape, &Json::Number(found.to_owned()));

            assert_eq!(number(context, &site, wanted, 1).as_deref(), Some(expected), "{definition} {found}");
        }
    }
}
