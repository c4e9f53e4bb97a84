//! What a client has to live through: scenarios, derived from a spec alone.
//!
//! A [`Scenario`] is a script for one run of a client: what its caller gives, what is
//! answered to it, what may come of it, and which checks it is for. [`families`] derives
//! them all; the same spec and seed give the same scenarios. [`Script`] plays one: the
//! token of a request decides which page it gets, never the order of calls, so that a
//! client which drops the token is not kept green.
//!
//! - `material` is what scenarios are made of, `filling` its values, `place` where they stand
//! - `reply` makes the answers
//! - `baseline`, `page`, `enums`, `error`, `retry`, `bytes`, `request` are the families
//! - `recorded` takes the friendly payloads from a recording
//!
//! Each scenario has one hostile step at most: what it finds has one cause.

mod baseline;
mod bytes;
mod draft;
mod enums;
mod error;
mod filling;
mod material;
mod name;
mod page;
mod place;
mod recorded;
mod reply;
mod request;
mod retry;
mod script;

pub use recorded::families_with_recording;
pub use script::{BUDGET_EXCEEDED, Script, ScriptLedger};

use crate::answer::Wire;
use crate::evidence::reading::Outcome;
use crate::evidence::{Expectation, StepRecord};
use crate::message::Json;
use crate::message::Response;
use crate::message::json::Text;
use crate::spec::{InputValue, Inputs, Kind, Member, Spec};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use material::Material;

/// The families, in their order.
pub const FAMILIES: [&str; 7] = ["baseline", "page", "enum", "error", "retry", "bytes", "request"];

/// A script for one run of a client, with what may come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// Its name: `family/case`.
    pub id: String,
    /// The operation that the client calls.
    pub operation: String,
    /// What the client's caller gives.
    pub inputs: Inputs,
    /// What is answered.
    pub steps: Vec<Step>,
    /// The checks that it is for, in the order in which they are asked.
    pub judges: Vec<&'static str>,
    /// What may come of it.
    pub expectation: Expectation,
    /// What a client must be given for it.
    pub needs: Needs,
    /// What is expected, in one line.
    pub expects: String,
    /// Why, in one line.
    pub why: String,
}

/// What a client must be given for a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// The attempts that it must be allowed to make of one request.
    pub attempts: u32,
    /// Whether a step outlasts the client's time-out, which must therefore be known.
    pub outlasts_timeout: bool,
}

impl Default for Needs {
    fn default() -> Self {
        Self { attempts: 1, outlasts_timeout: false }
    }
}

/// One answer of a script. The last one for a page is given again to whoever asks for that page again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The token of the page that it answers; none for the first page.
    pub token: Option<String>,
    /// Which page that is, from 1.
    pub page: u32,
    /// Which request for that page it answers, from 1.
    pub attempt: u32,
    /// What is answered.
    pub response: Response,
    /// How it is put on the wire, where a correct library would not do it so.
    pub wire: Option<Wire>,
    /// Whether it is the hostile step.
    pub is_probe: bool,
}

impl Step {
    /// What it is, in words.
    pub fn name(&self) -> String {
        format!("page {}, attempt {}", self.page, self.attempt)
    }

    /// Whether it answers with an error, or not to the end.
    pub fn is_error(&self, spec: &Spec) -> bool {
        !Outcome::of(Some(spec), &self.response).is_success()
    }

    /// The step after a run.
    pub fn record(&self, is_met: bool) -> StepRecord {
        StepRecord { name: self.name(), token: self.token.clone(), is_probe: self.is_probe, is_met }
    }
}

impl Scenario {
    /// The family, the part of the id before the slash.
    pub fn family(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }

    /// How many requests are answered before a client counts as a runaway.
    pub fn budget(&self, spec: &Spec, max_attempts: u32) -> u64 {
        let errors = self.steps.iter().filter(|step| step.is_error(spec)).count() as u64;
        self.steps.len() as u64 + u64::from(max_attempts.saturating_sub(1)) * errors + 4
    }

    /// What the caller gives, as one JSON object under the keys of the spec.
    pub fn input_json(&self, spec: &Spec) -> Json {
        let value = |key: &str, value: &InputValue| match value {
            InputValue::Json(json) => json.clone(),
            InputValue::Bytes(bytes) => Json::string(&STANDARD.encode(bytes)),
            InputValue::Text(text) => spec.input_member(key).map_or(Json::Null, |member| typed(spec, member, text)),
        };
        Json::Object(self.inputs.iter().map(|(key, input)| (Text::new(key), value(key, input))).collect())
    }
}

/// A text as JSON of the member's type.
fn typed(spec: &Spec, member: &Member, text: &str) -> Json {
    let is_bare = matches!(
        spec.shape(member.shape).kind,
        Kind::Integer | Kind::Long | Kind::Float | Kind::Double | Kind::Boolean
    );
    match Json::parse(text.as_bytes()) {
        Ok(json) if is_bare => json,
        Ok(_) | Err(_) => Json::string(text),
    }
}

/// The scenarios of one family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// Its scenarios, in their order.
    pub scenarios: Vec<Scenario>,
    /// The cases that the spec cannot feed.
    pub left_out: Vec<LeftOut>,
}

/// A case, or a whole family, that a spec cannot feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The scenario's id, or the family's name.
    pub id: String,
    /// Why.
    pub why: String,
}

/// Every scenario that a spec implies, in order. Another seed gives other values and no other scenarios.
pub fn scenarios(spec: &Spec, seed: u64) -> Vec<Scenario> {
    families(spec, seed).into_iter().flat_map(|family| family.scenarios).collect()
}

/// The scenarios by family, with what the spec cannot feed.
pub fn families(spec: &Spec, seed: u64) -> Vec<Family> {
    of_material(&Material::new(spec, seed))
}

fn of_material(material: &Material<'_>) -> Vec<Family> {
    vec![
        baseline::derive(material),
        page::derive(material),
        enums::derive(material),
        error::derive(material),
        retry::derive(material),
        bytes::derive(material),
        request::derive(material),
    ]
}
