//! The friendly family: what a client must get right before anything else is asked of it.

use super::Family;
use super::draft::{Draft, Drafts};
use super::filling::Fill;
use super::material::Material;
use super::place::Place;
use super::reply::Next;
use crate::message::Json;
use crate::spec::{Kind, Sensitivity, conform};

/// The longest page that is made.
const LONGEST_PAGE: f64 = 1000.0;

/// A text of one, two, three and four bytes a character.
const UNICODE: &str = "z\u{e9}\u{6f22}\u{1f600} ok";

const IN_ORDER: &[&str] = &["pagination.items-in-order"];

pub(super) fn derive(material: &Material<'_>) -> Family {
    let mut drafts = Drafts::new(material, "baseline");
    let units = material.units(0, 6);
    let listing = material.listing();

    let one = &units[..units.len().min(3)];
    drafts.add(drafts.walk("one-page", IN_ORDER, &[one]).why("what fails here fails everywhere"));
    match listing {
        Some(_) => {
            let two = drafts.walk("two-pages", IN_ORDER, &[&units[..2], &units[2..4]]);
            drafts.add(two.why("a page with a token has a page behind it"));
            let three = drafts.walk("three-pages", IN_ORDER, &[&units[..2], &units[2..4], &units[4..]]);
            drafts.add(three.why("the token to spend is always the last one"));
            drafts.add_or("full-page", full_page(&drafts));
        }
        None => {
            for case in ["two-pages", "three-pages", "full-page"] {
                drafts.leave_out(case, "the operation does not page");
            }
        }
    }
    let all: Vec<Json> = (0..one.len() as u64).map(|number| material.unit(number, Fill::All)).collect();
    drafts.add(drafts.walk("all-optional", IN_ORDER, &[&all]).why("every member that may be there is there"));
    let bare: Vec<Json> = (0..one.len() as u64).map(|number| material.unit(number, Fill::Required)).collect();
    let no_optional = drafts.walk("no-optional", &["shape.null-optional"], &[&bare]);
    drafts.add(no_optional.why("a member that is not there must not be made up"));
    drafts.add_or("unicode", unicode(&drafts, one));
    drafts.finish()
}

fn full_page(drafts: &Drafts<'_, '_>) -> Result<Draft, String> {
    let material = drafts.material;
    let most = material
        .listing()
        .and_then(|listing| material.spec.input_member(listing.paging.page_size.as_deref()?))
        .and_then(|size| material.spec.shape(size.shape).constraints.range)
        .map(|(_, most)| most.floor());
    match most {
        None => Err("the spec states no greatest page size".to_owned()),
        Some(most) if !(1.0..=LONGEST_PAGE).contains(&most) => {
            Err(format!("the greatest page size, {most}, is more than a script answers with"))
        }
        Some(most) => {
            let units = material.units(0, most as u64);
            let draft = drafts.walk("full-page", IN_ORDER, &[&units]);
            Ok(draft.why(format!("a page of {most} items, the most there may be, and no token: there is no more")))
        }
    }
}

/// A text of many scripts in a member that takes it, or else in one where a person writes.
fn unicode(drafts: &Drafts<'_, '_>, units: &[Json]) -> Result<Draft, String> {
    let material = drafts.material;
    let place = unicode_place(material).ok_or("no member of the answer is a text that may be anything")?;
    let mut units = units.to_vec();
    let probe = units.len() / 2;
    units[probe] = material.unit_with(probe as u64, &place, Json::string(UNICODE));
    let draft = drafts.draft("unicode", IN_ORDER).answer(None, material.success(&units, Next::Absent)).hostile();
    let expects = drafts.words_of(&units, 1);
    Ok(draft
        .success(drafts.success_of(&units))
        .expects(expects)
        .why("bodies are UTF-8: a text reaches the caller character by character"))
}

fn unicode_place(material: &Material<'_>) -> Option<Place> {
    let is_text = |place: &Place| material.shape(place).kind == Kind::String && place.key.is_some();
    let mut texts: Vec<Place> = material.places().into_iter().filter(is_text).collect();
    texts.sort_by_key(|place| place.key.as_ref().is_some_and(|key| material.is_identity(key)));
    let takes = |place: &&Place| conform::check_text(material.spec, place.shape, UNICODE).is_empty();
    let is_free = |place: &&Place| {
        let members = material.unit_members().unwrap_or_default();
        let member = members.iter().find(|member| Some(&member.key) == place.key.as_ref());
        member.is_some_and(|member| material.spec.sensitivity(member) == Some(Sensitivity::FreeText))
    };
    texts.iter().find(takes).or_else(|| texts.iter().find(is_free)).cloned()
}
