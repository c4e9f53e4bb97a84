//! The real Rust SDK against retake: it pages, retries and sees errors as it would at the service.

use crate::wires::talk;
use aws_sdk_medicalimaging::Client;
use aws_sdk_medicalimaging::config::BehaviorVersion;
use aws_sdk_medicalimaging::error::ProvideErrorMetadata;
use aws_sdk_medicalimaging::operation::list_image_set_versions::{
    ListImageSetVersionsError, ListImageSetVersionsOutput,
};
use retake::answer::{Answer, Answerer, MissKind, Session};
use retake::message::{Body, Headers, Request, Response};
use retake::net::{Access, Credentials, Listen, Listener};
use retake::sdk::WithoutHostPrefix;
use retake::serve::{Options, Replaying, Running, Server, Simulating};
use retake::{Replay, Simulate, spec};
use std::sync::{Arc, Mutex};

const OPERATION: &str = "ListImageSetVersions";
const THROTTLED: &str = "tests/data/rust_sdk/throttled.cassette.yaml";

type Outcome = Result<ListImageSetVersionsOutput, ListImageSetVersionsError>;

/// One call.
async fn list(access: &Access, ids: (&str, &str), page_size: Option<i32>, token: Option<&str>) -> Outcome {
    let client = Client::new(&retake::sdk::config(access));
    let call = client.list_image_set_versions().datastore_id(ids.0).image_set_id(ids.1);
    let call = call.set_max_results(page_size).set_next_token(token.map(str::to_owned));
    call.send().await.map_err(|error| error.into_service_error())
}

/// The versions of each page of a walk, or the code of the error that ended it.
async fn walk(access: &Access, ids: (&str, &str), page_size: Option<i32>) -> Result<Vec<Vec<String>>, String> {
    let client = Client::new(&retake::sdk::config(access));
    let call = client.list_image_set_versions().datastore_id(ids.0).image_set_id(ids.1);
    let mut walk = call.set_max_results(page_size).into_paginator().send();
    let mut pages = Vec::new();
    while let Some(page) = walk.next().await {
        let page = page.map_err(|error| error.code().unwrap_or("no code").to_owned())?;
        let versions = page.image_set_properties_list().iter().map(|item| item.version_id().to_owned());
        pages.push(versions.collect());
    }
    Ok(pages)
}

async fn simulate(items: u64) -> Simulating {
    Simulate::operation(OPERATION).unwrap().items(items).start().await.unwrap()
}

fn known(service: &Simulating) -> (&str, &str) {
    (service.input("datastoreId").unwrap(), service.input("imageSetId").unwrap())
}

async fn replay() -> Replaying {
    Replay::open(THROTTLED).unwrap().start().await.unwrap()
}

fn recorded(replay: &Replaying) -> (&str, &str) {
    (replay.input("datastoreId").unwrap(), replay.input("imageSetId").unwrap())
}

#[tokio::test]
async fn walks_all_pages_of_a_simulated_listing_at_every_page_size() {
    let service = simulate(20).await;
    let newest_first: Vec<String> = (1..=20).rev().map(|version| version.to_string()).collect();

    for (page_size, pages) in [(None, 1), (Some(1), 20), (Some(3), 7), (Some(20), 1), (Some(50), 1)] {
        let walked = walk(service.access(), known(&service), page_size).await.unwrap();

        assert_eq!(walked.len(), pages, "{page_size:?}");
        assert_eq!(walked.concat(), newest_first, "{page_size:?}");
    }
    let report = service.finish().await;
    assert_eq!((report.ledger.requests, report.ledger.refused), (30, 0));
}

#[tokio::test]
async fn sees_every_modelled_value_as_itself() {
    let service = simulate(42).await;

    let page = list(service.access(), known(&service), None, None).await.unwrap();

    let items = page.image_set_properties_list();
    assert_eq!(items.len(), 42);
    let spec = spec::embedded();
    let spec = spec.operation(OPERATION).unwrap();
    let modelled = |name: &str| {
        let members = spec.item_members(spec.output_member("imageSetPropertiesList").unwrap()).unwrap();
        let member = members.iter().find(|member| member.key == name).unwrap();
        match &spec.shape(member.shape).kind {
            spec::Kind::Enum(values) => values.clone(),
            other => panic!("{other:?}"),
        }
    };
    for state in modelled("imageSetState") {
        assert!(items.iter().any(|item| item.image_set_state().as_str() == state), "{state}");
    }
    for status in modelled("ImageSetWorkflowStatus") {
        let has = |item: &&aws_sdk_medicalimaging::types::ImageSetProperties| {
            item.image_set_workflow_status().is_some_and(|found| found.as_str() == status)
        };
        assert!(items.iter().any(|item| has(&item)), "{status}");
    }
}

