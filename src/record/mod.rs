//! The recorder: a proxy between a client and a service, and a cassette of what passed.
//!
//! A request goes one way only: the client's signature is verified (`admission`), the request is routed and rebuilt
//! from its members, signed anew and sent, once (`relay`). Where clients sign for the real service themselves, what they
//! signed is passed on as it is (`unchanged`), and no credentials are held here. What comes back goes to the client as it comes, byte for
//! byte, and to the `tape`: redacted, then journalled, and only then does the client get the last byte. When the
//! recording [finishes](Running::finish), what the tape holds becomes a cassette in one step (`compact`); where it breaks
//! off, [`recover`] does the same with what its journal holds.
//!
//! Nothing unredacted is kept longer than its exchange lasts.

mod admission;
mod compact;
mod finish;
mod options;
mod recover;
mod relay;
mod tape;
mod target;
#[cfg(test)]
mod tests;
mod unchanged;

pub use finish::{Counts, Recording};
pub use options::{Options, StartError, UpstreamChoice};
pub use recover::{Recovered, Recovery, recover};
pub use target::{Existing, default_cassette};

use crate::answer::{Answer, Answerer, Session};
use crate::diagnostic::Diagnostic;
use crate::message::{End, Exchange, Link, Origin};
use crate::net::{Access, Arrived, Credentials, Gate, Handler, Listener, Outgoing, Serving};
use admission::{Admission, Admitted};
use relay::{Errand, Remote};
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tape::{Tape, defect};
use target::Target;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinSet};

/// The error type of an answer that stands in for an upstream that cannot be talked to: 400, which no SDK retries.
const UPSTREAM_FAILED: &str = "RetakeUpstreamFailed";

/// What is told of a panic outside of redaction.
const LOST: &str = "an exchange was lost";

/// How long a client is outlasted that is to time out: its time-out is not known.
const OUTLAST: Duration = Duration::from_secs(60);

/// How many different troubles are told; the others are as these.
const MAX_TROUBLES: usize = 16;

/// A recorder.
#[derive(Debug)]
pub struct Recorder;

impl Recorder {
    /// Takes the cassette for this process, begins the journal, and starts to serve; clients may come at once.
    ///
    /// To be called where tasks can be spawned: in a tokio runtime.
    pub fn start(listener: Listener, options: Options) -> Result<Running, StartError> {
        options.check()?;
        let ours = Credentials::throwaway().map_err(StartError::Failed)?;
        let source = Back::of(&options, &ours)?;
        let target = Target::take(&options)?;
        let tape = Tape::begin(&options, &target)?;
        let access =
            Access { endpoint: listener.endpoint(), region: options.region.clone(), credentials: ours.clone() };
        let prefixes = options.specs.iter().map(|spec| spec.http.host_prefix.as_str());
        let shared = Arc::new(Shared {
            gate: Gate::new(listener.port(), prefixes),
            admission: Admission::new(&options, ours),
            back: source,
            tape,
            counted: Counted::default(),
            troubles: Mutex::default(),
            relays: Mutex::new(Some(JoinSet::new())),
            runtime: Handle::current(),
        });
        let front = Arc::new(Front(Arc::clone(&shared)));
        let serving = Serving::start_with(listener, front, options.limits.clone(), options.tunnels.clone());
        let relays = Relays(Arc::clone(&shared));
        Ok(Running { access, serving, relays, shared, target, options })
    }
}

/// A recorder that runs. Dropping it ends it; what passed stays in the journal.
pub struct Running {
    access: Access,
    serving: Serving,
    relays: Relays,
    shared: Arc<Shared>,
    target: Target,
    options: Options,
}

/// Ends the exchanges under way when it is dropped: their tasks share what they are kept in.
struct Relays(Arc<Shared>);

impl Drop for Relays {
    fn drop(&mut self) {
        // What is dropped aborts its tasks.
        self.0.take_relays();
    }
}

impl Running {
    /// What a client must be told: the URL, the region and the throw-away credentials of this session.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The journal of an earlier recording of this cassette that broke off, where it was set aside.
    pub fn left(&self) -> Option<&Path> {
        self.shared.tape.left()
    }

