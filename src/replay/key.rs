//! What two requests must have in common to be the same, as bytes.
//!
//! A key also reads back as members, so that a miss can be explained from the
//! index alone, without keeping what was recorded a second time.

use super::binding::Bindings;
use super::matching::{Counts, Match, is_first_page};
use crate::message::Json;
use crate::message::json::Text;
use crate::spec::{InputValue, Kind, Member, Route, ShapeId, Spec};
use std::hash::{Hash, Hasher};

/// What two requests must have in common to be the same.
#[derive(Debug, Clone)]
pub(super) struct Key(Vec<u8>);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        #[cfg(test)]
        comparisons::count();
        self.0 == other.0
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl Key {
    /// The key of a request, with what is bound in the place of its stand-in.
    pub(super) fn new(rule: Match, route: &Route<'_>, bindings: &Bindings) -> Self {
        let spec = route.spec;
        let mut writer = Writer { bytes: operation_prefix(spec), rule, spec, bindings };
        let first_page = is_first_page(route);
        for (index, member) in spec.input.iter().enumerate() {
            let Some(value) = route.inputs.at(index) else { continue };
            match rule.counts(spec, member, first_page) {
                Counts::Value => writer.member(index, member, value),
                Counts::Presence => writer.field(index, b""),
                Counts::Nothing => {}
            }
        }
        Self(writer.bytes)
    }

    /// Whether it is a request of this operation.
    pub(super) fn is_of(&self, operation_prefix: &[u8]) -> bool {
        #[cfg(test)]
        comparisons::count();
        self.0.starts_with(operation_prefix)
    }

    /// The members in it: the index of each among the inputs, and its value.
    pub(super) fn members(&self) -> impl Iterator<Item = (usize, &[u8])> {
        let mut names_and_members = self.0.splitn(3, |byte| *byte == 0);
        let mut rest = names_and_members.nth(2).unwrap_or_default();
        std::iter::from_fn(move || {
            let (head, tail) = rest.split_at_checked(HEAD)?;
            let index = u16::from_be_bytes([head[0], head[1]]);
            let length = u32::from_be_bytes([head[2], head[3], head[4], head[5]]);
            let (value, tail) = tail.split_at(length as usize);
            rest = tail;
            Some((usize::from(index), value))
        })
    }
}

/// The bytes before each value: the member's index and the value's length.
const HEAD: usize = 6;

/// What the keys of an operation begin with, and no others: names hold no zero byte.
pub(super) fn operation_prefix(spec: &Spec) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    for name in [&spec.service.id, &spec.operation] {
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(0);
    }
    bytes
}

struct Writer<'a> {
    bytes: Vec<u8>,
    rule: Match,
    spec: &'a Spec,
    bindings: &'a Bindings,
}

impl Writer<'_> {
    fn member(&mut self, index: usize, member: &Member, value: &InputValue) {
        match value {
            InputValue::Text(text) => {
                let bound = self.bindings.bound(self.spec, &member.key, member.shape, text);
                self.field(index, bound.unwrap_or(text).as_bytes());
            }
            InputValue::Json(json) => {
                let mut out = String::new();
                self.json(&member.key, Some(member.shape), json, &mut out);
                self.field(index, out.as_bytes());
            }
            InputValue::Bytes(bytes) => self.field(index, bytes),
        }
    }

    fn field(&mut self, index: usize, value: &[u8]) {
        let index = u16::try_from(index).expect("a spec has fewer than 65,536 inputs");
        let length = u32::try_from(value.len()).expect("a request is shorter than 4 GiB");
        self.bytes.extend_from_slice(&index.to_be_bytes());
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(value);
    }

    /// Writes a value so that what means the same is spelled the same: keys sorted, escapes and numbers in one form.
    fn json(&self, key: &str, shape: Option<ShapeId>, json: &Json, out: &mut String) {
        match json {
            Json::Null | Json::Bool(_) => out.push_str(&json.to_compact()),
            Json::Number(number) => out.push_str(&canonical_number(number)),
            Json::String(text) => {
                let text = text.decode();
                let bound = shape.and_then(|shape| self.bindings.bound(self.spec, key, shape, &text));
                out.push('"');
                out.push_str(Text::new(bound.unwrap_or(&text)).raw());
                out.push('"');
            }
            Json::Array(items) => {
                let item_shape = shape.and_then(|shape| item_shape(self.spec, shape));
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    self.json(key, item_shape, item, out);
                }
                out.push(']');
            }
            Json::Object(members) => self.object(shape, members, out),
        }
    }

    fn object(&self, shape: Option<ShapeId>, members: &[(Text, Json)], out: &mut String) {
        let mut sorted: Vec<_> = members.iter().map(|(name, value)| (name.decode(), value)).collect();
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        out.push('{');
        for (name, value) in sorted {
            let member = shape.and_then(|shape| structure_member(self.spec, shape, &name));
            if self.rule == Match::Contract && member.is_some_and(|member| member.match_ignore) {
                continue;
            }
            let (key, value_shape) = match member {
                Some(member) => (member.key.as_str(), Some(member.shape)),
                None => (&*name, shape.and_then(|shape| value_shape(self.spec, shape))),
            };
            out.push('"');
            out.push_str(Text::new(&name).raw());
            out.push_str("\":");
            self.json(key, value_shape, value, out);
            out.push(',');
        }
        out.push('}');
    }
}

