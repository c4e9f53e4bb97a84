//! Orders, ids and numbers of recordings of the embedded operation.

use super::*;
use crate::message::{Headers, Json, Link, Request, Response};
use crate::redact::Redactor;
use crate::spec::embedded;
use proptest::prelude::*;
use std::sync::Arc;

const THROTTLED: &str = r#"{"message":"slow down"}"#;

/// One exchange of the embedded operation.
struct Asked {
    resource: u8,
    size: Option<u8>,
    token: Option<String>,
    call: Option<String>,
    probe: Option<&'static str>,
}

impl Asked {
    fn of(resource: u8) -> Self {
        Self { resource, size: None, token: None, call: None, probe: None }
    }

    fn sized(self, size: u8) -> Self {
        Self { size: Some(size), ..self }
    }

    fn with_token(self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self }
    }

    fn in_call(self, call: impl Into<String>) -> Self {
        Self { call: Some(call.into()), ..self }
    }

    fn answered(self, status: u16, body: String) -> Exchange {
        let id = |kind: &str| format!("{kind}{:031}", self.resource);
        let size = self.size.map(|size| ("maxResults".to_owned(), size.to_string()));
        let token = self.token.map(|token| ("nextToken".to_owned(), token));
        let request = Request {
            method: "POST".to_owned(),
            path: format!("/datastore/{}/imageSet/{}/listImageSetVersions", id("d"), id("i")),
            query: size.into_iter().chain(token).collect(),
            ..Request::default()
        };
        let headers: Headers = match status {
            429 => [("x-amzn-errortype", "ThrottlingException")].into_iter().collect(),
            400 => [("x-amzn-errortype", "ValidationException")].into_iter().collect(),
            _ => Headers::new(),
        };
        let response = Response { status: Some(status), headers, body: Body::from_bytes(body), ..Response::default() };
        let link = Link { call: self.call, probe: self.probe.map(str::to_owned), ..Link::default() };
        Exchange { request, response, link, ..Exchange::default() }
    }

    /// A page with one item, and a token if there is one.
    fn page(self, version: u32, next: Option<&str>) -> Exchange {
        let id = format!("i{:031}", self.resource);
        let time = 1_679_592_510 + u64::from(self.resource) * 1000 + u64::from(version);
        let token = next.map(|token| format!(r#","nextToken":"{token}""#)).unwrap_or_default();
        let item =
            format!(r#"{{"imageSetId":"{id}","versionId":"{version}","imageSetState":"ACTIVE","createdAt":{time}.5}}"#);
        self.answered(200, format!(r#"{{"imageSetPropertiesList":[{item}]{token}}}"#))
    }

    fn throttled(self) -> Exchange {
        self.answered(429, THROTTLED.to_owned())
    }
}

fn committed(exchanges: Vec<Exchange>) -> Redacted<Transcript> {
    let specs = Arc::new(embedded());
    let mut redactor = Redactor::new(Arc::clone(&specs), &Policy::default());
    let redacted = exchanges.into_iter().map(|exchange| redactor.redact(exchange)).collect();
    commit(&specs, &Policy::default(), redacted)
}

fn ids(transcript: &Transcript) -> Vec<&str> {
    transcript.exchanges.iter().map(|exchange| exchange.id.as_str()).collect()
}

#[test]
fn names_and_numbers_the_attempts_of_a_walk() {
    let transcript = committed(vec![
        Asked::of(1).sized(2).in_call("c1").page(3, Some("t1")),
        Asked::of(1).sized(2).with_token("t1").in_call("c2").throttled(),
        Asked::of(1).sized(2).with_token("t1").in_call("c2").page(2, None),
    ]);

    assert_eq!(ids(&transcript), ["size-2-page-1", "size-2-page-2-throttling", "size-2-page-2"]);
    let attempts: Vec<_> = transcript.exchanges.iter().map(|exchange| exchange.attempt).collect();
    assert_eq!(attempts, [None, Some(1), Some(2)]);
    assert!(transcript.exchanges.iter().all(|exchange| exchange.walk.is_none() && !exchange.unfinished));
}

#[test]
fn sorts_walks_by_what_they_ask_and_numbers_stand_ins_in_that_order() {
    let transcript = committed(vec![
        Asked::of(7).sized(10).page(1, None),
        Asked::of(8).page(1, None),
        Asked::of(7).sized(2).page(1, None),
    ]);

    assert_eq!(ids(&transcript), ["page-1", "size-2-page-1", "size-10-page-1"]);
    let first = &transcript.exchanges[0].request.path;
    assert!(first.contains("datastore00000000000000000000001"), "{first}");
    assert!(transcript.exchanges[1].request.path.contains("datastore00000000000000000000002"));
    assert_eq!(transcript.exchanges[2].request.path, transcript.exchanges[1].request.path);
}

#[test]
fn marks_repetitions_and_walks_that_were_left() {
    let transcript = committed(vec![
        Asked::of(1).page(1, Some("t1")),
        Asked::of(1).page(1, Some("t2")),
        Asked::of(1).with_token("t2").page(2, None),
        Asked::of(2).page(1, Some("")),
    ]);

    // Outcomes come first: one page before two.
    assert_eq!(ids(&transcript), ["page-1", "page-1-2", "page-1-3", "page-2"]);
    let walks: Vec<_> = transcript.exchanges.iter().map(|exchange| exchange.walk).collect();
    let unfinished: Vec<_> = transcript.exchanges.iter().map(|exchange| exchange.unfinished).collect();
    assert_eq!(walks, [None, None, Some(2), Some(2)]);
    assert_eq!(unfinished, [true, false, false, false]);
}

#[test]
fn names_what_a_probe_was_after_and_what_broke_off() {
    let probe = |purpose| Asked { probe: Some(purpose), ..Asked::of(1) };
    let mut reset = Asked::of(1).answered(200, "{\"imageSet".to_owned());
    reset.response.end = crate::message::End::ResetAfter(10);
    let mut lost = Asked::of(1).answered(200, String::new());
    lost.request.path = "/nowhere".to_owned();
    lost.response.status = Some(403);
    let transcript = committed(vec![
        lost,
        probe("malformed-datastoreId").answered(400, THROTTLED.to_owned()),
        probe("tampered-token").with_token("x").answered(400, "{}".to_owned()),
        Asked::of(1).answered(503, "<html>".to_owned()),
        reset,
    ]);

    assert_eq!(
        ids(&transcript),
        [
            "page-1-validation-malformed-datastore-id",
            "page-1-http-503",
            // Asked right after an answer that asks for it: the second attempt.
            "page-1-reset",
            "page-1-validation-tampered-token",
            "call-http-403"
        ]
    );
}

#[test]
fn moves_the_earliest_time_to_the_base() {
    let transcript = committed(vec![Asked::of(3).page(9, None), Asked::of(1).page(5, None)]);

    let body = Json::parse(transcript.exchanges[0].response.body.bytes()).unwrap().to_compact();
    assert!(body.contains("\"createdAt\":1262304000.5"), "{body}");
}

#[test]
fn gives_the_same_for_what_it_gave() {
    let exchanges = vec![
        Asked::of(9).sized(3).in_call("b").throttled(),
        Asked::of(9).sized(3).in_call("b").page(4, Some("x")),
        Asked::of(2).in_call("a").page(1, Some("y")),
        Asked::of(9).sized(3).with_token("x").in_call("c").page(3, Some("z")),
        Asked::of(2).in_call("d").page(1, Some("y2")),
    ];
    let once = committed(exchanges);
    let again = once.clone().into_exchanges();

    let twice = commit(&embedded(), &Policy::default(), again);

    assert_eq!(once, twice);
}

/// A walk of some resource: per page the number of throttled attempts before it.
#[derive(Debug, Clone)]
struct Plan {
    resource: u8,
    size: Option<u8>,
    throttles: Vec<u8>,
    is_left: bool,
    /// Whether tokens are the same in each walk that asks the same, and nothing tells walks apart.
    is_alike: bool,
}

impl Plan {
    /// Its exchanges; tokens and call ids are this walk's own.
    fn exchanges(&self, walk: usize) -> Vec<Exchange> {
        let mut exchanges = Vec::new();
        let pages = self.throttles.len();
        let token = |page: usize| match self.is_alike {
            true => format!("{} {:?} after {page}", self.resource, self.size),
            false => format!("{walk} after {page}"),
        };
        for (page, throttles) in self.throttles.iter().enumerate() {
            let asked = || {
                let mut asked = Asked::of(self.resource).in_call(format!("{walk} {page}"));
                asked.size = self.size;
                asked.token = (page > 0).then(|| token(page));
                asked
            };
            let throttles = if self.is_alike { 0 } else { *throttles };
            exchanges.extend((0..throttles).map(|_| asked().throttled()));
            let next = (page + 1 < pages || self.is_left).then(|| token(page + 1));
            exchanges.push(asked().page(page as u32, next.as_deref()));
        }
        exchanges
    }
}

fn plan() -> impl Strategy<Value = Plan> {
    let throttles = prop::collection::vec(prop::sample::select(vec![0_u8, 0, 0, 1, 2]), 1..4);
    (0_u8..3, prop::option::of(1_u8..3), throttles, any::<bool>(), any::<bool>()).prop_map(
        |(resource, size, throttles, is_left, is_alike)| Plan { resource, size, throttles, is_left, is_alike },
    )
}

/// The walks' exchanges in an order that each choice leads on by one.
fn interleaved(plans: &[Plan], choices: &[prop::sample::Index]) -> Vec<Exchange> {
    let mut queues: Vec<_> =
        plans.iter().enumerate().map(|(walk, plan)| plan.exchanges(walk).into_iter().peekable()).collect();
    let mut choices = choices.iter().cycle();
    let mut exchanges = Vec::new();
    loop {
        let waiting: Vec<usize> = (0..queues.len()).filter(|walk| queues[*walk].peek().is_some()).collect();
        let (Some(choice), false) = (choices.next(), waiting.is_empty()) else { return exchanges };
        exchanges.extend(queues[waiting[choice.index(waiting.len())]].next());
    }
}

proptest! {
    #[test]
    fn concurrent_walks_give_the_same_however_they_interleave(
        plans in prop::collection::vec(plan(), 1..7),
        one in prop::collection::vec(any::<prop::sample::Index>(), 1..40),
        other in prop::collection::vec(any::<prop::sample::Index>(), 1..40),
    ) {
        let first = committed(interleaved(&plans, &one));
        let second = committed(interleaved(&plans, &other));

        let without_links = |transcript: &Transcript| -> Vec<Exchange> {
            let stripped = |exchange: &Exchange| Exchange { link: Link::default(), ..exchange.clone() };
            transcript.exchanges.iter().map(stripped).collect()
        };
        prop_assert_eq!(without_links(&first), without_links(&second));
        let again = first.clone().into_exchanges();
        prop_assert_eq!(commit(&embedded(), &Policy::default(), again), first);
    }
}
