//! What a cassette holds, in a line for people: the header's `description`.

use crate::message::{End, Exchange, Json, Response, Transcript};
use crate::spec::Specs;

/// How many exchanges are named one by one.
const NAMED: usize = 12;

/// The exchanges by status and id, the pages and items of listings.
pub fn describe(specs: &Specs, transcript: &Transcript) -> String {
    let exchanges = &transcript.exchanges;
    let mut text = match exchanges.len() {
        1 => "1 exchange".to_owned(),
        count => format!("{count} exchanges"),
    };
    for (index, exchange) in exchanges.iter().take(NAMED).enumerate() {
        text.push_str(if index == 0 { ": " } else { ", " });
        text.push_str(&format!("{} {}", outcome(&exchange.response), exchange.id));
    }
    if exchanges.len() > NAMED {
        text.push_str(&format!(", and {} more", exchanges.len() - NAMED));
    }
    let pages: Vec<usize> = exchanges.iter().filter_map(|exchange| items_of_page(specs, exchange)).collect();
    if !pages.is_empty() {
        let items: usize = pages.iter().sum();
        text.push_str(&format!("; {}, {}", counted(pages.len(), "page"), counted(items, "item")));
    }
    text
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The status, or what came instead of one.
fn outcome(response: &Response) -> String {
    match (response.status, response.end) {
        (Some(status), _) => status.to_string(),
        (None, End::ResetAfter(_)) => "reset".to_owned(),
        (None, End::TimeoutAfter(_)) => "timeout".to_owned(),
        (None, End::EofAfter(_) | End::Complete) => "closed".to_owned(),
    }
}

/// How many items the page has, if the exchange brought a page of a listing.
fn items_of_page(specs: &Specs, exchange: &Exchange) -> Option<usize> {
    let spec = specs.operation(exchange.operation.as_deref()?)?;
    let list = spec.output_member(&spec.pagination.as_ref()?.items)?;
    if exchange.response.status != Some(spec.http.success) {
        return None;
    }
    let body = Json::parse(exchange.response.body.bytes()).ok()?;
    Some(body.get(&list.wire_name)?.as_array()?.len())
}
