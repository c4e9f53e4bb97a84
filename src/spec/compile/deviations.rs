//! What a client may do, and what was seen on the wire that no model knows.

use super::members::Members;
use super::types::Shapes;
use super::vocabulary::{CLIENT, DEVIATION, MAX_ATTEMPTS, REPEATED_TOKEN};
use super::{Compiler, MAX_ENTRIES};
use crate::spec::{ClientRules, Deviation, DeviationTarget, Kind, Member, RepeatedToken, ShapeId};
use crate::yaml::{Fields, Node, Value};
use std::collections::HashMap;

impl Compiler<'_> {
    pub(super) fn client(&mut self, fields: Fields<'_, '_>) -> ClientRules {
        let mut rules = ClientRules::default();
        let Some(node) = fields.get("client") else { return rules };
        let Some(fields) = self.fields(node, "client", CLIENT) else { return rules };
        if let Some(node) = fields.get("repeated_token") {
            rules.repeated_token = self.repeated_token(node).unwrap_or_default();
        }
        if let Some(node) = fields.get("max_attempts") {
            self.max_attempts(node, &mut rules);
        }
        rules
    }

    fn repeated_token(&mut self, node: &Node<'_>) -> Option<Vec<RepeatedToken>> {
        let items = self.items(node, "\"repeated_token\" of client", REPEATED_TOKEN.len())?;
        items.iter().map(|item| self.word(item, "\"repeated_token\" of client", REPEATED_TOKEN)).collect()
    }

    fn max_attempts(&mut self, node: &Node<'_>, rules: &mut ClientRules) -> Option<()> {
        let fields = self.fields(node, "\"max_attempts\" of client", MAX_ATTEMPTS)?;
        for (key, slot) in [("default", &mut rules.default_attempts), ("at_most", &mut rules.attempts_at_most)] {
            let Some(node) = fields.get(key) else { continue };
            let what = format!("\"{key}\" of max_attempts");
            let number = self.take(node.integer(self.source, &what))?;
            match u32::try_from(number) {
                Ok(number @ 1..=100) => *slot = number,
                _ => {
                    let error = self.source.error(node, format!("{what} is out of range")).expected("1 to 100");
                    return self.fail(error.found(number.to_string()));
                }
            }
        }
        if rules.default_attempts > rules.attempts_at_most {
            let error = self.source.error(node, "a client would make more attempts by default than it may");
            let (default, most) = (rules.default_attempts, rules.attempts_at_most);
            return self.fail(error.expected(format!("\"default\" of at most {most}")).found(default.to_string()));
        }
        Some(())
    }

    pub(super) fn deviations(
        &mut self,
        fields: Fields<'_, '_>,
        output: &Members<'_, '_>,
        shapes: &Shapes,
        errors: &[&str],
    ) -> Vec<Deviation> {
        let Some(node) = fields.get("deviations") else { return Vec::new() };
        let Some(items) = self.items(node, "deviations", MAX_ENTRIES) else { return Vec::new() };
        if items.is_empty() {
            return Vec::new();
        }
        let members = members_by_path(output, shapes);
        items.iter().filter_map(|item| self.deviation(item, &members, shapes, errors)).collect()
    }

    fn deviation(
        &mut self,
        node: &Node<'_>,
        members: &HashMap<String, &Member>,
        shapes: &Shapes,
        errors: &[&str],
    ) -> Option<Deviation> {
        let fields = self.fields(node, "a deviation", DEVIATION)?;
        let value = self.optional_text(fields, "a deviation", "value");
        let target = match (fields.get("member"), fields.get("error")) {
            (Some(member), None) => self.deviating_member(fields, member, value.as_deref(), members, shapes),
            (None, Some(error)) => self.deviating_error(fields, error, errors),
            (member, _) => {
                let error = self.source.error(node, "a deviation is about one thing");
                let found = if member.is_some() { "both" } else { "neither" };
                self.fail(error.expected("either \"member\" or \"error\"").found(found))
            }
        };
        let seen = self.require(fields, "a deviation", "seen").and_then(|node| self.day(node));
        Some(Deviation {
            target: target?,
            value,
            seen: seen?,
            cassette: self.optional_text(fields, "a deviation", "cassette"),
            exchange: self.optional_text(fields, "a deviation", "exchange"),
            note: self.optional_text(fields, "a deviation", "note"),
            line: node.line,
        })
    }

    /// A day, as YYYY-MM-DD; the one text that may stand unquoted although YAML 1.1 knows it as a date.
    fn day(&mut self, node: &Node<'_>) -> Option<String> {
        let format = time::macros::format_description!("[year]-[month]-[day]");
        if let Value::Scalar { text, .. } = &node.value
            && time::Date::parse(text, format).is_ok()
        {
            return Some(text.to_string());
        }
        self.fail(node.wrong_type(self.source, "\"seen\" of a deviation", "a day, as YYYY-MM-DD"))
    }

    fn deviating_member(
        &mut self,
        fields: Fields<'_, '_>,
        node: &Node<'_>,
        value: Option<&str>,
        members: &HashMap<String, &Member>,
        shapes: &Shapes,
    ) -> Option<DeviationTarget> {
        let path = self.take(node.text(self.source, "\"member\" of a deviation"))?;
        let Some(member) = members.get(path) else {
            let mut known: Vec<&str> = members.keys().map(String::as_str).collect();
            known.sort_unstable();
            return self.unknown_word(node, "\"member\" of a deviation", path, known);
        };
        if fields.get("value").is_none() {
            let error = self.source.error(node, format!("the deviation of {path} does not say which value was seen"));
            return self.fail(error.help("add \"value\""));
        }
        if let (Some(value), Some(values)) = (value, modelled(member.shape, shapes, 0))
            && values.iter().any(|known| known == value)
        {
            let error = self.source.error(node, format!("{value} is a value of {path} already"));
            return self.fail(error.help("nothing deviates any more: take the entry out"));
        }
        Some(DeviationTarget::Member(path.to_owned()))
    }

    fn deviating_error(&mut self, fields: Fields<'_, '_>, node: &Node<'_>, errors: &[&str]) -> Option<DeviationTarget> {
        let name = self.take(node.text(self.source, "\"error\" of a deviation"))?;
        if let Some(node) = fields.get("value") {
            let error = self.source.error(node, "the deviation of an error has no value");
            return self.fail(error.help("the name is all there is to see: take \"value\" out"));
        }
        if errors.contains(&name) {
            let error = self.source.error(node, format!("{name} is one of the errors already"));
            return self.fail(error.help("nothing deviates any more: take the entry out"));
        }
        Some(DeviationTarget::Error(name.to_owned()))
    }
}

