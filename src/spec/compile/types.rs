//! Types: the shapes of a spec, named ones first, so that they may refer to each
//! other in any order, and recursively.

use super::constraints::{Patterns, required_if_there};
use super::members::Members;
use super::vocabulary::{FORMATS, OF_MEMBERS_ONLY, OTHER_WORDS, PRIMITIVES, SENSITIVITIES, SHAPING, TYPE};
use super::{Compiler, whole};
use crate::spec::{Constraints, Kind, Member, Sensitivity, Shape, ShapeId, TimestampFormat};
use crate::yaml::{Fields, Node, Value};
use std::collections::HashMap;

/// How many types a spec may name.
const MAX_TYPES: usize = 10_000;

/// The shape of what could not be read: there is none of that id.
pub(super) const BROKEN: ShapeId = ShapeId(u32::MAX);

/// The shapes of a spec, with gaps where one could not be read.
pub(super) struct Shapes(pub(super) Vec<Option<Shape>>);

impl Shapes {
    /// The shape of that id, unless it could not be read.
    pub(super) fn get(&self, id: ShapeId) -> Option<&Shape> {
        self.0.get(id.0 as usize)?.as_ref()
    }

    /// The kind of a member's values.
    pub(super) fn kind(&self, member: &Member) -> Option<&Kind> {
        self.get(member.shape).map(|shape| &shape.kind)
    }

    /// The members of a list's items, if they are structures.
    pub(super) fn item_members(&self, list: &Member) -> Option<&[Member]> {
        let Kind::List(item) = self.kind(list)? else { return None };
        match &self.get(*item)?.kind {
            Kind::Structure(members) => Some(members),
            _ => None,
        }
    }

    /// All shapes, if there is no gap.
    pub(super) fn complete(self) -> Option<Vec<Shape>> {
        self.0.into_iter().collect()
    }
}

/// The shapes of a spec while they are compiled.
pub(super) struct Types<'n, 't> {
    /// Named types, whose shapes are the first ones, in this order.
    named: Vec<(&'n Node<'t>, &'n Node<'t>)>,
    index: HashMap<&'n str, usize>,
    shapes: Vec<Option<Shape>>,
    patterns: Patterns,
}

impl<'n, 't> Types<'n, 't> {
    /// Takes the names of all types, then compiles each.
    pub(super) fn declare(compiler: &mut Compiler<'_>, node: Option<&'n Node<'t>>) -> Self {
        let entries = node.and_then(|node| compiler.named(node, "types", MAX_TYPES)).unwrap_or_default();
        let named: Vec<_> = entries.iter().map(|(key, value)| (key, value)).collect();
        let index = named.iter().enumerate().map(|(index, (key, _))| (key.key(), index)).collect();
        let shapes = vec![None; named.len()];
        let mut types = Self { named, index, shapes, patterns: Patterns::default() };
        for index in 0..types.named.len() {
            types.shapes[index] = types.declared(compiler, index);
        }
        types
    }

    fn declared(&mut self, compiler: &mut Compiler<'_>, index: usize) -> Option<Shape> {
        let (key, node) = self.named[index];
        let what = format!("the type {}", key.key());
        if is_primitive(key.key()) {
            let error = compiler.source.error(key, format!("a type cannot be named \"{}\"", key.key()));
            compiler.tell(error.help("that word is a type already: take another name"));
        }
        let fields = self.fields(compiler, node, &what)?;
        let word = self.type_word(compiler, fields, &what)?;
        if !is_primitive(word) && self.index.contains_key(word) {
            let type_node = fields.get("type")?;
            let error = compiler.source.error(type_node, format!("{what} is only another name for {word}"));
            return compiler.fail(error.help(format!("use {word} itself, or write the type out")));
        }
        let mut shape = self.inline(compiler, node, fields, &what, TimestampFormat::EpochSeconds)?;
        shape.name = Some(key.key().to_owned());
        shape.line = key.line;
        Some(shape)
    }

