//! One operation, prepared: who exists, what there is to list, what an output looks like.

use super::Settings;
use super::dataset::Dataset;
use super::known::KnownIds;
use super::output::{self, Output};
use super::refusal;
use super::token::Tokens;
use crate::diagnostic::Diagnostic;
use crate::message::{Json, Response};
use crate::spec::conform::{self, Violation};
use crate::spec::{InputValue, Inputs, Pagination, Spec, exemplar};
use std::ops::Range;

/// How many items a page has at most where neither the caller nor the spec says.
const DEFAULT_PAGE: u64 = 100;

/// How an operation is answered.
#[derive(Debug)]
pub(super) struct Plan {
    ids: KnownIds,
    /// The output; of a listing, that of its last page.
    output: Output,
    /// Lists in the output that are no pages, by place.
    lists: Vec<(usize, Dataset)>,
    listing: Option<Listing>,
}

/// A listing that comes in pages.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) pagination: Pagination,
    items: Dataset,
    /// The output of a page that has another behind it.
    more: Output,
    tokens: Tokens,
    /// The places of the items and of the token in the output.
    items_place: usize,
    token_place: usize,
    default_page: u64,
    longest_page: u64,
}

impl Plan {
    pub(super) fn new(spec: &Spec, settings: &Settings) -> Result<Self, Diagnostic> {
        let ids = KnownIds::new(spec, settings)?;
        let place = |key: &str| spec.output.iter().position(|member| member.key == key);
        let pagination = spec.pagination.as_ref();
        let items_place = pagination.and_then(|pagination| place(&pagination.items));
        let lists = output::datasets(spec, items_place, settings.items, &ids)?;
        let nothing = Inputs::new(spec);
        let mut given: Vec<(usize, Option<Json>)> =
            lists.iter().map(|(place, list)| (*place, Some(list.page(&nothing, 0..list.len())))).collect();
        let parts =
            pagination.and_then(|pagination| Some((pagination, items_place?, place(&pagination.output_token)?)));
        let Some((pagination, items_place, token_place)) = parts else {
            let output = Output::new(spec, &given, &ids)?;
            return Ok(Self { ids, output, lists, listing: None });
        };
        let list = &spec.output[items_place];
        let items = Dataset::new(spec, list, &pagination.identity, settings.items, &ids)?;
        let tokens = Tokens::new(spec, pagination)?;
        given.push((items_place, Some(items.page(&nothing, 0..1))));
        let token = Json::string(&tokens.issue(spec, &nothing, 1));
        let more = Output::new(spec, &[given.clone(), vec![(token_place, Some(token))]].concat(), &ids)?;
        let output = Output::new(spec, &[given, vec![(token_place, None)]].concat(), &ids)?;
        let longest_page = spec.shape(list.shape).constraints.length.map_or(u64::MAX, |(_, most)| most.max(1));
        let listing = Listing {
            pagination: pagination.clone(),
            items,
            more,
            tokens,
            items_place,
            token_place,
            default_page: greatest_page(spec, pagination).unwrap_or(DEFAULT_PAGE),
            longest_page,
        };
        Ok(Self { ids, output, lists, listing: Some(listing) })
    }

    /// A resource that exists, and an example of everything else that is required.
    pub(super) fn example_inputs(&self, spec: &Spec) -> Inputs {
        let mut inputs = Inputs::new(spec);
        for member in spec.input.iter().filter(|member| member.required) {
            let id = self.ids.iter().find(|id| id.key == member.key).and_then(|id| id.values.first());
            let value = match id {
                Some(id) => InputValue::from_text(spec, member, id),
                None => {
                    let value = exemplar::value(spec, member.shape, 0);
                    let text = value.as_text().map_or_else(|| value.to_compact(), std::borrow::Cow::into_owned);
                    InputValue::from_text(spec, member, &text)
                }
            };
            inputs.set(&member.key, value);
        }
        inputs
    }

    /// The listing, of an operation that is one.
    pub(super) fn listing(&self) -> Option<&Listing> {
        self.listing.as_ref()
    }

