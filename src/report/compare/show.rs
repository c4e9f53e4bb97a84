//! A comparison as people and programs read it.

use super::{Change, CheckChange, Comparison, Rank, ScoreChange, Side};
use crate::diagnostic::escape;
use crate::report::finding::{comparison, row};
use crate::report::paint::{Ink, Paint};
use crate::report::words::count;
use crate::report::{Style, words};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// How many scenarios are shown, unless all are asked for.
const SHOWN: usize = 20;

/// The version of the form for programs.
const VERSION: u32 = 1;

impl Comparison {
    /// The comparison for people.
    pub fn to_text(&self, style: &Style) -> String {
        let paint = Paint { color: style.color };
        let mut paragraphs = vec![vec![self.head(paint), side("old", &self.old, paint), side("new", &self.new, paint)]];
        if !self.has_same_specs {
            let note = "the two were judged by other specs: what changed may not be the client";
            paragraphs[0].push(row(paint, "note", note));
        }
        let is_new = |check: &&CheckChange| matches!(check.rank, Rank::Fails | Rank::Warns);
        paragraphs.extend(self.checks.iter().filter(is_new).map(|check| newly(check, paint)));
        paragraphs.push(section("behaviour", &self.fingerprint, usize::MAX, paint));
        let others: Vec<Change> = self.checks.iter().filter(|check| !is_new(check)).map(CheckChange::named).collect();
        paragraphs.push(section("checks", &others, usize::MAX, paint));
        let shown = if style.verbose { usize::MAX } else { SHOWN };
        paragraphs.push(section("scenarios", &self.scenarios, shown, paint));
        if self.score.iter().any(|score| score.old != score.new) {
            paragraphs.push(vec![format!("score: {}, {}", words_of(&self.score[0]), words_of(&self.score[1]))]);
        }
        let mut out = String::new();
        for lines in paragraphs.into_iter().filter(|lines| !lines.is_empty()) {
            if !out.is_empty() {
                out.push('\n');
            }
            lines.iter().for_each(|line| out.push_str(&format!("{}\n", line.trim_end())));
        }
        out
    }

    fn head(&self, paint: Paint) -> String {
        if !self.is_changed() {
            let [checks, scenarios, traits] = self.compared;
            let parts =
                [count(checks as u64, "check"), count(scenarios as u64, "scenario"), count(traits as u64, "trait")];
            let word = paint.word(Ink::Good, "NOTHING CHANGED");
            return format!(
                "{word}  verify client: {} came to the same",
                words::list(parts.iter().map(String::as_str), 3)
            );
        }
        let part = |number: usize, noun: &str, one: &str, many: &str| {
            let what = if number == 1 { one } else { many };
            (number > 0).then(|| format!("{} {what}", count(number as u64, noun)).trim_end().to_owned())
        };
        let parts = [
            part(self.count(Rank::Fails), "check", "fails now", "fail now"),
            part(self.count(Rank::Warns), "check", "warns now", "warn now"),
            part(self.count(Rank::Mended), "check", "is mended", "are mended"),
            part(self.count(Rank::Other), "check", "changed otherwise", "changed otherwise"),
            part(self.fingerprint.len(), "trait", "changed", "changed"),
            part(self.scenarios.len(), "scenario", "changed", "changed"),
        ];
        let ink = if self.count(Rank::Fails) > 0 { Ink::Bad } else { Ink::Doubtful };
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        format!("{}  verify client: {}", paint.word(ink, "CHANGED"), parts.join(", "))
    }

    /// The comparison for programs; its keys are in this order.
    pub fn to_json(&self) -> String {
        let side = |side: &Side| json!({"client": escape(&side.subject), "verdict": escape(&side.verdict)});
        let document = Document {
            retake: env!("CARGO_PKG_VERSION"),
            comparison: VERSION,
            command: "verify client",
            changed: self.is_changed(),
            old: side(&self.old),
            new: side(&self.new),
            same_specs: self.has_same_specs,
            checks: self.checks.iter().map(check_entry).collect(),
            scenarios: self.scenarios.iter().map(|change| entry("id", change)).collect(),
            fingerprint: self
                .fingerprint
                .iter()
                .map(|change| {
                    (escape(&change.name).into_owned(), json!({"old": text(&change.old), "new": text(&change.new)}))
                })
                .collect(),
            score: self.score.iter().map(|score| (score.level.to_owned(), score_entry(score))).collect(),
        };
        let mut text = serde_json::to_string_pretty(&document).expect("the comparison has texts and numbers only");
        text.push('\n');
        text
    }
}

