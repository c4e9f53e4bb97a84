//! The checks of a client: a client without faults holds them all, and each fault is found under its own check.

mod client;
mod faults;
mod fingerprint;
mod laws;
mod reading;
mod samples;
mod subject;
