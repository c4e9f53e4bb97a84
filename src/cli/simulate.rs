//! `retake simulate`: answer from the spec, a deterministic stand-in for the service.

use super::output::OutputArgs;
use super::session::{CommandArgs, DEFAULT_REGION, ListenArgs, Session, Signals, client_name};
use super::sources::{SpecArgs, only_operation, parse_credentials, parse_input};
use super::{Failure, Outcome, defects};
use crate::evidence::{Ledger, Report, Subject, SubjectKind};
use crate::net::Credentials;
use crate::serve::{Options, Server, Signatures};
use crate::simulate::{Faulty, Settings, Simulator};
use crate::spec::{Location, Specs};
use clap::Args;
use std::sync::Arc;

/// Answer from the spec: a deterministic stand-in for the service.
#[derive(Debug, Args)]
#[command(after_long_help = defects::all())]
pub(super) struct Arguments {
    #[command(flatten)]
    specs: SpecArgs,

    /// Serve this operation alone.
    #[arg(long, value_name = "OPERATION", env = "RETAKE_OPERATION", hide_env_values = true)]
    operation: Option<String>,

    /// How many items each listing has.
    #[arg(long, value_name = "N", default_value_t = 20)]
    items: u64,

    /// The resources that exist [default: stand-ins such as NAME0…01].
    #[arg(long = "input", value_name = "NAME=VALUE", value_parser = parse_input)]
    inputs: Vec<(String, String)>,

    /// Be wrong in one way, to try a verifier; may be given several times [--help lists all].
    #[arg(long = "defect", value_name = "ID")]
    defects: Vec<String>,

    /// The credentials that clients sign with [default: throw-away ones].
    #[arg(long, value_name = "ID:SECRET", value_parser = parse_credentials, env = "RETAKE_CREDENTIALS", hide_env_values = true)]
    credentials: Option<Credentials>,

    /// The region that clients sign for [default: us-east-1].
    #[arg(long, env = "RETAKE_REGION", hide_env_values = true)]
    region: Option<String>,

    #[command(flatten)]
    listen: ListenArgs,

    #[command(flatten)]
    command: CommandArgs,
}

pub(super) async fn run(arguments: &Arguments, output: &OutputArgs) -> Result<Outcome, Failure> {
    let defects = defects::of(&arguments.defects)?;
    let specs = Arc::new(only_operation(arguments.specs.load()?, arguments.operation.as_deref())?);
    let settings = Settings { items: arguments.items, inputs: arguments.inputs.clone(), ..Settings::default() };
    let simulator = Arc::new(Simulator::new(Arc::clone(&specs), settings).map_err(Failure::usage)?);
    defects::refuse_idle(&defects, &specs, &simulator, &arguments.inputs)?;

    let mut signals = Signals::install()?;
    let credentials = match &arguments.credentials {
        Some(credentials) => credentials.clone(),
        None => Credentials::throwaway().map_err(Failure::world)?,
    };
    let region = arguments.region.clone().unwrap_or_else(|| DEFAULT_REGION.to_owned());
    let limits = arguments.listen.limits(1)?;
    let tunnels = arguments.listen.mode.tunnels(&specs, &region)?;
    let listener = arguments.listen.bind().await?;
    let inputs = inputs(&specs, &simulator, &arguments.inputs);
    let session = Session::new(listener.port(), credentials.clone(), region.clone(), &specs, inputs)?
        .through(tunnels.as_deref(), None)?;
    session.fill(&arguments.command.command)?;
    let signatures = match defects.iter().any(|defect| defect.ignores_signatures()) {
        true => Signatures::Ignored,
        false => Signatures::Required(credentials),
    };
    let options = Options { signatures, region, limits, tunnels, ..Options::default() };
    let server = Server::start(listener, Arc::new(Faulty::new(simulator, &defects)), &specs, options);
    for defect in &defects {
        output.progress(&format!("wrong on purpose, {}: {}", defect.id, defect.what));
    }
    session.announce(&specs, &arguments.listen, &arguments.command, output)?;
    let end = session.run(&specs, &arguments.command, &mut signals).await;
    let traffic = server.shutdown().await;

    let mut report = Report::new("simulate");
    report.subjects.push(Subject { kind: SubjectKind::Client, name: client_name(&arguments.command) });
    report.specs = specs.iter().map(|spec| spec.file.clone()).collect();
    report.ledger = Ledger {
        requests: traffic.requests,
        refused: traffic.refused,
        exchanges: traffic.requests - traffic.refused - traffic.misses,
        ..Ledger::default()
    };
    end?.note(&mut report);
    Ok(Outcome::Report(Box::new(report)))
}

/// What placeholders stand for: the given values, else those of the resource that the simulator knows.
pub(super) fn inputs(specs: &Specs, simulator: &Simulator, given: &[(String, String)]) -> Vec<(String, String)> {
    let mut inputs = given.to_vec();
    for spec in specs.iter() {
        let Some(example) = simulator.example_inputs(&spec.operation) else { continue };
        for member in spec.input.iter().filter(|member| member.location == Location::Path || member.required) {
            if let Some(value) = example.text(&member.key)
                && !inputs.iter().any(|(name, _)| *name == member.key)
            {
                inputs.push((member.key.clone(), value.into_owned()));
            }
        }
    }
    inputs
}