#[derive(Serialize)]
struct Document {
    retake: &'static str,
    comparison: u32,
    command: &'static str,
    changed: bool,
    old: Value,
    new: Value,
    same_specs: bool,
    checks: Vec<Value>,
    scenarios: Vec<Value>,
    fingerprint: Map<String, Value>,
    score: Map<String, Value>,
}

impl CheckChange {
    /// The change, under the check's name and level.
    fn named(&self) -> Change {
        Change { name: format!("{} ({})", self.change.name, self.level), ..self.change.clone() }
    }
}

fn text(value: &Option<String>) -> Value {
    value.as_deref().map_or(Value::Null, |value| Value::String(escape(value).into_owned()))
}

fn entry(name: &str, change: &Change) -> Value {
    json!({name: escape(&change.name), "old": text(&change.old), "new": text(&change.new)})
}

fn check_entry(check: &CheckChange) -> Value {
    let mut entry = entry("id", &check.change);
    if let Value::Object(members) = &mut entry {
        members.insert("level".to_owned(), escape(&check.level).into());
        let is_new = matches!(check.rank, Rank::Fails | Rank::Warns);
        members.insert("newly_broken".to_owned(), is_new.into());
    }
    entry
}

fn score_entry(score: &ScoreChange) -> Value {
    let held = |(held, of): (u64, u64)| json!({"held": held, "of": of});
    json!({"old": held(score.old), "new": held(score.new)})
}

fn side(name: &str, side: &Side, paint: Paint) -> String {
    row(paint, name, &format!("{}: {} ({})", side.subject, side.verdict, side.file))
}

/// A check that is broken and was not, with what the new report found.
fn newly(check: &CheckChange, paint: Paint) -> Vec<String> {
    let (ink, word) = match check.rank {
        Rank::Fails => (Ink::Bad, "NEWLY FAILS"),
        Rank::Warns | Rank::Mended | Rank::Other => (Ink::Doubtful, "NEWLY WARNS"),
    };
    let was = check.change.old.as_deref().unwrap_or("not there");
    let id = paint.word(Ink::Strong, &escape(&check.change.name));
    let mut lines = vec![format!("{}  {id} ({}), was {}", paint.word(ink, word), escape(&check.level), escape(was))];
    let Some(found) = &check.finding else { return lines };
    lines.push(format!("  {}", escape(&found.message)));
    let field = |name: &str, value: &Option<String>| value.as_deref().map(|value| row(paint, name, value));
    lines.extend(field("scenario", &found.scenario));
    lines.extend(field("exchange", &found.exchange));
    let (expected, got) = (found.expected.as_deref(), found.found.as_deref());
    lines.extend(comparison(paint, ("expected", expected), ("found", got)));
    lines.extend(field("help", &found.help));
    lines
}

/// What changed of a sort, one a line.
fn section(title: &str, changes: &[Change], shown: usize, paint: Paint) -> Vec<String> {
    if changes.is_empty() {
        return Vec::new();
    }
    let widest =
        changes.iter().take(shown).map(|change| escape(&change.name).chars().count()).max().unwrap_or_default();
    let value =
        |value: &Option<String>| value.as_deref().map_or("not there".to_owned(), |value| escape(value).into_owned());
    let line = |change: &Change| {
        let name = escape(&change.name);
        format!("  {name:<widest$}  {} → {}", value(&change.old), value(&change.new))
    };
    let mut lines = vec![paint.word(Ink::Strong, title)];
    lines.extend(changes.iter().take(shown).map(line));
    if changes.len() > shown {
        lines.push(format!("  and {} more: -v shows them", changes.len() - shown));
    }
    lines
}

fn words_of(score: &ScoreChange) -> String {
    let words = |(held, of): (u64, u64)| format!("{held} of {of}");
    match score.old == score.new {
        true => format!("{} {} held as before", score.level, words(score.new)),
        false => format!("{} {} → {} held", score.level, words(score.old), words(score.new)),
    }
}
