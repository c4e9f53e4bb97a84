//! In which order the checks of a client are asked.
//!
//! First what any request must be; then the checks that the scenario is for; then the rows, one
//! for each thing that a client does wrong; then what nothing else explains.

use super::super::finding::Judgement;
use super::{Client, enums, error, items, paging, request, retry, shape, tokens};

/// A check's function.
pub(super) type Judge = for<'a> fn(&Client<'_, 'a>) -> Judgement<'a>;

/// Where in the order a check is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// What any request must be.
    Request,
    /// What the scenario is for.
    Own,
    /// What else a client does wrong.
    Row,
    /// What nothing else explains.
    Last,
}

/// What any request must be.
static REQUEST: &[(&str, Judge)] = &[
    ("request.signed", request::signed),
    ("request.route", request::route),
    ("request.encoding", request::encoding),
    ("request.member", request::member),
];

/// Causes that a scenario need not be for.
static ROWS: &[(&str, Judge)] = &[
    ("pagination.first-has-no-token", tokens::first_has_no_token),
    ("pagination.token-verbatim", tokens::token_verbatim),
    ("pagination.inputs-stable", tokens::inputs_stable),
    ("pagination.page-size-kept", tokens::page_size_kept),
    ("pagination.continues-past-page", paging::continues_past_page),
    ("pagination.continues-past-empty-page", paging::continues_past_empty_page),
    ("pagination.stops-on-absent-token", paging::stops_on_absent_token),
    ("pagination.stops-on-null-token", paging::stops_on_null_token),
    ("pagination.stops-on-empty-token", paging::stops_on_empty_token),
    ("pagination.retry-keeps-token", tokens::retry_keeps_token),
    ("pagination.items-in-order", items::in_order),
    ("pagination.no-silent-truncation", items::no_silent_truncation),
    ("retry.throttled-then-ok", retry::throttled_then_ok),
    ("retry.transient-then-ok", retry::transient_then_ok),
    ("retry.opaque-transient", retry::opaque_transient),
    ("retry.never-on-client-fault", retry::never_on_client_fault),
    ("retry.bounded", retry::bounded),
    ("retry.exhausted-surfaces", retry::exhausted_surfaces),
    ("retry.backs-off", retry::backs_off),
];

/// What nothing else explains.
static LAST: &[(&str, Judge)] = &[
    ("evidence.script-consumed", items::script_consumed),
    ("retry.no-unexplained-request", retry::no_unexplained_request),
];

/// Checks that are asked only where a scenario is for them.
static OWN: &[(&str, Judge)] = &[
    ("pagination.repeated-token", paging::repeated_token),
    ("pagination.cycle-bounded", paging::cycle_bounded),
    ("pagination.error-mid-walk", paging::error_mid_walk),
    ("enum.known-value", enums::known_value),
    ("enum.unknown-survives", enums::unknown_survives),
    ("enum.unknown-isolated", enums::unknown_isolated),
    ("enum.unknown-not-aliased", enums::unknown_not_aliased),
    ("enum.unknown-preserved", enums::unknown_preserved),
    ("shape.unknown-member-ignored", shape::unknown_member_ignored),
    ("shape.null-optional", shape::null_optional),
    ("shape.wrong-type", shape::wrong_type),
    ("shape.truncated", shape::truncated),
    ("shape.not-json", shape::not_json),
    ("error.typed", error::typed),
    ("error.type-sources", error::type_sources),
    ("error.message", error::message),
    ("error.unmodelled", error::unmodelled),
    ("error.untyped", error::untyped),
    ("error.opaque-body", error::opaque_body),
    ("retry.hint", retry::hint),
];

/// The checks in the order in which they are asked in a scenario that is for these.
pub(super) fn order(judges: &[&'static str]) -> Vec<(Stage, &'static str, Judge)> {
    let of = |table: &'static [(&'static str, Judge)], stage| {
        let rest = move |(id, _): &&(&'static str, Judge)| !judges.contains(id);
        table.iter().filter(rest).map(move |(id, judge)| (stage, *id, *judge))
    };
    // What any request must be comes first also where a scenario is for it.
    let is_request = |id: &str| REQUEST.iter().any(|(other, _)| *other == id);
    let own = judges.iter().filter(|id| !is_request(id)).filter_map(|id| Some((Stage::Own, *id, judge(id)?)));
    let request = REQUEST.iter().map(|(id, judge)| (Stage::Request, *id, *judge));
    request.chain(own).chain(of(ROWS, Stage::Row)).chain(of(LAST, Stage::Last)).collect()
}

/// The function of a check.
fn judge(id: &str) -> Option<Judge> {
    let mut all = REQUEST.iter().chain(OWN).chain(ROWS).chain(LAST);
    all.find(|(known, _)| *known == id).map(|(_, judge)| *judge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Side, check, checks_for};

    #[test]
    fn every_check_of_a_client_has_its_function_and_its_place() {
        for check in checks_for(Side::Client) {
            let tables = [REQUEST, OWN, ROWS, LAST];
            let places = tables.iter().filter(|table| table.iter().any(|(id, _)| *id == check.id)).count();

            assert_eq!(places, 1, "{}", check.id);
        }
        for (id, _) in [REQUEST, OWN, ROWS, LAST].concat() {
            assert!(check(id).is_some(), "{id} is in no catalogue");
        }
    }

    #[test]
    fn asks_no_check_twice_and_the_scenarios_own_before_the_rows() {
        let order = order(&["request.signed", "retry.bounded", "error.typed"]);
        let ids: Vec<&str> = order.iter().map(|(_, id, _)| *id).collect();

        assert_eq!(
            ids[..6],
            ["request.signed", "request.route", "request.encoding", "request.member", "retry.bounded", "error.typed"]
        );
        assert_eq!(ids[ids.len() - 2..], ["evidence.script-consumed", "retry.no-unexplained-request"]);
        let mut unique = ids.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), ids.len());
    }
}
