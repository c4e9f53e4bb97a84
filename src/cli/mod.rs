//! The command line: one file a command, each a straight line
//! load → build → run → verify → render → code.
//!
//! The only place that prints, reads the environment and the clock for a run,
//! or picks an exit code. What a command comes to is an `Outcome`; a
//! `Failure` says why it came to nothing. Both end in `output::finish`.

mod cassette;
mod certificates;
mod defects;
mod descriptors;
mod failure;
mod held;
mod import;
mod lint;
mod output;
mod record;
mod replay;
mod review;
mod session;
mod simulate;
mod snapshot;
mod sources;
mod spec;
mod tunnels;
mod unpack;
mod verify;

use clap::{Parser, Subcommand};
use failure::Failure;
use output::OutputArgs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use crate::diagnostic::Diagnostic;
use crate::evidence::{Report, RunVerdict};

/// Record, replay and verify AWS API exchanges against declarative specs.
///
/// Exit codes: 0 something was checked and holds; 1 the contract is broken;
/// 2 wrong usage, or a file that cannot be read; 3 nothing was checked;
/// 4 it was not possible to look; 130 interrupted.
#[derive(Debug, Parser)]
#[command(
    name = "retake",
    version,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Put a proxy between a client and the service; keep what passes as a cassette.
    Record(record::Arguments),
    /// Answer from cassettes; never from the network.
    Replay(replay::Arguments),
    /// Answer from the spec: a deterministic stand-in for the service.
    Simulate(simulate::Arguments),
    /// Verify against specs.
    #[command(subcommand)]
    Verify(verify::Command),
    /// Check specs, list the scenarios that they imply, or print the schema of their format.
    #[command(subcommand)]
    Spec(spec::Command),
    /// Show, seal, lint or compare cassettes.
    #[command(subcommand)]
    Cassette(cassette::Command),
    /// Accept or reject what was recorded or reported anew and waits for a review.
    Review(review::Arguments),
}

/// What a command came to.
enum Outcome {
    /// A report: shown in the format that was asked for.
    Report(Box<Report>),
    /// A text that has no other format.
    Text(String),
    /// A text, what the run came to, and what went wrong.
    Told(String, RunVerdict, Vec<Diagnostic>),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return output::usage(&error),
    };
    output::start_logging(&arguments.output);
    output::keep_panics_quiet();
    let name = arguments.command.name();
    let result = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => catch_unwind(AssertUnwindSafe(|| runtime.block_on(run(&arguments))))
            .unwrap_or_else(|_| Err(Failure::could_not_look("a defect of retake ended the command"))),
        Err(error) => Err(Failure::could_not_look(format!("cannot start the runtime: {error}"))),
    };
    output::finish(name, result, &arguments.output)
}

async fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    session::outlive_file_size_limit();
    match &arguments.command {
        Command::Record(command) => record::run(command, &arguments.output).await,
        Command::Replay(command) => replay::run(command, &arguments.output).await,
        Command::Simulate(command) => simulate::run(command, &arguments.output).await,
        Command::Verify(verify::Command::Cassette(command)) => verify::cassette::run(command),
        Command::Verify(verify::Command::Client(command)) => verify::client::run(command, &arguments.output).await,
        Command::Verify(verify::Command::Live(command)) => verify::live::run(command, &arguments.output).await,
        Command::Verify(verify::Command::Mock(command)) => verify::mock::run(command, &arguments.output).await,
        Command::Spec(spec::Command::Check(command)) => spec::check(command),
        Command::Spec(spec::Command::Diff(command)) => spec::diff(command, &arguments.output),
        Command::Spec(spec::Command::Import(command)) => import::run(command, &arguments.output),
        Command::Spec(spec::Command::Schema) => spec::print_schema(&arguments.output),
        Command::Spec(spec::Command::Scenarios(command)) => spec::scenarios(command, &arguments.output),
        Command::Cassette(cassette::Command::Show(command)) => cassette::show(command, &arguments.output),
        Command::Cassette(cassette::Command::Seal(command)) => cassette::seal(command),
        Command::Cassette(cassette::Command::Lint(command)) => lint::run(command),
        Command::Cassette(cassette::Command::Diff(command)) => cassette::diff(command, &arguments.output),
        Command::Review(command) => review::run(command, &arguments.output),
    }
}

impl Command {
    /// The command as a report names it.
    fn name(&self) -> &'static str {
        match self {
            Self::Record(_) => "record",
            Self::Replay(_) => "replay",
            Self::Simulate(_) => "simulate",
            Self::Verify(verify::Command::Cassette(_)) => "verify cassette",
            Self::Verify(verify::Command::Client(_)) => "verify client",
            Self::Verify(verify::Command::Live(_)) => "verify live",
            Self::Verify(verify::Command::Mock(_)) => "verify mock",
            Self::Spec(spec::Command::Check(_)) => "spec check",
            Self::Spec(spec::Command::Diff(_)) => "spec diff",
            Self::Spec(spec::Command::Import(_)) => "spec import",
            Self::Spec(spec::Command::Schema) => "spec schema",
            Self::Spec(spec::Command::Scenarios(_)) => "spec scenarios",
            Self::Cassette(cassette::Command::Show(_)) => "cassette show",
            Self::Cassette(cassette::Command::Seal(_)) => "cassette seal",
            Self::Cassette(cassette::Command::Lint(_)) => "cassette lint",
            Self::Cassette(cassette::Command::Diff(_)) => "cassette diff",
            Self::Review(_) => "review",
        }
    }
}
