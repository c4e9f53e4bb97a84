//! `retake verify mock`: a mock or emulator at a URL, probed as its specs imply.

mod recorded;
mod setup;

pub(super) use recorded::bound;

use crate::cassette::Cassette;
use crate::cli::output::OutputArgs;
use crate::cli::session::{DEFAULT_REGION, Signals, refuse_unknown_inputs, today};
use crate::cli::simulate;
use crate::cli::sources::{OperationArgs, display, parse_credentials, parse_input};
use crate::cli::{Failure, Outcome};
use crate::diagnostic::{Diagnostic, Location};
use crate::evidence::known::KnownFailures;
use crate::evidence::{CheckVerdict, Demands, Evidence, Report, Side, Subject, SubjectKind, Trouble, TroubleKind};
use crate::message::{Exchange, Transcript};
use crate::net::{Clock, Credentials, Endpoint, UpstreamLimits};
use crate::probe::{Asking, DEFAULT_MAX_REQUESTS, Plan, Prober, Replayed, Resent, Target, Wanted, blocked, shortfall};
use crate::simulate::{Settings, Simulator};
use crate::spec::{Inputs, Spec, Specs};
use crate::store;
use crate::verify::verify;
use clap::Args;
use recorded::LikenessArg;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How long a mock may let us wait, for the head of an answer and between two parts of it.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long one answer may take in all.
const WHOLE: Duration = Duration::from_secs(30);

/// The pause before a throttled probe is sent again.
const PAUSE: Duration = Duration::from_millis(200);

/// Verify a mock or an emulator at a URL: probe it as the specs imply.
///
/// Requests are signed with throw-away credentials, or with those of the AWS_ variables where they are none of
/// AWS's own and the mock is on this machine or behind https. Credentials that AWS has issued never go to a mock.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The mock: http://HOST[:PORT] or https://HOST[:PORT].
    #[arg(value_name = "URL")]
    url: String,

    #[command(flatten)]
    specs: OperationArgs,

    /// A resource that the mock has [default: stand-ins such as NAME0…01].
    #[arg(long = "input", value_name = "NAME=VALUE", value_parser = parse_input)]
    inputs: Vec<(String, String)>,

    /// Another resource, whose page tokens are foreign to the first.
    #[arg(long = "other-input", value_name = "NAME=VALUE", value_parser = parse_input)]
    other_inputs: Vec<(String, String)>,

    /// A recording whose requests are sent again, and whose answers are compared.
    #[arg(long = "cassette", value_name = "FILE")]
    cassettes: Vec<PathBuf>,

    /// How much of an answer has to be the recorded one.
    #[arg(long = "match", value_enum, default_value = "contract", env = "RETAKE_MATCH", hide_env_values = true)]
    likeness: LikenessArg,

    /// Run this first, led to the mock by its environment, to make the state that is verified; no shell.
    #[arg(long, value_name = "COMMAND")]
    setup: Option<String>,

    /// The credentials to sign with; to this machine or over https only.
    #[arg(long, value_name = "ID:SECRET", value_parser = parse_credentials, env = "RETAKE_CREDENTIALS", hide_env_values = true)]
    credentials: Option<Credentials>,

    /// The region to sign for [default: us-east-1].
    #[arg(long, env = "RETAKE_REGION", hide_env_values = true)]
    region: Option<String>,

    /// Let warnings fail the run.
    #[arg(long)]
    strict: bool,

    /// Failures that are known, and fail nothing as long as they are there; their scenario is the operation.
    #[arg(long, value_name = "FILE")]
    known_failures: Option<PathBuf>,

    /// How many requests the walks may make; what follows them is asked all the same.
    #[arg(long, value_name = "N", default_value_t = DEFAULT_MAX_REQUESTS)]
    max_requests: u32,
}

