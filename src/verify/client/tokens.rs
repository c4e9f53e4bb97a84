//! What the requests of a walk carry: which token, which page size, which other inputs.

use super::super::finding::{Judgement, Note, Part};
use super::request::are_same;
use super::wire::{Asked, Why, inputs};
use super::{Client, Said};
use crate::spec::Inputs;
use std::borrow::Cow;

/// `pagination.first-has-no-token`.
pub(super) fn first_has_no_token<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let (Some(paging), Some(first)) = (&client.spec.pagination, client.wire.first()) else {
        return Judgement::untouched();
    };
    if client.run.inputs.get(&paging.input_token).is_some() {
        return Judgement::untouched();
    }
    let Some(token) = &first.token else { return Judgement::held(1) };
    let note = Note::new("the first request has a token, and the caller gave none")
        .at(first.index, Part::Request)
        .expected(format!("no \"{}\"", paging.input_token))
        .found(format!("\"{token}\""))
        .by_key(client.spec, paging.line, "input_token")
        .help("leave the token out of the first request: an empty one is a token too");
    Judgement::broken(note)
}

/// `pagination.token-verbatim`.
pub(super) fn token_verbatim<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let Some(paging) = &client.spec.pagination else { return Judgement::untouched() };
    let mut followed = 0;
    for asked in client.wire.of_operation() {
        match &asked.why {
            Why::Next => followed += 1,
            Why::OtherToken(expected) => {
                let found =
                    asked.token.as_deref().map_or_else(|| "no token".to_owned(), |token| format!("\"{token}\""));
                let note = Note::new("the request behind a page does not carry the page's token")
                    .at(asked.index, Part::Request)
                    .expected(format!("\"{expected}\""))
                    .found(found)
                    .by_key(client.spec, paging.line, "input_token")
                    .help("send the token of the last page as it came, encoded once");
                return Judgement::broken(note);
            }
            Why::First
            | Why::Retry
            | Why::AfterEnd(_)
            | Why::Restart
            | Why::Retried
            | Why::Elsewhere
            | Why::Foreign => {}
        }
    }
    match (client.is_for("pagination.token-verbatim"), client.left_open(), client.said()) {
        (true, Some((last, token)), Said::Failure(_)) => {
            let note = Note::new("the token never came back")
                .at(last.index, Part::Response)
                .expected(format!("a request with \"{token}\""))
                .found(client.outcome())
                .by_key(client.spec, paging.line, "output_token")
                .help("take the token for what it is, any text of its type, and send it back encoded once");
            Judgement::broken(note)
        }
        _ => Judgement::held(followed),
    }
}

/// `pagination.inputs-stable`: every request has the inputs of the first, but for the token and the page size.
pub(super) fn inputs_stable<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let Some(paging) = &client.spec.pagination else { return Judgement::untouched() };
    let own: Vec<&str> =
        [Some(&paging.input_token), paging.page_size.as_ref()].into_iter().flatten().map(String::as_str).collect();
    let mut asked = client.wire.of_operation().filter(|asked| asked.why != Why::Retry);
    let Some(first) = asked.next().and_then(|first| inputs(client.case(first.index))) else {
        return Judgement::untouched();
    };
    let mut compared = 0;
    for asked in asked {
        let Some(sent) = inputs(client.case(asked.index)) else { continue };
        compared += 1;
        let members = client.spec.input.iter().filter(|member| !own.contains(&member.key.as_str()));
        for member in members {
            if !are_same(first.get(&member.key), sent.get(&member.key)) {
                let note = Note::new(format!("\"{}\" is not what it was on the first page", member.key))
                    .at(asked.index, Part::Request)
                    .expected(words(first, &member.key))
                    .found(words(sent, &member.key))
                    .by(client.spec, member.line)
                    .help("build the request for each page from the first one, and change nothing but the token");
                return Judgement::broken(note);
            }
        }
    }
    Judgement::held(compared)
}

/// `pagination.page-size-kept`: every page is asked for with the page size that the caller gave, or with none.
pub(super) fn page_size_kept<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let Some((paging, size)) = client.spec.pagination.as_ref().and_then(|p| Some((p, p.page_size.as_ref()?))) else {
        return Judgement::untouched();
    };
    let given = client.run.inputs.text(size);
    let mut pages = 0;
    for asked in client.wire.of_operation().filter(|asked| asked.why != Why::Retry) {
        let Some(sent) = inputs(client.case(asked.index)) else { continue };
        pages += 1;
        if sent.text(size) != given {
            let note = Note::new(format!("\"{size}\" is not the caller's"))
                .at(asked.index, Part::Request)
                .expected(words(client.run.inputs, size))
                .found(words(sent, size))
                .by_key(client.spec, paging.line, "page_size")
                .help("send the page size on every page if it was given, and on none if it was not");
            return Judgement::broken(note);
        }
    }
    Judgement::held(pages)
}

/// `pagination.retry-keeps-token`: what is asked again is what was asked.
pub(super) fn retry_keeps_token<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let mut retries = 0;
    for asked in client.wire.of_operation() {
        let before = client.wire.before(asked.index);
        match (&asked.why, before) {
            (Why::Restart, Some(before)) => return Judgement::broken(restarted(client, asked, before)),
            (Why::Retry, Some(before)) => {
                retries += 1;
                if let Some(note) = changed(client, asked, before) {
                    return Judgement::broken(note);
                }
            }
            _ => {}
        }
    }
    Judgement::held(retries)
}

fn restarted<'a>(client: &Client<'_, 'a>, asked: &Asked, before: &Asked) -> Note<'a> {
    let page = |asked: &Asked| match &asked.token {
        Some(token) => format!("the page of \"{token}\""),
        None => "the first page".to_owned(),
    };
    let note = Note::new("after a throttle or a fault, the client asks for another page than the one that failed")
        .at(asked.index, Part::Request)
        .expected(page(before))
        .found(page(asked))
        .help("ask again for the page that failed, with its token");
    match &client.spec.pagination {
        Some(paging) => note.by_key(client.spec, paging.line, "input_token"),
        None => note,
    }
}

/// The first input of a retry that is not the one of the attempt before.
fn changed<'a>(client: &Client<'_, 'a>, asked: &Asked, before: &Asked) -> Option<Note<'a>> {
    let (sent, before) = (inputs(client.case(asked.index))?, inputs(client.case(before.index))?);
    let member = client.spec.input.iter().find(|member| !are_same(before.get(&member.key), sent.get(&member.key)))?;
    Some(
        Note::new(format!("\"{}\" is not what it was in the attempt before", member.key))
            .at(asked.index, Part::Request)
            .expected(words(before, &member.key))
            .found(words(sent, &member.key))
            .by(client.spec, member.line)
            .help("send the same request again, and change nothing but its signature"),
    )
}

/// An input in words.
fn words(inputs: &Inputs, key: &str) -> String {
    inputs.text(key).map_or_else(|| "nothing".to_owned(), Cow::into_owned)
}
