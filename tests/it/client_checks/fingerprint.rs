//! How a client behaves, as a report tells it. The words for each client were written down by hand.

use super::client::Fault;
use super::subject::{all, judge, play, report, scenario, specs, whole_report};
use retake::evidence::fingerprint::TRAITS;
use retake::evidence::{ChildEnd, Outcome, Report, TraitKind};

/// What a client shows that is wrong in nothing, as its code is written.
const SOUND: &[(&str, &str)] = &[
    ("absent-token", "stops"),
    ("null-token", "stops"),
    ("empty-token", "stops"),
    ("repeated-token", "errors"),
    ("token-cycle", "errors"),
    ("empty-page", "goes-on"),
    ("missing-list", "empty"),
    ("null-list", "empty"),
    ("page-error", "surfaces"),
    ("unknown-enum", "preserved"),
    ("empty-enum", "preserved"),
    ("wrong-case-enum", "preserved"),
    ("wrong-type-enum", "errors"),
    ("unknown-member", "ignored"),
    ("iso-timestamp", "errors"),
    ("numeric-string", "errors"),
    ("duplicate-keys", "last"),
    ("truncated-json", "error"),
    ("cut-body", "error"),
    ("not-json", "error"),
    ("html-200", "error"),
    ("empty-200", "error"),
    ("trailing-garbage", "error"),
    ("bom", "error"),
    ("error-header", "typed"),
    ("error-header-uri", "typed"),
    ("error-code", "typed"),
    ("error-type", "typed"),
    ("error-type-namespace", "typed"),
    ("header-or-body", "header"),
    ("code-or-type", "code"),
    ("unmodelled-error", "kept"),
    ("untyped-error", "status-kept"),
    ("html-error", "status-kept"),
    ("empty-error", "status-kept"),
    ("truncated-error", "status-kept"),
    ("throttled-attempts", "3"),
    ("throttle", "retried"),
    ("server-error", "retried"),
    ("reset-head", "retried"),
    ("reset-body", "retried"),
    ("stall", "retried"),
    ("opaque-503", "retried"),
    ("client-fault", "not-retried"),
    ("retry-after", "honoured"),
    ("x-amz-retry-after", "honoured"),
];

/// The client takes values of a wrong type as they are, unless it is wrong in nothing or strict with values.
const LENIENT: &[(&str, &str)] =
    &[("wrong-type-enum", "preserved"), ("iso-timestamp", "kept"), ("numeric-string", "kept")];

fn shown(report: &Report) -> Vec<(&'static str, &str)> {
    report.fingerprint.iter().map(|seen| (seen.key, seen.value.as_str())).collect()
}

#[test]
fn a_client_that_is_wrong_in_nothing_shows_every_trait_in_the_order_of_the_table() {
    let report = whole_report(&specs(), Fault::None);

    assert_eq!(shown(&report), SOUND);
    assert_eq!(report.fingerprint.len(), TRAITS.len());
}

