//! The main job with the real Rust SDK: it is recorded, the recording is verified, and it is replayed to the same client.

use aws_sdk_medicalimaging::Client;
use aws_sdk_medicalimaging::error::ProvideErrorMetadata;
use retake::net::{Access, Credentials, Listen, Listener};
use retake::record::{Options, Recorder, Running, UpstreamChoice};
use retake::simulate::{Settings, Simulator};
use retake::{Replay, cassette, spec};
use std::path::Path;
use std::sync::Arc;

const OPERATION: &str = "ListImageSetVersions";

/// What a client asks with: a resource that exists, one that does not, and what is no id.
struct Ids {
    store: String,
    set: String,
    unknown: String,
    malformed: String,
}

/// All that the client does, and what it sees: versions and values, or the code of an error.
async fn exercise(access: &Access, ids: &Ids) -> Vec<String> {
    let client = Client::new(&retake::sdk::config(access));
    let list = |set: &str| client.list_image_set_versions().datastore_id(&ids.store).image_set_id(set);
    let mut seen = Vec::new();
    for page_size in [None, Some(1), Some(2), Some(50)] {
        let mut pages = list(&ids.set).set_max_results(page_size).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.unwrap();
            let items = page.image_set_properties_list().iter().map(|item| {
                let took = item.updated_at().zip(item.created_at()).map(|(end, start)| end.secs() - start.secs());
                let status = item.image_set_workflow_status().map(|status| status.as_str().to_owned());
                format!("{} {} {status:?} {took:?}", item.version_id(), item.image_set_state())
            });
            seen.push(format!("{page_size:?}: {}", items.collect::<Vec<_>>().join(", ")));
        }
    }
    for set in [&ids.unknown, &ids.malformed] {
        let error = list(set).send().await.unwrap_err().into_service_error();
        seen.push(error.code().unwrap().to_owned());
    }
    for page_size in [0, 51] {
        let error = list(&ids.set).max_results(page_size).send().await.unwrap_err().into_service_error();
        seen.push(error.code().unwrap().to_owned());
    }
    seen
}

async fn record(folder: &Path) -> (Running, Ids) {
    let specs = Arc::new(spec::embedded());
    let simulator = Simulator::new(Arc::clone(&specs), Settings { items: 5, ..Settings::default() }).unwrap();
    let known = simulator.example_inputs(OPERATION).unwrap();
    let ids = Ids {
        store: known.text("datastoreId").unwrap().into_owned(),
        set: known.text("imageSetId").unwrap().into_owned(),
        unknown: "5".repeat(32),
        malformed: "5".repeat(31),
    };
    let upstream = UpstreamChoice::Simulated(Arc::new(simulator));
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let recorder = Recorder::start(listener, Options::new(specs, upstream, folder.join("sdk.cassette.yaml"))).unwrap();
    (recorder, ids)
}

/// The ids of a replay: the stand-ins of those that were recorded.
fn stand_ins(path: &Path) -> Ids {
    let specs = spec::embedded();
    let cassette = cassette::read("sdk.cassette.yaml", &std::fs::read(path).unwrap()).unwrap();
    let values = |name: &str| {
        let inputs = cassette.inputs(&specs);
        inputs.iter().find(|stand_ins| stand_ins.name == name).unwrap().values.clone()
    };
    let sets = values("imageSetId");
    let of_length = |right: bool| sets[1..].iter().find(|set| (set.len() == 32) == right).unwrap().clone();
    Ids {
        store: values("datastoreId")[0].clone(),
        set: sets[0].clone(),
        unknown: of_length(true),
        malformed: of_length(false),
    }
}

#[tokio::test]
async fn sees_the_same_when_recorded_and_when_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let (recorder, ids) = record(folder.path()).await;
    let seen = exercise(recorder.access(), &ids).await;
    let recording = recorder.finish().await.unwrap();
    // Walks of one, five, three and one page; four calls that are refused.
    assert_eq!((recording.counts.exchanges, recording.counts.refused), (14, 0));
    let path = recording.path.unwrap();

    let replay = Replay::open(&path).unwrap();
    replay.verify().assert_passed();
    let replay = replay.start().await.unwrap();
    let replayed = exercise(replay.access(), &stand_ins(&path)).await;

    assert_eq!(replayed, seen);
    assert_eq!(seen.len(), 14);
    replay.finish().await.assert_passed();
}

#[tokio::test]
async fn leaves_nothing_of_what_it_was_given_in_the_cassette() {
    let folder = tempfile::tempdir().unwrap();
    let (recorder, ids) = record(folder.path()).await;
    exercise(recorder.access(), &ids).await;
    let credentials = recorder.access().credentials.clone();

    let path = recorder.finish().await.unwrap().path.unwrap();

    let text = std::fs::read_to_string(path).unwrap();
    for secret in credentials.texts().chain([ids.unknown.as_str(), ids.malformed.as_str()]) {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(text.contains("client: aws-sdk-rust"), "{text}");
}

#[tokio::test]
async fn is_not_recorded_where_its_signature_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let (recorder, ids) = record(folder.path()).await;
    let credentials = Credentials::new(recorder.access().credentials.key_id(), "another secret", None);
    let access = Access { credentials, ..recorder.access().clone() };

    let client = Client::new(&retake::sdk::config(&access));
    let call = client.list_image_set_versions().datastore_id(&ids.store).image_set_id(&ids.set);
    let error = call.send().await.unwrap_err().into_service_error();

    assert_eq!(error.code(), Some("InvalidSignatureException"));
    let recording = recorder.finish().await.unwrap();
    assert_eq!((recording.counts.requests, recording.counts.refused, recording.counts.exchanges), (1, 1, 0));
    assert!(recording.path.is_none());
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
}