    /// What passed so far.
    pub fn counts(&self) -> Counts {
        self.shared.counted.counts()
    }

    /// Waits until the recording cannot go on, as when the disk is full. [`Running::finish`] says why.
    pub async fn failed(&self) {
        self.shared.tape.failed().await;
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("endpoint", &self.access.endpoint).finish_non_exhaustive()
    }
}

/// Who answers behind the recorder.
enum Back {
    /// An answerer in this process.
    Here(Arc<dyn Answerer>),
    /// Servers elsewhere.
    There(Arc<Remote>),
}

impl Back {
    fn of(options: &Options, ours: &Credentials) -> Result<Self, StartError> {
        Ok(match &options.upstream {
            UpstreamChoice::Simulated(answerer) => Self::Here(Arc::clone(answerer)),
            UpstreamChoice::Live(_) | UpstreamChoice::Through | UpstreamChoice::Url { .. } => {
                Self::There(Arc::new(Remote::new(options, ours)?))
            }
        })
    }
}

/// What the recorder's tasks share.
struct Shared {
    gate: Gate,
    admission: Admission,
    back: Back,
    tape: Tape,
    counted: Counted,
    troubles: Mutex<Vec<Diagnostic>>,
    /// Exchanges that go on to their end though nobody waits for their reply any more; none once all is to end.
    relays: Mutex<Option<JoinSet<()>>>,
    runtime: Handle,
}

impl Shared {
    /// Remembers what went wrong, each thing once.
    fn trouble(&self, diagnostic: Diagnostic) {
        self.counted.failed.fetch_add(1, Ordering::Relaxed);
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        if troubles.len() < MAX_TROUBLES && !troubles.contains(&diagnostic) {
            troubles.push(diagnostic);
        }
    }

    /// Lets an exchange go on in a task that the recorder waits for.
    fn go_on(&self, errand: UnderWay) {
        let mut relays = self.relays.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(relays) = relays.as_mut() {
            while let Some(joined) = relays.try_join_next() {
                self.note(&joined);
            }
            relays.spawn_on(errand, &self.runtime);
        }
    }

    /// Notes how an exchange that went on has ended: one that panicked is missing in the recording.
    fn note(&self, joined: &Result<(), JoinError>) {
        if joined.as_ref().is_err_and(JoinError::is_panic) {
            self.tape.fail(defect(LOST));
        }
    }

    /// The exchanges that go on; from now on none does.
    fn take_relays(&self) -> JoinSet<()> {
        self.relays.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }

    /// Redacts and journals an exchange; nothing of its end may reach the client before.
    fn record(&self, exchange: Exchange) -> Result<(), Diagnostic> {
        self.tape.record(exchange)?;
        self.counted.exchanges.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[derive(Debug, Default)]
struct Counted {
    requests: AtomicU64,
    refused: AtomicU64,
    exchanges: AtomicU64,
    failed: AtomicU64,
}

impl Counted {
    fn counts(&self) -> Counts {
        let [requests, refused, exchanges, failed] =
            [&self.requests, &self.refused, &self.exchanges, &self.failed].map(|count| count.load(Ordering::Relaxed));
        Counts { requests, refused, exchanges, failed }
    }
}

struct Front(Arc<Shared>);

impl Handler for Front {
    /// A panic is a request that is missing in the recording: it ends there.
    async fn handle(&self, arrived: Arrived) -> Outgoing {
        let mut attended = pin!(self.attend(arrived));
        let polled = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| attended.as_mut().poll(cx))) {
            Ok(polled) => polled,
            Err(_) => {
                self.0.tape.fail(defect(LOST));
                Poll::Ready(Outgoing::nothing(End::ResetAfter(0)))
            }
        });
        polled.await
    }
}

