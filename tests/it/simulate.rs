//! The simulator, walked by a caller who knows the contract alone: every spec of
//! the crate and of the test data, whatever its operation is about.

use retake::answer::{Answer, Answerer, Session};
use retake::message::{Json, Request, Response};
use retake::simulate::{Settings, Simulator};
use retake::spec::{
    Condition, InputValue, Inputs, Kind, Member, Rule, Spec, Specs, build_request, compile, conform, errors, exemplar,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// A simulator of one operation, with the spec that it follows.
struct Subject {
    specs: Arc<Specs>,
    simulator: Simulator,
}

impl Subject {
    fn new(spec: &Spec, settings: Settings) -> Self {
        let specs = Arc::new(Specs::new(vec![spec.clone()]));
        let simulator = Simulator::new(Arc::clone(&specs), settings).unwrap_or_else(|error| panic!("{error}"));
        Self { specs, simulator }
    }

    fn spec(&self) -> &Spec {
        self.specs.iter().next().unwrap()
    }

    fn inputs(&self) -> Inputs {
        self.simulator.example_inputs(&self.spec().operation).unwrap()
    }

    fn send(&self, request: &Request) -> Response {
        match self.simulator.answer(&Session::anonymous(), request) {
            Answer::Reply(response) => (*response).clone(),
            Answer::Miss(miss) => panic!("a simulator misses nothing: {miss:?}"),
        }
    }

    fn call(&self, inputs: &Inputs) -> Response {
        self.send(&build_request(self.spec(), inputs))
    }

    fn call_with(&self, changes: &[(&str, &str)]) -> Response {
        let mut inputs = self.inputs();
        for (key, text) in changes {
            let member = self.spec().input_member(key).unwrap();
            inputs.set(key, InputValue::from_text(self.spec(), member, text));
        }
        self.call(&inputs)
    }
}

fn specs_in(folder: &str) -> Vec<Spec> {
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

fn all_specs() -> Vec<Spec> {
    let folders = ["specs", "tests/data/specs/good", "tests/data/simulate"];
    let specs: Vec<Spec> = folders.iter().flat_map(|folder| specs_in(folder)).collect();
    assert!(specs.len() >= 5, "the data of the tests is there");
    specs
}

fn listings() -> Vec<Spec> {
    all_specs().into_iter().filter(|spec| spec.pagination.is_some()).collect()
}

fn body(response: &Response) -> Json {
    Json::parse(response.body.bytes()).unwrap_or_else(|error| panic!("{error}: {response:?}"))
}

/// The member of an output that a key names, read from the response.
fn output<'b>(spec: &Spec, body: &'b Json, key: &str) -> Option<&'b Json> {
    body.get(&spec.output_member(key).unwrap().wire_name).filter(|value| **value != Json::Null)
}

fn assert_conforms(spec: &Spec, response: &Response) {
    assert_eq!(response.status, Some(spec.http.success), "{}: {response:?}", spec.file);
    let payload = spec.output.iter().find(|member| member.location == retake::spec::Location::Payload);
    let is_raw = payload.is_some_and(|member| matches!(spec.shape(member.shape).kind, Kind::Blob | Kind::String));
    if !is_raw {
        let body = body(response);
        assert_eq!(conform::check_output_body(spec, &body), [], "{}: {}", spec.file, body.to_compact());
        assert_rules_hold(spec, &body);
    }
    assert_eq!(conform::check_output_headers(spec, response), [], "{}", spec.file);
    assert_eq!(errors::error_type(response), None);
    assert!(response.headers.get("date").is_none());
}

// ---- rules, judged by other code than the simulator's

fn assert_rules_hold(spec: &Spec, body: &Json) {
    for rule in &spec.rules {
        match &rule.each {
            None => assert_holds(spec, rule, &spec.output, body),
            Some(key) => {
                let list = spec.output_member(key).unwrap();
                let items = output(spec, body, key).and_then(Json::as_array).unwrap_or_default();
                items.iter().for_each(|item| assert_holds(spec, rule, spec.item_members(list).unwrap(), item));
            }
        }
    }
}

fn assert_holds(spec: &Spec, rule: &Rule, members: &[Member], object: &Json) {
    let applies = rule.when.as_ref().is_none_or(|when| is_true(when, members, object));
    let holds = !applies || is_true(&rule.expect, members, object);
    assert!(holds, "{}: {} is broken by {}", spec.file, rule.id, object.to_compact());
}

