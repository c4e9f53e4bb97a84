//! The difference of two cassettes as people and programs read it.

use super::{CassetteDiff, ChangeKind, ExchangeChange, MemberChange};
use crate::diagnostic::escape;
use crate::report::diff::diff;
use crate::report::finding::{comparison, row};
use crate::report::paint::{Ink, Paint};
use crate::report::words::count;
use crate::report::{Style, quoted};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The version of the form for programs.
const VERSION: u32 = 1;

/// How many exchanges that only one side has are shown in full, unless all are asked for.
const SHOWN: usize = 5;

impl CassetteDiff {
    /// The difference for people.
    pub fn to_text(&self, style: &Style) -> String {
        let paint = Paint { color: style.color };
        let mut out = String::new();
        for lines in self.paragraphs(style, paint).into_iter().filter(|lines| !lines.is_empty()) {
            if !out.is_empty() {
                out.push('\n');
            }
            lines.iter().for_each(|line| out.push_str(&format!("{}\n", line.trim_end())));
        }
        out
    }

    /// The difference for a comment on a pull request.
    pub fn to_markdown(&self, style: &Style) -> String {
        quoted("retake cassette diff", &self.to_text(&Style { color: false, ..style.clone() }))
    }

    /// The difference for programs; its keys are in this order.
    pub fn to_json(&self) -> String {
        let by_name = |changes: &[MemberChange]| -> Map<String, Value> {
            changes.iter().map(|change| (escape(&change.name).into_owned(), values(change))).collect()
        };
        let document = Document {
            retake: env!("CARGO_PKG_VERSION"),
            cassette_diff: VERSION,
            changed: self.is_changed(),
            old: escape(&self.old).into_owned(),
            new: escape(&self.new).into_owned(),
            notes: self.notes.clone(),
            header: by_name(&self.header),
            dates: by_name(&self.dates),
            same: self.same,
            reordered: self.is_reordered,
            exchanges: self.exchanges.iter().map(entry).collect(),
        };
        let mut text = serde_json::to_string_pretty(&document).expect("the difference has texts and numbers only");
        text.push('\n');
        text
    }

    fn paragraphs(&self, style: &Style, paint: Paint) -> Vec<Vec<String>> {
        let mut first = vec![self.head(paint)];
        let old = if self.old.is_empty() { "there is none" } else { &self.old };
        first.extend([row(paint, "old", old), row(paint, "new", &self.new)]);
        first.extend(self.notes.iter().map(|note| row(paint, "note", note)));
        if self.is_reordered {
            first.push(row(paint, "note", "exchanges that both have stand in another order"));
        }
        let mut paragraphs = vec![first];
        if self.old.is_empty() && !style.verbose {
            // Everything is new: what it is, and not once more what it was recorded by.
            paragraphs.push(Vec::new());
        } else {
            paragraphs.push(header(&self.header, &self.dates, paint));
        }
        for kind in ChangeKind::ALL {
            let shown = if style.verbose || kind == ChangeKind::Changed { usize::MAX } else { SHOWN };
            let of: Vec<&ExchangeChange> = self.exchanges.iter().filter(|change| change.kind == kind).collect();
            paragraphs.extend(of.iter().take(shown).map(|change| exchange(change, paint)));
            let rest: Vec<&str> = of.iter().skip(shown).map(|change| change.id.as_str()).collect();
            if !rest.is_empty() {
                paragraphs.push(vec![format!(
                    "and {} (-v shows them): {}",
                    more(rest.len(), kind),
                    escape(&rest.join(", "))
                )]);
            }
        }
        paragraphs
    }

    fn head(&self, paint: Paint) -> String {
        let same = format!("{} the same", count(self.same as u64, "exchange"));
        if !self.is_changed() {
            return format!("{}  {same}", paint.word(Ink::Good, "NOTHING CHANGED"));
        }
        let counts = ChangeKind::ALL.map(|kind| (self.count(kind), kind.as_str()));
        let parts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
        let parts: Vec<String> = parts.chain(std::iter::once(same)).collect();
        format!("{}  {}", paint.word(Ink::Doubtful, "CHANGED"), parts.join(", "))
    }
}

