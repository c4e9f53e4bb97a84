//! The reader of known failures: YAML to entries, or everything that is wrong, with its line.

use super::{KnownFailure, KnownFailures, VERSION};
use crate::diagnostic::{Diagnostic, Location};
use crate::yaml::{Fields, Limits, Node, Source, Value, parse};
use time::Date;
use time::macros::{date, format_description};

const LIMITS: Limits = Limits { bytes: 1 << 20, nodes: 50_000 };

/// The keys of the file.
const KEYS: [&str; 2] = ["known_failures", "failures"];

/// The keys of an entry.
const ENTRY: [&str; 5] = ["check", "scenario", "reason", "issue", "expires"];

pub(super) fn read(file: &str, text: &str) -> Result<KnownFailures, Vec<Diagnostic>> {
    let source = Source::whole(file);
    let document = parse(source, text, LIMITS).map_err(|error| vec![error])?;
    let entries = head(source, &document).map_err(|error| vec![error])?;
    let mut errors = Vec::new();
    let mut failures: Vec<KnownFailure> = Vec::new();
    for node in entries {
        match entry(source, node) {
            Ok(failure) => match twin(&failures, &failure) {
                Some(first) => errors.push(twice(source, node, first)),
                None => failures.push(failure),
            },
            Err(wrong) => errors.extend(wrong),
        }
    }
    if errors.is_empty() { Ok(KnownFailures { file: file.to_owned(), failures }) } else { Err(errors) }
}

/// The entries of a file whose version is known.
fn head<'n>(source: Source<'_>, document: &'n Node<'_>) -> Result<&'n [Node<'n>], Diagnostic> {
    let what = "the file of known failures";
    // The version first: what a later one has besides is none of this one's business.
    let version = document
        .any_fields(source, what)?
        .require(source, what, KEYS[0])
        .map_err(|error| error.help(format!("begin it with \"{}: {VERSION}\"", KEYS[0])))?;
    let found = version.integer(source, "\"known_failures\"")?;
    if found != VERSION {
        let error = source.error(version, format!("the file is of version {found}, which this retake does not know"));
        let help = format!("write it as version {VERSION}, or use the retake that it was written for");
        return Err(error.expected(VERSION.to_string()).found(found.to_string()).help(help));
    }
    let fields = document.fields(source, what, &KEYS)?;
    fields.require(source, what, KEYS[1])?.items(source, "\"failures\"")
}

fn entry(source: Source<'_>, node: &Node<'_>) -> Result<KnownFailure, Vec<Diagnostic>> {
    let what = "a known failure";
    let fields = node.fields(source, what, &ENTRY).map_err(|error| vec![error])?;
    let mut errors = Vec::new();
    let mut text = |key: &str| match text(source, fields, key) {
        Ok(text) => text,
        Err(error) => {
            errors.push(error);
            String::new()
        }
    };
    let (check, scenario, reason) = (text("check"), text("scenario"), text("reason"));
    let issue = fields.get("issue").map(|_| text("issue"));
    let expires = match fields.get("expires").map(|node| day(source, node)).transpose() {
        Ok(expires) => expires,
        Err(error) => {
            errors.push(error);
            None
        }
    };
    if !errors.is_empty() {
        return Err(errors);
    }
    let (expires, last_day) = expires.unzip();
    Ok(KnownFailure { check, scenario, reason, issue, expires, last_day, line: node.line })
}

fn text(source: Source<'_>, fields: Fields<'_, '_>, key: &str) -> Result<String, Diagnostic> {
    let missing = |error: Diagnostic| match key {
        "reason" => error.help("say why it is not mended yet: whoever reads the report asks"),
        _ => error.help("an entry names one check in one scenario, as a report does"),
    };
    let node = fields.require(source, "a known failure", key).map_err(missing)?;
    let text = node.text(source, &format!("\"{key}\" of a known failure"))?;
    if text.trim().is_empty() {
        return Err(missing(source.error(node, format!("\"{key}\" of a known failure says nothing"))));
    }
    Ok(text.to_owned())
}

/// A day, and the days since 1970-01-01; it may stand unquoted although YAML 1.1 knows it as a date.
fn day(source: Source<'_>, node: &Node<'_>) -> Result<(String, i64), Diagnostic> {
    let format = format_description!("[year]-[month]-[day]");
    let wrong = || node.wrong_type(source, "\"expires\" of a known failure", "a day, as YYYY-MM-DD");
    let Value::Scalar { text, .. } = &node.value else { return Err(wrong()) };
    let date = Date::parse(text, format).map_err(|_| wrong())?;
    Ok((text.to_string(), (date - date!(1970 - 01 - 01)).whole_days()))
}

/// The entry for the same check in the same scenario.
fn twin<'f>(failures: &'f [KnownFailure], failure: &KnownFailure) -> Option<&'f KnownFailure> {
    failures.iter().find(|other| other.check == failure.check && other.scenario == failure.scenario)
}

fn twice(source: Source<'_>, node: &Node<'_>, first: &KnownFailure) -> Diagnostic {
    let what = format!("{} in {} is listed twice", first.check, first.scenario);
    let first = Location { line: Some(first.line), ..Location::file(source.file) };
    source.error(node, what).help(format!("keep one of the two, this one or the one at {first}"))
}
