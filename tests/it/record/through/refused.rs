//! What does not pass: nothing of it reaches the service, nor is its name even asked for.

use super::{HOST, PATH, Rig, list, own, signed, signer, status};
use crate::tunnels::targets::{TARGETS, spelled};
use crate::tunnels::tunnel;
use crate::upstreams::answer;
use crate::wires;
use retake::message::Request;
use retake::net::sigv4::Signer;
use retake::net::{Credentials, Limits};

const PAGE: &str = r#"{"imageSetPropertiesList":[]}"#;

async fn rig() -> Rig {
    Rig::start(vec![vec![answer(200, "", PAGE)]]).await
}

/// A request that would pass, with a header that its client has signed as well.
fn with_signed(name: &str, value: &str) -> String {
    let mut request = list(&[]);
    request.headers.push(name, value);
    signed(&request, &signer(&own()))
}

#[tokio::test]
async fn passes_on_nothing_that_is_no_reading_operation_spelled_as_it_is_signed() {
    let rig = rig().await;
    let good = signed(&list(&[("maxResults", "2")]), &signer(&own()));
    let of = |change: &dyn Fn(&mut Request)| {
        let mut request = list(&[("maxResults", "2")]);
        change(&mut request);
        signed(&request, &signer(&own()))
    };
    let at = |path: &str| of(&|request| request.path = path.to_owned());
    let by = |signer: Signer| signed(&list(&[]), &signer);
    let without = |name: &str| {
        good.lines()
            .filter(|line| !line.to_ascii_lowercase().starts_with(name))
            .map(|line| format!("{line}\r\n"))
            .collect::<String>()
    };
    let cases = [
        ("unsigned", without("authorization:")),
        ("another scheme", good.replace("AWS4-HMAC-SHA256 ", "Bearer ")),
        ("no signature", good.replace("Signature=", "Signatur=")),
        ("half a signature", good.replace("Signature=", "Signature=x")),
        ("two signatures", good.replacen("authorization: ", "authorization: x\r\nauthorization: ", 1)),
        ("no key id", good.replace(own().key_id(), "short")),
        (
            "signed in the query",
            format!("POST {PATH}?X-Amz-Signature=0 HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"),
        ),
        ("another region", by(Signer { region: "us-west-2".to_owned(), ..signer(&own()) })),
        ("another service", by(Signer { service: "s3".to_owned(), ..signer(&own()) })),
        (
            "the host not signed",
            good.replace(
                "SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;host;",
                "SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;",
            ),
        ),
        ("a signed header not there", without("amz-sdk-request:")),
        ("another operation", at(&PATH.replace("listImageSetVersions", "deleteImageSet"))),
        ("no operation", at("/")),
        ("a doubled slash", at(&PATH.replace("/imageSet", "//imageSet"))),
        ("a trailing slash", at(&format!("{PATH}/"))),
        ("dots", at(&format!("/x/..{PATH}"))),
        ("another case", at(&PATH.replace("listImageSetVersions", "listimagesetversions"))),
        ("parameters of a segment", at(&format!("{PATH};x"))),
        ("an escaped slash", at(&PATH.replacen("/imageSet", "%2fimageSet", 1))),
        ("an escape that need not be", at(&PATH.replace("/imageSet/a", "/imageSet/%61"))),
        ("another method", of(&|request| request.method = "DELETE".to_owned())),
        ("an unknown member", of(&|request| request.query.push(("x".to_owned(), "y".to_owned())))),
        ("an escape in lower case", good.replace("maxResults=2", "maxResults=2&nextToken=%2b")),
        ("a body", of(&|request| request.body = retake::message::Body::from_bytes("{\"a\":1}"))),
        ("a method override", with_signed("x-http-method-override", "DELETE")),
        ("a target of another protocol", with_signed("x-amz-target", "Service.DeleteImageSet")),
        ("another host", good.replace(&format!("Host: {HOST}"), "Host: other.example")),
        ("the port of the host", good.replace(&format!("Host: {HOST}"), &format!("Host: {HOST}:443"))),
        ("a page in a browser", good.replace("Connection", "Origin: https://evil.example\r\nConnection")),
    ];
    for (what, request) in &cases {
        let answer = rig.ask(request).await;
        assert!(matches!(status(&answer), 400 | 403), "{what}: {answer}");
    }
    assert_eq!((rig.network.resolved().len(), rig.network.connected().len(), rig.stub.connections()), (0, 0, 0));

    // The control: the request that all of them were made from passes.
    assert_eq!(status(&rig.ask(&good).await), 200);
    let (recording, ..) = rig.finish().await;
    let counts = recording.unwrap().counts;
    assert_eq!((counts.refused, counts.exchanges), (cases.len() as u64, 1));
}

