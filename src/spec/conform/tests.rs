//! Each violation, beside a value that is right, at its place and with its line.

use super::*;
use crate::message::{Body, Request, target};
use crate::spec::{Specs, compile};

const SPEC: &str = r#"spec: 1
service: {id: shop, api_version: "1", protocol: rest-json, signing_name: shop, endpoint: e}
operation: FindThings
http: {method: POST, path: "/shops/{shopId}"}
input:
  shopId: {in: path, type: ShopId, required: true}
  size: {in: query, type: integer, range: [1, 50]}
  since: {in: query, type: timestamp}
  sure: {in: query, type: boolean}
  ratio: {in: query, type: double, range: [0, 1]}
  when: {in: header, type: timestamp, name: X-When}
  marks: {in: header, type: list, of: integer, name: X-Marks}
  sizes: {in: query, type: list, of: integer, name: at}
  filter: {type: Filter, required: true}
output:
  things: {type: list, of: Thing, required: true}
  next: {type: string, name: NextToken}
  ETag: {in: header, type: string, required: true, length: [1, 4]}
types:
  ShopId: {type: string, pattern: "[0-9a-z]{4}"}
  Filter: {type: union, members: {byName: {type: string}, byAge: {type: integer}}}
  Thing:
    type: structure
    members:
      id: {type: string, length: [1, 3], required: true}
      name: {type: string, charset: ascii}
      state: {type: State}
      at: {type: timestamp}
      day: {type: timestamp, format: date-time}
      age: {type: long, range: [0, 150]}
      weight: {type: float}
      data: {type: blob, length: [0, 2]}
      any: {type: document}
      words: {type: list, of: string, unique: true, length: [0, 2]}
      shops: {type: map, keys: ShopId, values: integer, length: [0, 2]}
      extra: {type: structure, members: {forced: {type: boolean}}}
      parts: {type: list, of: Thing}
      filter: {type: Filter}
  State: {type: enum, values: [NEW, OLD]}
"#;

fn spec() -> Spec {
    compile("specs/shop/find.yaml", SPEC).unwrap()
}

fn line_of(text: &str) -> u32 {
    SPEC.lines().position(|line| line.trim_start().starts_with(text)).unwrap() as u32 + 1
}

