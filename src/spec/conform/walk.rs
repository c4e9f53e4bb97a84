//! The walk through a value and its shape, side by side.

use super::scalar::{Whole, base64_length, is_number, is_plain_integer, is_time, time_words, whole};
use super::violation::{Problem, Violation};
use super::words::{found, is_float_word, type_words};
use crate::message::Body;
use crate::message::json::{Json, Text};
use crate::spec::{Charset, Constraints, InputValue, Kind, Location, Member, ShapeId, Spec, TimestampFormat};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// A step of the way from the root to a value.
enum Step<'v> {
    Member(Cow<'v, str>),
    Index(usize),
}

/// Members that stand side by side, and what they belong to.
#[derive(Clone, Copy)]
pub(super) struct Siblings<'s> {
    /// The members that may be there.
    pub(super) members: &'s [Member],
    /// Those at this place only, if not all.
    pub(super) location: Option<Location>,
    /// The name of the type that has them.
    pub(super) owner: Option<&'s str>,
    /// The line that says so.
    pub(super) line: u32,
}

/// Walks, and keeps what it finds. Pointers and names are written only where there is something to say.
pub(super) struct Walker<'s, 'v> {
    spec: &'s Spec,
    way: Vec<Step<'v>>,
    /// The members that were gone through, each with the name of the type that has it.
    members: Vec<(Option<&'s str>, &'s Member)>,
    problems: Vec<Problem>,
}

impl<'s, 'v> Walker<'s, 'v> {
    pub(super) fn new(spec: &'s Spec) -> Self {
        Self { spec, way: Vec::new(), members: Vec::new(), problems: Vec::new() }
    }

    pub(super) fn finish(self) -> Vec<Problem> {
        self.problems
    }

    fn report(&mut self, line: u32, violation: Violation) {
        let mut pointer = String::new();
        for step in &self.way {
            pointer.push('/');
            match step {
                Step::Member(name) => pointer.push_str(&name.replace('~', "~0").replace('/', "~1")),
                Step::Index(index) => pointer.push_str(&index.to_string()),
            }
        }
        let member = self.member_name();
        self.problems.push(Problem { pointer, violation, member, line });
    }

    /// The innermost member, as a deviation names it: behind the named type that it is part of, if there is one.
    fn member_name(&self) -> String {
        let named = self.members.iter().rposition(|(owner, _)| owner.is_some());
        let owner = named.and_then(|index| self.members[index].0);
        let keys = self.members[named.unwrap_or(0)..].iter().map(|(_, member)| member.key.as_str());
        owner.into_iter().chain(keys).collect::<Vec<_>>().join(".")
    }

    fn wrong_type(&mut self, line: u32, expected: &'static str, found: &'static str) {
        self.report(line, Violation::WrongType { expected, found });
    }

    /// Checks something as the value of a member.
    fn within(
        &mut self,
        member: &'s Member,
        owner: Option<&'s str>,
        name: Cow<'v, str>,
        check: impl FnOnce(&mut Self),
    ) {
        self.way.push(Step::Member(name));
        self.members.push((owner, member));
        check(self);
        self.members.pop();
        self.way.pop();
    }

    fn lacks(&mut self, member: &'s Member, owner: Option<&'s str>) {
        self.members.push((owner, member));
        self.report(member.line, Violation::MissingMember(member.wire_name.clone()));
        self.members.pop();
    }

    /// Checks an input, or its absence.
    pub(super) fn input(&mut self, member: &'s Member, value: Option<&'v InputValue>) {
        match value {
            Some(InputValue::Json(value)) => {
                self.member_value(member, None, Cow::Owned(member.wire_name.clone()), value)
            }
            Some(InputValue::Text(text)) => self.optional_text(member, Some(text)),
            Some(InputValue::Bytes(bytes)) => {
                let name = Cow::Owned(member.wire_name.clone());
                self.within(member, None, name, |walker| walker.bytes(member.shape, bytes.len()));
            }
            None => self.optional_text(member, None),
        }
    }

