//! Many connections at once: every one up to the limit is served, one more is told that there is no place.

use super::{GOOD, Server};
use crate::wires::{connect, read_one, talk};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// What CI opens; `cargo bench -- connections` opens 10,000.
const MANY: usize = 400;

/// Holds so many connections open on a replay that takes `most`, asks twice over each, and gives the statuses.
async fn hold(most: usize, open: usize) -> (Vec<u16>, u16, Server) {
    let folder = tempfile::tempdir().unwrap();
    let most = most.to_string();
    let server = Server::start(folder.path(), &["replay", GOOD, "--format", "json", "--max-connections", &most]);
    let request = format!("GET /miss HTTP/1.1\r\nHost: localhost:{}\r\n\r\n", server.port);
    let mut held: Vec<TcpStream> = Vec::new();
    for _ in 0..open {
        held.push(connect(server.port).await);
    }
    let mut statuses = Vec::new();
    for _ in 0..2 {
        for stream in &mut held {
            stream.write_all(request.as_bytes()).await.unwrap();
            statuses.push(read_one(stream).await.status());
        }
    }
    let one_more = talk(server.port, request.replacen("\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1)).await;
    (statuses, one_more.status(), server)
}

#[tokio::test]
async fn holds_as_many_connections_as_it_is_told_and_refuses_one_more() {
    let (statuses, one_more, server) = hold(MANY, MANY).await;

    assert_eq!(statuses.len(), 2 * MANY);
    assert!(statuses.iter().all(|status| *status == 400), "{statuses:?}");
    assert_eq!(one_more, 503);
    let report: serde_json::Value = serde_json::from_str(&server.stop().stdout).unwrap();
    assert_eq!((&report["ledger"]["requests"], &report["ledger"]["refused"]), (&json!(2 * MANY + 1), &json!(1)));
}

#[tokio::test]
async fn the_refusal_is_that_of_the_limit() {
    let (_, one_more, _server) = hold(MANY + 1, MANY).await;

    assert_eq!(one_more, 400, "one more was a miss like the others");
}
