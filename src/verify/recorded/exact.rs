//! Status, type and body, once tokens, ids and times are renamed.

use super::{Answer, Difference, Links, below, shape};
use crate::message::Json;
use crate::spec::{Kind, Location, Member, Sensitivity, ShapeId, Spec};
use crate::verify::decimal;
use std::cmp::Ordering;
use std::collections::BTreeSet;

pub(super) fn differences(
    spec: &Spec,
    recorded: &Answer<'_>,
    found: &Answer<'_>,
    links: &mut Links,
) -> Vec<Difference> {
    let mut comparison = Comparison { spec, links, differences: Vec::new() };
    comparison.media_type(recorded, found);
    comparison.differences.extend(shape::in_headers(spec, recorded, found));
    match (recorded.body(), found.body()) {
        (Some(mine), Some(theirs)) if recorded.outcome.is_success() => comparison.output(mine, theirs),
        // What an error says is for people, and recorded as its length only: its shape is what can be the same.
        (Some(_), Some(_)) => comparison.differences.extend(shape::differences(spec, recorded, found)),
        _ => comparison.bytes(recorded, found),
    }
    comparison.differences
}

struct Comparison<'a> {
    spec: &'a Spec,
    links: &'a mut Links,
    differences: Vec<Difference>,
}

impl Comparison<'_> {
    fn media_type(&mut self, recorded: &Answer<'_>, found: &Answer<'_>) {
        let of = |answer: &Answer<'_>| {
            let stated = answer.response.headers.get("content-type").unwrap_or("none");
            stated.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
        };
        if of(recorded) != of(found) {
            let message = "the content type is another than the recorded one";
            self.differences.push(Difference::new(message, of(recorded), of(found)));
        }
    }

    /// Bodies that are no JSON, where both are kept.
    fn bytes(&mut self, recorded: &Answer<'_>, found: &Answer<'_>) {
        let (mine, theirs) = (recorded.response.body.bytes(), found.response.body.bytes());
        if self.spec.raw_payload().is_some() && !mine.is_empty() && mine != theirs {
            let length = |bytes: &[u8]| format!("{} bytes", bytes.len());
            self.differences.push(Difference::new(
                "the payload is another than the recorded one",
                length(mine),
                length(theirs),
            ));
        }
    }

    fn output(&mut self, mine: &Json, theirs: &Json) {
        let spec = self.spec;
        match spec.output.iter().find(|member| member.location == Location::Payload) {
            Some(payload) => self.value("", Some(payload.shape), spec.sensitivity(payload), mine, theirs),
            None => self.members("", &spec.output, mine, theirs),
        }
    }

    fn members(&mut self, pointer: &str, members: &[Member], mine: &Json, theirs: &Json) {
        let spec = self.spec;
        for name in names(mine).union(&names(theirs)) {
            let member = members.iter().find(|member| member.wire_name == *name);
            let class = member.and_then(|member| spec.sensitivity(member));
            let pointer = below(pointer, name);
            match (mine.get(name), theirs.get(name)) {
                (Some(mine), Some(theirs)) => {
                    self.value(&pointer, member.map(|member| member.shape), class, mine, theirs);
                }
                (Some(mine), None) => {
                    self.differ("a recorded member is not there", &pointer, &shown(mine), "no member")
                }
                (None, Some(theirs)) => self.differ("a member was not recorded", &pointer, "no member", &shown(theirs)),
                (None, None) => {}
            }
        }
    }

    fn value(&mut self, pointer: &str, shape: Option<ShapeId>, class: Option<Sensitivity>, mine: &Json, theirs: &Json) {
        if mine.type_name() != theirs.type_name() {
            return self.differ("a value is of another JSON type", pointer, &shown(mine), &shown(theirs));
        }
        let kind = shape.map(|shape| &self.spec.shape(shape).kind);
        match (kind, mine, theirs) {
            (Some(Kind::Structure(members) | Kind::Union(members)), Json::Object(_), Json::Object(_)) => {
                self.members(pointer, members, mine, theirs);
            }
            (_, Json::Object(_), Json::Object(_)) => self.members(pointer, &[], mine, theirs),
            (_, Json::Array(mine), Json::Array(theirs)) => {
                let item = match kind {
                    Some(Kind::List(item)) => Some(*item),
                    _ => None,
                };
                self.items(pointer, item, class, mine, theirs);
            }
            _ => self.scalar(pointer, class, mine, theirs),
        }
    }

    fn items(
        &mut self,
        pointer: &str,
        shape: Option<ShapeId>,
        class: Option<Sensitivity>,
        mine: &[Json],
        theirs: &[Json],
    ) {
        if mine.len() != theirs.len() {
            let count = |items: &[Json]| format!("{} items", items.len());
            self.differ("a list is longer or shorter than recorded", pointer, &count(mine), &count(theirs));
        }
        let class = class.or_else(|| shape.and_then(|shape| self.spec.shape(shape).sensitivity));
        for (index, (mine, theirs)) in mine.iter().zip(theirs).enumerate() {
            self.value(&below(pointer, &index.to_string()), shape, class, mine, theirs);
        }
    }

    fn scalar(&mut self, pointer: &str, class: Option<Sensitivity>, mine: &Json, theirs: &Json) {
        let is_same = match (class, mine, theirs) {
            // Both are texts of the server's own, and tokens are linked page by page.
            (Some(Sensitivity::FreeText | Sensitivity::Secret | Sensitivity::Token), _, _) => true,
            (Some(Sensitivity::Identifier | Sensitivity::Time), _, _) => {
                let (recorded, found) = (plain(mine), plain(theirs));
                self.links.is_linked(&recorded, &found)
            }
            (None, Json::Number(mine), Json::Number(theirs)) => decimal::compare(mine, theirs) == Some(Ordering::Equal),
            (None, Json::String(mine), Json::String(theirs)) => mine.decode() == theirs.decode(),
            (None, mine, theirs) => mine == theirs,
        };
        if !is_same {
            let message = match class {
                Some(Sensitivity::Identifier) => "an id stands for another one than before",
                Some(Sensitivity::Time) => "a time is not where it was recorded among the others",
                _ => "a value is another than the recorded one",
            };
            self.differ(message, pointer, &shown(mine), &shown(theirs));
        }
    }

    fn differ(&mut self, message: &str, pointer: &str, recorded: &str, found: &str) {
        self.differences.push(Difference::new(message, recorded, found).at(pointer));
    }
}

fn names(json: &Json) -> BTreeSet<String> {
    match json {
        Json::Object(members) => members.iter().map(|(name, _)| name.decode().into_owned()).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => BTreeSet::new(),
    }
}

/// A value as the text by which it is linked.
fn plain(json: &Json) -> String {
    json.as_text().map_or_else(|| json.to_compact(), |text| text.into_owned())
}

fn shown(json: &Json) -> String {
    json.to_compact()
}
