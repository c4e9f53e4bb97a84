//! Texts: what stands for an identifier, what a type refuses, what nobody has.

use super::TIME_BASE;
use super::value::scalar_text;
use crate::spec::pattern::{Bounds, Language};
use crate::spec::{Charset, Constraints, Kind, Shape, ShapeId, Spec};
use std::borrow::Cow;

/// How many digits a stand-in has at least, where its type leaves room for them.
const DIGITS: u64 = 4;

/// The longest text that is made: a type that asks for more gets none that satisfies it.
const LONGEST: u64 = 1 << 16;

/// What a malformed text is: the first of these that the type refuses.
const REFUSED: [&str; 7] = ["a", "A", "0", "-", "!", " ", "é"];

/// Where the search for an unknown text begins: far from all stand-ins.
const FAR: u64 = 1_000_000_007;

/// The text that stands for the n-th value of a type; ordinals begin at 1.
///
/// It is the type's name in lower case without a final `Id`, zero-filled to the
/// type's length with the ordinal at the end, if the type takes that; else the
/// n-th smallest string that the type takes. Different ordinals give different
/// texts as long as the type has so many; then they begin again.
pub fn stand_in(spec: &Spec, shape: ShapeId, ordinal: u64) -> String {
    let shape = spec.shape(shape);
    match &shape.kind {
        Kind::String => Strings::of(shape).stand_in(ordinal),
        _ => scalar_text(shape, ordinal.saturating_sub(1), TIME_BASE).unwrap_or_default(),
    }
}

/// A short text that the type refuses, if there is one; never empty, since an empty label has no place in a path.
///
/// For a type of one fixed length it is a value that lacks its last character.
pub fn malformed(spec: &Spec, shape: ShapeId) -> Option<String> {
    let shape = spec.shape(shape);
    match &shape.kind {
        Kind::String => Strings::of(shape).malformed(),
        Kind::Enum(values) => {
            REFUSED.iter().find(|text| !values.iter().any(|value| value == *text)).map(|text| (*text).to_owned())
        }
        Kind::Blob => Some("!".to_owned()),
        Kind::Integer | Kind::Long | Kind::Float | Kind::Double | Kind::Boolean | Kind::Timestamp(_) => {
            Some("a".to_owned())
        }
        Kind::Document | Kind::List(_) | Kind::Map { .. } | Kind::Structure(_) | Kind::Union(_) => None,
    }
}

/// A text that the type takes, that is not the one to avoid, and that nobody is likely to have.
pub fn unknown(spec: &Spec, shape: ShapeId, avoid: &str) -> Option<String> {
    let shape = spec.shape(shape);
    match &shape.kind {
        Kind::String => Strings::of(shape).unknown(avoid),
        _ => (0..2).filter_map(|step| scalar_text(shape, FAR + step, TIME_BASE)).find(|text| text != avoid),
    }
}

/// The strings of a type.
pub(super) struct Strings<'s> {
    name: String,
    constraints: &'s Constraints,
    /// None for a pattern that cannot be walked.
    language: Option<Cow<'s, Language>>,
    bounds: Bounds,
}

impl<'s> Strings<'s> {
    pub(super) fn of(shape: &'s Shape) -> Self {
        let constraints = &shape.constraints;
        let (least, most) = constraints.length.unwrap_or((0, u64::MAX));
        let bounds = Bounds { least, most, ascii: constraints.charset == Some(Charset::Ascii) };
        let language = match &constraints.pattern {
            Some(pattern) => pattern.language().map(Cow::Borrowed),
            None => Some(Cow::Owned(Language::of_visible_characters())),
        };
        let bounds = language.as_ref().map_or(bounds, |language| language.within(bounds));
        Self { name: short_name(shape), constraints, language, bounds }
    }

    pub(super) fn stand_in(&self, ordinal: u64) -> String {
        let named = self.spell(&self.name, ordinal);
        if self.constraints.take(&named) {
            return named;
        }
        // The n-th smallest may look like the named one of another ordinal, which owns it then and
        // leaves its own place in the order free: follow until a place is free in earnest.
        let mut index = ordinal.saturating_sub(1);
        let mut found = None;
        for _ in 0..64 {
            let Some(text) = self.nth(index) else { break };
            match self.ordinal_of(&text) {
                Some(owner) => index = owner.saturating_sub(1),
                None => return text,
            }
            found = Some(text);
        }
        found.unwrap_or(named)
    }

