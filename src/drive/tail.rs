//! The end of what a client printed, for people: the last lines, without what must not be shown.

use super::capture::Printed;
use crate::net::Credentials;
use crate::redact::detect::scan;

/// How many lines are shown.
const LINES: usize = 8;

/// How many characters of a line are shown.
const WIDTH: usize = 200;

/// The last lines of what was printed, or nothing. Whoever shows them escapes them.
pub(super) fn tail(printed: &Printed, credentials: Option<&Credentials>) -> Option<String> {
    let text = String::from_utf8_lossy(&printed.bytes);
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let first = lines.len().saturating_sub(LINES);
    let shown: Vec<String> = lines[first..].iter().map(|line| shown(line, credentials)).collect();
    if shown.is_empty() { None } else { Some(shown.join(" | ")) }
}

fn shown(line: &str, credentials: Option<&Credentials>) -> String {
    let holds = |secret: &str| !secret.is_empty() && line.contains(secret);
    if credentials.is_some_and(|ours| holds(ours.secret()) || ours.token().is_some_and(holds)) {
        return "(a line with a secret)".to_owned();
    }
    if let Some(found) = scan(line).first() {
        return format!("(a line with what looks like one of {})", found.rule.as_str());
    }
    match line.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_of(text: &str) -> Option<String> {
        let credentials = Credentials::new("RETAKEEXAMPLE0000000", "very-secret", Some("a-token".to_owned()));
        tail(&Printed { bytes: text.as_bytes().to_vec(), dropped: 0 }, Some(&credentials))
    }

    #[test]
    fn shows_the_last_lines() {
        let long: String = (0..100).map(|line| format!("line {line}\n\n")).collect();

        let shown = shown_of(&long).unwrap();

        assert!(shown.starts_with("line 92 | ") && shown.ends_with("line 99"), "{shown}");
        assert_eq!(shown_of("\n \n"), None);
        assert_eq!(shown_of(&"é".repeat(500)).unwrap().chars().count(), WIDTH + 1);
    }

    #[test]
    fn shows_no_line_that_holds_a_secret_or_looks_like_it() {
        let shown = shown_of("one\nkey=very-secret\nx a-token\nfor arn:aws:iam::123456789012:user/x\ntwo").unwrap();

        assert!(shown.starts_with("one | (a line with a secret) | (a line with a secret) | (a line"), "{shown}");
        assert!(shown.ends_with(" | two"), "{shown}");
        for absent in ["very", "a-token", "1234", "user/x"] {
            assert!(!shown.contains(absent), "{shown}");
        }
    }
}
