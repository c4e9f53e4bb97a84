//! How the client behaves: what the run of one scenario shows of it, in one word.
//!
//! The keys, their words and the scenarios that show them are data, in
//! [`evidence::fingerprint`](crate::evidence::fingerprint); here is how each word is read off a run.
//! A word is no verdict. What the wire alone shows is told also of a client that says nothing; of
//! the rest nothing is said then.

use super::compare::{are_equal, is_nothing, unwrapped};
use super::enums::probed;
use super::items::deviation;
use super::paging::{on_repeated_token, repeated, word};
use super::retry::hints;
use super::shape::is_close;
use super::wire::{Answered, Next, Why};
use super::{Client, Said};
use crate::evidence::{Failure, Outcome, Probe, Trait, TraitKind};
use crate::message::Json;
use crate::spec::errors::error_type_of_body;

/// What a run shows; none where nobody knows.
type Read = fn(&Client<'_, '_>) -> Option<&'static str>;

/// For each key, how its word is read off a run.
static READERS: &[(&str, Read)] = &[
    ("absent-token", |client| after_last_page(client, &Next::Absent)),
    ("null-token", |client| after_last_page(client, &Next::Null)),
    ("empty-token", |client| after_last_page(client, &Next::Empty)),
    ("repeated-token", after_repeated_token),
    ("token-cycle", after_cycle),
    ("empty-page", after_empty_page),
    ("missing-list", without_list),
    ("null-list", without_list),
    ("page-error", page_error),
    ("unknown-enum", enum_value),
    ("empty-enum", enum_value),
    ("wrong-case-enum", enum_value),
    ("wrong-type-enum", enum_of_wrong_type),
    ("unknown-member", unknown_member),
    ("iso-timestamp", wrong_type),
    ("numeric-string", wrong_type),
    ("duplicate-keys", duplicate_keys),
    ("truncated-json", body),
    ("cut-body", body),
    ("not-json", body),
    ("html-200", body),
    ("empty-200", body),
    ("trailing-garbage", body),
    ("bom", body),
    ("error-header", |client| error_name(client, "typed")),
    ("error-header-uri", |client| error_name(client, "typed")),
    ("error-code", |client| error_name(client, "typed")),
    ("error-type", |client| error_name(client, "typed")),
    ("error-type-namespace", |client| error_name(client, "typed")),
    ("header-or-body", header_or_body),
    ("code-or-type", code_or_type),
    ("unmodelled-error", |client| error_name(client, "kept")),
    ("untyped-error", status),
    ("html-error", status),
    ("empty-error", status),
    ("truncated-error", status),
    ("throttle", retried),
    ("server-error", retried),
    ("reset-head", retried),
    ("reset-body", retried),
    ("stall", retried),
    ("opaque-503", retried),
    ("client-fault", retried),
    ("retry-after", hint),
    ("x-amz-retry-after", hint),
];

/// The one that is a number.
const ATTEMPTS: &str = "throttled-attempts";

/// What it is where there is no end to it.
const ENDLESS: &str = "endless";

/// The trait that the scenario shows, where it was seen.
pub(super) fn shown(client: &Client<'_, '_>) -> Option<Trait> {
    let key = TraitKind::shown_in(client.run.scenario)?.key;
    if key == ATTEMPTS {
        return attempts(client).map(|value| Trait { key, value });
    }
    let (_, read) = READERS.iter().find(|(known, _)| *known == key)?;
    read(client).map(|value| Trait { key, value: value.to_owned() })
}

/// What the caller was told, in a word; none where nobody knows.
fn told(client: &Client<'_, '_>, success: &'static str, failure: &'static str) -> Option<&'static str> {
    match client.said() {
        Said::Nothing => None,
        Said::Success(_) => Some(success),
        Said::Failure(_) => Some(failure),
    }
}

/// After the last page: where nothing is said and nothing comes, the client stopped.
fn after_last_page(client: &Client<'_, '_>, end: &Next) -> Option<&'static str> {
    let is_end =
        client.wire.of_operation().any(|asked| matches!(&asked.answer, Answered::Page { next, .. } if next == end));
    let goes_on = client.wire.of_operation().any(|asked| asked.why == Why::AfterEnd(end.clone()));
    match (is_end, goes_on) {
        (false, _) => None,
        (true, true) => Some("goes-on"),
        (true, false) => Some(told(client, "stops", "errors").unwrap_or("stops")),
    }
}

fn after_repeated_token(client: &Client<'_, '_>) -> Option<&'static str> {
    on_repeated_token(client, repeated(client)?).map(word)
}

