//! Types and members: the shapes of a spec, named ones first, so that they may
//! refer to each other in any order, and recursively.

use super::{Compiler, unknown_word};
use crate::diagnostic::{self, Diagnostic};
use crate::spec::{
    Charset, Constraints, Kind, Location, Member, Pattern, Sensitivity, Shape, ShapeId, TimestampFormat,
};
use crate::yaml::{Fields, Node};

/// How many patterns a spec may have.
const MAX_PATTERNS: usize = 1000;

/// What all patterns of a spec may cost together, as [`Pattern::cost`] counts: some 32 MiB of automata.
const MAX_PATTERN_COST: u64 = 1 << 19;

const PRIMITIVES: &[&str] = &[
    "string",
    "integer",
    "long",
    "float",
    "double",
    "boolean",
    "timestamp",
    "blob",
    "document",
    "list",
    "map",
    "structure",
    "union",
    "enum",
];

/// Keys that say what a value may be.
const SHAPE_KEYS: &[&str] = &[
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

/// Keys of a member: those of its shape, and its own.
const MEMBER_KEYS: &[&str] = &[
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
    "in",
    "name",
    "required",
    "match",
];

/// The shapes of a spec while it is compiled.
pub(super) struct Types<'n, 't> {
    /// Named types, whose shapes are the first ones, in this order.
    named: Vec<(&'n Node<'t>, &'n Node<'t>)>,
    shapes: Vec<Option<Shape>>,
    used: Vec<bool>,
    patterns: usize,
    pattern_cost: u64,
}

/// Which part of a spec members belong to: it decides where they may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Input,
    Output,
    Nested,
}

impl<'n, 't> Types<'n, 't> {
    /// Takes the names of all types, then compiles each.
    pub(super) fn declare(compiler: &mut Compiler<'_>, node: Option<&'n Node<'t>>) -> Self {
        let entries = node.and_then(|node| compiler.take(node.entries(compiler.source, "types"))).unwrap_or_default();
        let named: Vec<_> = entries.iter().map(|(key, value)| (key, value)).collect();
        let mut types = Self {
            shapes: vec![None; named.len()],
            used: vec![false; named.len()],
            named: named.clone(),
            patterns: 0,
            pattern_cost: 0,
        };
        for (index, (key, value)) in named.iter().enumerate() {
            if PRIMITIVES.contains(&key.key()) {
                compiler.errors.push(compiler.source.error(key, format!("a type cannot be named \"{}\"", key.key())));
            }
            let what = format!("the type {}", key.key());
            let Some(fields) = compiler.take(value.fields(compiler.source, &what, SHAPE_KEYS)) else { continue };
            if let Some(mut shape) = types.inline(compiler, value, fields, &what, TimestampFormat::EpochSeconds) {
                shape.name = Some(key.key().to_owned());
                shape.line = key.line;
                types.shapes[index] = Some(shape);
            }
        }
        types
    }

    /// All shapes; complains about types that nothing uses.
    pub(super) fn finish(self, compiler: &mut Compiler<'_>) -> Vec<Shape> {
        for ((key, _), used) in self.named.iter().zip(&self.used) {
            if !used {
                let what = format!("the type {} is not used", key.key());
                compiler.errors.push(compiler.source.error(key, what).help("use it or take it out"));
            }
        }
        // A shape is missing only where an error was told, and then no spec comes of it.
        self.shapes.into_iter().flatten().collect()
    }

    /// A shape written where it is used.
    fn inline(
        &mut self,
        compiler: &mut Compiler<'_>,
        node: &'n Node<'t>,
        fields: Fields<'n, 't>,
        what: &str,
        time_format: TimestampFormat,
    ) -> Option<Shape> {
        let type_node = compiler.take(fields.require(compiler.source, what, "type"))?;
        let word = compiler.take(type_node.text(compiler.source, &format!("\"type\" of {what}")))?;
        let kind = self.kind(compiler, type_node, word, fields, what, time_format)?;
        refuse_foreign_keys(compiler, fields, &kind, what)?;
        let constraints = self.constraints(compiler, fields, what)?;
        Some(Shape {
            name: None,
            kind,
            constraints,
            sensitivity: sensitivity(compiler, fields, what)?,
            note: compiler.optional_text(fields, what, "note"),
            line: node.line,
        })
    }

