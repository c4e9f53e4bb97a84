//! What can be wrong with the client, and what finds it.

use std::fmt;

/// One way of being wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    SignsWrongly,
    SignsForAnotherRegion,
    SendsNoSignature,
    SignsFirstRequestOnly,
    AddsSlash,
    AsksForAnotherResource,
    EncodesGivenTokenTwice,
    SendsPageSizeZero,
    BeginsWithEmptyToken,
    DropsToken,
    EncodesTokenTwice,
    EncodesSpaceAsPlus,
    CutsLongToken,
    SendsTokenUnderAnotherName,
    ChangesResourceOnPage2,
    StopsAfterFirstPage,
    StopsAfterShortPage,
    StopsAfterEmptyPage,
    GoesOnWithoutToken,
    GoesOnAfterNullToken,
    GoesOnAfterEmptyToken,
    RestartsAfterThrottle,
    LosesLastPage,
    TurnsItemsRound,
    TakesItemsTwice,
    DropsRepeatedItems,
    ReadsTextAsLatin1,
    CutsTimesToSeconds,
    ForgetsMember,
    IgnoresChunks,
    ReusesClosedConnection,
    Loops,
    RunsAway,
    TakesPageErrorForTheEnd,
    BeginsAgainAfterPageError,
    IsOutOfDate,
    FailsOnUnknownValue,
    DropsItemOfUnknownValue,
    TakesUnknownValueForTheFirst,
    FailsOnUnknownMember,
    FailsOnNull,
    MakesUpMissingFlag,
    TakesCutBodyForTheEnd,
    TakesNoJsonForNothing,
    MapsEveryErrorToOne,
    IgnoresTypeHeader,
    KeepsUri,
    KeepsNamespace,
    ReadsBodyBeforeHeader,
    LosesUnmodelledCode,
    LosesStatusWithoutName,
    FailsToReadErrorPage,
    NeverRetriesThrottle,
    NeverRetriesReset,
    NeverRetriesOpaqueError,
    RetriesRefusal,
    RetriesTooOften,
    HidesExhaustion,
    AsksOnAfterError,
    AddsPageSize,
    DropsPageSizeOnPage2,
    LosesUnknownValue,
    ReadsWrongTypeAsNothing,
    LosesMessage,
    RetriesAtOnce,
    IgnoresHint,
    CrashesOnEmptyPage,
    HangsOnEmptyPage,
    IgnoresEndpoint,
}