/// A cycle that is gone round once, or a few times, ends all the same.
fn after_cycle(client: &Client<'_, '_>) -> Option<&'static str> {
    match (client.is_consumed(), client.run.is_runaway()) {
        (false, _) => None,
        (true, true) => Some("loops"),
        (true, false) => told(client, "stops", "errors"),
    }
}

fn after_empty_page(client: &Client<'_, '_>) -> Option<&'static str> {
    let is_empty = |answer: &Answered| matches!(answer, Answered::Page { items: 0, next: Next::Token(_) });
    let empty = client.wire.of_operation().find(|asked| is_empty(&asked.answer))?;
    match client.wire.of_operation().find(|asked| asked.index > empty.index) {
        Some(behind) => (behind.why == Why::Next).then_some("goes-on"),
        None => Some(told(client, "stops", "errors").unwrap_or("stops")),
    }
}

fn without_list(client: &Client<'_, '_>) -> Option<&'static str> {
    let is_whole = client.is_whole();
    match (client.is_probed(), client.said()) {
        (false, _) | (true, Said::Nothing) => None,
        (true, Said::Failure(_)) => Some("errors"),
        (true, Said::Success(Some(outcome))) if deviation(client, outcome).is_some() => Some("lost"),
        (true, Said::Success(_)) => Some(if is_whole { "empty" } else { "lost" }),
    }
}

fn page_error(client: &Client<'_, '_>) -> Option<&'static str> {
    // Also of a client that asks for a page again behind the error: what it tells its caller is what counts.
    let outcome = client.run.outcome.filter(|_| client.is_probed() && !client.run.is_runaway())?;
    Some(if outcome.is_success() { "hidden" } else { "surfaces" })
}

/// What became of a value that is hostile.
enum Became<'c> {
    /// The call failed.
    Error,
    /// The item that it is in is gone.
    Dropped,
    /// The caller got this.
    Value(&'c Probe, Option<&'c Json>),
}

fn became<'c>(client: &'c Client<'_, '_>) -> Option<Became<'c>> {
    match (client.is_probed(), client.said()) {
        (false, _) | (true, Said::Nothing | Said::Success(None)) => None,
        (true, Said::Failure(_)) => Some(Became::Error),
        (true, Said::Success(Some(outcome))) => {
            if deviation(client, outcome).is_some_and(|deviation| deviation.is_loss() && deviation.is_of_probe(client))
            {
                return Some(Became::Dropped);
            }
            let (probe, found) = probed(client, outcome)?;
            Some(Became::Value(probe, found))
        }
    }
}

fn enum_value(client: &Client<'_, '_>) -> Option<&'static str> {
    Some(match became(client)? {
        Became::Error => "errors",
        Became::Dropped => "dropped",
        Became::Value(probe, found) => {
            let sent = probe.takes.first()?;
            let is_sent = |value: &Json| are_equal(sent, value);
            let text = found.and_then(Json::as_text);
            if found.is_some_and(is_sent) {
                "preserved"
            } else if found.and_then(unwrapped).is_some_and(is_sent) {
                "wrapped"
            } else if text.is_some_and(|text| probe.modelled.iter().any(|value| *value == text)) {
                "aliased"
            } else {
                "lost"
            }
        }
    })
}

fn enum_of_wrong_type(client: &Client<'_, '_>) -> Option<&'static str> {
    Some(match became(client)? {
        Became::Error => "errors",
        Became::Dropped => "lost",
        Became::Value(probe, Some(found)) if probe.takes.iter().any(|taken| is_close(taken, found)) => "preserved",
        Became::Value(_, found) if is_nothing(found) => "lost",
        Became::Value(..) => "misread",
    })
}

fn unknown_member(client: &Client<'_, '_>) -> Option<&'static str> {
    match (client.is_probed(), client.said()) {
        (true, Said::Success(Some(outcome))) if deviation(client, outcome).is_some() => None,
        (true, _) => told(client, "ignored", "errors"),
        (false, _) => None,
    }
}

/// A value in a text: what may be got of it is the text, then the value.
fn wrong_type(client: &Client<'_, '_>) -> Option<&'static str> {
    Some(match became(client)? {
        Became::Error => "errors",
        Became::Dropped => "lost",
        Became::Value(_, found) if is_nothing(found) => "lost",
        Became::Value(probe, found) => {
            match found.and_then(|found| probe.takes.iter().position(|taken| is_close(taken, found))) {
                Some(0) => "kept",
                Some(_) => "read",
                None => "misread",
            }
        }
    })
}

