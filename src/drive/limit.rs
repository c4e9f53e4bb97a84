//! How long a client may take for one scenario: to its deadline, or a moment more than its budget.

use super::plan::Pace;
use crate::scenario::Script;
use std::time::Duration;
use tokio::time::sleep;

/// How often it is looked whether a client runs away.
const LOOK: Duration = Duration::from_millis(20);

/// Why a client has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// It did not end in time.
    Deadline,
    /// It asked more than the scenario answers, and had the time to notice.
    Runaway,
}

/// Done when the client of a scenario has to end.
pub(super) async fn cut(script: &Script, pace: &Pace) -> Cut {
    tokio::select! {
        () = sleep(pace.scenario) => Cut::Deadline,
        () = runs_away(script, pace.runaway) => Cut::Runaway,
    }
}

async fn runs_away(script: &Script, left: Duration) {
    while !script.ledger().is_runaway {
        sleep(LOOK).await;
    }
    sleep(left).await;
}
