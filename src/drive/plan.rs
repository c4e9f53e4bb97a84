//! What is to be run, how, and how long it may take.

use super::{Argument, Template};
use crate::evidence::known::KnownFailures;
use crate::scenario::Scenario;
use crate::spec::{Spec, Specs};
use std::sync::Arc;
use std::time::Duration;

/// What is to be run, and how.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The specs.
    pub specs: Arc<Specs>,
    /// What is run, in the order of the report.
    pub jobs: Vec<Job>,
    /// How the client is driven.
    pub way: Way,
    /// The client's name, until a driver says a better one.
    pub client: String,
    /// Our environment, of which a client inherits what leads it nowhere else.
    pub inherited: Vec<(String, String)>,
    /// The region to sign for.
    pub region: String,
    /// How many processes run at a time.
    pub workers: usize,
    /// How long things may take.
    pub pace: Pace,
    /// Failures that are known.
    pub known: KnownFailures,
    /// Today, in days since 1970-01-01.
    pub today: i64,
}

/// One scenario to run.
#[derive(Debug, Clone)]
pub struct Job {
    /// The scenario.
    pub scenario: Arc<Scenario>,
    /// What the report calls it.
    pub name: String,
}

/// How a client is driven.
#[derive(Debug, Clone)]
pub enum Way {
    /// COMMAND is run once a scenario.
    Once(Template, Says),
    /// COMMAND is run once, and told of scenario after scenario.
    Driver(Vec<Argument>),
}

/// How a COMMAND that is run once a scenario says what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// In the file of `RETAKE_OUTCOME`, if it writes it; else by its exit code.
    IfWritten,
    /// In the file of `RETAKE_OUTCOME`.
    File,
    /// In the last line of its standard output.
    Stdout,
    /// In the words of the AWS command line.
    AwsCli,
}

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The client's read time-out.
    pub timeout: Duration,
    /// Whether that is known also of a client that cannot be told.
    pub is_known: bool,
    /// One scenario.
    pub scenario: Duration,
    /// A driver's start, up to its answer to hello.
    pub handshake: Duration,
    /// What is left to a client that asked more than its scenario answers.
    pub runaway: Duration,
}

impl Pace {
    /// The client's time-out, and what follows from it.
    pub fn of(timeout: Duration, is_known: bool) -> Self {
        let scenario = timeout * 15;
        Self {
            timeout,
            is_known,
            scenario,
            handshake: scenario.max(Duration::from_secs(10)),
            runaway: Duration::from_secs(1),
        }
    }

    /// How long an answer takes that outlasts the client's time-out.
    pub(super) fn outlast(&self) -> Duration {
        self.timeout + Duration::from_secs(1)
    }
}

impl Plan {
    /// The spec of a job.
    pub(super) fn spec(&self, job: &Job) -> &Spec {
        self.specs.operation(&job.scenario.operation).expect("scenarios are derived from the specs of the plan")
    }

    /// The attempts that a client may make of one request: a driver is told, any other makes its own.
    pub(super) fn attempts(&self, spec: &Spec) -> u32 {
        const TOLD: u32 = 3;
        match &self.way {
            Way::Once(..) => spec.client.attempts_at_most,
            Way::Driver(_) => TOLD.min(spec.client.attempts_at_most),
        }
    }

    /// Why a job cannot be run, if it cannot.
    pub(super) fn lacks(&self, job: &Job) -> Option<String> {
        let Job { scenario, .. } = job;
        let attempts = self.attempts(self.spec(job));
        if scenario.needs.attempts > attempts {
            return Some(format!("it needs {} attempts, and the client may make {attempts}", scenario.needs.attempts));
        }
        let Way::Once(template, says) = &self.way else { return None };
        if scenario.needs.outlasts_timeout && !self.pace.is_known {
            return Some("the client's read time-out is not known: tell it with --timeout".to_owned());
        }
        // A command without placeholders reads RETAKE_INPUT, which the AWS command line does not.
        if !template.has_placeholders() && *says != Says::AwsCli {
            return None;
        }
        let missing = template.lacks(&scenario.inputs)?;
        Some(format!("COMMAND has no placeholder {{{missing}}}, which the scenario has a value of"))
    }
}
