//! The family of bodies: what is not quite the JSON that it should be.

use super::Family;
use super::draft::{Draft, Drafts};
use super::filling::Fill;
use super::material::Material;
use super::place::{Place, get, set, steps};
use super::reply::{Next, cut, with_body, with_bytes, with_header, with_member_twice};
use crate::answer::Wire;
use crate::evidence::{ExpectedError, Probe};
use crate::message::json::Text;
use crate::message::{End, Json, Response};
use crate::spec::{Kind, Location, TimestampFormat};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The byte order mark of UTF-8.
const BOM: &[u8] = &[0xef, 0xbb, 0xbf];

/// How long a chunk is: short enough to cut members and characters.
const CHUNK: usize = 7;

/// A member that no spec has.
const UNKNOWN_MEMBER: &str = "retakeUnknownMember";

const TRUNCATED: &[&str] = &["shape.truncated"];
const NOT_JSON: &[&str] = &["shape.not-json"];
const WRONG_TYPE: &[&str] = &["shape.wrong-type"];
const IN_ORDER: &[&str] = &["pagination.items-in-order"];

pub(super) fn derive(material: &Material<'_>) -> Family {
    let drafts = Drafts::new(material, "bytes");
    let is_json = |response: &Response| matches!(Json::parse(response.body.bytes()), Ok(Json::Object(_)));
    if !is_json(&material.success(&material.units(0, 1), Next::Absent)) {
        return drafts.empty("the answer's body is no JSON object");
    }
    let has_body = material.spec.output.iter().any(|member| member.location == Location::Body);
    if !has_body {
        return drafts.empty("the answer's body has no members");
    }
    let units = material.units(0, 4);
    let mut bodies = Bodies { drafts, units };
    bodies.broken();
    bodies.misread();
    bodies.harmless();
    bodies.drafts.finish()
}

/// What is done to a response.
type Change = fn(Response) -> Response;

struct Bodies<'m, 's> {
    drafts: Drafts<'m, 's>,
    units: Vec<Json>,
}

