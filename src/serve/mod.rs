//! The server of an answerer: a cassette, a spec or a script, over HTTP on loopback.
//!
//! [`Server::start`] takes a bound listener and an [`Answerer`]; what it hands back stops the server when dropped,
//! and tells what passed when shut down. With credentials it answers only what is validly signed with them (the
//! simulator); without, it reads the session from the signature and verifies none (replay). It never connects
//! anywhere.
//!
//! [`Replay`] and [`Simulate`] are that for a test: from a cassette or a spec to a running server in one call.

mod replay;
mod simulate;
mod sources;
mod traffic;

pub use replay::{Replay, Replaying};
pub use simulate::{Simulate, Simulating};
pub use traffic::Traffic;

use crate::answer::{Answer, Answerer, Session};
use crate::message::{Exchange, Link, Response};
use crate::net::sigv4::{Scope, SignatureFacts, Verifier, key_id};
use crate::net::{Arrived, Clock, Credentials, Gate, Handler, Limits, Listener, Outgoing, Serving};
use crate::spec::Specs;
use std::fmt;
use std::sync::Arc;
use traffic::Counted;

/// How a server behaves besides its answers.
#[derive(Debug, Clone)]
pub struct Options {
    /// The credentials that requests must be signed with; if none, signatures are not looked at.
    pub credentials: Option<Credentials>,
    /// The region that signatures must be for.
    pub region: String,
    /// How much, and how long.
    pub limits: Limits,
    /// The time that signatures are judged by.
    pub clock: Clock,
    /// How many exchanges are kept for the transcript; the later ones are counted.
    pub kept: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            credentials: None,
            region: "us-east-1".to_owned(),
            limits: Limits::default(),
            clock: Clock::system(),
            kept: 0,
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
        let Options { credentials, region, limits, clock, kept } = options;
        let services = specs.iter().map(|spec| spec.service.signing_name.clone()).collect();
        let front = Arc::new(Front {
            answerer,
            gate: Gate::new(port, specs.iter().map(|spec| spec.http.host_prefix.as_str())),
            verifier: credentials.map(|ours| Verifier::new(ours, Scope { region, services }, clock)),
            counted: Counted::new(kept),
        });
        Running { port, endpoint, serving: Serving::start(listener, Arc::clone(&front), limits), front }
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
    verifier: Option<Verifier>,
    counted: Counted,
}

impl Handler for Front {
    async fn handle(&self, arrived: Arrived) -> Outgoing {
        match self.admit(&arrived) {
            Ok(facts) => self.answer(arrived, facts),
            Err(refusal) => {
                self.counted.refuse(1);
                refusal
            }
        }
    }
}

impl Front {
    fn admit(&self, arrived: &Arrived) -> Result<Option<SignatureFacts>, Outgoing> {
        self.gate.check(arrived)?;
        let Some(verifier) = &self.verifier else { return Ok(None) };
        match verifier.verify(&arrived.request, arrived.query()) {
            Ok(facts) => Ok(Some(facts)),
            Err(refused) => Err(Outgoing::error(403, refused.error_type(), &refused.to_string())),
        }
    }

    fn answer(&self, arrived: Arrived, facts: Option<SignatureFacts>) -> Outgoing {
        let session = key_id(&arrived.request).map_or_else(Session::anonymous, |id| Session(id.to_owned()));
        match self.answerer.answer(&session, &arrived.request) {
            Answer::Reply(response) => self.reply(arrived, session, facts, &response),
            // The HTTP library sends what it can of it: the response that it amounts to.
            Answer::Fault(fault) => self.reply(arrived, session, facts, &fault.response),
            Answer::Miss(miss) => {
                self.counted.miss();
                Outgoing::error(400, "RetakeCassetteMiss", &miss.summary())
            }
        }
    }

    fn reply(
        &self,
        arrived: Arrived,
        session: Session,
        facts: Option<SignatureFacts>,
        response: &Response,
    ) -> Outgoing {
        let outgoing = Outgoing::of(response);
        self.counted.reply(|| exchange(arrived, session, facts, response));
        outgoing
    }
}

fn exchange(arrived: Arrived, session: Session, facts: Option<SignatureFacts>, response: &Response) -> Exchange {
    let signature = facts.map(|facts| facts.to_string());
    let link = Link { signature, session: Some(session.0), ..Link::of(&arrived.request) };
    Exchange { request: arrived.request, response: response.clone(), link, ..Exchange::default() }
}
