//! What the author of a wrong spec is told: one file a mistake, one snapshot each.
//!
//! The files are `good/press/list-editions.yaml` with one thing wrong, unless
//! their name says otherwise.

use retake::diagnostic::Diagnostic;
use retake::spec::compile;
use retake::store;
use std::fs;
use std::path::{Path, PathBuf};

const FOLDER: &str = "tests/data/specs/bad";

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn mistakes(file: &Path) -> Vec<Diagnostic> {
    match store::read_specs(&[file.to_owned()]) {
        Err(errors) => errors,
        Ok(_) => panic!("{} compiles", file.display()),
    }
}

#[test]
fn tells_each_mistake_with_its_place_and_what_to_do() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots/bad_specs");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for file in files() {
        let told: Vec<String> = mistakes(&file).iter().map(Diagnostic::to_string).collect();
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        settings.bind(|| insta::assert_snapshot!(name, told.join("\n\n")));
    }
}

#[test]
fn tells_one_mistake_once() {
    for file in files() {
        let told = mistakes(&file);
        let name = file.file_stem().unwrap().to_str().unwrap();
        let expected = match name {
            "many-mistakes" => 7,
            "types-that-use-each-other-only" => 2,
            _ => 1,
        };
        let shown: Vec<String> = told.iter().map(Diagnostic::to_string).collect();
        assert_eq!(told.len(), expected, "{name}:\n{}", shown.join("\n\n"));
    }
}

#[test]
fn says_of_each_mistake_where_it_is() {
    for file in files() {
        for error in mistakes(&file) {
            assert_eq!(error.location.file.as_deref(), file.to_str(), "{error}");
            assert!(error.location.line.is_some(), "{error}");
        }
    }
}

/// What is told of a text that no editor would write.
fn refusal(text: &str) -> String {
    compile("hostile.yaml", text).unwrap_err().iter().map(Diagnostic::to_string).collect::<Vec<_>>().join("\n\n")
}

/// A spec with these outputs and types.
fn spec_with(output: &str, types: &str) -> String {
    let head = "spec: 1\nservice: {id: press, api_version: a, protocol: rest-json, signing_name: press, endpoint: press}\n\
                operation: Find\nhttp: {method: GET, path: /}\n";
    format!("{head}output:\n{output}types:\n{types}")
}

#[test]
fn refuses_hostile_nesting_at_its_first_level_too_deep() {
    let flow = format!("spec: 1\ninput: {}{}", "[".repeat(100_000), "]".repeat(100_000));
    let maps = format!("spec: 1\ninput: {}", "{a: ".repeat(100_000));
    let dashes = format!("spec: 1\ninput:\n  {}x", "- ".repeat(100_000));
    let block: String = (0..1_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();

    for text in [flow, maps, dashes, block] {
        let told = refusal(&text);
        assert!(told.contains("nested too deep"), "{told}");
    }
}

#[test]
fn refuses_what_is_larger_than_any_spec() {
    let filled = |length: usize| {
        let text = spec_with("  a: {type: string}\n", "  {}\n");
        let rest = length - text.len() - 1;
        format!("{text}#{}", "x".repeat(rest))
    };

    assert!(compile("a.yaml", &filled(4 << 20)).is_ok());
    assert!(refusal(&filled((4 << 20) + 1)).contains("too large"));
    assert!(refusal(&format!("spec: 1\ninput: [{}x]", "x, ".repeat(300_000))).contains("too many values"));
}

#[test]
fn allows_so_many_patterns_and_not_one_more() {
    let patterns = |count: usize, pattern: &str| {
        let member = |n: usize| format!("  m{n}: {{type: string, pattern: '{pattern}'}}\n");
        let (first, rest) = ((0..count.min(600)).map(member).collect::<String>(), (600..count.max(600)).map(member));
        let rest: String = rest.map(|line| format!("    {line}")).collect();
        spec_with(
            &format!("{first}  more: {{type: More}}\n"),
            &format!(
                "  More:\n    type: structure\n    members:\n{}",
                if rest.is_empty() { "      {}\n" } else { &rest }
            ),
        )
    };

    assert!(compile("a.yaml", &patterns(1_000, "a")).is_ok());
    assert!(refusal(&patterns(1_001, "a")).contains("more than 1000 patterns"));
    assert!(compile("a.yaml", &patterns(8, "[a-z]{32000}")).is_ok());
    assert!(refusal(&patterns(9, "[a-z]{32000}")).contains("too large together"));
}

#[test]
fn allows_so_many_members_and_not_one_more() {
    let members = |count: usize| (0..count).map(|n| format!("  m{n}: {{type: string}}\n")).collect::<String>();

    assert!(compile("a.yaml", &spec_with(&members(999), "  {}\n")).is_ok());
    assert!(compile("a.yaml", &spec_with(&members(1_000), "  {}\n")).is_ok());
    assert!(refusal(&spec_with(&members(1_001), "  {}\n")).contains("too many entries"));
}

#[test]
fn a_file_full_of_mistakes_costs_no_more_than_its_size() {
    let values = (0..60_000).map(|n| format!("v{n}")).collect::<Vec<_>>().join(", ");
    let types: String = (0..9_000).map(|n| format!("  T{n}: {{type: T{}x}}\n", n + 1)).collect();
    let types = format!("{types}  Values: {{type: enum, values: [{values}]}}\n");
    let rules: String =
        (0..900).map(|n| format!("  - {{id: r{n}, when: {{v: V{n}}}, expect: {{present: w}}}}\n")).collect();
    let long = "x".repeat(500_000);

    let told = refusal(&format!("{}rules:\n{rules}", spec_with("  v: {type: Values}\n", &types)));
    assert!(told.contains("more mistakes are not shown"), "{told}");
    assert!(told.len() < 100_000, "{}", told.len());
    assert!(refusal(&spec_with(&format!("  a: {{type: {long}}}\n"), "  {}\n")).len() < 1_000);
    assert!(refusal(&spec_with(&format!("  ? {long}\n  : {{type: string}}\n"), "  {}\n")).len() < 1_000);
}
