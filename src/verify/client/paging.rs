//! Where a walk ends and where it goes on.

use super::super::finding::{Judgement, Note, Part};
use super::law::by_error_of;
use super::wire::{Answered, Asked, Next, Why};
use super::{Client, Said};
use crate::evidence::CheckVerdict;
use crate::spec::{Level, RepeatedToken};

/// `pagination.continues-past-page`.
pub(super) fn continues_past_page<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    continues(client, |items| items > 0, "a page with items and a token")
}

/// `pagination.continues-past-empty-page`.
pub(super) fn continues_past_empty_page<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    continues(client, |items| items == 0, "an empty page with a token")
}

fn continues<'a>(client: &Client<'_, 'a>, is_it: impl Fn(usize) -> bool, what: &str) -> Judgement<'a> {
    let Some(paging) = &client.spec.pagination else { return Judgement::untouched() };
    let is_kind =
        |asked: &&Asked| matches!(&asked.answer, Answered::Page { items, next: Next::Token(_) } if is_it(*items));
    let seen = client.wire.of_operation().filter(is_kind).count() as u64;
    let stopped = client.left_open().filter(|(last, _)| is_kind(last));
    // An error tells the caller that it was not all, where the scenario allows one.
    let is_told = client.may_fail() && matches!(client.said(), Said::Failure(_));
    match stopped {
        Some((last, token)) if !is_told => {
            let note = Note::new(format!("the client stopped after {what}"))
                .at(last.index, Part::Response)
                .expected(format!("a request with \"{token}\""))
                .found(format!("no more request, and {}", client.outcome()))
                .by_key(client.spec, paging.line, "output_token")
                .help("go on while there is a token, whatever the page holds");
            Judgement::broken(note)
        }
        Some(_) => Judgement::held(seen - 1),
        None => Judgement::held(seen),
    }
}

/// `pagination.stops-on-absent-token`.
pub(super) fn stops_on_absent_token<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    stops(client, &Next::Absent, "without a token")
}

/// `pagination.stops-on-null-token`.
pub(super) fn stops_on_null_token<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    stops(client, &Next::Null, "whose token is null")
}

/// `pagination.stops-on-empty-token`.
pub(super) fn stops_on_empty_token<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    stops(client, &Next::Empty, "whose token is empty")
}

fn stops<'a>(client: &Client<'_, 'a>, end: &Next, what: &str) -> Judgement<'a> {
    let Some(paging) = &client.spec.pagination else { return Judgement::untouched() };
    let is_end = |asked: &&Asked| matches!(&asked.answer, Answered::Page { next, .. } if next == end);
    let ends = client.wire.of_operation().filter(is_end).count() as u64;
    let behind = client.wire.of_operation().find(|asked| asked.why == Why::AfterEnd(end.clone()));
    let Some(behind) = behind else { return Judgement::held(ends) };
    let found = match &behind.token {
        Some(token) => format!("a request with the token \"{token}\""),
        None => "a request for the first page".to_owned(),
    };
    let note = Note::new(format!("the client asks again after a page {what}"))
        .at(behind.index, Part::Request)
        .expected("no more request")
        .found(found)
        .by_key(client.spec, paging.line, "output_token")
        .help("stop where the token is missing, null or empty");
    Judgement::broken(note)
}

/// `pagination.repeated-token`: what the client does when a token comes twice.
pub(super) fn repeated_token<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let Some(repeated) = repeated(client) else { return Judgement::untouched() };
    let Some(class) = on_repeated_token(client, repeated) else { return Judgement::untouched() };
    let allowed = &client.spec.client.repeated_token;
    if allowed.contains(&class) {
        return Judgement::held(1);
    }
    let requests = client.run.arrivals.len();
    let found = match class {
        RepeatedToken::Loops => {
            format!("the token \"{}\" again and again, {requests} requests in all", token(repeated))
        }
        RepeatedToken::Stops | RepeatedToken::Errors => format!("{}, after {requests} requests", client.outcome()),
    };
    let note = Note::new(format!("on a token that comes twice, the client {}", word(class)))
        .at(repeated.index, Part::Response)
        .found(found);
    if allowed.is_empty() {
        return Judgement::of(1, vec![note.level(Level::Info).counts_as(CheckVerdict::Info)]);
    }
    let words: Vec<&str> = allowed.iter().map(|class| word(*class)).collect();
    let note = note
        .level(Level::Must)
        .expected(format!("a client that {}", words.join(" or ")))
        .by_word(client.spec, &["repeated_token", "client"])
        .help("remember the last token, and stop or report an error when it comes again");
    Judgement::broken(note)
}

