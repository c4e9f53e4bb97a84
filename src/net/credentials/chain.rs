//! The usual AWS chain: environment, profile, SSO, credential process, web identity, container, instance.
//!
//! All of it is `aws-config`'s; here it gets an HTTP client on the one TLS library of this crate, and its credentials
//! are kept until shortly before they end.

use super::Credentials;
use crate::diagnostic::Diagnostic;
use crate::net::clock::Clock;
use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_credential_types::Credentials as Provided;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::UNIX_EPOCH;

/// How many seconds before their end credentials are renewed.
const RENEWED_BEFORE: i64 = 300;

/// Credentials as a person on this machine has them.
#[derive(Clone)]
pub struct Chain {
    profile: Option<String>,
    provider: Option<SharedCredentialsProvider>,
    region: Option<String>,
    clock: Clock,
    kept: Arc<Mutex<Option<Kept>>>,
}

/// Credentials, and when they end, if they do.
struct Kept {
    credentials: Credentials,
    end: Option<i64>,
}

impl Chain {
    /// Looks at the environment and the configuration files; of this profile, if one is named.
    ///
    /// Nothing is asked for yet but the region, which an instance may have to tell.
    pub async fn load(profile: Option<&str>, clock: Clock) -> Self {
        let client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(client)
            .retry_config(RetryConfig::standard().with_max_attempts(2));
        let loader = match profile {
            Some(profile) => loader.profile_name(profile),
            None => loader,
        };
        let config = loader.load().await;
        Self {
            profile: profile.map(str::to_owned),
            provider: config.credentials_provider(),
            region: config.region().map(ToString::to_string),
            clock,
            kept: Arc::default(),
        }
    }

    /// The region of the environment, the profile or the instance.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Credentials that are good for a while.
    pub async fn current(&self) -> Result<Credentials, Diagnostic> {
        if let Some(kept) = self.kept() {
            return Ok(kept);
        }
        let provider = self.provider.as_ref().ok_or_else(|| self.none())?;
        let provided = provider.provide_credentials().await.map_err(|error| self.cannot(&error))?;
        let credentials = credentials_of(&provided);
        let end = provided.expiry().and_then(|end| end.duration_since(UNIX_EPOCH).ok());
        let end = end.map(|end| i64::try_from(end.as_secs()).unwrap_or(i64::MAX));
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Kept { credentials: credentials.clone(), end });
        Ok(credentials)
    }

    fn kept(&self) -> Option<Credentials> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_ref()?;
        let good = kept.end.is_none_or(|end| self.clock.now() < end.saturating_sub(RENEWED_BEFORE));
        good.then(|| kept.credentials.clone())
    }

    fn none(&self) -> Diagnostic {
        let whose = self.profile.as_ref().map(|profile| format!(" of the profile \"{profile}\"")).unwrap_or_default();
        Diagnostic::new(format!("there are no AWS credentials{whose} to sign with")).help(
            "set AWS_PROFILE, log in (`aws sso login`), or export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; \
             `--upstream simulated` needs none",
        )
    }

    /// Says why the chain gave nothing; its errors name places and causes, no secrets.
    fn cannot(&self, error: &CredentialsError) -> Diagnostic {
        if matches!(error, CredentialsError::CredentialsNotLoaded(_)) {
            return self.none();
        }
        let mut why = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            why = format!("{why}: {cause}");
            source = cause.source();
        }
        Diagnostic { what: format!("the AWS credentials cannot be had: {why}"), ..self.none() }
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain").field("region", &self.region).finish_non_exhaustive()
    }
}

fn credentials_of(provided: &Provided) -> Credentials {
    let token = provided.session_token().map(str::to_owned);
    Credentials::new(provided.access_key_id(), provided.secret_access_key(), token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_credential_types::provider::future::ProvideCredentials as Future;
    use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
    use std::time::Duration;

    /// Gives credentials that end at 1000, and counts how often it was asked.
    #[derive(Debug, Default)]
    struct Counting(AtomicU64);

    impl ProvideCredentials for Counting {
        fn provide_credentials<'a>(&'a self) -> Future<'a>
        where
            Self: 'a,
        {
            let number = self.0.fetch_add(1, Ordering::SeqCst);
            let end = UNIX_EPOCH + Duration::from_secs(1000);
            Future::ready(Ok(Provided::new(format!("KEY{number}"), "secret", None, Some(end), "test")))
        }
    }

    #[tokio::test]
    async fn keeps_credentials_until_shortly_before_their_end() {
        let now = Arc::new(AtomicI64::new(0));
        let seen = Arc::clone(&now);
        let chain = Chain {
            profile: None,
            provider: Some(SharedCredentialsProvider::new(Counting::default())),
            region: None,
            clock: Clock::new(move || seen.load(Ordering::SeqCst)),
            kept: Arc::default(),
        };
        let mut keys = Vec::new();

        for time in [0, 699, 700, 701] {
            now.store(time, Ordering::SeqCst);
            keys.push(chain.current().await.unwrap().key_id().to_owned());
        }

        assert_eq!(keys, ["KEY0", "KEY0", "KEY1", "KEY2"]);
        assert!(!format!("{chain:?}").contains("KEY"));
    }
}