    /// The fields of a type; what is for members only is told as such.
    fn fields(&self, compiler: &mut Compiler<'_>, node: &'n Node<'t>, what: &str) -> Option<Fields<'n, 't>> {
        let fields = compiler.take(node.any_fields(compiler.source, what))?;
        for key in fields.keys().filter(|key| OF_MEMBERS_ONLY.contains(&key.key())) {
            let error = compiler.source.error(key, format!("\"{}\" has no place in {what}", key.key()));
            compiler.tell(error.help("it says something of a member: move it to the members that have this type"));
        }
        let known: Vec<&str> = TYPE.iter().chain(OF_MEMBERS_ONLY).copied().collect();
        for key in fields.keys().filter(|key| !known.contains(&key.key())) {
            compiler.unknown_key(node, key, what, TYPE);
        }
        Some(fields)
    }

    /// Whether there is a type of that name.
    pub(super) fn knows(&self, word: &str) -> bool {
        is_primitive(word) || self.index.contains_key(word)
    }

    /// What a member of a named type says of its own sensitivity; a shape written out keeps what it says itself.
    pub(super) fn own_sensitivity(
        &self,
        compiler: &mut Compiler<'_>,
        fields: Fields<'n, 't>,
        what: &str,
    ) -> Option<Sensitivity> {
        let word = fields.get("type")?.key();
        let is_named = self.index.contains_key(word);
        if is_named { compiler.sensitivity(fields, self.primitive(word), what)? } else { None }
    }

    /// The primitive that a word stands for, by itself or as the name of a type.
    fn primitive<'w>(&'w self, word: &'w str) -> &'w str {
        let definition = self.index.get(word).map(|index| self.named[*index].1);
        match definition.map(|node| &node.value) {
            Some(Value::Mapping(entries)) => {
                entries.iter().find(|(key, _)| key.key() == "type").map_or(word, |(_, value)| value.key())
            }
            _ => word,
        }
    }

    /// All shapes; complains about types that nothing uses and about those that no finite value can have.
    pub(super) fn finish(
        self,
        compiler: &mut Compiler<'_>,
        input: &Members<'_, '_>,
        output: &Members<'_, '_>,
    ) -> Shapes {
        let shapes = Shapes(self.shapes);
        // What could not be read may be what uses a type.
        if compiler.told.is_empty() {
            whole::refuse_unused(compiler, &self.named, &shapes, input.all.iter().chain(&output.all));
            whole::refuse_endless(compiler, &self.named, &shapes);
        }
        shapes
    }

