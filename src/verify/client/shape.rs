//! What becomes of an answer that is not quite the JSON that it should be.

use super::super::finding::{Judgement, Note, Part};
use super::compare::{are_equal, is_nothing};
use super::enums::{by_probe, of_probe, probed};
use super::items::{deviation, failed};
use super::law::by_output;
use super::{Client, Said};
use crate::evidence::Outcome;
use crate::message::Json;

/// `shape.unknown-member-ignored`: members that the spec does not know change nothing.
pub(super) fn unknown_member_ignored<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    match (client.is_probed(), client.said()) {
        (false, _) | (true, Said::Nothing) => Judgement::untouched(),
        (true, Said::Failure(_)) => {
            let note = failed(client, "members that the spec does not know fail the call");
            Judgement::broken(note.help("pass over members that are not known: services add them"))
        }
        (true, Said::Success(None)) => Judgement::held(1),
        (true, Said::Success(Some(outcome))) => match deviation(client, outcome) {
            None => Judgement::held(1),
            Some(deviation) if deviation.loses_all() => Judgement::broken(deviation.note(client)),
            // What else happens to the items would happen without those members too.
            Some(_) => Judgement::untouched(),
        },
    }
}

/// `shape.null-optional`: null is as if the member were not there, and what is not there is not made up.
pub(super) fn null_optional<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    match client.said() {
        Said::Failure(_) if client.may_fail() && client.is_probed() => Judgement::held(1),
        _ if !client.is_whole() => Judgement::untouched(),
        Said::Nothing | Said::Success(None) => Judgement::untouched(),
        Said::Failure(_) => {
            let note = by_probe(client, failed(client, "a member that is not there, or null, fails the call"));
            Judgement::broken(note.help(ABSENT))
        }
        Said::Success(Some(outcome)) => match deviation(client, outcome) {
            Some(deviation) if deviation.is_made_up() => Judgement::broken(deviation.note(client).help(ABSENT)),
            Some(_) => Judgement::untouched(),
            None => null_at_probe(client, outcome),
        },
    }
}

fn null_at_probe<'a>(client: &Client<'_, 'a>, outcome: &Outcome) -> Judgement<'a> {
    let Some((probe, found)) = probed(client, outcome) else { return Judgement::held(1) };
    let is_value = found.and_then(Json::as_text).is_some_and(|text| probe.modelled.iter().any(|value| *value == text));
    // Of a member that must be there nobody says what null is read as: any value of the enum would be made up.
    let is_wrong = if probe.is_required { is_value } else { !is_nothing(found) };
    if is_wrong {
        return Judgement::broken(of_probe(client, probe, "null becomes a value", found).help(ABSENT));
    }
    Judgement::held(1)
}

/// What to do about a member that is not there.
const ABSENT: &str = "take null for absence, and make up no value for what is absent";

/// `shape.wrong-type`: a value of a wrong type is an error, or what was sent; never another value, nor nothing.
pub(super) fn wrong_type<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    match (client.is_probed(), client.said()) {
        (false, _) | (true, Said::Nothing | Said::Success(None)) => Judgement::untouched(),
        (true, Said::Failure(_)) => Judgement::held(1),
        (true, Said::Success(Some(outcome))) => match (deviation(client, outcome), probed(client, outcome)) {
            (Some(deviation), _) if deviation.is_of_probe(client) => Judgement::broken(deviation.note(client)),
            (Some(_), _) | (None, None) => Judgement::untouched(),
            (None, Some((probe, found))) => {
                let is_taken = |found: &Json| probe.takes.iter().any(|value| is_close(value, found));
                if found.is_some_and(is_taken) {
                    return Judgement::held(1);
                }
                let what = if is_nothing(found) {
                    "a value of a wrong type vanishes"
                } else {
                    "a value of a wrong type becomes another value"
                };
                let help = "report an error where a value is not of its type, or hand it on as it came";
                Judgement::broken(of_probe(client, probe, what, found).help(help))
            }
        },
    }
}

/// Whether two values are the same; numbers to a thousandth, since one of them may be a time.
pub(super) fn is_close(expected: &Json, found: &Json) -> bool {
    let number = |value: &Json| match value {
        Json::Number(number) => number.parse::<f64>().ok(),
        _ => None,
    };
    match (number(expected), number(found)) {
        (Some(expected), Some(found)) => (expected - found).abs() <= 0.001,
        _ => are_equal(expected, found),
    }
}

/// `shape.truncated`: an answer that breaks off is no shorter answer.
pub(super) fn truncated<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    no_silent_loss(client, "a success that breaks off becomes a result")
}

/// `shape.not-json`: a success that is no JSON is no empty result.
pub(super) fn not_json<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    no_silent_loss(client, "a success that is no JSON becomes a result")
}

/// Whether the items are all there; what a client makes of a value it makes of it in every scenario.
fn has_items(client: &Client<'_, '_>, outcome: &Outcome) -> bool {
    deviation(client, outcome).is_none_or(|deviation| deviation.is_of_values())
}

fn no_silent_loss<'a>(client: &Client<'_, 'a>, what: &str) -> Judgement<'a> {
    let may_succeed = client.run.expectation.success.is_some();
    match (client.is_probed(), client.said()) {
        (false, _) | (true, Said::Nothing) => Judgement::untouched(),
        (true, Said::Failure(_)) => Judgement::held(1),
        (true, Said::Success(None)) if may_succeed => Judgement::untouched(),
        (true, Said::Success(Some(outcome))) if may_succeed && has_items(client, outcome) => Judgement::held(1),
        (true, Said::Success(_)) => {
            let expected = if may_succeed { "every item, or an error" } else { "an error" };
            let note = Note::new(what).expected(expected).found(client.outcome());
            let note = note.help("report an error where the body of a success cannot be read");
            Judgement::broken(match client.wire.last() {
                Some(last) => by_output(client, note).at(last.index, Part::Response),
                None => note,
            })
        }
    }
}