/// The shape of a list's items.
pub(super) fn item_shape(spec: &Spec, list: ShapeId) -> Option<ShapeId> {
    match &spec.shape(list).kind {
        Kind::List(item) => Some(*item),
        _ => None,
    }
}

/// The shape of a map's values.
pub(super) fn value_shape(spec: &Spec, map: ShapeId) -> Option<ShapeId> {
    match &spec.shape(map).kind {
        Kind::Map { values, .. } => Some(*values),
        _ => None,
    }
}

/// The member of a structure that goes by this name on the wire.
pub(super) fn structure_member<'s>(spec: &'s Spec, structure: ShapeId, wire_name: &str) -> Option<&'s Member> {
    match &spec.shape(structure).kind {
        Kind::Structure(members) | Kind::Union(members) => members.iter().find(|member| member.wire_name == wire_name),
        _ => None,
    }
}

/// A JSON number in one form: its significant digits and the exponent of the last one.
fn canonical_number(spelled: &str) -> String {
    let (sign, unsigned) = match spelled.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", spelled),
    };
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return "0".to_owned();
    }
    let trailing_zeros = digits.len() - digits.trim_end_matches('0').len();
    match exponent.parse::<i64>() {
        Ok(exponent) => {
            let last = i128::from(exponent) - fraction.len() as i128 + trailing_zeros as i128;
            format!("{sign}{significant}e{last}")
        }
        // An exponent beyond 64 bits is equal to itself only.
        Err(_) => spelled.to_owned(),
    }
}

/// Counts how often keys are compared, so that a test can tell a lookup from a scan.
#[cfg(test)]
pub(super) mod comparisons {
    use std::cell::Cell;

    thread_local! {
        static COUNTED: Cell<u64> = const { Cell::new(0) };
    }

    pub(super) fn count() {
        COUNTED.set(COUNTED.get() + 1);
    }

