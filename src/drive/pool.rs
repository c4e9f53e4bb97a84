//! The pool of jobs: processes beside each other, results in the order of the scenarios.

use super::driver::{Driver, Left, NotStarted, RunEnd};
use super::environment::{Lead, environment};
use super::judge::{Ended, judge, skipped};
use super::limit::cut;
use super::once::Once;
use super::plan::{Job, Plan, Way};
use super::protocol::Asked;
use super::stage::{Scene, Stage};
use super::{Argument, Folder};
use crate::diagnostic::Diagnostic;
use crate::evidence::{
    CheckResult, CheckVerdict, Report, ScenarioResult, Side, Subject, SubjectKind, Trouble, TroubleKind, checks_for,
};
use crate::scenario::Script;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// How often in a row a driver may fail to start, or break the protocol.
const IN_A_ROW: u32 = 3;

/// Runs a client through all scenarios of a plan, until `stop` is done. What has ended is told at once, and kept.
pub async fn run<S: Stage>(
    stage: S,
    plan: Plan,
    stop: impl Future<Output = ()>,
    mut tell: impl FnMut(&ScenarioResult, usize),
) -> Report {
    let mut report = empty(&plan);
    let folder = match Folder::create(&plan.specs) {
        Ok(folder) => folder,
        Err(error) => return with_trouble(report, error),
    };
    let (stopping, stopped) = watch::channel(false);
    // No more than one result a worker waits to be taken in.
    let (results, mut ended) = mpsc::channel(plan.workers.max(1));
    let shared = Arc::new(Shared::new(stage, plan, folder));
    let mut workers = JoinSet::new();
    for _ in 0..shared.plan.workers.clamp(1, shared.plan.jobs.len().max(1)) {
        workers.spawn(work(Arc::clone(&shared), results.clone(), stopped.clone()));
    }
    drop(results);

    let mut order = InOrder::default();
    let mut stop = pin!(stop);
    let mut is_stopped = false;
    loop {
        tokio::select! {
            result = ended.recv() => match result {
                Some((index, one)) => {
                    order.ended += 1;
                    for scenario in &one.scenarios {
                        tell(scenario, order.ended);
                    }
                    order.take_in(&mut report, index, one);
                }
                None => break,
            },
            () = &mut stop, if !is_stopped => {
                is_stopped = true;
                // Workers that are gone already need not be told.
                let _ = stopping.send(true);
            }
        }
    }
    while workers.join_next().await.is_some() {}
    order.take_in_rest(&mut report);
    report.interrupted = is_stopped;
    finish(report, &shared)
}

/// A report in which nothing is exercised yet.
fn empty(plan: &Plan) -> Report {
    let unexercised = |check| CheckResult { check, verdict: CheckVerdict::NotExercised, cases: 0, known: 0 };
    Report {
        checks: checks_for(Side::Client).map(unexercised).collect(),
        specs: plan.specs.iter().map(|spec| spec.file.clone()).collect(),
        ..Report::new("verify client")
    }
}

fn with_trouble(mut report: Report, diagnostic: Diagnostic) -> Report {
    report.troubles.push(Trouble { kind: TroubleKind::CouldNotLook, diagnostic });
    report
}

fn finish<S: Stage>(mut report: Report, shared: &Shared<S>) -> Report {
    if report.subjects.is_empty() {
        report.subjects.push(Subject { kind: SubjectKind::Client, name: shared.client() });
    }
    match shared.gave_up() {
        Some(mut error) => {
            let left = shared.plan.jobs.len() - report.scenarios.len();
            if left > 0 {
                error.what = format!("{}; {left} scenarios were not run", error.what);
            }
            with_trouble(report, error)
        }
        None => report,
    }
}

/// Results that came before those of scenarios before theirs.
#[derive(Default)]
struct InOrder {
    waiting: BTreeMap<usize, Report>,
    next: usize,
    ended: usize,
}

impl InOrder {
    fn take_in(&mut self, report: &mut Report, index: usize, one: Report) {
        self.waiting.insert(index, one);
        while let Some(one) = self.waiting.remove(&self.next) {
            report.merge(one);
            self.next += 1;
        }
    }

