//! Members of the input, the output and structures: what each may be, and where it stands in a message.

use super::types::{BROKEN, Shapes, Types};
use super::vocabulary::{IN_INPUT, IN_OUTPUT, MATCHES, MEMBER};
use super::{Compiler, MAX_ENTRIES, list, quoted};
use crate::spec::{Kind, Location, Member, TimestampFormat};
use crate::yaml::{Fields, Node, Value};
use std::collections::HashMap;

/// Header fields that carry the message or its credentials: no member of an API.
const NOT_FOR_MEMBERS: [&str; 11] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "host",
    "date",
    "connection",
    "transfer-encoding",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
];

/// Which part of a spec members belong to: it decides where they may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Input,
    Output,
    Nested,
}

impl Part {
    /// What a member of this part is called.
    fn noun(self) -> &'static str {
        match self {
            Self::Input => "the input",
            Self::Output => "the output",
            Self::Nested => "the member",
        }
    }
}

/// The members of one part, those included that could not be read whole.
pub(super) struct Members<'n, 't> {
    part: Part,
    pub(super) all: Vec<Member>,
    /// The keys of the members, in the same order.
    pub(super) keys: Vec<&'n Node<'t>>,
    /// Whether the place of each is known.
    placed: Vec<bool>,
}

impl<'n, 't> Members<'n, 't> {
    /// The members of the input.
    pub(super) fn input(compiler: &mut Compiler<'_>, node: Option<&'n Node<'t>>, types: &mut Types<'n, 't>) -> Self {
        let none = Self { part: Part::Input, all: Vec::new(), keys: Vec::new(), placed: Vec::new() };
        node.and_then(|node| Self::read(compiler, node, types, "input", Part::Input)).unwrap_or(none)
    }

    /// The members of the output.
    pub(super) fn output(compiler: &mut Compiler<'_>, node: Option<&'n Node<'t>>, types: &mut Types<'n, 't>) -> Self {
        let none = Self { part: Part::Output, all: Vec::new(), keys: Vec::new(), placed: Vec::new() };
        node.and_then(|node| Self::read(compiler, node, types, "output", Part::Output)).unwrap_or(none)
    }

    /// The members of a structure or union.
    pub(super) fn nested(
        compiler: &mut Compiler<'_>,
        node: &'n Node<'t>,
        types: &mut Types<'n, 't>,
        what: &str,
    ) -> Option<Self> {
        Self::read(compiler, node, types, what, Part::Nested)
    }

    fn read(
        compiler: &mut Compiler<'_>,
        node: &'n Node<'t>,
        types: &mut Types<'n, 't>,
        what: &str,
        part: Part,
    ) -> Option<Self> {
        let entries = compiler.named(node, what, MAX_ENTRIES)?;
        let mut members = Self { part, all: Vec::new(), keys: Vec::new(), placed: Vec::new() };
        for (key, node) in entries {
            let (member, placed) = member(compiler, key, node, types, part);
            members.all.push(member);
            members.keys.push(key);
            members.placed.push(placed);
        }
        members.refuse_same_names(compiler);
        members.refuse_beside_payload(compiler);
        Some(members)
    }

    /// The member of that key.
    pub(super) fn get(&self, key: &str) -> Option<&Member> {
        self.all.iter().find(|member| member.key == key)
    }

    /// The index of the member that fills a label; nothing inside, if that is not known of a member of that name.
    pub(super) fn label(&self, label: &str) -> Option<Option<usize>> {
        let named = |member: &Member| member.wire_name == label;
        let index = self.all.iter().position(|member| named(member) && member.location == Location::Path);
        let unplaced = || self.all.iter().zip(&self.placed).any(|(member, placed)| named(member) && !placed);
        index.map(Some).or_else(|| unplaced().then_some(None))
    }

    /// The members whose place is known, with their keys.
    pub(super) fn placed(&self) -> impl Iterator<Item = (&Member, &'n Node<'t>)> {
        let members = self.all.iter().zip(&self.keys).zip(&self.placed);
        members.filter(|(_, placed)| **placed).map(|((member, key), _)| (member, *key))
    }

