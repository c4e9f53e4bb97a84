//! The paths of members and their JSON types, whatever their values and however many items.

use super::{Answer, Difference, below, header_members};
use crate::message::Json;
use crate::spec::Spec;
use std::collections::BTreeSet;

/// A path in which every item of a list is `*`, and the JSON type that stands there.
type Place = (String, &'static str);

pub(super) fn differences(spec: &Spec, recorded: &Answer<'_>, found: &Answer<'_>) -> Vec<Difference> {
    let places = |answer: &Answer<'_>| {
        let mut places = BTreeSet::new();
        if let Some(body) = answer.body() {
            collect(body, "", &mut places);
        }
        places
    };
    let (mine, theirs) = (places(recorded), places(found));
    let types = |places: &BTreeSet<Place>, path: &str| {
        let types: Vec<&str> = places.iter().filter(|(other, _)| other == path).map(|(_, name)| *name).collect();
        if types.is_empty() { "nothing there".to_owned() } else { types.join(" or ") }
    };
    let paths: BTreeSet<&str> = mine.symmetric_difference(&theirs).map(|(path, _)| path.as_str()).collect();
    let in_body = paths.into_iter().map(|path| {
        let (recorded, found) = (types(&mine, path), types(&theirs, path));
        Difference::new("a member is not of the recorded shape", recorded, found).at(path)
    });
    in_body.chain(in_headers(spec, recorded, found)).collect()
}

/// Members in header fields that one answer has and the other has not.
pub(super) fn in_headers(spec: &Spec, recorded: &Answer<'_>, found: &Answer<'_>) -> Vec<Difference> {
    if !recorded.outcome.is_success() {
        return Vec::new();
    }
    let told = |is_there: bool| if is_there { "a header field" } else { "no header field" };
    let differs = header_members(spec).filter_map(|member| {
        let is_there =
            |answer: &Answer<'_>| answer.response.headers.get(&member.wire_name.to_ascii_lowercase()).is_some();
        let (mine, theirs) = (is_there(recorded), is_there(found));
        let message = format!("\"{}\" is not as recorded", member.key);
        (mine != theirs).then(|| Difference::new(message, told(mine), told(theirs)))
    });
    differs.collect()
}

fn collect(json: &Json, path: &str, places: &mut BTreeSet<Place>) {
    if !path.is_empty() {
        places.insert((path.to_owned(), json.type_name()));
    }
    match json {
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        Json::Array(items) => items.iter().for_each(|item| collect(item, &below(path, "*"), places)),
        Json::Object(members) => {
            for (name, value) in members {
                collect(value, &below(path, &name.decode()), places);
            }
        }
    }
}
