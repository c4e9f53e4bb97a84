//! The reader of a JSON report, version 1: what a comparison needs of it, and no more.

use crate::diagnostic::{Diagnostic, Location};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The version that is read.
const VERSION: u64 = 1;

/// The command whose reports are compared.
const COMMAND: &str = "verify client";

/// What a report says.
#[derive(Debug, Deserialize)]
pub(super) struct Form {
    pub(super) verdict: String,
    #[serde(default)]
    subjects: Vec<SubjectForm>,
    #[serde(default)]
    pub(super) specs: Vec<String>,
    #[serde(default)]
    pub(super) checks: Vec<CheckForm>,
    #[serde(default)]
    pub(super) scenarios: Vec<ScenarioForm>,
    #[serde(default)]
    findings: Vec<FoundForm>,
    #[serde(default)]
    pub(super) fingerprint: Map<String, Value>,
    score: Option<ScoreForm>,
}

#[derive(Debug, Deserialize)]
struct SubjectForm {
    name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct CheckForm {
    pub(super) id: String,
    level: String,
    verdict: String,
    #[serde(default)]
    known: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct ScenarioForm {
    id: String,
    verdict: String,
}

/// A finding, as a comparison shows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct FoundForm {
    check: String,
    verdict: String,
    pub(super) scenario: Option<String>,
    pub(super) exchange: Option<String>,
    pub(super) message: String,
    pub(super) expected: Option<String>,
    pub(super) found: Option<String>,
    pub(super) help: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ScoreForm {
    must: HeldForm,
    should: HeldForm,
}

#[derive(Debug, Deserialize)]
struct HeldForm {
    held: u64,
    of: u64,
}

impl CheckForm {
    /// The verdict; where failures are known, with a word about them.
    pub(super) fn words(&self) -> String {
        if self.known > 0 { format!("{} (known)", self.verdict) } else { self.verdict.clone() }
    }
}

impl Form {
    /// Whose behaviour it is.
    pub(super) fn subject(&self) -> String {
        let names: Vec<&str> = self.subjects.iter().map(|subject| subject.name.as_str()).collect();
        if names.is_empty() { "no client".to_owned() } else { names.join(", ") }
    }

    /// What each scenario came to.
    pub(super) fn scenarios(&self) -> Vec<(String, String)> {
        self.scenarios.iter().map(|scenario| (scenario.id.clone(), scenario.verdict.clone())).collect()
    }

    /// What each check came to.
    pub(super) fn checks(&self) -> Vec<(String, String)> {
        self.checks.iter().map(|check| (check.id.clone(), check.words())).collect()
    }

    /// What each trait reads.
    pub(super) fn traits(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.fingerprint.iter().map(|(key, value)| (key.clone(), text(value))).collect()
    }

    /// How many checks of a level hold, of how many.
    pub(super) fn score(&self, level: &str) -> (u64, u64) {
        let held = self.score.as_ref().map(|score| if level == "must" { &score.must } else { &score.should });
        held.map_or((0, 0), |held| (held.held, held.of))
    }

    /// The level of a check.
    pub(super) fn level(&self, id: &str) -> Option<String> {
        self.checks.iter().find(|check| check.id == id).map(|check| check.level.clone())
    }

    /// The first of the findings that make a check what it is.
    pub(super) fn finding(&self, id: &str) -> Option<FoundForm> {
        let check = self.checks.iter().find(|check| check.id == id)?;
        let is_it = |finding: &&FoundForm| finding.check == id && finding.verdict == check.verdict;
        self.findings.iter().find(is_it).cloned()
    }
}

/// Reads a report of a client.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<Form, Diagnostic> {
    let at = || Location::file(file);
    let help = "write one with `retake verify client --format json --output FILE -- COMMAND`";
    let json: Value = serde_json::from_slice(bytes).map_err(|error| {
        let place = Location { line: u32::try_from(error.line()).ok(), ..at() };
        Diagnostic::new(format!("the report is no JSON: {}", plain(&error))).at(place).help(help)
    })?;
    let is_report = json.get("retake").is_some_and(Value::is_string);
    let version = json.get("report").filter(|_| is_report);
    let Some(version) = version else {
        let error = Diagnostic::new("the file is no report of retake").at(at());
        return Err(error.expected("a JSON report, version 1").help(help));
    };
    if version.as_u64() != Some(VERSION) {
        let error = Diagnostic::new("the report has a version that this retake does not read").at(at());
        let error = error.expected(VERSION.to_string()).found(version.to_string());
        return Err(error.help("compare it with the retake that wrote it, or write it anew with this one"));
    }
    let command = json.get("command").and_then(Value::as_str).unwrap_or_default().to_owned();
    if command != COMMAND {
        let error = Diagnostic::new("the report is of another command").at(at());
        return Err(error.expected(format!("a report of `retake {COMMAND}`")).found(format!("`{command}`")).help(help));
    }
    Form::deserialize(&json).map_err(|error| {
        let error = Diagnostic::new(format!("the report is not as retake writes it: {}", plain(&error))).at(at());
        error.help("leave reports as they were written")
    })
}

/// What serde says, without where it says that.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}
