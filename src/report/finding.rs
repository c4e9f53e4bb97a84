//! A finding as a paragraph: what is wrong, in which exchange, by which line, what to do.

use super::diff::diff;
use super::paint::{Ink, Paint};
use crate::diagnostic::{Location, escape};
use crate::evidence::{CheckVerdict, Finding};

/// The first line of a finding: what it counts as, and the check.
pub(super) fn head(finding: &Finding, paint: Paint) -> String {
    let (ink, word) = match &finding.known {
        Some(_) => (Ink::Doubtful, "KNOWN".to_owned()),
        None => (ink(finding.verdict), finding.verdict.as_str().to_uppercase()),
    };
    let (word, check) = (paint.word(ink, &word), paint.word(Ink::Strong, finding.check.id));
    format!("{word}  {check} ({})", finding.level.as_str())
}

/// The lines of a finding.
pub(super) fn lines(finding: &Finding, paint: Paint) -> Vec<String> {
    let mut lines = vec![head(finding, paint)];
    lines.push(format!("  {}", escape(&finding.message)));
    let mut field = |name: &str, value: &str| lines.push(row(paint, name, value));
    if let Some(scenario) = &finding.scenario {
        field("scenario", scenario);
    }
    match (&finding.exchange, &finding.in_short) {
        (Some(id), Some(short)) => field("exchange", &format!("{id}: {short}")),
        (Some(id), None) => field("exchange", id),
        (None, Some(short)) => field("exchange", short),
        (None, None) => {}
    }
    if !finding.location.is_empty() {
        field("at", &place(&finding.location));
    }
    lines.extend(comparison(paint, ("expected", finding.expected.as_deref()), ("found", finding.found.as_deref())));
    if let Some(spec) = &finding.spec {
        lines.push(row(paint, "spec", &format!("{}:{}: {}", spec.file, spec.line, spec.text)));
    }
    if let Some(help) = &finding.help {
        lines.push(row(paint, "help", help));
    }
    if let Some(known) = &finding.known {
        lines.push(row(paint, "known", known));
    }
    lines
}

/// A place: file and line, then the pointer into the body.
fn place(location: &Location) -> String {
    let file = Location { pointer: None, ..location.clone() };
    match &location.pointer {
        Some(pointer) if pointer.is_empty() => file.to_string(),
        Some(pointer) => format!("{file} {pointer}").trim_start().to_owned(),
        None => file.to_string(),
    }
}

/// One row: a name, and its value behind it.
pub(super) fn row(paint: Paint, name: &str, value: &str) -> String {
    format!("    {} {}", paint.word(Ink::Faint, &format!("{name:<8}")), escape(value))
}

/// Two values one under the other; where they are long, what differs.
pub(super) fn comparison(paint: Paint, first: (&str, Option<&str>), second: (&str, Option<&str>)) -> Vec<String> {
    if let (Some(expected), Some(found)) = (first.1, second.1)
        && let Some(diff) = diff(expected, found)
    {
        let head = format!("{} (-) and {} (+):", first.0, second.0);
        let body = diff.into_iter().map(|line| {
            let ink = match line.as_bytes().first() {
                Some(b'-') => Ink::Bad,
                Some(b'+') => Ink::Good,
                _ => Ink::Plain,
            };
            format!("      {}", paint.word(ink, &line))
        });
        return std::iter::once(format!("    {}", paint.word(Ink::Faint, &head))).chain(body).collect();
    }
    [first, second].into_iter().filter_map(|(name, value)| Some(row(paint, name, value?))).collect()
}

/// The ink of a verdict.
pub(super) fn ink(verdict: CheckVerdict) -> Ink {
    match verdict {
        CheckVerdict::Fail => Ink::Bad,
        CheckVerdict::Warn => Ink::Doubtful,
        CheckVerdict::Pass => Ink::Good,
        CheckVerdict::Info | CheckVerdict::NotExercised => Ink::Strong,
    }
}
