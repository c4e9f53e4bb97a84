//! What the service does otherwise than it was recorded, as findings; and how old the recordings are.

use super::of_operation;
use crate::cassette::Cassette;
use crate::cli::session::today;
use crate::diagnostic::Location;
use crate::evidence::{Check, CheckVerdict, Finding, Report, check};
use crate::message::Exchange;

use crate::spec::{Change, Class, Level, Spec};
use crate::verify::drift;

/// Adds what differs from the recordings of an operation; without any, the check is not exercised.
pub(super) fn add(report: &mut Report, spec: &Spec, subject: &str, found: &[&Exchange], cassettes: &[Cassette]) {
    let recorded: Vec<&Exchange> =
        cassettes.iter().flat_map(|cassette| of_operation(spec, &cassette.transcript)).collect();
    if recorded.is_empty() || found.is_empty() {
        return;
    }
    let changes = drift(spec, &recorded, found);
    let findings: Vec<Finding> = changes.iter().map(|change| finding(subject, spec, change)).collect();
    tell(report, found.len() as u64, findings);
}

/// Whether an operation is answered otherwise than one recording has it, and otherwise than all have it together.
pub(super) fn has_drifted(spec: &Spec, found: &[&Exchange], cassette: &Cassette, all: &[Cassette]) -> bool {
    let drifts = |recorded: Vec<&Exchange>| {
        let changes = if recorded.is_empty() { Vec::new() } else { drift(spec, &recorded, found) };
        changes.iter().any(|change| change.class != Class::Data)
    };
    let together = all.iter().flat_map(|cassette| of_operation(spec, &cassette.transcript)).collect();
    drifts(of_operation(spec, &cassette.transcript).collect()) && drifts(together)
}

fn finding(subject: &str, spec: &Spec, change: &Change) -> Finding {
    let level = match change.class {
        Class::Breaking => Level::Must,
        Class::Additive => Level::Should,
        Class::Data => Level::Info,
    };
    let help = match change.class {
        Class::Breaking => {
            "see whether your code survives it, then record anew: record --upstream live --probe --review"
        }
        Class::Additive => "record anew, so that your tests see it: record --upstream live --probe --review",
        Class::Data => "nothing has to be done: other data, in the same form",
    };
    Finding {
        check: compared(),
        level,
        verdict: CheckVerdict::of_broken(level),
        subject: subject.to_owned(),
        scenario: None,
        exchange: None,
        in_short: Some(format!("{} {}", change.operation, change.place)),
        message: format!("{} drift: {} at {}", change.class, change.what, change.place),
        expected: None,
        found: None,
        location: Location::file(spec.file.clone()),
        spec: None,
        help: Some(help.to_owned()),
        known: None,
    }
}

/// Adds that a recording is older than asked for: what the service is compared with says little of it then.
pub(super) fn age(report: &mut Report, subject: &str, cassette: &Cassette, max_age: Option<u32>) {
    let Some(most) = max_age else { return };
    let Some(found) = too_old(cassette, most) else { return };
    let finding = Finding {
        check: compared(),
        level: Level::Should,
        verdict: CheckVerdict::Warn,
        subject: subject.to_owned(),
        scenario: None,
        exchange: None,
        in_short: None,
        message: "the recording is older than it may be".to_owned(),
        expected: Some(format!("at most {most} days")),
        found: Some(found),
        location: Location::file(cassette.file.clone()),
        spec: None,
        help: Some("verify live --review writes a new one for review, --plan says what it takes".to_owned()),
        known: None,
    };
    tell(report, 1, vec![finding]);
}

/// How old a recording is that is older than it may be, in words.
pub(super) fn too_old(cassette: &Cassette, most: u32) -> Option<String> {
    match cassette.recorded_day().map(|recorded| today() - recorded) {
        Some(age) if age <= i64::from(most) => None,
        Some(1) => Some("1 day".to_owned()),
        Some(age) => Some(format!("{age} days")),
        None => Some("no time in `recorded_at`".to_owned()),
    }
}

fn compared() -> &'static Check {
    check("answer.as-recorded").expect("the catalogue has it")
}

/// Adds findings, and counts them, in the report and in the part of its subject.
fn tell(report: &mut Report, cases: u64, findings: Vec<Finding>) {
    let worst = findings.iter().map(|finding| finding.verdict).max().unwrap_or(CheckVerdict::Pass);
    let of_subjects = report.by_subject.iter_mut().flat_map(|subject| &mut subject.checks);
    for result in report.checks.iter_mut().chain(of_subjects).filter(|result| result.check.id == compared().id) {
        result.cases += cases;
        result.verdict = result.verdict.max(worst);
    }
    report.findings.extend(findings);
}
