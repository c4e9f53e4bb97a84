//! What passes: as it is to the client, rebuilt to the upstream, redacted into the cassette.

use super::hooked::Hooked;
use super::{PATH, Rig, SERVICE, at, head_of, list, simulated, specs};
use crate::upstreams::{Act, Stub, answer, send};
use crate::wires::{connect, read_to_end};
use retake::message::{Body, End, Origin, PROBE_HEADER, Withheld, WithheldReason};
use retake::net::Credentials;
use retake::record::UpstreamChoice;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const PAGE: &str = r#"{"imageSetPropertiesList":[{"imageSetId":"abcdefabcdefabcdefabcdefabcdef12","versionId":"1","imageSetState":"ACTIVE","createdAt":1.7E9}]}"#;

#[tokio::test]
async fn records_a_walk_over_the_simulator() {
    let rig = Rig::start(simulated(&specs())).await;
    let mut query = vec![("maxResults".to_owned(), "7".to_owned())];
    let mut pages = 0;

    loop {
        let borrowed: Vec<(&str, &str)> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let response = rig.ask(&borrowed).await;
        assert_eq!(response.status, Some(200), "{response:?}");
        pages += 1;
        let page = retake::message::Json::parse(response.body.bytes()).unwrap();
        let Some(token) = page.get("nextToken").and_then(|token| token.as_text().map(|text| text.into_owned())) else {
            break;
        };
        query.truncate(1);
        query.push(("nextToken".to_owned(), token));
    }
    let path = rig.cassette();
    let Rig { folder: _folder, running } = rig;
    let recording = running.finish().await.unwrap();

    let cassette = recording.cassette.unwrap();
    assert_eq!((pages, recording.counts.exchanges, recording.counts.refused), (3, 3, 0));
    assert_eq!(recording.path.as_deref(), Some(path.as_path()));
    assert_eq!(cassette.info.origin, Origin::Simulated);
    assert_eq!(cassette.info.region.as_deref(), Some("us-east-1"));
    assert_eq!(cassette.info.recorded_at.as_deref(), Some("2026-11-23T18:29:13Z"));
    let signature = cassette.info.signature.as_ref().unwrap();
    assert!(signature.starts_with("AWS4-HMAC-SHA256 medical-imaging ") && signature.ends_with(" valid"), "{signature}");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("12345678901234567890123456789012"), "a real identifier is in the cassette");
}