    fn kind(
        &mut self,
        compiler: &mut Compiler<'_>,
        type_node: &Node<'_>,
        word: &str,
        fields: Fields<'n, 't>,
        what: &str,
        time_format: TimestampFormat,
    ) -> Option<Kind> {
        Some(match word {
            "string" => Kind::String,
            "integer" => Kind::Integer,
            "long" => Kind::Long,
            "float" => Kind::Float,
            "double" => Kind::Double,
            "boolean" => Kind::Boolean,
            "blob" => Kind::Blob,
            "document" => Kind::Document,
            "timestamp" => Kind::Timestamp(timestamp_format(compiler, fields, what, time_format)?),
            "list" => Kind::List(self.element(compiler, fields, what, "of")?),
            "map" => Kind::Map {
                keys: self.element(compiler, fields, what, "keys")?,
                values: self.element(compiler, fields, what, "values")?,
            },
            "structure" => Kind::Structure(self.nested_members(compiler, fields, what)?),
            "union" => Kind::Union(self.nested_members(compiler, fields, what)?),
            "enum" => Kind::Enum(enum_values(compiler, fields, what)?),
            other => {
                let names: Vec<&str> = self.named.iter().map(|(key, _)| key.key()).collect();
                if names.contains(&other) {
                    let error = compiler.source.error(type_node, format!("{what} is only another name for {other}"));
                    return compiler.fail(error.help(format!("use {other} itself")));
                }
                let known: Vec<&str> = PRIMITIVES.iter().copied().chain(names).collect();
                return compiler.fail(unknown_word(
                    compiler.source,
                    type_node,
                    &format!("\"type\" of {what}"),
                    other,
                    &known,
                ));
            }
        })
    }

    /// The type of a list's items, or a map's keys or values: a name, or a shape.
    fn element(
        &mut self,
        compiler: &mut Compiler<'_>,
        fields: Fields<'n, 't>,
        what: &str,
        key: &str,
    ) -> Option<ShapeId> {
        let node = compiler.take(fields.require(compiler.source, what, key))?;
        let what = format!("\"{key}\" of {what}");
        if let crate::yaml::Value::Scalar { .. } = node.value {
            let name = compiler.take(node.text(compiler.source, &what))?;
            if let Some(id) = self.reference(name) {
                return Some(id);
            }
            let shape = match name {
                "string" => Kind::String,
                "integer" => Kind::Integer,
                "long" => Kind::Long,
                "float" => Kind::Float,
                "double" => Kind::Double,
                "boolean" => Kind::Boolean,
                "timestamp" => Kind::Timestamp(TimestampFormat::EpochSeconds),
                "blob" => Kind::Blob,
                "document" => Kind::Document,
                _ => return compiler.fail(self.unknown_type(compiler, node, &what, name)),
            };
            return Some(self.add(plain_shape(shape, node.line)));
        }
        let fields = compiler.take(node.fields(compiler.source, &what, SHAPE_KEYS))?;
        self.shape_or_reference(compiler, node, fields, &what, TimestampFormat::EpochSeconds)
    }

    fn unknown_type(&self, compiler: &Compiler<'_>, node: &Node<'_>, what: &str, name: &str) -> Diagnostic {
        let known: Vec<&str> = PRIMITIVES.iter().copied().chain(self.named.iter().map(|(key, _)| key.key())).collect();
        unknown_word(compiler.source, node, what, name, &known)
    }

    fn reference(&mut self, name: &str) -> Option<ShapeId> {
        let index = self.named.iter().position(|(key, _)| key.key() == name)?;
        self.used[index] = true;
        Some(ShapeId(u32::try_from(index).ok()?))
    }

    fn add(&mut self, shape: Shape) -> ShapeId {
        self.shapes.push(Some(shape));
        ShapeId(u32::try_from(self.shapes.len() - 1).expect("a spec has fewer nodes than 2^32"))
    }