    /// Checks a member that travels as text, or its absence.
    pub(super) fn optional_text(&mut self, member: &'s Member, text: Option<&str>) {
        let name = Cow::Owned(member.wire_name.clone());
        match text {
            Some(text) => self.within(member, None, name, |walker| walker.text(member.shape, text)),
            None if member.required => self.lacks(member, None),
            None => {}
        }
    }

    /// Checks a body that is bytes or a text as a whole; an empty one is as its absence.
    pub(super) fn raw_payload(&mut self, member: &'s Member, body: &Body) {
        let length = usize::try_from(body.wire_length()).unwrap_or(usize::MAX);
        if length == 0 && member.required {
            return self.lacks(member, None);
        }
        self.members.push((None, member));
        match (&self.spec.shape(member.shape).kind, body, std::str::from_utf8(body.bytes())) {
            _ if length == 0 => {}
            (Kind::Blob, ..) => self.bytes(member.shape, length),
            // Of a text that was not kept, nothing is known.
            (_, Body::Withheld(_), _) => {}
            (_, _, Ok(text)) => self.text(member.shape, text),
            (_, _, Err(_)) => self.bytes(member.shape, length),
        }
        self.members.pop();
    }

    /// Checks a member that is there; null is as its absence.
    pub(super) fn member_value(
        &mut self,
        member: &'s Member,
        owner: Option<&'s str>,
        name: Cow<'v, str>,
        value: &'v Json,
    ) {
        let is_null = *value == Json::Null && self.spec.shape(member.shape).kind != Kind::Document;
        self.within(member, owner, name, |walker| match is_null {
            false => walker.value(member.shape, value),
            true if member.required => walker.report(member.line, Violation::NullMember(member.wire_name.clone())),
            true => {}
        });
    }

    /// Checks the members of an object.
    pub(super) fn object(&mut self, siblings: Siblings<'s>, value: &'v Json) {
        let Json::Object(entries) = value else {
            return self.wrong_type(siblings.line, "an object", found(value));
        };
        let last = last_of_each(entries);
        let counts = |member: &&'s Member| siblings.location.is_none_or(|location| member.location == location);
        for member in siblings.members.iter().filter(counts) {
            if member.required && !last.iter().any(|(name, _)| *name == member.wire_name) {
                self.lacks(member, siblings.owner);
            }
        }
        for (name, value) in last {
            match siblings.members.iter().filter(counts).find(|member| member.wire_name == name) {
                Some(member) => self.member_value(member, siblings.owner, name, value),
                None => self.unknown_member(siblings, name),
            }
        }
    }

    fn unknown_member(&mut self, siblings: Siblings<'s>, name: Cow<'v, str>) {
        let counts = |member: &&Member| siblings.location.is_none_or(|location| member.location == location);
        let lower = name.to_lowercase();
        let variant = siblings.members.iter().filter(counts).find(|member| member.wire_name.to_lowercase() == lower);
        let violation = Violation::UnknownMember {
            name: name.clone().into_owned(),
            case_variant_of: variant.map(|member| member.wire_name.clone()),
        };
        let line = variant.map_or(siblings.line, |member| member.line);
        self.way.push(Step::Member(name));
        self.report(line, violation);
        self.way.pop();
    }

