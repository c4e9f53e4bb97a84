//! What differs between two long texts, line by line or letter by letter.

use crate::diagnostic::escape;
use crate::message::Json;
use similar::{ChangeTag, TextDiff};

/// From how many characters on a text is long.
const LONG: usize = 80;
/// How many letters or lines around a difference are shown.
const AROUND: usize = 12;

/// The difference of two texts as lines to show, if they are so long that it helps; escaped.
pub(super) fn diff(expected: &str, found: &str) -> Option<Vec<String>> {
    if let (Some(expected), Some(found)) = (as_json(expected), as_json(found)) {
        return Some(by_line(&expected, &found));
    }
    if expected.contains('\n') || found.contains('\n') {
        return Some(by_line(expected, found));
    }
    let is_long = |text: &str| text.chars().count() > LONG;
    (is_long(expected) && is_long(found)).then(|| by_letter(expected, found))
}

/// A container printed one member a line.
fn as_json(text: &str) -> Option<String> {
    match Json::parse(text.as_bytes()).ok()? {
        json @ (Json::Object(_) | Json::Array(_)) => Some(json.to_pretty()),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    }
}

/// The difference line by line, with what is around it; escaped.
pub(super) fn by_line(expected: &str, found: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(expected, found);
    let mut lines = Vec::new();
    for (index, group) in diff.grouped_ops(2).iter().enumerate() {
        if index > 0 {
            lines.push("  …".to_owned());
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let mark = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            lines.push(format!("{mark} {}", escape(change.value().trim_end_matches('\n'))));
        }
    }
    lines
}

/// Both texts, cut to what is around the differences, which stand between `‹` and `›`.
fn by_letter(expected: &str, found: &str) -> Vec<String> {
    let diff = TextDiff::from_chars(expected, found);
    let changes: Vec<(ChangeTag, &str)> =
        diff.iter_all_changes().map(|change| (change.tag(), change.value())).collect();
    let line = |mark: char, mine: ChangeTag| format!("{mark} {}", marked(&changes, mine));
    vec![line('-', ChangeTag::Delete), line('+', ChangeTag::Insert)]
}

/// One side's text: what only it has is marked, what both have is cut to the ends of a run.
fn marked(changes: &[(ChangeTag, &str)], mine: ChangeTag) -> String {
    let mut out = String::new();
    let mut at = 0;
    while at < changes.len() {
        let tag = changes[at].0;
        let run = changes[at..].iter().take_while(|(other, _)| *other == tag).count();
        let text: String = changes[at..at + run].iter().map(|(_, text)| *text).collect();
        let (is_first, is_last) = (at == 0, at + run == changes.len());
        if tag == ChangeTag::Equal {
            out.push_str(&escape(&ends(&text, is_first, is_last)));
        } else if tag == mine {
            out.push_str(&format!("‹{}›", escape(&text)));
        }
        at += run;
    }
    out
}

/// A text that both sides have, cut where nothing near it differs.
fn ends(text: &str, is_first: bool, is_last: bool) -> String {
    let length = text.chars().count();
    let head = if is_first { 0 } else { AROUND };
    let tail = if is_last { 0 } else { AROUND };
    if length <= head + tail + 1 {
        return text.to_owned();
    }
    let begin: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(length - tail).collect();
    format!("{begin}…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_short_texts_to_be_read_as_they_are() {
        assert_eq!(diff("page-token-0001", "page-token-0002"), None);
    }

    #[test]
    fn shows_the_letters_in_which_long_texts_differ() {
        let token = |end: &str| format!("{}{end}{}", "a".repeat(60), "z".repeat(40));

        let lines = diff(&token("0001"), &token("0002")).unwrap();

        assert_eq!(lines, ["- …aaaaaaaaa000‹1›zzzzzzzzzzzz…", "+ …aaaaaaaaa000‹2›zzzzzzzzzzzz…"]);
    }

    #[test]
    fn shows_the_members_in_which_bodies_differ() {
        let lines = diff(r#"{"a":1,"b":2,"c":3}"#, r#"{"a":1,"b":2,"c":4}"#).unwrap();

        assert_eq!(lines, ["    \"a\": 1,", "    \"b\": 2,", "-   \"c\": 3", "+   \"c\": 4", "  }"]);
    }

    #[test]
    fn escapes_what_a_terminal_would_obey() {
        let lines = diff("one\n\u{1b}[31mred", "one\nblue").unwrap();

        assert_eq!(lines, ["  one", "- \\u{1b}[31mred", "+ blue"]);
    }
}
