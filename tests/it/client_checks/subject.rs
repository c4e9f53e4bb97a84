//! Every scenario run against a client, and what the checks say.

use super::client::{Client, Fault, Service};
use retake::answer::{Answer, Answerer, Session};
use retake::evidence::{
    Arrival, CheckVerdict, Demands, Evidence, Outcome, Report, Run, Signature, Subject, SubjectKind,
};
use retake::message::{Exchange, Request, Response, Transcript};
use retake::scenario::{Scenario, Script, scenarios};
use retake::spec::{Spec, Specs, embedded};
use retake::verify::verify;
use std::cell::{Cell, RefCell};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// The attempts that a client is told.
pub(crate) const ATTEMPTS: u32 = 3;

/// The embedded specs, and the scenarios of one operation.
static ALL: LazyLock<(Arc<Specs>, Vec<Scenario>)> = LazyLock::new(|| {
    let specs = Arc::new(embedded());
    let all = scenarios(spec(&specs), 0);
    (specs, all)
});

pub(crate) fn specs() -> Arc<Specs> {
    Arc::clone(&ALL.0)
}

/// Every scenario.
pub(crate) fn all() -> &'static [Scenario] {
    &ALL.1
}

pub(crate) fn spec(specs: &Specs) -> &Spec {
    specs.operation("ListImageSetVersions").unwrap()
}

/// The scenario of an id.
pub(crate) fn scenario(id: &str) -> &'static Scenario {
    all().iter().find(|scenario| scenario.id == id).unwrap_or_else(|| panic!("{id}"))
}

/// What a run of the client left.
pub(crate) struct Trace {
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) arrivals: Vec<Arrival>,
    pub(crate) outcome: Outcome,
}

/// A script without a wire, which notes what passes; time is what the client waits.
struct Noting<'a> {
    script: &'a Script,
    fault: Fault,
    now: Cell<Duration>,
    exchanges: RefCell<Vec<Exchange>>,
    arrivals: RefCell<Vec<Arrival>>,
}

impl Service for Noting<'_> {
    fn ask(&self, request: &Request, pause: Duration) -> Response {
        self.now.set(self.now.get() + pause + Duration::from_millis(1));
        let response = match self.script.answer(&Session::anonymous(), request) {
            Answer::Reply(response) => (*response).clone(),
            Answer::Fault(fault) => fault.response.clone(),
            Answer::Miss(miss) => panic!("{miss:?}"),
        };
        let signature = match self.fault {
            Fault::SignsWrongly => Signature::Refused("the signature is not that of this request".to_owned()),
            _ => Signature::Valid,
        };
        let exchange = Exchange { request: request.clone(), response: response.clone(), ..Exchange::default() };
        self.exchanges.borrow_mut().push(exchange);
        self.arrivals.borrow_mut().push(Arrival { at: self.now.get().as_millis() as u64, signature });
        response
    }
}

/// Runs a scenario against a client.
pub(crate) fn play(specs: &Arc<Specs>, scenario: &Scenario, fault: Fault) -> (Script, Trace) {
    let script = Script::new(Arc::clone(specs), Arc::new(scenario.clone()), ATTEMPTS);
    let service = Noting {
        script: &script,
        fault,
        now: Cell::default(),
        exchanges: RefCell::default(),
        arrivals: RefCell::default(),
    };
    let client = Client { spec: spec(specs), service: &service, fault, attempts: ATTEMPTS };
    let outcome = client.call(&scenario.inputs);
    let (exchanges, arrivals) = (service.exchanges.into_inner(), service.arrivals.into_inner());
    (script, Trace { exchanges, arrivals, outcome })
}

/// Judges what came of a scenario, with an outcome or without.
pub(crate) fn judge(specs: &Specs, script: &Script, trace: &Trace, outcome: Option<&Outcome>) -> Report {
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
pub(crate) fn report(specs: &Arc<Specs>, scenario: &Scenario, fault: Fault) -> Report {
    let (script, trace) = play(specs, scenario, fault);
    judge(specs, &script, &trace, Some(&trace.outcome))
}

/// The report on all scenarios.
pub(crate) fn whole_report(specs: &Arc<Specs>, fault: Fault) -> Report {
    let mut whole = Report::new("verify client");
    for scenario in all() {
        whole.merge(report(specs, scenario, fault));
    }
    whole
}

/// The checks that came to this.
pub(crate) fn with_verdict(report: &Report, verdict: CheckVerdict) -> Vec<&'static str> {
    report.checks.iter().filter(|result| result.verdict == verdict).map(|result| result.check.id).collect()
}