    /// How many comparisons this thread has made.
    pub(in super::super) fn counted() -> u64 {
        COUNTED.get()
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{request, specs};
    use super::*;
    use crate::message::{Body, Request};

    fn same(rule: Match, one: &Request, other: &Request) -> bool {
        let specs = specs();
        let key = |request| Key::new(rule, &specs.route(request).unwrap(), &Bindings::default());
        key(one) == key(other)
    }

    fn with_body(body: &str) -> Request {
        Request { body: Body::from_bytes(body.to_owned()), ..request("/box/box1/things") }
    }

    fn with_header(name: &str, value: &str) -> Request {
        let mut request = request("/box/box1/things");
        request.headers.push(name, value);
        request
    }

    const EVERY_WAY: [Match; 3] = Match::ALL;

    #[test]
    fn words_read_back() {
        for rule in EVERY_WAY {
            assert_eq!(Match::parse(rule.as_str()), Some(rule));
        }
        assert_eq!(Match::parse("fuzzy"), None);
    }

    #[test]
    fn query_order_encoding_and_unmodelled_headers_never_count() {
        let mut one = request("/box/box1/things?nextToken=a%2Fb&maxResults=2");
        one.headers.push("user-agent", "one");
        let other = request("/box/bo%781/things?maxResults=%32&nextToken=a/b");

        for rule in EVERY_WAY {
            assert!(same(rule, &one, &other), "{rule:?}");
        }
    }

    #[test]
    fn the_token_always_counts() {
        let one = request("/box/box1/things?nextToken=a");
        for other in ["/box/box1/things?nextToken=b", "/box/box1/things?nextToken=", "/box/box1/things"] {
            for rule in EVERY_WAY {
                assert!(!same(rule, &one, &request(other)), "{rule:?} {other}");
            }
        }
    }

    #[test]
    fn exact_counts_every_member() {
        let one = request("/box/box1/things?maxResults=2");
        for other in ["/box/box2/things?maxResults=2", "/box/box1/things?maxResults=3", "/box/box1/things"] {
            assert!(!same(Match::Exact, &one, &request(other)), "{other}");
        }
        assert!(!same(Match::Exact, &with_header("x-trace", "1"), &with_header("x-trace", "2")));
        assert!(!same(
            Match::Exact,
            &with_body(r#"{"filter":{"note":"a"}}"#),
            &with_body(r#"{"filter":{"note":"b"}}"#)
        ));
    }

    #[test]
    fn contract_lets_the_page_size_differ_on_the_first_page_only() {
        let sized = |size: &str| request(&format!("/box/box1/things?maxResults={size}"));
        let later = |size: &str| request(&format!("/box/box1/things?maxResults={size}&nextToken=a"));

        assert!(same(Match::Contract, &sized("2"), &sized("3")));
        assert!(same(Match::Contract, &sized("2"), &request("/box/box1/things")));
        assert!(!same(Match::Contract, &later("2"), &later("3")));
        assert!(!same(Match::Contract, &sized("2"), &request("/box/box2/things?maxResults=2")));
    }

    #[test]
    fn contract_does_not_count_members_marked_so_at_any_depth() {
        assert!(same(Match::Contract, &with_header("x-trace", "1"), &with_header("x-trace", "2")));
        let noted = |note: &str| with_body(&format!(r#"{{"filter":{{"note":"{note}","near":"box2"}}}}"#));
        assert!(same(Match::Contract, &noted("a"), &noted("b")));
        assert!(!same(Match::Contract, &noted("a"), &with_body(r#"{"filter":{"near":"box3"}}"#)));
    }

    #[test]
    fn shape_counts_which_members_are_present() {
        let one = request("/box/box1/things?maxResults=2");

        assert!(same(Match::Shape, &one, &request("/box/box2/things?maxResults=50")));
        assert!(!same(Match::Shape, &one, &request("/box/box1/things")));
        assert!(!same(Match::Shape, &one, &with_header("x-trace", "1")));
    }

    #[test]
    fn bodies_that_mean_the_same_are_the_same() {
        let one = with_body(r#"{"filter":{"since":1.5e3,"colours":["r\u0065d"],"near":"box2"}}"#);
        let same_meaning = with_body(r#" {"filter": {"near":"box2", "colours": ["red"], "since": 1500.0}}"#);
        let other_order = with_body(r#"{"filter":{"since":1.5e3,"colours":["blue","red"],"near":"box2"}}"#);

        assert!(same(Match::Exact, &one, &same_meaning));
        assert!(!same(Match::Exact, &one, &other_order));
    }

    #[test]
    fn numbers_have_one_form() {
        for (one, other) in [("1", "1.0"), ("1", "10e-1"), ("-0.0", "0"), ("1.5E+3", "1500"), ("120", "1.2e2")] {
            assert_eq!(canonical_number(one), canonical_number(other), "{one} {other}");
        }
        for (one, other) in [("1", "-1"), ("1", "10"), ("1.01", "1.1"), ("1e99999999999999999999", "1e9")] {
            assert_ne!(canonical_number(one), canonical_number(other), "{one} {other}");
        }
    }

    #[test]
    fn a_key_reads_back_as_its_members() {
        let specs = specs();
        let request = request("/box/box1/things?maxResults=2");
        let route = specs.route(&request).unwrap();

        let key = Key::new(Match::Exact, &route, &Bindings::default());

        let prefix = operation_prefix(route.spec);
        assert!(key.is_of(&prefix));
        assert_eq!(key.members().collect::<Vec<_>>(), [(0, &b"box1"[..]), (2, &b"2"[..])]);
    }
}