fn is_true(condition: &Condition, members: &[Member], object: &Json) -> bool {
    let value = |key: &str| {
        let member = members.iter().find(|member| member.key == key).unwrap();
        object.get(&member.wire_name).filter(|value| **value != Json::Null)
    };
    let text = |value: &Json| value.as_text().map_or_else(|| value.to_compact(), |text| text.into_owned());
    match condition {
        Condition::Present(key) => value(key).is_some(),
        Condition::Absent(key) => value(key).is_none(),
        Condition::Equals(key, wanted) => value(key).is_some_and(|value| text(value) == text(wanted)),
        Condition::OneOf(key, wanted) => value(key).is_some_and(|v| wanted.iter().any(|w| text(v) == text(w))),
        Condition::Order(first, second) => match (value(first), value(second)) {
            (Some(first), Some(second)) => {
                match (first.to_compact().parse::<f64>(), second.to_compact().parse::<f64>()) {
                    (Ok(first), Ok(second)) => first <= second,
                    _ => text(first) <= text(second),
                }
            }
            _ => true,
        },
    }
}

// ---- walks

/// The pages of a walk: what each listed, and the tokens that led on.
struct Walk {
    items: Vec<Json>,
    pages: Vec<usize>,
    tokens: Vec<String>,
}

fn walk(subject: &Subject, start: &Inputs, page_size: Option<u64>) -> Walk {
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
        let Some(token) = output(spec, &body, &pagination.output_token) else { return walk };
        let token = token.as_text().unwrap().into_owned();
        assert!(!walk.tokens.contains(&token), "{}: the token came before", spec.file);
        assert!(!items.is_empty(), "{}: an empty page leads on", spec.file);
        assert!(token.is_ascii() && (1..=8192).contains(&token.len()));
        let member = spec.input_member(&pagination.input_token).unwrap();
        inputs.set(&member.key, InputValue::from_text(spec, member, &token));
        walk.tokens.push(token);
    }
}

/// The page sizes that a walk is tried with.
fn page_sizes(spec: &Spec) -> Vec<Option<u64>> {
    let Some(key) = &spec.pagination.as_ref().unwrap().page_size else { return vec![None] };
    let range = spec.shape(spec.input_member(key).unwrap().shape).constraints.range;
    let most = range.map_or(50, |(_, most)| most as u64);
    vec![None, Some(1), Some(2), Some(3), Some(most)]
}

#[test]
fn lists_the_same_items_by_whatever_page_size() {
    for spec in listings() {
        let subject = Subject::new(&spec, Settings::default());
        let whole = walk(&subject, &subject.inputs(), None);
        let longest = spec.shape(spec.output_member(&spec.pagination.as_ref().unwrap().items).unwrap().shape);
        let longest = longest.constraints.length.map_or(u64::MAX, |(_, most)| most);

        assert_eq!(whole.items.len(), 20, "{}", spec.file);
        for size in page_sizes(&spec) {
            let walk = walk(&subject, &subject.inputs(), size);

            assert_eq!(walk.items, whole.items, "{} at {size:?}", spec.file);
            let (last, full) = walk.pages.split_last().unwrap();
            if let Some(size) = size {
                let size = size.min(longest);
                assert!(full.iter().all(|page| *page as u64 == size), "{} at {size}: {:?}", spec.file, walk.pages);
                assert!((1..=size).contains(&(*last as u64)), "{}: {:?}", spec.file, walk.pages);
            }
        }
    }
}

#[test]
fn lists_as_many_items_as_it_is_told() {
    for spec in listings() {
        for items in [0, 1, 2, 7] {
            let subject = Subject::new(&spec, Settings { items, ..Settings::default() });
            for size in page_sizes(&spec) {
                let walk = walk(&subject, &subject.inputs(), size);
                assert_eq!(walk.items.len() as u64, items, "{} at {size:?}", spec.file);
                assert_eq!(walk.pages.len(), walk.tokens.len() + 1);
            }
        }
    }
}

