//! `retake verify client`: a client, driven through every scenario that its specs imply.

mod asked;
mod choice;
mod compare;
mod programme;
mod progress;
mod stage;
mod trial;

use crate::cli::output::OutputArgs;
use crate::cli::session::{DEFAULT_REGION, Signals, today};
use crate::cli::sources::{OperationArgs, display};
use crate::cli::{Failure, Outcome};
use crate::diagnostic::{Diagnostic, Location};
use crate::drive::{self, Job, Language, Pace, Plan, Programme, Says, Template, Way};
use crate::evidence::known::KnownFailures;
use crate::evidence::{Report, Side};
use crate::spec::Specs;
use asked::Calls;
use choice::Choice;
use clap::{Args, ValueEnum};
use programme::{Chosen, Listed, Listing, Origin};
use progress::Progress;
use stage::Theatre;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The client's read time-out, where nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Drive a client through every scenario that its specs imply.
///
/// COMMAND is run once a scenario, led to us by its environment; `{NAME}` in its arguments stands for an input.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    specs: OperationArgs,

    /// Take friendly payloads from a recording.
    #[arg(long, value_name = "FILE")]
    cassette: Option<PathBuf>,

    /// Run these scenarios alone; `*` stands for any text, as in 'page/*'.
    #[arg(long, value_name = "GLOB")]
    select: Vec<String>,

    /// Leave these scenarios out.
    #[arg(long, value_name = "GLOB")]
    skip: Vec<String>,

    /// How many processes run at a time [default: the number of processors].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,

    /// The client's read time-out in seconds; a scenario may take fifteen times as long [default: 2].
    #[arg(long, value_name = "S", value_parser = parse_timeout)]
    timeout: Option<Duration>,

    /// Other values in the same scenarios.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// Let warnings fail the run.
    #[arg(long)]
    strict: bool,

    /// Failures that are known, and fail nothing as long as they are there.
    #[arg(long, value_name = "FILE")]
    known_failures: Option<PathBuf>,

    /// How COMMAND says what came of a scenario [default: the file, if it is written, else the exit code].
    #[arg(long, value_enum, conflicts_with = "driver")]
    outcome: Option<OutcomeArg>,

    /// COMMAND speaks the persistent protocol: it is started once, and told of scenario after scenario.
    #[arg(long)]
    driver: bool,

    /// Greet the driver, run one friendly and one failing scenario, and explain what is right and what is wrong.
    #[arg(long, conflicts_with = "outcome")]
    check_driver: bool,

    /// Print a driver to begin with, in this language, that calls the operation of the spec.
    #[arg(long, value_enum, value_name = "LANGUAGE", conflicts_with_all = ["driver", "check_driver", "outcome", "command"])]
    new_driver: Option<LanguageArg>,

    /// Say what changed between two JSON reports, and run nothing.
    #[arg(
        long,
        num_args = 2,
        value_names = ["OLD.json", "NEW.json"],
        conflicts_with_all = ["specs", "cassette", "select", "skip", "jobs", "timeout", "strict", "known_failures",
            "outcome", "driver", "check_driver", "new_driver", "command"],
    )]
    compare: Vec<PathBuf>,

    /// The client to verify, or its driver.
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// How a COMMAND that is run once a scenario says what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutcomeArg {
    /// It writes the file that RETAKE_OUTCOME names.
    File,
    /// It prints it, as the last line of its standard output.
    Stdout,
    /// It is the AWS command line.
    Awscli,
}

/// The languages of drivers to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LanguageArg {
    /// Python, with the AWS SDK for Python.
    Python,
    /// JavaScript, with the AWS SDK for JavaScript, version 3.
    Javascript,
    /// Rust, with the AWS SDK for Rust.
    Rust,
    /// Bash, with the AWS command line.
    Bash,
}

fn parse_timeout(text: &str) -> Result<Duration, String> {
    const MOST: f64 = 3600.0;
    match text.parse::<f64>() {
        Ok(seconds) if (0.001..=MOST).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        Ok(_) | Err(_) => Err(format!("a time-out is a number of seconds from 0.001 to {MOST}")),
    }
}

