//! The report for people, the assertion, and the text of a snapshot.

use super::{missed, report_on, troubled};
use retake::evidence::{CheckVerdict, Report, RunVerdict, Subject, SubjectKind};
use retake::report::{Format, Style, render};

fn text(report: &Report) -> String {
    render(report, Format::Text, &Style::default())
}

#[test]
fn a_pass_is_told_in_a_few_lines() {
    insta::assert_snapshot!(text(&report_on(&[("pagination.token-advances", "pass")])));
}

#[test]
fn a_failure_says_which_request_which_line_of_the_spec_and_what_to_do() {
    insta::assert_snapshot!(text(&report_on(&[("shape.type", "fail-number-for-text")])));
}

#[test]
fn failures_come_before_warnings_and_the_rest() {
    insta::assert_snapshot!(text(&report_on(&[
        ("shape.unknown-member", "fail-in-item"),
        ("shape.rule", "fail-updated-before-created"),
        ("pagination.token-only-when-more", "fail-ends-early"),
        ("error.declared", "fail-html"),
        ("evidence.sealed", "fail-edited-by-hand"),
    ])));
}

#[test]
fn a_warning_alone_passes_and_fails_when_strict() {
    let mut report = report_on(&[("shape.constraint", "fail-pattern")]);

    insta::assert_snapshot!("warning", text(&report));

    report.strict = true;
    assert_eq!(report.verdict(), RunVerdict::Fail);
    assert!(text(&report).starts_with("FAIL  verify cassette: 1 check warned (--strict)\n"));
}

#[test]
fn a_run_without_evidence_says_so() {
    insta::assert_snapshot!("nothing-found", text(&Report::new("replay")));

    let subject = Subject { kind: SubjectKind::Cassette, name: "a.cassette.yaml".to_owned() };
    let uncalled = Report { subjects: vec![subject], ..Report::new("replay") };
    insta::assert_snapshot!("no-evidence-replay", text(&uncalled));

    let mut unjudged = report_on(&[("request.route", "fail-other-method")]);
    for result in &mut unjudged.checks {
        (result.verdict, result.cases) = (CheckVerdict::NotExercised, 0);
    }
    unjudged.findings.clear();
    insta::assert_snapshot!("no-evidence-verify", text(&unjudged));
}

#[test]
fn misses_and_unused_exchanges_are_explained_member_by_member() {
    insta::assert_snapshot!(text(&missed()));
}

#[test]
fn troubles_say_what_where_and_what_to_do() {
    insta::assert_snapshot!(text(&troubled()));
}

#[test]
fn many_findings_are_cut_unless_all_are_asked_for() {
    let names: Vec<(&str, &str)> = vec![("shape.type", "fail-number-for-text"); 8];
    let report = report_on(&names);

    let short = text(&report);
    let verbose = render(&report, Format::Text, &Style { verbose: true, ..Style::default() });

    assert_eq!(short.matches("FAIL  shape.type").count(), 5);
    assert!(short.contains("and 3 more failures: -v shows them"));
    assert_eq!(verbose.matches("FAIL  shape.type").count(), 8);
}

#[test]
fn a_quiet_pass_is_one_line() {
    let report = report_on(&[("pagination.token-advances", "pass")]);

    let quiet = render(&report, Format::Text, &Style { quiet: true, ..Style::default() });

    assert_eq!(quiet, "PASS  verify cassette\n");
}

#[test]
fn colours_are_there_only_when_asked_for() {
    let report = report_on(&[("shape.type", "fail-number-for-text")]);
    let colored = render(&report, Format::Text, &Style { color: true, ..Style::default() });

    assert!(!text(&report).contains('\u{1b}'));
    assert!(colored.contains("\u{1b}[1;31mFAIL\u{1b}[0m"));
    assert_eq!(without_colors(&colored), text(&report));
}

/// Takes ANSI colours out of a text.
fn without_colors(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut out = parts.next().unwrap().to_owned();
    parts.for_each(|part| out.push_str(part.split_once('m').unwrap().1));
    out
}

#[test]
fn what_came_from_outside_is_escaped_in_every_format() {
    let report = missed();
    for format in Format::ALL {
        let shown = render(&report, format, &Style::default());

        assert!(!shown.contains('\u{1b}'), "{}", format.as_str());
        assert!(shown.contains("u{1b}[31mred"), "{}", format.as_str());
    }
}

#[test]
fn a_report_as_a_snapshot_holds_nothing_of_this_machine() {
    let shown = troubled().to_string();

    assert!(shown.contains("cannot listen on localhost:PORT: port PORT is in use by process PID"), "{shown}");
    assert!(shown.contains("at PATH"), "{shown}");
}

#[test]
fn passing_is_asserted_with_the_whole_report() {
    report_on(&[("shape.type", "pass")]).assert_passed();

    let failed = std::panic::catch_unwind(|| report_on(&[("shape.type", "fail-number-for-text")]).assert_passed());
    let empty = std::panic::catch_unwind(|| Report::new("replay").assert_passed());

    let message = failed.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("FAIL  shape.type (must)"), "{message}");
    assert!(empty.is_err());
}
