//! Which operations a client calls, where there are several and none was named: found out by letting it call.
//!
//! A COMMAND that is run once a scenario calls what it calls, whatever the scenario is of, and so may a driver. Each
//! scenario of another operation would be lost on it.

use super::stage::Theatre;
use crate::cli::Failure;
use crate::diagnostic::Diagnostic;
use crate::drive::{self, Job, Plan, Played, Scene, Stage, Way};
use crate::evidence::{ScenarioResult, ScenarioVerdict};
use crate::net::Credentials;
use crate::scenario::{Scenario, Script, scenarios};
use crate::spec::{Spec, Specs};
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Which operations were called, each with the one whose scenario it was called in.
type Asked = Arc<Mutex<BTreeSet<Call>>>;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Call {
    scenario_of: String,
    operation: String,
}

/// What came of letting a client call.
pub(super) enum Calls {
    /// The specs of what it called.
    These(Specs),
    /// We were told to stop before it had called anything.
    Interrupted,
}

/// Lets the client of a plan run against a friendly scenario of each operation. What a COMMAND calls first is what it
/// calls; a driver calls what it calls when it is told to.
pub(super) async fn find(plan: &Plan, stop: impl Future<Output = ()>) -> Result<Calls, Failure> {
    let search = async {
        match plan.way {
            Way::Once(..) => called_first(plan).await,
            Way::Driver(_) => called_when_told(plan).await,
        }
    };
    let called = tokio::select! {
        called = search => called?,
        () = stop => return Ok(Calls::Interrupted),
    };
    if called.is_empty() {
        return Err(called_nothing(&plan.specs));
    }
    let is_called = |spec: &&Spec| called.contains(&spec.operation);
    Ok(Calls::These(Specs::new(plan.specs.iter().filter(is_called).cloned().collect())))
}

async fn called_first(plan: &Plan) -> Result<BTreeSet<String>, Failure> {
    for spec in likely(&plan.specs) {
        let calls = let_call(plan, friendly(spec).into_iter().collect()).await?;
        if !calls.is_empty() {
            return Ok(calls.into_iter().map(|call| call.operation).collect());
        }
    }
    Ok(BTreeSet::new())
}

async fn called_when_told(plan: &Plan) -> Result<BTreeSet<String>, Failure> {
    let calls = let_call(plan, plan.specs.iter().filter_map(friendly).collect()).await?;
    let told = calls.into_iter().filter(|call| call.operation == call.scenario_of);
    Ok(told.map(|call| call.operation).collect())
}

/// The specs, what clients are verified with most first: listings, then what reads.
fn likely(specs: &Specs) -> Vec<&Spec> {
    let mut likely: Vec<&Spec> = specs.iter().collect();
    likely.sort_by_key(|spec| (spec.pagination.is_none(), !spec.http.read_only));
    likely
}

/// A scenario that ends well with one answer.
fn friendly(spec: &Spec) -> Option<Scenario> {
    let is_friendly = |scenario: &Scenario| scenario.steps.len() == 1 && scenario.expectation.error.is_none();
    scenarios(spec, 0).into_iter().find(is_friendly)
}

/// What is called in these scenarios; nothing, where the scenario's input cannot be given to the client.
async fn let_call(plan: &Plan, scenarios: Vec<Scenario>) -> Result<BTreeSet<Call>, Failure> {
    let asked = Asked::default();
    let theatre = Theatre::new(Arc::clone(&plan.specs), plan.region.clone());
    let stage = Listening { theatre, specs: Arc::clone(&plan.specs), asked: Arc::clone(&asked) };
    let job = |scenario: Scenario| Job { name: scenario.id.clone(), scenario: Arc::new(scenario) };
    let jobs: Vec<Job> = scenarios.into_iter().map(job).collect();
    let plan = Plan { jobs: Arc::new(jobs), workers: 1, ..plan.clone() };
    let mut is_skipped = false;
    let note = |scenario: &ScenarioResult, _| is_skipped |= scenario.verdict == ScenarioVerdict::Skipped;
    let report = drive::run(stage, plan, std::future::pending(), note).await;
    let calls = std::mem::take(&mut *asked.lock().unwrap_or_else(PoisonError::into_inner));
    match report.troubles.into_iter().next() {
        Some(trouble) if calls.is_empty() && !is_skipped => Err(Failure::world(trouble.diagnostic)),
        _ => Ok(calls),
    }
}

fn called_nothing(specs: &Specs) -> Failure {
    let error = Diagnostic::new(format!("the client called none of the {} operations of the specs", specs.len()));
    Failure::usage(error.help("name the one that it calls with --operation, and give placeholders to its inputs"))
}

/// A theatre in whose scenes it is noted which operations are called.
struct Listening {
    theatre: Theatre,
    specs: Arc<Specs>,
    asked: Asked,
}

impl Stage for Listening {
    type Scene = Heard<<Theatre as Stage>::Scene>;

    async fn open(&self, script: Arc<Script>, outlast: Duration) -> Result<Self::Scene, Diagnostic> {
        let scenario_of = script.scenario().operation.clone();
        let scene = self.theatre.open(script, outlast).await?;
        Ok(Heard { scene, scenario_of, specs: Arc::clone(&self.specs), asked: Arc::clone(&self.asked) })
    }
}

/// A scene in which it is noted which operations are called.
struct Heard<S> {
    scene: S,
    scenario_of: String,
    specs: Arc<Specs>,
    asked: Asked,
}

impl<S: Scene> Scene for Heard<S> {
    fn port(&self) -> u16 {
        self.scene.port()
    }

    fn credentials(&self) -> &Credentials {
        self.scene.credentials()
    }

    async fn close(self) -> Played {
        let played = self.scene.close().await;
        let routed = played.exchanges.iter().filter_map(|exchange| self.specs.route(&exchange.request).ok());
        let call = |operation: &str| Call { scenario_of: self.scenario_of.clone(), operation: operation.to_owned() };
        let calls = routed.map(|route| call(&route.spec.operation));
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).extend(calls);
        played
    }
}