/// A member that stands twice: what may be got of it is the last value, then the first.
fn duplicate_keys(client: &Client<'_, '_>) -> Option<&'static str> {
    Some(match became(client)? {
        Became::Error => "errors",
        Became::Dropped => "neither",
        Became::Value(probe, found) => {
            match found.and_then(|found| probe.takes.iter().position(|taken| are_equal(taken, found))) {
                Some(0) => "last",
                Some(_) => "first",
                None => "neither",
            }
        }
    })
}

fn body(client: &Client<'_, '_>) -> Option<&'static str> {
    let may_succeed = client.run.expectation.success.is_some();
    match (client.is_probed(), client.said()) {
        (false, _) | (true, Said::Nothing) => None,
        (true, Said::Failure(_)) => Some("error"),
        (true, Said::Success(None)) if may_succeed => None,
        (true, Said::Success(Some(outcome))) if may_succeed && deviation(client, outcome).is_none() => Some("read"),
        (true, Said::Success(_)) => Some("silent"),
    }
}

/// How the client failed, where it says so; that it says success of an error is no way of failing.
fn failure<'c>(client: &'c Client<'_, '_>) -> Option<Option<&'c Failure>> {
    match client.run.outcome.filter(|_| client.is_probed() && !client.run.is_runaway())? {
        Outcome::Error(failure) => Some(Some(failure)),
        Outcome::Ok(_) => Some(None),
        Outcome::Exit(_) => None,
    }
}

fn code<'c>(client: &'c Client<'_, '_>) -> Option<Option<&'c str>> {
    failure(client).map(|failure| failure.and_then(|failure| failure.code.as_deref()))
}

fn error_name(client: &Client<'_, '_>, found: &'static str) -> Option<&'static str> {
    let expected = client.run.expectation.error.as_ref()?.name.as_deref();
    Some(if code(client)? == expected { found } else { "lost" })
}

fn header_or_body(client: &Client<'_, '_>) -> Option<&'static str> {
    let in_body = answered_json(client).and_then(|body| error_type_of_body(&body)).map(|error| error.name);
    which(client, in_body, ["header", "body"])
}

fn code_or_type(client: &Client<'_, '_>) -> Option<&'static str> {
    let in_type = answered_json(client).and_then(|body| Some(body.get("__type")?.as_text()?.into_owned()));
    which(client, in_type, ["code", "type"])
}

/// Which of two names the caller got: the one that counts, or the other.
fn which(client: &Client<'_, '_>, other: Option<String>, words: [&'static str; 2]) -> Option<&'static str> {
    let expected = client.run.expectation.error.as_ref()?.name.as_deref();
    Some(match code(client)? {
        Some(code) if Some(code) == expected => words[0],
        Some(code) if Some(code) == other.as_deref() => words[1],
        Some(_) | None => "neither",
    })
}

/// The body of the last answer.
fn answered_json(client: &Client<'_, '_>) -> Option<Json> {
    let last = client.wire.last()?;
    Json::parse(client.case(last.index).exchange.response.body.bytes()).ok()
}

fn status(client: &Client<'_, '_>) -> Option<&'static str> {
    let expected = client.run.expectation.error.as_ref()?.status;
    let failure = failure(client)?;
    // Some clients give the status as the code, and nowhere else.
    let is_kept = failure.is_some_and(|failure| {
        let as_code = failure.code.as_deref().and_then(|code| code.parse().ok());
        expected.is_some() && (failure.status == expected || as_code == expected)
    });
    Some(if is_kept { "status-kept" } else { "status-lost" })
}

fn retried(client: &Client<'_, '_>) -> Option<&'static str> {
    let is_again = client.wire.of_operation().any(|asked| matches!(asked.why, Why::Retry | Why::Retried));
    client.is_probed().then_some(if is_again { "retried" } else { "not-retried" })
}

fn attempts(client: &Client<'_, '_>) -> Option<String> {
    let count = client.wire.of_operation().count();
    match client.run.is_runaway() {
        true => Some(ENDLESS.to_owned()),
        false => client.is_probed().then(|| count.to_string()),
    }
}

fn hint(client: &Client<'_, '_>) -> Option<&'static str> {
    let hints = hints(client);
    let are_honoured = hints.iter().all(super::retry::Hint::is_honoured);
    (!hints.is_empty()).then_some(if are_honoured { "honoured" } else { "ignored" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::fingerprint::TRAITS;

    #[test]
    fn reads_every_key_of_the_table_and_no_other() {
        let mut read: Vec<&str> = READERS.iter().map(|(key, _)| *key).chain([ATTEMPTS]).collect();
        let mut known: Vec<&str> = TRAITS.iter().map(|kind| kind.key).collect();
        read.sort_unstable();
        known.sort_unstable();

        assert_eq!(read, known);
    }
}
