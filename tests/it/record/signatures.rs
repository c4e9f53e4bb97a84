//! Two hops: nothing goes on that is not signed with the credentials of this session.
//!
//! Ten thousand requests, each of which differs from a good one in one bit of what is signed or in one other way, and
//! an upstream that sees none of them. The control is the same requests against the same parts without the verifier.

use super::naive::{Defences, Naive};
use super::{NOW, Rig, at, client, head_of, list, signer, specs};
use crate::upstreams::{Stub, answer};
use crate::wires::talk;
use retake::message::{Request, target};
use retake::net::sigv4::{Signer, sign};
use retake::net::{Credentials, clock};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::JoinSet;

const PAGE: &str = r#"{"imageSetPropertiesList":[]}"#;

/// Where a signed part begins in a head, and where it ends.
const SIGNED: [(&str, &str); 8] = [
    ("POST ", " HTTP/1.1"),
    ("Host: ", "\r\n"),
    ("x-amz-user-agent: ", "\r\n"),
    ("x-amz-date: ", "\r\n"),
    ("x-amz-security-token: ", "\r\n"),
    ("Credential=", ", SignedHeaders="),
    ("SignedHeaders=", ", Signature="),
    ("Signature=", "\r\n"),
];

/// A request that must not go on: how it differs from a good one, and its bytes.
type Mutant = (String, Vec<u8>);

/// Every bit of every signed part of a request turned, one at a time.
fn flipped(good: &str) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (before, after) in SIGNED {
        let begin = good.find(before).unwrap() + before.len();
        let end = begin + good[begin..].find(after).unwrap();
        for (at, bit) in (begin..end).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut bytes = good.as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            mutants.push((format!("bit {bit} of byte {} of {before}", at - begin), bytes));
        }
    }
    mutants
}

fn without(good: &str, name: &str) -> String {
    good.split_inclusive("\r\n").filter(|line| !line.starts_with(name)).collect()
}

/// A request signed in another way than ours.
fn signed_by(port: u16, request: &Request, signer: &Signer, at: i64) -> String {
    let host = format!("localhost:{port}");
    let mut head = format!("POST {} HTTP/1.1\r\nHost: {host}\r\n", target::join(&request.path, &request.query));
    for (name, value) in request.headers.iter().chain(sign(request, "http", &host, signer, at).unwrap().iter()) {
        head += &format!("{name}: {value}\r\n");
    }
    head + "Connection: close\r\nContent-Length: 0\r\n\r\n"
}

