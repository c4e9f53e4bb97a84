//! One connection, from its first byte to its last.

use crate::net::intake;
use crate::net::limits::Limits;
use crate::net::outgoing::{Payload, Reply};
use crate::net::raw::{Behind, Raw};
use crate::net::server::Handler;
use crate::net::wire::{Watch, Wire};
use hyper::body::Incoming;
use hyper::header::CONNECTION;
use hyper::server::conn::http1::{self, Parts};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use std::convert::Infallible;
use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Sleep, sleep_until};

/// What serves connections: the handler and the limits that they share.
pub(super) struct Served<H> {
    handler: Arc<H>,
    limits: Limits,
    refused: AtomicU64,
}

impl<H: Handler> Served<H> {
    pub(super) fn new(handler: Arc<H>, limits: Limits) -> Self {
        Self { handler, limits, refused: AtomicU64::new(0) }
    }

    /// Requests that were malformed or over a limit.
    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Serves a connection to its end, or until it has taken too long, or until its answer is cut.
    pub(super) async fn run(&self, stream: TcpStream, mut stopped: watch::Receiver<bool>) {
        // Failing is no reason to refuse: it only makes small answers slower.
        let _ = stream.set_nodelay(true);
        let watch = Watch::new();
        let mut wire = Wire::new(stream, Arc::clone(&watch));
        loop {
            let Some((mut back, raw)) = self.serve(wire, &watch, &mut stopped).await else { return };
            if self.play(raw, &mut back, &watch, &mut stopped).await == Behind::Ended {
                return;
            }
            watch.finish();
            wire = back;
        }
    }

    /// Lets hyper serve until the connection ends, or until an answer is not hyper's to write.
    async fn serve(&self, wire: Wire, watch: &Arc<Watch>, stopped: &mut watch::Receiver<bool>) -> Option<(Wire, Raw)> {
        let service = service_fn(|request| self.answer(request, watch));
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
            if let Some(raw) = watch.take_raw() {
                return Poll::Ready(Ok(Some(raw)));
            }
            if watch.is_cut() || (stopping && watch.is_armed()) {
                return Poll::Ready(Ok(None));
            }
            alarm.as_mut().poll(cx).map(|()| Ok(None))
        });
        let ended = ended.await;
        if ended.as_ref().is_err_and(hyper::Error::is_parse) {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        let raw = ended.ok().flatten()?;
        let Parts { io: mut wire, read_buf, .. } = connection.into_parts();
        wire.unread(read_buf);
        Some((wire, raw))
    }

    /// Writes an answer that is not hyper's to write, as long as it does not take too long.
    async fn play(&self, raw: Raw, wire: &mut Wire, watch: &Watch, stopped: &mut watch::Receiver<bool>) -> Behind {
        tokio::select! {
            biased;
            played = raw.play(wire, watch, stopped) => played.unwrap_or(Behind::Ended),
            () = Alarm::new(watch, &self.limits) => Behind::Ended,
        }
    }

    fn builder(&self) -> http1::Builder {
        let mut builder = http1::Builder::new();
        builder.auto_date_header(false).header_read_timeout(None).max_header_size(self.limits.raw_head_bytes());
        builder
    }

    async fn answer(&self, request: Request<Incoming>, watch: &Arc<Watch>) -> Result<Response<Payload>, Infallible> {
        watch.begin();
        let closes = closes(&request);
        let outgoing = match intake::take(request, &self.limits).await {
            Ok(arrived) => self.handler.handle(arrived).await,
            Err(refusal) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                refusal
            }
        };
        match outgoing.0 {
            Reply::Head(response) => Ok(response.map(|payload| payload.leave_by(Arc::clone(watch)))),
            Reply::Nothing(cut) => {
                watch.cut_now(cut);
                pending().await
            }
            Reply::Raw(raw) => {
                watch.hand_over(if closes { raw.closing() } else { raw });
                pending().await
            }
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
struct Alarm<'c> {
    watch: &'c Watch,
    limits: &'c Limits,
    sleep: Pin<Box<Sleep>>,
}

impl<'c> Alarm<'c> {
    fn new(watch: &'c Watch, limits: &'c Limits) -> Self {
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
