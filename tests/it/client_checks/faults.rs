//! Each fault, and the one check under which it is found.

use super::client::Fault;
use super::subject::{report, scenario, specs, whole_report, with_verdict};
use retake::evidence::{CheckVerdict, RunVerdict};

/// A fault, the must check that fails by it alone, and a scenario that shows it.
const MUST: &[(Fault, &str, &str)] = &[
    (Fault::SignsWrongly, "request.signed", "request/signature"),
    (Fault::AddsSlash, "request.route", "baseline/one-page"),
    (Fault::AsksForAnotherResource, "request.route", "baseline/one-page"),
    (Fault::EncodesGivenTokenTwice, "request.encoding", "request/token-escaping"),
    (Fault::SendsPageSizeZero, "request.member", "baseline/one-page"),
    (Fault::BeginsWithEmptyToken, "pagination.first-has-no-token", "baseline/two-pages"),
    (Fault::DropsToken, "pagination.token-verbatim", "baseline/two-pages"),
    (Fault::EncodesTokenTwice, "pagination.token-verbatim", "page/token-special"),
    (Fault::SendsTokenUnderAnotherName, "pagination.token-verbatim", "baseline/two-pages"),
    (Fault::ChangesResourceOnPage2, "pagination.inputs-stable", "baseline/two-pages"),
    (Fault::StopsAfterFirstPage, "pagination.continues-past-page", "baseline/three-pages"),
    (Fault::StopsAfterShortPage, "pagination.continues-past-page", "page/short-page"),
    (Fault::StopsAfterEmptyPage, "pagination.continues-past-empty-page", "page/empty-middle"),
    (Fault::GoesOnWithoutToken, "pagination.stops-on-absent-token", "page/token-absent"),
    (Fault::GoesOnAfterNullToken, "pagination.stops-on-null-token", "page/token-null"),
    (Fault::GoesOnAfterEmptyToken, "pagination.stops-on-empty-token", "page/token-empty"),
    (Fault::RestartsAfterThrottle, "pagination.retry-keeps-token", "page/throttle-page-2"),
    (Fault::LosesLastPage, "pagination.items-in-order", "baseline/three-pages"),
    (Fault::TurnsItemsRound, "pagination.items-in-order", "baseline/one-page"),
    (Fault::TakesItemsTwice, "pagination.items-in-order", "baseline/one-page"),
    (Fault::DropsRepeatedItems, "pagination.items-in-order", "page/duplicate-item"),
    (Fault::Loops, "pagination.repeated-token", "page/same-token"),
    (Fault::TakesPageErrorForTheEnd, "pagination.no-silent-truncation", "page/error-page-2"),
    (Fault::BeginsAgainAfterPageError, "pagination.error-mid-walk", "page/error-page-2"),
    (Fault::IsOutOfDate, "enum.known-value", "enum/image-set-workflow-status-updating-for-study-consistency"),
    (Fault::FailsOnUnknownValue, "enum.unknown-survives", "enum/image-set-state-unknown"),
    (Fault::DropsItemOfUnknownValue, "enum.unknown-isolated", "enum/image-set-state-wrong-case"),
    (Fault::TakesUnknownValueForTheFirst, "enum.unknown-not-aliased", "enum/image-set-workflow-status-empty"),
    (Fault::FailsOnUnknownMember, "shape.unknown-member-ignored", "bytes/unknown-members"),
    (Fault::FailsOnNull, "shape.null-optional", "bytes/null-optional"),
    (Fault::MakesUpMissingFlag, "shape.null-optional", "baseline/no-optional"),
    (Fault::TakesCutBodyForTheEnd, "shape.truncated", "bytes/cut-body"),
    (Fault::TakesNoJsonForNothing, "shape.not-json", "bytes/html-200"),
    (Fault::MapsEveryErrorToOne, "error.typed", "error/validation-header"),
    (Fault::IgnoresTypeHeader, "error.type-sources", "error/conflict-header"),
    (Fault::KeepsUri, "error.type-sources", "error/conflict-header-uri"),
    (Fault::KeepsNamespace, "error.type-sources", "error/throttling-type-namespace"),
    (Fault::ReadsBodyBeforeHeader, "error.type-sources", "error/disagree-header-body"),
    (Fault::LosesUnmodelledCode, "error.unmodelled", "error/unmodelled"),
    (Fault::LosesStatusWithoutName, "error.untyped", "error/untyped-403"),
    (Fault::FailsToReadErrorPage, "error.opaque-body", "error/html-500"),
    (Fault::NeverRetriesThrottle, "retry.throttled-then-ok", "retry/429-twice"),
    (Fault::NeverRetriesReset, "retry.transient-then-ok", "retry/reset-head"),
    (Fault::NeverRetriesOpaqueError, "retry.opaque-transient", "retry/empty-503"),
    (Fault::RetriesRefusal, "retry.never-on-client-fault", "retry/conflict-not-retried"),
    (Fault::RetriesTooOften, "retry.bounded", "retry/429-forever"),
    (Fault::HidesExhaustion, "retry.exhausted-surfaces", "retry/429-forever"),
    (Fault::AsksOnAfterError, "retry.no-unexplained-request", "retry/conflict-not-retried"),
];