    /// The name and the ordinal, zero-filled between them to the least length that has room.
    fn spell(&self, name: &str, ordinal: u64) -> String {
        let digits = ordinal.to_string();
        let wished = (name.len() as u64 + DIGITS).min(self.bounds.most).max(self.bounds.least).min(LONGEST);
        let zeros = wished.saturating_sub((name.len() + digits.len()) as u64);
        let mut text = name.to_owned();
        text.extend((0..zeros).map(|_| '0'));
        text + &digits
    }

    /// The ordinal whose named text this is.
    fn ordinal_of(&self, text: &str) -> Option<u64> {
        let digits = text.strip_prefix(&self.name)?;
        let ordinal = digits.parse().ok().filter(|ordinal| *ordinal > 0)?;
        (self.spell(&self.name, ordinal) == text).then_some(ordinal)
    }

    /// The n-th smallest string, from 0; after the last one they begin again.
    fn nth(&self, index: u64) -> Option<String> {
        let language = self.language.as_ref()?;
        match language.nth(index, self.bounds) {
            Ok(text) => Some(text),
            Err(0) => None,
            Err(total) => language.nth(index % total, self.bounds).ok(),
        }
    }

    fn malformed(&self) -> Option<String> {
        if self.bounds.least == self.bounds.most && self.bounds.least > 1 {
            let mut short = self.stand_in(1);
            short.pop();
            if !self.constraints.take(&short) {
                return Some(short);
            }
        }
        if let Some(text) = REFUSED.into_iter().find(|text| !self.constraints.take(text)) {
            return Some(text.to_owned());
        }
        let too_long =
            self.constraints.length.map(|(_, most)| most.saturating_add(1)).filter(|most| *most <= LONGEST)?;
        Some("a".repeat(usize::try_from(too_long).ok()?))
    }

    fn unknown(&self, avoid: &str) -> Option<String> {
        let named = ["unknown".to_owned() + &self.name, "unknown".to_owned()]
            .into_iter()
            .flat_map(|name| [self.spell(&name, 1), self.spell(&name, 2)]);
        let mut candidates = named.chain((0..4).filter_map(|step| self.nth(FAR + step)));
        candidates.find(|text| text != avoid && self.constraints.take(text))
    }
}

