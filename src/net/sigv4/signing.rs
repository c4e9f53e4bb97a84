//! Signing what goes to an upstream, by the `aws-sigv4` crate.

use crate::diagnostic::Diagnostic;
use crate::message::{Headers, PROBE_HEADER, Request, target};
use crate::net::credentials::Credentials;
use aws_credential_types::Credentials as Identity;
use aws_sigv4::http_request::{self, SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4;
use std::fmt::Display;
use std::time::{Duration, UNIX_EPOCH};

/// Who signs, and for what.
#[derive(Debug, Clone)]
pub struct Signer {
    /// The credentials.
    pub credentials: Credentials,
    /// The region of the scope.
    pub region: String,
    /// The service of the scope.
    pub service: String,
}

/// The header fields that sign a request to a host (with its port, where that is not the scheme's own) at a
/// time in seconds since 1970: `x-amz-date`, `authorization`, and `x-amz-security-token` where there is a token.
pub fn sign(request: &Request, scheme: &str, host: &str, signer: &Signer, at: i64) -> Result<Headers, Diagnostic> {
    let Signer { credentials, region, service } = signer;
    let identity = Identity::new(
        credentials.key_id(),
        credentials.secret(),
        credentials.token().map(str::to_owned),
        None,
        "retake",
    )
    .into();
    let time = UNIX_EPOCH + Duration::from_secs(u64::try_from(at).unwrap_or_default());
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(time)
        .settings(SigningSettings::default())
        .build()
        .map_err(failed)?
        .into();
    let uri = format!("{scheme}://{host}{}", target::join(&request.path, &request.query));
    // What a probe is after is a word between us and our own recorder: no part of what a client would sign.
    let is_signed = |name: &str| name != "host" && name != PROBE_HEADER;
    let headers = request.headers.iter().filter(|(name, _)| is_signed(name)).chain([("host", host)]);
    let signable = SignableRequest::new(&request.method, uri, headers, SignableBody::Bytes(request.body.bytes()))
        .map_err(failed)?;
    let (instructions, _) = http_request::sign(signable, &params).map_err(failed)?.into_parts();
    let (fields, _) = instructions.into_parts();
    Ok(fields.iter().map(|field| (field.name(), field.value())).collect())
}

fn failed(error: impl Display) -> Diagnostic {
    Diagnostic::new(format!("cannot sign the request: {error}"))
}
