//! What is told of a client besides findings: the scenarios, its fingerprint, its score.

use super::finding::row;
use super::paint::{Ink, Paint};
use super::words::{count, list};
use super::{Style, finding};
use crate::diagnostic::escape;
use crate::evidence::{CheckResult, CheckVerdict, KnownState, Report, ScenarioResult, ScenarioVerdict};
use crate::spec::Level;

/// How wide a line of the fingerprint is, in characters.
const WIDTH: usize = 100;

/// How many scenarios of a sort are named.
const NAMED: usize = 8;

/// What scenarios came to that no finding explains: it is told even where little is.
const NO_FINDINGS: [ScenarioVerdict; 4] =
    [ScenarioVerdict::DriverError, ScenarioVerdict::Crashed, ScenarioVerdict::Hung, ScenarioVerdict::Runaway];

/// What scenarios came to that did not pass.
const WORST_FIRST: [ScenarioVerdict; 6] = [
    ScenarioVerdict::DriverError,
    ScenarioVerdict::Crashed,
    ScenarioVerdict::Hung,
    ScenarioVerdict::Runaway,
    ScenarioVerdict::Fail,
    ScenarioVerdict::Skipped,
];

/// The scenarios that did not pass, by what they came to and why.
pub(super) fn scenarios(report: &Report, style: &Style, paint: Paint) -> Vec<String> {
    if report.scenarios.is_empty() {
        return Vec::new();
    }
    let mut lines = if style.quiet { Vec::new() } else { vec![tally(&report.scenarios)] };
    let worst: &[ScenarioVerdict] = if style.quiet { &NO_FINDINGS } else { &WORST_FIRST };
    let shown = if style.verbose { usize::MAX } else { NAMED };
    for verdict in worst.iter().copied() {
        for (reason, ids) in by_reason(report.scenarios.iter().filter(|scenario| scenario.verdict == verdict)) {
            let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            let text = format!("{}{reason}", list(ids.into_iter(), shown));
            lines.push(format!(
                "  {} {}",
                paint.word(ink(verdict), &format!("{:<12}", verdict.as_str())),
                escape(&text)
            ));
        }
    }
    lines
}

/// The scenarios with the same reason, in the order of the first of each.
fn by_reason<'r>(scenarios: impl Iterator<Item = &'r ScenarioResult>) -> Vec<(Option<&'r str>, Vec<&'r str>)> {
    let mut groups: Vec<(Option<&str>, Vec<&str>)> = Vec::new();
    for scenario in scenarios {
        let reason = scenario.reason.as_deref();
        match groups.iter_mut().find(|(other, _)| *other == reason) {
            Some((_, ids)) => ids.push(&scenario.id),
            None => groups.push((reason, vec![&scenario.id])),
        }
    }
    groups
}

fn tally(scenarios: &[ScenarioResult]) -> String {
    let of = |verdict: ScenarioVerdict| scenarios.iter().filter(|scenario| scenario.verdict == verdict).count();
    let parts = ScenarioVerdict::ALL.into_iter().map(|verdict| (of(verdict), happened(verdict)));
    let parts: Vec<String> =
        parts.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    format!("{}: {}", count(scenarios.len() as u64, "scenario"), parts.join(", "))
}

/// What scenarios of a verdict did, as a verb.
pub(super) fn happened(verdict: ScenarioVerdict) -> &'static str {
    match verdict {
        ScenarioVerdict::Pass => "passed",
        ScenarioVerdict::Fail => "failed",
        ScenarioVerdict::Skipped => "skipped",
        ScenarioVerdict::DriverError => "not looked at, since the driver failed",
        ScenarioVerdict::Runaway => "ran away",
        ScenarioVerdict::Crashed => "crashed",
        ScenarioVerdict::Hung => "hung",
    }
}