pub(in crate::cli) async fn run(arguments: &Arguments, output: &OutputArgs) -> Result<Outcome, Failure> {
    if let [old, new] = &arguments.compare[..] {
        return compare::run(old, new, output);
    }
    let specs = Arc::new(arguments.specs.load()?);
    if let Some(language) = arguments.new_driver {
        output.require_text("verify client --new-driver")?;
        return new_driver(language, &specs);
    }
    let mut signals = Signals::install()?;
    let specs = match arguments.calls(specs, &mut signals, output).await? {
        Calls::These(specs) => Arc::new(specs),
        Calls::Interrupted => return Ok(interrupted()),
    };
    let origin = Origin::new(Arc::clone(&specs), arguments.seed, arguments.cassette.as_deref())?;
    let Listing { operations, scenarios, left_out } = origin.list()?;
    let known = arguments.known(&scenarios)?;
    let chosen = Choice::of(&arguments.select, &arguments.skip).choose(scenarios)?;
    let jobs: Arc<dyn Programme> = Arc::new(Chosen::new(origin, chosen));
    if arguments.check_driver {
        let jobs = Arc::new(trial::of(&specs, jobs.as_ref()));
        let plan = arguments.plan(&specs, jobs, known)?;
        return Ok(Outcome::Report(Box::new(trial::run(&specs, plan, output).await?)));
    }
    let plan = arguments.plan(&specs, jobs, known)?;

    let mut progress = Progress::start(output, &plan, &operations, &left_out);
    let theatre = Theatre::new(Arc::clone(&specs), plan.region.clone());
    let mut report = drive::run(theatre, plan, signals.wait(), |scenario, _| progress.tell(scenario)).await;

    report.strict = arguments.strict;
    if report.ledger.scenarios > 0 && report.ledger.requests == 0 {
        // The report says what to do, where it is one for people.
        output.progress("no request came in any scenario: does the client ask the endpoint that it is given?");
    }
    Ok(Outcome::Report(Box::new(report)))
}

fn interrupted() -> Outcome {
    Outcome::Report(Box::new(Report { interrupted: true, ..Report::new("verify client") }))
}

/// Prints a driver for the one operation of the specs.
fn new_driver(language: LanguageArg, specs: &Specs) -> Result<Outcome, Failure> {
    let mut all = specs.iter();
    let (Some(spec), None) = (all.next(), all.next()) else {
        let error = Diagnostic::new(format!("a driver calls one operation, and there are {}", specs.len()));
        return Err(Failure::usage(error.help("name the spec of one with --spec")));
    };
    let language = match language {
        LanguageArg::Python => Language::Python,
        LanguageArg::Javascript => Language::JavaScript,
        LanguageArg::Rust => Language::Rust,
        LanguageArg::Bash => Language::Bash,
    };
    Ok(Outcome::Text(drive::skeleton(language, spec)))
}

impl Arguments {
    /// The known failures, all of which name what there is.
    fn known(&self, scenarios: &[Listed]) -> Result<KnownFailures, Failure> {
        let Some(file) = &self.known_failures else { return Ok(KnownFailures::default()) };
        let name = display(file);
        let text = std::fs::read_to_string(file).map_err(|error| {
            Failure::usage(
                Diagnostic::new(format!("cannot read the known failures: {error}")).at(Location::file(&name)),
            )
        })?;
        let known = KnownFailures::parse(&name, &text).map_err(Failure::all)?;
        let names: Vec<&str> = scenarios.iter().map(|scenario| scenario.name.as_str()).collect();
        known.check_names(Side::Client, &names).map_err(Failure::all)?;
        Ok(known)
    }

    /// The specs of what is verified: of several, those that the client calls.
    async fn calls(&self, specs: Arc<Specs>, signals: &mut Signals, output: &OutputArgs) -> Result<Calls, Failure> {
        if specs.len() < 2 || self.cassette.is_some() {
            return Ok(Calls::These(Specs::clone(&specs)));
        }
        let plan = self.plan(&specs, Arc::new(Vec::<Job>::new()), KnownFailures::default())?;
        let calls = asked::find(&plan, signals.wait()).await?;
        if let Calls::These(specs) = &calls {
            let operations: Vec<&str> = specs.iter().map(|spec| spec.operation.as_str()).collect();
            output.progress(&format!("the client calls {}", operations.join(", ")));
        }
        Ok(calls)
    }

    fn plan(&self, specs: &Arc<Specs>, jobs: Arc<dyn Programme>, known: KnownFailures) -> Result<Plan, Failure> {
        let Some(program) = self.command.first() else {
            let error = Diagnostic::new("there is no COMMAND to run");
            return Err(Failure::usage(error.help("put the client, or its driver, behind --")));
        };
        let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Ok(Plan {
            specs: Arc::clone(specs),
            jobs,
            way: self.way(specs)?,
            client: program.to_string_lossy().into_owned(),
            inherited: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            region: DEFAULT_REGION.to_owned(),
            workers: self.jobs.map_or(processors, usize::from),
            pace: Pace::of(self.timeout.unwrap_or(TIMEOUT), self.timeout.is_some()),
            known,
            today: today(),
        })
    }

    fn way(&self, specs: &Specs) -> Result<Way, Failure> {
        if self.driver || self.check_driver {
            return Ok(Way::Driver(self.command.clone()));
        }
        let mut members: Vec<&str> =
            specs.iter().flat_map(|spec| &spec.input).map(|member| member.key.as_str()).collect();
        members.sort_unstable();
        members.dedup();
        let template = Template::new(&self.command, &members).map_err(Failure::usage)?;
        let says = match self.outcome {
            None => Says::IfWritten,
            Some(OutcomeArg::File) => Says::File,
            Some(OutcomeArg::Stdout) => Says::Stdout,
            Some(OutcomeArg::Awscli) => Says::AwsCli,
        };
        Ok(Way::Once(template, says))
    }
}
