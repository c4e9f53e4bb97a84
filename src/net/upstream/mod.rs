//! The client of the real service, or of whatever stands at a URL.
//!
//! One request in is at most one request out: nothing is repeated, no redirect is followed, nothing is asked of
//! another host. Over TLS the certificate is verified for the exact name before a signature is even made. What comes
//! back is handed on as it comes, with how it ended.

mod answer;
mod connect;
mod endpoint;
mod network;

pub use answer::{Collected, Part, UpstreamAnswer, UpstreamBody};
pub use connect::Trust;
pub use endpoint::Endpoint;
pub use network::{Internet, Network, Waiting};

use crate::diagnostic::Diagnostic;
use crate::message::{Body, End, MAX_KEPT_BODY, Request, Response, target};
use crate::net::arrived;
use crate::net::clock::{self, Clock};
use crate::net::sigv4::{Signer, sign};
use answer::fault;
use bytes::Bytes;
use connect::{Connections, Lane};
use http_body_util::Full;
use hyper::header::{CONTENT_LENGTH, DATE, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{HeaderMap, Method, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long an upstream may take.
#[derive(Debug, Clone)]
pub struct UpstreamLimits {
    /// To be connected, TLS included.
    pub connect: Duration,
    /// From the request to the head of the answer.
    pub head: Duration,
    /// Between two parts of a body.
    pub gap: Duration,
    /// For the whole exchange.
    pub whole: Duration,
    /// The bytes of a body that are kept; the others are counted.
    pub kept_bytes: usize,
}

impl Default for UpstreamLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            head: Duration::from_secs(30),
            gap: Duration::from_secs(30),
            whole: Duration::from_secs(300),
            kept_bytes: MAX_KEPT_BODY,
        }
    }
}

/// The head of an upstream's answer, as it came.
#[derive(Debug, Clone)]
pub struct Head {
    status: StatusCode,
    fields: HeaderMap,
}

impl Head {
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn fields(&self) -> &HeaderMap {
        &self.fields
    }

    /// The response that begins so, without its body.
    pub fn to_response(&self) -> Response {
        Response {
            status: Some(self.status.as_u16()),
            headers: arrived::headers(&self.fields),
            body: Body::Empty,
            end: End::Complete,
        }
    }
}

/// What became of a request that was sent.
#[derive(Debug)]
pub enum Sent {
    /// An answer begins.
    Answer(Box<UpstreamAnswer>),
    /// The exchange ended without one.
    Nothing(End),
}

/// A client of one upstream.
#[derive(Debug)]
pub struct Upstream {
    endpoint: Endpoint,
    connections: Connections,
    limits: UpstreamLimits,
    clock: Clock,
    /// How many seconds the upstream's clock is ahead of ours.
    ahead: AtomicI64,
}

impl Upstream {
    /// A client of an endpoint. Nothing is connected yet.
    pub fn new(endpoint: Endpoint, trust: &Trust, limits: UpstreamLimits, clock: Clock) -> Result<Self, Diagnostic> {
        Self::over(Arc::new(Internet), endpoint, trust, limits, clock)
    }

    /// A client over another network.
    pub fn over(
        network: Arc<dyn Network>,
        endpoint: Endpoint,
        trust: &Trust,
        limits: UpstreamLimits,
        clock: Clock,
    ) -> Result<Self, Diagnostic> {
        let connections = Connections::new(&endpoint, network, trust, limits.connect)?;
        Ok(Self { endpoint, connections, limits, clock, ahead: AtomicI64::new(0) })
    }

