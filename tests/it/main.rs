//! The integration tests: one binary, one module a part.
#![allow(missing_docs, reason = "tests name behaviours")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed expectation in a test is the result")]

mod bad_specs;
mod bombs;
#[path = "../canaries/mod.rs"]
mod canaries;
#[cfg(feature = "cli")]
mod canary_runs;
mod captures;
#[cfg(feature = "cli")]
mod cassette_diff;
mod cassettes;
mod checks;
mod client_checks;
#[cfg(feature = "cli")]
mod clients;
#[cfg(feature = "cli")]
mod command;
#[cfg(feature = "cli")]
mod commands;
#[cfg(feature = "cli")]
mod crash;
mod credentials;
#[cfg(feature = "cli")]
mod defects;
mod exemplars;
mod faulty_clients;
mod foreign_readers;
mod fuzz;
mod good_specs;
mod json_schema;
mod layers;
mod limits;
mod lint;
mod mock_checks;
mod odd_specs;
mod probe;
#[cfg(feature = "cli")]
mod processes;
mod raw;
#[cfg(feature = "cli")]
mod readme;
mod record;
mod recorded;
mod recorded_answers;
#[cfg(feature = "cli")]
mod recording;
mod redaction;
mod replay;
mod report;
#[cfg(feature = "cli")]
mod review;
#[cfg(feature = "sdk")]
mod rust_sdk;
#[cfg(feature = "sdk")]
mod rust_sdk_recorded;
mod scenario;
#[cfg(feature = "cli")]
mod second_net;
mod security;
mod serve;
mod server;
mod sigv4;
mod simulate;
mod skeletons;
mod spec_diff;
mod spec_import;
mod spec_import_command;
mod spec_import_services;
mod spec_scenarios;
mod spec_schema;
mod store;
#[cfg(feature = "cli")]
mod trusted;
#[cfg(feature = "cli")]
mod tunnel_command;
mod tunnels;
mod upstream;
mod upstreams;
#[cfg(feature = "cli")]
mod usage;
mod verified;
#[cfg(feature = "cli")]
mod verify_client;
#[cfg(feature = "cli")]
mod verify_live;
mod verify_mock;
mod wires;