    /// Two members of one name in one place would be one.
    fn refuse_same_names(&self, compiler: &mut Compiler<'_>) {
        let mut seen: HashMap<(Location, String), &str> = HashMap::new();
        for (member, key) in self.all.iter().zip(&self.keys) {
            let place = match member.location {
                Location::Header => (Location::Header, member.wire_name.to_ascii_lowercase()),
                Location::Payload | Location::Status => (member.location, String::new()),
                Location::Path | Location::Query | Location::Body => (member.location, member.wire_name.clone()),
            };
            let Some(other) = seen.insert(place, &member.key) else { continue };
            let what = match member.location {
                Location::Payload => format!("{} and {other} both are the whole body", member.key),
                Location::Status => format!("{} and {other} both are the status", member.key),
                _ => format!("{} and {other} have the same name on the wire, \"{}\"", member.key, member.wire_name),
            };
            compiler
                .tell(compiler.source.error(key, what).help("keep one of the two, or correct its \"name\" or \"in\""));
        }
    }

    fn refuse_beside_payload(&self, compiler: &mut Compiler<'_>) {
        let payload = self.placed().find(|(member, _)| member.location == Location::Payload);
        let Some((payload, key)) = payload else { return };
        let beside = self.placed().filter(|(member, _)| member.location == Location::Body);
        let beside: Vec<&str> = beside.map(|(member, _)| member.key.as_str()).collect();
        if !beside.is_empty() {
            let noun = self.part.noun();
            let what = format!("{noun} {} is the whole body, and the body has {} too", payload.key, list(&beside));
            let help = "say with \"in\" where else those are, or put all into one structure";
            compiler.tell(compiler.source.error(key, what).help(help));
        }
    }

    /// Complains about members whose values cannot stand where they are said to.
    pub(super) fn check_places(&self, compiler: &mut Compiler<'_>, shapes: &Shapes) {
        for (member, key) in self.all.iter().zip(&self.keys) {
            let Some(kind) = shapes.kind(member) else { continue };
            let fits = match member.location {
                Location::Body => true,
                Location::Payload => can_be_whole_body(kind),
                Location::Status => *kind == Kind::Integer,
                Location::Query | Location::Header => has_text(kind) || is_list_of_texts(kind, shapes),
                Location::Path => has_text(kind),
            };
            if !fits {
                let noun = self.part.noun();
                let place = place_name(member.location);
                let what = format!("{noun} {} is {place} and cannot be {}", member.key, kind.in_words());
                compiler.tell(compiler.source.error(key, what).help(place_help(member.location)));
            }
            if member.location == Location::Path && !member.required {
                let what = format!("the input {} is in the path and is not required", member.key);
                compiler.tell(compiler.source.error(key, what).help("a label is always there: add \"required: true\""));
            }
        }
    }
}

/// A member, and whether its place is known. What could not be read of it is left at its default: no spec comes of it.
fn member<'n, 't>(
    compiler: &mut Compiler<'_>,
    key: &'n Node<'t>,
    node: &'n Node<'t>,
    types: &mut Types<'n, 't>,
    part: Part,
) -> (Member, bool) {
    let mut member = Member {
        key: key.key().to_owned(),
        wire_name: key.key().to_owned(),
        location: Location::Body,
        shape: BROKEN,
        required: false,
        sensitivity: None,
        match_ignore: false,
        note: None,
        line: key.line,
    };
    let what = format!("{} {}", part.noun(), key.key());
    if let Value::Scalar { text, .. } = &node.value
        && types.knows(text)
    {
        let error = node.wrong_type(compiler.source, &what, "a mapping");
        compiler.tell(error.help(format!("write it as {{type: {text}}}")));
        return (member, false);
    }
    let Some(fields) = compiler.fields(node, &what, MEMBER) else { return (member, false) };
    let location = location(compiler, fields, &what, part);
    member.location = location.unwrap_or(Location::Body);
    let format = time_format(member.location);
    member.shape = types.of_member(compiler, node, fields, &what, format).unwrap_or(BROKEN);
    member.required = compiler.optional_boolean(fields, &what, "required").unwrap_or_default();
    member.match_ignore = fields
        .get("match")
        .and_then(|node| compiler.word(node, &format!("\"match\" of {what}"), MATCHES))
        .unwrap_or_default();
    member.note = compiler.optional_text(fields, &what, "note");
    if let Some(name) = compiler.optional_text(fields, &what, "name") {
        member.wire_name = name;
    }
    compiler.check_wire_name(fields.get("name").unwrap_or(key), &member, &what);
    // The sensitivity of a shape written here is the shape's; that of a named type may be overridden.
    member.sensitivity = types.own_sensitivity(compiler, fields, &what);
    (member, location.is_some())
}

