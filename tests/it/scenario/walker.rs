//! A small client without faults: it pages by the token, retries what may pass, and gives up in error.

use retake::answer::{Answer, Answerer, Session};
use retake::evidence::reading::{Content, NextToken, items, next_token, output_value};
use retake::evidence::{ErrorClass, Failure, Got, Outcome};
use retake::message::json::Text;
use retake::message::{End, Json, Request, Response};
use retake::spec::{InputValue, Inputs, Kind, Location, Spec, build_request, errors};

const ATTEMPTS: u32 = 3;

pub(crate) struct Walker<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) service: &'a dyn Answerer,
}

impl Walker<'_> {
    /// Calls the operation to its end.
    pub(crate) fn call(&self, inputs: &Inputs) -> Outcome {
        let mut inputs = inputs.clone();
        let mut got = Vec::new();
        let mut spent = Vec::new();
        loop {
            let (response, body) = match self.page(&inputs) {
                Ok(page) => page,
                Err(failure) => return Outcome::Error(Failure { items: got, ..failure }),
            };
            let Some(paging) = &self.spec.pagination else {
                return Outcome::Ok(Got::Output(self.output(&response, &body)));
            };
            got.extend(items(self.spec, &body).unwrap_or_default().iter().cloned());
            match next_token(self.spec, &response, &body) {
                NextToken::Text(token) if !token.is_empty() => {
                    if spent.contains(&token) {
                        return Outcome::Error(failure(ErrorClass::Pagination, got));
                    }
                    spent.push(token.clone());
                    inputs.set(&paging.input_token, self.token(&token));
                }
                NextToken::Text(_) | NextToken::None => return Outcome::Ok(Got::Items(got)),
                NextToken::Unreadable => return Outcome::Error(failure(ErrorClass::Deserialise, got)),
            }
        }
    }

    fn token(&self, token: &str) -> InputValue {
        let member = self.spec.input_member(&self.spec.pagination.as_ref().unwrap().input_token).unwrap();
        InputValue::from_text(self.spec, member, token)
    }

    /// One page, after as many attempts as it takes.
    fn page(&self, inputs: &Inputs) -> Result<(Response, Content), Failure> {
        let request = build_request(self.spec, inputs);
        let mut last = failure(ErrorClass::Unknown, Vec::new());
        for _ in 0..ATTEMPTS {
            let response = self.ask(&request);
            match self.read(&response) {
                Ok(body) => return Ok((response, body)),
                Err((failure, false)) => return Err(failure),
                Err((failure, true)) => last = failure,
            }
        }
        Err(last)
    }

    fn ask(&self, request: &Request) -> Response {
        match self.service.answer(&Session::anonymous(), request) {
            Answer::Reply(response) => (*response).clone(),
            Answer::Fault(fault) => fault.response.clone(),
            Answer::Miss(miss) => panic!("a script misses nothing: {miss:?}"),
        }
    }

    /// The body of a success, or the failure and whether it may pass.
    fn read(&self, response: &Response) -> Result<Content, (Failure, bool)> {
        let (Some(status), End::Complete) = (response.status, response.end) else {
            return Err((failure(ErrorClass::Transport, Vec::new()), true));
        };
        if status != self.spec.http.success {
            let name = errors::error_type(response).map(|error| error.name);
            let is_modelled = name.as_ref().is_some_and(|name| self.spec.error(name).is_some());
            let class = if is_modelled { ErrorClass::Modelled } else { ErrorClass::Unmodelled };
            let message = Json::parse(response.body.bytes()).ok();
            let message = message.and_then(|body| Some(body.get("message")?.as_text()?.into_owned()));
            let failure = Failure { class, code: name, message, status: Some(status), items: Vec::new() };
            return Err((failure, status == 429 || status >= 500));
        }
        let is_raw = self.spec.output.iter().any(|member| member.location == Location::Payload);
        match Content::of(&response.body) {
            content @ Content::Json(_) => Ok(content),
            content if is_raw => Ok(content),
            _ => Err((failure(ErrorClass::Deserialise, Vec::new()), false)),
        }
    }

    fn output(&self, response: &Response, body: &Content) -> Json {
        let members = self.spec.output.iter().filter_map(|member| {
            let kind = &self.spec.shape(member.shape).kind;
            let value = match (member.location, kind) {
                (Location::Payload, Kind::Blob) => Json::string(&base64(response.body.bytes())),
                (Location::Header, Kind::List(_)) => {
                    let text = output_value(self.spec, &member.key, response, body)?.as_text()?.into_owned();
                    Json::Array(text.split(',').map(Json::string).collect())
                }
                _ => output_value(self.spec, &member.key, response, body)?,
            };
            Some((Text::new(&member.wire_name), value))
        });
        Json::Object(members.collect())
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn failure(class: ErrorClass, items: Vec<Json>) -> Failure {
    Failure { class, code: None, message: None, status: None, items }
}
