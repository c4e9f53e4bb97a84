//! A request that its client signed for the real service itself: passed on as it is, or not at all.
//!
//! The signature is over method, path, query, body and the headers that it names, so none of it can be made anew here.
//! Instead the request is made of its members anew as well, and passes if that gives the same: nothing is passed on that
//! says more than its members. Headers pass by a list; a signed one that is not on it is refused, since it cannot be left
//! out.

use super::admission::refuse;
use crate::message::{Headers, Request, target};
use crate::net::{Arrived, Endpoint, Outgoing};

/// Headers that pass besides those of the members. The host and the length are made anew, the same.
const PASSED: [&str; 12] = [
    "accept",
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "authorization",
    "content-encoding",
    "content-md5",
    "content-type",
    "user-agent",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-user-agent",
];

/// Headers that pass if they are signed, and are left out otherwise: an answer that nobody packed can be read.
const PASSED_IF_SIGNED: [&str; 1] = ["accept-encoding"];

/// Headers that are made anew, with the value that they must have anyhow.
const MADE_ANEW: [&str; 2] = ["content-length", "host"];

/// What is sent of a request for a service at an endpoint, made anew of its members as `anew`.
pub(super) fn unchanged(
    arrived: &Arrived,
    signed: &str,
    anew: &Request,
    endpoint: &Endpoint,
) -> Result<Request, Outgoing> {
    let request = &arrived.request;
    let Some(through) = arrived.through() else {
        return Err(refuse(
            "what a client signs for the service itself reaches it through a tunnel to the service's name",
        ));
    };
    if through.host != endpoint.host() || request.headers.get("host") != Some(endpoint.authority()) {
        return Err(refuse(&format!("this operation is served at {}", endpoint.authority())));
    }
    if !is_spelled_as(arrived, anew) {
        return Err(refuse(
            "the signed target is spelled in another way than its members are, so it cannot pass as it is",
        ));
    }
    let is_of_a_member = |name: &str| anew.headers.get(name).is_some();
    let passed = request.headers.iter().filter(|(name, _)| passes(name, signed, is_of_a_member(name)));
    let headers: Headers = passed.collect();
    let unknown = signed.split(';').find(|name| headers.get(name).is_none() && !MADE_ANEW.contains(name));
    if let Some(name) = unknown {
        return Err(refuse(&format!("the header {name} is signed and says more than the members, so it cannot pass")));
    }
    Ok(Request { headers, body: request.body.clone(), ..anew.clone() })
}

fn passes(name: &str, signed: &str, is_of_a_member: bool) -> bool {
    let is_signed = || signed.split(';').any(|other| other == name);
    PASSED.contains(&name)
        || (is_of_a_member && !MADE_ANEW.contains(&name))
        || (PASSED_IF_SIGNED.contains(&name) && is_signed())
}

/// Whether a target is spelled as it would be made anew; a signature is over its query in order, however it is sent.
fn is_spelled_as(arrived: &Arrived, anew: &Request) -> bool {
    let made = target::join(&anew.path, &anew.query);
    let (path, query) = made.split_once('?').unwrap_or((&made, ""));
    let sorted = |query: &str| -> Vec<String> {
        let mut pairs: Vec<String> = query.split('&').map(str::to_owned).collect();
        pairs.sort_unstable();
        pairs
    };
    arrived.request.method == anew.method
        && arrived.request.path == path
        && sorted(arrived.query().unwrap_or_default()) == sorted(query)
}
