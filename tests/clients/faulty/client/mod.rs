//! A small client of one operation that is wrong in one way, or in none: it pages, retries, reads, and says what it got.
//!
//! Shared by the process (`main.rs`) and by the tests of the checks, which call it without a wire. It knows no socket and no
//! signature: both are the [`Service`]'s.
//!
//! - `fault` is what can be wrong with it
//! - `inputs` is what it sends for a page, `attempts` how often, `reading` what it makes of an answer
//! - `items` is what its caller gets

mod attempts;
pub(crate) mod fault;
mod inputs;
mod items;
mod reading;

pub(crate) use fault::{FAULTS, Fault};

use reading::failure;
use retake::evidence::reading::{NextToken, items, next_token};
use retake::evidence::{ErrorClass, Failure, Outcome};
use retake::message::{Json, Request, Response};
use retake::spec::{Inputs, Spec, build_request};
use std::time::Duration;

/// Where requests go.
pub(crate) trait Service {
    /// Sends a request after a pause, and says what came back.
    fn ask(&self, request: &Request, pause: Duration) -> Response;
}

/// A client of one operation.
pub(crate) struct Client<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) service: &'a dyn Service,
    pub(crate) fault: Fault,
    pub(crate) attempts: u32,
}

/// What became of a walk so far.
#[derive(Default)]
struct Walk {
    pages: Vec<Vec<Json>>,
    spent: Vec<String>,
    longest: usize,
}

impl Client<'_> {
    /// Calls the operation to its end.
    pub(crate) fn call(&self, given: &Inputs) -> Outcome {
        let mut inputs = self.first_inputs(given);
        let mut walk = Walk::default();
        loop {
            let (response, body) = match self.page(&inputs, walk.pages.len()) {
                Ok(page) => page,
                // Nothing ends a loop that has begun.
                Err(_) if self.has(Fault::RunsAway) && walk.has_looped() => continue,
                Err(failure) => match self.after_failure(given, failure, &walk.pages) {
                    Some(outcome) => return outcome,
                    None => return self.end(walk.pages),
                },
            };
            if let Some(failure) = self.refuses(&body) {
                let page = items(self.spec, &body).unwrap_or_default().to_vec();
                return Outcome::Error(Failure { items: [walk.pages.concat(), page].concat(), ..failure });
            }
            let page = items(self.spec, &body).unwrap_or_default().to_vec();
            let count = page.len();
            self.breaks_on(count);
            walk.pages.push(page);
            if self.stops(count, walk.longest, walk.pages.len()) {
                return self.end(walk.pages);
            }
            walk.longest = walk.longest.max(count);
            let is_null = body.json().and_then(|body| body.get("nextToken")) == Some(&Json::Null);
            match next_token(self.spec, &response, &body) {
                NextToken::Text(token) if !token.is_empty() || self.has(Fault::GoesOnAfterEmptyToken) => {
                    if walk.spent.contains(&token) && !self.follows_repeated_tokens() {
                        let items = walk.pages.concat();
                        return Outcome::Error(Failure { items, ..failure(ErrorClass::Pagination) });
                    }
                    walk.spent.push(token.clone());
                    inputs = self.next_inputs(given, &token);
                }
                NextToken::None if is_null && self.has(Fault::GoesOnAfterNullToken) => inputs = given.clone(),
                NextToken::None if !is_null && self.has(Fault::GoesOnWithoutToken) => inputs = given.clone(),
                NextToken::Text(_) | NextToken::None | NextToken::Unreadable => return self.end(walk.pages),
            }
        }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn follows_repeated_tokens(&self) -> bool {
        self.has(Fault::Loops) || self.has(Fault::RunsAway)
    }

    /// What only a process survives, or whoever started it.
    fn breaks_on(&self, count: usize) {
        match self.fault {
            Fault::CrashesOnEmptyPage if count == 0 => std::process::abort(),
            Fault::HangsOnEmptyPage if count == 0 => loop {
                std::thread::sleep(Duration::from_secs(60));
            },
            _ => {}
        }
    }

    fn stops(&self, count: usize, longest: usize, pages: usize) -> bool {
        match self.fault {
            Fault::StopsAfterFirstPage => pages == 1 && count > 0,
            Fault::StopsAfterShortPage => count > 0 && count < longest,
            Fault::StopsAfterEmptyPage => count == 0,
            _ => false,
        }
    }

    /// What comes of a failed page; none for the end of the walk.
    fn after_failure(&self, given: &Inputs, failure: Failure, pages: &[Vec<Json>]) -> Option<Outcome> {
        let is_later = !pages.is_empty();
        match self.fault {
            Fault::TakesPageErrorForTheEnd if is_later && failure.class.is_of_service() => return None,
            Fault::TakesCutBodyForTheEnd if failure.message.as_deref() == Some(reading::CUT) => return None,
            Fault::TakesNoJsonForNothing if failure.message.as_deref() == Some(reading::NOT_JSON) => return None,
            Fault::BeginsAgainAfterPageError if is_later && failure.class.is_of_service() => {
                self.service.ask(&build_request(self.spec, given), Duration::ZERO);
            }
            Fault::AsksOnAfterError if !is_later && failure.status.is_some_and(|status| status < 429) => {
                let mut inputs = given.clone();
                self.set(&mut inputs, "nextToken", "guessed");
                self.service.ask(&build_request(self.spec, &inputs), Duration::ZERO);
            }
            _ => {}
        }
        Some(Outcome::Error(Failure { items: pages.concat(), ..failure }))
    }
}

impl Walk {
    /// Whether a token was spent twice.
    fn has_looped(&self) -> bool {
        self.spent.iter().enumerate().any(|(index, token)| self.spent[..index].contains(token))
    }
}
