//! How often the client asks for a page, and how long it waits before it does so again.

use super::reading::Read;
use super::{Client, Fault};
use retake::evidence::{ErrorClass, Failure};
use retake::message::Response;
use retake::spec::{Inputs, build_request};
use std::time::Duration;

/// The pause before an attempt where the service does not ask for another.
const PAUSE: Duration = Duration::from_millis(30);

impl Client<'_> {
    /// One page, after as many attempts as it takes.
    pub(super) fn page(&self, inputs: &Inputs, page: usize) -> Read {
        let mut request = build_request(self.spec, inputs);
        if self.has(Fault::AddsSlash) {
            request.path.push('/');
        }
        if self.has(Fault::SendsTokenUnderAnotherName) && page > 0 {
            request.query.push(("token".to_owned(), format!("nexttoken000{}", page + 1)));
        }
        let most = if self.has(Fault::RetriesTooOften) { self.attempts + 3 } else { self.attempts };
        let mut pause = Duration::ZERO;
        let mut attempt = 1;
        loop {
            let response = self.service.ask(&request, pause);
            let failed = match self.read(&response) {
                Ok(body) => return Ok((response, body)),
                Err(failed) => failed,
            };
            if !self.may_pass(&response) {
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
                self.service.ask(&build_request(self.spec, &first), pause);
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

    fn pause(&self, response: &Response) -> Duration {
        let hint = |name: &str| response.headers.get(name).and_then(|value| value.parse::<u64>().ok());
        let precise = hint("x-amz-retry-after").map(Duration::from_millis);
        let hint = precise.or_else(|| hint("retry-after").map(Duration::from_secs));
        match (hint, self.fault) {
            (_, Fault::RetriesAtOnce) => Duration::ZERO,
            (Some(hint), fault) if fault != Fault::IgnoresHint => hint,
            _ => PAUSE,
        }
    }
}