/// Requests that are not signed with our credentials, or not signed as we ask.
fn forged(port: u16, ours: &Credentials, request: &Request) -> Vec<Mutant> {
    let good = head_of(request, port, ours);
    let mut mutants: Vec<Mutant> = Vec::new();
    let mut add = |what: &str, head: String| mutants.push((what.to_owned(), head.into_bytes()));
    let with = |credentials: Credentials, region: &str, service: &str| {
        let signer = Signer { credentials, region: region.to_owned(), service: service.to_owned() };
        signed_by(port, request, &signer, NOW)
    };
    let other = |id: &str, secret: &str, token: Option<&str>| Credentials::new(id, secret, token.map(str::to_owned));
    let (id, secret, token) = (ours.key_id(), ours.secret(), ours.token());
    for at in 0..secret.len() {
        let wrong: String = secret.chars().enumerate().map(|(i, c)| if i == at { '.' } else { c }).collect();
        add("wrong secret", with(other(id, &wrong, token), "us-east-1", super::SERVICE));
    }
    add("empty secret", with(other(id, "", token), "us-east-1", super::SERVICE));
    add("stranger", with(Credentials::throwaway().unwrap(), "us-east-1", super::SERVICE));
    add(
        "documented example",
        with(other("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None), "us-east-1", super::SERVICE),
    );
    add("no token", with(other(id, secret, None), "us-east-1", super::SERVICE));
    add("another token", with(other(id, secret, Some("another")), "us-east-1", super::SERVICE));
    for region in ["us-east-2", "eu-west-1", "us-east-1 ", "US-EAST-1", "aws-global"] {
        add("another region", with(ours.clone(), region, super::SERVICE));
    }
    for service in ["s3", "execute-api", "medical-imaging2", "Medical-Imaging", "sts"] {
        add("another service", with(ours.clone(), "us-east-1", service));
    }
    for offset in [301, 302, 400, 3_600, 86_400, 604_800, 31_536_000] {
        for at in [NOW - offset, NOW + offset] {
            add("date off", signed_by(port, request, &signer(ours), at));
        }
    }
    add("unsigned", without(&good, "authorization: "));
    add("without a date", without(&good, "x-amz-date: "));
    add(
        "date in Date alone",
        without(&good, "x-amz-date: ").replacen("\r\n", "\r\nDate: Mon, 23 Nov 2026 18:29:13 GMT\r\n", 1),
    );
    add("without its token", without(&good, "x-amz-security-token: "));
    add("signed twice", good.replacen("authorization: ", "authorization: AWS4-HMAC-SHA256 x\r\nauthorization: ", 1));
    add("basic", without(&good, "authorization: ").replacen("\r\n", "\r\nauthorization: Basic QUtJRA==\r\n", 1));
    add("bearer", good.replacen("AWS4-HMAC-SHA256 Credential", "Bearer Credential", 1));
    add("another algorithm", good.replacen("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", 1));
    add("a header added", good.replacen("\r\n", "\r\nx-amz-target: X.Delete\r\n", 1));
    add("a query added", good.replacen(" HTTP/1.1", "&more=1 HTTP/1.1", 1));
    add("a body added", good.replacen("Content-Length: 0\r\n\r\n", "Content-Length: 2\r\n\r\n{}", 1));
    add("unsigned payload", good.replacen("\r\n", "\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\n", 1));
    for method in ["GET", "PUT", "DELETE", "PATCH", "HEAD"] {
        add("another method", good.replacen("POST ", &format!("{method} "), 1));
    }
    let date = clock::amz_date(NOW);
    let scope = format!("{id}%2F{}%2Fus-east-1%2F{}%2Faws4_request", &date[..8], super::SERVICE);
    let presigned = format!(
        "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}&X-Amz-Date={date}&X-Amz-Expires=300\
         &X-Amz-SignedHeaders=host&X-Amz-Signature={} HTTP/1.1",
        &good.split("Signature=").nth(1).unwrap()[..64]
    );
    add("presigned", without(&good, "authorization: ").replacen(" HTTP/1.1", &presigned, 1));
    add("presigned as well", good.replacen(" HTTP/1.1", &presigned, 1));
    mutants
}

/// Ten thousand of them: three requests of different members, bit by bit and in every other way.
fn mutants(port: u16, ours: &Credentials) -> Vec<Mutant> {
    let bases = [("2", "abc+/="), ("37", "Zz~."), ("50", "a%20b")];
    let bases = bases.map(|(size, token)| list(&[("maxResults", size), ("nextToken", token)]));
    let mut mutants: Vec<Mutant> = bases.iter().flat_map(|base| forged(port, ours, base)).collect();
    mutants.extend(bases.iter().flat_map(|base| flipped(&head_of(base, port, ours))));
    mutants
}

/// Sends them all, some at once; gives what was not refused.
async fn send_all(port: u16, mutants: Vec<Mutant>) -> Vec<String> {
    let mutants = Arc::new(mutants);
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (mutants, next) = (Arc::clone(&mutants), Arc::clone(&next));
        tasks.spawn(async move {
            let mut passed = Vec::new();
            while let Some((what, bytes)) = mutants.get(next.fetch_add(1, Ordering::SeqCst)) {
                let reply = talk(port, bytes).await;
                if !matches!(reply.status(), 400 | 403) {
                    passed.push(format!("{what}: {reply:?}"));
                }
            }
            passed
        });
    }
    tasks.join_all().await.concat()
}

#[tokio::test]
async fn the_upstream_sees_none_of_ten_thousand_mutated_requests() {
    let stub = Stub::start(vec![vec![answer(200, "", PAGE)]]).await;
    let rig = Rig::start(at(&stub.url())).await;
    let (port, ours) = (rig.port(), rig.running.access().credentials.clone());
    let mutants = mutants(port, &ours);
    let count = mutants.len();

    let passed = send_all(port, mutants).await;

    assert!(count >= 10_000, "{count}");
    assert_eq!(passed, Vec::<String>::new());
    assert_eq!(stub.connections(), 0);
    assert_eq!(talk(port, head_of(&list(&[]), port, &ours)).await.text(), PAGE);
    let counts = rig.finish().await.unwrap().counts;
    assert_eq!((counts.refused, counts.exchanges), (count as u64, 1));
}

#[tokio::test]
async fn without_the_verifier_the_upstream_sees_them() {
    let stub = Stub::start(vec![vec![answer(200, "", PAGE)]]).await;
    let defences = Defences { gate: true, routes: Some(specs()), signatures: None };
    let (port, _serving) = Naive::start(&stub.url(), defences).await;
    let ours = Credentials::throwaway().unwrap();
    let mutants: Vec<Mutant> = mutants(port, &ours).into_iter().step_by(5).collect();
    let count = mutants.len();

    let passed = send_all(port, mutants).await;

    // A path with a bit turned is no route, and a host with one is none of ours: those fall to the other defences.
    assert!(passed.len() > count / 2, "{} of {count}", passed.len());
    assert_eq!(stub.requests().len(), passed.len());
}

#[tokio::test]
async fn a_signature_that_is_repeated_within_a_second_passes_as_boto3_repeats_it() {
    let failed = || vec![answer(500, "", "{}")];
    let stub = Stub::start(vec![failed(), failed(), vec![answer(200, "", PAGE)]]).await;
    let rig = Rig::start(at(&stub.url())).await;
    // boto3 signs host, date and token alone: what tells its attempts apart is under no signature.
    let request = Request { headers: Default::default(), ..list(&[]) };
    let head = head_of(&request, rig.port(), &rig.running.access().credentials);
    assert!(head.contains("SignedHeaders=host;x-amz-date;x-amz-security-token,"), "{head}");

    let mut statuses = Vec::new();
    for attempt in 1..=3 {
        let head = head.replacen("\r\n", &format!("\r\namz-sdk-request: attempt={attempt}; max=3\r\n"), 1);
        statuses.push(talk(rig.port(), head).await.status());
    }

    assert_eq!(statuses, [500, 500, 200]);
    assert_eq!(stub.requests().len(), 3);
    assert_eq!(rig.finish().await.unwrap().counts.exchanges, 3);
}

#[tokio::test]
async fn the_signatures_that_go_on_are_others_than_those_that_came() {
    let stub = Stub::start(vec![vec![answer(200, "", PAGE)]]).await;
    let rig = Rig::start(at(&stub.url())).await;
    let access = rig.running.access().clone();

    client(&access.endpoint).fetch(&list(&[]), Some(&signer(&access.credentials))).await.unwrap();

    let [forwarded] = &stub.requests()[..] else { panic!("one in is one out") };
    let host = format!("host: {}\r\n", stub.url().trim_start_matches("http://"));
    assert!(forwarded.contains(&host), "{forwarded}");
    assert!(!forwarded.contains("amz-sdk-invocation-id"), "{forwarded}");
}
