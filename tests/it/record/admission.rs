//! What is let through to an upstream, and what is not.

use super::{NOW, Rig, at, head_of, list, options, simulated, specs};
use crate::upstreams::{Stub, answer};
use crate::wires::talk;
use retake::message::{Body, Request};
use retake::net::{Clock, Credentials, Endpoint, Listen, Listener};
use retake::record::{Options, Recorder, StartError, UpstreamChoice};
use retake::spec::{Specs, compile};
use std::sync::Arc;

const PAGE: &str = r#"{"imageSetPropertiesList":[]}"#;

#[tokio::test]
async fn lets_nothing_through_that_is_not_signed_with_its_credentials() {
    let stub = Stub::start(vec![vec![answer(200, "", PAGE)]]).await;
    let rig = Rig::start(at(&stub.url())).await;
    let port = rig.port();
    let ours = rig.running.access().credentials.clone();
    let stranger = Credentials::throwaway().unwrap();
    let other_secret = Credentials::new(ours.key_id(), "another", ours.token().map(str::to_owned));
    let good = head_of(&list(&[]), port, &ours);
    let without = |name: &str| {
        good.lines().filter(|line| !line.starts_with(name)).map(|line| format!("{line}\r\n")).collect::<String>()
    };
    let presigned = without("authorization: ").replacen(
        " HTTP/1.1",
        "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00 HTTP/1.1",
        1,
    );
    let with_body = good.replace("Content-Length: 0\r\n\r\n", "Content-Length: 2\r\n\r\n{}");
    let cases = [
        (without("authorization: "), "MissingAuthenticationTokenException"),
        (presigned, "MissingAuthenticationTokenException"),
        (without("x-amz-date: "), "InvalidSignatureException"),
        (without("x-amz-security-token: "), "InvalidSignatureException"),
        (with_body, "InvalidSignatureException"),
        (head_of(&list(&[]), port, &stranger), "InvalidSignatureException"),
        (head_of(&list(&[]), port, &other_secret), "InvalidSignatureException"),
    ];

    for (request, expected) in &cases {
        let reply = talk(port, request).await;
        assert_eq!((reply.status(), reply.header("x-amzn-errortype")), (403, Some(*expected)), "{request}");
        assert!(ours.texts().all(|text| !reply.text().contains(text)));
    }
    let path = rig.cassette();
    let recording = rig.finish().await.unwrap();

    assert_eq!((stub.connections(), recording.counts.refused), (0, cases.len() as u64));
    assert!(recording.path.is_none() && recording.cassette.is_none() && !path.exists());
}

fn two_operations() -> Arc<Specs> {
    let spec = |operation: &str, read_only: bool| {
        let text = format!(
            "spec: 1\nservice: {{id: a, api_version: a, protocol: rest-json, signing_name: medical-imaging, endpoint: a}}\n\
             operation: {operation}\nhttp: {{method: POST, path: /{operation}, read_only: {read_only}}}\n\
             input:\n  name: {{type: string}}\n  flag: {{type: boolean}}\n"
        );
        compile("a.yaml", &text).unwrap()
    };
    Arc::new(Specs::new(vec![spec("ReadIt", true), spec("WriteIt", false)]))
}

#[tokio::test]
async fn forwards_what_may_change_something_only_if_it_was_allowed_by_name() {
    for (allow, status) in [(vec![], 403), (vec!["WriteIt".to_owned()], 200)] {
        let stub = Stub::start(vec![vec![answer(200, "", "{}")]]).await;
        let rig =
            Rig::start_with(at(&stub.url()), |options| (options.specs, options.allow) = (two_operations(), allow))
                .await;
        let body = Body::from_bytes("{ \"flag\" : true, \"name\":\"x\" }");
        let ask =
            |path: &str, body: Body| Request { method: "POST".into(), path: path.into(), body, ..Request::default() };

        let write = rig.ask_raw(&ask("/WriteIt", body.clone())).await;
        let read = rig.ask_raw(&ask("/ReadIt", body)).await;
        let unknown = rig.ask_raw(&ask("/ReadIt", Body::from_bytes("{\"other\":1}"))).await;

        assert_eq!((write.status(), read.status(), unknown.status()), (status, 200, 403));
        if status == 403 {
            assert_eq!(write.header("x-amzn-errortype"), Some("RetakeRefused"));
            assert!(write.text().contains("--allow WriteIt"), "{}", write.text());
        }
        let forwarded = stub.requests();
        assert_eq!(forwarded.len(), if status == 200 { 2 } else { 1 });
        assert!(
            forwarded.iter().all(|request| request.ends_with("\r\n\r\n{\"name\":\"x\",\"flag\":true}")),
            "{forwarded:?}"
        );
    }
}

#[tokio::test]
async fn takes_a_signature_of_another_time_by_its_own_clock_only() {
    for (offset, good) in [(-301, false), (-300, true), (300, true), (301, false)] {
        let rig = Rig::start_with(simulated(&specs()), |options| options.clock = Clock::fixed(NOW + offset)).await;

        assert_eq!(rig.ask_raw(&list(&[])).await.status() == 200, good, "{offset}");
    }
}

async fn start_error(change: impl FnOnce(&mut Options)) -> StartError {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(simulated(&specs()), folder.path().join("a.cassette.yaml"));
    change(&mut options);
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let error = Recorder::start(listener, options).unwrap_err();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "something was left behind");
    error
}

#[tokio::test]
async fn refuses_what_cannot_be_recorded_before_it_begins() {
    let real = Some(Credentials::new("A", "b", None));
    let open = UpstreamChoice::Url { endpoint: Endpoint::parse("http://service.example").unwrap(), credentials: real };
    let region = start_error(|options| options.region = "us-east-1.evil.example/".to_owned()).await;
    let allow = start_error(|options| options.allow = vec!["ListImageSetVersion".to_owned()]).await;
    let keep = start_error(|options| options.policy.keep = vec!["imageSetIdd".to_owned()]).await;
    let keys = start_error(|options| options.upstream = open).await;

    for (error, text) in [
        (region, "not the name of a region"),
        (allow, "did you mean \"ListImageSetVersions\"?"),
        (keep, "did you mean \"imageSetId\"?"),
        (keys, "https or this machine only"),
    ] {
        assert!(matches!(error, StartError::Usage(_)) && error.to_string().contains(text), "{error}");
    }
}
