//! Which stand-in was given for which value: the same one always, and never one for two.

use std::collections::{HashMap, HashSet};

/// How many ordinals are tried before a type is believed to have no further value.
const TRIES: u64 = 64;

/// Stand-ins by what they stand for. Its keys are real values: it has no `Debug`.
#[derive(Default)]
pub(super) struct StandIns {
    scopes: HashMap<String, Scope>,
    /// What was given in any scope.
    taken: HashSet<String>,
    counters: HashMap<String, u64>,
}

/// Values that are the same wherever they stand: those of types that say the same.
#[derive(Default)]
struct Scope {
    given: HashMap<String, String>,
    taken: HashSet<String>,
}

impl StandIns {
    /// What stands for a value of a scope.
    pub(super) fn get(&self, scope: &str, value: &str) -> Option<&str> {
        self.scopes.get(scope)?.given.get(value).map(String::as_str)
    }

    /// Gives a value the next text of a series that stands for nothing yet: nowhere, else not in its scope; the last one
    /// tried where a type has no more. What is made may leave an ordinal out.
    pub(super) fn give(
        &mut self,
        scope: &str,
        series: &str,
        value: &str,
        make: impl FnMut(u64) -> Option<String>,
    ) -> String {
        let text = self.next(scope, series, make);
        let scope = match self.scopes.get_mut(scope) {
            Some(scope) => scope,
            None => self.scopes.entry(scope.to_owned()).or_default(),
        };
        scope.given.insert(value.to_owned(), text.clone());
        scope.taken.insert(text.clone());
        self.taken.insert(text.clone());
        text
    }

    fn next(&mut self, scope: &str, series: &str, mut make: impl FnMut(u64) -> Option<String>) -> String {
        let before = self.counters.get(series).copied().unwrap_or(0);
        let is_taken_within = |text: &str| self.scopes.get(scope).is_some_and(|scope| scope.taken.contains(text));
        let mut second_best = None;
        let mut last = String::new();
        for ordinal in before + 1..=before + TRIES {
            let Some(text) = make(ordinal) else { continue };
            if !self.taken.contains(&text) {
                self.counters.insert(series.to_owned(), ordinal);
                return text;
            }
            if second_best.is_none() && !is_taken_within(&text) {
                second_best = Some(text.clone());
            }
            last = text;
        }
        self.counters.insert(series.to_owned(), before + 1);
        second_best.unwrap_or(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_each_value_a_text_of_its_own_and_the_same_again() {
        let mut stand_ins = StandIns::default();
        stand_ins.give("other", "other", "x", |_| Some("a2".to_owned()));

        let texts: Vec<String> = ["v", "w", "u"]
            .iter()
            .map(|value| stand_ins.give("scope", "a", value, |ordinal| Some(format!("a{ordinal}"))))
            .collect();

        assert_eq!(texts, ["a1", "a3", "a4"]);
        assert_eq!(stand_ins.get("scope", "w"), Some("a3"));
        assert_eq!(stand_ins.get("other", "w"), None);
    }

    #[test]
    fn uses_what_is_taken_elsewhere_before_it_gives_one_text_twice() {
        let mut stand_ins = StandIns::default();
        let mut give = |value: u64, scope: &str| {
            stand_ins.give(scope, scope, &value.to_string(), |ordinal| Some((ordinal % 2).to_string()))
        };

        let one: Vec<String> = (0..3).map(|value| give(value, "one")).collect();
        let other: Vec<String> = (0..2).map(|value| give(value, "other")).collect();

        assert_eq!(one[..2], ["1", "0"]);
        assert!(["0", "1"].contains(&one[2].as_str()));
        assert_ne!(other[0], other[1]);
    }

    #[test]
    fn leaves_out_what_cannot_be_made() {
        let mut stand_ins = StandIns::default();

        let text = stand_ins.give("s", "s", "v", |ordinal| (ordinal > 2).then(|| ordinal.to_string()));

        assert_eq!(text, "3");
    }
}
