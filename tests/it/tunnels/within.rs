//! What comes through a tunnel: for its host alone, from no browser, within the limits of any request.

use super::{HOST, Rig, talk};
use retake::net::Limits;

async fn status(rig: &Rig, head: &str) -> String {
    let answer = talk(&mut rig.tls("http/1.1").await, &format!("{head}Connection: close\r\n\r\n")).await;
    answer.split("\r\n").next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn takes_requests_for_the_host_of_the_tunnel_and_for_no_other() {
    let rig = Rig::start().await;
    let port = rig.port();
    let good = [
        format!("POST /a HTTP/1.1\r\nHost: {HOST}\r\n"),
        format!("POST /a HTTP/1.1\r\nHost: {HOST}:443\r\n"),
        format!("POST https://{HOST}/a HTTP/1.1\r\nHost: {HOST}\r\n"),
    ];
    let bad = [
        "POST /a HTTP/1.1\r\n".to_owned(),
        "POST /a HTTP/1.1\r\nHost: other.example\r\n".to_owned(),
        format!("POST /a HTTP/1.1\r\nHost: localhost:{port}\r\n"),
        format!("POST /a HTTP/1.1\r\nHost: {HOST}:80\r\n"),
        format!("POST /a HTTP/1.1\r\nHost: x.{HOST}\r\n"),
        format!("POST /a HTTP/1.1\r\nHost: {HOST}.\r\n"),
        format!("POST http://{HOST}/a HTTP/1.1\r\nHost: {HOST}\r\n"),
        format!("POST https://other.example/a HTTP/1.1\r\nHost: {HOST}\r\n"),
        format!("POST http://169.254.169.254/a HTTP/1.1\r\nHost: {HOST}\r\n"),
        format!("CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}\r\n"),
        format!("OPTIONS /a HTTP/1.1\r\nHost: {HOST}\r\n"),
        format!("POST /a HTTP/1.1\r\nHost: {HOST}\r\nOrigin: https://evil.example\r\n"),
        format!("POST /a HTTP/1.1\r\nHost: {HOST}\r\nSec-Fetch-Site: none\r\n"),
    ];

    for head in &good {
        assert!(status(&rig, head).await.starts_with("HTTP/1.1 200 "), "{head}");
    }
    for head in &bad {
        assert!(status(&rig, head).await.starts_with("HTTP/1.1 403 "), "{head}: {}", status(&rig, head).await);
    }
    let asked = rig.sessions().len();
    assert_eq!(asked, good.len(), "nobody answers what is refused");
}

#[tokio::test]
async fn holds_a_tunnel_to_the_limits_of_a_request() {
    let limits = Limits { headers: 4, header_bytes: 400, target_bytes: 60, body_bytes: 10, ..Limits::default() };
    let rig = Rig::start_with(limits).await;
    let cases = [
        (format!("POST /a HTTP/1.1\r\nHost: {HOST}\r\nA: b\r\nC: d\r\n"), "200"),
        (format!("POST /a HTTP/1.1\r\nHost: {HOST}\r\nA: b\r\nC: d\r\nE: f\r\n"), "431"),
        (format!("POST /a HTTP/1.1\r\nHost: {HOST}\r\nA: {}\r\n", "b".repeat(400)), "431"),
        (format!("POST /{} HTTP/1.1\r\nHost: {HOST}\r\n", "a".repeat(60)), "431"),
        (format!("POST /a HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 11\r\n"), "413"),
        (format!("POST /a HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\n"), "400"),
        (format!("POST /a HTTP/1.1\r\nHost: {HOST}\r\nHost: {HOST}\r\n"), "400"),
    ];
    for (head, expected) in cases {
        let found = status(&rig, &head).await;
        assert_eq!(found.split(' ').nth(1), Some(expected), "{head}");
    }
}

#[tokio::test]
async fn clients_that_use_the_url_are_served_beside_the_tunnels() {
    let rig = Rig::start().await;
    let port = rig.port();

    let at_the_url =
        crate::wires::talk(port, format!("POST /a HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"))
            .await;
    let for_the_host =
        crate::wires::talk(port, format!("POST /a HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n")).await;
    let absolute =
        crate::wires::talk(port, format!("POST http://{HOST}/a HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"))
            .await;

    assert_eq!((at_the_url.status(), for_the_host.status(), absolute.status()), (200, 403, 403));
}
