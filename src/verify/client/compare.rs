//! Values as a caller gets them, compared with values as they were sent.
//!
//! What languages cannot help is no difference: nothing, null and an empty list are one; a time
//! is a number of seconds, right to the millisecond; a value in a wrapper for what a client does
//! not know is the value. Members that the spec does not know do not count, nor does it which
//! value of an enum there is: that is asked by checks of their own.

use crate::message::{Json, Moment};
use crate::spec::{Kind, Member, ShapeId, Spec, TimestampFormat};

/// How far a time may be from the one that was sent, in seconds.
const TOLERANCE: f64 = 0.001;

/// Where a value is another than the one that was sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Difference {
    /// The JSON pointer to it.
    pub(super) pointer: String,
    /// What was sent.
    pub(super) expected: String,
    /// What the caller got.
    pub(super) found: String,
    /// Whether nothing was sent there.
    pub(super) is_made_up: bool,
    /// Whether it is a time that is given as a text.
    pub(super) is_spelled_time: bool,
}

/// Compares values of one spec.
pub(super) struct Comparison<'s> {
    spec: &'s Spec,
    /// A place that does not count: what is hostile there is judged by itself.
    skipped: Option<&'s str>,
}

impl<'s> Comparison<'s> {
    pub(super) fn new(spec: &'s Spec, skipped: Option<&'s str>) -> Self {
        Self { spec, skipped }
    }

    /// The first difference between structures with these members.
    pub(super) fn members(&self, members: &[Member], expected: &Json, found: &Json) -> Option<Difference> {
        self.object(members, expected, found, "")
    }

    /// The first difference between values of a shape.
    pub(super) fn values(&self, shape: ShapeId, expected: &Json, found: &Json) -> Option<Difference> {
        self.value(shape, Some(expected), Some(found), "")
    }

    fn object(&self, members: &[Member], expected: &Json, found: &Json, at: &str) -> Option<Difference> {
        if !matches!(found, Json::Object(_)) {
            return Some(difference(at, Some(expected), Some(found)));
        }
        members.iter().find_map(|member| {
            let name = &member.wire_name;
            self.value(member.shape, expected.get(name), found.get(name), &format!("{at}/{name}"))
        })
    }

    fn value(&self, id: ShapeId, expected: Option<&Json>, found: Option<&Json>, at: &str) -> Option<Difference> {
        if self.skipped == Some(at) || (is_nothing(expected) && is_nothing(found)) {
            return None;
        }
        let (Some(sent), Some(got)) = (expected, found) else { return Some(difference(at, expected, found)) };
        match (&self.spec.shape(id).kind, sent, got) {
            (Kind::Structure(members) | Kind::Union(members), Json::Object(_), _) => {
                self.object(members, sent, got, at)
            }
            (Kind::List(item), Json::Array(sent), Json::Array(got)) => self.list(*item, sent, got, at),
            (Kind::Map { values, .. }, Json::Object(entries), Json::Object(others)) => {
                let names = entries.iter().chain(others).map(|(key, _)| key.decode());
                let names: Vec<_> = names.collect();
                names.iter().find_map(|name| {
                    self.value(*values, sent.get(name), got.get(name), &format!("{at}/{}", escaped(name)))
                })
            }
            (kind, sent, got) => (!is_same(kind, sent, got)).then(|| Difference {
                is_spelled_time: matches!((kind, got), (Kind::Timestamp(_), Json::String(_))),
                ..difference(at, expected, found)
            }),
        }
    }

    fn list(&self, item: ShapeId, sent: &[Json], got: &[Json], at: &str) -> Option<Difference> {
        let longest = sent.len().max(got.len());
        (0..longest).find_map(|index| self.value(item, sent.get(index), got.get(index), &format!("{at}/{index}")))
    }
}