/// The members that a deviation can name: behind the named type that they are part of, else from the output on.
fn members_by_path<'m>(output: &'m Members<'_, '_>, shapes: &'m Shapes) -> HashMap<String, &'m Member> {
    let mut known = HashMap::new();
    add_members("", &output.all, shapes, &mut known);
    for shape in shapes.0.iter().flatten() {
        if let (Some(name), Kind::Structure(members) | Kind::Union(members)) = (&shape.name, &shape.kind) {
            add_members(&format!("{name}."), members, shapes, &mut known);
        }
    }
    known
}

/// Adds members and those of the structures that are written out in them.
fn add_members<'m>(prefix: &str, members: &'m [Member], shapes: &'m Shapes, known: &mut HashMap<String, &'m Member>) {
    for member in members {
        let path = format!("{prefix}{}", member.key);
        if let Some(inside) = written_out(member.shape, shapes) {
            add_members(&format!("{path}."), inside, shapes, known);
        }
        known.insert(path, member);
    }
}

/// The members of a structure without a name, in lists and maps without a name too.
fn written_out(id: ShapeId, shapes: &Shapes) -> Option<&[Member]> {
    let shape = shapes.get(id).filter(|shape| shape.name.is_none())?;
    match &shape.kind {
        Kind::Structure(members) | Kind::Union(members) => Some(members),
        Kind::List(item) | Kind::Map { values: item, .. } => written_out(*item, shapes),
        _ => None,
    }
}

/// The modelled values of an enum, or of the enums in a list or map.
fn modelled(id: ShapeId, shapes: &Shapes, depth: usize) -> Option<&[String]> {
    match &shapes.get(id)?.kind {
        Kind::Enum(values) => Some(values),
        Kind::List(item) | Kind::Map { values: item, .. } if depth < 8 => modelled(*item, shapes, depth + 1),
        _ => None,
    }
}
