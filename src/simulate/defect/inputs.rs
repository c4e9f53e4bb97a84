//! Wrong inputs that are taken, or refused by the wrong error: page sizes, tokens, identifiers.

use super::super::refusal;
use super::Next;
use super::asked::{Asked, Page, with, without};
use crate::message::Response;
use crate::spec::{Inputs, conform};

/// Page size 0 is taken as none.
pub(super) fn size_zero(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    without_size(asked, inputs, next, |number, _| number == Some(0.0))
}

/// A page size beyond the maximum is taken as none.
pub(super) fn size_above_maximum(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    without_size(asked, inputs, next, |number, most| number.zip(most).is_some_and(|(number, most)| number > most))
}

/// A page size that is no number is taken as none.
pub(super) fn size_no_number(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    without_size(asked, inputs, next, |number, _| number.is_none())
}

fn without_size(
    asked: &Asked<'_>,
    inputs: &Inputs,
    next: Next<'_>,
    is_meant: impl Fn(Option<f64>, Option<f64>) -> bool,
) -> Response {
    let Some((key, size)) = asked.given_size(inputs) else { return next(inputs) };
    let range = asked.spec.input_member(key).and_then(|member| asked.spec.shape(member.shape).constraints.range);
    if is_meant(size.parse().ok(), range.map(|(_, most)| most)) { next(&without(inputs, key)) } else { next(inputs) }
}

/// The empty token is taken as none.
pub(super) fn token_empty(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    without_token(asked, inputs, next, |_, token| token.is_empty())
}

/// A token that does not even look like one of ours is taken as none.
pub(super) fn token_unknown(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    without_token(asked, inputs, next, |page, token| !token.is_empty() && !looks_like_ours(page, inputs, token))
}

/// A token that looks like one of ours, and was never issued to anybody, is taken as none.
pub(super) fn token_tampered(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    without_token(asked, inputs, next, |page, token| {
        looks_like_ours(page, inputs, token) && issued_elsewhere(asked, inputs, page, token).is_none()
    })
}

/// A token of another resource is taken.
pub(super) fn token_foreign(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let foreign = asked.page(inputs).zip(asked.spent(inputs)).and_then(|(page, (key, token))| {
        let offset = issued_elsewhere(asked, inputs, &page, &token)?;
        Some(with(asked.spec, inputs, key, &page.token(inputs, offset)))
    });
    next(foreign.as_ref().unwrap_or(inputs))
}

fn without_token(
    asked: &Asked<'_>,
    inputs: &Inputs,
    next: Next<'_>,
    is_meant: impl Fn(&Page<'_>, &str) -> bool,
) -> Response {
    match asked.page(inputs).zip(asked.spent(inputs)) {
        Some((page, (key, token))) if page.offset(inputs, &token).is_none() && is_meant(&page, &token) => {
            next(&without(inputs, key))
        }
        _ => next(inputs),
    }
}

fn looks_like_ours(page: &Page<'_>, inputs: &Inputs, token: &str) -> bool {
    token.len() == page.token(inputs, 1).len()
}

/// Where the token leads, if it was issued for one of the other resources that exist.
fn issued_elsewhere(asked: &Asked<'_>, inputs: &Inputs, page: &Page<'_>, token: &str) -> Option<u64> {
    let mut resources = vec![inputs.clone()];
    for id in asked.plan.ids().iter().filter(|id| inputs.get(&id.key).is_some()) {
        let of = |inputs: &Inputs| id.values.iter().map(|value| with(asked.spec, inputs, &id.key, value)).collect();
        resources = resources.iter().flat_map(|inputs| -> Vec<Inputs> { of(inputs) }).collect();
    }
    resources.iter().find_map(|inputs| page.offset(inputs, token))
}

/// A malformed identifier is taken for one that exists.
pub(super) fn malformed_taken(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    taken(asked, inputs, next, Wrong::Malformed)
}

/// An identifier that nobody has is taken for one that exists.
pub(super) fn unknown_taken(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    taken(asked, inputs, next, Wrong::Unknown)
}

/// A malformed identifier is answered like one that nobody has.
pub(super) fn malformed_as_unknown(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    match wrong_id(asked, inputs) {
        Some((key, Wrong::Malformed)) if names_both(asked) => {
            refusal::not_found(asked.spec, key, &inputs.text(key).unwrap_or_default())
        }
        Some(_) | None => next(inputs),
    }
}

/// An identifier that nobody has is answered like a malformed one.
pub(super) fn unknown_as_malformed(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    match wrong_id(asked, inputs) {
        Some((key, Wrong::Unknown)) if names_both(asked) => {
            refusal::invalid_member(asked.spec, key, "Member must be one that exists")
        }
        Some(_) | None => next(inputs),
    }
}

/// Whether the spec names an error for each; where it does not, any client error is right.
fn names_both(asked: &Asked<'_>) -> bool {
    let names = [&asked.spec.validation_error, &asked.spec.not_found_error];
    names.iter().all(|name| name.is_some()) && names[0] != names[1]
}

/// What is wrong with an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Malformed,
    Unknown,
}

/// The first identifier that is wrong.
fn wrong_id<'a>(asked: &Asked<'a>, inputs: &Inputs) -> Option<(&'a str, Wrong)> {
    asked.plan.ids().iter().find_map(|id| {
        let given = inputs.text(&id.key)?;
        let wrong = if conform::check_text(asked.spec, id.shape, &given).is_empty() {
            (!id.values.iter().any(|value| *value == given)).then_some(Wrong::Unknown)
        } else {
            Some(Wrong::Malformed)
        };
        Some((id.key.as_str(), wrong?))
    })
}

fn taken(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>, wanted: Wrong) -> Response {
    let Some((key, _)) = wrong_id(asked, inputs).filter(|(_, wrong)| *wrong == wanted) else { return next(inputs) };
    let id = asked.plan.ids().iter().find(|id| id.key == key);
    match id.and_then(|id| id.values.first()) {
        Some(value) => next(&with(asked.spec, inputs, key, value)),
        None => next(inputs),
    }
}