fn location(compiler: &mut Compiler<'_>, fields: Fields<'_, '_>, what: &str, part: Part) -> Option<Location> {
    let Some(node) = fields.get("in") else { return Some(Location::Body) };
    let place = format!("\"in\" of {what}");
    match part {
        Part::Input => compiler.word(node, &place, IN_INPUT),
        Part::Output => compiler.word(node, &place, IN_OUTPUT),
        Part::Nested => {
            let error = compiler.source.error(node, format!("{what} is inside a structure and cannot have \"in\""));
            compiler.fail(error.help("take it out: it stands where the structure stands"))
        }
    }
}

/// How times are spelled in a place where nothing else is said.
fn time_format(location: Location) -> TimestampFormat {
    match location {
        Location::Path | Location::Query => TimestampFormat::DateTime,
        Location::Header => TimestampFormat::HttpDate,
        Location::Body | Location::Payload | Location::Status => TimestampFormat::EpochSeconds,
    }
}

impl Compiler<'_> {
    fn check_wire_name(&mut self, node: &Node<'_>, member: &Member, what: &str) {
        let name = &member.wire_name;
        let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        let fits = match member.location {
            Location::Header => name.bytes().all(is_token),
            Location::Path => !name.contains(['/', '{', '}']),
            Location::Query | Location::Body | Location::Payload | Location::Status => true,
        };
        if name.is_empty() || !fits || name.chars().any(char::is_control) {
            let error =
                self.source.error(node, format!("{what} cannot have that name {}", place_name(member.location)));
            let expected = match member.location {
                Location::Header => "letters, digits and '-', as header names have",
                Location::Path => "the name of a label, without slashes and braces",
                _ => "a name without control characters",
            };
            self.tell(error.expected(expected).found(quoted(name)));
        }
        if member.location == Location::Header && NOT_FOR_MEMBERS.iter().any(|header| name.eq_ignore_ascii_case(header))
        {
            let error = self
                .source
                .error(node, format!("{what} is the header {name}, which carries the message or its credentials"));
            self.tell(error.help("take the member out: clients and servers deal with that header"));
        }
    }
}

fn has_text(kind: &Kind) -> bool {
    match kind {
        Kind::String
        | Kind::Integer
        | Kind::Long
        | Kind::Float
        | Kind::Double
        | Kind::Boolean
        | Kind::Timestamp(_)
        | Kind::Blob
        | Kind::Enum(_) => true,
        Kind::Document | Kind::List(_) | Kind::Map { .. } | Kind::Structure(_) | Kind::Union(_) => false,
    }
}

fn can_be_whole_body(kind: &Kind) -> bool {
    matches!(kind, Kind::Structure(_) | Kind::Union(_) | Kind::Document | Kind::Blob | Kind::String | Kind::Enum(_))
}

fn is_list_of_texts(kind: &Kind, shapes: &Shapes) -> bool {
    let Kind::List(item) = kind else { return false };
    shapes.get(*item).is_none_or(|item| has_text(&item.kind))
}

fn place_name(location: Location) -> &'static str {
    match location {
        Location::Path => "in the path",
        Location::Query => "in the query",
        Location::Header => "in a header",
        Location::Body => "in the body",
        Location::Payload => "the whole body",
        Location::Status => "the status",
    }
}

fn place_help(location: Location) -> &'static str {
    match location {
        Location::Path => "only what has one text can stand there: a string, a number, a time",
        Location::Query | Location::Header => "only what has one text can stand there, or a list of such",
        Location::Status => "make it an integer",
        Location::Body | Location::Payload => "the whole body is a structure, a union, a document, a blob or a text",
    }
}
