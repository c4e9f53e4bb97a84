//! What a probe is after: the word in a transcript, and what it says to the checks.
//!
//! A prober marks each request that is wrong on purpose, or stands alone, in the link of
//! its exchange; a request without a mark is a page of a walk. The checks of mocks read
//! the mark, so that none of them has to guess what a request was for.

use std::fmt;

/// What a request that a prober sent is after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// This input has a value that its type refuses.
    Malformed(String),
    /// This input has a value that its type takes, and that names nothing.
    Unknown(String),
    /// The page size is none that the operation takes.
    PageSize,
    /// The token is empty.
    EmptyToken,
    /// The token is one that was issued, changed.
    TamperedToken,
    /// The token was never issued.
    UnknownToken,
    /// The token was issued for another resource.
    ForeignToken,
    /// A page of another resource, for its token.
    OtherResource,
    /// The request has no signature.
    Unsigned,
    /// The request is signed with another secret.
    WronglySigned,
}

/// The words without a name in them.
const WORDS: [(&str, Purpose); 8] = [
    ("page-size", Purpose::PageSize),
    ("empty-token", Purpose::EmptyToken),
    ("tampered-token", Purpose::TamperedToken),
    ("unknown-token", Purpose::UnknownToken),
    ("foreign-token", Purpose::ForeignToken),
    ("other-resource", Purpose::OtherResource),
    ("unsigned", Purpose::Unsigned),
    ("wrongly-signed", Purpose::WronglySigned),
];

impl Purpose {
    /// What a word in a transcript says.
    pub fn parse(word: &str) -> Option<Self> {
        if let Some((_, purpose)) = WORDS.iter().find(|(known, _)| *known == word) {
            return Some(purpose.clone());
        }
        let of_input = |what: &str| word.strip_prefix(what).map(str::to_owned);
        of_input("malformed-").map(Self::Malformed).or_else(|| of_input("unknown-").map(Self::Unknown))
    }

    /// Whether a cassette tells it. The others say it themselves, by their page size or their inputs, or are none
    /// that a recorder would pass on.
    pub fn is_told(&self) -> bool {
        match self {
            Self::PageSize | Self::OtherResource | Self::Unsigned | Self::WronglySigned => false,
            Self::Malformed(_)
            | Self::Unknown(_)
            | Self::EmptyToken
            | Self::TamperedToken
            | Self::UnknownToken
            | Self::ForeignToken => true,
        }
    }

    /// Whether it tries the signature, so that the answer may be of what stands before the operation.
    pub fn is_of_signature(&self) -> bool {
        matches!(self, Self::Unsigned | Self::WronglySigned)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(input) => write!(f, "malformed-{input}"),
            Self::Unknown(input) => write!(f, "unknown-{input}"),
            other => {
                let word = WORDS.iter().find(|(_, purpose)| purpose == other).map(|(word, _)| *word);
                f.write_str(word.unwrap_or_default())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let of_inputs = [Purpose::Malformed("boxId".to_owned()), Purpose::Unknown("boxId".to_owned())];
        for purpose in WORDS.iter().map(|(_, purpose)| purpose).chain(&of_inputs) {
            assert_eq!(Purpose::parse(&purpose.to_string()).as_ref(), Some(purpose));
        }
        assert_eq!(Purpose::parse("page-1"), None);
    }
}
