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
    /// What it says.
    pub says: &'static str,
    /// The words that it says it in; none for a number.
    pub values: &'static [&'static str],
    /// The scenarios that show it: `*` stands for any name that a spec gives, `#` for a status.
    pub shown_by: &'static [&'static str],
}

const fn row(
    key: &'static str,
    says: &'static str,
    values: &'static [&'static str],
    shown_by: &'static [&'static str],
) -> TraitKind {
    TraitKind { key, says, values, shown_by }
}

const WALK: &[&str] = &["stops", "goes-on", "errors"];
const CYCLE: &[&str] = &["stops", "errors", "loops"];
const LIST: &[&str] = &["empty", "lost", "errors"];
const ENUM: &[&str] = &["preserved", "wrapped", "lost", "aliased", "dropped", "errors"];
const TYPE: &[&str] = &["read", "kept", "misread", "lost", "errors"];
const BODY: &[&str] = &["error", "silent", "read"];
const NAME: &[&str] = &["typed", "lost"];
const STATUS: &[&str] = &["status-kept", "status-lost"];
const RETRY: &[&str] = &["retried", "not-retried"];
const HINT: &[&str] = &["honoured", "ignored"];

/// Every key, in the order of a report. A key that nothing was seen of is left out there.
#[rustfmt::skip]
pub static TRAITS: &[TraitKind] = &[
    row("absent-token", "what follows a page without a token", WALK, &["page/token-absent"]),
    row("null-token", "what follows a page whose token is null", WALK, &["page/token-null"]),
    row("empty-token", "what follows a page whose token is empty", WALK, &["page/token-empty"]),
    row("repeated-token", "what follows a token that comes twice", CYCLE, &["page/same-token"]),
    row("token-cycle", "what follows tokens that come round, A, B, A, B", CYCLE, &["page/cycle-2", "page/cycle-3"]),
    row("empty-page", "what follows an empty page with a token", WALK, &["page/empty-then-items", "page/empty-middle"]),
    row("missing-list", "what a page without its list is (lost: items of other pages are gone)", LIST, &["page/list-absent"]),
    row("null-list", "what a page whose list is null is", LIST, &["page/list-null"]),
    row("page-error", "whether the caller sees the error of a later page", &["surfaces", "hidden"], &["page/error-page-2"]),
    row("unknown-enum", "what the caller gets of a value that the spec does not list (dropped: its item is gone)", ENUM, &["enum/*-unknown"]),
    row("empty-enum", "what the caller gets of an empty value", ENUM, &["enum/*-empty"]),
    row("wrong-case-enum", "what the caller gets of a value in the wrong case", ENUM, &["enum/*-wrong-case"]),
    row("wrong-type-enum", "what the caller gets of a number in its place", &["preserved", "lost", "misread", "errors"], &["enum/*-wrong-type"]),
    row("unknown-member", "what a member does that the spec does not have", &["ignored", "errors"], &["bytes/unknown-members"]),
    row("iso-timestamp", "what the caller gets of a time in words (kept: the text as it was sent)", TYPE, &["bytes/iso-timestamp"]),
    row("numeric-string", "what the caller gets of a number in quotes", TYPE, &["bytes/numeric-string"]),
    row("duplicate-keys", "which value a member has that stands twice", &["first", "last", "neither", "errors"], &["bytes/duplicate-keys"]),
    row("truncated-json", "what comes of a success whose JSON breaks off (silent: a result without its items)", BODY, &["bytes/truncated-json"]),
    row("cut-body", "what comes of a success that ends before its stated length", BODY, &["bytes/cut-body"]),
    row("not-json", "what comes of a success that is text", BODY, &["bytes/not-json"]),
    row("html-200", "what comes of a success that is an HTML page", BODY, &["bytes/html-200"]),
    row("empty-200", "what comes of a success without a body", BODY, &["bytes/empty-200"]),
    row("trailing-garbage", "what comes of a success that goes on behind its JSON", BODY, &["bytes/trailing-garbage"]),
    row("bom", "what comes of a success that begins with a byte order mark", BODY, &["bytes/bom"]),
    row("error-header", "whether the name of an error is found in the header", NAME, &["error/*-header"]),
    row("error-header-uri", "the same, with a URI behind it", NAME, &["error/*-header-uri"]),
    row("error-code", "whether it is found in \"code\"", NAME, &["error/*-code"]),
    row("error-type", "whether it is found in \"__type\"", NAME, &["error/*-type"]),
    row("error-type-namespace", "the same, with a namespace before it", NAME, &["error/*-type-namespace"]),
    row("header-or-body", "which name counts where header and body differ", &["header", "body", "neither"], &["error/disagree-header-body"]),
    row("code-or-type", "which name counts where \"code\" and \"__type\" differ", &["code", "type", "neither"], &["error/disagree-code-type"]),
    row("unmodelled-error", "whether the name of an error that the spec does not have is kept", &["kept", "lost"], &["error/unmodelled"]),
    row("untyped-error", "whether the status of an error without a name is kept", STATUS, &["error/untyped-#"]),
    row("html-error", "whether the status of an HTML page is kept", STATUS, &["error/html-#"]),
    row("empty-error", "whether the status of an error without a body is kept", STATUS, &["error/empty-#"]),
    row("truncated-error", "whether the status of an error is kept whose JSON breaks off", STATUS, &["error/truncated-#"]),
    row("throttled-attempts", "how many requests come for a page that is throttled for ever", &[], &["retry/429-forever"]),
    row("throttle", "whether a request that was throttled is sent again", RETRY, &["retry/429-once", "retry/429-twice"]),
    row("server-error", "whether a request that the server failed at is sent again", RETRY, &["retry/500-once", "retry/502-once", "retry/503-once", "retry/504-once"]),
    row("reset-head", "whether a request is sent again that was reset before its answer", RETRY, &["retry/reset-head"]),
    row("reset-body", "whether a request is sent again that was reset within its answer", RETRY, &["retry/reset-body"]),
    row("stall", "whether a request is sent again that nothing came back to in time", RETRY, &["retry/stall"]),
    row("opaque-503", "whether a request is sent again whose error cannot be read", RETRY, &["retry/html-503", "retry/empty-503", "retry/truncated-503"]),
    row("client-fault", "whether a request is sent again that was refused", RETRY, &["retry/*-not-retried"]),
    row("retry-after", "whether the client waits as long as \"retry-after\" asks", HINT, &["retry/retry-after"]),
    row("x-amz-retry-after", "whether the client waits as long as \"x-amz-retry-after\" asks", HINT, &["retry/x-amz-retry-after"]),
];

