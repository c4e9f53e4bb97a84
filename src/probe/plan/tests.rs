//! The plan against small services made of a few lines.

use super::*;
use crate::message::{Body, target};
use crate::spec::compile;

const LIST_THINGS: &str = r#"
spec: 1
service: {id: things, api_version: "1", protocol: rest-json, signing_name: things, endpoint: "{prefix}things.{region}.example"}
operation: ListThings
http: {method: GET, path: "/box/{boxId}/things/{kind}", success: 200, read_only: true}
input:
  boxId: {in: path, type: string, pattern: "[0-9a-z]{4}", required: true, sensitivity: identifier}
  kind: {in: path, type: string, length: [1, 8], required: true}
  after: {in: query, type: string, sensitivity: token}
  size: {in: query, type: integer, range: [1, 50]}
output:
  things: {type: list, of: Thing, required: true}
  next: {type: string, sensitivity: token}
types:
  Thing: {type: structure, members: {name: {type: string}}}
pagination: {input_token: after, output_token: next, page_size: size, items: things, identity: [name]}
errors:
  SlowDown: {status: 400, fault: client, retry: throttling}
  ValidationException: {status: 400, fault: client, retry: never}
"#;

const GET_THING: &str = r#"
spec: 1
service: {id: things, api_version: "1", protocol: rest-json, signing_name: things, endpoint: "{prefix}things.{region}.example"}
operation: GetThing
http: {method: GET, path: "/thing/{thingId}", success: 200, read_only: true}
input:
  thingId: {in: path, type: string, pattern: "[0-9a-z]{4}", required: true, sensitivity: identifier}
output:
  name: {type: string}
errors:
  ValidationException: {status: 400, fault: client, retry: never}
"#;

/// What was asked: the target less `/box/`, the purpose after a space.
fn told(probe: &ProbeRequest<'_>) -> String {
    let target = target::join(&probe.request.path, &probe.request.query);
    let target = target.strip_prefix("/box/").unwrap_or(&target).replace("/things/k", "");
    match probe.request.headers.get(PROBE_HEADER) {
        Some(purpose) => format!("{target} {purpose}"),
        None => target,
    }
}

fn ok(token: Option<&str>) -> Response {
    let body = match token {
        Some(token) => format!("{{\"things\":[],\"next\":\"{token}\"}}"),
        None => "{\"things\":[],\"next\":null}".to_owned(),
    };
    Response { status: Some(200), body: Body::from_bytes(body), ..Response::default() }
}

fn error(status: u16, name: &str) -> Response {
    let headers = [("x-amzn-errortype", name)].into_iter().collect();
    Response { status: Some(status), headers, ..Response::default() }
}

/// A service with three things: as many a page as asked for, two if nothing is; its tokens say how many were seen.
fn three_things(request: &Request) -> Response {
    let size: usize = request.query_value("size").unwrap_or("2").parse().unwrap();
    let seen: usize = match request.query_value("after") {
        None => 0,
        Some(token) => match token.strip_prefix("seen-").and_then(|seen| seen.parse().ok()) {
            Some(seen) => seen,
            None => return error(400, "ValidationException"),
        },
    };
    if size == 0 || size > 50 || request.path.len() != "/box/abcd/things/k".len() {
        return error(400, "ValidationException");
    }
    let seen = seen + size;
    ok((seen < 3).then(|| format!("seen-{seen}")).as_deref())
}

/// Runs a plan over the listing; the answers come from `answer`.
fn run(max_requests: u32, other: Option<&str>, mut answer: impl FnMut(&Request) -> Response) -> Vec<String> {
    let spec = compile("list-things.yaml", LIST_THINGS).unwrap();
    let inputs = |id| Inputs::from_texts(&spec, [("boxId", id), ("kind", "k")]);
    let target = Target { spec: &spec, inputs: inputs("abcd"), other_inputs: other.map(inputs) };
    let mut plan = Plan::new(vec![target], max_requests);
    let mut asked = Vec::new();
    while let Some(probe) = plan.next() {
        asked.push(told(&probe));
        plan.observe(&answer(&probe.request));
    }
    assert_eq!(plan.sent() as usize, asked.len());
    asked
}

#[test]
fn asks_everything_in_order() {
    let asked = run(200, Some("efgh"), three_things);

    assert_eq!(
        asked,
        [
            "abcd",
            "abcd?after=seen-2",
            "abcd?size=1",
            "abcd?after=seen-1&size=1",
            "abcd?after=seen-2&size=1",
            "abcd?size=2",
            "abcd?after=seen-2&size=2",
            "abcd?size=50",
            "000 malformed-boxId",
            "dgxz unknown-boxId",
            "abcd/things/aaaaaaaaa malformed-kind",
            "abcd/things/unknown1 unknown-kind",
            "abcd?size=0",
            "abcd?size=51",
            "abcd?after= empty-token",
            "abcd?after=seen-A&size=2 tampered-token",
            "abcd?after=retake-unknown-token unknown-token",
            "efgh?size=1",
            "abcd?after=seen-1&size=1 foreign-token",
        ]
    );
}

