//! Transcripts made from specs: conforming ones, and ones with everything wrong that can be.

use super::dice::Dice;
use retake::message::json::Text;
use retake::message::{Body, End, Exchange, Json, Link, Request, Response, Transcript, Withheld, WithheldReason};
use retake::spec::exemplar;
use retake::spec::{InputValue, Inputs, Kind, Location, Member, ShapeId, Spec, Specs, build_request};

/// Texts that mean something to somebody.
const TEXTS: [&str; 26] = [
    "",
    " ",
    "x",
    "a",
    "aa",
    "abcdefgh",
    "Doe^John",
    "é漢😀",
    "AKIAIOSFODNN7EXAMPLE",
    "123456789012",
    "malformed-01",
    "page-token-0001",
    "datastore00000000000000000000001",
    "AA-001",
    "redacted free text, 5 characters",
    "with space",
    "true",
    "5",
    "-3",
    "1.5",
    "ALL_CAPS",
    "lower",
    "novel",
    "on loan",
    "unknownMember1",
    "b1",
];
const TOKENS: [&str; 9] = ["t1", "t2", "t3", "t4", "", "é", "page-token-0001", "a b+/=", "%2B"];
const TIMES: [&str; 16] = [
    "1679592510",
    "1679592510.753",
    "1.679592510753E9",
    "1679592511",
    "1.67959251E9",
    "0",
    "-1.5",
    "1679592510753",
    "1e400",
    "-1e12",
    "1679592510.7530000001",
    "1679592510.75300",
    "9e11",
    "253402300799",
    "1e-3",
    "12345678901234567890",
];
const DATES: [&str; 9] = [
    "2023-03-23T17:28:30Z",
    "2023-03-23T17:28:30.753Z",
    "2023-03-23T18:28:31+01:00",
    "2023-03-23",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "Thu, 23 Mar 2023 17:28:30 GMT",
    "Fri, 23 Mar 2023 17:28:30 GMT",
    "soon",
];
const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "2",
    "3",
    "51",
    "-1",
    "1.0",
    "1e2",
    "1.5",
    "101",
    "2147483648",
    "99999999999999999999",
    "1e30",
    "0.5",
    "1e999",
    "-0",
];
const NAMES: [&str; 8] = ["extra", "Extra2", "__type", "code", "message", "Message", "with-dash", "unknownMember1"];
const ERRORS: [&str; 15] = [
    "ThrottlingException",
    "InternalServerException",
    "ValidationException",
    "ResourceNotFoundException",
    "AccessDeniedException",
    "ConflictException",
    "SlowDown",
    "InvalidSignatureException",
    "Odd.Error",
    "com.x#SlowDown",
    "ValidationException:http://internal/",
    "",
    " :",
    "No such: thing",
    "UnmodelledError7",
];

/// A transcript of some exchanges.
pub(super) fn transcript(specs: &Specs, dice: &mut Dice<'_>) -> Transcript {
    let count = 1 + dice.below(8);
    let mut maker = Maker { dice };
    let specs: Vec<&Spec> = specs.iter().collect();
    // Most exchanges are of one operation and one resource, so that they make walks.
    let main = maker.dice.below(specs.len());
    let exchanges = (0..count).map(|_| {
        let other = maker.dice.once_in(6).then(|| maker.dice.below(specs.len()));
        maker.exchange(specs[other.unwrap_or(main)])
    });
    Transcript { exchanges: exchanges.collect() }
}

/// Makes values by the dice.
pub(super) struct Maker<'m, 'd> {
    pub(super) dice: &'m mut Dice<'d>,
}

impl Maker<'_, '_> {
    fn exchange(&mut self, spec: &Spec) -> Exchange {
        let mut exchange = Exchange { request: self.request(spec), ..Exchange::default() };
        exchange.response = self.response(spec);
        if self.dice.once_in(3) {
            exchange.link = Link {
                call: self.dice.once_in(2).then(|| format!("call {}", self.dice.below(3))),
                session: self.dice.once_in(2).then(|| format!("session {}", self.dice.below(2))),
                ..Link::default()
            };
        }
        exchange.unfinished = self.dice.once_in(12);
        exchange
    }