    /// A named type where only its name is given; a shape of its own otherwise.
    fn shape_or_reference(
        &mut self,
        compiler: &mut Compiler<'_>,
        node: &'n Node<'t>,
        fields: Fields<'n, 't>,
        what: &str,
        time_format: TimestampFormat,
    ) -> Option<ShapeId> {
        let type_node = compiler.take(fields.require(compiler.source, what, "type"))?;
        let word = compiler.take(type_node.text(compiler.source, &format!("\"type\" of {what}")))?;
        if let Some(id) = self.reference(word) {
            let own = ["of", "keys", "values", "members", "format", "length", "range", "pattern", "charset", "unique"];
            if let Some(key) = own.into_iter().find(|key| fields.get(key).is_some()) {
                let error = compiler
                    .source
                    .error(node, format!("{what} is of the type {word} and has \"{key}\" of its own"))
                    .help(format!("put \"{key}\" into the type {word}, or write the type out here"));
                return compiler.fail(error);
            }
            return Some(id);
        }
        let shape = self.inline(compiler, node, fields, what, time_format)?;
        Some(self.add(shape))
    }

    fn nested_members(
        &mut self,
        compiler: &mut Compiler<'_>,
        fields: Fields<'n, 't>,
        what: &str,
    ) -> Option<Vec<Member>> {
        let node = compiler.take(fields.require(compiler.source, what, "members"))?;
        let entries = compiler.take(node.entries(compiler.source, &format!("\"members\" of {what}")))?;
        Some(entries.iter().filter_map(|(key, node)| self.member(compiler, key, node, Part::Nested)).collect())
    }

    fn member(
        &mut self,
        compiler: &mut Compiler<'_>,
        key: &'n Node<'t>,
        node: &'n Node<'t>,
        part: Part,
    ) -> Option<Member> {
        let what = format!("the member {}", key.key());
        let fields = compiler.take(node.fields(compiler.source, &what, MEMBER_KEYS))?;
        let location = location(compiler, fields, &what, part)?;
        let time_format = match location {
            Location::Path | Location::Query => TimestampFormat::DateTime,
            Location::Header => TimestampFormat::HttpDate,
            Location::Body | Location::Payload | Location::Status => TimestampFormat::EpochSeconds,
        };
        let shape = self.shape_or_reference(compiler, node, fields, &what, time_format)?;
        let required = match fields.get("required") {
            Some(node) => compiler.take(node.boolean(compiler.source, &format!("\"required\" of {what}")))?,
            None => false,
        };
        let match_ignore = match fields.get("match") {
            Some(node) => compiler.word(node, &format!("\"match\" of {what}"), &[("ignore", true)])?,
            None => false,
        };
        Some(Member {
            key: key.key().to_owned(),
            wire_name: compiler.optional_text(fields, &what, "name").unwrap_or_else(|| key.key().to_owned()),
            location,
            shape,
            required,
            sensitivity: sensitivity(compiler, fields, &what)?,
            match_ignore,
            note: compiler.optional_text(fields, &what, "note"),
            line: key.line,
        })
    }

    fn constraints(&mut self, compiler: &mut Compiler<'_>, fields: Fields<'_, '_>, what: &str) -> Option<Constraints> {
        let length = match fields.get("length") {
            Some(node) => Some(length(compiler, node, what)?),
            None => None,
        };
        let range = match fields.get("range") {
            Some(node) => Some(range(compiler, node, what)?),
            None => None,
        };
        let pattern = match fields.get("pattern") {
            Some(node) => Some(self.pattern(compiler, node, what)?),
            None => None,
        };
        let charset = match fields.get("charset") {
            Some(node) => Some(compiler.word(node, &format!("\"charset\" of {what}"), &[("ascii", Charset::Ascii)])?),
            None => None,
        };
        let unique = match fields.get("unique") {
            Some(node) => compiler.take(node.boolean(compiler.source, &format!("\"unique\" of {what}")))?,
            None => false,
        };
        Some(Constraints { length, range, pattern, charset, unique })
    }

