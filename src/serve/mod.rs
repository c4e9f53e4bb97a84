//! The server of an answerer: a cassette, a spec or a script, over HTTP on loopback.
//!
//! [`Server::start`] takes a bound listener and an [`Answerer`]; what it hands back stops the server when dropped,
//! and tells what passed when shut down. Of [`Signatures`] it requires valid ones (the simulator), notes what they are
//! (a script that tries a client), or only reads the session from them (replay). It never connects anywhere, not even
//! where it opens tunnels.
//!
//! [`Replay`] and [`Simulate`] are that for a test: from a cassette or a spec to a running server in one call.
//! [`Recorded`] is a cassette for a test that needs no server.

mod recorded;
mod replay;
mod simulate;
mod sources;
mod traffic;

pub use recorded::Recorded;
pub use replay::{Replay, Replaying};
pub use simulate::{Simulate, Simulating};
pub use traffic::Traffic;

use crate::answer::{Answer, Answerer, Session};
use crate::evidence::Signature;
use crate::message::{Exchange, Link, Response};
use crate::net::sigv4::{Scope, SignatureFacts, SignatureRefused, Verifier, key_id};
use crate::net::{Arrived, Clock, Credentials, Gate, Handler, Interception, Limits, Listener, Outgoing, Serving};
use crate::spec::Specs;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use traffic::Counted;

/// How long a client is outlasted of which no time-out is known.
const OUTLAST: Duration = Duration::from_secs(60);

/// How a server behaves besides its answers.
#[derive(Debug, Clone)]
pub struct Options {
    /// What becomes of signatures.
    pub signatures: Signatures,
    /// The region that signatures must be for.
    pub region: String,
    /// How much, and how long.
    pub limits: Limits,
    /// The tunnels that are opened: none, unless clients are to reach the service by its own name.
    pub tunnels: Option<Arc<Interception>>,
    /// The time that signatures are judged by.
    pub clock: Clock,
    /// How many exchanges are kept for the transcript; the later ones are counted.
    pub kept: usize,
    /// How long an answer holds that outlasts the client's time-out.
    pub outlast: Duration,
}

/// What becomes of the signatures of requests.
#[derive(Debug, Clone)]
pub enum Signatures {
    /// Nobody looks at them.
    Ignored,
    /// What is not validly signed with these is refused.
    Required(Credentials),
    /// Whether they are valid ones of these is noted of each exchange; what is not is answered like the others.
    Noted(Credentials),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            signatures: Signatures::Ignored,
            region: "us-east-1".to_owned(),
            limits: Limits::default(),
            tunnels: None,
            clock: Clock::system(),
            kept: 0,
            outlast: OUTLAST,
        }
    }
}

/// A server of an answerer.
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Starts to serve; clients may come at once. To be called in a tokio runtime.
    ///
    /// The specs say which prefixes clients put before the host, and for which services they sign.
    pub fn start(listener: Listener, answerer: Arc<dyn Answerer>, specs: &Specs, options: Options) -> Running {
        let (port, endpoint) = (listener.port(), listener.endpoint());
        let Options { signatures, region, limits, tunnels, clock, kept, outlast } = options;
        let services = specs.iter().map(|spec| spec.service.signing_name.clone()).collect();
        let front = Arc::new(Front {
            answerer,
            gate: Gate::new(port, specs.iter().map(|spec| spec.http.host_prefix.as_str())),
            guard: Guard::new(signatures, Scope { region, services }, clock),
            counted: Counted::new(kept),
            outlast,
        });
        Running { port, endpoint, serving: Serving::start_with(listener, Arc::clone(&front), limits, tunnels), front }
    }
}

/// A server that runs. Dropping it ends it.
pub struct Running {
    port: u16,
    endpoint: String,
    serving: Serving,
    front: Arc<Front>,
}

impl Running {
    /// The URL that clients are told: `http://localhost:PORT`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What passed so far.
    pub fn traffic(&self) -> Traffic {
        self.front.counted.traffic()
    }

