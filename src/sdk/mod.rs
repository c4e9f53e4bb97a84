//! What the Rust SDK needs to reach a server of retake.
//!
//! Some operations are modelled with a host prefix, and the Rust SDK puts it
//! before any host, also before that of a custom endpoint: `localhost` becomes
//! `runtime-localhost`, which does not resolve. Neither its environment nor its
//! builders can turn that off. Two ways round it:
//!
//! - [`config`] makes the shared configuration for any SDK client, whose HTTP
//!   client knows no machine but this one; nothing else is to be done.
//! - [`WithoutHostPrefix`] is an interceptor for a client that has a
//!   configuration of its own; it keeps the prefix off.
//!
//! This is the only place that names the SDK's runtime crates. Starting a
//! server is `serve`'s business.

mod config;
mod prefix;

pub use config::config;
pub use prefix::WithoutHostPrefix;
