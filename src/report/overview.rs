//! A cassette at a glance: where it comes from, and one line an exchange.

use crate::cassette::Cassette;
use crate::diagnostic::escape;
use crate::evidence::{Seal, walk};
use crate::message::{End, Exchange, target};
use crate::spec::Specs;
use std::fmt::Write;

/// Shows what a cassette holds, for people.
pub fn overview(specs: &Specs, cassette: &Cassette) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "{name:<12}{}", escape(value));
        }
    };
    line("cassette", &cassette.file);
    line("operation", &cassette.expression);
    line("spec", &cassette.source);
    line("origin", cassette.info.origin.as_str());
    line("recorded", cassette.info.recorded_at.as_deref().unwrap_or_default());
    line("region", cassette.info.region.as_deref().unwrap_or_default());
    line("client", cassette.info.client.as_deref().unwrap_or_default());
    line("signature", cassette.info.signature.as_deref().unwrap_or_default());
    line("redaction", cassette.info.redaction.as_deref().unwrap_or_default());
    line("seal", if cassette.seal == Seal::Whole { "whole" } else { "broken" });
    for walk in walks(specs, cassette) {
        text.push('\n');
        text.push_str(&walk);
    }
    text
}

/// Shows what was asked and answered: walks, with an empty line between them. It is the same for the same evidence.
pub fn exchanges(specs: &Specs, cassette: &Cassette) -> String {
    walks(specs, cassette).join("\n")
}

fn walks(specs: &Specs, cassette: &Cassette) -> Vec<String> {
    let exchanges = &cassette.transcript.exchanges;
    let walks = walk::walks(specs, exchanges).into_iter();
    let shown = walks.map(|walk| {
        let indexes = walk.calls.iter().flat_map(|call| &call.attempts);
        indexes.map(|index| exchange(&exchanges[*index])).collect()
    });
    shown.collect()
}

fn exchange(exchange: &Exchange) -> String {
    let status = exchange.response.status.map_or_else(|| "---".to_owned(), |status| status.to_string());
    let request = &exchange.request;
    let asked = format!("{} {}", request.method, target::join(&request.path, &request.query));
    let end = match exchange.response.end {
        End::Complete => String::new(),
        End::ResetAfter(bytes) => format!(", reset after {bytes} bytes"),
        End::EofAfter(bytes) => format!(", closed after {bytes} bytes"),
        End::TimeoutAfter(bytes) => format!(", silent after {bytes} bytes"),
    };
    let marks = [
        exchange.attempt.map(|attempt| format!(", attempt {attempt}")),
        exchange.walk.map(|walk| format!(", walk {walk}")),
        exchange.unfinished.then(|| ", unfinished".to_owned()),
    ];
    let marks: String = marks.into_iter().flatten().collect();
    let bytes = exchange.response.body.wire_length();
    format!("{status} {}\n    {}\n    {bytes} bytes{end}{marks}\n", escape(&exchange.id), escape(&asked))
}
