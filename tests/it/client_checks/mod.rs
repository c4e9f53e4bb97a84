//! The checks of a client: a client without faults holds them all, and each fault is found under its own check.
//!
//! The client is that of `tests/clients/faulty`, called here without a process and without a wire.

#[path = "../../clients/faulty/client/mod.rs"]
pub(crate) mod client;
mod faults;
mod fingerprint;
mod laws;
mod samples;
pub(crate) mod subject;
