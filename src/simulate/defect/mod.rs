//! Defects: ways in which the simulator is wrong on purpose, so that a verifier can show that it would see each.
//!
//! A [`Defect`] is a row of `table`: its id is the check that it breaks and a case,
//! and a function that stands between the request and the simulator. It may change
//! the inputs, or the response, and knows no API: what it changes is the first thing of
//! its kind that the spec has. Several defects stand one behind the other.
//!
//! - `asked` is what a defect may look at, and how a response is changed
//! - `members` finds members in a body by their shape
//! - `tokens`, `pages`, `inputs`, `errors`, `shapes`, `rules` are the defects
//!
//! Who judges what is served here is another process, with a simulator of its own at most.

mod asked;
mod errors;
mod inputs;
mod members;
mod pages;
mod rules;
mod shapes;
mod table;
mod tokens;

use super::{Simulator, named};
use crate::answer::{Answer, Answerer, Session};
use crate::diagnostic::Diagnostic;
use crate::message::Response;
use crate::spec::Inputs;
use asked::Asked;
use std::fmt;
use std::sync::Arc;
use table::DEFECTS;

/// The rest of the way to an answer: the other defects, and the simulator.
type Next<'n> = &'n dyn Fn(&Inputs) -> Response;

/// What a defect makes of a request.
type Change = fn(&Asked<'_>, &Inputs, Next<'_>) -> Response;

/// One way to be wrong.
#[derive(Clone, Copy)]
pub struct Defect {
    /// Its id: the check that it breaks, and a case.
    pub id: &'static str,
    /// What the simulator does wrong.
    pub what: &'static str,
    effect: Effect,
}

/// Where a defect lies.
#[derive(Clone, Copy)]
enum Effect {
    /// In what is answered.
    Answers(Change),
    /// In who is answered: nobody looks at signatures.
    Signatures,
}

impl Defect {
    /// Every defect, in the order of the catalogue of checks.
    pub fn all() -> &'static [Self] {
        DEFECTS
    }

    /// The defect of that id; says which one was probably meant, if there is none.
    ///
    /// ```
    /// use retake::simulate::Defect;
    ///
    /// assert_eq!(Defect::require("pagination.token-advances/constant").unwrap().check(), "pagination.token-advances");
    ///
    /// let error = Defect::require("pagination.token-advances/constnat").unwrap_err();
    /// assert_eq!(error.help.as_deref(), Some("did you mean \"pagination.token-advances/constant\"?"));
    /// ```
    pub fn require(id: &str) -> Result<&'static Self, Diagnostic> {
        if let Some(defect) = DEFECTS.iter().find(|defect| defect.id == id) {
            return Ok(defect);
        }
        let check = id.split('/').next().unwrap_or_default();
        let cases: Vec<&str> =
            DEFECTS.iter().filter(|defect| defect.check() == check).map(|defect| defect.id).collect();
        let expected = if cases.is_empty() { checks().join("/…, ") + "/…" } else { cases.join(", ") };
        Err(Diagnostic::new(format!("there is no defect \"{id}\""))
            .expected(expected)
            .help("`retake simulate --help` lists them all")
            .suggest(id, DEFECTS.iter().map(|defect| defect.id)))
    }

    /// The id of the check that it breaks.
    pub fn check(&self) -> &'static str {
        self.id.split('/').next().unwrap_or(self.id)
    }

    /// Whether it lies in whom the server answers: then signatures are not looked at.
    pub fn ignores_signatures(&self) -> bool {
        match self.effect {
            Effect::Signatures => true,
            Effect::Answers(_) => false,
        }
    }
}

impl fmt::Debug for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Defect").field(&self.id).finish()
    }
}

/// The checks that a defect breaks, each once.
fn checks() -> Vec<&'static str> {
    let mut checks: Vec<&str> = DEFECTS.iter().map(Defect::check).collect();
    checks.dedup();
    checks
}

/// A simulator with defects; without any, it is the simulator.
#[derive(Debug)]
pub struct Faulty {
    simulator: Arc<Simulator>,
    changes: Vec<Change>,
}

impl Faulty {
    /// Turns a simulator wrong in these ways; the first defect is the one that is nearest to the client.
    pub fn new(simulator: Arc<Simulator>, defects: &[&Defect]) -> Self {
        let change = |defect: &&Defect| match defect.effect {
            Effect::Answers(change) => Some(change),
            Effect::Signatures => None,
        };
        Self { simulator, changes: defects.iter().filter_map(change).collect() }
    }
}

impl Answerer for Faulty {
    fn answer(&self, _session: &Session, request: &crate::message::Request) -> Answer {
        let response = match self.simulator.find(request) {
            Ok((route, plan)) => {
                let asked = Asked { spec: route.spec, plan };
                named(respond(&asked, &self.changes, &route.inputs), &route)
            }
            Err(refusal) => refusal,
        };
        Answer::Reply(Arc::new(response))
    }
}

fn respond(asked: &Asked<'_>, changes: &[Change], inputs: &Inputs) -> Response {
    match changes.split_first() {
        Some((change, rest)) => change(asked, inputs, &|inputs| respond(asked, rest, inputs)),
        None => asked.plan.respond(asked.spec, inputs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Side, check, checks_for};
    use std::collections::HashSet;

    #[test]
    fn every_check_of_a_mock_has_a_defect() {
        for check in checks_for(Side::Mock) {
            assert!(DEFECTS.iter().any(|defect| defect.check() == check.id), "{} has none", check.id);
        }
    }

    #[test]
    fn every_id_is_a_check_of_a_mock_and_a_case_and_occurs_once() {
        let mut ids = HashSet::new();
        for defect in DEFECTS {
            let (name, case) = defect.id.split_once('/').unwrap();

            assert!(check(name).is_some_and(|check| check.sides.contains(&Side::Mock)), "{name}");
            assert!(
                !case.is_empty() && case.bytes().all(|b| b == b'-' || b.is_ascii_lowercase() || b.is_ascii_digit())
            );
            assert!(ids.insert(defect.id), "{} twice", defect.id);
        }
    }

    #[test]
    fn they_stand_in_the_order_of_the_catalogue() {
        let expected: Vec<&str> = checks_for(Side::Mock).map(|check| check.id).collect();

        assert_eq!(checks(), expected);
    }

    #[test]
    fn an_unknown_id_names_the_cases_of_its_check_or_all_checks() {
        let error = Defect::require("enum.modelled").unwrap_err();
        assert!(error.expected.unwrap().contains("enum.modelled/new-value"));

        let error = Defect::require("nothing of the kind").unwrap_err();
        assert!(error.expected.unwrap().contains("shape.rule/…"));
        assert!(error.help.unwrap().contains("--help"));
    }
}
