//! How many values of a success a check has to do with, so that one that nothing
//! touched is not called green.

use crate::message::{Json, Response};
use crate::spec::{Kind, Location, Member, ShapeId, Spec};

/// How many values there are of each sort.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Touched {
    /// Values of an enum.
    pub(super) enums: u64,
    /// Values with a pattern, a length, a range, a character set, or items that must differ.
    pub(super) constrained: u64,
}

/// Counts the values of a success.
pub(super) fn touched(spec: &Spec, body: Option<&Json>, response: &Response) -> Touched {
    let mut touched = Touched::default();
    for member in &spec.output {
        match member.location {
            Location::Body => {
                if let Some(value) = body.and_then(|body| body.get(&member.wire_name)) {
                    touched.value(spec, member.shape, value);
                }
            }
            Location::Payload if spec.raw_payload().is_some() => {
                if response.body.wire_length() > 0 {
                    touched.shape(spec, member.shape);
                }
            }
            Location::Payload => body.into_iter().for_each(|body| touched.value(spec, member.shape, body)),
            Location::Header => {
                if response.headers.get(&member.wire_name.to_ascii_lowercase()).is_some() {
                    touched.shape(spec, member.shape);
                }
            }
            Location::Status | Location::Path | Location::Query => {}
        }
    }
    touched
}

impl Touched {
    fn shape(&mut self, spec: &Spec, id: ShapeId) {
        let shape = spec.shape(id);
        let rules = &shape.constraints;
        let is_constrained = rules.length.is_some()
            || rules.range.is_some()
            || rules.pattern.is_some()
            || rules.charset.is_some()
            || rules.unique;
        self.constrained += u64::from(is_constrained);
        self.enums += u64::from(matches!(shape.kind, Kind::Enum(_)));
    }

    fn value(&mut self, spec: &Spec, id: ShapeId, value: &Json) {
        if *value == Json::Null {
            return;
        }
        self.shape(spec, id);
        match (&spec.shape(id).kind, value) {
            (Kind::List(item), Json::Array(items)) => items.iter().for_each(|value| self.value(spec, *item, value)),
            (Kind::Map { values, .. }, Json::Object(entries)) => {
                entries.iter().for_each(|(_, value)| self.value(spec, *values, value));
            }
            (Kind::Structure(members) | Kind::Union(members), Json::Object(_)) => self.members(spec, members, value),
            _ => {}
        }
    }

    fn members(&mut self, spec: &Spec, members: &[Member], value: &Json) {
        for member in members {
            if let Some(value) = value.get(&member.wire_name) {
                self.value(spec, member.shape, value);
            }
        }
    }
}
