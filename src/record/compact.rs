//! What a journal holds, as a cassette: in order, sealed, and searched once more. The same for a recording that ends and
//! for one that is recovered, so that they come to the same file.

use crate::cassette::{self, Cassette, order};
use crate::diagnostic::{Diagnostic, Location};
use crate::message::Link;
use crate::net::Credentials;
use crate::redact::Policy;
use crate::redact::detect::Forbidden;
use crate::spec::Specs;
use crate::store::Left;
use std::path::Path;

/// A cassette that may be written.
pub(super) struct Compacted {
    /// As a reader of the file has it.
    pub(super) cassette: Cassette,
    /// The file's bytes.
    pub(super) bytes: Vec<u8>,
    /// What links each exchange to its client, which no cassette holds.
    pub(super) links: Vec<Link>,
}

/// Why there is none.
pub(super) enum Unfit {
    /// It cannot be made of this journal.
    Failed(Diagnostic),
    /// It would hold what must not be kept, and so does the journal.
    MustNotBeKept(Diagnostic),
}

/// Makes the cassette of what was recorded by these specs, as it is to stand in this file. None of the credentials may
/// be in it.
pub(super) fn compact(left: Left, specs: &Specs, file: &Path, secrets: &[Credentials]) -> Result<Compacted, Unfit> {
    let Left { beginning, exchanges, summary, .. } = left;
    let beginning = beginning.ok_or_else(|| Unfit::Failed(Diagnostic::new("the recording had not begun")))?;
    let recording = cassette::Recording {
        origin: beginning.origin,
        region: Some(beginning.region),
        recorded_at: beginning.began,
        redaction: Some(summary),
    };
    let policy = Policy { keep: beginning.keep };
    let transcript = order::commit(specs, &policy, exchanges);
    let links = transcript.exchanges.iter().map(|exchange| exchange.link.clone()).collect();
    let bytes = Cassette::new(specs, recording, transcript).to_bytes().map_err(Unfit::Failed)?;
    let cassette = cassette::read(&file.display().to_string(), &bytes).map_err(Unfit::Failed)?;
    match search(&cassette, &bytes, secrets, specs) {
        Some(found) => Err(Unfit::MustNotBeKept(found)),
        None => Ok(Compacted { cassette, bytes, links }),
    }
}

/// The second net: what must not be written in spite of redaction. It tells the rule and the place, never the value.
fn search(cassette: &Cassette, bytes: &[u8], secrets: &[Credentials], specs: &Specs) -> Option<Diagnostic> {
    let refused =
        |what: String| Diagnostic::new(what).help("nothing was written; please report this, it must not happen");
    if Forbidden::new(secrets.iter().flat_map(Credentials::texts)).is_in(bytes) {
        let what = "the recording holds a credential of this session after redaction".to_owned();
        return Some(refused(what).at(Location::file(cassette.file.clone())));
    }
    let (rule, location) = cassette.suspects(specs).into_iter().next()?;
    Some(refused(format!("the recording holds what looks like a secret after redaction (rule {rule})")).at(location))
}
