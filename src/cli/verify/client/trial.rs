//! `--check-driver`: a driver, tried with two scenarios, with a word to each step.

use super::stage::Theatre;
use crate::cli::Failure;
use crate::cli::output::{OutputArgs, to_stderr};
use crate::cli::session::Signals;
use crate::diagnostic::escape;
use crate::drive::{self, Job, Plan, Programme};
use crate::evidence::Report;
use crate::spec::{Retry, Specs};
use std::sync::Arc;

/// A scenario that every client comes through, and one that ends with an error at the first request.
pub(super) fn of(specs: &Specs, programme: &dyn Programme) -> Vec<Job> {
    let jobs = || (0..programme.len()).filter_map(|index| programme.job(index));
    let is_short = |job: &Job| job.scenario.steps.len() == 1;
    let is_friendly = |job: &Job| job.scenario.expectation.error.is_none();
    let is_failing = |job: &Job| {
        let name = job.scenario.expectation.error.as_ref().and_then(|error| error.name.as_deref());
        let error = name.and_then(|name| specs.operation(&job.scenario.operation)?.error(name));
        job.scenario.expectation.success.is_none() && error.is_some_and(|error| error.retry == Retry::Never)
    };
    let friendly = jobs().filter(is_short).find(is_friendly);
    let failing = jobs().filter(is_short).find(is_failing);
    friendly.into_iter().chain(failing).collect()
}

/// Tries a driver, unless a signal comes before it is over.
pub(super) async fn run(specs: &Arc<Specs>, plan: Plan, output: &OutputArgs) -> Result<Report, Failure> {
    let mut signals = Signals::install()?;
    let theatre = Theatre::new(Arc::clone(specs), plan.region.clone());
    let trial = drive::check_driver(theatre, plan, |step| {
        let word = if step.is_right { "ok   " } else { "wrong" };
        let line = escape(&format!("{word}  {}", step.text)).into_owned();
        // What is wrong is told also to those who want to hear nothing else.
        if step.is_right { output.progress(&line) } else { to_stderr(&line) }
    });
    tokio::select! {
        report = trial => Ok(report),
        // Dropping the trial kills the driver.
        () = signals.wait() => Ok(Report { interrupted: true, ..Report::new("verify client") }),
    }
}
