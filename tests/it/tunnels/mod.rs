//! Tunnels: to which targets they are opened, what is done at their end, and what comes of what comes through.

mod opened;
mod streams;
pub(crate) mod targets;
mod within;

use crate::wires;
use retake::answer::{Answer, Answerer, Session};
use retake::message::{Body, End, Headers, Request, Response};
use retake::net::{Clock, Interception, Limits, Listen, Listener};
use retake::serve::{Options, Running, Server, Traffic};
use retake::spec;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The host of the specs that come with the crate, in the region that is meant where none is named.
pub(crate) const HOST: &str = "runtime-medical-imaging.us-east-1.amazonaws.com";

/// Longer than anything takes here.
const FOREVER: Duration = Duration::from_secs(60);

/// Answers with what it is asked, and remembers sessions.
#[derive(Default)]
struct Parrot {
    sessions: Mutex<Vec<String>>,
}

impl Answerer for Parrot {
    fn answer(&self, session: &Session, request: &Request) -> Answer {
        self.sessions.lock().unwrap().push(session.0.clone());
        let host = request.headers.get("host").unwrap_or_default();
        let end = match request.path.as_str() {
            "/reset" => End::ResetAfter(2),
            "/stall" => End::TimeoutAfter(2),
            _ => End::Complete,
        };
        let status = if request.path == "/nothing" { None } else { Some(200) };
        Answer::Reply(Arc::new(Response {
            status,
            headers: Headers::from_iter([("content-type", "text/plain")]),
            body: Body::from_bytes(format!("{} {host}{}", request.method, request.path)),
            end: if status.is_none() { End::ResetAfter(0) } else { end },
        }))
    }
}

/// A server that opens tunnels.
struct Rig {
    running: Running,
    parrot: Arc<Parrot>,
    certificate: String,
}

impl Rig {
    async fn start() -> Self {
        Self::start_with(Limits::default()).await
    }

    async fn start_with(limits: Limits) -> Self {
        let specs = spec::embedded();
        let tunnels = Interception::of(&specs, "us-east-1", Clock::system()).unwrap();
        let certificate = tunnels.certificate().to_owned();
        let parrot = Arc::new(Parrot::default());
        let listener = Listener::bind(Listen::default()).await.unwrap();
        let options = Options { tunnels: Some(Arc::new(tunnels)), limits, kept: 16, ..Options::default() };
        let answerer = Arc::clone(&parrot) as Arc<dyn Answerer>;
        Self { running: Server::start(listener, answerer, &specs, options), parrot, certificate }
    }

    fn port(&self) -> u16 {
        self.running.port()
    }

    /// TLS through a new tunnel.
    async fn tls(&self, protocol: &str) -> TlsStream<TcpStream> {
        self.tls_as(protocol, "").await
    }

    /// The same, of a client that says more of itself to the proxy.
    async fn tls_as(&self, protocol: &str, fields: &str) -> TlsStream<TcpStream> {
        let (head, stream) = tunnel(self.port(), &format!("CONNECT {HOST}:443 HTTP/1.1\r\n{fields}\r\n")).await;
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        shake_hands(stream, HOST, &self.certificate, &[protocol]).await.unwrap()
    }

    fn sessions(&self) -> Vec<String> {
        self.parrot.sessions.lock().unwrap().clone()
    }

    async fn stop(self) -> Traffic {
        self.running.shutdown().await
    }
}

/// Asks for a tunnel; the head of the answer, and the connection behind it.
pub(crate) async fn tunnel(port: u16, request: &str) -> (String, TcpStream) {
    let mut stream = wires::connect(port).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0; 1];
        let count = timeout(FOREVER, stream.read(&mut byte)).await.expect("no answer came").unwrap_or_default();
        if count == 0 {
            break;
        }
        head.push(byte[0]);
    }
    (String::from_utf8_lossy(&head).into_owned(), stream)
}

/// TLS with what is at the end of a tunnel, by a client that trusts one certificate.
pub(crate) async fn shake_hands(
    stream: TcpStream,
    host: &str,
    certificate: &str,
    protocols: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    timeout(FOREVER, TlsConnector::from(Arc::new(config)).connect(name, stream)).await.expect("the handshake hangs")
}

/// Sends bytes through a tunnel, and reads until it ends.
pub(crate) async fn talk(stream: &mut TlsStream<TcpStream>, bytes: &str) -> String {
    stream.write_all(bytes.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    let mut answer = Vec::new();
    // How it ends is another matter.
    let _ = timeout(FOREVER, stream.read_to_end(&mut answer)).await.expect("the answer never ended");
    String::from_utf8_lossy(&answer).into_owned()
}
