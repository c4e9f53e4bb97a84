//! How closely a request must resemble a recorded one: which members count.

use crate::spec::{Member, Route, Spec};

/// How closely a request must resemble a recorded one. The token always counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Match {
    /// The operation and all members.
    #[default]
    Exact,
    /// The same, but the page size may differ on the first page, and members that
    /// the spec marks `match: ignore` do not count.
    Contract,
    /// The operation, the token, and which members are present.
    Shape,
}

impl Match {
    /// Every way, from the closest.
    pub const ALL: [Self; 3] = [Self::Exact, Self::Contract, Self::Shape];

    /// The word on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Contract => "contract",
            Self::Shape => "shape",
        }
    }

    /// The way of a word on the command line.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == word)
    }

    /// What of a member counts, in a request with or without a token.
    pub(super) fn counts(self, spec: &Spec, member: &Member, first_page: bool) -> Counts {
        let pagination = spec.pagination.as_ref();
        if pagination.is_some_and(|pagination| pagination.input_token == member.key) {
            return Counts::Value;
        }
        let is_page_size = pagination.is_some_and(|pagination| pagination.page_size.as_ref() == Some(&member.key));
        match self {
            Self::Exact => Counts::Value,
            Self::Contract if member.match_ignore || (is_page_size && first_page) => Counts::Nothing,
            Self::Contract => Counts::Value,
            Self::Shape => Counts::Presence,
        }
    }
}

/// What of a member counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    /// Its value.
    Value,
    /// Whether it is there.
    Presence,
    /// Nothing.
    Nothing,
}

/// Whether no token is sent.
pub(super) fn is_first_page(route: &Route<'_>) -> bool {
    let pagination = route.spec.pagination.as_ref();
    pagination.is_none_or(|pagination| route.inputs.get(&pagination.input_token).is_none())
}
