//! Whether what a client saw while replaying is, redacted, what it saw while recording.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

const TIMES: [&str; 3] = ["createdAt", "updatedAt", "deletedAt"];

/// What redaction may change: identifiers one to one, times by one number of seconds, free text to its length. Anything
/// else that differs is returned in words.
pub(super) fn differences(recorded: &Value, replayed: &Value) -> Vec<String> {
    let mut comparison = Comparison::default();
    comparison.same("number of calls", &count(&recorded["calls"]), &count(&replayed["calls"]));
    for (number, (one, other)) in elements(&recorded["calls"]).zip(elements(&replayed["calls"])).enumerate() {
        comparison.call(&format!("call {number}"), one, other);
    }
    comparison.found
}

/// The image sets of all items that a client saw.
pub(super) fn image_sets(seen: &Value) -> BTreeSet<&str> {
    elements(&seen["calls"])
        .flat_map(|call| elements(&call["items"]))
        .filter_map(|item| item["imageSetId"].as_str())
        .collect()
}

#[derive(Default)]
struct Comparison {
    stand_ins: BTreeMap<String, Value>,
    shift: Option<i128>,
    found: Vec<String>,
}

impl Comparison {
    fn call(&mut self, place: &str, recorded: &Value, replayed: &Value) {
        self.same(&format!("{place}: pages"), &recorded["pages"], &replayed["pages"]);
        for member in ["code", "status"] {
            self.same(&format!("{place}: error {member}"), &recorded["error"][member], &replayed["error"][member]);
        }
        self.free_text(
            &format!("{place}: error message"),
            &recorded["error"]["message"],
            &replayed["error"]["message"],
        );
        self.same(&format!("{place}: number of items"), &count(&recorded["items"]), &count(&replayed["items"]));
        for (number, (one, other)) in elements(&recorded["items"]).zip(elements(&replayed["items"])).enumerate() {
            self.item(&format!("{place}: item {number}"), one, other);
        }
    }

    fn item(&mut self, place: &str, recorded: &Value, replayed: &Value) {
        let members = |item: &Value| Value::from(item.as_object().unwrap().keys().cloned().collect::<Vec<_>>());
        self.same(&format!("{place}: members"), &members(recorded), &members(replayed));
        for (name, value) in recorded.as_object().unwrap() {
            let (place, found) = (format!("{place}: {name}"), &replayed[name]);
            match name.as_str() {
                "imageSetId" => self.identifier(&place, value, found),
                "message" => self.free_text(&place, value, found),
                time if TIMES.contains(&time) => self.time(&place, value, found),
                _ => self.same(&place, value, found),
            }
        }
    }

    fn same(&mut self, place: &str, recorded: &Value, replayed: &Value) {
        if recorded != replayed {
            self.found.push(format!("{place}: expected {recorded}, found {replayed}"));
        }
    }

    fn identifier(&mut self, place: &str, recorded: &Value, replayed: &Value) {
        let expected = self.stand_ins.entry(recorded.to_string()).or_insert_with(|| replayed.clone()).clone();
        self.same(&format!("{place}: the one stand-in"), &expected, replayed);
    }

    fn time(&mut self, place: &str, recorded: &Value, replayed: &Value) {
        let moved = microseconds(recorded) - microseconds(replayed);
        let expected = *self.shift.get_or_insert(moved);
        if moved != expected || moved % 1_000_000 != 0 {
            self.found.push(format!("{place}: expected {recorded} moved by {expected} µs, found {replayed}"));
        }
    }

    fn free_text(&mut self, place: &str, recorded: &Value, replayed: &Value) {
        let expected = match recorded {
            Value::String(text) => Value::from(format!("redacted free text, {} characters", text.chars().count())),
            other => other.clone(),
        };
        self.same(place, &expected, replayed);
    }
}

fn elements(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().expect("a list").iter()
}

fn count(list: &Value) -> Value {
    Value::from(elements(list).count())
}

/// A time as a client gives it: a date of ISO, or a number of seconds.
fn microseconds(time: &Value) -> i128 {
    match time {
        Value::String(text) => OffsetDateTime::parse(text, &Rfc3339).unwrap().unix_timestamp_nanos() / 1000,
        number => (number.as_f64().unwrap() * 1e6).round() as i128,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn seen(image_set: &str, state: &str, created: &str, updated: f64, message: &str) -> Value {
        let item = json!({"imageSetId": image_set, "imageSetState": state, "createdAt": created, "updatedAt": updated});
        let error = json!({"code": "ValidationException", "message": message, "status": 400});
        json!({"calls": [
            {"pages": [1], "items": [item], "error": null},
            {"pages": [], "items": [], "error": error},
        ]})
    }

    fn recorded() -> Value {
        seen("a1", "ACTIVE", "2023-03-28T18:12:06.5Z", 1_680_027_127.25, "bad id a1")
    }

    #[test]
    fn redaction_is_no_difference() {
        let redacted = seen(
            "imageset1",
            "ACTIVE",
            "2010-01-01T00:00:00.500Z",
            1_262_304_001.25,
            "redacted free text, 9 characters",
        );

        assert_eq!(differences(&recorded(), &redacted), Vec::<String>::new());
    }

    #[test]
    fn whatever_redaction_does_not_change_is_a_difference() {
        let redacted = "redacted free text, 9 characters";
        let others = [
            seen("b2", "LOCKED", "2010-01-01T00:00:00.500Z", 1_262_304_001.25, redacted),
            seen("b2", "ACTIVE", "2010-01-01T00:00:00.500Z", 1_262_304_002.25, redacted),
            seen("b2", "ACTIVE", "2010-01-01T00:00:00.600Z", 1_262_304_001.35, redacted),
            seen("b2", "ACTIVE", "2010-01-01T00:00:00.500Z", 1_262_304_001.25, "bad id a1"),
        ];

        for other in others {
            assert_ne!(differences(&recorded(), &other), Vec::<String>::new(), "{other}");
        }
    }

    #[test]
    fn an_identifier_has_one_stand_in() {
        let two = |one: &str, other: &str| {
            let items = json!([{"imageSetId": one}, {"imageSetId": other}]);
            json!({"calls": [{"pages": [2], "items": items, "error": null}]})
        };

        assert_eq!(differences(&two("a1", "a1"), &two("b2", "b2")), Vec::<String>::new());
        assert_ne!(differences(&two("a1", "a1"), &two("b2", "b3")), Vec::<String>::new());
    }
}
