//! The accept loop over raw sockets: limits at their edges, framing that must not pass, ends that must.

use crate::wires::{Ended, connect, read_one, read_to_end, talk};
use retake::message::{Body, End, Headers, Response, Withheld, WithheldReason};
use retake::net::{Arrived, Handler, Limits, Listen, Listener, Outgoing, Serving};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::sync::Semaphore;

/// Answers every request alike, as soon as a permit is there, and counts them.
pub(crate) struct Fixed {
    response: Response,
    pub(crate) asked: AtomicUsize,
    permits: Semaphore,
}

impl Handler for Fixed {
    async fn handle(&self, _: Arrived) -> Outgoing {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.permits.acquire().await.unwrap().forget();
        Outgoing::of(&self.response)
    }
}

pub(crate) fn ok(body: &str) -> Response {
    let headers =
        Headers::from_iter([("content-type", "application/json"), ("date", "never"), ("content-length", "7")]);
    Response { status: Some(200), headers, body: Body::from_bytes(body.to_owned()), end: End::Complete }
}

pub(crate) async fn start(response: Response, limits: Limits, permits: usize) -> (u16, Arc<Fixed>, Serving) {
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let port = listener.port();
    let handler = Arc::new(Fixed { response, asked: AtomicUsize::new(0), permits: Semaphore::new(permits) });
    let serving = Serving::start(listener, Arc::clone(&handler), limits);
    (port, handler, serving)
}

pub(crate) const CLOSE: &str = "Host: localhost\r\nConnection: close\r\n";

#[tokio::test]
async fn answers_with_its_own_framing_and_no_date() {
    let (port, handler, serving) = start(ok("{}"), Limits::default(), 9).await;

    for target in ["/a?b", "http://runtime-localhost:1/a?b"] {
        let reply = talk(port, format!("POST {target} HTTP/1.1\r\n{CLOSE}\r\n")).await;

        assert_eq!((reply.status(), reply.text().as_str(), reply.ended), (200, "{}", Ended::Closed));
        assert_eq!(reply.header("content-length"), Some("2"));
        assert_eq!(reply.header("date"), None);
        assert_eq!(reply.header("content-type"), Some("application/json"));
    }
    assert_eq!(handler.asked.load(Ordering::SeqCst), 2);
    assert_eq!(serving.shutdown().await.refused, 0);
}

#[tokio::test]
async fn answers_pipelined_requests_in_order() {
    let (port, handler, _serving) = start(ok("{}"), Limits::default(), 9).await;

    let reply = talk(port, format!("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\n{CLOSE}\r\n")).await;

    assert_eq!(handler.asked.load(Ordering::SeqCst), 2);
    assert_eq!(reply.text().matches("HTTP/1.1 200 OK").count(), 1, "behind the first head");
}

#[tokio::test]
async fn lets_no_request_pass_that_two_readers_could_frame_differently() {
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    let length = smuggled.len();
    let cases = [
        format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: {length}\r\n\r\n{smuggled}"),
        format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0, {length}\r\n\r\n{smuggled}"),
        format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +{length}\r\n\r\n{smuggled}"),
        format!(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"
        ),
        format!(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{smuggled}"
        ),
        format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n{smuggled}"),
        format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("POST / HTTP/1.1\r\nHost: a\r\n Content-Length: 0\r\n\r\n{smuggled}"),
        format!("POST / HTTP/1.1\r\nHost: a\r\nX: a\r\n folded\r\n\r\n{smuggled}"),
        format!("POST / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n{smuggled}"),
        format!("POST / HTTP/1.1\rHost: a\r\n\r\n{smuggled}"),
        format!("POST / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n{smuggled}"),
        format!("POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n{smuggled}"),
        format!("POST /a b HTTP/1.1\r\nHost: a\r\n\r\n{smuggled}"),
        format!("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"),
    ];
    let (port, handler, serving) = start(ok("{}"), Limits::default(), 99).await;

    for case in &cases {
        let reply = talk(port, case).await;
        assert_eq!(reply.status(), 400, "{case:?} got {reply:?}");
        assert!(!reply.text().contains("HTTP/1.1"), "a second answer to {case:?}");
    }
    assert_eq!(handler.asked.load(Ordering::SeqCst), 0);
    assert_eq!(serving.shutdown().await.refused, cases.len() as u64);
}

