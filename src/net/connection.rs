//! One connection, from its first byte to its last: in the open, and through a tunnel.

use crate::net::intake;
use crate::net::interception::{Interception, Through, Tunnel};
use crate::net::limits::Limits;
use crate::net::outgoing::{Exit, Payload, Reply};
use crate::net::raw::{Behind, Raw, write};
use crate::net::server::Handler;
use crate::net::streams;
use crate::net::watch::{Aside, Watch};
use crate::net::wire::Wire;
use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::CONNECTION;
use hyper::server::conn::http1::{self, Parts};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, Version};
use std::convert::Infallible;
use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Sleep, sleep_until, timeout};

/// What a client is told when its tunnel is open.
const OPENED: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";

/// What serves connections: the handler and the limits that they share.
pub(super) struct Served<H> {
    handler: Arc<H>,
    pub(super) limits: Limits,
    tunnels: Option<Arc<Interception>>,
    refused: AtomicU64,
}

impl<H: Handler> Served<H> {
    pub(super) fn new(handler: Arc<H>, limits: Limits, tunnels: Option<Arc<Interception>>) -> Self {
        Self { handler, limits, tunnels, refused: AtomicU64::new(0) }
    }

    /// Requests that were malformed or over a limit, tunnels that were not opened, and handshakes that failed.
    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Serves a connection to its end, or until it has taken too long, or until its answer is cut.
    pub(super) async fn run(self: &Arc<Self>, stream: TcpStream, mut stopped: watch::Receiver<bool>) {
        // Failing is no reason to refuse: it only makes small answers slower.
        let _ = stream.set_nodelay(true);
        let watch = Watch::new();
        let mut wire = Wire::new(stream, Arc::clone(&watch));
        let mut through = None;
        loop {
            let Some((mut back, aside)) = self.serve(wire, through.as_ref(), &watch, &mut stopped).await else {
                return;
            };
            wire = match aside {
                Aside::Raw(raw) => {
                    if self.play(raw, &mut back, &watch, &mut stopped).await == Behind::Ended {
                        return;
                    }
                    watch.finish();
                    back
                }
                Aside::Tunnel(tunnel) => {
                    let Some((within, is_multiplexed)) = self.enter(back, &tunnel, &watch, &mut stopped).await else {
                        return;
                    };
                    watch.enter(is_multiplexed);
                    if is_multiplexed {
                        return streams::serve(self, within, &tunnel.through, &watch, &mut stopped).await;
                    }
                    through = Some(tunnel.through);
                    within
                }
            };
        }
    }

