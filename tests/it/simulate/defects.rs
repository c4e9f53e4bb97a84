//! Defects of any listing: what they change is found under their check, and no other must check fails with it.

use super::subject::{Subject, is_path_text, listings};
use retake::answer::{Answer, Answerer, Session};
use retake::evidence::{CheckVerdict, Demands, Evidence, Purpose, Report, SubjectKind};
use retake::message::{Exchange, Link, Request, Response, Transcript};
use retake::probe::{DEFAULT_MAX_REQUESTS, Plan, Target};
use retake::simulate::{Defect, Faulty, Settings, Simulator};
use retake::spec::{InputValue, Level, Spec, exemplar};
use retake::verify::verify;
use std::sync::Arc;

/// What a defect does to a listing: whether any answer is another, and what is found in the answers.
struct Trial {
    is_changed: bool,
    report: Report,
}

impl Trial {
    fn of(spec: &Spec, defect: &Defect) -> Self {
        let plain = Subject::new(spec, Settings::default());
        // Not the one that a probe asks for since nobody has it.
        let others: Vec<(String, String)> = spec
            .input
            .iter()
            .filter(|member| is_path_text(spec, member))
            .map(|member| (member.key.clone(), exemplar::stand_in(spec, member.shape, 7)))
            .collect();
        let first = plain.inputs();
        let known = others.iter().map(|(key, _)| (key.clone(), first.text(key).unwrap().into_owned()));
        let settings = Settings { inputs: known.chain(others.clone()).collect(), ..Settings::default() };
        let simulator = Arc::new(Simulator::new(Arc::clone(&plain.specs), settings).unwrap());
        let faulty = Faulty::new(Arc::clone(&simulator), &[defect]);

        let spec = plain.spec();
        let mut other = first.clone();
        for (key, value) in &others {
            other.set(key, InputValue::from_text(spec, spec.input_member(key).unwrap(), value));
        }
        let target = Target { spec, inputs: first, other_inputs: (!others.is_empty()).then_some(other) };
        let mut plan = Plan::of_mock(vec![target], DEFAULT_MAX_REQUESTS);
        let mut transcript = Transcript::default();
        let mut is_changed = false;
        while let Some(probe) = plan.next() {
            // Here is no server that could look at a signature.
            if probe.purpose.as_ref().is_some_and(Purpose::is_of_signature) {
                plan.observe(&Response::default());
                continue;
            }
            let response = answer(&faulty, &probe.request);
            is_changed |= response != answer(&*simulator, &probe.request);
            plan.observe(&response);
            transcript.exchanges.push(Exchange {
                operation: Some(spec.operation.clone()),
                unfinished: plan.is_cut(),
                link: Link {
                    call: Some(probe.call.to_string()),
                    probe: probe.purpose.as_ref().map(ToString::to_string),
                    ..Link::default()
                },
                request: probe.request,
                response,
                ..Exchange::default()
            });
        }
        let subject = retake::evidence::Subject { kind: SubjectKind::Mock, name: "faulty".to_owned() };
        let demands = Demands::default();
        let evidence = Evidence { subject, transcript: &transcript, recording: None, places: &[], run: None, demands };
        Self { is_changed, report: verify(&plain.specs, &evidence) }
    }

    /// What is wrong with it, if anything is.
    fn complaint(&self, defect: &Defect) -> Option<String> {
        let breaks = |verdict: CheckVerdict| verdict > CheckVerdict::Pass;
        let is_found =
            self.report.checks.iter().any(|result| result.check.id == defect.check() && breaks(result.verdict));
        let others = self.report.checks.iter().filter(|result| {
            let is_other = result.check.id != defect.check() && result.check.level == Level::Must;
            is_other && result.verdict == CheckVerdict::Fail
        });
        let blamed: Vec<&str> = others.map(|result| result.check.id).collect();
        (!is_found || !blamed.is_empty())
            .then(|| format!("{} {}, blamed: {blamed:?}", defect.id, if is_found { "found" } else { "missed" }))
    }
}

fn answer(answerer: &dyn Answerer, request: &Request) -> Response {
    match answerer.answer(&Session::anonymous(), request) {
        Answer::Reply(response) => (*response).clone(),
        Answer::Fault(fault) => panic!("a simulator has no faults: {fault:?}"),
        Answer::Miss(miss) => panic!("a simulator misses nothing: {miss:?}"),
    }
}

#[test]
fn every_defect_that_changes_a_listing_is_found_under_its_check() {
    let in_answers = |defect: &&Defect| !defect.ignores_signatures() && defect.check() != "answer.as-recorded";
    let mut changed = 0;
    let mut complaints = Vec::new();
    // Where a spec has no error, there is none that a refusal could declare.
    for spec in listings().into_iter().filter(|spec| !spec.errors.is_empty()) {
        for defect in Defect::all().iter().filter(in_answers) {
            let trial = Trial::of(&spec, defect);
            changed += usize::from(trial.is_changed);
            complaints.extend(
                trial.complaint(defect).filter(|_| trial.is_changed).map(|what| format!("{}: {what}", spec.file)),
            );
        }
    }

    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(changed > 2 * Defect::all().len(), "{changed}");
}
