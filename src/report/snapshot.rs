//! A report as an insta snapshot: a header, and the report as text that is the same for the same behaviour.
//!
//! The form is insta's to the byte, so that accepting one is a rename. What insta makes of a file is known here as
//! well: which line it takes out of the header on accept, and what it calls the same.

use super::stable::Stable;
use super::{Format, Style, render, words};
use crate::cassette::insta_text;
use crate::diagnostic::{Diagnostic, Location};
use crate::evidence::Report;
use crate::yaml::{Limits, Node, Source, Value, parse};

/// The longest header that is read.
const LIMITS: Limits = Limits { bytes: 256 << 10, nodes: 4096 };

/// How a report begins that does not tell of a pass, as text and as Markdown.
const FAILURES: [&str; 4] = ["FAIL", "ERROR", "NO EVIDENCE", "INTERRUPTED"];

/// A snapshot: of a report, or of anything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Document 1, without the lines around it.
    header: String,
    /// What is compared.
    pub contents: String,
}

impl Snapshot {
    /// A report, in a form of it, as a snapshot: whole, without colours, and the same for the same behaviour.
    pub fn of(report: &Report, format: Format, style: &Style) -> Self {
        let style = Style { color: false, verbose: true, quiet: false, ..style.clone() };
        let contents = Stable::new(report, &style).text(&render(report, format, &style));
        let (word, why) = words::head(report);
        let verdict = why.map_or_else(|| word.to_owned(), |why| format!("{word}: {why}"));
        let description = format!("description: {}\n", insta_text(&verdict));
        let of_text = Self::of_text(&report.command, &contents);
        Self { header: description + &of_text.header, ..of_text }
    }

    /// What a command tells besides reports, as a snapshot.
    pub fn of_text(command: &str, text: &str) -> Self {
        let header = format!("expression: {}\n", insta_text(&format!("retake {command}")));
        Self { header, contents: text.trim_end().to_owned() }
    }

    /// Reads a snapshot with a header.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, Diagnostic> {
        let error = |what: &str| Diagnostic::new(what).at(Location::file(file));
        let text = std::str::from_utf8(bytes).map_err(|_| error("the snapshot is not UTF-8"))?;
        let text = text.replace("\r\n", "\n");
        let broken = || error("the snapshot has no header").expected("a first document between two lines `---`");
        let (header, contents) = text.strip_prefix("---\n").and_then(split).ok_or_else(broken)?;
        if !header.is_empty() {
            check_header(file, header)?;
        }
        Ok(Self { header: header.to_owned(), contents: contents.trim_end().to_owned() })
    }

    /// The file, pending or accepted, as it is written.
    pub fn to_text(&self) -> String {
        format!("---\n{}---\n{}\n", self.header, self.contents)
    }

    /// The file as it is once it was accepted: without the line of the assertion, which insta takes out as well.
    pub fn as_accepted(&self) -> String {
        let kept = self.header.lines().filter(|line| !line.starts_with("assertion_line: "));
        let header: String = kept.map(|line| format!("{line}\n")).collect();
        Self { header, contents: self.contents.clone() }.to_text()
    }

    /// Whether it is a report that tells of anything but a pass.
    pub fn tells_of_failure(&self) -> bool {
        let first = self.contents.lines().next().unwrap_or_default();
        let is_text = FAILURES.iter().any(|word| first.strip_prefix(word).is_some_and(|rest| rest.starts_with("  ")));
        let heading = first.strip_prefix("### ").unwrap_or_default();
        let is_markdown =
            FAILURES.iter().any(|word| heading.strip_prefix(word).is_some_and(|rest| rest.starts_with(": retake ")));
        let json: Option<serde_json::Value> =
            first.starts_with('{').then(|| serde_json::from_str(&self.contents).ok()).flatten();
        let verdict =
            json.as_ref().filter(|json| json.get("retake").is_some()).and_then(|json| json.get("verdict")?.as_str());
        is_text || is_markdown || verdict.is_some_and(|verdict| verdict != "pass")
    }
}

/// Refuses a header that is no mapping, and a snapshot that is no text.
fn check_header(file: &str, header: &str) -> Result<(), Diagnostic> {
    let error = |what: &str| Diagnostic::new(what).at(Location::file(file));
    let root = parse(Source { file, line_offset: 1 }, header, LIMITS)?;
    let Value::Mapping(entries) = &root.value else {
        return Err(error("the snapshot's header is no mapping"));
    };
    let is = |node: &Node<'_>, word: &str| matches!(&node.value, Value::Scalar { text, .. } if text == word);
    if entries.iter().any(|(key, value)| is(key, "snapshot_kind") && is(value, "binary")) {
        return Err(error("the snapshot is a binary one").help("review it with `cargo insta review`"));
    }
    Ok(())
}

/// The header and what is behind it.
fn split(text: &str) -> Option<(&str, &str)> {
    if let Some(contents) = text.strip_prefix("---\n") {
        return Some(("", contents));
    }
    let at = text.find("\n---\n").or_else(|| text.strip_suffix("\n---").map(str::len))?;
    Some((&text[..=at], text.get(at + "\n---\n".len()..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_what_insta_writes() {
        let report = Report::new("replay");
        let snapshot = Snapshot::of(&report, Format::Text, &Style::default());

        let back = Snapshot::read("a.snap", snapshot.to_text().as_bytes()).unwrap();

        assert_eq!(back, snapshot);
        assert!(back.tells_of_failure(), "nothing was looked at");
        let bare = Snapshot::read("a.snap", b"---\n---\nPASS  replay\n\n---\nmore\n\n").unwrap();
        assert_eq!(bare.contents, "PASS  replay\n\n---\nmore");
        assert!(!bare.tells_of_failure());
    }

    #[test]
    fn refuses_a_header_that_is_none() {
        for text in [
            "",
            "PASS\n",
            "---\nsource: a\nPASS\n",
            "---\n- a\n---\nx\n",
            "---\na: [\n---\nx\n",
            "---\na: 1\na: 2\n---\n",
        ] {
            assert!(Snapshot::read("a.snap", text.as_bytes()).is_err(), "{text:?}");
        }
        let binary = "---\nsnapshot_kind: binary\nextension: png\n---\n";
        assert!(Snapshot::read("a.snap", binary.as_bytes()).unwrap_err().help.unwrap().contains("cargo insta"));
    }

    #[test]
    fn a_snapshot_of_anything_else_tells_of_no_failure() {
        for contents in ["FAIL", "FAILED tests", "{\"verdict\": \"fail\"}", "### FAIL: other", "text"] {
            let snapshot = Snapshot { header: String::new(), contents: contents.to_owned() };
            assert!(!snapshot.tells_of_failure(), "{contents}");
        }
    }
}