    fn request(&mut self, spec: &Spec) -> Request {
        let mut inputs = Inputs::new(spec);
        let token = spec.pagination.as_ref().map(|paging| paging.input_token.as_str());
        for member in &spec.input {
            let is_token = token == Some(member.key.as_str());
            if member.location != Location::Path && !member.required && !self.dice.once_in(if is_token { 2 } else { 5 })
            {
                continue;
            }
            if let Some(value) = self.input(spec, member, is_token) {
                inputs.set(&member.key, value);
            }
        }
        let mut request = build_request(spec, &inputs);
        match self.dice.below(24) {
            20 => request.path.push('/'),
            21 => request.query.push((self.dice.pick(&NAMES).to_owned(), self.dice.pick(&TEXTS).to_owned())),
            22 => request.method = self.dice.pick(&["GET", "PUT", "X"]).to_owned(),
            23 => request.body = Body::from_bytes(self.dice.pick(&["{}", "{", "[]", "{\"a\":1}"]).to_owned()),
            _ => {}
        }
        request
    }

    fn input(&mut self, spec: &Spec, member: &Member, is_token: bool) -> Option<InputValue> {
        if is_token {
            let token = self.dice.pick(&TOKENS);
            return Some(match member.location {
                Location::Body => InputValue::Json(Json::string(token)),
                _ => InputValue::Text(token.to_owned()),
            });
        }
        let value = self.value(spec, member.shape, 0);
        Some(json_input(member, value))
    }

    fn response(&mut self, spec: &Spec) -> Response {
        let mut response = Response { status: Some(spec.http.success), ..Response::default() };
        if self.dice.once_in(4) {
            self.error(&mut response);
        } else {
            self.success(spec, &mut response);
        }
        if self.dice.once_in(10) {
            response.body = self.odd_body(&response.body);
        }
        match self.dice.below(30) {
            28 => response.end = End::ResetAfter(3),
            29 => response = Response { end: End::ResetAfter(0), ..Response::default() },
            _ => {}
        }
        response
    }

    fn error(&mut self, response: &mut Response) {
        response.status = Some([429, 500, 400, 403, 404, 503, 200, 202, 301][self.dice.below(9)]);
        if self.dice.below(3) < 2 {
            response.headers.push("x-amzn-errortype", self.dice.pick(&ERRORS));
        }
        let mut members = Vec::new();
        for name in ["message", "Message", "MESSAGE", "code", "__type", "Reason", "secret-1"] {
            if self.dice.once_in(3) {
                let value = match name {
                    "code" | "__type" if !self.dice.once_in(5) => Json::string(self.dice.pick(&ERRORS)),
                    _ => self.wild(),
                };
                members.push((Text::new(name), value));
            }
        }
        if !self.dice.once_in(3) {
            members.push((Text::new("message"), Json::string("Rate exceeded")));
        }
        response.body = Body::from_bytes(Json::Object(members).to_compact());
    }

    fn success(&mut self, spec: &Spec, response: &mut Response) {
        let mut members = Vec::new();
        let token = spec.pagination.as_ref().map(|paging| paging.output_token.as_str());
        for member in &spec.output {
            let is_token = token == Some(member.key.as_str());
            if !member.required && !self.dice.once_in(if is_token { 2 } else { 3 }) {
                continue;
            }
            let value = match is_token && !self.dice.once_in(12) {
                true if self.dice.once_in(8) => Json::string(&"t".repeat([65, 1025, 8193][self.dice.below(3)])),
                true => Json::string(self.dice.pick(&TOKENS)),
                false => self.value(spec, member.shape, 0),
            };
            match member.location {
                Location::Header => response.headers.push(&member.wire_name, text_of(&value).trim()),
                _ => members.push((Text::new(&member.wire_name), value)),
            }
        }
        self.disturb(&mut members);
        response.body = Body::from_bytes(Json::Object(members).to_compact());
        if self.dice.once_in(20) {
            response.headers.push("X-Amzn-ErrorType", self.dice.pick(&ERRORS));
        }
    }

    fn odd_body(&mut self, body: &Body) -> Body {
        let bytes = body.bytes();
        match self.dice.below(9) {
            0 => Body::Empty,
            1 => Body::from_bytes(" \n".to_owned()),
            2 => Body::from_bytes("<html><body>Doe^John".to_owned()),
            3 => Body::from_bytes(bytes[..bytes.len() / 2].to_vec()),
            4 => Body::from_bytes("Doe^John".to_owned()),
            5 => Body::from_bytes(self.dice.pick(&["[]", "5", "\"x\"", "null", "true"]).to_owned()),
            6 => Body::Withheld(Withheld {
                reason: WithheldReason::ALL[self.dice.below(WithheldReason::ALL.len())],
                length: 9,
            }),
            7 => Body::from_bytes([b" ", bytes, b"\n"].concat()),
            _ => Body::from_bytes(vec![0xff, 0xfe]),
        }
    }