#[tokio::test]
async fn sees_modelled_errors_under_their_own_type() {
    let service = simulate(5).await;
    let access = service.access();
    let (store, set) = known(&service);
    let elsewhere = "0".repeat(32);
    let token = list(access, (store, set), Some(2), None).await.unwrap().next_token().unwrap().to_owned();
    let tampered = format!("{}{}", &token[..token.len() - 1], if token.ends_with('A') { 'z' } else { 'A' });

    for ids in [(elsewhere.as_str(), set), (store, elsewhere.as_str())] {
        assert!(list(access, ids, None, None).await.unwrap_err().is_resource_not_found_exception(), "{ids:?}");
    }
    for ids in [("short", set), (store, "UPPER"), (&store[1..], set)] {
        assert!(list(access, ids, None, None).await.unwrap_err().is_validation_exception(), "{ids:?}");
    }
    for page_size in [-1, 0, 51] {
        let error = list(access, (store, set), Some(page_size), None).await.unwrap_err();
        assert!(error.is_validation_exception(), "{page_size}");
    }
    for token in ["", "retake-unknown-token", &tampered] {
        let error = list(access, (store, set), Some(2), Some(token)).await.unwrap_err();
        assert!(error.is_validation_exception(), "{token}");
        assert!(error.message().is_some(), "{token}");
    }
    assert_eq!(list(access, (store, set), Some(2), Some(&token)).await.unwrap().image_set_properties_list().len(), 2);
}

#[tokio::test]
async fn is_refused_with_another_key_another_secret_or_no_signature() {
    let service = simulate(5).await;
    let ours = service.access();
    let with = |key_id: &str, secret: &str| Access {
        credentials: Credentials::new(key_id, secret, ours.credentials.token().map(str::to_owned)),
        ..ours.clone()
    };
    let wrong = [with("AKIDEXAMPLE", ours.credentials.secret()), with(ours.credentials.key_id(), "another secret")];

    for access in wrong {
        let error = list(&access, known(&service), None, None).await.unwrap_err();
        assert_eq!(error.code(), Some("InvalidSignatureException"));
    }
    let port: u16 = ours.endpoint.rsplit(':').next().unwrap().parse().unwrap();
    let (store, set) = known(&service);
    let unsigned = format!(
        "POST /datastore/{store}/imageSet/{set}/listImageSetVersions HTTP/1.1\r\nHost: localhost:{port}\r\n\
         Content-Length: 0\r\nConnection: close\r\n\r\n"
    );
    let reply = talk(port, unsigned).await;
    assert_eq!(reply.status(), 403);
    assert_eq!(reply.header("x-amzn-errortype"), Some("MissingAuthenticationTokenException"));

    let ledger = service.finish().await.ledger;
    assert_eq!((ledger.requests, ledger.refused, ledger.exchanges), (3, 3, 0));
}

#[tokio::test]
async fn replays_a_throttled_page_and_the_retry_that_succeeded() {
    let replay = replay().await;

    let pages = walk(replay.access(), recorded(&replay), Some(2)).await.unwrap();

    assert_eq!(pages, [vec!["3", "2"], vec!["1"]]);
    let report = replay.finish().await;
    assert_eq!((report.ledger.requests, report.ledger.exchanges, report.ledger.unused), (3, 3, 0));
    report.assert_passed();
    insta::assert_snapshot!("rust-sdk-replayed", report);
}

#[tokio::test]
async fn gives_each_session_its_sequence_from_the_beginning() {
    let replay = replay().await;
    let sessions = ["TESTSESSION000001", "TESTSESSION000002"];

    for session in sessions {
        let access = replay.access_as(session);
        assert_eq!(walk(&access, recorded(&replay), Some(2)).await.unwrap().len(), 2, "{session}");
    }
    // Both were throttled once.
    assert_eq!(replay.finish().await.ledger.requests, 6);
}