    fn pattern(&mut self, compiler: &mut Compiler<'_>, node: &Node<'_>, what: &str) -> Option<Pattern> {
        self.patterns += 1;
        if self.patterns > MAX_PATTERNS {
            return compiler
                .fail(compiler.source.error(node, format!("the spec has more than {MAX_PATTERNS} patterns")));
        }
        let text = compiler.take(node.text(compiler.source, &format!("\"pattern\" of {what}")))?;
        match Pattern::new(text) {
            Ok(pattern) => {
                self.pattern_cost += pattern.cost();
                if self.pattern_cost > MAX_PATTERN_COST {
                    let what =
                        "the patterns of the spec grow too large together when their repetitions are written out";
                    return compiler.fail(
                        compiler
                            .source
                            .error(node, what)
                            .help("shorten the repetitions, or leave patterns out and say so in a \"note\""),
                    );
                }
                Some(pattern)
            }
            Err(reason) => compiler.fail(
                compiler
                    .source
                    .error(node, format!("the pattern of {what} {reason}"))
                    .help("leave the pattern out and say so in a \"note\""),
            ),
        }
    }
}

impl Compiler<'_> {
    /// The members of the input or the output.
    pub(super) fn members_of<'n, 't>(
        &mut self,
        fields: Fields<'n, 't>,
        key: &str,
        types: &mut Types<'n, 't>,
    ) -> Vec<Member> {
        let part = if key == "input" { Part::Input } else { Part::Output };
        let Some(node) = fields.get(key) else { return Vec::new() };
        let Some(entries) = self.take(node.entries(self.source, key)) else { return Vec::new() };
        let members: Vec<Member> =
            entries.iter().filter_map(|(key, node)| types.member(self, key, node, part)).collect();
        let payload = members.iter().find(|member| member.location == Location::Payload);
        let body = members.iter().find(|member| member.location == Location::Body);
        if let (Some(payload), Some(body)) = (payload, body) {
            let what =
                format!("the {key} has a payload, \"{}\", and \"{}\" in the body beside it", payload.key, body.key);
            self.errors.push(Diagnostic::new(what).at(diagnostic::Location::at(self.source.file, body.line, 1)));
        }
        members
    }
}

/// The structure members of a list member's items.
pub(super) fn item_members<'s>(shapes: &'s [Shape], list: &Member) -> Option<&'s [Member]> {
    let Kind::List(item) = &shapes.get(list.shape.0 as usize)?.kind else { return None };
    match &shapes.get(item.0 as usize)?.kind {
        Kind::Structure(members) => Some(members),
        _ => None,
    }
}

/// Complains about a member whose values have no one text.
pub(super) fn require_text_like(compiler: &mut Compiler<'_>, member: &Member, shapes: &[Shape], place: &str) {
    let Some(shape) = shapes.get(member.shape.0 as usize) else { return };
    if matches!(shape.kind, Kind::List(_) | Kind::Map { .. } | Kind::Structure(_) | Kind::Union(_) | Kind::Document) {
        let what = format!("the input \"{}\" is {place} and has no text form", member.key);
        compiler.errors.push(Diagnostic::new(what).at(diagnostic::Location::at(compiler.source.file, member.line, 1)));
    }
}

fn plain_shape(kind: Kind, line: u32) -> Shape {
    Shape { name: None, kind, constraints: Constraints::default(), sensitivity: None, note: None, line }
}

fn location(compiler: &mut Compiler<'_>, fields: Fields<'_, '_>, what: &str, part: Part) -> Option<Location> {
    const INPUT: &[(&str, Location)] = &[
        ("path", Location::Path),
        ("query", Location::Query),
        ("header", Location::Header),
        ("body", Location::Body),
        ("payload", Location::Payload),
    ];
    const OUTPUT: &[(&str, Location)] = &[
        ("body", Location::Body),
        ("header", Location::Header),
        ("status", Location::Status),
        ("payload", Location::Payload),
    ];
    let Some(node) = fields.get("in") else { return Some(Location::Body) };
    match part {
        Part::Input => compiler.word(node, &format!("\"in\" of {what}"), INPUT),
        Part::Output => compiler.word(node, &format!("\"in\" of {what}"), OUTPUT),
        Part::Nested => compiler.fail(
            compiler
                .source
                .error(node, format!("{what} is inside a structure and cannot have \"in\""))
                .help("take it out"),
        ),
    }
}

fn sensitivity(compiler: &mut Compiler<'_>, fields: Fields<'_, '_>, what: &str) -> Option<Option<Sensitivity>> {
    let Some(node) = fields.get("sensitivity") else { return Some(None) };
    let words = Sensitivity::ALL.map(|class| (class.as_str(), class));
    compiler.word(node, &format!("\"sensitivity\" of {what}"), &words).map(Some)
}

