//! A small client that is wrong in one way, or in none.

use retake::answer::{Answer, Answerer, Session};
use retake::evidence::reading::{Content, NextToken, items, next_token};
use retake::evidence::{Arrival, ErrorClass, Failure, Got, Outcome, Signature};
use retake::message::{Exchange, Json, Request, Response};
use retake::spec::conform::{Violation, check_output_body};
use retake::spec::{InputValue, Inputs, Spec, build_request};
use std::cell::RefCell;

/// One way of being wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    SignsWrongly,
    AddsSlash,
    AsksForAnotherResource,
    EncodesGivenTokenTwice,
    SendsPageSizeZero,
    BeginsWithEmptyToken,
    DropsToken,
    EncodesTokenTwice,
    SendsTokenUnderAnotherName,
    ChangesResourceOnPage2,
    AddsPageSize,
    DropsPageSizeOnPage2,
    StopsAfterFirstPage,
    StopsAfterShortPage,
    StopsAfterEmptyPage,
    GoesOnWithoutToken,
    GoesOnAfterNullToken,
    GoesOnAfterEmptyToken,
    RestartsAfterThrottle,
    LosesLastPage,
    TurnsItemsRound,
    TakesItemsTwice,
    DropsRepeatedItems,
    Loops,
    TakesPageErrorForTheEnd,
    BeginsAgainAfterPageError,
    IsOutOfDate,
    FailsOnUnknownValue,
    DropsItemOfUnknownValue,
    TakesUnknownValueForTheFirst,
    LosesUnknownValue,
    FailsOnUnknownMember,
    FailsOnNull,
    MakesUpMissingFlag,
    ReadsWrongTypeAsNothing,
    TakesCutBodyForTheEnd,
    TakesNoJsonForNothing,
    MapsEveryErrorToOne,
    IgnoresTypeHeader,
    KeepsUri,
    KeepsNamespace,
    ReadsBodyBeforeHeader,
    LosesMessage,
    LosesUnmodelledCode,
    LosesStatusWithoutName,
    FailsToReadErrorPage,
    NeverRetriesThrottle,
    NeverRetriesReset,
    NeverRetriesOpaqueError,
    RetriesRefusal,
    RetriesTooOften,
    RetriesAtOnce,
    IgnoresHint,
    HidesExhaustion,
    AsksOnAfterError,
}

/// What a run of the client left.
pub(super) struct Trace {
    pub(super) exchanges: Vec<Exchange>,
    pub(super) arrivals: Vec<Arrival>,
    pub(super) outcome: Outcome,
}

pub(super) struct Client<'a> {
    pub(super) spec: &'a Spec,
    pub(super) service: &'a dyn Answerer,
    pub(super) fault: Fault,
    pub(super) attempts: u32,
    now: RefCell<u64>,
    seen: RefCell<(Vec<Exchange>, Vec<Arrival>)>,
}

/// A page that could be read, or why there is none.
type Read = Result<(Response, Content), Failure>;

impl<'a> Client<'a> {
    pub(super) fn new(spec: &'a Spec, service: &'a dyn Answerer, fault: Fault, attempts: u32) -> Self {
        Self { spec, service, fault, attempts, now: RefCell::default(), seen: RefCell::default() }
    }

    pub(super) fn run(self, inputs: &Inputs) -> Trace {
        let outcome = self.walk(inputs);
        let (exchanges, arrivals) = self.seen.into_inner();
        Trace { exchanges, arrivals, outcome }
    }

