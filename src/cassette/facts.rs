//! The facts of a recording that checks judge besides its exchanges.

use super::Cassette;
use super::kept::without;
use super::secrets::secrets;
use crate::diagnostic::Location;
use crate::evidence::RecordingFacts;
use crate::redact::kept_members;
use crate::spec::Specs;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

impl Cassette {
    /// The facts of the recording.
    pub fn facts(&self) -> RecordingFacts {
        RecordingFacts {
            origin: self.info.origin,
            recorded_day: self.recorded_day(),
            seal: self.seal.clone(),
            secrets: secrets(self),
        }
    }

    /// What the detectors find besides what the cassette says was kept by name: nothing that is written may have any.
    pub fn suspects(&self, specs: &Specs) -> Vec<(String, Location)> {
        let kept: Vec<&str> = kept_members(self.info.redaction.as_deref().unwrap_or_default()).collect();
        if kept.is_empty() {
            return secrets(self);
        }
        secrets(&without(self, specs, &kept))
    }

    /// The day of the recording, in days since 1970-01-01; none if the header's text is no time.
    pub fn recorded_day(&self) -> Option<i64> {
        self.info.recorded_at.as_deref().and_then(day)
    }
}

/// The days since 1970-01-01 of a time in RFC 3339.
fn day(text: &str) -> Option<i64> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Some(time.unix_timestamp().div_euclid(86_400))
}
