//! The report for CI servers, as JUnit XML: a suite a subject, a case a check, or a scenario of a client.
//!
//! A run that judged nothing has one suite, of what the run itself came to. There are no
//! times in it, so that it is the same for the same behaviour.

use super::paint::Paint;
use super::{client, coverage, finding, miss, words};
use crate::diagnostic::escape;
use crate::evidence::{
    CheckResult, CheckVerdict, Finding, KnownResult, KnownState, Report, RunVerdict, ScenarioResult, ScenarioVerdict,
    SubjectChecks, SubjectKind,
};

/// What a case came to.
enum Outcome {
    Pass,
    /// It passes, with something to say.
    Told(String),
    Skipped(String),
    Failure {
        message: String,
        text: String,
    },
    Error {
        message: String,
        text: String,
    },
}

struct Case {
    class: String,
    name: String,
    outcome: Outcome,
}

struct Suite {
    name: String,
    cases: Vec<Case>,
}

/// Renders the report.
pub(super) fn render(report: &Report) -> String {
    let mut suites: Vec<Suite> = report.by_subject.iter().map(|subject| subject_suite(report, subject)).collect();
    suites.extend(run_suite(report));
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all = || suites.iter().flat_map(|suite| &suite.cases);
    out.push_str(&format!(
        "<testsuites name=\"{}\"{}>\n",
        attribute(&format!("retake {}", report.command)),
        counts(all())
    ));
    for suite in &suites {
        out.push_str(&format!("  <testsuite name=\"{}\"{}>\n", attribute(&suite.name), counts(suite.cases.iter())));
        suite.cases.iter().for_each(|case| write_case(case, &mut out));
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn subject_suite(report: &Report, subject: &SubjectChecks) -> Suite {
    let name = &subject.subject.name;
    let cases = match report.scenarios.is_empty() || subject.subject.kind != SubjectKind::Client {
        true => subject.checks.iter().map(|result| check_case(report, name, result)).collect(),
        false => report.scenarios.iter().map(|scenario| scenario_case(report, scenario)).collect(),
    };
    Suite { name: name.clone(), cases }
}

fn scenario_case(report: &Report, scenario: &ScenarioResult) -> Case {
    let (found, text) = client::findings_text(report, &scenario.id);
    let why = client::why(scenario);
    let has = |verdict: CheckVerdict| {
        let mine = |finding: &&Finding| finding.scenario.as_deref() == Some(scenario.id.as_str());
        report.findings.iter().filter(mine).any(|finding| finding.verdict == verdict)
    };
    let is_broken = has(CheckVerdict::Fail) || (report.strict && has(CheckVerdict::Warn));
    let outcome = match scenario.verdict {
        ScenarioVerdict::Skipped => Outcome::Skipped(scenario.reason.clone().unwrap_or(why)),
        ScenarioVerdict::DriverError => Outcome::Error { message: why, text },
        ScenarioVerdict::Fail => Outcome::Failure { message: found.unwrap_or(why), text },
        ScenarioVerdict::Crashed | ScenarioVerdict::Hung if report.is_broken_by(scenario) => {
            Outcome::Failure { message: why, text }
        }
        ScenarioVerdict::Runaway if is_broken => Outcome::Failure { message: why, text },
        ScenarioVerdict::Pass if is_broken => Outcome::Failure { message: found.unwrap_or(why), text },
        ScenarioVerdict::Pass if text.is_empty() && scenario.reason.is_none() => Outcome::Pass,
        ScenarioVerdict::Pass if scenario.reason.is_none() => Outcome::Told(text),
        ScenarioVerdict::Pass | ScenarioVerdict::Runaway | ScenarioVerdict::Crashed | ScenarioVerdict::Hung => {
            Outcome::Told(format!("{why}\n\n{text}").trim_end().to_owned())
        }
    };
    let class = scenario.id.split('/').next().unwrap_or_default().to_owned();
    Case { class, name: scenario.id.clone(), outcome }
}

fn check_case(report: &Report, subject: &str, result: &CheckResult) -> Case {
    let mine: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.subject == subject && finding.check.id == result.check.id)
        .collect();
    let text = || {
        let paragraphs = mine.iter().map(|found| finding::lines(found, Paint { color: false }).join("\n"));
        paragraphs.collect::<Vec<_>>().join("\n\n")
    };
    let message = || mine.first().map(|finding| finding.message.clone()).unwrap_or_default();
    let outcome = match result.verdict {
        CheckVerdict::Fail => Outcome::Failure { message: message(), text: text() },
        CheckVerdict::Warn if report.strict => Outcome::Failure { message: message(), text: text() },
        CheckVerdict::Warn | CheckVerdict::Info => Outcome::Told(text()),
        CheckVerdict::Pass => Outcome::Pass,
        CheckVerdict::NotExercised => Outcome::Skipped("not exercised".to_owned()),
    };
    let class = result.check.id.split('.').next().unwrap_or_default().to_owned();
    Case { class, name: result.check.id.to_owned(), outcome }
}

/// What the run itself came to, where it is more than its checks.
fn run_suite(report: &Report) -> Option<Suite> {
    let mut cases: Vec<Case> = report
        .troubles
        .iter()
        .map(|trouble| {
            let message = trouble.diagnostic.what.clone();
            run_case(trouble.kind.as_str(), Outcome::Error { message, text: trouble.diagnostic.to_string() })
        })
        .collect();
    cases.extend(report.known.iter().filter(|known| known.state.fails()).map(known_case));
    if !report.misses.is_empty() || report.checks.is_empty() {
        cases.push(run_case("misses", misses(report)));
        cases.push(run_case("unused", unused(report)));
    }
    if report.fail_under.is_some() {
        let failure = |message| Outcome::Failure { message, text: String::new() };
        cases.push(run_case("coverage", coverage::under(report).map_or(Outcome::Pass, failure)));
    }
    if let Some(end) = report.ledger.child {
        let outcome = if end.is_success() {
            Outcome::Pass
        } else if report.child_may_fail {
            Outcome::Told(words::child(end))
        } else {
            Outcome::Failure { message: words::child(end), text: String::new() }
        };
        cases.push(run_case("command", outcome));
    }
    if matches!(report.verdict(), RunVerdict::NoEvidence | RunVerdict::Interrupted) {
        let (word, why) = words::head(report);
        let message = why.unwrap_or_else(|| word.to_lowercase());
        cases.push(run_case("evidence", Outcome::Error { message, text: String::new() }));
    }
    (!cases.is_empty()).then(|| Suite { name: report.command.clone(), cases })
}

/// A known failure that is not what it was.
fn known_case(known: &KnownResult) -> Case {
    let failure = &known.failure;
    let message = format!(
        "the known failure of {} {}",
        failure.check,
        match known.state {
            KnownState::Passes => "passes",
            KnownState::Known | KnownState::NotExercised | KnownState::Expired => "is past its day",
        }
    );
    let text = format!("{}: {}", known.location, failure.words());
    run_case(&format!("known failure in {}", failure.scenario), Outcome::Failure { message, text })
}

fn run_case(name: &str, outcome: Outcome) -> Case {
    Case { class: "run".to_owned(), name: name.to_owned(), outcome }
}

fn misses(report: &Report) -> Outcome {
    if report.misses.is_empty() {
        return Outcome::Pass;
    }
    let paragraphs: Vec<String> =
        report.misses.iter().map(|missed| miss::lines(missed, Paint { color: false }).join("\n")).collect();
    let message = words::count(report.misses.len() as u64, "missed request");
    Outcome::Failure { message, text: paragraphs.join("\n\n") }
}

fn unused(report: &Report) -> Outcome {
    if report.unused.is_empty() {
        return Outcome::Pass;
    }
    let ids: Vec<_> = report.unused.iter().map(|id| escape(id)).collect();
    let message = format!("{} not used", words::count(ids.len() as u64, "recorded exchange"));
    Outcome::Failure { message, text: ids.join("\n") }
}

fn counts<'c>(cases: impl Iterator<Item = &'c Case>) -> String {
    let (mut tests, mut failures, mut errors, mut skipped) = (0, 0, 0, 0);
    for case in cases {
        tests += 1;
        match case.outcome {
            Outcome::Failure { .. } => failures += 1,
            Outcome::Error { .. } => errors += 1,
            Outcome::Skipped(_) => skipped += 1,
            Outcome::Pass | Outcome::Told(_) => {}
        }
    }
    format!(" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"")
}

fn write_case(case: &Case, out: &mut String) {
    let head = format!("    <testcase classname=\"{}\" name=\"{}\"", attribute(&case.class), attribute(&case.name));
    let inner = match &case.outcome {
        Outcome::Pass => {
            out.push_str(&format!("{head}/>\n"));
            return;
        }
        Outcome::Skipped(why) => format!("<skipped message=\"{}\"/>", attribute(why)),
        Outcome::Told(text) => format!("<system-out>{}</system-out>", content(text)),
        Outcome::Failure { message, text } => {
            format!("<failure message=\"{}\">{}</failure>", attribute(message), content(text))
        }
        Outcome::Error { message, text } => {
            format!("<error message=\"{}\">{}</error>", attribute(message), content(text))
        }
    };
    out.push_str(&format!("{head}>\n      {inner}\n    </testcase>\n"));
}

/// A text as the value of an attribute.
fn attribute(text: &str) -> String {
    markup(&escape(text))
}

/// A text of lines as the content of an element. The escaper shows what XML cannot hold.
fn content(text: &str) -> String {
    text.lines().map(|line| markup(&escape(line))).collect::<Vec<_>>().join("\n")
}

fn markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(c),
        }
    }
    out
}
