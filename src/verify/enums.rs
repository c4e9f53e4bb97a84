//! Enums, as a server sends them.

use super::case::Case;
use super::finding::{Judgement, Note};
use super::touched::touched;
use crate::diagnostic::nearest;
use crate::spec::conform::{Problem, Violation};
use crate::spec::{DeviationTarget, Kind, Spec};

/// `enum.modelled`: every value is in the spec, or in a dated deviation.
pub(super) fn modelled<'a>(case: &Case<'a>) -> Judgement<'a> {
    let (Some(success), Some(problems)) = (case.success(), &case.output_problems) else {
        return Judgement::untouched();
    };
    let enums = touched(success.spec, success.body(), &case.exchange.response).enums;
    let unmodelled = problems.iter().filter_map(|(part, problem)| match &problem.violation {
        Violation::UnmodelledValue(value) if !is_deviation(success.spec, problem, value) => {
            Some((part, problem, value))
        }
        _ => None,
    });
    let notes = unmodelled
        .map(|(part, problem, value)| {
            let known = values_on(success.spec, problem.line);
            let help = match nearest(value, known.iter().map(String::as_str)) {
                Some(near) => format!("is \"{near}\" meant? {DEVIATION}"),
                None => DEVIATION.to_owned(),
            };
            Note::new(format!("\"{}\" has a value that the spec does not list", problem.member))
                .at(case.index, part.clone())
                .expected(known.join(", "))
                .found(format!("\"{value}\""))
                .by(success.spec, problem.line)
                .help(help)
        })
        .collect();
    Judgement::of(enums, notes)
}

const DEVIATION: &str =
    "if the service really sends it, add a dated entry to `deviations` in the spec, naming this exchange";

/// Whether a dated deviation explains the value.
fn is_deviation(spec: &Spec, problem: &Problem, value: &str) -> bool {
    spec.deviations.iter().any(|deviation| {
        deviation.target == DeviationTarget::Member(problem.member.clone()) && deviation.value.as_deref() == Some(value)
    })
}

/// The values of the enum on that line of the spec.
fn values_on(spec: &Spec, line: u32) -> Vec<String> {
    let on_line = spec.shapes.iter().filter(|shape| shape.line == line);
    let values = on_line.filter_map(|shape| match &shape.kind {
        Kind::Enum(values) => Some(values.clone()),
        _ => None,
    });
    values.into_iter().next().unwrap_or_default()
}
