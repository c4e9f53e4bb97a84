//! The friendly part of every scenario: what the caller gives, what a success holds.
//!
//! It is made of the spec, or of a recording where there is one. A success is made of
//! *units*: the items of a listing, or the one output of any other operation.

use super::filling::{Fill, Filler, STRIDE};
use super::place::{Place, places, places_of, set, steps};
use crate::message::Json;
use crate::spec::exemplar::{self, Structure, Values};
use crate::spec::{InputValue, Inputs, Kind, Location, Member, Pagination, Sensitivity, Shape, ShapeId, Spec, conform};

/// What scenarios are made of.
#[derive(Debug, Clone)]
pub(super) struct Material<'s> {
    pub(super) spec: &'s Spec,
    /// How far the numbers of all made values are moved.
    offset: u64,
    /// What the caller gives: neither a token nor a page size.
    pub(super) inputs: Inputs,
    /// Units of a recording, which come first.
    recorded: Vec<Json>,
}

/// A listing: how it pages, and its list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listing<'s> {
    pub(super) paging: &'s Pagination,
    /// The member that lists the items.
    pub(super) list: &'s Member,
    /// The shape of an item.
    pub(super) item: ShapeId,
}

impl<'s> Material<'s> {
    /// Material of the spec alone; another seed gives other values.
    pub(super) fn new(spec: &'s Spec, seed: u64) -> Self {
        let offset = (seed % 1_000_000).wrapping_mul(STRIDE * STRIDE);
        Self { spec, offset, inputs: required_inputs(spec), recorded: Vec::new() }
    }

    /// The same with inputs and units of a recording.
    pub(super) fn recorded(mut self, inputs: Inputs, units: Vec<Json>) -> Self {
        self.inputs = inputs;
        self.recorded = units;
        self
    }

