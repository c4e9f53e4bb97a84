//! An exchange in one line: the operation with its inputs, and what came of it.

use super::case::Case;
use crate::evidence::reading::{Content, NextToken, Outcome, items, next_token};
use crate::message::{End, Response, WithheldReason};
use crate::spec::Route;

/// How long a value may be, in characters.
const VALUE: usize = 20;

/// One line about an exchange.
pub(super) fn exchange(case: &Case<'_>) -> String {
    let request = &case.exchange.request;
    let asked = match &case.reading.route {
        Ok(route) => call(route),
        Err(_) => format!("{} {}", request.method, middle(&request.path, 4 * VALUE)),
    };
    format!("{asked} → {}", answer(case))
}

fn call(route: &Route<'_>) -> String {
    let inputs = route.inputs.iter().map(|(key, value)| format!("{key}={}", middle(&value.text(), VALUE)));
    format!("{}({})", route.spec.operation, inputs.collect::<Vec<_>>().join(", "))
}

fn answer(case: &Case<'_>) -> String {
    let response = &case.exchange.response;
    let status = response.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let mut parts = vec![status];
    match &case.reading.outcome {
        Outcome::Success => parts.extend(page(case)),
        Outcome::Error { name: Some(name), .. } => parts.push(middle(name, 3 * VALUE)),
        Outcome::Error { name: None, .. } => parts.push("no error type".to_owned()),
        Outcome::Broken => parts.push(end(response)),
    }
    if let Some(body) = body(&case.reading.body) {
        parts.push(body.to_owned());
    }
    parts.join(", ")
}

fn page(case: &Case<'_>) -> Vec<String> {
    let Some(spec) = case.spec().filter(|spec| spec.pagination.is_some()) else { return Vec::new() };
    let items = items(spec, &case.reading.body).map(|items| match items.len() {
        1 => "1 item".to_owned(),
        count => format!("{count} items"),
    });
    let token = match next_token(spec, &case.exchange.response, &case.reading.body) {
        NextToken::None => Some("no token".to_owned()),
        NextToken::Text(token) => Some(format!("token \"{}\"", middle(&token, VALUE))),
        NextToken::Unreadable => None,
    };
    items.into_iter().chain(token).collect()
}

fn end(response: &Response) -> String {
    match response.end {
        End::Complete => "no status".to_owned(),
        End::ResetAfter(bytes) => format!("reset after {bytes} bytes"),
        End::EofAfter(bytes) => format!("closed after {bytes} bytes"),
        End::TimeoutAfter(bytes) => format!("nothing more after {bytes} bytes"),
    }
}

fn body(content: &Content) -> Option<&'static str> {
    match content {
        Content::Json(_) | Content::Empty => None,
        Content::NotJson(WithheldReason::Html) => Some("an HTML page"),
        Content::NotJson(WithheldReason::Truncated) => Some("JSON that breaks off"),
        Content::NotJson(_) => Some("a body that is not JSON"),
        Content::Unknown => Some("a body too long to be kept"),
    }
}

/// A text cut in its middle.
fn middle(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let keep = most / 2;
    let begin: String = text.chars().take(keep).collect();
    let end: String = text.chars().skip(length - keep).collect();
    format!("{begin}…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_a_long_value_in_its_middle() {
        assert_eq!(middle(&"x".repeat(20), 20), "x".repeat(20));
        assert_eq!(middle("imageset000000000000000000000001", 12), "images…000001");
    }
}
