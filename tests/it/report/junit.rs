//! The report for CI servers.

use super::{missed, report_on, troubled};
use retake::evidence::Report;
use retake::report::{Format, Style, render};

/// The elements of an XML text in order, with their attributes; fails where it is not well-formed.
fn elements(xml: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut open: Vec<String> = Vec::new();
    let mut found = Vec::new();
    let body = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap();
    for (index, part) in body.split('<').enumerate() {
        if index == 0 {
            assert_eq!(part, "");
            continue;
        }
        let (tag, text) = part.split_once('>').unwrap();
        assert!(!text.contains(['>', '"', '\'']) && entities_are_known(text), "{text}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap().to_owned();
        let quoted: Vec<&str> = tag.trim_end_matches('/')[name.len()..].split('"').collect();
        let attributes = quoted.chunks_exact(2).map(|pair| {
            assert!(entities_are_known(pair[1]), "{tag}");
            (pair[0].trim().trim_end_matches('=').to_owned(), pair[1].to_owned())
        });
        found.push((name.clone(), attributes.collect()));
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty());
    found
}

fn entities_are_known(text: &str) -> bool {
    text.split('&')
        .skip(1)
        .all(|rest| ["amp;", "lt;", "gt;", "quot;", "apos;"].iter().any(|name| rest.starts_with(name)))
}

fn junit(report: &Report) -> Vec<(String, Vec<(String, String)>)> {
    elements(&render(report, Format::Junit, &Style::default()))
}

fn count(elements: &[(String, Vec<(String, String)>)], name: &str) -> usize {
    elements.iter().filter(|(element, _)| element == name).count()
}

fn attribute<'e>(elements: &'e [(String, Vec<(String, String)>)], element: &str, name: &str) -> &'e str {
    let (_, attributes) = elements.iter().find(|(found, _)| found == element).unwrap();
    &attributes.iter().find(|(found, _)| found == name).unwrap().1
}

#[test]
fn junit_has_a_suite_a_subject_and_a_case_a_check() {
    let report = report_on(&[("shape.type", "fail-number-for-text"), ("shape.constraint", "fail-pattern")]);
    let checks = report.checks.len();

    let elements = junit(&report);

    assert_eq!(count(&elements, "testsuite"), 2);
    assert_eq!(count(&elements, "testcase"), 2 * checks);
    assert_eq!(count(&elements, "failure"), 1);
    assert_eq!(count(&elements, "system-out"), 1);
    assert_eq!(attribute(&elements, "testsuites", "tests"), (2 * checks).to_string());
    assert_eq!(attribute(&elements, "testsuites", "failures"), "1");
    assert_eq!(attribute(&elements, "testsuites", "skipped"), count(&elements, "skipped").to_string());
    assert!(count(&elements, "skipped") > 0);
    assert_eq!(attribute(&elements, "testsuite", "name"), "shape.type/fail-number-for-text.cassette.yaml");
}

#[test]
fn junit_fails_on_warnings_only_when_strict() {
    let mut report = report_on(&[("shape.constraint", "fail-pattern")]);
    assert_eq!(count(&junit(&report), "failure"), 0);

    report.strict = true;

    assert_eq!(count(&junit(&report), "failure"), 1);
}

#[test]
fn junit_is_not_green_where_the_run_is_not() {
    for report in [missed(), troubled(), Report::new("replay")] {
        let elements = junit(&report);

        assert!(count(&elements, "failure") + count(&elements, "error") > 0, "{}", report.command);
    }
    assert_eq!(attribute(&junit(&troubled()), "testsuites", "errors"), "2");
}

#[test]
fn junit_shows_what_xml_cannot_hold() {
    let mut report = missed();
    report.unused = vec!["<a & \"b\" 'c'>\u{0}\u{fffe}".to_owned()];

    let shown = render(&report, Format::Junit, &Style::default());

    elements(&shown);
    assert!(shown.contains("&lt;a &amp; &quot;b&quot; &apos;c&apos;&gt;\\u{0}\\u{fffe}"), "{shown}");
}