    /// Lets hyper serve until the connection ends, or until something is not hyper's to do.
    async fn serve(
        &self,
        wire: Wire,
        through: Option<&Arc<Through>>,
        watch: &Arc<Watch>,
        stopped: &mut watch::Receiver<bool>,
    ) -> Option<(Wire, Aside)> {
        let service = service_fn(|request| self.answer(request, through, watch));
        let mut connection = self.builder().serve_connection(wire, service);
        let mut alarm = pin!(Alarm::new(watch, &self.limits));
        let mut stop = pin!(stopped.wait_for(|stopped| *stopped));
        let mut stopping = false;
        let ended = poll_fn(|cx| {
            if !stopping && stop.as_mut().poll(cx).is_ready() {
                stopping = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
            if let Poll::Ready(result) = Pin::new(&mut connection).poll(cx) {
                return Poll::Ready(result.map(|()| None));
            }
            if let Some(aside) = watch.take_aside() {
                return Poll::Ready(Ok(Some(aside)));
            }
            if watch.is_cut() || (stopping && watch.is_armed()) {
                return Poll::Ready(Ok(None));
            }
            alarm.as_mut().poll(cx).map(|()| Ok(None))
        });
        let ended = ended.await;
        if ended.as_ref().is_err_and(hyper::Error::is_parse) {
            self.refuse();
        }
        let aside = ended.ok().flatten()?;
        let Parts { io: mut wire, read_buf, .. } = connection.into_parts();
        wire.unread(read_buf);
        Some((wire, aside))
    }

    /// Writes an answer that is not hyper's to write, as long as it does not take too long.
    async fn play(&self, raw: Raw, wire: &mut Wire, watch: &Watch, stopped: &mut watch::Receiver<bool>) -> Behind {
        tokio::select! {
            biased;
            played = raw.play(wire, watch, stopped) => played.unwrap_or(Behind::Ended),
            () = Alarm::new(watch, &self.limits) => Behind::Ended,
        }
    }

    /// Opens a tunnel; says whether what comes through it is multiplexed.
    async fn enter(
        &self,
        mut wire: Wire,
        tunnel: &Tunnel,
        watch: &Arc<Watch>,
        stopped: &mut watch::Receiver<bool>,
    ) -> Option<(Wire, bool)> {
        let opening = async {
            write(&mut wire, Bytes::from_static(OPENED)).await.ok()?;
            tunnel.accept(wire.into_socket()?).await.ok()
        };
        let opened = tokio::select! {
            biased;
            opened = timeout(self.limits.head, opening) => opened.ok().flatten(),
            _ = stopped.wait_for(|stopped| *stopped) => return None,
        };
        let Some(stream) = opened else {
            self.refuse();
            return None;
        };
        let is_multiplexed = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        Some((Wire::within(stream, Arc::clone(watch)), is_multiplexed))
    }

    fn builder(&self) -> http1::Builder {
        let mut builder = http1::Builder::new();
        builder.auto_date_header(false).header_read_timeout(None).max_header_size(self.limits.raw_head_bytes());
        builder
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        through: Option<&Arc<Through>>,
        watch: &Arc<Watch>,
    ) -> Result<Response<Payload>, Infallible> {
        let underway = watch.begin();
        let closes = closes(&request);
        match self.reply(request, through).await {
            Reply::Head(response) => Ok(response.map(|payload| payload.leave_by(Exit::Connection(underway)))),
            Reply::Nothing(cut) => {
                watch.cut_now(cut);
                pending().await
            }
            Reply::Aside(aside) => {
                underway.keep();
                watch.hand_over(match aside {
                    Aside::Raw(raw) if closes => Aside::Raw(raw.closing()),
                    Aside::Raw(_) | Aside::Tunnel(_) => aside,
                });
                pending().await
            }
        }
    }

    /// What is replied to a request: by the handler, unless it is malformed, over a limit, or asks for a tunnel.
    pub(super) async fn reply(&self, request: Request<Incoming>, through: Option<&Arc<Through>>) -> Reply {
        let is_connect = request.method() == Method::CONNECT;
        let arrived = match intake::take(request, through, &self.limits).await {
            Ok(arrived) => arrived,
            Err(refusal) => {
                self.refuse();
                return refusal.0;
            }
        };
        match self.tunnels.as_ref().filter(|_| is_connect && through.is_none()) {
            None => self.handler.handle(arrived).await.0,
            Some(tunnels) => match tunnels.open(&arrived) {
                Ok(tunnel) => Reply::Aside(Aside::Tunnel(tunnel)),
                Err(refusal) => {
                    self.refuse();
                    refusal.0
                }
            },
        }
    }
}

/// Whether a client has said that it sends nothing more over the connection.
fn closes(request: &Request<Incoming>) -> bool {
    let mut words =
        request.headers().get_all(CONNECTION).iter().flat_map(|value| value.as_bytes().split(|b| *b == b','));
    request.version() != Version::HTTP_11 || words.any(|word| word.trim_ascii().eq_ignore_ascii_case(b"close"))
}

/// Done when a connection has taken too long for what it is doing, whatever it is doing by then.
pub(super) struct Alarm<'c> {
    watch: &'c Watch,
    limits: &'c Limits,
    sleep: Pin<Box<Sleep>>,
}

impl<'c> Alarm<'c> {
    pub(super) fn new(watch: &'c Watch, limits: &'c Limits) -> Self {
        Self { watch, limits, sleep: Box::pin(sleep_until(watch.deadline(limits))) }
    }
}

impl Future for Alarm<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let deadline = self.watch.deadline(self.limits);
            if deadline < self.sleep.deadline() {
                self.sleep.as_mut().reset(deadline);
            }
            std::task::ready!(self.sleep.as_mut().poll(cx));
            if deadline <= self.sleep.deadline() {
                return Poll::Ready(());
            }
            self.sleep.as_mut().reset(deadline);
        }
    }
}
