//! The detectors and the exact search: a secret is found in any bytes around it, and told by a place that is there.

use retake::redact::detect::{Forbidden, scan};

pub(crate) const WORDS: &[&str] = &[
    "AKIAIOSFODNN7EXAMPLE",
    "arn:aws:iam::123456789012:user/x",
    "-----BEGIN KEY-----",
    "eyJhbGciOiJI.eyJzdWIiOiI.x",
    "@example.org",
    "1.2.840.113619.2.1.1",
    "Doe^John",
    "%41",
    "\\u0041",
    "\\",
    "%",
    "x-amz-security-token: ",
    "=",
    ":",
    "\"",
    "0",
    "^",
    "IQoJb3JpZ2lu",
];

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// What searches for a secret.
type Search = fn(&Forbidden, &[u8]) -> bool;

pub(crate) fn run(data: &[u8]) {
    check(data, Forbidden::is_in);
    let text = String::from_utf8_lossy(data);
    for detection in scan(&text) {
        assert!(detection.offset < text.len(), "{detection:?} is behind the end");
    }
}

pub(crate) fn check(data: &[u8], is_in: Search) {
    let forbidden = Forbidden::new([SECRET]);
    let (before, behind) = data.split_at(data.len() / 2);
    let with = [before, SECRET.as_bytes(), behind].concat();
    let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
    let with_hex = [before, hex.as_bytes(), behind].concat();

    assert!(is_in(&forbidden, &with), "not found in {:?}", String::from_utf8_lossy(&with));
    assert!(is_in(&forbidden, &with_hex), "not found in {:?}", String::from_utf8_lossy(&with_hex));
    let found = forbidden.scan(data);
    assert_eq!(found.is_empty(), !forbidden.is_in(data));
    assert!(found.iter().all(|detection| detection.offset < data.len()));
}
