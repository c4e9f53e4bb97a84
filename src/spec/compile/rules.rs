//! Rules, what a client may do, and deviations.

use super::{Compiler, members, unknown_word};
use crate::message::Json;
use crate::spec::{
    ClientRules, Condition, Deviation, DeviationTarget, Kind, Level, Member, RepeatedToken, Rule, Shape,
};
use crate::yaml::{Fields, Node, Style, Value};

const CONDITIONS: &[&str] = &["present", "absent", "one_of", "order"];

impl Compiler<'_> {
    pub(super) fn rules(&mut self, fields: Fields<'_, '_>, output: &[Member], shapes: &[Shape]) -> Vec<Rule> {
        let Some(node) = fields.get("rules") else { return Vec::new() };
        let Some(items) = self.take(node.items(self.source, "rules")) else { return Vec::new() };
        let mut rules: Vec<Rule> = Vec::new();
        for item in items {
            let Some(rule) = self.rule(item, output, shapes) else { continue };
            if rules.iter().any(|known| known.id == rule.id) {
                self.errors
                    .push(self.source.error(item, format!("the rule id \"{}\" stands here a second time", rule.id)));
            }
            rules.push(rule);
        }
        rules
    }

    fn rule(&mut self, node: &Node<'_>, output: &[Member], shapes: &[Shape]) -> Option<Rule> {
        const KEYS: &[&str] = &["id", "each", "when", "expect", "level", "note"];
        const LEVELS: [(&str, Level); 3] = [("must", Level::Must), ("should", Level::Should), ("info", Level::Info)];
        let fields = self.take(node.fields(self.source, "a rule", KEYS))?;
        let id = self.text(fields, "a rule", "id")?;
        let what = format!("the rule {id}");
        let (each, members) = self.scope(fields, &what, output, shapes)?;
        let when = match fields.get("when") {
            Some(node) => Some(self.condition(node, &format!("\"when\" of {what}"), members)?),
            None => None,
        };
        let expect = self.take(fields.require(self.source, &what, "expect"))?;
        let expect = self.condition(expect, &format!("\"expect\" of {what}"), members)?;
        if when.as_ref() == Some(&expect) {
            return self.fail(self.source.error(node, format!("{what} expects what it already asks for in \"when\"")));
        }
        let level = match fields.get("level") {
            Some(node) => self.word(node, &format!("\"level\" of {what}"), &LEVELS)?,
            None => Level::Should,
        };
        let note = self.optional_text(fields, &what, "note");
        Some(Rule { id, each, when, expect, level, note, line: node.line })
    }

    /// The members that a rule speaks of: a list's items, or the output's.
    fn scope<'m>(
        &mut self,
        fields: Fields<'_, '_>,
        what: &str,
        output: &'m [Member],
        shapes: &'m [Shape],
    ) -> Option<(Option<String>, &'m [Member])> {
        let Some(node) = fields.get("each") else { return Some((None, output)) };
        let name = self.take(node.text(self.source, &format!("\"each\" of {what}")))?;
        let list = output.iter().find(|member| member.key == name);
        if let Some(members) = list.and_then(|list| members::item_members(shapes, list)) {
            return Some((Some(name.to_owned()), members));
        }
        let lists: Vec<&str> = output
            .iter()
            .filter(|member| members::item_members(shapes, member).is_some())
            .map(|member| member.key.as_str())
            .collect();
        self.fail(unknown_word(self.source, node, &format!("\"each\" of {what}"), name, &lists))
    }

    fn condition(&mut self, node: &Node<'_>, what: &str, members: &[Member]) -> Option<Condition> {
        let entries = self.take(node.entries(self.source, what))?;
        let [(key, value)] = entries else {
            return self.fail(self.source.error(node, format!("{what} must hold exactly one condition")));
        };
        match key.key() {
            "present" => self.condition_member(value, what, members).map(Condition::Present),
            "absent" => self.condition_member(value, what, members).map(Condition::Absent),
            "order" => {
                let items = self.take(value.items(self.source, &format!("\"order\" in {what}")))?;
                let [first, second] = items else {
                    return self.fail(self.source.error(value, format!("\"order\" in {what} takes two members")));
                };
                let first = self.condition_member(first, what, members)?;
                let second = self.condition_member(second, what, members)?;
                Some(Condition::Order(first, second))
            }
            "one_of" => {
                let entries = self.take(value.entries(self.source, &format!("\"one_of\" in {what}")))?;
                let [(member, values)] = entries else {
                    return self.fail(self.source.error(value, format!("\"one_of\" in {what} takes one member")));
                };
                let name = self.known_member(member, member.key(), what, members)?;
                let items = self.take(values.items(self.source, what))?;
                let values = items.iter().map(|item| self.constant(item, &name, what)).collect::<Option<Vec<_>>>()?;
                Some(Condition::OneOf(name, values))
            }
            name => {
                let name = self.known_member(key, name, what, members)?;
                let value = self.constant(value, &name, what)?;
                Some(Condition::Equals(name, value))
            }
        }
    }

    fn condition_member(&mut self, node: &Node<'_>, what: &str, members: &[Member]) -> Option<String> {
        let name = self.take(node.text(self.source, what))?;
        self.known_member(node, name, what, members)
    }

    fn known_member(&mut self, node: &Node<'_>, name: &str, what: &str, members: &[Member]) -> Option<String> {
        if members.iter().any(|member| member.key == name) {
            return Some(name.to_owned());
        }
        let known: Vec<&str> = members.iter().map(|m| m.key.as_str()).chain(CONDITIONS.iter().copied()).collect();
        self.fail(unknown_word(self.source, node, &format!("a member in {what}"), name, &known))
    }

    /// A value to compare with: a text, a number, true or false.
    fn constant(&mut self, node: &Node<'_>, member: &str, what: &str) -> Option<Json> {
        let Value::Scalar { text, style } = &node.value else {
            return self.fail(self.source.error(node, format!("{member} in {what} is compared with a single value")));
        };
        if *style == Style::Plain {
            match text.as_ref() {
                "true" => return Some(Json::Bool(true)),
                "false" => return Some(Json::Bool(false)),
                number if node.integer(self.source, what).is_ok() => return Some(Json::Number(number.to_owned())),
                _ => {}
            }
        }
        self.take(node.text(self.source, what)).map(Json::string)
    }

    pub(super) fn client(&mut self, fields: Fields<'_, '_>) -> ClientRules {
        let mut rules = ClientRules::default();
        let Some(node) = fields.get("client") else { return rules };
        let Some(fields) = self.take(node.fields(self.source, "client", &["repeated_token", "max_attempts"])) else {
            return rules;
        };
        if let Some(node) = fields.get("repeated_token") {
            rules.repeated_token = self.repeated_token(node).unwrap_or_default();
        }
        if let Some(node) = fields.get("max_attempts") {
            self.max_attempts(node, &mut rules);
        }
        rules
    }

    fn repeated_token(&mut self, node: &Node<'_>) -> Option<Vec<RepeatedToken>> {
        const WORDS: [(&str, RepeatedToken); 3] =
            [("stops", RepeatedToken::Stops), ("errors", RepeatedToken::Errors), ("loops", RepeatedToken::Loops)];
        let items = self.take(node.items(self.source, "repeated_token"))?;
        items.iter().map(|item| self.word(item, "repeated_token", &WORDS)).collect()
    }

    fn max_attempts(&mut self, node: &Node<'_>, rules: &mut ClientRules) -> Option<()> {
        let fields = self.take(node.fields(self.source, "max_attempts", &["default", "at_most"]))?;
        for (key, slot) in [("default", &mut rules.default_attempts), ("at_most", &mut rules.attempts_at_most)] {
            let Some(node) = fields.get(key) else { continue };
            let number = self.take(node.integer(self.source, key))?;
            match u32::try_from(number) {
                Ok(number @ 1..=100) => *slot = number,
                _ => return self.fail(self.source.error(node, format!("\"{key}\" must be 1 to 100"))),
            }
        }
        if rules.default_attempts > rules.attempts_at_most {
            return self.fail(self.source.error(node, "the default number of attempts is above the greatest"));
        }
        Some(())
    }

    pub(super) fn deviations(&mut self, fields: Fields<'_, '_>, output: &[Member], shapes: &[Shape]) -> Vec<Deviation> {
        let Some(node) = fields.get("deviations") else { return Vec::new() };
        let Some(items) = self.take(node.items(self.source, "deviations")) else { return Vec::new() };
        items.iter().filter_map(|item| self.deviation(item, output, shapes)).collect()
    }

    fn deviation(&mut self, node: &Node<'_>, output: &[Member], shapes: &[Shape]) -> Option<Deviation> {
        const KEYS: &[&str] = &["member", "error", "value", "seen", "cassette", "exchange", "note"];
        let fields = self.take(node.fields(self.source, "a deviation", KEYS))?;
        let target = match (fields.get("member"), fields.get("error")) {
            (Some(member), None) => DeviationTarget::Member(self.deviating_member(member, output, shapes)?),
            (None, Some(error)) => DeviationTarget::Error(self.take(error.text(self.source, "\"error\""))?.to_owned()),
            _ => {
                let error = self
                    .source
                    .error(node, "a deviation is about one thing")
                    .expected("either \"member\" or \"error\"");
                return self.fail(error);
            }
        };
        let value = self.optional_text(fields, "a deviation", "value");
        if matches!(target, DeviationTarget::Member(_)) && value.is_none() {
            return self.fail(
                self.source.error(node, "a deviation of a member says which value was seen").help("add \"value\""),
            );
        }
        let seen_node = self.take(fields.require(self.source, "a deviation", "seen"))?;
        let seen = self.day(seen_node)?;
        Some(Deviation {
            target,
            value,
            seen,
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
        self.fail(node.wrong_type(self.source, "\"seen\"", "a day, as YYYY-MM-DD"))
    }

    fn deviating_member(&mut self, node: &Node<'_>, output: &[Member], shapes: &[Shape]) -> Option<String> {
        let path = self.take(node.text(self.source, "\"member\""))?;
        let mut known: Vec<String> = output.iter().map(|member| member.key.clone()).collect();
        for shape in shapes {
            if let (Some(name), Kind::Structure(members) | Kind::Union(members)) = (&shape.name, &shape.kind) {
                known.extend(members.iter().map(|member| format!("{name}.{}", member.key)));
            }
        }
        if known.iter().any(|name| name == path) {
            return Some(path.to_owned());
        }
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        self.fail(unknown_word(self.source, node, "\"member\" of a deviation", path, &known))
    }
}