#[test]
fn tells_every_item_apart_and_repeats_the_resource_that_was_asked_for() {
    for spec in listings() {
        let subject = Subject::new(&spec, Settings::default());
        let inputs = subject.inputs();
        let pagination = spec.pagination.as_ref().unwrap();
        let list = spec.output_member(&pagination.items).unwrap();
        let Some(members) = spec.item_members(list) else { continue };
        let wire = |key: &String| &members.iter().find(|member| member.key == *key).unwrap().wire_name;
        let items = walk(&subject, &inputs, None).items;

        let identity = |item: &Json| {
            pagination.identity.iter().map(|key| item.get(wire(key)).unwrap().to_compact()).collect::<Vec<_>>()
        };
        let identities: BTreeSet<_> = items.iter().map(identity).collect();
        assert!(pagination.identity.is_empty() || identities.len() == items.len(), "{}", spec.file);
        if pagination.identity.len() > 1 {
            for key in &pagination.identity {
                if let Some(given) = inputs.text(key) {
                    assert!(items.iter().all(|item| item.get(wire(key)).unwrap().as_text().unwrap() == given));
                }
            }
        }
    }
}

#[test]
fn shows_every_enum_value_and_every_optional_member() {
    for spec in listings() {
        let subject = Subject::new(&spec, Settings::default());
        let list = spec.output_member(&spec.pagination.as_ref().unwrap().items).unwrap();
        let Some(members) = spec.item_members(list) else { continue };
        let items = walk(&subject, &subject.inputs(), None).items;

        for member in members {
            let seen: BTreeSet<String> = items
                .iter()
                .filter_map(|item| item.get(&member.wire_name))
                .map(|value| value.as_text().map_or_else(|| value.to_compact(), |text| text.into_owned()))
                .collect();
            let expected: BTreeSet<String> = match &spec.shape(member.shape).kind {
                Kind::Enum(values) => values.iter().cloned().collect(),
                Kind::Boolean => ["true", "false"].map(str::to_owned).into(),
                _ => {
                    assert!(!seen.is_empty(), "{}: {} never occurs", spec.file, member.key);
                    continue;
                }
            };
            assert_eq!(seen, expected, "{}: {}", spec.file, member.key);
        }
    }
}

#[test]
fn lists_versions_newest_first_one_second_apart() {
    let spec = &specs_in("specs/medical-imaging")[0];
    let subject = Subject::new(spec, Settings::default());

    let items = walk(&subject, &subject.inputs(), None).items;

    let column = |name: &str| items.iter().map(|item| item.get(name).unwrap().to_compact()).collect::<Vec<_>>();
    let expected: Vec<String> = (1..=20).rev().map(|version| format!("\"{version}\"")).collect();
    assert_eq!(column("versionId"), expected);
    let expected: Vec<String> = (0..20).rev().map(|second| (1_262_304_000 + second).to_string()).collect();
    assert_eq!(column("createdAt"), expected);
    let states = ["\"ACTIVE\"", "\"LOCKED\"", "\"DELETED\""];
    let expected: Vec<&str> = (0..20).map(|index| states[index % 3]).collect();
    assert_eq!(column("imageSetState"), expected);
    assert!(items.iter().all(
        |item| item.get("deletedAt").is_none() || item.get("imageSetState").unwrap().to_compact() == "\"DELETED\""
    ));
}

#[test]
fn answers_every_other_operation_with_one_conforming_output() {
    let others: Vec<Spec> = all_specs().into_iter().filter(|spec| spec.pagination.is_none()).collect();
    assert!(others.len() >= 2);
    for spec in others {
        let subject = Subject::new(&spec, Settings::default());

        let response = subject.call(&subject.inputs());

        assert_conforms(&spec, &response);
    }
}

#[test]
fn puts_each_output_member_where_the_spec_says() {
    let spec = specs_in("tests/data/simulate").into_iter().find(|spec| spec.operation == "GetParcelLabel").unwrap();
    let subject = Subject::new(&spec, Settings::default());

    let response = subject.call(&subject.inputs());

    assert_eq!(response.status, Some(201));
    assert_eq!(response.body.bytes().len(), 8);
    assert_eq!(response.headers.get("x-depot"), Some(&*subject.inputs().text("depot").unwrap()));
    assert_eq!(response.headers.get("last-modified"), Some("Fri, 01 Jan 2010 00:00:00 GMT"));
    assert_eq!(response.headers.iter().filter(|(name, _)| *name == "content-type").count(), 1);
}