impl Bodies<'_, '_> {
    /// The last page of a walk, or the only answer, with another body.
    fn last(&self, case: &str, judges: &[&'static str], change: impl FnOnce(Response) -> Response) -> Draft {
        match self.drafts.material.listing() {
            Some(_) => self.drafts.walk(case, judges, &[&self.units[..2], &self.units[2..]]).change(2, change),
            None => self.drafts.walk(case, judges, &[&self.units]).change(1, change),
        }
    }

    fn broken(&mut self) {
        let half = |response: Response| {
            let bytes = response.body.bytes();
            let bytes = bytes[..bytes.len() / 2].to_vec();
            with_bytes(response, bytes)
        };
        let lost = "an error";
        let truncated = self.last("truncated-json", TRUNCATED, half).no_success().error(ExpectedError::default());
        let why = "JSON that breaks off in a whole response: what is missing must not go unnoticed";
        self.drafts.add(truncated.expects(lost).why(why));
        let cut = self.last("cut-body", TRUNCATED, |response| cut(response, End::EofAfter));
        let cut = cut.no_success().error(ExpectedError::default());
        self.drafts.add(cut.expects(lost).why("the connection closes before the length that was stated"));

        let texts: [(&str, Change, &str); 3] = [
            ("not-json", |response| with_bytes(response, b"upstream says hello".to_vec()), "text is no empty result"),
            (
                "html-200",
                |response| {
                    with_header(
                        with_bytes(response, b"<html><body>Welcome</body></html>".to_vec()),
                        "content-type",
                        "text/html",
                    )
                },
                "a captive portal answers 200 to everything",
            ),
            (
                "empty-200",
                |response| with_bytes(response, Vec::new()),
                "no body is no empty result: something got lost",
            ),
        ];
        for (case, change, why) in texts {
            let draft = self.last(case, NOT_JSON, change).no_success().error(ExpectedError::default());
            self.drafts.add(draft.expects(lost).why(why));
        }
        let whole = |response: &Response| response.body.bytes().to_vec();
        let either = "success with every item, or an error";
        let trailing = self.last("trailing-garbage", NOT_JSON, |response| {
            let bytes = [whole(&response).as_slice(), b"}garbage"].concat();
            with_bytes(response, bytes)
        });
        let trailing = trailing.error(ExpectedError::default()).expects(either);
        self.drafts.add(trailing.why("what goes on after its end is no JSON"));
        let bom = self.last("bom", NOT_JSON, |response| {
            let bytes = [BOM, &whole(&response)].concat();
            with_bytes(response, bytes)
        });
        let bom = bom.error(ExpectedError::default()).expects(either);
        self.drafts.add(bom.why("a byte order mark is no JSON; a client may skip it, or say so"));
    }

    /// Values that are not of their type, or not one value.
    fn misread(&mut self) {
        let duplicate = self.duplicate_keys();
        self.drafts.add_or("duplicate-keys", duplicate.ok_or_else(|| "no member of the answer is a text".to_owned()));
        let time = self.place_of(|kind| *kind == Kind::Timestamp(TimestampFormat::EpochSeconds));
        let draft = time.as_ref().and_then(|place| self.iso_timestamp(place));
        self.drafts
            .add_or("iso-timestamp", draft.ok_or_else(|| "no member of the answer is a time in seconds".to_owned()));
        let is_number = |kind: &Kind| matches!(kind, Kind::Integer | Kind::Long | Kind::Float | Kind::Double);
        let number = self.place_of(is_number).or(time);
        let draft = number.and_then(|place| self.numeric_string(&place));
        self.drafts.add_or("numeric-string", draft.ok_or_else(|| "no member of the answer is a number".to_owned()));
    }

    /// The first value of such a kind in a unit that has all members.
    fn place_of(&self, is_it: impl Fn(&Kind) -> bool) -> Option<Place> {
        self.places_of(is_it).into_iter().next()
    }

    /// The values of such a kind in a unit that has all members, but for those that tell it from others.
    fn places_of(&self, is_it: impl Fn(&Kind) -> bool) -> Vec<Place> {
        let material = self.drafts.material;
        let has_key = |place: &Place| place.key.as_ref().is_some_and(|key| !material.is_identity(key));
        material.places().into_iter().filter(|place| has_key(place) && is_it(&material.shape(place).kind)).collect()
    }

    /// One page, or one output, with another value in one place.
    fn with_value(
        &self,
        case: &str,
        place: &Place,
        takes: Vec<Json>,
        change: impl FnOnce(Response, &str) -> Response,
    ) -> Draft {
        let material = self.drafts.material;
        let mut units = material.units(0, 3);
        let item = units.len() / 2;
        let sent = takes.first().cloned().unwrap_or(Json::Null);
        units[item] = material.unit_with(item as u64, place, sent);
        let response = material.success(&units, Next::Absent);
        let unit = match material.listing() {
            Some(listing) => format!("/{}/{item}", listing.list.wire_name),
            None => String::new(),
        };
        let response = change(response, &unit);
        let probe =
            Probe { item, pointer: place.pointer.clone(), takes, modelled: Vec::new(), is_required: place.is_required };
        let draft = self.drafts.draft(case, WRONG_TYPE).answer(None, response).hostile();
        draft.success(self.drafts.success_of(&units)).error(ExpectedError::default()).probe(probe)
    }

    fn duplicate_keys(&self) -> Option<Draft> {
        let material = self.drafts.material;
        let (unit, next) = (material.unit(1, Fill::All), material.unit(8, Fill::All));
        let (texts, enums) = (self.places_of(|kind| *kind == Kind::String), self.places_of(is_enum));
        let (place, own, other) = texts.into_iter().chain(enums).find_map(|place| {
            let own = get(&unit, &place.pointer)?.clone();
            let other = get(&next, &place.pointer).filter(|other| **other != own)?.clone();
            Some((place, own, other))
        })?;
        let (parent, name) = place.pointer.rsplit_once('/')?;
        let name = steps(&format!("/{name}")).next()?;
        let first = other.clone();
        let draft = self.with_value("duplicate-keys", &place, vec![own, other], |response, unit| {
            with_member_twice(response, &format!("{unit}{parent}"), &name, first)
        });
        let draft = draft.expects("an error, or one of the two values");
        Some(draft.why("a member that stands twice has one of its values, and no third"))
    }

    fn iso_timestamp(&self, place: &Place) -> Option<Draft> {
        let unit = self.drafts.material.unit(1, Fill::All);
        let number = get(&unit, &place.pointer)?.clone();
        let milliseconds = (number.to_compact().parse::<f64>().ok()? * 1000.0).round() as i128;
        let time = OffsetDateTime::from_unix_timestamp_nanos(milliseconds * 1_000_000).ok()?.format(&Rfc3339).ok()?;
        let takes = vec![Json::string(&time), number];
        let draft = self.with_value("iso-timestamp", place, takes, |response, _| response);
        let draft = draft.expects(format!("an error, or {time} as it was sent, or the same time"));
        Some(draft.why("a time that is spelled otherwise must not become another time"))
    }

    fn numeric_string(&self, place: &Place) -> Option<Draft> {
        let unit = self.drafts.material.unit(1, Fill::All);
        let number = get(&unit, &place.pointer)?.clone();
        let plain = number.to_compact().parse::<f64>().ok()?.to_string();
        let takes = vec![Json::string(&plain), number];
        let draft = self.with_value("numeric-string", place, takes, |response, _| response);
        let draft = draft.expects(format!("an error, or \"{plain}\" as it was sent, or the same number"));
        Some(draft.why("a number in quotes must not become another number"))
    }

    /// What is unusual and means nothing.
    fn harmless(&mut self) {
        let other =
            self.last("wrong-content-type", IN_ORDER, |response| with_header(response, "content-type", "text/plain"));
        self.drafts.add(other.why("the body is what it is, whatever the header calls it"));
        let chunked = self.one("chunked").by_wire(Wire::Chunked(CHUNK));
        self.drafts.add(chunked.why("a body in small chunks is the same body"));
        let closing = self.last("connection-close", IN_ORDER, |response| response).all_by_wire(&Wire::Close);
        self.drafts.add(closing.why("a connection may close behind an answer; the next page needs another one"));
        self.unknown_members();
        self.null_optional();
    }

    /// One page, or one output.
    fn one(&self, case: &str) -> Draft {
        let units = self.drafts.material.units(0, 3);
        let response = self.drafts.material.success(&units, Next::Absent);
        let draft = self.drafts.draft(case, IN_ORDER).answer(None, response).hostile();
        draft.success(self.drafts.success_of(&units)).expects(self.drafts.words_of(&units, 1))
    }

    fn unknown_members(&mut self) {
        let material = self.drafts.material;
        let unknown = Json::Object(vec![
            (Text::new("nested"), Json::Array(vec![Json::Number("1".to_owned()), Json::Null, Json::string("x")])),
            (Text::new("more"), Json::Bool(true)),
        ]);
        let add = |value: Json, object: &str| set(value, &format!("{object}/{UNKNOWN_MEMBER}"), unknown.clone());
        let structures: Vec<String> = material
            .places()
            .into_iter()
            .filter(|place| matches!(material.shape(place).kind, Kind::Structure(_)))
            .map(|place| place.pointer)
            .collect();
        let mut units = material.units(0, 3);
        let sent = units.clone();
        for unit in &mut units {
            let there: Vec<&String> = structures.iter().filter(|pointer| get(unit, pointer).is_some()).collect();
            let begin = if material.unit_members().is_some() { add(unit.clone(), "") } else { unit.clone() };
            *unit = there.into_iter().fold(begin, |unit, pointer| add(unit, pointer));
        }
        let response = match material.listing() {
            Some(_) => with_body(material.success(&units, Next::Absent), |body| add(body, "")),
            None => with_body(material.success(&sent, Next::Absent), |body| {
                structures.iter().fold(add(body, ""), |body, pointer| match get(&body, pointer) {
                    Some(_) => add(body.clone(), pointer),
                    None => body,
                })
            }),
        };
        let draft = self.drafts.draft("unknown-members", &["shape.unknown-member-ignored"]);
        let draft = draft.answer(None, response).hostile().success(self.drafts.success_of(&sent));
        let draft = draft.expects(self.drafts.words_of(&sent, 1));
        self.drafts.add(draft.why("services add members: a client must pass over those that it has never seen"));
    }

    fn null_optional(&mut self) {
        let material = self.drafts.material;
        let members = material.unit_members().unwrap_or_default();
        let is_nullable = |location| matches!(location, Location::Body);
        let is_item = material.listing().is_some();
        let optional: Vec<&str> = members
            .iter()
            .filter(|member| !member.required && (is_item || is_nullable(member.location)))
            .map(|member| member.wire_name.as_str())
            .collect();
        if optional.is_empty() {
            return self.drafts.leave_out("null-optional", "no member of the answer is optional");
        }
        let mut units = material.units(0, 3);
        let item = units.len() / 2;
        let mut bare = material.unit(item as u64, Fill::Required);
        if let Json::Object(entries) = &mut bare {
            entries.extend(optional.iter().map(|name| (Text::new(name), Json::Null)));
        }
        units[item] = bare;
        let response = material.success(&units, Next::Absent);
        let draft = self.drafts.draft("null-optional", &["shape.null-optional"]).answer(None, response).hostile();
        let draft = draft.success(self.drafts.success_of(&units)).expects(self.drafts.words_of(&units, 1));
        self.drafts.add(draft.why("null for a member that may be missing says that it is missing"));
    }
}

fn is_enum(kind: &Kind) -> bool {
    matches!(kind, Kind::Enum(_))
}
