//! The report for programs: version 1 of the contract, its keys in this order.

use super::stable::Stable;
use super::{Style, client};
use crate::answer::Miss;
use crate::diagnostic::{Diagnostic, Location, escape};
use crate::evidence::{
    CheckResult, CheckVerdict, ChildEnd, Counts, Coverage, Finding, KnownResult, Report, ScenarioResult, Subject,
    TroubleKind,
};
use crate::message::Json;
use crate::spec::Level;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// The version of the form.
const VERSION: u32 = 1;

/// Renders the report, one member a line.
pub(super) fn render(report: &Report, style: &Style) -> String {
    let says = Says { stable: Stable::new(report, style) };
    let mut text =
        serde_json::to_string_pretty(&document(report, &says)).expect("the report has texts and numbers only");
    text.push('\n');
    text
}

/// Makes texts fit to be shown, and the same in every run.
struct Says {
    stable: Stable,
}

impl Says {
    fn text(&self, text: &str) -> String {
        self.stable.text(&escape(text))
    }

    fn optional(&self, text: &Option<String>) -> Option<String> {
        text.as_deref().map(|text| self.text(text))
    }
}

#[derive(Serialize)]
struct Document<'r> {
    retake: &'static str,
    report: u32,
    command: String,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subjects: Vec<SubjectEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    specs: Vec<String>,
    ledger: Ledger,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<Check<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scenarios: Vec<ScenarioEntry<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<FindingEntry<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    misses: Vec<MissEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unused: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    known: Vec<KnownEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ErrorEntry>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    fingerprint: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<Score>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<CoverageEntry>,
}

#[derive(Serialize)]
struct SubjectEntry {
    kind: &'static str,
    name: String,
}

#[derive(Serialize)]
struct Ledger {
    requests: u64,
    refused: u64,
    exchanges: u64,
    unused: u64,
    misses: u64,
    scenarios: u64,
    checks: Tally,
    #[serde(skip_serializing_if = "Option::is_none")]
    child: Option<Child>,
}

#[derive(Serialize)]
struct Tally {
    pass: usize,
    fail: usize,
    warn: usize,
    info: usize,
    not_exercised: usize,
}

#[derive(Serialize)]
struct Child {
    exit: Option<i32>,
    signal: Option<i32>,
}

#[derive(Serialize)]
struct Check<'r> {
    id: &'r str,
    level: &'static str,
    verdict: &'static str,
    cases: u64,
    #[serde(skip_serializing_if = "is_zero")]
    known: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[derive(Serialize)]
struct FindingEntry<'r> {
    check: &'r str,
    level: &'static str,
    verdict: &'static str,
    subject: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scenario: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exchange: Option<String>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spec: Option<SpecLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<String>,
}

#[derive(Serialize)]
struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
}

#[derive(Serialize)]
struct SpecLine {
    file: String,
    line: u32,
}

#[derive(Serialize)]
struct MissEntry {
    kind: &'static str,
    request: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nearest: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differs: Vec<Differs>,
}

#[derive(Serialize)]
struct Differs {
    member: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent: Option<String>,
}

#[derive(Serialize)]
struct ErrorEntry {
    kind: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

#[derive(Serialize)]
struct Score {
    must: Held,
    should: Held,
}

#[derive(Serialize)]
struct Held {
    held: usize,
    of: usize,
}

#[derive(Serialize)]
struct CoverageEntry {
    errors: Map<String, Value>,
    enums: Map<String, Value>,
    members: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<Map<String, Value>>,
}

#[derive(Serialize)]
struct ScenarioEntry<'r> {
    id: &'r str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    requests: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Said<'r>>,
}

/// What a client said; read when it is written, since there may be ten thousand of them.
struct Said<'r> {
    outcome: &'r str,
    says: &'r Says,
}

impl Serialize for Said<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = Json::parse(self.outcome.as_bytes()).unwrap_or_else(|_| Json::string(self.outcome));
        value(&json, self.says).serialize(serializer)
    }
}

#[derive(Serialize)]
struct KnownEntry {
    check: String,
    scenario: String,
    state: &'static str,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    issue: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Place>,
}

fn document<'r>(report: &'r Report, says: &'r Says) -> Document<'r> {
    let subject = |subject: &Subject| SubjectEntry { kind: subject.kind.as_str(), name: says.text(&subject.name) };
    Document {
        retake: env!("CARGO_PKG_VERSION"),
        report: VERSION,
        command: says.text(&report.command),
        verdict: report.verdict().as_str(),
        subjects: report.subjects.iter().map(subject).collect(),
        specs: report.specs.iter().map(|spec| says.text(spec)).collect(),
        ledger: ledger(report),
        checks: report.checks.iter().map(check).collect(),
        scenarios: report.scenarios.iter().map(|result| scenario(result, says)).collect(),
        findings: report.findings.iter().map(|found| finding(found, says)).collect(),
        misses: report.misses.iter().map(|missed| miss(missed, says)).collect(),
        unused: report.unused.iter().map(|id| says.text(id)).collect(),
        known: report.known.iter().map(|result| known(result, says)).collect(),
        errors: report.troubles.iter().map(|trouble| error(trouble.kind, &trouble.diagnostic, says)).collect(),
        fingerprint: report
            .fingerprint
            .iter()
            .map(|seen| (seen.key.to_owned(), says.text(&seen.value).into()))
            .collect(),
        score: (!report.checks.is_empty()).then(|| score(report)),
        coverage: (!report.coverage.is_empty()).then(|| coverage(&report.coverage, says)),
    }
}

