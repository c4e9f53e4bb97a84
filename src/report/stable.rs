//! Takes out of a text what differs between two runs over the same behaviour: ports,
//! process ids, times, and paths outside the working folder.

use super::Style;
use crate::evidence::Report;
use regex::{Captures, Regex};
use std::borrow::Cow;
use std::sync::LazyLock;

/// What a text of a report must not say of this machine and this moment.
pub(super) struct Stable {
    /// Absolute paths that the report names, with what is said instead; the longest first.
    paths: Vec<(String, String)>,
    folder: Option<String>,
    machine: Vec<String>,
}

static PORT: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(localhost|127\.[0-9]+\.[0-9]+\.[0-9]+|0\.0\.0\.0|\[[0-9a-fA-F:]+\]|://[0-9A-Za-z.-]+):[0-9]{1,5}|(port) [0-9]{1,5}",
    )
});
static PID: LazyLock<Regex> = LazyLock::new(|| regex(r#"(pid|process)( |=|: ?|": ?)[0-9]+"#));
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    let iso = "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]+)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?";
    let compact = "[0-9]{8}T[0-9]{6}Z";
    let http = "[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT";
    regex(&format!("{iso}|{compact}|{http}"))
});

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant, and a test runs it")
}

impl Stable {
    pub(super) fn new(report: &Report, style: &Style) -> Self {
        let folder =
            style.working_folder.as_deref().map(|folder| folder.trim_end_matches('/')).filter(|f| !f.is_empty());
        let mut stable = Self {
            paths: Vec::new(),
            folder: folder.map(str::to_owned),
            machine: style.machine_folders.iter().map(|folder| folder.trim_end_matches('/').to_owned()).collect(),
        };
        stable.machine.retain(|folder| folder.len() > 1);
        let mut paths: Vec<String> = files(report).filter(|file| file.starts_with('/')).map(str::to_owned).collect();
        paths.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        paths.dedup();
        stable.paths = paths.into_iter().map(|path| (path.clone(), stable.path(&path))).collect();
        stable
    }

    /// A path, as seen from the working folder; `PATH` if it is outside.
    fn path(&self, path: &str) -> String {
        let inside = self.folder.as_deref().and_then(|folder| path.strip_prefix(folder)?.strip_prefix('/'));
        inside.unwrap_or("PATH").to_owned()
    }

    /// A text without what differs between runs.
    pub(super) fn text(&self, text: &str) -> String {
        let mut text = Cow::Borrowed(text);
        for (path, instead) in &self.paths {
            if text.contains(path.as_str()) {
                text = Cow::Owned(text.replace(path.as_str(), instead));
            }
        }
        if let Some(folder) = &self.folder {
            text = Cow::Owned(text.replace(&format!("{folder}/"), ""));
        }
        for folder in self.folder.iter().chain(&self.machine) {
            text = Cow::Owned(without_folder(&text, folder));
        }
        let text = TIME.replace_all(&text, "TIME");
        let text = PORT.replace_all(&text, |found: &Captures<'_>| match (found.get(1), found.get(2)) {
            (Some(host), _) => format!("{}:PORT", host.as_str()),
            (None, Some(word)) => format!("{} PORT", word.as_str()),
            (None, None) => "PORT".to_owned(),
        });
        PID.replace_all(&text, "${1}${2}PID").into_owned()
    }
}

/// Every path that begins with the folder becomes `PATH`.
fn without_folder(text: &str, folder: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(folder) {
        out.push_str(&rest[..at]);
        let path = &rest[at..];
        let end = path.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ':' | ',' | ')' | ';' | '`'));
        let end = end.unwrap_or(path.len());
        let is_path = matches!(path.as_bytes().get(folder.len()), None | Some(b'/')) || end == folder.len();
        out.push_str(if is_path { "PATH" } else { &path[..end] });
        rest = &path[end..];
    }
    out.push_str(rest);
    out
}

/// The files that a report names.
fn files(report: &Report) -> impl Iterator<Item = &str> {
    let subjects = report.subjects.iter().map(|subject| subject.name.as_str());
    let specs = report.specs.iter().map(String::as_str);
    let findings = report.findings.iter().flat_map(|finding| {
        let spec = finding.spec.iter().map(|spec| spec.file.as_str());
        finding.location.file.as_deref().into_iter().chain(spec)
    });
    let troubles = report.troubles.iter().filter_map(|trouble| trouble.diagnostic.location.file.as_deref());
    let known = report.known.iter().filter_map(|known| known.location.file.as_deref());
    subjects.chain(specs).chain(findings).chain(troubles).chain(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Subject, SubjectKind};

    fn stable() -> Stable {
        let subject = |name: &str| Subject { kind: SubjectKind::Cassette, name: name.to_owned() };
        let report = Report {
            subjects: vec![subject("/work/shop/cassettes/a.yaml"), subject("/srv/else/b.yaml")],
            ..Report::default()
        };
        let style = Style {
            working_folder: Some("/work/shop".to_owned()),
            machine_folders: vec!["/tmp".to_owned(), "/home/ann".to_owned()],
            ..Style::default()
        };
        Stable::new(&report, &style)
    }

    #[test]
    fn names_files_from_the_working_folder_and_no_others() {
        let cases = [
            ("in /work/shop/cassettes/a.yaml:7", "in cassettes/a.yaml:7"),
            ("cannot read /srv/else/b.yaml: gone", "cannot read PATH: gone"),
            ("wrote \"/tmp/x-1/log\" and /home/ann/.aws/config", "wrote \"PATH\" and PATH"),
            ("in /work/shop: nothing", "in PATH: nothing"),
            ("/tmpfiles stays", "/tmpfiles stays"),
            (
                "POST /datastore/a/list stays, and so does /list/0/state",
                "POST /datastore/a/list stays, and so does /list/0/state",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(stable().text(text), expected);
        }
    }

    #[test]
    fn takes_ports_process_ids_and_times_out() {
        let cases = [
            ("http://localhost:40123/x", "http://localhost:PORT/x"),
            ("127.0.0.1:1 and [::1]:65535", "127.0.0.1:PORT and [::1]:PORT"),
            ("http://mock.example:8080", "http://mock.example:PORT"),
            ("port 8080 is in use", "port PORT is in use"),
            ("held by process 4242, pid=17, \"pid\": 3", "held by process PID, pid=PID, \"pid\": PID"),
            ("at 2026-11-23T18:04:05Z, 2026-11-23T18:04:05.1+01:00", "at TIME, TIME"),
            ("20261123T180405Z or Mon, 23 Nov 2026 18:04:05 GMT", "TIME or TIME"),
            (
                "1.262304000753E9 stays, 2026-11-23 too, a.yaml:12:5 too",
                "1.262304000753E9 stays, 2026-11-23 too, a.yaml:12:5 too",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(stable().text(text), expected);
        }
    }
}