    /// The inputs that name a resource, and the names that exist.
    pub(super) fn ids(&self) -> &KnownIds {
        &self.ids
    }

    pub(super) fn respond(&self, spec: &Spec, inputs: &Inputs) -> Response {
        // Services ignore members that they do not know.
        let mut problems = conform::check_inputs(spec, inputs);
        problems.retain(|problem| !matches!(problem.violation, Violation::UnknownMember { .. }));
        if !problems.is_empty() {
            return refusal::invalid(spec, inputs, &problems);
        }
        if let Some((key, value)) = self.ids.unknown(inputs) {
            return refusal::not_found(spec, key, &value);
        }
        let lists = self.lists.iter().map(|(place, list)| (*place, list.page(inputs, 0..list.len())));
        let lists: Vec<(usize, Json)> = lists.collect();
        match &self.listing {
            Some(listing) => self.page(spec, inputs, listing, lists),
            None => self.output.respond(spec, inputs, lists),
        }
    }

    fn page(&self, spec: &Spec, inputs: &Inputs, listing: &Listing, mut given: Vec<(usize, Json)>) -> Response {
        let Some(size) = listing.page_size(inputs) else {
            let key = listing.pagination.page_size.as_deref().unwrap_or_default();
            return refusal::invalid_member(spec, key, "Member must have value greater than or equal to 1");
        };
        let Some(start) = listing.start(spec, inputs) else {
            let key = &listing.pagination.input_token;
            return refusal::invalid_member(spec, key, "Member must be a token of this listing and these inputs");
        };
        let end = start.saturating_add(size).min(listing.items.len());
        given.push((listing.items_place, listing.items.page(inputs, start..end)));
        if end == listing.items.len() {
            return self.output.respond(spec, inputs, given);
        }
        given.push((listing.token_place, Json::string(&listing.tokens.issue(spec, inputs, end))));
        listing.more.respond(spec, inputs, given)
    }
}

impl Listing {
    /// How many items there are.
    pub(super) fn length(&self) -> u64 {
        self.items.len()
    }

    /// Some of the items, as the one who asks with these inputs sees them.
    pub(super) fn items(&self, inputs: &Inputs, range: Range<u64>) -> Json {
        self.items.page(inputs, range)
    }

    /// The token of the page that begins at this item, also where there is none.
    pub(super) fn token(&self, spec: &Spec, inputs: &Inputs, offset: u64) -> String {
        self.tokens.issue(spec, inputs, offset)
    }

    /// The item that a token of these inputs leads to.
    pub(super) fn offset(&self, spec: &Spec, inputs: &Inputs, token: &str) -> Option<u64> {
        self.tokens.open(spec, inputs, token)
    }

    /// How many items the page has, none if the caller asks for no page at all.
    pub(super) fn page_size(&self, inputs: &Inputs) -> Option<u64> {
        let given = self.pagination.page_size.as_ref().and_then(|key| inputs.text(key));
        let size = match given.as_deref() {
            None | Some("null") => self.default_page,
            // A whole number in any spelling that the type takes.
            Some(text) => text.parse::<f64>().ok().filter(|size| *size >= 1.0)? as u64,
        };
        Some(size.min(self.longest_page))
    }

    /// The item at which the page begins, none if the token is not one of these inputs.
    pub(super) fn start(&self, spec: &Spec, inputs: &Inputs) -> Option<u64> {
        let token = match inputs.get(&self.pagination.input_token) {
            None | Some(InputValue::Json(Json::Null)) => return Some(0),
            Some(token) => token.text(),
        };
        let start = self.tokens.open(spec, inputs, &token)?;
        (1..self.items.len()).contains(&start).then_some(start)
    }
}

/// The greatest page that the type of the page size allows.
fn greatest_page(spec: &Spec, pagination: &Pagination) -> Option<u64> {
    let member = spec.input_member(pagination.page_size.as_deref()?)?;
    let (_, most) = spec.shape(member.shape).constraints.range?;
    Some(most.max(1.0) as u64)
}
