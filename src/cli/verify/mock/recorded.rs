//! Recordings, asked again: what the mock answers otherwise than it was recorded.

use crate::cassette::Cassette;
use crate::cli::output::OutputArgs;
use crate::diagnostic::Location;
use crate::evidence::{Check, CheckVerdict, Finding, Report, check};
use crate::probe::{Replayed, Resent};
use crate::spec::Specs;
use crate::verify::{Difference, Likeness, Links};
use clap::ValueEnum;
use std::collections::BTreeMap;

/// How many differences of one answer are told.
const TOLD: usize = 20;

/// How much of an answer has to be the recorded one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LikenessArg {
    /// Status, type and body, once tokens, ids and times are renamed.
    Exact,
    /// Both satisfy the spec; status, error type, how many items and which are the same.
    Contract,
    /// Status, the paths of members and their JSON types.
    Shape,
}

impl LikenessArg {
    pub(super) fn likeness(self) -> Likeness {
        match self {
            Self::Exact => Likeness::Exact,
            Self::Contract => Likeness::Contract,
            Self::Shape => Likeness::Shape,
        }
    }
}

/// The given values in the place of a cassette's stand-ins: the first value of a name for the first stand-in that there
/// is something under. What was recorded of a wrong id is asked of a wrong id again.
pub(in crate::cli::verify) fn bound(specs: &Specs, cassette: &Cassette, given: &[&[(String, String)]]) -> Links {
    let mut links = Links::default();
    for stand_ins in cassette.inputs(specs) {
        let values = given.iter().copied().flatten().filter(|(name, _)| *name == stand_ins.name);
        let known = stand_ins.values.iter().filter(|value| is_known(specs, cassette, &stand_ins.name, value));
        for (stand_in, (_, value)) in known.zip(values) {
            links.bind(stand_in, value);
        }
    }
    links
}

/// Whether a request with this value was answered with a success.
fn is_known(specs: &Specs, cassette: &Cassette, name: &str, value: &str) -> bool {
    cassette.transcript.exchanges.iter().any(|exchange| {
        specs.route(&exchange.request).is_ok_and(|route| {
            let is_success = exchange.response.status == Some(route.spec.http.success);
            is_success && route.inputs.text(name).is_some_and(|text| text == value)
        })
    })
}

/// Tells how much of a recording was not asked again, and why.
pub(super) fn tell_left_out(cassette: &Cassette, replayed: &Replayed, output: &OutputArgs) {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, why) in &replayed.left_out {
        *reasons.entry(why).or_default() += 1;
    }
    for (why, count) in reasons {
        let requests = if count == 1 { "1 request".to_owned() } else { format!("{count} requests") };
        output.progress(&format!("  {}: {requests} not sent: {why}", cassette.file));
    }
}

/// Adds what the answers to an operation's recorded requests came to, to the report of the same answers by the spec.
pub(super) fn add(report: &mut Report, cassette: &Cassette, subject: &str, resent: &[&Resent]) {
    let check = check("answer.as-recorded").expect("the catalogue has it");
    let findings: Vec<Finding> = resent.iter().flat_map(|resent| findings(check, cassette, subject, resent)).collect();
    let verdict = if findings.is_empty() { CheckVerdict::Pass } else { CheckVerdict::of_broken(check.level) };
    let of_subjects = report.by_subject.iter_mut().flat_map(|subject| &mut subject.checks);
    for result in report.checks.iter_mut().chain(of_subjects).filter(|result| result.check.id == check.id) {
        result.cases += resent.len() as u64;
        result.verdict = result.verdict.max(verdict);
    }
    report.findings.extend(findings);
}

fn findings(check: &'static Check, cassette: &Cassette, subject: &str, resent: &Resent) -> Vec<Finding> {
    let more = resent.differences.len().saturating_sub(TOLD);
    let told = resent.differences.iter().take(TOLD).enumerate();
    let finding = |(index, difference): (usize, &Difference)| {
        let is_last = index + 1 == TOLD && more > 0;
        let help = if is_last {
            format!("and {more} more differences of this answer")
        } else {
            "if the service has changed, record anew; else mend the mock".to_owned()
        };
        finding(check, cassette, subject, resent, difference, help)
    };
    told.map(finding).collect()
}

fn finding(
    check: &'static Check,
    cassette: &Cassette,
    subject: &str,
    resent: &Resent,
    difference: &Difference,
    help: String,
) -> Finding {
    let place = cassette.places.get(resent.recorded);
    let request = &resent.exchange.request;
    let status = resent.exchange.response.status.map_or_else(|| "no status".to_owned(), |status| status.to_string());
    Finding {
        check,
        level: check.level,
        verdict: CheckVerdict::of_broken(check.level),
        subject: subject.to_owned(),
        scenario: None,
        exchange: cassette.transcript.exchanges.get(resent.recorded).map(|exchange| exchange.id.clone()),
        in_short: Some(format!("{} {} → {status}", request.method, request.path)),
        message: difference.message.clone(),
        expected: Some(difference.recorded.clone()),
        found: Some(difference.found.clone()),
        location: Location {
            line: place.map(|place| place.response_line),
            pointer: difference.pointer.clone(),
            ..Location::file(cassette.file.clone())
        },
        spec: None,
        help: Some(help),
        known: None,
    }
}
