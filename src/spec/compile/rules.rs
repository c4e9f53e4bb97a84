//! Rules across the members of the output, and those that could never say anything.

use super::members::Members;
use super::types::Shapes;
use super::vocabulary::{CONDITIONS, LEVELS, RULE};
use super::{Compiler, MAX_ENTRIES, quoted};
use crate::diagnostic::shorten;
use crate::message::Json;
use crate::spec::{Condition, Deviation, DeviationTarget, Kind, Level, Member, Rule, Shape, TimestampFormat};
use crate::yaml::{Fields, Node};

/// The members that a rule speaks of.
#[derive(Clone, Copy)]
struct Scope<'m> {
    members: &'m [Member],
    shapes: &'m Shapes,
    deviations: &'m [Deviation],
    /// The named type that has the members, or the list.
    owner: Option<&'m str>,
}

impl Compiler<'_> {
    pub(super) fn rules(
        &mut self,
        fields: Fields<'_, '_>,
        output: &Members<'_, '_>,
        shapes: &Shapes,
        deviations: &[Deviation],
    ) -> Vec<Rule> {
        let Some(node) = fields.get("rules") else { return Vec::new() };
        let Some(items) = self.items(node, "rules", MAX_ENTRIES) else { return Vec::new() };
        let scope = Scope { members: &output.all, shapes, deviations, owner: None };
        let mut rules: Vec<Rule> = Vec::new();
        for item in items {
            let Some(rule) = self.rule(item, scope) else { continue };
            if let Some(known) = rules.iter().find(|known| known.id == rule.id) {
                let what = format!("the rule \"{}\" has the id of the one in line {}", rule.id, known.line);
                self.tell(self.source.error(item, what).help("give it another \"id\""));
            } else if let Some(what) = says_nothing_new(&rule, &rules) {
                self.tell(self.source.error(item, what).help("take one of the two out"));
            }
            rules.push(rule);
        }
        rules
    }

    fn rule(&mut self, node: &Node<'_>, output: Scope<'_>) -> Option<Rule> {
        let fields = self.fields(node, "a rule", RULE)?;
        let id = self.text(fields, "a rule", "id")?;
        let what = format!("the rule \"{}\"", shorten(&id));
        let level = match fields.get("level") {
            Some(node) => self.word(node, &format!("\"level\" of {what}"), LEVELS),
            None => Some(Level::Should),
        };
        let note = self.optional_text(fields, &what, "note");
        let (each, scope) = match fields.get("each") {
            Some(node) => self.items_of(node, &what, output).map(|(each, scope)| (Some(each), scope))?,
            None => (None, output),
        };
        let when = fields.get("when").map(|node| self.condition(node, &format!("\"when\" of {what}"), scope));
        let expect = self.require(fields, &what, "expect")?;
        let expect = self.condition(expect, &format!("\"expect\" of {what}"), scope);
        let (when, expect) = (super::constraints::required_if_there(when)?, expect?);
        if let Some(when) = &when {
            self.refuse_what_when_settles(node, &what, when, &expect)?;
        }
        Some(Rule { id, each, when, expect, level: level?, note, line: node.line })
    }

    /// The members of a list's items.
    fn items_of<'m>(&mut self, node: &Node<'_>, what: &str, output: Scope<'m>) -> Option<(String, Scope<'m>)> {
        let name = self.take(node.text(self.source, &format!("\"each\" of {what}")))?;
        let list = output.members.iter().find(|member| member.key == name);
        if let Some((list, members)) = list.and_then(|list| Some((list, output.shapes.item_members(list)?))) {
            let owner = item_type(list, output.shapes).or(Some(list.key.as_str()));
            return Some((name.to_owned(), Scope { members, owner, ..output }));
        }
        if let Some(list) = list
            && output.shapes.kind(list).is_none()
        {
            return None;
        }
        let lists = output.members.iter().filter(|member| output.shapes.item_members(member).is_some());
        let names = lists.map(|member| member.key.as_str());
        self.unknown_word(node, &format!("\"each\" of {what} names a list of structures; it"), name, names)
    }

    fn condition(&mut self, node: &Node<'_>, what: &str, scope: Scope<'_>) -> Option<Condition> {
        let entries = self.take(node.entries(self.source, what))?;
        let [(key, value)] = entries else {
            let error = self.source.error(node, format!("{what} must hold exactly one condition"));
            let error = error.found(format!("{} of them", entries.len()));
            return self.fail(error.help("write one rule for each"));
        };
        match key.key() {
            "present" => self.member_in(value, what, scope).map(|member| Condition::Present(member.key.clone())),
            "absent" => self.absent(value, what, scope),
            "order" => self.order(value, what, scope),
            "one_of" => self.one_of(value, what, scope),
            name => {
                let member = self.known_member(key, name, what, scope, CONDITIONS)?;
                let value = self.constant(value, member, what, scope)?;
                Some(Condition::Equals(member.key.clone(), value))
            }
        }
    }

    fn absent(&mut self, node: &Node<'_>, what: &str, scope: Scope<'_>) -> Option<Condition> {
        let member = self.member_in(node, what, scope)?;
        if member.required {
            let what = format!("{what} can never hold: {} is required, so it is never absent", member.key);
            let help = format!("take the rule out, or \"required\" out of {} in line {}", member.key, member.line);
            return self.fail(self.source.error(node, what).help(help));
        }
        Some(Condition::Absent(member.key.clone()))
    }

    fn order(&mut self, node: &Node<'_>, what: &str, scope: Scope<'_>) -> Option<Condition> {
        let items = self.take(node.items(self.source, &format!("\"order\" in {what}")))?;
        let [first, second] = items else {
            let error = self.source.error(node, format!("\"order\" in {what} takes two members"));
            return self
                .fail(error.found(format!("{} of them", items.len())).help("write it as order: [first, second]"));
        };
        let (first, second) = (self.member_in(first, what, scope), self.member_in(second, what, scope));
        let (first, second) = (first?, second?);
        if first.key == second.key {
            return self
                .fail(self.source.error(node, format!("\"order\" in {what} compares {} with itself", first.key)));
        }
        let (one, other) = (scope.shapes.kind(first)?, scope.shapes.kind(second)?);
        let both = |fits: fn(&Kind) -> bool| fits(one) && fits(other);
        let are_times = both(|kind| matches!(kind, Kind::Timestamp(_)));
        if !are_times && !both(is_number) {
            let error = self.source.error(node, format!("\"order\" in {what} compares what has no order"));
            let found = format!("{} and {}", one.in_words(), other.in_words());
            return self.fail(error.expected("two numbers or two timestamps").found(found));
        }
        Some(Condition::Order(first.key.clone(), second.key.clone()))
    }

    fn one_of(&mut self, node: &Node<'_>, what: &str, scope: Scope<'_>) -> Option<Condition> {
        let entries = self.take(node.entries(self.source, &format!("\"one_of\" in {what}")))?;
        let [(name, values)] = entries else {
            let error = self.source.error(node, format!("\"one_of\" in {what} takes one member"));
            return self.fail(error.found(format!("{} of them", entries.len())));
        };
        let member = self.known_member(name, name.key(), what, scope, &[])?;
        let items = self.items(values, &format!("\"one_of\" in {what}"), MAX_ENTRIES)?;
        if items.is_empty() {
            return self
                .fail(self.source.error(values, format!("\"one_of\" in {what} can never hold: it has no values")));
        }
        let constants: Vec<_> = items.iter().map(|item| self.constant(item, member, what, scope)).collect();
        Some(Condition::OneOf(member.key.clone(), constants.into_iter().collect::<Option<_>>()?))
    }

    fn member_in<'m>(&mut self, node: &Node<'_>, what: &str, scope: Scope<'m>) -> Option<&'m Member> {
        let name = self.take(node.text(self.source, &format!("a member in {what}")))?;
        self.known_member(node, name, what, scope, &[])
    }

    fn known_member<'m>(
        &mut self,
        node: &Node<'_>,
        name: &str,
        what: &str,
        scope: Scope<'m>,
        beside: &[&str],
    ) -> Option<&'m Member> {
        let member = scope.members.iter().find(|member| member.key == name);
        if member.is_none() {
            let known = scope.members.iter().map(|member| member.key.as_str()).chain(beside.iter().copied());
            self.unknown_word::<()>(node, &format!("a member in {what}"), name, known);
        }
        member
    }

    /// A value to compare with: one that the member can have.
    fn constant(&mut self, node: &Node<'_>, member: &Member, what: &str, scope: Scope<'_>) -> Option<Json> {
        let shape = scope.shapes.get(member.shape)?;
        let value_of = format!("the value of {} in {what}", member.key);
        match &shape.kind {
            Kind::Boolean => self.take(node.boolean(self.source, &value_of)).map(Json::Bool),
            Kind::Integer | Kind::Long => {
                let number = self.take(node.integer(self.source, &value_of))?;
                self.in_range(node, number as f64, shape, &value_of)?;
                Some(Json::Number(number.to_string()))
            }
            Kind::Float | Kind::Double | Kind::Timestamp(TimestampFormat::EpochSeconds) => {
                let number = self.take(node.number(self.source, &value_of))?;
                self.in_range(node, number, shape, &value_of)?;
                Some(Json::Number(node.key().to_owned()))
            }
            Kind::Enum(values) => {
                let text = self.take(node.text(self.source, &value_of))?;
                let may_come = values.iter().any(|value| value == text) || scope.deviates(member, text);
                match may_come {
                    true => Some(Json::string(text)),
                    false => self.unknown_word(node, &value_of, text, values.iter().map(String::as_str)),
                }
            }
            Kind::String => {
                let text = self.take(node.text(self.source, &value_of))?;
                if shape.constraints.take(text) {
                    return Some(Json::string(text));
                }
                let error = self.source.error(node, format!("{value_of} is none that {} can have", member.key));
                self.fail(error.found(quoted(text)).help(format!("its type is said in line {}", shape.line)))
            }
            Kind::Blob | Kind::Timestamp(_) => self.take(node.text(self.source, &value_of)).map(Json::string),
            kind @ (Kind::Document | Kind::List(_) | Kind::Map { .. } | Kind::Structure(_) | Kind::Union(_)) => {
                let what =
                    format!("{} in {what} is {} and cannot be compared with a value", member.key, kind.in_words());
                self.fail(self.source.error(node, what).help("ask only whether it is \"present\" or \"absent\""))
            }
        }
    }

    fn in_range(&mut self, node: &Node<'_>, number: f64, shape: &Shape, what: &str) -> Option<()> {
        let Some((least, most)) = shape.constraints.range else { return Some(()) };
        if (least..=most).contains(&number) {
            return Some(());
        }
        let error = self.source.error(node, format!("{what} is out of its range")).found(number.to_string());
        self.fail(error.expected(format!("{least} to {most}")))
    }

    /// Where `when` alone decides what becomes of `expect`, the rule says nothing.
    fn refuse_what_when_settles(
        &mut self,
        node: &Node<'_>,
        what: &str,
        when: &Condition,
        expect: &Condition,
    ) -> Option<()> {
        let error = match settles(when, expect) {
            None => return Some(()),
            Some(true) => {
                self.source.error(node, format!("{what} always holds: \"when\" says already what it expects"))
            }
            Some(false) => {
                self.source.error(node, format!("{what} can never hold: \"when\" rules out what it expects"))
            }
        };
        self.fail(error.help("correct \"when\" or \"expect\", or take the rule out"))
    }
}

