//! The one accept loop: connections in, requests to a handler, answers out, within limits.

use crate::net::arrived::Arrived;
use crate::net::interception::Interception;
use crate::net::limits::Limits;
use crate::net::listener::Listener;
use crate::net::outgoing::Outgoing;
use crate::net::room::Room;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

/// What is done with a request: an async function to an answer.
pub trait Handler: Send + Sync + 'static {
    /// Answers one request. Dropped when the client goes away or the whole takes too long.
    fn handle(&self, arrived: Arrived) -> impl Future<Output = Outgoing> + Send;
}

/// What a server did besides calling its handler.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Served {
    /// Requests that were malformed or over a limit, and connections that were one too many.
    pub refused: u64,
}

/// Serves until `stop` is done, and opens tunnels if it is told which: then nothing new is accepted, what is under way
/// has [`Limits::drain`] to end, and every task has ended when this returns.
pub async fn serve<H: Handler>(
    listener: Listener,
    handler: Arc<H>,
    limits: Limits,
    tunnels: Option<Arc<Interception>>,
    stop: impl Future<Output = ()>,
) -> Served {
    let drain = limits.drain;
    let room = Arc::new(Room::new(handler, limits, tunnels));
    let (stopping, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            Some(_) = tasks.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    if let Some(entry) = room.enter() {
                        let (room, stopped) = (Arc::clone(&room), stopped.clone());
                        tasks.spawn(async move { room.serve(entry, stream, stopped).await });
                    }
                }
                // Out of descriptors, or the client was gone already: the next one may fare better.
                Err(_) => sleep(Duration::from_millis(20)).await,
            },
        }
    }
    drop(listener);
    // With no connection open nobody listens.
    let _ = stopping.send(true);
    let drained = async { while tasks.join_next().await.is_some() {} };
    if timeout(drain, drained).await.is_err() {
        tasks.shutdown().await;
    }
    Served { refused: room.refused() }
}

/// A server in a task of its own. Dropping it ends it at once.
#[derive(Debug)]
pub struct Serving {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Served>,
}

impl Serving {
    /// Starts to serve.
    pub fn start<H: Handler>(listener: Listener, handler: Arc<H>, limits: Limits) -> Self {
        Self::start_with(listener, handler, limits, None)
    }

    /// Starts to serve, and opens these tunnels.
    pub fn start_with<H: Handler>(
        listener: Listener,
        handler: Arc<H>,
        limits: Limits,
        tunnels: Option<Arc<Interception>>,
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        let stopped = async {
            // A sender that is gone stops as well.
            let _ = stopped.await;
        };
        Self { stop: Some(stop), task: tokio::spawn(serve(listener, handler, limits, tunnels, stopped)) }
    }

    /// Accepts nothing more, lets what is under way end, and waits until it has.
    pub async fn shutdown(mut self) -> Served {
        self.stop.take();
        (&mut self.task).await.unwrap_or_default()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
    }
}
