//! What a run came to, in a sentence; counts, in words.

use crate::evidence::{CheckResult, CheckVerdict, ChildEnd, KnownState, Report, RunVerdict, ScenarioVerdict};

/// The head of a report: the verdict as a word, and why in a sentence.
pub(super) fn head(report: &Report) -> (&'static str, Option<String>) {
    match report.verdict() {
        RunVerdict::Pass => ("PASS", None),
        RunVerdict::Fail => ("FAIL", Some(broken(report))),
        RunVerdict::Usage => ("ERROR", Some("the command or a file of it cannot be read".to_owned())),
        RunVerdict::Error => ("ERROR", Some(not_looked(report))),
        RunVerdict::Interrupted => ("INTERRUPTED", None),
        RunVerdict::NoEvidence => ("NO EVIDENCE", Some(no_evidence(report))),
    }
}

/// Who did not let us look.
fn not_looked(report: &Report) -> String {
    if !report.is_drivers_fault() {
        return "it was not possible to look".to_owned();
    }
    let failed = report.scenarios.iter().filter(|scenario| scenario.verdict.is_drivers_fault()).count();
    match failed {
        0 => "the driver failed, which says nothing of the client".to_owned(),
        failed => {
            format!("the driver failed in {}, which says nothing of the client", count(failed as u64, "scenario"))
        }
    }
}

/// What is broken, and by whom, where a client was run through scenarios.
fn broken(report: &Report) -> String {
    let reasons = [of_checks(report), of_scenarios(report)].concat();
    let client = match report.scenarios.is_empty() || reasons.is_empty() {
        true => reasons.join(", "),
        false => format!("the client is at fault: {}", reasons.join(", ")),
    };
    let rest = of_run(report).into_iter().filter(|reason| !reason.is_empty());
    std::iter::once(client).filter(|reasons| !reasons.is_empty()).chain(rest).collect::<Vec<_>>().join(", ")
}

fn some(count: usize, one: &str, many: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    }
}

fn of_checks(report: &Report) -> Vec<String> {
    let failed = some(counted(&report.checks, CheckVerdict::Fail), "check failed", "checks failed");
    let warned = counted(&report.checks, CheckVerdict::Warn);
    let warned = if report.strict { warned } else { 0 };
    let warned = some(warned, "check warned (--strict)", "checks warned (--strict)");
    [failed, warned].into_iter().flatten().collect()
}

/// Of the scenarios that a client did not come back from.
fn of_scenarios(report: &Report) -> Vec<String> {
    let broken = |verdict: ScenarioVerdict| {
        let mine = report.scenarios.iter().filter(|scenario| scenario.verdict == verdict);
        mine.filter(|scenario| report.is_broken_by(scenario)).count()
    };
    let words = |verdict| {
        let happened = super::client::happened(verdict);
        some(broken(verdict), &format!("scenario {happened}"), &format!("scenarios {happened}"))
    };
    ScenarioVerdict::ALL.into_iter().filter_map(words).collect()
}

fn of_run(report: &Report) -> Vec<String> {
    let known = |state: KnownState| report.known.iter().filter(|known| known.state == state).count();
    let child = report.ledger.child.filter(|end| !end.is_success() && !report.child_may_fail).map(child);
    let reasons = [
        some(known(KnownState::Passes), "known failure passes", "known failures pass"),
        some(known(KnownState::Expired), "known failure is past its day", "known failures are past their day"),
        some(report.misses.len(), "request missed", "requests missed"),
        some(report.unused.len(), "recorded exchange was not used", "recorded exchanges were not used"),
        super::coverage::under(report),
        child,
    ];
    reasons.into_iter().flatten().collect()
}

/// How a command ended, in words.
pub(super) fn child(end: ChildEnd) -> String {
    match end {
        ChildEnd::Exit(code) => format!("the command exited with {code}"),
        ChildEnd::Signal(signal) => format!("the command died by signal {signal}"),
    }
}

