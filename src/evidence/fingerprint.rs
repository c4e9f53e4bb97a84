//! How a client behaves, as a table of words: its fingerprint, made to be snapshotted.
//!
//! [`TRAITS`] says which keys there are, what each may say, and which scenarios show it. The words of
//! one run come from `verify`; a report of several runs [joins](join) them. A trait is no verdict: where
//! the contract asks for one of its words, a check says so.

/// A trait of a client, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trait {
    /// Its key, one of [`TRAITS`].
    pub key: &'static str,
    /// What was seen; different things joined by `, `, in sorted order.
    pub value: String,
}

/// What a key of a fingerprint means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraitKind {
    /// The key.
    pub key: &'static str,
    /// The question that it answers.
    pub asks: &'static str,
    /// The words that it may say; none for a number.
    pub values: &'static [&'static str],
    /// The scenarios that show it.
    pub shown_by: &'static str,
}

const fn kind(
    key: &'static str,
    asks: &'static str,
    values: &'static [&'static str],
    shown_by: &'static str,
) -> TraitKind {
    TraitKind { key, asks, values, shown_by }
}

const WALKS: &[&str] = &["stops", "goes-on", "errors"];
const ENUMS: &[&str] = &["preserved", "wrapped", "lost", "aliased", "dropped", "errors"];
const TYPES: &[&str] = &["read", "kept", "misread", "lost", "errors"];
const BODIES: &[&str] = &["error", "silent", "read"];
const NAMES: &[&str] = &["typed", "lost"];
const STATUSES: &[&str] = &["status-kept", "status-lost"];
const RETRIES: &[&str] = &["retried", "not-retried"];
const HINTS: &[&str] = &["honoured", "ignored"];

/// Every key, in the order of a report. A key that nothing was seen of is left out there.
pub static TRAITS: &[TraitKind] = &[
    kind("absent-token", "what follows a page without a token", WALKS, "page/token-absent"),
    kind("null-token", "what follows a page whose token is null", WALKS, "page/token-null"),
    kind("empty-token", "what follows a page whose token is empty", WALKS, "page/token-empty"),
    kind("repeated-token", "what follows the same token twice", &["stops", "errors", "loops"], "page/same-token"),
    kind("token-cycle", "what comes of tokens A, B, A, B", &["stops", "errors", "loops"], "page/cycle-*"),
    kind("empty-page", "what follows an empty page with a token", WALKS, "page/empty-then-items, page/empty-middle"),
    kind("missing-list", "what a page without its list is", &["empty", "errors"], "page/list-absent"),
    kind("null-list", "what a page whose list is null is", &["empty", "errors"], "page/list-null"),
    kind(
        "page-error",
        "whether the caller sees an error on a later page",
        &["surfaces", "hidden"],
        "page/error-page-2",
    ),
    kind("unknown-enum", "what the caller gets of a value that the spec does not have", ENUMS, "enum/*-unknown"),
    kind("empty-enum", "what the caller gets of an empty value", ENUMS, "enum/*-empty"),
    kind("wrong-case-enum", "what the caller gets of a value in the wrong case", ENUMS, "enum/*-wrong-case"),
    kind(
        "wrong-type-enum",
        "what the caller gets of a value that is no text",
        &["preserved", "lost", "misread", "errors"],
        "enum/*-wrong-type",
    ),
    kind(
        "unknown-member",
        "what a member does that the spec does not have",
        &["ignored", "errors"],
        "bytes/unknown-members",
    ),
    kind("iso-timestamp", "what becomes of a time in words", TYPES, "bytes/iso-timestamp"),
    kind("numeric-string", "what becomes of a number in quotes", TYPES, "bytes/numeric-string"),
    kind(
        "duplicate-keys",
        "which value a member has that stands twice",
        &["first", "last", "other", "errors"],
        "bytes/duplicate-keys",
    ),
    kind("truncated-json", "what a success is whose JSON breaks off", BODIES, "bytes/truncated-json"),
    kind("cut-body", "what a success is that ends before its length", BODIES, "bytes/cut-body"),
    kind("not-json", "what a success is that is text", BODIES, "bytes/not-json"),
    kind("html-200", "what a success is that is an HTML page", BODIES, "bytes/html-200"),
    kind("empty-200", "what a success without a body is", BODIES, "bytes/empty-200"),
    kind("trailing-garbage", "what a success is that goes on behind its JSON", BODIES, "bytes/trailing-garbage"),
    kind("bom", "what a success is that begins with a byte order mark", BODIES, "bytes/bom"),
    kind("error-header", "whether the error's name in the header is found", NAMES, "error/*-header"),
    kind("error-header-uri", "whether it is found with a URI behind it", NAMES, "error/*-header-uri"),
    kind("error-code", "whether the error's name in `code` is found", NAMES, "error/*-code"),
    kind("error-type", "whether the error's name in `__type` is found", NAMES, "error/*-type"),
    kind("error-type-namespace", "whether it is found with a namespace before it", NAMES, "error/*-type-namespace"),
    kind(
        "header-or-body",
        "which name counts where header and body differ",
        &["header", "body", "neither"],
        "error/disagree-header-body",
    ),
    kind(
        "code-or-type",
        "which name counts where `code` and `__type` differ",
        &["code", "type", "neither"],
        "error/disagree-code-type",
    ),
    kind(
        "unmodelled-error",
        "whether the name of an error that the spec does not have is kept",
        &["kept", "lost"],
        "error/unmodelled",
    ),
    kind("untyped-error", "whether the status of an error without a name is kept", STATUSES, "error/untyped-*"),
    kind("html-error", "whether the status of an HTML page is kept", STATUSES, "error/html-*"),
    kind("empty-error", "whether the status of an error without a body is kept", STATUSES, "error/empty-*"),
    kind(
        "truncated-error",
        "whether the status of an error is kept whose JSON breaks off",
        STATUSES,
        "error/truncated-*",
    ),
    kind(
        "throttled-attempts",
        "how many requests come for a page that is throttled for ever",
        &[],
        "retry/429-forever",
    ),
    kind("throttle", "whether a throttled request is sent again", RETRIES, "retry/429-once, retry/429-twice"),
    kind(
        "server-error",
        "whether a request is sent again that the server failed at",
        RETRIES,
        "retry/500-once, -502-, -503-, -504-",
    ),
    kind("reset-head", "whether a request is sent again that got no answer", RETRIES, "retry/reset-head"),
    kind("reset-body", "whether a request is sent again whose answer broke off", RETRIES, "retry/reset-body"),
    kind("stall", "whether a request is sent again that got no answer in time", RETRIES, "retry/stall"),
    kind(
        "opaque-503",
        "whether a request is sent again whose error cannot be read",
        RETRIES,
        "retry/html-503, retry/empty-503, retry/truncated-503",
    ),
    kind("client-fault", "whether a request is sent again that was the client's fault", RETRIES, "retry/*-not-retried"),
    kind("retry-after", "whether the client waits as `Retry-After` says", HINTS, "retry/retry-after"),
    kind("x-amz-retry-after", "whether the client waits as `x-amz-retry-after` says", HINTS, "retry/x-amz-retry-after"),
];