#[test]
fn each_way_of_being_wrong_changes_its_own_traits_and_no_other() {
    let cases: &[(Fault, &[(&str, &str)])] = &[
        (Fault::GoesOnWithoutToken, &[("absent-token", "goes-on")]),
        (Fault::GoesOnAfterNullToken, &[("null-token", "goes-on")]),
        (Fault::GoesOnAfterEmptyToken, &[("empty-token", "goes-on")]),
        (Fault::Loops, &[("repeated-token", "loops"), ("token-cycle", "loops")]),
        (Fault::StopsAfterEmptyPage, &[("empty-page", "stops"), ("missing-list", "lost"), ("null-list", "lost")]),
        (Fault::TakesPageErrorForTheEnd, &[("page-error", "hidden")]),
        (
            Fault::FailsOnUnknownValue,
            &[("unknown-enum", "errors"), ("empty-enum", "errors"), ("wrong-case-enum", "errors")],
        ),
        (
            Fault::DropsItemOfUnknownValue,
            &[("unknown-enum", "dropped"), ("empty-enum", "dropped"), ("wrong-case-enum", "dropped")],
        ),
        (
            Fault::TakesUnknownValueForTheFirst,
            &[("unknown-enum", "aliased"), ("empty-enum", "aliased"), ("wrong-case-enum", "aliased")],
        ),
        (Fault::LosesUnknownValue, &[("unknown-enum", "lost"), ("empty-enum", "lost"), ("wrong-case-enum", "lost")]),
        (Fault::FailsOnUnknownMember, &[("unknown-member", "errors")]),
        (
            Fault::ReadsWrongTypeAsNothing,
            &[("wrong-type-enum", "lost"), ("iso-timestamp", "lost"), ("numeric-string", "lost")],
        ),
        (Fault::TakesCutBodyForTheEnd, &[("truncated-json", "silent"), ("cut-body", "silent")]),
        (
            Fault::IgnoresTypeHeader,
            &[("error-header", "lost"), ("error-header-uri", "lost"), ("header-or-body", "body")],
        ),
        (Fault::KeepsUri, &[("error-header-uri", "lost")]),
        (Fault::KeepsNamespace, &[("error-type-namespace", "lost")]),
        (Fault::ReadsBodyBeforeHeader, &[("header-or-body", "body")]),
        (Fault::LosesUnmodelledCode, &[("unmodelled-error", "lost")]),
        (Fault::RetriesTooOften, &[("throttled-attempts", "6")]),
        (Fault::NeverRetriesThrottle, &[("throttled-attempts", "1"), ("throttle", "not-retried")]),
        (Fault::NeverRetriesOpaqueError, &[("opaque-503", "not-retried")]),
        (Fault::RetriesRefusal, &[("client-fault", "retried")]),
        (Fault::IgnoresHint, &[("retry-after", "ignored"), ("x-amz-retry-after", "ignored")]),
    ];
    for (fault, expected) in cases {
        let report = whole_report(&specs(), *fault);
        let changed: Vec<(&str, &str)> =
            shown(&report).into_iter().filter(|seen| !SOUND.contains(seen) && !LENIENT.contains(seen)).collect();

        assert_eq!(&changed, expected, "{fault:?}");
    }
}

#[test]
fn only_what_the_wire_shows_is_told_of_a_client_that_says_nothing() {
    let specs = specs();
    let mut whole = Report::default();
    for scenario in all() {
        let (script, trace) = play(&specs, scenario, Fault::None);
        whole.merge(judge(&specs, &script, &trace, None));
    }

    let keys: Vec<&str> = shown(&whole).into_iter().map(|(key, _)| key).collect();
    assert_eq!(
        keys.join(" "),
        "absent-token null-token empty-token empty-page throttled-attempts throttle server-error reset-head \
         reset-body stall opaque-503 client-fault retry-after x-amz-retry-after"
    );
}

#[test]
fn an_exit_code_says_whether_there_was_an_error_and_not_which() {
    let specs = specs();
    let cases = [
        ("bytes/not-json", 0, Some("silent")),
        ("bytes/not-json", 1, Some("error")),
        ("bytes/bom", 0, None),
        ("bytes/unknown-members", 0, Some("ignored")),
        ("enum/image-set-state-unknown", 0, None),
        ("enum/image-set-state-unknown", 1, Some("errors")),
        ("error/validation-header", 1, None),
        ("error/html-403", 1, None),
        ("page/error-page-2", 0, Some("hidden")),
        ("page/same-token", 1, Some("errors")),
    ];
    for (id, code, expected) in cases {
        let (script, trace) = play(&specs, scenario(id), Fault::None);
        let outcome = Outcome::Exit(ChildEnd::Exit(code));

        let report = judge(&specs, &script, &trace, Some(&outcome));

        assert_eq!(shown(&report).first().map(|(_, value)| *value), expected, "{id} {code}");
    }
}

#[test]
fn a_scenario_shows_one_trait_at_most_and_only_its_own() {
    let specs = specs();
    for scenario in all() {
        let report = report(&specs, scenario, Fault::None);
        let expected = TraitKind::shown_in(&scenario.id).map(|kind| kind.key);

        assert_eq!(shown(&report).first().map(|(key, _)| *key), expected, "{}", scenario.id);
        assert!(report.fingerprint.len() <= 1, "{}", scenario.id);
    }
}

#[test]
fn every_word_is_one_of_the_tables() {
    let specs = specs();
    for fault in [Fault::None, Fault::Loops, Fault::TakesNoJsonForNothing, Fault::MapsEveryErrorToOne] {
        for seen in whole_report(&specs, fault).fingerprint {
            let kind = TRAITS.iter().find(|kind| kind.key == seen.key).unwrap();
            let is_word =
                |word: &str| kind.values.contains(&word) || (kind.values.is_empty() && word.parse::<u32>().is_ok());

            assert!(seen.value.split(", ").all(is_word), "{fault:?} {seen:?}");
        }
    }
}
