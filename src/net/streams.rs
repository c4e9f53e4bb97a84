//! A connection of HTTP/2, which clients choose within a tunnel: several requests at once, each a stream.
//!
//! What one stream does to its client, by breaking off, it does to no other. The tasks that hyper makes are kept here
//! and end with the connection.

use crate::net::connection::{Alarm, Served};
use crate::net::interception::Through;
use crate::net::outgoing::{Broken, Exit, Payload, Reply};
use crate::net::server::Handler;
use crate::net::watch::{Aside, Cut, Watch};
use crate::net::wire::Wire;
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper::server::conn::http2::Builder;
use hyper::service::service_fn;
use hyper::{Request, Response};
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How many requests a connection may have at once.
const MOST_STREAMS: u32 = 128;

/// Serves a connection to its end, or until it has taken too long.
pub(super) async fn serve<H: Handler>(
    served: &Arc<Served<H>>,
    wire: Wire,
    through: &Arc<Through>,
    watch: &Arc<Watch>,
    stopped: &mut watch::Receiver<bool>,
) {
    let tasks = Tasks::default();
    let service = service_fn(|request| {
        let (served, through, watch) = (Arc::clone(served), Arc::clone(through), Arc::clone(watch));
        async move { answer(&served, request, &through, &watch).await }
    });
    let most_bytes = u32::try_from(served.limits.raw_head_bytes()).unwrap_or(u32::MAX);
    let mut connection = pin!(
        Builder::new(tasks.clone())
            .auto_date_header(false)
            .max_header_list_size(most_bytes)
            .max_concurrent_streams(MOST_STREAMS)
            .serve_connection(wire, service)
    );
    let mut alarm = pin!(Alarm::new(watch, &served.limits));
    let mut stop = pin!(stopped.wait_for(|stopped| *stopped));
    let mut stopping = false;
    poll_fn(|cx| {
        if !stopping && stop.as_mut().poll(cx).is_ready() {
            stopping = true;
            connection.as_mut().graceful_shutdown();
        }
        if connection.as_mut().poll(cx).is_ready() || (stopping && watch.is_armed()) {
            return Poll::Ready(());
        }
        tasks.clear();
        alarm.as_mut().poll(cx)
    })
    .await;
    tasks.end().await;
}

async fn answer<H: Handler>(
    served: &Served<H>,
    request: Request<Incoming>,
    through: &Arc<Through>,
    watch: &Arc<Watch>,
) -> Result<Response<Payload>, Broken> {
    let underway = watch.begin();
    match served.reply(request, Some(through)).await {
        Reply::Head(response) => Ok(response.map(|payload| payload.leave_by(Exit::Stream(underway)))),
        Reply::Nothing(Cut::Stall) => {
            watch.arm(Cut::Stall);
            pending().await
        }
        // Bytes of HTTP/1.1 cannot be written into a stream, nor is there a tunnel within a tunnel.
        Reply::Nothing(Cut::Reset | Cut::Close) | Reply::Aside(Aside::Raw(_) | Aside::Tunnel(_)) => Err(Broken),
    }
}

/// The tasks of a connection's streams.
#[derive(Debug, Clone, Default)]
struct Tasks(Arc<Mutex<JoinSet<()>>>);

impl Tasks {
    fn set(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets those that have ended.
    fn clear(&self) {
        while self.set().try_join_next().is_some() {}
    }

    /// Ends them all, and waits until they have.
    async fn end(&self) {
        let mut tasks = std::mem::take(&mut *self.set());
        tasks.shutdown().await;
    }
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Tasks {
    fn execute(&self, stream: F) {
        self.set().spawn(stream);
    }
}
