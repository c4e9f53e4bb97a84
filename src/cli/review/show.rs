//! What is told of pending files: each with its verdict, what it changes, and what was done with it.

use super::Way;
use super::item::{Did, Item, Recorded, Reported, State};
use crate::diagnostic::escape;
use crate::evidence::RunVerdict;
use crate::report::{Format, Style, lines_of_diff, quoted, render};
use serde_json::{Value, json};

/// The version of the form for programs.
const VERSION: u32 = 1;

/// The review for people.
pub(super) fn text(items: &[Item], way: Way, style: &Style) -> String {
    if items.is_empty() {
        return "nothing is pending\n".to_owned();
    }
    let mut out = String::new();
    for item in items.iter().filter(|_| !style.quiet) {
        // What was shown when it was asked about, and what passed, need not be shown once more.
        let is_news = item.did == Did::Kept && way != Way::Ask || item.did == Did::Accepted && !item.is_passing();
        if is_news || style.verbose {
            out.push_str(&format!("{}\n", self::item(item, style)));
        }
    }
    for item in items {
        out.push_str(&format!("{:<9} {}\n", item.did.as_str(), line(item)));
    }
    if items.iter().any(|item| item.did == Did::Kept) {
        out.push_str("\n`retake review --accept PATH` accepts, --reject PATH removes; --accept-failing accepts what fails, too\n");
    }
    out
}

/// The review for a comment on a pull request.
pub(super) fn markdown(items: &[Item], way: Way, style: &Style) -> String {
    quoted("retake review", &text(items, way, style))
}

/// The review for programs; its keys are in this order.
pub(super) fn json(items: &[Item], verdict: RunVerdict) -> String {
    let entry = |item: &Item| {
        let mut entry = json!({
            "file": escape(&item.pending.pending.display().to_string()),
            "accepted": escape(&item.pending.accepted.display().to_string()),
            "kind": if item.pending.is_cassette() { "cassette" } else { "report" },
            "verdict": verdict_of(item),
            "did": item.did.as_str(),
        });
        let more = match &item.state {
            State::Cassette(recorded) => vec![
                ("diff", parsed(&recorded.diff.to_json())),
                ("report", parsed(&render(&recorded.report, Format::Json, &Style::default()))),
            ],
            State::Report(reported) => vec![("lines", lines(reported).into())],
            State::Unreadable(error) => vec![("error", escape_lines(&error.to_string()).into())],
        };
        if let Value::Object(entry) = &mut entry {
            entry.extend(more.into_iter().map(|(key, value)| (key.to_owned(), value)));
        }
        entry
    };
    let document = json!({
        "retake": env!("CARGO_PKG_VERSION"),
        "review": VERSION,
        "verdict": verdict.as_str(),
        "pending": items.iter().map(entry).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("it is our own JSON")
}

/// One pending file in full.
pub(super) fn item(item: &Item, style: &Style) -> String {
    let head = line(item);
    match &item.state {
        State::Cassette(recorded) => format!("{head}\n\n{}", cassette(recorded, item.is_passing(), style)),
        State::Report(reported) => format!("{head}\n\n{}", report(reported)),
        State::Unreadable(error) => format!("{head}\n\n{}\n", escape_lines(&error.to_string())),
    }
}

/// What the evidence changes; where it does not pass, the findings first.
fn cassette(recorded: &Recorded, is_passing: bool, style: &Style) -> String {
    let findings = match is_passing {
        true => String::new(),
        false => format!("{}\n", render(&recorded.report, Format::Text, style)),
    };
    let note = recorded
        .note
        .as_ref()
        .map(|note| format!("the accepted one cannot be read:\n{}\n\n", escape_lines(&note.to_string())));
    format!("{findings}{}{}", note.unwrap_or_default(), recorded.diff.to_text(style))
}

fn report(reported: &Reported) -> String {
    lines(reported).iter().map(|line| format!("{line}\n")).collect()
}

fn lines(reported: &Reported) -> Vec<String> {
    match &reported.old {
        Some(old) if *old == reported.new.contents => vec!["the same as the accepted one".to_owned()],
        old => lines_of_diff(old.as_deref().unwrap_or_default(), &reported.new.contents),
    }
}

/// A pending file in a line.
fn line(item: &Item) -> String {
    let what = match &item.state {
        State::Cassette(recorded) if !recorded.diff.is_changed() => ", nothing changed",
        State::Cassette(_) | State::Report(_) | State::Unreadable(_) => "",
    };
    format!("{} ({}{what})", escape(&item.pending.pending.display().to_string()), words_of(item))
}

fn verdict_of(item: &Item) -> &'static str {
    match &item.state {
        State::Cassette(recorded) => recorded.report.verdict().as_str(),
        State::Report(reported) if reported.new.tells_of_failure() => "fail",
        State::Report(_) => "pass",
        State::Unreadable(_) => "unreadable",
    }
}

fn words_of(item: &Item) -> &'static str {
    match verdict_of(item) {
        "pass" => "passes",
        "fail" => "FAILS",
        "unreadable" => "CANNOT BE READ",
        "no-evidence" => "PROVES NOTHING",
        _ => "DOES NOT PASS",
    }
}

fn escape_lines(text: &str) -> String {
    text.lines().map(escape).collect::<Vec<_>>().join("\n")
}