#[test]
fn repeats_the_inputs_that_it_was_told_of() {
    let spec = specs_in("tests/data/simulate").into_iter().find(|spec| spec.operation == "DescribeParcel").unwrap();
    let given = [("depot", "north-depot1"), ("depot", "south-depot1"), ("name", "tea set")];
    let inputs = given.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
    let subject = Subject::new(&spec, Settings { inputs, ..Settings::default() });

    for depot in ["north-depot1", "south-depot1"] {
        let response = subject.call_with(&[("depot", depot)]);

        assert_conforms(&spec, &response);
        assert_eq!(body(&response).get("depot").unwrap().as_text().unwrap(), depot);
        assert_eq!(body(&response).get("name").unwrap().as_text().unwrap(), "tea set");
    }
    assert_eq!(subject.call_with(&[("depot", "other-depot1")]).status, Some(400));
}

// ---- what is refused

/// Asserts that the response is the modelled error of that role, and that its message names the member.
fn assert_refused(spec: &Spec, response: &Response, name: Option<&str>, member: &str) {
    let stated = errors::error_type(response).map(|stated| stated.name);
    assert_eq!(stated.as_deref(), name, "{}: {response:?}", spec.file);
    let status = name.map_or(400, |name| spec.error(name).unwrap().status);
    assert_eq!(response.status, Some(status), "{}", spec.file);
    assert_eq!(response.headers.get("content-type"), Some("application/json"));
    let message = body(response).get("message").unwrap().as_text().unwrap().into_owned();
    assert!(message.contains(member), "{}: {message} does not name {member}", spec.file);
}

fn validation_error(spec: &Spec) -> Option<&str> {
    let fallback = spec.errors.iter().find(|error| error.status == 400 || error.status == 409);
    spec.validation_error.as_deref().or_else(|| fallback.map(|error| error.name.as_str()))
}

fn is_path_text(spec: &Spec, member: &Member) -> bool {
    member.location == retake::spec::Location::Path && matches!(spec.shape(member.shape).kind, Kind::String)
}

#[test]
fn refuses_malformed_and_unknown_resources() {
    let mut refused = 0;
    for spec in all_specs() {
        let subject = Subject::new(&spec, Settings::default());
        for member in spec.input.iter().filter(|member| is_path_text(&spec, member)) {
            let known = subject.inputs().text(&member.key).unwrap().into_owned();
            if let Some(malformed) = exemplar::malformed(&spec, member.shape) {
                let response = subject.call_with(&[(&member.key, &malformed)]);
                assert_refused(&spec, &response, validation_error(&spec), &member.wire_name);
                refused += 1;
            }
            let unknown = exemplar::unknown(&spec, member.shape, &known).unwrap();
            let response = subject.call_with(&[(&member.key, &unknown)]);
            let name = spec.not_found_error.as_deref().or(validation_error(&spec));
            assert_refused(&spec, &response, name, &member.wire_name);
            refused += 1;
        }
    }
    assert!(refused >= 8);
}

#[test]
fn refuses_page_sizes_beside_their_range_and_takes_those_at_its_ends() {
    for spec in listings() {
        let subject = Subject::new(&spec, Settings::default());
        let Some(key) = &spec.pagination.as_ref().unwrap().page_size else { continue };
        let member = spec.input_member(key).unwrap();
        let (_, most) = spec.shape(member.shape).constraints.range.unwrap_or((1.0, 2_147_483_647.0));
        for size in ["0", "-1", &(most + 1.0).to_string(), "ten", "1.5", ""] {
            let response = subject.call_with(&[(key, size)]);
            assert_refused(&spec, &response, validation_error(&spec), &member.wire_name);
        }
        for size in ["1", &most.to_string()] {
            assert_conforms(&spec, &subject.call_with(&[(key, size)]));
        }
    }
}

/// A token that another page follows, with the inputs it was issued for.
fn issued(subject: &Subject) -> Option<String> {
    let spec = subject.spec();
    let size = spec.pagination.as_ref().unwrap().page_size.as_ref().map(|_| 7);
    walk(subject, &subject.inputs(), size).tokens.last().cloned()
}