impl Front {
    async fn attend(&self, arrived: Arrived) -> Outgoing {
        let shared = &self.0;
        shared.counted.requests.fetch_add(1, Ordering::Relaxed);
        let admitted = match shared.gate.check(&arrived).and_then(|()| shared.admission.admit(&arrived)) {
            Ok(admitted) => admitted,
            Err(refusal) => {
                shared.counted.refused.fetch_add(1, Ordering::Relaxed);
                return refusal;
            }
        };
        if let Some(failure) = shared.tape.failure() {
            return Outgoing::error(400, UPSTREAM_FAILED, &format!("the recording has failed: {}", failure.what));
        }
        match &shared.back {
            Back::Here(answerer) => answer(shared, &**answerer, arrived, admitted),
            Back::There(remote) => forward(shared, remote, arrived, admitted).await,
        }
    }
}

/// Lets the answerer of this process answer.
fn answer(shared: &Shared, answerer: &dyn Answerer, arrived: Arrived, admitted: Admitted) -> Outgoing {
    let session = Session(admitted.facts.key_id.clone());
    let (response, outgoing) = match answerer.answer(&session, &admitted.request) {
        Answer::Reply(response) => ((*response).clone(), Outgoing::of(&response)),
        Answer::Fault(fault) => (fault.response.clone(), Outgoing::raw(fault.pieces(), OUTLAST)),
        Answer::Miss(miss) => return fail(shared, Diagnostic::new(miss.summary())),
    };
    let exchange = Exchange { response, ..begin(arrived, &admitted) };
    match shared.record(exchange) {
        Ok(()) => outgoing,
        Err(_) => Outgoing::nothing(End::ResetAfter(0)),
    }
}

/// Sends the request to where it belongs. What is left to do when the reply is there, or when nobody waits for it any
/// more, is done in a task that the recorder waits for.
async fn forward(shared: &Arc<Shared>, remote: &Arc<Remote>, arrived: Arrived, admitted: Admitted) -> Outgoing {
    let (reply, replied) = oneshot::channel();
    let exchange = begin(arrived, &admitted);
    let errand = Errand { shared: Arc::clone(shared), remote: Arc::clone(remote), admitted, exchange };
    let mut lasting = Lasting { shared: Arc::clone(shared), errand: Some(Box::pin(errand.run(reply))) };
    let mut replied = pin!(replied);
    let replied = poll_fn(|cx| {
        lasting.work(cx);
        replied.as_mut().poll(cx)
    });
    replied.await.unwrap_or_else(|_| Outgoing::nothing(End::ResetAfter(0)))
}

/// An exchange that is under way.
type UnderWay = Pin<Box<dyn Future<Output = ()> + Send>>;

/// An exchange that outlives whoever works on it: most are done with their reply, and need no task of their own.
struct Lasting {
    shared: Arc<Shared>,
    errand: Option<UnderWay>,
}

impl Lasting {
    fn work(&mut self, cx: &mut Context<'_>) {
        if self.errand.as_mut().is_some_and(|errand| errand.as_mut().poll(cx).is_ready()) {
            self.errand = None;
        }
    }
}

impl Drop for Lasting {
    fn drop(&mut self) {
        // What has panicked cannot go on.
        if let Some(errand) = self.errand.take().filter(|_| !std::thread::panicking()) {
            self.shared.go_on(errand);
        }
    }
}

/// The exchange of a request that was let in; its response is still to come.
fn begin(arrived: Arrived, admitted: &Admitted) -> Exchange {
    let named = arrived.through().and_then(|through| through.user.clone());
    let link = Link {
        signature: Some(admitted.facts.to_string()),
        session: Some(named.unwrap_or_else(|| admitted.facts.key_id.clone())),
        ..Link::of(&arrived.request)
    };
    let operation = Some(admitted.operation.clone());
    Exchange { operation, request: arrived.request, link, ..Exchange::default() }
}

/// The upstream cannot be talked to: the client is told, nothing is recorded.
fn fail(shared: &Shared, diagnostic: Diagnostic) -> Outgoing {
    let outgoing = Outgoing::error(400, UPSTREAM_FAILED, &diagnostic.what);
    shared.trouble(diagnostic);
    outgoing
}

/// The origin of what an upstream answers.
fn origin(upstream: &UpstreamChoice) -> Origin {
    match upstream {
        UpstreamChoice::Live(_) | UpstreamChoice::Through => Origin::Live,
        UpstreamChoice::Simulated(_) => Origin::Simulated,
        UpstreamChoice::Url { .. } => Origin::Probed,
    }
}
