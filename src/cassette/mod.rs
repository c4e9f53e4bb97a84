//! Cassettes: one scenario, one file, two YAML documents.
//!
//! Document 1 (`header`) says where the evidence comes from and is a valid
//! insta snapshot header, byte for byte; document 2 (`write`, [`read`]) is the
//! evidence, in one canonical form. A JSON body is a literal block in which only
//! white space was added (`body`), so what is read is what was on the wire.
//! `seal` binds the two; where it holds, `scan` reads document 2 at the speed of
//! its lines. [`entry`] is one exchange of a journal, [`Beginning`] what stands before the first.
//!
//! What may be kept is `redact`'s to say, in which order and under which ids
//! `order`'s, and files are `store`'s: here are bytes and values only.

mod beginning;
mod body;
mod describe;
pub mod entry;
mod exchange;
mod facts;
mod header;
mod inputs;
mod kept;
pub mod order;
mod part;
mod read;
mod scan;
mod seal;
mod search;
mod secrets;
mod write;

pub use beginning::Beginning;
pub use describe::describe;
pub use header::scalar as insta_text;
pub use inputs::{StandIns, stand_ins};
pub use read::{MAX_BYTES, read, read_both_ways};
pub use seal::spec_digest;
pub use search::{Searched, search};

use crate::diagnostic::{Diagnostic, Location};
use crate::evidence::{Place, Seal};
use crate::message::{Body, Link, MAX_KEPT_BODY, Origin, Redacted, Transcript};
use crate::spec::{Spec, Specs};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The format's version: written, and the highest that is read.
pub const VERSION: i64 = 1;

/// The longest body that is stored; a longer one is withheld.
pub const MAX_BODY: usize = MAX_KEPT_BODY;

/// The end of a cassette's file name.
pub const SUFFIX: &str = ".cassette.yaml";

/// A cassette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cassette {
    /// The file, as the user named it; empty for one that was not read.
    pub file: String,
    /// The specs by which it was recorded, joined by `, `.
    pub source: String,
    /// What is in it, for people.
    pub description: String,
    /// The operations, joined by `, `.
    pub expression: String,
    /// Where the evidence comes from.
    pub info: Info,
    /// The evidence.
    pub transcript: Redacted<Transcript>,
    /// Where each exchange stands in the file; empty for a cassette that was not read.
    pub places: Vec<Place>,
    /// Whether the file is what was written.
    pub seal: Seal,
}

/// Where the evidence of a cassette comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// What wrote it: `retake 0.1.0`.
    pub tool: Option<String>,
    /// When it was recorded, in RFC 3339.
    pub recorded_at: Option<String>,
    /// Where the exchanges came from.
    pub origin: Origin,
    /// The region.
    pub region: Option<String>,
    /// The digest of the specs' bytes, in the order of `source`.
    pub spec_sha256: Option<String>,
    /// The client's name.
    pub client: Option<String>,
    /// Facts of the client's signature.
    pub signature: Option<String>,
    /// What redaction did.
    pub redaction: Option<String>,
    /// The seal: the digest that [`Seal`] is about. Empty if there is none.
    pub exchanges_sha256: String,
}

/// What a recorder knows of a recording besides its exchanges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Where the exchanges came from.
    pub origin: Origin,
    /// The region.
    pub region: Option<String>,
    /// When the recording began, in seconds since 1970.
    pub recorded_at: i64,
    /// What redaction did, as it sums it up itself.
    pub redaction: Option<String>,
}

impl Cassette {
    /// A cassette of what was recorded.
    ///
    /// The specs are those that were loaded: the ones whose operations occur are named, all if none
    /// does. Clients and signatures come from the exchanges' links, which end here.
    pub fn new(specs: &Specs, recording: Recording, transcript: Redacted<Transcript>) -> Self {
        let named = named_specs(specs, &transcript);
        let link = |pick: fn(&Link) -> Option<&String>| {
            let mut texts: Vec<&str> =
                transcript.exchanges.iter().filter_map(|e| pick(&e.link)).map(String::as_str).collect();
            texts.sort_unstable();
            texts.dedup();
            (!texts.is_empty()).then(|| plain_text(&texts.join(", ")))
        };
        let info = Info {
            tool: Some(concat!("retake ", env!("CARGO_PKG_VERSION")).to_owned()),
            recorded_at: rfc3339(recording.recorded_at),
            origin: recording.origin,
            region: recording.region.as_deref().map(plain_text),
            spec_sha256: Some(spec_digest(named.iter().copied())),
            client: link(|link| link.client.as_ref()),
            signature: link(|link| link.signature.as_ref()),
            redaction: recording.redaction.as_deref().map(plain_text),
            exchanges_sha256: String::new(),
        };
        let join = |part: &dyn Fn(&Spec) -> String| named.iter().map(|spec| part(spec)).collect::<Vec<_>>().join(", ");
        Self {
            file: String::new(),
            source: join(&|spec| plain_text(&source_name(&spec.file))),
            description: describe(specs, &transcript),
            expression: join(&|spec| spec.operation.clone()),
            info,
            transcript: Redacted::vouch(canonical(transcript.into_inner())),
            places: Vec::new(),
            seal: Seal::Whole,
        }
    }

