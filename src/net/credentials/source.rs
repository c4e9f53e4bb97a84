//! Where the credentials come from that sign towards an upstream.

use super::Credentials;
#[cfg(feature = "aws-chain")]
use super::chain::Chain;
use crate::diagnostic::Diagnostic;

/// Where credentials come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// These, all the time.
    Fixed(Credentials),
    /// The usual AWS chain, which renews them.
    #[cfg(feature = "aws-chain")]
    Chain(Chain),
}

impl Source {
    /// Credentials that are good for a while.
    pub async fn current(&self) -> Result<Credentials, Diagnostic> {
        match self {
            Self::Fixed(credentials) => Ok(credentials.clone()),
            #[cfg(feature = "aws-chain")]
            Self::Chain(chain) => chain.current().await,
        }
    }
}
