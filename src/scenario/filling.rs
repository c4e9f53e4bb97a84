//! Values of a spec's shapes, each different from the others, so that one that is lost, repeated or mixed up is seen.

use crate::message::Json;
use crate::message::json::Text;
use crate::spec::exemplar::{TIME_BASE, value_at};
use crate::spec::{Kind, Member, ShapeId, Spec, TimestampFormat};
use std::collections::HashSet;

/// How deep optional members are filled in.
const DEPTH: usize = 6;

/// How many parts a list or map has, where its length leaves it open.
const PARTS: u64 = 2;

/// How far apart the values of two members of one structure are counted.
pub(super) const STRIDE: u64 = 64;

/// Which members a structure has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fill {
    /// Every one.
    All,
    /// Every one that the rules of the spec leave room for.
    Usual,
    /// The required ones.
    Required,
}

/// Makes values of one spec.
pub(super) struct Filler<'s> {
    spec: &'s Spec,
    fill: Fill,
    /// The shapes that are being made, from the outside in.
    open: Vec<ShapeId>,
}

impl<'s> Filler<'s> {
    pub(super) fn new(spec: &'s Spec, fill: Fill) -> Self {
        Self { spec, fill, open: Vec::new() }
    }

    /// The value of a shape by its number.
    pub(super) fn value(&mut self, id: ShapeId, number: u64) -> Json {
        let shape = self.spec.shape(id);
        if self.open.contains(&id) || self.open.len() >= DEPTH {
            return exemplar(self.spec, id, number);
        }
        self.open.push(id);
        let value = match &shape.kind {
            Kind::Structure(members) => Json::Object(self.members(members, number)),
            Kind::List(item) => self.list(*item, shape.constraints.unique, self.count(id), number),
            Kind::Map { keys, values } => self.map(*keys, *values, self.count(id), number),
            Kind::Timestamp(TimestampFormat::EpochSeconds) => epoch_seconds(number),
            Kind::String
            | Kind::Integer
            | Kind::Long
            | Kind::Float
            | Kind::Double
            | Kind::Boolean
            | Kind::Timestamp(TimestampFormat::DateTime | TimestampFormat::HttpDate)
            | Kind::Blob
            | Kind::Document
            | Kind::Union(_)
            | Kind::Enum(_) => exemplar(self.spec, id, number),
        };
        self.open.pop();
        value
    }

    /// The members of a structure by its number, those that it has under their wire names.
    fn members(&mut self, members: &[Member], number: u64) -> Vec<(Text, Json)> {
        let mut entries = Vec::new();
        for (place, member) in (0..).zip(members) {
            if self.has(member) {
                entries.push((Text::new(&member.wire_name), self.value(member.shape, number.wrapping_add(place))));
            }
        }
        entries
    }

    /// Whether a structure has a member; an optional one that would begin a shape inside itself is left out.
    pub(super) fn has(&self, member: &Member) -> bool {
        match self.fill {
            Fill::All | Fill::Usual => member.required || !self.open.contains(&member.shape),
            Fill::Required => member.required,
        }
    }

    fn count(&self, id: ShapeId) -> u64 {
        let (least, most) = self.spec.shape(id).constraints.length.unwrap_or((0, u64::MAX));
        if self.fill == Fill::Required { least } else { PARTS.clamp(least, most.max(least)) }
    }

    fn list(&mut self, item: ShapeId, is_unique: bool, count: u64, number: u64) -> Json {
        let mut seen = HashSet::new();
        let items = (0..count).map(|step| self.value(item, number.wrapping_add(step)));
        Json::Array(items.filter(|item| !is_unique || seen.insert(item.to_compact())).collect())
    }

    fn map(&mut self, keys: ShapeId, values: ShapeId, count: u64, number: u64) -> Json {
        let mut seen = HashSet::new();
        let mut entries = Vec::new();
        for number in (0..count).map(|step| number.wrapping_add(step)) {
            let key = exemplar(self.spec, keys, number).as_text().unwrap_or_default().into_owned();
            if seen.insert(key.clone()) {
                entries.push((Text::new(&key), self.value(values, number)));
            }
        }
        Json::Object(entries)
    }
}

/// The exemplar of that number; its times are so many seconds after the first.
fn exemplar(spec: &Spec, id: ShapeId, number: u64) -> Json {
    value_at(spec, id, number, TIME_BASE)
}

/// A time spelled as services do: seconds with three digits of a fraction, in exponent form.
fn epoch_seconds(number: u64) -> Json {
    let seconds = TIME_BASE + (number % 100_000_000) as i64;
    let digits = seconds.to_string();
    let (first, rest) = digits.split_at(1);
    Json::Number(format!("{first}.{rest}{:03}E{}", 1 + number % 999, rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{compile, conform};

    #[test]
    fn spells_times_in_exponent_form_and_apart() {
        assert_eq!(epoch_seconds(5), Json::Number("1.262304005006E9".to_owned()));
        assert_eq!(epoch_seconds(5).to_compact().parse::<f64>().unwrap(), 1_262_304_005.006);
        assert_ne!(epoch_seconds(5), epoch_seconds(6));
    }

    #[test]
    fn fills_values_that_their_shapes_take_and_ends_shapes_inside_themselves() {
        let text = include_str!("../../tests/data/simulate/describe-parcel.yaml");
        let spec = compile("a.yaml", text).unwrap_or_else(|errors| panic!("{}", errors[0]));

        for fill in [Fill::All, Fill::Usual, Fill::Required] {
            for member in &spec.output {
                let value = Filler::new(&spec, fill).value(member.shape, 700);

                assert_eq!(
                    conform::check_json(&spec, member.shape, &value),
                    [],
                    "{}: {}",
                    member.key,
                    value.to_compact()
                );
            }
        }
    }
}
