//! The server of an answerer: who is let in, what they are told, what is counted.

use crate::record::hosts::{BAD, GOOD};
use crate::wires::{Reply, talk};
use retake::answer::{Answer, Answerer, Difference, Miss, MissKind, Session};
use retake::message::{Body, End, Headers, Request, Response, target};
use retake::net::sigv4::{Signer, sign};
use retake::net::{Clock, Credentials, Listen, Listener};
use retake::serve::{Options, Running, Server, Signatures};
use retake::spec;
use std::sync::{Arc, Mutex};

const NOW: i64 = 1_795_458_553;

/// Answers with the path, misses `/miss`, and remembers sessions.
#[derive(Default)]
struct Parrot(Mutex<Vec<String>>);

impl Answerer for Parrot {
    fn answer(&self, session: &Session, request: &Request) -> Answer {
        self.0.lock().unwrap().push(session.0.clone());
        if request.path == "/miss" {
            return Answer::Miss(Box::new(Miss {
                kind: MissKind::MemberDiffers,
                operation: Some("ListThings".to_owned()),
                request: Vec::new(),
                nearest: Some("size-2-page-1".to_owned()),
                differs: vec![Difference { member: "pageSize".into(), recorded: Some("2".into()), sent: None }],
            }));
        }
        let headers = Headers::from_iter([("content-type", "text/plain"), ("x-amzn-requestid", "1")]);
        Answer::Reply(Arc::new(Response {
            status: Some(200),
            headers,
            body: Body::from_bytes(request.path.clone()),
            end: End::Complete,
        }))
    }
}

async fn start(options: Options) -> (Running, Arc<Parrot>) {
    let parrot = Arc::new(Parrot::default());
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let specs = spec::embedded();
    (Server::start(listener, Arc::clone(&parrot) as Arc<dyn Answerer>, &specs, options), parrot)
}

async fn ask(port: u16, target: &str, fields: &[(&str, &str)]) -> Reply {
    ask_by(port, "POST", target, fields).await
}

async fn ask_by(port: u16, method: &str, target: &str, fields: &[(&str, &str)]) -> Reply {
    let mut head = format!("{method} {target} HTTP/1.1\r\n");
    for (name, value) in fields.iter().chain(&[("Connection", "close"), ("Content-Length", "0")]) {
        head += &format!("{name}: {value}\r\n");
    }
    talk(port, head + "\r\n").await
}

#[tokio::test]
async fn takes_the_hosts_that_were_printed_and_no_others() {
    let (running, _) = start(Options::default()).await;
    let port = running.port();
    for host in GOOD {
        let reply = ask(port, "/a", &[("Host", &format!("{host}:{port}"))]).await;
        assert_eq!((reply.status(), reply.text().as_str()), (200, "/a"), "{host}");
    }
    for host in BAD {
        let reply = ask(port, "/a", &[("Host", &host.replace("PORT", &port.to_string()))]).await;
        assert!(matches!(reply.status(), 403 | 400), "{host}: {reply:?}");
    }
    let traffic = running.shutdown().await;
    assert_eq!((traffic.requests, traffic.refused), ((GOOD.len() + BAD.len()) as u64, BAD.len() as u64));
}

