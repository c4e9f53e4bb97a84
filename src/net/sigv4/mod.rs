//! AWS Signature Version 4, both ways.
//!
//! [`Verifier`] decides whether a client holds the credentials of this session;
//! it is written here, from the published rules, and held against the
//! `aws-sigv4` crate and captures of five clients by tests. [`inspect`] looks
//! at a signature that is for another side to verify. [`sign`] signs what goes to the upstream, by that crate.

mod authorization;
mod canonical;
mod refused;
mod signing;
mod verifying;

pub use authorization::key_id;
pub use refused::SignatureRefused;
pub use signing::{Signer, sign};
pub use verifying::{MAX_SKEW_SECONDS, Scope, SignatureFacts, Verifier, inspect};
