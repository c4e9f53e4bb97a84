//! Scenarios while they are written, one family at a time.

use super::material::Material;
use super::name::Names;
use super::reply::Next;
use super::{Family, LeftOut, Needs, Scenario, Step};
use crate::answer::Wire;
use crate::evidence::{Expectation, ExpectedError, Probe, Success};
use crate::message::{Json, Response};
use crate::spec::InputValue;

/// A family while it is written.
pub(super) struct Drafts<'m, 's> {
    pub(super) material: &'m Material<'s>,
    name: &'static str,
    names: Names,
    scenarios: Vec<Scenario>,
    left_out: Vec<LeftOut>,
}

impl<'m, 's> Drafts<'m, 's> {
    pub(super) fn new(material: &'m Material<'s>, name: &'static str) -> Self {
        Self { material, name, names: Names::default(), scenarios: Vec::new(), left_out: Vec::new() }
    }

    /// A scenario of the family, without answers yet.
    pub(super) fn draft(&self, case: impl Into<String>, judges: &[&'static str]) -> Draft {
        Draft {
            scenario: Scenario {
                id: case.into(),
                operation: self.material.spec.operation.clone(),
                inputs: self.material.inputs.clone(),
                steps: Vec::new(),
                judges: judges.to_vec(),
                expectation: Expectation::default(),
                needs: Needs::default(),
                expects: String::new(),
                why: String::new(),
            },
        }
    }

    /// Adds a scenario.
    pub(super) fn add(&mut self, draft: Draft) {
        let mut scenario = draft.scenario;
        scenario.id = self.names.give(format!("{}/{}", self.name, scenario.id));
        self.scenarios.push(scenario);
    }

    /// Adds a scenario, or says why there is none.
    pub(super) fn add_or(&mut self, case: &str, draft: Result<Draft, String>) {
        match draft {
            Ok(draft) => self.add(draft),
            Err(why) => self.leave_out(case, why),
        }
    }

    /// Says why there is no such scenario.
    pub(super) fn leave_out(&mut self, case: &str, why: impl Into<String>) {
        self.left_out.push(LeftOut { id: format!("{}/{case}", self.name), why: why.into() });
    }

    pub(super) fn finish(self) -> Family {
        Family { name: self.name, scenarios: self.scenarios, left_out: self.left_out }
    }

    /// A family that the spec cannot feed at all.
    pub(super) fn empty(self, why: impl Into<String>) -> Family {
        let left_out = vec![LeftOut { id: self.name.to_owned(), why: why.into() }];
        Family { name: self.name, scenarios: Vec::new(), left_out }
    }

    /// What a success gives the caller.
    pub(super) fn success_of(&self, units: &[Json]) -> Success {
        match self.material.listing() {
            Some(_) => Success::Items(units.to_vec()),
            None => Success::Output(units.first().cloned().unwrap_or(Json::Null)),
        }
    }

    /// What a success is, in words: `success with 5 items in order, 2 requests`.
    pub(super) fn words_of(&self, units: &[Json], requests: usize) -> String {
        let requests = if requests == 1 { "1 request".to_owned() } else { format!("{requests} requests") };
        match (self.material.listing(), units.len()) {
            (None, _) => format!("success with the output, {requests}"),
            (Some(_), 1) => format!("success with 1 item, {requests}"),
            (Some(_), count) => format!("success with {count} items in order, {requests}"),
        }
    }

    /// A walk through these pages; each one's token is the material's for the next.
    pub(super) fn walk(&self, case: impl Into<String>, judges: &[&'static str], pages: &[&[Json]]) -> Draft {
        let tokens: Vec<String> = (2..=pages.len() as u64).map(|page| self.material.token(page)).collect();
        self.walk_by(case, judges, pages, &tokens)
    }

    /// A walk through these pages by these tokens.
    pub(super) fn walk_by(
        &self,
        case: impl Into<String>,
        judges: &[&'static str],
        pages: &[&[Json]],
        tokens: &[String],
    ) -> Draft {
        let mut draft = self.draft(case, judges);
        for (index, units) in pages.iter().enumerate() {
            let next = tokens.get(index).map_or(Next::Absent, |token| Next::token(token));
            let asked = index.checked_sub(1).and_then(|index| tokens.get(index)).map(String::as_str);
            draft = draft.answer(asked, self.material.success(units, next));
        }
        let units = pages.concat();
        draft.success(self.success_of(&units)).expects(self.words_of(&units, pages.len()))
    }
}

/// A scenario while it is written.
pub(super) struct Draft {
    scenario: Scenario,
}

impl Draft {
    /// Answers the next request for the page of a token, the first page if none.
    pub(super) fn answer(mut self, token: Option<&str>, response: Response) -> Self {
        let steps = &self.scenario.steps;
        let same: Vec<&Step> = steps.iter().filter(|step| step.token.as_deref() == token).collect();
        let attempt = 1 + same.len() as u32;
        let page = match same.first() {
            Some(step) => step.page,
            None => 1 + steps.iter().map(|step| step.page).max().unwrap_or(0),
        };
        let token = token.map(str::to_owned);
        self.scenario.steps.push(Step { token, page, attempt, response, wire: None, is_probe: false });
        self
    }

    /// The answer before is the hostile one.
    pub(super) fn hostile(mut self) -> Self {
        if let Some(step) = self.scenario.steps.last_mut() {
            step.is_probe = true;
        }
        self
    }

    /// The answer before is put on the wire in this way.
    pub(super) fn by_wire(mut self, wire: Wire) -> Self {
        if let Some(step) = self.scenario.steps.last_mut() {
            step.wire = Some(wire);
        }
        self
    }

    /// All answers are put on the wire in this way.
    pub(super) fn all_by_wire(mut self, wire: &Wire) -> Self {
        for step in &mut self.scenario.steps {
            step.wire = Some(wire.clone());
        }
        self
    }

    /// The answer of a page, from 1, is another and the hostile one.
    pub(super) fn change(mut self, page: u32, change: impl FnOnce(Response) -> Response) -> Self {
        if let Some(step) = self.scenario.steps.iter_mut().find(|step| step.page == page) {
            step.response = change(std::mem::take(&mut step.response));
            step.is_probe = true;
        }
        self
    }

    /// The caller gives this besides.
    pub(super) fn given(mut self, key: &str, value: InputValue) -> Self {
        self.scenario.inputs.set(key, value);
        self
    }

    /// Success may come of it.
    pub(super) fn success(mut self, success: Success) -> Self {
        self.scenario.expectation.success = Some(success);
        self
    }

    /// No success may come of it.
    pub(super) fn no_success(mut self) -> Self {
        self.scenario.expectation.success = None;
        self
    }

    /// An error may come of it.
    pub(super) fn error(mut self, error: ExpectedError) -> Self {
        self.scenario.expectation.error = Some(error);
        self
    }

    /// The value that is hostile.
    pub(super) fn probe(mut self, probe: Probe) -> Self {
        self.scenario.expectation.probe = Some(probe);
        self
    }

    pub(super) fn needs_attempts(mut self, attempts: u32) -> Self {
        self.scenario.needs.attempts = attempts;
        self
    }

    pub(super) fn outlasts_timeout(mut self) -> Self {
        self.scenario.needs.outlasts_timeout = true;
        self
    }

    /// What is expected, in one line.
    pub(super) fn expects(mut self, expects: impl Into<String>) -> Self {
        self.scenario.expects = expects.into();
        self
    }

    /// Why, in one line.
    pub(super) fn why(mut self, why: impl Into<String>) -> Self {
        self.scenario.why = why.into();
        self
    }
}
