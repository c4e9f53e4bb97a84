//! Sockets, TLS and signatures: the one place that names hyper, rustls and `aws-sigv4`.
//!
//! [`Listener`] binds loopback and nothing else. [`serve`] is the one accept loop: it takes an async function from an
//! [`Arrived`] request to an [`Outgoing`] answer, and keeps every limit of [`Limits`]. [`Upstream`] is the one
//! client: it repeats nothing, follows nothing, and tells how an exchange ended. [`sigv4`] verifies what clients
//! sign and signs what goes out; [`Credentials`] are what it does that with.
//!
//! No API, no cassette and no file is known here.

mod access;
mod arrived;
pub mod clock;
mod connection;
pub mod credentials;
mod gate;
mod intake;
mod limits;
mod listener;
mod outgoing;
pub mod random;
mod raw;
mod room;
mod server;
pub mod sigv4;
mod upstream;
mod wire;

pub use access::Access;
pub use arrived::Arrived;
pub use clock::Clock;
pub use credentials::Credentials;
pub use gate::Gate;
pub use limits::Limits;
pub use listener::{Listen, Listener};
pub use outgoing::{Chunk, Outgoing};
pub use server::{Handler, Served, Serving, serve};
pub use upstream::{
    Collected, Endpoint, Head, Part, Sent, Trust, Upstream, UpstreamAnswer, UpstreamBody, UpstreamLimits,
};
