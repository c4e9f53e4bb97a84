//! Routing and building, alone and as each other's way back.

use super::*;
use crate::message::json::Text;
use crate::message::target;
use crate::spec::{build_request, compile};
use bytes::Bytes;
use proptest::prelude::*;
use std::sync::LazyLock;

const GET: &str = r#"
spec: 1
service: {id: shop, api_version: "1", protocol: rest-json, signing_name: shop, endpoint: "shop.{region}.test"}
operation: FindThings
http: {method: POST, path: "/shops/{shopId}/things/{thing}"}
input:
  shopId: {in: path, type: string, required: true}
  thing: {in: path, type: string, required: true}
  tags: {in: query, type: list, of: string, name: tag}
  token: {in: query, type: string, name: next-token}
  size: {in: query, type: integer}
  region: {in: header, type: string, name: X-Shop-Region}
  filter: {type: structure, members: {a: {type: string}}}
  limit: {type: integer, name: Limit}
"#;

fn spec_with(path: &str, operation: &str, input: &str) -> Spec {
    let text = format!(
        "spec: 1\nservice: {{id: shop, api_version: \"1\", protocol: rest-json, signing_name: shop, endpoint: e}}\n\
             operation: {operation}\nhttp: {{method: GET, path: \"{path}\"}}\n{input}"
    );
    compile("a.yaml", &text).unwrap()
}

fn find_things() -> &'static Specs {
    static SPECS: LazyLock<Specs> = LazyLock::new(|| Specs::new(vec![compile("a.yaml", GET).unwrap()]));
    &SPECS
}

fn request(target: &str) -> Request {
    let (path, query) = target::split(target);
    Request { method: "POST".into(), path, query, ..Request::default() }
}

fn with_body(target: &str, body: &str) -> Request {
    Request { body: Body::from_bytes(body.to_owned()), ..request(target) }
}

fn kind(specs: &Specs, request: &Request) -> UnroutedKind {
    specs.route(request).unwrap_err().kind
}

