//! HTTP/2 within a tunnel: many requests at once, of which none is another's trouble.

use super::{FOREVER, HOST, Rig};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use retake::net::Limits;
use std::time::Duration;
use tokio::time::timeout;

type Fields = &'static [(&'static str, &'static str)];
type Sender = SendRequest<Full<Bytes>>;

async fn client(rig: &Rig) -> Sender {
    let stream = rig.tls("h2").await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

fn request(target: &str, fields: &[(&str, &str)], body: &str) -> Request<Full<Bytes>> {
    let mut request = Request::builder().method("POST").uri(target);
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.body(Full::new(Bytes::from(body.to_owned()))).unwrap()
}

/// The status of an answer and its body, if it came in whole.
async fn ask(sender: &mut Sender, request: Request<Full<Bytes>>) -> Option<(u16, String)> {
    sender.ready().await.ok()?;
    let answer = timeout(FOREVER, sender.send_request(request)).await.expect("no answer came").ok()?;
    let status = answer.status().as_u16();
    assert!(answer.headers().get("date").is_none());
    let body = timeout(FOREVER, answer.into_body().collect()).await.expect("the answer never ended").ok()?;
    Some((status, String::from_utf8(body.to_bytes().to_vec()).unwrap()))
}

fn to(path: &str) -> String {
    format!("https://{HOST}{path}")
}

#[tokio::test]
async fn answers_requests_that_come_at_once_each_by_its_own() {
    let rig = Rig::start().await;
    let sender = client(&rig).await;

    let asked: Vec<_> = (0..200)
        .map(|index| {
            let mut sender = sender.clone();
            tokio::spawn(async move { ask(&mut sender, request(&to(&format!("/{index}")), &[], "x")).await })
        })
        .collect();

    for (index, answer) in asked.into_iter().enumerate() {
        assert_eq!(answer.await.unwrap(), Some((200, format!("POST {HOST}/{index}"))));
    }
    assert_eq!(rig.stop().await.requests, 200);
}

#[tokio::test]
async fn ends_the_stream_of_an_answer_that_breaks_off_and_no_other() {
    let rig = Rig::start().await;
    let mut sender = client(&rig).await;

    for path in ["/reset", "/nothing"] {
        assert_eq!(ask(&mut sender, request(&to(path), &[], "")).await, None, "{path}");
        assert_eq!(
            ask(&mut sender, request(&to("/a"), &[], "")).await,
            Some((200, format!("POST {HOST}/a"))),
            "{path}"
        );
    }
}

#[tokio::test]
async fn one_that_stalls_holds_up_no_other_and_ends_with_the_limit() {
    let rig = Rig::start_with(Limits { whole: Duration::from_millis(800), ..Limits::default() }).await;
    let sender = client(&rig).await;
    let mut stalled = sender.clone();
    let stalled = tokio::spawn(async move { ask(&mut stalled, request(&to("/stall"), &[], "")).await });

    let mut other = sender.clone();
    assert_eq!(ask(&mut other, request(&to("/a"), &[], "")).await, Some((200, format!("POST {HOST}/a"))));
    assert_eq!(timeout(FOREVER, stalled).await.expect("it never ended").unwrap(), None);
}

#[tokio::test]
async fn takes_requests_for_the_host_of_the_tunnel_and_for_no_other() {
    let rig = Rig::start().await;
    let mut sender = client(&rig).await;
    let cases: [(&str, Fields, u16); 8] = [
        ("https://HOST/a", &[], 200),
        ("https://HOST:443/a", &[], 200),
        ("https://HOST/a", &[("host", "HOST")], 200),
        ("https://HOST/a", &[("host", "other.example")], 403),
        ("https://other.example/a", &[("host", "HOST")], 403),
        ("https://other.example/a", &[], 403),
        ("http://HOST/a", &[], 403),
        ("https://HOST/a", &[("origin", "https://evil.example")], 403),
    ];
    for (target, fields, expected) in cases {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.replace("HOST", HOST))).collect();
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();

        let answer = ask(&mut sender, request(&target.replace("HOST", HOST), &fields, "")).await;

        assert_eq!(answer.map(|(status, _)| status), Some(expected), "{target} {fields:?}");
    }
}

#[tokio::test]
async fn holds_a_stream_to_the_limits_of_a_request() {
    let limits = Limits { headers: 4, target_bytes: 80, body_bytes: 10, ..Limits::default() };
    let rig = Rig::start_with(limits).await;
    let mut sender = client(&rig).await;
    let two: Fields = &[("a", "b"), ("c", "d")];
    let long = "a".repeat(80);
    let cases: [(String, Fields, &str, u16); 5] = [
        (to("/a"), two, "0123456789", 200),
        (to("/a"), two, "0123456789a", 413),
        (to("/a"), &[("a", "b"), ("c", "d"), ("e", "f"), ("g", "h"), ("i", "j")], "", 431),
        (to(&format!("/{long}")), &[], "", 431),
        (to("/a"), &[], "", 200),
    ];
    for (target, fields, body, expected) in cases {
        let answer = ask(&mut sender, request(&target, fields, body)).await;

        assert_eq!(answer.map(|(status, _)| status), Some(expected), "{target} {fields:?} {body}");
    }
    assert_eq!(rig.stop().await.refused, 3);
}

#[tokio::test]
async fn stops_with_its_answers_given() {
    let rig = Rig::start().await;
    let mut sender = client(&rig).await;
    assert!(ask(&mut sender, request(&to("/a"), &[], "")).await.is_some());

    let traffic = timeout(FOREVER, rig.stop()).await.expect("it does not stop");

    assert_eq!(traffic.requests, 1);
    assert_eq!(ask(&mut sender, request(&to("/a"), &[], "")).await, None);
}
