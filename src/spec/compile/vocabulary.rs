//! The words of the format: which keys a mapping may have, which words a key may hold.
//!
//! The compiler reads them here and nowhere else, and a test holds the JSON
//! Schema of the format to them.

use crate::spec::{Charset, Fault, Level, Location, Protocol, RepeatedToken, Retry, Sensitivity, TimestampFormat};

/// A word and what it means.
pub(crate) type Words<T> = &'static [(&'static str, T)];

pub(crate) const TOP: &[&str] = &[
    "spec",
    "service",
    "operation",
    "source",
    "http",
    "input",
    "output",
    "types",
    "pagination",
    "errors",
    "validation_error",
    "not_found_error",
    "rules",
    "client",
    "deviations",
];

pub(crate) const SERVICE: &[&str] = &["id", "api_version", "protocol", "signing_name", "endpoint"];
pub(crate) const SOURCE: &[&str] = &["model", "documented", "retrieved"];
pub(crate) const HTTP: &[&str] = &["method", "path", "host_prefix", "success", "read_only"];
pub(crate) const PAGINATION: &[&str] = &["input_token", "output_token", "page_size", "items", "identity"];
pub(crate) const ERROR: &[&str] = &["status", "fault", "retry", "note"];
pub(crate) const RULE: &[&str] = &["id", "each", "when", "expect", "level", "note"];
pub(crate) const CLIENT: &[&str] = &["repeated_token", "max_attempts"];
pub(crate) const MAX_ATTEMPTS: &[&str] = &["default", "at_most"];
pub(crate) const DEVIATION: &[&str] = &["member", "error", "value", "seen", "cassette", "exchange", "note"];

/// Keys that say what a value may be: those of a type, and of a list's items or a map's keys and values.
pub(crate) const TYPE: &[&str] = &[
    "type",
    "of",
    "keys",
    "values",
    "members",
    "format",
    "length",
    "range",
    "pattern",
    "charset",
    "unique",
    "sensitivity",
    "note",
];

/// Keys of a type that make it what it is: a member of a named type has none of them.
pub(crate) const SHAPING: &[&str] =
    &["of", "keys", "values", "members", "format", "length", "range", "pattern", "charset", "unique"];

/// Keys of a member that its type does not have.
pub(crate) const OF_MEMBERS_ONLY: &[&str] = &["in", "name", "required", "match"];

/// Keys of a member.
pub(crate) const MEMBER: &[&str] = &[
    "type",
    "in",
    "name",
    "required",
    "of",
    "keys",
    "values",
    "members",
    "format",
    "length",
    "range",
    "pattern",
    "charset",
    "unique",
    "sensitivity",
    "match",
    "note",
];

/// The types that need no name, and those of their keys that shape them.
pub(crate) const PRIMITIVES: Words<&[&str]> = &[
    ("string", &["length", "pattern", "charset"]),
    ("integer", &["range"]),
    ("long", &["range"]),
    ("float", &["range"]),
    ("double", &["range"]),
    ("boolean", &[]),
    ("timestamp", &["format"]),
    ("blob", &["length"]),
    ("document", &[]),
    ("list", &["of", "length", "unique"]),
    ("map", &["keys", "values", "length"]),
    ("structure", &["members"]),
    ("union", &["members"]),
    ("enum", &["values"]),
];

/// What others call some of the types.
pub(crate) const OTHER_WORDS: &[(&str, &str)] = &[
    ("str", "string"),
    ("text", "string"),
    ("int", "integer"),
    ("number", "double"),
    ("decimal", "double"),
    ("bool", "boolean"),
    ("date", "timestamp"),
    ("time", "timestamp"),
    ("datetime", "timestamp"),
    ("date-time", "timestamp"),
    ("bytes", "blob"),
    ("binary", "blob"),
    ("any", "document"),
    ("json", "document"),
    ("array", "list"),
    ("set", "list"),
    ("dict", "map"),
    ("object", "structure"),
    ("struct", "structure"),
];

