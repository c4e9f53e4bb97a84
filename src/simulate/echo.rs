//! Members of an answer that repeat an input: the resource that was asked for.

use super::known::KnownIds;
use crate::message::Json;
use crate::spec::{Inputs, Kind, Member, Spec, conform};

/// A member of an answer that carries the value of an identifier among the inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Echo {
    /// The member's place among its siblings.
    pub(super) member: usize,
    /// The member's wire name.
    pub(super) wire_name: String,
    /// A value that it may have.
    pub(super) example: String,
    /// The key of the input.
    input: String,
}

impl Echo {
    /// The members that repeat an identifier: those of the same named type, or of the same key where every known
    /// value is one of theirs. Of several inputs of a type, the one of the same key.
    pub(super) fn find(spec: &Spec, members: &[Member], ids: &KnownIds) -> Vec<Self> {
        let echo = |(index, member): (usize, &Member)| {
            let shape = spec.shape(member.shape);
            let same_key = ids.iter().find(|id| id.key == member.key);
            let same_type = ids.iter().find(|id| shape.name.is_some() && id.shape == member.shape);
            let takes = |text: &String| conform::check_json(spec, member.shape, &Json::string(text)).is_empty();
            let id = same_key.or(same_type)?;
            let is_text = matches!(shape.kind, Kind::String);
            (is_text && id.values.iter().all(takes)).then(|| Self {
                member: index,
                wire_name: member.wire_name.clone(),
                example: id.values.first().cloned().unwrap_or_default(),
                input: id.key.clone(),
            })
        };
        members.iter().enumerate().filter_map(echo).collect()
    }

    /// The value of the input, if it was given.
    pub(super) fn value(&self, inputs: &Inputs) -> Option<Json> {
        inputs.text(&self.input).map(|text| Json::string(&text))
    }

    /// Writes the inputs' values into an object.
    pub(super) fn write_all(echoes: &[Self], inputs: &Inputs, object: &mut Json) {
        let Json::Object(entries) = object else { return };
        for echo in echoes {
            let Some(value) = echo.value(inputs) else { continue };
            if let Some((_, slot)) = entries.iter_mut().find(|(name, _)| name.decode() == echo.wire_name) {
                *slot = value;
            }
        }
    }
}