/// A fault, and the should check that warns of it alone.
const SHOULD: &[(Fault, &str, &str)] = &[
    (Fault::AddsPageSize, "pagination.page-size-kept", "request/page-size-absent"),
    (Fault::DropsPageSizeOnPage2, "pagination.page-size-kept", "request/page-size-given"),
    (Fault::LosesUnknownValue, "enum.unknown-preserved", "enum/image-set-state-unknown"),
    (Fault::ReadsWrongTypeAsNothing, "shape.wrong-type", "bytes/iso-timestamp"),
    (Fault::LosesMessage, "error.message", "error/validation-header"),
];

/// A fault that is only reported.
const INFO: &[(Fault, &str, &str)] = &[
    (Fault::RetriesAtOnce, "retry.backs-off", "retry/429-once"),
    (Fault::IgnoresHint, "retry.hint", "retry/retry-after"),
];

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
    for (fault, check, id) in MUST {
        let whole = whole_report(&specs, *fault);

        let failed = with_verdict(&whole, CheckVerdict::Fail);
        if failed != [*check] {
            let others = whole.findings.iter().filter(|finding| finding.verdict == CheckVerdict::Fail);
            let others = others.filter(|finding| finding.check.id != *check).take(3);
            let others: Vec<String> = others
                .map(|finding| format!("{:?}: {} ({:?})", finding.scenario, finding.message, finding.found))
                .collect();
            wrong.push(format!("{fault:?}: {check} expected, {failed:?} found, {others:#?}"));
        }
        let report = report(&specs, scenario(id), *fault);
        if with_verdict(&report, CheckVerdict::Fail) != [*check] {
            wrong.push(format!("{fault:?} in {id}: {report}"));
        }
        assert_eq!(whole.verdict(), RunVerdict::Fail, "{fault:?}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_not_a_must_warns_or_informs_and_fails_nothing() {
    let specs = specs();
    for (faults, verdict) in [(SHOULD, CheckVerdict::Warn), (INFO, CheckVerdict::Info)] {
        for (fault, check, id) in faults {
            let whole = whole_report(&specs, *fault);

            assert_eq!(with_verdict(&whole, CheckVerdict::Fail), Vec::<&str>::new(), "{fault:?}: {whole}");
            assert!(with_verdict(&whole, verdict).contains(check), "{fault:?}: {whole}");
            let report = report(&specs, scenario(id), *fault);
            assert_eq!(with_verdict(&report, verdict), [*check], "{fault:?} in {id}");
        }
    }
}

#[test]
fn there_is_a_fault_for_every_must_check_of_a_client() {
    use retake::evidence::{Side, checks_for};
    use retake::spec::Level;

    let found: Vec<&str> = MUST.iter().map(|(_, check, _)| *check).collect();
    let musts = checks_for(Side::Client).filter(|check| check.level == Level::Must);
    let missing: Vec<&str> = musts.map(|check| check.id).filter(|id| !found.contains(id)).collect();

    assert_eq!(missing, Vec::<&str>::new());
}
