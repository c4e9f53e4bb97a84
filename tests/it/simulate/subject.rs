//! A simulator of one operation, what it is asked, and what every success must be.

use super::rules::assert_rules_hold;
use retake::answer::{Answer, Answerer, Session};
use retake::message::{Json, Request, Response};
use retake::simulate::{Settings, Simulator};
use retake::spec::{
    InputValue, Inputs, Kind, Location, Member, Retry, Spec, Specs, build_request, compile, conform, errors,
};
use std::path::Path;
use std::sync::Arc;

pub(super) struct Subject {
    pub(super) specs: Arc<Specs>,
    pub(super) simulator: Simulator,
}

impl Subject {
    pub(super) fn new(spec: &Spec, settings: Settings) -> Self {
        let specs = Arc::new(Specs::new(vec![spec.clone()]));
        let simulator = Simulator::new(Arc::clone(&specs), settings).unwrap_or_else(|error| panic!("{error}"));
        Self { specs, simulator }
    }

    pub(super) fn spec(&self) -> &Spec {
        self.specs.iter().next().unwrap()
    }

    pub(super) fn inputs(&self) -> Inputs {
        self.simulator.example_inputs(&self.spec().operation).unwrap()
    }

    pub(super) fn send(&self, request: &Request) -> Response {
        match self.simulator.answer(&Session::anonymous(), request) {
            Answer::Reply(response) => (*response).clone(),
            Answer::Fault(fault) => panic!("a simulator has no faults: {fault:?}"),
            Answer::Miss(miss) => panic!("a simulator misses nothing: {miss:?}"),
        }
    }

    pub(super) fn call(&self, inputs: &Inputs) -> Response {
        self.send(&build_request(self.spec(), inputs))
    }

    pub(super) fn call_with(&self, changes: &[(&str, &str)]) -> Response {
        let mut inputs = self.inputs();
        for (key, text) in changes {
            let member = self.spec().input_member(key).unwrap();
            inputs.set(key, InputValue::from_text(self.spec(), member, text));
        }
        self.call(&inputs)
    }
}

pub(super) fn specs_in(folder: &str) -> Vec<Spec> {
    let mut specs = Vec::new();
    let Ok(entries) = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) else { return specs };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            specs.extend(specs_in(&name));
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            let text = std::fs::read_to_string(&path).unwrap();
            specs.push(compile(&name, &text).unwrap_or_else(|errors| panic!("{name}: {errors:?}")));
        }
    }
    specs
}

pub(super) fn all_specs() -> Vec<Spec> {
    let folders = ["specs", "tests/data/specs/good", "tests/data/simulate"];
    let specs: Vec<Spec> = folders.iter().flat_map(|folder| specs_in(folder)).collect();
    assert!(specs.len() >= 5, "the data of the tests is there");
    specs
}

pub(super) fn listings() -> Vec<Spec> {
    all_specs().into_iter().filter(|spec| spec.pagination.is_some()).collect()
}

pub(super) fn body(response: &Response) -> Json {
    Json::parse(response.body.bytes()).unwrap_or_else(|error| panic!("{error}: {response:?}"))
}

/// The member of an output that a key names, read from the response.
pub(super) fn output<'b>(spec: &Spec, body: &'b Json, key: &str) -> Option<&'b Json> {
    body.get(&spec.output_member(key).unwrap().wire_name).filter(|value| **value != Json::Null)
}

pub(super) fn assert_conforms(spec: &Spec, response: &Response) {
    assert_eq!(response.status, Some(spec.http.success), "{}: {response:?}", spec.file);
    let payload = spec.output.iter().find(|member| member.location == Location::Payload);
    let is_raw = payload.is_some_and(|member| matches!(spec.shape(member.shape).kind, Kind::Blob | Kind::String));
    if spec.http.method == "HEAD" {
        assert!(response.body.bytes().is_empty(), "{}: {response:?}", spec.file);
    } else if !is_raw {
        let body = body(response);
        assert_eq!(conform::check_output_body(spec, &body), [], "{}: {}", spec.file, body.to_compact());
        assert_rules_hold(spec, &body);
    }
    assert_eq!(conform::check_output_headers(spec, response), [], "{}", spec.file);
    assert_eq!(errors::error_type(response), None);
    assert!(response.headers.get("date").is_none());
}

