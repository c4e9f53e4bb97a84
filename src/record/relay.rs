//! One exchange with an upstream: sent once, passed on as it comes, on the tape before its last byte is let go.

use super::admission::Admitted;
use super::options::{Options, StartError, UpstreamChoice};
use super::{Shared, fail};
use crate::diagnostic::Diagnostic;
use crate::message::{End, Exchange, Response};
use crate::net::credentials::Source;
use crate::net::sigv4::Signer;
use crate::net::{
    Chunk, Collected, Credentials, Endpoint, Head, Outgoing, Part, Sent, Upstream, UpstreamAnswer, service_endpoint,
};
use crate::spec::Spec;
use bytes::Bytes;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// How long the rest of an answer is waited for before what is here goes on alone: most answers are whole by then,
/// and a whole one costs the client one read.
const PATIENCE: Duration = Duration::from_millis(2);

/// How many parts of a body may wait for the client.
const WAITING_PARTS: usize = 4;

/// How many different credentials clients may sign with by themselves: all are searched for before a file is written.
const MOST_CREDENTIALS: usize = 256;

/// The servers behind the recorder, and what signs for them.
#[derive(Debug)]
pub(super) struct Remote {
    /// Of each spec its upstream, its signing name.
    routes: Vec<(Arc<Upstream>, String)>,
    region: String,
    /// What signs; none where clients do.
    source: Option<Source>,
    kept_bytes: usize,
    /// Real credentials that have signed, or what was seen of them: no file may hold them.
    used: Mutex<Vec<Credentials>>,
}

impl Remote {
    pub(super) fn new(options: &Options, ours: &Credentials) -> Result<Self, StartError> {
        let mut made: Vec<Arc<Upstream>> = Vec::new();
        let mut routes = Vec::new();
        for spec in options.specs.iter() {
            let endpoint = endpoint(options, spec).map_err(StartError::Usage)?;
            let known = made.iter().find(|upstream| *upstream.endpoint() == endpoint).map(Arc::clone);
            let upstream = match known {
                Some(upstream) => upstream,
                None => {
                    let (limits, clock) = (options.upstream_limits.clone(), options.clock.clone());
                    let network = Arc::clone(&options.network);
                    let upstream =
                        Upstream::over(network, endpoint, &options.trust, limits, clock).map_err(StartError::Failed)?;
                    made.push(Arc::new(upstream));
                    Arc::clone(&made[made.len() - 1])
                }
            };
            routes.push((upstream, spec.service.signing_name.clone()));
        }
        let source = match &options.upstream {
            UpstreamChoice::Live(source) => Some(source.clone()),
            UpstreamChoice::Through => None,
            UpstreamChoice::Url { credentials: Some(credentials), .. } => Some(Source::Fixed(credentials.clone())),
            UpstreamChoice::Url { credentials: None, .. } | UpstreamChoice::Simulated(_) => {
                Some(Source::Fixed(ours.clone()))
            }
        };
        let kept_bytes = options.upstream_limits.kept_bytes;
        Ok(Self { routes, region: options.region.clone(), source, kept_bytes, used: Mutex::default() })
    }

    /// The credentials that have signed so far.
    pub(super) fn used(&self) -> Vec<Credentials> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Closes all connections.
    pub(super) async fn close(&self) {
        for (upstream, _) in &self.routes {
            upstream.close().await;
        }
    }

    async fn send(&self, admitted: &Admitted) -> Result<Sent, Diagnostic> {
        let (upstream, service) = &self.routes[admitted.spec];
        let Some(source) = &self.source else {
            self.remember(&seen(admitted))?;
            return upstream.send(&admitted.request, None).await;
        };
        let credentials = source.current().await?;
        self.remember(&credentials)?;
        let signer = Signer { credentials, region: self.region.clone(), service: service.clone() };
        upstream.send(&admitted.request, Some(&signer)).await
    }

    fn remember(&self, credentials: &Credentials) -> Result<(), Diagnostic> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if !used.contains(credentials) {
            if used.len() >= MOST_CREDENTIALS {
                return Err(Diagnostic::new(format!("more than {MOST_CREDENTIALS} different credentials have signed")));
            }
            used.push(credentials.clone());
        }
        Ok(())
    }

    /// Whether clients sign for the upstream themselves.
    fn is_signed_by_clients(&self) -> bool {
        self.source.is_none()
    }
}

/// What a request shows of the credentials that its client signed it with: all but the secret.
fn seen(admitted: &Admitted) -> Credentials {
    let token = admitted.request.headers.get("x-amz-security-token").map(str::to_owned);
    Credentials::new(admitted.facts.key_id.as_str(), "", token)
}

/// Where the requests of a spec go.
fn endpoint(options: &Options, spec: &Spec) -> Result<Endpoint, Diagnostic> {
    if let UpstreamChoice::Url { endpoint, .. } = &options.upstream {
        return Ok(endpoint.clone());
    }
    service_endpoint(spec, &options.region)
}