    /// Stops: accepts nothing more, lets what is under way end, and tells what passed.
    pub async fn shutdown(self) -> Traffic {
        let served = self.serving.shutdown().await;
        self.front.counted.refuse(served.refused);
        self.front.counted.traffic()
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// What stands before the answerer: who may ask, and what is counted.
struct Front {
    answerer: Arc<dyn Answerer>,
    gate: Gate,
    guard: Guard,
    counted: Counted,
    outlast: Duration,
}

/// What looks at signatures.
enum Guard {
    Ignores,
    Requires(Verifier),
    Notes(Verifier),
}

impl Guard {
    fn new(signatures: Signatures, scope: Scope, clock: Clock) -> Self {
        match signatures {
            Signatures::Ignored => Self::Ignores,
            Signatures::Required(ours) => Self::Requires(Verifier::new(ours, scope, clock)),
            Signatures::Noted(ours) => Self::Notes(Verifier::new(ours, scope, clock)),
        }
    }

    /// What is known of a signature, or why its request is not answered.
    fn look(&self, arrived: &Arrived) -> Result<Looked, SignatureRefused> {
        match self {
            Self::Ignores => Ok(Looked { signature: Signature::Unchecked, facts: None }),
            Self::Requires(verifier) => verifier.verify(&arrived.request, arrived.query()).map(Looked::valid),
            Self::Notes(verifier) => Ok(verifier
                .verify(&arrived.request, arrived.query())
                .map_or_else(|refused| Looked::refused(&refused), Looked::valid)),
        }
    }
}

/// What is known of the signature of a request that is answered.
struct Looked {
    signature: Signature,
    facts: Option<SignatureFacts>,
}

impl Looked {
    fn valid(facts: SignatureFacts) -> Self {
        Self { signature: Signature::Valid, facts: Some(facts) }
    }

    fn refused(why: &SignatureRefused) -> Self {
        Self { signature: Signature::Refused(why.to_string()), facts: None }
    }
}

impl Handler for Front {
    async fn handle(&self, arrived: Arrived) -> Outgoing {
        match self.admit(&arrived) {
            Ok(looked) => self.answer(arrived, looked),
            Err(refusal) => {
                self.counted.refuse(1);
                refusal
            }
        }
    }
}

impl Front {
    fn admit(&self, arrived: &Arrived) -> Result<Looked, Outgoing> {
        self.gate.check(arrived)?;
        self.guard.look(arrived).map_err(|refused| Outgoing::error(403, refused.error_type(), &refused.to_string()))
    }

    fn answer(&self, arrived: Arrived, looked: Looked) -> Outgoing {
        let session = session(&arrived);
        let turn = self.counted.turn();
        let answer = self.answerer.answer(&session, &arrived.request);
        let passed = |response: &Response| {
            let Looked { signature, facts } = looked;
            (exchange(arrived, session, facts, response), signature)
        };
        match &answer {
            Answer::Reply(response) => {
                self.counted.reply(turn, || passed(response));
                Outgoing::of(response)
            }
            Answer::Fault(fault) => {
                self.counted.reply(turn, || passed(&fault.response));
                Outgoing::raw(fault.pieces(), self.outlast)
            }
            Answer::Miss(miss) => {
                self.counted.miss();
                Outgoing::error(400, "RetakeCassetteMiss", &miss.summary())
            }
        }
    }
}

/// The session of a request: the name that its client gave the proxy, else the access key id.
fn session(arrived: &Arrived) -> Session {
    let named = arrived.through().and_then(|through| through.user.as_deref());
    named.or_else(|| key_id(&arrived.request)).map_or_else(Session::anonymous, |id| Session(id.to_owned()))
}

fn exchange(arrived: Arrived, session: Session, facts: Option<SignatureFacts>, response: &Response) -> Exchange {
    let signature = facts.map(|facts| facts.to_string());
    let link = Link { signature, session: Some(session.0), ..Link::of(&arrived.request) };
    Exchange { request: arrived.request, response: response.clone(), link, ..Exchange::default() }
}
