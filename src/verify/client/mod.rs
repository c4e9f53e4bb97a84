//! The checks of a client: what it did, from the wire, and what it said, from its outcome.
//!
//! A scenario is for one check, its own. In a scenario the checks are asked in one order, that of
//! [`table`], and the first that fails hides those behind it, so that one cause is one finding.
//! What a check looks at it looks at alone: an own check whose hostile step the client never
//! reached says nothing, and leaves it to the row that says why.
//!
//! - [`wire`] says of each request why it came: the next page, a retry, or something that it should not be
//! - `law` says which line of the spec asks for something
//! - `compare` compares values as a caller gets them with values as they were sent
//! - `fingerprint` says how the client behaves, in words that are no verdict
//! - `request`, `tokens`, `paging`, `items`, `enums`, `shape`, `error`, `retry` are the checks

mod compare;
mod enums;
mod error;
mod fingerprint;
mod items;
mod law;
mod paging;
mod request;
mod retry;
mod shape;
mod table;
mod tokens;
mod wire;

use super::case::{Case, Cases};
use super::run::Judged;
use crate::evidence::{Check, CheckVerdict, Failure, Outcome, Run, Trait};
use crate::spec::Spec;
use table::{Stage, order};
use wire::{Asked, Wire};

/// Runs these checks over the run of a scenario, and says which trait of the client it shows.
pub(super) fn run<'a>(cases: &Cases<'a>, run: &'a Run<'a>, checks: &[&'static Check]) -> (Judged, Option<Trait>) {
    let Some(spec) = cases.specs.operation(run.operation) else { return (Judged::default(), None) };
    let client = Client { cases, run, spec, wire: Wire::read(cases, run, spec) };
    (judge(&client, checks), fingerprint::shown(&client))
}

fn judge(client: &Client<'_, '_>, checks: &[&'static Check]) -> Judged {
    let mut judged = Judged::default();
    for (stage, id, judge) in order(client.run.judges) {
        let Some(check) = checks.iter().find(|check| check.id == id) else { continue };
        let worst = judged.take(client.cases, check, judge(client));
        let hides = match stage {
            Stage::Own => worst >= CheckVerdict::Warn,
            Stage::Request | Stage::Row | Stage::Last => worst >= CheckVerdict::Fail,
        };
        if hides {
            break;
        }
    }
    judged
}

/// The run of a scenario, as the checks see it.
pub(super) struct Client<'c, 'a> {
    cases: &'c Cases<'a>,
    run: &'a Run<'a>,
    spec: &'a Spec,
    wire: Wire,
}

/// What is known of the outcome.
#[derive(Clone, Copy)]
enum Said<'a> {
    /// Nothing.
    Nothing,
    /// That it succeeded; the outcome, where the client wrote one.
    Success(Option<&'a Outcome>),
    /// That it failed; how, where the client wrote that.
    Failure(Option<&'a Failure>),
}

impl<'a> Client<'_, 'a> {
    /// The exchange of an index.
    fn case(&self, index: usize) -> &Case<'a> {
        &self.cases.exchanges[index]
    }

    /// What the client said; nothing that counts where it went astray, since what it got then is not the scenario's.
    fn said(&self) -> Said<'a> {
        match self.run.outcome.filter(|_| !self.wire.goes_astray() && !self.run.is_runaway()) {
            None => Said::Nothing,
            Some(outcome @ Outcome::Ok(_)) => Said::Success(Some(outcome)),
            Some(Outcome::Error(failure)) => Said::Failure(Some(failure)),
            Some(Outcome::Exit(end)) if end.is_success() => Said::Success(None),
            Some(Outcome::Exit(_)) => Said::Failure(None),
        }
    }

    /// The outcome in words.
    fn outcome(&self) -> String {
        self.run.outcome.map_or_else(|| "no outcome".to_owned(), ToString::to_string)
    }

    /// Whether this scenario is for that check.
    fn is_for(&self, id: &str) -> bool {
        self.run.judges.contains(&id)
    }

    /// Whether the client reached what is hostile in the scenario.
    fn is_probed(&self) -> bool {
        self.run.steps.iter().any(|step| step.is_probe && step.is_met)
    }

    /// Whether the client met every step.
    fn is_consumed(&self) -> bool {
        self.run.steps.iter().all(|step| step.is_met)
    }

    /// Whether an error may come of the scenario.
    fn may_fail(&self) -> bool {
        self.run.expectation.error.is_some()
    }

    /// Whether all pages came, to the last one, and the client asked no more than it was answered.
    fn is_whole(&self) -> bool {
        self.wire.ended() && !self.run.is_runaway() && self.is_consumed()
    }

    /// The last request, with the token that it was answered and nobody spent; none where that token came round, or the
    /// client went astray before.
    fn left_open(&self) -> Option<(&Asked, &str)> {
        let last = self.wire.last()?;
        let token = last.answer.next_token()?;
        let is_astray = self.run.is_runaway() || self.wire.goes_astray();
        let is_left = !is_astray && !self.wire.was_spent(token, last.index);
        is_left.then_some((last, token))
    }
}
