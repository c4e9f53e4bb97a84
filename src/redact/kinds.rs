//! In which ways a scalar violates its type: what a stand-in must do in the same ways.

use super::plan::{Context, Site};
use crate::message::Json;
use crate::spec::conform::{Violation, check_json, check_text};
use crate::spec::{Kind, ShapeId, TimestampFormat};

/// A set of ways to violate a type; none if the value conforms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Kinds(u16);

impl Kinds {
    /// The value conforms.
    pub(super) const NONE: Self = Self(0);
    /// Another type.
    pub(super) const WRONG_TYPE: Self = Self(1);
    const SHORT: Self = Self(2);
    pub(super) const LONG: Self = Self(4);
    const BELOW: Self = Self(8);
    const ABOVE: Self = Self(16);
    const PATTERN: Self = Self(32);
    const CHARSET: Self = Self(64);
    /// An enum value that the spec does not list.
    pub(super) const UNMODELLED: Self = Self(128);
    const PARTS: Self = Self(256);

    /// Whether it is in the range or beside it, and right otherwise.
    pub(super) fn are_of_range(self) -> bool {
        self.0 & !(Self::BELOW.0 | Self::ABOVE.0) == 0
    }

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The same less finer differences: which check would speak of it.
    pub(super) fn coarse(self) -> Self {
        match self {
            Self::NONE | Self::UNMODELLED => self,
            kinds if kinds.has(Self::WRONG_TYPE) => Self::WRONG_TYPE,
            _ => Self::PARTS,
        }
    }

    fn of(violations: impl Iterator<Item = Violation>) -> Self {
        violations.fold(Self::NONE, |kinds, violation| Self(kinds.0 | Self::one(&violation).0))
    }

    fn one(violation: &Violation) -> Self {
        match violation {
            Violation::WrongType { .. } => Self::WRONG_TYPE,
            Violation::Length { least, found, .. } if found < least => Self::SHORT,
            Violation::Length { .. } => Self::LONG,
            Violation::Range { least, found, .. } => {
                if found.parse::<f64>().is_ok_and(|found| found < *least) {
                    Self::BELOW
                } else {
                    Self::ABOVE
                }
            }
            Violation::Pattern { .. } => Self::PATTERN,
            Violation::Charset => Self::CHARSET,
            Violation::UnmodelledValue(_) => Self::UNMODELLED,
            Violation::NotUnique
            | Violation::MissingMember(_)
            | Violation::NullMember(_)
            | Violation::UnknownMember { .. }
            | Violation::UnionMembers { .. } => Self::PARTS,
        }
    }
}

/// The ways in which a text violates its type, and the other type that it has to satisfy too.
pub(super) fn of_text(context: Context<'_>, site: &Site<'_>, text: &str) -> (Kinds, Kinds) {
    let own = of_text_as(context, site.shape, site.as_text, text);
    let other = match site.also {
        Some(shape) if shape != site.shape => of_text_as(context, shape, true, text),
        _ => Kinds::NONE,
    };
    (own, other)
}

fn of_text_as(context: Context<'_>, shape: ShapeId, as_text: bool, text: &str) -> Kinds {
    let reads_as_text = match &context.spec.shape(shape).kind {
        Kind::String | Kind::Enum(_) | Kind::Blob => true,
        Kind::Timestamp(format) => *format != TimestampFormat::EpochSeconds,
        _ => false,
    };
    if as_text || reads_as_text {
        return Kinds::of(check_text(context.spec, shape, text).into_iter());
    }
    of_json(context, shape, &Json::string(text))
}

/// The ways in which a JSON value without parts violates a type.
pub(super) fn of_json(context: Context<'_>, shape: ShapeId, value: &Json) -> Kinds {
    Kinds::of(check_json(context.spec, shape, value).into_iter().map(|problem| problem.violation))
}

/// The ways in which a JSON number violates a type.
pub(super) fn of_number(context: Context<'_>, shape: ShapeId, number: &str) -> Kinds {
    if context.spec.shape(shape).kind == Kind::Timestamp(TimestampFormat::EpochSeconds) {
        return Kinds::NONE;
    }
    of_json(context, shape, &Json::Number(number.to_owned()))
}