#[test]
fn refuses_tokens_that_it_did_not_issue() {
    for spec in listings() {
        let subject = Subject::new(&spec, Settings::default());
        let key = &spec.pagination.as_ref().unwrap().input_token;
        let member = spec.input_member(key).unwrap();
        let token = issued(&subject).unwrap();
        let mut bad = vec![String::new(), "retake-unknown-token".to_owned(), "0".repeat(token.len()), "5".to_owned()];
        bad.extend([format!("{token}{token}"), format!("{token}="), token[1..].to_owned(), token.to_lowercase() + "a"]);
        for place in 0..token.len() {
            // Every character changed, the last one in every way: base64 has bits to spare there.
            let others: &[u8] = if place + 1 == token.len() { b"0123456789ABCDEFabcdefghABQgwxyz-_" } else { b"0A" };
            for other in others {
                let mut tampered = token.clone().into_bytes();
                tampered[place] = *other;
                bad.push(String::from_utf8(tampered).unwrap());
            }
        }
        for token in bad.iter().filter(|bad| **bad != token) {
            assert_refused(&spec, &subject.call_with(&[(key, token)]), validation_error(&spec), &member.wire_name);
        }
        assert_conforms(&spec, &subject.call_with(&[(key, &token)]));
    }
}

#[test]
fn binds_tokens_to_every_input_but_the_page_size() {
    for spec in listings() {
        let pagination = spec.pagination.as_ref().unwrap();
        let plain = Subject::new(&spec, Settings::default());
        let known = plain.inputs();
        let mut inputs: Vec<(String, String)> = Vec::new();
        for member in spec.input.iter().filter(|member| is_path_text(&spec, member)) {
            let first = known.text(&member.key).unwrap().into_owned();
            let second = exemplar::unknown(&spec, member.shape, &first).unwrap();
            inputs.extend([first, second].map(|value| (member.key.clone(), value)));
        }
        let subject = Subject::new(&spec, Settings { inputs: inputs.clone(), ..Settings::default() });
        let token = issued(&subject).unwrap();
        let with_token = |key: &str, value: &str| subject.call_with(&[(&pagination.input_token, &token), (key, value)]);

        for (key, value) in &inputs {
            let response = with_token(key, value);
            if known.text(key).unwrap() == *value {
                assert_conforms(&spec, &response);
            } else {
                assert_conforms(&spec, &subject.call_with(&[(key, value)]));
                let member = spec.input_member(&pagination.input_token).unwrap();
                assert_refused(&spec, &response, validation_error(&spec), &member.wire_name);
            }
        }
        if let Some(key) = &pagination.page_size {
            assert_conforms(&spec, &with_token(key, "3"));
        }
    }
}

#[test]
fn never_issues_a_token_that_says_what_it_means() {
    for spec in listings() {
        let subject = Subject::new(&spec, Settings::default());
        let size = spec.pagination.as_ref().unwrap().page_size.as_ref().map(|_| 1);
        let walk = walk(&subject, &subject.inputs(), size);
        let text: String = walk.items.iter().map(Json::to_compact).collect();
        for token in &walk.tokens {
            assert!(!text.contains(token.as_str()), "{}: the token is an item's", spec.file);
            let neighbours = walk.tokens.iter().filter(|other| other[..4] == token[..4]).count();
            assert_eq!(neighbours, 1, "{}: tokens count up", spec.file);
        }
    }
}

#[test]
fn refuses_what_is_no_operation() {
    let spec = &specs_in("specs/medical-imaging")[0];
    let subject = Subject::new(spec, Settings::default());
    let right = build_request(spec, &subject.inputs());

    for path in ["/", "/nothing", &format!("{}/", right.path), &right.path.to_uppercase()] {
        let response = subject.send(&Request { path: path.to_string(), ..right.clone() });
        assert_eq!(response.status, Some(404), "{path}");
        assert_eq!(errors::error_type(&response).unwrap().name, "UnknownOperationException");
        assert!(body(&response).get("message").is_some());
    }
    let response = subject.send(&Request { method: "GET".into(), ..right });
    assert_eq!(response.status, Some(404));
}

#[test]
fn serves_one_operation_alone_where_it_is_told_to() {
    let specs = Arc::new(Specs::new(specs_in("tests/data/simulate")));
    let settings = Settings { operation: Some("DescribeParcel".into()), ..Settings::default() };
    let simulator = Simulator::new(Arc::clone(&specs), settings).unwrap();
    let all = Simulator::new(Arc::clone(&specs), Settings::default()).unwrap();
    let status = |simulator: &Simulator, operation: &str| {
        let inputs = all.example_inputs(operation).unwrap();
        let request = build_request(specs.operation(operation).unwrap(), &inputs);
        match simulator.answer(&Session::anonymous(), &request) {
            Answer::Reply(response) => response.status.unwrap(),
            Answer::Miss(_) => 0,
        }
    };

    assert_eq!(status(&simulator, "DescribeParcel"), 200);
    assert_eq!(status(&simulator, "ListNames"), 404);
    assert_eq!(status(&all, "ListNames"), 200);
}

