//! The report for a comment on a pull request, as Markdown: the verdict, what is wrong, the counts.
//!
//! Nothing from outside becomes markup. No way of escaping keeps every forge from making a link of an address or
//! calling on somebody whose name is written, but code is left alone everywhere: so a text that is not ours stands in
//! a code span, or in a fence longer than any run of backticks in it. A comment has a length at which forges refuse
//! it: findings beyond that are counted, and the JSON report has them.

use super::group::Group;
use super::paint::Paint;
use super::stable::Stable;
use super::{Style, client, coverage, finding, miss, text, words};
use crate::diagnostic::escape;
use crate::evidence::{CheckResult, CheckVerdict, Finding, Report, RunVerdict, TroubleKind};

/// How many findings of a sort are shown unfolded.
const SHOWN: usize = 5;

/// How many characters of findings there are, at most: the limit of the strictest forge is 65,536.
const ROOM: usize = 50_000;

const PLAIN: Paint = Paint { color: false };

/// Renders the report.
pub(super) fn render(report: &Report, style: &Style) -> String {
    let mut page = Page { out: head(report), stable: Stable::new(report, style), spent: 0, left_out: 0 };
    for trouble in &report.troubles {
        let word = match trouble.kind {
            TroubleKind::Usage => "error",
            TroubleKind::CouldNotLook => "could not look",
            TroubleKind::Driver => "the driver failed",
        };
        page.section(&format!("**{word}**"), &lines_of(&trouble.diagnostic.to_string()));
    }
    findings(report, style, &mut page);
    client::known(report, PLAIN).iter().for_each(|lines| page.section("**known failure**", lines));
    let misses: Vec<Vec<String>> = report.misses.iter().map(|missed| miss::lines(missed, PLAIN)).collect();
    page.sections("requests missed", &misses, style);
    if !report.unused.is_empty() {
        let ids: Vec<String> = report.unused.iter().map(|id| escape(id).into_owned()).collect();
        page.section("**recorded, and not used**", &ids);
    }
    if report.verdict() == RunVerdict::NoEvidence {
        page.paragraph(&format!("help: {}", words::evidence_help(report)));
    }
    page.told_less();
    let counted = counts(report, &page.stable);
    page.paragraph(&counted);
    page.fold("scenarios", &client::scenarios(report, style, PLAIN));
    page.fold("behaviour", &client::fingerprint(report, style, PLAIN));
    if report.tells_coverage {
        page.fold("coverage", &coverage::lines(&report.coverage, PLAIN));
    }
    page.out
}

/// What has no form of its own: a title of ours, and the text for people as it is.
pub(super) fn quoted(title: &str, text: &str) -> String {
    format!("### {title}\n\n{}", fence("text", &lines_of(text)))
}

fn head(report: &Report) -> String {
    let (word, why) = words::head(report);
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    format!("### {word}: retake {}{why}\n", report.command)
}

/// The findings, the worst first, those of scenarios by check.
fn findings(report: &Report, style: &Style, page: &mut Page) {
    let sorts = [
        (CheckVerdict::Fail, "failures"),
        (CheckVerdict::Warn, "warnings"),
        (CheckVerdict::Info, "pieces of information"),
    ];
    for (verdict, noun) in sorts {
        let silent = style.quiet && verdict == CheckVerdict::Info;
        let of: Vec<&Finding> =
            report.findings.iter().filter(|finding| finding.verdict == verdict && !silent).collect();
        let paragraphs: Vec<Vec<String>> = match report.scenarios.is_empty() || style.verbose {
            true => of.iter().map(|found| finding::lines(found, PLAIN)).collect(),
            false => Group::of(&of).iter().map(|group| group.lines(PLAIN)).collect(),
        };
        page.sections(noun, &paragraphs, style);
    }
}

/// What was looked at, and what the checks came to.
fn counts(report: &Report, stable: &Stable) -> String {
    let named = |kind: &str, name: &str| format!("{kind} {}", span(&stable.text(&escape(name))));
    let mut lines = Vec::new();
    if let [_, _, ..] = report.by_subject.as_slice() {
        lines.extend(report.by_subject.iter().map(|one| {
            format!("{}: {}", named(one.subject.kind.as_str(), &one.subject.name), words::tally(&one.checks))
        }));
    }
    let what = match report.subjects.as_slice() {
        [only] => format!("{}: ", named(only.kind.as_str(), &only.name)),
        [] => String::new(),
        many => format!("all {}: ", many.len()),
    };
    lines.push(format!("{what}{}", text::ledger(report)));
    if !report.checks.is_empty() {
        lines.push(format!("{}: {}", words::count(report.checks.len() as u64, "check"), words::tally(&report.checks)));
        if !report.scenarios.is_empty() {
            lines.push(client::score(report));
        }
        lines.extend(not_exercised(&report.checks));
        lines.extend(coverage::line(&report.coverage));
    }
    lines.iter().map(|line| format!("- {line}\n")).collect()
}