    /// Where it sends.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Sends a request, signed if there is a signer, and waits for the head of its answer.
    ///
    /// An error means that the upstream cannot be talked to: not reached, its certificate refused, or no HTTP.
    pub async fn send(&self, request: &Request, signer: Option<&Signer>) -> Result<Sent, Diagnostic> {
        let end = Instant::now() + self.limits.whole;
        let mut lane = self.connections.open().await?;
        let outgoing = self.prepare(request, signer)?;
        let head = end.min(Instant::now() + self.limits.head);
        let mut tried = timeout_at(head, lane.sender.try_send_request(outgoing)).await;
        if let Ok(Err(error)) = &mut tried
            && let Some(unsent) = error.take_message()
        {
            // The kept connection was closed meanwhile; not a byte of the request has left.
            lane = self.connections.dial().await?;
            tried = timeout_at(head, lane.sender.try_send_request(unsent)).await;
        }
        match tried {
            Err(_) => Ok(Sent::Nothing(End::TimeoutAfter(0))),
            Ok(Ok(response)) => Ok(Sent::Answer(Box::new(self.begin(response, lane, end)))),
            Ok(Err(error)) => match fault(error.error(), 0) {
                Some(end) => Ok(Sent::Nothing(end)),
                None => Err(self.no_http(&error.into_error())),
            },
        }
    }

    /// Sends a request and takes its answer in whole.
    pub async fn fetch(&self, request: &Request, signer: Option<&Signer>) -> Result<Response, Diagnostic> {
        let mut answer = match self.send(request, signer).await? {
            Sent::Answer(answer) => answer,
            Sent::Nothing(end) => return Ok(Response { end, ..Response::default() }),
        };
        let mut body = Collected::new(self.limits.kept_bytes);
        loop {
            match answer.body.next().await {
                Part::Data(bytes) => body.push(&bytes),
                Part::End(end) => return Ok(Response { body: body.into_body(), end, ..answer.head.to_response() }),
            }
        }
    }

    /// Closes what is open, and waits until it is.
    pub async fn close(&self) {
        self.connections.close().await;
    }

    fn prepare(&self, request: &Request, signer: Option<&Signer>) -> Result<hyper::Request<Full<Bytes>>, Diagnostic> {
        let authority = self.endpoint.authority();
        let body = match &request.body {
            Body::Bytes(bytes) => bytes.clone(),
            Body::Empty | Body::Withheld(_) => Bytes::new(),
        };
        let cannot = |what: &str| Diagnostic::new(format!("cannot send the request: its {what} cannot stand in HTTP"));
        let mut outgoing = hyper::Request::new(Full::new(body));
        *outgoing.method_mut() = Method::from_bytes(request.method.as_bytes()).map_err(|_| cannot("method"))?;
        *outgoing.uri_mut() = target::join(&request.path, &request.query).parse().map_err(|_| cannot("target"))?;
        let signature = match signer {
            Some(signer) => {
                let now = self.clock.now().saturating_add(self.ahead.load(Ordering::Relaxed));
                sign(request, self.endpoint.scheme(), authority, signer, now)?
            }
            None => Default::default(),
        };
        let fields = outgoing.headers_mut();
        fields.insert(HOST, HeaderValue::from_str(authority).map_err(|_| cannot("host"))?);
        if request.headers.get(USER_AGENT.as_str()).is_none() {
            fields.insert(USER_AGENT, HeaderValue::from_static(concat!("retake/", env!("CARGO_PKG_VERSION"))));
        }
        fields.insert(CONTENT_LENGTH, HeaderValue::from(request.body.bytes().len()));
        for (name, value) in request.headers.iter().chain(signature.iter()).filter(|(name, _)| *name != "host") {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| cannot("header"))?;
            fields.append(name, HeaderValue::from_str(value).map_err(|_| cannot("header"))?);
        }
        Ok(outgoing)
    }

    fn begin(&self, response: hyper::Response<hyper::body::Incoming>, lane: Lane, end: Instant) -> UpstreamAnswer {
        let (parts, body) = response.into_parts();
        let date = parts.headers.get(DATE).and_then(|date| clock::parse_http_date(date.to_str().ok()?));
        if let Some(date) = date {
            self.ahead.store(date.saturating_sub(self.clock.now()), Ordering::Relaxed);
        }
        let head = Head { status: parts.status, fields: parts.headers };
        UpstreamAnswer { head, body: UpstreamBody::new(body, self.connections.keep(lane), self.limits.gap, end) }
    }

    fn no_http(&self, error: &hyper::Error) -> Diagnostic {
        Diagnostic::new(format!("{} does not answer in HTTP/1.1: {error}", self.endpoint))
            .help("see that the URL is that of an HTTP server, and that the scheme is right")
    }
}