/// What finds a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// This must check fails, and no other.
    Must(&'static str),
    /// This check warns, and none fails.
    Should(&'static str),
    /// This check tells of it, and none fails.
    Info(&'static str),
    /// The scenario's verdict.
    Verdict(&'static str),
    /// Nothing: no request came.
    NoEvidence,
}

/// Each fault with what finds it, and a scenario that shows it.
pub(crate) const FAULTS: &[(Fault, Found, &str)] = &[
    (Fault::SignsWrongly, Found::Must("request.signed"), "request/signature"),
    (Fault::SignsForAnotherRegion, Found::Must("request.signed"), "baseline/one-page"),
    (Fault::SendsNoSignature, Found::Must("request.signed"), "baseline/one-page"),
    (Fault::SignsFirstRequestOnly, Found::Must("request.signed"), "baseline/two-pages"),
    (Fault::AddsSlash, Found::Must("request.route"), "baseline/one-page"),
    (Fault::AsksForAnotherResource, Found::Must("request.route"), "baseline/one-page"),
    (Fault::EncodesGivenTokenTwice, Found::Must("request.encoding"), "request/token-escaping"),
    (Fault::SendsPageSizeZero, Found::Must("request.member"), "baseline/one-page"),
    (Fault::BeginsWithEmptyToken, Found::Must("pagination.first-has-no-token"), "baseline/two-pages"),
    (Fault::DropsToken, Found::Must("pagination.token-verbatim"), "baseline/two-pages"),
    (Fault::EncodesTokenTwice, Found::Must("pagination.token-verbatim"), "page/token-special"),
    (Fault::EncodesSpaceAsPlus, Found::Must("pagination.token-verbatim"), "page/token-special"),
    (Fault::CutsLongToken, Found::Must("pagination.token-verbatim"), "page/token-longest"),
    (Fault::SendsTokenUnderAnotherName, Found::Must("pagination.token-verbatim"), "baseline/two-pages"),
    (Fault::ChangesResourceOnPage2, Found::Must("pagination.inputs-stable"), "baseline/two-pages"),
    (Fault::StopsAfterFirstPage, Found::Must("pagination.continues-past-page"), "baseline/three-pages"),
    (Fault::StopsAfterShortPage, Found::Must("pagination.continues-past-page"), "page/short-page"),
    (Fault::StopsAfterEmptyPage, Found::Must("pagination.continues-past-empty-page"), "page/empty-middle"),
    (Fault::GoesOnWithoutToken, Found::Must("pagination.stops-on-absent-token"), "page/token-absent"),
    (Fault::GoesOnAfterNullToken, Found::Must("pagination.stops-on-null-token"), "page/token-null"),
    (Fault::GoesOnAfterEmptyToken, Found::Must("pagination.stops-on-empty-token"), "page/token-empty"),
    (Fault::RestartsAfterThrottle, Found::Must("pagination.retry-keeps-token"), "page/throttle-page-2"),
    (Fault::LosesLastPage, Found::Must("pagination.items-in-order"), "baseline/three-pages"),
    (Fault::TurnsItemsRound, Found::Must("pagination.items-in-order"), "baseline/one-page"),
    (Fault::TakesItemsTwice, Found::Must("pagination.items-in-order"), "baseline/one-page"),
    (Fault::DropsRepeatedItems, Found::Must("pagination.items-in-order"), "page/duplicate-item"),
    (Fault::ReadsTextAsLatin1, Found::Must("pagination.items-in-order"), "baseline/unicode"),
    (Fault::CutsTimesToSeconds, Found::Must("pagination.items-in-order"), "baseline/one-page"),
    (Fault::ForgetsMember, Found::Must("pagination.items-in-order"), "baseline/all-optional"),
    (Fault::IgnoresChunks, Found::Must("pagination.items-in-order"), "bytes/chunked"),
    (Fault::ReusesClosedConnection, Found::Must("pagination.continues-past-page"), "bytes/connection-close"),
    (Fault::Loops, Found::Must("pagination.repeated-token"), "page/same-token"),
    (Fault::RunsAway, Found::Must("pagination.repeated-token"), "page/same-token"),
    (Fault::TakesPageErrorForTheEnd, Found::Must("pagination.no-silent-truncation"), "page/error-page-2"),
    (Fault::BeginsAgainAfterPageError, Found::Must("pagination.error-mid-walk"), "page/error-page-2"),
    (
        Fault::IsOutOfDate,
        Found::Must("enum.known-value"),
        "enum/image-set-workflow-status-updating-for-study-consistency",
    ),
    (Fault::FailsOnUnknownValue, Found::Must("enum.unknown-survives"), "enum/image-set-state-unknown"),
    (Fault::DropsItemOfUnknownValue, Found::Must("enum.unknown-isolated"), "enum/image-set-state-wrong-case"),
    (
        Fault::TakesUnknownValueForTheFirst,
        Found::Must("enum.unknown-not-aliased"),
        "enum/image-set-workflow-status-empty",
    ),
    (Fault::FailsOnUnknownMember, Found::Must("shape.unknown-member-ignored"), "bytes/unknown-members"),
    (Fault::FailsOnNull, Found::Must("shape.null-optional"), "bytes/null-optional"),
    (Fault::MakesUpMissingFlag, Found::Must("shape.null-optional"), "baseline/no-optional"),
    (Fault::TakesCutBodyForTheEnd, Found::Must("shape.truncated"), "bytes/cut-body"),
    (Fault::TakesNoJsonForNothing, Found::Must("shape.not-json"), "bytes/html-200"),
    (Fault::MapsEveryErrorToOne, Found::Must("error.typed"), "error/validation-header"),
    (Fault::IgnoresTypeHeader, Found::Must("error.type-sources"), "error/conflict-header"),
    (Fault::KeepsUri, Found::Must("error.type-sources"), "error/conflict-header-uri"),
    (Fault::KeepsNamespace, Found::Must("error.type-sources"), "error/throttling-type-namespace"),
    (Fault::ReadsBodyBeforeHeader, Found::Must("error.type-sources"), "error/disagree-header-body"),
    (Fault::LosesUnmodelledCode, Found::Must("error.unmodelled"), "error/unmodelled"),
    (Fault::LosesStatusWithoutName, Found::Must("error.untyped"), "error/untyped-403"),
    (Fault::FailsToReadErrorPage, Found::Must("error.opaque-body"), "error/html-500"),
    (Fault::NeverRetriesThrottle, Found::Must("retry.throttled-then-ok"), "retry/429-twice"),
    (Fault::NeverRetriesReset, Found::Must("retry.transient-then-ok"), "retry/reset-head"),
    (Fault::NeverRetriesOpaqueError, Found::Must("retry.opaque-transient"), "retry/empty-503"),
    (Fault::RetriesRefusal, Found::Must("retry.never-on-client-fault"), "retry/conflict-not-retried"),
    (Fault::RetriesTooOften, Found::Must("retry.bounded"), "retry/429-forever"),
    (Fault::HidesExhaustion, Found::Must("retry.exhausted-surfaces"), "retry/429-forever"),
    (Fault::AsksOnAfterError, Found::Must("retry.no-unexplained-request"), "retry/conflict-not-retried"),
    (Fault::AddsPageSize, Found::Should("pagination.page-size-kept"), "request/page-size-absent"),
    (Fault::DropsPageSizeOnPage2, Found::Should("pagination.page-size-kept"), "request/page-size-given"),
    (Fault::LosesUnknownValue, Found::Should("enum.unknown-preserved"), "enum/image-set-state-unknown"),
    (Fault::ReadsWrongTypeAsNothing, Found::Should("shape.wrong-type"), "bytes/iso-timestamp"),
    (Fault::LosesMessage, Found::Should("error.message"), "error/validation-header"),
    (Fault::RetriesAtOnce, Found::Info("retry.backs-off"), "retry/429-once"),
    (Fault::IgnoresHint, Found::Info("retry.hint"), "retry/retry-after"),
    (Fault::CrashesOnEmptyPage, Found::Verdict("crashed"), "page/empty-middle"),
    (Fault::HangsOnEmptyPage, Found::Verdict("hung"), "page/empty-middle"),
    (Fault::IgnoresEndpoint, Found::NoEvidence, "baseline/one-page"),
];

impl fmt::Display for Fault {
    /// Its name as an argument: `drops-token`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = format!("{self:?}");
        for (index, letter) in name.char_indices() {
            if letter.is_ascii_uppercase() && index > 0 {
                f.write_str("-")?;
            }
            write!(f, "{}", letter.to_ascii_lowercase())?;
        }
        Ok(())
    }
}

impl Found {
    /// The check or verdict.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Must(check) | Self::Should(check) | Self::Info(check) => check,
            Self::Verdict(verdict) => verdict,
            Self::NoEvidence => "no request",
        }
    }

    /// Whether a check finds it.
    pub(crate) fn is_check(self) -> bool {
        match self {
            Self::Must(_) | Self::Should(_) | Self::Info(_) => true,
            Self::Verdict(_) | Self::NoEvidence => false,
        }
    }
}
