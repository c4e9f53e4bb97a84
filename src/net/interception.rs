//! Which tunnels are opened, and what is done at their end: TLS as the host would do it.
//!
//! A tunnel is opened for `HOST:443` of the hosts of the loaded specs, spelled exactly so, and for nothing else. It
//! leads to no other machine: what comes through it is answered here, like any request.

use crate::diagnostic::Diagnostic;
use crate::net::arrived::Arrived;
use crate::net::authority::Authority;
use crate::net::clock::Clock;
use crate::net::gate::browser_field;
use crate::net::outgoing::Outgoing;
use crate::net::service::service_endpoint;
use crate::net::wire::{Socket, Unread};
use crate::spec::Specs;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::Uri;
use rustls::ServerConfig;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The longest name of a session.
const MAX_NAME: usize = 128;

/// The tunnels that a server opens.
#[derive(Debug)]
pub struct Interception {
    hosts: Vec<(String, Arc<ServerConfig>)>,
    authority: Authority,
    clock: Clock,
}

/// The tunnel that a request came through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Through {
    /// The host that it was opened to.
    pub host: String,
    /// The user name that the client gave the proxy.
    pub user: Option<String>,
}

/// A tunnel that is to be opened.
#[derive(Debug)]
pub(super) struct Tunnel {
    pub(super) through: Arc<Through>,
    config: Arc<ServerConfig>,
}

impl Interception {
    /// Intercepts the hosts of these specs in a region, with certificates of a new authority.
    pub fn of(specs: &Specs, region: &str, clock: Clock) -> Result<Self, Diagnostic> {
        let mut hosts = Vec::new();
        for spec in specs.iter() {
            hosts.push(service_endpoint(spec, region)?.host().to_owned());
        }
        hosts.sort();
        hosts.dedup();
        let authority = Authority::new(&hosts, &clock)?;
        let with_config = |host: String| Ok((host.clone(), authority.server(&host)?));
        let hosts = hosts.into_iter().map(with_config).collect::<Result<_, Diagnostic>>()?;
        Ok(Self { hosts, authority, clock })
    }

    /// The hosts.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.iter().map(|(host, _)| host.as_str())
    }

    /// The certificate that clients have to trust, in PEM.
    pub fn certificate(&self) -> &str {
        self.authority.pem()
    }

    /// Opens the tunnel that is asked for, or says what is answered instead.
    pub(super) fn open(&self, arrived: &Arrived) -> Result<Tunnel, Outgoing> {
        let refuse = |line: &str| Outgoing::line(403, line);
        let request = &arrived.request;
        if let Some(name) = browser_field(request) {
            return Err(refuse(&format!("no requests of browsers here ({name} was sent)")));
        }
        let target = authority_form(arrived.absolute(), &request.path);
        let known = self.hosts.iter().find(|(host, _)| is_tunnel_to(target, host));
        let Some((host, config)) = known else { return Err(refuse(&self.elsewhere())) };
        let names_another = request.headers.get("host").is_some_and(|named| named != host && named != target);
        if names_another || !request.body.bytes().is_empty() {
            return Err(refuse("a tunnel has one host and no body"));
        }
        if !self.authority.is_good(&self.clock) {
            return Err(refuse("the certificates of this session have ended: start retake anew"));
        }
        let user = match request.headers.get("proxy-authorization") {
            Some(value) => Some(user(value).ok_or_else(|| {
                refuse("the proxy's user name names a session: 1 to 128 letters, digits, dots, hyphens, underscores")
            })?),
            None => None,
        };
        Ok(Tunnel { through: Arc::new(Through { host: host.clone(), user }), config: Arc::clone(config) })
    }

    fn elsewhere(&self) -> String {
        let targets: Vec<String> = self.hosts().map(|host| format!("{host}:443")).collect();
        format!("only tunnels to {} are opened here; add other hosts to NO_PROXY", targets.join(", "))
    }
}

/// The authority of a target that is nothing else: a scheme or a path beside it is another form, which CONNECT does not
/// have, and empty here.
fn authority_form<'t>(absolute: Option<(Option<&str>, &'t str)>, path: &str) -> &'t str {
    match absolute {
        Some((None, authority)) if path.is_empty() => authority,
        Some(_) | None => "",
    }
}

/// Whether a tunnel to this host is asked for: by its name and port, spelled exactly so.
fn is_tunnel_to(target: &str, host: &str) -> bool {
    target.strip_prefix(host) == Some(":443")
}

/// The host to which the target of a `CONNECT`, as it stands in a request line, asks for a tunnel, of these hosts.
///
/// ```
/// use retake::net::tunnel_host;
///
/// let hosts = ["a.example"];
/// assert_eq!(tunnel_host(b"a.example:443", &hosts), Some("a.example"));
/// assert_eq!(tunnel_host(b"a.example.:443", &hosts), None);
/// ```
pub fn tunnel_host<'h>(target: &[u8], hosts: &[&'h str]) -> Option<&'h str> {
    let uri = Uri::try_from(target).ok()?;
    let absolute = uri.authority().map(|authority| (uri.scheme_str(), authority.as_str()));
    let target = authority_form(absolute, uri.path());
    hosts.iter().copied().find(|host| is_tunnel_to(target, host))
}

impl Tunnel {
    /// Does the handshake of a server; none other than the one that the tunnel was opened to.
    pub(super) async fn accept(&self, socket: Unread<Socket>) -> io::Result<TlsStream<Unread<Socket>>> {
        let stream = TlsAcceptor::from(Arc::clone(&self.config)).accept(socket).await?;
        match stream.get_ref().1.server_name() {
            Some(name) if name != self.through.host => Err(ErrorKind::InvalidData.into()),
            Some(_) | None => Ok(stream),
        }
    }
}

/// The user name of a proxy's authorization, if it is one that may name a session.
fn user(value: &str) -> Option<String> {
    let (scheme, encoded) = value.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let pair = String::from_utf8(decoded).ok()?;
    let (name, _) = pair.split_once(':')?;
    let is_name = (1..=MAX_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    is_name.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_user_name_for_a_session_and_forgets_the_password() {
        let of = |pair: &str| user(&format!("Basic {}", STANDARD.encode(pair)));

        assert_eq!(of("SESSION1:secret").as_deref(), Some("SESSION1"));
        assert_eq!(of("a.b-c_D:").as_deref(), Some("a.b-c_D"));
        for bad in ["", ":", ":secret", "a b:", "a", "é:", "a\n:", &format!("{}:", "x".repeat(129))] {
            assert_eq!(of(bad), None, "{bad:?}");
        }
        assert_eq!(of(&format!("{}:", "x".repeat(128))).map(|name| name.len()), Some(128));
        for bad in ["", "Basic", "Basic !", "Bearer YTpi", "YTpi"] {
            assert_eq!(user(bad), None, "{bad:?}");
        }
    }
}
