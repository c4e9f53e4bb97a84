//! What reaches the caller of a walk: every item, or word that it was not all.

use super::super::finding::{Judgement, Note, Part};
use super::compare::{Comparison, Difference};
use super::law::{by_error_of, by_output, line_of};
use super::wire::{Answered, Why};
use super::{Client, Said};
use crate::evidence::reading::items;
use crate::evidence::{CheckVerdict, Got, Outcome, Probe, Success};
use crate::message::Json;
use crate::spec::{Kind, Member, ShapeId};

/// What to do about a value that is another.
const AS_SENT: &str = "hand on each value as it came, and make up none for a member that is not there";

/// What to do about a time that is not a number.
const TIMES: &str = "an outcome gives a time in seconds since 1970";

/// What to do about an error that nobody sent.
const ERRORS: &str = "hand the items to the caller: nothing in these pages is an error";

/// What to do about it where nothing is hostile.
const FRIENDLY: &str = "nothing here is hostile: mend this first, since what else fails may fail by it";

/// `pagination.items-in-order`: where all pages came, all items reach the caller, in their order.
pub(super) fn in_order<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let Some(success) = &client.run.expectation.success else { return Judgement::untouched() };
    // A walk that came round has no last page: what came of it is whole where the client ended it.
    let is_over = match success {
        Success::AsAnswered => client.is_consumed() && !client.run.is_runaway(),
        Success::Items(_) | Success::Output(_) => client.is_whole(),
    };
    if !is_over {
        return Judgement::untouched();
    }
    match client.said() {
        Said::Nothing | Said::Success(None) => Judgement::untouched(),
        Said::Failure(_) if client.may_fail() => Judgement::untouched(),
        Said::Failure(_) => {
            let note = by_output(client, failed(client, "every page came, and the client reports an error"));
            let is_friendly = client.run.steps.iter().all(|step| !step.is_probe);
            Judgement::broken(note.help(if is_friendly { FRIENDLY } else { ERRORS }))
        }
        Said::Success(Some(outcome)) => match deviation(client, outcome) {
            None => Judgement::held(1),
            Some(deviation) => Judgement::broken(deviation.note(client)),
        },
    }
}

/// `pagination.no-silent-truncation`: no success is reported of a walk that did not come to a legal end.
pub(super) fn no_silent_truncation<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let Some(last) = client.wire.last() else { return Judgement::untouched() };
    if client.run.is_runaway() {
        return Judgement::untouched();
    }
    let failed = match last.answer {
        Answered::Page { .. } => false,
        Answered::Error { .. } | Answered::Broken => true,
        // Some of what is no JSON may be read all the same.
        Answered::Unreadable => client.run.expectation.success.is_none(),
    };
    match (client.said(), failed) {
        (Said::Success(_), true) => {
            let note = Note::new("the client reports success although a page failed")
                .at(last.index, Part::Response)
                .expected("an error, since there may be more")
                .found(client.outcome())
                .help("pass the error on: a listing that broke off looks like a short one otherwise");
            Judgement::broken(by_error_of(client, last, note))
        }
        (Said::Success(_) | Said::Failure(_), _) => Judgement::held(1),
        (Said::Nothing, _) => Judgement::untouched(),
    }
}

/// `evidence.script-consumed`: every step was met, where nothing else says why not.
pub(super) fn script_consumed<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let unmet: Vec<&str> = client.run.steps.iter().filter(|step| !step.is_met).map(|step| step.name.as_str()).collect();
    if unmet.is_empty() {
        return Judgement::held(1);
    }
    // An error that the scenario allows ends a run before its last step.
    if client.may_fail() && matches!(client.said(), Said::Failure(_)) {
        return Judgement::held(1);
    }
    let note = Note::new("the client did not ask for all that was scripted")
        .expected(format!("a request for {}", unmet.join(", ")))
        .found(format!("{} requests, and {}", client.run.arrivals.len(), client.outcome()));
    Judgement::broken(note)
}

/// An error where a success was due.
pub(super) fn failed<'a>(client: &Client<'_, 'a>, what: impl Into<String>) -> Note<'a> {
    let note = Note::new(what).expected("success").found(client.outcome());
    let hostile = client.wire.of_operation().find(|asked| asked.why != Why::Foreign);
    match client.wire.last().or(hostile) {
        Some(last) => note.at(last.index, Part::Response),
        None => note,
    }
}

