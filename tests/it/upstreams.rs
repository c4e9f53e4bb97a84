//! A scripted server for tests of what talks to an upstream: it does what a library refuses to do.

use rcgen::{CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// What is done once a request is in.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Writes bytes.
    Send(Vec<u8>),
    /// Closes the connection.
    Close,
    /// Resets it.
    Reset,
    /// Does nothing more with it.
    Stall,
    /// Waits until the test says to go on.
    Wait,
}

/// Writes a text.
pub(crate) fn send(text: impl Into<Vec<u8>>) -> Act {
    Act::Send(text.into())
}

/// Writes a whole answer with these header lines.
pub(crate) fn answer(status: u16, fields: &str, body: &str) -> Act {
    send(format!("HTTP/1.1 {status} X\r\n{fields}content-length: {}\r\n\r\n{body}", body.len()))
}

#[derive(Debug)]
struct Seen {
    requests: Vec<String>,
    connections: usize,
    script: VecDeque<Vec<Act>>,
    go_on: Arc<Semaphore>,
}

/// A scripted server on loopback. Dropping it ends it.
pub(crate) struct Stub {
    pub(crate) port: u16,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl Stub {
    /// Plays one script a request, the last one again and again.
    pub(crate) async fn start(script: Vec<Vec<Act>>) -> Self {
        Self::start_with(script, None).await
    }

    /// The same over TLS.
    pub(crate) async fn start_tls(script: Vec<Vec<Act>>, config: Arc<ServerConfig>) -> Self {
        Self::start_with(script, Some(TlsAcceptor::from(config))).await
    }

    async fn start_with(script: Vec<Vec<Act>>, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen {
            script: script.into(),
            requests: Vec::new(),
            connections: 0,
            go_on: Arc::new(Semaphore::new(0)),
        }));
        let task = tokio::spawn(accept(listener, Arc::clone(&seen), tls));
        Self { port, seen, task }
    }

    /// The heads and bodies of the requests that came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// Lets one waiting script go on.
    pub(crate) fn go_on(&self) {
        self.seen.lock().unwrap().go_on.add_permits(1);
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, seen: Arc<Mutex<Seen>>, tls: Option<TlsAcceptor>) {
    let mut tasks = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        seen.lock().unwrap().connections += 1;
        let (seen, tls) = (Arc::clone(&seen), tls.clone());
        tasks.spawn(async move {
            match tls {
                None => {
                    let mut stream = stream;
                    if matches!(converse(&mut stream, &seen).await, Some(Act::Reset)) {
                        stream.set_zero_linger().unwrap();
                    }
                }
                Some(tls) => {
                    // Clients that refuse the certificate end the handshake.
                    if let Ok(mut stream) = tls.accept(stream).await {
                        converse(&mut stream, &seen).await;
                        let _ = stream.shutdown().await;
                    }
                }
            }
        });
    }
}

/// Reads requests and plays scripts until one of them ends the connection.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, seen: &Mutex<Seen>) -> Option<Act> {
    loop {
        let request = read_request(stream).await?;
        let script = {
            let mut seen = seen.lock().unwrap();
            seen.requests.push(request);
            if seen.script.len() > 1 { seen.script.pop_front().unwrap() } else { seen.script[0].clone() }
        };
        for act in script {
            match act {
                Act::Send(bytes) => {
                    stream.write_all(&bytes).await.ok()?;
                    stream.flush().await.ok()?;
                }
                Act::Wait => {
                    let go_on = Arc::clone(&seen.lock().unwrap().go_on);
                    go_on.acquire().await.unwrap().forget();
                }
                Act::Stall => std::future::pending().await,
                Act::Close | Act::Reset => return Some(act),
            }
        }
    }
}

async fn read_request<S: AsyncRead + Unpin>(stream: &mut S) -> Option<String> {
    let mut request = Vec::new();
    let mut left = None;
    while left != Some(0) {
        let mut byte = [0; 1];
        if stream.read(&mut byte).await.ok()? == 0 {
            return None;
        }
        request.push(byte[0]);
        left = match left {
            Some(left) => Some(left - 1),
            None if request.ends_with(b"\r\n\r\n") => Some(content_length(&request)),
            None => None,
        };
    }
    Some(String::from_utf8_lossy(&request).into_owned())
}

fn content_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0)
}

/// A private authority, and servers that it vouches for.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        // OpenSSL takes a certificate whose issuer has its own name for one that signed itself.
        params.distinguished_name.push(DnType::CommonName, "the authority of a test");
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for a name and its key, in PEM.
    pub(crate) fn pair(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &self.0).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    /// The configuration of a server with a certificate for a name.
    pub(crate) fn server(&self, name: &str) -> Arc<ServerConfig> {
        self.server_of(CertificateParams::new(vec![name.to_owned()]).unwrap())
    }

    /// The configuration of a server with this certificate.
    pub(crate) fn server_of(&self, params: CertificateParams) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        serving(vec![certificate.der().clone()], &key)
    }

    /// A server whose certificate was issued by one that may issue none.
    pub(crate) fn server_behind_a_leaf(&self, name: &str) -> Arc<ServerConfig> {
        let params = || CertificateParams::new(vec![name.to_owned()]).unwrap();
        let leaf = CertifiedIssuer::signed_by(params(), KeyPair::generate().unwrap(), &self.0).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params().signed_by(&key, &leaf).unwrap();
        serving(vec![certificate.der().clone(), leaf.der().clone()], &key)
    }
}

/// A server whose certificate nobody vouches for but itself.
pub(crate) fn self_signed(name: &str) -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().self_signed(&key).unwrap();
    serving(vec![certificate.der().clone()], &key)
}

fn serving(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    Arc::new(config)
}
