//! The flags of `retake record`.

use super::super::session::{CommandArgs, ListenArgs};
use super::super::sources::{SpecArgs, parse_input};
use crate::net::Endpoint;
use crate::probe::DEFAULT_MAX_REQUESTS;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Put a proxy between a client and the service; keep what passes as a cassette.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Who answers: "live" (AWS), "simulated" (the spec, the default) or a URL.
    #[arg(long, value_name = "UPSTREAM", value_parser = parse_upstream, default_value = "simulated", env = "RETAKE_UPSTREAM", hide_env_values = true)]
    pub(super) upstream: UpstreamArg,

    /// Record this operation alone.
    #[arg(long, value_name = "OPERATION", env = "RETAKE_OPERATION", hide_env_values = true)]
    pub(super) operation: Option<String>,

    /// What signs for a URL: throw-away credentials, or those of the environment.
    #[arg(long, value_enum, default_value = "throwaway", value_name = "WHICH")]
    pub(super) upstream_credentials: UpstreamCredentials,

    /// The region [default: for "live" the one of the AWS configuration, else us-east-1].
    #[arg(long, env = "RETAKE_REGION", hide_env_values = true)]
    pub(super) region: Option<String>,

    /// The profile of the AWS configuration whose credentials sign for "live".
    #[arg(long, env = "RETAKE_PROFILE", hide_env_values = true)]
    pub(super) profile: Option<String>,

    #[command(flatten)]
    pub(super) specs: SpecArgs,

    /// The file to write [default: cassettes/<service>/<operation>-<upstream>.cassette.yaml].
    #[arg(long, value_name = "FILE", env = "RETAKE_CASSETTE", hide_env_values = true)]
    pub(super) cassette: Option<PathBuf>,

    /// Write the recording beside an existing cassette, as .new, for review.
    #[arg(long, conflicts_with = "overwrite")]
    pub(super) review: bool,

    /// Replace an existing cassette.
    #[arg(long)]
    pub(super) overwrite: bool,

    /// Send the probes that the spec implies, instead of waiting for a client.
    #[arg(long, conflicts_with_all = ["command", "ready_file"])]
    pub(super) probe: bool,

    /// A resource to probe, or a value for the placeholder {NAME} of the COMMAND.
    #[arg(long = "input", value_name = "NAME=VALUE", value_parser = parse_input)]
    pub(super) inputs: Vec<(String, String)>,

    /// Another resource, whose page tokens are foreign to the first.
    #[arg(long = "other-input", value_name = "NAME=VALUE", value_parser = parse_input, requires = "probe")]
    pub(super) other_inputs: Vec<(String, String)>,

    /// How many requests the probes make at most.
    #[arg(long, value_name = "N", default_value_t = DEFAULT_MAX_REQUESTS, requires = "probe")]
    pub(super) max_requests: u32,

    /// Forward this operation although its spec does not call it read-only.
    #[arg(long, value_name = "OPERATION")]
    pub(super) allow: Vec<String>,

    /// Keep this member although the spec calls it sensitive; the cassette says so.
    #[arg(long, value_name = "MEMBER")]
    pub(super) keep: Vec<String>,

    /// Make the cassette of what a recording left that broke off, instead of recording.
    #[arg(long, conflicts_with_all = ["command", "probe", "inputs", "allow", "keep"])]
    pub(super) recover: bool,

    /// Do not fail when the COMMAND does.
    #[arg(long, requires = "command")]
    pub(super) allow_command_failure: bool,

    #[command(flatten)]
    pub(super) listen: ListenArgs,

    #[command(flatten)]
    pub(super) command: CommandArgs,
}

/// Who answers.
#[derive(Debug, Clone)]
pub(super) enum UpstreamArg {
    Live,
    Simulated,
    Url(Endpoint),
}

impl UpstreamArg {
    /// The word in the default name of a cassette.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Simulated => "simulated",
            Self::Url(_) => "url",
        }
    }
}

/// What signs for a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum UpstreamCredentials {
    /// Credentials that this session made up.
    Throwaway,
    /// The real ones of AWS_ACCESS_KEY_ID and its like; towards https or loopback only.
    Env,
}

fn parse_upstream(text: &str) -> Result<UpstreamArg, String> {
    match text {
        "live" => Ok(UpstreamArg::Live),
        "simulated" => Ok(UpstreamArg::Simulated),
        url if url.starts_with("http://") || url.starts_with("https://") => {
            Endpoint::parse(url).map(UpstreamArg::Url).map_err(|error| error.to_string())
        }
        _ => Err("an upstream is \"live\", \"simulated\" or a URL that begins with http:// or https://".to_owned()),
    }
}
