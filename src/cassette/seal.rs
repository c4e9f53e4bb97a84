//! The seal: a digest that finds accidents and honest edits. It is no signature.

use super::Info;
use crate::evidence::Seal;
use crate::spec::Spec;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The digest of what the header says of the evidence, and of document 2.
pub(super) fn digest(info: &Info, document: &[u8]) -> String {
    let absent = String::new();
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| absent.clone());
    let mut hash = Sha256::new();
    for (key, value) in [
        ("origin", info.origin.as_str().to_owned()),
        ("region", text(&info.region)),
        ("spec_sha256", text(&info.spec_sha256)),
        ("client", text(&info.client)),
        ("signature", text(&info.signature)),
        ("redaction", text(&info.redaction)),
    ] {
        hash.update(format!("{key}: {value}\n"));
    }
    hash.update(document);
    hex(&hash.finalize())
}

/// Compares the seal with what it is of.
pub(super) fn check(info: &Info, document: &[u8]) -> Seal {
    let computed = digest(info, document);
    if computed == info.exchanges_sha256 {
        Seal::Whole
    } else {
        Seal::Broken { stated: info.exchanges_sha256.clone(), computed }
    }
}

/// The digest of the specs' bytes, one after the other.
pub fn spec_digest<'s>(specs: impl IntoIterator<Item = &'s Spec>) -> String {
    let mut hash = Sha256::new();
    for spec in specs {
        hash.update(spec.text.as_bytes());
    }
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes every text");
        text
    })
}
