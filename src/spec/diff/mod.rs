//! What differs between two specs of an operation, and how much it matters to who calls it.
//!
//! Breaking is what a client that relied on the older spec may fail on; additive is what it must survive but need
//! not know; data is what only this tool's users care about. `shapes` compares values, this file the rest.

mod shapes;

use super::{ErrorShape, Member, Segment, Spec};
use shapes::Walk;
use std::fmt;

/// How much a change matters, the most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// What relied on the older one may fail.
    Breaking,
    /// There is more than before.
    Additive,
    /// It changes nothing for a client.
    Data,
}

impl Class {
    /// Every class, the worst first.
    pub const ALL: [Self; 3] = [Self::Breaking, Self::Additive, Self::Data];

    /// The word in a report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Additive => "additive",
            Self::Data => "data",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// How much it matters.
    pub class: Class,
    /// The operation.
    pub operation: String,
    /// Where: `output.items[].state`.
    pub place: String,
    /// What: `the value "X" is new`.
    pub what: String,
}

/// What differs between two sets of specs: operations by name, the changes of each in the order of its newer spec.
pub fn diff<'s>(old: impl IntoIterator<Item = &'s Spec>, new: impl IntoIterator<Item = &'s Spec>) -> Vec<Change> {
    let old: Vec<&Spec> = old.into_iter().collect();
    let new: Vec<&Spec> = new.into_iter().collect();
    let same = |one: &Spec, other: &Spec| one.operation == other.operation && one.service.id == other.service.id;
    let mut changes = Vec::new();
    for spec in &new {
        match old.iter().find(|old| same(old, spec)) {
            Some(old) => changes.extend(of_operation(old, spec)),
            None => changes.push(whole(spec, Class::Additive, "the operation is new")),
        }
    }
    for spec in old.iter().filter(|old| !new.iter().any(|spec| same(old, spec))) {
        changes.push(whole(spec, Class::Breaking, "the operation is gone"));
    }
    changes
}

fn whole(spec: &Spec, class: Class, what: &str) -> Change {
    let place = spec.service.id.clone();
    Change { class, operation: spec.operation.clone(), place, what: what.to_owned() }
}

fn of_operation(old: &Spec, new: &Spec) -> Vec<Change> {
    let mut changes = Changes { operation: new.operation.clone(), all: Vec::new() };
    http(old, new, &mut changes);
    Walk::of_input(old, new, &mut changes).members("input", &old.input, &new.input);
    Walk::of_output(old, new, &mut changes).members("output", &old.output, &new.output);
    pagination(old, new, &mut changes);
    errors(&old.errors, &new.errors, &mut changes);
    people(old, new, &mut changes);
    changes.all
}

/// The changes of one operation.
struct Changes {
    operation: String,
    all: Vec<Change>,
}

impl Changes {
    fn add(&mut self, class: Class, place: impl Into<String>, what: impl Into<String>) {
        let (operation, place, what) = (self.operation.clone(), place.into(), what.into());
        self.all.push(Change { class, operation, place, what });
    }

    /// Notes two texts that differ.
    fn differ(&mut self, class: Class, place: &str, old: &str, new: &str) {
        if old != new {
            self.add(class, place, format!("was {} and is {}", shown(old), shown(new)));
        }
    }
}

fn shown(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}

fn http(old: &Spec, new: &Spec, changes: &mut Changes) {
    changes.differ(Class::Breaking, "http.method", &old.http.method, &new.http.method);
    changes.differ(Class::Breaking, "http.path", &path(old), &path(new));
    changes.differ(Class::Breaking, "http.host_prefix", &old.http.host_prefix, &new.http.host_prefix);
    changes.differ(Class::Breaking, "http.success", &old.http.success.to_string(), &new.http.success.to_string());
    changes.differ(Class::Breaking, "service.signing_name", &old.service.signing_name, &new.service.signing_name);
    changes.differ(Class::Breaking, "service.endpoint", &old.service.endpoint, &new.service.endpoint);
    changes.differ(Class::Data, "service.api_version", &old.service.api_version, &new.service.api_version);
    changes.differ(Class::Data, "http.read_only", &old.http.read_only.to_string(), &new.http.read_only.to_string());
}

fn path(spec: &Spec) -> String {
    let part = |segment: &Segment| match segment {
        Segment::Literal(text) => format!("/{text}"),
        Segment::Label(index) => format!("/{{{}}}", spec.input[*index].wire_name),
    };
    spec.http.path.iter().map(part).collect()
}

fn pagination(old: &Spec, new: &Spec, changes: &mut Changes) {
    let (old, new) = match (&old.pagination, &new.pagination) {
        (None, None) => return,
        (Some(_), None) => return changes.add(Class::Breaking, "pagination", "the operation no longer pages"),
        (None, Some(_)) => return changes.add(Class::Additive, "pagination", "the operation pages now"),
        (Some(old), Some(new)) => (old, new),
    };
    let text = |name: &Option<String>| name.clone().unwrap_or_default();
    changes.differ(Class::Breaking, "pagination.input_token", &old.input_token, &new.input_token);
    changes.differ(Class::Breaking, "pagination.output_token", &old.output_token, &new.output_token);
    changes.differ(Class::Breaking, "pagination.page_size", &text(&old.page_size), &text(&new.page_size));
    changes.differ(Class::Breaking, "pagination.items", &old.items, &new.items);
    changes.differ(Class::Data, "pagination.identity", &old.identity.join(", "), &new.identity.join(", "));
}

fn errors(old: &[ErrorShape], new: &[ErrorShape], changes: &mut Changes) {
    for error in new {
        let place = format!("errors.{}", error.name);
        match old.iter().find(|old| old.name == error.name) {
            None => changes.add(Class::Additive, place, format!("the error is new, with status {}", error.status)),
            Some(old) => {
                changes.differ(Class::Breaking, &place, &old.status.to_string(), &error.status.to_string());
                let word = |error: &ErrorShape| format!("{:?}", error.retry).to_lowercase();
                changes.differ(Class::Breaking, &format!("{place}.retry"), &word(old), &word(error));
            }
        }
    }
    for error in old.iter().filter(|old| !new.iter().any(|error| error.name == old.name)) {
        changes.add(Class::Breaking, format!("errors.{}", error.name), "the error is gone");
    }
}

/// What people own: it changes what is checked and kept, and nothing for a client.
fn people(old: &Spec, new: &Spec, changes: &mut Changes) {
    for rule in &new.rules {
        if !old.rules.iter().any(|old| old.id == rule.id) {
            changes.add(Class::Data, format!("rules.{}", rule.id), "the rule is new");
        }
    }
    for rule in old.rules.iter().filter(|old| !new.rules.iter().any(|rule| rule.id == old.id)) {
        changes.add(Class::Data, format!("rules.{}", rule.id), "the rule is gone");
    }
    let count = |spec: &Spec| spec.deviations.len().to_string();
    changes.differ(Class::Data, "deviations", &count(old), &count(new));
}

/// Where a member stands, in words.
fn place_of(member: &Member) -> String {
    format!("{:?}", member.location).to_lowercase()
}
