//! The contract of one operation, compiled from `specs/<service>/<operation>.yaml`.
//!
//! A [`Spec`] is everything retake knows of an operation: how its requests look
//! ([`route`]), what its messages may hold ([`Shape`]), how it pages and fails.
//! Redaction, the simulator and the checks are derived from it; no other place
//! knows an API. Everything that a check may cite carries its line.

mod build;
pub mod compile;
pub mod conform;
mod diff;
mod embedded;
pub mod errors;
pub mod exemplar;
pub mod import;
mod inputs;
mod name;
mod pattern;
pub mod route;
mod schema;
mod shape;
mod unrouted;

pub use build::build_request;
pub use compile::compile;
pub use diff::{Change, Class, diff};
pub use embedded::embedded;
pub(crate) use inputs::InputKeys;
pub use inputs::{InputValue, Inputs};
pub use name::kebab;
pub use pattern::Pattern;
pub use route::Route;
pub use schema::schema;
pub use shape::{Charset, Constraints, Kind, Location, Member, Sensitivity, Shape, ShapeId, TimestampFormat};
pub use unrouted::{Unrouted, UnroutedKind};

use crate::diagnostic::Diagnostic;
use crate::message::Json;
use std::sync::Arc;

/// The compiled contract of one operation.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The file, as named by the user; `embedded:<path>` for the crate's own.
    pub file: String,
    /// The bytes of the file: what `spec_sha256` of a cassette is over.
    pub text: String,
    /// The service that the operation belongs to.
    pub service: Service,
    /// The operation's name.
    pub operation: String,
    /// Where the spec comes from.
    pub source: Source,
    /// How the operation is bound to HTTP.
    pub http: Http,
    /// Input members, in the order of the file.
    pub input: Vec<Member>,
    /// Output members, in the order of the file.
    pub output: Vec<Member>,
    /// How the operation pages, if it does.
    pub pagination: Option<Pagination>,
    /// The modelled errors.
    pub errors: Vec<ErrorShape>,
    /// The name of the error that answers a malformed input, where there is one.
    pub validation_error: Option<String>,
    /// The name of the error that answers an unknown resource, where there is one.
    pub not_found_error: Option<String>,
    /// Cross-member rules of the output.
    pub rules: Vec<Rule>,
    /// What a client may do.
    pub client: ClientRules,
    /// What was seen on the wire and is not in the model.
    pub deviations: Vec<Deviation>,
    /// All shapes; [`ShapeId`] is an index.
    pub(crate) shapes: Vec<Shape>,
    /// The keys of the inputs, shared by the [`Inputs`] of all requests.
    pub(crate) input_keys: InputKeys,
}

impl Spec {
    /// The shape of an id.
    pub fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.0 as usize]
    }

    /// What becomes of the member's values: its own sensitivity, else its type's.
    pub fn sensitivity(&self, member: &Member) -> Option<Sensitivity> {
        member.sensitivity.or(self.shape(member.shape).sensitivity)
    }

    /// The input member of that key.
    pub fn input_member(&self, key: &str) -> Option<&Member> {
        self.input.iter().find(|member| member.key == key)
    }

    /// The output member of that key.
    pub fn output_member(&self, key: &str) -> Option<&Member> {
        self.output.iter().find(|member| member.key == key)
    }

    /// The output member that is the whole body of a success and no JSON: bytes, or a text.
    pub fn raw_payload(&self) -> Option<&Member> {
        let payload = self.output.iter().find(|member| member.location == Location::Payload)?;
        let is_raw = matches!(self.shape(payload.shape).kind, Kind::Blob | Kind::String | Kind::Enum(_));
        is_raw.then_some(payload)
    }

    /// The modelled error of that name.
    pub fn error(&self, name: &str) -> Option<&ErrorShape> {
        self.errors.iter().find(|error| error.name == name)
    }

    /// The structure members of a list member's items.
    pub fn item_members(&self, list: &Member) -> Option<&[Member]> {
        match &self.shape(list.shape).kind {
            Kind::List(item) => match &self.shape(*item).kind {
                Kind::Structure(members) => Some(members),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The service of a spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its id, such as `medical-imaging`; also the name of the folder.
    pub id: String,
    /// The version of its API.
    pub api_version: String,
    /// The protocol.
    pub protocol: Protocol,
    /// The name in the credential scope of a signature.
    pub signing_name: String,
    /// The host, a template of `{prefix}` and `{region}`.
    pub endpoint: String,
}

/// The protocols that are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// AWS restJson1.
    RestJson,
}

/// Where a spec comes from: texts for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The model.
    pub model: Option<String>,
    /// The documentation.
    pub documented: Option<String>,
    /// When it was retrieved.
    pub retrieved: Option<String>,
}

