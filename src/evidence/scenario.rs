//! What came of a scenario that a client was run through.

use super::{CheckVerdict, Report};

/// What came of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioResult {
    /// The scenario's id.
    pub id: String,
    /// What it came to.
    pub verdict: ScenarioVerdict,
    /// Why, where it is not pass or fail, which the findings explain.
    pub reason: Option<String>,
    /// How many requests came.
    pub requests: u64,
    /// What the client said, where it said something: compact JSON, since a run keeps what was said in all of them.
    pub outcome: Option<Box<str>>,
}

impl ScenarioResult {
    /// Takes in that a failure is known: where it was the only one, the scenario has not failed. That a client did
    /// not come back stays said.
    pub(super) fn excuse(&mut self, reason: &str, is_still_failed: bool) {
        if self.verdict == ScenarioVerdict::Fail && !is_still_failed {
            self.verdict = ScenarioVerdict::Pass;
        }
        self.reason = Some(match self.reason.take() {
            Some(before) => format!("{before}; {reason}"),
            None => reason.to_owned(),
        });
    }
}

/// What a scenario came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScenarioVerdict {
    /// No check of it failed.
    Pass,
    /// A check of it failed.
    Fail,
    /// It was not run.
    Skipped,
    /// The driver failed, not the client.
    DriverError,
    /// The client asked more than the script answers.
    Runaway,
    /// The client died.
    Crashed,
    /// The client did not end in time.
    Hung,
}

impl ScenarioVerdict {
    /// Every verdict.
    pub const ALL: [Self; 7] =
        [Self::Pass, Self::Fail, Self::Skipped, Self::DriverError, Self::Runaway, Self::Crashed, Self::Hung];

    /// The word in a report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skipped => "skipped",
            Self::DriverError => "driver-error",
            Self::Runaway => "runaway",
            Self::Crashed => "crashed",
            Self::Hung => "hung",
        }
    }

    /// What the checks of a scenario, judged alone, come to.
    pub fn of(report: &Report) -> Self {
        let is_failed = report.checks.iter().any(|result| result.verdict == CheckVerdict::Fail);
        if is_failed { Self::Fail } else { Self::Pass }
    }

    /// Whether it breaks the contract by itself. What a check found is counted by the check, which is how serious it
    /// is to run away: on tokens that go round less than on one that repeats.
    pub fn breaks_contract(self) -> bool {
        match self {
            Self::Crashed | Self::Hung => true,
            Self::Pass | Self::Fail | Self::Skipped | Self::DriverError | Self::Runaway => false,
        }
    }

    /// Whether the client did not end by itself.
    pub fn is_lost(self) -> bool {
        self == Self::Runaway || self.breaks_contract()
    }

    /// Whether it says nothing of the client, since its driver failed.
    pub fn is_drivers_fault(self) -> bool {
        self == Self::DriverError
    }
}
