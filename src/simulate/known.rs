//! The resources that exist: which inputs name one, and which values they may have.

use super::Settings;
use crate::diagnostic::{Diagnostic, Location};
use crate::spec::{self, Inputs, Kind, Member, Sensitivity, ShapeId, Spec, conform, exemplar};

/// An input that names a resource, and the names that exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KnownId {
    pub(super) key: String,
    pub(super) shape: ShapeId,
    pub(super) values: Vec<String>,
}

/// The identifiers of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KnownIds(Vec<KnownId>);

impl KnownIds {
    /// Those that the settings name, else the stand-ins that a cassette would have.
    pub(super) fn new(spec: &Spec, settings: &Settings) -> Result<Self, Diagnostic> {
        let mut ids: Vec<KnownId> = Vec::new();
        for member in spec.input.iter().filter(|member| names_a_resource(spec, member)) {
            let given = settings.inputs.iter().filter(|(key, _)| *key == member.key);
            let mut values: Vec<String> = given.map(|(_, value)| value.clone()).collect();
            if values.is_empty() {
                // Two inputs of one type are two resources.
                let ordinal = 1 + ids.iter().filter(|id| id.shape == member.shape).count() as u64;
                values.push(exemplar::stand_in(spec, member.shape, ordinal));
            }
            if let Some(refused) =
                values.iter().find(|value| !conform::check_text(spec, member.shape, value).is_empty())
            {
                return Err(refuse(spec, member, refused));
            }
            ids.push(KnownId { key: member.key.clone(), shape: member.shape, values });
        }
        Ok(Self(ids))
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, KnownId> {
        self.0.iter()
    }

    /// The first input that names a resource which does not exist: its key and its value.
    pub(super) fn unknown<'k>(&'k self, inputs: &Inputs) -> Option<(&'k str, String)> {
        self.0.iter().find_map(|id| {
            let given = inputs.text(&id.key)?;
            (!id.values.iter().any(|value| *value == given)).then(|| (id.key.as_str(), given.into_owned()))
        })
    }
}

/// Whether an input names a resource: a label of the path, or whatever the spec calls an identifier.
fn names_a_resource(spec: &Spec, member: &Member) -> bool {
    let is_text = matches!(spec.shape(member.shape).kind, Kind::String);
    let is_identifier = spec.sensitivity(member) == Some(Sensitivity::Identifier);
    is_text && (member.location == spec::Location::Path || is_identifier)
}

fn refuse(spec: &Spec, member: &Member, value: &str) -> Diagnostic {
    let violations = conform::check_text(spec, member.shape, value);
    let expected = violations.first().map(spec::conform::Violation::expected).unwrap_or_default();
    Diagnostic::new(format!("no resource can have this \"{}\"", member.key))
        .at(Location::at(&spec.file, spec.shape(member.shape).line, 1))
        .expected(expected)
        .found(value)
        .help(format!("give one that its type takes: --input {}=…", member.key))
}