/// The first request that was answered with a token that was spent before.
pub(super) fn repeated<'c>(client: &'c Client<'_, '_>) -> Option<&'c Asked> {
    client
        .wire
        .of_operation()
        .find(|asked| asked.answer.next_token().is_some_and(|token| client.wire.was_spent(token, asked.index)))
}

/// The token that a request was answered with.
fn token(asked: &Asked) -> &str {
    asked.answer.next_token().unwrap_or_default()
}

/// What the client did after a token had come twice; none where nobody knows.
pub(super) fn on_repeated_token(client: &Client<'_, '_>, repeated: &Asked) -> Option<RepeatedToken> {
    let spends_again = |asked: &Asked| asked.index > repeated.index && asked.why == Why::Next;
    let loops = client.run.is_runaway() || client.wire.of_operation().any(spends_again);
    match (loops, client.said()) {
        (true, _) => Some(RepeatedToken::Loops),
        (false, Said::Success(_)) => Some(RepeatedToken::Stops),
        (false, Said::Failure(_)) => Some(RepeatedToken::Errors),
        (false, Said::Nothing) => None,
    }
}

/// The word for what a client does on a repeated token.
pub(super) fn word(class: RepeatedToken) -> &'static str {
    match class {
        RepeatedToken::Stops => "stops",
        RepeatedToken::Errors => "errors",
        RepeatedToken::Loops => "loops",
    }
}

/// `pagination.cycle-bounded`: tokens that come round end within the budget.
pub(super) fn cycle_bounded<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let Some(paging) = &client.spec.pagination else { return Judgement::untouched() };
    if !client.is_consumed() {
        return Judgement::untouched();
    }
    if !client.run.is_runaway() {
        return Judgement::held(1);
    }
    let tokens = client.run.steps.iter().filter(|step| step.token.is_some()).count();
    let note = Note::new(format!("the client follows {tokens} tokens in turn without end"))
        .expected(format!("an end within {} requests", client.run.budget))
        .found(format!("{} requests", client.run.arrivals.len()))
        .by_key(client.spec, paging.line, "output_token")
        .help("bound the number of pages, or remember the tokens that were spent");
    Judgement::broken(note)
}

/// `pagination.error-mid-walk`: after an error that ends the walk, no page is fetched a second time.
pub(super) fn error_mid_walk<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let pages = |asked: &&Asked| matches!(asked.answer, Answered::Page { .. });
    let error =
        client.wire.of_operation().skip_while(|asked| !pages(asked)).find(|asked| asked.answer.is_final_error());
    let Some(error) = error else { return Judgement::untouched() };
    let again = client.wire.of_operation().find(|asked| asked.index > error.index && asked.why == Why::Elsewhere);
    match (again, client.said()) {
        (Some(again), _) => {
            let page =
                again.token.as_deref().map_or("the first page".to_owned(), |token| format!("the page of \"{token}\""));
            let note = Note::new("the client fetches a page again after the walk has ended in an error")
                .at(again.index, Part::Request)
                .expected("no more request")
                .found(page)
                .help("tell the caller of the error, and leave it to the caller to begin again");
            Judgement::broken(by_error_of(client, error, note))
        }
        // That the error was kept from the caller is another row's to say.
        (None, Said::Success(_)) => Judgement::untouched(),
        (None, Said::Nothing | Said::Failure(_)) => Judgement::held(1),
    }
}