    pub(super) fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn walk(&self, given: &Inputs) -> Outcome {
        let mut inputs = self.first_inputs(given);
        let mut pages: Vec<Vec<Json>> = Vec::new();
        let mut spent: Vec<String> = Vec::new();
        let mut longest = 0;
        loop {
            let (response, body) = match self.page(&inputs, pages.len()) {
                Ok(page) => page,
                Err(failure) => match self.after_failure(given, failure, &pages) {
                    Some(outcome) => return outcome,
                    None => return self.end(pages),
                },
            };
            let page = items(self.spec, &body).unwrap_or_default().to_vec();
            if let Some(failure) = self.refuses(&body) {
                return Outcome::Error(Failure { items: pages.concat(), ..failure });
            }
            let count = page.len();
            pages.push(page);
            let token = match next_token(self.spec, &response, &body) {
                NextToken::Text(token) => Some(token),
                NextToken::None | NextToken::Unreadable => None,
            };
            let is_null = body.json().and_then(|body| body.get("nextToken")) == Some(&Json::Null);
            if self.stops(count, longest, pages.len()) {
                return self.end(pages);
            }
            longest = longest.max(count);
            match token {
                Some(token) if !token.is_empty() || self.has(Fault::GoesOnAfterEmptyToken) => {
                    if spent.contains(&token) && !self.has(Fault::Loops) {
                        return self.error(ErrorClass::Pagination, pages.concat());
                    }
                    spent.push(token.clone());
                    inputs = self.next_inputs(given, &token, &pages);
                }
                None if is_null && self.has(Fault::GoesOnAfterNullToken) => inputs = given.clone(),
                None if !is_null && self.has(Fault::GoesOnWithoutToken) => inputs = given.clone(),
                Some(_) | None => return self.end(pages),
            }
        }
    }

    fn set(&self, inputs: &mut Inputs, key: &str, text: &str) {
        let member = self.spec.input_member(key).unwrap();
        inputs.set(key, InputValue::from_text(self.spec, member, text));
    }

    fn first_inputs(&self, given: &Inputs) -> Inputs {
        let mut inputs = given.clone();
        match self.fault {
            Fault::AsksForAnotherResource => self.set(&mut inputs, "imageSetId", &"z".repeat(32)),
            Fault::SendsPageSizeZero => self.set(&mut inputs, "maxResults", "0"),
            Fault::AddsPageSize if given.get("maxResults").is_none() => self.set(&mut inputs, "maxResults", "7"),
            Fault::BeginsWithEmptyToken if given.get("nextToken").is_none() => self.set(&mut inputs, "nextToken", ""),
            Fault::EncodesGivenTokenTwice => {
                if let Some(token) = given.text("nextToken").map(|token| retake::message::target::encode(&token)) {
                    self.set(&mut inputs, "nextToken", &token);
                }
            }
            _ => {}
        }
        inputs
    }

    fn next_inputs(&self, given: &Inputs, token: &str, pages: &[Vec<Json>]) -> Inputs {
        let mut inputs = self.first_inputs(given);
        let token = match self.fault {
            Fault::EncodesTokenTwice => retake::message::target::encode(token),
            _ => token.to_owned(),
        };
        self.set(&mut inputs, "nextToken", &token);
        match self.fault {
            Fault::DropsToken | Fault::SendsTokenUnderAnotherName => {
                inputs.remove("nextToken");
            }
            Fault::ChangesResourceOnPage2 => self.set(&mut inputs, "imageSetId", &"y".repeat(32)),
            Fault::DropsPageSizeOnPage2 if !pages.is_empty() => {
                inputs.remove("maxResults");
            }
            _ => {}
        }
        inputs
    }

    fn stops(&self, count: usize, longest: usize, pages: usize) -> bool {
        match self.fault {
            Fault::StopsAfterFirstPage => pages == 1 && count > 0,
            Fault::StopsAfterShortPage => count > 0 && count < longest,
            Fault::StopsAfterEmptyPage => count == 0,
            _ => false,
        }
    }

    /// Where the client makes another of what it got.
    fn end(&self, mut pages: Vec<Vec<Json>>) -> Outcome {
        if self.has(Fault::LosesLastPage) && pages.len() > 1 {
            pages.pop();
        }
        let mut items = pages.concat();
        match self.fault {
            Fault::TurnsItemsRound => items.reverse(),
            Fault::TakesItemsTwice => items = [items.clone(), items].concat(),
            Fault::DropsRepeatedItems => {
                let mut kept: Vec<Json> = Vec::new();
                for item in items {
                    if !kept.contains(&item) {
                        kept.push(item);
                    }
                }
                items = kept;
            }
            _ => {}
        }
        Outcome::Ok(Got::Items(items.into_iter().filter_map(|item| self.as_got(item)).collect()))
    }