/// Whether a scalar is the one that was sent.
fn is_same(kind: &Kind, sent: &Json, got: &Json) -> bool {
    match (kind, sent, got) {
        (Kind::Timestamp(format), _, _) => is_same_time(*format, sent, got),
        (Kind::Float, Json::Number(sent), Json::Number(got)) => {
            parse(sent).map(|n| n as f32) == parse(got).map(|n| n as f32)
        }
        // Which value of an enum it is, is the question of checks of their own.
        (Kind::Enum(_), Json::String(_), Json::String(_)) => true,
        (Kind::Enum(_), _, Json::Object(_)) => unwrapped(got).is_some(),
        _ => are_equal(sent, got),
    }
}

fn is_same_time(format: TimestampFormat, sent: &Json, got: &Json) -> bool {
    if are_equal(sent, got) {
        return true;
    }
    let sent = match (format, sent) {
        (TimestampFormat::EpochSeconds, Json::Number(number)) => parse(number),
        (TimestampFormat::DateTime | TimestampFormat::HttpDate, Json::String(text)) => seconds(&text.decode()),
        _ => None,
    };
    let got = match got {
        Json::Number(number) => parse(number),
        Json::String(text) if format != TimestampFormat::EpochSeconds => seconds(&text.decode()),
        _ => None,
    };
    matches!((sent, got), (Some(sent), Some(got)) if (sent - got).abs() <= TOLERANCE)
}

/// A point in time as seconds.
fn seconds(text: &str) -> Option<f64> {
    let moment = Moment::parse(text)?;
    let fraction = text.split_once('.').map_or("", |(_, rest)| rest);
    let digits: String = fraction.chars().take_while(char::is_ascii_digit).collect();
    Some(moment.seconds() as f64 + format!("0.{digits}0").parse::<f64>().unwrap_or_default())
}

/// The value in a wrapper for what a client does not know.
pub(super) fn unwrapped(value: &Json) -> Option<&Json> {
    match value {
        Json::Object(members) if members.len() == 1 => value.get("$unknown"),
        _ => None,
    }
}

/// Whether two values are the same, however their numbers and texts are spelled and their members ordered.
pub(super) fn are_equal(first: &Json, second: &Json) -> bool {
    match (first, second) {
        (Json::Number(first), Json::Number(second)) => {
            first == second || matches!((parse(first), parse(second)), (Some(a), Some(b)) if a == b && !is_long(first))
        }
        (Json::String(first), Json::String(second)) => first.decode() == second.decode(),
        (Json::Array(first), Json::Array(second)) => {
            first.len() == second.len() && first.iter().zip(second).all(|(first, second)| are_equal(first, second))
        }
        (Json::Object(members), Json::Object(others)) => {
            members.len() == others.len()
                && members
                    .iter()
                    .all(|(key, value)| second.get(&key.decode()).is_some_and(|other| are_equal(value, other)))
        }
        (first, second) => first == second,
    }
}

/// Whether a value says nothing: languages tell null, an empty list and a member that is missing apart or not.
pub(super) fn is_nothing(value: Option<&Json>) -> bool {
    match value {
        None | Some(Json::Null) => true,
        Some(Json::Array(items)) => items.is_empty(),
        Some(Json::Object(members)) => members.is_empty(),
        Some(Json::Bool(_) | Json::Number(_) | Json::String(_)) => false,
    }
}

