//! Failures that are known: they no longer fail a run, and are shown until they are gone.
//!
//! The file is `known_failures: 1` and under `failures` a list of `{check, scenario, reason}`, with
//! `issue` and `expires: YYYY-MM-DD` where there are some. An entry is true of one check in one scenario.
//! It must stay true: one that passes, or is past its day, fails the run, so that the list only holds
//! what is wrong today.

mod read;
#[cfg(test)]
mod tests;

use super::{CheckVerdict, Report, Side, check, checks_for};
use crate::diagnostic::{Diagnostic, Location};

/// The version of the file's form.
pub const VERSION: i64 = 1;

/// Known failures, as a file lists them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownFailures {
    file: String,
    failures: Vec<KnownFailure>,
}

/// A failure that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFailure {
    /// The check that fails.
    pub check: String,
    /// The scenario in which it fails.
    pub scenario: String,
    /// Why it is not mended yet.
    pub reason: String,
    /// Where that is followed.
    pub issue: Option<String>,
    /// The last day on which it is known, as YYYY-MM-DD.
    pub expires: Option<String>,
    /// The same in days since 1970-01-01.
    last_day: Option<i64>,
    /// The line of the entry.
    line: u32,
}

/// What came of a known failure in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownResult {
    /// The entry.
    pub failure: KnownFailure,
    /// What came of it.
    pub state: KnownState,
    /// Where the entry stands.
    pub location: Location,
}

/// What came of a known failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KnownState {
    /// It fails, as it is known.
    Known,
    /// Nothing touched it.
    NotExercised,
    /// It passes: the entry is wrong.
    Passes,
    /// Its day is past.
    Expired,
}

impl KnownState {
    /// The word in a report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::NotExercised => "not-exercised",
            Self::Passes => "passes",
            Self::Expired => "expired",
        }
    }

    /// Whether the entry fails the run.
    pub fn fails(self) -> bool {
        match self {
            Self::Passes | Self::Expired => true,
            Self::Known | Self::NotExercised => false,
        }
    }
}

impl KnownFailure {
    /// The reason, with where it is followed.
    pub fn words(&self) -> String {
        match &self.issue {
            Some(issue) => format!("{} ({issue})", self.reason),
            None => self.reason.clone(),
        }
    }
}

impl KnownFailures {
    /// Reads the text of a file; everything that is wrong with it, with its line.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        read::read(file, text)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.failures.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.failures.is_empty()
    }

    /// Refuses entries whose check does not judge this side, or whose scenario (of a mock: the operation) nobody knows.
    pub fn check_names(&self, side: Side, scenario_ids: &[&str]) -> Result<(), Vec<Diagnostic>> {
        let errors: Vec<Diagnostic> =
            self.failures.iter().flat_map(|failure| self.unknown_names(failure, side, scenario_ids)).collect();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn unknown_names(&self, failure: &KnownFailure, side: Side, scenario_ids: &[&str]) -> Vec<Diagnostic> {
        let mine = || checks_for(side).map(|check| check.id);
        let (judged, scenario, list) = match side {
            Side::Client => ("client", "scenario", "`retake spec scenarios` lists them"),
            Side::Mock => ("mock", "operation", "the scenario of a mock is the operation that was probed"),
            Side::Recording => ("recording", "exchange", "`retake cassette show` lists them"),
        };
        let mut errors = Vec::new();
        if check(&failure.check).is_none() {
            let error = Diagnostic::new(format!("there is no check \"{}\"", failure.check)).at(self.place(failure));
            let error = error.help(format!("README.md lists the checks, and every report of `verify {judged}` does"));
            errors.push(error.suggest(&failure.check, mine()));
        } else if !mine().any(|id| id == failure.check) {
            let error = Diagnostic::new(format!("the check \"{}\" judges no {judged}", failure.check));
            let error = error.at(self.place(failure)).expected(format!("a check of {judged}s"));
            errors.push(error.help("take the entry out, or name the check that fails"));
        }
        if !scenario_ids.contains(&failure.scenario.as_str()) {
            let error = Diagnostic::new(format!("there is no {scenario} \"{}\"", failure.scenario));
            let error = error.at(self.place(failure)).help(list);
            errors.push(error.suggest(&failure.scenario, scenario_ids.iter().copied()));
        }
        errors
    }

    /// Takes what is known into the report of one scenario, before that is merged: what is known no longer
    /// fails, and is no longer held either. Today is in days since 1970-01-01.
    pub fn apply(&self, report: &mut Report, scenario: &str, today: i64) {
        for failure in self.failures.iter().filter(|failure| failure.scenario == scenario) {
            let state = failure.state(report, today);
            if state == KnownState::Known {
                failure.excuse(report);
            }
            report.known.push(KnownResult { failure: failure.clone(), state, location: self.place(failure) });
        }
    }

    fn place(&self, failure: &KnownFailure) -> Location {
        Location { line: Some(failure.line), ..Location::file(self.file.clone()) }
    }
}

impl KnownFailure {
    fn state(&self, report: &Report, today: i64) -> KnownState {
        let result = report.checks.iter().find(|result| result.check.id == self.check);
        // A client that does not come back shows what its scenario is for, whatever the check could still see.
        let is_lost = report.scenarios.iter().any(|scenario| scenario.verdict.is_lost());
        let state = match result.map(|result| result.verdict) {
            Some(CheckVerdict::Fail | CheckVerdict::Warn | CheckVerdict::Info) => KnownState::Known,
            _ if is_lost => KnownState::Known,
            Some(CheckVerdict::Pass) => KnownState::Passes,
            Some(CheckVerdict::NotExercised) | None => KnownState::NotExercised,
        };
        let is_past = self.last_day.is_some_and(|last| today > last);
        if is_past && state != KnownState::Passes { KnownState::Expired } else { state }
    }

    /// Lets what the check found fail nothing.
    fn excuse(&self, report: &mut Report) {
        let mut known = 0;
        for finding in report.findings.iter_mut().filter(|finding| finding.check.id == self.check) {
            known += 1;
            finding.verdict = CheckVerdict::Info;
            finding.known = Some(self.words());
        }
        let of_subjects = report.by_subject.iter_mut().flat_map(|subject| &mut subject.checks);
        for result in report.checks.iter_mut().chain(of_subjects).filter(|result| result.check.id == self.check) {
            result.known += known;
            result.verdict = result.verdict.min(CheckVerdict::Info);
        }
        let is_failed = report.checks.iter().any(|result| result.verdict == CheckVerdict::Fail);
        for scenario in &mut report.scenarios {
            scenario.excuse(&format!("known failure of {}: {}", self.check, self.words()), is_failed);
        }
    }
}
