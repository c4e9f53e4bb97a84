//! What must hold for every cassette, on exchanges of any content.

mod arbitrary;
mod foreign;
mod insta_accept;
mod laws;

use super::{Cassette, Info};
use crate::evidence::Seal;
use crate::message::{Exchange, Origin, Redacted, Transcript};

/// A cassette of these exchanges, as a recorder would make it.
fn cassette(exchanges: Vec<Exchange>) -> Cassette {
    let info = Info {
        tool: Some("retake 0.1.0".to_owned()),
        recorded_at: Some("2026-11-23T18:04:05Z".to_owned()),
        origin: Origin::Simulated,
        region: Some("us-east-1".to_owned()),
        spec_sha256: None,
        client: Some("aws-sdk-rust".to_owned()),
        signature: None,
        redaction: Some("policy 1; identifier 8, dropped headers 14".to_owned()),
        exchanges_sha256: String::new(),
    };
    Cassette {
        file: String::new(),
        source: "specs/a/b.yaml".to_owned(),
        description: "a, b".to_owned(),
        expression: "B".to_owned(),
        info,
        transcript: Redacted::vouch(super::canonical(Transcript { exchanges })),
        places: Vec::new(),
        seal: Seal::Whole,
    }
}
