//! What changed between two reports of clients: two versions of one, or the same before and after.
//!
//! [`compare`] reads two JSON reports and says what is not as it was: checks, scenarios, the fingerprint, the
//! score. What fails now and did not comes first, with the finding of the new report. `form` reads a report,
//! `show` renders a [`Comparison`]. That something changed is no verdict.

mod form;
mod show;

use crate::diagnostic::Diagnostic;
use crate::evidence::CheckVerdict;
use form::{Form, FoundForm};

/// What changed between two reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    old: Side,
    new: Side,
    /// Whether both were judged by the same specs.
    has_same_specs: bool,
    /// Checks that came to something else, those that newly fail first.
    checks: Vec<CheckChange>,
    /// Scenarios that came to something else.
    scenarios: Vec<Change>,
    /// Traits that read otherwise.
    fingerprint: Vec<Change>,
    score: [ScoreChange; 2],
    /// How many checks, scenarios and traits there are to compare.
    compared: [usize; 3],
}

/// One of the two reports.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Side {
    file: String,
    subject: String,
    verdict: String,
}

/// A value that is another; none where the report has none.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    name: String,
    old: Option<String>,
    new: Option<String>,
}

/// A check that came to something else.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CheckChange {
    change: Change,
    level: String,
    /// What the new report found, where the check is worse than it was.
    finding: Option<FoundForm>,
    rank: Rank,
}

/// In which order changes of checks are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// A must that newly fails.
    Fails,
    /// A should that newly does not hold.
    Warns,
    /// It failed, and does no more.
    Mended,
    /// Anything else.
    Other,
}

/// How many checks of a level hold.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ScoreChange {
    level: &'static str,
    old: (u64, u64),
    new: (u64, u64),
}

impl Comparison {
    /// Whether anything changed.
    pub fn is_changed(&self) -> bool {
        let score = self.score.iter().any(|score| score.old != score.new);
        let parts = [self.checks.len(), self.scenarios.len(), self.fingerprint.len()];
        score || self.old.verdict != self.new.verdict || parts.iter().any(|part| *part > 0)
    }

    fn count(&self, rank: Rank) -> usize {
        self.checks.iter().filter(|check| check.rank == rank).count()
    }
}

/// Compares two JSON reports of clients, each with the name of its file; everything that keeps it from that.
pub fn compare(old: (&str, &[u8]), new: (&str, &[u8])) -> Result<Comparison, Vec<Diagnostic>> {
    let (old_file, new_file) = (old.0, new.0);
    let (old, new) = match (form::read(old.0, old.1), form::read(new.0, new.1)) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => return Err([old.err(), new.err()].into_iter().flatten().collect()),
    };
    let checks = checks(&old, &new);
    let scenarios = changes(&old.scenarios(), &new.scenarios());
    let fingerprint = changes(&old.traits(), &new.traits());
    let score = ["must", "should"].map(|level| ScoreChange { level, old: old.score(level), new: new.score(level) });
    Ok(Comparison {
        has_same_specs: old.specs == new.specs,
        compared: [new.checks.len(), new.scenarios.len(), new.fingerprint.len()],
        old: side(old_file, old),
        new: side(new_file, new),
        checks,
        scenarios,
        fingerprint,
        score,
    })
}

fn side(file: &str, form: Form) -> Side {
    Side { file: file.to_owned(), subject: form.subject(), verdict: form.verdict }
}

/// The names whose values differ: those of the new report in its order, then those that it has no more.
fn changes(old: &[(String, String)], new: &[(String, String)]) -> Vec<Change> {
    let value = |side: &[(String, String)], name: &str| {
        side.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone())
    };
    let gone = old.iter().filter(|(name, _)| value(new, name).is_none());
    new.iter()
        .chain(gone)
        .map(|(name, _)| Change { name: name.clone(), old: value(old, name), new: value(new, name) })
        .filter(|change| change.old != change.new)
        .collect()
}

fn checks(old: &Form, new: &Form) -> Vec<CheckChange> {
    let mut changed: Vec<CheckChange> = changes(&old.checks(), &new.checks())
        .into_iter()
        .map(|change| {
            let rank = rank(&change);
            let finding = matches!(rank, Rank::Fails | Rank::Warns).then(|| new.finding(&change.name)).flatten();
            let level = new.level(&change.name).or_else(|| old.level(&change.name)).unwrap_or_default();
            CheckChange { level, finding, rank, change }
        })
        .collect();
    changed.sort_by_key(|check| check.rank);
    changed
}

fn rank(change: &Change) -> Rank {
    let is = |value: &Option<String>, verdict: CheckVerdict| value.as_deref() == Some(verdict.as_str());
    let was_bad = is(&change.old, CheckVerdict::Fail) || is(&change.old, CheckVerdict::Warn);
    if is(&change.new, CheckVerdict::Fail) {
        Rank::Fails
    } else if is(&change.new, CheckVerdict::Warn) && !was_bad {
        Rank::Warns
    } else if was_bad {
        Rank::Mended
    } else {
        Rank::Other
    }
}