#[tokio::test]
async fn forwards_the_members_alone_and_gives_back_what_comes_as_it_is() {
    let fields = "Date: Mon, 23 Nov 2026 18:29:13 GMT\r\nX-Amzn-RequestId: r-1\r\nX-New: a\r\nX-New: b\r\nKeep-Alive: timeout=5\r\nSet-Cookie: c=1\r\n";
    let stub = Stub::start(vec![vec![answer(200, fields, PAGE)]]).await;
    let rig = Rig::start(at(&stub.url())).await;
    let mut request = list(&[("nextToken", "a+/ =%"), ("maxResults", "2")]);
    request.headers.push(PROBE_HEADER, "walk");
    request.headers.push("user-agent", "aws-sdk-test/1.0");
    request.headers.push("x-forwarded-for", "10.0.0.1");

    let reply = rig.ask_raw(&request).await;

    assert_eq!((reply.status(), reply.text().as_str()), (200, PAGE));
    assert_eq!(reply.head.matches("x-new: ").count(), 2);
    assert_eq!((reply.header("x-amzn-requestid"), reply.header("set-cookie")), (Some("r-1"), Some("c=1")));
    assert_eq!((reply.header("date"), reply.header("keep-alive")), (None, None));
    let [forwarded] = &stub.requests()[..] else { panic!("{:?}", stub.requests()) };
    assert!(
        forwarded.starts_with(&format!("POST {PATH}?maxResults=2&nextToken=a%2B%2F%20%3D%25 HTTP/1.1\r\n")),
        "{forwarded}"
    );
    let names: Vec<&str> =
        forwarded.lines().skip(1).filter_map(|line| line.split_once(": ")).map(|(name, _)| name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    let expected = ["authorization", "content-length", "host", "user-agent", "x-amz-date", "x-amz-security-token"];
    assert_eq!(sorted, expected);
    assert!(forwarded.contains("user-agent: retake/"), "{forwarded}");
    let client_signature = head_of(&request, rig.port(), &rig.running.access().credentials);
    let signature = |text: &str| text.split("Signature=").nth(1).unwrap()[..64].to_owned();
    assert_ne!(signature(forwarded), signature(&client_signature), "signed anew for another host");
}

#[tokio::test]
async fn signs_for_the_upstream_with_the_credentials_it_was_given() {
    let stub = Stub::start(vec![vec![answer(200, "", PAGE)]]).await;
    let real = Credentials::new("AKIDREAL0EXAMPLE0000", "a-secret-that-is-real", Some("a-token-that-is-real".into()));
    let UpstreamChoice::Url { endpoint, .. } = at(&stub.url()) else { panic!() };
    let rig = Rig::start(UpstreamChoice::Url { endpoint, credentials: Some(real.clone()) }).await;

    assert_eq!(rig.ask(&[]).await.status, Some(200));
    rig.ask(&[]).await;
    let path = rig.cassette();
    let Rig { folder: _folder, running } = rig;
    running.finish().await.unwrap();

    let requests = stub.requests();
    assert!(
        requests[0].contains(&format!("Credential=AKIDREAL0EXAMPLE0000/20261123/us-east-1/{SERVICE}/aws4_request"))
    );
    assert!(requests[0].contains("x-amz-security-token: a-token-that-is-real\r\n"));
    let text = std::fs::read_to_string(path).unwrap();
    assert!(real.texts().all(|secret| !text.contains(secret)));
}

#[tokio::test]
async fn gives_every_byte_to_the_client_and_keeps_a_long_body_as_its_length() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(3000));
    let stub = Stub::start(vec![vec![answer(200, "", &long)]]).await;
    let rig = Rig::start_with(at(&stub.url()), |options| options.upstream_limits.kept_bytes = 1000).await;

    let response = rig.ask(&[]).await;
    let recording = rig.finish().await.unwrap();

    assert_eq!(response.body, Body::from_bytes(long.clone()));
    let withheld = Withheld { reason: WithheldReason::TooLong, length: long.len() as u64 };
    assert_eq!(recording.cassette.unwrap().transcript.exchanges[0].response.body, Body::Withheld(withheld));
}

