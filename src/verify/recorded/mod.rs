//! Whether an answer is the recorded one, as far as it has to be.
//!
//! A recording holds stand-ins, and a server has ids, tokens and times of its own: what
//! stands for what is learned place by place ([`Links`]), and one thing never stands for
//! two. What differs is told member by member; how much has to be the same is [`Likeness`].

mod exact;
mod links;
mod shape;

pub use links::Links;

use crate::evidence::reading::{Content, NextToken, Outcome, items, next_token};
use crate::message::{Json, Response, WithheldReason};
use crate::spec::{Location, Member, Sensitivity, Spec};

/// How much of an answer has to be the recorded one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Likeness {
    /// Status, type and body, once tokens, ids and times are renamed.
    Exact,
    /// Status, error type, how many items, and which.
    #[default]
    Contract,
    /// Status, the paths of members and their JSON types.
    Shape,
}

/// What differs in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is about: lower case, no full stop.
    pub message: String,
    /// Where in the body, as a JSON pointer; none if it is in no body.
    pub pointer: Option<String>,
    /// What was recorded.
    pub recorded: String,
    /// What came.
    pub found: String,
}

impl Difference {
    fn new(message: impl Into<String>, recorded: impl Into<String>, found: impl Into<String>) -> Self {
        Self { message: message.into(), pointer: None, recorded: recorded.into(), found: found.into() }
    }

    fn at(self, pointer: &str) -> Self {
        Self { pointer: Some(pointer.to_owned()), ..self }
    }
}

/// An answer as it is compared.
struct Answer<'a> {
    response: &'a Response,
    outcome: Outcome,
    content: Content,
}

impl<'a> Answer<'a> {
    fn of(spec: &Spec, response: &'a Response) -> Self {
        Self { response, outcome: Outcome::of(Some(spec), response), content: Content::of(&response.body) }
    }

    fn body(&self) -> Option<&Json> {
        self.content.json()
    }
}

/// What differs between a recorded answer and the one that came; what stands for what is learned on the way.
pub fn differences(
    spec: &Spec,
    recorded: &Response,
    found: &Response,
    likeness: Likeness,
    links: &mut Links,
) -> Vec<Difference> {
    let (recorded, found) = (Answer::of(spec, recorded), Answer::of(spec, found));
    if let Some(difference) = other_outcome(&recorded, &found) {
        return vec![difference];
    }
    link_tokens(spec, &recorded, &found, links);
    if let Some(difference) = other_content(&recorded, &found) {
        return if likeness == Likeness::Contract { Vec::new() } else { vec![difference] };
    }
    match likeness {
        Likeness::Exact => exact::differences(spec, &recorded, &found, links),
        Likeness::Contract => items_by_identity(spec, &recorded, &found, links),
        Likeness::Shape => shape::differences(spec, &recorded, &found),
    }
}

/// Another status or error type: then nothing else can be compared.
fn other_outcome(recorded: &Answer<'_>, found: &Answer<'_>) -> Option<Difference> {
    let status = |answer: &Answer<'_>| match answer.response.status {
        Some(status) if answer.outcome != Outcome::Broken => status.to_string(),
        Some(_) | None => "no whole answer".to_owned(),
    };
    let told = |answer: &Answer<'_>| match &answer.outcome {
        Outcome::Error { name: Some(name), .. } => format!("{}, {name}", status(answer)),
        Outcome::Error { .. } | Outcome::Success | Outcome::Broken => status(answer),
    };
    if status(recorded) != status(found) {
        return Some(Difference::new("the status is another than the recorded one", told(recorded), told(found)));
    }
    let name = |answer: &Answer<'_>| match &answer.outcome {
        Outcome::Error { name, .. } => name.clone().unwrap_or_else(|| "no error type".to_owned()),
        Outcome::Success | Outcome::Broken => String::new(),
    };
    let is_other = name(recorded) != name(found);
    is_other.then(|| Difference::new("the error type is another than the recorded one", name(recorded), name(found)))
}

/// A body of another kind: JSON, none, a page.
fn other_content(recorded: &Answer<'_>, found: &Answer<'_>) -> Option<Difference> {
    let kind = |content: &Content| match content {
        Content::Empty => "no body",
        Content::Json(_) => "JSON",
        Content::NotJson(WithheldReason::Html) => "an HTML page",
        Content::NotJson(_) => "a body that is not JSON",
        Content::Unknown => "a body that was too long to be kept",
    };
    let (recorded, found) = (kind(&recorded.content), kind(&found.content));
    (recorded != found).then(|| Difference::new("the body is of another kind than the recorded one", recorded, found))
}

