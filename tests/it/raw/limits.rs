//! A raw answer keeps the limits of the server, and no stop waits for it.

use super::{Answers, fault, fields, get, plain, start};
use crate::wires::{Ended, connect, read_bytes};
use retake::answer::Wire;
use retake::message::End;
use retake::net::{Limits, Listen, Listener};
use retake::serve::{Options, Server};
use retake::spec;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;

/// So long that no test would end.
const FOREVER: Duration = Duration::from_secs(3600);

async fn until_asked(answers: &Answers, times: usize) {
    while answers.asked() < times {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_stop_ends_a_stall_at_once_and_the_client_sees_the_reset() {
    let answers = Answers::new([fault(Wire::Stall, b"", End::TimeoutAfter(0))]);
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let options = Options { outlast: FOREVER, kept: 9, ..Options::default() };
    let running = Server::start(listener, Arc::<Answers>::clone(&answers), &spec::embedded(), options);
    let mut streams = Vec::new();
    for _ in 0..3 {
        let mut stream = connect(running.port()).await;
        stream.write_all(get(running.port(), "").as_bytes()).await.unwrap();
        streams.push(stream);
    }
    until_asked(&answers, 3).await;
    let stopped = Instant::now();

    let traffic = running.shutdown().await;

    // The time to drain is ten seconds: this did not wait for its end.
    assert!(stopped.elapsed() < Duration::from_secs(5), "{:?}", stopped.elapsed());
    assert_eq!((traffic.requests, traffic.transcript.exchanges.len()), (3, 3));
    for mut stream in streams {
        assert_eq!(read_bytes(&mut stream).await, (Vec::new(), Ended::Reset));
    }
}

#[tokio::test]
async fn a_stop_closes_a_connection_that_a_fault_left_open() {
    let answers = Answers::new([fault(Wire::Chunked(9), b"ab", End::Complete)]);
    let running = start(&answers, Options::default()).await;
    let mut stream = connect(running.port()).await;
    stream.write_all(get(running.port(), "").as_bytes()).await.unwrap();
    until_asked(&answers, 1).await;
    let stopped = Instant::now();

    running.shutdown().await;
    let (found, ended) = read_bytes(&mut stream).await;

    assert!(stopped.elapsed() < Duration::from_secs(5), "{:?}", stopped.elapsed());
    assert_eq!((found.ends_with(b"2\r\nab\r\n0\r\n\r\n"), ended), (true, Ended::Closed));
}

#[tokio::test]
async fn a_stop_lets_a_fault_end_that_is_under_way() {
    let big = vec![b'x'; 32 << 20];
    let answers = Answers::new([fault(fields(&[]), &big, End::Complete)]);
    let running = start(&answers, Options::default()).await;
    let mut stream = connect(running.port()).await;
    stream.write_all(get(running.port(), "").as_bytes()).await.unwrap();
    until_asked(&answers, 1).await;

    let (_, (found, ended)) = tokio::join!(running.shutdown(), read_bytes(&mut stream));

    assert!(found.len() > big.len() && ended == Ended::Closed, "{} bytes, {ended:?}", found.len());
}

#[tokio::test]
async fn a_stall_lasts_no_longer_than_a_request_may() {
    let answers = Answers::new([fault(Wire::Stall, b"", End::TimeoutAfter(0))]);
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let limits = Limits { whole: Duration::from_millis(50), ..Limits::default() };
    let options = Options { outlast: FOREVER, limits, ..Options::default() };
    let running = Server::start(listener, Arc::<Answers>::clone(&answers), &spec::embedded(), options);
    let mut stream = connect(running.port()).await;
    stream.write_all(get(running.port(), "").as_bytes()).await.unwrap();

    let (found, ended) = read_bytes(&mut stream).await;

    assert_eq!((found.len(), ended), (0, Ended::Closed));
}

#[tokio::test]
async fn a_client_that_stops_reading_a_fault_is_given_up() {
    let big = vec![b'x'; 64 << 20];
    let answers = Answers::new([fault(fields(&[]), &big, End::Complete)]);
    let limits = Limits { gap: Duration::from_millis(50), ..Limits::default() };
    let running = start(&answers, Options { limits, ..Options::default() }).await;
    let mut stream = connect(running.port()).await;
    stream.write_all(get(running.port(), "").as_bytes()).await.unwrap();
    until_asked(&answers, 1).await;
    tokio::time::sleep(Duration::from_millis(400)).await;

    let (found, _) = read_bytes(&mut stream).await;

    assert!(found.len() < big.len(), "all of it came");
}

#[tokio::test]
async fn a_connection_that_a_fault_left_open_rests_no_longer_than_any_other() {
    let answers = Answers::new([fault(Wire::Chunked(9), b"ab", End::Complete), plain("next")]);
    let limits = Limits { idle: Duration::from_millis(100), head: FOREVER, whole: FOREVER, ..Limits::default() };
    let running = start(&answers, Options { limits, ..Options::default() }).await;
    let mut stream = connect(running.port()).await;
    stream.write_all(get(running.port(), "").as_bytes()).await.unwrap();

    let (found, ended) = read_bytes(&mut stream).await;

    assert_eq!((found.ends_with(b"0\r\n\r\n"), ended), (true, Ended::Closed));
}

#[tokio::test]
async fn a_dropped_server_ends_a_stall() {
    let answers = Answers::new([fault(Wire::Stall, b"", End::TimeoutAfter(0))]);
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let options = Options { outlast: FOREVER, ..Options::default() };
    let running = Server::start(listener, Arc::<Answers>::clone(&answers), &spec::embedded(), options);
    let mut stream = connect(running.port()).await;
    stream.write_all(get(running.port(), "").as_bytes()).await.unwrap();
    until_asked(&answers, 1).await;

    drop(running);

    assert_eq!(read_bytes(&mut stream).await.0, b"");
}
