//! Runs checks chain by chain: the first of a chain that fails hides those behind it
//! for the same exchange or walk, so that one cause is one finding.

use super::case::Cases;
use super::finding::{Judgement, to_finding};
use super::table::{Judge, chain_of, judge};
use super::walk_case::WalkCase;
use crate::evidence::{Check, CheckResult, CheckVerdict, Finding};
use std::collections::HashMap;

/// What came of the checks that were run.
#[derive(Default)]
pub(super) struct Judged(HashMap<&'static str, (u64, Vec<Finding>)>);

impl Judged {
    /// The result of a check: the worst of its cases.
    pub(super) fn result(&self, check: &'static Check) -> CheckResult {
        let (cases, findings) = self.0.get(check.id).map_or((0, [].as_slice()), |(cases, found)| (*cases, found));
        let held = if cases > 0 { CheckVerdict::Pass } else { CheckVerdict::NotExercised };
        let verdict = findings.iter().map(|finding| finding.verdict).fold(held, CheckVerdict::max);
        CheckResult { check, verdict, cases, known: 0 }
    }

    pub(super) fn take_findings(&mut self, check: &Check) -> Vec<Finding> {
        self.0.get_mut(check.id).map(|(_, findings)| std::mem::take(findings)).unwrap_or_default()
    }

    /// Adds what a check came to, and says whether it failed.
    fn add(&mut self, cases: &Cases<'_>, check: &'static Check, judgement: Judgement<'_>) -> bool {
        self.take(cases, check, judgement) >= CheckVerdict::of_broken(check.level)
    }

    /// Adds what a check came to, and says what the worst of it counts as.
    pub(super) fn take(&mut self, cases: &Cases<'_>, check: &'static Check, judgement: Judgement<'_>) -> CheckVerdict {
        let (count, findings) = self.0.entry(check.id).or_default();
        *count += judgement.cases;
        let new: Vec<Finding> = judgement.notes.into_iter().map(|note| to_finding(cases, check, note)).collect();
        let worst = new.iter().map(|finding| finding.verdict).max().unwrap_or_default();
        findings.extend(new);
        worst
    }
}

/// Runs these checks.
pub(super) fn run(cases: &Cases<'_>, checks: &[&'static Check]) -> Judged {
    let mut judged = Judged::default();
    let mut done: Vec<&str> = Vec::new();
    for check in checks {
        if done.contains(&check.id) {
            continue;
        }
        let chain = chain_of(check.id);
        let members = chain.iter().filter_map(|id| checks.iter().find(|check| check.id == *id).copied());
        run_chain(cases, members, &mut judged);
        done.extend(chain);
    }
    judged
}

fn run_chain(cases: &Cases<'_>, chain: impl Iterator<Item = &'static Check>, judged: &mut Judged) {
    let mut hidden_exchanges = vec![false; cases.exchanges.len()];
    let mut hidden_walks = vec![false; cases.walks.len()];
    for check in chain {
        match judge(check.id) {
            Some(Judge::Exchange(judge)) => {
                for (index, case) in cases.exchanges.iter().enumerate() {
                    if !hidden_exchanges[index] {
                        hidden_exchanges[index] = judged.add(cases, check, judge(case));
                    }
                }
            }
            Some(Judge::Walk(judge)) => {
                for (index, walk) in cases.walks.iter().enumerate() {
                    if !hidden_walks[index] {
                        hidden_walks[index] = judged.add(cases, check, judge(cases, walk));
                    }
                }
            }
            Some(Judge::Family(judge)) => {
                for family in &cases.families {
                    let left: Vec<usize> = family.iter().copied().filter(|index| !hidden_walks[*index]).collect();
                    let walks: Vec<&WalkCase<'_>> = left.iter().map(|index| &cases.walks[*index]).collect();
                    for (index, judgement) in left.into_iter().zip(judge(&walks)) {
                        hidden_walks[index] |= judged.add(cases, check, judgement);
                    }
                }
            }
            Some(Judge::Recording(judge)) => {
                if let Some(facts) = cases.evidence.recording {
                    judged.add(cases, check, judge(facts, &cases.evidence.demands));
                }
            }
            Some(Judge::Apart) | None => {}
        }
    }
}