/// In what way what the caller got is not what was sent.
pub(super) enum Deviation {
    /// A value is another; the item that it is in, in a listing.
    Value(Option<usize>, Difference),
    /// Items are lost, these of those that were sent; so many are left.
    Lost(Vec<usize>, usize),
    /// An item is not in its place; where it is instead.
    Moved(usize, usize),
    /// Items came that were not sent: so many of so many.
    MadeUp(usize, usize),
    /// It is of another kind.
    Kind,
}

impl Deviation {
    /// What is wrong, with the exchange that shows it.
    pub(super) fn note<'a>(&self, client: &Client<'_, 'a>) -> Note<'a> {
        let counts = |expected: usize, found: usize| Difference {
            expected: format!("{expected} items"),
            found: format!("{found} items"),
            ..Difference::default()
        };
        match self {
            Self::Value(Some(item), difference) => {
                differs(client, &format!("item {} is not what was sent", item + 1), Some(*item), difference.clone())
                    .help(as_sent(difference))
            }
            Self::Value(None, difference) => {
                differs(client, "the output is not what was sent", None, difference.clone()).help(as_sent(difference))
            }
            Self::Lost(lost, left) => {
                let first = lost.first().copied().unwrap_or_default();
                let what = match lost.len() {
                    1 => format!("item {} is lost", first + 1),
                    count => format!("{count} items are lost, the first of them item {}", first + 1),
                };
                differs(client, &what, Some(first), counts(lost.len() + left, *left))
                    .help("hand on every item of every page that came, also where another item looks like it")
            }
            Self::Moved(item, place) => {
                let (expected, found) = (format!("item {}", item + 1), format!("item {}", place + 1));
                let difference = Difference { expected, found, ..Difference::default() };
                differs(client, &format!("item {} is not in its place", item + 1), Some(*item), difference)
                    .help("keep the order in which the pages came, and the order within each")
            }
            Self::MadeUp(expected, found) => by_output(
                client,
                differs(client, "the caller gets items that were not sent", None, counts(*expected, *found)),
            )
            .help("hand on each item once"),
            Self::Kind => Note::new("the outcome is of another kind than the operation")
                .expected(if client.spec.pagination.is_some() { "items" } else { "an output" })
                .found(client.outcome())
                .help("say \"items\" of a listing and \"output\" of any other operation: this is the driver's to say"),
        }
    }

    /// Whether the items are all there, and in their order.
    pub(super) fn is_of_values(&self) -> bool {
        matches!(self, Self::Value(..))
    }

    /// Whether the hostile value may have done it: it is the item with that value which changed, or is lost. What
    /// happens to items before it happens without it.
    pub(super) fn is_of_probe(&self, client: &Client<'_, '_>) -> bool {
        let probed = client.run.expectation.probe.as_ref().map(|probe| probe.item);
        match self {
            Self::Value(None, _) => true,
            Self::Value(Some(item), _) => probed == Some(*item),
            Self::Lost(lost, _) => probed.is_some_and(|item| lost.contains(&item)),
            Self::Moved(..) | Self::MadeUp(..) | Self::Kind => false,
        }
    }

    /// Whether it is a value where none was sent.
    pub(super) fn is_made_up(&self) -> bool {
        matches!(self, Self::Value(_, difference) if difference.is_made_up)
    }

    /// Whether items are lost.
    pub(super) fn is_loss(&self) -> bool {
        matches!(self, Self::Lost(..))
    }

    /// Whether all items are lost.
    pub(super) fn loses_all(&self) -> bool {
        matches!(self, Self::Lost(_, 0))
    }
}

/// What to do about a difference of values.
fn as_sent(difference: &Difference) -> &'static str {
    if difference.is_spelled_time { TIMES } else { AS_SENT }
}

/// The first way in which what the caller got is not what was sent; what is hostile is left out.
pub(super) fn deviation(client: &Client<'_, '_>, outcome: &Outcome) -> Option<Deviation> {
    let probe = client.run.expectation.probe.as_ref();
    match (&client.run.expectation.success, outcome) {
        (Some(Success::Items(expected)), Outcome::Ok(Got::Items(found))) => list(client, expected, found, probe),
        (Some(Success::AsAnswered), Outcome::Ok(Got::Items(found))) => list(client, &delivered(client), found, probe),
        (Some(Success::Output(expected)), Outcome::Ok(Got::Output(found))) => {
            let comparison = Comparison::new(client.spec, probe.map(|probe| probe.pointer.as_str()));
            let difference = comparison.members(&client.spec.output, expected, found)?;
            Some(Deviation::Value(None, difference))
        }
        (Some(_), _) => Some(Deviation::Kind),
        (None, _) => None,
    }
}

