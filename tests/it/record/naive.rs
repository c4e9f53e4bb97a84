//! A recorder with a defence taken away: made of the same parts, so that what a test sends would get through.
//!
//! There is no switch that turns a defence off; a control takes the parts and leaves one out.

use super::client;
use retake::message::{Headers, Request};
use retake::net::sigv4::{Scope, Verifier};
use retake::net::{Arrived, Clock, Credentials, Gate, Handler, Limits, Listen, Listener, Outgoing, Serving, Upstream};
use retake::spec::{Specs, build_request};
use std::sync::Arc;

/// The defences that stay.
#[derive(Default)]
pub(super) struct Defences {
    pub(super) gate: bool,
    pub(super) signatures: Option<Credentials>,
    pub(super) routes: Option<Arc<Specs>>,
}

/// A proxy that forwards what its defences let through.
pub(super) struct Naive {
    gate: Option<Gate>,
    verifier: Option<Verifier>,
    specs: Option<Arc<Specs>>,
    upstream: Upstream,
}

impl Naive {
    /// Starts it before an upstream; gives its port.
    pub(super) async fn start(upstream: &str, defences: Defences) -> (u16, Serving) {
        let listener = Listener::bind(Listen::default()).await.unwrap();
        let port = listener.port();
        let scope = Scope { region: "us-east-1".to_owned(), services: vec![super::SERVICE.to_owned()] };
        let naive = Self {
            gate: defences.gate.then(|| Gate::new(port, ["runtime-"])),
            verifier: defences.signatures.map(|ours| Verifier::new(ours, scope, Clock::fixed(super::NOW))),
            specs: defences.routes,
            upstream: client(upstream),
        };
        (port, Serving::start(listener, Arc::new(naive), Limits::default()))
    }

    fn admit(&self, arrived: &Arrived) -> Result<Request, Outgoing> {
        if let Some(gate) = &self.gate {
            gate.check(arrived)?;
        }
        if let Some(verifier) = &self.verifier {
            verifier.verify(&arrived.request, arrived.query()).map_err(|_| Outgoing::line(403, "not signed"))?;
        }
        match &self.specs {
            Some(specs) => {
                let route = specs.route(&arrived.request).map_err(|_| Outgoing::line(403, "no route"))?;
                Ok(build_request(route.spec, &route.inputs))
            }
            None => Ok(Request { headers: Headers::new(), ..arrived.request.clone() }),
        }
    }
}

impl Handler for Naive {
    async fn handle(&self, arrived: Arrived) -> Outgoing {
        let request = match self.admit(&arrived) {
            Ok(request) => request,
            Err(refusal) => return refusal,
        };
        match self.upstream.fetch(&request, None).await {
            Ok(response) => Outgoing::of(&response),
            Err(error) => Outgoing::line(502, &error.what),
        }
    }
}
