//! Each test and control that SECURITY.md names is there.

use std::fs;

const PAGE: &str = "SECURITY.md";

/// What is between back quotes and names a test: a file, `::`, and a function.
fn named(page: &str) -> Vec<(String, String)> {
    page.split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|quoted| quoted.split_once(".rs::"))
        .map(|(file, function)| (format!("{file}.rs"), function.to_owned()))
        .collect()
}

/// Whether a source has a test of this name.
fn has_test(source: &str, function: &str) -> bool {
    let mut lines = source.lines().map(str::trim);
    let mut marked = false;
    lines.any(|line| {
        let declared = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
        let found = marked && declared.and_then(|rest| rest.split(['(', '<']).next()) == Some(function);
        marked = match line {
            "#[test]" => true,
            _ if line.starts_with("#[tokio::test") => true,
            _ => marked && (line.starts_with("#[") || line.starts_with("//")),
        };
        found
    })
}

#[test]
fn every_test_that_the_page_names_is_there() {
    let page = fs::read_to_string(PAGE).unwrap();

    for (file, function) in named(&page) {
        let source = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{PAGE} names {file}: {error}"));

        assert!(has_test(&source, &function), "{PAGE} names {file}::{function}, which is no test");
    }
}

#[test]
fn every_row_names_a_test() {
    let page = fs::read_to_string(PAGE).unwrap();

    // A promise, what it is about, its test and its control.
    let is_promise = |line: &&str| line.matches(" | ").count() == 3 && !line.ends_with("| control |");
    for row in page.lines().filter(|line| line.starts_with("| ")).filter(is_promise) {
        assert!(!named(row).is_empty(), "{PAGE} promises without a test: {row}");
    }
}

#[test]
fn a_name_that_is_no_test_is_found_out() {
    let source =
        "fn helper() {}\n#[test]\nfn holds() {}\n#[tokio::test(flavor = \"multi_thread\")]\nasync fn waits() {}\n";

    assert!(has_test(source, "holds"));
    assert!(has_test(source, "waits"));
    assert!(!has_test(source, "helper"));
    assert!(!has_test(source, "absent"));
}
