//! What becomes of an enum's value on its way to the caller.

use super::super::finding::{Judgement, Note};
use super::compare::{Difference, are_equal, unwrapped, words};
use super::items::{deviation, differs, failed};
use super::law::{by_output, line_of};
use super::{Client, Said};
use crate::evidence::{Got, Outcome, Probe};
use crate::message::Json;

/// What to do about a value that the client does not know and should.
const OUT_OF_DATE: &str = "bring the client's list of values up to the spec's, or read enums as open";

/// `enum.known-value`: a value that the spec lists reaches the caller as itself.
pub(super) fn known_value<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    if !client.is_probed() {
        return Judgement::untouched();
    }
    match client.said() {
        Said::Nothing | Said::Success(None) => Judgement::untouched(),
        Said::Failure(_) => {
            let note = by_probe(client, failed(client, "a value that the spec lists fails the call"));
            Judgement::broken(note.help(OUT_OF_DATE))
        }
        Said::Success(Some(outcome)) => {
            let Some((probe, found)) = probed(client, outcome) else { return Judgement::untouched() };
            let sent = probe.takes.first().unwrap_or(&Json::Null);
            if found.is_some_and(|found| are_equal(sent, found)) {
                return Judgement::held(1);
            }
            let note = of_probe(client, probe, "a value that the spec lists is not what was sent", found);
            Judgement::broken(note.help(OUT_OF_DATE))
        }
    }
}

/// `enum.unknown-survives`: a value that the spec does not list fails no call.
pub(super) fn unknown_survives<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    match (client.is_probed(), client.said()) {
        (false, _) | (true, Said::Nothing) => Judgement::untouched(),
        (true, Said::Success(_)) => Judgement::held(1),
        (true, Said::Failure(_)) => {
            let note = by_probe(client, failed(client, "a value that the spec does not list fails the call"));
            Judgement::broken(note.help("read enums as open: pass on a value that is not known, or call it unknown"))
        }
    }
}

/// `enum.unknown-isolated`: everything else reaches the caller as it was sent.
pub(super) fn unknown_isolated<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    match (client.is_probed(), client.said()) {
        (true, Said::Success(Some(outcome))) => match deviation(client, outcome) {
            None => Judgement::held(1),
            Some(deviation) if deviation.is_of_probe(client) => {
                let note = deviation.note(client);
                Judgement::broken(note.help("let a value that is not known change nothing but itself"))
            }
            // What else happens to the items is nothing that the value did.
            Some(_) => Judgement::untouched(),
        },
        _ => Judgement::untouched(),
    }
}

/// `enum.unknown-not-aliased`: it is taken for no value that the spec lists.
pub(super) fn unknown_not_aliased<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let Some((probe, found)) = unlisted(client) else { return Judgement::untouched() };
    match found.and_then(Json::as_text) {
        Some(text) if probe.modelled.iter().any(|value| *value == text) => {
            let note = of_probe(client, probe, "a value that the spec does not list becomes one that it lists", found);
            Judgement::broken(note.help("compare values letter by letter, and fall back to none of them"))
        }
        Some(_) | None => Judgement::held(1),
    }
}

/// `enum.unknown-preserved`: the caller can read it.
pub(super) fn unknown_preserved<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let Some((probe, found)) = unlisted(client) else { return Judgement::untouched() };
    let sent = probe.takes.first().unwrap_or(&Json::Null);
    let is_there = found
        .is_some_and(|found| are_equal(sent, found) || unwrapped(found).is_some_and(|found| are_equal(sent, found)));
    if is_there {
        return Judgement::held(1);
    }
    let note = of_probe(client, probe, "the caller cannot read a value that the spec does not list", found);
    Judgement::broken(note.help("keep the text of a value that is not known"))
}

/// The value that is hostile, as the caller got it; none where nobody knows.
fn unlisted<'c>(client: &'c Client<'_, '_>) -> Option<(&'c Probe, Option<&'c Json>)> {
    match (client.is_probed(), client.said()) {
        (true, Said::Success(Some(outcome))) => probed(client, outcome),
        _ => None,
    }
}

/// The hostile place, and what the caller got there; none where the items are not those that were sent.
pub(super) fn probed<'c>(client: &'c Client<'_, '_>, outcome: &'c Outcome) -> Option<(&'c Probe, Option<&'c Json>)> {
    let probe = client.run.expectation.probe.as_ref()?;
    // Where items are lost or moved, another one stands in the place of the probed one.
    if deviation(client, outcome).is_some_and(|deviation| !deviation.is_of_values()) {
        return None;
    }
    let unit = match outcome {
        Outcome::Ok(Got::Items(items)) => items.get(probe.item)?,
        Outcome::Ok(Got::Output(output)) => output,
        Outcome::Error(_) | Outcome::Exit(_) => return None,
    };
    Some((probe, at(unit, &probe.pointer)))
}

/// The value that a pointer names.
fn at<'j>(value: &'j Json, pointer: &str) -> Option<&'j Json> {
    pointer.split('/').skip(1).try_fold(value, |value, step| {
        let step = step.replace("~1", "/").replace("~0", "~");
        match value {
            Json::Array(items) => items.get(step.parse::<usize>().ok()?),
            _ => value.get(&step),
        }
    })
}

/// The note, by the line of what is hostile; where that is no one place, of what the answer must hold.
pub(super) fn by_probe<'a>(client: &Client<'_, 'a>, note: Note<'a>) -> Note<'a> {
    let probe = client.run.expectation.probe.as_ref();
    match probe.and_then(|probe| line_of(client, &probe.pointer)) {
        Some(line) => note.by(client.spec, line),
        None => by_output(client, note),
    }
}

/// What is wrong at the hostile place.
pub(super) fn of_probe<'a>(client: &Client<'_, 'a>, probe: &Probe, what: &str, found: Option<&Json>) -> Note<'a> {
    let expected: Vec<String> = probe.takes.iter().map(Json::to_compact).collect();
    let difference = Difference {
        pointer: probe.pointer.clone(),
        expected: expected.join(" or "),
        found: words(found),
        ..Difference::default()
    };
    let item = client.spec.pagination.as_ref().map(|_| probe.item);
    differs(client, what, item, difference)
}
