//! `--mode forward`: clients reach the service by its own name, through tunnels that end here.

use super::Failure;
use crate::diagnostic::{Diagnostic, Location};
use crate::drive::{Folder, Own, Tunnels};
use crate::net::{Clock, Interception, system_certificates};
use crate::spec::Specs;
use crate::store::{Disk, Files};
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How large a file of certificates may be.
const MAX_CERTIFICATES: u64 = 4 * 1024 * 1024;

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
    let Some(file) = std::env::var_os(variable).filter(|file| !file.is_empty()) else { return Ok(String::new()) };
    let unreadable = |why: String| {
        let error = Diagnostic::new(format!("cannot read the certificates that {variable} names: {why}"));
        Failure::world(
            error.at(Location::file(Path::new(&file).display().to_string())).help("unset it, or mend the file"),
        )
    };
    let bytes = Disk.read(Path::new(&file), MAX_CERTIFICATES).map_err(|error| unreadable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is no text".to_owned()))?;
    Ok(text + "\n")
}
