//! What was observed of real clients, typed by hand in `tests/data/clients`.

use std::{collections::BTreeMap, fs, path::Path};

/// What is typed of one client.
pub(super) struct Observed {
    client: &'static str,
    fingerprints: Vec<Row>,
    findings: Vec<Row>,
    requests: Vec<Row>,
}

/// A row of a table: its cells under the names of its columns.
type Row = BTreeMap<String, String>;

impl Observed {
    pub(super) fn of(client: &'static str) -> Self {
        Self {
            client,
            fingerprints: rows("fingerprints.md"),
            findings: rows("findings.md"),
            requests: rows("requests.md"),
        }
    }

    /// The traits of the client, those that were not observed too: as none.
    pub(super) fn fingerprint(&self) -> BTreeMap<&str, Option<&str>> {
        let value = |row: &'_ Row| row[self.client] != "-";
        self.fingerprints
            .iter()
            .map(|row| (row["trait"].as_str(), value(row).then_some(row[self.client].as_str())))
            .collect()
    }

    /// How many requests the client sends in each scenario in which it was counted.
    pub(super) fn requests(&self) -> BTreeMap<&str, u64> {
        let counted = self.requests.iter().filter(|row| row[self.client] != "-");
        let each = |row: &'_ Row| row[self.client].parse().unwrap();
        counted.flat_map(|row| row["scenarios"].split(", ").map(move |scenario| (scenario, each(row)))).collect()
    }

    /// The checks that the client breaks, each with a scenario in which it does: `check in scenario`.
    pub(super) fn findings(&self) -> Vec<String> {
        let own = self.findings.iter().filter(|row| row["client"] == self.client);
        let mut all: Vec<String> = own
            .flat_map(|row| {
                row["scenarios"]
                    .split(", ")
                    .map(|scenario| format!("{} in {scenario}", row["check"]))
                    .collect::<Vec<_>>()
            })
            .collect();
        all.sort();
        all
    }
}

/// The rows of the one table in a file; none lacks its source.
fn rows(file: &str) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/clients").join(file);
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines().filter(|line| line.starts_with('|')).map(cells);
    let columns = lines.next().unwrap();
    let rows: Vec<Row> = lines.skip(1).map(|cells| columns.iter().cloned().zip(cells).collect()).collect();
    for row in &rows {
        assert_eq!(row.len(), columns.len(), "{file}: {row:?}");
        assert!(!row["source"].is_empty(), "{file}: {row:?}");
    }
    assert!(!rows.is_empty(), "{file}");
    rows
}

fn cells(line: &str) -> Vec<String> {
    line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use retake::evidence::{check, fingerprint};

    const CLIENTS: [&str; 5] = ["boto3", "boto3-1.43.11", "awscli", "js", "rust"];

    #[test]
    fn every_trait_is_typed_for_every_client_in_a_word_that_it_may_have() {
        for client in CLIENTS {
            let observed = Observed::of(client);
            let typed = observed.fingerprint();

            let kinds = fingerprint::TRAITS;
            assert_eq!(typed.len(), kinds.len(), "{client}");
            for kind in kinds {
                let word = typed.get(kind.key).unwrap_or_else(|| panic!("{} is not typed", kind.key));
                let is_known = |word: &str| {
                    if kind.values.is_empty() { word.parse::<u32>().is_ok() } else { kind.values.contains(&word) }
                };
                assert!(word.is_none_or(is_known), "{client}: {} is {word:?}", kind.key);
            }
        }
    }

    #[test]
    fn every_finding_names_a_check_and_a_client() {
        for row in rows("findings.md") {
            assert!(check(&row["check"]).is_some(), "{row:?}");
            assert!(CLIENTS.contains(&row["client"].as_str()), "{row:?}");
        }
    }
}