fn list(client: &Client<'_, '_>, expected: &[Json], found: &[Json], probe: Option<&Probe>) -> Option<Deviation> {
    let difference = |index: usize, got: &Json| item_difference(client, index, &expected[index], got, probe);
    if found.len() > expected.len() {
        return Some(Deviation::MadeUp(expected.len(), found.len()));
    }
    if found.len() < expected.len() {
        let mut rest = found.iter().peekable();
        let is_lost = |index: &usize| match rest.peek() {
            Some(got) if difference(*index, got).is_none() => {
                rest.next();
                false
            }
            Some(_) | None => true,
        };
        let lost: Vec<usize> = (0..expected.len()).filter(is_lost).collect();
        return Some(Deviation::Lost(lost, found.len()));
    }
    (0..expected.len()).find_map(|index| {
        let difference = difference(index, &found[index])?;
        let elsewhere =
            found.iter().position(|got| item_difference(client, index, &expected[index], got, probe).is_none());
        Some(match elsewhere {
            Some(place) => Deviation::Moved(index, place),
            None => Deviation::Value(Some(index), difference),
        })
    })
}

/// The first difference between an item that was sent and the one that the caller got.
fn item_difference(
    client: &Client<'_, '_>,
    index: usize,
    sent: &Json,
    got: &Json,
    probe: Option<&Probe>,
) -> Option<Difference> {
    let skipped = probe.filter(|probe| probe.item == index).map(|probe| probe.pointer.as_str());
    let comparison = Comparison::new(client.spec, skipped);
    match (item_members(client), item_shape(client)) {
        (Some(members), _) => comparison.members(members, sent, got),
        (None, Some(shape)) => comparison.values(shape, sent, got),
        (None, None) => None,
    }
}

fn item_members<'a>(client: &Client<'_, 'a>) -> Option<&'a [Member]> {
    let list = client.spec.output_member(&client.spec.pagination.as_ref()?.items)?;
    client.spec.item_members(list)
}

fn item_shape(client: &Client<'_, '_>) -> Option<ShapeId> {
    let list = client.spec.output_member(&client.spec.pagination.as_ref()?.items)?;
    match &client.spec.shape(list.shape).kind {
        Kind::List(item) => Some(*item),
        _ => None,
    }
}

/// The items of all pages that were answered, in the order of the requests.
fn delivered(client: &Client<'_, '_>) -> Vec<Json> {
    let pages = client.wire.of_operation().filter(|asked| matches!(asked.answer, Answered::Page { .. }));
    pages.flat_map(|asked| page_items(client, asked.index)).cloned().collect()
}

fn page_items<'c>(client: &'c Client<'_, '_>, exchange: usize) -> &'c [Json] {
    items(client.spec, &client.case(exchange).reading.body).unwrap_or_default()
}

/// A difference, with the exchange that brought the item, or the last page.
pub(super) fn differs<'a>(
    client: &Client<'_, 'a>,
    what: &str,
    item: Option<usize>,
    difference: Difference,
) -> Note<'a> {
    let note = Note::new(what).expected(difference.expected).found(difference.found);
    let list = client.spec.pagination.as_ref().and_then(|paging| client.spec.output_member(&paging.items));
    let mut before = 0;
    for asked in client.wire.of_operation().filter(|asked| matches!(asked.answer, Answered::Page { .. })) {
        let count = page_items(client, asked.index).len();
        if let (Some(item), Some(list)) = (item.filter(|item| *item < before + count), list) {
            let pointer = format!("/{}/{}{}", list.wire_name, item - before, difference.pointer);
            let line = line_of(client, &difference.pointer).unwrap_or(list.line);
            return note.at(asked.index, Part::Body(pointer)).by(client.spec, line);
        }
        before += count;
    }
    match client.wire.last() {
        Some(last) if list.is_none() => {
            let line = line_of(client, &difference.pointer);
            let note = note.at(last.index, Part::Body(difference.pointer));
            match line {
                Some(line) => note.by(client.spec, line),
                None => note,
            }
        }
        Some(last) => note.at(last.index, Part::Response),
        None => note.counts_as(CheckVerdict::Fail),
    }
}