fn coverage(coverage: &Coverage, says: &Says) -> CoverageEntry {
    let named = |counts: &Counts| counts.iter().map(|(name, count)| (says.text(name), (*count).into())).collect();
    CoverageEntry {
        errors: named(&coverage.errors),
        enums: coverage.enums.iter().map(|(name, values)| (says.text(name), Value::Object(named(values)))).collect(),
        members: named(&coverage.members),
        pages: coverage
            .pages
            .map(|pages| pages.named().into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect()),
    }
}

fn score(report: &Report) -> Score {
    let of = |level| {
        let client::Held { held, of } = client::held(&report.checks, level);
        Held { held, of }
    };
    Score { must: of(Level::Must), should: of(Level::Should) }
}

fn ledger(report: &Report) -> Ledger {
    let ledger = &report.ledger;
    let count = |verdict| super::words::counted(&report.checks, verdict);
    Ledger {
        requests: ledger.requests,
        refused: ledger.refused,
        exchanges: ledger.exchanges,
        unused: ledger.unused,
        misses: ledger.misses,
        scenarios: ledger.scenarios,
        checks: Tally {
            pass: count(CheckVerdict::Pass),
            fail: count(CheckVerdict::Fail),
            warn: count(CheckVerdict::Warn),
            info: count(CheckVerdict::Info),
            not_exercised: count(CheckVerdict::NotExercised),
        },
        child: ledger.child.map(|end| match end {
            ChildEnd::Exit(code) => Child { exit: Some(code), signal: None },
            ChildEnd::Signal(signal) => Child { exit: None, signal: Some(signal) },
        }),
    }
}

fn check(result: &CheckResult) -> Check<'_> {
    Check {
        id: result.check.id,
        level: result.check.level.as_str(),
        verdict: result.verdict.as_str(),
        cases: result.cases,
        known: result.known,
    }
}

fn scenario<'r>(result: &'r ScenarioResult, says: &'r Says) -> ScenarioEntry<'r> {
    ScenarioEntry {
        id: &result.id,
        verdict: result.verdict.as_str(),
        reason: says.optional(&result.reason),
        requests: result.requests,
        outcome: result.outcome.as_deref().map(|outcome| Said { outcome, says }),
    }
}

/// A value from outside, every text in it made fit to be shown.
fn value(json: &Json, says: &Says) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        // A number that no program reads as itself stays a text.
        Json::Number(number) => serde_json::from_str(number).unwrap_or_else(|_| Value::String(number.clone())),
        Json::String(text) => Value::String(says.text(&text.decode())),
        Json::Array(items) => Value::Array(items.iter().map(|item| value(item, says)).collect()),
        Json::Object(members) => {
            Value::Object(members.iter().map(|(key, member)| (says.text(&key.decode()), value(member, says))).collect())
        }
    }
}

fn known(result: &KnownResult, says: &Says) -> KnownEntry {
    let failure = &result.failure;
    KnownEntry {
        check: says.text(&failure.check),
        scenario: says.text(&failure.scenario),
        state: result.state.as_str(),
        reason: says.text(&failure.reason),
        issue: says.optional(&failure.issue),
        expires: failure.expires.clone(),
        location: place(&result.location, says),
    }
}

fn finding<'r>(finding: &'r Finding, says: &Says) -> FindingEntry<'r> {
    FindingEntry {
        check: finding.check.id,
        level: finding.level.as_str(),
        verdict: finding.verdict.as_str(),
        subject: says.text(&finding.subject),
        scenario: says.optional(&finding.scenario),
        exchange: exchange(finding, says),
        message: says.text(&finding.message),
        expected: says.optional(&finding.expected),
        found: says.optional(&finding.found),
        location: place(&finding.location, says),
        spec: finding.spec.as_ref().map(|spec| SpecLine { file: says.text(&spec.file), line: spec.line }),
        help: says.optional(&finding.help),
        known: says.optional(&finding.known),
    }
}

/// Which exchange shows it. That of a scenario is in no file: what passed is said here.
fn exchange(finding: &Finding, says: &Says) -> Option<String> {
    match (&finding.scenario, &finding.exchange, &finding.in_short) {
        (Some(_), Some(exchange), Some(short)) => Some(says.text(&format!("{exchange}: {short}"))),
        (_, exchange, _) => says.optional(exchange),
    }
}

fn place(location: &Location, says: &Says) -> Option<Place> {
    (!location.is_empty()).then(|| Place {
        file: says.optional(&location.file),
        line: location.line,
        column: location.column,
        pointer: says.optional(&location.pointer),
    })
}

fn miss(miss: &Miss, says: &Says) -> MissEntry {
    let operation = miss.operation.iter().map(|name| ("operation".to_owned(), says.text(name).into()));
    let members = miss.request.iter().map(|(name, value)| (says.text(name), says.text(value).into()));
    MissEntry {
        kind: miss.kind.as_str(),
        request: operation.chain(members).collect(),
        nearest: says.optional(&miss.nearest),
        differs: miss
            .differs
            .iter()
            .map(|difference| Differs {
                member: says.text(&difference.member),
                recorded: says.optional(&difference.recorded),
                sent: says.optional(&difference.sent),
            })
            .collect(),
    }
}

fn error(kind: TroubleKind, diagnostic: &Diagnostic, says: &Says) -> ErrorEntry {
    ErrorEntry {
        kind: kind.as_str(),
        message: says.text(&diagnostic.what),
        location: place(&diagnostic.location, says),
        expected: says.optional(&diagnostic.expected),
        found: says.optional(&diagnostic.found),
        help: says.optional(&diagnostic.help),
    }
}
