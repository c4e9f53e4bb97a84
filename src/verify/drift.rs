//! What a service does otherwise than it was recorded, and how much that matters to who calls it.
//!
//! Not request by request: another resource has other items. What counts is what the answers to an operation are
//! made of, as a whole: which members there are, of which types, with which values of enums, and which errors. An
//! optional member that was only sometimes there says nothing by its absence.

use super::case::deviating_error;
use crate::evidence::reading::{Content, Outcome, items};
use crate::message::{Exchange, Json};

use crate::spec::{Change, Class, DeviationTarget, Kind, Location, Member, ShapeId, Spec};
use std::collections::{BTreeMap, BTreeSet};

/// What differs between recorded exchanges of an operation and those that passed now, the worst first.
///
/// Breaking: a member gone that was always there, a type that was not there before, an enum value or error that
/// neither the spec nor the recording knows. Additive: a new member, a modelled value or error that was not recorded.
/// Data: the number of items.
pub fn drift(spec: &Spec, recorded: &[&Exchange], found: &[&Exchange]) -> Vec<Change> {
    let (recorded, found) = (Census::of(spec, recorded), Census::of(spec, found));
    let mut changes = Changes { spec, all: Vec::new() };
    if recorded.successes > 0 && found.successes > 0 {
        changes.members(&recorded, &found);
        changes.items(&recorded, &found);
    }
    changes.errors(&recorded, &found);
    changes.all.sort_by_key(|change| change.class);
    changes.all
}

/// What answers are made of.
#[derive(Debug, Default)]
struct Census {
    successes: u64,
    /// Members, by their path: `/items/*/state`.
    members: BTreeMap<String, Seen>,
    /// How many objects there were at a path, in which members can be.
    objects: BTreeMap<String, u64>,
    errors: BTreeSet<String>,
    /// What tells the items of pages apart.
    items: BTreeSet<String>,
}

/// What was seen of a member.
#[derive(Debug, Default)]
struct Seen {
    /// The path of the objects that it is a member of.
    parent: String,
    /// In how many of them it was.
    times: u64,
    types: BTreeSet<&'static str>,
    /// Of an enum its values, and whether something explains each.
    values: BTreeMap<String, bool>,
}

impl Census {
    fn of(spec: &Spec, exchanges: &[&Exchange]) -> Self {
        let mut census = Self::default();
        for exchange in exchanges {
            let outcome = Outcome::of(Some(spec), &exchange.response);
            if outcome.is_retryable(Some(spec)) {
                continue;
            }
            match outcome {
                Outcome::Success => census.success(spec, exchange),
                Outcome::Error { name: Some(name), .. } => {
                    census.errors.insert(name);
                }
                Outcome::Error { name: None, .. } | Outcome::Broken => {}
            }
        }
        census
    }

    fn success(&mut self, spec: &Spec, exchange: &Exchange) {
        let content = Content::of(&exchange.response.body);
        let Some(body) = content.json().filter(|_| spec.raw_payload().is_none()) else { return };
        self.successes += 1;
        let payload = spec.output.iter().find(|member| member.location == Location::Payload);
        match payload {
            Some(payload) => self.value(spec, "", Some(payload.shape), body),
            None => self.object(spec, "", &spec.output, body),
        }
        let identity = identity(spec);
        for item in items(spec, &content).unwrap_or_default() {
            let told = identity.iter().map(|name| item.get(name).map(Json::to_compact).unwrap_or_default());
            self.items.insert(told.collect::<Vec<_>>().join(" "));
        }
    }

    fn object(&mut self, spec: &Spec, path: &str, members: &[Member], json: &Json) {
        let Json::Object(entries) = json else { return };
        *self.objects.entry(path.to_owned()).or_default() += 1;
        // `null` is no value: many services say so that there is none.
        for (name, value) in entries.iter().filter(|(_, value)| *value != Json::Null) {
            let name = name.decode();
            let member = members.iter().find(|member| member.wire_name == name);
            let below = format!("{path}/{name}");
            let seen = self.members.entry(below.clone()).or_default();
            seen.parent = path.to_owned();
            seen.times += 1;
            seen.types.insert(value.type_name());
            if let (Some(member), Some(text)) = (member, value.as_text())
                && let Kind::Enum(values) = &spec.shape(member.shape).kind
            {
                let is_known = values.iter().any(|value| *value == text) || deviates(spec, member, &text);
                seen.values.insert(text.into_owned(), is_known);
            }
            self.value(spec, &below, member.map(|member| member.shape), value);
        }
    }