fn ink(verdict: ScenarioVerdict) -> Ink {
    match verdict {
        ScenarioVerdict::Pass => Ink::Good,
        ScenarioVerdict::Skipped => Ink::Faint,
        ScenarioVerdict::DriverError => Ink::Doubtful,
        ScenarioVerdict::Fail | ScenarioVerdict::Runaway | ScenarioVerdict::Crashed | ScenarioVerdict::Hung => Ink::Bad,
    }
}

/// Known failures that are not what they were, each with what to do.
pub(super) fn known(report: &Report, paint: Paint) -> Vec<Vec<String>> {
    let wrong = report.known.iter().filter(|known| known.state.fails());
    wrong
        .map(|known| {
            let failure = &known.failure;
            let (what, help) = match known.state {
                KnownState::Passes => ("is known to fail, and passes", "take the entry out of the list"),
                KnownState::Known | KnownState::NotExercised | KnownState::Expired => (
                    "was known to fail until a day that is past",
                    "mend what fails, or give the entry another day and say why",
                ),
            };
            let head = format!("{}  {}", paint.word(Ink::Bad, "FAIL"), paint.word(Ink::Strong, &failure.check));
            let mut lines = vec![head, format!("  {} {what}", escape(&failure.scenario))];
            lines.push(row(paint, "at", &known.location.to_string()));
            lines.push(row(paint, "known", &failure.words()));
            lines.extend(failure.expires.as_deref().map(|day| row(paint, "expires", day)));
            lines.push(row(paint, "help", help));
            lines
        })
        .collect()
}

/// How the client behaves: in a few lines, or one key a line.
pub(super) fn fingerprint(report: &Report, style: &Style, paint: Paint) -> Vec<String> {
    if report.fingerprint.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![paint.word(Ink::Strong, "behaviour")];
    if style.verbose {
        lines.extend(report.fingerprint.iter().map(|seen| format!("  {:<22} {}", seen.key, escape(&seen.value))));
        return lines;
    }
    let mut line = String::new();
    for seen in &report.fingerprint {
        let word = format!("  {}={}", seen.key, escape(&seen.value).replace(", ", ","));
        if !line.is_empty() && line.len() + word.len() > WIDTH {
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}

/// How many of the checks of a level that were exercised held.
pub(super) struct Held {
    pub(super) held: usize,
    pub(super) of: usize,
}

/// Counts the checks of a level; what is known not to hold is not held.
pub(super) fn held(checks: &[CheckResult], level: Level) -> Held {
    let exercised = || checks.iter().filter(|result| result.check.level == level && result.cases > 0);
    let holds =
        |result: &&CheckResult| matches!(result.verdict, CheckVerdict::Pass | CheckVerdict::Info) && result.known == 0;
    Held { held: exercised().filter(holds).count(), of: exercised().count() }
}

/// The score in a line.
pub(super) fn score(report: &Report) -> String {
    let words = |level: Level| {
        let held = held(&report.checks, level);
        format!("{} {} of {}", level.as_str(), held.held, held.of)
    };
    format!("score: {} held, {} held", words(Level::Must), words(Level::Should))
}

/// What of a scenario a report of cases says, where it did not simply pass or fail.
pub(super) fn why(scenario: &ScenarioResult) -> String {
    match &scenario.reason {
        Some(reason) => format!("{}: {reason}", scenario.verdict.as_str()),
        None => scenario.verdict.as_str().to_owned(),
    }
}

/// The findings of a scenario as one text.
pub(super) fn findings_text(report: &Report, scenario: &str) -> (Option<String>, String) {
    let mine: Vec<_> = report.findings.iter().filter(|finding| finding.scenario.as_deref() == Some(scenario)).collect();
    let worst = mine.iter().max_by_key(|finding| finding.verdict);
    let message = worst.map(|finding| format!("{}: {}", finding.check.id, finding.message));
    let paragraphs = mine.iter().map(|found| finding::lines(found, Paint { color: false }).join("\n"));
    (message, paragraphs.collect::<Vec<_>>().join("\n\n"))
}
