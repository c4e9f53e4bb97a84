//! Why a request is not accepted as signed, as its client is told. No text here holds a value of the request.

use super::MAX_SKEW_SECONDS;
use std::fmt;

/// Why a request was not accepted as signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureRefused {
    /// It has no `Authorization` header.
    Unsigned,
    /// It is signed in its query.
    Presigned,
    /// The header cannot be read; what is wrong in it.
    Malformed(&'static str),
    /// The access key id is not that of this session.
    UnknownKey,
    /// The scope names another region, service or day.
    OtherScope(&'static str),
    /// A header that must be signed is not.
    HeaderNotSigned(&'static str),
    /// A header is listed as signed and was not sent.
    HeaderMissing,
    /// The time of the signature is too far from ours.
    Skewed {
        /// The time of the signature.
        signed: String,
        /// Our time.
        ours: String,
    },
    /// The session token is missing or another one.
    OtherToken,
    /// The body is not what its hash says.
    OtherBody,
    /// The signature is over something else, or made with another secret.
    Mismatch,
}

impl SignatureRefused {
    /// The error type that a client is told, as AWS has it.
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::Unsigned | Self::Presigned => "MissingAuthenticationTokenException",
            Self::Malformed(_)
            | Self::UnknownKey
            | Self::OtherScope(_)
            | Self::HeaderNotSigned(_)
            | Self::HeaderMissing
            | Self::Skewed { .. }
            | Self::OtherToken
            | Self::OtherBody
            | Self::Mismatch => "InvalidSignatureException",
        }
    }
}

impl fmt::Display for SignatureRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned => {
                f.write_str("the request is not signed; sign it with the credentials that retake printed")
            }
            Self::Presigned => f.write_str("the request is signed in its query; only signatures in headers are taken"),
            Self::Malformed(part) => write!(f, "the authorization header cannot be read: its {part} is wrong"),
            Self::UnknownKey => f.write_str("the access key id is not that of this session"),
            Self::OtherScope(part) => write!(f, "the signature is for another {part}"),
            Self::HeaderNotSigned(name) => write!(f, "the header {name} must be signed and is not"),
            Self::HeaderMissing => f.write_str("a header is listed as signed and was not sent"),
            Self::Skewed { signed, ours } => {
                write!(f, "signed at {signed}, the time here is {ours}, {MAX_SKEW_SECONDS} seconds are allowed")
            }
            Self::OtherToken => f.write_str("the session token is not that of this session"),
            Self::OtherBody => f.write_str("the body is not what x-amz-content-sha256 says"),
            Self::Mismatch => f.write_str("the signature is not that of this request with the secret of this session"),
        }
    }
}

impl std::error::Error for SignatureRefused {}
