//! What is served for a body that was withheld: a fixed body of the same kind and length.

use crate::message::{Withheld, WithheldReason};

/// The longest body that is made up; a recording that claims a longer one is refused.
pub(super) const MAX_LENGTH: u64 = 64 * 1024 * 1024;

/// A body of the kind that was withheld, of the length that it had.
pub(super) fn fill(withheld: Withheld) -> Vec<u8> {
    let length = served_length(withheld.length);
    let (start, padding, end) = match withheld.reason {
        // No JSON value begins with a tilde, so the shortest piece of it is not JSON either.
        WithheldReason::NotJson => ("~ withheld, not JSON ", b'~', ""),
        WithheldReason::Truncated => ("{\"withheld", b'.', ""),
        WithheldReason::Html => ("<html>", b' ', "</html>"),
        WithheldReason::Empty => ("", b' ', ""),
        WithheldReason::TooLong => ("{\"withheld\":\"", b'.', "\"}"),
    };
    padded(start, padding, end, length)
}

fn served_length(recorded: u64) -> usize {
    usize::try_from(recorded.min(MAX_LENGTH)).expect("64 MiB fit an address space")
}

/// Start, padding and end; the start alone, cut, where there is no room for all three.
fn padded(start: &str, padding: u8, end: &str, length: usize) -> Vec<u8> {
    let mut body = Vec::with_capacity(length);
    body.extend_from_slice(start.as_bytes());
    if let Some(room) = length.checked_sub(start.len() + end.len()) {
        body.resize(start.len() + room, padding);
        body.extend_from_slice(end.as_bytes());
    }
    body.resize(length, padding);
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Json;
    use crate::message::json::JsonErrorKind;

    fn body(reason: WithheldReason, length: u64) -> Vec<u8> {
        fill(Withheld { reason, length })
    }

    #[test]
    fn has_the_length_that_was_recorded() {
        for reason in WithheldReason::ALL {
            for length in [0, 1, 2, 5, 12, 13, 14, 15, 16, 40, 4096] {
                assert_eq!(body(reason, length).len() as u64, length, "{reason:?}");
            }
        }
    }

    #[test]
    fn is_of_the_kind_that_was_recorded() {
        for length in [1, 2, 9, 10, 11, 25, 300] {
            let kind = |reason| Json::parse(&body(reason, length)).map_err(|error| error.kind);
            assert_eq!(kind(WithheldReason::NotJson), Err(JsonErrorKind::Unexpected));
            assert_eq!(kind(WithheldReason::Truncated), Err(JsonErrorKind::Truncated));
            assert!(body(WithheldReason::Html, length).starts_with(b"<"));
            assert!(body(WithheldReason::Empty, length).trim_ascii().is_empty());
        }
        assert_eq!(body(WithheldReason::Html, 16), b"<html>   </html>");
        assert!(Json::parse(&body(WithheldReason::TooLong, 90_000)).is_ok());
    }

    #[test]
    fn never_makes_more_than_its_limit() {
        assert_eq!(served_length(MAX_LENGTH - 1) as u64, MAX_LENGTH - 1);
        assert_eq!(served_length(MAX_LENGTH) as u64, MAX_LENGTH);
        assert_eq!(served_length(MAX_LENGTH + 1) as u64, MAX_LENGTH);
        assert_eq!(served_length(u64::MAX) as u64, MAX_LENGTH);
    }
}
