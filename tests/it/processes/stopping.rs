//! How a server starts and stops: reachable once it says so; closed, drained and committed when it is told to end.

use super::{GOOD, Server};
use crate::upstreams::{Act, Stub, answer};
use crate::wires::{Ended, connect, read_to_end};
use retake::message::{Request, target};
use retake::net::sigv4::{Signer, sign};
use retake::net::{Clock, Credentials};
use serde_json::Value;
use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::time::sleep;

const PAGE: &str = r#"{"imageSetPropertiesList":[]}"#;
const PATH: &str =
    "/datastore/12345678901234567890123456789012/imageSet/abcdefabcdefabcdefabcdefabcdef12/listImageSetVersions";

#[test]
fn a_server_that_says_that_it_listens_does() {
    for arguments in [&["replay", GOOD, "--allow-unused"][..], &["simulate"], &["record"]] {
        for _ in 0..3 {
            let folder = tempfile::tempdir().unwrap();

            let server = Server::start(folder.path(), arguments);

            // No second try: the line is printed when it is true.
            assert!(TcpStream::connect(("127.0.0.1", server.port)).is_ok(), "{arguments:?}");
        }
    }
}

#[test]
fn a_port_that_is_told_before_it_is_bound_is_found() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);

    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

/// A signed request, by the file that a server writes when it is ready.
fn signed(folder: &Path, port: u16) -> String {
    let ready: Value = serde_json::from_slice(&fs::read(folder.join("ready.json")).unwrap()).unwrap();
    let variable = |name: &str| ready["env"][name].as_str().unwrap().to_owned();
    let credentials = Credentials::new(
        variable("AWS_ACCESS_KEY_ID"),
        variable("AWS_SECRET_ACCESS_KEY"),
        Some(variable("AWS_SESSION_TOKEN")),
    );
    let signer = Signer { credentials, region: variable("AWS_REGION"), service: "medical-imaging".to_owned() };
    let request = Request { method: "POST".to_owned(), path: PATH.to_owned(), ..Request::default() };
    let host = format!("localhost:{port}");
    let mut head = format!("POST {} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n", target::join(PATH, &[]));
    for (name, value) in sign(&request, "http", &host, &signer, Clock::system().now()).unwrap().iter() {
        head += &format!("{name}: {value}\r\n");
    }
    head + "\r\n"
}

/// What a stop leaves: the client's answer and its end, the cassette, and the exit code if there was one.
struct Left {
    answer: String,
    ended: Ended,
    cassette: Option<String>,
    code: Option<i32>,
}

/// Ends a recorder by a signal while a request is with its upstream.
async fn stopped_by(signal: &str) -> Left {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::start(vec![vec![Act::Wait, answer(200, "content-type: application/json\r\n", PAGE)]]).await;
    let arguments =
        ["record", "--upstream", &stub.url(), "--ready-file", "ready.json", "--cassette", "a.cassette.yaml"];
    let mut server = Server::start(folder.path(), &arguments);
    while !folder.path().join("ready.json").exists() {
        sleep(Duration::from_millis(5)).await;
    }
    let mut stream = connect(server.port).await;
    stream.write_all(signed(folder.path(), server.port).as_bytes()).await.unwrap();
    while stub.requests().is_empty() {
        sleep(Duration::from_millis(5)).await;
    }

    server.signal(signal);
    while TcpStream::connect(("127.0.0.1", server.port)).is_ok() {
        sleep(Duration::from_millis(5)).await;
    }
    // Nobody is let in any more, and the request is still under way.
    stub.go_on();
    let reply = read_to_end(&mut stream).await;
    let code = tokio::task::spawn_blocking(move || server.child.wait().unwrap().code()).await.unwrap();
    let cassette = fs::read_to_string(folder.path().join("a.cassette.yaml")).ok();
    Left { answer: reply.text(), ended: reply.ended, cassette, code }
}

#[tokio::test]
async fn a_stop_closes_the_door_answers_what_is_under_way_commits_and_keeps_its_code() {
    for signal in ["-TERM", "-INT"] {
        let left = stopped_by(signal).await;

        assert_eq!((left.answer.as_str(), left.ended, left.code), (PAGE, Ended::Closed, Some(0)), "{signal}");
        assert!(left.cassette.is_some_and(|cassette| cassette.contains("imageSetPropertiesList")), "{signal}");
    }
}

#[tokio::test]
async fn a_kill_does_nothing_of_that() {
    let left = stopped_by("-KILL").await;

    assert_eq!((left.answer.as_str(), left.cassette, left.code), ("", None, None));
}
