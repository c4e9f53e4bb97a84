//! What is let in: one request, framed one way, within the limits.
//!
//! hyper refuses two different lengths, a bare carriage return, folded headers and malformed chunks by itself, but
//! it drops a length that stands beside a transfer coding in silence. No AWS client codes a request's transfer, so
//! one that does is refused here, and there is one way only to read where a request ends.

use crate::net::arrived::Arrived;
use crate::net::interception::Through;
use crate::net::limits::Limits;
use crate::net::outgoing::Outgoing;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::Request;
use hyper::body::{Body, Incoming};
use hyper::header::{HOST, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use std::sync::Arc;
use tokio::time::timeout;

/// Takes a request in whole, or says what is answered instead.
pub(super) async fn take(
    request: Request<Incoming>,
    through: Option<&Arc<Through>>,
    limits: &Limits,
) -> Result<Arrived, Outgoing> {
    let (parts, body) = request.into_parts();
    check_head(&parts, limits)?;
    let body = if body.is_end_stream() { Bytes::new() } else { take_body(body, limits).await? };
    Ok(Arrived::new(parts, body, through))
}

fn check_head(parts: &Parts, limits: &Limits) -> Result<(), Outgoing> {
    if parts.headers.contains_key(TRANSFER_ENCODING) {
        return Err(Outgoing::line(400, "a request is framed by its content-length here, not by a transfer-encoding"));
    }
    if parts.headers.get_all(HOST).iter().count() > 1 {
        return Err(Outgoing::line(400, "a request has one host"));
    }
    let header_bytes: usize = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    let authority_bytes = parts.uri.authority().map_or(0, |authority| authority.as_str().len());
    let target_bytes = authority_bytes + parts.uri.path_and_query().map_or(0, |target| target.as_str().len());
    let over = [
        ("header fields", parts.headers.len(), limits.headers),
        ("bytes of header fields", header_bytes, limits.header_bytes),
        ("bytes of target", target_bytes, limits.target_bytes),
    ];
    match over.into_iter().find(|(_, found, most)| found > most) {
        Some((what, found, most)) => Err(Outgoing::line(431, &format!("{found} {what}; at most {most} are taken"))),
        None => Ok(()),
    }
}

async fn take_body(mut body: Incoming, limits: &Limits) -> Result<Bytes, Outgoing> {
    let most = limits.body_bytes;
    let too_large = || Outgoing::line(413, &format!("a body of more than {most} bytes is not taken"));
    if body.size_hint().lower() > most as u64 {
        return Err(too_large());
    }
    let mut whole = BytesMut::new();
    loop {
        match timeout(limits.gap, body.frame()).await {
            Err(_) => return Err(Outgoing::line(408, "the body stopped coming")),
            Ok(None) => return Ok(whole.freeze()),
            Ok(Some(Err(_))) => return Err(Outgoing::line(400, "the body cannot be read")),
            Ok(Some(Ok(frame))) => {
                let Ok(bytes) = frame.into_data() else { continue };
                if whole.len() + bytes.len() > most {
                    return Err(too_large());
                }
                whole.extend_from_slice(&bytes);
            }
        }
    }
}
