//! Record, replay and verify AWS API exchanges against declarative specs.
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
#[cfg(feature = "sdk")]
pub mod sdk;
pub mod serve;
pub mod simulate;
pub mod spec;
pub mod store;
pub mod verify;
pub mod yaml;

pub use serve::{Replay, Simulate};
