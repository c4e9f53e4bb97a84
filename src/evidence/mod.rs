//! What is judged, by what, and what came of it.
//!
//! [`Evidence`] is a transcript with the facts that checks need besides it;
//! [`catalogue`] lists the checks; [`report`] holds their results. The judging
//! itself is `verify`. [`outcome`] is what a client says of itself, [`run`] what a
//! scenario asks of it, [`scenario`] what came of it, [`fingerprint`] how a client behaves,
//! [`known`] what of it is known to be wrong, [`coverage`] what of the specs was shown. [`reading`] says
//! what one exchange says, and [`walk`] groups exchanges into calls and walks, since
//! the checks and the order of a cassette both rest on that.

pub mod catalogue;
pub mod coverage;
pub mod fingerprint;
pub mod known;
pub mod outcome;
mod purpose;
pub mod reading;
pub mod report;
pub mod run;
pub mod scenario;
pub mod walk;

pub use catalogue::{CATALOGUE, Check, Side, check, checks_for};
pub use coverage::{Counts, Coverage, Pages, Share};
pub use fingerprint::{Trait, TraitKind};
pub use known::{KnownFailure, KnownFailures, KnownResult, KnownState};
pub use outcome::{ErrorClass, Failure, Got, Outcome};
pub use purpose::Purpose;
pub use report::{
    CheckResult, CheckVerdict, ChildEnd, Finding, Ledger, Report, RunVerdict, SpecLine, Subject, SubjectChecks,
    SubjectKind, Trouble, TroubleKind,
};
pub use run::{Arrival, Expectation, ExpectedError, Probe, Run, Signature, StepRecord, Success};
pub use scenario::{ScenarioResult, ScenarioVerdict};

use crate::diagnostic::Location;
use crate::message::{Origin, Transcript};

/// What is judged.
#[derive(Debug, Clone)]
pub struct Evidence<'a> {
    /// Whose behaviour the transcript shows.
    pub subject: Subject,
    /// What happened.
    pub transcript: &'a Transcript,
    /// Facts of the recording, where the evidence is one.
    pub recording: Option<&'a RecordingFacts>,
    /// Where each exchange stands in its file, in transcript order; empty if in no file.
    pub places: &'a [Place],
    /// The scenario that was run, where the evidence is a client's.
    pub run: Option<&'a Run<'a>>,
    /// What the caller asks of the evidence.
    pub demands: Demands,
}

/// What the caller asks of a recording, and the date by which it is judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Demands {
    /// Today, in days since 1970-01-01.
    pub today: i64,
    /// How many days old a recording may be.
    pub max_age: Option<u32>,
    /// The origin a recording must have.
    pub require_origin: Option<Origin>,
}

/// Facts of a recording besides its exchanges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingFacts {
    /// Where the exchanges came from.
    pub origin: Origin,
    /// When it was recorded, in days since 1970-01-01; none if the header's text is no time.
    pub recorded_day: Option<i64>,
    /// Whether the seal is whole; else what was expected and what was found.
    pub seal: Seal,
    /// What a secret detector found in what is stored: the rule that fired, and where. Never the value.
    pub secrets: Vec<(String, Location)>,
}

/// The state of a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seal {
    /// The file is what was written.
    Whole,
    /// It is not.
    Broken {
        /// The digest in the header.
        stated: String,
        /// The digest of the content.
        computed: String,
    },
}

/// Where an exchange stands in its file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// The line of the exchange.
    pub line: u32,
    /// The line of its request.
    pub request_line: u32,
    /// The line of its response.
    pub response_line: u32,
    /// The first line of the response body's text, if it is stored as lines.
    pub body_line: Option<u32>,
}
