//! The spec's own rules across members: `shape.rule`.

use super::case::{Case, Success};
use super::decimal;
use super::finding::{Judgement, Note, Part};
use super::shape::place;
use crate::evidence::reading::output_value;
use crate::message::{Json, Response};
use crate::spec::{Condition, Member, Rule, Spec};
use std::cmp::Ordering;
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

/// `shape.rule`: the spec's rules across members hold, each at its own level.
pub(super) fn rule<'a>(case: &Case<'a>) -> Judgement<'a> {
    let Some(success) = case.success().filter(|success| success.body().is_some()) else {
        return Judgement::untouched();
    };
    let mut judgement = Judgement::untouched();
    for rule in &success.spec.rules {
        for scope in scopes(success, rule, &case.exchange.response) {
            match scope.judge(rule) {
                Some(true) => judgement.cases += 1,
                Some(false) => {
                    judgement.cases += 1;
                    judgement.notes.push(broken(case, success.spec, rule, &scope));
                }
                None => {}
            }
        }
    }
    judgement
}

fn broken<'a>(case: &Case<'a>, spec: &'a Spec, rule: &'a Rule, scope: &Scope<'_>) -> Note<'a> {
    let message = match scope.pointer.as_str() {
        "" => format!("the output breaks the rule {}", rule.id),
        pointer => format!("{} breaks the rule {}", place(pointer), rule.id),
    };
    let expected = match &rule.when {
        Some(when) => format!("{}, where {}", words(&rule.expect), words(when)),
        None => words(&rule.expect),
    };
    Note::new(message)
        .at(case.index, Part::Body(scope.pointer.clone()))
        .level(rule.level)
        .expected(expected)
        .found(scope.shown(rule))
        .by(spec, rule.line)
        .help("correct the answer; if the service answers so, correct the rule in the spec")
}

/// The members that a rule speaks of, with their values.
struct Scope<'s> {
    pointer: String,
    values: Vec<(&'s str, Option<Json>)>,
}

/// Where a rule applies: each item of its list, or the whole output.
fn scopes<'s>(success: Success<'s, '_>, rule: &Rule, response: &Response) -> Vec<Scope<'s>> {
    let spec = success.spec;
    let Some(each) = &rule.each else {
        let value =
            |member: &'s Member| (member.key.as_str(), output_value(spec, &member.key, response, success.content));
        return vec![Scope { pointer: String::new(), values: spec.output.iter().map(value).collect() }];
    };
    let Some(list) = spec.output_member(each) else { return Vec::new() };
    let members = spec.item_members(list).unwrap_or_default();
    let items = output_value(spec, each, response, success.content);
    let items = items.as_ref().and_then(Json::as_array).unwrap_or_default();
    let scope = |(index, item): (usize, &Json)| Scope {
        pointer: format!("/{}/{index}", list.wire_name),
        values: members.iter().map(|member| (member.key.as_str(), item.get(&member.wire_name).cloned())).collect(),
    };
    items.iter().enumerate().map(scope).collect()
}

impl Scope<'_> {
    /// Whether the rule holds here; none where it does not apply.
    fn judge(&self, rule: &Rule) -> Option<bool> {
        let applies = rule.when.as_ref().is_none_or(|when| self.holds(when) == Some(true));
        if applies { self.holds(&rule.expect) } else { None }
    }

    /// The value of a member, if it is there and not null.
    fn value(&self, key: &str) -> Option<&Json> {
        let value = self.values.iter().find(|(known, _)| *known == key)?.1.as_ref()?;
        (*value != Json::Null).then_some(value)
    }

    /// Whether a condition holds; none for an order of which one side is missing or is neither number nor time.
    fn holds(&self, condition: &Condition) -> Option<bool> {
        match condition {
            Condition::Present(key) => Some(self.value(key).is_some()),
            Condition::Absent(key) => Some(self.value(key).is_none()),
            Condition::Equals(key, wanted) => Some(self.value(key).is_some_and(|value| is_equal(value, wanted))),
            Condition::OneOf(key, wanted) => {
                Some(self.value(key).is_some_and(|value| wanted.iter().any(|wanted| is_equal(value, wanted))))
            }
            Condition::Order(first, second) => {
                compare(self.value(first)?, self.value(second)?).map(|order| order != Ordering::Greater)
            }
        }
    }

    /// The values that the rule looks at.
    fn shown(&self, rule: &Rule) -> String {
        let mut keys: Vec<&str> = Vec::new();
        for key in rule.when.iter().chain([&rule.expect]).flat_map(members) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let shown = keys.into_iter().map(|key| match self.value(key) {
            Some(value) => format!("{key} {}", value.to_compact()),
            None => format!("no {key}"),
        });
        shown.collect::<Vec<_>>().join(", ")
    }
}

fn members(condition: &Condition) -> Vec<&str> {
    match condition {
        Condition::Present(key) | Condition::Absent(key) | Condition::Equals(key, _) | Condition::OneOf(key, _) => {
            vec![key]
        }
        Condition::Order(first, second) => vec![first, second],
    }
}

fn words(condition: &Condition) -> String {
    match condition {
        Condition::Present(key) => format!("{key} is there"),
        Condition::Absent(key) => format!("{key} is not there"),
        Condition::Equals(key, value) => format!("{key} is {}", value.to_compact()),
        Condition::OneOf(key, values) => {
            let values: Vec<String> = values.iter().map(Json::to_compact).collect();
            format!("{key} is one of {}", values.join(", "))
        }
        Condition::Order(first, second) => format!("{first} is not after {second}"),
    }
}

fn is_equal(value: &Json, wanted: &Json) -> bool {
    match (value, wanted) {
        (Json::Number(value), Json::Number(wanted)) => decimal::compare(value, wanted) == Some(Ordering::Equal),
        (Json::String(value), Json::String(wanted)) => value.decode() == wanted.decode(),
        (value, wanted) => value == wanted,
    }
}

/// Numbers by value, times by instant.
fn compare(one: &Json, other: &Json) -> Option<Ordering> {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => decimal::compare(one, other),
        (Json::String(one), Json::String(other)) => Some(instant(&one.decode())?.cmp(&instant(&other.decode())?)),
        _ => None,
    }
}

fn instant(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).or_else(|_| OffsetDateTime::parse(text, &Rfc2822)).ok()
}