fn timestamp_format(
    compiler: &mut Compiler<'_>,
    fields: Fields<'_, '_>,
    what: &str,
    default: TimestampFormat,
) -> Option<TimestampFormat> {
    const FORMATS: [(&str, TimestampFormat); 3] = [
        ("epoch-seconds", TimestampFormat::EpochSeconds),
        ("date-time", TimestampFormat::DateTime),
        ("http-date", TimestampFormat::HttpDate),
    ];
    match fields.get("format") {
        Some(node) => compiler.word(node, &format!("\"format\" of {what}"), &FORMATS),
        None => Some(default),
    }
}

fn enum_values(compiler: &mut Compiler<'_>, fields: Fields<'_, '_>, what: &str) -> Option<Vec<String>> {
    let node = compiler.take(fields.require(compiler.source, what, "values"))?;
    let items = compiler.take(node.items(compiler.source, &format!("\"values\" of {what}")))?;
    let mut values: Vec<String> = Vec::new();
    for item in items {
        let value = compiler.take(item.text(compiler.source, &format!("a value of {what}")))?;
        if values.iter().any(|known| known == value) {
            return compiler.fail(compiler.source.error(item, format!("{what} has the value {value} twice")));
        }
        values.push(value.to_owned());
    }
    if values.is_empty() {
        return compiler.fail(compiler.source.error(node, format!("{what} has no values")));
    }
    Some(values)
}

/// Two numbers, the first not above the second.
fn pair<T: PartialOrd + Copy>(
    compiler: &mut Compiler<'_>,
    node: &Node<'_>,
    what: &str,
    read: impl Fn(&mut Compiler<'_>, &Node<'_>) -> Option<T>,
) -> Option<(T, T)> {
    let items = compiler.take(node.items(compiler.source, what))?;
    let [least, most] = items else {
        return compiler.fail(compiler.source.error(node, format!("{what} must be [least, greatest]")));
    };
    let (least, most) = (read(compiler, least)?, read(compiler, most)?);
    if least > most {
        return compiler.fail(compiler.source.error(node, format!("{what} begins above its end")));
    }
    Some((least, most))
}

fn length(compiler: &mut Compiler<'_>, node: &Node<'_>, what: &str) -> Option<(u64, u64)> {
    let what = format!("\"length\" of {what}");
    pair(compiler, node, &what, |compiler, node| {
        let number = compiler.take(node.integer(compiler.source, &what))?;
        match u64::try_from(number) {
            Ok(number) => Some(number),
            Err(_) => compiler.fail(compiler.source.error(node, format!("{what} cannot be negative"))),
        }
    })
}

fn range(compiler: &mut Compiler<'_>, node: &Node<'_>, what: &str) -> Option<(f64, f64)> {
    let what = format!("\"range\" of {what}");
    pair(compiler, node, &what, |compiler, node| compiler.take(node.number(compiler.source, &what)))
}

/// Keys that mean nothing for this kind are mistakes.
fn refuse_foreign_keys(compiler: &mut Compiler<'_>, fields: Fields<'_, '_>, kind: &Kind, what: &str) -> Option<()> {
    let allowed: &[&str] = match kind {
        Kind::String => &["length", "pattern", "charset"],
        Kind::Integer | Kind::Long | Kind::Float | Kind::Double => &["range"],
        Kind::Boolean | Kind::Document => &[],
        Kind::Timestamp(_) => &["format"],
        Kind::Blob => &["length"],
        Kind::List(_) => &["of", "length", "unique"],
        Kind::Map { .. } => &["keys", "values", "length"],
        Kind::Structure(_) | Kind::Union(_) => &["members"],
        Kind::Enum(_) => &["values"],
    };
    let shaping = ["of", "keys", "values", "members", "format", "length", "range", "pattern", "charset", "unique"];
    for key in shaping {
        if let Some(node) = fields.get(key)
            && !allowed.contains(&key)
        {
            return compiler.fail(compiler.source.error(node, format!("\"{key}\" means nothing for {what}")));
        }
    }
    Some(())
}
