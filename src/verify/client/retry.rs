//! What a client asks for again, how often, and what it says when that was not enough.

use super::super::finding::{Judgement, Note, Part};
use super::error::at_last;
use super::items::failed;
use super::law::{by_error, by_error_of};
use super::wire::{Answered, Asked, Why};
use super::{Client, Said};
use crate::evidence::CheckVerdict;

/// A pause that is none, in milliseconds.
const NO_PAUSE: u64 = 20;

/// How much less than asked a client may wait, in milliseconds: clocks differ.
const SLACK: u64 = 20;

/// `retry.throttled-then-ok`.
pub(super) fn throttled_then_ok<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    then_ok(client, "retry.throttled-then-ok", Kind::Throttled, "a request that was throttled")
}

/// `retry.transient-then-ok`.
pub(super) fn transient_then_ok<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    then_ok(client, "retry.transient-then-ok", Kind::Transient, "after a fault that may pass")
}

/// `retry.opaque-transient`.
pub(super) fn opaque_transient<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    then_ok(
        client,
        "retry.opaque-transient",
        Kind::Opaque,
        "after a fault that may pass, where the error's body cannot be read",
    )
}

/// The sorts of answers that may be better the next time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Throttled,
    Transient,
    Opaque,
}

/// Which sort an answer is, if it may be better the next time.
fn kind(answer: &Answered) -> Option<Kind> {
    match answer {
        Answered::Error { may_pass: true, is_opaque: true, .. } => Some(Kind::Opaque),
        Answered::Error { may_pass: true, status, .. } if *status == 429 || *status < 500 => Some(Kind::Throttled),
        Answered::Error { may_pass: true, .. } | Answered::Broken => Some(Kind::Transient),
        Answered::Error { .. } | Answered::Page { .. } | Answered::Unreadable => None,
    }
}

fn then_ok<'a>(client: &Client<'_, 'a>, id: &str, wanted: Kind, what: &str) -> Judgement<'a> {
    // Where no success may come, nobody says that a retry would help.
    if client.run.expectation.success.is_none() || client.run.is_runaway() {
        return Judgement::untouched();
    }
    let is_it = |asked: &&Asked| kind(&asked.answer) == Some(wanted);
    let met = client.wire.of_operation().filter(is_it).count() as u64;
    if let Some(last) = client.wire.last().filter(is_it) {
        let note = Note::new(format!("the client does not retry {what}"))
            .at(last.index, Part::Response)
            .expected("another attempt")
            .found(client.outcome())
            .help("try again after a pause, a few times");
        return Judgement::broken(by_error_of(client, last, note));
    }
    let is_ok = met > 0 && client.is_for(id) && client.is_whole();
    match client.said() {
        Said::Failure(_) if is_ok && !client.may_fail() => {
            let note = failed(client, "the next attempt succeeded, and the client reports an error");
            Judgement::broken(note.help("forget the failed attempts where a later one succeeds"))
        }
        Said::Nothing | Said::Success(_) | Said::Failure(_) => Judgement::held(met),
    }
}

/// `retry.never-on-client-fault`.
pub(super) fn never_on_client_fault<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let errors = client.wire.of_operation().filter(|asked| asked.answer.is_final_error()).count() as u64;
    let retried = client.wire.of_operation().find(|asked| asked.why == Why::Retried);
    let Some(retried) = retried else { return Judgement::held(errors) };
    let note = Note::new("the client retries a request that was refused, and will be refused again")
        .at(retried.index, Part::Request)
        .expected("no more request")
        .found(format!("attempt {}", retried.attempt))
        .help("retry what was throttled or broken, not what the client itself did wrong");
    Judgement::broken(by_error_of(client, retried, note))
}

/// `retry.bounded`.
pub(super) fn bounded<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let most = client.run.max_attempts;
    let met = client.wire.of_operation().filter(|asked| asked.answer.may_pass()).count() as u64;
    let surplus = client.wire.of_operation().find(|asked| asked.why == Why::Retry && asked.attempt > most);
    // What a runaway still asks behind the script's end are attempts too.
    let behind = (client.run.arrivals.len() as u64).saturating_sub(client.run.budget);
    let runaway = client
        .wire
        .last()
        .filter(|last| behind > 0 && last.answer.may_pass() && u64::from(last.attempt) + behind > u64::from(most));
    let (index, attempts) = match (surplus, runaway) {
        (Some(surplus), _) => (surplus.index, u64::from(surplus.attempt)),
        (None, Some(last)) => (last.index, u64::from(last.attempt) + behind),
        (None, None) => return Judgement::held(met),
    };
    let note = Note::new("the client makes more attempts than it may")
        .at(index, Part::Request)
        .expected(format!("{most} attempts at most"))
        .found(format!("{attempts} attempts"))
        .by_word(client.spec, &["max_attempts", "client"])
        .help("count every attempt of a request, whatever it failed by, and stop at the limit");
    Judgement::broken(note)
}

