//! A request as it came off the wire, turned into a message.

use crate::message::{Body, Headers, Request, target};
use crate::net::interception::Through;
use bytes::Bytes;
use hyper::http::Uri;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Version};
use std::sync::Arc;

/// A request that arrived, whole and within the limits.
#[derive(Debug)]
pub struct Arrived {
    /// The request; of a target in absolute form (`POST http://host/path`), the path and query.
    pub request: Request,
    uri: Uri,
    through: Option<Arc<Through>>,
}

impl Arrived {
    /// The message of a head and a body.
    pub(super) fn new(parts: Parts, body: Bytes, through: Option<&Arc<Through>>) -> Self {
        let mut headers = headers(&parts.headers);
        // HTTP/2 says it in the target; a signature is over a field of that name.
        if parts.version == Version::HTTP_2
            && headers.get("host").is_none()
            && let Some(authority) = parts.uri.authority()
        {
            headers.push("host", authority.as_str());
        }
        let request = Request {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(target::parse_query).unwrap_or_default(),
            headers,
            body: Body::from_bytes(body),
        };
        Self { request, uri: parts.uri, through: through.map(Arc::clone) }
    }

    /// The query as spelled on the wire: what a signature is over.
    pub fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// Scheme and authority of a target in absolute form; the authority alone is that of CONNECT.
    pub fn absolute(&self) -> Option<(Option<&str>, &str)> {
        self.uri.authority().map(|authority| (self.uri.scheme_str(), authority.as_str()))
    }

    /// The tunnel that it came through, if it came through one.
    pub fn through(&self) -> Option<&Through> {
        self.through.as_deref()
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
