//! `record --probe`: the requests that the spec implies, sent through the recorder like any client's.

use super::super::Failure;
use super::super::session::{End, Signals};
use super::arguments::{Arguments, UpstreamArg};
use super::upstream::Behind;
use crate::diagnostic::Diagnostic;
use crate::net::{Access, Clock, Endpoint};
use crate::probe::{Plan, Prober, Target};
use crate::spec::{Inputs, Spec, Specs};
use std::time::Duration;

/// The pause before a throttled probe is sent again.
const PAUSE: Duration = Duration::from_secs(1);

/// What is probed: the operation that was asked for, else every paginated read-only one whose inputs are known.
pub(super) fn targets<'s>(
    arguments: &Arguments,
    specs: &'s Specs,
    behind: &Behind,
) -> Result<Vec<Target<'s>>, Failure> {
    if !arguments.probe {
        return Ok(Vec::new());
    }
    let is_simulated = matches!(arguments.upstream, UpstreamArg::Simulated);
    if arguments.inputs.is_empty() && !is_simulated {
        return Err(Failure::usage(
            Diagnostic::new("nothing is known of the resource to probe")
                .help("name it with --input NAME=VALUE; without, probes go to the simulator only"),
        ));
    }
    let wanted = |spec: &&Spec| arguments.operation.is_some() || (spec.pagination.is_some() && spec.http.read_only);
    let targets: Vec<Target<'s>> =
        specs.iter().filter(wanted).filter_map(|spec| target(arguments, spec, &behind.inputs)).collect();
    if targets.is_empty() {
        return Err(Failure::usage(
            Diagnostic::new("no operation can be probed with these inputs")
                .expected("a value for each required input of a paginated, read-only operation")
                .help("name them with --input NAME=VALUE, or an operation with --operation"),
        ));
    }
    Ok(targets)
}

/// The operation with the inputs that are its own; none if a required one is not known.
fn target<'s>(arguments: &Arguments, spec: &'s Spec, known: &[(String, String)]) -> Option<Target<'s>> {
    let inputs = own_inputs(spec, known);
    let is_complete = spec.input.iter().filter(|member| member.required).all(|m| inputs.get(&m.key).is_some());
    let others = own_inputs(spec, &arguments.other_inputs);
    let other_inputs = (!others.is_empty()).then(|| {
        let mut inputs = inputs.clone();
        for (key, value) in others.iter() {
            inputs.set(key, value.clone());
        }
        inputs
    });
    is_complete.then_some(Target { spec, inputs, other_inputs })
}

fn own_inputs(spec: &Spec, known: &[(String, String)]) -> Inputs {
    let own = known.iter().filter(|(name, _)| spec.input_member(name).is_some());
    Inputs::from_texts(spec, own.map(|(name, value)| (name.as_str(), value.as_str())))
}

/// Sends the probes; ends early when we are told to stop.
pub(super) async fn run(
    targets: Vec<Target<'_>>,
    max_requests: u32,
    access: &Access,
    signals: &mut Signals,
) -> Result<End, Failure> {
    let mut plan = Plan::new(targets, max_requests);
    let prober = Prober {
        endpoint: Endpoint::parse(&access.endpoint).map_err(Failure::world)?,
        credentials: access.credentials.clone(),
        region: access.region.clone(),
        clock: Clock::system(),
        pause: PAUSE,
    };
    tokio::select! {
        sent = prober.run(&mut plan) => sent.map(|_| End::Done(None)).map_err(Failure::world),
        () = signals.wait() => Ok(End::Interrupted),
    }
}