    /// What stands below a value; of what the spec does not know, nothing.
    fn value(&mut self, spec: &Spec, path: &str, shape: Option<ShapeId>, json: &Json) {
        let Some(shape) = shape else { return };
        match (&spec.shape(shape).kind, json) {
            (Kind::Structure(members) | Kind::Union(members), Json::Object(_)) => {
                self.object(spec, path, members, json);
            }
            (Kind::List(item), Json::Array(all)) => {
                all.iter().for_each(|one| self.value(spec, &format!("{path}/*"), Some(*item), one));
            }
            (Kind::Map { values, .. }, Json::Object(entries)) => {
                entries.iter().for_each(|(_, one)| self.value(spec, &format!("{path}/*"), Some(*values), one));
            }
            _ => {}
        }
    }
}

/// The members by which items are told apart, as they are on the wire.
fn identity(spec: &Spec) -> Vec<&str> {
    let Some(paging) = &spec.pagination else { return Vec::new() };
    let members = spec.output_member(&paging.items).and_then(|list| spec.item_members(list)).unwrap_or_default();
    members.iter().filter(|member| paging.identity.contains(&member.key)).map(|member| &*member.wire_name).collect()
}

/// Whether a dated deviation of the spec explains a value.
fn deviates(spec: &Spec, member: &Member, value: &str) -> bool {
    let target = DeviationTarget::Member(member.key.clone());
    spec.deviations.iter().any(|deviation| deviation.target == target && deviation.value.as_deref() == Some(value))
}

struct Changes<'s> {
    spec: &'s Spec,
    all: Vec<Change>,
}

impl Changes<'_> {
    fn push(&mut self, class: Class, place: &str, what: String) {
        let operation = self.spec.operation.clone();
        self.all.push(Change { class, operation, place: place.to_owned(), what });
    }

    fn members(&mut self, recorded: &Census, found: &Census) {
        for (path, was) in &recorded.members {
            let objects = |census: &Census| census.objects.get(&was.parent).copied().unwrap_or_default();
            let was_always = was.times == objects(recorded);
            match found.members.get(path) {
                Some(is) => self.member(path, was, is),
                // Where there is nothing that it could be a member of, nothing is known of it.
                None if objects(found) == 0 => {}
                None if was_always => {
                    self.push(Class::Breaking, path, "the member was in each recorded answer, and is gone".to_owned());
                }
                None => self.push(Class::Data, path, "the member was in some recorded answers, and in none now".into()),
            }
        }
        for (path, is) in &found.members {
            if !recorded.members.contains_key(path) && recorded.objects.contains_key(&is.parent) {
                self.push(Class::Additive, path, "the member was not recorded".to_owned());
                self.values(path, &Seen::default(), is);
            }
        }
    }

    fn member(&mut self, path: &str, was: &Seen, is: &Seen) {
        let told = |types: &BTreeSet<&str>| types.iter().copied().collect::<Vec<_>>().join(" or ");
        if !is.types.is_subset(&was.types) {
            let what = format!("the type was {}, and is {}", told(&was.types), told(&is.types));
            self.push(Class::Breaking, path, what);
        }
        self.values(path, was, is);
    }

    fn values(&mut self, path: &str, was: &Seen, is: &Seen) {
        for (value, is_known) in is.values.iter().filter(|(value, _)| !was.values.contains_key(*value)) {
            if *is_known {
                self.push(Class::Additive, path, format!("the value \"{value}\" was not recorded"));
            } else {
                self.push(Class::Breaking, path, format!("the value \"{value}\" is not in the spec"));
            }
        }
    }

    fn errors(&mut self, recorded: &Census, found: &Census) {
        for name in found.errors.difference(&recorded.errors) {
            if self.spec.error(name).is_some() || deviating_error(self.spec, name) {
                self.push(Class::Additive, "errors", format!("the error {name} was not recorded"));
            } else {
                self.push(Class::Breaking, "errors", format!("the error {name} is not in the spec"));
            }
        }
    }

    fn items(&mut self, recorded: &Census, found: &Census) {
        let (was, is) = (recorded.items.len(), found.items.len());
        if was != is {
            self.push(Class::Data, "items", format!("different items: {was} recorded, {is} now"));
        }
    }
}
