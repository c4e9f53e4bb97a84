//! A panic in the middle of a recording: it ends there, nothing unredacted is left, and the cassette is free again.

use super::{PATH, Rig, simulated, specs};
use retake::answer::{Answer, Answerer, Session};
use retake::message::{End, Request};
use retake::net::Clock;
use retake::record::{self, Recovery, UpstreamChoice};
use retake::store::{Disk, Journal, Lock};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Answers as another does, and panics over its second request.
struct Panics {
    answerer: Arc<dyn Answerer>,
    requests: AtomicUsize,
}

impl Answerer for Panics {
    fn answer(&self, session: &Session, request: &Request) -> Answer {
        let before = self.requests.fetch_add(1, Ordering::SeqCst);
        assert!(before != 1, "a defect, over {}", request.path);
        self.answerer.answer(session, request)
    }
}

/// Every byte of every file in a folder and below.
fn everything(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all += &if path.is_dir() {
            everything(&path)
        } else {
            String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
        };
    }
    all
}

#[tokio::test]
async fn a_panic_ends_the_recording_as_failed_and_frees_the_cassette() {
    let UpstreamChoice::Simulated(answerer) = simulated(&specs()) else { panic!() };
    let panics = Panics { answerer, requests: AtomicUsize::new(0) };
    let rig = Rig::start(UpstreamChoice::Simulated(Arc::new(panics))).await;
    let real = &PATH[11..43];

    let first = rig.ask(&[("maxResults", "1")]).await;
    let second = rig.ask(&[("maxResults", "2")]).await;
    rig.running.failed().await;
    let third = rig.ask(&[("maxResults", "3")]).await;
    let path = rig.cassette();
    let Rig { folder, running } = rig;
    let error = running.finish().await.unwrap_err();

    assert_eq!((first.status, first.end), (Some(200), End::Complete));
    assert!(second.status.is_none() && second.end != End::Complete, "{second:?}");
    assert_eq!((third.status, third.headers.get("x-amzn-errortype")), (Some(400), Some("RetakeUpstreamFailed")));
    assert_eq!(error.what, "an exchange was lost; the recording has ended");
    assert!(!path.exists());
    assert!(!error.to_string().contains(real) && !everything(folder.path()).contains(real));
    assert_eq!(Journal::read(&Disk, &folder.path().join(".retake/a.journal")).unwrap().exchanges.len(), 1);
    drop(Lock::acquire(Arc::new(Disk), &path, "now").unwrap());
    let mut recovery = Recovery::new(specs(), &path);
    recovery.clock = Clock::fixed(super::NOW);
    assert_eq!(record::recover(&recovery).unwrap().unwrap().cassette.transcript.exchanges.len(), 1);
}

#[tokio::test]
async fn without_a_panic_the_same_recording_ends_well_and_the_search_finds_what_is_real() {
    let rig = Rig::start(simulated(&specs())).await;
    let real = &PATH[11..43];

    for size in ["1", "2", "3"] {
        assert_eq!(rig.ask(&[("maxResults", size)]).await.status, Some(200));
    }
    let Rig { folder, running } = rig;
    assert_eq!(running.finish().await.unwrap().counts.exchanges, 3);

    fs::write(folder.path().join("unredacted"), PATH).unwrap();
    assert!(everything(folder.path()).contains(real));
}
