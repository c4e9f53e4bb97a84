//! The same request has the same answer, byte for byte, however many ask at once.
//!
//! `cargo bench -- determinism` asks a million times at each concurrency; `RETAKE_REQUESTS` says how often it is here.

use super::{GOOD, Server};
use crate::wires::connect;
use retake::answer::{Answer, Answerer, Session};
use retake::message::{Body, End, Headers, Request, Response};
use retake::net::{Listen, Listener};
use retake::serve::{Options, Server as InProcess};
use retake::spec::embedded;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const PATH: &str =
    "/datastore/datastore00000000000000000000001/imageSet/imageset000000000000000000000001/listImageSetVersions";

/// What is asked: each of these is a key of its own.
const QUERIES: [&str; 5] = [
    "?maxResults=2",
    "?maxResults=2&nextToken=page-token-0001",
    "?maxResults=2&nextToken=page-token-0002",
    "?maxResults=3",
    "?nextToken=unknown",
];

fn requests(port: u16) -> Vec<String> {
    let request = |query| format!("POST {PATH}{query} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 0\r\n\r\n");
    QUERIES.map(request).to_vec()
}

/// One answer, head and body.
async fn answer(stream: &mut TcpStream, request: &str) -> Vec<u8> {
    stream.write_all(request.as_bytes()).await.unwrap();
    let (mut bytes, mut buffer) = (Vec::new(), vec![0; 16 * 1024]);
    loop {
        let count = stream.read(&mut buffer).await.unwrap();
        assert_ne!(count, 0, "the connection ended");
        bytes.extend_from_slice(&buffer[..count]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if bytes.len() == end + 4 + length.parse::<usize>().unwrap() {
            return bytes;
        }
    }
}

/// Asks so often over so many connections, and counts the answers that are not the first one of their key.
async fn differing(port: u16, times: usize, connections: usize) -> usize {
    let requests = Arc::new(requests(port));
    let first: Arc<Vec<OnceLock<Vec<u8>>>> = Arc::new(requests.iter().map(|_| OnceLock::new()).collect());
    let mut tasks = JoinSet::new();
    for connection in 0..connections {
        let (requests, first) = (Arc::clone(&requests), Arc::clone(&first));
        tasks.spawn(async move {
            let mut stream = connect(port).await;
            stream.set_nodelay(true).unwrap();
            let mut differing = 0;
            for number in (connection..times).step_by(connections) {
                let key = number % requests.len();
                let answer = answer(&mut stream, &requests[key]).await;
                differing += usize::from(*first[key].get_or_init(|| answer.clone()) != answer);
            }
            differing
        });
    }
    tasks.join_all().await.into_iter().sum()
}

fn times() -> usize {
    std::env::var("RETAKE_REQUESTS").ok().and_then(|times| times.parse().ok()).unwrap_or(2_000)
}

#[tokio::test]
async fn replay_answers_the_same_bytes_however_many_ask() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["replay", GOOD, "--allow-unused"]);

    for connections in [1, 16, 256] {
        assert_eq!(differing(server.port, times(), connections).await, 0, "{connections} connections");
    }
}

#[tokio::test]
async fn two_servers_answer_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    for _ in 0..2 {
        let server = Server::start(folder.path(), &["replay", GOOD, "--allow-unused"]);
        let mut answers = Vec::new();
        for request in requests(server.port) {
            answers.push(answer(&mut connect(server.port).await, &request).await);
        }
        all.push(answers);
    }

    assert_eq!(all[0], all[1]);
    assert!(all[0][0].starts_with(b"HTTP/1.1 200") && all[0][4].starts_with(b"HTTP/1.1 400"));
}

/// Answers alike but for every thousandth, which has one byte more.
struct Counting(AtomicU64);

impl Answerer for Counting {
    fn answer(&self, _: &Session, _: &Request) -> Answer {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        let body = Body::from_bytes(if number % 1000 == 999 { "{} " } else { "{}" });
        Answer::Reply(Arc::new(Response { status: Some(200), headers: Headers::new(), body, end: End::Complete }))
    }
}

#[tokio::test]
async fn one_byte_in_one_of_a_thousand_answers_is_found() {
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let running = InProcess::start(listener, Arc::new(Counting(AtomicU64::new(0))), &embedded(), Options::default());

    assert_eq!(differing(running.port(), 2_000, 16).await, 2);
}
