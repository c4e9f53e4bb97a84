//! Sockets, TLS and signatures: the one place that names hyper, rustls, rcgen and `aws-sigv4`.
//!
//! [`Listener`] binds loopback and nothing else. [`serve`] is the one accept loop: it takes an async function from an
//! [`Arrived`] request to an [`Outgoing`] answer, and keeps every limit of [`Limits`]. What comes through a
//! tunnel of an [`Interception`] reaches the same function. [`Upstream`] is the one
//! client: it repeats nothing, follows nothing, and tells how an exchange ended. [`sigv4`] verifies what clients
//! sign and signs what goes out; [`Credentials`] are what it does that with.
//!
//! No API, no cassette and no file is known here.

mod access;
mod arrived;
mod authority;
pub mod clock;
mod connection;
pub mod credentials;
mod gate;
mod intake;
mod interception;
mod limits;
mod listener;
mod outgoing;
pub mod random;
mod raw;
mod room;
mod roots;
mod server;
mod service;
pub mod sigv4;
mod streams;
mod upstream;
mod watch;
mod wire;

pub use access::Access;
pub use arrived::Arrived;
pub use clock::Clock;
pub use credentials::Credentials;
pub use gate::Gate;
pub use interception::{Interception, Through, tunnel_host};
pub use limits::Limits;
pub use listener::{Listen, Listener};
pub use outgoing::{Chunk, Outgoing};
pub use roots::system_certificates;
pub use server::{Handler, Served, Serving, serve};
pub use service::service_endpoint;
pub use upstream::{
    Collected, Endpoint, Head, Internet, Network, Part, Sent, Trust, Upstream, UpstreamAnswer, UpstreamBody,
    UpstreamLimits, Waiting,
};