fn no_evidence(report: &Report) -> String {
    let why = match Lack::of(report) {
        Lack::AllRefused => "every request was refused",
        Lack::NoRequest => "no request came",
        Lack::NothingFound => "nothing was found to look at",
        Lack::NoScenario => "every scenario was skipped",
        Lack::AllElsewhere => "every request was refused in every scenario",
        Lack::NoClient => "no request came in any scenario",
        Lack::NoExchange => "there are no exchanges",
        Lack::NoCheck => "no check of the contract passed on what there is",
    };
    format!("nothing is proved: {why}")
}

/// What to do where nothing was proved.
pub(super) fn evidence_help(report: &Report) -> &'static str {
    match Lack::of(report) {
        Lack::AllRefused => "sign with the credentials of this session, and ask for operations of the loaded specs",
        Lack::NoRequest => "see that the client uses the endpoint and the environment that were printed",
        Lack::NothingFound => {
            "name a file, or a folder that holds some: cassettes end in .cassette.yaml, specs in .yaml"
        }
        Lack::NoScenario => "the reasons say what the client lacks",
        Lack::AllElsewhere => {
            "the requests were malformed, a browser's or for another host: let the client ask the URL that it is given"
        }
        Lack::NoClient => {
            "the client ignores the endpoint, or fails before it asks: let it take the URL from AWS_ENDPOINT_URL or \
             RETAKE_ENDPOINT (a driver: from \"endpoint\"), and switch off what it puts before the host"
        }
        Lack::NoExchange => "name a cassette that holds exchanges, or record one",
        Lack::NoCheck if !report.scenarios.is_empty() => "run more scenarios, or let the client get further in them",
        Lack::NoCheck => "load the specs of the recorded operations, and record a success",
    }
}

/// Why nothing was proved.
enum Lack {
    AllRefused,
    NoRequest,
    NothingFound,
    NoScenario,
    AllElsewhere,
    NoClient,
    NoExchange,
    NoCheck,
}

impl Lack {
    fn of(report: &Report) -> Self {
        let ledger = &report.ledger;
        let is_refused = ledger.requests > 0 && ledger.requests == ledger.refused;
        if !report.scenarios.is_empty() && ledger.exchanges == 0 {
            return match (ledger.scenarios, is_refused) {
                (0, _) => Self::NoScenario,
                (_, true) => Self::AllElsewhere,
                (_, false) => Self::NoClient,
            };
        }
        if is_refused {
            Self::AllRefused
        } else if ledger.exchanges > 0 {
            Self::NoCheck
        } else if report.subjects.is_empty() && report.command != "record" {
            Self::NothingFound
        } else if report.checks.is_empty() {
            Self::NoRequest
        } else {
            Self::NoExchange
        }
    }
}

/// How many checks came to that.
pub(super) fn counted(checks: &[CheckResult], verdict: CheckVerdict) -> usize {
    checks.iter().filter(|result| result.verdict == verdict).count()
}

/// A count with its noun.
pub(super) fn count(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

/// Names, as many as are to be shown, and how many more there are.
pub(super) fn list<'n>(names: impl Iterator<Item = &'n str>, shown: usize) -> String {
    let names: Vec<&str> = names.collect();
    // One more is not worth a word of its own.
    if names.len() <= shown.saturating_add(1) {
        return names.join(", ");
    }
    format!("{} and {} more", names[..shown].join(", "), names.len() - shown)
}

/// What the checks came to: `12 passed, 1 failed, 7 not exercised`.
pub(super) fn tally(checks: &[CheckResult]) -> String {
    let words = [
        (CheckVerdict::Fail, "failed"),
        (CheckVerdict::Warn, "warned"),
        (CheckVerdict::Info, "informed"),
        (CheckVerdict::Pass, "passed"),
        (CheckVerdict::NotExercised, "not exercised"),
    ];
    let parts = words.into_iter().map(|(verdict, word)| (counted(checks, verdict), word));
    parts.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}
