//! Which line of the spec says what a client did not do.

use super::super::finding::Note;
use super::Client;
use super::wire::{Answered, Asked};
use crate::evidence::reading::Outcome;
use crate::spec::{ErrorShape, Kind, Member};

/// The note, by the error that an answer is: of its name, else of its status.
pub(super) fn by_error_of<'a>(client: &Client<'_, 'a>, asked: &Asked, note: Note<'a>) -> Note<'a> {
    let name = match &client.case(asked.index).reading.outcome {
        Outcome::Error { name, .. } => name.as_deref(),
        Outcome::Success | Outcome::Broken => None,
    };
    let status = match asked.answer {
        Answered::Error { status, .. } => Some(status),
        Answered::Page { .. } | Answered::Broken | Answered::Unreadable => None,
    };
    by_error(client, name, status, note)
}

/// The note, by the error of a name, else by the first of a status.
pub(super) fn by_error<'a>(
    client: &Client<'_, 'a>,
    name: Option<&str>,
    status: Option<u16>,
    note: Note<'a>,
) -> Note<'a> {
    let is_it = |error: &&ErrorShape| status.is_some_and(|status| error.status == status);
    let error = match name {
        Some(name) => client.spec.error(name),
        None => client.spec.errors.iter().find(is_it),
    };
    match error {
        Some(error) => note.by(client.spec, error.line),
        None => note,
    }
}

/// The note, by what the answer must hold: the list of a listing, else the first member.
pub(super) fn by_output<'a>(client: &Client<'_, 'a>, note: Note<'a>) -> Note<'a> {
    match list(client).or_else(|| client.spec.output.first()) {
        Some(member) => note.by(client.spec, member.line),
        None => note,
    }
}

/// The line of the value that a pointer names in an item, or in an output: of its enum, else of its member.
pub(super) fn line_of(client: &Client<'_, '_>, pointer: &str) -> Option<u32> {
    let list = list(client);
    let members = match list {
        Some(list) => client.spec.item_members(list).unwrap_or_default(),
        None => client.spec.output.as_slice(),
    };
    let name = pointer.split('/').nth(1).unwrap_or_default();
    let Some(member) = members.iter().find(|member| member.wire_name == name) else {
        return list.map(|list| list.line);
    };
    let shape = client.spec.shape(member.shape);
    let is_enum = matches!(shape.kind, Kind::Enum(_)) && shape.name.is_some();
    Some(if is_enum { shape.line } else { member.line })
}

/// The list of a listing.
fn list<'a>(client: &Client<'_, 'a>) -> Option<&'a Member> {
    client.spec.output_member(&client.spec.pagination.as_ref()?.items)
}
