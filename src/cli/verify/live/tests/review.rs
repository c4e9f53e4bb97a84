//! What is kept for a review, and what is not.

use super::*;
use crate::cli::record::Review;
use crate::cli::verify::live::review::settle;
use crate::store::Insta;
use std::path::PathBuf;

/// A recording in a folder, what was seen of a stand-in since, and whether something waits for a review.
struct Reviewed {
    _folder: tempfile::TempDir,
    pending: PathBuf,
    accepted: PathBuf,
    report: Report,
}

/// Looks again at a stand-in; `change` is what somebody did to the recording meanwhile, `asked` how it is asked.
async fn reviewed(fault: Fault, update: &str, asked: &Arguments, change: fn(&mut Cassette)) -> Reviewed {
    let folder = tempfile::tempdir().unwrap();
    let mut cassette = recorded(folder.path(), 5, same).await;
    change(&mut cassette);
    let accepted = PathBuf::from(&cassette.file);
    let (_server, upstream, _) = stand_in(5, fault).await;
    let looked = asked.look(&specs(), upstream, REGION, std::slice::from_ref(&cassette)).await.unwrap();
    let insta = Insta::read(|name| (name == "INSTA_UPDATE").then(|| update.into()), folder.path()).unwrap();
    let review = Review::by(&insta, &accepted).unwrap();
    let pending = review.pending.pending.clone();

    let all = std::slice::from_ref(&cassette);
    settle(review, &specs(), &cassette, all, &looked, asked.max_age, &OutputArgs::quiet()).unwrap();

    Reviewed { _folder: folder, pending, accepted, report: looked.report }
}

fn nothing(_: &mut Cassette) {}

fn old(cassette: &mut Cassette) {
    cassette.info.recorded_at = Some("2020-01-01T00:00:00Z".to_owned());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_drifted_waits_beside_the_recording_as_it_was_recorded() {
    let reviewed = reviewed(with_flavour, "new", &arguments(), nothing).await;

    let bytes = std::fs::read(&reviewed.pending).unwrap();
    let new = crate::cassette::read("new", &bytes).unwrap();
    let old = crate::cassette::read("old", &std::fs::read(&reviewed.accepted).unwrap()).unwrap();
    let ids = |cassette: &Cassette| -> Vec<String> {
        cassette.transcript.exchanges.iter().map(|exchange| exchange.id.clone()).collect()
    };
    assert_eq!(ids(&new), ids(&old), "the ids are those of the recording, so that a diff shows members");
    assert_eq!(new.seal, crate::evidence::Seal::Whole);
    assert!(String::from_utf8(bytes).unwrap().contains("\"flavour\""));
    assert_eq!(reviewed.report.verdict(), RunVerdict::Pass);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_the_specs_says_so_in_its_description_and_is_accepted_by_nobody_in_silence() {
    for update in ["new", "always"] {
        let reviewed = reviewed(unknown_error, update, &arguments(), nothing).await;

        let new = crate::cassette::read("new", &std::fs::read(&reviewed.pending).unwrap()).unwrap();
        assert!(new.description.starts_with("FAILS error.declared"), "{}", new.description);
        assert_eq!(reviewed.report.verdict(), RunVerdict::Fail);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn additive_drift_is_accepted_where_insta_accepts_all() {
    let reviewed = reviewed(with_flavour, "always", &arguments(), nothing).await;

    assert!(!reviewed.pending.exists());
    assert!(std::fs::read_to_string(&reviewed.accepted).unwrap().contains("\"flavour\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_where_nothing_has_drifted_or_only_the_data() {
    for fault in [same as Fault, fewer] {
        let reviewed = reviewed(fault, "new", &arguments(), nothing).await;

        assert!(!reviewed.pending.exists());
        assert_eq!(reviewed.report.verdict(), RunVerdict::Pass);
    }
}

/// Other values of what is no enum are data.
fn fewer(response: Response) -> Response {
    items(response, |members| set(members, "createdAt", &Json::Number("1700000000.5".to_owned())))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_old_is_written_anew_though_nothing_has_drifted() {
    let aged = Arguments { max_age: Some(30), ..arguments() };

    assert!(reviewed(same, "new", &aged, old).await.pending.exists());
    assert!(!reviewed(same, "new", &aged, nothing).await.pending.exists());
    assert!(!reviewed(same, "new", &arguments(), old).await.pending.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_wholly_seen_takes_no_recordings_place() {
    let reviewed = reviewed(echoing, "new", &arguments(), nothing).await;

    assert_eq!(reviewed.report.verdict(), RunVerdict::Error);
    assert!(!reviewed.pending.exists());
}
