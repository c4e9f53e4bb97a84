//! Clients that do not come back, that never come, or whose haste has to be measured.

use super::client::Fault;
use super::verified::driven;

#[test]
fn a_client_that_crashes_loses_those_scenarios_and_no_other() {
    let verified = driven(Fault::CrashesOnEmptyPage, &["--jobs", "4", "--timeout", "1", "--select", "page/*"]);

    verified.run.assert_code(1);
    let lost = ["empty-no-token", "empty-then-items", "empty-middle", "list-null", "list-absent"];
    assert_eq!(verified.scenarios("crashed"), lost.map(|case| format!("page/{case}")));
    assert_eq!(verified.scenarios("pass").len(), 18 - lost.len());
    assert_eq!(verified.checks("fail"), Vec::<&str>::new());
}

#[test]
fn a_client_that_hangs_is_ended_and_the_rest_is_judged() {
    let select = ["--select", "page/empty-middle", "--select", "baseline/*"];
    let verified = driven(Fault::HangsOnEmptyPage, &[&select[..], &["--jobs", "2", "--timeout", "0.2"]].concat());

    verified.run.assert_code(1);
    assert_eq!(verified.scenarios("hung"), ["page/empty-middle"]);
    assert_eq!(verified.scenarios("pass").len(), 7);
    assert_eq!(verified.checks("fail"), Vec::<&str>::new());
}

#[test]
fn a_client_that_runs_away_is_stopped_and_found_by_what_it_did() {
    let select = ["--select", "page/same-token", "--select", "page/cycle-*", "--select", "baseline/*"];
    let verified = driven(Fault::RunsAway, &[&select[..], &["--jobs", "4"]].concat());

    verified.run.assert_code(1);
    assert_eq!(verified.scenarios("runaway"), ["page/same-token", "page/cycle-2", "page/cycle-3"]);
    assert_eq!(verified.scenarios("pass").len(), 7);
    assert_eq!(verified.checks("fail"), ["pagination.repeated-token"]);
    assert_eq!(verified.report["fingerprint"]["repeated-token"], "loops");
}

#[test]
fn a_client_that_goes_elsewhere_proves_nothing_and_is_told_where_to_go() {
    let verified = driven(Fault::IgnoresEndpoint, &["--select", "baseline/*"]);

    verified.run.assert_code(3).assert_stderr("endpoint");
    assert_eq!(verified.report["verdict"], "no-evidence");
    assert_eq!(verified.checks("pass"), Vec::<&str>::new());
}

#[test]
fn a_client_that_asks_again_at_once_is_told_of() {
    // On a busy machine it is not as fast as it would be; what it never does is wait.
    let is_seen = || {
        let verified = driven(Fault::RetriesAtOnce, &["--jobs", "1", "--select", "retry/429-*"]);
        verified.run.assert_code(0);
        verified.checks("info") == ["retry.backs-off"]
    };

    assert!((0..10).any(|_| is_seen()));
}