    /// How the operation lists items, if it does.
    pub(super) fn listing(&self) -> Option<Listing<'s>> {
        let paging = self.spec.pagination.as_ref()?;
        let list = self.spec.output_member(&paging.items)?;
        match &self.spec.shape(list.shape).kind {
            Kind::List(item) => Some(Listing { paging, list, item: *item }),
            _ => None,
        }
    }

    /// The members of a unit, if it is a structure.
    pub(super) fn unit_members(&self) -> Option<&'s [Member]> {
        let Some(listing) = self.listing() else { return Some(&self.spec.output) };
        match &self.spec.shape(listing.item).kind {
            Kind::Structure(members) => Some(members),
            _ => None,
        }
    }

    /// So many units, counted from one; one output where the operation lists nothing.
    pub(super) fn units(&self, from: u64, count: u64) -> Vec<Json> {
        let count = if self.listing().is_some() { count } else { 1 };
        (from..from + count).map(|number| self.unit(number, Fill::Usual)).collect()
    }

    /// The unit of that number.
    pub(super) fn unit(&self, number: u64, fill: Fill) -> Json {
        let recorded = usize::try_from(number).ok().and_then(|number| self.recorded.get(number));
        match (self.unit_members(), recorded) {
            (Some(_), Some(recorded)) if fill == Fill::Usual => recorded.clone(),
            (Some(members), _) => {
                let wish = self.wish(members, number, fill);
                let is_fixed = self.fixed(members, fill);
                self.satisfied(members, wish, &is_fixed)
            }
            (None, Some(recorded)) => recorded.clone(),
            (None, None) => self.value_of_item(number),
        }
    }

    /// The unit of that number with another value in a place of it; the rules may change the rest.
    pub(super) fn unit_with(&self, number: u64, place: &Place, value: Json) -> Json {
        let Some(members) = self.unit_members() else {
            return set(self.unit(number, Fill::Usual), &place.pointer, value);
        };
        let mut wish = self.wish(members, number, Fill::All);
        let mut is_fixed = self.fixed(members, Fill::Usual);
        let mut way = steps(&place.pointer);
        let name = way.next().unwrap_or_default();
        if let Some(index) = members.iter().position(|member| member.wire_name == name) {
            is_fixed[index] = true;
            if way.next().is_none() {
                wish[index] = Some(value.clone());
            }
        }
        set(self.satisfied(members, wish, &is_fixed), &place.pointer, value)
    }

    /// The values within a unit that has all its members, where they stand in the body.
    pub(super) fn places(&self) -> Vec<Place> {
        let unit = self.unit(0, Fill::All);
        match self.listing() {
            Some(listing) => match self.unit_members() {
                Some(members) => places(self.spec, members, &unit),
                None => places_of(self.spec, listing.item, &unit),
            },
            None => {
                let members: Vec<Member> =
                    self.spec.output.iter().filter(|member| member.location == Location::Body).cloned().collect();
                places(self.spec, &members, &unit)
            }
        }
    }

    /// The shape of a place.
    pub(super) fn shape(&self, place: &Place) -> &'s Shape {
        self.spec.shape(place.shape)
    }

    /// Whether a member of the unit tells it from others.
    pub(super) fn is_identity(&self, key: &str) -> bool {
        self.listing().is_some_and(|listing| listing.paging.identity.iter().any(|part| part == key))
    }

    /// The token for a page, by the page's number; none if no token can be made.
    pub(super) fn token(&self, page: u64) -> String {
        let member = self.listing().and_then(|listing| self.spec.output_member(&listing.paging.output_token));
        let number = self.offset / STRIDE + page;
        member.map(|member| exemplar::stand_in(self.spec, member.shape, number)).unwrap_or_default()
    }

    /// Whether a text can be a token, both as it is given and as it is spent.
    pub(super) fn takes_token(&self, token: &str) -> bool {
        let Some(listing) = self.listing() else { return false };
        let members = [
            self.spec.output_member(&listing.paging.output_token),
            self.spec.input_member(&listing.paging.input_token),
        ];
        members.iter().flatten().all(|member| {
            let is_sendable = member.location != Location::Header || token.chars().all(|c| (' '..='~').contains(&c));
            is_sendable && conform::check_text(self.spec, member.shape, token).is_empty()
        })
    }

    /// The value of an output member that is neither the list nor the token: the same on every page.
    pub(super) fn beside(&self, member: &Member) -> Option<Json> {
        let place = self.spec.output.iter().position(|other| other.key == member.key)? as u64;
        Some(Filler::new(self.spec, Fill::Usual).value(member.shape, self.offset + STRIDE - 1 - place % STRIDE))
    }

    fn value_of_item(&self, number: u64) -> Json {
        let shape = self.listing().map(|listing| listing.item);
        let number = self.offset + STRIDE * (number + 1);
        shape.map_or(Json::Null, |shape| Filler::new(self.spec, Fill::All).value(shape, number / STRIDE))
    }

    /// The members that a unit should have.
    fn wish(&self, members: &[Member], number: u64, fill: Fill) -> Values {
        let recorded = usize::try_from(number).ok().and_then(|number| self.recorded.get(number));
        let mut filler = Filler::new(self.spec, fill);
        let base = self.offset + STRIDE * (number + 1);
        (0..)
            .zip(members)
            .map(|(place, member)| {
                if !filler.has(member) && !is_always_there(member) {
                    return None;
                }
                let recorded = recorded.and_then(|unit| unit.get(&member.wire_name)).cloned();
                if member.location == Location::Status {
                    return Some(Json::Number(self.spec.http.success.to_string()));
                }
                recorded.or_else(|| self.echo(members, member)).or_else(|| {
                    // Few values take turns item by item, the others count on through all members.
                    let takes_turns = matches!(self.spec.shape(member.shape).kind, Kind::Enum(_) | Kind::Boolean);
                    Some(filler.value(member.shape, if takes_turns { self.offset + number } else { base + place }))
                })
            })
            .collect()
    }

    fn satisfied(&self, members: &'s [Member], wish: Values, is_fixed: &[bool]) -> Json {
        let each = self.listing().map(|listing| listing.list.key.as_str());
        let structure = Structure::new(self.spec, members, each);
        let values = structure.satisfy(wish.clone(), is_fixed).unwrap_or(wish);
        structure.to_json(values)
    }

    /// For each member whether rules may not change it.
    fn fixed(&self, members: &[Member], fill: Fill) -> Vec<bool> {
        let is_fixed = |member: &Member| {
            self.is_identity(&member.key)
                || self.echo(members, member).is_some()
                || (fill != Fill::Usual && !member.required)
        };
        members.iter().map(is_fixed).collect()
    }

    /// The value of the input that a member repeats: one of the same key, or of the same named type. Where that would
    /// make all items one, nothing is repeated.
    fn echo(&self, members: &[Member], member: &Member) -> Option<Json> {
        if self.is_identity(&member.key)
            && members.iter().all(|m| !self.is_identity(&m.key) || self.source(m).is_some())
        {
            return None;
        }
        self.source(member)
    }

    fn source(&self, member: &Member) -> Option<Json> {
        let shape = self.spec.shape(member.shape);
        let names_a_resource = |input: &&Member| {
            input.location == Location::Path || self.spec.sensitivity(input) == Some(Sensitivity::Identifier)
        };
        let inputs: Vec<&Member> = self.spec.input.iter().filter(names_a_resource).collect();
        let same_key = inputs.iter().find(|input| input.key == member.key);
        let same_type = || inputs.iter().find(|input| shape.name.is_some() && input.shape == member.shape);
        let input = same_key.or_else(same_type).filter(|_| shape.kind == Kind::String)?;
        let value = Json::string(&self.inputs.text(&input.key)?);
        conform::check_json(self.spec, member.shape, &value).is_empty().then_some(value)
    }
}

/// Whether a response has a member whether it is required or not.
fn is_always_there(member: &Member) -> bool {
    match member.location {
        Location::Status => true,
        Location::Header => member.wire_name.eq_ignore_ascii_case("content-type"),
        Location::Body | Location::Payload | Location::Path | Location::Query => false,
    }
}

/// What a caller must give, and no more.
fn required_inputs(spec: &Spec) -> Inputs {
    let mut inputs = Inputs::new(spec);
    for (index, member) in spec.input.iter().enumerate().filter(|(_, member)| member.required) {
        // Two inputs of one type are two resources.
        let ordinal = 1 + spec.input[..index].iter().filter(|other| other.shape == member.shape).count() as u64;
        inputs.set(&member.key, example(spec, member, ordinal));
    }
    inputs
}

/// A value that an input takes.
fn example(spec: &Spec, member: &Member, ordinal: u64) -> InputValue {
    let is_scalar = !matches!(
        spec.shape(member.shape).kind,
        Kind::List(_) | Kind::Map { .. } | Kind::Structure(_) | Kind::Union(_) | Kind::Document
    );
    if is_scalar {
        return InputValue::from_text(spec, member, &exemplar::stand_in(spec, member.shape, ordinal));
    }
    // In a query or a header, an empty list cannot be told from none.
    let fill = match member.location {
        Location::Query | Location::Header => Fill::Usual,
        Location::Path | Location::Body | Location::Payload | Location::Status => Fill::Required,
    };
    InputValue::Json(Filler::new(spec, fill).value(member.shape, ordinal))
}
