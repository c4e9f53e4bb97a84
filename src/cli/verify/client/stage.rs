//! Where scenarios are played: for each a server of its own, at a port of its own, with credentials of its own.

use crate::diagnostic::Diagnostic;
use crate::drive::{Played, Scene, Stage};
use crate::net::{Credentials, Limits, Listen, Listener};
use crate::scenario::Script;
use crate::serve::{Options, Running, Server, Signatures};
use crate::spec::Specs;
use std::sync::Arc;
use std::time::Duration;

/// How many exchanges behind the budget are kept, to show that a client runs away.
const BEHIND_BUDGET: usize = 8;

/// How long an answer has that is under way when its scenario is over.
const DRAIN: Duration = Duration::from_millis(200);

/// Serves scenario after scenario.
#[derive(Debug)]
pub(super) struct Theatre {
    specs: Arc<Specs>,
    region: String,
}

impl Theatre {
    pub(super) fn new(specs: Arc<Specs>, region: String) -> Self {
        Self { specs, region }
    }
}

impl Stage for Theatre {
    type Scene = Served;

    async fn open(&self, script: Arc<Script>, outlast: Duration) -> Result<Served, Diagnostic> {
        let credentials = Credentials::throwaway()?;
        let listener = Listener::bind(Listen::default()).await?;
        let options = Options {
            signatures: Signatures::Noted(credentials.clone()),
            region: self.region.clone(),
            limits: Limits { drain: DRAIN, ..Limits::default() },
            kept: usize::try_from(script.budget()).unwrap_or(usize::MAX).saturating_add(BEHIND_BUDGET),
            outlast,
            ..Options::default()
        };
        let running = Server::start(listener, script, &self.specs, options);
        Ok(Served { running, credentials })
    }
}

/// The server of one scenario.
#[derive(Debug)]
pub(super) struct Served {
    running: Running,
    credentials: Credentials,
}

impl Scene for Served {
    fn port(&self) -> u16 {
        self.running.port()
    }

    fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    async fn close(self) -> Played {
        let traffic = self.running.shutdown().await;
        Played { exchanges: traffic.transcript.exchanges, arrivals: traffic.arrivals, refused: traffic.refused }
    }
}
