//! Rules, judged by other code than the simulator's.

use super::subject::output;
use retake::message::Json;
use retake::spec::{Condition, Member, Rule, Spec};

pub(super) fn assert_rules_hold(spec: &Spec, body: &Json) {
    for rule in &spec.rules {
        match &rule.each {
            None => assert_holds(spec, rule, &spec.output, body),
            Some(key) => {
                let list = spec.output_member(key).unwrap();
                let items = output(spec, body, key).and_then(Json::as_array).unwrap_or_default();
                items.iter().for_each(|item| assert_holds(spec, rule, spec.item_members(list).unwrap(), item));
            }
        }
    }
}

pub(super) fn assert_holds(spec: &Spec, rule: &Rule, members: &[Member], object: &Json) {
    let applies = rule.when.as_ref().is_none_or(|when| is_true(when, members, object));
    let holds = !applies || is_true(&rule.expect, members, object);
    assert!(holds, "{}: {} is broken by {}", spec.file, rule.id, object.to_compact());
}

pub(super) fn is_true(condition: &Condition, members: &[Member], object: &Json) -> bool {
    let value = |key: &str| {
        let member = members.iter().find(|member| member.key == key).unwrap();
        object.get(&member.wire_name).filter(|value| **value != Json::Null)
    };
    let text = |value: &Json| value.as_text().map_or_else(|| value.to_compact(), |text| text.into_owned());
    match condition {
        Condition::Present(key) => value(key).is_some(),
        Condition::Absent(key) => value(key).is_none(),
        Condition::Equals(key, wanted) => value(key).is_some_and(|value| text(value) == text(wanted)),
        Condition::OneOf(key, wanted) => value(key).is_some_and(|v| wanted.iter().any(|w| text(v) == text(w))),
        Condition::Order(first, second) => match (value(first), value(second)) {
            (Some(first), Some(second)) => {
                match (first.to_compact().parse::<f64>(), second.to_compact().parse::<f64>()) {
                    (Ok(first), Ok(second)) => first <= second,
                    _ => text(first) <= text(second),
                }
            }
            _ => true,
        },
    }
}
