//! The input members of one request, by name, as they were given.

use super::{Kind, Location, Member, ShapeId, Spec};
use crate::message::json::Json;
use bytes::Bytes;
use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The keys of an operation's inputs, in the order of its spec; shared by all its requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InputKeys(Arc<[String]>);

impl InputKeys {
    /// The keys of these members.
    pub(crate) fn of(members: &[Member]) -> Self {
        Self(members.iter().map(|member| member.key.clone()).collect())
    }
}

/// The inputs of one request: a value or nothing for each member that its spec has.
#[derive(Debug, Clone)]
pub struct Inputs {
    keys: InputKeys,
    values: Vec<Option<InputValue>>,
}

impl Inputs {
    /// No inputs yet.
    pub fn new(spec: &Spec) -> Self {
        Self { keys: spec.input_keys.clone(), values: vec![None; spec.input.len()] }
    }

    /// The inputs of these texts, each put into the form in which its member travels; keys that the spec does not have
    /// are left out.
    pub fn from_texts<'t>(spec: &Spec, texts: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let mut inputs = Self::new(spec);
        for (key, text) in texts {
            if let Some(member) = spec.input_member(key) {
                inputs.set(key, InputValue::from_text(spec, member, text));
            }
        }
        inputs
    }

    /// The value of a member, if it was given.
    pub fn get(&self, key: &str) -> Option<&InputValue> {
        let index = self.index(key)?;
        self.values[index].as_ref()
    }

    /// The text of a member, if it was given.
    pub fn text(&self, key: &str) -> Option<Cow<'_, str>> {
        self.get(key).map(InputValue::text)
    }

    /// The value of the member with that place in [`Spec::input`].
    pub fn at(&self, index: usize) -> Option<&InputValue> {
        self.values.get(index)?.as_ref()
    }

    /// Gives a member a value; whether the spec has the member.
    pub fn set(&mut self, key: &str, value: InputValue) -> bool {
        match self.index(key) {
            Some(index) => {
                self.values[index] = Some(value);
                true
            }
            None => false,
        }
    }

    /// Takes a member's value away.
    pub fn remove(&mut self, key: &str) -> Option<InputValue> {
        let index = self.index(key)?;
        self.values[index].take()
    }

    /// The members that were given, in the order of the spec.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &InputValue)> {
        let keys = self.keys.0.iter().map(String::as_str);
        keys.zip(&self.values).filter_map(|(key, value)| Some((key, value.as_ref()?)))
    }

    /// How many members were given.
    pub fn len(&self) -> usize {
        self.values.iter().flatten().count()
    }

    /// Whether none was given.
    pub fn is_empty(&self) -> bool {
        self.values.iter().all(Option::is_none)
    }

    pub(super) fn slot(&mut self, index: usize) -> &mut Option<InputValue> {
        &mut self.values[index]
    }

    fn index(&self, key: &str) -> Option<usize> {
        self.keys.0.iter().position(|known| known == key)
    }
}

impl PartialEq for Inputs {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values && self.keys == other.keys
    }
}

impl Eq for Inputs {}

impl Hash for Inputs {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.values.hash(state);
    }
}

/// The value of an input, in the form in which it travels.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum InputValue {
    /// Text: a path label, a query parameter, a header, a payload of text.
    Text(String),
    /// JSON: a member of the body, a structured payload, a query parameter that is a list.
    Json(Json),
    /// Bytes: a payload that is a blob.
    Bytes(Bytes),
}

impl InputValue {
    /// The value as people read it: a text as it is, JSON compact, bytes as far as they are text.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Json(Json::String(text)) => text.decode(),
            Self::Json(value) => Cow::Owned(value.to_compact()),
            Self::Bytes(bytes) => String::from_utf8_lossy(bytes),
        }
    }

    /// The form in which a text travels as this member. A text that its type does not take is passed on all the same.
    pub fn from_text(spec: &Spec, member: &Member, text: &str) -> Self {
        let kind = &spec.shape(member.shape).kind;
        match (member.location, kind) {
            (Location::Path | Location::Header | Location::Status, _) => Self::Text(text.to_owned()),
            (Location::Query, Kind::List(item)) => {
                let items = text.split(',').map(|text| json_of_text(spec, *item, text)).collect();
                Self::Json(Json::Array(items))
            }
            (Location::Query, _) | (Location::Payload, Kind::String | Kind::Enum(_)) => Self::Text(text.to_owned()),
            (Location::Payload, Kind::Blob) => Self::Bytes(Bytes::copy_from_slice(text.as_bytes())),
            (Location::Body | Location::Payload, _) => Self::Json(json_of_text(spec, member.shape, text)),
        }
    }
}

/// A text as JSON of this type, as far as it can be read as such; a JSON string otherwise.
pub(super) fn json_of_text(spec: &Spec, shape: ShapeId, text: &str) -> Json {
    let wants_string = match &spec.shape(shape).kind {
        Kind::String | Kind::Enum(_) | Kind::Blob => true,
        Kind::Integer
        | Kind::Long
        | Kind::Float
        | Kind::Double
        | Kind::Boolean
        | Kind::Timestamp(_)
        | Kind::Document
        | Kind::List(_)
        | Kind::Map { .. }
        | Kind::Structure(_)
        | Kind::Union(_) => false,
    };
    match Json::parse(text.as_bytes()) {
        // Only what is spelled so again: " 1" is no number, it is a text that is wrong.
        Ok(value) if !wants_string && value.to_compact() == text => value,
        _ => Json::string(text),
    }
}