    /// The file's bytes, sealed.
    ///
    /// Fails where what was written does not read back as the same exchanges, and for a cassette whose
    /// seal is broken: only [`Cassette::edited`] mends a seal, and says so.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Diagnostic> {
        if let Seal::Broken { .. } = self.seal {
            return Err(Diagnostic::new("the cassette's seal is broken")
                .at(Location::file(self.file.as_str()))
                .help("look at what was changed; `retake cassette seal` mends the seal and marks the file as edited"));
        }
        let exchanges = write::document(&self.transcript.exchanges);
        let info = Info { exchanges_sha256: seal::digest(&self.info, exchanges.as_bytes()), ..self.info.clone() };
        let mut file = header::emit(self, &info);
        file.push_str("---\n");
        file.push_str(&exchanges);
        self.check_written(file.as_bytes())?;
        Ok(file.into_bytes())
    }

    /// The same evidence after a person's hand: its origin is `edited`, its seal mended.
    #[must_use]
    pub fn edited(self, specs: &Specs) -> Self {
        Self {
            description: describe(specs, &self.transcript),
            info: Info { origin: Origin::Edited, ..self.info },
            seal: Seal::Whole,
            ..self
        }
    }

    /// Whether these specs are the ones that the cassette was recorded by; true where it does not say.
    pub fn has_specs(&self, specs: &Specs) -> bool {
        let named = self.expression.split(", ").filter_map(|operation| specs.operation(operation));
        self.info.spec_sha256.as_ref().is_none_or(|digest| *digest == spec_digest(named))
    }

    fn check_written(&self, file: &[u8]) -> Result<(), Diagnostic> {
        let back = read::read_carefully("the cassette as written", file)?;
        let mut wanted = self.transcript.exchanges.iter().map(|e| canonical_exchange(e.clone()));
        let found = &back.transcript.exchanges;
        let differing = found.iter().find(|exchange| wanted.next().as_ref() != Some(exchange));
        if differing.is_none() && wanted.next().is_none() {
            return Ok(());
        }
        let id = differing.map_or("the last exchange", |exchange| exchange.id.as_str());
        Err(Diagnostic::new(format!("\"{id}\" would not be read back as it is, so it is not written"))
            .help("this is a defect of retake: please report it, with the exchange"))
    }
}

/// The specs whose operations occur, in order; all of them if none does.
fn named_specs<'s>(specs: &'s Specs, transcript: &Transcript) -> Vec<&'s Spec> {
    let occurs = |spec: &&Spec| {
        transcript.exchanges.iter().any(|exchange| exchange.operation.as_deref() == Some(spec.operation.as_str()))
    };
    let occurring: Vec<&Spec> = specs.iter().filter(occurs).collect();
    if occurring.is_empty() { specs.iter().collect() } else { occurring }
}

/// A spec's file as a cassette names it: the same for everybody, wherever the specs lie.
fn source_name(file: &str) -> String {
    let file = file.strip_prefix("embedded:").unwrap_or(file).replace('\\', "/");
    let absolute = file.starts_with('/') || file.get(1..3) == Some(":/");
    let tail = match file.rfind("/specs/") {
        Some(at) => Some(&file[at + 1..]),
        None => file.rsplit('/').next(),
    };
    match tail {
        Some(tail) if absolute || file.starts_with("../") => tail.to_owned(),
        _ => file.strip_prefix("./").map(str::to_owned).unwrap_or(file),
    }
}

/// A text of printable ASCII, which insta and every YAML reader agree on.
fn plain_text(text: &str) -> String {
    text.trim().chars().map(|c| if (' '..='~').contains(&c) { c } else { '?' }).collect()
}

fn rfc3339(seconds: i64) -> Option<String> {
    OffsetDateTime::from_unix_timestamp(seconds).ok()?.format(&Rfc3339).ok()
}

/// The transcript as a cassette holds it.
fn canonical(transcript: Transcript) -> Transcript {
    Transcript { exchanges: transcript.exchanges.into_iter().map(canonical_exchange).collect() }
}

/// The exchange as a cassette holds it: fields sorted, no link.
fn canonical_exchange(mut exchange: crate::message::Exchange) -> crate::message::Exchange {
    exchange.link = Link::default();
    exchange.request.query.sort_by(|a, b| a.0.cmp(&b.0));
    exchange.request.headers = exchange.request.headers.sorted();
    exchange.response.headers = exchange.response.headers.sorted();
    for body in [&mut exchange.request.body, &mut exchange.response.body] {
        if matches!(body, Body::Bytes(bytes) if bytes.is_empty()) {
            *body = Body::Empty;
        }
    }
    exchange
}

#[cfg(test)]
mod tests;
