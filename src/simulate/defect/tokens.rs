//! Wrong page tokens: that repeat, that can be read, that are too long, that stand where they must not.

use super::Next;
use super::asked::{Asked, Page, with};
use crate::message::{Json, Response};
use crate::spec::{Inputs, ShapeId, conform};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The longest token where the spec does not say it.
const LONGEST: u64 = 8192;

/// Every page gives the token of the first.
pub(super) fn constant(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let mut response = next(inputs);
    if let (Some(page), Some(_)) = (asked.page(inputs), asked.token_of(&response)) {
        let first = next(&page.inputs_at(inputs, 0));
        asked.set_token(&mut response, asked.token_of(&first).as_deref());
    }
    response
}

/// The third page gives the token of the first: A, B, A, B.
pub(super) fn alternating(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let mut response = next(inputs);
    if let (Some(page), Some(_)) = (asked.page(inputs), asked.token_of(&response))
        && page.start(inputs) == Some(2 * page.size)
    {
        asked.set_token(&mut response, Some(&page.token(inputs, page.size)));
    }
    response
}

/// The token is what tells the last item of the page from the others.
pub(super) fn item_id(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    readable(asked, inputs, next, |page, offset| {
        let all = page.listing.items(inputs, 0..page.listing.length());
        let items = all.as_array()?;
        let list = asked.spec.output_member(&page.listing.pagination.items)?;
        let members = asked.spec.item_members(list)?;
        let texts = page.listing.pagination.identity.iter().rev().find_map(|key| {
            let name = &members.iter().find(|member| member.key == *key)?.wire_name;
            let texts: Option<Vec<String>> = items.iter().map(|item| text(item.get(name)?)).collect();
            texts.filter(|texts| texts.windows(2).all(|two| two[0] != two[1]))
        })?;
        texts.into_iter().nth(usize::try_from(offset.checked_sub(1)?).ok()?)
    })
}

fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.decode().into_owned()),
        Json::Number(number) => Some(number.clone()),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

/// The token is how many items there were.
pub(super) fn counter(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    readable(asked, inputs, next, |_, offset| Some(offset.to_string()))
}

/// The same behind base64, with a word that binds it to its inputs.
pub(super) fn encoded_counter(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    readable(asked, inputs, next, |page, offset| {
        let bound = page.token(inputs, 0);
        Some(STANDARD.encode(format!("{{\"of\":\"{bound}\",\"offset\":{offset}}}")))
    })
}

/// The token is one character longer than it may be.
pub(super) fn too_long(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let key = asked.spec.pagination.as_ref().map(|paging| paging.output_token.as_str());
    let member = key.and_then(|key| asked.spec.output_member(key));
    let length = member.and_then(|member| asked.spec.shape(member.shape).constraints.length);
    let beyond = length.map_or(LONGEST, |(_, most)| most.min(LONGEST)) + 1;
    respelled(asked, inputs, next, |page, offset| {
        let token = page.token(inputs, offset);
        let missing = usize::try_from(beyond).ok()?.saturating_sub(token.len());
        Some(token + &"0".repeat(missing))
    })
}

/// The token has a letter that is not ASCII.
pub(super) fn not_ascii(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    respelled(asked, inputs, next, |page, offset| {
        let token = page.token(inputs, offset) + "é";
        // Where the type says how long a token is and nothing of its letters, any will do.
        let says_length =
            shape_of_token(asked).is_some_and(|shape| asked.spec.shape(shape).constraints.length.is_some());
        (!says_length || !is_taken(asked, &token)).then_some(token)
    })
}

/// A page that has another behind it gives the empty token.
pub(super) fn empty(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let mut response = next(inputs);
    if asked.token_of(&response).is_some() {
        asked.set_token(&mut response, Some(""));
    }
    response
}

/// The last page has a token, which is refused.
pub(super) fn refused_after_last(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let mut response = next(inputs);
    if let (Some(page), None, true) = (asked.page(inputs), asked.token_of(&response), asked.is_success(&response)) {
        asked.set_token(&mut response, Some(&page.token(inputs, page.listing.length())));
    }
    response
}

/// The last page has a token, which leads to an empty page.
pub(super) fn empty_after_last(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    beyond(asked, inputs, next, false)
}

/// Behind the last page come empty pages, each with a token of its own.
pub(super) fn endless(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    beyond(asked, inputs, next, true)
}

/// The last page with items has a token too; the page behind it is empty, and has one where there is no end.
fn beyond(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>, is_endless: bool) -> Response {
    let Some(page) = asked.page(inputs) else { return next(inputs) };
    let length = page.listing.length();
    let spent = asked.spent(inputs).and_then(|(_, token)| page.offset(inputs, &token));
    let Some(offset) = spent.filter(|offset| *offset >= length) else {
        return refused_after_last(asked, inputs, next);
    };
    let mut response = next(&page.inputs_at(inputs, length.saturating_sub(1)));
    if asked.is_success(&response) {
        asked.set_items(&mut response, Json::Array(Vec::new()));
        let token = is_endless.then(|| page.token(inputs, offset.saturating_add(1)));
        asked.set_token(&mut response, token.as_deref());
    }
    response
}

/// The page before the last has no token.
pub(super) fn early_end(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let mut response = next(inputs);
    let Some(page) = asked.page(inputs) else { return response };
    let is_last_but_one =
        page.start(inputs).is_some_and(|start| start.saturating_add(page.size * 2) >= page.listing.length());
    if asked.is_success(&response) && is_last_but_one {
        asked.set_token(&mut response, None);
    }
    response
}

/// Tokens in a spelling that can be read, as far as their type takes it.
fn readable(
    asked: &Asked<'_>,
    inputs: &Inputs,
    next: Next<'_>,
    spell: impl Fn(&Page<'_>, u64) -> Option<String>,
) -> Response {
    respelled(asked, inputs, next, |page, offset| spell(page, offset).filter(|token| is_taken(asked, token)))
}

fn shape_of_token(asked: &Asked<'_>) -> Option<ShapeId> {
    let key = &asked.spec.pagination.as_ref()?.output_token;
    Some(asked.spec.output_member(key)?.shape)
}

fn is_taken(asked: &Asked<'_>, token: &str) -> bool {
    shape_of_token(asked).is_some_and(|shape| conform::check_text(asked.spec, shape, token).is_empty())
}

/// Tokens in another spelling, which are taken as they are given.
fn respelled(
    asked: &Asked<'_>,
    inputs: &Inputs,
    next: Next<'_>,
    spell: impl Fn(&Page<'_>, u64) -> Option<String>,
) -> Response {
    let Some(page) = asked.page(inputs) else { return next(inputs) };
    let spent = asked.spent(inputs).and_then(|(key, token)| {
        let offset = (1..page.listing.length()).find(|offset| spell(&page, *offset).as_ref() == Some(&token))?;
        Some(with(asked.spec, inputs, key, &page.token(inputs, offset)))
    });
    let mut response = next(spent.as_ref().unwrap_or(inputs));
    let offset = asked.token_of(&response).and_then(|token| page.offset(inputs, &token));
    if let Some(token) = offset.and_then(|offset| spell(&page, offset)) {
        asked.set_token(&mut response, Some(&token));
    }
    response
}
