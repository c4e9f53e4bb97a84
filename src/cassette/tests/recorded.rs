//! What a recorder hands over, and what becomes of it in the file.

use crate::cassette::{Cassette, Recording, describe, read, spec_digest};
use crate::diagnostic::Diagnostic;
use crate::message::{Body, End, Exchange, Link, Origin, Redacted, Request, Response, Transcript};
use crate::spec::{Spec, Specs, compile, embedded};
use sha2::{Digest, Sha256};

const STORE: &str = "datastore00000000000000000000001";
const SET: &str = "imageset000000000000000000000001";

fn listing(id: &str, status: u16, items: usize) -> Exchange {
    let items = vec!["{}"; items].join(",");
    let body = format!("{{\"imageSetPropertiesList\":[{items}]}}");
    Exchange {
        id: id.to_owned(),
        operation: Some("ListImageSetVersions".to_owned()),
        request: request(STORE),
        response: Response { status: Some(status), body: Body::from_bytes(body), ..Response::default() },
        ..Exchange::default()
    }
}

fn request(store: &str) -> Request {
    Request {
        method: "POST".to_owned(),
        path: format!("/datastore/{store}/imageSet/{SET}/listImageSetVersions"),
        query: vec![("nextToken".to_owned(), "page-token-0001".to_owned()), ("maxResults".to_owned(), "2".to_owned())],
        ..Request::default()
    }
}

fn recorded(specs: &Specs, exchanges: Vec<Exchange>) -> Cassette {
    let recording = Recording {
        origin: Origin::Live,
        region: Some("us-east-1".to_owned()),
        recorded_at: 1_795_457_045,
        redaction: Some("policy 1".to_owned()),
    };
    Cassette::new(specs, recording, Redacted::vouch(Transcript { exchanges }))
}

fn refusal(exchange: Exchange) -> Diagnostic {
    recorded(&embedded(), vec![exchange]).to_bytes().unwrap_err()
}

#[test]
fn says_by_which_specs_when_where_and_from_whom_it_was_recorded() {
    let specs = embedded();
    let mut exchanges = vec![listing("page-1", 200, 0), listing("page-2", 200, 0), listing("page-3", 200, 0)];
    for (exchange, client) in exchanges.iter_mut().zip(["b\u{1b}", "a", "a"]) {
        exchange.link = Link {
            client: Some(client.to_owned()),
            signature: Some("AWS4-HMAC-SHA256 medical-imaging host valid".to_owned()),
            ..Link::default()
        };
    }

    let cassette = recorded(&specs, exchanges);

    let spec = specs.operation("ListImageSetVersions").unwrap();
    let digest: String = Sha256::digest(&spec.text).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(cassette.source, "specs/medical-imaging/list-image-set-versions.yaml");
    assert_eq!(cassette.expression, "ListImageSetVersions");
    assert_eq!(cassette.info.spec_sha256, Some(digest));
    assert_eq!(cassette.info.recorded_at.as_deref(), Some("2026-11-23T18:04:05Z"));
    assert_eq!(cassette.info.client.as_deref(), Some("a, b?"));
    assert_eq!(cassette.info.signature.as_deref(), Some("AWS4-HMAC-SHA256 medical-imaging host valid"));
    assert_eq!(cassette.facts().recorded_day, Some(20_780));
    assert!(cassette.has_specs(&specs));
    let file = cassette.to_bytes().unwrap();
    let back = read("a", &file).unwrap();
    assert_eq!(back.transcript, cassette.transcript, "fields sorted, links gone");
    assert_eq!(back.info.client, cassette.info.client);
}

#[test]
fn knows_when_another_spec_is_loaded() {
    let specs = embedded();
    let cassette = recorded(&specs, vec![listing("page-1", 200, 0)]);
    let spec = specs.operation("ListImageSetVersions").unwrap();
    let other = compile(&spec.file, &format!("{}\n", spec.text)).unwrap();

    assert!(!cassette.has_specs(&Specs::new(vec![other])));
}

#[test]
fn names_a_spec_the_same_wherever_it_lies() {
    let text = &embedded().operation("ListImageSetVersions").unwrap().text.clone();
    for (file, named) in [
        ("specs/a/b.yaml", "specs/a/b.yaml"),
        ("./specs/a/b.yaml", "specs/a/b.yaml"),
        ("embedded:specs/a/b.yaml", "specs/a/b.yaml"),
        ("/home/someone/specs/a/b.yaml", "specs/a/b.yaml"),
        ("/home/someone/b.yaml", "b.yaml"),
        ("../../b.yaml", "b.yaml"),
        ("C:\\someone\\specs\\b.yaml", "specs/b.yaml"),
        ("mine/b.yaml", "mine/b.yaml"),
    ] {
        let specs = Specs::new(vec![compile(file, text).unwrap()]);

        assert_eq!(recorded(&specs, vec![]).source, named, "{file}");
    }
}

