//! Deciding whether a request is signed with the credentials of this session.

use super::authorization::{Authorization, SCHEME, key_id};
use super::canonical;
use super::refused::SignatureRefused;
use crate::message::Request;
use crate::net::clock::{self, Clock};
use crate::net::credentials::Credentials;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// How far the time of a signature may be from ours, in seconds.
pub const MAX_SKEW_SECONDS: u64 = 300;

/// What signatures are good for: one region, and the services of the loaded specs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The region.
    pub region: String,
    /// The signing names.
    pub services: Vec<String>,
}

impl Scope {
    fn check(&self, authorization: &Authorization<'_>) -> Result<(), SignatureRefused> {
        if authorization.region != self.region {
            return Err(SignatureRefused::OtherScope("region"));
        }
        if !self.services.iter().any(|service| service == authorization.service) {
            return Err(SignatureRefused::OtherScope("service"));
        }
        Ok(())
    }
}

/// What is known of a signature: facts, nothing that was derived from a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureFacts {
    /// The access key id.
    pub key_id: String,
    /// The service of the scope.
    pub service: String,
    /// The region of the scope.
    pub region: String,
    /// The names of the signed headers, as listed.
    pub signed_headers: String,
    /// Whether the signature was verified; else it is for another side to judge.
    pub is_verified: bool,
}

impl SignatureFacts {
    fn of(authorization: &Authorization<'_>, is_verified: bool) -> Self {
        Self {
            key_id: authorization.key_id.to_owned(),
            service: authorization.service.to_owned(),
            region: authorization.region.to_owned(),
            signed_headers: authorization.signed_headers.to_owned(),
            is_verified,
        }
    }
}

impl fmt::Display for SignatureFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let validity = if self.is_verified { "valid" } else { "unverified" };
        write!(f, "{SCHEME} {} {} {validity}", self.service, self.signed_headers)
    }
}

/// Looks at a signature that was made with another secret than ours: its form, its scope, what it covers and the hash
/// of the body. Whether it is valid is for the side that it was made for.
pub fn inspect(request: &Request, scope: &Scope) -> Result<SignatureFacts, SignatureRefused> {
    let authorization = find(request)?;
    if key_id(request).is_none() {
        return Err(SignatureRefused::Malformed("credential scope"));
    }
    scope.check(&authorization)?;
    check_signed_headers(request, authorization.signed_headers)?;
    canonical::headers(&request.headers, authorization.signed_headers).ok_or(SignatureRefused::HeaderMissing)?;
    body_hash(request)?;
    unhex(authorization.signature).ok_or(SignatureRefused::Malformed("signature"))?;
    Ok(SignatureFacts::of(&authorization, false))
}

/// Verifies that requests are signed with one set of credentials, in one scope.
pub struct Verifier {
    credentials: Credentials,
    scope: Scope,
    clock: Clock,
    /// The derived key of the day and service that came last: it changes once a day.
    derived: Mutex<Option<DerivedKey>>,
}

struct DerivedKey {
    day: String,
    service: String,
    key: [u8; 32],
}

impl Verifier {
    /// A verifier of signatures that these credentials make in this scope.
    pub fn new(credentials: Credentials, scope: Scope, clock: Clock) -> Self {
        Self { credentials, scope, clock, derived: Mutex::new(None) }
    }

    /// Verifies one request; the query as it was spelled on the wire.
    pub fn verify(&self, request: &Request, query: Option<&str>) -> Result<SignatureFacts, SignatureRefused> {
        let authorization = find(request)?;
        if !same(authorization.key_id, self.credentials.key_id()) {
            return Err(SignatureRefused::UnknownKey);
        }
        self.scope.check(&authorization)?;
        check_signed_headers(request, authorization.signed_headers)?;
        let date = self.check_date(request, &authorization)?;
        self.check_token(request)?;
        let body = body_hash(request)?;
        let canonical = canonical_request(request, query, authorization.signed_headers, &body)?;
        let to_sign = format!(
            "{SCHEME}\n{date}\n{}/{}/{}/aws4_request\n{}",
            authorization.day,
            authorization.region,
            authorization.service,
            hex(&Sha256::digest(canonical))
        );
        let signature = unhex(authorization.signature).ok_or(SignatureRefused::Malformed("signature"))?;
        mac(&self.key(authorization.day, authorization.service), to_sign.as_bytes())
            .verify_slice(&signature)
            .map_err(|_| SignatureRefused::Mismatch)?;
        Ok(SignatureFacts::of(&authorization, true))
    }

