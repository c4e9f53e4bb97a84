//! What a simulator is told, and which specs it cannot follow.

use super::subject::{Subject, specs_in, walk};
use retake::answer::{Answer, Answerer, Session};
use retake::simulate::{Settings, Simulator};
use retake::spec::{Specs, build_request, compile};
use std::sync::Arc;

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
            Answer::Fault(_) | Answer::Miss(_) => 0,
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
    assert!(text.contains(".yaml:") && text.contains("[0-9a-z]{32}"), "{text}");
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
    let value = "output: {s: {type: string, pattern: \"[a-z]{3}\", length: [5, 9], required: true}}\n";
    assert!(
        refused(value).contains("no value can be made of the type of \"s\"\n  at a.yaml:5:1"),
        "{}",
        refused(value)
    );
    let list = "output: {l: {type: list, of: {type: structure, members: {s: {type: string, pattern: a, length: [5, 9], required: true}}}}}\n";
    assert!(refused(list).contains("no value can be made"), "{}", refused(list));
    let token = "input: {t: {in: query, type: string, length: [1, 5]}}\n\
                 output: {l: {type: list, of: string}, t: {type: string, length: [1, 5]}}\n\
                 pagination: {input_token: t, output_token: t, items: l}\n";
    assert!(refused(token).contains("no page token"), "{}", refused(token));
}

#[test]
fn knows_the_stand_ins_of_a_cassette_where_it_is_told_nothing() {
    let specs = Arc::new(Specs::new(specs_in("specs")));
    let simulator = Simulator::new(specs, Settings::default()).unwrap();

    let inputs = simulator.example_inputs("ListImageSetVersions").unwrap();

    let texts: Vec<_> = inputs.iter().map(|(key, value)| (key, value.text().into_owned())).collect();
    let expected =
        [("datastoreId", "datastore00000000000000000000001"), ("imageSetId", "imageset000000000000000000000001")];
    assert_eq!(texts, expected.map(|(key, value)| (key, value.to_owned())));
}

#[test]
fn lists_no_more_items_than_differ() {
    let text = "spec: 1\nservice: {id: s, api_version: \"1\", protocol: rest-json, signing_name: s, endpoint: e}\n\
        operation: A\nhttp: {method: GET, path: /a}\ninput: {t: {in: query, type: string}}\n\
        output: {l: {type: list, of: {type: structure, members: {k: {type: enum, values: [A, B, C], required: true}}}}, t: {type: string}}\n\
        pagination: {input_token: t, output_token: t, items: l, identity: [k]}\n";
    let subject = Subject::new(&compile("a.yaml", text).unwrap(), Settings::default());

    let walk = walk(&subject, &subject.inputs(), None);

    assert_eq!(walk.items.len(), 3);
}
