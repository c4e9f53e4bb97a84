//! What passes: as its client signed it, and nothing of that into a file.

use super::{HOST, NOW, Rig, SERVICE, list, own, signed, signer, status};
use crate::tunnels::{shake_hands, talk, tunnel};
use crate::upstreams::{Act, answer, send};
use retake::message::{Body, Headers, Request, target};
use retake::net::Clock;
use retake::net::sigv4::{Scope, Verifier};
use std::fs;
use std::path::Path;

const PAGE: &str = r#"{"imageSetPropertiesList":[]}"#;

/// A request of a stub as a message, with the query as it was spelled.
fn parsed(request: &str) -> (Request, Option<String>) {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let first: Vec<&str> = lines.next().unwrap().split(' ').collect();
    let (path, query) = first[1].split_once('?').map_or((first[1], None), |(path, query)| (path, Some(query)));
    let headers: Headers = lines.filter_map(|line| line.split_once(": ")).collect();
    let message = Request {
        method: first[0].to_owned(),
        path: path.to_owned(),
        query: query.map(target::parse_query).unwrap_or_default(),
        headers,
        body: Body::from_bytes(body.to_owned()),
    };
    (message, query.map(str::to_owned))
}

fn verifier() -> Verifier {
    let scope = Scope { region: "us-east-1".to_owned(), services: vec![SERVICE.to_owned()] };
    Verifier::new(own(), scope, Clock::fixed(NOW))
}

fn files(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        all.extend(if entry.is_dir() { files(&entry) } else { fs::read(&entry).unwrap() });
    }
    all
}

#[tokio::test]
async fn passes_on_what_the_client_signed_so_that_the_service_can_verify_it() {
    let dated = "date: Mon, 23 Nov 2026 18:29:13 GMT\r\ncontent-type: application/json\r\n";
    let rig = Rig::start(vec![vec![answer(200, dated, PAGE)]]).await;
    let requests = [
        list(&[]),
        list(&[("maxResults", "2"), ("nextToken", "a+b/c= %é")]),
        // As some send it: a signature is over the query in order, however it is sent.
        list(&[("nextToken", "abc"), ("maxResults", "50")]),
    ];
    for request in &requests {
        let answer = rig.ask(&signed(request, &signer(&own()))).await;

        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with(PAGE), "{answer}");
        assert!(
            answer.contains("date: Mon, 23 Nov 2026 18:29:13 GMT\r\n"),
            "its clock follows the service's: {answer}"
        );
    }

    let arrived = rig.stub.requests();
    assert_eq!(arrived.len(), requests.len());
    for request in &arrived {
        let (request, query) = parsed(request);
        let facts = verifier().verify(&request, query.as_deref()).unwrap();
        assert_eq!(facts.key_id, own().key_id());
        assert_eq!(request.headers.get("user-agent"), Some("aws-sdk-test/1"));
        assert_eq!(request.headers.get("host"), Some(HOST));
        assert_eq!(request.headers.iter().filter(|(name, _)| *name == "authorization").count(), 1);
    }
    let (recording, ..) = rig.finish().await;
    let recording = recording.unwrap();
    assert_eq!((recording.counts.exchanges, recording.counts.refused, recording.counts.failed), (3, 0, 0));
    let info = recording.cassette.unwrap().info;
    assert!(info.signature.as_deref().unwrap().ends_with(" unverified"), "{info:?}");
    assert_eq!(info.origin, retake::message::Origin::Live);
}

#[tokio::test]
async fn what_a_signature_is_over_cannot_be_changed_unnoticed() {
    let rig = Rig::start(vec![vec![answer(200, "", PAGE)]]).await;
    rig.ask(&signed(&list(&[("maxResults", "2")]), &signer(&own()))).await;
    let (request, query) = parsed(&rig.stub.requests()[0]);

    let other_query = verifier().verify(&request, Some("maxResults=3"));
    let other_path =
        verifier().verify(&Request { path: format!("{}x", request.path), ..request.clone() }, query.as_deref());

    assert!(verifier().verify(&request, query.as_deref()).is_ok());
    assert!(other_query.is_err() && other_path.is_err());
}

