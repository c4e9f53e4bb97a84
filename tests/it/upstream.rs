//! The client of an upstream against a server that misbehaves: nothing is repeated, and the end is told as it was.

use crate::upstreams::{Act, Authority, Stub, answer, send};
use retake::message::{Body, End, Headers, Request, Response, Withheld, WithheldReason};
use retake::net::sigv4::{Scope, Signer, Verifier};
use retake::net::{Arrived, Clock, Credentials, Endpoint, Handler, Limits, Listen, Listener, Outgoing, Serving};
use retake::net::{Trust, Upstream, UpstreamLimits};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const NOW: i64 = 1_795_458_553;

fn request() -> Request {
    Request {
        method: "POST".to_owned(),
        path: "/a%2Fb".to_owned(),
        query: vec![("t".to_owned(), "1 +/=".to_owned())],
        headers: Headers::from_iter([("x-amz-thing", "a b")]),
        ..Request::default()
    }
}

fn client_of(url: &str, limits: UpstreamLimits) -> Upstream {
    Upstream::new(Endpoint::parse(url).unwrap(), &Trust::default(), limits, Clock::fixed(NOW)).unwrap()
}

async fn fetch(stub: &Stub) -> Response {
    let limits = UpstreamLimits {
        head: Duration::from_millis(200),
        gap: Duration::from_millis(200),
        ..UpstreamLimits::default()
    };
    client_of(&stub.url(), limits).fetch(&request(), None).await.unwrap()
}

