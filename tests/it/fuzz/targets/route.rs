//! Which operation a request is: what is recognised is rebuilt as the same, in one spelling that holds nothing else.

use super::{request, specs};
use retake::message::Request;
use retake::spec::{Inputs, Spec, build_request};

pub(crate) const WORDS: &[&str] = &[
    "GET ",
    "POST ",
    "DELETE ",
    "/datastore/",
    "/imageSet/",
    "/listImageSetVersions",
    "/deleteImageSet",
    "datastore0001",
    "?maxResults=",
    "&nextToken=",
    "/books",
    "//",
    "/.",
    "/..",
    "%2e",
    "%2F",
    "%2f..",
    ";x",
    "\\",
    "%00",
    "%0a",
    "%c3%28",
    "é",
    "/",
    "?",
    "#",
    "http://other.example",
    "\nx-http-method-override: DELETE",
    "\nhost: a",
    "\n\n",
    "{\"a\":1}",
    "%25",
    "+",
    "=",
];

/// What makes a request of what was recognised.
type Build = fn(&Spec, &Inputs) -> Request;

pub(crate) fn run(data: &[u8]) {
    check(data, build_request);
}

pub(crate) fn check(data: &[u8], build: Build) {
    let specs = specs();
    let request = request(data);
    let route = match specs.route(&request) {
        Ok(route) => route,
        Err(unrouted) => return assert!(!unrouted.to_string().is_empty()),
    };

    let built = build(route.spec, &route.inputs);

    let again = specs.route(&built).unwrap_or_else(|unrouted| panic!("{built:?} is no operation: {unrouted}"));
    assert_eq!(again.spec.operation, route.spec.operation, "{built:?} is another operation");
    assert_eq!(again.inputs, route.inputs, "{built:?} asks for something else");
    assert_eq!(built.method, route.spec.http.method);
    let segments: Vec<&str> = built.path.split('/').skip(1).collect();
    assert_eq!(segments.len(), route.spec.http.path.len(), "{}", built.path);
    for segment in segments {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'%');
        assert!(segment.bytes().all(is_plain), "{}", built.path);
        assert!(!matches!(segment, "" | "." | ".."), "{}", built.path);
    }
}