#[test]
fn says_which_setting_it_cannot_follow() {
    let specs = Arc::new(Specs::new(specs_in("specs")));
    let refused = |settings: Settings| Simulator::new(Arc::clone(&specs), settings).unwrap_err().to_string();
    let input = |key: &str, value: &str| Settings { inputs: vec![(key.into(), value.into())], ..Settings::default() };

    let text = refused(Settings { operation: Some("ListImageSetVersion".into()), ..Settings::default() });
    assert!(text.contains("did you mean \"ListImageSetVersions\"?"), "{text}");
    let text = refused(input("datastoreid", "x"));
    assert!(text.contains("did you mean \"datastoreId\"?"), "{text}");
    let text = refused(input("datastoreId", "short"));
    assert!(text.contains("list-image-set-versions.yaml:") && text.contains("[0-9a-z]{32}"), "{text}");
    assert!(refused(Settings { items: 100_001, ..Settings::default() }).contains("at most 100000"));
}

#[test]
fn says_which_spec_it_cannot_follow() {
    let refused = |rest: &str| {
        let text = format!(
            "spec: 1\nservice: {{id: s, api_version: \"1\", protocol: rest-json, signing_name: s, endpoint: e}}\n\
             operation: A\nhttp: {{method: GET, path: /a}}\n{rest}"
        );
        let specs = Arc::new(Specs::new(vec![compile("a.yaml", &text).unwrap()]));
        Simulator::new(specs, Settings::default()).unwrap_err().to_string()
    };

    let rules = "output: {state: {type: enum, values: [NEW, OLD], required: true}}\nrules:\n\
                 - {id: one, expect: {state: NEW}}\n- {id: two, expect: {state: OLD}}\n";
    assert!(refused(rules).contains("a.yaml:"), "{}", refused(rules));
    let token = "input: {t: {in: query, type: string, length: [1, 5]}}\n\
                 output: {l: {type: list, of: string}, t: {type: string, length: [1, 5]}}\n\
                 pagination: {input_token: t, output_token: t, items: l, identity: []}\n";
    assert!(refused(token).contains("no page token"), "{}", refused(token));
}

// ---- the same again

#[test]
fn gives_the_same_bytes_to_the_same_request_in_whatever_order() {
    for spec in all_specs() {
        let subjects = [(); 2].map(|()| Subject::new(&spec, Settings::default()));
        let mut requests = vec![build_request(&spec, &subjects[0].inputs()), Request::default()];
        if let Some(pagination) = &spec.pagination {
            let walk = walk(&subjects[0], &subjects[0].inputs(), None);
            for token in walk.tokens.iter().map(String::as_str).chain(["nonsense"]) {
                let mut inputs = subjects[0].inputs();
                let member = spec.input_member(&pagination.input_token).unwrap();
                inputs.set(&member.key, InputValue::from_text(&spec, member, token));
                requests.push(build_request(&spec, &inputs));
            }
        }
        let forwards: Vec<Response> = requests.iter().map(|request| subjects[0].send(request)).collect();
        let mut backwards: Vec<Response> = requests.iter().rev().map(|request| subjects[1].send(request)).collect();
        backwards.reverse();

        assert_eq!(forwards, backwards, "{}", spec.file);
        let ids: BTreeMap<&str, usize> = forwards.iter().enumerate().map(|(index, r)| (request_id(r), index)).collect();
        assert_eq!(ids.len(), forwards.len(), "{}: a request id came twice", spec.file);
    }
}

fn request_id(response: &Response) -> &str {
    let id = response.headers.get("x-amzn-requestid").unwrap();
    let parts: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
    id
}

#[test]
fn knows_no_clock_and_no_headers() {
    let spec = &specs_in("specs/medical-imaging")[0];
    let subject = Subject::new(spec, Settings::default());
    let request = build_request(spec, &subject.inputs());
    let mut other = request.clone();
    other.headers.push("x-amz-date", "20300101T000000Z");

    assert_eq!(subject.send(&request), subject.send(&other));
}
