//! Which function is which check, and which check hides which.
//!
//! A new check is a row in the catalogue, a row here and a function.

use super::case::Case;
use super::case::Cases;
use super::finding::Judgement;
use super::walk_case::WalkCase;
use super::{enums, error, evidence, pagination, refusing, request, shape, tokens};
use crate::evidence::{Demands, RecordingFacts};

/// A check's function, by what it looks at.
#[derive(Clone, Copy)]
pub(super) enum Judge {
    /// One exchange.
    Exchange(for<'a> fn(&Case<'a>) -> Judgement<'a>),
    /// One walk through a listing.
    Walk(for<'a> fn(&Cases<'a>, &WalkCase<'a>) -> Judgement<'a>),
    /// All walks through the same listing; one judgement for each.
    Family(for<'a> fn(&[&WalkCase<'a>]) -> Vec<Judgement<'a>>),
    /// Nothing here: it is held against a recording, by [`super::recorded`].
    Apart,
    /// A recording as a whole.
    Recording(fn(&RecordingFacts, &Demands) -> Judgement<'static>),
}

static JUDGES: &[(&str, Judge)] = &[
    ("pagination.token-advances", Judge::Walk(pagination::token_advances)),
    ("pagination.token-opaque", Judge::Walk(tokens::opaque)),
    ("pagination.token-only-when-more", Judge::Family(pagination::token_only_when_more)),
    ("pagination.page-size-respected", Judge::Walk(pagination::page_size_respected)),
    ("pagination.page-size-bounds", Judge::Exchange(refusing::page_size_bounds)),
    ("pagination.bad-token-rejected", Judge::Exchange(refusing::bad_token)),
    ("pagination.token-bound-to-inputs", Judge::Exchange(refusing::foreign_token)),
    ("pagination.no-overlap", Judge::Walk(pagination::no_overlap)),
    ("pagination.page-size-invariance", Judge::Family(pagination::page_size_invariance)),
    ("pagination.walk-closed", Judge::Walk(pagination::walk_closed)),
    ("pagination.token-length", Judge::Walk(pagination::token_length)),
    ("enum.modelled", Judge::Exchange(enums::modelled)),
    ("shape.required", Judge::Exchange(shape::required)),
    ("shape.type", Judge::Exchange(shape::types)),
    ("shape.constraint", Judge::Exchange(shape::constraint)),
    ("shape.wire-name", Judge::Exchange(shape::wire_name)),
    ("shape.unknown-member", Judge::Exchange(shape::unknown_member)),
    ("shape.rule", Judge::Exchange(shape::rule)),
    ("error.declared", Judge::Exchange(error::declared)),
    ("error.not-in-success", Judge::Exchange(error::not_in_success)),
    ("error.status-matches-type", Judge::Exchange(error::status_matches_type)),
    ("request.route", Judge::Exchange(request::route)),
    ("request.member", Judge::Exchange(request::member)),
    ("request.bad-id-rejected", Judge::Exchange(refusing::bad_id)),
    ("request.unsigned-rejected", Judge::Exchange(refusing::unsigned)),
    ("answer.as-recorded", Judge::Apart),
    ("evidence.age", Judge::Recording(evidence::age)),
    ("evidence.origin", Judge::Recording(evidence::origin)),
    ("evidence.sealed", Judge::Recording(evidence::sealed)),
    ("evidence.redacted", Judge::Recording(evidence::redacted)),
];

/// Of each chain, the first check that fails hides those behind it.
static CHAINS: &[&[&str]] = &[
    &[
        "error.not-in-success",
        "error.declared",
        "error.status-matches-type",
        "request.bad-id-rejected",
        "pagination.page-size-bounds",
        "pagination.bad-token-rejected",
        "pagination.token-bound-to-inputs",
    ],
    &["shape.wire-name", "shape.required", "shape.type", "enum.modelled", "shape.constraint", "shape.rule"],
    &[
        "pagination.token-length",
        "pagination.token-advances",
        "pagination.page-size-respected",
        "pagination.no-overlap",
        "pagination.token-only-when-more",
        "pagination.walk-closed",
        "pagination.page-size-invariance",
    ],
    &["request.route", "request.member"],
];

/// The function of a check, if it judges what was recorded or answered.
pub(super) fn judge(id: &str) -> Option<Judge> {
    JUDGES.iter().find(|(known, _)| *known == id).map(|(_, judge)| *judge)
}

/// The chain that a check is part of: itself alone, if no other hides it.
pub(super) fn chain_of(id: &'static str) -> Vec<&'static str> {
    CHAINS.iter().find(|chain| chain.contains(&id)).map_or_else(|| vec![id], |chain| chain.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Side, check, checks_for};
    use std::mem::discriminant;

    #[test]
    fn every_check_of_a_recording_or_a_mock_has_its_function() {
        for check in checks_for(Side::Recording).chain(checks_for(Side::Mock)) {
            assert!(judge(check.id).is_some(), "{} has no function", check.id);
        }
    }

    #[test]
    fn every_function_and_link_of_a_chain_is_a_check() {
        for id in JUDGES.iter().map(|(id, _)| id).chain(CHAINS.iter().copied().flatten()) {
            assert!(check(id).is_some(), "{id} is in no catalogue");
        }
    }

    #[test]
    fn the_checks_of_a_chain_look_at_the_same_thing() {
        let walks = |judge: Judge| matches!(judge, Judge::Walk(_) | Judge::Family(_));
        for chain in CHAINS {
            let judges: Vec<Judge> = chain.iter().filter_map(|id| judge(id)).collect();

            let same = judges
                .windows(2)
                .all(|two| discriminant(&two[0]) == discriminant(&two[1]) || (walks(two[0]) && walks(two[1])));

            assert!(same, "{chain:?}");
        }
    }
}
