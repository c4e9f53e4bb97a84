//! Shapes: what a value may be.

use super::Pattern;

/// The place of a shape in its spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(pub(crate) u32);

/// What a value may be.
#[derive(Debug, Clone)]
pub struct Shape {
    /// The name under `types`, for a named type.
    pub name: Option<String>,
    /// The kind of value.
    pub kind: Kind,
    /// What the value must satisfy.
    pub constraints: Constraints,
    /// What becomes of the value when it is stored.
    pub sensitivity: Option<Sensitivity>,
    /// A note for people.
    pub note: Option<String>,
    /// The line that says so.
    pub line: u32,
}

/// The kinds of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    String,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    Long,
    /// A number.
    Float,
    /// A number.
    Double,
    /// True or false.
    Boolean,
    /// A point in time.
    Timestamp(TimestampFormat),
    /// Bytes: base64 in JSON, raw as a payload.
    Blob,
    /// Any JSON.
    Document,
    /// A list of items.
    List(ShapeId),
    /// A map from strings.
    Map {
        /// The keys.
        keys: ShapeId,
        /// The values.
        values: ShapeId,
    },
    /// Named members.
    Structure(Vec<Member>),
    /// Exactly one of the named members.
    Union(Vec<Member>),
    /// A string with modelled values; others may come.
    Enum(Vec<String>),
}

impl Kind {
    /// What it is, in words: `a string`.
    pub fn in_words(&self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Integer => "an integer",
            Self::Long => "a long",
            Self::Float => "a float",
            Self::Double => "a double",
            Self::Boolean => "a boolean",
            Self::Timestamp(_) => "a timestamp",
            Self::Blob => "a blob",
            Self::Document => "a document",
            Self::List(_) => "a list",
            Self::Map { .. } => "a map",
            Self::Structure(_) => "a structure",
            Self::Union(_) => "a union",
            Self::Enum(_) => "an enum",
        }
    }
}

/// How a point in time is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampFormat {
    /// A number of seconds since 1970.
    EpochSeconds,
    /// RFC 3339.
    DateTime,
    /// RFC 7231.
    HttpDate,
}

/// What a value must satisfy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Constraints {
    /// Least and greatest length: characters of a text, bytes of a blob, items of a list or map.
    pub length: Option<(u64, u64)>,
    /// Least and greatest value.
    pub range: Option<(f64, f64)>,
    /// What a text must match as a whole.
    pub pattern: Option<Pattern>,
    /// The characters a text may hold.
    pub charset: Option<Charset>,
    /// Whether the items of a list differ.
    pub unique: bool,
}

impl Constraints {
    /// Whether a text satisfies them.
    pub fn take(&self, text: &str) -> bool {
        let length = text.chars().count() as u64;
        self.length.is_none_or(|(least, most)| least <= length && length <= most)
            && (self.charset != Some(Charset::Ascii) || text.is_ascii())
            && self.pattern.as_ref().is_none_or(|pattern| pattern.matches(text))
    }
}

/// Character sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// U+0000 to U+007F.
    Ascii,
}

/// What becomes of a value when it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sensitivity {
    /// A consistent stand-in that satisfies the type.
    Identifier,
    /// A consistent stand-in, issued and spent alike.
    Token,
    /// Moved by a whole number of seconds.
    Time,
    /// Its length only.
    FreeText,
    /// A stand-in of the type.
    Secret,
}

impl Sensitivity {
    /// Every class.
    pub const ALL: [Self; 5] = [Self::Identifier, Self::Token, Self::Time, Self::FreeText, Self::Secret];

    /// The word in a spec.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identifier => "identifier",
            Self::Token => "token",
            Self::Time => "time",
            Self::FreeText => "free-text",
            Self::Secret => "secret",
        }
    }
}

/// A member of a structure, an input or an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The key in the spec.
    pub key: String,
    /// The name on the wire: the key, unless `name` says otherwise.
    pub wire_name: String,
    /// Where it stands in the message.
    pub location: Location,
    /// What it may be.
    pub shape: ShapeId,
    /// Whether it must be there.
    pub required: bool,
    /// What becomes of it when stored, where that differs from its type's.
    pub sensitivity: Option<Sensitivity>,
    /// Whether it does not count when requests or answers are compared by contract.
    pub match_ignore: bool,
    /// A note for people.
    pub note: Option<String>,
    /// Its line.
    pub line: u32,
}

/// Where a member stands in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// A label of the path (input).
    Path,
    /// A query parameter (input).
    Query,
    /// A header field.
    Header,
    /// A member of the JSON body.
    Body,
    /// The whole body.
    Payload,
    /// The status code (output).
    Status,
}
