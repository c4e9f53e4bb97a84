//! The answers of a recording, made ready once so that serving one is a copy of a pointer.

use super::binding::Bindings;
use super::filler;
use crate::message::{Body, Headers, Response, Withheld};
use crate::spec::Spec;
use std::sync::Arc;

/// Two SDKs move their clock by it, and a recording is always old.
const NEVER_REPLAYED: &str = "date";

/// An answer as it is served.
#[derive(Debug)]
pub(super) enum Reply {
    /// The recorded response.
    Ready(Arc<Response>),
    /// A response whose body was withheld: made up when it is asked for, since it may be long.
    Withheld(Response, Withheld),
}

impl Reply {
    /// Makes a recorded response ready; none if its withheld body is longer than what is made up.
    pub(super) fn new(spec: Option<&Spec>, bindings: &Bindings, mut response: Response) -> Option<Self> {
        response.headers = without_date(response.headers);
        match (response.body.clone(), spec) {
            (Body::Withheld(withheld), _) if withheld.length > filler::MAX_LENGTH => None,
            (Body::Withheld(withheld), _) => Some(Self::Withheld(response, withheld)),
            (Body::Empty | Body::Bytes(_), Some(spec)) => Some(Self::Ready(Arc::new(bindings.apply(spec, response)))),
            (Body::Empty | Body::Bytes(_), None) => Some(Self::Ready(Arc::new(response))),
        }
    }

    /// The response to serve.
    pub(super) fn response(&self) -> Arc<Response> {
        match self {
            Self::Ready(response) => Arc::clone(response),
            Self::Withheld(response, withheld) => {
                Arc::new(Response { body: Body::from_bytes(filler::fill(*withheld)), ..response.clone() })
            }
        }
    }
}

fn without_date(headers: Headers) -> Headers {
    headers.iter().filter(|(name, _)| *name != NEVER_REPLAYED).collect()
}
