//! `--input NAME=VALUE`: values of this run in the place of a cassette's stand-ins.
//!
//! The n-th value given for a name takes the place of the n-th stand-in of that
//! name, in requests and in replies alike. Nothing is bound that was not given,
//! and what was given and cannot be bound is an error.

use super::key::{item_shape, structure_member, value_shape};
use crate::cassette::StandIns;
use crate::diagnostic::Diagnostic;
use crate::message::json::Text;
use crate::message::{Body, Json, Response};
use crate::spec::{Location, ShapeId, Spec, Specs};

/// A shorter stand-in might be a part of any text; it is replaced only where the spec has an identifier of its type.
const LEAST_LENGTH_IN_TEXT: usize = 8;

/// What is bound to what.
#[derive(Debug, Clone, Default)]
pub(super) struct Bindings(Vec<Binding>);

#[derive(Debug, Clone)]
struct Binding {
    /// The input it was given for.
    name: String,
    /// The named type of that input: other members of the type are bound too.
    type_name: Option<String>,
    stand_in: String,
    value: String,
}

impl Bindings {
    /// Binds each given value to a stand-in.
    pub(super) fn new(specs: &Specs, stand_ins: &[StandIns], given: &[(String, String)]) -> Result<Self, Diagnostic> {
        let mut bindings = Vec::<Binding>::with_capacity(given.len());
        for (name, value) in given {
            let Some(known) = values_of(stand_ins, name) else { return Err(unknown_name(name, stand_ins)) };
            let ordinal = bindings.iter().filter(|binding| binding.name == *name).count();
            let Some(stand_in) = known.get(ordinal) else { return Err(surplus(name, known.len())) };
            if bindings.iter().any(|binding| binding.name == *name && binding.value == *value) {
                return Err(given_twice(name, value));
            }
            bindings.push(Binding {
                name: name.clone(),
                type_name: type_name(specs, name),
                stand_in: stand_in.clone(),
                value: value.clone(),
            });
        }
        let bindings = Self(bindings);
        bindings.refuse_values_that_stand_for_others(stand_ins)?;
        Ok(bindings)
    }

    /// A value that is also the stand-in of something unbound would make two recorded things one.
    fn refuse_values_that_stand_for_others(&self, stand_ins: &[StandIns]) -> Result<(), Diagnostic> {
        for binding in &self.0 {
            let bound = |stand_in: &String| self.0.iter().any(|b| b.name == binding.name && b.stand_in == *stand_in);
            let known = values_of(stand_ins, &binding.name).unwrap_or_default();
            if known.iter().any(|stand_in| *stand_in == binding.value && !bound(stand_in)) {
                return Err(Diagnostic::new(format!(
                    "the value given for --input {} is a stand-in itself",
                    binding.name
                ))
                .found(&binding.value)
                .help("bind that stand-in too, or give another value"));
            }
        }
        Ok(())
    }

    /// Whether nothing is bound.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value that takes the place of a whole text, where the text stands for a member of this key and type.
    pub(super) fn bound(&self, spec: &Spec, key: &str, shape: ShapeId, text: &str) -> Option<&str> {
        let shape_name = spec.shape(shape).name.as_ref();
        let is_of_type = |binding: &&Binding| match (&binding.type_name, shape_name) {
            (Some(bound), Some(found)) => bound == found,
            (None, None) => binding.name == key,
            _ => false,
        };
        let binding = self.0.iter().filter(is_of_type).find(|binding| binding.stand_in == text)?;
        Some(&binding.value)
    }

    /// A response with all values in place.
    pub(super) fn apply(&self, spec: &Spec, mut response: Response) -> Response {
        if self.is_empty() {
            return response;
        }
        response.headers.for_each_value(|name, value| {
            let member =
                spec.output.iter().find(|m| m.location == Location::Header && m.wire_name.eq_ignore_ascii_case(name));
            let whole = member.and_then(|member| self.bound(spec, &member.key, member.shape, value));
            if let Some(changed) = whole.map(str::to_owned).or_else(|| self.within(value)) {
                *value = changed;
            }
        });
        if let Body::Bytes(bytes) = &response.body
            && let Ok(mut json) = Json::parse(bytes)
        {
            self.apply_to_output(spec, &mut json);
            response.body = Body::from_bytes(json.to_compact());
        }
        response
    }

