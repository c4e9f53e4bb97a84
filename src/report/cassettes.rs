//! What differs between two cassettes: exchange by exchange, member by member.
//!
//! [`CassetteDiff::of`] pairs exchanges by their ids, which tell what an exchange is about and never count, so one
//! that came in between moves no other. `members` says what an exchange consists of, `show` renders the difference.
//! That something differs is no verdict, and that only the dates of document 1 differ is no difference.

mod members;
mod show;

use crate::cassette::{Cassette, Info};
use crate::evidence::Seal;
use crate::message::Exchange;
use members::members;
use std::collections::HashMap;

/// What differs between two cassettes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CassetteDiff {
    old: String,
    new: String,
    /// What is to be known of a side besides, such as that its seal is broken.
    notes: Vec<String>,
    /// What document 1 says of the evidence.
    header: Vec<MemberChange>,
    /// When and by what it was recorded: told, and no change.
    dates: Vec<MemberChange>,
    exchanges: Vec<ExchangeChange>,
    same: usize,
    is_reordered: bool,
}

/// A member with another value; none where a side has none.
#[derive(Debug, Clone, PartialEq, Eq)]
struct MemberChange {
    name: String,
    old: Option<String>,
    new: Option<String>,
}

/// An exchange that is not in both cassettes as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ExchangeChange {
    id: String,
    kind: ChangeKind,
    members: Vec<MemberChange>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ChangeKind {
    Changed,
    Added,
    Removed,
}

impl ChangeKind {
    const ALL: [Self; 3] = [Self::Changed, Self::Added, Self::Removed];

    fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }
}

impl CassetteDiff {
    /// Compares two cassettes.
    pub fn of(old: &Cassette, new: &Cassette) -> Self {
        Self::between(Some(old), new)
    }

    /// Compares a cassette with the one that it shall replace, or with none.
    pub fn between(old: Option<&Cassette>, new: &Cassette) -> Self {
        let old_exchanges = old.map_or(&[][..], |old| &old.transcript.exchanges);
        let new_exchanges = &new.transcript.exchanges;
        let (old_ids, new_ids) = (by_id(old_exchanges), by_id(new_exchanges));
        let newer = new_exchanges.iter().filter_map(|exchange| change(old_ids.get(exchange.id.as_str()), exchange));
        let gone = old_exchanges.iter().filter(|exchange| !new_ids.contains_key(exchange.id.as_str()));
        let exchanges: Vec<ExchangeChange> = newer.chain(gone.map(removed)).collect();
        let touched = exchanges.iter().filter(|change| change.kind != ChangeKind::Removed).count();
        let common = |side: &[Exchange], other: &HashMap<&str, &Exchange>| -> Vec<String> {
            side.iter().map(|exchange| exchange.id.clone()).filter(|id| other.contains_key(id.as_str())).collect()
        };
        Self {
            old: old.map(|old| old.file.clone()).unwrap_or_default(),
            new: new.file.clone(),
            notes: [("old", old), ("new", Some(new))]
                .into_iter()
                .filter_map(|(name, side)| note(name, side?))
                .collect(),
            header: changes(&old.map(header).unwrap_or_default(), &header(new)),
            dates: changes(&old.map(|old| dates(&old.info)).unwrap_or_default(), &dates(&new.info)),
            same: new_exchanges.len() - touched,
            is_reordered: common(old_exchanges, &new_ids) != common(new_exchanges, &old_ids),
            exchanges,
        }
    }

    /// Whether the evidence, or where it comes from, differs.
    pub fn is_changed(&self) -> bool {
        !self.header.is_empty() || !self.exchanges.is_empty() || self.is_reordered
    }

    fn count(&self, kind: ChangeKind) -> usize {
        self.exchanges.iter().filter(|change| change.kind == kind).count()
    }
}

fn by_id(exchanges: &[Exchange]) -> HashMap<&str, &Exchange> {
    exchanges.iter().map(|exchange| (exchange.id.as_str(), exchange)).collect()
}

fn change(old: Option<&&Exchange>, new: &Exchange) -> Option<ExchangeChange> {
    let kind = if old.is_some() { ChangeKind::Changed } else { ChangeKind::Added };
    let members = changes(&old.map(|old| members(old)).unwrap_or_default(), &members(new));
    (!members.is_empty()).then(|| ExchangeChange { id: new.id.clone(), kind, members })
}

fn removed(old: &Exchange) -> ExchangeChange {
    ExchangeChange { id: old.id.clone(), kind: ChangeKind::Removed, members: changes(&members(old), &[]) }
}

fn note(name: &str, side: &Cassette) -> Option<String> {
    match side.seal {
        Seal::Whole => None,
        Seal::Broken { .. } => Some(format!("the seal of the {name} one is broken: it is not as it was written")),
    }
}

/// What document 1 says of the evidence.
fn header(cassette: &Cassette) -> Vec<(String, String)> {
    let info = &cassette.info;
    let texts = [
        ("spec", Some(&cassette.source)),
        ("operation", Some(&cassette.expression)),
        ("origin", Some(&info.origin.as_str().to_owned())),
        ("region", info.region.as_ref()),
        ("spec_sha256", info.spec_sha256.as_ref()),
        ("client", info.client.as_ref()),
        ("signature", info.signature.as_ref()),
        ("redaction", info.redaction.as_ref()),
    ];
    named(&texts)
}

fn dates(info: &Info) -> Vec<(String, String)> {
    named(&[("recorded_at", info.recorded_at.as_ref()), ("tool", info.tool.as_ref())])
}

fn named(texts: &[(&str, Option<&String>)]) -> Vec<(String, String)> {
    texts
        .iter()
        .filter_map(|(name, text)| Some(((*name).to_owned(), text.filter(|text| !text.is_empty())?.clone())))
        .collect()
}

/// The members whose values differ: those of the new side in its order, then those that it has no more.
fn changes(old: &[(String, String)], new: &[(String, String)]) -> Vec<MemberChange> {
    let value = |side: &[(String, String)], name: &str| {
        side.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone())
    };
    let gone = old.iter().filter(|(name, _)| value(new, name).is_none());
    new.iter()
        .chain(gone)
        .map(|(name, _)| MemberChange { name: name.clone(), old: value(old, name), new: value(new, name) })
        .filter(|change| change.old != change.new)
        .collect()
}
