//! What a server notes of requests: when they came, in what order, and what their signatures are.

use super::{Answers, fault, get, plain, start};
use crate::wires::{connect, read_bytes, talk};
use retake::answer::{Answer, Answerer, Session, Wire};
use retake::evidence::Signature;
use retake::message::{Body, End, Headers, Request, target};
use retake::net::sigv4::{Signer, sign};
use retake::net::{Clock, Credentials, Listen, Listener};
use retake::serve::{Options, Server, Signatures, Traffic};
use retake::spec;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

const NOW: i64 = 1_795_458_553;

/// A request that is signed with these credentials and closes its connection.
fn signed(port: u16, credentials: &Credentials, service: &str) -> String {
    let host = format!("localhost:{port}");
    let request = Request {
        method: "GET".to_owned(),
        path: "/a".to_owned(),
        query: vec![("n".to_owned(), "1".to_owned())],
        headers: Headers::from_iter([("host", host.as_str())]),
        ..Request::default()
    };
    let signer =
        Signer { credentials: credentials.clone(), region: "us-east-1".to_owned(), service: service.to_owned() };
    let signature = sign(&request, "http", &host, &signer, NOW).unwrap();
    let mut head = format!("GET {} HTTP/1.1\r\nConnection: close\r\n", target::join(&request.path, &request.query));
    for (name, value) in request.headers.iter().chain(signature.iter()) {
        head += &format!("{name}: {value}\r\n");
    }
    head + "\r\n"
}

#[tokio::test]
async fn answers_what_is_wrongly_signed_and_notes_it() {
    let ours = Credentials::throwaway().unwrap();
    let other_secret = Credentials::new(ours.key_id(), "another secret", ours.token().map(str::to_owned));
    let answers = Answers::new([fault(Wire::Chunked(9), b"{}", End::Complete), plain("{}")]);
    let options = Options {
        signatures: Signatures::Noted(ours.clone()),
        clock: Clock::fixed(NOW),
        kept: 99,
        ..Options::default()
    };
    let running = start(&answers, options).await;
    let port = running.port();
    let valid = signed(port, &ours, "medical-imaging");
    let requests = [
        (valid.clone(), None),
        (signed(port, &other_secret, "medical-imaging"), Some("signature")),
        (signed(port, &Credentials::throwaway().unwrap(), "medical-imaging"), Some("key")),
        (signed(port, &ours, "s3"), Some("service")),
        (valid.replace("n=1", "n=2"), Some("signature")),
        (get(port, "Connection: close\r\n"), Some("sign")),
        (get(port, "Connection: close\r\nAuthorization: Basic abc\r\n"), Some("")),
    ];

    for (request, _) in &requests {
        let reply = talk(port, request).await;
        assert_eq!(reply.status(), 200, "{request}\n{reply:?}");
    }

    let traffic = running.shutdown().await;
    assert_eq!((traffic.requests, traffic.refused, traffic.arrivals.len()), (7, 0, 7));
    for ((arrival, (_, why)), exchange) in traffic.arrivals.iter().zip(&requests).zip(&traffic.transcript.exchanges) {
        let is_noted = match (&arrival.signature, why) {
            (Signature::Valid, None) => exchange.link.signature.is_some(),
            (Signature::Refused(found), Some(why)) => {
                let is_safe = ours.texts().chain(other_secret.texts()).all(|text| !found.contains(text));
                found.to_lowercase().contains(why) && is_safe && exchange.link.signature.is_none()
            }
            (Signature::Valid | Signature::Refused(_) | Signature::Unchecked, _) => false,
        };
        assert!(is_noted, "{arrival:?}, expected {why:?}");
    }
}

#[tokio::test]
async fn notes_that_nobody_looked_where_nobody_did_and_validity_where_it_is_required() {
    let ours = Credentials::throwaway().unwrap();
    for (signatures, expected) in
        [(Signatures::Ignored, Signature::Unchecked), (Signatures::Required(ours.clone()), Signature::Valid)]
    {
        let options = Options { signatures, clock: Clock::fixed(NOW), kept: 9, ..Options::default() };
        let running = start(&Answers::new([plain("{}")]), options).await;

        talk(running.port(), signed(running.port(), &ours, "medical-imaging")).await;

        let found: Vec<Signature> =
            running.shutdown().await.arrivals.into_iter().map(|arrival| arrival.signature).collect();
        assert_eq!(found, [expected]);
    }
}

