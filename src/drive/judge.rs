//! What came of one scenario: the run, judged, as a report of its own.

use super::plan::{Job, Plan};
use super::stage::Played;
use crate::diagnostic::Diagnostic;
use crate::evidence::{
    Demands, Evidence, Ledger, Outcome, Report, Run, ScenarioResult, ScenarioVerdict, Subject, SubjectKind,
};
use crate::message::Transcript;
use crate::scenario::Script;
use crate::verify::verify;

/// How a client's run came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    /// By itself: what it said, and what it printed last.
    Said(Outcome, Option<String>),
    /// It was not run, for this reason.
    Skipped(String),
    /// What drives it failed.
    DriverError(Diagnostic),
    /// It died.
    Crashed(String),
    /// It was killed, since it did not end in time.
    Hung(String),
    /// It was killed, since it asked more than the scenario answers.
    RanAway,
}

/// The report on a scenario that was not run.
pub(super) fn skipped(plan: &Plan, job: &Job, reason: String) -> Report {
    known(plan, job, told(job, ScenarioVerdict::Skipped, Some(reason), Ledger::default()))
}

/// The report on a scenario that was run.
pub(super) fn judge(plan: &Plan, job: &Job, client: &str, script: &Script, played: Played, ended: Ended) -> Report {
    known(plan, job, judged(plan, job, client, script, played, ended))
}

/// What is known to fail is taken into each report alone, before they are merged.
fn known(plan: &Plan, job: &Job, mut report: Report) -> Report {
    plan.known.apply(&mut report, &job.name, plan.today);
    report
}

fn judged(plan: &Plan, job: &Job, client: &str, script: &Script, played: Played, ended: Ended) -> Report {
    let seen = script.ledger();
    let ledger =
        Ledger { requests: seen.requests + played.refused, refused: played.refused, scenarios: 1, ..Ledger::default() };
    let (outcome, printed) = match ended {
        Ended::Skipped(reason) => return told(job, ScenarioVerdict::Skipped, Some(reason), Ledger::default()),
        Ended::DriverError(error) => {
            return told(job, ScenarioVerdict::DriverError, Some(one_line(&error)), ledger);
        }
        Ended::Crashed(why) if !seen.is_runaway => return told(job, ScenarioVerdict::Crashed, Some(why), ledger),
        Ended::Hung(why) if !seen.is_runaway => return told(job, ScenarioVerdict::Hung, Some(why), ledger),
        Ended::Said(outcome, printed) => (Some(outcome), printed),
        Ended::RanAway | Ended::Crashed(_) | Ended::Hung(_) => (None, None),
    };
    if seen.requests == 0 {
        return told(job, ScenarioVerdict::Skipped, Some(nothing_came(&ledger, outcome.as_ref(), printed)), ledger);
    }
    let mut report = verified(plan, job, client, script, &played, outcome.as_ref());
    let (verdict, reason) = if seen.is_runaway {
        let why = format!("it asked {} times, and the scenario answers {}", seen.requests, script.budget());
        (ScenarioVerdict::Runaway, Some(why))
    } else {
        (ScenarioVerdict::of(&report), None)
    };
    report.ledger = Ledger { exchanges: report.ledger.exchanges, ..ledger };
    let outcome = outcome.as_ref().and_then(Outcome::to_json).map(|json| json.to_compact().into());
    report.scenarios = vec![ScenarioResult { id: job.name.clone(), verdict, reason, requests: seen.requests, outcome }];
    report
}

fn verified(
    plan: &Plan,
    job: &Job,
    client: &str,
    script: &Script,
    played: &Played,
    outcome: Option<&Outcome>,
) -> Report {
    let scenario = script.scenario();
    let steps = script.steps();
    let run = Run {
        scenario: &job.name,
        operation: &scenario.operation,
        judges: &scenario.judges,
        inputs: &scenario.inputs,
        expectation: &scenario.expectation,
        steps: &steps,
        outcome,
        arrivals: &played.arrivals,
        max_attempts: plan.attempts(plan.spec(job)),
        budget: script.budget(),
    };
    let transcript = Transcript { exchanges: played.exchanges.clone() };
    let evidence = Evidence {
        subject: Subject { kind: SubjectKind::Client, name: client.to_owned() },
        transcript: &transcript,
        recording: None,
        places: &[],
        run: Some(&run),
        demands: Demands::on_day(plan.today),
    };
    verify(&plan.specs, &evidence)
}

/// A report that holds no verdict of a check.
fn told(job: &Job, verdict: ScenarioVerdict, reason: Option<String>, ledger: Ledger) -> Report {
    let requests = ledger.requests - ledger.refused;
    let result = ScenarioResult { id: job.name.clone(), verdict, reason, requests, outcome: None };
    Report { ledger, scenarios: vec![result], ..Report::default() }
}

/// Why nothing can be said of a client that sent nothing that was answered.
fn nothing_came(ledger: &Ledger, outcome: Option<&Outcome>, printed: Option<String>) -> String {
    const WHY: &str = "for another host, malformed, or with header fields of a browser (Node's fetch sends some; its node:http sends none)";
    let what = match ledger.refused {
        0 => "no request came".to_owned(),
        1 => format!("its one request was refused: it was {WHY}"),
        count => format!("all {count} requests were refused: they were {WHY}"),
    };
    let said = outcome.map(|outcome| format!("; the client's word is {outcome}")).unwrap_or_default();
    let printed = printed.map(|printed| format!("; it printed last: {printed}")).unwrap_or_default();
    format!("{what}{said}{printed}")
}

/// A diagnostic as the reason of a verdict.
pub(super) fn one_line(error: &Diagnostic) -> String {
    let mut line = error.what.clone();
    if !error.location.is_empty() {
        line.push_str(&format!(" at {}", error.location));
    }
    for (word, part) in [("expected", &error.expected), ("found", &error.found), ("help", &error.help)] {
        if let Some(part) = part {
            line.push_str(&format!("; {word}: {part}"));
        }
    }
    line
}