    /// Checks a JSON value.
    pub(super) fn value(&mut self, id: ShapeId, value: &'v Json) {
        let shape = self.spec.shape(id);
        let line = shape.line;
        let constraints = &shape.constraints;
        match (&shape.kind, value) {
            (Kind::Document, _) => {}
            (Kind::String, Json::String(text)) => self.string(constraints, line, &text.decode()),
            (Kind::Enum(values), Json::String(text)) => self.enum_value(values, line, &text.decode()),
            (Kind::Blob, Json::String(text)) => self.blob(constraints, line, &text.decode()),
            (Kind::Integer, Json::Number(number)) => self.integer(constraints, line, number, 32),
            (Kind::Long, Json::Number(number)) => self.integer(constraints, line, number, 64),
            (Kind::Float | Kind::Double, Json::Number(number)) => self.float(constraints, line, number),
            (Kind::Float | Kind::Double, Json::String(text)) if is_float_word(&text.decode()) => {
                self.range(constraints, line, &text.decode());
            }
            (Kind::Boolean, Json::Bool(_)) | (Kind::Timestamp(TimestampFormat::EpochSeconds), Json::Number(_)) => {}
            (Kind::Timestamp(format), Json::String(text)) if *format != TimestampFormat::EpochSeconds => {
                if !is_time(&text.decode(), *format) {
                    self.wrong_type(line, time_words(*format), "another text");
                }
            }
            (Kind::List(item), Json::Array(items)) => self.list(constraints, line, *item, items),
            (Kind::Map { keys, values }, Json::Object(entries)) => {
                self.map(constraints, line, (*keys, *values), entries);
            }
            (Kind::Structure(members), Json::Object(_)) => {
                self.object(Siblings { members, location: None, owner: shape.name.as_deref(), line }, value);
            }
            (Kind::Union(members), Json::Object(entries)) => {
                self.union(members, entries, shape.name.as_deref(), line);
            }
            (kind, value) => self.wrong_type(line, type_words(kind), found(value)),
        }
    }

    fn list(&mut self, constraints: &Constraints, line: u32, item: ShapeId, items: &'v [Json]) {
        self.length(constraints, line, items.len());
        if constraints.unique {
            let mut seen = HashSet::new();
            if !items.iter().all(|item| seen.insert(item.to_compact())) {
                self.report(line, Violation::NotUnique);
            }
        }
        for (index, value) in items.iter().enumerate() {
            self.way.push(Step::Index(index));
            self.value(item, value);
            self.way.pop();
        }
    }

    fn map(
        &mut self,
        constraints: &Constraints,
        line: u32,
        (keys, values): (ShapeId, ShapeId),
        entries: &'v [(Text, Json)],
    ) {
        let last = last_of_each(entries);
        self.length(constraints, line, last.len());
        for (name, value) in last {
            self.way.push(Step::Member(name.clone()));
            self.text(keys, &name);
            self.value(values, value);
            self.way.pop();
        }
    }

    fn union(&mut self, members: &'s [Member], entries: &'v [(Text, Json)], owner: Option<&'s str>, line: u32) {
        let last = last_of_each(entries);
        // A union may say its type beside its one member.
        let set: Vec<_> = last.into_iter().filter(|(name, value)| **value != Json::Null && name != "__type").collect();
        if set.len() != 1 {
            self.report(line, Violation::UnionMembers { found: set.len() });
        }
        for (name, value) in set {
            match members.iter().find(|member| member.wire_name == name) {
                Some(member) => self.member_value(member, owner, name, value),
                None => self.unknown_member(Siblings { members, location: None, owner, line }, name),
            }
        }
    }

    /// Checks a value that travels as text.
    pub(super) fn text(&mut self, id: ShapeId, text: &str) {
        let shape = self.spec.shape(id);
        let line = shape.line;
        let constraints = &shape.constraints;
        match &shape.kind {
            Kind::String => self.string(constraints, line, text),
            Kind::Enum(values) => self.enum_value(values, line, text),
            Kind::Blob => self.blob(constraints, line, text),
            Kind::Integer if is_plain_integer(text) => self.integer(constraints, line, text, 32),
            Kind::Long if is_plain_integer(text) => self.integer(constraints, line, text, 64),
            Kind::Float | Kind::Double if is_number(text) || is_float_word(text) => {
                self.float(constraints, line, text);
            }
            Kind::Boolean if matches!(text, "true" | "false") => {}
            Kind::Timestamp(format) if is_time(text, *format) => {}
            Kind::List(item) => {
                let items: Vec<&str> = text.split(',').map(str::trim).collect();
                self.length(constraints, line, items.len());
                for text in items {
                    self.text(*item, text);
                }
            }
            kind => self.wrong_type(line, type_words(kind), "another text"),
        }
    }

