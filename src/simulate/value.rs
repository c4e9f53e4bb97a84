//! One value of an item: as the exemplars have it, with lists, maps and optional members filled in.

use crate::message::Json;
use crate::message::json::Text;
use crate::spec::{Kind, Member, Sensitivity, ShapeId, Spec, conform, exemplar};
use std::collections::HashSet;

/// How deep optional members are filled in.
const DEPTH: usize = 6;

/// Which value is made: the index that tells it from others, and the second at which it happens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) index: u64,
    pub(super) seconds: i64,
}

/// The value of a member; none where no conforming one can be made.
pub(super) fn of_member(spec: &Spec, member: &Member, moment: Moment) -> Option<Json> {
    let takes = |value: &Json| conform::check_json(spec, member.shape, value).is_empty();
    if spec.sensitivity(member) == Some(Sensitivity::FreeText) {
        let text = Json::string(&format!("simulated text {}", moment.index + 1));
        if takes(&text) {
            return Some(text);
        }
    }
    let filled = of_shape(spec, member.shape, moment, &mut Vec::new());
    if takes(&filled) {
        return Some(filled);
    }
    Some(exemplar(spec, member.shape, moment)).filter(takes)
}

/// A value of a shape that is no member's.
pub(super) fn of_shape(spec: &Spec, id: ShapeId, moment: Moment, open: &mut Vec<ShapeId>) -> Json {
    let shape = spec.shape(id);
    if open.contains(&id) || open.len() >= DEPTH {
        return exemplar(spec, id, moment);
    }
    open.push(id);
    let value = match &shape.kind {
        Kind::Structure(members) => structure(spec, members, moment, open),
        Kind::List(item) => {
            let mut seen = HashSet::new();
            let items = (0..count(spec, id)).map(|step| of_shape(spec, *item, later(moment, step), open));
            let items = items.filter(|item| !shape.constraints.unique || seen.insert(item.to_compact()));
            Json::Array(items.collect())
        }
        Kind::Map { keys, values } => {
            let entries = (0..count(spec, id)).map(|step| {
                let moment = later(moment, step);
                let key = exemplar(spec, *keys, moment).as_text().unwrap_or_default().into_owned();
                (Text::new(&key), of_shape(spec, *values, moment, open))
            });
            Json::Object(entries.collect())
        }
        _ => exemplar(spec, id, moment),
    };
    open.pop();
    value
}

/// A structure with all members, less the optional ones that would begin a shape inside itself.
fn structure(spec: &Spec, members: &[Member], moment: Moment, open: &mut Vec<ShapeId>) -> Json {
    let is_there = |member: &&Member| member.required || !(open.contains(&member.shape) || open.len() >= DEPTH);
    let members: Vec<&Member> = members.iter().filter(is_there).collect();
    let entries = members.into_iter().map(|m| (Text::new(&m.wire_name), of_shape(spec, m.shape, moment, open)));
    Json::Object(entries.collect())
}

/// How many parts a list or map gets: one, so that there is something to see, unless its length says otherwise.
fn count(spec: &Spec, id: ShapeId) -> u64 {
    spec.shape(id).constraints.length.map_or(1, |(least, most)| least.max(1).min(most))
}

fn later(moment: Moment, step: u64) -> Moment {
    Moment { index: moment.index + step, ..moment }
}

/// The exemplar of that index; its times are at the second asked for, not so many after it.
fn exemplar(spec: &Spec, id: ShapeId, moment: Moment) -> Json {
    exemplar::value_at(spec, id, moment.index, moment.seconds.saturating_sub(moment.index as i64))
}