#[tokio::test]
async fn takes_a_target_in_absolute_form_for_its_own_hosts_only() {
    let (running, _) = start(Options::default()).await;
    let port = running.port();
    let host = format!("localhost:{port}");

    for authority in ["localhost", "runtime-localhost", "127.0.0.1"] {
        let reply = ask(port, &format!("http://{authority}:{port}/a"), &[("Host", &host)]).await;
        assert_eq!((reply.status(), reply.text().as_str()), (200, "/a"));
    }
    for other in [
        "http://example.com/a".to_owned(),
        "http://localhost/a".to_owned(),
        format!("https://localhost:{port}/a"),
        format!("http://user@localhost:{port}/a"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
    ] {
        let reply = ask(port, &other, &[("Host", &host)]).await;
        assert_eq!(reply.status(), 403, "{other}");
        assert!(reply.text().contains("NO_PROXY") && reply.text().contains("AWS_ENDPOINT_URL"), "{}", reply.text());
    }
}

#[tokio::test]
async fn refuses_what_only_browsers_send_and_sends_no_cors_header() {
    let (running, parrot) = start(Options::default()).await;
    let port = running.port();
    let host = format!("localhost:{port}");
    let browser = ["Origin", "Referer", "Cookie", "Sec-Fetch-Mode", "Sec-Fetch-Site", "sec-fetch-dest"];

    for name in browser {
        let reply = ask(port, "/a", &[("Host", &host), (name, "null")]).await;
        assert_eq!(reply.status(), 403, "{name}");
        assert_eq!(reply.text().lines().count(), 1);
        // Not every client that sends such a field is a browser: those are told what to do.
        assert_eq!(reply.text().contains("node:http"), name.to_ascii_lowercase().starts_with("sec-fetch-"), "{name}");
    }
    for (method, target) in
        [("OPTIONS", "/a"), ("OPTIONS", "*"), ("CONNECT", "localhost:443"), ("CONNECT", "169.254.169.254:80")]
    {
        let reply = ask_by(port, method, target, &[("Host", &host)]).await;
        assert_eq!(reply.status(), 403, "{method}");
    }
    assert!(parrot.0.lock().unwrap().is_empty());
    assert_eq!(running.shutdown().await.refused, 10);
}

#[tokio::test]
async fn tells_sessions_apart_by_the_access_key_id_and_verifies_nothing_on_replay() {
    let (running, parrot) = start(Options::default()).await;
    let port = running.port();
    let host = format!("localhost:{port}");
    let scope =
        |id: &str| format!("AWS4-HMAC-SHA256 Credential={id}/20100101/r/s/aws4_request, SignedHeaders=a, Signature=0");

    ask(port, "/a", &[("Host", &host)]).await;
    ask(port, "/a", &[("Host", &host), ("Authorization", &scope("PARALLELTEST0001"))]).await;
    ask(port, "/a", &[("Host", &host), ("Authorization", &scope("../../etc/passwd"))]).await;
    ask(port, "/a", &[("Host", &host), ("Authorization", "Basic abc")]).await;

    assert_eq!(*parrot.0.lock().unwrap(), ["-", "PARALLELTEST0001", "-", "-"]);
}

#[tokio::test]
async fn answers_a_miss_by_400_and_says_what_was_nearest() {
    let (running, _) = start(Options::default()).await;
    let port = running.port();

    let reply = ask(port, "/miss", &[("Host", &format!("localhost:{port}"))]).await;

    assert_eq!((reply.status(), reply.header("x-amzn-errortype")), (400, Some("RetakeCassetteMiss")));
    assert!(reply.text().contains("size-2-page-1") && reply.text().contains("pageSize was 2 and is not sent"));
    let traffic = running.shutdown().await;
    assert_eq!((traffic.requests, traffic.misses, traffic.refused), (1, 1, 0));
}

/// A request that is signed, as fields of a head.
async fn ask_signed(port: u16, credentials: &Credentials, at: i64, change: impl Fn(&mut Headers)) -> Reply {
    let host = format!("localhost:{port}");
    let request = Request {
        method: "POST".to_owned(),
        path: "/a".to_owned(),
        query: vec![("n".to_owned(), "1".to_owned())],
        headers: Headers::from_iter([("host", host.as_str()), ("user-agent", "aws-sdk-rust/1.7.0 ua/2.1")]),
        ..Request::default()
    };
    let signer =
        Signer { credentials: credentials.clone(), region: "us-east-1".into(), service: "medical-imaging".into() };
    let mut headers: Headers = request.headers.clone();
    sign(&request, "http", &host, &signer, at).unwrap().iter().for_each(|(name, value)| headers.push(name, value));
    change(&mut headers);
    let fields: Vec<(&str, &str)> = headers.iter().collect();
    ask(port, &target::join(&request.path, &request.query), &fields).await
}

fn signed_options(credentials: &Credentials) -> Options {
    Options {
        signatures: Signatures::Required(credentials.clone()),
        clock: Clock::fixed(NOW),
        kept: 1,
        ..Options::default()
    }
}

#[tokio::test]
async fn answers_what_is_signed_and_keeps_as_much_as_was_asked() {
    let ours = Credentials::throwaway().unwrap();
    let (running, parrot) = start(signed_options(&ours)).await;

    for offset in [0, 300] {
        let reply = ask_signed(running.port(), &ours, NOW + offset, |_| {}).await;
        assert_eq!((reply.status(), reply.text().as_str()), (200, "/a"));
    }

    let traffic = running.shutdown().await;
    assert_eq!((traffic.requests, traffic.refused, traffic.dropped), (2, 0, 1));
    let [exchange] = &traffic.transcript.exchanges[..] else { panic!("{traffic:?}") };
    assert_eq!(exchange.request.query_value("n"), Some("1"));
    assert_eq!(exchange.response.status, Some(200));
    assert_eq!(exchange.link.client.as_deref(), Some("aws-sdk-rust"));
    assert_eq!(exchange.link.session.as_deref(), Some(ours.key_id()));
    assert!(exchange.link.signature.as_ref().unwrap().starts_with("AWS4-HMAC-SHA256 medical-imaging host;"));
    assert_eq!(*parrot.0.lock().unwrap(), [ours.key_id(), ours.key_id()]);
}

#[tokio::test]
async fn refuses_what_is_not_signed_with_its_credentials() {
    let ours = Credentials::throwaway().unwrap();
    let theirs = Credentials::throwaway().unwrap();
    let (running, parrot) = start(signed_options(&ours)).await;
    let port = running.port();

    let unsigned = ask(port, "/a", &[("Host", &format!("localhost:{port}"))]).await;
    let stranger = ask_signed(port, &theirs, NOW, |_| {}).await;
    let late = ask_signed(port, &ours, NOW + 301, |_| {}).await;
    let other_host = ask_signed(port, &ours, NOW, |headers| {
        headers.for_each_value(|name, value| {
            if name == "host" {
                *value = format!("127.0.0.1:{port}");
            }
        });
    })
    .await;

    assert_eq!(
        (unsigned.status(), unsigned.header("x-amzn-errortype")),
        (403, Some("MissingAuthenticationTokenException"))
    );
    for refused in [&stranger, &late, &other_host] {
        assert_eq!((refused.status(), refused.header("x-amzn-errortype")), (403, Some("InvalidSignatureException")));
        assert!(refused.text().starts_with("{\"message\":\""), "{}", refused.text());
        assert!(ours.texts().chain(theirs.texts()).all(|text| !refused.text().contains(text)), "{}", refused.text());
    }
    assert!(parrot.0.lock().unwrap().is_empty());
    let traffic = running.shutdown().await;
    assert_eq!((traffic.requests, traffic.refused), (4, 4));
}
