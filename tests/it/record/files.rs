//! The file of a recording: taken first, written once, never half.

use super::hooked::Hooked;
use super::{Rig, at, options, simulated, specs};
use crate::upstreams::{Stub, answer};
use retake::message::End;
use retake::net::{Credentials, Listen, Listener};
use retake::record::{Existing, Options, Recorder, Running, StartError, UpstreamChoice};
use retake::store::{Disk, Journal};
use std::fs;
use std::io::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const ENOSPC: i32 = 28;

/// Every file in a folder and below, by its path from there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn journals(folder: &Path) -> Vec<PathBuf> {
    files(&folder.join(".retake")).into_iter().filter(|path| path.to_string_lossy().ends_with("journal")).collect()
}

#[tokio::test]
async fn leaves_the_cassette_and_nothing_else() {
    let rig = Rig::start(simulated(&specs())).await;
    let during = rig.folder.path().join(".retake").exists();
    rig.ask(&[]).await;
    let Rig { folder, running } = rig;

    running.finish().await.unwrap();

    assert!(during);
    assert_eq!(files(folder.path()), [folder.path().join("a.cassette.yaml")]);
}

#[tokio::test]
async fn leaves_nothing_where_nothing_passed() {
    let Rig { folder, running } = Rig::start(simulated(&specs())).await;

    let recording = running.finish().await.unwrap();

    assert_eq!((recording.path, recording.counts.requests), (None, 0));
    assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
}

fn try_start(listener: Listener, path: PathBuf, change: impl FnOnce(&mut Options)) -> Result<Running, StartError> {
    let mut options = options(simulated(&specs()), path);
    change(&mut options);
    Recorder::start(listener, options)
}

#[tokio::test]
async fn refuses_an_existing_cassette_before_the_first_request() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.cassette.yaml");
    fs::write(&path, "old").unwrap();

    let error = try_start(Listener::bind(Listen::default()).await.unwrap(), path.clone(), |_| {}).unwrap_err();

    let StartError::Usage(diagnostic) = error else { panic!("{error}") };
    assert!(diagnostic.what.contains("exists already") && diagnostic.help.unwrap().contains("--review"));
    assert_eq!(files(folder.path()), [path]);
}

#[tokio::test]
async fn writes_beside_an_existing_cassette_for_review_or_over_it() {
    for (existing, written) in [(Existing::Review, "a.cassette.yaml.new"), (Existing::Overwrite, "a.cassette.yaml")] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.cassette.yaml");
        fs::write(&path, "old").unwrap();
        let listener = Listener::bind(Listen::default()).await.unwrap();
        let running = try_start(listener, path.clone(), |options| options.existing = existing).unwrap();
        let rig = Rig { folder, running };

        rig.ask(&[]).await;
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        let Rig { folder, running } = rig;
        let recording = running.finish().await.unwrap();

        assert_eq!(recording.path, Some(folder.path().join(written)));
        assert_eq!(fs::read_to_string(&path).unwrap() == "old", existing == Existing::Review);
        assert!(fs::read_to_string(folder.path().join(written)).unwrap().contains("cassette: 1"));
    }
}

#[tokio::test]
async fn does_not_write_over_a_cassette_that_came_into_being_meanwhile() {
    let rig = Rig::start(simulated(&specs())).await;
    rig.ask(&[]).await;
    fs::write(rig.cassette(), "somebody else's").unwrap();
    let path = rig.cassette();
    let Rig { folder, running } = rig;

    let error = running.finish().await.unwrap_err();

    assert!(error.what.contains("exists already"), "{error}");
    assert_eq!(fs::read_to_string(path).unwrap(), "somebody else's");
    assert_eq!(journals(folder.path()).len(), 1, "the journal is kept");
}

#[tokio::test]
async fn is_the_one_recorder_of_its_cassette() {
    let rig = Rig::start(simulated(&specs())).await;

    let error = try_start(Listener::bind(Listen::default()).await.unwrap(), rig.cassette(), |_| {}).unwrap_err();

    let StartError::Failed(diagnostic) = error else { panic!("{error}") };
    assert!(diagnostic.found.unwrap().contains(&format!("process {}, since 2026-11-23T18:29:13Z", std::process::id())));
    let path = rig.cassette();
    rig.finish().await.unwrap();
    assert!(try_start(Listener::bind(Listen::default()).await.unwrap(), path, |_| {}).is_ok());
}

#[tokio::test]
async fn ends_the_recording_when_the_disk_is_full_and_lets_no_unrecorded_answer_out() {
    let writes = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&writes);
    // The journal's first bytes and the first exchange are written; then the disk is full.
    let hooked = Hooked::new(move |_| {
        let before = counted.fetch_add(1, Ordering::SeqCst);
        if before < 2 { Ok(()) } else { Err(Error::from_raw_os_error(ENOSPC)) }
    });
    let stub = Stub::start(vec![vec![answer(200, "", "{\"imageSetPropertiesList\":[]}")]]).await;
    let rig = Rig::start_with(at(&stub.url()), |options| options.files = Arc::new(hooked)).await;

    let first = rig.ask(&[]).await;
    let second = rig.ask(&[("maxResults", "1")]).await;
    rig.running.failed().await;
    let third = rig.ask(&[("maxResults", "2")]).await;

    assert_eq!((first.status, first.end), (Some(200), End::Complete));
    assert!(second.status.is_none() && second.end != End::Complete, "{second:?}");
    assert_eq!((third.status, third.headers.get("x-amzn-errortype")), (Some(400), Some("RetakeUpstreamFailed")));
    assert_eq!(stub.requests().len(), 2);
    let Rig { folder, running } = rig;
    let error = running.finish().await.unwrap_err();
    assert!(error.what.contains("journal") && error.help.unwrap().contains("make room"));
    assert!(!folder.path().join("a.cassette.yaml").exists());
    assert_eq!(Journal::read(&Disk, &journals(folder.path())[0]).unwrap().exchanges.len(), 1);
}

#[tokio::test]
async fn writes_nothing_that_holds_a_credential_of_the_session() {
    let real = Credentials::new("AKIDREAL0EXAMPLE0000", "a-secret-that-is-real", None);
    let echo = r#"{"imageSetPropertiesList":[{"imageSetId":"abcdefabcdefabcdefabcdefabcdef12","versionId":"1","imageSetState":"ACTIVE","message":"signed with a-secret-that-is-real"}]}"#;
    let stub = Stub::start(vec![vec![answer(200, "", echo)]]).await;
    let UpstreamChoice::Url { endpoint, .. } = at(&stub.url()) else { panic!() };
    let choice = UpstreamChoice::Url { endpoint, credentials: Some(real) };
    let rig = Rig::start_with(choice, |options| options.policy.keep = vec!["message".to_owned()]).await;

    rig.ask(&[]).await;
    let Rig { folder, running } = rig;
    let error = running.finish().await.unwrap_err();

    assert!(error.what.contains("a credential of this session"), "{error}");
    assert!(!error.to_string().contains("a-secret-that-is-real"));
    assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
}
