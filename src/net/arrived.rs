//! A request as it came off the wire, turned into a message.

use crate::message::{Body, Headers, Request, target};
use bytes::Bytes;
use hyper::HeaderMap;
use hyper::http::Uri;
use hyper::http::request::Parts;

/// A request that arrived, whole and within the limits.
#[derive(Debug)]
pub struct Arrived {
    /// The request; of a target in absolute form (`POST http://host/path`), the path and query.
    pub request: Request,
    uri: Uri,
}

impl Arrived {
    /// The message of a head and a body.
    pub(super) fn new(parts: Parts, body: Bytes) -> Self {
        let request = Request {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(target::parse_query).unwrap_or_default(),
            headers: headers(&parts.headers),
            body: Body::from_bytes(body),
        };
        Self { request, uri: parts.uri }
    }

    /// The query as spelled on the wire: what a signature is over.
    pub fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// Scheme and authority of a target in absolute form; the authority alone is that of CONNECT.
    pub fn absolute(&self) -> Option<(Option<&str>, &str)> {
        self.uri.authority().map(|authority| (self.uri.scheme_str(), authority.as_str()))
    }
}

/// Header fields as text: UTF-8, or else byte by byte.
pub(super) fn headers(fields: &HeaderMap) -> Headers {
    let text = |value: &[u8]| match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value.iter().copied().map(char::from).collect(),
    };
    fields.iter().map(|(name, value)| (name.as_str(), text(value.as_bytes()))).collect()
}
