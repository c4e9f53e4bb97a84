//! Wrong shapes: names, presence, types, constraints, enum values.

use super::Next;
use super::asked::{Asked, change_body, remove_header, set};
use super::members::{Role, change_all, change_first, entry, value};
use crate::message::json::Text;
use crate::message::{Body, Json, Response};
use crate::spec::{Inputs, Kind, Location, Member, Spec, TimestampFormat, conform, exemplar};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// An enum has a value that no spec lists.
pub(super) fn new_enum_value(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    other_enum_value(asked, inputs, next, |value| format!("{value}_UNMODELLED"))
}

/// An enum value is in lower case.
pub(super) fn lower_case_enum(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    other_enum_value(asked, inputs, next, str::to_lowercase)
}

fn other_enum_value(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>, other: impl Fn(&str) -> String) -> Response {
    let is_other = |member: &Member, value: &Json| {
        let text = value.as_text().map(|text| other(&text));
        matches!(&asked.spec.shape(member.shape).kind, Kind::Enum(values) if text.is_some_and(|t| !values.contains(&t)))
    };
    replaced(asked, inputs, next, is_other, |_, value| Json::string(&other(&value.as_text().unwrap_or_default())))
}

/// A required member is missing.
pub(super) fn required_absent(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let mut response = next(inputs);
    change_first(
        asked,
        &mut response,
        |member, _| member.required,
        |member, entries| {
            entries.retain(|(name, _)| name.decode() != member.wire_name);
        },
    );
    response
}

/// A required member is null.
pub(super) fn required_null(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    replaced(asked, inputs, next, |member, _| member.required, |_, _| Json::Null)
}

/// A success has no body.
pub(super) fn empty_body(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let mut response = next(inputs);
    // Where nothing is required, no body says as much as an empty object.
    let is_required = |member: &Member| member.required && member.location != Location::Header;
    if asked.is_success(&response) && asked.spec.output.iter().any(is_required) {
        response.body = Body::Empty;
    }
    response
}

/// Times are written as RFC 3339 has them, where a number of seconds is expected.
pub(super) fn iso_timestamp(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let is_time = |spec: &Spec, member: &Member| {
        matches!(spec.shape(member.shape).kind, Kind::Timestamp(TimestampFormat::EpochSeconds))
    };
    retyped(asked, inputs, next, is_time, |value| match value {
        Json::Number(seconds) => {
            let moment = OffsetDateTime::from_unix_timestamp(seconds.parse::<f64>().ok()? as i64).ok()?;
            Some(Json::string(&moment.format(&Rfc3339).ok()?))
        }
        _ => None,
    })
}

/// A string of digits is a number.
pub(super) fn numeric_id(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let is_text = |spec: &Spec, member: &Member| matches!(spec.shape(member.shape).kind, Kind::String);
    retyped(asked, inputs, next, is_text, |value| {
        let number = value.as_text()?.parse::<u64>().ok()?.to_string();
        (Json::string(&number) == *value).then_some(Json::Number(number))
    })
}

/// A boolean is a string.
pub(super) fn string_for_boolean(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let is_boolean = |spec: &Spec, member: &Member| matches!(spec.shape(member.shape).kind, Kind::Boolean);
    retyped(asked, inputs, next, is_boolean, |value| match value {
        Json::Bool(value) => Some(Json::string(&value.to_string())),
        _ => None,
    })
}

/// A success is a page for people.
pub(super) fn html(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let mut response = next(inputs);
    if asked.is_success(&response) && Json::parse(response.body.bytes()).is_ok() {
        remove_header(&mut response, "content-type");
        response.headers.push("content-type", "text/html");
        response.body = Body::from_bytes("<html><body>welcome</body></html>");
    }
    response
}

/// The JSON of a success breaks off.
pub(super) fn truncated(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let mut response = next(inputs);
    if asked.is_success(&response) && Json::parse(response.body.bytes()).is_ok() {
        let bytes = response.body.bytes();
        response.body = Body::from_bytes(bytes[..bytes.len().div_ceil(2)].to_vec());
    }
    response
}

/// A text is one that its type refuses.
pub(super) fn malformed(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let refused = |member: &Member| {
        let text = Json::string(&exemplar::malformed(asked.spec, member.shape)?);
        let is_text = matches!(asked.spec.shape(member.shape).kind, Kind::String);
        (is_text && !conform::check_json(asked.spec, member.shape, &text).is_empty()).then_some(text)
    };
    replaced(
        asked,
        inputs,
        next,
        |member, _| refused(member).is_some(),
        |member, value| refused(member).unwrap_or_else(|| value.clone()),
    )
}

/// Members that begin with a capital I are spelled with a small one.
pub(super) fn small_i(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    renamed(asked, inputs, next, |name| name.strip_prefix('I').map(|rest| format!("i{rest}")))
}

/// All members are spelled with a capital letter, as another protocol has them.
pub(super) fn capitals(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    renamed(asked, inputs, next, |name| Some(with_first(name, |first| first.to_ascii_uppercase())))
}

/// One member is spelled with its first letter in the other case.
pub(super) fn other_case(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let mut response = next(inputs);
    let other = |name: &str| {
        let flip = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
        with_first(name, flip)
    };
    let is_other = |member: &Member, _: &Json| other(&member.wire_name) != member.wire_name;
    change_first(asked, &mut response, is_other, |member, entries| {
        if let Some((name, _)) = entry(member, entries) {
            *name = Text::new(&other(&member.wire_name));
        }
    });
    response
}

fn with_first(name: &str, change: impl Fn(char) -> char) -> String {
    let mut letters = name.chars();
    letters.next().map(change).into_iter().chain(letters).collect()
}

fn renamed(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>, rename: impl Fn(&str) -> Option<String>) -> Response {
    let mut response = next(inputs);
    change_all(asked, &mut response, |member, _, entries| {
        let Some(other) = rename(&member.wire_name) else { return };
        let is_taken = entries.iter().any(|(name, _)| name.decode() == other);
        if let Some((name, _)) = entry(member, entries).filter(|_| !is_taken) {
            *name = Text::new(&other);
        }
    });
    response
}

/// A success has a member that no spec has.
pub(super) fn extra(asked: &Asked<'_>, inputs: &Inputs, next: Next<'_>) -> Response {
    let mut response = next(inputs);
    if asked.is_success(&response) {
        change_body(&mut response, |body| set(body, "retakeUnmodelled", Some(Json::Bool(true))));
    }
    response
}

/// All values of the first member that is wanted have another.
fn replaced(
    asked: &Asked<'_>,
    inputs: &Inputs,
    next: Next<'_>,
    wants: impl Fn(&Member, &Json) -> bool,
    other: impl Fn(&Member, &Json) -> Json,
) -> Response {
    let mut response = next(inputs);
    change_first(asked, &mut response, wants, |member, entries| {
        if let Some((_, value)) = entry(member, entries) {
            *value = other(member, value);
        }
    });
    response
}

/// All values of these types have another type; the token stays what it is.
fn retyped(
    asked: &Asked<'_>,
    inputs: &Inputs,
    next: Next<'_>,
    wants: impl Fn(&Spec, &Member) -> bool,
    other: impl Fn(&Json) -> Option<Json>,
) -> Response {
    let mut response = next(inputs);
    change_all(asked, &mut response, |member, role, entries| {
        let other =
            value(member, entries).filter(|_| role != Role::Token && wants(asked.spec, member)).and_then(&other);
        if let (Some(other), Some((_, value))) = (other, entry(member, entries)) {
            *value = other;
        }
    });
    response
}
