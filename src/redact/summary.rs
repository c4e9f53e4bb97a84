//! What redaction did, in numbers: the line in a cassette by which a reader knows.

use super::policy::POLICY_VERSION;
use crate::spec::Sensitivity;
use std::collections::BTreeMap;
use std::fmt;

/// How often what was done; occurrences are counted, not values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// In the order of [`Sensitivity::ALL`].
    by_class: [u64; Sensitivity::ALL.len()],
    malformed: u64,
    unknown_members: u64,
    withheld_bodies: u64,
    unroutable: u64,
    dropped_headers: u64,
    kept: BTreeMap<String, u64>,
}

impl Summary {
    pub(super) fn redacted(&mut self, class: Sensitivity) {
        self.by_class[class as usize] += 1;
    }

    pub(super) fn malformed(&mut self) {
        self.malformed += 1;
    }

    pub(super) fn unknown_member(&mut self) {
        self.unknown_members += 1;
    }

    pub(super) fn withheld_body(&mut self) {
        self.withheld_bodies += 1;
    }

    pub(super) fn unroutable(&mut self) {
        self.unroutable += 1;
    }

    pub(super) fn dropped_headers(&mut self, count: usize) {
        self.dropped_headers += count as u64;
    }

    pub(super) fn kept(&mut self, member: &str) {
        *self.kept.entry(member.to_owned()).or_default() += 1;
    }

    /// The members that were kept although the spec calls them sensitive.
    pub fn kept_members(&self) -> impl Iterator<Item = &str> {
        self.kept.keys().map(String::as_str)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let classes = Sensitivity::ALL.iter().zip(self.by_class).filter(|(_, count)| *count > 0);
        let mut parts: Vec<String> = classes.map(|(class, count)| format!("{} {count}", class.as_str())).collect();
        let others = [
            ("malformed", self.malformed),
            ("unknown members", self.unknown_members),
            ("withheld bodies", self.withheld_bodies),
            ("unroutable", self.unroutable),
            ("dropped headers", self.dropped_headers),
        ];
        parts.extend(others.iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{what} {count}")));
        parts.extend(self.kept.iter().map(|(member, count)| format!("kept {member} {count}")));
        write!(f, "policy {POLICY_VERSION}")?;
        if !parts.is_empty() {
            write!(f, "; {}", parts.join(", "))?;
        }
        Ok(())
    }
}

/// The members that a line of a cassette says were kept.
pub fn kept_members(line: &str) -> impl Iterator<Item = &str> {
    let parts = line.split_once("; ").map_or("", |(_, parts)| parts).split(", ");
    parts.filter_map(|part| part.strip_prefix("kept ")?.rsplit_once(' ').map(|(member, _)| member))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_in_one_line_and_names_what_was_kept() {
        let mut summary = Summary::default();
        assert_eq!(summary.to_string(), "policy 1");

        summary.dropped_headers(14);
        summary.redacted(Sensitivity::Time);
        summary.redacted(Sensitivity::Identifier);
        summary.redacted(Sensitivity::Identifier);
        summary.kept("bookId");

        assert_eq!(summary.to_string(), "policy 1; identifier 2, time 1, dropped headers 14, kept bookId 1");
        assert_eq!(summary.kept_members().collect::<Vec<_>>(), ["bookId"]);
        assert_eq!(kept_members(&summary.to_string()).collect::<Vec<_>>(), ["bookId"]);
    }
}