impl Scope<'_> {
    /// Whether a dated deviation shows the member with this value.
    fn deviates(&self, member: &Member, value: &str) -> bool {
        let path = match self.owner {
            Some(owner) => format!("{owner}.{}", member.key),
            None => member.key.clone(),
        };
        let target = DeviationTarget::Member(path);
        self.deviations.iter().any(|deviation| deviation.target == target && deviation.value.as_deref() == Some(value))
    }
}

fn item_type<'m>(list: &Member, shapes: &'m Shapes) -> Option<&'m str> {
    let Kind::List(item) = shapes.kind(list)? else { return None };
    shapes.get(*item)?.name.as_deref()
}

fn is_number(kind: &Kind) -> bool {
    matches!(kind, Kind::Integer | Kind::Long | Kind::Float | Kind::Double)
}

/// What makes a rule superfluous beside the earlier ones.
fn says_nothing_new(rule: &Rule, earlier: &[Rule]) -> Option<String> {
    let alike = earlier.iter().filter(|other| other.each == rule.each && other.expect == rule.expect);
    for other in alike {
        if other.when == rule.when {
            return Some(format!("the rule \"{}\" says the same as \"{}\" in line {}", rule.id, other.id, other.line));
        }
        if other.when.is_none() && other.level <= rule.level {
            let (id, line) = (&other.id, other.line);
            return Some(format!(
                "the rule \"{}\" adds nothing to \"{id}\" in line {line}, which always expects it",
                rule.id
            ));
        }
    }
    None
}

