//! A pending file that is accepted: the accepted file is the old one or the new one at every fault, and what was
//! recorded is never gone from both.

use super::faulty::{EIO, ENOSPC, EROFS, Fault, Faulty, When};
use super::names;
use retake::store::{Files, Pending};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const OLD: &str = "accepted before\n";
const NEW: &str = "recorded anew\n";

fn folder() -> (TempDir, Pending) {
    let folder = TempDir::new().unwrap();
    let accepted = folder.path().join("a.cassette.yaml");
    let pending = folder.path().join("a.cassette.yaml.new");
    fs::write(&accepted, OLD).unwrap();
    fs::write(&pending, NEW).unwrap();
    (folder, Pending { accepted, pending })
}

fn accept(files: &dyn Files, pending: &Pending) -> bool {
    pending.accept(files, NEW.as_bytes()).is_ok()
}

/// Takes the pending file away first: the negative control.
fn accept_the_wrong_way_round(files: &dyn Files, pending: &Pending) -> bool {
    pending.reject(files).is_ok() && retake::store::commit_with(files, &pending.accepted, NEW.as_bytes()).is_ok()
}

/// Where a fault leaves something that is neither before nor after.
fn broken(accept: fn(&dyn Files, &Pending) -> bool) -> Vec<String> {
    let calls = {
        let (_folder, pending) = folder();
        let files = Faulty::default();
        assert!(accept(&files, &pending));
        files.calls()
    };
    let mut broken = Vec::new();
    for (call, name) in calls.iter().enumerate() {
        for (when, fault) in [
            (When::At(call), Fault::Error(EIO)),
            (When::At(call), Fault::Error(ENOSPC)),
            (When::At(call), Fault::Error(EROFS)),
            (When::From(call), Fault::Killed),
        ] {
            let (folder, pending) = folder();
            let is_accepted = accept(&Faulty::planned(when, fault), &pending);

            let read = |path: &Path| fs::read_to_string(path).ok();
            let (accepted, waiting) = (read(&pending.accepted), read(&pending.pending));
            let before = accepted.as_deref() == Some(OLD) && waiting.as_deref() == Some(NEW);
            let after = accepted.as_deref() == Some(NEW) && waiting.as_deref().is_none_or(|waiting| waiting == NEW);
            let is_tidy = fault == Fault::Killed || names(folder.path()).iter().all(|name| !name.starts_with('.'));
            if !(before || after) || !is_tidy || (is_accepted && !after) {
                broken.push(format!("{fault:?} at {name}: accepted {accepted:?}, pending {waiting:?}"));
            }
        }
    }
    broken
}

#[test]
fn a_fault_at_any_call_loses_neither_what_was_accepted_nor_what_is_pending() {
    assert_eq!(broken(accept), [""; 0]);
}

#[test]
fn the_same_faults_lose_what_is_removed_before_it_is_committed() {
    let broken = broken(accept_the_wrong_way_round);

    assert!(broken.iter().any(|broken| broken.contains("pending None")), "{broken:?}");
}
