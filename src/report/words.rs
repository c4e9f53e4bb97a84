//! What a run came to, in a sentence; counts, in words.

use crate::evidence::{CheckResult, CheckVerdict, ChildEnd, Report, RunVerdict};

/// The head of a report: the verdict as a word, and why in a sentence.
pub(super) fn head(report: &Report) -> (&'static str, Option<String>) {
    match report.verdict() {
        RunVerdict::Pass => ("PASS", None),
        RunVerdict::Fail => ("FAIL", Some(broken(report).join(", "))),
        RunVerdict::Usage => ("ERROR", Some("the command or a file of it cannot be read".to_owned())),
        RunVerdict::Error => ("ERROR", Some("it was not possible to look".to_owned())),
        RunVerdict::Interrupted => ("INTERRUPTED", None),
        RunVerdict::NoEvidence => ("NO EVIDENCE", Some(no_evidence(report))),
    }
}

fn broken(report: &Report) -> Vec<String> {
    let mut reasons = Vec::new();
    let mut add = |count: usize, one: &str, many: &str| match count {
        0 => {}
        1 => reasons.push(format!("1 {one}")),
        count => reasons.push(format!("{count} {many}")),
    };
    add(counted(&report.checks, CheckVerdict::Fail), "check failed", "checks failed");
    if report.strict {
        add(counted(&report.checks, CheckVerdict::Warn), "check warned (--strict)", "checks warned (--strict)");
    }
    add(report.misses.len(), "request missed", "requests missed");
    add(report.unused.len(), "recorded exchange was not used", "recorded exchanges were not used");
    if let Some(end) = report.ledger.child.filter(|end| !end.is_success() && !report.child_may_fail) {
        reasons.push(child(end));
    }
    reasons
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
        Lack::NoExchange => "name a cassette that holds exchanges, or record one",
        Lack::NoCheck => "load the specs of the recorded operations, and record a success",
    }
}

/// Why nothing was proved.
enum Lack {
    AllRefused,
    NoRequest,
    NothingFound,
    NoExchange,
    NoCheck,
}

impl Lack {
    fn of(report: &Report) -> Self {
        let ledger = &report.ledger;
        if ledger.requests > 0 && ledger.requests == ledger.refused {
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