pub(in crate::cli) async fn run(arguments: &Arguments, output: &OutputArgs) -> Result<Outcome, Failure> {
    let specs = Arc::new(arguments.specs.load()?);
    refuse_unknown_inputs(&specs, &arguments.inputs)?;
    refuse_unknown_inputs(&specs, &arguments.other_inputs)?;
    // Not read by the command line's parser, which shows what it refuses: that may hold a password.
    let url = Endpoint::parse(&arguments.url).map_err(Failure::usage)?;
    let targets = arguments.targets(&specs)?;
    let known = arguments.known(&targets)?;
    let cassettes = store::read_cassettes(&arguments.cassettes).map_err(Failure::all)?;
    if cassettes.is_empty() && !arguments.cassettes.is_empty() {
        return Err(Failure::nothing());
    }
    let prober = arguments.prober(&url, output)?;

    let mut signals = Signals::install()?;
    if let Some(command) = &arguments.setup {
        let signed = (&prober.credentials, prober.region.as_str());
        if setup::run(command, &specs, &url, signed, &mut signals).await? {
            let mut report = Report::new("verify mock");
            report.interrupted = true;
            return Ok(Outcome::Report(Box::new(report)));
        }
    }
    if !targets.is_empty() {
        let operations: Vec<&str> = targets.iter().map(|target| target.spec.operation.as_str()).collect();
        output.progress(&format!("probing {} of {url}", operations.join(", ")));
    }
    let mut plan = Plan::of_mock(targets.clone(), arguments.max_requests);
    let mut seen = Seen { exchanges: Vec::new(), replayed: vec![Replayed::default(); cassettes.len()] };
    let ended = tokio::select! {
        ended = arguments.look(&specs, &prober, &mut plan, &cassettes, &mut seen) => Some(ended),
        () = signals.wait() => None,
    };

    let mut report = Report::new("verify mock");
    for target in &targets {
        report.merge(arguments.judge(&specs, target.spec, &url, &seen.exchanges, &known));
    }
    for (cassette, replayed) in cassettes.iter().zip(&seen.replayed) {
        recorded::tell_left_out(cassette, replayed, output);
        report.merge(arguments.compare(&specs, cassette, replayed, &url, &known));
    }
    report.command = "verify mock".to_owned();
    report.strict = arguments.strict;
    report.interrupted = ended.is_none();
    if let Some(Err(diagnostic)) = ended {
        report.troubles.push(Trouble { kind: TroubleKind::CouldNotLook, diagnostic });
    }
    Ok(Outcome::Report(Box::new(report)))
}

/// What was seen of a mock.
struct Seen {
    exchanges: Vec<Exchange>,
    /// Of each cassette what was asked again.
    replayed: Vec<Replayed>,
}

fn limits() -> UpstreamLimits {
    UpstreamLimits { connect: PATIENCE, head: PATIENCE, gap: PATIENCE, whole: WHOLE, ..UpstreamLimits::default() }
}