#[tokio::test]
async fn passes_a_body_on_while_it_comes() {
    let (begin, rest) = PAGE.split_at(50);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{begin}", PAGE.len());
    let stub = Stub::start(vec![vec![send(head), Act::Wait, send(rest)]]).await;
    let rig = Rig::start_with(at(&stub.url()), |options| {
        options.upstream_limits.gap = Duration::from_secs(30);
    })
    .await;
    let mut stream = connect(rig.port()).await;
    stream.write_all(head_of(&list(&[]), rig.port(), &rig.running.access().credentials).as_bytes()).await.unwrap();

    let mut early = Vec::new();
    while !String::from_utf8_lossy(&early).contains(&begin[..begin.len() - 1]) {
        let mut buffer = [0; 512];
        let count = stream.read(&mut buffer).await.unwrap();
        assert_ne!(count, 0);
        early.extend_from_slice(&buffer[..count]);
    }
    stub.go_on();
    let late = read_to_end(&mut stream).await;

    let all = String::from_utf8_lossy(&early).into_owned() + &late.head;
    assert!(all.ends_with(&format!("\r\n\r\n{PAGE}")), "{all}");
    assert!(all.contains(&format!("content-length: {}\r\n", PAGE.len())));
    assert_eq!(rig.finish().await.unwrap().counts.exchanges, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn lets_the_last_byte_go_only_when_the_journal_has_the_exchange() {
    let (begin, rest) = PAGE.split_at(50);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{begin}", PAGE.len());
    for slow in [false, true] {
        let script = if slow { vec![send(head.clone()), Act::Wait, send(rest)] } else { vec![answer(200, "", PAGE)] };
        let stub = Stub::start(vec![script]).await;
        let received = Arc::new(AtomicUsize::new(0));
        let (seen, at_journal) = (Arc::clone(&received), Arc::new(AtomicUsize::new(usize::MAX)));
        let noted = Arc::clone(&at_journal);
        let files = Hooked::new(move |bytes: &[u8]| {
            if !bytes.starts_with(b"retake journal") {
                // The client has time to read whatever was let go.
                std::thread::sleep(Duration::from_millis(200));
                noted.store(seen.load(Ordering::SeqCst), Ordering::SeqCst);
            }
            Ok(())
        });
        let rig = Rig::start_with(at(&stub.url()), |options| {
            options.files = Arc::new(files);
            options.upstream_limits.gap = Duration::from_secs(30);
        })
        .await;
        let mut stream = connect(rig.port()).await;
        stream.write_all(head_of(&list(&[]), rig.port(), &rig.running.access().credentials).as_bytes()).await.unwrap();
        let reading = tokio::spawn(async move {
            let mut buffer = [0; 512];
            loop {
                match stream.read(&mut buffer).await.unwrap() {
                    0 => return received.load(Ordering::SeqCst),
                    count => received.fetch_add(count, Ordering::SeqCst),
                };
                stub.go_on();
            }
        });
        let total = reading.await.unwrap();
        rig.finish().await.unwrap();

        let at_journal = at_journal.load(Ordering::SeqCst);
        assert!(at_journal < total, "the client had {at_journal} of {total} bytes; slow: {slow}");
    }
}

#[tokio::test]
async fn records_what_the_service_answered_though_the_client_is_gone() {
    let stub = Stub::start(vec![vec![Act::Wait, answer(200, "", PAGE)]]).await;
    let rig = Rig::start_with(at(&stub.url()), |options| {
        options.upstream_limits.head = Duration::from_secs(30);
    })
    .await;
    let mut stream = connect(rig.port()).await;
    stream.write_all(head_of(&list(&[]), rig.port(), &rig.running.access().credentials).as_bytes()).await.unwrap();
    while stub.requests().is_empty() {
        tokio::task::yield_now().await;
    }

    drop(stream);
    tokio::time::sleep(Duration::from_millis(50)).await;
    stub.go_on();
    let recording = rig.finish().await.unwrap();

    let exchange = &recording.cassette.unwrap().transcript.exchanges[0];
    assert_eq!((exchange.response.status, exchange.response.end), (Some(200), End::Complete));
}

#[tokio::test]
async fn waits_for_what_is_under_way_when_it_finishes() {
    let stub = Stub::start(vec![vec![Act::Wait, answer(200, "", PAGE)]]).await;
    let rig = Rig::start_with(at(&stub.url()), |options| {
        options.upstream_limits.head = Duration::from_secs(30);
    })
    .await;
    let mut stream = connect(rig.port()).await;
    stream.write_all(head_of(&list(&[]), rig.port(), &rig.running.access().credentials).as_bytes()).await.unwrap();
    while stub.requests().is_empty() {
        tokio::task::yield_now().await;
    }

    let finishing = tokio::spawn(rig.finish());
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!finishing.is_finished());
    stub.go_on();
    let reply = read_to_end(&mut stream).await;

    assert_eq!(reply.text(), PAGE);
    assert_eq!(finishing.await.unwrap().unwrap().counts.exchanges, 1);
}

#[tokio::test]
async fn writes_the_same_cassette_for_the_same_traffic_whatever_its_order() {
    let mut texts = Vec::new();
    for order in [[0, 1, 2], [2, 0, 1]] {
        let rig = Rig::start(simulated(&specs())).await;
        for index in order {
            let query: &[(&str, &str)] = [&[][..], &[("maxResults", "1")], &[("maxResults", "0")]][index];
            rig.ask(query).await;
        }
        let path = rig.cassette();
        let Rig { folder: _folder, running } = rig;
        running.finish().await.unwrap();
        texts.push(std::fs::read_to_string(path).unwrap());
    }
    assert_eq!(texts[0], texts[1]);
}
