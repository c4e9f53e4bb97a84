//! Recordings of an invented service, for the tests of this folder.

use super::{Match, Player};
use crate::answer::{Answer, Answerer, Miss, Session};
use crate::cassette::{Cassette, Recording};
use crate::message::{Body, Exchange, Headers, Origin, Redacted, Request, Response, Transcript, target};
use crate::spec::{self, Specs};
use std::sync::Arc;

/// A listing with inputs in every place that an input can have.
pub(super) const LIST_THINGS: &str = r#"
spec: 1
service: {id: things, api_version: "1", protocol: rest-json, signing_name: things, endpoint: "{prefix}things.{region}.example"}
operation: ListThings
http: {method: POST, path: "/box/{boxId}/things", success: 200, read_only: true}
input:
  boxId: {in: path, type: BoxId, required: true}
  nextToken: {in: query, type: string, sensitivity: token}
  maxResults: {in: query, type: integer, range: [1, 50]}
  trace: {in: header, name: x-trace, type: string, match: ignore}
  password: {in: header, name: x-password, type: string, sensitivity: secret}
  filter: {type: Filter}
output:
  things: {type: list, of: Thing, required: true}
  boxes: {type: map, keys: string, values: BoxId}
  nextToken: {type: string, sensitivity: token}
  seenIn: {in: header, name: x-seen-in, type: BoxId}
types:
  BoxId: {type: string, pattern: "[0-9a-z]{1,12}", sensitivity: identifier}
  Filter:
    type: structure
    members:
      since: {type: double}
      near: {type: BoxId}
      colours: {type: list, of: string}
      note: {type: string, match: ignore}
  Thing:
    type: structure
    members:
      boxId: {type: BoxId, required: true}
      name: {type: string}
pagination: {input_token: nextToken, output_token: nextToken, page_size: maxResults, items: things, identity: [name]}
errors:
  ThrottlingException: {status: 429, fault: client, retry: throttling}
  ValidationException: {status: 400, fault: client, retry: never}
"#;

pub(super) fn specs() -> Arc<Specs> {
    Arc::new(Specs::new(vec![spec::compile("specs/things/list-things.yaml", LIST_THINGS).unwrap()]))
}

/// A request for this target, without body and headers.
pub(super) fn request(target: &str) -> Request {
    let (path, query) = target::split(target);
    Request { method: "POST".into(), path, query, ..Request::default() }
}

/// An exchange whose answer's body says the id.
pub(super) fn exchange(id: &str, target: &str, status: u16) -> Exchange {
    let body = Body::from_bytes(format!("{{\"things\":[{{\"boxId\":\"box1\",\"name\":\"{id}\"}}]}}"));
    let headers: Headers =
        [("content-type", "application/json"), ("date", "Tue, 01 Jan 2030 00:00:00 GMT")].into_iter().collect();
    Exchange {
        id: id.to_owned(),
        operation: Some("ListThings".into()),
        request: request(target),
        response: Response { status: Some(status), headers, body, ..Response::default() },
        ..Exchange::default()
    }
}

pub(super) fn cassette(file: &str, exchanges: Vec<Exchange>) -> Cassette {
    let recording = Recording { origin: Origin::Simulated, region: None, recorded_at: 0, redaction: None };
    let transcript = Redacted::vouch(Transcript { exchanges });
    Cassette { file: file.to_owned(), ..Cassette::new(&specs(), recording, transcript) }
}

pub(super) fn player(rule: Match, exchanges: Vec<Exchange>) -> Player {
    Player::new(specs(), vec![cassette("a.cassette.yaml", exchanges)], rule, Vec::new()).unwrap()
}

/// The id in the body of the answer, or the miss.
pub(super) fn ask(player: &Player, session: &str, request: &Request) -> Result<String, Miss> {
    match player.answer(&Session(session.into()), request) {
        Answer::Reply(response) => {
            let text = String::from_utf8(response.body.bytes().to_vec()).unwrap();
            Ok(text.split("\"name\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned())
        }
        Answer::Fault(fault) => panic!("a player has no faults: {fault:?}"),
        Answer::Miss(miss) => Err(*miss),
    }
}
