//! Specs: what compiles can be used for everything, and what does not says where.

use retake::diagnostic::Diagnostic;
use retake::redact::{Policy, Redactor};
use retake::simulate::{Settings, Simulator};
use retake::spec::{Spec, Specs, build_request, compile};
use std::sync::Arc;

pub(crate) const WORDS: &[&str] = &[
    "spec: 1\n",
    "operation: ",
    "http: {method: GET, path: \"/a/{b}\"}\n",
    "input:\n",
    "output:\n",
    "types:\n",
    "errors:\n",
    "  a: {in: path, type: string, required: true}\n",
    "type: enum, values: [A, B]",
    "type: list, of: ",
    "type: map, keys: ",
    "type: structure, members: {",
    "type: union, members: {",
    "pattern: \"[a-z]{1,3}\"",
    "length: [1, 9]",
    "range: [0, 9]",
    "sensitivity: token",
    "sensitivity: identifier",
    "sensitivity: secret",
    "pagination: {",
    "page_size: ",
    "deviations:\n",
    "rules:\n",
    "{id: r, each: a, expect: {present: b}}",
    "read_only: true",
    "&a ",
    "*a",
    "<<: ",
    "\t",
    "!!int ",
    "(a+)+$",
    "\\p{L}{1,9}",
    "(?i)",
    "[^/]*",
    "{9999}",
    "success: 200",
    "timestamp",
    "blob",
    "document",
    "unique: true",
    "charset: ascii",
];

/// What compiles a spec.
type Compile = fn(&str, &str) -> Result<Spec, Vec<Diagnostic>>;

pub(crate) fn run(data: &[u8]) {
    check(data, compile);
}

pub(crate) fn check(data: &[u8], compile: Compile) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let spec = match compile("a.yaml", text) {
        Ok(spec) => spec,
        Err(errors) => return refused(text, &errors),
    };
    let again = compile("a.yaml", text).expect("it has just been compiled");
    assert_eq!(again.text, spec.text);
    let specs = Arc::new(Specs::new(vec![spec]));
    let spec = specs.iter().next().expect("there is one");
    let _ = Redactor::new(Arc::clone(&specs), &Policy::default());
    let settings = Settings { items: 2, ..Settings::default() };
    let Ok(simulator) = Simulator::new(Arc::clone(&specs), settings) else { return };
    let Some(inputs) = simulator.example_inputs(&spec.operation) else { return };
    let request = build_request(spec, &inputs);
    match specs.route(&request) {
        Ok(route) => assert_eq!(route.inputs, inputs, "{request:?} asks for something else"),
        Err(unrouted) => panic!("{request:?} is no operation: {unrouted}"),
    }
}

/// What is wrong is told, with a place that is in the file.
fn refused(text: &str, errors: &[Diagnostic]) {
    let lines = text.split(['\n', '\r']).count() + 1;
    assert!(!errors.is_empty(), "refused without a reason");
    for error in errors {
        assert!(!error.to_string().is_empty());
        assert!(error.location.line.is_none_or(|line| line >= 1 && line as usize <= lines), "{error}");
    }
}