#[tokio::test]
async fn leaves_out_what_is_not_signed_and_says_more_than_the_members() {
    let rig = rig().await;
    let good = signed(&list(&[]), &signer(&own()));
    let more = "X-Http-Method-Override: DELETE\r\nAccept-Encoding: gzip\r\nProxy-Authorization: Basic YTpi\r\nX-Amzn-Trace-Id: Root=1\r\nTE: trailers\r\nConnection";

    assert_eq!(status(&rig.ask(&good.replace("Connection", more)).await), 200);

    let passed = rig.stub.requests().concat().to_ascii_lowercase();
    for absent in ["override", "accept-encoding", "proxy-", "trace-id", "\nte:", "connection:"] {
        assert!(!passed.contains(absent), "{absent}: {passed}");
    }
}

#[tokio::test]
async fn passes_on_an_operation_that_changes_something_only_if_it_was_named() {
    let text = include_str!("../../../../specs/medical-imaging/list-image-set-versions.yaml")
        .replace("read_only: true", "read_only: false");
    for (allow, expected) in [(vec![], 403), (vec!["ListImageSetVersions".to_owned()], 200)] {
        let specs = retake::spec::Specs::new(vec![retake::spec::compile("a.yaml", &text).unwrap()]);
        let rig = Rig::start_with(vec![vec![answer(200, "", PAGE)]], |options| {
            options.specs = std::sync::Arc::new(specs);
            options.allow = allow;
        })
        .await;

        let answer = rig.ask(&signed(&list(&[]), &signer(&own()))).await;

        assert_eq!(status(&answer), expected, "{answer}");
        assert_eq!(rig.stub.requests().len(), usize::from(expected == 200));
    }
}

#[tokio::test]
async fn passes_on_nothing_that_does_not_come_through_a_tunnel() {
    let rig = rig().await;
    let port = rig.port();
    let here = format!("localhost:{port}");
    let good = signed(&list(&[]), &signer(&own()));
    let throwaway = super::super::head_of(&list(&[]), port, &rig.running.access().credentials);
    for request in [
        good.replace(HOST, &here),
        good.clone(),
        good.replace("POST /", &format!("POST http://{HOST}/")),
        good.replace("POST /", &format!("POST https://{HOST}/")),
        throwaway,
    ] {
        let reply = wires::talk(port, &request).await;
        assert_eq!(reply.status(), 403, "{request}");
    }
    assert_eq!((rig.network.resolved().len(), rig.stub.connections()), (0, 0));
}

#[tokio::test]
async fn connects_to_nothing_for_a_target_that_is_no_host_of_the_specs() {
    let rig = rig().await;
    for target in spelled(&TARGETS, rig.port()) {
        let (head, _) = tunnel(rig.port(), &format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n")).await;
        assert_eq!(head.split(' ').nth(1), Some("403"), "{target}");
    }
    assert_eq!((rig.network.resolved().len(), rig.network.connected().len()), (0, 0));

    // The control: the one target that is a host of the specs leads to a connection.
    assert_eq!(status(&rig.ask(&signed(&list(&[]), &signer(&own()))).await), 200);
    assert_eq!(rig.network.connected().len(), 1);
}

#[tokio::test]
async fn an_opened_tunnel_connects_to_nothing_before_a_request_passes() {
    let rig = Rig::start_with(vec![vec![answer(200, "", PAGE)]], |options| options.limits = Limits::default()).await;
    let (head, stream) = tunnel(rig.port(), &format!("CONNECT {HOST}:443 HTTP/1.0\r\n\r\n")).await;

    let opened = crate::tunnels::shake_hands(stream, HOST, &rig.certificate, &[]).await;

    assert!(head.starts_with("HTTP/1.1 200 ") && opened.is_ok());
    assert_eq!((rig.network.resolved().len(), rig.stub.connections()), (0, 0));
}

#[tokio::test]
async fn is_not_begun_without_tunnels() {
    let folder = tempfile::tempdir().unwrap();
    let options = super::options(retake::record::UpstreamChoice::Through, folder.path().join("a.cassette.yaml"));
    let listener = retake::net::Listener::bind(retake::net::Listen::default()).await.unwrap();

    let error = retake::record::Recorder::start(listener, options).unwrap_err();

    assert!(matches!(error, retake::record::StartError::Usage(_)), "{error}");
}

#[tokio::test]
async fn credentials_of_this_session_sign_for_nothing_here() {
    let rig = rig().await;
    let ours = rig.running.access().credentials.clone();
    let ours = Credentials::new(ours.key_id(), ours.secret(), ours.token().map(str::to_owned));

    // It is the service that refuses them: nothing here knows whose they are.
    assert_eq!(status(&rig.ask(&signed(&list(&[]), &signer(&ours))).await), 200);
    assert_eq!(rig.stub.requests().len(), 1);
}
