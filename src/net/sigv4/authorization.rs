//! The `Authorization` header of a signed request, taken apart.

use crate::message::Request;

/// The one scheme that is understood.
pub(super) const SCHEME: &str = "AWS4-HMAC-SHA256";

/// The parts of an `Authorization` header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Authorization<'r> {
    /// The access key id.
    pub(super) key_id: &'r str,
    /// The day of the scope, `YYYYMMDD`.
    pub(super) day: &'r str,
    /// The region of the scope.
    pub(super) region: &'r str,
    /// The service of the scope.
    pub(super) service: &'r str,
    /// The signed header names as listed.
    pub(super) signed_headers: &'r str,
    /// The signature, in hex.
    pub(super) signature: &'r str,
}

impl<'r> Authorization<'r> {
    /// Takes a header value apart; says which part is wrong.
    pub(super) fn parse(value: &'r str) -> Result<Self, &'static str> {
        let rest = value.strip_prefix(SCHEME).and_then(|rest| rest.strip_prefix(' ')).ok_or("scheme")?;
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for part in rest.split(',') {
            let (name, value) = part.trim().split_once('=').ok_or("form")?;
            let slot = match name {
                "Credential" => &mut credential,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => return Err("form"),
            };
            if slot.replace(value).is_some() {
                return Err("form");
            }
        }
        let (Some(credential), Some(signed_headers), Some(signature)) = (credential, signed_headers, signature) else {
            return Err("form");
        };
        let scope: Vec<&str> = credential.split('/').collect();
        let [key_id, day, region, service, "aws4_request"] = scope[..] else { return Err("credential scope") };
        Ok(Self { key_id, day, region, service, signed_headers, signature })
    }
}

/// The access key id in the credential scope of a request's `Authorization` header.
///
/// Nothing is verified: this names a session, and proves nothing.
pub fn key_id(request: &Request) -> Option<&str> {
    let value = request.headers.get("authorization")?;
    let (_, rest) = value.split_once("Credential=")?;
    let (key_id, _) = rest.split_once('/')?;
    let usual = (16..=128).contains(&key_id.len())
        && key_id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    usual.then_some(key_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Headers;

    #[test]
    fn takes_apart_what_clients_send_with_and_without_spaces() {
        for separator in [", ", ","] {
            let value = [
                "AWS4-HMAC-SHA256 Credential=AK/20261123/eu-west-1/svc/aws4_request",
                "SignedHeaders=a;b",
                "Signature=00",
            ]
            .join(separator);

            let parts = Authorization::parse(&value).unwrap();

            assert_eq!((parts.key_id, parts.day, parts.region, parts.service), ("AK", "20261123", "eu-west-1", "svc"));
            assert_eq!((parts.signed_headers, parts.signature), ("a;b", "00"));
        }
    }

    #[test]
    fn refuses_other_schemes_missing_doubled_and_unknown_parts() {
        let cases = [
            "",
            "Bearer abc",
            "AWS4-ECDSA-P256-SHA256 Credential=AK/d/r/s/aws4_request, SignedHeaders=a, Signature=0",
            "AWS4-HMAC-SHA256 Credential=AK/d/r/s/aws4_request, SignedHeaders=a",
            "AWS4-HMAC-SHA256 Credential=AK/d/r/s/aws4_request, SignedHeaders=a, Signature=0, Signature=0",
            "AWS4-HMAC-SHA256 Credential=AK/d/r/s/aws4_request, SignedHeaders=a, Signature=0, More=1",
            "AWS4-HMAC-SHA256 Credential=AK/d/r/s/aws5_request, SignedHeaders=a, Signature=0",
            "AWS4-HMAC-SHA256 Credential=AK/d/r/s, SignedHeaders=a, Signature=0",
        ];
        for value in cases {
            assert!(Authorization::parse(value).is_err(), "{value}");
        }
    }

    #[test]
    fn names_a_session_only_by_what_could_be_an_access_key() {
        let of = |value: &str| {
            let headers = Headers::from_iter([("Authorization", value.to_owned())]);
            key_id(&Request { headers, ..Request::default() }).map(str::to_owned)
        };

        assert_eq!(
            of("AWS4-HMAC-SHA256 Credential=AKSESSION00000001/20261123/r/s/aws4_request"),
            Some("AKSESSION00000001".into())
        );
        assert_eq!(of("AWS4-HMAC-SHA256 Credential=short/20261123/r/s/aws4_request"), None);
        assert_eq!(of("AWS4-HMAC-SHA256 Credential=lower-case-key-id/20261123/r/s/aws4_request"), None);
        assert_eq!(of("Bearer x"), None);
        assert_eq!(key_id(&Request::default()), None);
    }
}
