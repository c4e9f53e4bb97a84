//! Every scenario of the embedded spec, over a socket: what arrives is what its script says, byte for byte.

use crate::wires::{Ended, connect, read_bytes};
use retake::answer::{Fault, Piece};
use retake::message::{Body, End, Response, target};
use retake::net::{Listen, Listener};
use retake::scenario::{Scenario, Script, Step, scenarios};
use retake::serve::{Options, Running, Server};
use retake::spec::{InputValue, Spec, Specs, build_request, embedded};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const OUTLAST: Duration = Duration::from_millis(20);

/// The bytes of the request for a step's page.
fn request(spec: &Spec, scenario: &Scenario, step: &Step, port: u16) -> String {
    let mut inputs = scenario.inputs.clone();
    if let Some(token) = &step.token {
        inputs.set("nextToken", InputValue::Text(token.clone()));
    }
    let request = build_request(spec, &inputs);
    let target = target::join(&request.path, &request.query);
    let mut head = format!("{} {target} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: ", request.method);
    head += &format!("{}\r\n", request.body.bytes().len());
    for (name, value) in request.headers.iter() {
        head += &format!("{name}: {value}\r\n");
    }
    head + "\r\n" + std::str::from_utf8(request.body.bytes()).unwrap()
}

/// What is on the wire for a step: its bytes where they are its own, else what they say; and how it ends.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    raw: Option<Vec<u8>>,
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    ended: Option<Ended>,
}

fn expected(step: &Step) -> Seen {
    let response = step.response.clone();
    match &step.wire {
        Some(wire) => of_pieces(&Fault { response, wire: wire.clone() }.pieces()),
        None => of_response(&response),
    }
}

fn of_pieces(pieces: &[Piece]) -> Seen {
    let mut bytes = Vec::new();
    for piece in pieces {
        if let Piece::Bytes(more) = piece {
            bytes.extend_from_slice(more);
        }
    }
    let ended = match pieces.last().unwrap() {
        Piece::Bytes(_) => None,
        Piece::Close => Some(Ended::Closed),
        Piece::Reset => Some(Ended::Reset),
        Piece::OutlastTimeout => panic!("nothing ends by waiting"),
    };
    Seen { raw: Some(bytes), status: None, headers: Vec::new(), body: Vec::new(), ended }
}

fn of_response(response: &Response) -> Seen {
    let body = match &response.body {
        Body::Empty => Vec::new(),
        Body::Bytes(bytes) => bytes.to_vec(),
        Body::Withheld(withheld) => withheld.stand_in().to_vec(),
    };
    let (ended, missing) = match response.end {
        End::Complete => (None, 0),
        End::ResetAfter(_) => (Some(Ended::Reset), 1),
        End::EofAfter(_) => (Some(Ended::Closed), 1),
        End::TimeoutAfter(_) => panic!("a stall is a fault"),
    };
    let mut headers: Vec<(String, String)> =
        response.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    headers.push(("content-length".to_owned(), (body.len() + missing).to_string()));
    if response.status.is_none() {
        headers.clear();
    }
    headers.sort();
    Seen { raw: None, status: response.status, headers, body, ended }
}

/// What came, as far as the expected says what to look at.
fn found(bytes: &[u8], ended: Option<Ended>, is_raw: bool) -> Seen {
    if is_raw {
        return Seen { raw: Some(bytes.to_vec()), status: None, headers: Vec::new(), body: Vec::new(), ended };
    }
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let Some(end) = end else {
        assert!(bytes.is_empty(), "{}", bytes.escape_ascii());
        return Seen { raw: None, status: None, headers: Vec::new(), body: Vec::new(), ended };
    };
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().strip_prefix("HTTP/1.1 ").unwrap()[..3].parse().unwrap();
    let fields = lines.map(|line| line.split_once(": ").unwrap());
    let mut headers: Vec<_> = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    headers.sort();
    Seen { raw: None, status: Some(status), headers, body: bytes[end + 4..].to_vec(), ended }
}

/// A connection of the trivial client.
struct Client<'a> {
    running: &'a Running,
    stream: Option<TcpStream>,
}

impl Client<'_> {
    /// Sends a request and takes what is expected of its answer, over the connection that is open if there is one.
    async fn ask(&mut self, request: &str, expected: &Seen) -> Seen {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(self.running.port()).await,
        };
        stream.write_all(request.as_bytes()).await.unwrap();
        if expected.ended.is_some() {
            let (bytes, ended) = read_bytes(&mut stream).await;
            return found(&bytes, Some(ended), expected.raw.is_some());
        }
        let bytes = read_answer(&mut stream, expected).await;
        self.stream = Some(stream);
        found(&bytes, None, expected.raw.is_some())
    }
}

/// Reads as much as an answer has: its own bytes, or a head and the body that this states.
async fn read_answer(stream: &mut TcpStream, expected: &Seen) -> Vec<u8> {
    if let Some(raw) = &expected.raw {
        return crate::wires::read_exactly(stream, raw.len()).await;
    }
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.extend(crate::wires::read_exactly(stream, 1).await);
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    bytes.extend(crate::wires::read_exactly(stream, length).await);
    bytes
}

async fn play(specs: &Arc<Specs>, spec: &Spec, scenario: Scenario) {
    let scenario = Arc::new(scenario);
    let script = Arc::new(Script::new(Arc::clone(specs), Arc::clone(&scenario), 3));
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let options = Options { kept: 99, outlast: OUTLAST, ..Options::default() };
    let running = Server::start(listener, Arc::<Script>::clone(&script), specs, options);
    let mut client = Client { running: &running, stream: None };

    for step in &scenario.steps {
        let expected = expected(step);
        let found = client.ask(&request(spec, &scenario, step, running.port()), &expected).await;
        assert_eq!(found, expected, "{}, {}", scenario.id, step.name());
    }

    assert_eq!(script.ledger().met, vec![true; scenario.steps.len()], "{}", scenario.id);
    let traffic = running.shutdown().await;
    let responses: Vec<&Response> = traffic.transcript.exchanges.iter().map(|exchange| &exchange.response).collect();
    let expected: Vec<&Response> = scenario.steps.iter().map(|step| &step.response).collect();
    assert_eq!(responses, expected, "{}", scenario.id);
}

#[tokio::test]
async fn every_scenario_arrives_as_its_script_says() {
    let specs = Arc::new(embedded());
    let mut played = 0;
    let spec = specs.operation("ListImageSetVersions").unwrap();
    for scenario in scenarios(spec, 0) {
        play(&specs, spec, scenario).await;
        played += 1;
    }
    assert_eq!(played, 149);
}