/// A request on its way to an upstream and back.
pub(super) struct Errand {
    pub(super) shared: Arc<Shared>,
    pub(super) remote: Arc<Remote>,
    pub(super) admitted: Admitted,
    pub(super) exchange: Exchange,
}

impl Errand {
    /// Sends, passes on, records. It goes on to the end though nobody waits for the reply any more: the service has
    /// answered, and a client that gave up will say so by asking again.
    pub(super) async fn run(self, reply: oneshot::Sender<Outgoing>) {
        match self.remote.send(&self.admitted).await {
            Err(diagnostic) => deliver(reply, fail(&self.shared, diagnostic)),
            Ok(Sent::Nothing(end)) => {
                let recorded = self.record(Response { end, ..Response::default() });
                deliver(reply, Outgoing::nothing(if recorded { end } else { End::ResetAfter(0) }));
            }
            Ok(Sent::Answer(answer)) => self.pass_on(*answer, reply).await,
        }
    }

    async fn pass_on(self, mut answer: UpstreamAnswer, reply: oneshot::Sender<Outgoing>) {
        let head = answer.head.clone();
        let mut body = Collected::new(self.remote.kept_bytes);
        let mut stream = Stream::new(head, reply, self.remote.is_signed_by_clients());
        let end = loop {
            match stream.next(&mut answer).await {
                Part::Data(bytes) => {
                    body.push(&bytes);
                    stream.hold(bytes).await;
                }
                Part::End(end) => break end,
            }
        };
        let response = Response { body: body.into_body(), end, ..answer.head.to_response() };
        let recorded = self.record(response);
        stream.finish(if recorded { Some(end) } else { None }).await;
    }

    /// Puts the exchange on the tape; false if that failed.
    fn record(self, response: Response) -> bool {
        self.shared.record(Exchange { response, ..self.exchange }).is_ok()
    }
}

/// The way of an answer's bytes to the client: the last of them are held until they may go.
struct Stream {
    head: Head,
    /// Whether the date of the upstream goes with it.
    is_dated: bool,
    /// Where the answer begins; none once it has.
    reply: Option<oneshot::Sender<Outgoing>>,
    /// Where its parts go, once it has begun before it was whole.
    parts: Option<mpsc::Sender<Chunk>>,
    held: Bytes,
}

impl Stream {
    fn new(head: Head, reply: oneshot::Sender<Outgoing>, is_dated: bool) -> Self {
        Self { head, is_dated, reply: Some(reply), parts: None, held: Bytes::new() }
    }

    fn dated(&self, outgoing: Outgoing) -> Outgoing {
        if self.is_dated { outgoing.dated(&self.head) } else { outgoing }
    }

    /// The next part. While there is none, all but the last byte goes on to the client.
    async fn next(&mut self, answer: &mut UpstreamAnswer) -> Part {
        if let Some(part) = answer.body.next_if_ready() {
            return part;
        }
        if self.parts.is_none()
            && let Ok(part) = timeout(PATIENCE, answer.body.next()).await
        {
            return part;
        }
        let most = self.held.len().saturating_sub(1);
        let first = self.held.split_to(most);
        self.send(first).await;
        answer.body.next().await
    }

    /// Holds a part, and lets the one before it go.
    async fn hold(&mut self, part: Bytes) {
        let before = std::mem::replace(&mut self.held, part);
        if !before.is_empty() {
            self.send(before).await;
        }
    }

    /// Sends bytes on; the first time, the head goes before them.
    async fn send(&mut self, bytes: Bytes) {
        if let Some(reply) = self.reply.take() {
            let (sender, receiver) = mpsc::channel(WAITING_PARTS);
            deliver(reply, self.dated(Outgoing::relay(&self.head, receiver)));
            self.parts = Some(sender);
        }
        if let Some(parts) = self.parts.as_ref().filter(|_| !bytes.is_empty()) {
            // A client that is gone needs no bytes.
            let _ = parts.send(Chunk::Data(bytes)).await;
        }
    }

    /// Lets the last bytes go and ends as the upstream did; without an end, the client sees a reset.
    async fn finish(mut self, end: Option<End>) {
        let Some(end) = end else {
            if let Some(reply) = self.reply.take() {
                deliver(reply, Outgoing::nothing(End::ResetAfter(0)));
            }
            return;
        };
        if let Some(reply) = self.reply.take() {
            let held = std::mem::take(&mut self.held);
            return deliver(reply, self.dated(Outgoing::relay_whole(&self.head, held, end)));
        }
        let last = std::mem::take(&mut self.held);
        self.send(last).await;
        if let Some(parts) = &self.parts {
            let _ = parts.send(Chunk::End(end)).await;
        }
    }
}

/// Hands an answer to the connection that waits for it, if it still does.
fn deliver(reply: oneshot::Sender<Outgoing>, outgoing: Outgoing) {
    let _ = reply.send(outgoing);
}
