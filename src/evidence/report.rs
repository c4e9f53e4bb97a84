//! Results as data. How they are shown is `report`'s business.
//!
//! A broken contract is a finding in here; what kept the run from looking is a
//! [`Trouble`]; that nothing was looked at follows from the counts. The three
//! never share a type, and [`Report::verdict`] is the one place that weighs them.

use super::{Check, Coverage, Demands, KnownResult, KnownState, ScenarioResult, Side, Trait, fingerprint};
use crate::answer::Miss;
use crate::diagnostic::{Diagnostic, Location};
use crate::spec::Level;

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The command, such as `verify cassette`.
    pub command: String,
    /// What was judged.
    pub subjects: Vec<Subject>,
    /// The specs it was judged by, as named.
    pub specs: Vec<String>,
    /// What was counted.
    pub ledger: Ledger,
    /// Each check that judges this kind of subject, in catalogue order; empty where nothing is judged.
    pub checks: Vec<CheckResult>,
    /// The same, subject by subject.
    pub by_subject: Vec<SubjectChecks>,
    /// The scenarios that a client was run through, in their order.
    pub scenarios: Vec<ScenarioResult>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The known failures of those scenarios, with what came of each.
    pub known: Vec<KnownResult>,
    /// How the client behaves, in the order of [`fingerprint::TRAITS`].
    pub fingerprint: Vec<Trait>,
    /// What of the specs was shown.
    pub coverage: Coverage,
    /// Requests that nothing recorded answers.
    pub misses: Vec<Miss>,
    /// Ids of recorded exchanges that were not used and had to be.
    pub unused: Vec<String>,
    /// What kept the run from looking.
    pub troubles: Vec<Trouble>,
    /// Whether a warning counts as a failure.
    pub strict: bool,
    /// Whether the coverage is told to people, name by name.
    pub tells_coverage: bool,
    /// The percentage of the specs that has to be shown.
    pub fail_under: Option<u8>,
    /// Whether the run was interrupted before its end.
    pub interrupted: bool,
    /// Whether a failed COMMAND is no failure of the run.
    pub child_may_fail: bool,
    /// Whether the command did what it says, where nothing is to be judged.
    pub done: bool,
}

/// What was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The kind.
    pub kind: SubjectKind,
    /// Its name: a file, a URL, a command.
    pub name: String,
}

/// The results of one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectChecks {
    /// The subject.
    pub subject: Subject,
    /// Each check that judges it, in catalogue order.
    pub checks: Vec<CheckResult>,
}

/// The kinds of subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    /// A client.
    Client,
    /// A mock.
    Mock,
    /// The service itself.
    Service,
    /// A cassette.
    Cassette,
}

impl SubjectKind {
    /// The word in a report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Mock => "mock",
            Self::Service => "service",
            Self::Cassette => "cassette",
        }
    }

    /// The side of the catalogue that judges it.
    pub fn side(self) -> Side {
        match self {
            Self::Client => Side::Client,
            Self::Mock | Self::Service => Side::Mock,
            Self::Cassette => Side::Recording,
        }
    }
}

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Requests that came.
    pub requests: u64,
    /// Requests that were refused.
    pub refused: u64,
    /// Exchanges recorded, read or answered.
    pub exchanges: u64,
    /// Recorded exchanges that were not used.
    pub unused: u64,
    /// Requests that nothing recorded answers.
    pub misses: u64,
    /// Scenarios run.
    pub scenarios: u64,
    /// How the COMMAND ended, if there was one.
    pub child: Option<ChildEnd>,
}

/// How a COMMAND ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChildEnd {
    /// With an exit code.
    Exit(i32),
    /// By a signal.
    Signal(i32),
}

impl ChildEnd {
    /// Whether it ended well.
    pub fn is_success(self) -> bool {
        self == Self::Exit(0)
    }
}

/// The result of a check over a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckResult {
    /// The check.
    pub check: &'static Check,
    /// The worst of its cases.
    pub verdict: CheckVerdict,
    /// How often it was exercised.
    pub cases: u64,
    /// In how many of those it did not hold, and is known not to: it fails nothing by them, and is not held.
    pub known: u64,
}