/// The HTTP binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http {
    /// The method.
    pub method: String,
    /// The path, with labels.
    pub path: Vec<Segment>,
    /// What clients put before the host, such as `runtime-`; empty if nothing.
    pub host_prefix: String,
    /// The status of success.
    pub success: u16,
    /// Whether the operation changes nothing, so that a recorder may forward it.
    pub read_only: bool,
    /// The line of `http`.
    pub line: u32,
}

/// A part of a path between slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// A literal part.
    Literal(String),
    /// A label: the index of the input member in [`Spec::input`].
    Label(usize),
}

/// How an operation pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pagination {
    /// The key of the input member that takes the token.
    pub input_token: String,
    /// The key of the output member that gives the next one.
    pub output_token: String,
    /// The key of the input member for the page size.
    pub page_size: Option<String>,
    /// The key of the output member that lists the items.
    pub items: String,
    /// The item members that tell items apart.
    pub identity: Vec<String>,
    /// The line of `pagination`.
    pub line: u32,
}

/// A modelled error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorShape {
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: u16,
    /// Whose fault it is.
    pub fault: Fault,
    /// Whether a client may retry it.
    pub retry: Retry,
    /// A note for people.
    pub note: Option<String>,
    /// Its line.
    pub line: u32,
}

/// Whose fault an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The client's.
    Client,
    /// The server's.
    Server,
}

/// Whether an error may be retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Yes, after a pause: too many requests.
    Throttling,
    /// Yes: it may pass.
    Transient,
    /// No.
    Never,
}

/// How serious a rule is; the same words as a check's level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Broken: the contract is broken.
    Must,
    /// Broken: a warning, an error with `--strict`.
    Should,
    /// A class of behaviour, reported and never judged.
    Info,
}

impl Level {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::Info => "info",
        }
    }
}

/// A cross-member rule of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// The list member whose items it judges; the whole output if none.
    pub each: Option<String>,
    /// When it applies; always if none.
    pub when: Option<Condition>,
    /// What must hold then.
    pub expect: Condition,
    /// How serious it is.
    pub level: Level,
    /// A note for people.
    pub note: Option<String>,
    /// Its line.
    pub line: u32,
}

/// A condition over the members of one structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The member is there and not null.
    Present(String),
    /// The member is not there, or null.
    Absent(String),
    /// The member has this value.
    Equals(String, Json),
    /// The member has one of these values.
    OneOf(String, Vec<Json>),
    /// The first member is not greater than the second, where both are there.
    Order(String, String),
}

/// What a client may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRules {
    /// What is allowed when a token comes twice; nothing declared if empty.
    pub repeated_token: Vec<RepeatedToken>,
    /// The attempts that a client makes if it was told nothing.
    pub default_attempts: u32,
    /// The attempts that a client may make at most.
    pub attempts_at_most: u32,
}

impl Default for ClientRules {
    fn default() -> Self {
        Self { repeated_token: Vec::new(), default_attempts: 3, attempts_at_most: 5 }
    }
}

/// What a client does when a token comes twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepeatedToken {
    /// It ends the walk.
    Stops,
    /// It reports an error.
    Errors,
    /// It goes on.
    Loops,
}

/// Something seen on the wire that the model does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// What deviates.
    pub target: DeviationTarget,
    /// The value, for a member.
    pub value: Option<String>,
    /// The day it was seen.
    pub seen: String,
    /// The cassette that shows it.
    pub cassette: Option<String>,
    /// The exchange in it.
    pub exchange: Option<String>,
    /// A note for people.
    pub note: Option<String>,
    /// Its line.
    pub line: u32,
}

/// What a deviation is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviationTarget {
    /// A member of a named type, such as `Properties.state`, or of the output by its key alone.
    Member(String),
    /// An error name.
    Error(String),
}

/// The contracts of a run, sorted by service and operation. A clone shares them.
#[derive(Debug, Clone, Default)]
pub struct Specs(Arc<[Spec]>);

impl Specs {
    /// A set of specs; sorted here.
    pub fn new(mut specs: Vec<Spec>) -> Self {
        specs.sort_by(|a, b| (&a.service.id, &a.operation).cmp(&(&b.service.id, &b.operation)));
        Self(specs.into())
    }

    /// All specs.
    pub fn iter(&self) -> std::slice::Iter<'_, Spec> {
        self.0.iter()
    }

    /// The spec of an operation.
    pub fn operation(&self, name: &str) -> Option<&Spec> {
        self.0.iter().find(|spec| spec.operation == name)
    }

    /// The spec of an operation that a person named; says which one was probably meant, if there is none.
    pub fn require(&self, name: &str) -> Result<&Spec, Diagnostic> {
        self.operation(name).ok_or_else(|| {
            let known: Vec<&str> = self.iter().map(|spec| spec.operation.as_str()).collect();
            Diagnostic::new(format!("no spec has the operation \"{name}\""))
                .expected(known.join(", "))
                .suggest(name, known)
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