    fn apply_to_output(&self, spec: &Spec, json: &mut Json) {
        if let Some(payload) = spec.output.iter().find(|member| member.location == Location::Payload) {
            return self.apply_to(spec, &payload.key, Some(payload.shape), json);
        }
        let Json::Object(members) = json else { return };
        for (name, value) in members {
            let name = name.decode();
            let member = spec.output.iter().find(|m| m.location == Location::Body && m.wire_name == name);
            self.apply_to(spec, &name, member.map(|member| member.shape), value);
        }
    }

    fn apply_to(&self, spec: &Spec, key: &str, shape: Option<ShapeId>, json: &mut Json) {
        match json {
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
            Json::String(text) => {
                let decoded = text.decode();
                let whole = shape.and_then(|shape| self.bound(spec, key, shape, &decoded));
                if let Some(changed) = whole.map(str::to_owned).or_else(|| self.within(&decoded)) {
                    *text = Text::new(&changed);
                }
            }
            Json::Array(items) => {
                let item_shape = shape.and_then(|shape| item_shape(spec, shape));
                for item in items {
                    self.apply_to(spec, key, item_shape, item);
                }
            }
            Json::Object(members) => {
                for (name, value) in members {
                    let name = name.decode();
                    let member = shape.and_then(|shape| structure_member(spec, shape, &name));
                    let value_shape = match member {
                        Some(member) => Some(member.shape),
                        None => shape.and_then(|shape| value_shape(spec, shape)),
                    };
                    self.apply_to(spec, member.map_or(&*name, |member| &member.key), value_shape, value);
                }
            }
        }
    }

    /// A text with every stand-in in it replaced, if there is one: as a word, never as a part of one.
    fn within(&self, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((at, binding)) = self.first_word(text, rest) {
            out.push_str(&rest[..at]);
            out.push_str(&binding.value);
            rest = &rest[at + binding.stand_in.len()..];
        }
        (rest.len() != text.len()).then(|| out + rest)
    }

    /// The first stand-in that is a word in the rest of a text.
    fn first_word(&self, text: &str, rest: &str) -> Option<(usize, &Binding)> {
        let long = self.0.iter().filter(|binding| binding.stand_in.len() >= LEAST_LENGTH_IN_TEXT);
        let consumed = text.len() - rest.len();
        long.filter_map(|binding| {
            let mut places = rest.match_indices(binding.stand_in.as_str());
            let at = places.find(|(at, word)| is_word(text, consumed + at, word.len()))?.0;
            Some((at, binding))
        })
        .min_by_key(|(at, binding)| (*at, usize::MAX - binding.stand_in.len()))
    }
}

fn is_word(text: &str, at: usize, length: usize) -> bool {
    let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !joins(text[..at].chars().next_back()) && !joins(text[at + length..].chars().next())
}

fn values_of<'s>(stand_ins: &'s [StandIns], name: &str) -> Option<&'s [String]> {
    stand_ins.iter().find(|stand_ins| stand_ins.name == name).map(|stand_ins| stand_ins.values.as_slice())
}

fn type_name(specs: &Specs, name: &str) -> Option<String> {
    let (spec, member) = specs.iter().find_map(|spec| Some((spec, spec.input_member(name)?)))?;
    spec.shape(member.shape).name.clone()
}

fn unknown_name(name: &str, stand_ins: &[StandIns]) -> Diagnostic {
    let names: Vec<&str> = stand_ins.iter().map(|stand_ins| stand_ins.name.as_str()).collect();
    let diagnostic = Diagnostic::new(format!("--input {name}: the cassettes have no stand-in of that name"));
    if names.is_empty() {
        return diagnostic.help("leave --input out: these cassettes hold no stand-ins");
    }
    diagnostic.expected(format!("one of {}", names.join(", "))).suggest(name, names)
}

fn surplus(name: &str, known: usize) -> Diagnostic {
    let times = if known == 1 { "once".to_owned() } else { format!("{known} times") };
    Diagnostic::new(format!("--input {name} is given more often than the cassettes have stand-ins for it"))
        .expected(format!("at most {times}"))
        .help("\"retake cassette show FILE --inputs\" prints the stand-ins")
}

fn given_twice(name: &str, value: &str) -> Diagnostic {
    Diagnostic::new(format!("--input {name} gives the same value twice"))
        .found(value)
        .help("each stand-in needs a value of its own")
}

