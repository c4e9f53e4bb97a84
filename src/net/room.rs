//! The places of a server: so many connections at once, and a word to the one that finds none.
//!
//! A connection that comes when all places are taken waits a moment, since one may be about to end, and is then told
//! so: a client that hangs says less than one that is refused. Those who are told are bounded as well; beyond them a
//! connection is closed at once.

use crate::net::arrived::Arrived;
use crate::net::connection::Served;
use crate::net::interception::Interception;
use crate::net::limits::Limits;
use crate::net::outgoing::Outgoing;
use crate::net::server::Handler;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;

/// How long a place is waited for.
const PATIENCE: Duration = Duration::from_millis(100);

/// How many connections wait or are refused at once.
const AT_THE_DOOR: usize = 64;

/// How long one that is refused has to say what it wanted: an answer before its question confuses clients.
const LAST_HEAD: Duration = Duration::from_secs(1);

/// The connections of a server.
pub(super) struct Room<H> {
    places: Arc<Semaphore>,
    door: Arc<Semaphore>,
    connection: Arc<Served<H>>,
    full: Arc<Served<Full>>,
    turned_away: AtomicU64,
}

/// Where a connection is while it is served.
pub(super) enum Entry {
    /// It has a place.
    Place(OwnedSemaphorePermit),
    /// It waits for one.
    Door(OwnedSemaphorePermit),
}

impl<H: Handler> Room<H> {
    pub(super) fn new(handler: Arc<H>, limits: Limits, tunnels: Option<Arc<Interception>>) -> Self {
        let most = limits.connections;
        let short = Limits { head: LAST_HEAD.min(limits.head), ..limits.clone() };
        Self {
            places: Arc::new(Semaphore::new(most)),
            door: Arc::new(Semaphore::new(AT_THE_DOOR)),
            connection: Arc::new(Served::new(handler, limits, tunnels)),
            full: Arc::new(Served::new(Arc::new(Full(most)), short, None)),
            turned_away: AtomicU64::new(0),
        }
    }

    /// Lets a connection in, if only to refuse it; none is closed at once.
    pub(super) fn enter(&self) -> Option<Entry> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Some(Entry::Place(place));
        }
        let door = Arc::clone(&self.door).try_acquire_owned().map(Entry::Door).ok();
        if door.is_none() {
            self.turned_away.fetch_add(1, Ordering::Relaxed);
        }
        door
    }

    /// Serves a connection to its end, or refuses it.
    pub(super) async fn serve(&self, entry: Entry, stream: TcpStream, stopped: watch::Receiver<bool>) {
        let _held = match entry {
            Entry::Place(place) => place,
            Entry::Door(door) => match timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await {
                Ok(Ok(place)) => place,
                Ok(Err(_)) | Err(_) => {
                    self.turned_away.fetch_add(1, Ordering::Relaxed);
                    self.full.run(stream, stopped).await;
                    return drop(door);
                }
            },
        };
        self.connection.run(stream, stopped).await;
    }

    /// Requests that were malformed, over a limit, or found no place.
    pub(super) fn refused(&self) -> u64 {
        self.connection.refused() + self.turned_away.load(Ordering::Relaxed)
    }
}

/// Answers that there is no place.
struct Full(usize);

impl Handler for Full {
    async fn handle(&self, _: Arrived) -> Outgoing {
        let line = format!("{} connections are open, and no more are taken; --max-connections N takes more", self.0);
        Outgoing::line(503, &line)
    }
}
