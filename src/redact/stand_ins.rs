//! Which stand-in was given for which value: the same one always, and never one for two.

use crate::spec::ShapeId;
use std::collections::{HashMap, HashSet};

/// How many ordinals are tried before a type is believed to have no further value.
const TRIES: u64 = 64;

/// Stand-ins by what they stand for. Its keys are real values: it has no `Debug`.
#[derive(Default)]
pub(super) struct StandIns {
    given: HashMap<String, Vec<Given>>,
    taken: HashSet<String>,
    counters: HashMap<String, u64>,
}

/// The kinds of places that agree on what a value is: one shape of one spec, as text or not.
pub(super) type PlaceKey = (u32, ShapeId, bool);

struct Given {
    place: PlaceKey,
    text: String,
}

impl StandIns {
    /// What stands for the value in such a place.
    pub(super) fn at(&self, value: &str, place: PlaceKey) -> Option<&str> {
        let given = self.given.get(value)?;
        given.iter().find(|given| given.place == place).map(|given| given.text.as_str())
    }

    /// What stands for the value in any place.
    pub(super) fn of(&self, value: &str) -> impl Iterator<Item = &str> {
        self.given.get(value).into_iter().flatten().map(|given| given.text.as_str())
    }

    /// Remembers what stands for the value in such a place.
    pub(super) fn give(&mut self, value: &str, place: PlaceKey, text: &str) {
        let given = Given { place, text: text.to_owned() };
        self.given.entry(value.to_owned()).or_default().push(given);
        self.taken.insert(text.to_owned());
    }

    /// The next text of a series that stands for nothing yet; the last one tried, where a type has no more.
    /// What is made may leave an ordinal out.
    pub(super) fn next(&mut self, series: &str, mut make: impl FnMut(u64) -> Option<String>) -> String {
        let counter = match self.counters.get_mut(series) {
            Some(counter) => counter,
            None => self.counters.entry(series.to_owned()).or_default(),
        };
        let mut text = String::new();
        for ordinal in *counter + 1..=*counter + TRIES {
            let Some(made) = make(ordinal) else { continue };
            text = made;
            if !self.taken.contains(&text) {
                *counter = ordinal;
                return text;
            }
        }
        *counter += 1;
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: PlaceKey = (0, ShapeId(0), false);

    #[test]
    fn never_gives_a_text_that_stands_for_something() {
        let mut stand_ins = StandIns::default();
        stand_ins.give("other", PLACE, "a2");

        let texts: Vec<String> = (0..3)
            .map(|value| {
                let text = stand_ins.next("a", |ordinal| Some(format!("a{ordinal}")));
                stand_ins.give(&format!("value {value}"), PLACE, &text);
                text
            })
            .collect();

        assert_eq!(texts, ["a1", "a3", "a4"]);
        assert_eq!(stand_ins.at("value 1", PLACE), Some("a3"));
        assert_eq!(stand_ins.of("value 1").collect::<Vec<_>>(), ["a3"]);
        assert_eq!(stand_ins.at("value 1", (1, ShapeId(0), false)), None);
    }

    #[test]
    fn ends_where_a_type_has_no_more() {
        let mut stand_ins = StandIns::default();

        for _ in 0..10 {
            let text = stand_ins.next("bit", |ordinal| Some((ordinal % 2).to_string()));
            stand_ins.give(&text.clone(), PLACE, &text);
            assert!(["0", "1"].contains(&text.as_str()));
        }
    }
}
