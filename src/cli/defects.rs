//! The defects that `retake simulate` is told to have: known, listed in its help, and never without effect.

use super::Failure;
use crate::answer::{Answer, Answerer, Session};
use crate::diagnostic::Diagnostic;
use crate::probe::{DEFAULT_MAX_REQUESTS, Plan, Target};
use crate::simulate::{Defect, Faulty, Simulator};
use crate::spec::{InputValue, Inputs, Spec, Specs};
use std::sync::Arc;

/// The defects of these ids, each once.
pub(super) fn of(ids: &[String]) -> Result<Vec<&'static Defect>, Failure> {
    let mut defects: Vec<&'static Defect> = Vec::new();
    for id in ids {
        let defect = Defect::require(id).map_err(Failure::usage)?;
        if !defects.iter().any(|known| known.id == defect.id) {
            defects.push(defect);
        }
    }
    Ok(defects)
}

/// Every defect with what it does, for the help.
pub(super) fn all() -> String {
    let width = Defect::all().iter().map(|defect| defect.id.len()).max().unwrap_or_default();
    let lines = Defect::all().iter().map(|defect| format!("  {:width$}  {}", defect.id, defect.what));
    format!("Defects (the check that each breaks, and a case):\n{}", lines.collect::<Vec<_>>().join("\n"))
}

/// Refuses a defect that changes no answer to a probe: whoever tries a verifier by it would take blindness for health.
pub(super) fn refuse_idle(
    defects: &[&'static Defect],
    specs: &Specs,
    simulator: &Arc<Simulator>,
    given: &[(String, String)],
) -> Result<(), Failure> {
    let is_idle = |defect: &&&'static Defect| {
        let faulty = Faulty::new(Arc::clone(simulator), &[**defect]);
        !defect.ignores_signatures() && !specs.iter().any(|spec| differs(spec, simulator, &faulty, given))
    };
    match defects.iter().find(is_idle) {
        Some(defect) => Err(Failure::usage(
            Diagnostic::new(format!("the defect {} changes nothing that is served", defect.id))
                .expected(format!("an operation, items and resources with which {}", defect.what))
                .help("give --items 20, a second --input of the same name for another resource, or another --spec"),
        )),
        None => Ok(()),
    }
}

/// Whether any probe of an operation is answered differently.
fn differs(spec: &Spec, simulator: &Simulator, faulty: &Faulty, given: &[(String, String)]) -> bool {
    let Some(inputs) = simulator.example_inputs(&spec.operation) else { return false };
    let other_inputs = other_resource(spec, &inputs, given);
    let mut plan = Plan::of_mock(vec![Target { spec, inputs, other_inputs }], DEFAULT_MAX_REQUESTS);
    let nobody = Session::anonymous();
    while let Some(probe) = plan.next() {
        match (simulator.answer(&nobody, &probe.request), faulty.answer(&nobody, &probe.request)) {
            (Answer::Reply(right), Answer::Reply(wrong)) if right == wrong => plan.observe(&right),
            _ => return true,
        }
    }
    false
}

/// The inputs of another resource that exists, if there is one: the second values that were given.
fn other_resource(spec: &Spec, inputs: &Inputs, given: &[(String, String)]) -> Option<Inputs> {
    let mut other = inputs.clone();
    for (key, value) in given.iter().rev() {
        if let Some(member) = spec.input_member(key)
            && inputs.text(key).is_some_and(|first| first != *value)
        {
            other.set(key, InputValue::from_text(spec, member, value));
        }
    }
    (other != *inputs).then_some(other)
}
