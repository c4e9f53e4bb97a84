//! The family of requests: what the caller gives is what is sent, and it is signed.

use super::Family;
use super::draft::{Draft, Drafts};
use super::material::Material;
use super::reply::Next;
use crate::message::Json;
use crate::spec::{InputValue, Kind, Location, Member, conform};

/// A text in which every escape counts: what is encoded twice, or not at all, is another one.
const TEXT: &str = "x%2By z+/=&~";

/// A text with fewer of them, for a type that does not take the first.
const SHORT_TEXT: &str = "x%y z";

/// How many items there are on a page, where the caller says so.
const PAGE_SIZE: f64 = 2.0;

pub(super) fn derive(material: &Material<'_>) -> Family {
    let mut drafts = Drafts::new(material, "request");
    let escaping = token_escaping(&drafts);
    drafts.add_or("token-escaping", escaping);
    let given = page_size_given(&drafts);
    drafts.add_or("page-size-given", given);
    let absent = page_size_absent(&drafts);
    drafts.add_or("page-size-absent", absent);
    let units = material.units(0, 3);
    let signature = drafts.walk("signature", &["request.signed"], &[&units[..units.len().min(3)]]);
    drafts.add(signature.why("an unsigned request is refused by every service"));
    drafts.finish()
}

/// A token that the caller gives, or else another text, with characters that must be encoded.
fn token_escaping(drafts: &Drafts<'_, '_>) -> Result<Draft, String> {
    let material = drafts.material;
    let judges = &["request.encoding"];
    let why = "what is encoded must decode to what the caller gave";
    let units = material.units(0, 3);
    let tokens = [TEXT, SHORT_TEXT].into_iter().filter(|text| material.takes_token(text));
    if let (Some(listing), Some(token)) = (material.listing(), tokens.into_iter().next()) {
        let draft = drafts.draft("token-escaping", judges);
        let draft = draft.given(&listing.paging.input_token, InputValue::Text(token.to_owned()));
        let draft = draft.answer(Some(token), material.success(&units, Next::Absent)).hostile();
        let draft = draft.success(drafts.success_of(&units)).expects(drafts.words_of(&units, 1));
        return Ok(draft.why(why));
    }
    let (member, text) = text_input(material).ok_or("no input is a text that may hold such characters")?;
    let draft = drafts.walk("token-escaping", judges, &[&units]);
    Ok(draft.given(&member.key, InputValue::from_text(material.spec, member, text)).why(why))
}

/// An input in the query or the path that takes such a text.
fn text_input<'s>(material: &Material<'s>) -> Option<(&'s Member, &'static str)> {
    let is_text = |member: &&Member| {
        matches!(member.location, Location::Query | Location::Path)
            && material.spec.shape(member.shape).kind == Kind::String
            && material.listing().is_none_or(|listing| member.key != listing.paging.input_token)
    };
    let inputs: Vec<&Member> = material.spec.input.iter().filter(is_text).collect();
    let takes = |member: &Member, text: &str| conform::check_text(material.spec, member.shape, text).is_empty();
    [TEXT, SHORT_TEXT].into_iter().find_map(|text| {
        let member = inputs.iter().find(|member| takes(member, text))?;
        Some((*member, text))
    })
}

fn page_size_given(drafts: &Drafts<'_, '_>) -> Result<Draft, String> {
    let material = drafts.material;
    let (key, size) = page_size(material)?;
    let units = material.units(0, size + 1);
    let (first, last) = units.split_at(units.len().min(usize::try_from(size).unwrap_or(1)));
    let draft = drafts.walk("page-size-given", &["pagination.page-size-kept"], &[first, last]);
    let member = material.spec.input_member(key).ok_or("the spec has no page size")?;
    let draft = draft.given(key, InputValue::from_text(material.spec, member, &size.to_string()));
    Ok(draft.why("the page size is the caller's: each page is asked for with it"))
}

fn page_size_absent(drafts: &Drafts<'_, '_>) -> Result<Draft, String> {
    page_size(drafts.material)?;
    let units: Vec<Json> = drafts.material.units(0, 3);
    let draft = drafts.walk("page-size-absent", &["pagination.page-size-kept"], &[&units[..2], &units[2..]]);
    Ok(draft.why("a caller who gives no page size leaves it to the service"))
}

/// The input that is the page size, and one that it takes.
fn page_size<'s>(material: &Material<'s>) -> Result<(&'s str, u64), String> {
    let listing = material.listing().ok_or("the operation does not page")?;
    let key = listing.paging.page_size.as_deref().ok_or("the operation takes no page size")?;
    let member = material.spec.input_member(key).ok_or("the operation takes no page size")?;
    let (least, most) = material.spec.shape(member.shape).constraints.range.unwrap_or((1.0, PAGE_SIZE));
    let size = PAGE_SIZE.min(most).max(least);
    if (1.0..=1000.0).contains(&size) { Ok((key, size as u64)) } else { Err(format!("no page has {size} items")) }
}
