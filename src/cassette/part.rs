//! A part of a recording, as if nothing else had passed.

use super::{Cassette, Info, Recording, order};
use crate::message::{Exchange, Link, Redacted};
use crate::redact::Policy;
use crate::spec::Specs;

impl Cassette {
    /// The cassette of some exchanges of a recording: in their own order, under their own ids, with stand-ins and times
    /// that begin anew.
    ///
    /// The links are those of all its exchanges, as they were recorded: a file does not hold them.
    #[must_use]
    pub fn part(&self, specs: &Specs, links: &[Link], is_wanted: impl Fn(&Exchange) -> bool) -> Self {
        let all = self.transcript.exchanges.iter().zip(links);
        let wanted = all.filter(|(exchange, _)| is_wanted(exchange));
        let linked = wanted.map(|(exchange, link)| Exchange { link: link.clone(), ..exchange.clone() });
        // The exchanges of a cassette are redacted, and a link is of the same recording.
        let transcript = order::commit(specs, &Policy::default(), linked.map(Redacted::vouch).collect());
        let recording = Recording {
            origin: self.info.origin,
            region: self.info.region.clone(),
            recorded_at: 0,
            redaction: self.info.redaction.clone(),
        };
        let part = Self::new(specs, recording, transcript);
        let recorded_at = self.info.recorded_at.clone();
        Self { info: Info { recorded_at, ..part.info }, ..part }
    }
}
