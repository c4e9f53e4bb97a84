//! A scenario as it was run against a client: what was to come of it, and what came.
//!
//! The expectation is made from the spec and the scenario alone, never from a client's
//! name or version. What the client did stands in the transcript; here is what the
//! transcript does not say.

use super::Outcome;
use crate::message::Json;
use crate::spec::Inputs;

/// What may come of a scenario. A scenario that allows both a success and an error allows either.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expectation {
    /// What a success gives the caller; none if a success is wrong.
    pub success: Option<Success>,
    /// What an error says; none if an error is wrong.
    pub error: Option<ExpectedError>,
    /// The value that was made hostile, where it is one.
    pub probe: Option<Probe>,
}

/// What a success gives the caller; members as they are on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Success {
    /// These items, in this order.
    Items(Vec<Json>),
    /// The items of the pages that were answered, whichever the client asked for.
    AsAnswered,
    /// This output.
    Output(Json),
}

/// What an error says; what is none is not asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExpectedError {
    /// Its name.
    pub name: Option<String>,
    /// The service's message.
    pub message: Option<String>,
    /// The status on the wire.
    pub status: Option<u16>,
}

/// A value that was made hostile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The item that it is in, from 0; 0 in an output.
    pub item: usize,
    /// Where in the item or the output it is: a JSON pointer.
    pub pointer: String,
    /// What the caller may get there, the value as sent first.
    pub takes: Vec<Json>,
    /// The values that the spec models there, where they are an enum's.
    pub modelled: Vec<String>,
    /// Whether the spec requires a value there.
    pub is_required: bool,
}

/// A scenario as it was run against a client.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The scenario's id.
    pub scenario: &'a str,
    /// The operation that was asked for.
    pub operation: &'a str,
    /// The checks that it is for, in the order in which they are asked.
    pub judges: &'a [&'static str],
    /// What the caller gave.
    pub inputs: &'a Inputs,
    /// What may come of it.
    pub expectation: &'a Expectation,
    /// The steps of its script.
    pub steps: &'a [StepRecord],
    /// What the client said; none if it said nothing.
    pub outcome: Option<&'a Outcome>,
    /// What is known of each request besides the exchange, in the order of the transcript.
    pub arrivals: &'a [Arrival],
    /// The attempts that the client may make of one request.
    pub max_attempts: u32,
    /// The requests that the script answers; those behind them are a runaway's.
    pub budget: u64,
}

impl Run<'_> {
    /// Whether the client asked more than the script answers.
    pub fn is_runaway(&self) -> bool {
        self.arrivals.len() as u64 > self.budget
    }
}

/// A step of a script, after the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRecord {
    /// What it is, in words: "page 2, attempt 1".
    pub name: String,
    /// The token of the page that it answers; none for the first page.
    pub token: Option<String>,
    /// Whether it is the one that is hostile.
    pub is_probe: bool,
    /// Whether a request met it.
    pub is_met: bool,
}

/// What is known of a request besides its exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// When it came, in milliseconds since the scenario began.
    pub at: u64,
    /// What its signature is.
    pub signature: Signature,
}

/// What the signature of a request is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// Valid.
    Valid,
    /// Not valid, or not there: why.
    Refused(String),
    /// Nobody looked.
    Unchecked,
}
