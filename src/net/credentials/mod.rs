//! Credentials: those that a session makes and throws away, and those that a person has.
//!
//! The secret parts leave this type only towards a signature, a child's
//! environment, or the search that makes sure a file holds none of them.

#[cfg(feature = "aws-chain")]
mod chain;
mod source;

#[cfg(feature = "aws-chain")]
pub use chain::Chain;
pub use source::Source;

use crate::diagnostic::Diagnostic;
use crate::net::random;
use std::fmt;

/// An access key, and the session token that belongs to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    key_id: String,
    secret: String,
    token: Option<String>,
}

impl Credentials {
    /// Credentials of these parts.
    pub fn new(key_id: impl Into<String>, secret: impl Into<String>, token: Option<String>) -> Self {
        Self { key_id: key_id.into(), secret: secret.into(), token }
    }

    /// Credentials of this session, random, worth nothing anywhere else.
    ///
    /// The key id says what it is (`RETAKE…`), so that nobody takes it for a leak.
    pub fn throwaway() -> Result<Self, Diagnostic> {
        const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        const MIXED: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        Ok(Self {
            key_id: format!("RETAKE{}", random::text(14, UPPER)?),
            secret: random::text(40, MIXED)?,
            token: Some(format!("retake-session-{}", random::text(48, MIXED)?)),
        })
    }

    /// The credentials in `AWS_ACCESS_KEY_ID` and its like, if there are any.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let read = |name| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let key_id = read("AWS_ACCESS_KEY_ID")?;
        let secret = read("AWS_SECRET_ACCESS_KEY")?;
        Some(Self { key_id, secret, token: read("AWS_SESSION_TOKEN") })
    }

    /// Whether AWS has issued them, by the key id: of a user, or of a role for a while.
    pub fn is_of_aws(&self) -> bool {
        ["AKIA", "ASIA"].iter().any(|prefix| self.key_id.starts_with(prefix))
    }

    /// The access key id: what names a session.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The secret access key.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The session token, if there is one.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Every text of it that no file may hold.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        [Some(self.key_id()), Some(self.secret()), self.token()].into_iter().flatten()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throws_away_what_every_sdk_takes_as_an_access_key() {
        let first = Credentials::throwaway().unwrap();
        let second = Credentials::throwaway().unwrap();

        assert!(first.key_id().starts_with("RETAKE") && first.key_id().len() == 20);
        assert!(first.key_id().bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
        assert!(first.texts().zip(second.texts()).all(|(a, b)| a != b));
        assert_eq!(first.texts().count(), 3);
    }

    #[test]
    fn reads_the_environment_only_when_both_halves_are_there() {
        let of = |pairs: &'static [(&str, &str)]| {
            Credentials::from_environment(move |name| {
                pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
            })
        };

        assert_eq!(of(&[("AWS_ACCESS_KEY_ID", "A")]), None);
        assert_eq!(of(&[("AWS_ACCESS_KEY_ID", "A"), ("AWS_SECRET_ACCESS_KEY", " ")]), None);
        assert_eq!(
            of(&[("AWS_ACCESS_KEY_ID", "A"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_SESSION_TOKEN", "")]),
            Some(Credentials::new("A", "s", None))
        );
    }

    #[test]
    fn shows_no_part_of_itself() {
        let credentials = Credentials::throwaway().unwrap();

        let shown = format!("{credentials:?}");

        assert!(credentials.texts().all(|text| !shown.contains(text)));
    }
}