impl Arguments {
    /// What is probed: listings, and single reads of what was given; the inputs that are not given are stand-ins.
    fn targets<'s>(&self, specs: &'s Arc<Specs>) -> Result<Vec<Target<'s>>, Failure> {
        if !self.cassettes.is_empty() && !specs.iter().any(|spec| spec.http.read_only) {
            return Ok(Vec::new());
        }
        let settings = Settings { inputs: self.inputs.clone(), ..Settings::default() };
        let simulator = Simulator::new(Arc::clone(specs), settings).map_err(Failure::usage)?;
        let stand_ins = simulate::inputs(specs, &simulator, &self.inputs);
        let known = |spec: &Spec| {
            let own = stand_ins.iter().filter(|(name, _)| spec.input_member(name).is_some());
            Some(Inputs::from_texts(spec, own.map(|(name, value)| (name.as_str(), value.as_str()))))
        };
        let wanted = Wanted { operation: None, inputs: self.inputs.clone(), other_inputs: self.other_inputs.clone() };
        wanted.targets(specs, known).map_err(Failure::usage)
    }

    /// Asks everything: what the specs imply, and what was recorded.
    async fn look(
        &self,
        specs: &Specs,
        prober: &Prober,
        plan: &mut Plan<'_>,
        cassettes: &[Cassette],
        seen: &mut Seen,
    ) -> Result<(), Diagnostic> {
        prober.collect(plan, limits(), &mut seen.exchanges).await?;
        for (cassette, replayed) in cassettes.iter().zip(&mut seen.replayed) {
            let links = recorded::bound(specs, cassette, &[&self.inputs, &self.other_inputs]);
            let mut asking = Asking { likeness: self.likeness.likeness(), links, limits: limits() };
            prober.resend(specs, cassette, &mut asking, replayed).await?;
        }
        Ok(())
    }

    /// The known failures, all of which name what there is.
    fn known(&self, targets: &[Target<'_>]) -> Result<KnownFailures, Failure> {
        let Some(file) = &self.known_failures else { return Ok(KnownFailures::default()) };
        let name = display(file);
        let text = std::fs::read_to_string(file).map_err(|error| {
            let error = Diagnostic::new(format!("cannot read the known failures: {error}"));
            Failure::usage(error.at(Location::file(&name)))
        })?;
        let known = KnownFailures::parse(&name, &text).map_err(Failure::all)?;
        let operations: Vec<&str> = targets.iter().map(|target| target.spec.operation.as_str()).collect();
        known.check_names(Side::Mock, &operations).map_err(Failure::all)?;
        Ok(known)
    }

    fn prober(&self, url: &Endpoint, output: &OutputArgs) -> Result<Prober, Failure> {
        Ok(Prober {
            endpoint: url.clone(),
            credentials: self.signing_credentials(url, output)?,
            region: self.region.clone().unwrap_or_else(|| DEFAULT_REGION.to_owned()),
            clock: Clock::system(),
            pause: PAUSE,
        })
    }

    /// The given credentials, else those of the environment if they are nobody's, else throw-away ones.
    fn signing_credentials(&self, url: &Endpoint, output: &OutputArgs) -> Result<Credentials, Failure> {
        if let Some(given) = &self.credentials {
            if url.is_private() {
                return Ok(given.clone());
            }
            let error = Diagnostic::new("credentials go to this machine or over https only");
            let error = error.found(url.to_string());
            return Err(Failure::usage(error.help("leave --credentials out to sign with throw-away ones")));
        }
        match Credentials::from_environment(|name| std::env::var(name).ok()) {
            Some(found) if found.is_of_aws() => {
                output.progress("signing with throw-away credentials: those of the environment are not for mocks");
            }
            Some(found) if url.is_private() => return Ok(found),
            Some(_) | None => {}
        }
        Credentials::throwaway().map_err(Failure::world)
    }

    /// Judges what was seen of one operation.
    fn judge(
        &self,
        specs: &Specs,
        spec: &Spec,
        url: &Endpoint,
        exchanges: &[Exchange],
        known: &KnownFailures,
    ) -> Report {
        let is_its = |exchange: &&Exchange| exchange.operation.as_deref() == Some(spec.operation.as_str());
        let transcript = Transcript { exchanges: exchanges.iter().filter(is_its).cloned().collect() };
        let short = shortfall(spec, &transcript.exchanges.iter().collect::<Vec<_>>());
        self.report(specs, spec, url, &transcript, known, |_| {}, short)
    }

    /// Judges the answers to a cassette's requests, by the specs and by what was recorded.
    fn compare(
        &self,
        specs: &Specs,
        cassette: &Cassette,
        replayed: &Replayed,
        url: &Endpoint,
        known: &KnownFailures,
    ) -> Report {
        let mut report = Report::new("verify mock");
        for spec in specs.iter() {
            let is_its = |resent: &&Resent| resent.exchange.operation.as_deref() == Some(spec.operation.as_str());
            let resent: Vec<&Resent> = replayed.resent.iter().filter(is_its).collect();
            if resent.is_empty() {
                continue;
            }
            let transcript = Transcript { exchanges: resent.iter().map(|resent| resent.exchange.clone()).collect() };
            let add = |report: &mut Report| recorded::add(report, cassette, &url.to_string(), &resent);
            report.merge(self.report(specs, spec, url, &transcript, known, add, Vec::new()));
        }
        report
    }

    /// The report on what was seen of an operation, with what could not be seen.
    #[allow(clippy::too_many_arguments, reason = "each is another thing, and both callers have all of them")]
    fn report(
        &self,
        specs: &Specs,
        spec: &Spec,
        url: &Endpoint,
        transcript: &Transcript,
        known: &KnownFailures,
        add: impl FnOnce(&mut Report),
        short: Vec<Diagnostic>,
    ) -> Report {
        let evidence = Evidence {
            subject: Subject { kind: SubjectKind::Mock, name: url.to_string() },
            transcript,
            recording: None,
            places: &[],
            run: None,
            demands: Demands::on_day(today()),
        };
        let mut report = verify(specs, &evidence);
        report.ledger.requests = report.ledger.exchanges;
        add(&mut report);
        let is_broken = report.checks.iter().any(|result| result.verdict == CheckVerdict::Fail);
        known.apply(&mut report, &spec.operation, today());
        // Where a must is broken, that is what there is to say; that there was no success follows from it.
        let troubles = short.into_iter().filter(|_| !is_broken);
        let blocked = blocked(spec, &transcript.exchanges.iter().collect::<Vec<_>>());
        let troubles = blocked.into_iter().chain(troubles);
        report.troubles.extend(troubles.map(|diagnostic| Trouble { kind: TroubleKind::CouldNotLook, diagnostic }));
        report
    }
}
