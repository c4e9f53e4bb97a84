//! Values of any shape, as JSON.
//!
//! Required members are always there, optional ones as long as the value stays
//! small, and so is one item of a list or a map that may be empty: a shape inside
//! itself ends there, and a spec that would have a value of a million parts gets
//! one that is cut off.

use super::TIME_BASE;
use super::text::Strings;
use crate::message::Json;
use crate::message::json::Text;
use crate::spec::{Constraints, Kind, Member, Shape, ShapeId, Spec, TimestampFormat};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashSet;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// How deep optional members are filled in.
const OPTIONAL_DEPTH: usize = 8;
/// How many parts a value has before optional members are left out.
const OPTIONAL_PARTS: usize = 2_000;
/// How deep a value is at most.
const MAX_DEPTH: usize = 64;
/// How many parts a value has at most.
const MAX_PARTS: usize = 100_000;

/// The value of that index, from 0, that the shape takes; its times begin at [`TIME_BASE`].
///
/// Different indices give different values where the shape has so many: enum
/// values and booleans take turns, numbers, times and texts count up.
pub fn value(spec: &Spec, shape: ShapeId, index: u64) -> Json {
    value_at(spec, shape, index, TIME_BASE)
}

/// The value of that index, its times as many seconds after the time given.
pub fn value_at(spec: &Spec, shape: ShapeId, index: u64, seconds: i64) -> Json {
    Maker { spec, seconds, parts: 0, open: Vec::new() }.make(shape, index)
}

