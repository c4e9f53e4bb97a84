//! A walk as the checks of pagination see it: its pages, their sizes, tokens and items.
//!
//! Items are told apart by the spec's `identity`; identities are numbered once, so that
//! long walks compare by numbers. A page that cannot be read (no list, a token that is
//! no text) is the finding of another check: such a walk is judged by none here.

use super::case::Case;
use crate::evidence::reading::{NextToken, Outcome, items};
use crate::evidence::walk::{Call, Walk, walks_of};
use crate::message::{Exchange, Json};
use crate::spec::conform::Violation;
use crate::spec::{Pagination, Spec};
use std::collections::HashMap;
use std::rc::Rc;

/// The number of an identity.
pub(super) type Item = u32;

/// One walk through a listing.
pub(super) struct WalkCase<'a> {
    pub(super) spec: &'a Spec,
    pub(super) paging: &'a Pagination,
    pub(super) walk: Walk,
    /// The pages that were got, in order.
    pub(super) pages: Vec<Page>,
    /// Whether all its pages can be read.
    pub(super) is_readable: bool,
    /// Whether a request of it violates its types, or was sent to try something else, so that its answers say nothing of others.
    pub(super) is_odd: bool,
    /// The calls that spent a token and were told by a modelled client error that it is wrong.
    pub(super) refused: Vec<usize>,
    /// The identities of all items by their numbers, as people read them.
    pub(super) names: Rc<Vec<String>>,
}

/// One page.
pub(super) struct Page {
    /// The exchange that gave it, by index.
    pub(super) exchange: usize,
    /// Its number, from 1.
    pub(super) number: usize,
    /// The page size that was asked for, if one was and it is valid.
    pub(super) size: Option<u64>,
    /// The token for the next.
    pub(super) next_token: NextToken,
    /// Its items; none for one that lacks a part of its identity.
    pub(super) items: Vec<Option<Item>>,
}

impl WalkCase<'_> {
    /// The items of all pages, if each can be told from the others.
    pub(super) fn items(&self) -> Option<Vec<Item>> {
        self.pages.iter().flat_map(|page| page.items.iter().copied()).collect()
    }

    /// What people call the walk: by its page size.
    pub(super) fn name(&self) -> String {
        match (&self.walk.page_size, &self.paging.page_size) {
            (Some(size), Some(member)) => format!("the walk with {member} {size}"),
            _ => "the walk without a page size".to_owned(),
        }
    }

    /// The id of the exchange that gave a page, or its number where it has none.
    pub(super) fn page_name(&self, page: &Page, exchanges: &[Case<'_>]) -> String {
        match exchanges[page.exchange].exchange.id.as_str() {
            "" => format!("page {}", page.number),
            id => id.to_owned(),
        }
    }
}

/// The walks through listings.
pub(super) fn walk_cases<'a>(exchanges: &'a [Exchange], cases: &[Case<'a>]) -> Vec<WalkCase<'a>> {
    let readings: Vec<_> = cases.iter().map(|case| &case.reading).collect();
    let mut names = Names::default();
    let mut found: Vec<WalkCase<'a>> = Vec::new();
    for walk in walks_of(exchanges, &readings) {
        let spec = walk.calls.first().and_then(|call| cases[call.last()].spec());
        let Some((spec, paging)) = spec.and_then(|spec| Some((spec, spec.pagination.as_ref()?))) else { continue };
        found.push(walk_case(spec, paging, walk, cases, &mut names));
    }
    let names = Rc::new(names.texts);
    for walk in &mut found {
        walk.names = Rc::clone(&names);
    }
    found
}

fn walk_case<'a>(
    spec: &'a Spec,
    paging: &'a Pagination,
    walk: Walk,
    cases: &[Case<'a>],
    names: &mut Names,
) -> WalkCase<'a> {
    let got = walk.pages();
    let pages = got.iter().map(|call| page(spec, paging, call, &cases[call.last()], names)).collect();
    let is_readable = got.iter().all(|call| is_readable(spec, paging, &cases[call.last()]));
    let is_odd =
        walk.exchanges().any(|index| !cases[index].input_problems.is_empty() || cases[index].purpose.is_some());
    let spends = |call: &&Call| call.page > 1 && cases[call.last()].is_client_error();
    let refused = walk.calls.iter().filter(spends).map(Call::last).collect();
    WalkCase { spec, paging, pages, is_readable, is_odd, refused, names: Rc::default(), walk }
}