#[tokio::test]
async fn sends_one_plain_request_and_takes_the_answer_as_it_is() {
    let stub = Stub::start(vec![vec![answer(418, "X-Two: 1\r\nx-two: 2\r\n", "body")]]).await;

    let response = fetch(&stub).await;

    assert_eq!((response.status, response.end, response.body), (Some(418), End::Complete, Body::from_bytes("body")));
    let twice: Vec<_> = response.headers.iter().filter(|(name, _)| *name == "x-two").map(|(_, value)| value).collect();
    assert_eq!(twice, ["1", "2"]);
    let [request] = &stub.requests()[..] else { panic!("{:?}", stub.requests()) };
    assert!(request.starts_with("POST /a%2Fb?t=1%20%2B%2F%3D HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("host: 127.0.0.1:{}\r\n", stub.port)), "{request}");
    assert!(request.contains("content-length: 0\r\n") && request.contains("x-amz-thing: a b\r\n"), "{request}");
    assert!(!request.contains("accept-encoding"), "{request}");
}

#[tokio::test]
async fn tells_how_an_exchange_ended_and_repeats_nothing() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n";
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let cases: Vec<(Vec<Act>, Option<u16>, &str, End)> = vec![
        (vec![Act::Reset], None, "", End::ResetAfter(0)),
        (vec![Act::Close], None, "", End::EofAfter(0)),
        (vec![Act::Stall], None, "", End::TimeoutAfter(0)),
        (vec![send("HTTP/1.1 200 OK\r\nco"), Act::Close], None, "", End::EofAfter(0)),
        (vec![send("HTTP/1.1 200 OK\r\nco"), Act::Reset], None, "", End::ResetAfter(0)),
        (vec![send("HTTP/1.1 200 OK\r\nco"), Act::Stall], None, "", End::TimeoutAfter(0)),
        (vec![send(head), Act::Reset], Some(200), "", End::ResetAfter(0)),
        (vec![send(head), send("12345"), Act::Reset], Some(200), "12345", End::ResetAfter(5)),
        (vec![send(head), send("12345"), Act::Close], Some(200), "12345", End::EofAfter(5)),
        (vec![send(head), send("12345"), Act::Stall], Some(200), "12345", End::TimeoutAfter(5)),
        (vec![send(chunked), send("3\r\nabc\r\n"), Act::Close], Some(200), "abc", End::EofAfter(3)),
        (vec![send(chunked), send("3\r\nabc\r\n"), Act::Stall], Some(200), "abc", End::TimeoutAfter(3)),
        (vec![send(chunked), send("3\r\nabc\r\n0\r\n\r\n")], Some(200), "abc", End::Complete),
        (vec![send(chunked), send("3\r\nabc\r\nXYZ\r\n"), Act::Close], Some(200), "abc", End::EofAfter(3)),
        (vec![send("HTTP/1.0 200 OK\r\n\r\n"), send("abc"), Act::Close], Some(200), "abc", End::Complete),
        (
            vec![send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"), send("abcdef"), Act::Close],
            Some(200),
            "ab",
            End::Complete,
        ),
        (vec![send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n")], Some(204), "", End::Complete),
    ];
    for (index, (script, status, body, end)) in cases.into_iter().enumerate() {
        let stub = Stub::start(vec![script]).await;

        let response = fetch(&stub).await;

        let found = (response.status, response.body, response.end);
        assert_eq!(found, (status, Body::from_bytes(body.to_owned()), end), "case {index}");
        assert_eq!((stub.requests().len(), stub.connections()), (1, 1), "case {index}");
    }
}

#[tokio::test]
async fn fails_where_nobody_answers_or_what_answers_is_no_http() {
    let free = Listener::bind(Listen::default()).await.unwrap().port();
    let unreachable = client_of(&format!("http://127.0.0.1:{free}"), UpstreamLimits::default());
    let stub = Stub::start(vec![vec![send("220 mail.example ESMTP\r\n"), Act::Close]]).await;

    let refused = unreachable.fetch(&request(), None).await.unwrap_err();
    let garbage = client_of(&stub.url(), UpstreamLimits::default()).fetch(&request(), None).await.unwrap_err();

    assert!(refused.what.starts_with(&format!("cannot reach http://127.0.0.1:{free}")), "{refused}");
    assert!(garbage.what.contains("does not answer in HTTP/1.1"), "{garbage}");
    assert_eq!(stub.requests().len(), 1);
}

#[tokio::test]
async fn follows_no_redirect() {
    let elsewhere = Stub::start(vec![vec![answer(200, "", "no")]]).await;
    for status in [301, 302, 303, 307, 308] {
        let stub = Stub::start(vec![vec![answer(status, &format!("location: {}/\r\n", elsewhere.url()), "")]]).await;

        assert_eq!(fetch(&stub).await.status, Some(status));
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn who_follows_a_redirect_is_heard_there() {
    let elsewhere = Stub::start(vec![vec![answer(200, "", "no")]]).await;
    let stub = Stub::start(vec![vec![answer(307, &format!("location: {}/\r\n", elsewhere.url()), "")]]).await;

    let location = fetch(&stub).await.headers.get("location").unwrap().trim_end_matches('/').to_owned();
    client_of(&location, UpstreamLimits::default()).fetch(&request(), None).await.unwrap();

    assert_eq!(elsewhere.requests().len(), 1);
}

#[tokio::test]
async fn uses_a_connection_again_and_notices_when_it_was_closed() {
    let stub = Stub::start(vec![
        vec![answer(200, "", "1")],
        vec![answer(200, "", "2")],
        vec![answer(200, "", "3"), Act::Close],
        vec![answer(200, "connection: close\r\n", "4"), Act::Close],
        vec![answer(200, "", "5")],
    ])
    .await;
    let client = client_of(&stub.url(), UpstreamLimits::default());

    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(client.fetch(&request(), None).await.unwrap());
        // The close of the third answer must have reached us before the fourth request.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    assert!(answers.iter().all(|answer| answer.end == End::Complete && answer.status == Some(200)), "{answers:?}");
    assert_eq!((stub.requests().len(), stub.connections()), (5, 3));
    client.close().await;
}

#[tokio::test]
async fn does_not_use_a_connection_again_on_which_too_much_came() {
    let stub =
        Stub::start(vec![vec![send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nabHTTP/1.1 500 X\r\n\r\n")]]).await;
    let client = client_of(&stub.url(), UpstreamLimits::default());

    for _ in 0..2 {
        let response = client.fetch(&request(), None).await.unwrap();
        assert_eq!((response.status, response.body), (Some(200), Body::from_bytes("ab")));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(stub.connections(), 2);
}

#[tokio::test]
async fn keeps_a_body_up_to_the_limit_and_counts_a_longer_one() {
    let limits = UpstreamLimits { kept_bytes: 10, ..UpstreamLimits::default() };
    for (length, kept) in [(9, true), (10, true), (11, false)] {
        let stub = Stub::start(vec![vec![answer(200, "", &"x".repeat(length))]]).await;

        let response = client_of(&stub.url(), limits.clone()).fetch(&request(), None).await.unwrap();

        let withheld = Body::Withheld(Withheld { reason: WithheldReason::TooLong, length: length as u64 });
        assert_eq!(response.body, if kept { Body::from_bytes("x".repeat(length)) } else { withheld });
    }
}

#[tokio::test]
async fn gives_up_an_exchange_that_takes_too_long_as_a_whole() {
    let dribble = (0..50).flat_map(|_| [send("1\r\nx\r\n"), send("1\r\ny\r\n")]);
    let head = send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    let stub = Stub::start(vec![[head].into_iter().chain(dribble).chain([Act::Stall]).collect()]).await;
    let limits = UpstreamLimits { whole: Duration::from_millis(200), ..UpstreamLimits::default() };

    let response = client_of(&stub.url(), limits).fetch(&request(), None).await.unwrap();

    assert!(matches!(response.end, End::TimeoutAfter(_)), "{:?}", response.end);
}

fn signer() -> Signer {
    Signer { credentials: Credentials::throwaway().unwrap(), region: "eu-west-1".into(), service: "svc".into() }
}

/// Verifies what arrives, and answers with a `Date` of its own.
struct Verifying {
    verifier: Verifier,
    judged: Mutex<Vec<bool>>,
}

impl Handler for Verifying {
    async fn handle(&self, arrived: Arrived) -> Outgoing {
        self.judged.lock().unwrap().push(self.verifier.verify(&arrived.request, arrived.query()).is_ok());
        Outgoing::of(&Response { status: Some(200), ..Response::default() })
    }
}

#[tokio::test]
async fn signs_so_that_the_other_side_can_verify_it() {
    let signer = signer();
    let scope = Scope { region: signer.region.clone(), services: vec![signer.service.clone()] };
    let verifier = Verifier::new(signer.credentials.clone(), scope, Clock::fixed(NOW));
    let handler = Arc::new(Verifying { verifier, judged: Mutex::default() });
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let client = client_of(&listener.endpoint(), UpstreamLimits::default());
    let _serving = Serving::start(listener, Arc::clone(&handler), Limits::default());

    for body in ["", "{\"a\":1}"] {
        let request = Request { body: Body::from_bytes(body.to_owned()), ..request() };
        client.fetch(&request, Some(&signer)).await.unwrap();
    }
    client.fetch(&request(), None).await.unwrap();

    assert_eq!(*handler.judged.lock().unwrap(), [true, true, false]);
}

#[tokio::test]
async fn signs_by_the_clock_of_the_upstream_once_it_is_known() {
    let stub = Stub::start(vec![vec![answer(200, "date: Mon, 23 Nov 2026 20:29:13 GMT\r\n", "")]]).await;
    let client = client_of(&stub.url(), UpstreamLimits::default());

    for _ in 0..2 {
        client.fetch(&request(), Some(&signer())).await.unwrap();
    }

    let requests = stub.requests();
    assert!(requests[0].contains("x-amz-date: 20261123T182913Z"), "{}", requests[0]);
    assert!(requests[1].contains("x-amz-date: 20261123T202913Z"), "{}", requests[1]);
}

async fn over_tls(name: &str, trusted: &Authority, issuer: &Authority) -> (Result<Response, String>, Stub) {
    let stub = Stub::start_tls(vec![vec![answer(200, "", "ok")]], issuer.server(name)).await;
    let endpoint = Endpoint::parse(&format!("https://localhost:{}", stub.port)).unwrap();
    let trust = Trust { extra: Some(("ca.pem".to_owned(), trusted.pem().into_bytes())) };
    let client = Upstream::new(endpoint, &trust, UpstreamLimits::default(), Clock::fixed(NOW)).unwrap();
    let response = client.fetch(&request(), Some(&signer())).await.map_err(|error| error.to_string());
    (response, stub)
}

#[tokio::test]
async fn sends_nothing_over_tls_before_the_name_is_verified() {
    let (ours, theirs) = (Authority::new(), Authority::new());

    let (good, good_stub) = over_tls("localhost", &ours, &ours).await;
    let (wrong_name, wrong_name_stub) = over_tls("other.example", &ours, &ours).await;
    let (unknown, unknown_stub) = over_tls("localhost", &ours, &theirs).await;

    assert_eq!(good.unwrap().body, Body::from_bytes("ok"));
    assert_eq!(good_stub.requests().len(), 1);
    for (result, stub) in [(wrong_name, wrong_name_stub), (unknown, unknown_stub)] {
        let error = result.unwrap_err();
        assert!(error.contains("no TLS with https://localhost:") && error.contains("nothing was sent"), "{error}");
        assert_eq!((stub.requests().len(), stub.connections()), (0, 1));
    }
}

#[tokio::test]
async fn sends_nothing_to_a_server_without_tls_where_https_was_named() {
    let stub = Stub::start(vec![vec![answer(200, "", "")]]).await;
    let endpoint = Endpoint::parse(&format!("https://127.0.0.1:{}", stub.port)).unwrap();
    let trust = Trust { extra: Some(("ca.pem".to_owned(), Authority::new().pem().into_bytes())) };
    let limits = UpstreamLimits { connect: Duration::from_millis(300), ..UpstreamLimits::default() };
    let client = Upstream::new(endpoint, &trust, limits, Clock::fixed(NOW)).unwrap();

    let failed = client.fetch(&request(), Some(&signer())).await;

    assert!(failed.is_err());
    assert!(stub.requests().iter().all(|request| !request.contains("POST")));
}

#[tokio::test]
async fn says_which_file_of_certificates_cannot_be_read() {
    for pem in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let trust = Trust { extra: Some(("my/ca.pem".to_owned(), pem.as_bytes().to_vec())) };
        let endpoint = Endpoint::https("localhost");

        let error = Upstream::new(endpoint, &trust, UpstreamLimits::default(), Clock::fixed(NOW)).unwrap_err();

        assert!(error.what.contains("my/ca.pem"), "{error}");
    }
}