/// What is wrong with a thing of these members: pointer within it, and violation.
fn thing(members: &str) -> Vec<(String, Violation)> {
    let body = format!(r#"{{"things":[{{"id":"a",{members}}}]}}"#);
    let problems = check_output_body(&spec(), &Json::parse(body.as_bytes()).unwrap());
    problems
        .into_iter()
        .map(|problem| (problem.pointer.strip_prefix("/things/0").unwrap().to_owned(), problem.violation))
        .collect()
}

fn one(members: &str) -> (String, Violation) {
    let mut all = thing(members);
    assert_eq!(all.len(), 1, "{members}: {all:?}");
    all.remove(0)
}

fn wrong_type(members: &str) -> (&'static str, &'static str) {
    match one(members).1 {
        Violation::WrongType { expected, found } => (expected, found),
        other => panic!("{members}: {other:?}"),
    }
}

#[test]
fn finds_nothing_wrong_with_what_is_right() {
    let members = r#""name":"a","state":"NEW","at":1.679592510753E9,"day":"2010-01-01T00:00:00Z","age":1.5e2,
        "weight":"NaN","data":"AAA=","any":null,"words":["a","b"],"shops":{"ab12":1},"extra":{"forced":true},
        "parts":[{"id":"b"}],"filter":{"byAge":3}"#;

    assert_eq!(thing(members), []);
}

#[test]
fn tells_types_apart() {
    assert_eq!(wrong_type(r#""name":5"#), ("a string", "a number"));
    assert_eq!(wrong_type(r#""name":{}"#), ("a string", "an object"));
    assert_eq!(wrong_type(r#""state":3"#), ("a string", "a number"));
    assert_eq!(wrong_type(r#""at":"2010-01-01T00:00:00Z""#), ("a number of seconds since 1970", "a string"));
    assert_eq!(wrong_type(r#""at":true"#), ("a number of seconds since 1970", "a boolean"));
    assert_eq!(wrong_type(r#""day":1262304000"#), ("a time as RFC 3339 has it", "a number"));
    assert_eq!(wrong_type(r#""day":"yesterday""#), ("a time as RFC 3339 has it", "another text"));
    assert_eq!(wrong_type(r#""age":1.5"#), ("a whole number of 64 bits", "a number with a fraction"));
    assert_eq!(wrong_type(r#""age":1e30"#), ("a whole number of 64 bits", "a greater number"));
    assert_eq!(wrong_type(r#""age":"1""#), ("a whole number of 64 bits", "a string"));
    assert_eq!(wrong_type(r#""weight":"heavy""#), ("a number", "a string"));
    assert_eq!(wrong_type(r#""weight":1e999"#), ("a number", "a number beyond all that a float holds"));
    assert_eq!(wrong_type(r#""data":"?""#), ("base64 text", "another text"));
    assert_eq!(wrong_type(r#""words":"a""#), ("an array", "a string"));
    assert_eq!(wrong_type(r#""words":[null]"#), ("a string", "null"));
    assert_eq!(wrong_type(r#""shops":[]"#), ("an object", "an array"));
    assert_eq!(wrong_type(r#""extra":"x""#), ("an object", "a string"));
    assert_eq!(wrong_type(r#""extra":{"forced":"true"}"#), ("a boolean", "a string"));
}

#[test]
fn holds_each_constraint_at_its_edges() {
    assert_eq!(thing(r#""age":0"#), []);
    assert_eq!(thing(r#""age":150"#), []);
    let range = |found: &str| Violation::Range { least: 0.0, most: 150.0, found: found.into() };
    assert_eq!(one(r#""age":-1"#), ("/age".into(), range("-1")));
    assert_eq!(one(r#""age":151"#), ("/age".into(), range("151")));
    let length = |most, found| Violation::Length { least: 0, most, found };
    assert_eq!(one(r#""words":["a","b","c"]"#), ("/words".into(), length(2, 3)));
    assert_eq!(one(r#""data":"AAAA""#), ("/data".into(), length(2, 3)));
    assert_eq!(one(r#""shops":{"aaaa":1,"bbbb":2,"cccc":3}"#), ("/shops".into(), length(2, 3)));
    assert_eq!(one(r#""words":["a","a"]"#), ("/words".into(), Violation::NotUnique));
    assert_eq!(one(r#""name":"é""#), ("/name".into(), Violation::Charset));
    let pattern = Violation::Pattern { pattern: "[0-9a-z]{4}".into() };
    assert_eq!(one(r#""shops":{"A":1}"#), ("/shops/A".into(), pattern));
    assert_eq!(one(r#""state":"new""#), ("/state".into(), Violation::UnmodelledValue("new".into())));
}

#[test]
fn counts_characters_and_not_bytes() {
    let body = |id: &str| Json::parse(format!(r#"{{"things":[{{"id":"{id}"}}]}}"#).as_bytes()).unwrap();

    assert_eq!(check_output_body(&spec(), &body("漢漢漢")), []);
    assert_eq!(check_output_body(&spec(), &body("\\ud83d\\ude00\\n")), []);
    assert_eq!(check_output_body(&spec(), &body("漢漢漢漢")).len(), 1);
}

#[test]
fn takes_null_as_absence_and_not_where_something_is_required() {
    assert_eq!(thing(r#""name":null,"at":null,"parts":null,"filter":null"#), []);
    assert_eq!(one(r#""parts":[{"id":null}]"#), ("/parts/0/id".into(), Violation::NullMember("id".into())));
    assert_eq!(one(r#""parts":[{}]"#), ("/parts/0".into(), Violation::MissingMember("id".into())));
}

#[test]
fn names_the_member_that_an_unknown_one_is_a_case_variant_of() {
    let unknown = |name: &str, of: Option<&str>| Violation::UnknownMember {
        name: name.into(),
        case_variant_of: of.map(str::to_owned),
    };

    assert_eq!(one(r#""State":"NEW""#), ("/State".into(), unknown("State", Some("state"))));
    assert_eq!(one(r#""a/b~c":1"#), ("/a~1b~0c".into(), unknown("a/b~c", None)));
    let body = Json::parse(br#"{"things":[],"nextToken":"x","etag":"y"}"#).unwrap();
    let found: Vec<_> = check_output_body(&spec(), &body).into_iter().map(|problem| problem.violation).collect();
    assert_eq!(found, [unknown("nextToken", Some("NextToken")), unknown("etag", None)]);
}

#[test]
fn judges_the_last_of_two_equal_keys_alone() {
    assert_eq!(thing(r#""name":5,"name":"a""#), []);
    assert_eq!(wrong_type(r#""name":"a","\u006eame":5"#), ("a string", "a number"));
    assert_eq!(thing(r#""shops":{"aaaa":1,"aaaa":2,"bbbb":1}"#), []);
    let many: Vec<String> = (0..40).map(|index| format!("\"k{}\":1", index % 30)).collect();
    assert_eq!(thing(&format!(r#""name":5,{},"name":"a""#, many.join(","))).len(), 30);
}

#[test]
fn wants_exactly_one_member_of_a_union() {
    assert_eq!(thing(r#""filter":{"byName":"a","byAge":null,"__type":"x"}"#), []);
    assert_eq!(one(r#""filter":{}"#), ("/filter".into(), Violation::UnionMembers { found: 0 }));
    assert_eq!(one(r#""filter":{"byName":"a","byAge":1}"#).1, Violation::UnionMembers { found: 2 });
    assert_eq!(wrong_type(r#""filter":{"byName":1}"#), ("a string", "a number"));
}

#[test]
fn cites_the_member_as_a_deviation_names_it_and_the_line_that_says_so() {
    let problems = |members: &str| {
        let body = format!(r#"{{"things":[{{"id":"a",{members}}}]}}"#);
        let problems = check_output_body(&spec(), &Json::parse(body.as_bytes()).unwrap());
        (problems[0].member.clone(), problems[0].line)
    };

    assert_eq!(problems(r#""name":5"#), ("Thing.name".into(), line_of("name:")));
    assert_eq!(problems(r#""state":"X""#), ("Thing.state".into(), line_of("State:")));
    assert_eq!(problems(r#""extra":{"forced":5}"#), ("Thing.extra.forced".into(), line_of("extra:")));
    assert_eq!(problems(r#""parts":[{"id":5}]"#), ("Thing.id".into(), line_of("id: {type: string, length")));
    assert_eq!(problems(r#""parts":[{}]"#), ("Thing.id".into(), line_of("id: {type: string, length")));
    let missing = check_output_body(&spec(), &Json::parse(b"{}").unwrap());
    assert_eq!((missing[0].member.as_str(), missing[0].line), ("things", line_of("things:")));
    let array = check_output_body(&spec(), &Json::parse(b"[]").unwrap());
    assert_eq!(array[0].pointer, "");
}

fn inputs(target: &str, headers: &[(&str, &str)], body: &str) -> Vec<(String, String)> {
    let (path, query) = target::split(target);
    let headers = headers.iter().copied().collect();
    let body = Body::from_bytes(body.to_owned());
    let request = Request { method: "POST".into(), path, query, headers, body };
    let specs = Specs::new(vec![spec()]);
    let route = specs.route(&request).unwrap();
    check_inputs(route.spec, &route.inputs)
        .into_iter()
        .map(|problem| (problem.pointer, problem.violation.to_string()))
        .collect()
}

#[test]
fn judges_inputs_by_the_form_in_which_they_travel() {
    const BODY: &str = r#"{"filter":{"byAge":1}}"#;
    let query = |query: &str| {
        let problems = inputs(&format!("/shops/ab12?{query}"), &[], BODY);
        problems.into_iter().map(|(pointer, text)| format!("{pointer} {text}")).collect::<Vec<_>>().join("; ")
    };

    assert_eq!(query("size=1&since=2010-01-01T00:00:00Z&sure=true&ratio=0.5&at=1&at=2"), "");
    assert_eq!(query("size=50"), "");
    assert_eq!(query("size=0"), "/size is 0, not 1 to 50");
    assert_eq!(query("size=51"), "/size is 51, not 1 to 50");
    for text in ["", "ten", "1.0", "1e1", "+1", " 1", "१", "99999999999"] {
        assert!(query(&format!("size={}", target::encode(text))).contains("/size is "), "{text}");
    }
    assert_eq!(query("since=1262304000"), "/since is another text and should be a time as RFC 3339 has it");
    assert_eq!(query("sure=TRUE"), "/sure is another text and should be a boolean");
    assert_eq!(query("ratio=2"), "/ratio is 2, not 0 to 1");
    assert_eq!(query("ratio=NaN"), "/ratio is NaN, not 0 to 1");
    assert_eq!(query("at=1&at=x"), "/at/1 is a string and should be a whole number of 32 bits");
    assert_eq!(inputs("/shops/ABCD", &[], BODY), [("/shopId".into(), "does not match [0-9a-z]{4}".into())]);
    assert_eq!(inputs("/shops/ab12", &[], ""), [(String::new(), "lacks \"filter\", which is required".into())]);
    assert_eq!(
        inputs("/shops/ab12", &[], r#"{"filter":null}"#),
        [("/filter".into(), "has null for \"filter\", which is required".into())]
    );
    let headers = [("x-when", "Fri, 01 Jan 2010 00:00:00 GMT"), ("x-marks", "1, 2")];
    assert_eq!(inputs("/shops/ab12", &headers, BODY), []);
    assert_eq!(inputs("/shops/ab12", &[("x-when", "1262304000"), ("x-marks", "1, b")], BODY).len(), 2);
}

#[test]
fn judges_the_headers_of_an_output() {
    let with = |headers: &[(&str, &str)]| {
        let response = Response { headers: headers.iter().copied().collect(), ..Response::default() };
        check_output_headers(&spec(), &response).into_iter().map(|problem| problem.violation).collect::<Vec<_>>()
    };

    assert_eq!(with(&[("etag", "a")]), []);
    assert_eq!(with(&[]), [Violation::MissingMember("ETag".into())]);
    assert_eq!(with(&[("ETag", "abcde")]), [Violation::Length { least: 1, most: 4, found: 5 }]);
}

#[test]
fn judges_a_payload_that_is_no_json() {
    let spec = |kind: &str| {
        let text = format!(
            "spec: 1\nservice: {{id: s, api_version: \"1\", protocol: rest-json, signing_name: s, endpoint: e}}\n\
             operation: A\nhttp: {{method: GET, path: /a}}\noutput: {{p: {{in: payload, type: {kind}, required: true}}}}\n"
        );
        compile("a.yaml", &text).unwrap()
    };
    let found = |kind: &str, body: &[u8]| {
        let problems = check_raw_payload(&spec(kind), &Body::from_bytes(body.to_vec()))?;
        Some(problems.into_iter().map(|problem| (problem.member, problem.violation.to_string())).collect::<Vec<_>>())
    };
    let one = |text: &str| Some(vec![("p".to_owned(), text.to_owned())]);

    assert_eq!(found("blob, length: [1, 2]", b"\xff\0"), Some(vec![]));
    assert_eq!(found("blob, length: [1, 2]", b"\xff\0\0"), one("has a length of 3, not of 1 to 2"));
    assert_eq!(found("string, pattern: a+", b"aa"), Some(vec![]));
    assert_eq!(found("string, pattern: a+", b"ab"), one("does not match a+"));
    assert_eq!(found("string", b"\xff"), one("is bytes and should be a string"));
    assert_eq!(found("string", b""), one("lacks \"p\", which is required"));
    assert_eq!(found("document", b"{}"), None);
}