fn page(spec: &Spec, paging: &Pagination, call: &Call, case: &Case<'_>, names: &mut Names) -> Page {
    let items = items(spec, &case.reading.body).unwrap_or_default();
    let items = items.iter().map(|item| identity_parts(spec, paging, item).map(|name| names.number(name))).collect();
    Page {
        exchange: call.last(),
        number: call.page,
        size: page_size(paging, case),
        next_token: call.next_token.clone(),
        items,
    }
}

/// The page size of a request, if it gave a valid one.
fn page_size(paging: &Pagination, case: &Case<'_>) -> Option<u64> {
    let member = paging.page_size.as_deref()?;
    let route = case.reading.route.as_ref().ok()?;
    let is_wrong = case.input_problems.iter().any(|problem| problem.member == member);
    if is_wrong { None } else { route.inputs.text(member)?.parse().ok() }
}

/// Whether a page's list and token are what the spec says, under its names.
fn is_readable(spec: &Spec, paging: &Pagination, case: &Case<'_>) -> bool {
    let (Some(success), Some(problems)) = (case.success(), &case.output_problems) else { return false };
    if success.body().is_none() || case.reading.outcome != Outcome::Success {
        return false;
    }
    let names =
        [&paging.items, &paging.output_token].map(|key| spec.output_member(key).map(|member| &member.wire_name));
    !problems.iter().any(|(_, problem)| match &problem.violation {
        Violation::WrongType { .. } | Violation::MissingMember(_) | Violation::NullMember(_) => {
            problem.member == paging.items || problem.member == paging.output_token
        }
        Violation::UnknownMember { case_variant_of: Some(name), .. } => {
            problem.pointer.matches('/').count() == 1 && names.contains(&Some(name))
        }
        _ => false,
    })
}

/// What tells an item from the others, part by part; none if a part of it is missing, or the spec names no parts.
pub(super) fn identity_parts(spec: &Spec, paging: &Pagination, item: &Json) -> Option<Vec<String>> {
    let members = spec.item_members(spec.output_member(&paging.items)?)?;
    let parts = paging.identity.iter().map(|key| {
        let member = members.iter().find(|member| member.key == *key)?;
        match item.get(&member.wire_name)? {
            Json::Null | Json::Array(_) | Json::Object(_) => None,
            Json::String(text) => Some(text.decode().into_owned()),
            value @ (Json::Bool(_) | Json::Number(_)) => Some(value.to_compact()),
        }
    });
    let parts: Vec<String> = parts.collect::<Option<_>>()?;
    (!parts.is_empty()).then_some(parts)
}

/// Identities by their numbers.
#[derive(Default)]
struct Names {
    numbers: HashMap<Vec<String>, Item>,
    texts: Vec<String>,
}

impl Names {
    fn number(&mut self, parts: Vec<String>) -> Item {
        let next = self.texts.len() as Item;
        *self.numbers.entry(parts).or_insert_with_key(|parts| {
            self.texts.push(parts.join(" "));
            next
        })
    }
}

/// What is listed: an operation and its inputs.
type Listing<'w> = (&'w str, &'w [(String, String)]);

/// Groups walks through the same listing: one operation, the same inputs.
pub(super) fn families(walks: &[WalkCase<'_>]) -> Vec<Vec<usize>> {
    let mut families: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<Listing<'_>, usize> = HashMap::new();
    for (index, case) in walks.iter().enumerate() {
        let next = families.len();
        let key = (case.spec.operation.as_str(), case.walk.inputs.as_slice());
        let family = *known.entry(key).or_insert(next);
        if family == next {
            families.push(Vec::new());
        }
        families[family].push(index);
    }
    families
}
