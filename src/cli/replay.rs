//! `retake replay`: answer from cassettes; never from the network.

use super::output::OutputArgs;
use super::session::{CommandArgs, DEFAULT_REGION, ListenArgs, Session, Signals};
use super::sources::{SpecArgs, load_cassettes, parse_input};
use super::{Failure, Outcome};
use crate::cassette::Cassette;
use crate::evidence::Report;
use crate::net::Credentials;
use crate::replay::{Match, Player};
use crate::serve::{Options, Server};
use crate::spec::Specs;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;

/// Answer from cassettes; never from the network.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Cassettes, or folders of them [default: cassettes/].
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    specs: SpecArgs,

    /// How requests are compared with recorded ones.
    #[arg(long = "match", value_enum, default_value = "exact", env = "RETAKE_MATCH", hide_env_values = true)]
    rule: MatchArg,

    /// Answer to VALUE in place of the first stand-in of NAME (given again: the second, …).
    #[arg(long = "input", value_name = "NAME=VALUE", value_parser = parse_input)]
    inputs: Vec<(String, String)>,

    /// Do not fail when a recorded exchange was not used.
    #[arg(long)]
    allow_unused: bool,

    /// The region that clients are told [default: us-east-1].
    #[arg(long, env = "RETAKE_REGION", hide_env_values = true)]
    region: Option<String>,

    #[command(flatten)]
    listen: ListenArgs,

    #[command(flatten)]
    command: CommandArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MatchArg {
    /// The operation and all members.
    Exact,
    /// The page size may differ on the first page; ignored members do not count.
    Contract,
    /// The operation, the token, and which members are there.
    Shape,
}

pub(super) async fn run(arguments: &Arguments, output: &OutputArgs) -> Result<Outcome, Failure> {
    let specs = Arc::new(arguments.specs.load()?);
    let cassettes = load_cassettes(&arguments.paths)?;
    if cassettes.is_empty() {
        return Ok(Outcome::Report(Box::new(Report::new("replay"))));
    }
    let inputs = inputs(&specs, &cassettes, &arguments.inputs);
    let rule = match arguments.rule {
        MatchArg::Exact => Match::Exact,
        MatchArg::Contract => Match::Contract,
        MatchArg::Shape => Match::Shape,
    };
    let player = Player::new(Arc::clone(&specs), cassettes, rule, arguments.inputs.clone()).map_err(Failure::usage)?;
    let player = Arc::new(player);

    let mut signals = Signals::install()?;
    let credentials = Credentials::throwaway().map_err(Failure::world)?;
    let region = arguments.region.clone().unwrap_or_else(|| DEFAULT_REGION.to_owned());
    let limits = arguments.listen.limits(1)?;
    let tunnels = arguments.listen.mode.tunnels(&specs, &region)?;
    let listener = arguments.listen.bind().await?;
    let session =
        Session::new(listener.port(), credentials, region, &specs, inputs)?.through(tunnels.as_deref(), None)?;
    session.fill(&arguments.command.command)?;
    let server = Server::start(listener, player.clone(), &specs, Options { limits, tunnels, ..Options::default() });
    session.announce(&specs, &arguments.listen, &arguments.command, output)?;
    let end = session.run(&specs, &arguments.command, &mut signals).await;
    let traffic = server.shutdown().await;

    let mut report = player.report(arguments.allow_unused);
    end?.note(&mut report);
    report.ledger.requests = traffic.requests;
    report.ledger.refused = traffic.refused;
    Ok(Outcome::Report(Box::new(report)))
}

/// What placeholders stand for: the values that were bound, else the stand-ins of the cassettes.
fn inputs(specs: &Specs, cassettes: &[Cassette], bound: &[(String, String)]) -> Vec<(String, String)> {
    let mut inputs: Vec<(String, String)> = bound.to_vec();
    for stand_ins in cassettes.iter().flat_map(|cassette| cassette.inputs(specs)) {
        if let Some(value) = stand_ins.values.first()
            && !inputs.iter().any(|(name, _)| *name == stand_ins.name)
        {
            inputs.push((stand_ins.name, value.clone()));
        }
    }
    inputs
}
