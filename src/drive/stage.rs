//! Where a scenario is played: a server of its script, which whoever drives clients brings along.

use crate::diagnostic::Diagnostic;
use crate::evidence::Arrival;
use crate::message::Exchange;
use crate::net::Credentials;
use crate::scenario::Script;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// Opens a server for each scenario.
pub trait Stage: Send + Sync + 'static {
    /// A server of one scenario.
    type Scene: Scene;

    /// Serves a script at an endpoint of its own, for credentials of its own. An answer that outlasts the client's
    /// time-out takes as long as `outlast`.
    fn open(
        &self,
        script: Arc<Script>,
        outlast: Duration,
    ) -> impl Future<Output = Result<Self::Scene, Diagnostic>> + Send;
}

/// The server of one scenario. Dropping it ends it.
pub trait Scene: Send + Sync + 'static {
    /// The port that it listens on.
    fn port(&self) -> u16;

    /// The throw-away credentials that requests are to be signed with.
    fn credentials(&self) -> &Credentials;

    /// Ends it, and tells what passed.
    fn close(self) -> impl Future<Output = Played> + Send;
}

/// What passed in a scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Played {
    /// What was asked and answered, in the order in which it came.
    pub exchanges: Vec<Exchange>,
    /// What is known of each of them besides.
    pub arrivals: Vec<Arrival>,
    /// Requests that were refused before the script was asked.
    pub refused: u64,
}
