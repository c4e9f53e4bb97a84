//! The recorder between a client that signs for the real service itself and that service: a stand-in at its name.

mod passing;
mod reached;
mod refused;

use super::{NOW, PATH, SERVICE, list, options};
use crate::tunnels::{HOST, shake_hands, talk, tunnel};
use crate::upstreams::{Act, Authority, Stub};
use retake::diagnostic::Diagnostic;
use retake::message::{Request, target};
use retake::net::sigv4::{Signer, sign};
use retake::net::{Clock, Credentials, Interception, Listen, Listener, Network, Trust, Waiting};
use retake::record::{Options, Recorder, Recording, Running, UpstreamChoice};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::net::TcpStream;

/// An address of the service, as far as anybody here knows.
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));

/// A network in which every name stands for some addresses, and every address is a stub on loopback.
pub(crate) struct Wired {
    addresses: Vec<IpAddr>,
    port: u16,
    seen: Mutex<(Vec<String>, Vec<SocketAddr>)>,
}

impl Wired {
    pub(crate) fn new(addresses: Vec<IpAddr>, port: u16) -> Arc<Self> {
        Arc::new(Self { addresses, port, seen: Mutex::default() })
    }

    /// The names that were asked for.
    fn resolved(&self) -> Vec<String> {
        self.seen.lock().unwrap().0.clone()
    }

    /// The addresses that were connected to.
    fn connected(&self) -> Vec<SocketAddr> {
        self.seen.lock().unwrap().1.clone()
    }
}

impl Network for Wired {
    fn resolve<'n>(&'n self, host: &'n str, port: u16) -> Waiting<'n, Vec<SocketAddr>> {
        self.seen.lock().unwrap().0.push(format!("{host}:{port}"));
        let addresses = self.addresses.iter().map(|address| SocketAddr::new(*address, port)).collect();
        Box::pin(async { Ok(addresses) })
    }

    fn connect(&self, address: SocketAddr) -> Waiting<'_, TcpStream> {
        self.seen.lock().unwrap().1.push(address);
        Box::pin(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)))
    }
}

/// Credentials as a person has them: the documented examples.
fn own() -> Credentials {
    let token =
        "AQoEXAMPLEH4aoAH0gNCAPyJxz4BlCFFxWNE1OPTgk5TthT+FvwqnKwRcOIfrRh3c/LTo6UDdyJwOOvEVPvLXCrrrUtdnniCEXAMPLE";
    Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", Some(token.to_owned()))
}

/// A recorder before a stand-in of the service.
struct Rig {
    folder: TempDir,
    running: Running,
    stub: Stub,
    network: Arc<Wired>,
    certificate: String,
}

impl Rig {
    async fn start(script: Vec<Vec<Act>>) -> Self {
        Self::start_with(script, |_| {}).await
    }

    async fn start_with(script: Vec<Vec<Act>>, change: impl FnOnce(&mut Options)) -> Self {
        let authority = Authority::new();
        Self::start_at(script, vec![ADDRESS], &authority, &authority, HOST, change).await
    }

    /// One whose upstream is at these addresses, with a certificate of this issuer for this name.
    async fn start_at(
        script: Vec<Vec<Act>>,
        addresses: Vec<IpAddr>,
        trusted: &Authority,
        issuer: &Authority,
        name: &str,
        change: impl FnOnce(&mut Options),
    ) -> Self {
        let stub = Stub::start_tls(script, issuer.server(name)).await;
        let network = Wired::new(addresses, stub.port);
        let folder = tempfile::tempdir().unwrap();
        let mut options = options(UpstreamChoice::Through, folder.path().join("a.cassette.yaml"));
        let tunnels = Interception::of(&options.specs, &options.region, Clock::system()).unwrap();
        let certificate = tunnels.certificate().to_owned();
        options.tunnels = Some(Arc::new(tunnels));
        options.network = Arc::clone(&network) as Arc<dyn Network>;
        options.trust = Trust { extra: Some(("ca.pem".to_owned(), trusted.pem().into_bytes())) };
        change(&mut options);
        let listener = Listener::bind(Listen::default()).await.unwrap();
        Self { folder, running: Recorder::start(listener, options).unwrap(), stub, network, certificate }
    }

    fn port(&self) -> u16 {
        self.running.access().endpoint.rsplit(':').next().unwrap().parse().unwrap()
    }

    fn cassette(&self) -> PathBuf {
        self.folder.path().join("a.cassette.yaml")
    }

    /// What a client gets that sends these bytes through a tunnel.
    async fn ask(&self, head: &str) -> String {
        let (answer, stream) = tunnel(self.port(), &format!("CONNECT {HOST}:443 HTTP/1.0\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        let mut stream = shake_hands(stream, HOST, &self.certificate, &["http/1.1"]).await.unwrap();
        talk(&mut stream, head).await
    }

    async fn finish(self) -> (Result<Recording, Diagnostic>, TempDir, Stub, Arc<Wired>) {
        (self.running.finish().await, self.folder, self.stub, self.network)
    }
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

fn signer(credentials: &Credentials) -> Signer {
    Signer { credentials: credentials.clone(), region: "us-east-1".to_owned(), service: SERVICE.to_owned() }
}

/// The bytes of a request that is signed for the service itself.
fn signed(request: &Request, signer: &Signer) -> String {
    let signature = sign(request, "https", HOST, signer, NOW).unwrap();
    let mut head =
        format!("{} {} HTTP/1.1\r\nHost: {HOST}\r\n", request.method, target::join(&request.path, &request.query));
    for (name, value) in request.headers.iter().chain(signature.iter()) {
        head += &format!("{name}: {value}\r\n");
    }
    let body = std::str::from_utf8(request.body.bytes()).unwrap();
    head + &format!("User-Agent: aws-sdk-test/1\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}
