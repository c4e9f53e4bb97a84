//! The session that would refresh evidence, as people and programs read it.

use super::words::count;
use super::{Format, Style, quoted};
use crate::diagnostic::escape;
use crate::message::{Request, target};
use crate::verify::{Fact, Refresh};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The version of the form for programs.
const VERSION: u32 = 1;

/// How many facts of one kind are named.
const NAMED: usize = 3;

/// A session, with what its requests are.
#[derive(Debug, Clone)]
pub struct Session<'r> {
    /// The recordings that are stale, and why.
    pub stale: &'r [(String, String)],
    /// How many recordings there are.
    pub recordings: usize,
    /// The session.
    pub refresh: &'r Refresh,
    /// Its requests, with their operations, as they would be sent.
    pub requests: &'r [(String, Request)],
    /// The commands that ask for all of it, and more.
    pub commands: &'r [String],
}

impl Session<'_> {
    /// The session in one of the forms; there is none for CI servers, since nothing is judged.
    pub fn render(&self, format: Format, style: &Style) -> String {
        match format {
            Format::Text | Format::Junit => self.to_text(style),
            Format::Markdown => quoted("retake verify live --plan", &self.to_text(style)),
            Format::Json => self.to_json(),
        }
    }

    fn to_text(&self, style: &Style) -> String {
        let mut out = String::new();
        let mut line = |text: &str| out.push_str(&format!("{}\n", escape(text)));
        if self.stale.is_empty() {
            line(&format!(
                "nothing is stale: {}, none older than it may be",
                count(self.recordings as u64, "recording")
            ));
            return out;
        }
        let Refresh { requests, recorded, left_out, is_smallest } = self.refresh;
        let least = if *is_smallest { "" } else { " (there may be a smaller session: the search was given up)" };
        line(&format!(
            "{} instead of {recorded} would refresh {} of {}{least}",
            count(requests.len() as u64, "request"),
            self.stale.len(),
            count(self.recordings as u64, "recording"),
        ));
        for (file, why) in self.stale {
            line(&format!("  {file}: {why}"));
        }
        for (number, (planned, (operation, request))) in requests.iter().zip(self.requests).enumerate() {
            line("");
            line(&format!("{:>4}  {operation}  {}", number + 1, asked(request, planned.token_of)));
            for shown in told(planned.shows.iter(), style.verbose) {
                line(&format!("      {shown}"));
            }
        }
        if !left_out.is_empty() {
            line("");
        }
        for (why, exchanges) in left_out {
            line(&format!("not asked for: {}: {why}", count(*exchanges, "exchange")));
        }
        if !self.commands.is_empty() && !requests.is_empty() {
            line("");
            line("ask for these with a client of yours, or let the probes ask for all that the specs imply:");
        }
        for command in self.commands {
            line(&format!("  {command}"));
        }
        out
    }

    fn to_json(&self) -> String {
        let text = |text: &str| escape(text).into_owned();
        let stale = self.stale.iter().map(|(file, why)| json!({"file": text(file), "why": text(why)}));
        let requests = self.refresh.requests.iter().zip(self.requests);
        let requests = requests.map(|(planned, (operation, request))| {
            json!({
                "operation": text(operation),
                "method": text(&request.method),
                "target": text(&target::join(&request.path, &request.query)),
                "body": (!request.body.bytes().is_empty()).then(|| text(&String::from_utf8_lossy(request.body.bytes()))),
                "token_of": planned.token_of.map(|index| index + 1),
                "shows": planned.shows.iter().map(|fact| text(&in_full(fact))).collect::<Vec<_>>(),
            })
        });
        let document = json!({
            "retake": env!("CARGO_PKG_VERSION"),
            "live_plan": VERSION,
            "recordings": self.recordings,
            "stale": stale.collect::<Vec<Value>>(),
            "recorded": self.refresh.recorded,
            "smallest": self.refresh.is_smallest,
            "requests": requests.collect::<Vec<Value>>(),
            "left_out": self.refresh.left_out,
            "commands": self.commands.iter().map(|command| text(command)).collect::<Vec<_>>(),
        });
        format!("{document:#}\n")
    }
}

/// The request line; a token is that of an earlier request.
fn asked(request: &Request, token_of: Option<usize>) -> String {
    let asked = target::join(&request.path, &request.query);
    let token = token_of.map(|index| format!("  (its token: of {})", index + 1)).unwrap_or_default();
    format!("{} {asked}{token}", request.method)
}

/// Facts in lines: errors each by itself, the others by kind.
fn told<'f>(facts: impl Iterator<Item = &'f Fact>, in_all: bool) -> Vec<String> {
    let mut kinds: BTreeMap<(u8, &str), Vec<String>> = BTreeMap::new();
    let mut lines = Vec::new();
    for fact in facts {
        let (kind, name) = match fact {
            Fact::Error { .. } => {
                lines.push(in_full(fact));
                continue;
            }
            Fact::Listing(_, shape) => ((0, "listing"), listing(shape).to_owned()),
            Fact::Value(_, name, value) => ((1, "enum value"), format!("{name}={value}")),
            Fact::Member(_, name) => ((2, "member"), name.clone()),
            Fact::Check(_, check) => ((3, "check"), (*check).to_owned()),
        };
        kinds.entry(kind).or_default().push(name);
    }
    for ((_, kind), names) in kinds {
        let most = if in_all { names.len() } else { NAMED };
        let more = if names.len() > most { ", …" } else { "" };
        let first = names.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
        lines.push(format!("{}: {first}{more}", count(names.len() as u64, kind)));
    }
    lines
}

fn in_full(fact: &Fact) -> String {
    match fact {
        Fact::Error { error, cause, .. } => format!("{error}, where {cause}"),
        Fact::Listing(_, shape) => format!("listing: {}", listing(shape)),
        Fact::Value(_, name, value) => format!("enum value: {name}={value}"),
        Fact::Member(_, name) => format!("member: {name}"),
        Fact::Check(_, check) => format!("check: {check}"),
    }
}

fn listing(shape: &str) -> &'static str {
    match shape {
        "zero" => "without an item",
        "one" => "of one page",
        _ => "of several pages",
    }
}
