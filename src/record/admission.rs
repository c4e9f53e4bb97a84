//! What is let through to an upstream: signed with the session's credentials, an operation of the specs that changes
//! nothing or was allowed by name, and of it the members alone; or as its client signed it for the service itself, if
//! that says no more.

use super::options::{Options, UpstreamChoice};
use super::unchanged::unchanged;
use crate::message::{Request, target};
use crate::net::sigv4::{Scope, SignatureFacts, Verifier, inspect};
use crate::net::{Arrived, Credentials, Outgoing, service_endpoint};
use crate::spec::{Inputs, Location, Spec, Specs, build_request, conform};
use std::borrow::Cow;
use std::sync::Arc;

/// The error type of an answer to what is not forwarded.
const REFUSED: &str = "RetakeRefused";

/// How often somebody might decode a label before they read it.
const DECODINGS: usize = 3;

/// Decides what is let through.
#[derive(Debug)]
pub(super) struct Admission {
    specs: Arc<Specs>,
    signatures: Signatures,
    region: String,
    allow: Vec<String>,
}

/// Whose signatures requests have.
#[derive(Debug)]
enum Signatures {
    /// Ours: made with the credentials of this session, and verified.
    Ours(Verifier),
    /// The service's to verify: made with credentials that are not known here.
    Theirs(Scope),
}

/// A request that was let through.
#[derive(Debug)]
pub(super) struct Admitted {
    /// The index of its spec.
    pub(super) spec: usize,
    /// Its operation.
    pub(super) operation: String,
    /// What is sent: made of the members, of nothing else that the client sent, unless it is passed on as it is.
    pub(super) request: Request,
    /// What is known of the client's signature.
    pub(super) facts: SignatureFacts,
}

impl Admission {
    pub(super) fn new(options: &Options, ours: Credentials) -> Self {
        let services = options.specs.iter().map(|spec| spec.service.signing_name.clone()).collect();
        let scope = Scope { region: options.region.clone(), services };
        let signatures = match &options.upstream {
            UpstreamChoice::Through => Signatures::Theirs(scope),
            UpstreamChoice::Live(_) | UpstreamChoice::Simulated(_) | UpstreamChoice::Url { .. } => {
                Signatures::Ours(Verifier::new(ours, scope, options.clock.clone()))
            }
        };
        let specs = Arc::clone(&options.specs);
        Self { specs, signatures, region: options.region.clone(), allow: options.allow.clone() }
    }

    /// Lets a request through, or says what is answered instead.
    pub(super) fn admit(&self, arrived: &Arrived) -> Result<Admitted, Outgoing> {
        let facts = match &self.signatures {
            Signatures::Ours(verifier) => verifier.verify(&arrived.request, arrived.query()),
            Signatures::Theirs(scope) => inspect(&arrived.request, scope),
        };
        let facts = facts.map_err(|refused| Outgoing::error(403, refused.error_type(), &refused.to_string()))?;
        let route = self.specs.route(&arrived.request).map_err(|unrouted| {
            refuse(&format!("only operations of the loaded specs are forwarded, and this is none: {unrouted}"))
        })?;
        let operation = &route.spec.operation;
        if !route.spec.http.read_only && !self.allow.contains(operation) {
            return Err(refuse(&format!("{operation} may change something; --allow {operation} has it forwarded")));
        }
        let spec =
            self.specs.iter().position(|spec| std::ptr::eq(spec, route.spec)).expect("a route is of these specs");
        let anew = build_request(route.spec, &route.inputs);
        if anew.path != arrived.request.path {
            return Err(refuse(
                "the path is not spelled as AWS clients spell it: its labels are encoded in another way",
            ));
        }
        if let Some(label) = hidden_path(route.spec, &route.inputs) {
            return Err(refuse(&format!("{label} holds a path, and no value of its type does")));
        }
        let request = match &self.signatures {
            Signatures::Ours(_) => anew,
            Signatures::Theirs(_) => {
                let endpoint = service_endpoint(route.spec, &self.region).map_err(|error| refuse(&error.what))?;
                unchanged(arrived, &facts.signed_headers, &anew, &endpoint)?
            }
        };
        Ok(Admitted { spec, operation: operation.clone(), request, facts })
    }
}

/// A label that would be another path to whoever decodes before they route: one with dot segments, or with a slash and
/// something behind it that ends a path. What the type takes may have the latter.
fn hidden_path<'s>(spec: &'s Spec, inputs: &Inputs) -> Option<&'s str> {
    let labels = spec.input.iter().filter(|member| member.location == Location::Path);
    let mut given = labels.filter_map(|member| Some((member, inputs.get(&member.key)?.text())));
    let hidden =
        given.find(|(member, text)| hides_a_path(text, || conform::check_text(spec, member.shape, text).is_empty()));
    hidden.map(|(member, _)| member.key.as_str())
}

fn hides_a_path(text: &str, is_a_value: impl Fn() -> bool) -> bool {
    let mut text = Cow::Borrowed(text);
    for _ in 0..DECODINGS {
        let has_dots =
            text.contains(['/', '\\']) && text.split(['/', '\\']).any(|segment| matches!(segment, "." | ".."));
        let ends = text.find(['/', '\\']).is_some_and(|slash| text[slash..].contains(['?', '#', ';', '\0']));
        if has_dots || (ends && !is_a_value()) {
            return true;
        }
        if !text.contains('%') {
            break;
        }
        text = Cow::Owned(target::decode(&text));
    }
    false
}

pub(super) fn refuse(message: &str) -> Outgoing {
    Outgoing::error(403, REFUSED, message)
}