#[tokio::test]
async fn is_told_of_a_miss_once_and_the_report_explains_it() {
    let replay = replay().await;

    let error = list(replay.access(), recorded(&replay), Some(7), None).await.unwrap_err();

    assert_eq!(error.code(), Some("RetakeCassetteMiss"));
    assert!(error.message().unwrap().contains("maxResults was 2 and is 7"), "{:?}", error.message());
    let report = replay.finish().await;
    assert_eq!((report.ledger.requests, report.ledger.misses, report.ledger.unused), (1, 1, 3));
    assert_eq!(report.misses[0].kind, MissKind::MemberDiffers);
    assert_eq!(report.misses[0].nearest.as_deref(), Some("size-2-page-1-throttling"));
    insta::assert_snapshot!("rust-sdk-missed", report);
    assert!(std::panic::catch_unwind(|| report.assert_passed()).is_err());
}

#[tokio::test]
async fn replays_with_values_of_its_own_in_the_place_of_stand_ins() {
    let mine = ["9".repeat(32), "8".repeat(32)];
    let replay = Replay::open(THROTTLED).unwrap().input("datastoreId", &mine[0]).input("imageSetId", &mine[1]);
    let replay = replay.start().await.unwrap();
    assert_eq!(recorded(&replay), (mine[0].as_str(), mine[1].as_str()));

    let throttled_then_ok = list(replay.access(), recorded(&replay), Some(2), None).await.unwrap();

    assert!(throttled_then_ok.image_set_properties_list().iter().all(|item| item.image_set_id() == mine[1]));
}

/// Answers with an empty listing and remembers the hosts that it was asked for.
#[derive(Default)]
struct Hosts(Mutex<Vec<String>>);

impl Answerer for Hosts {
    fn answer(&self, _: &Session, request: &Request) -> Answer {
        self.0.lock().unwrap().push(request.headers.get("host").unwrap().to_owned());
        Answer::Reply(Arc::new(Response {
            status: Some(200),
            headers: Headers::from_iter([("content-type", "application/json")]),
            body: Body::from_bytes(r#"{"imageSetPropertiesList":[]}"#),
            ..Response::default()
        }))
    }
}

async fn hosts() -> (Running, Arc<Hosts>, Access) {
    let hosts = Arc::new(Hosts::default());
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let answerer = Arc::clone(&hosts) as Arc<dyn Answerer>;
    let running = Server::start(listener, answerer, &spec::embedded(), Options::default());
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
    let access = Access { endpoint: running.endpoint().to_owned(), region: "us-east-1".to_owned(), credentials };
    (running, hosts, access)
}

#[tokio::test]
async fn its_host_prefix_arrives_and_the_interceptor_keeps_it_off() {
    let (running, hosts, access) = hosts().await;
    let shared = retake::sdk::config(&access);
    let builder = || aws_sdk_medicalimaging::config::Builder::from(&shared).behavior_version(BehaviorVersion::latest());

    for config in [builder().build(), builder().interceptor(WithoutHostPrefix).build()] {
        let call = Client::from_conf(config).list_image_set_versions().datastore_id("a").image_set_id("b");
        call.send().await.unwrap();
    }

    let port = running.port();
    let asked = hosts.0.lock().unwrap().clone();
    assert_eq!(asked, [format!("runtime-localhost:{port}"), format!("localhost:{port}")]);
}

#[tokio::test]
async fn reaches_no_other_machine_with_the_shared_configuration() {
    let (_running, hosts, access) = hosts().await;
    let elsewhere = Access { endpoint: "http://medical-imaging.us-east-1.amazonaws.com".to_owned(), ..access };

    let client = Client::new(&retake::sdk::config(&elsewhere));
    let error = client.list_image_set_versions().datastore_id("a").image_set_id("b").send().await.unwrap_err();

    let told = format!("{error:?}");
    assert!(told.contains("is not this machine"), "{told}");
    assert!(hosts.0.lock().unwrap().is_empty());
}
