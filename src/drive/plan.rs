//! What is to be run, how, and how long it may take.

use super::{Argument, Template};
use crate::evidence::known::KnownFailures;
use crate::scenario::Scenario;
use crate::spec::{Spec, Specs};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What is to be run, and how.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The specs.
    pub specs: Arc<Specs>,
    /// What is run, in the order of the report.
    pub jobs: Arc<dyn Programme>,
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

/// What is run, in the order of the report. A job is asked for when its turn comes, so that not all need be there.
pub trait Programme: fmt::Debug + Send + Sync {
    /// How many jobs there are.
    fn len(&self) -> usize;

    /// The job of a place.
    fn job(&self, index: usize) -> Option<Job>;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Programme for Vec<Job> {
    fn len(&self) -> usize {
        Vec::len(self)
    }

    fn job(&self, index: usize) -> Option<Job> {
        self.get(index).cloned()
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Needs, scenarios};
    use crate::spec::embedded;

    /// Why a plan does not run the first scenario, when it needs this.
    fn lacks(way: Way, at_most: u32, is_known: bool, needs: Needs) -> Option<String> {
        let mut spec = embedded().operation("ListImageSetVersions").unwrap().clone();
        spec.client.attempts_at_most = at_most;
        let scenario = Scenario { needs, ..scenarios(&spec, 0).remove(0) };
        let job = Job { name: scenario.id.clone(), scenario: Arc::new(scenario) };
        let plan = Plan {
            specs: Arc::new(Specs::new(vec![spec])),
            jobs: Arc::new(Vec::new()),
            way,
            client: String::new(),
            inherited: Vec::new(),
            region: String::new(),
            workers: 1,
            pace: Pace::of(Duration::from_secs(2), is_known),
            known: KnownFailures::default(),
            today: 0,
        };
        plan.lacks(&job)
    }

    fn once(command: &[&str], says: Says) -> Way {
        let command: Vec<Argument> = command.iter().map(Argument::from).collect();
        let specs = embedded();
        let members: Vec<&str> = specs.iter().flat_map(|spec| &spec.input).map(|member| member.key.as_str()).collect();
        Way::Once(Template::new(&command, &members).unwrap(), says)
    }

    #[test]
    fn leaves_out_what_needs_more_attempts_than_a_client_may_make() {
        let needs = |attempts| Needs { attempts, ..Needs::default() };
        let driver = || Way::Driver(Vec::new());
        let command = || once(&["client"], Says::IfWritten);

        // A driver is told three, unless the spec allows fewer; a command makes as many as the spec allows.
        assert_eq!(lacks(driver(), 5, false, needs(3)), None);
        assert_eq!(lacks(driver(), 5, false, needs(4)).unwrap(), "it needs 4 attempts, and the client may make 3");
        assert_eq!(lacks(driver(), 2, false, needs(3)).unwrap(), "it needs 3 attempts, and the client may make 2");
        assert_eq!(lacks(command(), 5, false, needs(5)), None);
        assert!(lacks(command(), 5, false, needs(6)).is_some());
    }

    #[test]
    fn stalls_only_for_a_client_whose_time_out_is_known() {
        let needs = Needs { outlasts_timeout: true, ..Needs::default() };

        assert_eq!(lacks(Way::Driver(Vec::new()), 5, false, needs), None);
        assert!(lacks(once(&["client"], Says::IfWritten), 5, false, needs).unwrap().contains("--timeout"));
        assert_eq!(lacks(once(&["client"], Says::IfWritten), 5, true, needs), None);
    }

    #[test]
    fn a_command_takes_its_input_by_placeholders_or_all_of_it_by_the_environment() {
        let lacks = |command: &[&str], says| lacks(once(command, says), 5, false, Needs::default());

        assert_eq!(lacks(&["c", "{datastoreId}", "{imageSetId}"], Says::AwsCli), None);
        assert!(lacks(&["c", "{datastoreId}"], Says::IfWritten).unwrap().contains("{imageSetId}"));
        for says in [Says::IfWritten, Says::File, Says::Stdout] {
            assert_eq!(lacks(&["c"], says), None);
        }
        assert!(lacks(&["c"], Says::AwsCli).unwrap().contains("{datastoreId}"));
    }

    #[test]
    fn gives_a_scenario_fifteen_times_the_time_out() {
        let pace = Pace::of(Duration::from_secs(2), false);

        assert_eq!((pace.scenario, pace.outlast()), (Duration::from_secs(30), Duration::from_secs(3)));
        assert_eq!(Pace::of(Duration::from_millis(100), true).handshake, Duration::from_secs(10));
    }
}
