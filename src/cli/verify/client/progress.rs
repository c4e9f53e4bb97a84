//! What is told of a run while it goes on, on standard error.

use crate::cli::output::OutputArgs;
use crate::diagnostic::escape;
use crate::drive::Plan;
use crate::evidence::{ScenarioResult, ScenarioVerdict};

/// How many scenarios end between two lines that say how far it is.
const STEP: usize = 25;

/// Tells how far a run is, and what went wrong so far.
pub(super) struct Progress<'o> {
    output: &'o OutputArgs,
    total: usize,
    ended: usize,
}

impl<'o> Progress<'o> {
    /// Says what is to come, and what the specs cannot feed.
    pub(super) fn start(output: &'o OutputArgs, plan: &Plan, operations: &[String], left_out: &[String]) -> Self {
        for line in left_out {
            output.progress(&escape(line));
        }
        let total = plan.jobs.len();
        let scenarios = if total == 1 { "1 scenario".to_owned() } else { format!("{total} scenarios") };
        output.progress(&format!("{scenarios} of {}, {} at a time", operations.join(", "), plan.workers));
        Self { output, total, ended: 0 }
    }

    /// Says what came of a scenario, where it is not what it should be.
    pub(super) fn tell(&mut self, scenario: &ScenarioResult) {
        self.ended += 1;
        let reason = scenario.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        match scenario.verdict {
            ScenarioVerdict::Pass | ScenarioVerdict::Skipped => {}
            ScenarioVerdict::Fail
            | ScenarioVerdict::DriverError
            | ScenarioVerdict::Runaway
            | ScenarioVerdict::Crashed
            | ScenarioVerdict::Hung => {
                let line = format!("  {} {}{reason}", scenario.verdict.as_str(), scenario.id);
                self.output.progress(&escape(&line));
            }
        }
        if self.ended.is_multiple_of(STEP) && self.ended < self.total {
            self.output.progress(&format!("  {} of {}", self.ended, self.total));
        }
    }
}
