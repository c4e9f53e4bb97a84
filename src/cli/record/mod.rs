//! `retake record`: a proxy between a client and the service; what passes is kept as a cassette.

mod arguments;
mod probing;
mod recover;
mod review;
mod upstream;

pub(super) use arguments::Arguments;
pub(super) use probing::run as probe;
pub(super) use review::Review;
pub(super) use upstream::live;

use super::certificates::trust;
use super::output::{OutputArgs, to_stderr};
use super::session::{End, Session, Signals, refuse_unknown_inputs, today};
use super::sources::{display, only_operation};
use super::{Failure, Outcome, verify};
use crate::evidence::{Demands, Report, RunVerdict, Trouble, TroubleKind};
use crate::net::{Clock, Credentials, Trust};
use crate::record::{Existing, Options, Recorder, Recording, Running, StartError, default_cassette};
use crate::redact::Policy;
use crate::spec::Specs;
use std::path::PathBuf;
use std::sync::Arc;
use upstream::Behind;

pub(super) async fn run(arguments: &Arguments, output: &OutputArgs) -> Result<Outcome, Failure> {
    if arguments.recover {
        return recover::run(arguments, output);
    }
    let specs = Arc::new(only_operation(arguments.specs.load()?, arguments.operation.as_deref())?);
    refuse_unknown_inputs(&specs, &arguments.inputs)?;
    refuse_unknown_inputs(&specs, &arguments.other_inputs)?;
    let behind = Behind::choose(arguments, &specs).await?;
    let targets = probing::targets(arguments, &specs, &behind)?;
    let mut options = options(arguments, &specs, &behind);
    options.trust = if behind.is_elsewhere() { trust()? } else { Trust::default() };
    // Each connection of a client may have one to the upstream.
    options.limits = arguments.listen.limits(2)?;
    options.tunnels = arguments.listen.mode.tunnels(&specs, &behind.region)?;
    let review = if arguments.review { Some(Review::of(&options.cassette)?) } else { None };
    options.pending = review.as_ref().map(|review| review.pending.pending.clone());

    let mut signals = Signals::install()?;
    let listener = arguments.listen.bind().await?;
    let port = listener.port();
    let (cassette, tunnels) = (options.cassette.clone(), options.tunnels.clone());
    let recorder = Recorder::start(listener, options).map_err(not_started)?;
    let access = recorder.access().clone();
    let session = Session::new(port, access.credentials.clone(), access.region.clone(), &specs, behind.inputs.clone())?
        .through(tunnels.as_deref(), behind.own(arguments))?;
    session.fill(&arguments.command.command)?;
    if let Some(left) = recorder.left() {
        to_stderr(&recover::warning(left, &cassette));
    }
    output.progress(&format!("recording {} into {}", behind.name, display(&cassette)));
    let end = if arguments.probe {
        to_stderr(&format!("listening on {}", access.endpoint));
        probing::run(targets, arguments.max_requests, &access, &mut signals).await
    } else {
        session.announce(&specs, &arguments.listen, &arguments.command, output)?;
        run_client(&session, &specs, arguments, &recorder, &mut signals).await
    };
    let recording = recorder.finish().await.map_err(Failure::world)?;

    let mut report = report(&specs, recording, output);
    report.child_may_fail = arguments.allow_command_failure;
    end?.note(&mut report);
    if let Some(review) = review {
        let is_passing = report.verdict() == RunVerdict::Pass;
        review.settle(&report, is_passing, output)?;
    }
    Ok(Outcome::Report(Box::new(report)))
}

fn options(arguments: &Arguments, specs: &Arc<Specs>, behind: &Behind) -> Options {
    Options {
        region: behind.region.clone(),
        existing: existing(arguments),
        allow: arguments.allow.clone(),
        policy: Policy { keep: arguments.keep.clone() },
        secrets: held(),
        clock: Clock::system(),
        ..Options::new(Arc::clone(specs), behind.choice.clone(), cassette(arguments, specs))
    }
}

/// The file that the recording is to become.
fn cassette(arguments: &Arguments, specs: &Specs) -> PathBuf {
    match &arguments.cassette {
        Some(path) => path.clone(),
        None => default_cassette(specs, arguments.operation.as_deref(), arguments.upstream.kind()),
    }
}

fn existing(arguments: &Arguments) -> Existing {
    match (arguments.review, arguments.overwrite) {
        (true, _) => Existing::Review,
        (false, true) => Existing::Overwrite,
        (false, false) => Existing::Refuse,
    }
}

/// The credentials of the environment, whether they sign or not.
fn held() -> Vec<Credentials> {
    Credentials::from_environment(|name| std::env::var(name).ok()).into_iter().collect()
}

fn not_started(error: StartError) -> Failure {
    match error {
        StartError::Usage(diagnostic) => Failure::usage(diagnostic),
        StartError::Failed(diagnostic) => Failure::world(diagnostic),
    }
}

/// Runs the COMMAND, or waits to be stopped; a recording that cannot go on is not waited for.
async fn run_client(
    session: &Session,
    specs: &Specs,
    arguments: &Arguments,
    recorder: &Running,
    signals: &mut Signals,
) -> Result<End, Failure> {
    let waits_for_nobody = arguments.command.command.is_empty();
    tokio::select! {
        end = session.run(specs, &arguments.command, signals) => end,
        () = recorder.failed(), if waits_for_nobody => Ok(End::Stopped),
    }
}

/// What the recording comes to: its cassette is verified at once.
fn report(specs: &Specs, recording: Recording, output: &OutputArgs) -> Report {
    let Recording { path, cassette, links: _, counts, troubles } = recording;
    let mut report = Report::new("record");
    if let (Some(path), Some(cassette)) = (&path, &cassette) {
        output.progress(&format!("wrote {}: {}", display(path), cassette.description));
        report.merge(verify::judge(specs, cassette, Demands::on_day(today())));
    }
    if counts.refused > 0 && counts.exchanges > 0 {
        to_stderr(&format!(
            "warning: {} of {} requests were refused and are not in the cassette",
            counts.refused, counts.requests
        ));
    }
    report.ledger.requests = counts.requests;
    report.ledger.refused = counts.refused;
    report.ledger.exchanges = counts.exchanges;
    let failed = troubles.into_iter().map(|diagnostic| Trouble { kind: TroubleKind::CouldNotLook, diagnostic });
    report.troubles.extend(failed);
    report
}
