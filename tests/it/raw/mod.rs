//! Answers that are written byte by byte: what arrives, how the connection ends, and that it goes on where it does not.

mod limits;
mod noted;
mod played;
mod recorded;

use crate::wires::{Ended, connect, read_bytes, read_exactly, read_one};
use retake::answer::{Answer, Answerer, Fault, Session, Wire};
use retake::message::{Body, End, Headers, Request, Response};
use retake::net::{Listen, Listener};
use retake::serve::{Options, Running, Server};
use retake::spec;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;

/// Longer than any client here waits, and short enough for a test.
const OUTLAST: Duration = Duration::from_millis(150);

/// Gives these answers, one after the other, and the last one again and again.
struct Answers {
    answers: Vec<Answer>,
    asked: AtomicUsize,
    requests: Mutex<Vec<Request>>,
}

impl Answers {
    fn new(answers: impl IntoIterator<Item = Answer>) -> Arc<Self> {
        Arc::new(Self {
            answers: answers.into_iter().collect(),
            asked: AtomicUsize::new(0),
            requests: Mutex::default(),
        })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Answerer for Answers {
    fn answer(&self, _: &Session, request: &Request) -> Answer {
        self.requests.lock().unwrap().push(request.clone());
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        self.answers[asked.min(self.answers.len() - 1)].clone()
    }
}

fn response(body: &[u8], end: End) -> Response {
    let headers = Headers::from_iter([("content-type", "application/json")]);
    Response { status: Some(200), headers, body: Body::from_bytes(body.to_vec()), end }
}

fn fault(wire: Wire, body: &[u8], end: End) -> Answer {
    Answer::Fault(Arc::new(Fault { response: response(body, end), wire }))
}

/// An answer that hyper writes.
fn plain(body: &str) -> Answer {
    Answer::Reply(Arc::new(response(body.as_bytes(), End::Complete)))
}

async fn start(answers: &Arc<Answers>, options: Options) -> Running {
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let answerer: Arc<dyn Answerer> = Arc::<Answers>::clone(answers);
    Server::start(listener, answerer, &spec::embedded(), Options { outlast: OUTLAST, ..options })
}

/// A request with these header lines besides the host.
fn get(port: u16, lines: &str) -> String {
    format!("GET /a HTTP/1.1\r\nHost: localhost:{port}\r\n{lines}\r\n")
}

fn fields(fields: &[(&str, &str)]) -> Wire {
    Wire::Fields(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

/// Whatever is on the wire for one fault, typed by hand: the bytes, and how the connection ends, if it does.
fn faults() -> Vec<(Answer, &'static [u8], Option<Ended>)> {
    let body = b"{\"a\":1}";
    let line = |text: &str| Wire::StatusLine(text.to_owned());
    let done = End::Complete;
    vec![
        (
            fault(line("HTTQ/9 maybe"), body, done),
            b"HTTQ/9 maybe\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n{\"a\":1}",
            Some(Ended::Closed),
        ),
        (
            fault(line("\u{fffd}\u{1}"), body, End::ResetAfter(7)),
            b"\xef\xbf\xbd\x01\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n{\"a\":1}",
            Some(Ended::Reset),
        ),
        (
            fault(fields(&[("x-a", "1"), ("X-A", "2"), ("x-a", "1")]), body, done),
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 7\r\nx-a: 1\r\nX-A: 2\r\nx-a: 1\r\n\r\n{\"a\":1}",
            None,
        ),
        (
            fault(fields(&[("content-length", "9")]), body, End::EofAfter(7)),
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 8\r\ncontent-length: 9\r\n\r\n{\"a\":1}",
            Some(Ended::Closed),
        ),
        (
            fault(fields(&[]), b"\xef\xbb\xbf{\"\xff\":\0}", done),
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n\xef\xbb\xbf{\"\xff\":\0}",
            None,
        ),
        (
            fault(Wire::Length(3), body, done),
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 3\r\n\r\n{\"a\":1}",
            Some(Ended::Closed),
        ),
        (
            fault(Wire::Length(1_000_000), body, done),
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n{\"a\":1}",
            Some(Ended::Closed),
        ),
        (
            fault(Wire::Length(1_000_000), body, End::ResetAfter(7)),
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n{\"a\":1}",
            Some(Ended::Reset),
        ),
        (
            fault(Wire::Chunked(4), body, done),
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\n\r\n",
            None,
        ),
        (
            fault(Wire::Chunked(100), b"", done),
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            None,
        ),
        (
            fault(Wire::Chunked(4), b"{\"a\"", End::EofAfter(4)),
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n",
            Some(Ended::Closed),
        ),
        (
            fault(Wire::Chunked(4), b"{\"a\"", End::ResetAfter(4)),
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n",
            Some(Ended::Reset),
        ),
        (
            fault(Wire::Close, body, done),
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 7\r\nconnection: close\r\n\r\n{\"a\":1}",
            Some(Ended::Closed),
        ),
        (
            fault(Wire::Close, b"", End::EofAfter(0)),
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1\r\nconnection: close\r\n\r\n",
            Some(Ended::Closed),
        ),
        (
            fault(Wire::Close, b"{\"a", End::ResetAfter(3)),
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4\r\nconnection: close\r\n\r\n{\"a",
            Some(Ended::Reset),
        ),
        (
            fault(Wire::Close, b"{\"a", End::TimeoutAfter(3)),
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4\r\nconnection: close\r\n\r\n{\"a",
            Some(Ended::Reset),
        ),
        (fault(Wire::Stall, body, End::TimeoutAfter(0)), b"", Some(Ended::Reset)),
    ]
}

#[tokio::test]
async fn each_fault_is_on_the_wire_as_it_is() {
    for (answer, expected, ended) in faults() {
        let answers = Answers::new([answer.clone(), plain("next")]);
        let running = start(&answers, Options::default()).await;
        let mut stream = connect(running.port()).await;
        stream.write_all(get(running.port(), "").as_bytes()).await.unwrap();

        match ended {
            Some(ended) => {
                let (found, how) = read_bytes(&mut stream).await;
                assert_eq!((escaped(&found), how), (escaped(expected), ended), "{answer:?}");
            }
            None => {
                let found = read_exactly(&mut stream, expected.len()).await;
                stream.write_all(get(running.port(), "").as_bytes()).await.unwrap();
                let next = read_one(&mut stream).await;
                assert_eq!((escaped(&found), next.text().as_str()), (escaped(expected), "next"), "{answer:?}");
            }
        }
    }
}

fn escaped(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

#[tokio::test]
async fn a_stall_outlasts_the_client_before_it_resets() {
    for (end, begin) in [(End::TimeoutAfter(0), 0), (End::TimeoutAfter(2), 2)] {
        let wire = if begin == 0 { Wire::Stall } else { Wire::Chunked(9) };
        let answers = Answers::new([fault(wire, b"ab", end)]);
        let running = start(&answers, Options::default()).await;
        let mut stream = connect(running.port()).await;
        let asked = Instant::now();
        stream.write_all(get(running.port(), "").as_bytes()).await.unwrap();

        let (found, ended) = read_bytes(&mut stream).await;

        assert!(asked.elapsed() >= OUTLAST, "{:?}", asked.elapsed());
        assert_eq!((found.ends_with(b"2\r\nab\r\n"), ended), (begin == 2, Ended::Reset));
    }
}

#[tokio::test]
async fn one_connection_serves_on_behind_every_fault_that_leaves_it_open() {
    let open: Vec<_> = faults().into_iter().filter(|(_, _, ended)| ended.is_none()).collect();
    assert!(open.len() >= 4);
    let mut answers: Vec<Answer> = open.iter().map(|(answer, ..)| answer.clone()).collect();
    answers.insert(1, plain("between"));
    answers.push(plain("last"));
    let answers = Answers::new(answers);
    let running = start(&answers, Options::default()).await;
    let mut stream = connect(running.port()).await;

    for (index, (_, expected, _)) in open.iter().enumerate() {
        if index == 1 {
            stream.write_all(get(running.port(), "").as_bytes()).await.unwrap();
            assert_eq!(read_one(&mut stream).await.text(), "between");
        }
        stream.write_all(get(running.port(), "").as_bytes()).await.unwrap();
        assert_eq!(escaped(&read_exactly(&mut stream, expected.len()).await), escaped(expected));
    }
    stream.write_all(get(running.port(), "Connection: close\r\n").as_bytes()).await.unwrap();
    let (last, ended) = read_bytes(&mut stream).await;

    assert_eq!((last.ends_with(b"\r\n\r\nlast"), ended), (true, Ended::Closed));
    assert_eq!(running.shutdown().await.requests, open.len() as u64 + 2);
}

#[tokio::test]
async fn a_client_that_closes_sees_the_end_behind_a_fault_that_would_go_on() {
    let lines = ["Connection: close\r\n", "Connection: x, Close\r\n", "Connection: x\r\nconnection: close\r\n"];
    let mut requests: Vec<String> = lines.iter().map(|lines| get(0, lines)).collect();
    requests.push(get(0, "").replace("HTTP/1.1", "HTTP/1.0"));
    for request in requests {
        let answers = Answers::new([fault(Wire::Chunked(100), b"ab", End::Complete)]);
        let running = start(&answers, Options::default()).await;
        let mut stream = connect(running.port()).await;
        let request = request.replace("localhost:0", &format!("localhost:{}", running.port()));
        stream.write_all(request.as_bytes()).await.unwrap();

        let (found, ended) = read_bytes(&mut stream).await;

        assert_eq!((found.ends_with(b"2\r\nab\r\n0\r\n\r\n"), ended), (true, Ended::Closed), "{request}");
    }
}

#[tokio::test]
async fn requests_that_come_at_once_are_answered_in_order_and_none_is_lost() {
    let answers = Answers::new([
        fault(Wire::Chunked(2), b"first", End::Complete),
        plain("second"),
        fault(fields(&[("x-third", "3")]), b"third", End::Complete),
        fault(Wire::Chunked(9), b"fourth", End::Complete),
        plain("fifth"),
        fault(Wire::Close, b"sixth", End::Complete),
    ]);
    let running = start(&answers, Options::default()).await;
    let port = running.port();
    let with_body = format!("POST /b HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 4\r\n\r\nbody");
    let requests = [get(port, ""), get(port, ""), with_body, get(port, ""), get(port, ""), get(port, "")].concat();
    let mut stream = connect(port).await;
    stream.write_all(requests.as_bytes()).await.unwrap();

    let (found, ended) = read_bytes(&mut stream).await;

    let found = escaped(&found);
    let order = ["2\\r\\nfi\\r\\n2\\r\\nrs", "second", "x-third", "third", "6\\r\\nfourth", "fifth", "sixth"];
    let places: Vec<Option<usize>> = order.iter().map(|text| found.find(text)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} {found}");
    assert_eq!((found.matches("HTTP/1.1 200 OK").count(), ended), (6, Ended::Closed));
    assert_eq!(answers.requests.lock().unwrap()[2].body, Body::from_bytes("body"));
}

#[tokio::test]
async fn a_request_whose_second_half_comes_behind_a_fault_is_whole() {
    let answers = Answers::new([fault(Wire::Chunked(9), b"first", End::Complete), plain("second")]);
    let running = start(&answers, Options::default()).await;
    let second = get(running.port(), "X-Long: abcdef\r\n");
    for cut in [1, second.len() / 2, second.len() - 1] {
        answers.asked.store(0, Ordering::SeqCst);
        let mut stream = connect(running.port()).await;
        stream.write_all((get(running.port(), "") + &second[..cut]).as_bytes()).await.unwrap();
        let mut found = Vec::new();
        while !found.ends_with(b"0\r\n\r\n") {
            found.extend(read_exactly(&mut stream, 1).await);
        }

        stream.write_all(&second.as_bytes()[cut..]).await.unwrap();

        assert_eq!(read_one(&mut stream).await.text(), "second", "cut at {cut}");
        assert_eq!(answers.requests.lock().unwrap().last().unwrap().headers.get("x-long"), Some("abcdef"));
    }
}

#[tokio::test]
async fn a_fault_waits_for_an_answer_that_has_not_left_yet() {
    let big = "x".repeat(32 << 20);
    for first in [plain(&big), fault(fields(&[]), big.as_bytes(), End::Complete)] {
        let answers = Answers::new([first, fault(Wire::Close, b"behind", End::Complete)]);
        let running = start(&answers, Options::default()).await;
        let mut stream = connect(running.port()).await;
        stream.write_all(get(running.port(), "").repeat(2).as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;

        let (found, ended) = read_bytes(&mut stream).await;

        assert_eq!(ended, Ended::Closed);
        assert!(found.len() > big.len() && found.ends_with(b"\r\nconnection: close\r\n\r\nbehind"), "{}", found.len());
        let first = &found[..found.len() - b"\r\n\r\nbehind".len()];
        assert_eq!(first.iter().filter(|byte| **byte == b'x').count(), big.len(), "every byte of the first came");
    }
}

#[tokio::test]
async fn the_longest_token_gets_in_however_it_is_encoded() {
    let token: String = "a+b/c=d&e%f g~".chars().cycle().take(8192).collect();
    let hex = |byte: u8, upper: bool| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
    let needed: String = token
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { hex(byte, true) })
        .collect();
    let encodings = [
        needed.clone(),
        token.bytes().map(|byte| hex(byte, true)).collect(),
        token.bytes().map(|byte| hex(byte, false)).collect(),
        needed.replace("%20", "+"),
    ];
    for encoded in encodings {
        let answers = Answers::new([fault(Wire::Close, b"{}", End::Complete)]);
        let running = start(&answers, Options::default()).await;
        let mut stream = connect(running.port()).await;
        let request = get(running.port(), "").replace("/a ", &format!("/a?nextToken={encoded}&maxResults=100 "));
        stream.write_all(request.as_bytes()).await.unwrap();

        let (found, _) = read_bytes(&mut stream).await;

        assert!(found.ends_with(b"{}"), "{}", escaped(&found));
        let requests = answers.requests.lock().unwrap();
        let found = requests[0].query_value("nextToken").unwrap().replace('+', " ");
        assert_eq!(found, token.replace('+', " "));
    }
}