    pub(super) fn type_word(&self, compiler: &mut Compiler<'_>, fields: Fields<'n, 't>, what: &str) -> Option<&'n str> {
        let node = compiler.require(fields, what, "type")?;
        compiler.take(node.text(compiler.source, &format!("\"type\" of {what}")))
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
        let word = self.type_word(compiler, fields, what)?;
        if !is_primitive(word) {
            let node = fields.get("type")?;
            return self.unknown_type(compiler, node, &format!("\"type\" of {what}"), word);
        }
        compiler.refuse_foreign_keys(fields, word, what)?;
        let kind = self.kind(compiler, word, fields, what, time_format);
        let note = compiler.optional_text(fields, what, "note");
        let sensitivity = compiler.sensitivity(fields, word, what);
        let kind = kind?;
        let constraints = compiler.constraints(fields, what, &kind, &mut self.patterns)?;
        Some(Shape { name: None, kind, constraints, sensitivity: sensitivity?, note, line: node.line })
    }

    fn kind(
        &mut self,
        compiler: &mut Compiler<'_>,
        word: &str,
        fields: Fields<'n, 't>,
        what: &str,
        time_format: TimestampFormat,
    ) -> Option<Kind> {
        if let Some(kind) = plain_kind(word, time_format) {
            let format = fields.get("format").map(|n| compiler.word(n, &format!("\"format\" of {what}"), FORMATS));
            return match required_if_there(format)? {
                Some(format) => Some(Kind::Timestamp(format)),
                None => Some(kind),
            };
        }
        Some(match word {
            "list" => Kind::List(self.element(compiler, fields, what, "of", time_format)?),
            "map" => {
                let keys = self.element(compiler, fields, what, "keys", TimestampFormat::DateTime);
                let values = self.element(compiler, fields, what, "values", TimestampFormat::EpochSeconds);
                Kind::Map { keys: keys?, values: values? }
            }
            "structure" => Kind::Structure(self.nested_members(compiler, fields, what)?),
            "union" => Kind::Union(self.nested_members(compiler, fields, what)?),
            "enum" => Kind::Enum(compiler.enum_values(fields, what)?),
            _ => return None,
        })
    }

    /// The type of a list's items, or a map's keys or values: a name, or a shape.
    fn element(
        &mut self,
        compiler: &mut Compiler<'_>,
        fields: Fields<'n, 't>,
        what: &str,
        key: &str,
        time_format: TimestampFormat,
    ) -> Option<ShapeId> {
        let node = compiler.require(fields, what, key)?;
        let what = format!("\"{key}\" of {what}");
        if let Value::Scalar { .. } = node.value {
            let name = compiler.take(node.text(compiler.source, &what))?;
            if let Some(id) = self.reference(name, time_format) {
                return Some(id);
            }
            return match plain_kind(name, time_format) {
                Some(kind) => Some(self.add(plain_shape(kind, node.line))),
                None => self.unknown_type(compiler, node, &what, name),
            };
        }
        let fields = self.fields(compiler, node, &what)?;
        let word = self.type_word(compiler, fields, &what)?;
        if let Some(id) = self.reference(word, time_format) {
            // A member may add to a named type what becomes of its value; an element has no place to keep it.
            if let Some(own) = fields.keys().find(|own| own.key() != "type") {
                let error = compiler
                    .source
                    .error(own, format!("{what} is of the type {word} and has \"{}\" of its own", own.key()));
                return compiler.fail(error.help(format!("put it into the type {word}, or write the type out here")));
            }
            return Some(id);
        }
        let shape = self.inline(compiler, node, fields, &what, time_format)?;
        Some(self.add(shape))
    }

    /// Tells of a type that nobody knows, or that needs more than its name.
    fn unknown_type<T>(&self, compiler: &mut Compiler<'_>, node: &Node<'_>, what: &str, name: &str) -> Option<T> {
        if let Some((_, keys)) = PRIMITIVES.iter().find(|(primitive, _)| *primitive == name) {
            let error = compiler.source.error(node, format!("{what} is a {name}, which needs more than its name"));
            let needed = keys.iter().filter(|key| **key != "length" && **key != "unique");
            let written: String = needed.map(|key| format!(", {key}: …")).collect();
            return compiler.fail(error.help(format!("write it as {{type: {name}{written}}}")));
        }
        if let Some((_, meant)) = OTHER_WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(name)) {
            let error = compiler.source.error(node, format!("{what} cannot be \"{name}\""));
            return compiler.fail(error.help(format!("here it is called \"{meant}\"")));
        }
        let known = PRIMITIVES.iter().map(|(name, _)| *name).chain(self.named.iter().map(|(key, _)| key.key()));
        compiler.unknown_word(node, what, name, known)
    }

    /// The named type; where a time is spelled otherwise at this place and the type leaves it open, a type so spelled.
    fn reference(&mut self, name: &str, time_format: TimestampFormat) -> Option<ShapeId> {
        let index = *self.index.get(name).filter(|_| !is_primitive(name))?;
        let id = ShapeId(u32::try_from(index).ok()?);
        if time_format == TimestampFormat::EpochSeconds || !leaves_format_open(self.named[index].1) {
            return Some(id);
        }
        let Some(shape) = &self.shapes[index] else { return Some(id) };
        let shape = Shape { kind: Kind::Timestamp(time_format), ..shape.clone() };
        Some(self.add(shape))
    }

