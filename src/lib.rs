//! Record, replay and verify AWS API exchanges against declarative specs.
//!
//! # The story
//!
//! A [`Spec`](spec::Spec) is the contract of one operation, compiled from a YAML file; nothing else knows an API.
//! A request that reaches us is answered by the real service ([`record`]), by a cassette ([`replay`]), by the spec
//! ([`simulate`]) or by a script that tries a client ([`scenario`]): one server, [`net::serve`], behind which stands an
//! [`Answerer`](answer::Answerer) or a recorder.
//! What passes is an [`Exchange`](message::Exchange); what may be kept of it is [`redact`]'s to say, and what it has
//! made safe, a [`Redacted`](message::Redacted) value, is all that a journal or a [`cassette`] can be made of.
//! One pure function, [`verify::verify`], judges [`Evidence`](evidence::Evidence) by the specs; its
//! [`Report`](evidence::Report) says what was looked at, what was found, and which exit code that is.
//!
//! Modules stand in layers, and import only from below: [`diagnostic`]; [`message`] and [`yaml`]; [`spec`]
//! and [`answer`]; [`redact`] and [`evidence`]; [`cassette`]; [`verify`], [`replay`], [`simulate`] and [`scenario`];
//! [`report`]; [`net`] and [`store`]; the shells [`record`], [`serve`], [`probe`], `drive`, `sdk`; and `cli`. Up to
//! `report` all of it is pure: time, files and sockets are parameters there.
//!
//! # In a test
//!
//! A cassette, or the simulator, is one call away; an SDK's client is pointed at it, and the report is asserted on:
//!
//! ```no_run
//! # async fn test() -> Result<(), Box<dyn std::error::Error>> {
//! let service = retake::Replay::open("cassettes/two-pages.cassette.yaml")?.start().await?;
//! let endpoint = &service.access().endpoint;
//! // … let the client under test call `endpoint` …
//! let report = service.finish().await;
//! report.assert_passed();
//! # Ok(())
//! # }
//! ```

pub mod answer;
pub mod cassette;
#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostic;
#[cfg(feature = "cli")]
pub mod drive;
pub mod evidence;
pub mod message;
pub mod net;
pub mod probe;
pub mod record;
pub mod redact;
pub mod replay;
pub mod report;
pub mod scenario;
#[cfg(feature = "sdk")]
pub mod sdk;
pub mod serve;
pub mod simulate;
pub mod spec;
pub mod store;
pub mod verify;
pub mod yaml;

pub use serve::{Recorded, Replay, Simulate};

// What the library's own tests share with those in tests/: by its name there.
#[cfg(test)]
extern crate self as retake;
#[cfg(test)]
#[path = "../tests/canaries/mod.rs"]
mod canaries;
#[cfg(test)]
#[path = "../tests/it/upstreams.rs"]
#[allow(dead_code, reason = "tests/ need more of it")]
mod upstreams;
#[cfg(test)]
#[path = "../tests/it/wires.rs"]
#[allow(dead_code, reason = "tests/ need more of it")]
mod wires;
