//! The answers of a recording, made ready once so that serving one is a copy of a pointer.

use super::binding::Bindings;
use crate::message::{Headers, Response};
use crate::spec::Spec;
use std::sync::Arc;

/// Two SDKs move their clock by it, and a recording is always old.
const NEVER_REPLAYED: &str = "date";

/// A recorded response as it is served. A body that was withheld stays so: who writes it on the wire makes it up,
/// so that its length is nobody's memory.
pub(super) fn ready(spec: Option<&Spec>, bindings: &Bindings, mut response: Response) -> Arc<Response> {
    response.headers = without_date(response.headers);
    Arc::new(match spec {
        Some(spec) => bindings.apply(spec, response),
        None => response,
    })
}

fn without_date(headers: Headers) -> Headers {
    headers.iter().filter(|(name, _)| *name != NEVER_REPLAYED).collect()
}