#[tokio::test]
async fn keeps_nothing_of_the_credentials_nor_of_the_signature() {
    let credentials = own();
    // As the service tells a client that it signed wrongly: with all that it was sent.
    let rig =
        Rig::start_with(vec![vec![answer(200, "", PAGE)], vec![send("HTTP/1.1 403 X\r\n"), Act::Wait]], |_| {}).await;
    let request = signed(&list(&[]), &signer(&credentials));
    rig.ask(&request).await;
    let signature = request.split("Signature=").nth(1).unwrap().split("\r\n").next().unwrap().to_owned();
    let secrets = [
        credentials.key_id(),
        credentials.secret(),
        credentials.token().unwrap(),
        &signature,
        &signature[..16],
        "ASIA",
        "EXAMPLE",
    ];

    let while_recording = files(rig.folder.path());
    let passed = rig.stub.requests().concat();
    let (recording, folder, ..) = rig.finish().await;
    let recording = recording.unwrap();
    let debug = format!("{:?} {:?}", recording.counts, recording.cassette);
    let kept = [while_recording, files(folder.path()), debug.into_bytes()].concat();
    let kept = String::from_utf8_lossy(&kept);

    assert!(kept.contains("imageSetPropertiesList"), "the exchange was kept");
    for secret in secrets {
        assert!(!kept.contains(secret), "{secret}");
    }
    // The control: they did pass, all but the secret, which no client sends.
    for secret in [credentials.key_id(), credentials.token().unwrap(), &signature] {
        assert!(passed.contains(secret), "{secret}");
    }
    assert!(!passed.contains(credentials.secret()));
}

#[tokio::test]
async fn does_not_write_a_cassette_that_holds_what_was_seen_of_the_credentials() {
    // A key id that a member would keep by name is found by the search before the commit.
    let leak = format!(
        r#"{{"imageSetPropertiesList":[{{"imageSetId":"{}","versionId":"1","imageSetState":"ACTIVE","message":"{}"}}]}}"#,
        "a".repeat(32),
        own().key_id()
    );
    let rig = Rig::start_with(vec![vec![answer(200, "content-type: application/json\r\n", &leak)]], |options| {
        options.policy.keep = vec!["message".to_owned()];
    })
    .await;
    assert_eq!(status(&rig.ask(&signed(&list(&[]), &signer(&own()))).await), 200);

    let cassette = rig.cassette();
    let (recording, ..) = rig.finish().await;

    assert!(recording.unwrap_err().what.contains("holds a credential of this session"));
    assert!(!cassette.exists());
}

#[tokio::test]
async fn records_how_an_exchange_ended_and_ends_it_the_same() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{\"ima";
    let rig = Rig::start(vec![vec![send(cut), Act::Close]]).await;
    let (_, stream) = tunnel(rig.port(), &format!("CONNECT {HOST}:443 HTTP/1.0\r\n\r\n")).await;
    let mut stream = shake_hands(stream, HOST, &rig.certificate, &["http/1.1"]).await.unwrap();

    let answer = talk(&mut stream, &signed(&list(&[]), &signer(&own()))).await;

    assert!(answer.contains("content-length: 50\r\n") && answer.ends_with("{\"ima"), "{answer}");
    let (recording, ..) = rig.finish().await;
    assert_eq!(recording.unwrap().counts.exchanges, 1);
}

#[tokio::test]
async fn takes_so_many_different_credentials_and_no_more() {
    let rig = Rig::start(vec![vec![answer(200, "", PAGE)]]).await;
    for number in 0..257 {
        let credentials = retake::net::Credentials::new(format!("AKIAIOSFODNN7EX{number:05}"), "secret", None);

        let answer = rig.ask(&signed(&list(&[]), &signer(&credentials))).await;

        assert_eq!(status(&answer), if number < 256 { 200 } else { 400 }, "{number}: {answer}");
    }
    assert_eq!(rig.stub.requests().len(), 256);
}