/// Whether the second condition always (or never) holds where the first one does; none if it depends.
fn settles(when: &Condition, expect: &Condition) -> Option<bool> {
    use Condition::{Absent, Equals, OneOf, Order, Present};
    if when == expect {
        return Some(true);
    }
    let (Present(one) | Absent(one) | Equals(one, _) | OneOf(one, _)) = when else { return None };
    let (Present(other) | Absent(other) | Equals(other, _) | OneOf(other, _)) = expect else { return None };
    if one != other {
        return None;
    }
    match (when, expect) {
        (Absent(_), _) | (_, Absent(_)) => Some(false),
        (Equals(..) | OneOf(..), Present(_)) => Some(true),
        (Equals(_, value), Equals(_, wanted)) => Some(value == wanted),
        (Equals(_, value), OneOf(_, wanted)) => Some(wanted.contains(value)),
        (OneOf(_, values), Equals(_, wanted)) => (!values.contains(wanted)).then_some(false),
        (OneOf(_, values), OneOf(_, wanted)) if values.iter().all(|value| wanted.contains(value)) => Some(true),
        (OneOf(_, values), OneOf(_, wanted)) => (!values.iter().any(|value| wanted.contains(value))).then_some(false),
        (Present(_), _) | (Order(..), _) | (_, Order(..)) => None,
    }
}
