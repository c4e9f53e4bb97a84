//! `retake verify live`: the service itself, probed as its specs imply, judged by them, and compared with recordings.
//!
//! The probes go through the recorder, as those of `record --probe`: it lets reads only through, signs for hosts of
//! AWS only, and redacts what comes back before anything else sees it. So neither a report nor a file of this run can
//! hold what the service sent. The recording itself is judged and thrown away, unless `review` is to keep it; `plan`
//! asks nobody, and says what there would be to ask.

mod compare;
mod plan;
mod review;
mod scratch;
#[cfg(test)]
mod tests;

use crate::cassette::Cassette;
use crate::cli::certificates::trust;
use crate::cli::output::OutputArgs;
use crate::cli::session::{End, Signals, refuse_unknown_inputs, today};
use crate::cli::sources::{SpecArgs, load_cassettes, parse_input};
use crate::cli::{Failure, Outcome, record};
use crate::diagnostic::Diagnostic;
use crate::evidence::{CheckVerdict, Demands, Evidence, Purpose, Report, Subject, SubjectKind, Trouble, TroubleKind};
use crate::message::{Exchange, Link, Origin, Transcript};
use crate::net::{Listen, Listener};
use crate::probe::{DEFAULT_MAX_REQUESTS, Target, Wanted, blocked, shortfall};
use crate::record::{Options, Recorder, Recording, StartError, UpstreamChoice};
use crate::spec::conform::check_text;
use crate::spec::{Spec, Specs};
use crate::verify::verify_with;
use clap::Args;
use scratch::Scratch;
use std::path::PathBuf;
use std::sync::Arc;

/// What cannot be judged of a service: tokens are redacted before they are looked at, and nothing is sent unsigned.
const NOT_ASKED: [&str; 2] = ["pagination.token-opaque", "request.unsigned-rejected"];

/// Verify the service itself: probe it as the specs imply, and tell what is otherwise than recorded.
///
/// Sends read-only requests only, to hosts of AWS only, signed with the credentials of the AWS configuration.
/// Breaking drift fails the run; what is new is a warning. Writes nothing, unless told to by --review.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    specs: SpecArgs,

    /// A resource that the service has.
    #[arg(long = "input", value_name = "NAME=VALUE", value_parser = parse_input, required_unless_present = "plan")]
    inputs: Vec<(String, String)>,

    /// Another resource, whose page tokens are foreign to the first.
    #[arg(long = "other-input", value_name = "NAME=VALUE", value_parser = parse_input)]
    other_inputs: Vec<(String, String)>,

    /// A recording to compare with [default: those under cassettes/ that are of the service].
    #[arg(long = "cassette", value_name = "PATH")]
    cassettes: Vec<PathBuf>,

    /// The region [default: the one of the AWS configuration].
    #[arg(long, env = "RETAKE_REGION", hide_env_values = true)]
    region: Option<String>,

    /// The profile of the AWS configuration whose credentials sign.
    #[arg(long, env = "RETAKE_PROFILE", hide_env_values = true)]
    profile: Option<String>,

    /// Warn about recordings that are older; with --plan, take those alone for stale.
    #[arg(long, value_name = "DAYS")]
    max_age: Option<u32>,

    /// Print the fewest requests that would show anew what stale recordings show, and ask nobody.
    #[arg(long, conflicts_with = "review")]
    plan: bool,

    /// Write what was seen beside each recording that has drifted or is too old, as .new, for review.
    #[arg(long)]
    review: bool,

    /// How many requests the walks may make; what follows them is asked all the same.
    #[arg(long, value_name = "N", default_value_t = DEFAULT_MAX_REQUESTS)]
    max_requests: u32,
}

pub(in crate::cli) async fn run(arguments: &Arguments, output: &OutputArgs) -> Result<Outcome, Failure> {
    let specs = Arc::new(arguments.specs.load()?);
    refuse_unknown_inputs(&specs, &arguments.inputs)?;
    refuse_unknown_inputs(&specs, &arguments.other_inputs)?;
    let cassettes = arguments.recordings()?;
    if arguments.plan {
        return plan::run(arguments, &specs, &cassettes, output);
    }
    let reviews = if arguments.review { review::prepare(&cassettes)? } else { Vec::new() };
    let (source, region) = record::live(arguments.profile.as_deref(), arguments.region.as_deref()).await?;
    output.progress(&format!("probing the live service in {region}"));
    let looked = arguments.look(&specs, UpstreamChoice::Live(source), &region, &cassettes).await?;
    for (review, cassette) in reviews.into_iter().zip(&cassettes) {
        review::settle(review, &specs, cassette, &cassettes, &looked, arguments.max_age, output)?;
    }
    Ok(Outcome::Report(Box::new(looked.report)))
}

/// What came of looking at the service.
struct Looked {
    report: Report,
    /// The recording of it, if anything passed.
    seen: Option<Seen>,
}

/// What passed.
struct Seen {
    cassette: Cassette,
    links: Vec<Link>,
}

impl Seen {
    /// The exchanges, each with what it was after.
    fn linked(&self, specs: &Specs) -> Transcript {
        let all = self.cassette.transcript.exchanges.iter().zip(&self.links);
        let linked = all.map(|(exchange, link)| {
            let probe = link.probe.clone().or_else(|| wrong_page_size(specs, exchange));
            Exchange { link: Link { probe, ..link.clone() }, ..exchange.clone() }
        });
        Transcript { exchanges: linked.collect() }
    }
}

