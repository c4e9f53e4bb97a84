//! One connection, from its first byte to its last.

use crate::net::intake;
use crate::net::limits::Limits;
use crate::net::outgoing::{Payload, Reply};
use crate::net::server::Handler;
use crate::net::wire::{Watch, Wire};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use std::convert::Infallible;
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::sleep_until;

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
        let wire = Wire::new(stream, Arc::clone(&watch));
        let service = service_fn(|request| self.answer(request, &watch));
        let mut connection = pin!(self.builder().serve_connection(wire, service));
        let mut alarm = pin!(sleep_until(watch.deadline(&self.limits)));
        let mut stop = pin!(stopped.wait_for(|stopped| *stopped));
        let mut stopping = false;
        let ended = poll_fn(|cx| {
            if !stopping && stop.as_mut().poll(cx).is_ready() {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
            if let Poll::Ready(result) = connection.as_mut().poll(cx) {
                return Poll::Ready(result);
            }
            if watch.is_cut() || (stopping && watch.is_armed()) {
                return Poll::Ready(Ok(()));
            }
            loop {
                let deadline = watch.deadline(&self.limits);
                if deadline < alarm.deadline() {
                    alarm.as_mut().reset(deadline);
                }
                if alarm.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
                if deadline <= alarm.deadline() {
                    return Poll::Ready(Ok(()));
                }
                alarm.as_mut().reset(deadline);
            }
        });
        if ended.await.is_err_and(|error| error.is_parse()) {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn builder(&self) -> http1::Builder {
        let mut builder = http1::Builder::new();
        builder.auto_date_header(false).header_read_timeout(None).max_header_size(self.limits.raw_head_bytes());
        builder
    }

    async fn answer(&self, request: Request<Incoming>, watch: &Arc<Watch>) -> Result<Response<Payload>, Infallible> {
        watch.begin();
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
        }
    }
}
