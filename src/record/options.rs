//! How a recording is to be made, and what of that cannot be.

use super::target::Existing;
use crate::answer::Answerer;
use crate::diagnostic::Diagnostic;
use crate::net::credentials::Source;
use crate::net::{Clock, Credentials, Endpoint, Interception, Internet, Limits, Network, Trust, UpstreamLimits};
use crate::redact::Policy;
use crate::spec::Specs;
use crate::store::{Disk, Files};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// How a recording is to be made.
pub struct Options {
    /// The contracts: only their operations are forwarded.
    pub specs: Arc<Specs>,
    /// Who answers.
    pub upstream: UpstreamChoice,
    /// The region, for which clients sign and which the host of a live service is in.
    pub region: String,
    /// The file that the recording becomes.
    pub cassette: PathBuf,
    /// What is done when that file exists.
    pub existing: Existing,
    /// Where a recording waits for its review; beside the cassette if none.
    pub pending: Option<PathBuf>,
    /// Operations that are forwarded although they are not read-only.
    pub allow: Vec<String>,
    /// What is kept although the spec calls it sensitive.
    pub policy: Policy,
    /// Credentials that this process holds besides those that sign: no file may hold them either.
    pub secrets: Vec<Credentials>,
    /// How much, and how long, towards clients.
    pub limits: Limits,
    /// The tunnels that are opened: none, unless clients are to reach the service by its own name.
    pub tunnels: Option<Arc<Interception>>,
    /// How long, towards the upstream.
    pub upstream_limits: UpstreamLimits,
    /// Whose certificates are trusted.
    pub trust: Trust,
    /// The way to the upstream.
    pub network: Arc<dyn Network>,
    /// The time that signatures are judged by, and that the cassette states.
    pub clock: Clock,
    /// Where files are.
    pub files: Arc<dyn Files>,
}

impl Options {
    /// A recording of these operations from an upstream into a file; the rest as usual.
    pub fn new(specs: Arc<Specs>, upstream: UpstreamChoice, cassette: impl Into<PathBuf>) -> Self {
        Self {
            specs,
            upstream,
            region: "us-east-1".to_owned(),
            cassette: cassette.into(),
            existing: Existing::Refuse,
            pending: None,
            allow: Vec::new(),
            policy: Policy::default(),
            secrets: Vec::new(),
            limits: Limits::default(),
            tunnels: None,
            upstream_limits: UpstreamLimits::default(),
            trust: Trust::default(),
            network: Arc::new(Internet),
            clock: Clock::system(),
            files: Arc::new(Disk),
        }
    }

    /// Whether all of it can be done; before a file or socket is touched.
    pub(super) fn check(&self) -> Result<(), StartError> {
        self.check_region().and_then(|()| self.check_allowed()).and_then(|()| self.check_keys()).map_err(usage)?;
        self.check_tunnels().map_err(usage)?;
        self.policy.check(&self.specs).map_err(usage)
    }

    /// A region becomes part of a host name: it is a name of letters, digits and hyphens.
    fn check_region(&self) -> Result<(), Diagnostic> {
        let good = self.region.starts_with(|c: char| c.is_ascii_lowercase())
            && self.region.len() <= 32
            && self.region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if good {
            return Ok(());
        }
        Err(Diagnostic::new("this is not the name of a region")
            .expected("a name such as us-east-1")
            .found(&self.region))
    }

    fn check_allowed(&self) -> Result<(), Diagnostic> {
        let unknown = self.allow.iter().find(|name| self.specs.operation(name).is_none());
        let Some(unknown) = unknown else { return Ok(()) };
        let diagnostic =
            Diagnostic::new(format!("no loaded spec has the operation \"{unknown}\", which is to be allowed"));
        let known = self.specs.iter().map(|spec| spec.operation.as_str());
        Err(diagnostic.help("load its spec with --spec").suggest(unknown, known))
    }

    /// Credentials of a person go where nobody on the way can read what they sign.
    fn check_keys(&self) -> Result<(), Diagnostic> {
        match &self.upstream {
            UpstreamChoice::Url { endpoint, credentials: Some(_) } if !endpoint.is_private() => Err(Diagnostic::new(
                format!("real credentials sign for https or this machine only, not for {endpoint}"),
            )
            .help("leave --upstream-credentials out, or name an https URL")),
            UpstreamChoice::Url { .. }
            | UpstreamChoice::Live(_)
            | UpstreamChoice::Through
            | UpstreamChoice::Simulated(_) => Ok(()),
        }
    }

    /// What is signed for the service's own name comes through a tunnel to it.
    fn check_tunnels(&self) -> Result<(), Diagnostic> {
        if matches!(self.upstream, UpstreamChoice::Through) && self.tunnels.is_none() {
            return Err(Diagnostic::new(
                "no tunnels are opened, by which clients would reach the service that they sign for",
            ));
        }
        Ok(())
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("cassette", &self.cassette).finish_non_exhaustive()
    }
}

/// Who answers behind a recorder.
#[derive(Clone)]
pub enum UpstreamChoice {
    /// The real service, at the host that the spec and the region make.
    Live(Source),
    /// The same, for which clients sign themselves: what comes through tunnels is passed on as it is.
    Through,
    /// An answerer in this process: the simulator.
    Simulated(Arc<dyn Answerer>),
    /// A server at a URL.
    Url {
        /// Where it is.
        endpoint: Endpoint,
        /// What signs for it; the throw-away credentials of the session if none.
        credentials: Option<Credentials>,
    },
}

/// Why a recording was not begun, or not recovered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartError {
    /// It was asked for in a wrong way.
    Usage(Diagnostic),
    /// Something that it needs failed.
    Failed(Diagnostic),
}

impl StartError {
    /// What is to be told, whosever fault it is.
    pub(super) fn into_diagnostic(self) -> Diagnostic {
        match self {
            Self::Usage(diagnostic) | Self::Failed(diagnostic) => diagnostic,
        }
    }
}

fn usage(diagnostic: Diagnostic) -> StartError {
    StartError::Usage(diagnostic)
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(diagnostic) | Self::Failed(diagnostic) => diagnostic.fmt(f),
        }
    }
}

impl std::error::Error for StartError {}
