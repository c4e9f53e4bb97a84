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
        Some(mut trouble) => {
            if left > 0 {
                let were = if left == 1 { "1 scenario was".to_owned() } else { format!("{left} scenarios were") };
                trouble.diagnostic.what = format!("{}; {were} not run", trouble.diagnostic.what);
            }
            report.troubles.push(trouble);
        }
        None if left > 0 && !report.interrupted => {
            let what = format!("of {left} of the scenarios nothing is known, which is a defect of retake");
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
            one = seat.run(index, &job) => one,
        };
        match one {
            Ok(one) => {
                // The receiver lives until all workers have ended.
                let _ = results.send((index, one)).await;
            }
            Err(trouble) => {
                shared.give_up(trouble);
                break;
            }
        }
    }
    seat.leave().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::{Job, Pace, Played, Says, Scene, Template, Way};
    use crate::evidence::RunVerdict;
    use crate::evidence::known::KnownFailures;
    use crate::net::Credentials;
    use crate::scenario::{Script, scenarios};
    use crate::spec::embedded;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    /// A stage that nobody asks anything, until it breaks.
    struct Quiet {
        opened: AtomicUsize,
        breaks_at: usize,
        breaks: fn() -> Diagnostic,
    }

    impl Stage for Quiet {
        type Scene = Empty;

        async fn open(&self, _script: Arc<Script>, _outlast: Duration) -> Result<Empty, Diagnostic> {
            if self.opened.fetch_add(1, Ordering::Relaxed) == self.breaks_at {
                return Err((self.breaks)());
            }
            Ok(Empty(Credentials::new("RETAKEEXAMPLE0000000", "secret", None)))
        }
    }

    struct Empty(Credentials);

    impl Scene for Empty {
        fn port(&self) -> u16 {
            1
        }

        fn credentials(&self) -> &Credentials {
            &self.0
        }

        async fn close(self) -> Played {
            Played::default()
        }
    }

    fn plan(jobs: usize, script: &str) -> Plan {
        let specs = Arc::new(embedded());
        let all = scenarios(specs.operation("ListImageSetVersions").unwrap(), 0).into_iter().take(jobs);
        let command = ["sh", "-c", script].map(Into::into);
        Plan {
            jobs: Arc::new(
                all.map(|scenario| Job { name: scenario.id.clone(), scenario: Arc::new(scenario) }).collect::<Vec<_>>(),
            ),
            specs,
            way: Way::Once(Template::new(&command, &[]).unwrap(), Says::IfWritten),
            client: "client".to_owned(),
            inherited: vec![("PATH".to_owned(), std::env::var("PATH").unwrap())],
            region: "us-east-1".to_owned(),
            workers: 3,
            pace: Pace::of(Duration::from_secs(2), false),
            known: KnownFailures::default(),
            today: 0,
        }
    }

    async fn run_on(breaks_at: usize, breaks: fn() -> Diagnostic, plan: Plan) -> (Report, Vec<usize>) {
        let mut told = Vec::new();
        let stage = Quiet { opened: AtomicUsize::new(0), breaks_at, breaks };
        let report = run(stage, plan, std::future::pending(), |_, ended| told.push(ended)).await;
        (report, told)
    }

    #[tokio::test]
    async fn lists_the_scenarios_in_their_order_whichever_ends_first() {
        let slow_first = "case $RETAKE_SCENARIO in */one-page) sleep 0.3;; esac";
        let plan = plan(7, slow_first);
        let expected: Vec<String> =
            (0..plan.jobs.len()).filter_map(|index| plan.jobs.job(index)).map(|job| job.name).collect();

        let (report, told) = run_on(usize::MAX, || Diagnostic::new("never"), plan).await;

        let listed: Vec<String> = report.scenarios.iter().map(|scenario| scenario.id.clone()).collect();
        assert_eq!(listed, expected);
        assert_eq!(told, [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!((report.ledger.scenarios, report.verdict()), (7, RunVerdict::NoEvidence));
    }

    #[tokio::test]
    async fn a_server_that_cannot_be_opened_ends_it_all_and_keeps_what_has_ended() {
        let mut plan = plan(7, "true");
        plan.workers = 1;

        let (report, _) = run_on(2, || Diagnostic::new("no port is free"), plan).await;

        assert_eq!(report.scenarios.len(), 2);
        assert_eq!(report.troubles[0].diagnostic.what, "no port is free; 5 scenarios were not run");
        assert_eq!(report.verdict(), RunVerdict::Error);
    }

    #[tokio::test]
    async fn a_result_that_is_lost_is_no_silent_pass() {
        let (report, _) = run_on(2, || panic!("a defect"), plan(7, "true")).await;

        assert_eq!(report.scenarios.len(), 6);
        assert!(report.troubles[0].diagnostic.what.starts_with("of 1 of the scenarios nothing is known"));
        assert_eq!(report.verdict(), RunVerdict::Error);
    }

    #[tokio::test]
    async fn a_command_that_cannot_be_started_ends_it_all() {
        let mut plan = plan(7, "true");
        plan.way = Way::Once(Template::new(&["/no/such/client".into()], &[]).unwrap(), Says::IfWritten);

        let (report, _) = run_on(usize::MAX, || Diagnostic::new("never"), plan).await;

        assert!(report.scenarios.is_empty() && report.checks.is_empty() && report.subjects.is_empty());
        assert!(report.troubles[0].diagnostic.what.starts_with("cannot start /no/such/client"));
        assert_eq!(report.verdict(), RunVerdict::Error);
    }
}
