//! The members of a body, found by what the spec says of them; a defect changes the first that it can.

use super::asked::{Asked, change_body};
use crate::message::json::Text;
use crate::message::{Json, Response};
use crate::spec::{Kind, Location, Member, Pagination, ShapeId, Spec};

/// An object's entries.
pub(super) type Entries = Vec<(Text, Json)>;

/// What a member is to a listing; those that are nothing to it are changed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A member like any other.
    Plain,
    /// It tells items apart.
    Identity,
    /// The list of the items.
    Items,
    /// The token.
    Token,
}

/// Changes all values of the first member that is wanted: one that is nothing to the listing if there is any, else one
/// that tells items apart, else the items.
pub(super) fn change_first(
    asked: &Asked<'_>,
    response: &mut Response,
    wants: impl Fn(&Member, &Json) -> bool,
    change: impl Fn(&Member, &mut Entries),
) {
    if !asked.is_success(response) {
        return;
    }
    change_body(response, |body| {
        for wanted_role in [Role::Plain, Role::Identity, Role::Items] {
            let mut first: Option<&Member> = None;
            visit_body(asked.spec, body, &mut |member, role, entries| {
                if first.is_none() && role == wanted_role && value(member, entries).is_some_and(|v| wants(member, v)) {
                    first = Some(member);
                }
            });
            let Some(first) = first else { continue };
            visit_body(asked.spec, body, &mut |member, _, entries| {
                if std::ptr::eq(member, first) {
                    change(member, entries);
                }
            });
            return;
        }
    });
}

/// Changes every member, whatever it is to the listing.
pub(super) fn change_all(
    asked: &Asked<'_>,
    response: &mut Response,
    mut change: impl FnMut(&Member, Role, &mut Entries),
) {
    if asked.is_success(response) {
        change_body(response, |body| visit_body(asked.spec, body, &mut change));
    }
}

/// The value of a member.
pub(super) fn value<'e>(member: &Member, entries: &'e Entries) -> Option<&'e Json> {
    entries.iter().find(|(name, _)| name.decode() == member.wire_name).map(|(_, value)| value)
}

/// The entry of a member.
pub(super) fn entry<'e>(member: &Member, entries: &'e mut Entries) -> Option<&'e mut (Text, Json)> {
    entries.iter_mut().find(|(name, _)| name.decode() == member.wire_name)
}

/// What is done with a member that is there, and the entries of its object.
type Visitor<'v, 's> = &'v mut dyn FnMut(&'s Member, Role, &mut Entries);

/// Visits every modelled member that is there, the inner ones first.
fn visit_body<'s>(spec: &'s Spec, body: &mut Json, visitor: Visitor<'_, 's>) {
    let tour = Tour { spec, paging: spec.pagination.as_ref() };
    match spec.output.iter().find(|member| member.location == Location::Payload) {
        Some(payload) => tour.value(payload.shape, body, visitor),
        None => tour.object(None, &spec.output, body, visitor),
    }
}

struct Tour<'s> {
    spec: &'s Spec,
    paging: Option<&'s Pagination>,
}

impl<'s> Tour<'s> {
    fn value(&self, shape: ShapeId, value: &mut Json, visitor: Visitor<'_, 's>) {
        match (&self.spec.shape(shape).kind, value) {
            (Kind::Structure(members) | Kind::Union(members), value) => {
                self.object(Some(shape), members, value, visitor);
            }
            (Kind::List(item), Json::Array(values)) => {
                values.iter_mut().for_each(|value| self.value(*item, value, visitor));
            }
            (Kind::Map { values: shape, .. }, Json::Object(entries)) => {
                entries.iter_mut().for_each(|(_, value)| self.value(*shape, value, visitor));
            }
            _ => {}
        }
    }

    fn object(&self, owner: Option<ShapeId>, members: &'s [Member], object: &mut Json, visitor: Visitor<'_, 's>) {
        let Json::Object(entries) = object else { return };
        for member in members {
            if let Some((_, value)) = entry(member, entries) {
                self.value(member.shape, value, visitor);
                visitor(member, self.role(owner, member), entries);
            }
        }
    }

    fn role(&self, owner: Option<ShapeId>, member: &Member) -> Role {
        let Some(paging) = self.paging else { return Role::Plain };
        match owner {
            None if member.key == paging.items => Role::Items,
            None if member.key == paging.output_token => Role::Token,
            Some(owner) if self.is_item(paging, owner) && paging.identity.contains(&member.key) => Role::Identity,
            None | Some(_) => Role::Plain,
        }
    }

    fn is_item(&self, paging: &Pagination, shape: ShapeId) -> bool {
        let list = self.spec.output_member(&paging.items);
        list.is_some_and(|list| self.spec.shape(list.shape).kind == Kind::List(shape))
    }
}