pub(crate) const METHODS: Words<&str> =
    &[("GET", "GET"), ("POST", "POST"), ("PUT", "PUT"), ("DELETE", "DELETE"), ("PATCH", "PATCH"), ("HEAD", "HEAD")];

pub(crate) const PROTOCOLS: Words<Protocol> = &[("rest-json", Protocol::RestJson)];

/// Protocols that are known by name and not understood.
pub(crate) const OTHER_PROTOCOLS: &[&str] =
    &["aws-json-1.0", "aws-json-1.1", "rest-xml", "aws-query", "ec2-query", "rpc-v2-cbor"];

pub(crate) const IN_INPUT: Words<Location> = &[
    ("path", Location::Path),
    ("query", Location::Query),
    ("header", Location::Header),
    ("body", Location::Body),
    ("payload", Location::Payload),
];

pub(crate) const IN_OUTPUT: Words<Location> = &[
    ("body", Location::Body),
    ("header", Location::Header),
    ("status", Location::Status),
    ("payload", Location::Payload),
];

pub(crate) const FORMATS: Words<TimestampFormat> = &[
    ("epoch-seconds", TimestampFormat::EpochSeconds),
    ("date-time", TimestampFormat::DateTime),
    ("http-date", TimestampFormat::HttpDate),
];

pub(crate) const CHARSETS: Words<Charset> = &[("ascii", Charset::Ascii)];

pub(crate) const SENSITIVITIES: Words<Sensitivity> = &[
    ("identifier", Sensitivity::Identifier),
    ("token", Sensitivity::Token),
    ("time", Sensitivity::Time),
    ("free-text", Sensitivity::FreeText),
    ("secret", Sensitivity::Secret),
];

/// What `match` may say: that a member does not count.
pub(crate) const MATCHES: Words<bool> = &[("ignore", true)];

pub(crate) const FAULTS: Words<Fault> = &[("client", Fault::Client), ("server", Fault::Server)];

pub(crate) const RETRIES: Words<Retry> =
    &[("throttling", Retry::Throttling), ("transient", Retry::Transient), ("never", Retry::Never)];

pub(crate) const LEVELS: Words<Level> = &[("must", Level::Must), ("should", Level::Should), ("info", Level::Info)];

/// The words of a condition that are no member's name.
pub(crate) const CONDITIONS: &[&str] = &["present", "absent", "one_of", "order"];

pub(crate) const REPEATED_TOKEN: Words<RepeatedToken> =
    &[("stops", RepeatedToken::Stops), ("errors", RepeatedToken::Errors), ("loops", RepeatedToken::Loops)];

/// What to do where a key is missing.
pub(crate) fn how_to_add(key: &str) -> String {
    let example = match key {
        "service" => "service: {id: …, api_version: …, protocol: rest-json, signing_name: …, endpoint: …}",
        "operation" => "operation: <the name that the model has>",
        "http" => "http: {method: …, path: …}",
        "method" => "method: <GET, POST, …>",
        "path" => "path: /<literal>/{<label>}",
        "protocol" => "protocol: rest-json",
        "endpoint" => "endpoint: \"{prefix}<service>.{region}.amazonaws.com\"",
        "type" => "type: <string, integer, … or a name under types>",
        "of" => "of: <the type of its items>",
        "keys" => "keys: <the type of its keys>",
        "values" => "values: <of an enum a list of texts, of a map the type of its values>",
        "members" => "members: {<name>: {type: …}}",
        "input_token" => "input_token: <the input that takes the token>",
        "output_token" => "output_token: <the output that gives the next token>",
        "items" => "items: <the output that lists the items>",
        "expect" => "expect: <one condition, such as {present: …}>",
        "status" => "status: <the one that the service sends with it>, such as 400",
        "seen" => "seen: YYYY-MM-DD, the day on which it was seen",
        _ => return format!("add \"{key}\""),
    };
    format!("add {example}")
}
