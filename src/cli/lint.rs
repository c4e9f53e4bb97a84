//! `retake cassette lint`: the gate before a commit and in CI.
//!
//! What is named may be whatever a hook was handed: cassettes are linted, other files passed over. A pending file that is
//! named is about to be committed, and must not be: nobody has reviewed it. One that merely lies in a folder is searched
//! like a cassette, and told. What a running recording keeps for itself is for no repository at all.

use super::sources::{SpecArgs, display};
use super::{Failure, Outcome, held, session, verify};
use crate::cassette::{self, MAX_BYTES, SUFFIX, Searched};
use crate::diagnostic::{Diagnostic, Location};
use crate::evidence::{CheckVerdict, Demands, Finding, Report, Trouble, TroubleKind, check};
use crate::redact::detect::Forbidden;
use crate::spec::{Level, Specs};
use crate::store::{self, Disk, Files, Kind};
use clap::Args;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The end of a pending cassette's name.
const PENDING: &str = ".cassette.yaml.new";

/// The folder of a running recording's own files.
const OWN: &str = ".retake";

/// Lint cassettes.
///
/// Looks for secrets and personal data, by what they look like and, of the credentials in the environment of this
/// process, for exactly those in every encoding; for broken seals; for what was recorded with --keep and is sensitive by
/// the specs; and for files that wait for a review.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Cassettes, or folders of them [default: cassettes/]; files of other names are passed over.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    specs: SpecArgs,

    /// Let warnings fail the run: files in a folder that wait for a review.
    #[arg(long)]
    strict: bool,
}

/// A file to lint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    path: PathBuf,
    kind: ItemKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ItemKind {
    Cassette,
    /// Waits for a review, and was named.
    PendingNamed,
    /// Waits for a review, in a folder.
    Pending,
    /// A running recording's own.
    Own,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let specs = arguments.specs.load()?;
    let items = items(&arguments.paths)?;
    let forbidden = held::forbidden();

    let mut report = Report::new("cassette lint");
    for item in &items {
        report.merge(lint(&specs, item, &forbidden));
    }
    report.command = "cassette lint".to_owned();
    report.strict = arguments.strict;
    report.done = !items.is_empty();
    Ok(Outcome::Report(Box::new(report)))
}

/// What is to be linted, each file once.
fn items(paths: &[PathBuf]) -> Result<BTreeSet<Item>, Failure> {
    let default = PathBuf::from("cassettes");
    let is_default = paths.is_empty() && default.is_dir();
    let paths = if is_default { std::slice::from_ref(&default) } else { paths };
    let mut items = BTreeSet::new();
    let mut errors = Vec::new();
    for path in paths {
        match items_of(path) {
            Ok(found) => items.extend(found),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(items) } else { Err(Failure::all(errors)) }
}

fn items_of(path: &Path) -> Result<Vec<Item>, Diagnostic> {
    let item = |kind| move |path| Item { path, kind };
    if Disk.kind_followed(path).is_ok_and(|kind| kind == Kind::Folder) {
        let cassettes = store::find(path, SUFFIX)?.into_iter().map(item(ItemKind::Cassette));
        let pending = store::find(path, PENDING)?.into_iter().map(item(ItemKind::Pending));
        return Ok(cassettes.chain(pending).collect());
    }
    let name = path.to_string_lossy();
    let kind = if path.components().any(|part| part.as_os_str() == OWN) {
        ItemKind::Own
    } else if name.ends_with(PENDING) {
        ItemKind::PendingNamed
    } else if name.ends_with(SUFFIX) {
        ItemKind::Cassette
    } else {
        // Whatever a hook hands over; but what is not there was meant to be something.
        return store::find(path, SUFFIX).map(|_| Vec::new());
    };
    store::find(path, SUFFIX).map(|found| found.into_iter().map(item(kind)).collect())
}

/// Lints one file.
fn lint(specs: &Specs, item: &Item, forbidden: &Forbidden) -> Report {
    let file = display(&item.path);
    let mut report = Report::new("cassette lint");
    if item.kind == ItemKind::Own {
        report.merge(verify::lint_text(specs, &file, Vec::new()));
        let message = "the file is a running recording's own, and for no repository";
        let help = "take it out of the commit; `retake record` keeps what passed in the cassette";
        fail(&mut report, finding(&file, Level::Must, message, help));
        return report;
    }
    let bytes = match Disk.read(&item.path, MAX_BYTES as u64) {
        Ok(bytes) => bytes,
        Err(error) => {
            let error = Diagnostic::new(format!("cannot read the cassette: {error}")).at(Location::file(&file));
            report.troubles.push(Trouble { kind: TroubleKind::Usage, diagnostic: error });
            return report;
        }
    };
    let Searched { cassette, found } = cassette::search(&file, &bytes, forbidden);
    match cassette {
        Ok(cassette) => report.merge(verify::lint(specs, &cassette, Demands::on_day(session::today()), found)),
        Err(diagnostic) => {
            report.merge(verify::lint_text(specs, &file, found));
            report.troubles.push(Trouble { kind: TroubleKind::Usage, diagnostic });
        }
    }
    let level = match item.kind {
        ItemKind::PendingNamed => Level::Must,
        ItemKind::Pending => Level::Should,
        ItemKind::Cassette | ItemKind::Own => return report,
    };
    let help = "`retake review` shows what it changes, and accepts or rejects it";
    fail(&mut report, finding(&file, level, "the file waits for a review: nobody has said that it may be kept", help));
    report
}

/// Adds a finding, and counts it, in the report and in the part of its subject.
pub(super) fn fail(report: &mut Report, finding: Finding) {
    let of_subjects = report.by_subject.iter_mut().flat_map(|subject| &mut subject.checks);
    for result in report.checks.iter_mut().chain(of_subjects).filter(|result| result.check.id == finding.check.id) {
        result.verdict = result.verdict.max(finding.verdict);
        result.cases += 1;
    }
    report.findings.push(finding);
}

/// A finding about a file, under the check that what is stored may be stored.
pub(super) fn finding(file: &str, level: Level, message: &str, help: &str) -> Finding {
    Finding {
        check: check("evidence.redacted").expect("the catalogue has it"),
        level,
        verdict: CheckVerdict::of_broken(level),
        subject: file.to_owned(),
        scenario: None,
        exchange: None,
        in_short: None,
        message: message.to_owned(),
        expected: None,
        found: None,
        location: Location::file(file),
        spec: None,
        help: Some(help.to_owned()),
        known: None,
    }
}
