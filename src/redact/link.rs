//! What links an exchange to others and to its client: ordinals and words of known lists.

use super::scribe::Scribe;
use crate::message::Link;
use crate::spec::Specs;

/// The greatest length of a client's name.
const CLIENT_LENGTH: usize = 32;
const SCHEMES: [&str; 2] = ["AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"];
const VALIDITIES: [&str; 4] = ["valid", "invalid", "unsigned", "unverified"];
/// Headers that clients sign.
const SIGNED_HEADERS: [&str; 18] = [
    "accept",
    "accept-encoding",
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "connection",
    "content-encoding",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "host",
    "range",
    "user-agent",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-target",
    "x-amz-user-agent",
];
/// What a probe is after that is no member.
const PROBES: [&str; 5] = ["empty-token", "tampered-token", "unknown-token", "foreign-token", "page-size"];

impl Scribe {
    pub(super) fn link(&mut self, specs: &Specs, link: &Link) -> Link {
        let session = |scribe: &mut Self, session: &str| match session {
            "-" => "-".to_owned(),
            id => scribe.ordinal("session", id, |ordinal| ordinal.to_string()),
        };
        let call = |scribe: &mut Self, id: &str| scribe.ordinal("call", id, |ordinal| ordinal.to_string());
        Link {
            call: link.call.as_deref().map(|id| call(self, id)),
            client: link.client.as_deref().map(client),
            signature: link.signature.as_deref().map(|facts| signature(specs, facts)),
            probe: link.probe.as_deref().and_then(|purpose| probe(specs, purpose)),
            session: link.session.as_deref().map(|id| session(self, id)),
        }
    }
}

fn known(word: &str, words: &[&str]) -> String {
    if words.contains(&word) { word.to_owned() } else { "other".to_owned() }
}

/// The name of a client, of its user agent or as it was taken from there, if it can be nothing but a name: letters,
/// hyphens and one digit at most.
fn client(name: &str) -> String {
    let product = name.split(['/', ' ']).next().unwrap_or_default().to_ascii_lowercase();
    let digits = product.bytes().filter(u8::is_ascii_digit).count();
    let is_name = (1..=CLIENT_LENGTH).contains(&product.len())
        && product.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_name && digits <= 1 { product } else { "other".to_owned() }
}

/// Scheme, service, signed headers and validity, each of a known list.
fn signature(specs: &Specs, facts: &str) -> String {
    let [scheme, service, headers, validity] = facts.split(' ').collect::<Vec<_>>()[..] else {
        return known(facts, &VALIDITIES);
    };
    let services: Vec<&str> = specs.iter().map(|spec| spec.service.signing_name.as_str()).collect();
    let mut names: Vec<String> = headers.split(';').map(|name| known(name, &SIGNED_HEADERS)).collect();
    names.dedup();
    let words = [known(scheme, &SCHEMES), known(service, &services), names.join(";"), known(validity, &VALIDITIES)];
    words.join(" ")
}

/// What a probe was after, if it is one of the things that probes are after.
fn probe(specs: &Specs, purpose: &str) -> Option<String> {
    let is_of_member = ["malformed-", "unknown-"]
        .iter()
        .filter_map(|what| purpose.strip_prefix(what))
        .any(|key| specs.iter().any(|spec| spec.input_member(key).is_some()));
    (is_of_member || PROBES.contains(&purpose)).then(|| purpose.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::clock::Clock;
    use super::super::scribe::Pass;
    use super::*;
    use crate::spec::embedded;

    fn redacted(link: Link) -> Link {
        Scribe::new(Pass::Redact, Clock::of_recording()).link(&embedded(), &link)
    }

    #[test]
    fn keeps_ordinals_and_known_words() {
        let text = |text: &str| Some(text.to_owned());
        let link = redacted(Link {
            call: text("6f1a2b3c-1111-4abc-9def-0123456789ab"),
            client: text("Aws-Sdk-Go-V2/1.7.0 ua/2.1"),
            signature: text("AWS4-HMAC-SHA256 medical-imaging host;x-amz-date valid"),
            probe: text("malformed-datastoreId"),
            session: text("AKIAIOSFODNN7EXAMPLE"),
        });

        assert_eq!(link.call, text("1"));
        assert_eq!(link.client, text("aws-sdk-go-v2"));
        assert_eq!(link.signature, text("AWS4-HMAC-SHA256 medical-imaging host;x-amz-date valid"));
        assert_eq!(link.probe, text("malformed-datastoreId"));
        assert_eq!(link.session, text("1"));
    }

    #[test]
    fn keeps_nothing_that_somebody_made_up() {
        let canary = "c4n4ry";
        let link = redacted(Link {
            call: None,
            client: Some(canary.to_owned()),
            signature: Some(format!("{canary} {canary} host;{canary};x-{canary};x-amz-date {canary}")),
            probe: Some(format!("malformed-{canary}")),
            session: Some("-".to_owned()),
        });

        assert_eq!(link.client.as_deref(), Some("other"));
        assert_eq!(link.signature.as_deref(), Some("other other host;other;x-amz-date other"));
        assert_eq!(link.probe, None);
        assert_eq!(link.session.as_deref(), Some("-"));
    }
}