    fn add(&mut self, shape: Shape) -> ShapeId {
        self.shapes.push(Some(shape));
        ShapeId(u32::try_from(self.shapes.len() - 1).expect("a spec has fewer nodes than 2^32"))
    }

    /// A named type where only its name is given; a shape of its own otherwise.
    pub(super) fn of_member(
        &mut self,
        compiler: &mut Compiler<'_>,
        node: &'n Node<'t>,
        fields: Fields<'n, 't>,
        what: &str,
        time_format: TimestampFormat,
    ) -> Option<ShapeId> {
        let word = self.type_word(compiler, fields, what)?;
        let Some(id) = self.reference(word, time_format) else {
            let shape = self.inline(compiler, node, fields, what, time_format)?;
            return Some(self.add(shape));
        };
        if let Some(own) = fields.keys().find(|own| SHAPING.contains(&own.key())) {
            let own_key = own.key();
            let error =
                compiler.source.error(own, format!("{what} is of the type {word} and has \"{own_key}\" of its own"));
            return compiler.fail(error.help(format!("put it into the type {word}, or write the type out here")));
        }
        Some(id)
    }

    fn nested_members(
        &mut self,
        compiler: &mut Compiler<'_>,
        fields: Fields<'n, 't>,
        what: &str,
    ) -> Option<Vec<Member>> {
        let node = compiler.require(fields, what, "members")?;
        Some(Members::nested(compiler, node, self, &format!("\"members\" of {what}"))?.all)
    }
}

impl Compiler<'_> {
    /// What becomes of the values of a type of that word; a class that could not be carried out on them is refused.
    pub(super) fn sensitivity(
        &mut self,
        fields: Fields<'_, '_>,
        word: &str,
        what: &str,
    ) -> Option<Option<Sensitivity>> {
        let Some(node) = fields.get("sensitivity") else { return Some(None) };
        let class = self.word(node, &format!("\"sensitivity\" of {what}"), SENSITIVITIES)?;
        let is_text = matches!(word, "string" | "enum");
        let is_number = matches!(word, "integer" | "long" | "float" | "double");
        let (fits, whose) = match class {
            Sensitivity::Identifier => (is_text || is_number, "texts and numbers"),
            Sensitivity::Token | Sensitivity::FreeText => (is_text, "texts"),
            Sensitivity::Time => (is_text || is_number || word == "timestamp", "times"),
            Sensitivity::Secret => (true, "anything"),
        };
        if fits {
            return Some(Some(class));
        }
        let error =
            self.source.error(node, format!("{what} is a {word} and cannot be of the class \"{}\"", class.as_str()));
        let error = error.expected(format!("the class \"{}\" for {whose} only", class.as_str()));
        self.fail(error.help("give a class to what is inside, or say \"secret\""))
    }
}

fn is_primitive(word: &str) -> bool {
    PRIMITIVES.iter().any(|(name, _)| *name == word)
}

/// The kind of a type that needs nothing but its name.
fn plain_kind(word: &str, time_format: TimestampFormat) -> Option<Kind> {
    Some(match word {
        "string" => Kind::String,
        "integer" => Kind::Integer,
        "long" => Kind::Long,
        "float" => Kind::Float,
        "double" => Kind::Double,
        "boolean" => Kind::Boolean,
        "timestamp" => Kind::Timestamp(time_format),
        "blob" => Kind::Blob,
        "document" => Kind::Document,
        _ => return None,
    })
}

fn plain_shape(kind: Kind, line: u32) -> Shape {
    Shape { name: None, kind, constraints: Constraints::default(), sensitivity: None, note: None, line }
}

/// Whether a definition is a timestamp that does not say how it is spelled.
fn leaves_format_open(definition: &Node<'_>) -> bool {
    let Value::Mapping(entries) = &definition.value else { return false };
    let is_time = entries.iter().any(|(key, value)| key.key() == "type" && value.key() == "timestamp");
    is_time && !entries.iter().any(|(key, _)| key.key() == "format")
}