/// The text of a value that has one: what stands in a label, a query parameter, a header or a map's key.
pub(super) fn scalar_text(shape: &Shape, index: u64, seconds: i64) -> Option<String> {
    match scalar(shape, index, seconds)? {
        Json::Bool(value) => Some(value.to_string()),
        Json::Number(number) => Some(number),
        Json::String(text) => Some(text.decode().into_owned()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// A value without parts.
fn scalar(shape: &Shape, index: u64, seconds: i64) -> Option<Json> {
    let constraints = &shape.constraints;
    Some(match &shape.kind {
        Kind::String => Json::string(&Strings::of(shape).stand_in(index.saturating_add(1))),
        Kind::Enum(values) => Json::string(values.get(turn(index, values.len())).map_or("", String::as_str)),
        Kind::Integer => whole(constraints, index, i32::MAX.into()),
        Kind::Long => whole(constraints, index, i64::MAX.into()),
        Kind::Float | Kind::Double => fraction(constraints, index),
        Kind::Boolean => Json::Bool(index.is_multiple_of(2)),
        Kind::Timestamp(format) => timestamp(*format, index, seconds),
        Kind::Blob => Json::string(&STANDARD.encode(bytes(constraints, index))),
        Kind::Document | Kind::List(_) | Kind::Map { .. } | Kind::Structure(_) | Kind::Union(_) => return None,
    })
}

/// Whose turn it is among so many.
fn turn(index: u64, count: usize) -> usize {
    usize::try_from(index % (count as u64).max(1)).unwrap_or_default()
}

fn whole(constraints: &Constraints, index: u64, greatest: i128) -> Json {
    let (least, most) = constraints.range.map_or((0, greatest), |(least, most)| {
        ((least.ceil() as i128).max(-greatest - 1), (most.floor() as i128).min(greatest))
    });
    let count = (most - least + 1).max(1);
    Json::Number((least + i128::from(index) % count).to_string())
}

fn fraction(constraints: &Constraints, index: u64) -> Json {
    let (least, most) = constraints.range.unwrap_or((0.0, 1e9));
    let steps = ((most - least).floor()).clamp(1.0, 1e9);
    let value = least + 0.5 + index as f64 % steps;
    Json::Number((if value <= most { value } else { least }).to_string())
}

fn timestamp(format: TimestampFormat, index: u64, seconds: i64) -> Json {
    // Thirty years on, times begin again: every format can spell them.
    let seconds = seconds.saturating_add((index % 1_000_000_000) as i64);
    let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    match format {
        TimestampFormat::EpochSeconds => Json::Number(seconds.to_string()),
        TimestampFormat::DateTime => Json::string(&time.format(&Rfc3339).unwrap_or_default()),
        TimestampFormat::HttpDate => {
            let format = time::macros::format_description!(
                "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
            );
            Json::string(&time.format(format).unwrap_or_default())
        }
    }
}

fn bytes(constraints: &Constraints, index: u64) -> Vec<u8> {
    let (least, most) = constraints.length.unwrap_or((0, u64::MAX));
    let length = 8.min(most).max(least).min(MAX_PARTS as u64);
    (0..length).rev().map(|place| if place < 8 { (index >> (8 * place)) as u8 } else { 0 }).collect()
}

struct Maker<'s> {
    spec: &'s Spec,
    seconds: i64,
    parts: usize,
    /// The shapes that are being made, from the outside in.
    open: Vec<ShapeId>,
}

impl Maker<'_> {
    fn make(&mut self, id: ShapeId, index: u64) -> Json {
        self.parts += 1;
        if self.parts > MAX_PARTS || self.open.len() >= MAX_DEPTH {
            return Json::Null;
        }
        let shape = self.spec.shape(id);
        if let Some(value) = scalar(shape, index, self.seconds) {
            return value;
        }
        self.open.push(id);
        let value = match &shape.kind {
            Kind::List(item) => Json::Array(self.list(&shape.constraints, *item, index)),
            Kind::Map { keys, values } => Json::Object(self.map(&shape.constraints, *keys, *values, index)),
            Kind::Structure(members) => Json::Object(self.structure(members, index)),
            Kind::Union(members) => Json::Object(self.union(members, index)),
            _ => Json::Object(vec![(Text::new("index"), Json::Number(index.to_string()))]),
        };
        self.open.pop();
        value
    }

    /// How many items there are: as many as there must be, and one where there need be none but may be.
    fn count(&self, constraints: &Constraints, item: ShapeId) -> u64 {
        let (least, most) = constraints.length.unwrap_or((0, u64::MAX));
        least.max(u64::from(most > 0 && self.has_room_for(item)))
    }

    /// Different items if the list asks for that.
    fn list(&mut self, constraints: &Constraints, item: ShapeId, index: u64) -> Vec<Json> {
        let wanted = self.count(constraints, item);
        let mut seen = HashSet::new();
        let mut items = Vec::new();
        for step in 0..wanted.saturating_mul(2) {
            if items.len() as u64 == wanted || self.parts > MAX_PARTS {
                break;
            }
            let value = self.make(item, index.saturating_add(step));
            if !constraints.unique || seen.insert(value.to_compact()) {
                items.push(value);
            }
        }
        items
    }

    fn map(&mut self, constraints: &Constraints, keys: ShapeId, values: ShapeId, index: u64) -> Vec<(Text, Json)> {
        let wanted = self.count(constraints, values);
        let keys = self.spec.shape(keys);
        let mut seen = HashSet::new();
        let mut entries = Vec::new();
        for step in 0..wanted.saturating_mul(2) {
            if entries.len() as u64 == wanted || self.parts > MAX_PARTS {
                break;
            }
            let at = index.saturating_add(step);
            let Some(key) = scalar_text(keys, at, self.seconds) else { break };
            if seen.insert(key.clone()) {
                entries.push((Text::new(&key), self.make(values, at)));
            }
        }
        entries
    }

    fn structure(&mut self, members: &[Member], index: u64) -> Vec<(Text, Json)> {
        let mut entries = Vec::new();
        for member in members {
            if member.required || self.has_room_for(member.shape) {
                entries.push((Text::new(&member.wire_name), self.make(member.shape, index)));
            }
        }
        entries
    }

    /// The members take turns; those that would begin a shape inside itself only where there is no other.
    fn union(&mut self, members: &[Member], index: u64) -> Vec<(Text, Json)> {
        let fresh: Vec<&Member> = members.iter().filter(|member| self.has_room_for(member.shape)).collect();
        let members = if fresh.is_empty() { members.iter().collect() } else { fresh };
        let Some(member) = members.get(turn(index, members.len())) else { return Vec::new() };
        let index = index / (members.len() as u64);
        vec![(Text::new(&member.wire_name), self.make(member.shape, index))]
    }

    fn has_room_for(&self, shape: ShapeId) -> bool {
        !self.open.contains(&shape) && self.open.len() < OPTIONAL_DEPTH && self.parts < OPTIONAL_PARTS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::compile;

    fn spec(output: &str, types: &str) -> Spec {
        let text = format!(
            "spec: 1\nservice: {{id: a, api_version: a, protocol: rest-json, signing_name: a, endpoint: a}}\n\
             operation: A\nhttp: {{method: POST, path: /a}}\noutput:\n  it: {output}\ntypes:\n{types}"
        );
        compile("a.yaml", &text).unwrap_or_else(|errors| panic!("{}", errors[0]))
    }

    fn values(output: &str, indices: std::ops::Range<u64>) -> Vec<String> {
        let spec = spec(output, "  {}\n");
        indices.map(|index| value(&spec, spec.output[0].shape, index).to_compact()).collect()
    }

    #[test]
    fn counts_up_within_the_range_and_begins_again() {
        assert_eq!(values("{type: integer, range: [3, 4]}", 0..3), ["3", "4", "3"]);
        assert_eq!(values("{type: long, range: [-2, 9]}", 0..2), ["-2", "-1"]);
        assert_eq!(values("{type: double}", 0..2), ["0.5", "1.5"]);
        assert_eq!(values("{type: float, range: [0.1, 0.2]}", 0..1), ["0.1"]);
    }

    #[test]
    fn spells_times_in_each_format() {
        assert_eq!(values("{type: timestamp}", 5..6), ["1262304005"]);
        assert_eq!(values("{type: timestamp, format: date-time}", 5..6), [r#""2010-01-01T00:00:05Z""#]);
        assert_eq!(values("{type: timestamp, format: http-date}", 5..6), [r#""Fri, 01 Jan 2010 00:00:05 GMT""#]);
    }

    #[test]
    fn begins_times_where_it_is_told() {
        let spec = spec("{type: timestamp}", "  {}\n");

        assert_eq!(value_at(&spec, spec.output[0].shape, 2, 100).to_compact(), "102");
    }

    #[test]
    fn fills_lists_and_maps_to_their_least_length_or_with_one_item() {
        assert_eq!(values("{type: list, of: boolean, length: [2, 3], unique: true}", 0..1), ["[true,false]"]);
        assert_eq!(values("{type: list, of: integer}", 0..1), ["[0]"]);
        assert_eq!(values("{type: list, of: integer, length: [0, 0]}", 0..1), ["[]"]);
        let map = "{type: map, keys: {type: enum, values: [a, b]}, values: integer, length: [2, 2]}";
        assert_eq!(values(map, 1..2), [r#"{"b":1,"a":2}"#]);
    }

    #[test]
    fn encodes_bytes_within_their_length() {
        assert_eq!(values("{type: blob, length: [2, 2]}", 0..2), [r#""AAA=""#, r#""AAE=""#]);
    }

    #[test]
    fn lets_the_members_of_a_union_take_turns() {
        let union = "{type: union, members: {a: {type: integer}, b: {type: boolean, name: wire}}}";

        assert_eq!(values(union, 0..4), [r#"{"a":0}"#, r#"{"wire":true}"#, r#"{"a":1}"#, r#"{"wire":false}"#]);
    }

    #[test]
    fn ends_a_shape_inside_itself() {
        let types = "  Node: {type: structure, members: {id: {type: integer, required: true}, \
                     next: {type: Node}, more: {type: list, of: Node}, other: {type: Node}}}\n";
        let spec = spec("{type: Node}", types);

        assert_eq!(value(&spec, spec.output[0].shape, 0).to_compact(), r#"{"id":0,"more":[]}"#);
    }

    #[test]
    fn cuts_off_what_a_hostile_spec_would_make_endless() {
        let level = |n: usize| {
            format!(
                "  L{n}: {{type: structure, members: {{a: {{type: L{m}, required: true}}, b: {{type: L{m}, required: true}}}}}}\n",
                m = n + 1
            )
        };
        let types = (0..60).map(level).collect::<String>() + "  L60: {type: integer}\n";
        let wide = spec("{type: L0}", &types);
        assert!(value(&wide, wide.output[0].shape, 0).to_compact().len() < 10_000_000);

        let long = "{type: list, of: integer, length: [4000000000, 4000000000]}";
        assert!(values(long, 0..1)[0].len() < 10_000_000);
    }
}