fn not_exercised(checks: &[CheckResult]) -> Option<String> {
    let untouched = checks.iter().filter(|result| result.verdict == CheckVerdict::NotExercised);
    let ids: Vec<String> = untouched.map(|result| span(result.check.id)).collect();
    (!ids.is_empty()).then(|| format!("not exercised: {}", ids.join(", ")))
}

/// What is written so far.
struct Page {
    out: String,
    stable: Stable,
    /// How many characters of code there are.
    spent: usize,
    left_out: usize,
}

impl Page {
    fn paragraph(&mut self, text: &str) {
        self.out.push('\n');
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    /// A line of our words, and lines that may not be ours.
    fn section(&mut self, title: &str, lines: &[String]) {
        if let Some(fence) = self.fence(lines) {
            self.paragraph(format!("{title}\n\n{fence}").trim_start());
        }
    }

    /// Paragraphs of one sort: the first as they are, the others folded away.
    fn sections(&mut self, noun: &str, paragraphs: &[Vec<String>], style: &Style) {
        let shown = if style.verbose { paragraphs.len() } else { paragraphs.len().min(SHOWN) };
        let (open, folded) = paragraphs.split_at(shown);
        for (at, lines) in open.iter().enumerate() {
            let title = if at == 0 { format!("**{noun}: {}**", paragraphs.len()) } else { String::new() };
            self.section(&title, lines);
        }
        let rest: Vec<String> = folded.iter().filter_map(|lines| self.fence(lines)).collect();
        if !rest.is_empty() {
            let summary = format!("<summary>{} more {noun}</summary>", rest.len());
            self.paragraph(&format!("<details>{summary}\n\n{}\n</details>", rest.join("\n")));
        }
    }

    /// Lines behind a word to click on.
    fn fold(&mut self, title: &str, lines: &[String]) {
        if let Some(fence) = self.fence(lines) {
            self.paragraph(&format!("<details><summary>{title}</summary>\n\n{fence}\n</details>"));
        }
    }

    /// The lines as code; none where there is no room, or nothing to say.
    fn fence(&mut self, lines: &[String]) -> Option<String> {
        let fence = fence("text", &lines.iter().map(|line| self.stable.text(line)).collect::<Vec<_>>());
        if lines.is_empty() {
            return None;
        }
        if self.spent + fence.len() > ROOM {
            self.left_out += 1;
            return None;
        }
        self.spent += fence.len();
        Some(fence)
    }

    fn told_less(&mut self) {
        if self.left_out > 0 {
            let left_out = words::count(self.left_out as u64, "paragraph");
            self.paragraph(&format!("{left_out} left out: a comment has no more room, `--format json` has them all"));
        }
    }
}

fn lines_of(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// Lines as a block of code that they cannot end.
fn fence(language: &str, lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or_default();
    let mark = "`".repeat((longest + 1).max(3));
    let body: String = lines.iter().map(|line| format!("{}\n", escape(line).trim_end())).collect();
    format!("{mark}{language}\n{body}{mark}\n")
}

/// A text as a span of code that it cannot end.
fn span(text: &str) -> String {
    let mark = "`".repeat(longest_run(text) + 1);
    let text = if text.is_empty() { " " } else { text };
    let touches = text.starts_with('`') || text.ends_with('`') || (text.starts_with(' ') && text.ends_with(' '));
    let pad = if touches { " " } else { "" };
    format!("{mark}{pad}{text}{pad}{mark}")
}

/// How many backticks stand beside each other, at most.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_cannot_be_ended_by_what_is_in_it() {
        for text in ["plain", "a`b", "``", "`a", " a ", "a```` b", ""] {
            let shown = span(text);
            let mark: String = shown.chars().take_while(|c| *c == '`').collect();
            let inside = shown.strip_prefix(&mark).and_then(|rest| rest.strip_suffix(&mark)).unwrap();

            assert!(!inside.split(|c| c != '`').any(|run| run.len() == mark.len()), "{text:?}: {shown}");
            assert_eq!(inside.trim(), text.trim());
        }

        let shown = fence("text", &["```".to_owned(), "````` x".to_owned()]);
        assert_eq!(shown, "``````text\n```\n````` x\n``````\n");
    }
}
