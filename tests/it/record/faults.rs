//! Upstreams that misbehave: the client sees what the recorder saw, and the cassette says so.

use super::{Rig, at, list};
use crate::upstreams::{Act, Stub, answer, send};
use crate::wires::Ended;
use retake::message::{Body, End, Withheld, WithheldReason};
use retake::net::{Listen, Listener};
use std::time::Duration;

struct Case {
    script: Vec<Act>,
    status: Option<u16>,
    body: &'static str,
    end: End,
}

fn cases() -> Vec<Case> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n";
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let part = "{\"nextTok";
    let case = |script, status, body, end| Case { script, status, body, end };
    vec![
        case(vec![Act::Reset], None, "", End::ResetAfter(0)),
        case(vec![Act::Close], None, "", End::EofAfter(0)),
        case(vec![send(head), Act::Reset], Some(200), "", End::ResetAfter(0)),
        case(vec![send(head), Act::Close], Some(200), "", End::EofAfter(0)),
        case(vec![send(head), send(part), Act::Reset], Some(200), part, End::ResetAfter(9)),
        case(vec![send(head), send(part), Act::Close], Some(200), part, End::EofAfter(9)),
        case(vec![send(chunked), send("9\r\n{\"nextTok\r\n"), Act::Close], Some(200), part, End::EofAfter(9)),
    ]
}

#[tokio::test]
async fn ends_as_the_upstream_did_and_records_it() {
    for (index, case) in cases().into_iter().enumerate() {
        let stub = Stub::start(vec![case.script]).await;
        let rig = Rig::start(at(&stub.url())).await;

        let reply = rig.ask_raw(&list(&[])).await;
        let recording = rig.finish().await.unwrap();

        let reset = matches!(case.end, End::ResetAfter(_));
        let chunk = format!("{:x}\r\n{}\r\n", case.body.len(), case.body);
        assert_eq!(reply.status(), case.status.unwrap_or(0), "case {index}");
        assert!(
            reply.text() == case.body || reply.text() == chunk.to_uppercase() || reply.text() == chunk,
            "case {index}: {reply:?}"
        );
        assert_eq!(reply.ended, if reset { Ended::Reset } else { Ended::Closed }, "case {index}");
        let cassette = recording.cassette.unwrap();
        let response = &cassette.transcript.exchanges[0].response;
        assert_eq!((response.status, response.end), (case.status, case.end), "case {index}");
        assert_eq!(stub.requests().len(), 1, "case {index}");
        assert!(recording.troubles.is_empty());
    }
}

#[tokio::test]
async fn stalls_as_the_upstream_did_and_records_it() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"nextTok";
    for (script, status, end, begin) in [
        (vec![Act::Stall], None, End::TimeoutAfter(0), ""),
        (vec![send(head), Act::Stall], Some(200), End::TimeoutAfter(9), "HTTP/1.1 200 OK"),
    ] {
        let stub = Stub::start(vec![script]).await;
        let rig = Rig::start_with(at(&stub.url()), |options| {
            options.limits.whole = Duration::from_millis(900);
        })
        .await;

        let reply = rig.ask_raw(&list(&[])).await;
        let recording = rig.finish().await.unwrap();

        assert!(reply.head.starts_with(begin) && reply.text().len() == usize::from(status.is_some()) * 9, "{reply:?}");
        let response = &recording.cassette.unwrap().transcript.exchanges[0].response;
        assert_eq!((response.status, response.end), (status, end));
    }
}

#[tokio::test]
async fn passes_html_and_a_wrong_length_on_and_withholds_what_is_not_json() {
    let html = "<html><body>gateway of 10.1.2.3</body></html>";
    let short = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{\"nextToken\": \"more\"}";
    for (act, sent, reason) in [
        (answer(503, "content-type: text/html\r\n", html), html, WithheldReason::Html),
        (send(short), "{\"nex", WithheldReason::Truncated),
    ] {
        let stub = Stub::start(vec![vec![act, Act::Close]]).await;
        let rig = Rig::start(at(&stub.url())).await;

        let response = rig.ask(&[]).await;
        let path = rig.cassette();
        let Rig { folder: _folder, running } = rig;
        let recording = running.finish().await.unwrap();

        assert_eq!((response.body, response.end), (Body::from_bytes(sent), End::Complete));
        let stored = &recording.cassette.unwrap().transcript.exchanges[0].response.body;
        assert_eq!(*stored, Body::Withheld(Withheld { reason, length: sent.len() as u64 }));
        assert!(!std::fs::read_to_string(path).unwrap().contains("10.1.2.3"));
    }
}

#[tokio::test]
async fn says_that_the_upstream_cannot_be_talked_to_and_records_nothing() {
    let free = Listener::bind(Listen::default()).await.unwrap().port();
    let garbage = Stub::start(vec![vec![send("220 mail.example ESMTP\r\n"), Act::Close]]).await;
    for (url, what) in
        [(format!("http://127.0.0.1:{free}"), "cannot reach"), (garbage.url(), "does not answer in HTTP")]
    {
        let rig = Rig::start(at(&url)).await;

        for _ in 0..2 {
            let response = rig.ask(&[]).await;
            assert_eq!(
                (response.status, response.headers.get("x-amzn-errortype")),
                (Some(400), Some("RetakeUpstreamFailed"))
            );
            assert!(String::from_utf8_lossy(response.body.bytes()).contains(what), "{response:?}");
        }
        let path = rig.cassette();
        let recording = rig.finish().await.unwrap();

        assert_eq!((recording.counts.requests, recording.counts.failed, recording.counts.exchanges), (2, 2, 0));
        assert_eq!((recording.troubles.len(), recording.path), (1, None));
        assert!(!path.exists());
    }
}