#[tokio::test]
async fn closes_a_connection_whose_head_does_not_come_but_not_one_that_rests() {
    let limits = Limits { head: Duration::from_millis(100), ..Limits::default() };
    let (port, handler, _serving) = start(ok("{}"), limits, 9).await;

    let silent = talk(port, "").await;
    let partial = talk(port, "GET / HTTP/1.1\r\nHos").await;
    let mut rested = connect(port).await;
    for _ in 0..2 {
        rested.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        assert_eq!(read_one(&mut rested).await.status(), 200);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    rested.write_all(b"GET / HTT").await.unwrap();
    let slow = read_to_end(&mut rested).await;

    assert_eq!((silent.status(), silent.ended), (0, Ended::Closed));
    assert_eq!((partial.status(), slow.status()), (0, 0));
    assert_eq!(handler.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn closes_a_connection_that_rests_too_long_and_one_whose_answer_takes_too_long() {
    let limits = Limits { idle: Duration::from_millis(50), whole: Duration::from_millis(50), ..Limits::default() };
    let (port, _handler, _serving) = start(ok("{}"), limits, 1).await;

    let rested = talk(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let unanswered = talk(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;

    assert_eq!((rested.status(), rested.ended), (200, Ended::Closed));
    assert_eq!(unanswered.status(), 0);
}

#[tokio::test]
async fn gives_up_a_body_that_stops_coming_and_a_client_that_stops_reading() {
    let limits = Limits { gap: Duration::from_millis(50), ..Limits::default() };
    let (port, handler, serving) = start(ok(&"x".repeat(50 << 20)), limits, 9).await;

    let stopped = talk(port, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab").await;
    let mut unread = connect(port).await;
    unread.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    while handler.asked.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let rest = read_to_end(&mut unread).await;

    assert_eq!(stopped.status(), 408);
    assert!(rest.body.len() < 50 << 20, "all {} bytes came", rest.body.len());
    assert_eq!(serving.shutdown().await.refused, 1);
}

#[tokio::test]
async fn refuses_a_connection_over_the_limit_and_takes_one_at_it() {
    let limits = Limits { connections: 2, ..Limits::default() };
    let (port, handler, serving) = start(ok("{}"), limits, 9).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = connect(port).await;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        assert_eq!(read_one(&mut stream).await.status(), 200);
        held.push(stream);
    }

    let refused = talk(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let silent = talk(port, "").await;
    held.pop();
    let next = talk(port, format!("GET / HTTP/1.1\r\n{CLOSE}\r\n")).await;

    assert_eq!((refused.status(), refused.ended), (503, Ended::Closed));
    assert!(refused.text().starts_with("2 connections are open") && refused.text().contains("--max-connections"));
    assert_eq!((silent.status(), silent.ended), (0, Ended::Closed));
    assert_eq!((next.status(), handler.asked.load(Ordering::SeqCst)), (200, 3));
    assert_eq!(serving.shutdown().await.refused, 2);
}

#[tokio::test]
async fn closes_what_comes_in_a_flood_over_the_limit_and_serves_who_has_a_place() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let (port, handler, _serving) = start(ok("{}"), limits, 9).await;
    let mut first = connect(port).await;
    first.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    assert_eq!(read_one(&mut first).await.status(), 200);

    let mut flood = Vec::new();
    for _ in 0..300 {
        flood.push(connect(port).await);
    }
    for mut stream in flood {
        assert_eq!(read_to_end(&mut stream).await.status(), 0);
    }
    first.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();

    assert_eq!(read_one(&mut first).await.status(), 200);
    assert_eq!(handler.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn ends_what_is_under_way_when_stopped_and_takes_nothing_more() {
    let (port, handler, serving) = start(ok("{}"), Limits::default(), 0).await;
    let mut resting = connect(port).await;
    let mut asking = connect(port).await;
    asking.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    while handler.asked.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }

    let stopping = tokio::spawn(serving.shutdown());
    let closed = read_to_end(&mut resting).await;
    let refused = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err();
    let waited = !stopping.is_finished();
    handler.permits.add_permits(1);
    let answered = read_to_end(&mut asking).await;

    assert!(refused && waited);
    assert_eq!((closed.status(), closed.ended), (0, Ended::Closed));
    assert_eq!((answered.status(), answered.text().as_str(), answered.ended), (200, "{}", Ended::Closed));
    stopping.await.unwrap();
}

#[tokio::test]
async fn breaks_off_what_does_not_end_within_the_time_to_drain() {
    let limits = Limits { drain: Duration::from_millis(50), ..Limits::default() };
    let (port, handler, serving) = start(ok("{}"), limits, 0).await;
    let mut asking = connect(port).await;
    asking.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    while handler.asked.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }

    serving.shutdown().await;

    assert_eq!(read_to_end(&mut asking).await.status(), 0);
}

#[tokio::test]
async fn stops_when_its_handle_is_dropped() {
    let (port, _handler, serving) = start(ok("{}"), Limits::default(), 0).await;
    let mut resting = connect(port).await;

    drop(serving);

    assert_eq!(read_to_end(&mut resting).await.status(), 0);
}

#[tokio::test]
async fn ends_an_answer_on_the_wire_as_it_ended_when_it_was_recorded() {
    let big = "x".repeat(3 << 20);
    for body in ["", "{\"a\":", big.as_str()] {
        let length = body.len() as u64;
        for (end, ended) in [(End::EofAfter(length), Ended::Closed), (End::ResetAfter(length), Ended::Reset)] {
            let (port, _handler, _serving) = start(Response { end, ..ok(body) }, Limits::default(), 9).await;

            let reply = talk(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;

            assert_eq!((reply.status(), reply.ended), (200, ended), "{end:?}");
            assert_eq!(reply.header("content-length"), Some((length + 1).to_string().as_str()));
            // A reset throws away what the other side has not taken yet.
            if ended == Ended::Closed || length < 1000 {
                assert_eq!(reply.body.len() as u64, length, "{end:?}");
            }
        }
    }
}

#[tokio::test]
async fn ends_a_connection_without_a_head_as_recorded() {
    for (end, ended) in [(End::EofAfter(0), Ended::Closed), (End::ResetAfter(0), Ended::Reset)] {
        let (port, _handler, _serving) = start(Response { end, ..Response::default() }, Limits::default(), 9).await;

        let reply = talk(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;

        assert_eq!((reply.head.as_str(), reply.ended), ("", ended), "{end:?}");
    }
}

#[tokio::test]
async fn stalls_as_recorded_until_it_is_stopped() {
    for (response, head) in [
        (Response { end: End::TimeoutAfter(5), ..ok("{\"a\":") }, true),
        (Response { end: End::TimeoutAfter(0), ..Response::default() }, false),
    ] {
        let (port, handler, serving) = start(response, Limits::default(), 9).await;
        let mut stream = connect(port).await;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        while handler.asked.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        let open = tokio::time::timeout(Duration::from_millis(100), stream.readable()).await;
        let nothing_came = open.is_err();

        serving.shutdown().await;
        let reply = read_to_end(&mut stream).await;

        assert_eq!(nothing_came, !head);
        assert_eq!(reply.text(), if head { "{\"a\":" } else { "" });
    }
}

#[tokio::test]
async fn makes_up_a_body_that_was_withheld() {
    let withheld = Withheld { reason: WithheldReason::Html, length: 40 };
    let (port, _handler, _serving) =
        start(Response { body: Body::Withheld(withheld), ..ok("") }, Limits::default(), 9).await;

    let reply = talk(port, format!("GET / HTTP/1.1\r\n{CLOSE}\r\n")).await;

    assert_eq!((reply.status(), reply.body.len()), (200, 40));
    assert!(reply.text().starts_with("<html>"));
}