    /// Checks a value that travels as bytes.
    fn bytes(&mut self, id: ShapeId, length: usize) {
        let shape = self.spec.shape(id);
        match shape.kind {
            Kind::Blob => self.length(&shape.constraints, shape.line, length),
            _ => self.wrong_type(shape.line, type_words(&shape.kind), "bytes"),
        }
    }

    fn string(&mut self, constraints: &Constraints, line: u32, text: &str) {
        self.length(constraints, line, text.chars().count());
        if constraints.charset == Some(Charset::Ascii) && !text.is_ascii() {
            self.report(line, Violation::Charset);
        }
        if let Some(pattern) = &constraints.pattern
            && !pattern.matches(text)
        {
            self.report(line, Violation::Pattern { pattern: pattern.source().to_owned() });
        }
    }

    fn enum_value(&mut self, values: &[String], line: u32, text: &str) {
        if !values.iter().any(|value| value == text) {
            self.report(line, Violation::UnmodelledValue(text.to_owned()));
        }
    }

    fn blob(&mut self, constraints: &Constraints, line: u32, text: &str) {
        match base64_length(text) {
            Some(bytes) => self.length(constraints, line, bytes as usize),
            None => self.wrong_type(line, "base64 text", "another text"),
        }
    }

    fn integer(&mut self, constraints: &Constraints, line: u32, number: &str, bits: u32) {
        let expected = if bits == 32 { "a whole number of 32 bits" } else { "a whole number of 64 bits" };
        match whole(number, bits) {
            Whole::Fits => self.range(constraints, line, number),
            Whole::Fraction => self.wrong_type(line, expected, "a number with a fraction"),
            Whole::TooWide => self.wrong_type(line, expected, "a greater number"),
        }
    }

    fn float(&mut self, constraints: &Constraints, line: u32, number: &str) {
        if !is_float_word(number) && number.parse::<f64>().is_ok_and(f64::is_infinite) {
            return self.wrong_type(line, "a number", "a number beyond all that a float holds");
        }
        self.range(constraints, line, number);
    }

    fn range(&mut self, constraints: &Constraints, line: u32, number: &str) {
        let Some((least, most)) = constraints.range else { return };
        let value: f64 = number.parse().unwrap_or(f64::NAN);
        if !(least..=most).contains(&value) {
            self.report(line, Violation::Range { least, most, found: number.to_owned() });
        }
    }

    fn length(&mut self, constraints: &Constraints, line: u32, found: usize) {
        let Some((least, most)) = constraints.length else { return };
        let found = found as u64;
        if !(least..=most).contains(&found) {
            self.report(line, Violation::Length { least, most, found });
        }
    }
}

/// The entries of an object, of each key the last one, in the order of the first.
///
/// Every client takes the last of two equal keys, so that one is judged.
fn last_of_each(entries: &[(Text, Json)]) -> Vec<(Cow<'_, str>, &Json)> {
    // A scan beats a table for what a service sends; a table bounds what an attacker sends.
    const FEW: usize = 24;
    let mut last: Vec<(Cow<'_, str>, &Json)> = Vec::with_capacity(entries.len());
    let mut places: HashMap<Cow<'_, str>, usize> = HashMap::new();
    for (key, value) in entries {
        let key = key.decode();
        let place = match entries.len() {
            0..=FEW => last.iter().position(|(known, _)| *known == key),
            _ => places.get(&key).copied(),
        };
        if let Some(place) = place {
            last[place].1 = value;
            continue;
        }
        if entries.len() > FEW {
            places.insert(key.clone(), last.len());
        }
        last.push((key, value));
    }
    last
}
