//! The report for comments on pull requests: what it says, and that nothing from outside becomes markup.

use super::{missed, report_on, troubled};
use crate::client_checks::client::Fault;
use retake::evidence::{KnownFailures, Report, Subject, SubjectKind};
use retake::report::{Format, Style, quoted, render};

/// What a forge would make something of, had it been written by us.
const HOSTILE: [&str; 12] = [
    "@everyone",
    "#17",
    "https://evil.example/x",
    "www.evil.example",
    "<img src=x onerror=alert(1)>",
    "</details><script>",
    "[a](javascript:b)",
    "![a](https://b/c.png)",
    "**bold** _em_ ~~gone~~",
    "`` ` ``` ````",
    "a | b \\| c",
    "- [ ] # heading\r\n```\n> quote",
];

fn markdown(report: &Report) -> String {
    render(report, Format::Markdown, &Style::default())
}

/// What a reader of Markdown takes for text: the page without its fences and spans of code.
fn outside_of_code(page: &str) -> String {
    let mut out = String::new();
    let mut fence: Option<usize> = None;
    for line in page.lines() {
        let ticks = line.chars().take_while(|c| *c == '`').count();
        match fence {
            Some(open) if ticks >= open && line.len() == ticks => fence = None,
            Some(_) => {}
            None if ticks >= 3 && !line[ticks..].contains('`') => fence = Some(ticks),
            None => out.push_str(&format!("{}\n", without_spans(line))),
        }
    }
    assert_eq!(fence, None, "every fence is closed:\n{page}");
    out
}

fn without_spans(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        out.push_str(&rest[..at]);
        let ticks = rest[at..].chars().take_while(|c| *c == '`').count();
        let inside = &rest[at + ticks..];
        let mark = "`".repeat(ticks);
        let runs = inside.match_indices(&mark).map(|(end, _)| end);
        let mut ends = runs.filter(|end| !inside[..*end].ends_with('`') && !inside[end + ticks..].starts_with('`'));
        let end = ends.next().unwrap_or_else(|| panic!("a span is not closed: {line}"));
        rest = &inside[end + ticks..];
    }
    out + rest
}

#[test]
fn a_comment_says_the_verdict_the_findings_and_the_counts() {
    insta::assert_snapshot!(markdown(&report_on(&[
        ("shape.type", "fail-number-for-text"),
        ("shape.unknown-member", "fail-in-item"),
    ])));
}

#[test]
fn a_comment_explains_misses_and_troubles() {
    insta::assert_snapshot!("misses", markdown(&missed()));
    insta::assert_snapshot!("troubles", markdown(&troubled()));
    insta::assert_snapshot!("nothing", markdown(&Report::new("verify cassette")));
}

#[test]
fn a_comment_on_a_client_folds_its_scenarios_and_its_behaviour_away() {
    let shown = markdown(&super::client::run(&[("", Fault::None)], &KnownFailures::default()));

    assert!(shown.contains("<details><summary>scenarios</summary>\n\n```text\n"), "{shown}");
    assert!(shown.contains("<details><summary>behaviour</summary>\n\n```text\n"), "{shown}");
    assert!(shown.contains("\n- score: "), "{shown}");
    outside_of_code(&shown);
}

#[test]
fn nothing_from_outside_becomes_markup() {
    for hostile in HOSTILE {
        let mut report = report_on(&[("shape.type", "fail-number-for-text"), ("evidence.age", "fail-old")]);
        report.merge(missed());
        report.merge(troubled());
        for finding in &mut report.findings {
            finding.message = hostile.to_owned();
            finding.found = Some(format!("x\n{hostile}\n{hostile}"));
            finding.exchange = Some(hostile.to_owned());
        }
        report.by_subject.iter_mut().for_each(|one| one.subject.name = hostile.to_owned());
        report.subjects = vec![Subject { kind: SubjectKind::Cassette, name: hostile.to_owned() }];
        report.unused = vec![hostile.to_owned()];
        report.troubles[0].diagnostic.what = hostile.to_owned();
        report.misses[0].request[0].1 = hostile.to_owned();

        let shown = outside_of_code(&markdown(&report));

        for part in hostile.split_whitespace().filter(|part| part.len() > 1 && *part != "```" && *part != "````") {
            assert!(!shown.contains(part), "{part} is outside of code:\n{shown}");
        }
        let tags =
            shown.matches('<').count() - shown.matches("<details>").count() - shown.matches("</details>").count();
        assert_eq!(tags, 2 * shown.matches("<summary>").count(), "only our own tags:\n{shown}");
        assert!(!outside_of_code(&quoted("ours", &format!("{hostile}\n{hostile}"))).contains('@'));
    }
}

#[test]
fn a_comment_is_never_longer_than_forges_take() {
    let mut report = report_on(&vec![("shape.type", "fail-number-for-text"); 400]);
    report.findings.iter_mut().for_each(|finding| finding.found = Some("x".repeat(1000)));

    for verbose in [false, true] {
        let shown = render(&report, Format::Markdown, &Style { verbose, ..Style::default() });

        assert!(shown.chars().count() < 65_536, "{}", shown.len());
        assert!(shown.contains("left out: a comment has no more room"));
        assert!(shown.contains("1 failed"), "the counts are there all the same");
        outside_of_code(&shown);
    }
}