/// The token of a page stands for the recorded token of that page.
fn link_tokens(spec: &Spec, recorded: &Answer<'_>, found: &Answer<'_>, links: &mut Links) {
    let token = |answer: &Answer<'_>| {
        if !answer.outcome.is_success() {
            return None;
        }
        match next_token(spec, answer.response, &answer.content) {
            NextToken::Text(token) => Some(token),
            NextToken::None | NextToken::Unreadable => None,
        }
    };
    match (token(recorded), token(found)) {
        (Some(recorded), Some(found)) => links.issue(recorded, found),
        (Some(recorded), None) => links.lose(&recorded),
        (None, _) => {}
    }
}

/// How many items there are, and which.
fn items_by_identity(spec: &Spec, recorded: &Answer<'_>, found: &Answer<'_>, links: &mut Links) -> Vec<Difference> {
    let Some(paging) = spec.pagination.as_ref().filter(|_| recorded.outcome.is_success()) else { return Vec::new() };
    let list = |answer: &Answer<'_>| items(spec, &answer.content).map(<[Json]>::to_vec).unwrap_or_default();
    let (mine, theirs) = (list(recorded), list(found));
    let pointer = spec.output_member(&paging.items).map(|member| format!("/{}", member.wire_name)).unwrap_or_default();
    let mut differences = Vec::new();
    if mine.len() != theirs.len() {
        let count =
            |items: &[Json]| if items.len() == 1 { "1 item".to_owned() } else { format!("{} items", items.len()) };
        let message = "there are more or fewer items than recorded";
        differences.push(Difference::new(message, count(&mine), count(&theirs)).at(&pointer));
    }
    for (mine, theirs) in mine.iter().zip(&theirs) {
        for (member, mine, theirs) in identity_pairs(spec, mine, theirs) {
            if spec.sensitivity(member) == Some(Sensitivity::Identifier) {
                links.is_linked(&mine, &theirs);
            }
        }
    }
    let named = |item: &Json, links: Option<&Links>| identity(spec, item, links);
    let mine: Vec<String> = mine.iter().filter_map(|item| named(item, Some(links))).collect();
    let theirs: Vec<String> = theirs.iter().filter_map(|item| named(item, None)).collect();
    for gone in mine.iter().filter(|name| !theirs.contains(name)) {
        differences.push(Difference::new("a recorded item is not there", gone, "no such item").at(&pointer));
    }
    for new in theirs.iter().filter(|name| !mine.contains(name)) {
        differences.push(Difference::new("an item was not recorded", "no such item", new).at(&pointer));
    }
    differences
}

/// The parts of an identity in two items, as texts.
fn identity_pairs<'s>(spec: &'s Spec, mine: &Json, theirs: &Json) -> Vec<(&'s Member, String, String)> {
    let members = identity_members(spec).into_iter();
    let pair = |member: &'s Member| {
        let text = |item: &Json| item.get(&member.wire_name).and_then(Json::as_text).map(|text| text.into_owned());
        Some((member, text(mine)?, text(theirs)?))
    };
    members.filter_map(pair).collect()
}

fn identity_members(spec: &Spec) -> Vec<&Member> {
    let Some(paging) = &spec.pagination else { return Vec::new() };
    let members = spec.output_member(&paging.items).and_then(|list| spec.item_members(list)).unwrap_or_default();
    paging.identity.iter().filter_map(|key| members.iter().find(|member| member.key == *key)).collect()
}

/// What tells an item from the others, in words; of a recorded one in the words of the server.
fn identity(spec: &Spec, item: &Json, links: Option<&Links>) -> Option<String> {
    let parts = identity_members(spec).into_iter().map(|member| {
        let value = item.get(&member.wire_name)?;
        let text = value.as_text().map_or_else(|| value.to_compact(), |text| text.into_owned());
        let text = links.and_then(|links| links.of(&text)).map_or(text.clone(), str::to_owned);
        Some(format!("{} {text}", member.key))
    });
    let parts: Vec<String> = parts.collect::<Option<_>>()?;
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The members of an output that stand in header fields.
fn header_members(spec: &Spec) -> impl Iterator<Item = &Member> {
    spec.output.iter().filter(|member| member.location == Location::Header)
}

/// A pointer to a member or an item.
fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}