/// The verdicts of a check, from harmless to worst. A check that nothing touched is never green.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckVerdict {
    /// Nothing touched it.
    #[default]
    NotExercised,
    /// It held.
    Pass,
    /// It reports a class of behaviour.
    Info,
    /// It did not hold, and is a should.
    Warn,
    /// It did not hold, and is a must.
    Fail,
}

impl CheckVerdict {
    /// The word in a report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotExercised => "not-exercised",
            Self::Pass => "pass",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }

    /// The verdict of a case of this level that did not hold.
    pub fn of_broken(level: Level) -> Self {
        match level {
            Level::Must => Self::Fail,
            Level::Should => Self::Warn,
            Level::Info => Self::Info,
        }
    }
}

/// A case in which a check did not hold, or has something to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check.
    pub check: &'static Check,
    /// How serious this case is.
    pub level: Level,
    /// What it counts as.
    pub verdict: CheckVerdict,
    /// Whose behaviour it is.
    pub subject: String,
    /// The scenario, if one was run.
    pub scenario: Option<String>,
    /// The id of the exchange that shows it.
    pub exchange: Option<String>,
    /// The exchange in one line: what was asked, what came of it.
    pub in_short: Option<String>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What the contract says.
    pub expected: Option<String>,
    /// What was there.
    pub found: Option<String>,
    /// Where it stands: file, line, JSON pointer.
    pub location: Location,
    /// The line of the spec that says so.
    pub spec: Option<SpecLine>,
    /// What to do.
    pub help: Option<String>,
    /// Why it is known, where it is.
    pub known: Option<String>,
}

/// A line of a spec.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpecLine {
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// What stands there.
    pub text: String,
}

/// What kept a run from looking: never a verdict about the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Which exit code it asks for.
    pub kind: TroubleKind,
    /// What happened, where, what to do.
    pub diagnostic: Diagnostic,
}

/// The kinds of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TroubleKind {
    /// Wrong usage, or a spec or cassette that cannot be read.
    Usage,
    /// Upstream, credentials, socket, file system or lock failed.
    CouldNotLook,
    /// The driver of a client failed, which says nothing of the client.
    Driver,
}

impl TroubleKind {
    /// The word in a report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::CouldNotLook => "could-not-look",
            Self::Driver => "driver",
        }
    }
}

/// What a run came to, in one word; each has its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RunVerdict {
    /// Something was checked and no must failed.
    Pass,
    /// The contract is broken.
    Fail,
    /// Wrong usage, or a file that cannot be read.
    Usage,
    /// Nothing was checked.
    NoEvidence,
    /// It was not possible to look.
    Error,
    /// Interrupted.
    Interrupted,
}

impl RunVerdict {
    /// The word in a report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Usage => "usage",
            Self::NoEvidence => "no-evidence",
            Self::Error => "error",
            Self::Interrupted => "interrupted",
        }
    }

    /// The exit code: part of the command's interface.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Fail => 1,
            Self::Usage => 2,
            Self::NoEvidence => 3,
            Self::Error => 4,
            Self::Interrupted => 130,
        }
    }
}

impl Report {
    /// A report of a command that has not looked at anything yet.
    pub fn new(command: impl Into<String>) -> Self {
        Self { command: command.into(), ..Self::default() }
    }

    /// What it all comes to. Of several, the first of interrupted, usage, error, fail, no evidence.
    pub fn verdict(&self) -> RunVerdict {
        let trouble = |kind| self.troubles.iter().any(|trouble| trouble.kind == kind);
        if self.interrupted {
            RunVerdict::Interrupted
        } else if trouble(TroubleKind::Usage) {
            RunVerdict::Usage
        } else if trouble(TroubleKind::CouldNotLook) || self.is_drivers_fault() {
            RunVerdict::Error
        } else if self.is_broken() {
            RunVerdict::Fail
        } else if !self.has_evidence() {
            RunVerdict::NoEvidence
        } else {
            RunVerdict::Pass
        }
    }

