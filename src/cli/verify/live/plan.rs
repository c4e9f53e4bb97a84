//! `--plan`: what it would take to refresh recordings, found in them alone.

use super::Arguments;
use super::compare::too_old;
use crate::cassette::Cassette;
use crate::cli::output::OutputArgs;
use crate::cli::verify::mock::bound;
use crate::cli::{Failure, Outcome};
use crate::message::{Exchange, Request, Transcript};
use crate::report::{Format, Session};
use crate::spec::{self, Specs};
use crate::verify::{Links, refresh};

pub(super) fn run(
    arguments: &Arguments,
    specs: &Specs,
    cassettes: &[Cassette],
    output: &OutputArgs,
) -> Result<Outcome, Failure> {
    let format = output.require("verify live --plan", &[Format::Text, Format::Json, Format::Markdown])?;
    if cassettes.is_empty() {
        return Err(Failure::nothing());
    }
    let is_stale = |cassette: &&Cassette| why_stale(cassette, arguments.max_age).is_some();
    let (stale, fresh): (Vec<&Cassette>, Vec<&Cassette>) = cassettes.iter().partition(is_stale);
    let transcripts =
        |of: &[&Cassette]| -> Vec<Transcript> { of.iter().map(|cassette| (*cassette.transcript).clone()).collect() };
    let (old, new) = (transcripts(&stale), transcripts(&fresh));
    let refresh = refresh(specs, &old.iter().collect::<Vec<_>>(), &new.iter().collect::<Vec<_>>());

    let given = [arguments.inputs.as_slice(), arguments.other_inputs.as_slice()];
    let links: Vec<Links> = stale.iter().map(|cassette| bound(specs, cassette, &given)).collect();
    let requests: Vec<(String, Request)> = refresh
        .requests
        .iter()
        .map(|planned| {
            let (recording, index) = planned.exchange;
            request(specs, &stale[recording].transcript.exchanges[index], &links[recording])
        })
        .collect();
    let why = |cassette: &&Cassette| why_stale(cassette, arguments.max_age).unwrap_or_default();
    let stale: Vec<(String, String)> = stale.iter().map(|cassette| (cassette.file.clone(), why(cassette))).collect();
    let commands = commands(arguments, &requests);
    let session = Session {
        stale: &stale,
        recordings: cassettes.len(),
        refresh: &refresh,
        requests: &requests,
        commands: &commands,
    };
    let style = if format == Format::Markdown { output.plain_style() } else { output.style() };
    Ok(Outcome::Text(session.render(format, &style)))
}

/// Why a recording is stale, in words; without an age that is asked for, each is.
fn why_stale(cassette: &Cassette, max_age: Option<u32>) -> Option<String> {
    match max_age {
        Some(most) => too_old(cassette, most).map(|age| format!("{age}, and it may have {most}")),
        None => Some("to be refreshed, whatever its age (--max-age DAYS says which are stale)".to_owned()),
    }
}

/// A recorded request, with the inputs that were given in the place of stand-ins.
fn request(specs: &Specs, exchange: &Exchange, links: &Links) -> (String, Request) {
    match specs.route(&exchange.request) {
        Ok(route) => {
            let request = spec::build_request(route.spec, &links.renamed(route.spec, &route.inputs));
            (route.spec.operation.clone(), request)
        }
        Err(_) => (String::new(), exchange.request.clone()),
    }
}

/// One command for each operation: what is not given is left to be filled in.
fn commands(arguments: &Arguments, requests: &[(String, Request)]) -> Vec<String> {
    let mut operations: Vec<&str> = requests.iter().map(|(operation, _)| operation.as_str()).collect();
    operations.sort_unstable();
    operations.dedup();
    let inputs = match arguments.inputs.is_empty() {
        true => " --input NAME=VALUE…".to_owned(),
        false => arguments.inputs.iter().map(|(name, value)| format!(" --input {name}={value}")).collect(),
    };
    let command =
        |operation: &str| format!("retake record --upstream live --operation {operation}{inputs} --probe --review");
    operations.into_iter().map(command).collect()
}
