//! Who may talk to a server on loopback: who was told its address, and no page of a browser.

use super::naive::{Defences, Naive};
use super::{NOW, Rig, at, head_of, list, simulated, specs};
use crate::upstreams::{Stub, answer};
use crate::wires::{Reply, talk};
use retake::answer::{Answer, Answerer, Session};
use retake::message::{Body, End, Headers, Request, Response};
use retake::net::{Clock, Credentials, Listen, Listener};
use retake::record::UpstreamChoice;
use retake::serve::{Options, Running, Server, Signatures};
use std::sync::Arc;

const PAGE: &str = r#"{"imageSetPropertiesList":[]}"#;

/// Hosts that stand for the server, to be followed by its port.
pub(crate) const GOOD: [&str; 7] =
    ["localhost", "LOCALHOST", "127.0.0.1", "[::1]", "runtime-localhost", "Runtime-Localhost", "runtime-127.0.0.1"];

/// Hosts that do not; `PORT` is its port.
pub(crate) const BAD: [&str; 41] = [
    "localhost",
    "localhost:",
    "localhost:1",
    "localhost:80",
    "",
    " ",
    "evil.example",
    "127.0.0.1",
    "127.0.0.1:1",
    "[::1]",
    "0.0.0.0:PORT",
    "[::]:PORT",
    "127.0.0.2:PORT",
    "127.1:PORT",
    "2130706433:PORT",
    "0x7f000001:PORT",
    "evil.example:PORT",
    "localhost.evil.example:PORT",
    "evil-localhost:PORT",
    "runtime-runtime-localhost:PORT",
    "localhost.:PORT",
    ".localhost:PORT",
    "x.localhost:PORT",
    "user@localhost:PORT",
    "localhost:PORT@evil.example",
    "localhost:PORT/",
    "localhost:PORT#",
    "localhost:PORT, evil.example",
    "localhost:PORT evil.example",
    "http://localhost:PORT",
    "//localhost:PORT",
    "runtime-[::1]:PORT",
    "[::ffff:127.0.0.1]:PORT",
    "::1:PORT",
    "localhost:0PORT",
    "localhost%00:PORT",
    "xn--localhost:PORT",
    "runtime_localhost:PORT",
    "runtime-:PORT",
    "metadata.google.internal:PORT",
    "169.254.169.254:PORT",
];

/// Fields that only browsers send, and other methods than those of AWS clients.
const BROWSERS: [(&str, &str); 14] = [
    ("POST", "Origin: http://evil.example"),
    ("POST", "Origin: null"),
    ("POST", "origin: http://localhost"),
    ("POST", "Referer: http://localhost/"),
    ("POST", "Cookie: a=b"),
    ("POST", "Sec-Fetch-Mode: cors"),
    ("POST", "Sec-Fetch-Mode: no-cors"),
    ("POST", "Sec-Fetch-Site: same-origin"),
    ("POST", "sec-fetch-dest: empty"),
    ("POST", "Sec-Fetch-User: ?1"),
    ("POST", "Sec-Fetch-Storage-Access: active"),
    ("OPTIONS", "X: y"),
    ("OPTIONS", "Access-Control-Request-Method: POST"),
    ("OPTIONS", "Access-Control-Request-Private-Network: true"),
];

/// A good request with another host, or with what a browser adds.
fn changed(good: &str, port: u16) -> Vec<String> {
    let ours = format!("Host: localhost:{port}\r\n");
    let hosts = BAD
        .iter()
        .map(|host| good.replacen(&ours, &format!("Host: {}\r\n", host.replace("PORT", &port.to_string())), 1));
    let none = [good.replacen(&ours, "", 1)];
    let browsers = BROWSERS.iter().map(|(method, field)| {
        good.replacen("POST ", &format!("{method} "), 1).replacen("\r\n", &format!("\r\n{field}\r\n"), 1)
    });
    hosts.chain(none).chain(browsers).collect()
}