#[cfg(test)]
mod tests {
    use super::super::samples::{ask, cassette, exchange, request, specs};
    use super::super::{Match, Player};
    use super::*;
    use crate::answer::{Answer, Answerer, Session};
    use crate::message::Exchange;

    fn play(exchanges: Vec<Exchange>, given: &[(&str, &str)]) -> Result<Player, Diagnostic> {
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Player::new(specs(), vec![cassette("a.cassette.yaml", exchanges)], Match::Exact, given)
    }

    fn with_body(stand_in: &str, body: &str) -> Exchange {
        let mut exchange = exchange("page-1", &format!("/box/{stand_in}/things"), 200);
        exchange.response.headers.push("x-seen-in", stand_in);
        exchange.response.body = Body::from_bytes(body.to_owned());
        exchange
    }

    fn answered(player: &Player, target: &str) -> (String, String) {
        match player.answer(&Session::anonymous(), &request(target)) {
            Answer::Reply(response) => {
                let body = String::from_utf8(response.body.bytes().to_vec()).unwrap();
                (body, response.headers.get("x-seen-in").unwrap().to_owned())
            }
            Answer::Fault(fault) => panic!("a player has no faults: {fault:?}"),
            Answer::Miss(miss) => panic!("{}", miss.summary()),
        }
    }

    #[test]
    fn matches_and_answers_with_the_value_in_the_place_of_the_stand_in() {
        let body = r#"{"things":[{"boxId":"box1","name":"box1"}],"boxes":{"box1":"box1"},"more":1.0}"#;
        let player = play(vec![with_body("box1", body)], &[("boxId", "mine")]).unwrap();

        let (body, header) = answered(&player, "/box/mine/things");

        // Another member that happens to read the same is no identifier, and stays.
        assert_eq!(body, r#"{"things":[{"boxId":"mine","name":"box1"}],"boxes":{"box1":"mine"},"more":1.0}"#);
        assert_eq!(header, "mine");
        assert!(ask(&player, "a", &request("/box/box1/things")).is_err());
    }

    #[test]
    fn a_long_stand_in_is_replaced_in_texts_too_as_a_word() {
        let body = r#"{"message":"no box0000001 (box0000001) in xbox0000001 or box00000012","things":[]}"#;
        let player = play(vec![with_body("box0000001", body)], &[("boxId", "a\"b")]).unwrap();

        let (body, _) = answered(&player, "/box/a%22b/things");

        assert_eq!(body, r#"{"message":"no a\"b (a\"b) in xbox0000001 or box00000012","things":[]}"#);
    }

    #[test]
    fn the_second_value_is_for_the_second_stand_in() {
        let exchanges = vec![exchange("one", "/box/box1/things", 200), exchange("two", "/box/box2/things", 200)];
        let player = play(exchanges, &[("boxId", "box2"), ("boxId", "box1")]).unwrap();

        assert_eq!(ask(&player, "a", &request("/box/box2/things")).unwrap(), "one");
        assert_eq!(ask(&player, "a", &request("/box/box1/things")).unwrap(), "two");
    }

    #[test]
    fn binds_members_of_the_type_wherever_they_are_sent() {
        let mut near = exchange("near", "/box/box1/things", 200);
        near.request.body = Body::from_bytes(r#"{"filter":{"near":"box1"}}"#);
        let mut sent = near.request.clone();
        sent.path = "/box/mine/things".into();
        sent.body = Body::from_bytes(r#"{"filter":{"near":"mine"}}"#);

        assert_eq!(ask(&play(vec![near], &[("boxId", "mine")]).unwrap(), "a", &sent).unwrap(), "near");
    }

    #[test]
    fn refuses_what_it_cannot_bind() {
        let two = || vec![exchange("one", "/box/box1/things", 200), exchange("two", "/box/box2/things", 200)];
        let error = |given: &[(&str, &str)]| play(two(), given).unwrap_err();

        assert_eq!(error(&[("boxid", "x")]).help.as_deref(), Some("did you mean \"boxId\"?"));
        assert_eq!(error(&[("nothing", "x")]).expected.as_deref(), Some("one of boxId"));
        let surplus = error(&[("boxId", "x"), ("boxId", "y"), ("boxId", "z")]);
        assert_eq!(surplus.expected.as_deref(), Some("at most 2 times"));
        assert!(error(&[("boxId", "x"), ("boxId", "x")]).what.contains("twice"));
        assert!(error(&[("boxId", "box2")]).what.contains("stand-in itself"));
    }
}
