//! Places in a JSON value: which there are by its shape, and how one is changed.

use crate::message::Json;
use crate::message::json::Text;
use crate::spec::{Kind, Member, ShapeId, Spec};

/// A value within another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The JSON pointer to it.
    pub(super) pointer: String,
    /// Its shape.
    pub(super) shape: ShapeId,
    /// The key of the member that it is the value of; none of an item.
    pub(super) key: Option<String>,
    /// Whether it must be there.
    pub(super) is_required: bool,
}

/// The values within a structure with these members that are there, from the outside in, in the order of the spec.
pub(super) fn places(spec: &Spec, members: &[Member], value: &Json) -> Vec<Place> {
    let mut finder = Finder { spec, found: Vec::new() };
    finder.members(members, value, "");
    finder.found
}

/// The values of a shape; the value itself first.
pub(super) fn places_of(spec: &Spec, shape: ShapeId, value: &Json) -> Vec<Place> {
    let mut finder = Finder { spec, found: Vec::new() };
    finder.value(Place { pointer: String::new(), shape, key: None, is_required: true }, value);
    finder.found
}

struct Finder<'s> {
    spec: &'s Spec,
    found: Vec<Place>,
}

impl Finder<'_> {
    fn members(&mut self, members: &[Member], value: &Json, at: &str) {
        for member in members {
            let Some(value) = value.get(&member.wire_name) else { continue };
            let place = Place {
                pointer: format!("{at}/{}", escaped(&member.wire_name)),
                shape: member.shape,
                key: Some(member.key.clone()),
                is_required: member.required,
            };
            self.value(place, value);
        }
    }

    fn value(&mut self, place: Place, value: &Json) {
        let pointer = place.pointer.clone();
        let kind = &self.spec.shape(place.shape).kind;
        self.found.push(place);
        let part = |step: &str, shape: ShapeId| Place {
            pointer: format!("{pointer}/{}", escaped(step)),
            shape,
            key: None,
            is_required: true,
        };
        match (kind, value) {
            (Kind::Structure(members) | Kind::Union(members), Json::Object(_)) => {
                self.members(members, value, &pointer);
            }
            (Kind::List(item), Json::Array(items)) => {
                for (index, value) in items.iter().enumerate() {
                    self.value(part(&index.to_string(), *item), value);
                }
            }
            (Kind::Map { values, .. }, Json::Object(entries)) => {
                for (key, value) in entries {
                    self.value(part(&key.decode(), *values), value);
                }
            }
            _ => {}
        }
    }
}

fn escaped(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

/// The steps of a JSON pointer.
pub(super) fn steps(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"))
}

/// The value that a pointer names.
pub(super) fn get<'j>(value: &'j Json, pointer: &str) -> Option<&'j Json> {
    steps(pointer).try_fold(value, |value, step| match value {
        Json::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => value.get(&step),
    })
}

/// The value with another one in the place that a pointer names; an object gets a member that it lacks.
pub(super) fn set(mut value: Json, pointer: &str, new: Json) -> Json {
    if let Some(slot) = slot(&mut value, pointer) {
        *slot = new;
    }
    value
}

/// The value without the member that a pointer names.
pub(super) fn remove(mut value: Json, pointer: &str) -> Json {
    let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
    let name = steps(&format!("/{name}")).next().unwrap_or_default();
    if let Some(Json::Object(members)) = slot(&mut value, parent) {
        members.retain(|(key, _)| key.decode() != name);
    }
    value
}

/// The place that a pointer names; members that are lacking are made on the way.
fn slot<'j>(value: &'j mut Json, pointer: &str) -> Option<&'j mut Json> {
    steps(pointer).try_fold(value, |value, step| match value {
        Json::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        Json::Object(members) => {
            let index = members.iter().rposition(|(key, _)| key.decode() == step).unwrap_or_else(|| {
                members.push((Text::new(&step), Json::Object(Vec::new())));
                members.len() - 1
            });
            Some(&mut members[index].1)
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::compile;

    fn json(text: &str) -> Json {
        Json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn finds_every_value_that_is_there_from_the_outside_in() {
        let text = "spec: 1\nservice: {id: a, api_version: a, protocol: rest-json, signing_name: a, endpoint: a}\n\
                    operation: A\nhttp: {method: POST, path: /a}\noutput:\n  it: {type: T, required: true}\n  other: {type: integer}\n\
                    types:\n  T: {type: structure, members: {a_b: {type: list, of: integer}, m: {type: map, keys: string, values: E}}}\n  \
                    E: {type: enum, values: [X]}\n";
        let spec = compile("a.yaml", text).unwrap_or_else(|errors| panic!("{}", errors[0]));

        let found = places(&spec, &spec.output, &json(r#"{"it":{"a_b":[1,2],"m":{"k/l":"X"}},"more":1}"#));

        let pointers: Vec<&str> = found.iter().map(|place| place.pointer.as_str()).collect();
        assert_eq!(pointers, ["/it", "/it/a_b", "/it/a_b/0", "/it/a_b/1", "/it/m", "/it/m/k~1l"]);
        assert!(found[0].is_required && !found[1].is_required);
    }

    #[test]
    fn changes_adds_and_takes_away_members() {
        let value = json(r#"{"a":[{"b":1}],"c":2}"#);

        assert_eq!(get(&value, "/a/0/b"), Some(&json("1")));
        assert_eq!(get(&value, "/a/1/b"), None);
        assert_eq!(get(&value, ""), Some(&value));
        assert_eq!(set(value.clone(), "/a/0/b", json("null")).to_compact(), r#"{"a":[{"b":null}],"c":2}"#);
        assert_eq!(set(value.clone(), "/d~1e", json("3")).to_compact(), r#"{"a":[{"b":1}],"c":2,"d/e":3}"#);
        assert_eq!(set(value.clone(), "/a/7", json("3")), value);
        assert_eq!(remove(value.clone(), "/c").to_compact(), r#"{"a":[{"b":1}]}"#);
        assert_eq!(remove(value.clone(), "/a/0/b").to_compact(), r#"{"a":[{}],"c":2}"#);
        assert_eq!(set(value, "", json("[]")), json("[]"));
    }
}
