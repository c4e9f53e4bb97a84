//! Every scenario run against a client, and what the checks say.

use super::client::{Client, Fault, Trace};
use retake::evidence::{CheckVerdict, Demands, Evidence, Outcome, Report, Run, Subject, SubjectKind};
use retake::message::Transcript;
use retake::scenario::{Scenario, Script, scenarios};
use retake::spec::{Spec, Specs, embedded};
use retake::verify::verify;
use std::sync::{Arc, LazyLock};

/// The attempts that a client is told.
pub(super) const ATTEMPTS: u32 = 3;

/// The embedded specs, and the scenarios of one operation.
static ALL: LazyLock<(Arc<Specs>, Vec<Scenario>)> = LazyLock::new(|| {
    let specs = Arc::new(embedded());
    let all = scenarios(spec(&specs), 0);
    (specs, all)
});

pub(super) fn specs() -> Arc<Specs> {
    Arc::clone(&ALL.0)
}

/// Every scenario.
pub(super) fn all() -> &'static [Scenario] {
    &ALL.1
}

pub(super) fn spec(specs: &Specs) -> &Spec {
    specs.operation("ListImageSetVersions").unwrap()
}

/// The scenario of an id.
pub(super) fn scenario(id: &str) -> &'static Scenario {
    all().iter().find(|scenario| scenario.id == id).unwrap_or_else(|| panic!("{id}"))
}

/// Runs a scenario against a client.
pub(super) fn play(specs: &Arc<Specs>, scenario: &Scenario, fault: Fault) -> (Script, Trace) {
    let script = Script::new(Arc::clone(specs), Arc::new(scenario.clone()), ATTEMPTS);
    let trace = Client::new(spec(specs), &script, fault, ATTEMPTS).run(&scenario.inputs);
    (script, trace)
}

/// Judges what came of a scenario, with an outcome or without.
pub(super) fn judge(specs: &Specs, script: &Script, trace: &Trace, outcome: Option<&Outcome>) -> Report {
    let scenario = script.scenario();
    let steps = script.steps();
    let run = Run {
        scenario: &scenario.id,
        operation: &scenario.operation,
        judges: &scenario.judges,
        inputs: &scenario.inputs,
        expectation: &scenario.expectation,
        steps: &steps,
        outcome,
        arrivals: &trace.arrivals,
        max_attempts: ATTEMPTS,
        budget: script.budget(),
    };
    let transcript = Transcript { exchanges: trace.exchanges.clone() };
    let evidence = Evidence {
        subject: Subject { kind: SubjectKind::Client, name: "client".to_owned() },
        transcript: &transcript,
        recording: None,
        places: &[],
        run: Some(&run),
        demands: Demands::default(),
    };
    verify(specs, &evidence)
}

/// The report on one scenario.
pub(super) fn report(specs: &Arc<Specs>, scenario: &Scenario, fault: Fault) -> Report {
    let (script, trace) = play(specs, scenario, fault);
    judge(specs, &script, &trace, Some(&trace.outcome))
}

/// The report on all scenarios.
pub(super) fn whole_report(specs: &Arc<Specs>, fault: Fault) -> Report {
    let mut whole = Report::new("verify client");
    for scenario in all() {
        whole.merge(report(specs, scenario, fault));
    }
    whole
}

/// The checks that came to this.
pub(super) fn with_verdict(report: &Report, verdict: CheckVerdict) -> Vec<&'static str> {
    report.checks.iter().filter(|result| result.verdict == verdict).map(|result| result.check.id).collect()
}
