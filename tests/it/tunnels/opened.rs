//! The end of a tunnel: the handshake, the forms in which clients ask for it, and how long it may take.

use super::{FOREVER, HOST, Rig, shake_hands, talk, tunnel};
use crate::wires::{self, connect, talk as talk_plain};
use retake::net::Limits;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const ASK: &str = "POST /a HTTP/1.1\r\nHost: runtime-medical-imaging.us-east-1.amazonaws.com\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

#[tokio::test]
async fn answers_within_a_tunnel_in_every_form_in_which_clients_ask_for_one() {
    let rig = Rig::start().await;
    let forms = [
        format!("CONNECT {HOST}:443 HTTP/1.0\r\n\r\n"),
        format!("CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n"),
        format!("CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: x\r\n\r\n"),
        format!("CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\nProxy-Connection: close\r\n\r\n"),
    ];
    for form in &forms {
        let (head, stream) = tunnel(rig.port(), form).await;
        assert!(head.starts_with("HTTP/1.1 200 ") && !head.to_ascii_lowercase().contains("content-length"), "{head}");
        let mut stream = shake_hands(stream, HOST, &rig.certificate, &[]).await.unwrap();

        let answer = talk(&mut stream, ASK).await;

        assert!(answer.starts_with("HTTP/1.1 200 "), "{form}: {answer}");
        assert!(answer.ends_with(&format!("POST {HOST}/a")), "{form}: {answer}");
    }
    let traffic = rig.stop().await;
    assert_eq!((traffic.requests, traffic.refused), (forms.len() as u64, 0), "a tunnel is no request");
}

#[tokio::test]
async fn takes_a_client_that_begins_its_handshake_before_it_is_answered() {
    let rig = Rig::start().await;
    let stream = connect(rig.port()).await;
    let hello = {
        // The first bytes of a handshake, as any client of TLS sends them.
        let mut config = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let mut client = rustls::ClientConnection::new(config.into(), HOST.try_into().unwrap()).unwrap();
        let mut bytes = Vec::new();
        client.write_tls(&mut bytes).unwrap();
        bytes
    };
    let mut stream = stream;
    let head = format!("CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}\r\n\r\n").into_bytes();

    stream.write_all(&[head, hello].concat()).await.unwrap();

    let opened = b"HTTP/1.1 200 Connection established\r\n\r\n";
    let answer = wires::read_exactly(&mut stream, opened.len() + 3).await;
    assert_eq!(&answer[..opened.len()], opened);
    assert_eq!(&answer[opened.len()..], [22, 3, 3], "a handshake goes on");
}

#[tokio::test]
async fn serves_many_requests_within_one_tunnel() {
    let rig = Rig::start().await;
    let mut stream = rig.tls("http/1.1").await;
    let keep = ASK.replace("Connection: close\r\n", "");

    let answer = talk(&mut stream, &[&keep, &keep, ASK].concat()).await;

    assert_eq!(answer.matches("HTTP/1.1 200 ").count(), 3, "{answer}");
}

#[tokio::test]
async fn breaks_an_answer_off_within_a_tunnel_as_outside_of_it() {
    let rig = Rig::start().await;
    for (path, status) in [("/reset", 1), ("/nothing", 0)] {
        let mut stream = rig.tls("http/1.1").await;
        stream.write_all(ASK.replace("/a", path).as_bytes()).await.unwrap();
        let mut answer = Vec::new();

        let ended = timeout(FOREVER, stream.read_to_end(&mut answer)).await.unwrap();

        assert!(ended.is_err(), "{path}");
        assert_eq!(String::from_utf8_lossy(&answer).matches("HTTP/1.1 200 ").count(), status, "{path}");
    }
}

#[tokio::test]
async fn gives_each_client_that_names_itself_to_the_proxy_a_session_of_its_own() {
    let rig = Rig::start().await;
    let signed = ASK.replace(
        "Connection",
        "Authorization: AWS4-HMAC-SHA256 Credential=AKSESSION00000001/20261123/r/s/aws4_request, x\r\nConnection",
    );
    let one = "Proxy-Authorization: Basic c2Vzc2lvbi0xOnNlY3JldA==\r\n";
    for (fields, request) in [("", ASK), ("", &signed), (one, &signed), (one, ASK)] {
        let answer = talk(&mut rig.tls_as("http/1.1", fields).await, request).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }

    assert_eq!(rig.sessions(), ["-", "AKSESSION00000001", "session-1", "session-1"]);
    let traffic = rig.stop().await;
    assert!(!format!("{traffic:?}").contains("secret") && !format!("{traffic:?}").contains("c2Vzc2lvbi0xOnNlY3JldA"));
}