    fn is_broken(&self) -> bool {
        let worst = if self.strict { CheckVerdict::Warn } else { CheckVerdict::Fail };
        let child_failed = self.ledger.child.is_some_and(|end| !end.is_success());
        self.checks.iter().any(|result| result.verdict >= worst)
            || self.scenarios.iter().any(|scenario| self.is_broken_by(scenario))
            || self.known.iter().any(|known| known.state.fails())
            || !self.misses.is_empty()
            || !self.unused.is_empty()
            || self.is_under()
            || (child_failed && !self.child_may_fail)
    }

    /// Whether less of the specs was shown than has to be.
    pub fn is_under(&self) -> bool {
        self.fail_under.is_some_and(|percent| self.coverage.share().is_under(percent))
    }

    /// Whether a client's driver failed, so that nobody knows what the client does.
    pub fn is_drivers_fault(&self) -> bool {
        self.scenarios.iter().any(|scenario| scenario.verdict.is_drivers_fault())
            || self.troubles.iter().any(|trouble| trouble.kind == TroubleKind::Driver)
    }

    /// Whether a client did not come back from a scenario, and is not known not to.
    pub fn is_broken_by(&self, scenario: &ScenarioResult) -> bool {
        let is_known = |known: &KnownResult| known.state == KnownState::Known && known.failure.scenario == scenario.id;
        scenario.verdict.breaks_contract() && !self.known.iter().any(is_known)
    }

    /// Whether anything was looked at: where checks judge, a must or should outside
    /// `evidence.` passed; elsewhere, something was exchanged.
    fn has_evidence(&self) -> bool {
        if self.done {
            return true;
        }
        if self.checks.is_empty() {
            return self.ledger.exchanges > 0;
        }
        self.checks.iter().any(|result| {
            result.verdict == CheckVerdict::Pass
                && result.check.level != Level::Info
                && !result.check.id.starts_with("evidence.")
        })
    }

    /// Takes another report of the same command in: checks by their worst, the rest added up. What is said of the
    /// same subject twice is said once.
    pub fn merge(&mut self, other: Self) {
        add_new(&mut self.subjects, other.subjects);
        add_new(&mut self.specs, other.specs);
        self.ledger.add(&other.ledger);
        add_results(&mut self.checks, other.checks);
        for theirs in other.by_subject {
            match self.by_subject.iter_mut().find(|mine| mine.subject == theirs.subject) {
                Some(mine) => add_results(&mut mine.checks, theirs.checks),
                None => self.by_subject.push(theirs),
            }
        }
        self.scenarios.extend(other.scenarios);
        self.findings.extend(other.findings);
        self.known.extend(other.known);
        fingerprint::join(&mut self.fingerprint, other.fingerprint);
        self.coverage.merge(other.coverage);
        self.misses.extend(other.misses);
        self.unused.extend(other.unused);
        self.troubles.extend(other.troubles);
        self.strict |= other.strict;
        self.tells_coverage |= other.tells_coverage;
        self.fail_under = self.fail_under.max(other.fail_under);
        self.interrupted |= other.interrupted;
        self.done |= other.done;
    }
}

impl Ledger {
    fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.refused += other.refused;
        self.exchanges += other.exchanges;
        self.unused += other.unused;
        self.misses += other.misses;
        self.scenarios += other.scenarios;
        self.child = self.child.or(other.child);
    }
}

/// Adds what is not there yet.
fn add_new<T: PartialEq>(mine: &mut Vec<T>, theirs: Vec<T>) {
    for new in theirs {
        if !mine.contains(&new) {
            mine.push(new);
        }
    }
}

/// Adds the results of the same checks, each by its worst.
fn add_results(mine: &mut Vec<CheckResult>, theirs: Vec<CheckResult>) {
    if mine.is_empty() {
        *mine = theirs;
        return;
    }
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        debug_assert_eq!(mine.check.id, theirs.check.id, "both are in catalogue order");
        mine.verdict = mine.verdict.max(theirs.verdict);
        mine.cases += theirs.cases;
        mine.known += theirs.known;
    }
}

impl Demands {
    /// The demands of a caller who asks for nothing but the date.
    pub fn on_day(today: i64) -> Self {
        Self { today, ..Self::default() }
    }
}

#[cfg(test)]
mod tests;
