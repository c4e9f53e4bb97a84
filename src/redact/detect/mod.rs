//! The second net: detectors of secrets and of personal data in text that is
//! about to be stored, or that was.
//!
//! A detector tells its rule and the place, never the value. What redaction puts
//! in the place of real values fires none of them. [`Forbidden`] searches for
//! secrets that are known, however they are encoded.

mod forbidden;
mod rules;
mod view;

pub use forbidden::Forbidden;

use view::View;

/// A detector that fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Detection {
    /// The byte at which what it found begins.
    pub offset: usize,
    /// What it looks for.
    pub rule: Rule,
}

/// What detectors look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The id of an AWS access key, user, role or other principal.
    AccessKeyId,
    /// An AWS secret access key.
    SecretKey,
    /// An AWS session token.
    SessionToken,
    /// A SigV4 signature, its scope, or an authorization header.
    Signature,
    /// The signing parameters of a presigned URL.
    PresignedUrl,
    /// A JSON web token.
    Jwt,
    /// A key or certificate in PEM.
    Pem,
    /// An AWS account id.
    AccountId,
    /// An ARN.
    Arn,
    /// An e-mail address.
    Email,
    /// A DICOM UID that is none of the standard's own.
    DicomUid,
    /// A DICOM person name.
    PersonName,
    /// A secret that is known to the searcher.
    Forbidden,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 13] = [
        Self::AccessKeyId,
        Self::SecretKey,
        Self::SessionToken,
        Self::Signature,
        Self::PresignedUrl,
        Self::Jwt,
        Self::Pem,
        Self::AccountId,
        Self::Arn,
        Self::Email,
        Self::DicomUid,
        Self::PersonName,
        Self::Forbidden,
    ];

    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessKeyId => "access-key-id",
            Self::SecretKey => "secret-key",
            Self::SessionToken => "session-token",
            Self::Signature => "signature",
            Self::PresignedUrl => "presigned-url",
            Self::Jwt => "jwt",
            Self::Pem => "pem",
            Self::AccountId => "account-id",
            Self::Arn => "arn",
            Self::Email => "email",
            Self::DicomUid => "dicom-uid",
            Self::PersonName => "person-name",
            Self::Forbidden => "forbidden",
        }
    }
}

/// Everything that the detectors find in a text, in order. What is percent-encoded or escaped as in JSON is
/// looked at as what it means, too.
///
/// ```
/// use retake::redact::detect::{Rule, scan};
///
/// let found = scan("in account 123456789012");
/// assert_eq!((found[0].rule, found[0].offset), (Rule::AccountId, 11));
/// ```
pub fn scan(text: &str) -> Vec<Detection> {
    let mut found = rules::scan(text.as_bytes());
    for view in [View::of_percent_escapes(text), View::of_json_escapes(text)].into_iter().flatten() {
        let seen = rules::scan(view.bytes());
        found
            .extend(seen.into_iter().map(|detection| Detection { offset: view.source(detection.offset), ..detection }));
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests;
