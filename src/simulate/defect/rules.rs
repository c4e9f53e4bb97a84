//! Answers that break a rule across members, and nothing else.

use super::Next;
use super::asked::{Asked, change_body};
use crate::message::{Json, Response};
use crate::spec::exemplar::{self, Structure, Values};
use crate::spec::{Condition, Inputs, Kind, Member, Rule, Spec, conform};

/// Two members are in the wrong order.
pub(super) fn order(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    broken(asked, inputs, next, |rule| matches!(rule.expect, Condition::Order(..)))
}

/// A member has a value, or is there, where a rule forbids it.
pub(super) fn value(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    broken(asked, inputs, next, |rule| !matches!(rule.expect, Condition::Order(..)))
}

/// The response, in which one of these rules is broken, once.
fn broken(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>, is_meant: impl Fn(&Rule) -> bool) -> Response {
    let mut response = next(inputs);
    if asked.is_success(&response) {
        change_body(&mut response, |body| {
            asked.spec.rules.iter().filter(|rule| is_meant(rule)).any(|rule| break_rule(asked.spec, rule, body));
        });
    }
    response
}

/// Breaks a rule in the first place where that can be done; says whether it could.
fn break_rule(spec: &Spec, rule: &Rule, body: &mut Json) -> bool {
    let Some(key) = &rule.each else {
        let structure = Structure::new(spec, &spec.output, None);
        return Breach { structure, rule }.change(body, |body| conform::check_output_body(spec, body).is_empty());
    };
    let Some(list) = spec.output_member(key) else { return false };
    let (Some(members), Kind::List(item)) = (spec.item_members(list), &spec.shape(list.shape).kind) else {
        return false;
    };
    let Json::Object(entries) = body else { return false };
    let Some((_, Json::Array(items))) = entries.iter_mut().find(|(name, _)| name.decode() == list.wire_name) else {
        return false;
    };
    items.iter_mut().any(|found| {
        let structure = Structure::new(spec, members, Some(key));
        Breach { structure, rule }.change(found, |found| conform::check_json(spec, *item, found).is_empty())
    })
}

/// A rule to be broken in one object.
struct Breach<'s> {
    structure: Structure<'s>,
    rule: &'s Rule,
}

impl Breach<'_> {
    /// Changes the object if it then breaks a rule and nothing else.
    fn change(&self, object: &mut Json, conforms: impl Fn(&Json) -> bool) -> bool {
        let mut values: Values =
            self.structure.members.iter().map(|member| object.get(&member.wire_name).cloned()).collect();
        let is_made = self.rule.when.as_ref().is_none_or(|when| self.make(&mut values, when, true))
            && self.make(&mut values, &self.rule.expect, false);
        if !is_made || self.structure.broken(&values).is_none() {
            return false;
        }
        let changed = self.structure.to_json(values);
        let is_good = conforms(&changed);
        if is_good {
            *object = changed;
        }
        is_good
    }

    /// Lets a condition hold, or not; says whether that could be done.
    fn make(&self, values: &mut Values, condition: &Condition, holds: bool) -> bool {
        match condition {
            Condition::Present(key) => self.be_there(values, key, holds),
            Condition::Absent(key) => self.be_there(values, key, !holds),
            Condition::Equals(key, value) => self.be_one_of(values, key, std::slice::from_ref(value), holds),
            Condition::OneOf(key, list) => self.be_one_of(values, key, list, holds),
            Condition::Order(first, second) => {
                let (Some((first, _)), Some((second, _))) = (self.member(first), self.member(second)) else {
                    return false;
                };
                // Where it holds it is left alone; two values that differ are in the wrong order once they change places.
                let are_there = values[first].is_some() && values[second].is_some() && values[first] != values[second];
                if are_there && !holds {
                    values.swap(first, second);
                }
                are_there || holds
            }
        }
    }

    fn be_there(&self, values: &mut Values, key: &str, is_there: bool) -> bool {
        let Some((place, member)) = self.member(key).filter(|_| !self.tells_apart(key)) else { return false };
        match (is_there, &values[place]) {
            (true, Some(_)) | (false, None) => true,
            (true, None) => {
                values[place] = Some(exemplar::value(self.structure.spec, member.shape, 0));
                true
            }
            (false, Some(_)) => {
                values[place] = None;
                !member.required
            }
        }
    }

    fn be_one_of(&self, values: &mut Values, key: &str, list: &[Json], is_one: bool) -> bool {
        let Some((place, member)) = self.member(key) else { return false };
        if values[place].as_ref().is_some_and(|value| list.contains(value)) == is_one {
            return true;
        }
        let others = || (0..=list.len() as u64).map(|index| exemplar::value(self.structure.spec, member.shape, index));
        let value = if is_one { list.first().cloned() } else { others().find(|value| !list.contains(value)) };
        let can_change = value.is_some() && !self.tells_apart(key);
        if can_change {
            values[place] = value;
        }
        can_change
    }

    fn member(&self, key: &str) -> Option<(usize, &Member)> {
        self.structure.members.iter().enumerate().find(|(_, member)| member.key == key)
    }

    /// Whether the member tells items apart: another value would be another item.
    fn tells_apart(&self, key: &str) -> bool {
        let paging = self.structure.spec.pagination.as_ref();
        paging.is_some_and(|paging| {
            self.rule.each.as_ref() == Some(&paging.items) && paging.identity.iter().any(|known| known == key)
        })
    }
}
