//! The simulator of any operation, probed and judged by the checks of a mock: they know
//! nothing of each other but the spec.

use super::subject::{Subject, all_specs, is_path_text};
use retake::evidence::walk::walks;
use retake::evidence::{CheckVerdict, Demands, Evidence, SubjectKind};
use retake::message::{Exchange, Transcript};
use retake::probe::{DEFAULT_MAX_REQUESTS, Plan, Target};
use retake::simulate::Settings;
use retake::spec::{InputValue, Spec, exemplar};
use retake::verify::verify;

/// The name and value of another resource, for each input that names one.
fn other_resource(spec: &Spec, known: &Subject) -> Vec<(String, String)> {
    let members = spec.input.iter().filter(|member| is_path_text(spec, member));
    members
        .map(|member| {
            let first = known.inputs().text(&member.key).unwrap().into_owned();
            (member.key.clone(), exemplar::unknown(spec, member.shape, &first).unwrap())
        })
        .collect()
}

fn probed(spec: &Spec) -> Transcript {
    let plain = Subject::new(spec, Settings::default());
    let others = other_resource(spec, &plain);
    let first = plain.inputs();
    let known = others.iter().map(|(key, _)| (key.clone(), first.text(key).unwrap().into_owned()));
    let inputs = known.chain(others.clone()).collect();
    let subject = Subject::new(spec, Settings { inputs, ..Settings::default() });
    let mut other = subject.inputs();
    for (key, value) in &others {
        other.set(key, InputValue::from_text(spec, spec.input_member(key).unwrap(), value));
    }
    let other_inputs = (!others.is_empty()).then_some(other);
    let spec = subject.spec();
    let mut plan = Plan::new(vec![Target { spec, inputs: subject.inputs(), other_inputs }], DEFAULT_MAX_REQUESTS);
    let mut transcript = Transcript::default();
    while let Some(probe) = plan.next() {
        let response = subject.send(&probe.request);
        plan.observe(&response);
        let operation = Some(spec.operation.clone());
        transcript.exchanges.push(Exchange { operation, request: probe.request, response, ..Exchange::default() });
    }
    // A probe asks for a foreign token and leaves it; what records it says so.
    for walk in walks(&subject.specs, &transcript.exchanges) {
        if let Some(call) = walk.open_end() {
            transcript.exchanges[call.last()].unfinished = true;
        }
    }
    transcript
}

#[test]
fn no_check_finds_anything_in_what_it_answers_to_a_probe() {
    // Where a spec has no error, there is none that a refusal could declare.
    for spec in all_specs().into_iter().filter(|spec| !spec.errors.is_empty()) {
        let subject = Subject::new(&spec, Settings::default());
        let transcript = probed(&spec);
        for kind in [SubjectKind::Mock, SubjectKind::Cassette] {
            let name = "simulator".to_owned();
            let judged = retake::evidence::Subject { kind, name };
            let demands = Demands::default();
            let evidence =
                Evidence { subject: judged, transcript: &transcript, recording: None, places: &[], run: None, demands };

            let report = verify(&subject.specs, &evidence);

            let is_bad = report.findings.iter().any(|finding| finding.verdict > CheckVerdict::Info);
            assert!(!is_bad, "{}: {report}", spec.file);
            assert!(report.checks.iter().any(|result| result.verdict == CheckVerdict::Pass), "{}", spec.file);
        }
    }
}
