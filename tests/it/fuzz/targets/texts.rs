//! The small parsers of what comes from outside: times, outcomes of clients, known failures, snapshots, query strings.

use retake::evidence::outcome::Outcome;
use retake::evidence::{KnownFailures, Purpose};
use retake::message::{Moment, target};
use retake::net::Endpoint;
use retake::report::{Snapshot, compare};

pub(crate) const WORDS: &[&str] = &[
    "1679592510.753",
    "1.679592510753E9",
    "2023-03-23T17:28:30.753Z",
    "Thu, 23 Mar 2023 17:28:30 GMT",
    "-",
    "9999-12-31",
    "+01:00",
    "{\"kind\":\"ok\",\"items\":[]}",
    "{\"kind\":\"error\",\"class\":\"modelled\"}",
    "\"$unknown\"",
    "known_failures: 1\n",
    "failures:\n",
    "  - check: shape.truncated\n",
    "    expires: 2027-06-30\n",
    "---\nsource: a\n---\n",
    "%41",
    "%",
    "&",
    "=",
    "+",
    "http://",
    "https://",
    "user:s3cr3tpassw0rd@",
    "169.254.169.254",
    "[::1]",
    ":80",
    "malformed-",
    "0",
    "\u{e9}",
    "1e400",
];

/// What moves a time by some seconds.
type Move = fn(Moment, i64) -> Option<Moment>;

pub(crate) fn run(data: &[u8]) {
    check(data, Moment::moved);
    let text = String::from_utf8_lossy(data);
    if let Err(error) = Outcome::parse(data) {
        assert!(!error.to_string().is_empty());
    }
    if let Err(errors) = KnownFailures::parse("known.yaml", &text) {
        assert!(!errors.is_empty());
    }
    let _ = Snapshot::read("a.snap", data);
    let _ = compare(("a.json", data), ("b.json", data));
    let _ = Purpose::parse(&text);
    endpoint(&text);
    let query = target::parse_query(&text);
    let joined = target::join("", &query);
    assert_eq!(target::parse_query(joined.strip_prefix('?').unwrap_or_default()), query, "{joined}");
}

/// A time that is moved there and back is the same, as it was spelled.
pub(crate) fn check(data: &[u8], moved: Move) {
    let text = String::from_utf8_lossy(data);
    let Some(moment) = Moment::parse(text.trim()) else { return };
    assert_eq!(Moment::parse(&moment.to_text()).map(|again| again.to_text()), Some(moment.to_text()));
    for seconds in [1, -1, 1_262_304_000] {
        let Some(there) = moved(moment.clone(), seconds) else { continue };
        let back = moved(there.clone(), -seconds).map(|back| back.to_text());
        assert_eq!(back, Some(moment.to_text()), "by {seconds} s over {}", there.to_text());
        assert_eq!(there.seconds(), moment.seconds() + seconds);
    }
}

/// A URL of a mock or an upstream: what is taken shows no password, and no path.
fn endpoint(text: &str) {
    match Endpoint::parse(text) {
        Ok(endpoint) => {
            let shown = endpoint.to_string();
            assert!(!shown.contains('@') && shown.matches('/').count() <= 3, "{shown}");
            assert!(Endpoint::parse(&shown).is_ok(), "{shown}");
        }
        Err(error) => {
            const PASSWORD: &str = "s3cr3tpassw0rd";
            let (user, rest) = text.rsplit_once('@').unwrap_or_default();
            let is_before = user.contains(PASSWORD) && !rest.contains(PASSWORD);
            assert!(!is_before || !error.to_string().contains(PASSWORD), "{error}");
        }
    }
}