/// Whether the server refused it for where it came from, before it looked at a signature or a route.
fn is_turned_away(reply: &Reply) -> bool {
    let by_the_gate = reply.status() == 403 && reply.header("content-type") == Some("text/plain; charset=utf-8");
    reply.status() == 400 && reply.header("x-amzn-errortype").is_none() || by_the_gate
}

async fn assert_turned_away(port: u16, good: &str) {
    let changed = changed(good, port);
    assert!(changed.len() > 50);
    for request in changed {
        let reply = talk(port, &request).await;
        assert!(is_turned_away(&reply), "{request}: {reply:?}");
    }
    let reply = talk(port, good).await;
    assert!(!is_turned_away(&reply), "{good}: {reply:?}");
}

#[tokio::test]
async fn the_recorder_answers_no_browser_and_no_other_host() {
    let stub = Stub::start(vec![vec![answer(200, "", PAGE)]]).await;
    let rig = Rig::start(at(&stub.url())).await;
    let port = rig.port();
    let good = head_of(&list(&[]), port, &rig.running.access().credentials);

    assert_turned_away(port, &good).await;

    assert_eq!(stub.requests().len(), 1);
}

/// The simulator, which requires signatures, or the same behind a server that ignores them, as replay does.
async fn serving(signatures: Signatures) -> Running {
    let UpstreamChoice::Simulated(answerer) = simulated(&specs()) else { panic!() };
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let options = Options { signatures, clock: Clock::fixed(NOW), ..Options::default() };
    Server::start(listener, answerer, &specs(), options)
}

#[tokio::test]
async fn replay_and_simulate_answer_no_browser_and_no_other_host() {
    let ours = Credentials::throwaway().unwrap();
    for signatures in [Signatures::Ignored, Signatures::Required(ours.clone())] {
        let running = serving(signatures).await;
        let good = head_of(&list(&[]), running.port(), &ours);

        assert_turned_away(running.port(), &good).await;
    }
}

#[tokio::test]
async fn without_the_gate_the_upstream_sees_what_browsers_send() {
    let stub = Stub::start(vec![vec![answer(200, "", PAGE)]]).await;
    let (port, _serving) = Naive::start(&stub.url(), Defences { routes: Some(specs()), ..Defences::default() }).await;
    let good = head_of(&list(&[]), port, &Credentials::throwaway().unwrap());
    let changed = changed(&good, port);

    let mut passed = 0;
    for request in changed.iter().filter(|request| request.starts_with("POST ")) {
        passed += usize::from(!is_turned_away(&talk(port, request).await));
    }

    assert!(passed >= 50, "{passed}");
    assert_eq!(stub.requests().len(), passed);
}

/// An answer that lets a page of any origin read it.
struct Open;

impl Answerer for Open {
    fn answer(&self, _: &Session, _: &Request) -> Answer {
        let fields = [
            ("access-control-allow-origin", "*"),
            ("Access-Control-Allow-Credentials", "true"),
            ("x-amzn-requestid", "1"),
        ];
        let headers = Headers::from_iter(fields);
        Answer::Reply(Arc::new(Response { status: Some(200), headers, body: Body::Empty, end: End::Complete }))
    }
}

#[tokio::test]
async fn passes_no_cors_header_on_whoever_sent_or_recorded_it() {
    let fields = "Access-Control-Allow-Origin: *\r\naccess-control-expose-headers: x-a\r\nX-Amzn-RequestId: 1\r\n";
    let stub = Stub::start(vec![vec![answer(200, fields, PAGE)]]).await;
    let rig = Rig::start(at(&stub.url())).await;
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let running = Server::start(listener, Arc::new(Open), &specs(), Options::default());
    let good = head_of(&list(&[]), running.port(), &Credentials::throwaway().unwrap());

    // What reads the replies asserts that there is none.
    let relayed = rig.ask_raw(&list(&[])).await;
    let replayed = talk(running.port(), good).await;

    assert_eq!((relayed.status(), relayed.header("x-amzn-requestid")), (200, Some("1")));
    assert_eq!((replayed.status(), replayed.header("x-amzn-requestid")), (200, Some("1")));
}
