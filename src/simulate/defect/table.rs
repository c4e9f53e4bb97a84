//! Every defect: its id, what it does, and its function; in the order of the catalogue of checks.

use super::{Change, Defect, Effect, errors, inputs, pages, rules, shapes, tokens};

const fn answers(id: &'static str, what: &'static str, change: Change) -> Defect {
    Defect { id, what, effect: Effect::Answers(change) }
}

/// Every defect.
pub(super) static DEFECTS: &[Defect] = &[
    answers("pagination.token-advances/constant", "every page gives the token of the first", tokens::constant),
    answers(
        "pagination.token-advances/alternating",
        "the third page gives the token of the first",
        tokens::alternating,
    ),
    answers("pagination.token-opaque/item-id", "the token is the id of the last item", tokens::item_id),
    answers("pagination.token-opaque/counter", "the token is a number of items", tokens::counter),
    answers("pagination.token-opaque/encoded-counter", "the same, in base64", tokens::encoded_counter),
    answers(
        "pagination.token-only-when-more/refused",
        "the last page has a token, which is refused",
        tokens::refused_after_last,
    ),
    answers(
        "pagination.token-only-when-more/empty-page",
        "the last page has a token, which leads to an empty page",
        tokens::empty_after_last,
    ),
    answers("pagination.token-only-when-more/early-end", "the page before the last has no token", tokens::early_end),
    answers("pagination.page-size-respected/one-more", "a page has one item more than was asked for", pages::one_more),
    answers("pagination.page-size-respected/ignored", "the page size is ignored", pages::size_ignored),
    answers("pagination.page-size-bounds/zero", "page size 0 is taken", inputs::size_zero),
    answers(
        "pagination.page-size-bounds/above-maximum",
        "a page size beyond the maximum is taken",
        inputs::size_above_maximum,
    ),
    answers("pagination.page-size-bounds/no-number", "a page size that is no number is taken", inputs::size_no_number),
    answers("pagination.bad-token-rejected/empty", "the empty token is taken", inputs::token_empty),
    answers(
        "pagination.bad-token-rejected/tampered",
        "a token with another last character is taken",
        inputs::token_tampered,
    ),
    answers(
        "pagination.bad-token-rejected/unknown",
        "a token that looks like no other is taken",
        inputs::token_unknown,
    ),
    answers("pagination.token-bound-to-inputs/foreign", "a token of another resource is taken", inputs::token_foreign),
    answers(
        "pagination.no-overlap/last-item-again",
        "a page begins with the last item of the page before",
        pages::last_item_again,
    ),
    answers("pagination.page-size-invariance/lost-item", "the second page lacks its first item", pages::lost_item),
    answers("pagination.walk-closed/endless", "behind the last page come empty ones without end", tokens::endless),
    answers("pagination.token-length/empty", "a page with another behind it gives the empty token", tokens::empty),
    answers("pagination.token-length/too-long", "the token is one character longer than it may be", tokens::too_long),
    answers("pagination.token-length/not-ascii", "the token has a letter that is not ASCII", tokens::not_ascii),
    answers("enum.modelled/new-value", "an enum has a value that the spec does not list", shapes::new_enum_value),
    answers("enum.modelled/lower-case", "an enum value is in lower case", shapes::lower_case_enum),
    answers("shape.required/absent", "a required member is missing", shapes::required_absent),
    answers("shape.required/null", "a required member is null", shapes::required_null),
    answers("shape.required/empty-body", "a success has no body", shapes::empty_body),
    answers("shape.type/iso-timestamp", "times are texts instead of seconds", shapes::iso_timestamp),
    answers("shape.type/numeric-id", "a string of digits is a number", shapes::numeric_id),
    answers("shape.type/string-for-boolean", "a boolean is a string", shapes::string_for_boolean),
    answers("shape.type/html", "a success is an HTML page", shapes::html),
    answers("shape.type/truncated", "the JSON of a success breaks off", shapes::truncated),
    answers("shape.constraint/malformed", "a text is one that its type refuses", shapes::malformed),
    answers("shape.wire-name/small-i", "a member that begins with a capital I has a small one", shapes::small_i),
    answers("shape.wire-name/other-case", "a member has its first letter in the other case", shapes::other_case),
    answers("shape.wire-name/capitals", "all members begin with a capital letter", shapes::capitals),
    answers("shape.unknown-member/extra", "a success has a member that the spec does not know", shapes::extra),
    answers("shape.rule/order", "two members are in the wrong order", rules::order),
    answers("shape.rule/value", "a member has a value that a rule forbids", rules::value),
    answers("error.declared/untyped", "no error says its type", errors::untyped),
    answers("error.declared/undeclared", "errors have a type that the spec does not declare", errors::undeclared),
    answers("error.declared/no-message", "no error has a message", errors::no_message),
    answers(
        "error.declared/capital-message",
        "the message of an error is spelled with a capital",
        errors::capital_message,
    ),
    answers("error.not-in-success/error-body", "an error is a success with an error body", errors::success_with_body),
    answers(
        "error.not-in-success/error-type",
        "an error is a success with an error type in the header",
        errors::success_with_type,
    ),
    answers("error.status-matches-type/always-400", "every error has the status 400", errors::always_400),
    answers("error.status-matches-type/always-500", "every error has the status 500", errors::always_500),
    answers("request.bad-id-rejected/malformed-taken", "a malformed identifier is taken", inputs::malformed_taken),
    answers("request.bad-id-rejected/unknown-taken", "an identifier that nobody has is taken", inputs::unknown_taken),
    answers(
        "request.bad-id-rejected/malformed-as-unknown",
        "a malformed identifier gets the not-found error",
        inputs::malformed_as_unknown,
    ),
    answers(
        "request.bad-id-rejected/unknown-as-malformed",
        "an identifier that nobody has gets the validation error",
        inputs::unknown_as_malformed,
    ),
    Defect {
        id: "request.unsigned-rejected/taken",
        what: "requests are answered whatever their signature",
        effect: Effect::Signatures,
    },
    answers(
        "answer.as-recorded/one-item-fewer",
        "the listing ends one item earlier than it does",
        pages::one_item_fewer,
    ),
];
