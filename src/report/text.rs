//! The report for people: the verdict, what is wrong with what to do about it, the counts.

use super::group::Group;
use super::paint::{Ink, Paint};
use super::{Style, client, coverage, finding, miss, words};
use crate::diagnostic::escape;
use crate::evidence::{CheckVerdict, Finding, Report, RunVerdict, SubjectChecks, TroubleKind};

/// How many paragraphs of a sort are shown, unless all are asked for.
const SHOWN: usize = 5;

/// How many checks that nothing touched are named, where scenarios were run.
const NAMED: usize = 12;

/// How many lines of findings are shown behind those, where scenarios were run.
const LINES: usize = 15;

/// Renders the report.
pub(super) fn render(report: &Report, style: &Style) -> String {
    let paint = Paint { color: style.color };
    let mut out = head(report, paint);
    let mut paragraphs = troubles(report, paint);
    paragraphs.extend(findings(report, style, paint));
    paragraphs.extend(client::known(report, paint));
    paragraphs.extend(cut(&report.misses, style, "misses", |miss| miss::lines(miss, paint)));
    paragraphs.extend(unused(report, style, paint));
    if report.verdict() == RunVerdict::NoEvidence {
        paragraphs.push(vec![finding::row(paint, "help", words::evidence_help(report))]);
    }
    paragraphs.retain(|lines| !lines.is_empty());
    paragraphs.push(client::scenarios(report, style, paint));
    paragraphs.retain(|lines| !lines.is_empty());
    if !style.quiet {
        paragraphs.push(client::fingerprint(report, style, paint));
    }
    if report.tells_coverage {
        paragraphs.push(coverage::lines(&report.coverage, paint));
    }
    if !(style.quiet && report.verdict() == RunVerdict::Pass && paragraphs.is_empty()) {
        paragraphs.push(counts(report, style, paint));
    }
    for paragraph in paragraphs.into_iter().filter(|lines| !lines.is_empty()) {
        out.push('\n');
        for line in paragraph {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}

fn head(report: &Report, paint: Paint) -> String {
    let (word, why) = words::head(report);
    let ink = match report.verdict() {
        RunVerdict::Pass => Ink::Good,
        RunVerdict::NoEvidence | RunVerdict::Interrupted => Ink::Doubtful,
        RunVerdict::Fail | RunVerdict::Usage | RunVerdict::Error => Ink::Bad,
    };
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    format!("{}  {}{why}\n", paint.word(ink, word), escape(&report.command))
}

fn troubles(report: &Report, paint: Paint) -> Vec<Vec<String>> {
    let paragraph = |kind: TroubleKind, text: String| {
        let word = match kind {
            TroubleKind::Usage => "ERROR",
            TroubleKind::CouldNotLook => "ERROR (could not look)",
            TroubleKind::Driver => "ERROR (driver)",
        };
        let mut lines = text.lines();
        let first = format!("{}  {}", paint.word(Ink::Bad, word), lines.next().unwrap_or_default());
        std::iter::once(first).chain(lines.map(str::to_owned)).collect()
    };
    report.troubles.iter().map(|trouble| paragraph(trouble.kind, trouble.diagnostic.to_string())).collect()
}

/// The findings, the worst first.
fn findings(report: &Report, style: &Style, paint: Paint) -> Vec<Vec<String>> {
    let sorts = [
        (CheckVerdict::Fail, "failures"),
        (CheckVerdict::Warn, "warnings"),
        (CheckVerdict::Info, "pieces of information"),
    ];
    let of = |verdict: CheckVerdict| {
        report.findings.iter().filter(move |finding| finding.verdict == verdict).collect::<Vec<&Finding>>()
    };
    let silent = |verdict: CheckVerdict| style.quiet && verdict == CheckVerdict::Info;
    sorts
        .into_iter()
        .filter(|(verdict, _)| !silent(*verdict))
        .flat_map(|(verdict, noun)| match report.scenarios.is_empty() || style.verbose {
            true => cut(&of(verdict), style, noun, |finding| finding::lines(finding, paint)),
            false => grouped(&of(verdict), verdict, paint),
        })
        .collect()
}

/// The findings of scenarios by check: the failures in full, the rest in a line each.
fn grouped(findings: &[&Finding], verdict: CheckVerdict, paint: Paint) -> Vec<Vec<String>> {
    let groups = Group::of(findings);
    let in_full = if verdict == CheckVerdict::Fail { SHOWN } else { 0 };
    let mut paragraphs: Vec<Vec<String>> = groups.iter().take(in_full).map(|group| group.lines(paint)).collect();
    let rest = groups.iter().skip(in_full);
    let mut lines: Vec<String> = rest.clone().take(LINES).map(|group| group.line(paint)).collect();
    match rest.len().saturating_sub(LINES) {
        0 => {}
        more => lines.push(format!("and {more} more: -v shows them, --format json has them all")),
    }
    paragraphs.push(lines);
    paragraphs
}

/// Paragraphs, and how many more there are.
fn cut<T>(items: &[T], style: &Style, noun: &str, lines: impl Fn(&T) -> Vec<String>) -> Vec<Vec<String>> {
    let shown = if style.verbose { items.len() } else { SHOWN };
    let mut paragraphs: Vec<Vec<String>> = items.iter().take(shown).map(lines).collect();
    if items.len() > shown {
        let more = items.len() - shown;
        paragraphs.push(vec![format!("and {more} more {noun}: -v shows them, --format json has them all")]);
    }
    paragraphs
}

fn unused(report: &Report, style: &Style, paint: Paint) -> Vec<Vec<String>> {
    if report.unused.is_empty() {
        return Vec::new();
    }
    let shown = if style.verbose { report.unused.len() } else { 2 * SHOWN };
    let mut lines: Vec<String> = report
        .unused
        .iter()
        .take(shown)
        .map(|id| {
            format!("{}  {} was recorded, and no request asked for it", paint.word(Ink::Bad, "UNUSED"), escape(id))
        })
        .collect();
    if report.unused.len() > shown {
        lines.push(format!("and {} more", report.unused.len() - shown));
    }
    lines.push(finding::row(
        paint,
        "help",
        "take what is not needed out of the cassette, or allow it with --allow-unused",
    ));
    vec![lines]
}

/// What was looked at, and what the checks came to.
fn counts(report: &Report, style: &Style, paint: Paint) -> Vec<String> {
    let mut lines: Vec<String> =
        report.by_subject.iter().filter(|_| report.by_subject.len() > 1).map(subject).collect();
    if lines.len() > SHOWN && !style.verbose {
        let more = lines.len() - SHOWN;
        lines.truncate(SHOWN);
        lines.push(format!("and {more} more"));
    }
    let what = match report.subjects.as_slice() {
        [only] => format!("{} {}: ", only.kind.as_str(), escape(&only.name)),
        [] => String::new(),
        many => format!("all {}: ", many.len()),
    };
    lines.push(format!("{what}{}", ledger(report)));
    if !report.checks.is_empty() {
        lines.push(format!("{}: {}", words::count(report.checks.len() as u64, "check"), words::tally(&report.checks)));
        if !report.scenarios.is_empty() {
            lines.push(client::score(report));
        }
        lines.extend(not_exercised(report, style, paint));
    }
    lines
}

fn subject(subject: &SubjectChecks) -> String {
    let tally = words::tally(&subject.checks);
    format!("{} {}: {tally}", subject.subject.kind.as_str(), escape(&subject.subject.name))
}

/// What passed, in words.
pub(super) fn ledger(report: &Report) -> String {
    let ledger = &report.ledger;
    if report.subjects.is_empty() && !report.specs.is_empty() {
        return words::count(report.specs.len() as u64, "spec");
    }
    let mut parts = Vec::new();
    if ledger.requests > 0 {
        parts.push(words::count(ledger.requests, "request"));
    }
    parts.push(words::count(ledger.exchanges, "exchange"));
    for (count, word) in [(ledger.refused, "refused"), (ledger.misses, "missed"), (ledger.unused, "unused")] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    if ledger.scenarios > 0 {
        parts.push(words::count(ledger.scenarios, "scenario"));
    }
    if let Some(end) = ledger.child {
        parts.push(words::child(end));
    }
    parts.join(", ")
}

/// The checks that nothing touched; a client that got nowhere touches few.
fn not_exercised(report: &Report, style: &Style, paint: Paint) -> Option<String> {
    let untouched = report.checks.iter().filter(|result| result.verdict == CheckVerdict::NotExercised);
    let ids: Vec<&str> = untouched.map(|result| result.check.id).collect();
    let shown = if style.verbose || report.scenarios.is_empty() { usize::MAX } else { NAMED };
    let names = words::list(ids.iter().copied(), shown);
    (!ids.is_empty()).then(|| paint.word(Ink::Faint, &format!("not exercised: {names}")))
}