#[derive(Serialize)]
struct Document {
    retake: &'static str,
    cassette_diff: u32,
    changed: bool,
    old: String,
    new: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    header: Map<String, Value>,
    dates: Map<String, Value>,
    same: usize,
    reordered: bool,
    exchanges: Vec<Value>,
}

fn entry(change: &ExchangeChange) -> Value {
    let members: Vec<Value> = change
        .members
        .iter()
        .map(|member| {
            let mut entry = json!({"member": escape(&member.name)});
            if let (Value::Object(entry), Value::Object(values)) = (&mut entry, values(member)) {
                entry.extend(values);
                let both = member.old.as_deref().zip(member.new.as_deref());
                entry
                    .extend(both.and_then(|(old, new)| diff(old, new)).map(|lines| ("lines".to_owned(), json!(lines))));
            }
            entry
        })
        .collect();
    json!({"id": escape(&change.id), "change": change.kind.as_str(), "members": members})
}

fn values(change: &MemberChange) -> Value {
    let text = |value: &Option<String>| value.as_deref().map_or(Value::Null, |value| lines(value).into());
    json!({"old": text(&change.old), "new": text(&change.new)})
}

/// A text whose line ends are kept, and all else escaped.
fn lines(text: &str) -> String {
    text.split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

fn more(number: usize, kind: ChangeKind) -> String {
    format!("{number} more {}", kind.as_str())
}

fn header(changes: &[MemberChange], dates: &[MemberChange], paint: Paint) -> Vec<String> {
    if changes.is_empty() && dates.is_empty() {
        return Vec::new();
    }
    let title = if changes.is_empty() { "recorded anew" } else { "where the evidence comes from" };
    let mut lines = vec![paint.word(Ink::Strong, title)];
    changes.iter().chain(dates).for_each(|change| lines.extend(member(change, paint)));
    lines
}

fn exchange(change: &ExchangeChange, paint: Paint) -> Vec<String> {
    let (ink, word) = match change.kind {
        ChangeKind::Changed => (Ink::Doubtful, "CHANGED"),
        ChangeKind::Added => (Ink::Good, "ADDED"),
        ChangeKind::Removed => (Ink::Bad, "REMOVED"),
    };
    let head = format!("{}  {}", paint.word(ink, word), paint.word(Ink::Strong, &escape(&change.id)));
    std::iter::once(head).chain(change.members.iter().flat_map(|change| member(change, paint))).collect()
}

/// A member: one line where both values are short, else what differs.
fn member(change: &MemberChange, paint: Paint) -> Vec<String> {
    let name = escape(&change.name);
    let is_long = |value: &Option<String>| value.as_deref().is_some_and(|value| value.contains('\n'));
    match (&change.old, &change.new) {
        (Some(old), Some(new)) if !is_long(&change.old) && !is_long(&change.new) && diff(old, new).is_none() => {
            vec![format!("    {}  {} → {}", paint.word(Ink::Faint, &name), escape(old), escape(new))]
        }
        (Some(old), Some(new)) => {
            let mut lines = vec![format!("    {}", paint.word(Ink::Faint, &name))];
            lines.extend(comparison(paint, ("old", Some(old)), ("new", Some(new))));
            lines
        }
        (Some(only), None) => whole(&name, only, '-', Ink::Bad, paint),
        (None, Some(only)) => whole(&name, only, '+', Ink::Good, paint),
        (None, None) => Vec::new(),
    }
}

/// A value that one side alone has.
fn whole(name: &str, value: &str, mark: char, ink: Ink, paint: Paint) -> Vec<String> {
    if !value.contains('\n') {
        return vec![format!("    {}", paint.word(ink, &format!("{mark} {name}  {}", escape(value))))];
    }
    let head = format!("    {}", paint.word(ink, &format!("{mark} {name}")));
    let body = value.split('\n').map(|line| format!("      {}", paint.word(ink, &format!("{mark} {}", escape(line)))));
    std::iter::once(head).chain(body).collect()
}