/// The pages of a walk: what each listed, and the tokens that led on.
pub(super) struct Walk {
    pub(super) items: Vec<Json>,
    pub(super) pages: Vec<usize>,
    pub(super) tokens: Vec<String>,
}

pub(super) fn walk(subject: &Subject, start: &Inputs, page_size: Option<u64>) -> Walk {
    let spec = subject.spec();
    let pagination = spec.pagination.as_ref().unwrap();
    let mut inputs = start.clone();
    if let Some(size) = page_size {
        let member = spec.input_member(pagination.page_size.as_deref().unwrap()).unwrap();
        inputs.set(&member.key, InputValue::from_text(spec, member, &size.to_string()));
    }
    let mut walk = Walk { items: Vec::new(), pages: Vec::new(), tokens: Vec::new() };
    loop {
        let response = subject.call(&inputs);
        assert_conforms(spec, &response);
        let body = body(&response);
        let items = output(spec, &body, &pagination.items).unwrap().as_array().unwrap();
        walk.items.extend_from_slice(items);
        walk.pages.push(items.len());
        let Some(token) = next_token(spec, &response) else { return walk };
        assert!(!walk.tokens.contains(&token), "{}: the token came before", spec.file);
        assert!(!items.is_empty(), "{}: an empty page leads on", spec.file);
        assert!(token.is_ascii() && (1..=8192).contains(&token.len()));
        let member = spec.input_member(&pagination.input_token).unwrap();
        inputs.set(&member.key, InputValue::from_text(spec, member, &token));
        walk.tokens.push(token);
    }
}

/// The token of a page, in its body or in a header.
fn next_token(spec: &Spec, response: &Response) -> Option<String> {
    let member = spec.output_member(&spec.pagination.as_ref().unwrap().output_token).unwrap();
    match member.location {
        Location::Header => response.headers.get(&member.wire_name.to_ascii_lowercase()).map(str::to_owned),
        _ => Some(output(spec, &body(response), &member.key)?.as_text().unwrap().into_owned()),
    }
}

/// The page sizes that a walk is tried with.
pub(super) fn page_sizes(spec: &Spec) -> Vec<Option<u64>> {
    let Some(key) = &spec.pagination.as_ref().unwrap().page_size else { return vec![None] };
    let range = spec.shape(spec.input_member(key).unwrap().shape).constraints.range;
    let most = range.map_or(50, |(_, most)| most as u64);
    vec![None, Some(1), Some(2), Some(3), Some(most)]
}

/// Asserts that the response is the modelled error of that role, and that its message names the member.
pub(super) fn assert_refused(spec: &Spec, response: &Response, name: Option<&str>, member: &str) {
    let stated = errors::error_type(response).map(|stated| stated.name);
    assert_eq!(stated.as_deref(), name, "{}: {response:?}", spec.file);
    let status = name.map_or(400, |name| spec.error(name).unwrap().status);
    assert_eq!(response.status, Some(status), "{}", spec.file);
    assert_eq!(response.headers.get("content-type"), Some("application/json"));
    let message = body(response).get("message").unwrap().as_text().unwrap().into_owned();
    assert!(message.contains(member), "{}: {message} does not name {member}", spec.file);
}

pub(super) fn validation_error(spec: &Spec) -> Option<&str> {
    let fallback = spec.errors.iter().find(|error| error.status < 500 && error.retry == Retry::Never);
    spec.validation_error.as_deref().or_else(|| fallback.map(|error| error.name.as_str()))
}

pub(super) fn is_path_text(spec: &Spec, member: &Member) -> bool {
    member.location == Location::Path && matches!(spec.shape(member.shape).kind, Kind::String)
}
