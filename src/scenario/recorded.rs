//! Friendly payloads from a recording: what the service really said, with the hostile step applied to it.

use super::material::Material;
use super::{Family, of_material};
use crate::diagnostic::Diagnostic;
use crate::evidence::reading::{Content, items, output_value};
use crate::evidence::walk::{Walk, walks};
use crate::message::json::Text;
use crate::message::{Exchange, Json, Redacted, Transcript};
use crate::spec::conform::{self, Violation};
use crate::spec::{Inputs, Kind, Location, ShapeId, Spec, Specs};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashSet;

/// The scenarios of an operation, their items and inputs those of a recording; what it lacks is made of the spec.
///
/// The first walk, or call, that the recording has of the operation is taken, as far as it conforms to the spec.
pub fn families_with_recording(
    specs: &Specs,
    spec: &Spec,
    seed: u64,
    recording: &Redacted<Transcript>,
) -> Result<Vec<Family>, Diagnostic> {
    let exchanges = &recording.exchanges;
    let is_of_operation = |walk: &Walk| walk.operation.as_deref() == Some(spec.operation.as_str());
    let found = walks(specs, exchanges).into_iter().filter(is_of_operation).find_map(|walk| {
        let pages: Vec<&Exchange> = walk.pages().into_iter().map(|call| &exchanges[call.last()]).collect();
        let inputs = specs.route(&pages.first()?.request).ok()?.inputs;
        Some((inputs, units(spec, &pages)))
    });
    let Some((inputs, units)) = found else {
        return Err(Diagnostic::new(format!("the recording has no success of {}", spec.operation))
            .help("record the operation, or leave the recording out"));
    };
    Ok(of_material(&Material::new(spec, seed).recorded(without_paging(spec, inputs), units)))
}

/// The inputs without a token or a page size, which are the scenarios' to give.
fn without_paging(spec: &Spec, mut inputs: Inputs) -> Inputs {
    if let Some(paging) = &spec.pagination {
        inputs.remove(&paging.input_token);
        if let Some(size) = &paging.page_size {
            inputs.remove(size);
        }
    }
    inputs
}

/// The units that were recorded, each once, those that conform.
fn units(spec: &Spec, pages: &[&Exchange]) -> Vec<Json> {
    let Some(paging) = &spec.pagination else { return pages.iter().take(1).map(|page| output(spec, page)).collect() };
    let Some(Kind::List(item)) = spec.output_member(&paging.items).map(|list| &spec.shape(list.shape).kind) else {
        return Vec::new();
    };
    let mut seen = HashSet::new();
    let mut units = Vec::new();
    for page in pages {
        let body = Content::of(&page.response.body);
        for unit in items(spec, &body).unwrap_or_default() {
            if is_friendly(spec, *item, unit) && seen.insert(unit.to_compact()) {
                units.push(unit.clone());
            }
        }
    }
    units
}

/// Whether an item is what the spec says; members that the spec does not know do no harm.
fn is_friendly(spec: &Spec, item: ShapeId, unit: &Json) -> bool {
    let is_harmless = |violation: &Violation| matches!(violation, Violation::UnknownMember { .. });
    conform::check_json(spec, item, unit).iter().all(|problem| is_harmless(&problem.violation))
}

/// The output of a call, as its caller sees it.
fn output(spec: &Spec, page: &Exchange) -> Json {
    let body = Content::of(&page.response.body);
    let members = spec.output.iter().filter_map(|member| {
        let kind = &spec.shape(member.shape).kind;
        let value = match (member.location, kind) {
            (Location::Payload, Kind::Blob) => Json::string(&STANDARD.encode(page.response.body.bytes())),
            (Location::Payload, Kind::String | Kind::Enum(_)) => {
                Json::string(&String::from_utf8_lossy(page.response.body.bytes()))
            }
            (Location::Body | Location::Header | Location::Payload | Location::Status, _) => {
                output_value(spec, &member.key, &page.response, &body)?
            }
            (Location::Path | Location::Query, _) => return None,
        };
        Some((Text::new(&member.wire_name), value))
    });
    Json::Object(members.collect())
}