/// `retry.backs-off`: whether there is a pause before what was throttled is asked again.
pub(super) fn backs_off<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let retries = client.wire.of_operation().filter(|asked| asked.why == Why::Retry);
    let mut throttled = 0;
    for retry in retries {
        let Some(before) = client.wire.before(retry.index) else { continue };
        if kind(&before.answer) != Some(Kind::Throttled) {
            continue;
        }
        throttled += 1;
        let pause = pause(client, before, retry);
        if pause.is_none_or(|pause| pause >= NO_PAUSE) {
            continue;
        }
        let note = Note::new("the client asks again at once after it was throttled")
            .at(retry.index, Part::Request)
            .expected("a pause")
            .found(format!("less than {NO_PAUSE} ms"))
            .counts_as(CheckVerdict::Info);
        return Judgement::broken(note);
    }
    Judgement::held(throttled)
}

/// `retry.hint`: whether the client waits as long as it is asked to.
pub(super) fn hint<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let hints = hints(client);
    let Some(ignored) = hints.iter().find(|hint| !hint.is_honoured()) else {
        return Judgement::held(hints.len() as u64);
    };
    let note = Note::new(format!("the client does not wait as long as \"{}\" asks", ignored.header))
        .at(ignored.retry, Part::Request)
        .expected(format!("{} ms", ignored.wanted))
        .found("less")
        .counts_as(CheckVerdict::Info);
    Judgement::broken(note)
}

/// How long a client was asked to wait, and how long it did, in milliseconds.
pub(super) struct Hint {
    header: &'static str,
    wanted: u64,
    pause: u64,
    /// The request that came then.
    retry: usize,
}

impl Hint {
    /// Whether the client waited that long.
    pub(super) fn is_honoured(&self) -> bool {
        self.pause + SLACK >= self.wanted
    }
}

/// The hints that were given before a request came again.
pub(super) fn hints(client: &Client<'_, '_>) -> Vec<Hint> {
    let retries = client.wire.of_operation().filter(|asked| asked.why == Why::Retry);
    let hint = |retry: &Asked| {
        let before = client.wire.before(retry.index)?;
        let (header, wanted) = hinted(client, before)?;
        Some(Hint { header, wanted, pause: pause(client, before, retry)?, retry: retry.index })
    };
    retries.filter_map(hint).collect()
}

/// How long an answer asks a client to wait, in milliseconds, and by which header.
fn hinted(client: &Client<'_, '_>, asked: &Asked) -> Option<(&'static str, u64)> {
    let headers = &client.case(asked.index).exchange.response.headers;
    let value = |name: &str| headers.get(name)?.parse::<u64>().ok();
    let precise = value("x-amz-retry-after").map(|milliseconds| ("x-amz-retry-after", milliseconds));
    precise.or_else(|| value("retry-after").map(|seconds| ("retry-after", seconds.saturating_mul(1000))))
}

/// The time between two requests, in milliseconds.
fn pause(client: &Client<'_, '_>, before: &Asked, asked: &Asked) -> Option<u64> {
    let at = |asked: &Asked| client.run.arrivals.get(asked.index).map(|arrival| arrival.at);
    at(asked)?.checked_sub(at(before)?)
}

/// `retry.exhausted-surfaces`: when no attempt is left, the caller sees the service's error.
pub(super) fn exhausted_surfaces<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let is_error = |last: &Asked| matches!(last.answer, Answered::Error { may_pass: true, .. });
    let Some(error) = client.run.expectation.error.as_ref().filter(|_| client.run.expectation.success.is_none()) else {
        return Judgement::untouched();
    };
    if !client.wire.last().is_some_and(is_error) || client.run.is_runaway() {
        return Judgement::untouched();
    }
    let expected = error.name.clone();
    let broken = |what: &str| {
        let note = Note::new(what)
            .expected(expected.clone().unwrap_or_else(|| "the service's error".to_owned()))
            .found(client.outcome())
            .help("give the caller the error of the last attempt, not one of the client's own");
        Judgement::broken(at_last(client, by_error(client, expected.as_deref(), error.status, note)))
    };
    match client.said() {
        Said::Nothing | Said::Failure(None) => Judgement::untouched(),
        Said::Success(_) => broken("the client runs out of attempts, and reports success"),
        Said::Failure(Some(failure)) => {
            let is_it = expected.is_none() || failure.code == expected;
            // Another error of the spec is a wrong name, which is another check's.
            let is_other = failure.code.as_deref().is_some_and(|code| client.spec.error(code).is_some());
            match failure.class.is_of_service() && (is_it || is_other) {
                true => Judgement::held(1),
                false => broken("the client runs out of attempts, and hides the service's error"),
            }
        }
    }
}

/// `retry.no-unexplained-request`.
pub(super) fn no_unexplained_request<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let pages = client.spec.pagination.is_some();
    let is_unexplained = |asked: &&Asked| match &asked.why {
        Why::Elsewhere => true,
        Why::AfterEnd(_) => !pages,
        Why::First | Why::Next | Why::Retry | Why::OtherToken(_) | Why::Restart | Why::Retried | Why::Foreign => false,
    };
    let Some(surplus) = client.wire.of_operation().find(is_unexplained) else {
        return Judgement::held(client.wire.requests.len() as u64);
    };
    let note = Note::new("neither paging nor retrying explains the request")
        .at(surplus.index, Part::Request)
        .expected("no more request")
        .found(format!("request {}", surplus.index + 1))
        .help("send the pages of the walk and the retries of what failed, and nothing else");
    Judgement::broken(note)
}
