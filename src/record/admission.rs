//! What is let through to an upstream: signed with the session's credentials, an operation of the specs that changes
//! nothing or was allowed by name, and of it the members alone.

use super::options::Options;
use crate::message::Request;
use crate::net::sigv4::{Scope, SignatureFacts, Verifier};
use crate::net::{Arrived, Credentials, Outgoing};
use crate::spec::{Specs, build_request};
use std::sync::Arc;

/// The error type of an answer to what is not forwarded.
const REFUSED: &str = "RetakeRefused";

/// Decides what is let through.
#[derive(Debug)]
pub(super) struct Admission {
    specs: Arc<Specs>,
    verifier: Verifier,
    allow: Vec<String>,
}

/// A request that was let through.
#[derive(Debug)]
pub(super) struct Admitted {
    /// The index of its spec.
    pub(super) spec: usize,
    /// Its operation.
    pub(super) operation: String,
    /// What is sent: made of the members, of nothing else that the client sent.
    pub(super) request: Request,
    /// What is known of the client's signature.
    pub(super) facts: SignatureFacts,
}

impl Admission {
    pub(super) fn new(options: &Options, ours: Credentials) -> Self {
        let services = options.specs.iter().map(|spec| spec.service.signing_name.clone()).collect();
        let scope = Scope { region: options.region.clone(), services };
        Self {
            specs: Arc::clone(&options.specs),
            verifier: Verifier::new(ours, scope, options.clock.clone()),
            allow: options.allow.clone(),
        }
    }

    /// Lets a request through, or says what is answered instead.
    pub(super) fn admit(&self, arrived: &Arrived) -> Result<Admitted, Outgoing> {
        let facts = self
            .verifier
            .verify(&arrived.request, arrived.query())
            .map_err(|refused| Outgoing::error(403, refused.error_type(), &refused.to_string()))?;
        let route = self.specs.route(&arrived.request).map_err(|unrouted| {
            refuse(&format!("only operations of the loaded specs are forwarded, and this is none: {unrouted}"))
        })?;
        let operation = &route.spec.operation;
        if !route.spec.http.read_only && !self.allow.contains(operation) {
            return Err(refuse(&format!("{operation} may change something; --allow {operation} has it forwarded")));
        }
        let spec =
            self.specs.iter().position(|spec| std::ptr::eq(spec, route.spec)).expect("a route is of these specs");
        let request = build_request(route.spec, &route.inputs);
        Ok(Admitted { spec, operation: operation.clone(), request, facts })
    }
}

fn refuse(message: &str) -> Outgoing {
    Outgoing::error(403, REFUSED, message)
}
