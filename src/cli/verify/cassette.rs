//! `retake verify cassette`: cassettes against specs.

use crate::cassette::Cassette;
use crate::cli::lint::{fail, finding};
use crate::cli::output::to_stderr;
use crate::cli::sources::{SpecArgs, load_cassettes};
use crate::cli::{Failure, Outcome, session};
use crate::diagnostic::{Diagnostic, Location};
use crate::evidence::{Check, Demands, Evidence, Finding, RecordingFacts, Report, Seal, Subject, SubjectKind};
use crate::message::{Origin, Transcript};
use crate::redact::{is_sensitive, kept_members};
use crate::spec::{Level, Specs};
use crate::verify::{verify, verify_with};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Verify cassettes against specs.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Cassettes, or folders of them [default: cassettes/].
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    specs: SpecArgs,

    /// Let warnings fail the run.
    #[arg(long)]
    strict: bool,

    /// Warn about cassettes that are older.
    #[arg(long, value_name = "DAYS")]
    max_age: Option<u32>,

    /// Fail cassettes that come from elsewhere.
    #[arg(long, value_enum, value_name = "ORIGIN")]
    require_origin: Option<RequiredOrigin>,

    /// Tell what of the specs the cassettes show, and what they do not.
    #[arg(long)]
    coverage: bool,

    /// Fail if they show less of the specs of their operations, in percent; tells the coverage as well.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under: Option<u8>,
}

/// The one origin that can be required: evidence from the service itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RequiredOrigin {
    /// Recorded from the real service.
    Live,
}

pub(in crate::cli) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let specs = arguments.specs.load()?;
    let cassettes = load_cassettes(&arguments.paths)?;
    let demands = Demands {
        today: session::today(),
        max_age: arguments.max_age,
        require_origin: arguments.require_origin.map(|RequiredOrigin::Live| Origin::Live),
    };

    let mut report = Report::new("verify cassette");
    for cassette in &cassettes {
        report.merge(judge(&specs, cassette, demands));
    }
    report.command = "verify cassette".to_owned();
    report.strict = arguments.strict;
    report.tells_coverage = arguments.coverage || arguments.fail_under.is_some();
    report.fail_under = arguments.fail_under;
    Ok(Outcome::Report(Box::new(report)))
}

/// Judges one cassette; that it was made with another spec is told on standard error.
pub(in crate::cli) fn judge(specs: &Specs, cassette: &Cassette, demands: Demands) -> Report {
    warn_of_other_specs(specs, cassette);
    let facts = cassette.facts();
    verify(specs, &evidence(cassette, &facts, demands))
}

/// Lints one cassette: what `evidence.` checks say of it, and nothing of the service. `found` is what looks like a secret
/// in the whole file.
pub(in crate::cli) fn lint(
    specs: &Specs,
    cassette: &Cassette,
    demands: Demands,
    found: Vec<(String, Location)>,
) -> Report {
    let facts = RecordingFacts {
        origin: cassette.info.origin,
        recorded_day: cassette.recorded_day(),
        seal: cassette.seal.clone(),
        secrets: found,
    };
    let is_of_file = |check: &Check| check.id.starts_with("evidence.");
    let mut report = verify_with(specs, &evidence(cassette, &facts, demands), is_of_file);
    for member in kept_members(cassette.info.redaction.as_deref().unwrap_or_default()) {
        if is_sensitive(specs, member) {
            fail(&mut report, kept(cassette, member));
        }
    }
    report
}

/// Lints what is no cassette, or cannot be read as one: whether it may be kept is all that can be said.
pub(in crate::cli) fn lint_text(specs: &Specs, file: &str, found: Vec<(String, Location)>) -> Report {
    let facts = RecordingFacts { origin: Origin::Edited, recorded_day: None, seal: Seal::Whole, secrets: found };
    let evidence = Evidence {
        subject: Subject { kind: SubjectKind::Cassette, name: file.to_owned() },
        transcript: &Transcript::default(),
        recording: Some(&facts),
        places: &[],
        run: None,
        demands: Demands::on_day(session::today()),
    };
    verify_with(specs, &evidence, |check| check.id == "evidence.redacted")
}

/// A repository allows what was kept by saying in its spec that the member is not sensitive.
fn kept(cassette: &Cassette, member: &str) -> Finding {
    let message = format!("the cassette was recorded with --keep {member}, which the spec calls sensitive");
    let help = format!(
        "record it without --keep, or take the sensitivity of {member} out of the spec if it may be read by all"
    );
    Finding {
        expected: Some("a stand-in wherever the spec asks for one".to_owned()),
        found: Some("what the service sent".to_owned()),
        ..finding(&cassette.file, Level::Must, &message, &help)
    }
}

fn evidence<'c>(cassette: &'c Cassette, facts: &'c RecordingFacts, demands: Demands) -> Evidence<'c> {
    Evidence {
        subject: Subject { kind: SubjectKind::Cassette, name: cassette.file.clone() },
        transcript: &cassette.transcript,
        recording: Some(facts),
        places: &cassette.places,
        run: None,
        demands,
    }
}

/// A cassette made with another version of the spec may be judged by what did not hold then.
fn warn_of_other_specs(specs: &Specs, cassette: &Cassette) {
    if !cassette.has_specs(specs) {
        let warning = Diagnostic::new("the cassette was recorded with another version of the spec")
            .at(Location::file(cassette.file.clone()))
            .help("record again, or read the findings with that in mind");
        to_stderr(&format!("warning: {warning}"));
    }
}
