//! How a client reaches a server.

use crate::net::Credentials;

/// What a client needs to be told to reach a server on this machine.
#[derive(Debug, Clone)]
pub struct Access {
    /// The URL: `http://localhost:PORT`.
    pub endpoint: String,
    /// The region to sign for.
    pub region: String,
    /// The credentials to sign with.
    pub credentials: Credentials,
}
