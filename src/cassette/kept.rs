//! A cassette less what it says was kept by name: that may look like anything, the rest may not.

use super::Cassette;
use crate::message::{Body, Exchange, Headers, Json, Redacted};
use crate::spec::{Kind, Location, Member, Specs};

/// The cassette with nothing in the place of these members, by their keys; its lines stay where they are.
pub(super) fn without(cassette: &Cassette, specs: &Specs, keys: &[&str]) -> Cassette {
    let kept = Kept::of(specs, keys);
    let mut transcript = cassette.transcript.clone().into_inner();
    transcript.exchanges.iter_mut().for_each(|exchange| kept.take_out(exchange));
    // What was redacted is so with less in it.
    Cassette { transcript: Redacted::vouch(transcript), ..cassette.clone() }
}

/// What members are called on the wire, in lower case.
struct Kept {
    names: Vec<String>,
    /// Whether one of them is part of a path.
    is_in_path: bool,
}

impl Kept {
    fn of(specs: &Specs, keys: &[&str]) -> Self {
        let mut kept = Self { names: Vec::new(), is_in_path: false };
        let mut note = |member: &Member| {
            if keys.contains(&member.key.as_str()) {
                kept.names.push(member.wire_name.to_ascii_lowercase());
                kept.is_in_path |= member.location == Location::Path;
            }
        };
        for spec in specs.iter() {
            spec.input.iter().chain(&spec.output).for_each(&mut note);
            for shape in &spec.shapes {
                if let Kind::Structure(members) | Kind::Union(members) = &shape.kind {
                    members.iter().for_each(&mut note);
                }
            }
        }
        kept
    }

    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|kept| name.eq_ignore_ascii_case(kept))
    }

    fn take_out(&self, exchange: &mut Exchange) {
        let (request, response) = (&mut exchange.request, &mut exchange.response);
        if self.is_in_path {
            request.path = "/".to_owned();
        }
        request.query.retain(|(name, _)| !self.has(name));
        for headers in [&mut request.headers, &mut response.headers] {
            *headers = headers.iter().filter(|(name, _)| !self.has(name)).collect::<Headers>();
        }
        for body in [&mut request.body, &mut response.body] {
            if let Ok(mut json) = Json::parse(body.bytes()) {
                self.take_out_of(&mut json);
                *body = Body::from_bytes(json.to_compact());
            }
        }
    }

    fn take_out_of(&self, json: &mut Json) {
        match json {
            Json::Object(members) => {
                for (name, value) in members {
                    if self.has(&name.decode()) {
                        *value = Json::Null;
                    }
                    self.take_out_of(value);
                }
            }
            Json::Array(items) => items.iter_mut().for_each(|item| self.take_out_of(item)),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }
}
