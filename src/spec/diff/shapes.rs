//! Values: what an input may be asked to be, what an output may turn out to be.

use super::{Changes, Class, place_of};
use crate::spec::{Constraints, Kind, Member, ShapeId, Spec};

/// Which way values go: what is stricter matters to who sends them, what is looser to who gets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Sent,
    Received,
}

/// A walk through two specs side by side.
pub(super) struct Walk<'w> {
    old: &'w Spec,
    new: &'w Spec,
    way: Way,
    changes: &'w mut Changes,
    /// The pairs of shapes that were compared: a shape may contain itself.
    met: Vec<(ShapeId, ShapeId)>,
}

impl<'w> Walk<'w> {
    pub(super) fn of_input(old: &'w Spec, new: &'w Spec, changes: &'w mut Changes) -> Self {
        Self { old, new, way: Way::Sent, changes, met: Vec::new() }
    }

    pub(super) fn of_output(old: &'w Spec, new: &'w Spec, changes: &'w mut Changes) -> Self {
        Self { old, new, way: Way::Received, changes, met: Vec::new() }
    }

    pub(super) fn members(&mut self, place: &str, old: &[Member], new: &[Member]) {
        for member in new {
            let place = format!("{place}.{}", member.key);
            match old.iter().find(|old| old.key == member.key) {
                Some(old) => self.member(&place, old, member),
                None if self.way == Way::Sent && member.required => {
                    self.changes.add(Class::Breaking, place, "the member is new and required");
                }
                None => self.changes.add(Class::Additive, place, "the member is new"),
            }
        }
        for member in old.iter().filter(|old| !new.iter().any(|member| member.key == old.key)) {
            self.changes.add(Class::Breaking, format!("{place}.{}", member.key), "the member is gone");
        }
    }

    fn member(&mut self, place: &str, old: &Member, new: &Member) {
        self.changes.differ(Class::Breaking, &format!("{place}.name"), &old.wire_name, &new.wire_name);
        self.changes.differ(Class::Breaking, &format!("{place}.in"), &place_of(old), &place_of(new));
        match (old.required, new.required, self.way) {
            (false, true, Way::Sent) => self.changes.add(Class::Breaking, place, "the member is required now"),
            (true, false, Way::Received) => {
                self.changes.add(Class::Breaking, place, "the member is no longer always there");
            }
            (true, false, Way::Sent) => self.changes.add(Class::Additive, place, "the member may be left out now"),
            (false, true, Way::Received) => self.changes.add(Class::Additive, place, "the member is always there now"),
            (true, true, _) | (false, false, _) => {}
        }
        let word = |spec: &Spec, member| spec.sensitivity(member).map_or("kept", |sensitivity| sensitivity.as_str());
        let (before, after) = (word(self.old, old), word(self.new, new));
        self.changes.differ(Class::Data, &format!("{place}.sensitivity"), before, after);
        self.shape(place, old.shape, new.shape);
    }

    fn shape(&mut self, place: &str, old: ShapeId, new: ShapeId) {
        if self.met.contains(&(old, new)) {
            return;
        }
        self.met.push((old, new));
        let (before, after) = (self.old.shape(old), self.new.shape(new));
        match (&before.kind, &after.kind) {
            (Kind::Enum(old), Kind::Enum(new)) => self.values(place, old, new),
            (Kind::List(old), Kind::List(new)) => self.shape(&format!("{place}[]"), *old, *new),
            (Kind::Map { keys: old_keys, values: old }, Kind::Map { keys, values }) => {
                self.shape(&format!("{place}{{key}}"), *old_keys, *keys);
                self.shape(&format!("{place}{{}}"), *old, *values);
            }
            (Kind::Structure(old), Kind::Structure(new)) | (Kind::Union(old), Kind::Union(new)) => {
                self.members(place, old, new);
            }
            (old, new) if old == new => {}
            (old, new) => {
                let what = match (old.in_words(), new.in_words()) {
                    (old, new) if old == new => format!("{old} that is spelled in another way"),
                    (old, new) => format!("was {old} and is {new}"),
                };
                return self.changes.add(Class::Breaking, place, what);
            }
        }
        self.constraints(place, &before.constraints, &after.constraints);
    }

    fn values(&mut self, place: &str, old: &[String], new: &[String]) {
        for value in new.iter().filter(|value| !old.contains(value)) {
            self.changes.add(Class::Additive, place, format!("the value {value} is new"));
        }
        for value in old.iter().filter(|value| !new.contains(value)) {
            self.changes.add(Class::Breaking, place, format!("the value {value} is gone"));
        }
    }

    fn constraints(&mut self, place: &str, old: &Constraints, new: &Constraints) {
        let ends = |ends: Option<(u64, u64)>| ends.map(|(least, most)| (least as f64, most as f64));
        self.ends(&format!("{place}.length"), ends(old.length), ends(new.length));
        self.ends(&format!("{place}.range"), old.range, new.range);
        let source =
            |constraints: &Constraints| constraints.pattern.as_ref().map(|pattern| pattern.source().to_owned());
        let (before, after) = (source(old).unwrap_or_default(), source(new).unwrap_or_default());
        // Nobody can tell whether one pattern takes less than another.
        let class = if after.is_empty() && self.way == Way::Sent { Class::Additive } else { Class::Breaking };
        self.changes.differ(class, &format!("{place}.pattern"), &before, &after);
    }

    fn ends(&mut self, place: &str, old: Option<(f64, f64)>, new: Option<(f64, f64)>) {
        if old == new {
            return;
        }
        let open = (f64::NEG_INFINITY, f64::INFINITY);
        let ((least, most), (new_least, new_most)) = (old.unwrap_or(open), new.unwrap_or(open));
        let is_stricter = new_least > least || new_most < most;
        let is_looser = new_least < least || new_most > most;
        let class = match self.way {
            Way::Sent if is_stricter => Class::Breaking,
            Way::Received if is_looser => Class::Breaking,
            Way::Sent => Class::Additive,
            Way::Received => Class::Data,
        };
        let shown =
            |ends: Option<(f64, f64)>| ends.map_or("open".to_owned(), |(least, most)| format!("{least} to {most}"));
        self.changes.add(class, place, format!("was {} and is {}", shown(old), shown(new)));
    }
}