    /// The results behind a scenario that never ended.
    fn take_in_rest(&mut self, report: &mut Report) {
        for one in std::mem::take(&mut self.waiting).into_values() {
            report.merge(one);
        }
    }
}

/// What the workers share.
struct Shared<S> {
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
    gave_up: Mutex<Option<Diagnostic>>,
}

impl<S: Stage> Shared<S> {
    fn new(stage: S, plan: Plan, folder: Folder) -> Self {
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

    /// The next job, unless all is over.
    fn next(&self) -> Option<(usize, &Job)> {
        if self.gave_up().is_some() {
            return None;
        }
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        self.plan.jobs.get(index).map(|job| (index, job))
    }

    fn give_up(&self, error: Diagnostic) {
        self.gave_up.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    fn gave_up(&self) -> Option<Diagnostic> {
        self.gave_up.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn client(&self) -> String {
        let told = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        told.clone().unwrap_or_else(|| self.plan.client.clone())
    }
}

/// Runs job after job, until none is left or all is over.
async fn work<S: Stage>(
    shared: Arc<Shared<S>>,
    results: mpsc::Sender<(usize, Report)>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut seat = Seat { shared: &shared, driver: None, seq: 0 };
    while let Some((index, job)) = shared.next() {
        let one = tokio::select! {
            biased;
            // Dropping the run kills what it started.
            _ = stopped.wait_for(|is_stopped| *is_stopped) => return,
            one = seat.run(index, job) => one,
        };
        match one {
            Ok(one) => {
                // The receiver lives until all workers have ended.
                let _ = results.send((index, one)).await;
            }
            Err(error) => {
                shared.give_up(error);
                break;
            }
        }
    }
    if let Some(driver) = seat.driver.take() {
        driver.end().await;
    }
}

/// The place of one client process at a time.
struct Seat<'s, S> {
    shared: &'s Shared<S>,
    driver: Option<Driver>,
    seq: u64,
}

impl<S: Stage> Seat<'_, S> {
    /// Runs one job. An error is one of all of them.
    async fn run(&mut self, index: usize, job: &Job) -> Result<Report, Diagnostic> {
        let plan = &self.shared.plan;
        if let Some(reason) = plan.lacks(job) {
            return Ok(skipped(job, reason));
        }
        if let Way::Driver(command) = &plan.way {
            self.greet(command).await?;
        }
        let attempts = plan.attempts(plan.spec(job));
        let script = Arc::new(Script::new(Arc::clone(&plan.specs), Arc::clone(&job.scenario), attempts));
        let scene = self.shared.stage.open(Arc::clone(&script), plan.pace.outlast()).await?;
        let ended = match &plan.way {
            Way::Once(template, says) => {
                let once = Once { plan, template, says: *says, folder: &self.shared.folder };
                once.run(job, index, &script, &scene).await?
            }
            Way::Driver(_) => self.ask(job, &script, &scene).await?,
        };
        let played = scene.close().await;
        Ok(judge(plan, job, &self.shared.client(), &script, played, ended))
    }

    /// Sees to it that a driver listens.
    async fn greet(&mut self, command: &[Argument]) -> Result<(), Diagnostic> {
        let shared = self.shared;
        let plan = &shared.plan;
        let lead = Lead { server: None, specs: &plan.specs, region: &plan.region, folder: &shared.folder };
        let environment = environment(&lead, &plan.inherited);
        let mut failed = 0;
        while self.driver.is_none() {
            match Driver::start(command, &environment, plan.pace.handshake).await {
                Ok(driver) => {
                    shared.is_greeted.store(true, Ordering::Relaxed);
                    let name = driver.hello().to_string();
                    shared.client.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(name);
                    self.driver = Some(driver);
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
        Ok(())
    }

    async fn ask(&mut self, job: &Job, script: &Script, scene: &impl Scene) -> Result<Ended, Diagnostic> {
        let plan = &self.shared.plan;
        let spec = plan.spec(job);
        self.seq += 1;
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
                    self.shared.give_up(error.clone());
                }
            }
            _ => self.shared.broken.store(0, Ordering::Relaxed),
        }
        Ok(ended)
    }
}