    /// A value of a shape, most of the time.
    fn value(&mut self, spec: &Spec, shape: ShapeId, depth: usize) -> Json {
        if self.dice.once_in(16) {
            return self.wild();
        }
        let kind = &spec.shape(shape).kind;
        match kind {
            Kind::List(item) => {
                let count = self.dice.below(if depth == 0 { 5 } else { 3 });
                Json::Array((0..count).map(|_| self.value(spec, *item, depth + 1)).collect())
            }
            Kind::Map { keys, values } => {
                let count = self.dice.below(3);
                let entry = |maker: &mut Self| {
                    (Text::new(&text_of(&maker.value(spec, *keys, depth + 1))), maker.value(spec, *values, depth + 1))
                };
                Json::Object((0..count).map(|_| entry(self)).collect())
            }
            Kind::Structure(members) => {
                let mut entries = Vec::new();
                for member in members {
                    let rare = if depth > 1 { 6 } else { 3 };
                    if depth < 4 && (member.required || self.dice.once_in(rare)) {
                        entries.push((Text::new(&member.wire_name), self.value(spec, member.shape, depth + 1)));
                    }
                }
                self.disturb(&mut entries);
                Json::Object(entries)
            }
            Kind::Union(members) => {
                let mut entries = Vec::new();
                let count = [1, 1, 1, 0, 2][self.dice.below(5)];
                for _ in 0..count {
                    let member = &members[self.dice.below(members.len())];
                    entries.push((Text::new(&member.wire_name), self.value(spec, member.shape, depth + 1)));
                }
                Json::Object(entries)
            }
            Kind::Document => self.wild(),
            Kind::Timestamp(_) if !self.dice.once_in(6) => match exemplar::value(spec, shape, 0) {
                Json::Number(_) => Json::Number(self.dice.pick(&TIMES).to_owned()),
                _ => Json::string(self.dice.pick(&DATES)),
            },
            Kind::Integer | Kind::Long | Kind::Float | Kind::Double if self.dice.once_in(2) => {
                Json::Number(self.dice.pick(&NUMBERS).to_owned())
            }
            Kind::String | Kind::Enum(_) if self.dice.once_in(5) => self.text(),
            _ => exemplar::value(spec, shape, self.dice.below(4) as u64),
        }
    }

    fn text(&mut self) -> Json {
        match self.dice.below(12) {
            11 => Json::string(&"y".repeat(2049)),
            _ => Json::string(self.dice.pick(&TEXTS)),
        }
    }

    /// A value of any type.
    pub(super) fn wild(&mut self) -> Json {
        match self.dice.below(10) {
            0 => Json::Null,
            1 => Json::Bool(self.dice.once_in(2)),
            2 => Json::Number(self.dice.pick(&NUMBERS).to_owned()),
            3 => Json::Number(self.dice.pick(&TIMES).to_owned()),
            4 => Json::string(self.dice.pick(&DATES)),
            5 => Json::Array(Vec::new()),
            6 => Json::Array(vec![self.wild(), self.text()]),
            7 => Json::Object(vec![(Text::new(self.dice.pick(&NAMES)), self.wild())]),
            8 => Json::Object(Vec::new()),
            _ => self.text(),
        }
    }

    /// Does to members what services and proxies do: adds, renames, repeats, nulls, leaves out.
    fn disturb(&mut self, entries: &mut Vec<(Text, Json)>) {
        if !self.dice.once_in(6) {
            return;
        }
        let at = self.dice.below(entries.len());
        match self.dice.below(7) {
            0 => entries.push((Text::new(self.dice.pick(&NAMES)), self.wild())),
            _ if entries.is_empty() => {}
            1 => {
                let name = entries[at].0.decode().to_uppercase();
                entries[at].0 = Text::new(&name);
            }
            2 => entries.push(entries[at].clone()),
            3 => entries[at].1 = Json::Null,
            4 => entries.push((entries[at].0.clone(), self.wild())),
            5 => entries[at].1 = self.wild(),
            _ => {
                entries.remove(at);
            }
        }
    }
}

/// A value in the form in which it travels as that input.
pub(super) fn json_input(member: &Member, value: Json) -> InputValue {
    match member.location {
        Location::Body | Location::Payload => InputValue::Json(value),
        Location::Query if matches!(value, Json::Array(_)) => InputValue::Json(value),
        // A field's value has no space around it.
        Location::Header => InputValue::Text(text_of(&value).trim().to_owned()),
        Location::Path | Location::Query | Location::Status => InputValue::Text(text_of(&value)),
    }
}

fn text_of(value: &Json) -> String {
    value.as_text().map_or_else(|| value.to_compact(), std::borrow::Cow::into_owned)
}
