//! Why a request has no answer: what was nearest, and member by member in what it differs.
//!
//! This is the one place that looks through all recorded requests, and only when
//! there is a miss to explain. Values are shown shortened and escaped, secret
//! ones not at all.

use super::binding::Bindings;
use super::index::Index;
use super::key::{Key, operation_prefix};
use super::matching::{Counts, Match, is_first_page};
use super::recording::Recording;
use crate::answer::{Difference, Miss, MissKind};
use crate::diagnostic::escape;
use crate::message::Request;
use crate::spec::{Member, Route, Sensitivity, Spec, Unrouted, UnroutedKind};

/// How many characters of a value are shown.
const SHOWN_CHARACTERS: usize = 80;

/// The miss of a request whose recorded answers have all been given.
pub(super) fn exhausted(route: &Route<'_>, last: String) -> Miss {
    Miss {
        kind: MissKind::Exhausted,
        operation: Some(route.spec.operation.clone()),
        request: shown_members(route.spec, &key(route)),
        nearest: Some(last),
        differs: Vec::new(),
    }
}

/// The miss of a request that was not recorded.
pub(super) fn not_recorded(route: &Route<'_>, recording: &Recording) -> Miss {
    let spec = route.spec;
    let sent = key(route);
    let nearest = nearest(route, recording.rule(), &sent, recording.exact());
    Miss {
        kind: if nearest.is_some() { MissKind::MemberDiffers } else { MissKind::NoSuchRequest },
        operation: Some(spec.operation.clone()),
        request: shown_members(spec, &sent),
        nearest: nearest.as_ref().map(|(exchange, _)| recording.name(*exchange)),
        differs: nearest.map(|(_, differs)| shown_differences(spec, &differs)).unwrap_or_default(),
    }
}

/// The miss of a request that is no operation of the specs.
pub(super) fn unrouted(request: &Request, why: &Unrouted, nearest: Option<String>) -> Miss {
    let differs = unrouted_difference(request, &why.kind);
    let is_near = nearest.is_some() && differs.is_some();
    Miss {
        kind: if is_near { MissKind::MemberDiffers } else { MissKind::NoSuchRequest },
        operation: why.operation.clone(),
        request: vec![("method".to_owned(), shortened(&request.method)), ("path".to_owned(), shortened(&request.path))],
        nearest: nearest.or_else(|| why.nearest.clone()),
        differs: differs.into_iter().collect(),
    }
}

fn unrouted_difference(request: &Request, kind: &UnroutedKind) -> Option<Difference> {
    let difference =
        |member: &str, sent: String| Some(Difference { member: shortened(member), recorded: None, sent: Some(sent) });
    match kind {
        UnroutedKind::UnknownQuery(name) => difference(name, shortened(request.query_value(name).unwrap_or_default())),
        UnroutedKind::UnknownBodyMember(name) => difference(name, "a value".to_owned()),
        UnroutedKind::RepeatedQuery(name)
        | UnroutedKind::RepeatedHeader(name)
        | UnroutedKind::RepeatedBodyMember(name) => difference(name, "two values".to_owned()),
        UnroutedKind::UnexpectedBody => difference("body", format!("{} bytes", request.body.wire_length())),
        UnroutedKind::BodyNotJson | UnroutedKind::BodyNotObject | UnroutedKind::BodyWithheld => {
            difference("body", kind.to_string())
        }
        UnroutedKind::Path
        | UnroutedKind::EmptySegment
        | UnroutedKind::DotSegment
        | UnroutedKind::Escape
        | UnroutedKind::Method => None,
    }
}

/// A member of the request or of the recorded one: its index among the inputs, and both values.
type Differing<'k> = (usize, Option<&'k [u8]>, Option<&'k [u8]>);

/// The recorded request that differs in the fewest members; of several, the one that has the most of the members sent,
/// and then the first recorded.
fn nearest<'k>(route: &Route<'_>, rule: Match, sent: &'k Key, exact: &'k Index) -> Option<(u32, Vec<Differing<'k>>)> {
    let prefix = operation_prefix(route.spec);
    let of_operation = exact.requests().filter(|(recorded, _)| recorded.is_of(&prefix));
    of_operation.map(|(recorded, exchange)| (exchange, differing(route, rule, recorded, sent))).min_by_key(
        |(exchange, differs)| {
            let on_one_side = differs.iter().filter(|(_, recorded, sent)| recorded.is_some() != sent.is_some()).count();
            (differs.len(), on_one_side, *exchange)
        },
    )
}

fn differing<'k>(route: &Route<'_>, rule: Match, recorded: &'k Key, sent: &'k Key) -> Vec<Differing<'k>> {
    let first_page = is_first_page(route);
    let value_of = |key: &'k Key, index| key.members().find(|(i, _)| *i == index).map(|(_, value)| value);
    let members = route.spec.input.iter().enumerate();
    members
        .filter_map(|(index, member)| {
            let (recorded, sent) = (value_of(recorded, index), value_of(sent, index));
            let differs = match rule.counts(route.spec, member, first_page) {
                Counts::Value => recorded != sent,
                Counts::Presence => recorded.is_some() != sent.is_some(),
                Counts::Nothing => false,
            };
            differs.then_some((index, recorded, sent))
        })
        .collect()
}

fn key(route: &Route<'_>) -> Key {
    Key::new(Match::Exact, route, &Bindings::default())
}

fn shown_members(spec: &Spec, key: &Key) -> Vec<(String, String)> {
    let members = key.members().map(|(index, value)| (&spec.input[index], value));
    members.map(|(member, value)| (member.key.clone(), shown(spec, member, value))).collect()
}