/// The name of a type in lower case, without a final `Id`; "value" for a type without a name.
fn short_name(shape: &Shape) -> String {
    let name = shape.name.as_deref().unwrap_or("value");
    name.strip_suffix("Id").unwrap_or(name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{compile, embedded};
    use std::collections::HashSet;

    /// A spec with one input of each of these types, by their names.
    fn spec_of(types: &str) -> Spec {
        let names: Vec<&str> = types.lines().filter_map(|line| line.split_once(':').map(|(name, _)| name)).collect();
        let input: String = names.iter().map(|name| format!("  in{name}: {{type: {name}}}\n")).collect();
        let types: String = types.lines().map(|line| format!("  {line}\n")).collect();
        let text = format!(
            "spec: 1\nservice: {{id: a, api_version: a, protocol: rest-json, signing_name: a, endpoint: a}}\n\
             operation: A\nhttp: {{method: POST, path: /a}}\ninput:\n{input}types:\n{types}"
        );
        compile("a.yaml", &text).unwrap_or_else(|errors| panic!("{}", errors[0]))
    }

    fn one(definition: &str) -> (Spec, ShapeId) {
        let spec = spec_of(definition);
        let shape = spec.input[0].shape;
        (spec, shape)
    }

    #[test]
    fn names_the_type_and_counts_at_the_end_of_its_length() {
        let spec = embedded();
        let spec = spec.operation("ListImageSetVersions").unwrap();
        let texts: Vec<String> = spec.input[..2].iter().map(|member| stand_in(spec, member.shape, 1)).collect();

        assert_eq!(texts, ["datastore00000000000000000000001", "imageset000000000000000000000001"]);
    }

    #[test]
    fn leaves_room_for_four_digits_where_the_length_varies() {
        let (spec, shape) = one("JobId: {type: string, length: [1, 64]}");

        assert_eq!(stand_in(&spec, shape, 12), "job0012");
        assert_eq!(stand_in(&spec, shape, 123_456), "job123456");
    }

    #[test]
    fn takes_the_smallest_strings_where_the_type_refuses_its_name() {
        let uuid = "UuidId: {type: string, pattern: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'}";
        let (spec, shape) = one(uuid);
        assert_eq!(stand_in(&spec, shape, 1), "00000000-0000-0000-0000-000000000000");
        assert_eq!(stand_in(&spec, shape, 12), "00000000-0000-0000-0000-00000000000b");

        let (spec, shape) = one("Account: {type: string, pattern: '\\d{12}'}");
        assert_eq!(stand_in(&spec, shape, 11), "000000000010");

        let arn =
            "Arn: {type: string, pattern: 'arn:aws((-us-gov)|(-cn))?:press:[a-z0-9-]+:[0-9]{12}:job/[0-9a-z]{4}'}";
        let (spec, shape) = one(arn);
        assert_eq!(stand_in(&spec, shape, 2), "arn:aws:press:0:000000000000:job/0001");
    }

    #[test]
    fn never_gives_two_ordinals_one_text_while_there_are_enough() {
        // The name fits for one digit only, and the smallest strings run into the named ones.
        let (spec, shape) = one("Ab: {type: string, pattern: '[0-9ab]{3}'}");
        let texts: HashSet<String> = (1..=12 * 12 * 12).map(|ordinal| stand_in(&spec, shape, ordinal)).collect();
        assert_eq!(texts.len(), 12 * 12 * 12);

        let (spec, shape) = one("Ab: {type: string, length: [1, 2]}");
        let texts: HashSet<String> = (1..=500).map(|ordinal| stand_in(&spec, shape, ordinal)).collect();
        assert_eq!(texts.len(), 500);
    }

    #[test]
    fn begins_again_where_the_type_has_no_more_strings() {
        let (spec, shape) = one("Answer: {type: string, pattern: 'yes|no|answer000[1-3]'}");
        let pattern = spec.shape(shape).constraints.pattern.clone().unwrap();

        for ordinal in 0..20 {
            assert!(pattern.matches(&stand_in(&spec, shape, ordinal)), "{ordinal}");
        }
    }

    #[test]
    fn makes_a_malformed_text_that_is_short_and_refused() {
        let cases = [
            ("A: {type: string, pattern: '[0-9a-z]{8}'}", Some("a000000")),
            ("A: {type: string, pattern: '\\d+'}", Some("a")),
            ("A: {type: string, pattern: '[a-z]+'}", Some("A")),
            ("A: {type: string, length: [2, 9]}", Some("a")),
            ("A: {type: string, charset: ascii}", Some("é")),
            ("A: {type: string, length: [0, 3]}", Some("aaaa")),
            ("A: {type: string, pattern: '[0-9]'}", Some("a")),
            ("A: {type: string}", None),
            ("A: {type: integer}", Some("a")),
            ("A: {type: boolean}", Some("a")),
            ("A: {type: timestamp}", Some("a")),
            ("A: {type: blob}", Some("!")),
            ("A: {type: enum, values: [a, A, b]}", Some("0")),
            ("A: {type: list, of: string}", None),
        ];
        for (definition, expected) in cases {
            let (spec, shape) = one(definition);
            assert_eq!(malformed(&spec, shape).as_deref(), expected, "{definition}");
        }
    }

    #[test]
    fn makes_an_unknown_text_that_is_taken_and_far_from_the_stand_ins() {
        let (spec, shape) = one("JobId: {type: string, pattern: '[0-9a-z]{16}'}");
        assert_eq!(unknown(&spec, shape, "x").as_deref(), Some("unknownjob000001"));
        assert_eq!(unknown(&spec, shape, "unknownjob000001").as_deref(), Some("unknownjob000002"));

        let (spec, shape) = one("Number: {type: string, pattern: '\\d{12}'}");
        assert_eq!(unknown(&spec, shape, "x").as_deref(), Some("001000000007"));

        let (spec, shape) = one("Only: {type: string, pattern: 'one'}");
        assert_eq!(unknown(&spec, shape, "one"), None);

        let (spec, shape) = one("State: {type: enum, values: [A, B, C]}");
        let avoid = unknown(&spec, shape, "").unwrap();
        assert_ne!(unknown(&spec, shape, &avoid).unwrap(), avoid);
    }

    #[test]
    fn stays_quick_and_gives_something_where_a_pattern_asks_too_much() {
        for pattern in ["[ab]*a[ab]{400}", "(a|b|ab)*c{2000}", "x{60000}", "(a*)*b"] {
            let (spec, shape) = one(&format!("Long: {{type: string, pattern: '{pattern}'}}"));

            assert!(!stand_in(&spec, shape, 7).is_empty(), "{pattern}");
        }
    }
}
