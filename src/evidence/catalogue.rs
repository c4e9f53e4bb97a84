//! The catalogue of checks: data in one place, from which help, documentation
//! and reports are made. A new check is one row here and one pure function in `verify`.

use crate::spec::Level;

/// A check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// Its stable name: `family.name`.
    pub id: &'static str,
    /// Whom it judges.
    pub sides: &'static [Side],
    /// How serious a failure is (`shape.rule`: each rule says so itself).
    pub level: Level,
    /// When it holds.
    pub holds: &'static str,
}

/// Whom a check judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// A client.
    Client,
    /// A mock, or the service.
    Mock,
    /// A recording.
    Recording,
}

/// The checks that judge this side, in the order of the catalogue.
pub fn checks_for(side: Side) -> impl Iterator<Item = &'static Check> {
    CATALOGUE.iter().filter(move |check| check.sides.contains(&side))
}

/// The check of an id.
pub fn check(id: &str) -> Option<&'static Check> {
    CATALOGUE.iter().find(|check| check.id == id)
}

/// Every check.
pub static CATALOGUE: &[Check] = &[
    Check {
        id: "pagination.stops-on-absent-token",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "no request follows a page without a token",
    },
    Check {
        id: "pagination.stops-on-null-token",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "`null` ends the walk",
    },
    Check {
        id: "pagination.stops-on-empty-token",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "`\"\"` ends the walk",
    },
    Check {
        id: "pagination.continues-past-page",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "a page with items and a token (also a short one) is followed by another request",
    },
    Check {
        id: "pagination.continues-past-empty-page",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "an empty list with a token is followed by another request; later items are not lost",
    },
    Check {
        id: "pagination.token-verbatim",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "the next request carries exactly the last token (byte-equal after percent-decoding)",
    },
    Check {
        id: "pagination.inputs-stable",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "every other input is the same on every page",
    },
    Check {
        id: "pagination.page-size-kept",
        sides: &[Side::Client],
        level: Level::Should,
        holds: "the page size is sent on every page when it was given, on none when it was not",
    },
    Check {
        id: "pagination.first-has-no-token",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "no token on the first request unless the caller gave one",
    },
    Check {
        id: "pagination.items-in-order",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "items reach the caller in page order, none lost, none invented",
    },
    Check {
        id: "pagination.repeated-token",
        sides: &[Side::Client],
        level: Level::Info,
        holds: "what the client does on the same token twice: `stops`, `errors` or `loops` (must, where the spec's `client.repeated_token` declares what is allowed)",
    },
    Check {
        id: "pagination.cycle-bounded",
        sides: &[Side::Client],
        level: Level::Should,
        holds: "tokens A,B,A,B end within the request budget",
    },
    Check {
        id: "pagination.no-silent-truncation",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "a walk that stops for any reason but a legal end is visible to the caller; a stop that `client.repeated_token` allows is a legal end",
    },
    Check {
        id: "pagination.error-mid-walk",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "an error on page n surfaces; no page is fetched twice after it",
    },
    Check {
        id: "pagination.retry-keeps-token",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "a retried page request equals the first attempt in token and inputs",
    },
    Check {
        id: "pagination.token-advances",
        sides: &[Side::Mock, Side::Recording],
        level: Level::Must,
        holds: "no token comes twice in one walk",
    },
    Check {
        id: "pagination.token-opaque",
        sides: &[Side::Mock],
        level: Level::Should,
        holds: "tokens are not item ids and not counters",
    },
    Check {
        id: "pagination.token-only-when-more",
        sides: &[Side::Mock, Side::Recording],
        level: Level::Must,
        holds: "a token is present exactly when there is more (an empty last page is a warning)",
    },
    Check {
        id: "pagination.page-size-respected",
        sides: &[Side::Mock, Side::Recording],
        level: Level::Must,
        holds: "no page is longer than the page size",
    },
    Check {
        id: "pagination.page-size-bounds",
        sides: &[Side::Mock],
        level: Level::Must,
        holds: "0, above the maximum, not a number: the modelled validation error",
    },
    Check {
        id: "pagination.bad-token-rejected",
        sides: &[Side::Mock],
        level: Level::Must,
        holds: "unknown, empty, tampered tokens get a modelled client error",
    },
    Check {
        id: "pagination.token-bound-to-inputs",
        sides: &[Side::Mock],
        level: Level::Should,
        holds: "a token of another resource is rejected",
    },
    Check {
        id: "pagination.no-overlap",
        sides: &[Side::Mock, Side::Recording],
        level: Level::Must,
        holds: "no item (by `identity`) comes twice in one walk",
    },
    Check {
        id: "pagination.page-size-invariance",
        sides: &[Side::Mock, Side::Recording],
        level: Level::Must,
        holds: "walks with page size 1, 2 and the maximum give the same items",
    },
    Check {
        id: "pagination.walk-closed",
        sides: &[Side::Mock, Side::Recording],
        level: Level::Must,
        holds: "a walk ends with a last page; a recorded walk marked `unfinished` is info",
    },
    Check {
        id: "pagination.token-length",
        sides: &[Side::Mock, Side::Recording],
        level: Level::Must,
        holds: "1 to 8192 ASCII",
    },
    Check {
        id: "enum.known-value",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "each modelled value reaches the caller as itself",
    },
    Check {
        id: "enum.unknown-survives",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "an unmodelled value does not fail the call, also in a required member",
    },
    Check {
        id: "enum.unknown-preserved",
        sides: &[Side::Client],
        level: Level::Should,
        holds: "the caller can read the raw value",
    },
    Check {
        id: "enum.unknown-isolated",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "other members and items are intact",
    },
    Check {
        id: "enum.unknown-not-aliased",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "it is not mapped onto a known value",
    },
    Check {
        id: "enum.modelled",
        sides: &[Side::Mock, Side::Recording],
        level: Level::Must,
        holds: "every value is in the spec or in a dated deviation",
    },
    Check {
        id: "shape.required",
        sides: &[Side::Mock, Side::Recording],
        level: Level::Must,
        holds: "required members are present and not null",
    },
    Check {
        id: "shape.type",
        sides: &[Side::Mock, Side::Recording],
        level: Level::Must,
        holds: "JSON types are as modelled (a version id is a string of digits, a timestamp a number of seconds)",
    },
    Check {
        id: "shape.constraint",
        sides: &[Side::Mock, Side::Recording],
        level: Level::Should,
        holds: "patterns, lengths and ranges hold",
    },
    Check {
        id: "shape.wire-name",
        sides: &[Side::Mock, Side::Recording],
        level: Level::Must,
        holds: "member names are spelled as modelled; a case variant is named as such",
    },
    Check {
        id: "shape.unknown-member",
        sides: &[Side::Mock, Side::Recording],
        level: Level::Info,
        holds: "members the spec does not know",
    },
    Check {
        id: "shape.rule",
        sides: &[Side::Mock, Side::Recording],
        level: Level::Should,
        holds: "the spec's cross-member rules",
    },
    Check {
        id: "shape.unknown-member-ignored",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "extra members at any depth do not fail the call",
    },
    Check {
        id: "shape.null-optional",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "null for an optional member is as its absence",
    },
    Check {
        id: "shape.wrong-type",
        sides: &[Side::Client],
        level: Level::Should,
        holds: "a wrong JSON type gives an error, the value as sent, or its exact text; another value or a silently missing one is a finding",
    },
    Check {
        id: "shape.truncated",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "a cut-off 200 never becomes a silently shorter or empty result",
    },
    Check {
        id: "shape.not-json",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "a 200 that is not JSON never becomes a silently empty result",
    },
    Check {
        id: "error.typed",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "each modelled error reaches the caller under its own name",
    },
    Check {
        id: "error.type-sources",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "the name is found in the header, `code` or `__type`; URI and namespace are stripped; the header wins",
    },
    Check {
        id: "error.message",
        sides: &[Side::Client],
        level: Level::Should,
        holds: "the service's message reaches the caller",
    },
    Check {
        id: "error.unmodelled",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "an unknown error keeps its code and status, and is no success",
    },
    Check {
        id: "error.untyped",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "with no type at all the outcome is an error and keeps the wire's status",
    },
    Check {
        id: "error.opaque-body",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "HTML, text or empty error bodies keep the status visible",
    },
    Check {
        id: "error.declared",
        sides: &[Side::Mock, Side::Recording],
        level: Level::Must,
        holds: "the type is one that the spec declares, and the body has `message`",
    },
    Check {
        id: "error.not-in-success",
        sides: &[Side::Mock, Side::Recording],
        level: Level::Must,
        holds: "a success status carries no error type and no error body",
    },
    Check {
        id: "error.status-matches-type",
        sides: &[Side::Mock, Side::Recording],
        level: Level::Must,
        holds: "the status is the one of the type",
    },
    Check {
        id: "retry.throttled-then-ok",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "429 then 200 is a success",
    },
    Check {
        id: "retry.transient-then-ok",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "500, 502, 503, 504, reset or stall, then 200 is a success",
    },
    Check {
        id: "retry.opaque-transient",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "the same with an HTML, empty or truncated error body",
    },
    Check {
        id: "retry.bounded",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "never more attempts than declared",
    },
    Check {
        id: "retry.never-on-client-fault",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "400, 403, 404, 409 are not retried",
    },
    Check {
        id: "retry.backs-off",
        sides: &[Side::Client],
        level: Level::Info,
        holds: "whether there is a gap before a retry",
    },
    Check {
        id: "retry.hint",
        sides: &[Side::Client],
        level: Level::Info,
        holds: "whether `Retry-After` / `x-amz-retry-after` is honoured",
    },
    Check {
        id: "retry.exhausted-surfaces",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "when attempts run out, the service's error is what the caller sees",
    },
    Check {
        id: "retry.no-unexplained-request",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "no request comes that neither paging nor retrying explains",
    },
    Check {
        id: "request.route",
        sides: &[Side::Client, Side::Recording],
        level: Level::Must,
        holds: "method, path and members are the operation's",
    },
    Check {
        id: "request.encoding",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "members are percent-encoded so that they decode to what the caller gave",
    },
    Check {
        id: "request.member",
        sides: &[Side::Client, Side::Recording],
        level: Level::Must,
        holds: "members satisfy type and range; in a recording a violating request holds if a modelled client error answered it, and fails if a success did; what a scenario's input violates on purpose is not the client's fault",
    },
    Check {
        id: "request.bad-id-rejected",
        sides: &[Side::Mock],
        level: Level::Must,
        holds: "a malformed id gets the modelled validation error, an unknown one the not-found error",
    },
    Check {
        id: "request.unsigned-rejected",
        sides: &[Side::Mock],
        level: Level::Info,
        holds: "whether an unsigned or wrongly signed request is refused",
    },
    Check {
        id: "answer.as-recorded",
        sides: &[Side::Mock],
        level: Level::Must,
        holds: "a recorded request gets the recorded answer, as far as `--match` asks (without `--cassette`: not-exercised)",
    },
    Check {
        id: "request.signed",
        sides: &[Side::Client],
        level: Level::Must,
        holds: "the SigV4 signature verifies for service, region, date and host",
    },
    Check {
        id: "evidence.script-consumed",
        sides: &[Side::Client],
        level: Level::Info,
        holds: "every scripted step was met, where no other check says why not",
    },
    Check {
        id: "evidence.age",
        sides: &[Side::Recording],
        level: Level::Should,
        holds: "the cassette is younger than `--max-age` (without it: not-exercised)",
    },
    Check {
        id: "evidence.origin",
        sides: &[Side::Recording],
        level: Level::Must,
        holds: "`--require-origin` is met (without it: not-exercised)",
    },
    Check { id: "evidence.sealed", sides: &[Side::Recording], level: Level::Must, holds: "the seal is whole" },
    Check {
        id: "evidence.redacted",
        sides: &[Side::Recording],
        level: Level::Must,
        holds: "no secret detector fires on what is stored",
    },
];
