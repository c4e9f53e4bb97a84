//! The ways in which a value is not what its shape says.

use std::fmt;

/// A violation and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// A JSON pointer into the value: to what is wrong, or to the object that lacks a member.
    pub pointer: String,
    /// What is wrong.
    pub violation: Violation,
    /// The member that it is about, as a spec's deviations name it: `Type.member`, or the key alone of an input or output.
    pub member: String,
    /// The line of the spec that says what is right.
    pub line: u32,
}

/// A way in which a value is not what its shape says.
#[derive(Debug, Clone, PartialEq)]
pub enum Violation {
    /// Another type, or a text that is none of the type.
    WrongType {
        /// What the shape says.
        expected: &'static str,
        /// What was there.
        found: &'static str,
    },
    /// Too short or too long.
    Length {
        /// The least length.
        least: u64,
        /// The greatest length.
        most: u64,
        /// The length.
        found: u64,
    },
    /// Too small or too great.
    Range {
        /// The least value.
        least: f64,
        /// The greatest value.
        most: f64,
        /// The value, as spelled.
        found: String,
    },
    /// A text that does not match.
    Pattern {
        /// The pattern.
        pattern: String,
    },
    /// A character outside the set.
    Charset,
    /// Two items that are the same.
    NotUnique,
    /// An enum value that the spec does not list.
    UnmodelledValue(String),
    /// A required member that is not there.
    MissingMember(String),
    /// A required member that is null.
    NullMember(String),
    /// A member that the spec does not have.
    UnknownMember {
        /// Its name.
        name: String,
        /// The modelled name that differs in case only.
        case_variant_of: Option<String>,
    },
    /// A union of which not exactly one member is there.
    UnionMembers {
        /// How many are.
        found: usize,
    },
}

impl Violation {
    /// What the spec says, in words.
    pub fn expected(&self) -> String {
        match self {
            Self::WrongType { expected, .. } => (*expected).to_owned(),
            Self::Length { least, most, .. } => format!("a length of {least} to {most}"),
            Self::Range { least, most, .. } => format!("{least} to {most}"),
            Self::Pattern { pattern } => format!("a text that matches {pattern}"),
            Self::Charset => "ASCII characters only".to_owned(),
            Self::NotUnique => "items that differ".to_owned(),
            Self::UnmodelledValue(_) => "a value that the spec lists".to_owned(),
            Self::MissingMember(name) | Self::NullMember(name) => format!("\"{name}\", which is required"),
            Self::UnknownMember { case_variant_of: Some(name), .. } => format!("\"{name}\""),
            Self::UnknownMember { case_variant_of: None, .. } => "members that the spec has".to_owned(),
            Self::UnionMembers { .. } => "exactly one member of the union".to_owned(),
        }
    }

    /// What was there, in words; a value itself only where it is an enum's or a number.
    pub fn found(&self) -> String {
        match self {
            Self::WrongType { found, .. } => (*found).to_owned(),
            Self::Length { found, .. } => found.to_string(),
            Self::Range { found, .. } => found.clone(),
            Self::Pattern { .. } => "another text".to_owned(),
            Self::Charset => "another character".to_owned(),
            Self::NotUnique => "an item twice".to_owned(),
            Self::UnmodelledValue(value) => format!("\"{value}\""),
            Self::MissingMember(_) => "nothing".to_owned(),
            Self::NullMember(_) => "null".to_owned(),
            Self::UnknownMember { name, .. } => format!("\"{name}\""),
            Self::UnionMembers { found } => found.to_string(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongType { expected, found } => write!(f, "is {found} and should be {expected}"),
            Self::Length { least, most, found } => write!(f, "has a length of {found}, not of {least} to {most}"),
            Self::Range { least, most, found } => write!(f, "is {found}, not {least} to {most}"),
            Self::Pattern { pattern } => write!(f, "does not match {pattern}"),
            Self::Charset => f.write_str("has a character that is not ASCII"),
            Self::NotUnique => f.write_str("has an item twice"),
            Self::UnmodelledValue(value) => write!(f, "has the value \"{value}\", which the spec does not list"),
            Self::MissingMember(name) => write!(f, "lacks \"{name}\", which is required"),
            Self::NullMember(name) => write!(f, "has null for \"{name}\", which is required"),
            Self::UnknownMember { name, case_variant_of: Some(modelled) } => {
                write!(f, "has \"{name}\", which is spelled \"{modelled}\" in the spec")
            }
            Self::UnknownMember { name, case_variant_of: None } => {
                write!(f, "has \"{name}\", which the spec does not know")
            }
            Self::UnionMembers { found } => write!(f, "has {found} members of a union, not exactly one"),
        }
    }
}