#[test]
fn digests_specs_one_after_the_other() {
    let specs = embedded();
    let twice: Vec<&Spec> = specs.iter().chain(specs.iter()).collect();
    let text: String = twice.iter().map(|spec| spec.text.as_str()).collect();

    let digest: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();

    assert_eq!(spec_digest(twice), digest);
}

#[test]
fn describes_statuses_pages_and_items() {
    let transcript = Transcript {
        exchanges: vec![
            listing("size-2-page-1", 200, 2),
            listing("size-2-page-2-throttling", 429, 5),
            listing("size-2-page-2", 200, 1),
        ],
    };

    assert_eq!(
        describe(&embedded(), &transcript),
        "3 exchanges: 200 size-2-page-1, 429 size-2-page-2-throttling, 200 size-2-page-2; 2 pages, 3 items"
    );
}

#[test]
fn describes_what_brought_no_status_and_stays_short() {
    let reset = Exchange {
        id: "call".to_owned(),
        response: Response { end: End::ResetAfter(0), ..Response::default() },
        ..Exchange::default()
    };
    let one = Transcript { exchanges: vec![reset.clone()] };
    let many = Transcript { exchanges: vec![reset; 10_000] };

    assert_eq!(describe(&embedded(), &one), "1 exchange: reset call");
    let text = describe(&embedded(), &many);
    assert!(text.starts_with("10000 exchanges: reset call, "), "{text}");
    assert!(text.ends_with(", and 9988 more"), "{text}");
}

#[test]
fn offers_the_inputs_of_what_succeeded_first() {
    let mut malformed = listing("call-validation-malformed-datastoreId", 400, 0);
    malformed.request = request("malformed-01");
    let unroutable = Exchange { request: Request::default(), ..listing("unroutable", 404, 0) };
    let exchanges = vec![malformed, unroutable, listing("page-1", 200, 0), listing("page-2", 200, 0)];

    let inputs = recorded(&embedded(), exchanges).inputs(&embedded());

    let shown: Vec<(&str, Vec<&str>)> =
        inputs.iter().map(|input| (input.name.as_str(), input.values.iter().map(String::as_str).collect())).collect();
    assert_eq!(shown, [("datastoreId", vec![STORE, "malformed-01"]), ("imageSetId", vec![SET])]);
}

#[test]
fn tells_no_day_of_a_text_that_is_no_time() {
    let mut cassette = recorded(&embedded(), vec![]);
    for text in ["yesterday", "2026-11-23", "2026-13-01T00:00:00Z", ""] {
        cassette.info.recorded_at = Some(text.to_owned());

        assert_eq!(cassette.facts().recorded_day, None, "{text}");
    }
    cassette.info.recorded_at = Some("1969-12-31T23:59:59Z".to_owned());
    assert_eq!(cassette.facts().recorded_day, Some(-1));
}

#[test]
fn refuses_to_write_what_would_not_be_read() {
    let unnamed = refusal(listing("", 200, 0));
    let mut no_status = listing("a", 200, 0);
    no_status.response.status = None;
    let mut long_name = listing("a", 200, 0);
    long_name.request.query = vec![("n".repeat(1025), String::new())];

    assert!(unnamed.what.starts_with("the id must be"), "{unnamed}");
    assert_eq!(refusal(no_status).what, "a response has no \"status\"");
    assert!(refusal(long_name).what.starts_with("not readable as YAML"));
    let twice = recorded(&embedded(), vec![listing("a", 200, 0), listing("a", 200, 0)]).to_bytes().unwrap_err();
    assert_eq!(twice.what, "the id \"a\" stands here a second time");
}

#[test]
fn stores_a_body_up_to_the_limit_and_refuses_one_byte_more() {
    let with_body = |length: usize| {
        let mut exchange = listing("a", 200, 0);
        exchange.response.body = Body::from_bytes(vec![b'x'; length]);
        recorded(&embedded(), vec![exchange]).to_bytes()
    };

    assert!(with_body(crate::cassette::MAX_BODY).is_ok());
    assert_eq!(with_body(crate::cassette::MAX_BODY + 1).unwrap_err().what, "the body is too long");
}

#[test]
fn stores_json_that_is_all_indentation_as_it_is() {
    let deep = format!("{}{}{}", "[".repeat(127), vec!["1"; 200_000].join(","), "]".repeat(127));
    let mut exchange = listing("a", 200, 0);
    exchange.response.body = Body::from_bytes(deep.clone());

    let file = recorded(&embedded(), vec![exchange]).to_bytes().unwrap();

    assert!(file.len() < 2 * deep.len());
    assert_eq!(read("a", &file).unwrap().transcript.exchanges[0].response.body.bytes(), deep.as_bytes());
}
