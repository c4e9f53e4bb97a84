//! What a value must satisfy: lengths, ranges, patterns, enum values.

use super::vocabulary::{CHARSETS, PRIMITIVES, SHAPING};
use super::{Compiler, quoted};
use crate::diagnostic::shorten;
use crate::spec::{Constraints, Kind, Pattern};
use crate::yaml::{Fields, Node, Value};
use std::collections::HashSet;

/// How many patterns a spec may have.
const MAX_PATTERNS: usize = 1_000;

/// What all patterns of a spec may cost together, as [`Pattern::cost`] counts: some 32 MiB of automata.
const MAX_PATTERN_COST: u64 = 1 << 19;

/// The patterns met so far.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    count: usize,
    cost: u64,
}

impl Compiler<'_> {
    pub(super) fn constraints(
        &mut self,
        fields: Fields<'_, '_>,
        what: &str,
        kind: &Kind,
        patterns: &mut Patterns,
    ) -> Option<Constraints> {
        let length = fields.get("length").map(|node| self.length(node, what));
        let range = fields.get("range").map(|node| self.range(node, what, kind));
        let pattern = fields.get("pattern").map(|node| self.pattern(node, what, patterns));
        let charset = fields.get("charset").map(|node| self.word(node, &format!("\"charset\" of {what}"), CHARSETS));
        let unique = self.optional_boolean(fields, what, "unique");
        Some(Constraints {
            length: required_if_there(length)?,
            range: required_if_there(range)?,
            pattern: required_if_there(pattern)?,
            charset: required_if_there(charset)?,
            unique: unique?,
        })
    }

    /// Keys that mean nothing for this type are mistakes.
    pub(super) fn refuse_foreign_keys(&mut self, fields: Fields<'_, '_>, word: &str, what: &str) -> Option<()> {
        let allowed = PRIMITIVES.iter().find(|(name, _)| *name == word).map_or(&[][..], |(_, keys)| keys);
        let mut is_right = Some(());
        for key in fields.keys().filter(|key| SHAPING.contains(&key.key()) && !allowed.contains(&key.key())) {
            let error = self.source.error(key, format!("\"{}\" means nothing for {what}, a {word}", key.key()));
            let owners: Vec<&str> =
                PRIMITIVES.iter().filter(|(_, keys)| keys.contains(&key.key())).map(|(name, _)| *name).collect();
            self.tell(error.help(format!("take it out; it is for {}", owners.join(", "))));
            is_right = None;
        }
        is_right
    }

    fn pattern(&mut self, node: &Node<'_>, what: &str, patterns: &mut Patterns) -> Option<Pattern> {
        const HELP: &str = "correct it, or leave it out and say so in a \"note\"";
        let text = self.take(node.text(self.source, &format!("\"pattern\" of {what}")))?;
        patterns.count += 1;
        if patterns.count > MAX_PATTERNS {
            let error = self.source.error(node, format!("the spec has more than {MAX_PATTERNS} patterns"));
            return self.fail(error.help(HELP));
        }
        let pattern = match Pattern::new(text) {
            Ok(pattern) => pattern,
            Err(reason) => {
                let error = self.source.error(node, format!("the pattern of {what} {reason}")).found(quoted(text));
                return self.fail(error.help(HELP));
            }
        };
        patterns.cost += pattern.cost();
        if patterns.cost > MAX_PATTERN_COST {
            let what = "the patterns of the spec grow too large together when their repetitions are written out";
            return self.fail(self.source.error(node, what).help(HELP));
        }
        Some(pattern)
    }

    pub(super) fn enum_values(&mut self, fields: Fields<'_, '_>, what: &str) -> Option<Vec<String>> {
        let node = self.require(fields, what, "values")?;
        let items = self.take(node.items(self.source, &format!("\"values\" of {what}")))?;
        let mut seen = HashSet::new();
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            let Some(value) = self.take(item.text(self.source, &format!("a value of {what}"))) else { continue };
            if !seen.insert(value) {
                let error = self.source.error(item, format!("{what} has the value \"{}\" twice", shorten(value)));
                self.tell(error.help("keep one of the two"));
            }
            values.push(value.to_owned());
        }
        if items.is_empty() {
            let error = self.source.error(node, format!("{what} has no values"));
            return self.fail(error.help("list those that the model has, or make it a string"));
        }
        Some(values)
    }

    /// Two numbers, the first not above the second.
    fn pair<T: PartialOrd + Copy>(
        &mut self,
        node: &Node<'_>,
        what: &str,
        read: impl Fn(&mut Self, &Node<'_>) -> Option<T>,
    ) -> Option<(T, T)> {
        let Value::Sequence(items) = &node.value else {
            return self.fail(node.wrong_type(self.source, what, "two numbers, [least, greatest]"));
        };
        let [least, most] = &items[..] else {
            let error = self.source.error(node, format!("{what} must be two numbers, [least, greatest]"));
            return self.fail(error.found(format!("{} of them", items.len())));
        };
        let (first, second) = (read(self, least), read(self, most));
        let (first, second) = (first?, second?);
        if first > second {
            let error = self.source.error(node, format!("{what} begins above its end"));
            return self.fail(error.help("the least comes first: [least, greatest]"));
        }
        Some((first, second))
    }

    fn length(&mut self, node: &Node<'_>, what: &str) -> Option<(u64, u64)> {
        let what = format!("\"length\" of {what}");
        self.pair(node, &what, |compiler, node| {
            let number = compiler.take(node.integer(compiler.source, &format!("an end of {what}")))?;
            match u64::try_from(number) {
                Ok(number) => Some(number),
                Err(_) => {
                    let error = compiler.source.error(node, format!("{what} cannot be negative"));
                    compiler.fail(error.found(number.to_string()))
                }
            }
        })
    }

    fn range(&mut self, node: &Node<'_>, what: &str, kind: &Kind) -> Option<(f64, f64)> {
        let what = format!("\"range\" of {what}");
        let end = format!("an end of {what}");
        let is_whole = matches!(kind, Kind::Integer | Kind::Long);
        self.pair(node, &what, |compiler, node| match is_whole {
            true => compiler.take(node.integer(compiler.source, &end)).map(|number| number as f64),
            false => compiler.take(node.number(compiler.source, &end)),
        })
    }
}

/// Nothing where there is nothing; no result where what is there is wrong.
pub(super) fn required_if_there<T>(found: Option<Option<T>>) -> Option<Option<T>> {
    match found {
        None => Some(None),
        Some(value) => value.map(Some),
    }
}
