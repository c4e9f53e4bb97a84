//! Members that satisfy rules: the wished ones, with as little changed as can be.
//!
//! A wish holds every member that a structure may have. Where a rule is broken
//! by it, an optional member is dropped before a value is changed, and an enum
//! value last, since those are what a reader of the items wants to see.

use crate::message::Json;
use crate::message::json::Text;
use crate::spec::{Condition, Kind, Member, Rule, Spec, conform};

/// How many combinations are tried for one structure.
const MAX_TRIES: usize = 20_000;

/// How much may be changed in one structure.
const MAX_COST: usize = 200;

/// What it costs to change a member: the more, the more a reader would miss it.
const DROP: usize = 1;
const CHANGE: usize = 2;
const DROP_ENUM: usize = 3;
const CHANGE_ENUM: usize = 10;

/// The values of a structure's members, in the order of the members; none for those that are not there.
pub(crate) type Values = Vec<Option<Json>>;

/// The members of one structure, and the rules that hold between them.
#[derive(Debug)]
pub(crate) struct Structure<'s> {
    pub(crate) spec: &'s Spec,
    pub(crate) members: &'s [Member],
    pub(crate) rules: Vec<&'s Rule>,
}

/// A change of one member.
struct Change {
    member: usize,
    value: Option<Json>,
    cost: usize,
}

impl<'s> Structure<'s> {
    /// A structure and those rules whose `each` is this: a list's key, or none for the output.
    pub(crate) fn new(spec: &'s Spec, members: &'s [Member], each: Option<&str>) -> Self {
        let rules = spec.rules.iter().filter(|rule| rule.each.as_deref() == each).collect();
        Self { spec, members, rules }
    }

    /// The first rule that the values break.
    pub(crate) fn broken(&self, values: &Values) -> Option<&'s Rule> {
        self.rules.iter().copied().find(|rule| !self.holds(rule, values))
    }

    /// Values that break no rule, near to those wished; members that are fixed stay as they are.
    pub(crate) fn satisfy(&self, wish: Values, is_fixed: &[bool]) -> Option<Values> {
        if self.broken(&wish).is_none() {
            return Some(wish);
        }
        let changes = self.changes(&wish, is_fixed);
        let dearest: usize = changes.iter().map(|change| change.cost).sum();
        let is_changed = vec![false; self.members.len()];
        let mut search = Search { structure: self, changes: &changes, values: wish, is_changed, tries: 0 };
        let mut budgets = (1..=dearest).take_while(|budget| *budget <= MAX_COST);
        budgets.find_map(|budget| search.run(budget)).map(|()| search.values)
    }

    /// The changes that might mend a rule, cheapest first for each member.
    fn changes(&self, wish: &Values, is_fixed: &[bool]) -> Vec<Change> {
        let mut changes: Vec<Change> = Vec::new();
        for (index, member) in self.members.iter().enumerate() {
            if is_fixed[index] || !self.rules.iter().any(|rule| names(rule, &member.key)) {
                continue;
            }
            let is_enum = matches!(self.spec.shape(member.shape).kind, Kind::Enum(_));
            let mut own: Vec<Change> = Vec::new();
            if !member.required && wish[index].is_some() {
                own.push(Change { member: index, value: None, cost: if is_enum { DROP_ENUM } else { DROP } });
            }
            for value in self.candidates(member, wish) {
                let is_new = !own.iter().any(|change| change.value.as_ref() == Some(&value));
                if is_new
                    && wish[index].as_ref() != Some(&value)
                    && conform::check_json(self.spec, member.shape, &value).is_empty()
                {
                    own.push(Change {
                        member: index,
                        value: Some(value),
                        cost: if is_enum { CHANGE_ENUM } else { CHANGE },
                    });
                }
            }
            own.sort_by_key(|change| change.cost);
            changes.extend(own);
        }
        changes
    }

    /// Values that the rules speak of, and all those of an enum or boolean.
    fn candidates(&self, member: &Member, wish: &Values) -> Vec<Json> {
        let mut values = Vec::new();
        for condition in self.rules.iter().flat_map(|rule| rule.when.iter().chain([&rule.expect])) {
            match condition {
                Condition::Equals(name, value) if *name == member.key => values.push(value.clone()),
                Condition::OneOf(name, several) if *name == member.key => values.extend(several.iter().cloned()),
                Condition::Order(first, second) if *first == member.key => {
                    values.extend(self.get(wish, second).cloned())
                }
                Condition::Order(first, second) if *second == member.key => {
                    values.extend(self.get(wish, first).cloned())
                }
                Condition::Equals(..)
                | Condition::OneOf(..)
                | Condition::Order(..)
                | Condition::Present(_)
                | Condition::Absent(_) => {}
            }
        }
        match &self.spec.shape(member.shape).kind {
            Kind::Enum(modelled) => values.extend(modelled.iter().map(|value| Json::string(value))),
            Kind::Boolean => values.extend([Json::Bool(true), Json::Bool(false)]),
            _ => {}
        }
        values
    }

    fn get<'v>(&self, values: &'v Values, key: &str) -> Option<&'v Json> {
        let index = self.members.iter().position(|member| member.key == key)?;
        values[index].as_ref().filter(|value| **value != Json::Null)
    }

    fn holds(&self, rule: &Rule, values: &Values) -> bool {
        let applies = rule.when.as_ref().is_none_or(|when| self.is_true(when, values));
        !applies || self.is_true(&rule.expect, values)
    }

    fn is_true(&self, condition: &Condition, values: &Values) -> bool {
        match condition {
            Condition::Present(key) => self.get(values, key).is_some(),
            Condition::Absent(key) => self.get(values, key).is_none(),
            Condition::Equals(key, wanted) => self.get(values, key).is_some_and(|value| are_equal(value, wanted)),
            Condition::OneOf(key, wanted) => {
                self.get(values, key).is_some_and(|value| wanted.iter().any(|wanted| are_equal(value, wanted)))
            }
            Condition::Order(first, second) => match (self.get(values, first), self.get(values, second)) {
                (Some(first), Some(second)) => !is_greater(first, second),
                (None, _) | (_, None) => true,
            },
        }
    }

    /// The members that are there, as the object on the wire.
    pub(crate) fn to_json(&self, values: Values) -> Json {
        let entries = self.members.iter().zip(values);
        Json::Object(entries.filter_map(|(member, value)| Some((Text::new(&member.wire_name), value?))).collect())
    }
}

