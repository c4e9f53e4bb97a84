//! What is fuzzed: one function a target, which panics where a promise does not hold.
//!
//! cargo-fuzz runs them from `fuzz/fuzz_targets/`, with coverage and a sanitizer; `super` runs them on the stable
//! toolchain. Each takes any bytes. What it holds is checked against a function that is a parameter, so that a test can
//! give it a wrong one and see that it is caught.

pub(crate) mod cassette;
pub(crate) mod connect;
pub(crate) mod detect;
pub(crate) mod escape;
pub(crate) mod journal;
pub(crate) mod json;
pub(crate) mod model;
pub(crate) mod redact;
pub(crate) mod route;
pub(crate) mod signature;
pub(crate) mod spec;
pub(crate) mod texts;

use retake::spec::{Specs, compile};
use std::sync::{Arc, LazyLock};

/// A target.
pub(crate) struct Target {
    /// Its name: of its file, of its seeds, and for `cargo fuzz run`.
    pub(crate) name: &'static str,
    /// What is held.
    pub(crate) run: fn(&[u8]),
    /// What mutations may put in, besides what the seeds have.
    pub(crate) words: &'static [&'static str],
}

/// Every target.
pub(crate) const ALL: [Target; 12] = [
    Target { name: "cassette", run: cassette::run, words: cassette::WORDS },
    Target { name: "connect", run: connect::run, words: connect::WORDS },
    Target { name: "detect", run: detect::run, words: detect::WORDS },
    Target { name: "escape", run: escape::run, words: escape::WORDS },
    Target { name: "journal", run: journal::run, words: cassette::WORDS },
    Target { name: "json", run: json::run, words: json::WORDS },
    Target { name: "model", run: model::run, words: model::WORDS },
    Target { name: "redact", run: redact::run, words: redact::WORDS },
    Target { name: "route", run: route::run, words: route::WORDS },
    Target { name: "signature", run: signature::run, words: route::WORDS },
    Target { name: "spec", run: spec::run, words: spec::WORDS },
    Target { name: "texts", run: texts::run, words: texts::WORDS },
];

/// An operation with a path of two ids and one of a library, with every kind of member.
pub(crate) fn specs() -> Arc<Specs> {
    static SPECS: LazyLock<Arc<Specs>> = LazyLock::new(|| {
        let texts = [
            include_str!("../../../../specs/medical-imaging/list-image-set-versions.yaml"),
            include_str!("../../../data/redaction/list-books.yaml"),
            include_str!("../../../data/redaction/search-books.yaml"),
            include_str!("../../../data/redaction/get-book.yaml"),
        ];
        let specs = texts.map(|text| compile("fuzz.yaml", text).unwrap_or_else(|errors| panic!("{}", errors[0])));
        Arc::new(Specs::new(specs.to_vec()))
    });
    Arc::clone(&SPECS)
}

/// A request of any bytes: a line of method and target, header fields, an empty line, a body.
pub(crate) fn request(data: &[u8]) -> retake::message::Request {
    use retake::message::{Body, Headers, Request, target};

    let end = data.windows(2).position(|pair| pair == b"\n\n").unwrap_or(data.len());
    let head = String::from_utf8_lossy(&data[..end]);
    let mut lines = head.lines();
    let (method, sent) = lines.next().unwrap_or_default().split_once(' ').unwrap_or_default();
    let (path, query) = target::split(sent);
    let fields = lines.filter_map(|line| line.split_once(": "));
    Request {
        method: method.to_owned(),
        path,
        query,
        headers: fields.collect::<Headers>(),
        body: Body::from_bytes(data.get(end + 2..).unwrap_or_default().to_vec()),
    }
}
