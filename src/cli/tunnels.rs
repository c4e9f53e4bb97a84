//! `--mode forward`: clients reach the service by its own name, through tunnels that end here.

use super::Failure;
use super::certificates::named_certificates;
use crate::drive::{Folder, Own, Tunnels};
use crate::net::{Clock, Interception, system_certificates};
use crate::spec::Specs;
use clap::ValueEnum;
use std::path::PathBuf;
use std::sync::Arc;

/// How clients reach the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Mode {
    /// At its URL, in place of the service's.
    #[default]
    Reverse,
    /// At the service's own host names, through an HTTPS proxy that ends TLS by a certificate authority of the session.
    Forward,
}

impl Mode {
    /// The tunnels of this mode, if it has any.
    pub(super) fn tunnels(self, specs: &Specs, region: &str) -> Result<Option<Arc<Interception>>, Failure> {
        match self {
            Self::Reverse => Ok(None),
            Self::Forward => Interception::of(specs, region, Clock::system())
                .map(|tunnels| Some(Arc::new(tunnels)))
                .map_err(Failure::usage),
        }
    }
}

/// What a client is told of tunnels.
#[derive(Debug)]
pub(super) struct Tunnelled {
    hosts: Vec<String>,
    own: Option<Own>,
    bundle: PathBuf,
    certificate: PathBuf,
}

impl Tunnelled {
    /// Writes the certificates that a client is to trust into the folder of the session. One that signs for the real
    /// service has credentials of its own.
    pub(super) fn write(tunnels: &Interception, own: Option<Own>, folder: &Folder) -> Result<Self, Failure> {
        let ours = tunnels.certificate();
        let bundle = [system_certificates(), inherited("AWS_CA_BUNDLE")?, ours.to_owned()].concat();
        let certificate = [inherited("NODE_EXTRA_CA_CERTS")?, ours.to_owned()].concat();
        folder.write_certificates(&bundle, &certificate).map_err(Failure::world)?;
        let hosts = tunnels.hosts().map(str::to_owned).collect();
        Ok(Self { hosts, own, bundle: folder.bundle(), certificate: folder.certificate() })
    }

    /// The same as the environment of a client needs it.
    pub(super) fn lead(&self) -> Tunnels<'_> {
        Tunnels { hosts: &self.hosts, bundle: &self.bundle, certificate: &self.certificate, own: self.own.as_ref() }
    }
}

/// The certificates that clients were told of already, by a file that a variable names.
fn inherited(variable: &str) -> Result<String, Failure> {
    Ok(named_certificates(variable)?.map(|(_, text)| text + "\n").unwrap_or_default())
}