/// What a probe of a page size that is out of range is after: a recorder is not told, since the request says it.
fn wrong_page_size(specs: &Specs, exchange: &Exchange) -> Option<String> {
    let route = specs.route(&exchange.request).ok()?;
    let key = route.spec.pagination.as_ref()?.page_size.as_deref()?;
    let size = route.inputs.text(key)?;
    let is_wrong = !check_text(route.spec, route.spec.input_member(key)?.shape, &size).is_empty();
    is_wrong.then(|| Purpose::PageSize.to_string())
}

impl Arguments {
    /// What the service is compared with: what was named, else what is of the service.
    fn recordings(&self) -> Result<Vec<Cassette>, Failure> {
        let mut cassettes = load_cassettes(&self.cassettes)?;
        if self.cassettes.is_empty() {
            cassettes.retain(|cassette| cassette.info.origin == Origin::Live);
        } else if cassettes.is_empty() {
            return Err(Failure::nothing());
        }
        Ok(cassettes)
    }

    /// Probes whoever stands there, and says what came of it.
    async fn look(
        &self,
        specs: &Arc<Specs>,
        upstream: UpstreamChoice,
        region: &str,
        cassettes: &[Cassette],
    ) -> Result<Looked, Failure> {
        let targets = self.wanted().targets(specs, |_| None).map_err(Failure::usage)?;
        let probed: Vec<&Spec> = targets.iter().map(|target| target.spec).collect();
        let scratch = Scratch::new()?;
        let options = Options {
            region: region.to_owned(),
            trust: trust()?,
            ..Options::new(Arc::clone(specs), upstream, scratch.path().join("live.cassette.yaml"))
        };
        let (recording, is_interrupted) = self.probe(targets, options).await?;
        let Recording { cassette, links, counts, troubles, .. } = recording;
        let seen = cassette.map(|cassette| Seen { cassette, links });

        let mut report = Report::new("verify live");
        let transcript = seen.as_ref().map(|seen| seen.linked(specs)).unwrap_or_default();
        let subject = format!("the live service in {region}");
        for spec in probed {
            report.merge(judge(specs, spec, &subject, &transcript, cassettes));
        }
        for cassette in cassettes {
            compare::age(&mut report, &subject, cassette, self.max_age);
        }
        report.command = "verify live".to_owned();
        report.interrupted = is_interrupted;
        report.ledger.requests = counts.requests;
        report.ledger.refused = counts.refused;
        report.troubles.extend(troubles.into_iter().map(trouble));
        Ok(Looked { report, seen })
    }

    fn wanted(&self) -> Wanted {
        Wanted { operation: None, inputs: self.inputs.clone(), other_inputs: self.other_inputs.clone() }
    }

    async fn probe(&self, targets: Vec<Target<'_>>, options: Options) -> Result<(Recording, bool), Failure> {
        let mut signals = Signals::install()?;
        let listener = Listener::bind(Listen::default()).await.map_err(Failure::world)?;
        let recorder = Recorder::start(listener, options).map_err(|error| match error {
            StartError::Usage(diagnostic) => Failure::usage(diagnostic),
            StartError::Failed(diagnostic) => Failure::world(diagnostic),
        })?;
        let access = recorder.access().clone();
        let end = record::probe(targets, self.max_requests, &access, &mut signals).await;
        let recording = recorder.finish().await.map_err(Failure::world)?;
        Ok((recording, matches!(end?, End::Interrupted)))
    }
}

/// Judges what was seen of an operation, by its spec and by what was recorded of it.
fn judge(specs: &Specs, spec: &Spec, subject: &str, all: &Transcript, cassettes: &[Cassette]) -> Report {
    let exchanges: Vec<&Exchange> = of_operation(spec, all).collect();
    let transcript = Transcript { exchanges: exchanges.iter().copied().cloned().collect() };
    let evidence = Evidence {
        subject: Subject { kind: SubjectKind::Service, name: subject.to_owned() },
        transcript: &transcript,
        recording: None,
        places: &[],
        run: None,
        demands: Demands::on_day(today()),
    };
    let mut report = verify_with(specs, &evidence, |check| !NOT_ASKED.contains(&check.id));
    compare::add(&mut report, spec, subject, &exchanges, cassettes);
    let is_broken = report.checks.iter().any(|result| result.verdict == CheckVerdict::Fail);
    let short = shortfall(spec, &exchanges).into_iter().filter(|_| !is_broken);
    let help = "see that the resource of --input is there, and that the profile may read it";
    let short = blocked(spec, &exchanges).into_iter().chain(short);
    report.troubles.extend(short.map(|diagnostic| trouble(diagnostic.help(help))));
    report
}

fn of_operation<'t>(spec: &Spec, transcript: &'t Transcript) -> impl Iterator<Item = &'t Exchange> {
    let operation = spec.operation.clone();
    transcript.exchanges.iter().filter(move |exchange| exchange.operation.as_deref() == Some(operation.as_str()))
}

fn trouble(diagnostic: Diagnostic) -> Trouble {
    Trouble { kind: TroubleKind::CouldNotLook, diagnostic }
}
