//! Bodies: bytes as they came, or the fact that they were withheld.

use super::json::{JsonError, JsonErrorKind};
use bytes::Bytes;

/// The length up to which a body is kept, in bytes.
pub const MAX_KEPT_BODY: usize = 8 << 20;

/// A message body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Body {
    /// No bytes at all.
    #[default]
    Empty,
    /// The bytes as on the wire (after transfer decoding).
    Bytes(Bytes),
    /// Not kept: redaction would not vouch for it.
    Withheld(Withheld),
}

impl Body {
    /// A body of these bytes; [`Body::Empty`] if there are none.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        if bytes.is_empty() { Self::Empty } else { Self::Bytes(bytes) }
    }

    /// The bytes that are there: none of a withheld body.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Empty | Self::Withheld(_) => &[],
            Self::Bytes(bytes) => bytes,
        }
    }

    /// How long the body was on the wire.
    pub fn wire_length(&self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Withheld(withheld) => withheld.length,
        }
    }
}

/// A body that was not kept, with why and how long it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withheld {
    /// Why.
    pub reason: WithheldReason,
    /// Its length on the wire.
    pub length: u64,
}

impl Withheld {
    /// The longest body that is made up in place of one that was not kept.
    pub const LONGEST: u64 = 64 * 1024 * 1024;

    /// A fixed body of the same kind and length (64 MiB at most, whatever a file claims).
    pub fn stand_in(&self) -> Bytes {
        let (begin, fill): (&[u8], u8) = match self.reason {
            // No JSON begins with a tilde, so that the shortest piece of it is not JSON that breaks off.
            WithheldReason::NotJson => (b"~ not JSON ", b'~'),
            WithheldReason::Truncated => (b"{", b' '),
            WithheldReason::Html => (b"<html><body></body></html>", b'\n'),
            WithheldReason::Empty => (b"", b' '),
            WithheldReason::TooLong => (b"{}", b' '),
            WithheldReason::Blob => (b"", 0),
            WithheldReason::Gzip => return gzip(self.made_up()),
        };
        let length = self.made_up();
        let mut bytes = begin.to_vec();
        bytes.resize(length, fill);
        bytes.into()
    }

    fn made_up(&self) -> usize {
        usize::try_from(self.length.min(Self::LONGEST)).expect("64 MiB are addressed by 32 bits")
    }
}

/// A gzip stream of that length, of an empty object: blocks of nothing, and a comment, make it as long as it is to be.
fn gzip(length: usize) -> Bytes {
    const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0x10, 0, 0, 0, 0, 0, 255];
    const NOTHING: [u8; 5] = [0, 0, 0, 0xff, 0xff];
    // The last block, which is "{}" as it stands; its CRC-32, its length.
    const TAIL: [u8; 15] = [1, 2, 0, 0xfd, 0xff, b'{', b'}', 0x43, 0xbf, 0xa6, 0xa3, 2, 0, 0, 0];
    let rest = length.saturating_sub(HEAD.len() + 1 + TAIL.len());
    let mut bytes = HEAD.to_vec();
    bytes.resize(HEAD.len() + rest % NOTHING.len(), b' ');
    bytes.push(0);
    bytes.extend(NOTHING.repeat(rest / NOTHING.len()));
    bytes.extend(TAIL);
    bytes.truncate(length);
    bytes.into()
}

/// Why a body was not kept; the checks judge the reason as they would the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WithheldReason {
    /// It is not the JSON that the spec expects.
    NotJson,
    /// It is JSON that breaks off.
    Truncated,
    /// It is an HTML page.
    Html,
    /// It is empty, or white space only, where JSON is expected.
    Empty,
    /// It is longer than what is stored.
    TooLong,
    /// It is bytes, as it should be, and they must not be kept.
    Blob,
    /// The same, and they are a gzip stream.
    Gzip,
}

impl WithheldReason {
    /// Every reason.
    pub const ALL: [Self; 7] =
        [Self::NotJson, Self::Truncated, Self::Html, Self::Empty, Self::TooLong, Self::Blob, Self::Gzip];

    /// The word in a cassette.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "not-json",
            Self::Truncated => "truncated",
            Self::Html => "html",
            Self::Empty => "empty",
            Self::TooLong => "too-long",
            Self::Blob => "blob",
            Self::Gzip => "gzip",
        }
    }

    /// What bytes are that are no text.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        if bytes.starts_with(&[0x1f, 0x8b]) { Self::Gzip } else { Self::Blob }
    }

    /// What a text is that should have been JSON and is not.
    pub fn of_not_json(text: &[u8], error: &JsonError) -> Self {
        let text = text.trim_ascii_start();
        let begins_with =
            |start: &str| text.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start.as_bytes()));
        if text.is_empty() {
            Self::Empty
        } else if begins_with("<!doctype html") || begins_with("<html") {
            Self::Html
        } else if error.kind == JsonErrorKind::Truncated {
            Self::Truncated
        } else {
            Self::NotJson
        }
    }

    /// The reason of a word in a cassette.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Json;
    use flate2::read::GzDecoder;
    use std::io::Read;

    #[test]
    fn tells_what_a_text_is_that_is_no_json() {
        let cases: [(&str, WithheldReason); 6] = [
            ("", WithheldReason::Empty),
            (" \r\n", WithheldReason::Empty),
            ("\n<!DOCTYPE html><p>", WithheldReason::Html),
            ("<HTML>", WithheldReason::Html),
            ("{\"a\":[1,", WithheldReason::Truncated),
            ("upstream error", WithheldReason::NotJson),
        ];
        for (text, expected) in cases {
            let error = Json::parse(text.as_bytes()).unwrap_err();

            assert_eq!(WithheldReason::of_not_json(text.as_bytes(), &error), expected, "{text:?}");
        }
    }

    #[test]
    fn makes_up_a_body_of_the_same_kind_and_length() {
        let of_text = WithheldReason::ALL.into_iter().zip([1, 1, 5, 0, 2]);
        for (reason, shortest) in of_text {
            for length in [shortest, 6, 7, 12, 30, 400] {
                let bytes = Withheld { reason, length }.stand_in();

                assert_eq!(bytes.len() as u64, length, "{reason:?}");
                match Json::parse(&bytes) {
                    Ok(_) => assert_eq!(reason, WithheldReason::TooLong),
                    Err(error) => assert_eq!(WithheldReason::of_not_json(&bytes, &error), reason, "{length}"),
                }
            }
        }
        assert_eq!(Withheld { reason: WithheldReason::Empty, length: 0 }.stand_in(), Bytes::new());
    }

    #[test]
    fn makes_up_a_gzip_stream_that_a_client_can_read() {
        for length in [26, 27, 1000, 100_000] {
            let bytes = Withheld { reason: WithheldReason::Gzip, length }.stand_in();
            let mut text = String::new();

            GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();

            assert_eq!((bytes.len() as u64, text.as_str()), (length, "{}"));
            assert_eq!(WithheldReason::of_bytes(&bytes), WithheldReason::Gzip);
        }
        assert_eq!(Withheld { reason: WithheldReason::Gzip, length: 7 }.stand_in().len(), 7);
        assert_eq!(Withheld { reason: WithheldReason::Blob, length: 3 }.stand_in(), &[0, 0, 0][..]);
    }

    #[test]
    fn makes_up_no_more_than_a_fixed_length_whatever_is_claimed() {
        let claimed = Withheld { reason: WithheldReason::TooLong, length: u64::MAX };

        assert_eq!(claimed.stand_in().len(), 64 * 1024 * 1024);
    }
}