/// Whether a whole number has more digits than a double holds.
fn is_long(number: &str) -> bool {
    number.len() > 15 && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

fn parse(number: &str) -> Option<f64> {
    number.parse().ok()
}

fn escaped(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

fn difference(at: &str, expected: Option<&Json>, found: Option<&Json>) -> Difference {
    Difference {
        pointer: at.to_owned(),
        expected: words(expected),
        found: words(found),
        is_made_up: is_nothing(expected),
        ..Difference::default()
    }
}

/// A value in words.
pub(super) fn words(value: Option<&Json>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Json::to_compact)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::compile;

    fn json(text: &str) -> Json {
        Json::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn compared(kind: &str, sent: &str, got: &str) -> Option<Difference> {
        let text = format!(
            "spec: 1\nservice: {{id: a, api_version: a, protocol: rest-json, signing_name: a, endpoint: a}}\n\
             operation: A\nhttp: {{method: POST, path: /a}}\noutput:\n  it: {kind}\n"
        );
        let spec = compile("a.yaml", &text).unwrap_or_else(|errors| panic!("{}", errors[0]));
        let wrap = |value: &str| json(&if value.is_empty() { "{}".to_owned() } else { format!("{{\"it\":{value}}}") });
        Comparison::new(&spec, None).members(&spec.output, &wrap(sent), &wrap(got))
    }

    #[test]
    fn finds_no_difference_in_what_languages_cannot_help() {
        let same = [
            ("{type: string}", "", "null"),
            ("{type: string}", "null", ""),
            ("{type: list, of: string}", "null", "[]"),
            ("{type: map, keys: string, values: string}", "", "{}"),
            ("{type: timestamp}", "1.262304005123E9", "1262304005.1229999"),
            ("{type: timestamp, format: date-time}", "\"2010-01-01T00:00:05Z\"", "1262304005"),
            (
                "{type: timestamp, format: date-time}",
                "\"2010-01-01T00:00:05.25Z\"",
                "\"2010-01-01T02:00:05.250+02:00\"",
            ),
            ("{type: timestamp, format: http-date}", "\"Fri, 01 Jan 2010 00:00:05 GMT\"", "1262304005.0"),
            ("{type: integer}", "3", "3.0"),
            ("{type: float}", "0.1", "0.10000000149011612"),
            ("{type: enum, values: [A]}", "\"B\"", "{\"$unknown\":\"B\"}"),
            ("{type: enum, values: [A, B]}", "\"A\"", "\"B\""),
            ("{type: string}", "\"\\u00e9\"", "\"é\""),
            ("{type: document}", "{\"a\":1,\"b\":[2]}", "{\"b\":[2.0],\"a\":1}"),
            ("{type: structure, members: {a: {type: string}}}", "{\"a\":\"x\",\"new\":1}", "{\"a\":\"x\",\"made\":2}"),
        ];
        for (kind, sent, got) in same {
            assert_eq!(compared(kind, sent, got), None, "{kind} {sent} {got}");
        }
    }

    #[test]
    fn names_the_first_difference_and_where_it_is() {
        let different = [
            ("{type: string}", "\"01\"", "\"1\"", "/it"),
            ("{type: string}", "\"1\"", "1", "/it"),
            ("{type: string}", "\"\"", "", "/it"),
            ("{type: boolean}", "", "false", "/it"),
            ("{type: timestamp}", "1.262304005123E9", "1262304005.125", "/it"),
            ("{type: timestamp}", "1.262304005123E9", "\"2010-01-01T00:00:05.123Z\"", "/it"),
            ("{type: long}", "9007199254740993", "9007199254740992", "/it"),
            ("{type: enum, values: [A, B]}", "\"A\"", "", "/it"),
            ("{type: enum, values: [A, B]}", "", "\"A\"", "/it"),
            ("{type: enum, values: [A, B]}", "\"A\"", "1", "/it"),
            ("{type: list, of: integer}", "[1,2]", "[1]", "/it/1"),
            ("{type: list, of: integer}", "[1]", "[1,2]", "/it/1"),
            ("{type: map, keys: string, values: string}", "{}", "{\"a/b\":\"c\"}", "/it/a~1b"),
            ("{type: structure, members: {a: {type: string}}}", "{\"a\":\"x\"}", "{\"A\":\"x\"}", "/it/a"),
            ("{type: structure, members: {a: {type: string}}}", "{\"a\":\"x\"}", "\"x\"", "/it"),
        ];
        for (kind, sent, got, pointer) in different {
            let found = compared(kind, sent, got);

            assert_eq!(found.map(|difference| difference.pointer).as_deref(), Some(pointer), "{kind} {sent} {got}");
        }
    }
}