#[test]
fn reads_members_from_every_place() {
    let specs = find_things();
    let mut request = with_body(
        "/shops/a%20b/things/x%2Fy?tag=1&size=ten&tag=two&next-token=%C3%A9",
        r#"{"Limit": 5, "filter": {"a": "\u00e9"}}"#,
    );
    request.headers.push("X-SHOP-region", "north");

    let route = specs.route(&request).unwrap();

    let members: Vec<_> = route.inputs.iter().map(|(key, value)| (key, value.text().into_owned())).collect();
    let expected = [
        ("shopId", "a b"),
        ("thing", "x/y"),
        ("tags", r#"["1","two"]"#),
        ("token", "é"),
        ("size", "ten"),
        ("region", "north"),
        ("filter", r#"{"a":"\u00e9"}"#),
        ("limit", "5"),
    ];
    assert_eq!(members, expected.map(|(key, value)| (key, value.to_owned())));
}

#[test]
fn refuses_every_other_spelling_of_a_path() {
    let specs = find_things();
    let others = [
        ("/shops/a/things/b/", UnroutedKind::EmptySegment),
        ("//shops/a/things/b", UnroutedKind::EmptySegment),
        ("/shops//things/b", UnroutedKind::EmptySegment),
        ("/shops/a/things/", UnroutedKind::EmptySegment),
        ("/Shops/a/things/b", UnroutedKind::Path),
        ("/shop%73/a/things/b", UnroutedKind::Path),
        ("/shops/a/things;x/b", UnroutedKind::Path),
        ("/shops/a%2Fthings/b", UnroutedKind::Path),
        ("/shops/./things/b", UnroutedKind::DotSegment),
        ("/shops/../things/b", UnroutedKind::DotSegment),
        ("/shops/%2e%2E/things/b", UnroutedKind::DotSegment),
        ("/shops/.%2e/things/b", UnroutedKind::DotSegment),
        ("/x/../shops/a/things/b", UnroutedKind::Path),
        ("/shops/a%/things/b", UnroutedKind::Escape),
        ("/shops/a%2/things/b", UnroutedKind::Escape),
        ("/shops/a%zz/things/b", UnroutedKind::Escape),
        ("/shops/%ff/things/b", UnroutedKind::Escape),
        ("shops/a/things/b", UnroutedKind::Path),
        ("http://h/shops/a/things/b", UnroutedKind::EmptySegment),
        ("", UnroutedKind::Path),
        ("/", UnroutedKind::EmptySegment),
        ("*", UnroutedKind::Path),
    ];

    for (path, expected) in others {
        assert_eq!(kind(specs, &request(path)), expected, "{path}");
    }
    assert!(specs.route(&request("/shops/a/things/b")).is_ok());
}

#[test]
fn refuses_another_method_and_names_the_nearest_operation() {
    let specs = find_things();
    let get = Request { method: "GET".into(), ..request("/shops/a/things/b") };
    let lower = Request { method: "post".into(), ..request("/shops/a/things/b") };

    let unrouted = specs.route(&get).unwrap_err();

    assert_eq!(unrouted.kind, UnroutedKind::Method);
    assert_eq!(unrouted.nearest.unwrap(), "FindThings (POST /shops/{shopId}/things/{thing})");
    assert_eq!(kind(specs, &lower), UnroutedKind::Method);
}

#[test]
fn refuses_unknown_and_repeated_members() {
    let specs = find_things();
    let path = "/shops/a/things/b";

    let unknown = specs.route(&request(&format!("{path}?next-tokn=1"))).unwrap_err();
    assert_eq!(unknown.kind, UnroutedKind::UnknownQuery("next-tokn".into()));
    assert_eq!(unknown.operation.as_deref(), Some("FindThings"));
    assert_eq!(unknown.nearest.as_deref(), Some("\"next-token\""));
    assert_eq!(kind(specs, &request(&format!("{path}?token=1"))), UnroutedKind::UnknownQuery("token".into()));
    assert_eq!(kind(specs, &request(&format!("{path}?size=1&size=1"))), UnroutedKind::RepeatedQuery("size".into()));
    let mut twice = request(path);
    twice.headers.push("x-shop-region", "a");
    twice.headers.push("x-shop-region", "a");
    assert_eq!(kind(specs, &twice), UnroutedKind::RepeatedHeader("X-Shop-Region".into()));
    let body = |body| kind(specs, &with_body(path, body));
    assert_eq!(body(r#"{"limit":1}"#), UnroutedKind::UnknownBodyMember("limit".into()));
    assert_eq!(body(r#"{"Limit":1,"Limit":1}"#), UnroutedKind::RepeatedBodyMember("Limit".into()));
    assert_eq!(body("{"), UnroutedKind::BodyNotJson);
    assert_eq!(body("[]"), UnroutedKind::BodyNotObject);
}

#[test]
fn takes_no_body_but_an_empty_one_where_the_operation_has_none() {
    let specs = Specs::new(vec![spec_with("/a", "A", "")]);
    let with = |body: &str| Request { method: "GET".into(), ..with_body("/a", body) };

    assert!(specs.route(&with("")).is_ok());
    assert!(specs.route(&with("{ }")).is_ok());
    for body in ["{\"a\":1}", "[]", "x", " "] {
        assert_eq!(kind(&specs, &with(body)), UnroutedKind::UnexpectedBody, "{body}");
    }
    assert_eq!(build_request(specs.operation("A").unwrap(), &specs.route(&with("{}")).unwrap().inputs), with(""));
}

#[test]
fn prefers_the_literal_where_two_paths_fit() {
    let by_id = spec_with("/things/{id}", "AById", "input: {id: {in: path, type: string, required: true}}");
    let search = spec_with("/things/search", "Search", "input: {q: {in: query, type: string}}");
    let specs = Specs::new(vec![by_id, search]);
    let operation = |target: &str| {
        let request = Request { method: "GET".into(), ..request(target) };
        specs.route(&request).map(|route| route.spec.operation.clone())
    };

    assert_eq!(operation("/things/search").unwrap(), "Search");
    assert_eq!(operation("/things/Search").unwrap(), "AById");
    assert_eq!(operation("/things/search?x=1").unwrap_err().operation.unwrap(), "Search");
}

#[test]
fn prefers_the_earlier_literal_and_goes_on_to_what_takes_the_rest() {
    let input = |key: &str| format!("input: {{{key}: {{in: path, type: string, required: true}}}}");
    let early = spec_with("/a/b/{w}", "One", &input("w"));
    let late = spec_with(
        "/a/{x}/c",
        "Two",
        &format!("{}\n  q: {{in: query, type: string}}", "input:\n  x: {in: path, type: string, required: true}"),
    );
    let specs = Specs::new(vec![late, early]);
    let operation = |target: &str| {
        let request = Request { method: "GET".into(), ..request(target) };
        specs.route(&request).unwrap().spec.operation.clone()
    };

    assert_eq!(operation("/a/b/c"), "One");
    assert_eq!(operation("/a/b/c?q=1"), "Two");
}

#[test]
fn builds_one_canonical_request() {
    let specs = find_things();
    let spec = specs.operation("FindThings").unwrap();
    let texts = [("tags", "b,a"), ("token", "t"), ("size", "5"), ("shopId", "a b/é"), ("thing", "~x"), ("region", "n")];

    let request = build_request(spec, &Inputs::from_texts(spec, texts));

    assert_eq!(
        target::join(&request.path, &request.query),
        "/shops/a%20b%2F%C3%A9/things/~x?next-token=t&size=5&tag=b&tag=a"
    );
    assert_eq!(
        request.headers.iter().collect::<Vec<_>>(),
        [("content-type", "application/json"), ("x-shop-region", "n")]
    );
    assert_eq!(request.body.bytes(), b"{}");
}

#[test]
fn reads_payloads_by_their_type() {
    let payload = |kind: &str| {
        let specs = Specs::new(vec![spec_with("/a", "A", &format!("input: {{p: {{in: payload, type: {kind}}}}}"))]);
        move |body: &'static [u8]| {
            let request = Request { method: "GET".into(), body: Body::from_bytes(body), ..request("/a") };
            let route = specs.route(&request).map_err(|unrouted| unrouted.kind)?;
            let again = build_request(route.spec, &route.inputs);
            assert_eq!(again.body, request.body);
            Ok::<_, UnroutedKind>(route.inputs.get("p").cloned())
        }
    };

    assert_eq!(payload("blob")(b"\xff\0"), Ok(Some(InputValue::Bytes(Bytes::from_static(b"\xff\0")))));
    assert_eq!(payload("blob")(b""), Ok(None));
    assert_eq!(payload("string")("é".as_bytes()), Ok(Some(InputValue::Text("é".into()))));
    assert_eq!(payload("document")(b"[1.50]"), Ok(Some(InputValue::Json(Json::parse(b"[1.50]").unwrap()))));
    assert_eq!(payload("document")(b"[1"), Err(UnroutedKind::BodyNotJson));
}

#[test]
fn texts_take_the_form_of_their_member() {
    let specs = find_things();
    let spec = specs.operation("FindThings").unwrap();

    let texts = [("limit", "5"), ("size", "5"), ("tags", "a,2"), ("filter", "{\"a\":\"b\"}"), ("nothing", "x")];
    let inputs = Inputs::from_texts(spec, texts);

    assert_eq!(inputs.get("limit"), Some(&InputValue::Json(Json::Number("5".into()))));
    assert_eq!(inputs.get("size"), Some(&InputValue::Text("5".into())));
    assert_eq!(inputs.text("tags").unwrap(), r#"["a","2"]"#);
    assert_eq!(inputs.text("filter").unwrap(), r#"{"a":"b"}"#);
    assert_eq!(inputs.len(), 4);
}

fn label() -> impl Strategy<Value = String> {
    any::<String>()
        .prop_filter("an empty or dot label does not route", |text| !matches!(text.as_str(), "" | "." | ".."))
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(|number| Json::Number(number.to_string())),
        any::<String>().prop_map(|text| Json::string(&text)),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            prop::collection::vec((any::<String>().prop_map(|key| Text::new(&key)), inner), 0..4)
                .prop_map(Json::Object),
        ]
    })
}

proptest! {
    #[test]
    fn routes_what_it_builds_to_the_same_inputs(
        shop in label(),
        thing in label(),
        token in prop::option::of(any::<String>()),
        size in prop::option::of(any::<String>()),
        tags in prop::collection::vec(any::<String>(), 0..4),
        region in prop::option::of("[!-~]{0,12}"),
        filter in prop::option::of(json()),
        limit in prop::option::of(json()),
    ) {
        let specs = find_things();
        let spec = specs.operation("FindThings").unwrap();
        let mut inputs = Inputs::new(spec);
        let texts = [("shopId", Some(shop)), ("thing", Some(thing)), ("token", token), ("size", size), ("region", region)];
        for (key, text) in texts {
            if let Some(text) = text {
                inputs.set(key, InputValue::Text(text));
            }
        }
        if !tags.is_empty() {
            let tags = tags.iter().map(|tag| Json::string(tag)).collect();
            inputs.set("tags", InputValue::Json(Json::Array(tags)));
        }
        for (key, value) in [("filter", filter), ("limit", limit)] {
            if let Some(value) = value {
                inputs.set(key, InputValue::Json(value));
            }
        }

        let built = build_request(spec, &inputs);
        // The way over the wire: one target that is encoded and decoded.
        let (path, query) = target::split(&target::join(&built.path, &built.query));
        let arrived = Request { path, query, ..built.clone() };

        let route = specs.route(&arrived).unwrap();
        prop_assert_eq!(&route.inputs, &inputs);
        prop_assert_eq!(build_request(spec, &route.inputs), built);
    }
}

proptest! {
    #[test]
    fn whatever_routes_is_built_again_to_the_same_inputs(
        path in prop_oneof!["/shops/[ -~]{0,6}/things/[ -~é]{0,6}", "[ -~]{0,20}", "/shops/(%[0-9a-fA-F.]{0,2}){1,3}/things/[.%2eE]{1,6}"],
        query in prop::collection::vec(("next-token|size|tag|tagg", ".{0,4}"), 0..3),
        body in prop_oneof!["", r#"\{"(Limit|filter|x)":("a"|1|\{\}|null)\}"#, ".{0,8}"],
    ) {
        let specs = find_things();
        let request = Request { method: "POST".into(), path, query, body: Body::from_bytes(body), ..Request::default() };

        if let Ok(route) = specs.route(&request) {
            let built = build_request(route.spec, &route.inputs);
            let again = specs.route(&built).unwrap();
            prop_assert_eq!(&again.inputs, &route.inputs);
            prop_assert_eq!(build_request(again.spec, &again.inputs), built);
        }
    }
}