#[tokio::test]
async fn refuses_a_tunnel_to_a_client_whose_name_can_name_no_session_or_that_says_two_things() {
    let rig = Rig::start().await;
    for fields in [
        "Proxy-Authorization: Basic !\r\n",
        "Proxy-Authorization: Basic YSBiOg==\r\n",
        "Proxy-Authorization: Bearer x\r\n",
        "Host: other.example\r\n",
        "Origin: https://evil.example\r\n",
        "Cookie: a=b\r\n",
        "Sec-Fetch-Mode: cors\r\n",
        "Referer: https://evil.example\r\n",
    ] {
        let (head, _) = tunnel(rig.port(), &format!("CONNECT {HOST}:443 HTTP/1.1\r\n{fields}\r\n")).await;

        assert!(head.starts_with("HTTP/1.1 403 "), "{fields}: {head}");
        assert!(!head.to_ascii_lowercase().contains("access-control"), "{head}");
    }
    let (head, _) = tunnel(rig.port(), &format!("CONNECT {HOST}:443 HTTP/1.1\r\nContent-Length: 1\r\n\r\nx")).await;
    assert!(head.starts_with("HTTP/1.1 4"), "{head}");
}

#[tokio::test]
async fn ends_a_tunnel_whose_handshake_takes_too_long_or_is_none() {
    let limits = Limits { head: Duration::from_millis(300), ..Limits::default() };
    let rig = Rig::start_with(limits).await;
    for bytes in ["", "\u{16}\u{3}\u{1}", "GET / HTTP/1.1\r\n\r\n"] {
        let (head, mut stream) = tunnel(rig.port(), &format!("CONNECT {HOST}:443 HTTP/1.1\r\n\r\n")).await;
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        stream.write_all(bytes.as_bytes()).await.unwrap();

        // Nothing but an alert comes, and then the end.
        let (answer, _) = wires::read_bytes(&mut stream).await;

        assert!(!String::from_utf8_lossy(&answer).contains("HTTP/"), "{bytes:?}");
    }
    assert_eq!(rig.stop().await.refused, 3);
}

#[tokio::test]
async fn a_handshake_that_takes_its_time_within_the_limit_is_waited_for() {
    let limits = Limits { head: Duration::from_secs(30), ..Limits::default() };
    let rig = Rig::start_with(limits).await;
    let (_, stream) = tunnel(rig.port(), &format!("CONNECT {HOST}:443 HTTP/1.1\r\n\r\n")).await;
    tokio::time::sleep(Duration::from_millis(600)).await;

    let mut stream = shake_hands(stream, HOST, &rig.certificate, &[]).await.unwrap();

    assert!(talk(&mut stream, ASK).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn ends_a_tunnel_through_which_no_request_comes() {
    let limits = Limits { head: Duration::from_millis(300), ..Limits::default() };
    let rig = Rig::start_with(limits).await;
    for protocol in ["http/1.1", "h2"] {
        let mut stream = rig.tls(protocol).await;

        let mut all = Vec::new();
        let _ = timeout(FOREVER, stream.read_to_end(&mut all)).await.expect("the tunnel stays open");
    }
}

#[tokio::test]
async fn a_client_that_does_not_trust_the_session_is_counted_and_told_nothing() {
    let rig = Rig::start().await;
    let other = Rig::start().await;
    let (_, stream) = tunnel(rig.port(), &format!("CONNECT {HOST}:443 HTTP/1.1\r\n\r\n")).await;
    let stream = stream.into_std().unwrap();
    let mut same = TcpStream::from_std(stream.try_clone().unwrap()).unwrap();

    let refused = shake_hands(TcpStream::from_std(stream).unwrap(), HOST, &other.certificate, &[]).await;

    assert!(refused.is_err());
    wires::read_bytes(&mut same).await;
    let traffic = rig.stop().await;
    assert_eq!((traffic.requests, traffic.refused), (1, 1));
}

#[tokio::test]
async fn a_handshake_for_another_name_than_the_tunnels_is_refused() {
    let rig = Rig::start().await;
    let (_, stream) = tunnel(rig.port(), &format!("CONNECT {HOST}:443 HTTP/1.1\r\n\r\n")).await;

    assert!(shake_hands(stream, "other.example", &rig.certificate, &[]).await.is_err());
}

#[tokio::test]
async fn opens_none_where_it_was_not_told_to() {
    let listener = retake::net::Listener::bind(retake::net::Listen::default()).await.unwrap();
    let specs = retake::spec::embedded();
    let answerer = std::sync::Arc::new(super::Parrot::default());
    let running = retake::serve::Server::start(listener, answerer, &specs, retake::serve::Options::default());

    let reply = talk_plain(running.port(), format!("CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}\r\n\r\n")).await;

    assert_eq!(reply.status(), 403);
    assert!(reply.text().contains("--mode forward"), "{}", reply.text());
}
