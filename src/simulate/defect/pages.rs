//! Wrong pages: too long, with items that came before, without items that belong there.

use super::Next;
use super::asked::{Asked, are_valid, with, without};
use crate::message::Response;
use crate::spec::Inputs;

/// A page has one item more than was asked for.
pub(super) fn one_more(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let longer = asked.given_size(inputs).filter(|_| are_valid(asked.spec, inputs)).and_then(|(key, size)| {
        let longer = size.parse::<u64>().ok().filter(|size| *size > 0)?.checked_add(1)?;
        Some(with(asked.spec, inputs, key, &longer.to_string()))
    });
    // The simulator itself makes no page beyond the maximum.
    next(longer.filter(|longer| are_valid(asked.spec, longer)).as_ref().unwrap_or(inputs))
}

/// The page size is ignored, wherever it is valid.
pub(super) fn size_ignored(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let given = asked.given_size(inputs).filter(|_| are_valid(asked.spec, inputs) && asked.page(inputs).is_some());
    match given {
        Some((key, _)) => next(&without(inputs, key)),
        None => next(inputs),
    }
}

/// A page begins with the last item of the page before.
pub(super) fn last_item_again(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let mut response = next(inputs);
    let Some(page) = asked.page(inputs).filter(|_| asked.is_success(&response)) else { return response };
    if let Some(begin) = page.start(inputs).and_then(|start| start.checked_sub(1)) {
        asked.set_items(&mut response, page.listing.items(inputs, begin..begin.saturating_add(page.size)));
    }
    response
}

/// The second page lacks its first item.
pub(super) fn lost_item(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let mut response = next(inputs);
    let Some(page) = asked.page(inputs).filter(|_| asked.is_success(&response)) else { return response };
    let start = page.start(inputs).unwrap_or_default();
    // Of the last item nobody could say whether it is lost or the walk ended too soon.
    if start == page.size && start + 1 < page.listing.length() {
        asked.set_items(&mut response, page.listing.items(inputs, start + 1..start.saturating_add(page.size)));
    }
    response
}

/// The listing ends one item earlier, in every walk alike: right by the contract, and not what was recorded.
pub(super) fn one_item_fewer(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let mut response = next(inputs);
    let Some(page) = asked.page(inputs).filter(|_| asked.is_success(&response)) else { return response };
    let (start, length) = (page.start(inputs).unwrap_or_default(), page.listing.length().saturating_sub(1));
    if start < length && start.saturating_add(page.size) >= length {
        asked.set_items(&mut response, page.listing.items(inputs, start..length));
        asked.set_token(&mut response, None);
    }
    response
}