    /// An item as the caller gets it.
    fn as_got(&self, item: Json) -> Option<Json> {
        let Json::Object(members) = item else { return Some(item) };
        let mut got = Vec::new();
        let mut is_dropped = false;
        for (key, value) in members {
            let name = key.decode().into_owned();
            let is_unknown = self.is_unknown(&name, &value);
            let value = match (self.fault, value) {
                (Fault::DropsItemOfUnknownValue, value) => {
                    is_dropped |= is_unknown;
                    value
                }
                (Fault::TakesUnknownValueForTheFirst, _) if is_unknown => Json::string(self.values(&name)[0]),
                (Fault::LosesUnknownValue, _) if is_unknown => continue,
                (Fault::IsOutOfDate, Json::String(text)) if text.raw() == "UPDATING_FOR_STUDY_CONSISTENCY" => {
                    Json::string("UPDATING")
                }
                (Fault::ReadsWrongTypeAsNothing, value) if self.is_wrong_type(&name, &value) => continue,
                (_, value) => value,
            };
            if value != Json::Null {
                got.push((key, value));
            }
        }
        if self.has(Fault::MakesUpMissingFlag) && !got.iter().any(|(key, _)| key.raw() == "isPrimary") {
            got.push((retake::message::json::Text::new("isPrimary"), Json::Bool(false)));
        }
        (!is_dropped).then_some(Json::Object(got))
    }

