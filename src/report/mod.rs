//! A report as people, programs and CI servers read it.
//!
//! [`render`] is the one way out: `text` is for people and fits on a screen, `json` is
//! the contract (fixed key order, nothing in it that changes between two runs over the
//! same behaviour), `junit` is for CI servers, `markdown` for comments on pull requests. What came from outside passes
//! through [`diagnostic::escape`](crate::diagnostic::escape) on each way. For Rust tests there is
//! [`Report::assert_passed`], and a report displays as text that may be a snapshot.

mod cassettes;
mod client;
mod compare;
mod coverage;
mod diff;
mod finding;
mod group;
mod json;
mod junit;
mod markdown;
mod miss;
mod overview;
mod paint;
mod refresh;
mod scenarios;
mod snapshot;
mod spec_changes;
mod stable;
mod text;
mod words;

pub use cassettes::CassetteDiff;
pub use compare::{Comparison, compare};
pub use overview::{exchanges, overview};
pub use refresh::Session;
pub use scenarios::{scenarios_as_json, scenarios_as_text};
pub use snapshot::Snapshot;
pub use spec_changes::{spec_changes_as_json, spec_changes_as_text};

use crate::evidence::{Report, RunVerdict};
use stable::Stable;
use std::fmt;

/// The forms of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For CI servers.
    Junit,
    /// For comments on pull requests.
    Markdown,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Text, Self::Json, Self::Junit, Self::Markdown];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
        }
    }

    /// The format of a name on the command line.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }
}

/// How a report is shown, and what of this machine must not show in one for programs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether text is coloured, with ANSI escapes.
    pub color: bool,
    /// Whether everything is told, however long.
    pub verbose: bool,
    /// Whether only what is wrong is told.
    pub quiet: bool,
    /// The working folder, as an absolute path: files in it are named from there, others not at all, in JSON.
    pub working_folder: Option<String>,
    /// Folders of this machine that a text may name besides, such as the home and the temporary one.
    pub machine_folders: Vec<String>,
}

/// Renders a report; it ends with a line feed.
pub fn render(report: &Report, format: Format, style: &Style) -> String {
    match format {
        Format::Text => text::render(report, style),
        Format::Json => json::render(report, style),
        Format::Junit => junit::render(report),
        Format::Markdown => markdown::render(report, style),
    }
}

/// A text for people as Markdown, under a title of ours: nothing in it becomes markup.
pub fn quoted(title: &str, text: &str) -> String {
    markdown::quoted(title, text)
}

/// What differs between two texts, line by line, escaped; nothing where they are the same.
pub fn lines_of_diff(old: &str, new: &str) -> Vec<String> {
    diff::by_line(old, new)
}

impl Report {
    /// Panics with the whole report as text, unless the run passed: for tests.
    ///
    /// A run in which nothing was looked at did not pass.
    ///
    /// # Panics
    ///
    /// Where the verdict is any other than pass.
    #[track_caller]
    #[allow(clippy::panic, reason = "a test asks for this panic: it is how a test fails")]
    pub fn assert_passed(&self) {
        let verdict = self.verdict();
        if verdict != RunVerdict::Pass {
            let text = text::render(self, &Style { verbose: true, ..Style::default() });
            panic!("the run did not pass\n\n{text}");
        }
    }
}

/// Shows the report as text without colours, ports, process ids, times and paths outside
/// the working folder: the same for the same behaviour, so that it may be a snapshot.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let style = Style { verbose: true, ..Style::default() };
        let stable = Stable::new(self, &style);
        let text = text::render(self, &style);
        f.write_str(stable.text(text.trim_end()).as_ref())
    }
}