/// Whether a rule speaks of the member.
fn names(rule: &Rule, key: &str) -> bool {
    rule.when.iter().chain([&rule.expect]).any(|condition| match condition {
        Condition::Present(name) | Condition::Absent(name) | Condition::Equals(name, _) | Condition::OneOf(name, _) => {
            name == key
        }
        Condition::Order(first, second) => first == key || second == key,
    })
}

fn are_equal(value: &Json, wanted: &Json) -> bool {
    match (value, wanted) {
        (Json::Number(value), Json::Number(wanted)) => value == wanted || value.parse::<f64>() == wanted.parse::<f64>(),
        (Json::String(value), Json::String(wanted)) => value.decode() == wanted.decode(),
        (value, wanted) => value == wanted,
    }
}

/// Whether one value is greater than another: as numbers, else as texts, in which dates of one form are in order too.
fn is_greater(first: &Json, second: &Json) -> bool {
    match (first, second) {
        (Json::Number(first), Json::Number(second)) => match (first.parse::<f64>(), second.parse::<f64>()) {
            (Ok(first), Ok(second)) => first > second,
            _ => false,
        },
        (Json::String(first), Json::String(second)) => first.decode() > second.decode(),
        _ => false,
    }
}

/// A search for changes that mend all rules and cost no more than a budget.
struct Search<'a, 's> {
    structure: &'a Structure<'s>,
    changes: &'a [Change],
    values: Values,
    is_changed: Vec<bool>,
    tries: usize,
}

impl Search<'_, '_> {
    /// Makes changes until no rule is broken. Whatever mends a broken rule changes one of its members, so no other
    /// change is tried.
    fn run(&mut self, budget: usize) -> Option<()> {
        let Some(rule) = self.structure.broken(&self.values) else { return Some(()) };
        for Change { member, value, cost } in self.changes {
            let may_mend = names(rule, &self.structure.members[*member].key);
            if !may_mend || self.is_changed[*member] || *cost > budget || self.tries >= MAX_TRIES {
                continue;
            }
            self.tries += 1;
            let before = std::mem::replace(&mut self.values[*member], value.clone());
            self.is_changed[*member] = true;
            if self.run(budget - cost).is_some() {
                return Some(());
            }
            self.is_changed[*member] = false;
            self.values[*member] = before;
        }
        None
    }
}
