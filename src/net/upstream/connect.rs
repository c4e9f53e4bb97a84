//! Connections to an upstream: dialled, verified, kept for the next request.

use super::endpoint::Endpoint;
use super::network::Network;
use crate::diagnostic::Diagnostic;
use crate::net::roots;
use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;

/// How long a connection without work is kept: shorter than any usual server keeps it, so that a request seldom
/// meets a connection that is being closed.
const KEPT: Duration = Duration::from_millis(1500);

/// Whose certificates are trusted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// Certificates in PEM besides those of the system, with the file that they are from.
    pub extra: Option<(String, Vec<u8>)>,
}

impl Trust {
    fn roots(&self) -> Result<RootCertStore, Diagnostic> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(roots::system());
        if let Some((file, pem)) = &self.extra {
            let unreadable = |why: String| Diagnostic::new(format!("cannot read the certificates of {file}: {why}"));
            let before = roots.len();
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
                roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
            }
            if roots.len() == before {
                return Err(unreadable("there is none in it".to_owned()));
            }
        }
        if roots.is_empty() {
            return Err(Diagnostic::new("this system has no trusted certificates, so no https server can be verified")
                .help("install ca-certificates, or name a file of them in SSL_CERT_FILE or AWS_CA_BUNDLE"));
        }
        Ok(roots)
    }
}

/// A connection on which one request can be sent.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) sender: SendRequest<Full<Bytes>>,
}

/// A lane that waits until its answer is read, and where it is put then.
#[derive(Debug)]
pub(super) struct Kept {
    lane: Option<Lane>,
    shelf: Arc<Shelf>,
}

impl Kept {
    /// Puts the connection back for the next request: its answer was complete.
    pub(super) fn put_back(&mut self) {
        if let Some(lane) = self.lane.take() {
            self.shelf.lanes().push((lane, Instant::now()));
        }
    }
}

#[derive(Debug, Default)]
struct Shelf(Mutex<Vec<(Lane, Instant)>>);

impl Shelf {
    fn lanes(&self) -> MutexGuard<'_, Vec<(Lane, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lane that was put back last, if it is still good.
    fn take(&self) -> Option<Lane> {
        let mut lanes = self.lanes();
        let now = Instant::now();
        lanes.retain(|(lane, since)| !lane.sender.is_closed() && now.duration_since(*since) < KEPT);
        lanes.pop().map(|(lane, _)| lane)
    }
}

/// The connections to one endpoint.
pub(super) struct Connections {
    endpoint: Endpoint,
    network: Arc<dyn Network>,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    limit: Duration,
    shelf: Arc<Shelf>,
    tasks: Mutex<JoinSet<()>>,
}

impl Connections {
    pub(super) fn new(
        endpoint: &Endpoint,
        network: Arc<dyn Network>,
        trust: &Trust,
        limit: Duration,
    ) -> Result<Self, Diagnostic> {
        let tls = if endpoint.is_tls() { Some(tls(endpoint, trust)?) } else { None };
        Ok(Self { endpoint: endpoint.clone(), network, tls, limit, shelf: Arc::default(), tasks: Mutex::default() })
    }

    /// A kept connection that is ready, or a new one.
    pub(super) async fn open(&self) -> Result<Lane, Diagnostic> {
        while let Some(mut lane) = self.shelf.take() {
            if matches!(timeout(self.limit, lane.sender.ready()).await, Ok(Ok(()))) {
                return Ok(lane);
            }
        }
        self.dial().await
    }

    /// A new connection, verified where it is over TLS.
    pub(super) async fn dial(&self) -> Result<Lane, Diagnostic> {
        match timeout(self.limit, self.dial_without_limit()).await {
            Ok(dialled) => dialled,
            Err(_) => Err(self.unreachable(&format!("no connection within {} seconds", self.limit.as_secs_f32()))),
        }
    }

    async fn dial_without_limit(&self) -> Result<Lane, Diagnostic> {
        let stream = self.reach().await?;
        // Failing only makes small requests slower.
        let _ = stream.set_nodelay(true);
        match &self.tls {
            None => self.speak(stream).await,
            Some((connector, name)) => {
                let stream = connector.connect(name.clone(), stream).await.map_err(|error| {
                    Diagnostic::new(format!("no TLS with {}: {error}", self.endpoint))
                        .help("nothing was sent; name the file of a private CA in AWS_CA_BUNDLE if it is yours")
                })?;
                self.speak(stream).await
            }
        }
    }

    /// A connection to an address that the name stands for: resolved once, checked, and what was checked is connected to.
    async fn reach(&self) -> Result<TcpStream, Diagnostic> {
        let resolved = self.network.resolve(self.endpoint.host(), self.endpoint.port()).await;
        let mut addresses = resolved.map_err(|error| self.unreachable(&error.to_string()))?;
        addresses.retain(|address| self.endpoint.may_be_at(address.ip()));
        let mut why = "the name stands for no address that an upstream may have".to_owned();
        for address in addresses {
            match self.network.connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => why = error.to_string(),
            }
        }
        Err(self.unreachable(&why))
    }

    async fn speak(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Lane, Diagnostic> {
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| self.unreachable(&error.to_string()))?;
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            // How it ended is told to the one who waits for the answer.
            let _ = connection.await;
        });
        Ok(Lane { sender })
    }

    /// Remembers where the lane of an answer is to be put back.
    pub(super) fn keep(&self, lane: Lane) -> Kept {
        Kept { lane: Some(lane), shelf: Arc::clone(&self.shelf) }
    }

    pub(super) async fn close(&self) {
        self.shelf.lanes().clear();
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        tasks.shutdown().await;
    }

    fn unreachable(&self, why: &str) -> Diagnostic {
        Diagnostic::new(format!("cannot reach {}: {why}", self.endpoint))
            .help("see that the host is up and its name, port and scheme are right")
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

fn tls(endpoint: &Endpoint, trust: &Trust) -> Result<(TlsConnector, ServerName<'static>), Diagnostic> {
    let name = ServerName::try_from(endpoint.host().to_owned())
        .map_err(|_| Diagnostic::new(format!("no certificate can be for the name of {endpoint}")))?;
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Diagnostic::new(format!("cannot set up TLS: {error}")))?
        .with_root_certificates(trust.roots()?)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((TlsConnector::from(Arc::new(config)), name))
}
