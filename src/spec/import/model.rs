//! A service model, read: JSON with shapes that refer to each other by name.

use crate::diagnostic::{Diagnostic, Location};
use crate::message::Json;
use std::borrow::Cow;
use std::collections::HashMap;

/// A service model.
#[derive(Debug)]
pub struct Model {
    file: String,
    json: Json,
}

/// A listing's pages, as the paginators of a service say it.
#[derive(Debug)]
pub struct Paginators(Json);

/// The model with its shapes by name.
pub(super) struct Shapes<'m> {
    model: &'m Model,
    by_name: HashMap<Cow<'m, str>, &'m Json>,
}

impl Model {
    /// Reads a model.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, Diagnostic> {
        let json = parse(file, bytes)?;
        for part in ["metadata", "operations", "shapes"] {
            if !matches!(json.get(part), Some(Json::Object(_))) {
                return Err(Diagnostic::new(format!("the file is no service model: it has no \"{part}\""))
                    .at(Location::file(file.to_owned()))
                    .expected("a service-2.json, as the AWS SDK for Python has it, plain or gzip")
                    .help("the models lie in data/<service>/<version>/ of that SDK's core package"));
            }
        }
        Ok(Self { file: file.to_owned(), json })
    }

    /// The names of its operations, in its order.
    pub fn operations(&self) -> Vec<String> {
        members(self.part("operations")).map(|(name, _)| name.into_owned()).collect()
    }

    /// A text of its metadata.
    pub(super) fn metadata(&self, name: &str) -> Option<Cow<'_, str>> {
        self.part("metadata")?.get(name)?.as_text()
    }

    pub(super) fn operation(&self, name: &str) -> Option<&Json> {
        self.part("operations")?.get(name)
    }

    pub(super) fn shapes(&self) -> Shapes<'_> {
        Shapes { model: self, by_name: members(self.part("shapes")).collect() }
    }

    /// Where something stands in it.
    pub(super) fn at(&self, pointer: impl Into<String>) -> Location {
        Location::file(self.file.clone()).with_pointer(pointer.into())
    }

    fn part(&self, name: &str) -> Option<&Json> {
        self.json.get(name)
    }
}

impl Paginators {
    /// Reads the paginators of a service.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, Diagnostic> {
        let json = parse(file, bytes)?;
        match json.get("pagination") {
            Some(Json::Object(_)) => Ok(Self(json)),
            _ => Err(Diagnostic::new("the file has no paginators: it has no \"pagination\"")
                .at(Location::file(file.to_owned()))
                .expected("a paginators-1.json, which lies beside the service-2.json")),
        }
    }

    pub(super) fn of(&self, operation: &str) -> Option<&Json> {
        self.0.get("pagination")?.get(operation)
    }
}

impl<'m> Shapes<'m> {
    /// The shape of a name, or what is wrong.
    pub(super) fn get(&self, name: &str) -> Result<&'m Json, Diagnostic> {
        self.by_name.get(name).copied().ok_or_else(|| {
            Diagnostic::new(format!("the model has no shape \"{name}\", which it refers to"))
                .at(self.model.at(format!("/shapes/{name}")))
                .help("the model is broken: take it from the package anew")
        })
    }
}

/// The name of the shape that something refers to.
pub(super) fn shape_of(json: &Json) -> Option<Cow<'_, str>> {
    json.get("shape")?.as_text()
}

/// A flag, false where it is not said.
pub(super) fn flag(json: &Json, name: &str) -> bool {
    json.get(name) == Some(&Json::Bool(true))
}

/// A text, if there is one.
pub(super) fn text_of<'j>(json: &'j Json, name: &str) -> Option<Cow<'j, str>> {
    json.get(name)?.as_text()
}

/// A number, as it is spelled.
pub(super) fn number_of<'j>(json: &'j Json, name: &str) -> Option<&'j str> {
    match json.get(name)? {
        Json::Number(number) => Some(number),
        _ => None,
    }
}

/// The texts of a list.
pub(super) fn texts_of(json: &Json, name: &str) -> Vec<String> {
    let items = json.get(name).and_then(Json::as_array).unwrap_or_default();
    items.iter().filter_map(Json::as_text).map(Cow::into_owned).collect()
}

/// The members of an object.
pub(super) fn members(json: Option<&Json>) -> impl Iterator<Item = (Cow<'_, str>, &Json)> {
    let members = match json {
        Some(Json::Object(members)) => members.as_slice(),
        _ => &[],
    };
    members.iter().map(|(name, value)| (name.decode(), value))
}

fn parse(file: &str, bytes: &[u8]) -> Result<Json, Diagnostic> {
    Json::parse(bytes).map_err(|error| {
        Diagnostic::new(format!("the file is not JSON: it {}", error.kind))
            .at(Location::file(file.to_owned()))
            .help("give a service-2.json or paginators-1.json, plain or gzip")
    })
}
