//! The scenarios that specs imply, as a list: what each expects and why, and what is left out and why.

use super::Style;
use super::paint::{Ink, Paint};
use super::words::count;
use crate::diagnostic::escape;
use crate::message::Json;
use crate::scenario::{Family, LeftOut, Scenario, families};
use crate::spec::{Spec, Specs};
use serde::Serialize;
use serde_json::Value;

/// The version of the form for programs.
const VERSION: u32 = 1;

/// The list for people: a family a paragraph, two lines a scenario.
pub fn scenarios_as_text(specs: &Specs, style: &Style) -> String {
    let paint = Paint { color: style.color };
    let operations: Vec<String> = specs.iter().map(|spec| operation(spec, paint)).collect();
    operations.join("\n")
}

fn operation(spec: &Spec, paint: Paint) -> String {
    let families = families(spec, 0);
    let total = families.iter().map(|family| family.scenarios.len()).sum::<usize>() as u64;
    let name = paint.word(Ink::Strong, &escape(&spec.operation));
    let mut lines = vec![format!("{name}: {} by {}", count(total, "scenario"), escape(&spec.file))];
    for family in &families {
        let Family { name, scenarios, left_out } = family;
        lines.push(String::new());
        lines.push(format!("{} ({})", paint.word(Ink::Strong, name), scenarios.len()));
        lines.extend(scenarios.iter().flat_map(|listed| scenario(listed, paint)));
        lines.extend(left_out.iter().map(|left_out| absent(left_out, paint)));
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

fn scenario(scenario: &Scenario, paint: Paint) -> [String; 2] {
    let why = format!("{} [{}]", escape(&scenario.why), scenario.judges.join(", "));
    [
        format!("  {}  {}", paint.word(Ink::Good, &escape(&scenario.id)), escape(&scenario.expects)),
        format!("      {}", paint.word(Ink::Faint, &why)),
    ]
}

fn absent(left_out: &LeftOut, paint: Paint) -> String {
    let head = paint.word(Ink::Doubtful, "left out");
    format!("  {head} {}: {}", escape(&left_out.id), escape(&left_out.why))
}

#[derive(Serialize)]
struct Document<'s> {
    retake: &'static str,
    scenarios: u32,
    operations: Vec<OperationEntry<'s>>,
}

#[derive(Serialize)]
struct OperationEntry<'s> {
    operation: &'s str,
    spec: &'s str,
    scenarios: Vec<ScenarioEntry>,
    left_out: Vec<LeftOutEntry>,
}

#[derive(Serialize)]
struct ScenarioEntry {
    id: String,
    expects: String,
    why: String,
    judges: Vec<&'static str>,
    /// What the client's caller gives.
    input: Value,
    /// How many steps are scripted.
    steps: usize,
    /// The attempts that the client must be allowed to make of one request.
    attempts: u32,
    /// Whether a step outlasts the client's time-out, which must be known then.
    outlasts_timeout: bool,
}

#[derive(Serialize)]
struct LeftOutEntry {
    id: String,
    why: String,
}

/// The list for programs; its keys are in this order.
pub fn scenarios_as_json(specs: &Specs) -> String {
    let document = Document {
        retake: env!("CARGO_PKG_VERSION"),
        scenarios: VERSION,
        operations: specs.iter().map(operation_entry).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("the list has texts and numbers only");
    text.push('\n');
    text
}

fn operation_entry(spec: &Spec) -> OperationEntry<'_> {
    let families = families(spec, 0);
    let scenarios = families.iter().flat_map(|family| &family.scenarios);
    let left_out = families.iter().flat_map(|family| &family.left_out);
    OperationEntry {
        operation: &spec.operation,
        spec: &spec.file,
        scenarios: scenarios.map(|scenario| scenario_entry(spec, scenario)).collect(),
        left_out: left_out.map(|absent| LeftOutEntry { id: absent.id.clone(), why: absent.why.clone() }).collect(),
    }
}

fn scenario_entry(spec: &Spec, scenario: &Scenario) -> ScenarioEntry {
    ScenarioEntry {
        id: scenario.id.clone(),
        expects: scenario.expects.clone(),
        why: scenario.why.clone(),
        judges: scenario.judges.clone(),
        input: as_is(&scenario.input_json(spec)),
        steps: scenario.steps.len(),
        attempts: scenario.needs.attempts,
        outlasts_timeout: scenario.needs.outlasts_timeout,
    }
}

/// A value that we made ourselves.
fn as_is(json: &Json) -> Value {
    serde_json::from_str(&json.to_compact()).unwrap_or(Value::Null)
}
