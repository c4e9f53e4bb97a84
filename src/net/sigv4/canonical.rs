//! The canonical request: the bytes that a signature is over.
//!
//! The query is taken as spelled, not decoded and spelled anew: every SDK signs
//! the spelling that it sends, so a request in which one byte was changed, even
//! to one of the same meaning, is another request.

use crate::message::Headers;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but unreserved characters and the slash.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The path of a canonical request: dot segments and empty ones gone, encoded once more.
///
/// ```text
/// /shelves/a%2Fb/../c  ->  /shelves/c
/// /shelves/a%2Fb       ->  /shelves/a%252Fb
/// ```
pub(super) fn path(sent: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in sent.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let mut normal = format!("/{}", kept.join("/"));
    if normal.len() > 1 && ["/", "/.", "/.."].iter().any(|end| sent.ends_with(end)) {
        normal.push('/');
    }
    utf8_percent_encode(&normal, PATH).to_string()
}

/// The query of a canonical request: pairs as spelled, sorted by name and value.
pub(super) fn query(sent: Option<&str>) -> String {
    let Some(sent) = sent.filter(|sent| !sent.is_empty()) else { return String::new() };
    let mut pairs: Vec<(&str, &str)> = sent.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
    pairs.sort_unstable();
    let mut sorted = String::with_capacity(sent.len() + 1);
    for (index, (name, value)) in pairs.into_iter().enumerate() {
        if index > 0 {
            sorted.push('&');
        }
        sorted.push_str(name);
        sorted.push('=');
        sorted.push_str(value);
    }
    sorted
}

/// The headers of a canonical request, a line each; none if a signed one is not there.
pub(super) fn headers(headers: &Headers, signed: &str) -> Option<String> {
    let mut lines = String::new();
    for name in signed.split(';') {
        lines.push_str(name);
        lines.push(':');
        let mut values = headers.iter().filter(|(field, _)| *field == name).map(|(_, value)| value);
        push_value(&mut lines, values.next()?);
        for value in values {
            lines.push(',');
            push_value(&mut lines, value);
        }
        lines.push('\n');
    }
    Some(lines)
}

/// Trims a value and makes each run of spaces one.
fn push_value(out: &mut String, value: &str) {
    let mut words = value.split(' ').filter(|word| !word.is_empty());
    out.push_str(words.next().unwrap_or(""));
    for word in words {
        out.push(' ');
        out.push_str(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_a_path_once_more_and_resolves_its_dots() {
        let cases = [
            ("/a/b", "/a/b"),
            ("/a%2Fb", "/a%252Fb"),
            ("/a/../b", "/b"),
            ("/a//b/./c", "/a/b/c"),
            ("/a/b/", "/a/b/"),
            ("/a/..", "/"),
            ("/../a", "/a"),
            ("/a/b/..", "/a/"),
            ("", "/"),
            ("/a~b:c@d", "/a~b%3Ac%40d"),
        ];
        for (sent, expected) in cases {
            assert_eq!(path(sent), expected, "{sent}");
        }
    }

    #[test]
    fn sorts_a_query_by_name_then_value_and_changes_no_spelling() {
        assert_eq!(query(Some("b=2&a=%2b&a=&c")), "a=&a=%2b&b=2&c=");
        assert_eq!(query(Some("")), "");
        assert_eq!(query(None), "");
    }

    #[test]
    fn joins_repeated_headers_and_squeezes_spaces() {
        let sent = Headers::from_iter([("B", " x   y "), ("A", "1"), ("b", "z")]);

        assert_eq!(headers(&sent, "a;b").as_deref(), Some("a:1\nb:x y,z\n"));
        assert_eq!(headers(&sent, "a;c"), None);
    }
}