#[test]
fn leaves_token_probes_out_where_no_token_was_issued() {
    let asked = run(200, Some("efgh"), |_| ok(None));

    assert!(!asked.iter().any(|asked| asked.contains("token")), "{asked:?}");
    assert_eq!(asked.last().unwrap(), "efgh?size=1");
}

#[test]
fn the_limit_ends_the_walk_that_it_falls_into_and_the_rest_is_still_asked() {
    let endless = |limit| {
        let mut issued = 0;
        run(limit, None, move |_| {
            issued += 1;
            ok(Some(&format!("token-{issued}")))
        })
    };
    // The first page of each other walk, then four identifiers, two sizes and three tokens.
    let rest = 3 + 4 + 2 + 3;
    for limit in [4, 5, 6] {
        let asked = endless(limit);

        let first_walk = asked.iter().take_while(|asked| !asked.contains("size=1")).count();
        assert_eq!(first_walk, limit as usize);
        assert_eq!(asked.len(), first_walk + rest, "{asked:?}");
    }
}

#[test]
fn sends_what_was_throttled_up_to_three_more_times() {
    let always = run(200, None, |_| error(429, "ThrottlingException"));
    assert_eq!(always[..5], ["abcd", "abcd", "abcd", "abcd", "abcd?size=1"]);

    let mut answers = 0;
    let once = run(200, None, |_| {
        answers += 1;
        if answers == 1 { error(400, "SlowDown") } else { ok(None) }
    });
    assert_eq!(once[..3], ["abcd", "abcd", "abcd?size=1"]);
}

#[test]
fn sends_nothing_twice_for_any_other_answer() {
    for answer in [error(500, "InternalServerException"), error(400, "ValidationException"), Response::default()] {
        let asked = run(200, None, |_| answer.clone());

        let mut once = asked.clone();
        once.dedup();
        assert_eq!(asked, once);
        // Four first pages, four identifiers, two sizes.
        assert_eq!(asked.len(), 4 + 4 + 2);
    }
}

#[test]
fn numbers_the_attempts_of_a_request() {
    let spec = compile("get-thing.yaml", GET_THING).unwrap();
    let inputs = Inputs::from_texts(&spec, [("thingId", "abcd")]);
    let mut plan = Plan::new(vec![Target { spec: &spec, inputs, other_inputs: None }], 200);
    let mut attempts = Vec::new();
    for _ in 0..5 {
        attempts.push(plan.next().unwrap().attempt);
        plan.observe(&error(429, "ThrottlingException"));
    }

    assert_eq!(attempts, [1, 2, 3, 4, 1]);
}

#[test]
fn a_walk_ends_where_its_token_repeats() {
    let asked = run(200, None, |_| ok(Some("same")));

    assert_eq!(asked[..3], ["abcd", "abcd?after=same", "abcd?size=1"]);
}

#[test]
fn an_operation_that_does_not_page_gets_one_call_and_the_wrong_identifiers() {
    let spec = compile("get-thing.yaml", GET_THING).unwrap();
    let inputs = Inputs::from_texts(&spec, [("thingId", "abcd")]);
    let mut plan = Plan::new(vec![Target { spec: &spec, inputs, other_inputs: None }], 200);
    let mut asked = Vec::new();
    while let Some(probe) = plan.next() {
        asked.push(told(&probe));
        plan.observe(&Response { status: Some(200), body: Body::from_bytes("{}"), ..Response::default() });
    }

    assert_eq!(asked, ["/thing/abcd", "/thing/000 malformed-thingId", "/thing/dgxz unknown-thingId"]);
}

#[test]
fn asks_for_page_sizes_in_range_and_just_out_of_it_only() {
    let sizes = |range: &str| {
        let text = LIST_THINGS.replace("range: [1, 50]", range);
        let spec = compile("list-things.yaml", &text).unwrap();
        let inputs = Inputs::from_texts(&spec, [("boxId", "abcd"), ("kind", "k")]);
        let mut plan = Plan::new(vec![Target { spec: &spec, inputs, other_inputs: None }], 200);
        let mut sizes = Vec::new();
        while let Some(probe) = plan.next() {
            sizes.extend(probe.request.query_value("size").map(str::to_owned));
            plan.observe(&ok(None));
        }
        sizes.join(" ")
    };

    assert_eq!(sizes("range: [1, 50]"), "1 2 50 0 51");
    assert_eq!(sizes("range: [1, 2]"), "1 2 0 3");
    assert_eq!(sizes("range: [1, 1]"), "1 0 2");
    assert_eq!(sizes("range: [0, 50]"), "1 2 50 51");
    assert_eq!(sizes("range: [5, 10]"), "10 0 11");
    assert_eq!(sizes("note: without a range"), "1 2 0");
}

#[test]
fn a_tampered_token_differs_in_its_last_character_alone_and_in_a_bit_that_base64_keeps() {
    for token in ["a", "QUJD", "QUJ", "QUI=", "aé", "page-token-0001"] {
        let changed = tampered(token);

        assert_ne!(changed, token);
        assert_eq!(changed.chars().count(), token.chars().count());
        let kept = token.char_indices().next_back().unwrap().0;
        assert_eq!(changed[..kept], token[..kept]);
    }
    assert_eq!([tampered("A"), tampered("f"), tampered("g"), tampered("9")], ["z", "z", "A", "A"]);
}
