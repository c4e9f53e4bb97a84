//! Findings of one check in many scenarios, told once: a screen holds what is wrong, not how often.

use super::finding;
use super::paint::Paint;
use super::words::{count, list};
use crate::diagnostic::escape;
use crate::evidence::Finding;

/// How many scenarios are named.
const NAMED: usize = 6;

/// Findings of one check in scenarios, or one finding of anything else.
pub(super) struct Group<'r> {
    first: &'r Finding,
    others: Vec<&'r Finding>,
}

impl<'r> Group<'r> {
    /// The findings, by check where they are of scenarios; in the order of the first of each.
    pub(super) fn of(findings: &[&'r Finding]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for finding in findings {
            let is_same = |group: &&mut Self| {
                let other = group.first;
                finding.scenario.is_some() && other.scenario.is_some() && other.check.id == finding.check.id
            };
            match groups.iter_mut().find(is_same) {
                Some(group) => group.others.push(finding),
                None => groups.push(Self { first: finding, others: Vec::new() }),
            }
        }
        groups
    }

    /// The first of them in full, and where else it is so.
    pub(super) fn lines(&self, paint: Paint) -> Vec<String> {
        let mut lines = finding::lines(self.first, paint);
        if !self.others.is_empty() {
            let scenarios = self.others.iter().filter_map(|finding| finding.scenario.as_deref());
            lines.push(finding::row(paint, "also in", &list(scenarios, NAMED)));
        }
        lines
    }

    /// All of them in a line.
    pub(super) fn line(&self, paint: Paint) -> String {
        let scenarios = 1 + self.others.len() as u64;
        let head = finding::head(self.first, paint);
        let place = match (&self.first.scenario, self.others.is_empty()) {
            (Some(scenario), true) => format!(" ({scenario})"),
            (Some(scenario), false) => format!(" ({}, the first {scenario})", count(scenarios, "scenario")),
            (None, _) => String::new(),
        };
        format!("{head}: {}{place}", escape(&self.first.message))
    }
}
