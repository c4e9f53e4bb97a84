//! The place of one client process at a time: it runs job after job, and what befalls a driver there.

use super::driver::{Driver, Left, NotStarted, RunEnd};
use super::environment::{Lead, environment};
use super::judge::{Ended, judge, skipped};
use super::limit::cut;
use super::once::Once;
use super::plan::{Job, Plan, Way};
use super::protocol::{Asked, Hello};
use super::stage::{Scene, Stage};
use super::{Argument, Folder};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Report, Trouble, TroubleKind};
use crate::scenario::Script;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How often in a row a driver may fail to start, or break the protocol.
const IN_A_ROW: u32 = 3;

/// What all seats share.
pub(super) struct Shared<S> {
    stage: S,
    plan: Plan,
    folder: Folder,
    next: AtomicUsize,
    /// Whether a driver has answered the greeting.
    is_greeted: AtomicBool,
    /// What the drivers call the client.
    client: Mutex<Option<String>>,
    /// How many drivers in a row broke the protocol.
    broken: AtomicU32,
    gave_up: Mutex<Option<Trouble>>,
}

impl<S: Stage> Shared<S> {
    pub(super) fn new(stage: S, plan: Plan, folder: Folder) -> Self {
        Self {
            stage,
            plan,
            folder,
            next: AtomicUsize::new(0),
            is_greeted: AtomicBool::new(false),
            client: Mutex::new(None),
            broken: AtomicU32::new(0),
            gave_up: Mutex::new(None),
        }
    }

    /// The plan.
    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The next job, unless all is over.
    pub(super) fn next(&self) -> Option<(usize, Job)> {
        if self.gave_up().is_some() {
            return None;
        }
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        self.plan.jobs.job(index).map(|job| (index, job))
    }

    /// Ends it all, after what is under way.
    pub(super) fn give_up(&self, trouble: Trouble) {
        self.gave_up.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(trouble);
    }

    /// Why it all ended, if it did.
    pub(super) fn gave_up(&self) -> Option<Trouble> {
        self.gave_up.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The client's name.
    pub(super) fn client(&self) -> String {
        let told = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        told.clone().unwrap_or_else(|| self.plan.client.clone())
    }
}

/// The place of one client process at a time.
pub(super) struct Seat<'s, S> {
    shared: &'s Shared<S>,
    driver: Option<Driver>,
    /// How often this driver was asked.
    runs: u64,
    /// How often any driver was.
    seq: u64,
}

/// What the driver is at fault for.
pub(super) fn of_driver(diagnostic: Diagnostic) -> Trouble {
    Trouble { kind: TroubleKind::Driver, diagnostic }
}

/// What neither the driver nor the client is at fault for.
fn of_world(diagnostic: Diagnostic) -> Trouble {
    Trouble { kind: TroubleKind::CouldNotLook, diagnostic }
}

impl<'s, S: Stage> Seat<'s, S> {
    pub(super) fn new(shared: &'s Shared<S>) -> Self {
        Self { shared, driver: None, runs: 0, seq: 0 }
    }

    /// Ends the driver, if one sits here; whether it had not to be made to.
    pub(super) async fn leave(&mut self) -> bool {
        match self.driver.take() {
            Some(driver) => driver.end().await,
            None => true,
        }
    }

    /// Runs one job. An error is one of all of them.
    pub(super) async fn run(&mut self, index: usize, job: &Job) -> Result<Report, Trouble> {
        let plan = &self.shared.plan;
        if let Some(reason) = plan.lacks(job) {
            return Ok(skipped(plan, job, reason));
        }
        if let Way::Driver(command) = &plan.way {
            self.greet(command).await.map_err(of_driver)?;
        }
        let attempts = plan.attempts(plan.spec(job));
        let script = Arc::new(Script::new(Arc::clone(&plan.specs), Arc::clone(&job.scenario), attempts));
        let scene = self.shared.stage.open(Arc::clone(&script), plan.pace.outlast()).await.map_err(of_world)?;
        let ended = match &plan.way {
            Way::Once(template, says) => {
                let once = Once { plan, template, says: *says, folder: &self.shared.folder };
                once.run(job, index, &script, &scene).await.map_err(of_world)?
            }
            Way::Driver(command) => self.ask(command, job, &script, &scene).await,
        };
        let played = scene.close().await;
        Ok(judge(plan, job, &self.shared.client(), &script, played, ended))
    }

    /// Sees to it that a driver listens, and tells what it said of itself.
    pub(super) async fn greet(&mut self, command: &[Argument]) -> Result<Hello, Diagnostic> {
        let shared = self.shared;
        let plan = &shared.plan;
        let lead = Lead { server: None, specs: &plan.specs, region: &plan.region, folder: &shared.folder };
        let environment = environment(&lead, &plan.inherited);
        let mut failed = 0;
        loop {
            if let Some(driver) = &self.driver {
                return Ok(driver.hello().clone());
            }
            match Driver::start(command, &environment, plan.pace.handshake).await {
                Ok(driver) => {
                    shared.is_greeted.store(true, Ordering::Relaxed);
                    let name = driver.hello().to_string();
                    shared.client.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(name);
                    self.driver = Some(driver);
                    self.runs = 0;
                }
                Err(NotStarted { error, is_final }) => {
                    failed += 1;
                    // A driver that never started will not start; one that did may have been hit by something else.
                    if is_final || failed == IN_A_ROW || !shared.is_greeted.load(Ordering::Relaxed) {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Lets the driver run a job.
    async fn ask(&mut self, command: &[Argument], job: &Job, script: &Script, scene: &impl Scene) -> Ended {
        let is_fresh = self.runs == 0;
        let ended = self.ask_once(job, script, scene).await;
        // It may have died of the scenario before, a moment after its answer: then this one is not to blame.
        if is_fresh || !matches!(ended, Ended::Crashed(_)) || script.ledger().requests > 0 {
            return ended;
        }
        match self.greet(command).await {
            Ok(_) => self.ask_once(job, script, scene).await,
            Err(error) => {
                self.shared.give_up(of_driver(error));
                ended
            }
        }
    }

    async fn ask_once(&mut self, job: &Job, script: &Script, scene: &impl Scene) -> Ended {
        let plan = &self.shared.plan;
        let spec = plan.spec(job);
        self.seq += 1;
        self.runs += 1;
        let asked = Asked {
            seq: self.seq,
            scenario: &job.scenario.id,
            operation: &job.scenario.operation,
            input: job.scenario.input_json(spec),
            endpoint: &format!("http://localhost:{}", scene.port()),
            credentials: scene.credentials(),
            region: &plan.region,
            max_attempts: plan.attempts(spec),
            timeout_ms: u64::try_from(plan.pace.timeout.as_millis()).unwrap_or(u64::MAX),
        };
        let driver = self.driver.as_mut().expect("it was greeted");
        let RunEnd { ended, left } = driver.run(asked, cut(script, &plan.pace), plan.pace.scenario).await;
        if left != Left::Ready {
            self.driver = None;
        }
        match (left, &ended) {
            (Left::Broken, Ended::DriverError(error)) => {
                let before = self.shared.broken.fetch_add(1, Ordering::Relaxed);
                if before + 1 >= IN_A_ROW {
                    self.shared.give_up(of_driver(error.clone()));
                }
            }
            _ => self.shared.broken.store(0, Ordering::Relaxed),
        }
        ended
    }
}