    /// The text of the signature's time, if it is near ours.
    fn check_date<'r>(
        &self,
        request: &'r Request,
        authorization: &Authorization<'_>,
    ) -> Result<&'r str, SignatureRefused> {
        let date = only(request, "x-amz-date").ok_or(SignatureRefused::Malformed("date"))?;
        let signed = clock::parse_amz_date(date).ok_or(SignatureRefused::Malformed("date"))?;
        if !date.starts_with(authorization.day) || authorization.day.len() != 8 {
            return Err(SignatureRefused::OtherScope("day"));
        }
        let now = self.clock.now();
        if now.abs_diff(signed) > MAX_SKEW_SECONDS {
            return Err(SignatureRefused::Skewed { signed: date.to_owned(), ours: clock::amz_date(now) });
        }
        Ok(date)
    }

    fn check_token(&self, request: &Request) -> Result<(), SignatureRefused> {
        let sent = request.headers.iter().filter(|(name, _)| *name == "x-amz-security-token").count();
        let good = match self.credentials.token() {
            None => sent == 0,
            Some(token) => only(request, "x-amz-security-token").is_some_and(|sent| same(sent, token)),
        };
        if good { Ok(()) } else { Err(SignatureRefused::OtherToken) }
    }

    fn key(&self, day: &str, service: &str) -> [u8; 32] {
        let mut derived = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = derived.as_ref().filter(|known| known.day == day && known.service == service) {
            return known.key;
        }
        let key = derive_key(self.credentials.secret(), day, &self.scope.region, service);
        *derived = Some(DerivedKey { day: day.to_owned(), service: service.to_owned(), key });
        key
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// The signature of a request, which must stand in its one `Authorization` header.
fn find(request: &Request) -> Result<Authorization<'_>, SignatureRefused> {
    let in_query = request.query.iter().any(|(name, _)| name.to_ascii_lowercase().starts_with("x-amz-"));
    let mut values = request.headers.iter().filter(|(name, _)| *name == "authorization").map(|(_, value)| value);
    let Some(value) = values.next() else {
        return Err(if in_query { SignatureRefused::Presigned } else { SignatureRefused::Unsigned });
    };
    if in_query || values.next().is_some() {
        return Err(SignatureRefused::Malformed("number"));
    }
    Authorization::parse(value).map_err(SignatureRefused::Malformed)
}

/// The names must be sorted, and hold the host and each `x-amz-` header that was sent.
fn check_signed_headers(request: &Request, signed: &str) -> Result<(), SignatureRefused> {
    let names: Vec<&str> = signed.split(';').collect();
    if !names.is_sorted_by(|a, b| a < b) {
        return Err(SignatureRefused::Malformed("list of signed headers"));
    }
    for required in ["host", "x-amz-date"] {
        if !names.contains(&required) {
            return Err(SignatureRefused::HeaderNotSigned(required));
        }
    }
    let unsigned = request.headers.iter().any(|(name, _)| name.starts_with("x-amz-") && !names.contains(&name));
    if unsigned { Err(SignatureRefused::HeaderNotSigned("x-amz-…")) } else { Ok(()) }
}

/// The hash of the body, which a header that states it must match.
fn body_hash(request: &Request) -> Result<String, SignatureRefused> {
    let hash = hex(&Sha256::digest(request.body.bytes()));
    let stated = request.headers.iter().filter(|(name, _)| *name == "x-amz-content-sha256");
    for (_, stated) in stated {
        if stated != hash {
            return Err(SignatureRefused::OtherBody);
        }
    }
    Ok(hash)
}

fn canonical_request(
    request: &Request,
    query: Option<&str>,
    signed_headers: &str,
    body: &str,
) -> Result<String, SignatureRefused> {
    let headers = canonical::headers(&request.headers, signed_headers).ok_or(SignatureRefused::HeaderMissing)?;
    let (path, query) = (canonical::path(&request.path), canonical::query(query));
    Ok(format!("{}\n{path}\n{query}\n{headers}\n{signed_headers}\n{body}", request.method))
}

/// The value of a header that must have come exactly once.
fn only<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    let mut values = request.headers.iter().filter(|(field, _)| *field == name).map(|(_, value)| value);
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

/// Compares in a time that depends on the lengths only.
fn same(sent: &str, ours: &str) -> bool {
    let difference = sent.bytes().zip(ours.bytes()).fold(0, |seen, (a, b)| seen | (a ^ b));
    std::hint::black_box(difference) == 0 && sent.len() == ours.len()
}

fn derive_key(secret: &str, day: &str, region: &str, service: &str) -> [u8; 32] {
    let day = mac(format!("AWS4{secret}").as_bytes(), day.as_bytes()).finalize().into_bytes();
    let region = mac(&day, region.as_bytes()).finalize().into_bytes();
    let service = mac(&region, service.as_bytes()).finalize().into_bytes();
    mac(&service, b"aws4_request").finalize().into_bytes().into()
}

fn mac(key: &[u8], message: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = |byte: &u8| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]].map(char::from);
    bytes.iter().flat_map(digits).collect()
}

/// The 32 bytes of a signature in lower-case hex.
fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 || !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