impl TraitKind {
    /// The trait that a scenario shows; none, if it shows none. The id may have the operation's name before it.
    pub fn shown_in(scenario: &str) -> Option<&'static Self> {
        let scenario = match scenario.rmatch_indices('/').nth(1) {
            Some((slash, _)) => &scenario[slash + 1..],
            None => scenario,
        };
        // A name that is written out goes before one that a spec may give.
        let is_named = |kind: &&Self| kind.shown_by.contains(&scenario);
        let is_meant = |kind: &&Self| kind.shown_by.iter().any(|pattern| matches(pattern, scenario));
        TRAITS.iter().find(is_named).or_else(|| TRAITS.iter().find(is_meant))
    }
}

/// Whether a scenario is one of a pattern.
fn matches(pattern: &str, scenario: &str) -> bool {
    let Some((begin, end)) = pattern.split_once(['*', '#']) else { return pattern == scenario };
    let Some(name) = scenario.strip_prefix(begin).and_then(|rest| rest.strip_suffix(end)) else { return false };
    let is_status = name.bytes().all(|byte| byte.is_ascii_digit());
    !name.is_empty() && (is_status || !pattern.contains('#'))
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
    fn finds_what_a_scenario_shows_by_its_role_in_any_spec() {
        let cases = [
            ("page/cycle-3", Some("token-cycle")),
            ("ListThings/page/cycle-3", Some("token-cycle")),
            ("ListThings/error/gone-header", Some("error-header")),
            ("enum/colour-wrong-case", Some("wrong-case-enum")),
            ("error/not-found-header", Some("error-header")),
            ("error/not-found-type", Some("error-type")),
            ("error/not-found-type-namespace", Some("error-type-namespace")),
            ("error/disagree-code-type", Some("code-or-type")),
            ("error/empty-header", Some("error-header")),
            ("error/empty-404", Some("empty-error")),
            ("retry/not-found-not-retried", Some("client-fault")),
            ("enum/colour-red", None),
            ("enum/-unknown", None),
            ("baseline/one-page", None),
        ];
        for (scenario, expected) in cases {
            assert_eq!(TraitKind::shown_in(scenario).map(|kind| kind.key), expected, "{scenario}");
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
