//! A recording that broke off and is recovered comes to the same cassette as one that ended.

use super::{Rig, at, options, simulated, specs};
use crate::upstreams::{Stub, answer};
use retake::cassette::entry;
use retake::net::{Clock, Listen, Listener};
use retake::record::{self, Existing, Recorder, Recovered, Recovery, StartError};
use retake::spec::Specs;
use retake::store::{Disk, Journal, Torn};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// Pages whose times do not come in order, with an id that two share, and an error.
fn script() -> Vec<Vec<crate::upstreams::Act>> {
    let page = |id: char, created: &str| {
        let id = id.to_string().repeat(32);
        let page = format!(
            r#"{{"imageSetPropertiesList":[{{"imageSetId":"{id}","versionId":"1","imageSetState":"ACTIVE","createdAt":{created},"message":"of a patient"}}]}}"#
        );
        vec![answer(200, "X-Amzn-RequestId: r-1\r\nX-New: a\r\n", &page)]
    };
    let failed = answer(400, "x-amzn-errortype: ValidationException\r\n", r#"{"message":"what was sent"}"#);
    vec![page('a', "1.7E9"), page('b', "1600000000.25"), vec![failed], page('a', "1650000000")]
}

/// Records the script: the folder, and the rig that still runs.
async fn recorded() -> Rig {
    let stub = Stub::start(script()).await;
    let rig = Rig::start(at(&stub.url())).await;
    for size in ["3", "2", "0", "1"] {
        rig.ask(&[("maxResults", size)]).await;
    }
    rig
}

/// The folder of a recording that broke off.
async fn broken_off() -> TempDir {
    let Rig { folder, running } = recorded().await;
    drop(running);
    assert!(!folder.path().join("a.cassette.yaml").exists());
    folder
}

fn recovery(folder: &TempDir) -> Recovery {
    let mut recovery = Recovery::new(specs(), folder.path().join("a.cassette.yaml"));
    recovery.clock = Clock::fixed(super::NOW + 86_400);
    recovery
}

fn recover(folder: &TempDir) -> Recovered {
    record::recover(&recovery(folder)).unwrap().unwrap()
}

fn journal(folder: &TempDir) -> PathBuf {
    folder.path().join(".retake/a.journal")
}

fn cassette(folder: &TempDir) -> Vec<u8> {
    fs::read(folder.path().join("a.cassette.yaml")).unwrap()
}

/// The cassette that the end of the recording makes.
async fn orderly() -> Vec<u8> {
    let Rig { folder, running } = recorded().await;
    running.finish().await.unwrap();
    cassette(&folder)
}

#[tokio::test]
async fn comes_to_the_bytes_that_an_orderly_end_comes_to() {
    let folder = broken_off().await;

    let recovered = recover(&folder);

    assert_eq!(String::from_utf8(cassette(&folder)).unwrap(), String::from_utf8(orderly().await).unwrap());
    assert_eq!((recovered.torn, recovered.was_committed, recovered.others.len()), (None, false, 0));
    assert!(!folder.path().join(".retake").exists());
    // The earliest time is at the base, though it was not the first to come.
    let text = String::from_utf8(cassette(&folder)).unwrap();
    assert!(text.contains("1262304000.25") && !text.contains("1600000000") && !text.contains("1650000000"), "{text}");
}

#[tokio::test]
async fn a_journal_that_misses_an_exchange_comes_to_other_bytes() {
    let folder = broken_off().await;
    let bytes = fs::read(journal(&folder)).unwrap();
    fs::write(journal(&folder), &bytes[..bytes.len() - 1]).unwrap();

    let recovered = recover(&folder);

    assert_ne!(cassette(&folder), orderly().await);
    assert_eq!(recovered.cassette.transcript.exchanges.len(), 3);
    let Some(Torn { at, length, is_cut_short: true }) = recovered.torn else { panic!("{:?}", recovered.torn) };
    assert_eq!(at + length + 1, bytes.len() as u64);
}

#[tokio::test]
async fn sees_that_the_recorder_was_ended_between_its_last_two_steps() {
    let rig = recorded().await;
    let left = fs::read(rig.folder.path().join(".retake/a.journal")).unwrap();
    let Rig { folder, running } = rig;
    running.finish().await.unwrap();
    let written = cassette(&folder);
    fs::create_dir(folder.path().join(".retake")).unwrap();
    fs::write(journal(&folder), left).unwrap();
    fs::write(folder.path().join(format!(".a.cassette.yaml.{}-0.old", std::process::id())), "").unwrap();

    let recovered = recover(&folder);

    assert!(recovered.was_committed);
    assert_eq!(cassette(&folder), written);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
}

#[tokio::test]
async fn refuses_an_existing_cassette_and_keeps_the_journal() {
    let folder = broken_off().await;
    fs::write(folder.path().join("a.cassette.yaml"), "mine").unwrap();

    let StartError::Usage(refused) = record::recover(&recovery(&folder)).unwrap_err() else { panic!() };

    assert!(refused.what.contains("exists already"));
    assert!(journal(&folder).exists());
    let mut over = recovery(&folder);
    over.existing = Existing::Overwrite;
    assert!(record::recover(&over).unwrap().is_some());
    assert!(!journal(&folder).exists());
}

#[tokio::test]
async fn names_the_recorder_that_still_runs() {
    let rig = recorded().await;

    let StartError::Failed(held) = record::recover(&recovery(&rig.folder)).unwrap_err() else { panic!() };

    assert!(held.found.unwrap().starts_with(&format!("process {}, since ", std::process::id())));
    assert_eq!(rig.finish().await.unwrap().counts.exchanges, 4);
}

#[tokio::test]
async fn finds_nothing_where_nothing_was_left() {
    let folder = tempfile::tempdir().unwrap();
    assert!(record::recover(&recovery(&folder)).unwrap().is_none());

    let Rig { folder, running } = recorded().await;
    running.finish().await.unwrap();
    assert!(record::recover(&recovery(&folder)).unwrap().is_none());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_recording_over_one_that_broke_off_sets_it_aside_and_tells() {
    let folder = broken_off().await;
    let before = fs::read(journal(&folder)).unwrap();
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let running =
        Recorder::start(listener, options(simulated(&specs()), folder.path().join("a.cassette.yaml"))).unwrap();

    let aside = folder.path().join(".retake/a.journal-1");
    assert_eq!(running.left(), Some(&*aside));
    running.finish().await.unwrap();

    assert_eq!(fs::read(&aside).unwrap(), before);
    assert_eq!(recover(&folder).journal, aside);
}

/// The journal with this in place of that in one exchange: what somebody may have written.
fn rewrite(journal: &Path, old: &str, new: &str) {
    let left = Journal::read(&Disk, journal).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.cassette.yaml");
    let mut other = Journal::create(Arc::new(Disk), &path, &left.beginning.unwrap()).unwrap();
    let mut count = 0;
    for exchange in &left.exchanges {
        let text = String::from_utf8(entry::write(exchange)).unwrap();
        count += text.matches(old).count();
        let changed = text.replace(old, new);
        other.append(&entry::read("test", changed.as_bytes()).unwrap(), &left.summary).unwrap();
    }
    assert!(count > 0, "{old} is not there");
    fs::copy(folder.path().join(".retake/a.journal"), journal).unwrap();
}

#[tokio::test]
async fn commits_no_secret_that_somebody_wrote_into_a_journal_and_does_not_keep_it() {
    let folder = broken_off().await;
    let text = "redacted free text, 12 characters";
    let secret = "AKIAIOSFODNN7EXAMPLE and the rest";
    assert_eq!(text.len(), secret.len());
    rewrite(&journal(&folder), text, secret);

    let StartError::Failed(found) = record::recover(&recovery(&folder)).unwrap_err() else { panic!() };

    assert!(found.what.contains("looks like a secret"), "{found}");
    assert!(!found.to_string().contains("AKIAIOSFODNN7EXAMPLE"));
    assert!(!journal(&folder).exists() && !folder.path().join("a.cassette.yaml").exists());
}

#[tokio::test]
async fn commits_what_is_rewritten_without_a_secret() {
    let folder = broken_off().await;
    let text = "redacted free text, 12 characters";
    rewrite(&journal(&folder), text, &"x".repeat(text.len()));

    assert!(record::recover(&recovery(&folder)).unwrap().is_some());
}

#[tokio::test]
async fn takes_no_specs_but_those_of_the_recording() {
    let folder = broken_off().await;
    let mut other = recovery(&folder);
    other.specs = Arc::new(Specs::default());

    let StartError::Usage(error) = record::recover(&other).unwrap_err() else { panic!() };

    assert!(error.location.file.unwrap().ends_with("a.journal"));
    assert!(journal(&folder).exists());
}

#[tokio::test]
async fn survives_any_damage_to_a_journal_and_recovers_what_stands_before_it() {
    let folder = broken_off().await;
    let whole = fs::read(journal(&folder)).unwrap();
    let expected = Journal::parse("x", &whole).unwrap().exchanges;
    let mut dice = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |end: usize| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        usize::try_from(dice >> 33).unwrap() % end
    };

    let mut shorter = 0;
    for _ in 0..3000 {
        let mut bytes = whole.clone();
        let at = below(bytes.len());
        match below(4) {
            0 => bytes[at] ^= 1 << below(8),
            1 => bytes.truncate(at),
            2 => drop(bytes.splice(at..at, (0..below(20)).map(|byte| byte as u8))),
            _ => drop(bytes.drain(at..(at + below(50)).min(whole.len()))),
        }
        if let Ok(left) = Journal::parse("x", &bytes) {
            assert!(expected.starts_with(&left.exchanges), "something else was read");
            shorter += usize::from(left.exchanges.len() < expected.len());
        }
    }
    assert!(shorter > 500, "{shorter} damaged journals were read in part");
}

#[test]
fn a_journal_that_claims_too_much_takes_no_room_for_it() {
    // A record of 4 GiB, and lengths within an entry that overflow; each with a right sum where there is one.
    let record = |content: &[u8]| {
        let length = u32::try_from(content.len()).unwrap().to_le_bytes();
        [&length[..], &crc32c::crc32c(content).to_le_bytes(), content].concat()
    };
    let magic = b"retake journal 2\n".to_vec();
    let folder = tempfile::tempdir().unwrap();
    let begun = {
        let path = folder.path().join("a.cassette.yaml");
        let beginning = retake::cassette::Beginning::new(&specs(), retake::message::Origin::Live, "us-east-1", 0, &[]);
        drop(Journal::create(Arc::new(Disk), &path, &beginning).unwrap());
        fs::read(folder.path().join(".retake/a.journal")).unwrap()
    };
    let nested = format!("policy 1\n{}\n{}", 200_000, "[".repeat(200_000));
    let hostile = [
        [&magic[..], &[0xff; 8], b"abc"].concat(),
        [&begun[..], &[0xff; 8], b"abc"].concat(),
        [&magic[..], &record(b"{\"tool\":")].concat(),
        [&magic[..], &record("[".repeat(100_000).as_bytes())].concat(),
        [&begun[..], &record(b"no line")].concat(),
        [&begun[..], &record(b"policy 1\n18446744073709551615\n- id: \"\"\n")].concat(),
        [&begun[..], &record(b"policy 1\n99999999999999999999999\n")].concat(),
        [&begun[..], &record(nested.as_bytes())].concat(),
        [&begun[..], &record(b"policy 1\n30\n- &a [*a, *a]\n- id: \"\"\n       ")].concat(),
    ];
    for bytes in hostile {
        match Journal::parse("x", &bytes) {
            Ok(left) => assert!(left.exchanges.is_empty() && left.torn.is_some()),
            Err(error) => assert_eq!(error.location.file.as_deref(), Some("x"), "{error}"),
        }
    }
}