/// The kind of a key.
pub fn kind_of(key: &str) -> Option<&'static TraitKind> {
    TRAITS.iter().find(|kind| kind.key == key)
}

/// Takes the traits of another run in: what is seen twice is said once, what differs is said side by side.
pub fn join(mine: &mut Vec<Trait>, theirs: Vec<Trait>) {
    for new in theirs {
        match mine.iter_mut().find(|known| known.key == new.key) {
            Some(known) => known.value = joined(&known.value, &new.value),
            None => mine.push(new),
        }
    }
    mine.sort_by_key(|known| TRAITS.iter().position(|kind| kind.key == known.key));
}

fn joined(mine: &str, theirs: &str) -> String {
    let mut values: Vec<&str> = mine.split(", ").chain(theirs.split(", ")).collect();
    values.sort_unstable();
    values.dedup();
    values.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(key: &'static str, value: &str) -> Trait {
        Trait { key, value: value.to_owned() }
    }

    #[test]
    fn has_each_key_once() {
        for (index, kind) in TRAITS.iter().enumerate() {
            assert_eq!(TRAITS.iter().position(|other| other.key == kind.key), Some(index), "{}", kind.key);
            assert!(kind.values.iter().all(|value| !value.contains(',')), "{}", kind.key);
        }
    }

    #[test]
    fn joins_what_differs_and_keeps_the_order_of_the_table() {
        let mut traits = vec![seen("throttle", "retried")];

        join(&mut traits, vec![seen("error-code", "typed")]);
        join(&mut traits, vec![seen("error-code", "lost"), seen("throttle", "retried")]);
        join(&mut traits, vec![seen("error-code", "typed")]);

        assert_eq!(traits, [seen("error-code", "lost, typed"), seen("throttle", "retried")]);
    }
}
