//! `record --probe`: the requests that the spec implies, sent through the recorder like any client's.

use super::super::Failure;
use super::super::session::{End, Signals};
use super::super::tunnels::Mode;
use super::arguments::{Arguments, UpstreamArg};
use super::upstream::Behind;
use crate::diagnostic::Diagnostic;
use crate::net::{Access, Clock, Endpoint};
use crate::probe::{Plan, Prober, Target, Wanted};
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
    if arguments.listen.mode == Mode::Forward {
        return Err(Failure::usage(
            Diagnostic::new("probes go to the recorder itself: there is no client to lead through tunnels")
                .help("leave --mode forward out"),
        ));
    }
    let is_simulated = matches!(arguments.upstream, UpstreamArg::Simulated);
    if arguments.inputs.is_empty() && !is_simulated {
        return Err(Failure::usage(
            Diagnostic::new("nothing is known of the resource to probe")
                .help("name it with --input NAME=VALUE; without, probes go to the simulator only"),
        ));
    }
    let wanted = Wanted {
        operation: arguments.operation.clone(),
        inputs: arguments.inputs.clone(),
        other_inputs: arguments.other_inputs.clone(),
    };
    wanted.targets(specs, |spec| known(spec, &behind.inputs)).map_err(Failure::usage)
}

/// What is known of the operation's inputs.
fn known(spec: &Spec, inputs: &[(String, String)]) -> Option<Inputs> {
    let own = inputs.iter().filter(|(name, _)| spec.input_member(name).is_some());
    Some(Inputs::from_texts(spec, own.map(|(name, value)| (name.as_str(), value.as_str()))))
}

/// Sends the probes; ends early when we are told to stop.
pub(in crate::cli) async fn run(
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
