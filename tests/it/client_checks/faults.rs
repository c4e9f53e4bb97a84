//! Each fault, and the one check under which it is found.

use super::client::fault::Found;
use super::client::{FAULTS, Fault};
use super::subject::{report, scenario, specs, whole_report, with_verdict};
use retake::evidence::{CheckVerdict, RunVerdict};

/// The faults that need no process, with what finds them.
fn faults() -> impl Iterator<Item = (Fault, Found, &'static str)> {
    FAULTS.iter().copied().filter(|(fault, _, _)| !needs_process(*fault))
}

/// Whether it is in what a process does beside asking and answering.
fn needs_process(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::SignsForAnotherRegion
            | Fault::SendsNoSignature
            | Fault::SignsFirstRequestOnly
            | Fault::IgnoresChunks
            | Fault::ReusesClosedConnection
            | Fault::RunsAway
            | Fault::CrashesOnEmptyPage
            | Fault::HangsOnEmptyPage
            | Fault::IgnoresEndpoint
    )
}

#[test]
fn a_client_without_faults_holds_every_check_and_exercises_all() {
    let whole = whole_report(&specs(), Fault::None);

    assert!(whole.findings.is_empty(), "{whole}");
    assert_eq!(with_verdict(&whole, CheckVerdict::NotExercised), Vec::<&str>::new());
    assert_eq!(whole.verdict(), RunVerdict::Pass);
    assert_eq!(whole.ledger.scenarios, 149);
}

#[test]
fn each_fault_fails_its_own_check_and_no_other() {
    let specs = specs();
    let mut wrong = Vec::new();
    for (fault, found, id) in faults() {
        let Found::Must(check) = found else { continue };
        let whole = whole_report(&specs, fault);

        let failed = with_verdict(&whole, CheckVerdict::Fail);
        if failed != [check] {
            let others = whole.findings.iter().filter(|finding| finding.verdict == CheckVerdict::Fail);
            let others = others.filter(|finding| finding.check.id != check).take(3);
            let others: Vec<String> = others
                .map(|finding| format!("{:?}: {} ({:?})", finding.scenario, finding.message, finding.found))
                .collect();
            wrong.push(format!("{fault:?}: {check} expected, {failed:?} found, {others:#?}"));
        }
        let report = report(&specs, scenario(id), fault);
        if with_verdict(&report, CheckVerdict::Fail) != [check] {
            wrong.push(format!("{fault:?} in {id}: {report}"));
        }
        assert_eq!(whole.verdict(), RunVerdict::Fail, "{fault:?}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_not_a_must_warns_or_informs_and_fails_nothing() {
    let specs = specs();
    for (fault, found, id) in faults() {
        let (check, verdict) = match found {
            Found::Should(check) => (check, CheckVerdict::Warn),
            Found::Info(check) => (check, CheckVerdict::Info),
            Found::Must(_) | Found::Verdict(_) | Found::NoEvidence => continue,
        };
        let whole = whole_report(&specs, fault);

        assert_eq!(with_verdict(&whole, CheckVerdict::Fail), Vec::<&str>::new(), "{fault:?}: {whole}");
        assert!(with_verdict(&whole, verdict).contains(&check), "{fault:?}: {whole}");
        let report = report(&specs, scenario(id), fault);
        assert_eq!(with_verdict(&report, verdict), [check], "{fault:?} in {id}");
    }
}

#[test]
fn there_is_a_fault_for_every_must_check_of_a_client() {
    use retake::evidence::{Side, checks_for};
    use retake::spec::Level;

    let found: Vec<&str> = faults().map(|(_, found, _)| found.name()).collect();
    let musts = checks_for(Side::Client).filter(|check| check.level == Level::Must);
    let missing: Vec<&str> = musts.map(|check| check.id).filter(|id| !found.contains(id)).collect();

    assert_eq!(missing, Vec::<&str>::new());
}
