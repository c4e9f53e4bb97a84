//! The checks: one pure function from specs and evidence to a report.
//!
//! Beside that it says what of the specs the evidence shows.
//!
//! Each check is one function, found by its id in [`table`]; the catalogue says whom
//! it judges and how serious it is. Which check fires where one cause could break
//! several is data too: the chains of [`table`], of which the first that fails hides
//! those behind it for the same exchange or walk. [`run`] goes through them.
//!
//! The run of a scenario is judged by the checks of [`client`], in an order of their own.
//!
//! What is wrong is a [`Note`](finding::Note); with its place in the file, the line of
//! the spec and the exchange in short it becomes a finding. Nothing here knows how
//! evidence is made: the simulator is judged by the same functions as the service.

mod case;
mod client;
mod coverage;
mod decimal;
mod drift;
mod enums;
mod error;
mod evidence;
mod finding;
mod lines;
mod pagination;
mod recorded;
mod refresh;
mod refusing;
mod request;
mod rule;
mod run;
mod shape;
mod short;
mod table;
mod tokens;
mod touched;
mod walk_case;

pub use drift::drift;
pub use recorded::{Difference, Likeness, Links, differences};
pub use refresh::{Fact, Planned, Refresh, refresh};

use crate::evidence::{Check, Evidence, Ledger, Report, SubjectChecks, checks_for};
use crate::spec::Specs;
use case::Cases;

/// Judges evidence by every check of its subject's side.
pub fn verify(specs: &Specs, evidence: &Evidence<'_>) -> Report {
    verify_with(specs, evidence, |_| true)
}

/// Judges evidence by the enabled checks; the others stay not-exercised. It is for tests
/// that ask of each check whether anything would change without it.
pub fn verify_with(specs: &Specs, evidence: &Evidence<'_>, is_enabled: impl Fn(&Check) -> bool) -> Report {
    let cases = Cases::new(specs, evidence);
    let mine: Vec<&'static Check> = checks_for(evidence.subject.kind.side()).collect();
    let enabled: Vec<&'static Check> = mine.iter().copied().filter(|check| is_enabled(check)).collect();

    let (mut judged, shown) = match evidence.run {
        Some(run) => client::run(&cases, run, &enabled),
        None => (run::run(&cases, &enabled), None),
    };
    let results = mine.iter().map(|check| judged.result(check)).collect::<Vec<_>>();
    let findings = mine.iter().flat_map(|check| judged.take_findings(check)).collect();

    Report {
        subjects: vec![evidence.subject.clone()],
        specs: cases.specs_met(),
        ledger: Ledger {
            exchanges: evidence.transcript.exchanges.len() as u64,
            scenarios: evidence.run.iter().len() as u64,
            ..Ledger::default()
        },
        by_subject: vec![SubjectChecks { subject: evidence.subject.clone(), checks: results.clone() }],
        checks: results,
        findings,
        fingerprint: shown.into_iter().collect(),
        coverage: coverage::coverage(&cases),
        ..Report::default()
    }
}

#[cfg(test)]
mod tests;