fn shown_differences(spec: &Spec, differs: &[Differing<'_>]) -> Vec<Difference> {
    let difference = |&(index, recorded, sent): &Differing<'_>| {
        let member = &spec.input[index];
        let shown = |value: Option<&[u8]>| value.map(|value| shown(spec, member, value));
        Difference { member: member.key.clone(), recorded: shown(recorded), sent: shown(sent) }
    };
    differs.iter().map(difference).collect()
}

fn shown(spec: &Spec, member: &Member, value: &[u8]) -> String {
    match (spec.sensitivity(member), std::str::from_utf8(value)) {
        (Some(Sensitivity::Secret), _) => "a secret".to_owned(),
        (_, Ok(text)) => shortened(text),
        (_, Err(_)) => format!("{} bytes", value.len()),
    }
}

fn shortened(text: &str) -> String {
    let cut: String = text.chars().take(SHOWN_CHARACTERS).collect();
    let mark = if cut.len() < text.len() { "…" } else { "" };
    format!("{}{mark}", escape(&cut))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{ask, exchange, player, request};
    use super::*;
    use crate::message::Body;

    fn miss(rule: Match, recorded: &[(&str, &str)], sent: &Request) -> Miss {
        let exchanges = recorded.iter().map(|(id, target)| exchange(id, target, 200)).collect();
        ask(&player(rule, exchanges), "a", sent).unwrap_err()
    }

    fn differs(miss: &Miss) -> Vec<(&str, Option<&str>, Option<&str>)> {
        miss.differs.iter().map(|d| (d.member.as_str(), d.recorded.as_deref(), d.sent.as_deref())).collect()
    }

    const RECORDED: &[(&str, &str)] = &[
        ("page-1", "/box/box1/things"),
        ("size-2-page-1", "/box/box1/things?maxResults=2"),
        ("size-2-page-2", "/box/box1/things?maxResults=2&nextToken=page-token-0001"),
    ];

    #[test]
    fn names_the_nearest_exchange_and_each_member_that_differs() {
        let sent = request("/box/box1/things?maxResults=3&nextToken=page-token-0001");

        let miss = miss(Match::Exact, RECORDED, &sent);

        assert_eq!((miss.kind, miss.nearest.as_deref()), (MissKind::MemberDiffers, Some("size-2-page-2")));
        assert_eq!(differs(&miss), [("maxResults", Some("2"), Some("3"))]);
        assert_eq!(miss.operation.as_deref(), Some("ListThings"));
        let request: Vec<_> = miss.request.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(request, [("boxId", "box1"), ("nextToken", "page-token-0001"), ("maxResults", "3")]);
    }

    #[test]
    fn tells_members_that_were_not_sent() {
        let mut sent = request("/box/box1/things");
        sent.headers.push("x-trace", "1");
        let miss_of_extra = miss(Match::Exact, RECORDED, &sent);
        let miss_of_less = miss(Match::Exact, &RECORDED[1..2], &request("/box/box1/things"));

        assert_eq!(differs(&miss_of_extra), [("trace", None, Some("1"))]);
        assert_eq!(differs(&miss_of_less), [("maxResults", Some("2"), None)]);
    }

    #[test]
    fn leaves_out_what_does_not_count() {
        let sent = request("/box/box9/things?maxResults=7");

        assert_eq!(differs(&miss(Match::Contract, RECORDED, &sent)), [("boxId", Some("box1"), Some("box9"))]);
        let sent = request("/box/box9/things?maxResults=7&nextToken=x");
        let miss = miss(Match::Shape, RECORDED, &sent);
        assert_eq!(differs(&miss), [("nextToken", Some("page-token-0001"), Some("x"))]);
    }

    #[test]
    fn nothing_is_near_in_an_empty_recording() {
        let miss = miss(Match::Exact, &[], &request("/box/box1/things"));

        assert_eq!((miss.kind, miss.nearest), (MissKind::NoSuchRequest, None));
    }

    #[test]
    fn shows_no_secret_and_no_control_character_and_no_end_of_a_long_value() {
        let mut sent = request(&format!("/box/{}/things?nextToken=a%1Bb", "x".repeat(SHOWN_CHARACTERS + 1)));
        sent.headers.push("x-password", "hunter2");

        let miss = miss(Match::Exact, RECORDED, &sent);

        assert!(!format!("{miss:?}{}", miss.summary()).contains("hunter2"));
        assert_eq!(miss.request[0].1, format!("{}…", "x".repeat(SHOWN_CHARACTERS)));
        assert_eq!(miss.request[1].1, "a\\u{1b}b");
    }

    #[test]
    fn explains_what_is_no_operation() {
        let no_path = miss(Match::Exact, RECORDED, &request("/boxes/box1"));
        assert_eq!(no_path.kind, MissKind::NoSuchRequest);
        assert_eq!(no_path.request, [("method".into(), "POST".into()), ("path".into(), "/boxes/box1".into())]);
        assert!(no_path.summary().starts_with("nothing like POST /boxes/box1 was recorded"), "{}", no_path.summary());

        let unknown = miss(Match::Exact, RECORDED, &request("/box/box1/things?pageSize=2"));
        assert_eq!((unknown.kind, unknown.nearest.as_deref()), (MissKind::MemberDiffers, Some("page-1")));
        assert_eq!(differs(&unknown), [("pageSize", None, Some("2"))]);

        let body = Request { body: Body::from_bytes("[]"), ..request("/box/box1/things") };
        assert_eq!(differs(&miss(Match::Exact, RECORDED, &body))[0].0, "body");
    }
}
