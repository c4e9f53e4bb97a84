//! Record, replay and verify AWS API exchanges against declarative specs.
pub mod answer;
pub mod diagnostic;
pub mod evidence;
pub mod message;
pub mod spec;
pub mod yaml;