    fn values(&self, name: &str) -> &'static [&'static str] {
        match name {
            "imageSetState" => &["ACTIVE", "LOCKED", "DELETED"],
            "ImageSetWorkflowStatus" => &["CREATED"],
            _ => &[],
        }
    }

    fn is_unknown(&self, name: &str, value: &Json) -> bool {
        let Some(shape) = ["imageSetState", "ImageSetWorkflowStatus"].iter().position(|known| *known == name) else {
            return false;
        };
        let Some(text) = value.as_text() else { return false };
        let list = self.spec.output_member("imageSetPropertiesList").unwrap();
        let members = self.spec.item_members(list).unwrap();
        let member =
            members.iter().filter(|m| m.key.to_lowercase().contains("state") || m.key.contains("Status")).nth(shape);
        let violations = retake::spec::conform::check_text(self.spec, member.unwrap().shape, &text);
        violations.iter().any(|violation| matches!(violation, Violation::UnmodelledValue(_)))
    }

    fn is_wrong_type(&self, name: &str, value: &Json) -> bool {
        match name {
            "createdAt" => value.as_text().is_some(),
            "imageSetState" | "ImageSetWorkflowStatus" => matches!(value, Json::Number(_)),
            _ => false,
        }
    }

    /// Why a page that is JSON is refused.
    fn refuses(&self, body: &Content) -> Option<Failure> {
        let problems = check_output_body(self.spec, body.json()?);
        let refused = problems.iter().any(|problem| {
            matches!(
                (&problem.violation, self.fault),
                (Violation::WrongType { .. }, Fault::None | Fault::FailsOnUnknownValue)
                    | (Violation::UnmodelledValue(_), Fault::FailsOnUnknownValue)
                    | (Violation::UnknownMember { .. }, Fault::FailsOnUnknownMember)
            )
        });
        let has_null = |text: &str| self.has(Fault::FailsOnNull) && text.contains("\"ImageSetWorkflowStatus\":null");
        let refused = refused || has_null(&body.json()?.to_compact());
        refused.then(|| failure(ErrorClass::Deserialise))
    }

    fn error(&self, class: ErrorClass, items: Vec<Json>) -> Outcome {
        Outcome::Error(Failure { items, ..failure(class) })
    }

    /// What comes of a failed page; none for the end of the walk.
    fn after_failure(&self, given: &Inputs, failure: Failure, pages: &[Vec<Json>]) -> Option<Outcome> {
        match self.fault {
            Fault::TakesPageErrorForTheEnd if !pages.is_empty() && failure.class.is_of_service() => return None,
            Fault::TakesCutBodyForTheEnd if failure.message.as_deref() == Some("cut") => return None,
            Fault::TakesNoJsonForNothing if failure.message.as_deref() == Some("not JSON") => return None,
            Fault::BeginsAgainAfterPageError if !pages.is_empty() && failure.class.is_of_service() => {
                self.ask(&build_request(self.spec, given), 0);
            }
            Fault::AsksOnAfterError if pages.is_empty() && failure.status.is_some_and(|s| s < 429) => {
                let mut inputs = given.clone();
                self.set(&mut inputs, "nextToken", "guessed");
                self.ask(&build_request(self.spec, &inputs), 0);
            }
            _ => {}
        }
        let message = failure.message.filter(|message| !["cut", "not JSON"].contains(&message.as_str()));
        Some(Outcome::Error(Failure { message, items: pages.concat(), ..failure }))
    }

    /// One page, after as many attempts as it takes.
    fn page(&self, inputs: &Inputs, page: usize) -> Read {
        let mut request = build_request(self.spec, inputs);
        if self.has(Fault::AddsSlash) {
            request.path.push('/');
        }
        if self.has(Fault::SendsTokenUnderAnotherName) && page > 0 {
            request.query.push(("token".to_owned(), format!("nexttoken000{}", page + 1)));
        }
        let most = if self.has(Fault::RetriesTooOften) { self.attempts + 3 } else { self.attempts };
        let mut pause = 0;
        let mut attempt = 1;
        loop {
            let response = self.ask(&request, pause);
            let (failed, may_pass) = match self.read(&response) {
                Ok(body) => return Ok((response, body)),
                Err(failed) => failed,
            };
            if !may_pass {
                return Err(failed);
            }
            if attempt >= most {
                return Err(self.exhausted(failed));
            }
            attempt += 1;
            pause = self.pause(&response);
            if self.has(Fault::RestartsAfterThrottle) && response.status == Some(429) && page > 0 {
                let mut first = inputs.clone();
                first.remove("nextToken");
                self.ask(&build_request(self.spec, &first), pause);
            }
        }
    }

    fn exhausted(&self, failed: Failure) -> Failure {
        if !self.has(Fault::HidesExhaustion) {
            return failed;
        }
        let code = Some("OutOfAttempts".to_owned());
        Failure { class: ErrorClass::Unknown, code, ..failed }
    }

    fn pause(&self, response: &Response) -> u64 {
        let hint = |name: &str| response.headers.get(name).and_then(|value| value.parse::<u64>().ok());
        let hint = hint("x-amz-retry-after").or_else(|| hint("retry-after").map(|seconds| 1000 * seconds));
        match (hint, self.fault) {
            (_, Fault::RetriesAtOnce) => 1,
            (Some(hint), fault) if fault != Fault::IgnoresHint => hint,
            _ => 300,
        }
    }

    fn ask(&self, request: &Request, pause: u64) -> Response {
        *self.now.borrow_mut() += pause + 1;
        let response = match self.service.answer(&Session::anonymous(), request) {
            Answer::Reply(response) => (*response).clone(),
            Answer::Fault(fault) => fault.response.clone(),
            Answer::Miss(miss) => panic!("{miss:?}"),
        };
        let signature = match self.fault {
            Fault::SignsWrongly => Signature::Refused("the signature is not that of this request".to_owned()),
            _ => Signature::Valid,
        };
        let mut seen = self.seen.borrow_mut();
        seen.0.push(Exchange { request: request.clone(), response: response.clone(), ..Exchange::default() });
        seen.1.push(Arrival { at: *self.now.borrow(), signature });
        response
    }
}

pub(super) fn failure(class: ErrorClass) -> Failure {
    Failure { class, code: None, message: None, status: None, items: Vec::new() }
}

pub(super) fn said(message: &str) -> Failure {
    Failure { message: Some(message.to_owned()), ..failure(ErrorClass::Deserialise) }
}
