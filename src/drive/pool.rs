//! The pool of jobs: processes beside each other, results in the order of the scenarios.

use super::Folder;
use super::plan::Plan;
use super::seat::{Seat, Shared};
use super::stage::Stage;
use crate::diagnostic::Diagnostic;
use crate::evidence::{
    CheckResult, CheckVerdict, Report, ScenarioResult, Side, Subject, SubjectKind, Trouble, TroubleKind, checks_for,
};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

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
    for _ in 0..shared.plan().workers.clamp(1, shared.plan().jobs.len().max(1)) {
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
pub(super) fn empty(plan: &Plan) -> Report {
    let unexercised = |check| CheckResult { check, verdict: CheckVerdict::NotExercised, cases: 0, known: 0 };
    Report {
        checks: checks_for(Side::Client).map(unexercised).collect(),
        specs: plan.specs.iter().map(|spec| spec.file.clone()).collect(),
        ..Report::new("verify client")
    }
}

pub(super) fn with_trouble(mut report: Report, diagnostic: Diagnostic) -> Report {
    report.troubles.push(Trouble { kind: TroubleKind::CouldNotLook, diagnostic });
    report
}

pub(super) fn finish<S: Stage>(mut report: Report, shared: &Shared<S>) -> Report {
    let left = shared.plan().jobs.len() - report.scenarios.len();
    match shared.gave_up() {
        Some(mut error) => {
            if left > 0 {
                error.what = format!("{}; {left} scenarios were not run", error.what);
            }
            report = with_trouble(report, error);
        }
        None if left > 0 && !report.interrupted => {
            let what = format!("{left} scenarios came to no result, which is a defect of retake");
            report = with_trouble(report, Diagnostic::new(what).help("please report it"));
        }
        None => {}
    }
    if report.scenarios.is_empty() && !report.troubles.is_empty() {
        // Nothing was looked at: there is nothing to list.
        report.checks.clear();
    } else if report.subjects.is_empty() {
        report.subjects.push(Subject { kind: SubjectKind::Client, name: shared.client() });
    }
    report
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

/// Runs job after job, until none is left or all is over.
async fn work<S: Stage>(
    shared: Arc<Shared<S>>,
    results: mpsc::Sender<(usize, Report)>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut seat = Seat::new(&shared);
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
    seat.leave().await;
}
