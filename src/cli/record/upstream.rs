//! Who stands behind the recorder.

use super::super::session::DEFAULT_REGION;
use super::super::tunnels::Mode;
use super::super::{Failure, simulate};
use super::arguments::{Arguments, UpstreamArg, UpstreamCredentials};
use crate::diagnostic::Diagnostic;
use crate::drive::Own;
use crate::net::credentials::Source;
use crate::net::{Credentials, Endpoint};
use crate::record::UpstreamChoice;
use crate::simulate::{Settings, Simulator};
use crate::spec::Specs;
use std::sync::Arc;

/// Who stands behind the recorder, and what is known of it.
pub(super) struct Behind {
    pub(super) choice: UpstreamChoice,
    /// What a person is told.
    pub(super) name: String,
    pub(super) region: String,
    /// The inputs that are known: the given ones, for the simulator also those of its resource.
    pub(super) inputs: Vec<(String, String)>,
}

impl Behind {
    pub(super) async fn choose(arguments: &Arguments, specs: &Arc<Specs>) -> Result<Self, Failure> {
        match &arguments.upstream {
            UpstreamArg::Simulated => Self::simulated(arguments, specs),
            UpstreamArg::Url(endpoint) => Self::url(arguments, endpoint),
            UpstreamArg::Live if arguments.listen.mode == Mode::Forward => Self::through(arguments).await,
            UpstreamArg::Live => Self::live(arguments).await,
        }
    }

    /// Whether it is asked over a network.
    pub(super) fn is_elsewhere(&self) -> bool {
        !matches!(self.choice, UpstreamChoice::Simulated(_))
    }

    fn simulated(arguments: &Arguments, specs: &Arc<Specs>) -> Result<Self, Failure> {
        let inputs: Vec<_> = arguments.inputs.iter().chain(&arguments.other_inputs).cloned().collect();
        let settings = Settings { inputs, ..Settings::default() };
        let simulator = Arc::new(Simulator::new(Arc::clone(specs), settings).map_err(Failure::usage)?);
        Ok(Self {
            name: "the simulator (nothing leaves this machine; --upstream live records AWS)".to_owned(),
            region: given_region(arguments),
            inputs: simulate::inputs(specs, &simulator, &arguments.inputs),
            choice: UpstreamChoice::Simulated(simulator),
        })
    }

    fn url(arguments: &Arguments, endpoint: &Endpoint) -> Result<Self, Failure> {
        let credentials = match arguments.upstream_credentials {
            UpstreamCredentials::Throwaway => None,
            UpstreamCredentials::Env => Some(environment_credentials()?),
        };
        Ok(Self {
            choice: UpstreamChoice::Url { endpoint: endpoint.clone(), credentials },
            name: endpoint.to_string(),
            region: given_region(arguments),
            inputs: arguments.inputs.clone(),
        })
    }

    async fn live(arguments: &Arguments) -> Result<Self, Failure> {
        let (source, region) = live(arguments.profile.as_deref(), arguments.region.as_deref()).await?;
        Ok(Self {
            choice: UpstreamChoice::Live(source),
            name: format!("the live service in {region}"),
            region,
            inputs: arguments.inputs.clone(),
        })
    }

    async fn through(arguments: &Arguments) -> Result<Self, Failure> {
        let region = live_region(arguments.profile.as_deref(), arguments.region.as_deref()).await?;
        Ok(Self {
            choice: UpstreamChoice::Through,
            name: format!("the live service in {region}, for which the client signs"),
            region,
            inputs: arguments.inputs.clone(),
        })
    }

    /// The credentials of the client's own, where it signs for the service itself.
    pub(super) fn own(&self, arguments: &Arguments) -> Option<Own> {
        matches!(self.choice, UpstreamChoice::Through).then(|| Own { profile: arguments.profile.clone() })
    }
}

/// The region of a live service for which nothing here signs.
#[cfg(feature = "aws-chain")]
async fn live_region(profile: Option<&str>, region: Option<&str>) -> Result<String, Failure> {
    use crate::net::Clock;
    use crate::net::credentials::Chain;

    if let Some(region) = region {
        return Ok(region.to_owned());
    }
    // The chain is asked for the region alone, and gone before anything is recorded.
    known_region(Chain::load(profile, Clock::system()).await.region().map(str::to_owned))
}

/// The region of a live service for which nothing here signs.
#[cfg(not(feature = "aws-chain"))]
async fn live_region(_: Option<&str>, region: Option<&str>) -> Result<String, Failure> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let region = region.map(str::to_owned).or_else(|| variable("AWS_REGION"));
    known_region(region.or_else(|| variable("AWS_DEFAULT_REGION")))
}

/// What signs for the live service, and the region that it is asked in.
#[cfg(feature = "aws-chain")]
pub(in crate::cli) async fn live(profile: Option<&str>, region: Option<&str>) -> Result<(Source, String), Failure> {
    use crate::net::Clock;
    use crate::net::credentials::Chain;

    let chain = Chain::load(profile, Clock::system()).await;
    let region = known_region(region.map(str::to_owned).or_else(|| chain.region().map(str::to_owned)))?;
    Ok((Source::Chain(chain), region))
}

/// What signs for the live service, and the region that it is asked in.
#[cfg(not(feature = "aws-chain"))]
pub(in crate::cli) async fn live(_: Option<&str>, region: Option<&str>) -> Result<(Source, String), Failure> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let region = region.map(str::to_owned).or_else(|| variable("AWS_REGION"));
    let source = Source::Fixed(environment_credentials()?);
    Ok((source, known_region(region.or_else(|| variable("AWS_DEFAULT_REGION")))?))
}

fn known_region(region: Option<String>) -> Result<String, Failure> {
    region.ok_or_else(|| {
        Failure::usage(
            Diagnostic::new("no region is known for the live service")
                .help("give --region, RETAKE_REGION or AWS_REGION, or a profile that has one"),
        )
    })
}

fn given_region(arguments: &Arguments) -> String {
    arguments.region.clone().unwrap_or_else(|| DEFAULT_REGION.to_owned())
}

fn environment_credentials() -> Result<Credentials, Failure> {
    Credentials::from_environment(|name| std::env::var(name).ok()).ok_or_else(|| {
        Failure::world(
            Diagnostic::new("the environment holds no credentials")
                .help("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN where there is one"),
        )
    })
}