#[tokio::test]
async fn refuses_browsers_although_signatures_are_only_noted() {
    let options =
        Options { signatures: Signatures::Noted(Credentials::throwaway().unwrap()), kept: 9, ..Options::default() };
    let running = start(&Answers::new([plain("{}")]), options).await;

    let reply = talk(running.port(), get(running.port(), "Origin: null\r\n")).await;

    let traffic = running.shutdown().await;
    assert_eq!((reply.status(), traffic.refused, traffic.arrivals.len()), (403, 1, 0));
}

#[tokio::test]
async fn tells_when_each_request_came_since_the_start() {
    let answers = Answers::new([
        fault(Wire::Chunked(9), b"{}", End::Complete),
        plain("{}"),
        fault(Wire::Close, b"{}", End::Complete),
    ]);
    let running = start(&answers, Options { kept: 9, ..Options::default() }).await;
    let pauses = [30, 60, 90];

    for pause in pauses {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        talk(running.port(), get(running.port(), "Connection: close\r\n")).await;
    }

    let traffic = running.shutdown().await;
    let times: Vec<u64> = traffic.arrivals.iter().map(|arrival| arrival.at).collect();
    let mut before = 0;
    for (at, pause) in times.iter().zip(pauses) {
        // A millisecond is lost where two times are cut to whole ones.
        assert!(*at + 1 >= before + pause, "{times:?}");
        before = *at;
    }
    assert_eq!((times.len(), traffic.transcript.exchanges.len()), (3, 3));
    assert!(before < 60_000, "{times:?}");
}

#[tokio::test]
async fn keeps_an_exchange_when_it_comes_and_not_when_it_is_answered() {
    let answers = Answers::new([fault(Wire::Stall, b"", End::TimeoutAfter(0))]);
    let running = start(&answers, Options { kept: 9, ..Options::default() }).await;
    let mut stream = connect(running.port()).await;
    stream.write_all(get(running.port(), "").as_bytes()).await.unwrap();
    let mut seen = Traffic::default();
    while seen.requests == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
        seen = running.traffic();
    }

    assert_eq!((seen.transcript.exchanges.len(), seen.arrivals.len()), (1, 1));
    assert_eq!(seen.transcript.exchanges[0].response.end, End::TimeoutAfter(0));
    read_bytes(&mut stream).await;
    assert_eq!(running.shutdown().await.arrivals.len(), 1);
}

/// Answers with how many requests came before.
#[derive(Default)]
struct Counting(AtomicU64);

impl Answerer for Counting {
    fn answer(&self, _: &Session, _: &Request) -> Answer {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        // Whoever came second has its chance to be kept first.
        std::thread::yield_now();
        plain(&number.to_string())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keeps_exchanges_in_the_order_in_which_they_were_answered_up_to_a_bound() {
    const KEPT: usize = 300;
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let options = Options { kept: KEPT, ..Options::default() };
    let running = Server::start(listener, Arc::new(Counting::default()), &spec::embedded(), options);
    let port = running.port();

    let clients: Vec<_> = (0..16)
        .map(|_| {
            tokio::spawn(async move {
                for _ in 0..25 {
                    talk(port, get(port, "Connection: close\r\n")).await;
                }
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }

    let traffic = running.shutdown().await;
    let bodies: Vec<Body> =
        traffic.transcript.exchanges.iter().map(|exchange| exchange.response.body.clone()).collect();
    let expected: Vec<Body> = (0..KEPT).map(|number| Body::from_bytes(number.to_string())).collect();
    assert_eq!(bodies, expected);
    assert!(traffic.arrivals.is_sorted_by_key(|arrival| arrival.at));
    assert_eq!((traffic.arrivals.len(), traffic.requests, traffic.dropped), (KEPT, 400, 400 - KEPT as u64));
}
