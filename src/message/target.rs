//! Request targets: splitting, decoding and the one canonical encoding.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes a path label or a query name or value, as every AWS SDK does: all but
/// unreserved characters, in upper-case hex.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// Decodes percent escapes; invalid UTF-8 becomes replacement characters.
pub fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Splits an origin-form target into its path (still encoded) and its decoded query.
pub fn split(target: &str) -> (String, Vec<(String, String)>) {
    match target.split_once('?') {
        Some((path, query)) => (path.to_owned(), parse_query(query)),
        None => (target.to_owned(), Vec::new()),
    }
}

/// Decodes a query string, in order; `+` is a plus sign, as SigV4 has it.
pub fn parse_query(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => (decode(name), decode(value)),
            None => (decode(pair), String::new()),
        })
        .collect()
}

/// Joins an encoded path and a decoded query into an origin-form target.
pub fn join(path: &str, query: &[(String, String)]) -> String {
    let mut target = path.to_owned();
    for (index, (name, value)) in query.iter().enumerate() {
        target.push(if index == 0 { '?' } else { '&' });
        target.push_str(&encode(name));
        target.push('=');
        target.push_str(&encode(value));
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_and_joins_the_same_target() {
        let target = "/a%2Fb?maxResults=2&nextToken=a%2Bb%20%25";

        let (path, query) = split(target);

        assert_eq!(path, "/a%2Fb");
        assert_eq!(query[1], ("nextToken".into(), "a+b %".into()));
        assert_eq!(join(&path, &query), target);
    }

    #[test]
    fn reads_a_bare_plus_as_a_plus() {
        assert_eq!(parse_query("t=a+b"), [("t".into(), "a+b".into())]);
    }
}
