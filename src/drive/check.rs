//! A driver, tried step by step: does it speak the protocol, and does it say what the client did?

use super::judge::one_line;
use super::plan::{Plan, Way};
use super::pool::{empty, finish, with_trouble};
use super::seat::{Seat, Shared, of_driver};
use super::stage::Stage;
use super::{Argument, Folder};
use crate::diagnostic::Diagnostic;
use crate::evidence::{CheckVerdict, Finding, Outcome, Report, ScenarioResult, ScenarioVerdict};
use std::time::Instant;

/// A step of the trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Whether it went as it should.
    pub is_right: bool,
    /// What happened.
    pub text: String,
}

impl Step {
    fn right(text: impl Into<String>) -> Self {
        Self { is_right: true, text: text.into() }
    }

    fn wrong(text: impl Into<String>) -> Self {
        Self { is_right: false, text: text.into() }
    }
}

/// Greets a driver, lets it run the scenarios of a plan, and says goodbye. What happens is told step by step.
pub async fn check_driver<S: Stage>(stage: S, plan: Plan, mut tell: impl FnMut(&Step)) -> Report {
    let mut report = empty(&plan);
    let Way::Driver(command) = plan.way.clone() else { return report };
    let folder = match Folder::create(&plan.specs) {
        Ok(folder) => folder,
        Err(error) => return with_trouble(report, error),
    };
    let shared = Shared::new(stage, plan, folder);
    let mut seat = Seat::new(&shared);
    if let Err(error) = greet(&mut seat, &command, &mut tell).await {
        tell(&Step::wrong(one_line(&error)));
        report.troubles.push(of_driver(error));
        return finish(report, &shared);
    }
    while let Some((index, job)) = shared.next() {
        let one = match seat.run(index, &job).await {
            Ok(one) => one,
            Err(trouble) => {
                tell(&Step::wrong(one_line(&trouble.diagnostic)));
                report.troubles.push(trouble);
                break;
            }
        };
        tell(&Step::right(format!("it is asked to run {}, which expects: {}", job.name, job.scenario.expects)));
        for step in explain(&one) {
            tell(&step);
        }
        report.merge(one);
    }
    tell(&match seat.leave().await {
        true => Step::right("it ends when it is told bye"),
        false => Step::wrong(
            "it does not end when it is told bye, and is killed: leave the loop, and exit where open connections keep a process",
        ),
    });
    finish(report, &shared)
}

async fn greet<S: Stage>(
    seat: &mut Seat<'_, S>,
    command: &[Argument],
    tell: &mut impl FnMut(&Step),
) -> Result<(), Diagnostic> {
    let began = Instant::now();
    let hello = seat.greet(command).await?;
    let took = began.elapsed().as_secs_f64();
    let text = format!("it answers hello in {took:.1} s: {hello} ({}), driver {}", hello.language, hello.driver);
    tell(&Step::right(text));
    Ok(())
}

/// What came of one scenario, step by step.
fn explain(report: &Report) -> Vec<Step> {
    let Some(scenario) = report.scenarios.first() else { return Vec::new() };
    let mut steps = vec![verdict(scenario)];
    let failed = report.findings.iter().filter(|finding| finding.verdict == CheckVerdict::Fail);
    steps.extend(failed.map(|finding| Step::wrong(words(finding))));
    steps
}

fn verdict(scenario: &ScenarioResult) -> Step {
    let requests =
        if scenario.requests == 1 { "1 request".to_owned() } else { format!("{} requests", scenario.requests) };
    let outcome = scenario.outcome.as_ref().and_then(|text| Outcome::parse(text.as_bytes()).ok());
    let said = outcome.map_or_else(|| "nothing".to_owned(), |outcome| outcome.to_string());
    let reason = scenario.reason.as_deref().unwrap_or("for no reason");
    match scenario.verdict {
        ScenarioVerdict::Pass => Step::right(format!("it sends {requests} and says {said}: right")),
        ScenarioVerdict::Fail => Step::wrong(format!("it sends {requests} and says {said}")),
        ScenarioVerdict::Skipped
        | ScenarioVerdict::DriverError
        | ScenarioVerdict::Runaway
        | ScenarioVerdict::Crashed
        | ScenarioVerdict::Hung => Step::wrong(format!("{}: {reason}", scenario.verdict.as_str())),
    }
}

/// A finding in one line.
fn words(finding: &Finding) -> String {
    let mut words = format!("{}: {}", finding.check.id, finding.message);
    for (name, part) in [("expected", &finding.expected), ("found", &finding.found), ("help", &finding.help)] {
        if let Some(part) = part {
            words.push_str(&format!("; {name}: {part}"));
        }
    }
    words
}
