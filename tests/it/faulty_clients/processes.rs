//! Each fault as a process, over all scenarios.

use super::client::fault::Found;
use super::client::{FAULTS, Fault};
use super::verified::{Verified, driven};
use std::iter;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Most of the time passes in the pauses that scenarios ask for; so they pass beside each other.
/// The time-out is long enough for a busy machine: a client that gives up there and asks again would be told so.
const FLAGS: &[&str] = &["--jobs", "8", "--timeout", "5"];
const AT_ONCE: usize = 8;

#[test]
fn a_client_without_faults_holds_every_check_and_exercises_all() {
    let verified = driven(Fault::None, FLAGS);

    verified.run.assert_code(0);
    assert_eq!(verified.findings(), Vec::<String>::new());
    assert_eq!(verified.checks("not-exercised"), Vec::<&str>::new());
    assert_eq!(verified.scenarios("pass").len(), 149);
    let score = &verified.report["score"];
    assert_eq!((&score["must"]["held"], &score["should"]["held"]), (&score["must"]["of"], &score["should"]["of"]));
}

#[test]
fn each_fault_is_found_by_its_own_check_and_by_no_other_must() {
    let wrong = Mutex::new(Vec::new());
    let found = FAULTS.iter().copied().filter(|(fault, found, _)| found.is_check() && *fault != Fault::RetriesAtOnce);

    for_each(found, |(fault, found, scenario)| {
        let verified = driven(fault, FLAGS);
        if let Err(why) = judge(&verified, found, scenario) {
            let findings = verified.findings();
            wrong.lock().unwrap().push(format!("{fault}, {found:?}: {why}\n{findings:#?}\n{}", verified.run.stderr));
        }
    });

    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Runs something for each of these, some at once.
fn for_each<T: Copy + Send>(all: impl IntoIterator<Item = T>, run: impl Fn(T) + Sync) {
    let all: Mutex<Vec<T>> = Mutex::new(all.into_iter().collect());
    let next = || all.lock().unwrap_or_else(PoisonError::into_inner).pop();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| iter::from_fn(next).for_each(&run));
        }
    });
}

fn judge(verified: &Verified, found: Found, scenario: &str) -> Result<(), String> {
    let (check, verdict, failed, code) = match found {
        Found::Must(check) => (check, "fail", vec![check], 1),
        Found::Should(check) => (check, "warn", vec![], 0),
        Found::Info(check) => (check, "info", vec![], 0),
        Found::Verdict(_) | Found::NoEvidence => return Err("no check is to find it".to_owned()),
    };
    if verified.run.code != code {
        return Err(format!("exit code {code} expected, {} found", verified.run.code));
    }
    if verified.checks("fail") != failed {
        return Err(format!("{failed:?} expected to fail, {:?} found", verified.checks("fail")));
    }
    let shown = format!("{verdict} {check} {scenario}: ");
    if !verified.findings().iter().any(|finding| finding.starts_with(&shown)) {
        return Err(format!("no {shown}"));
    }
    Ok(())
}
