//! What a run of probes could not see: answers that broke off, refused credentials, walks that met a fault, no
//! success at all.
//!
//! None of it says that a contract is broken, and none of it may pass for a proof that it holds.

use crate::diagnostic::Diagnostic;
use crate::evidence::reading::{Content, Outcome};
use crate::message::{End, Exchange};
use crate::spec::Spec;
use crate::spec::errors::error_type;

/// What could not be seen of one operation, where nothing says that its contract is broken.
pub fn shortfall(spec: &Spec, exchanges: &[&Exchange]) -> Vec<Diagnostic> {
    let outcome = |exchange: &Exchange| Outcome::of(Some(spec), &exchange.response);
    let walks: Vec<&&Exchange> = exchanges.iter().filter(|exchange| exchange.link.probe.is_none()).collect();
    let is_last = |exchange: &Exchange| {
        let attempts = exchanges.iter().filter(|other| other.link.call == exchange.link.call);
        attempts.last().is_some_and(|last| std::ptr::eq(*last, exchange))
    };
    let is_fault = |exchange: &Exchange| match outcome(exchange) {
        outcome @ Outcome::Error { .. } => outcome.is_retryable(Some(spec)) && is_last(exchange),
        Outcome::Success | Outcome::Broken => false,
    };
    let faults = walks.iter().filter(|exchange| is_fault(exchange)).count();
    let fault = walks.iter().find(|exchange| is_fault(exchange));

    let mut short = Vec::new();
    if let Some(first) = fault {
        let what = format!("{faults} of {} requests for pages of {} met a fault", walks.len(), spec.operation);
        let help = "what lies behind such a page was not seen: mend the fault, and verify again";
        short.push(Diagnostic::new(what).found(told(first)).help(help));
    }
    let none = !walks.is_empty() && !walks.iter().any(|exchange| outcome(exchange).is_success());
    if let (true, true, Some(first)) = (none, short.is_empty(), walks.first()) {
        let what =
            format!("no request of {} was answered with a success, so there was nothing to look at", spec.operation);
        let help = "name a resource that is there with --input NAME=VALUE, make one with --setup COMMAND, or give the \
                    credentials that are expected";
        short.push(Diagnostic::new(what).found(told(first)).help(help));
    }
    short
}

/// What kept the run from looking at all, whatever else it found: answers that broke off, credentials that are refused.
pub fn blocked(spec: &Spec, exchanges: &[&Exchange]) -> Option<Diagnostic> {
    broken_off(spec, exchanges).or_else(|| refused(spec, exchanges))
}

fn refused(spec: &Spec, exchanges: &[&Exchange]) -> Option<Diagnostic> {
    let is_refused = |exchange: &&Exchange| matches!(exchange.response.status, Some(401 | 403));
    let mut walks = exchanges.iter().filter(|exchange| exchange.link.probe.is_none()).copied();
    let first = walks.next().filter(is_refused)?;
    walks.all(|exchange| is_refused(&exchange)).then(|| {
        Diagnostic::new(format!("every request for {} was refused, whatever it asked", spec.operation))
            .found(told(first))
            .help("give the credentials that are expected, with --credentials ID:SECRET")
    })
}

/// Which answers broke off, if any did.
fn broken_off(spec: &Spec, exchanges: &[&Exchange]) -> Option<Diagnostic> {
    let is_broken = |exchange: &&&Exchange| Outcome::of(Some(spec), &exchange.response) == Outcome::Broken;
    let broken: Vec<_> = exchanges.iter().filter(is_broken).collect();
    let first = broken.first()?;
    let what = format!("{} of {} answers of {} broke off", broken.len(), exchanges.len(), spec.operation);
    Some(Diagnostic::new(what).found(told(first)).help("see what the server logs of that request"))
}

/// An exchange in one line: its name, and what came of it.
fn told(exchange: &Exchange) -> String {
    let response = &exchange.response;
    let came = match (response.end, response.status) {
        (End::ResetAfter(bytes), _) => format!("reset after {bytes} bytes"),
        (End::EofAfter(bytes), _) => format!("closed after {bytes} bytes"),
        (End::TimeoutAfter(bytes), _) => format!("nothing more came after {bytes} bytes"),
        (End::Complete, Some(status)) => match error_type(response) {
            Some(error) => format!("status {status}, {}", error.name),
            None if matches!(Content::of(&response.body), Content::NotJson(_)) => {
                format!("status {status}, and no JSON")
            }
            None => format!("status {status}"),
        },
        (End::Complete, None) => "no status".to_owned(),
    };
    format!("{}: {came}", exchange.id)
}
