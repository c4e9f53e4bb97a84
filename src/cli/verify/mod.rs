//! `retake verify`: what can be verified, each in a file of its own.

pub(super) mod cassette;
pub(super) mod client;
pub(super) mod live;
pub(super) mod mock;

pub(super) use cassette::{judge, lint, lint_text};

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Cassettes against specs.
    Cassette(cassette::Arguments),
    /// A client, driven through every scenario that its specs imply.
    Client(client::Arguments),
    /// The service itself, probed as its specs imply, and compared with what was recorded of it.
    Live(live::Arguments),
    /// A mock or emulator at a URL, probed as its specs imply.
    Mock(mock::Arguments),
}
