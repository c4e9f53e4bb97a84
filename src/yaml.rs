//! YAML with positions, and nothing of YAML that could surprise.
//!
//! The only file that names the YAML crate. A document becomes a tree of
//! [`Node`]s, each with its line and column. Anchors, aliases, merges, tags,
//! directives, duplicate keys and deep nesting are refused, so a tree is never
//! larger than its text. Scalars stay texts: [`Node::text`] refuses a plain one
//! that some YAML version would read as something else.

use crate::diagnostic::{Diagnostic, Location, nearest, shorten};
use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span};
use std::borrow::Cow;
use std::collections::HashSet;

/// How deep a document may be nested.
pub const MAX_DEPTH: usize = 128;

/// What a document may hold at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of text.
    pub bytes: usize,
    /// Nodes.
    pub nodes: usize,
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node<'t> {
    /// The value.
    pub value: Value<'t>,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'t> {
    /// A scalar, as text.
    Scalar {
        /// The text.
        text: Cow<'t, str>,
        /// How it is written.
        style: Style,
    },
    /// A sequence.
    Sequence(Vec<Node<'t>>),
    /// A mapping, in the order of the text.
    Mapping(Vec<(Node<'t>, Node<'t>)>),
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In quotes.
    Quoted,
    /// A literal or folded block.
    Block,
}

/// A file being read: its name, for diagnostics, and the line before its text begins.
#[derive(Debug, Clone, Copy)]
pub struct Source<'s> {
    /// The file, as the user named it.
    pub file: &'s str,
    /// How many lines of the file stand before the text.
    pub line_offset: u32,
}

impl<'s> Source<'s> {
    /// A whole file.
    pub fn whole(file: &'s str) -> Self {
        Self { file, line_offset: 0 }
    }

    /// The place of a node.
    pub fn at(&self, node: &Node<'_>) -> Location {
        Location::at(self.file, node.line, node.column)
    }

    /// A diagnostic at a node.
    pub fn error(&self, node: &Node<'_>, what: impl Into<String>) -> Diagnostic {
        Diagnostic::new(what).at(self.at(node))
    }
}

/// Parses a text that holds exactly one document.
pub fn parse<'t>(source: Source<'_>, text: &'t str, limits: Limits) -> Result<Node<'t>, Diagnostic> {
    if text.len() > limits.bytes {
        return Err(Diagnostic::new("the file is too large")
            .at(Location::file(source.file))
            .expected(format!("at most {} bytes", limits.bytes))
            .found(format!("{} bytes", text.len())));
    }
    let options = granit_parser::options! {
        disallow_directives: true,
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    Reader { source, parser: Parser::new_from_str_with_options(text, options), nodes_left: limits.nodes, depth: 0 }
        .document()
}

struct Reader<'t, 's> {
    source: Source<'s>,
    parser: Parser<'t, granit_parser::StrInput<'t>>,
    nodes_left: usize,
    depth: usize,
}

impl<'t> Reader<'t, '_> {
    fn document(mut self) -> Result<Node<'t>, Diagnostic> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                Event::StreamEnd => break,
                event if root.is_none() => root = Some(self.node(event, span)?),
                _ => {
                    return Err(self
                        .error(span, "a second document begins here")
                        .help("keep one document in this place"));
                }
            }
        }
        root.ok_or_else(|| {
            Diagnostic::new("the document is empty").at(Location::at(self.source.file, self.source.line_offset + 1, 1))
        })
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), Diagnostic> {
        match self.parser.next() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => {
                let marker = error.marker();
                let line = u32::try_from(marker.line()).unwrap_or(u32::MAX);
                let column = u32::try_from(marker.col()).unwrap_or(u32::MAX);
                let location = Location::at(
                    self.source.file,
                    line.saturating_add(self.source.line_offset),
                    column.saturating_add(1),
                );
                Err(unreadable(&error).at(location))
            }
            None => Ok((Event::StreamEnd, Span::empty(granit_parser::Marker::new(0, 1, 0)))),
        }
    }

    fn position(&self, span: Span) -> (u32, u32) {
        let line = u32::try_from(span.start.line()).unwrap_or(u32::MAX).saturating_add(self.source.line_offset);
        (line, u32::try_from(span.start.col()).unwrap_or(u32::MAX).saturating_add(1))
    }

    fn error(&self, span: Span, what: &str) -> Diagnostic {
        let (line, column) = self.position(span);
        Diagnostic::new(what).at(Location::at(self.source.file, line, column))
    }

    fn node(&mut self, event: Event<'t>, span: Span) -> Result<Node<'t>, Diagnostic> {
        let Some(left) = self.nodes_left.checked_sub(1) else {
            return Err(self.error(span, "the document has too many values"));
        };
        self.nodes_left = left;
        let (line, column) = self.position(span);
        let value = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_properties(span, anchor, tag.is_some())?;
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
                    ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                };
                // Where nothing stands, the parser puts a tilde.
                let text = if span.is_empty() && style == Style::Plain { Cow::Borrowed("") } else { text };
                Value::Scalar { text, style }
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_properties(span, anchor, tag.is_some())?;
                Value::Sequence(self.nested(span, Self::sequence)?)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_properties(span, anchor, tag.is_some())?;
                Value::Mapping(self.nested(span, Self::mapping)?)
            }
            Event::Anchor(..) => {
                return Err(self.error(span, "anchors are not allowed here").help("write the value out"));
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                return Err(self.error(span, "aliases are not allowed here").help("write the value out"));
            }
            _ => return Err(self.error(span, "a value is missing here")),
        };
        Ok(Node { value, line, column })
    }

    fn refuse_properties(&self, span: Span, anchor: usize, tagged: bool) -> Result<(), Diagnostic> {
        if anchor != 0 {
            return Err(self.error(span, "anchors are not allowed here").help("write the value out"));
        }
        if tagged {
            return Err(self
                .error(span, "tags are not allowed here")
                .help("leave the tag out; quote the value to make it text"));
        }
        Ok(())
    }

    fn nested<T>(
        &mut self,
        span: Span,
        read: impl FnOnce(&mut Self) -> Result<T, Diagnostic>,
    ) -> Result<T, Diagnostic> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let (line, column) = self.position(span);
            return Err(too_deep().at(Location::at(self.source.file, line, column)));
        }
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn sequence(&mut self) -> Result<Vec<Node<'t>>, Diagnostic> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(items);
            }
            items.push(self.node(event, span)?);
        }
    }

    fn mapping(&mut self) -> Result<Vec<(Node<'t>, Node<'t>)>, Diagnostic> {
        let mut entries: Vec<(Node<'t>, Node<'t>)> = Vec::new();
        let mut seen = SeenKeys::default();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(entries);
            }
            let key = self.node(event, span)?;
            let Value::Scalar { text, style } = &key.value else {
                return Err(self.source.error(&key, "a key must be a text"));
            };
            if text == "<<" && *style == Style::Plain {
                return Err(self.source.error(&key, "merges are not allowed here").help("write the keys out"));
            }
            if !seen.insert(text, &entries) {
                return Err(self
                    .source
                    .error(&key, format!("the key \"{}\" stands here a second time", shorten(text)))
                    .help("keep one of the two"));
            }
            let (event, span) = self.next()?;
            let value = self.node(event, span)?;
            entries.push((key, value));
        }
    }
}

/// The keys of a mapping so far. Few keys are compared one by one; of many, a set is kept.
#[derive(Default)]
struct SeenKeys {
    many: HashSet<String>,
}

impl SeenKeys {
    const FEW: usize = 16;

    /// Whether the key is new.
    fn insert(&mut self, key: &str, entries: &[(Node<'_>, Node<'_>)]) -> bool {
        if entries.len() < Self::FEW {
            return !entries.iter().any(|(k, _)| k.key() == key);
        }
        if self.many.is_empty() {
            self.many.extend(entries.iter().map(|(k, _)| k.key().to_owned()));
        }
        self.many.insert(key.to_owned())
    }
}

fn too_deep() -> Diagnostic {
    Diagnostic::new("the document is nested too deep").expected(format!("at most {MAX_DEPTH} levels"))
}

/// What the parser says, and what to do about it.
fn unreadable(error: &ScanError) -> Diagnostic {
    use ErrorKind as Is;
    let help = match error.kind() {
        Is::RecursionLimitExceeded => return too_deep(),
        Is::UnknownAnchor => return Diagnostic::new("aliases are not allowed here").help("write the value out"),
        Is::ExpectedBlockMappingKey | Is::ExpectedBlockSequenceEntry | Is::InvalidIndentation => {
            "begin the entries of one mapping, or of one list, in the same column"
        }
        Is::TabNotAllowed | Is::TabInBlockIndentation | Is::TabInIndentation => "indent with spaces",
        Is::UnknownQuotedScalarEscape => "in double quotes write a backslash twice, or put the text in single quotes",
        Is::DirectiveDisallowed => "take the line out",
        Is::UnexpectedCharacter { .. } => "take it out, or write it as an escape in double quotes",
        _ => return Diagnostic::new(format!("not readable as YAML: {}", error.info())),
    };
    Diagnostic::new(format!("not readable as YAML: {}", error.info())).help(help)
}

impl<'t> Node<'t> {
    /// What the value is, as people call it.
    pub fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Scalar { .. } => "a single value",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// The text of a scalar that every YAML version reads as that text.
    pub fn text(&self, source: Source<'_>, what: &str) -> Result<&str, Diagnostic> {
        match &self.value {
            Value::Scalar { .. } if self.is_nothing() => {
                Err(self.wrong_type(source, what, "a text").help("write \"\" for a text of no characters"))
            }
            Value::Scalar { text, style: Style::Plain } if is_ambiguous(text) => Err(source
                .error(self, format!("{what} must be a text"))
                .found(format!("{text}, which YAML reads as something else"))
                .help(format!("write it in quotes: \"{text}\""))),
            Value::Scalar { text, .. } => Ok(text),
            _ => Err(self.wrong_type(source, what, "a text")),
        }
    }

    /// A plain `true` or `false`.
    pub fn boolean(&self, source: Source<'_>, what: &str) -> Result<bool, Diagnostic> {
        match self.plain() {
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            _ => {
                let error = self.wrong_type(source, what, "true or false");
                Err(match self.key().to_ascii_lowercase().as_str() {
                    "true" | "yes" | "y" | "on" => error.help("write true, without quotes"),
                    "false" | "no" | "n" | "off" => error.help("write false, without quotes"),
                    _ => error,
                })
            }
        }
    }

    /// A plain whole number in decimal digits.
    pub fn integer(&self, source: Source<'_>, what: &str) -> Result<i64, Diagnostic> {
        self.plain().filter(|text| is_whole(text)).and_then(|text| text.parse().ok()).ok_or_else(|| match &self.value {
            Value::Scalar { text, style: Style::Quoted } if is_whole(text) => {
                self.wrong_type(source, what, "a whole number").help(format!("write it without quotes: {text}"))
            }
            _ => self.wrong_type(source, what, "a whole number"),
        })
    }

    /// A plain number, with or without a fraction: what every YAML version reads as that number.
    pub fn number(&self, source: Source<'_>, what: &str) -> Result<f64, Diagnostic> {
        self.plain()
            .filter(|text| is_decimal(text))
            .and_then(|text| text.parse().ok())
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| self.wrong_type(source, what, "a number"))
    }

    /// The items of a sequence.
    pub fn items(&self, source: Source<'_>, what: &str) -> Result<&[Node<'t>], Diagnostic> {
        match &self.value {
            Value::Sequence(items) => Ok(items),
            _ => Err(self.wrong_type(source, what, "a list")),
        }
    }

    /// The entries of a mapping.
    pub fn entries(&self, source: Source<'_>, what: &str) -> Result<&[(Node<'t>, Node<'t>)], Diagnostic> {
        match &self.value {
            Value::Mapping(entries) => Ok(entries),
            _ => Err(self.wrong_type(source, what, "a mapping")),
        }
    }

    /// The fields of a mapping that has no keys but the known ones.
    pub fn fields<'n>(&'n self, source: Source<'_>, what: &str, known: &[&str]) -> Result<Fields<'n, 't>, Diagnostic> {
        let fields = self.any_fields(source, what)?;
        match fields.keys().find(|key| !known.contains(&key.key())) {
            Some(key) => Err(unknown_key(source, key, what, known)),
            None => Ok(fields),
        }
    }

    /// The fields of a mapping, whatever keys it has.
    pub fn any_fields<'n>(&'n self, source: Source<'_>, what: &str) -> Result<Fields<'n, 't>, Diagnostic> {
        Ok(Fields { node: self, entries: self.entries(source, what)? })
    }

    /// The text of a mapping's key.
    pub fn key(&self) -> &str {
        match &self.value {
            Value::Scalar { text, .. } => text,
            Value::Sequence(_) | Value::Mapping(_) => "",
        }
    }

    /// Whether the value was left out, or is null.
    fn is_nothing(&self) -> bool {
        matches!(self.plain(), Some("" | "~" | "null" | "Null" | "NULL"))
    }

    fn plain(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, style: Style::Plain } => Some(text),
            _ => None,
        }
    }

    /// The diagnostic of a value of another type than expected.
    pub fn wrong_type(&self, source: Source<'_>, what: &str, expected: &str) -> Diagnostic {
        let found = match &self.value {
            Value::Scalar { .. } if self.is_nothing() => "nothing".to_owned(),
            Value::Scalar { text, .. } => match text.chars().count() {
                0..=60 => format!("\"{text}\""),
                count => format!("a text of {count} characters"),
            },
            Value::Sequence(_) | Value::Mapping(_) => self.type_name().to_owned(),
        };
        source.error(self, format!("{what} must be {expected}")).found(found)
    }
}

/// The diagnostic of a key that nobody knows, with the nearest known one.
pub fn unknown_key(source: Source<'_>, key: &Node<'_>, what: &str, known: &[&str]) -> Diagnostic {
    let name = key.key();
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("known keys are {}", known.join(", ")),
    };
    source.error(key, format!("unknown key \"{}\" in {what}", shorten(name))).help(help)
}

/// The fields of a mapping whose keys are all known.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'n, 't> {
    node: &'n Node<'t>,
    entries: &'n [(Node<'t>, Node<'t>)],
}

impl<'n, 't> Fields<'n, 't> {
    /// The keys, in the order of the text.
    pub fn keys(&self) -> impl Iterator<Item = &'n Node<'t>> {
        self.entries.iter().map(|(key, _)| key)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&'n Node<'t>> {
        self.entries.iter().find(|(k, _)| k.key() == key).map(|(_, value)| value)
    }

    /// The value of a key that must be there.
    pub fn require(&self, source: Source<'_>, what: &str, key: &str) -> Result<&'n Node<'t>, Diagnostic> {
        self.get(key).ok_or_else(|| source.error(self.node, format!("{what} has no \"{key}\"")))
    }
}

/// Whether a text is a whole number in decimal digits, without a leading zero.
fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'))
}

/// Whether a text is a number in decimal digits, with a fraction or without.
fn is_decimal(text: &str) -> bool {
    match text.split_once('.') {
        Some((whole, fraction)) => {
            is_whole(whole) && !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit())
        }
        None => is_whole(text),
    }
}

/// Whether some YAML version reads the plain scalar as something else than this text.
pub fn is_ambiguous(text: &str) -> bool {
    const WORDS: [&str; 13] = ["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) || is_number_like(text) || is_date_like(text)
}

/// Whether some reader takes the text for a number: any base, sexagesimal, with separators, infinite or none.
fn is_number_like(text: &str) -> bool {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return false;
    }
    let unsigned = text.trim_start_matches(['-', '+']).to_ascii_lowercase();
    if [".inf", ".nan"].contains(&unsigned.as_str()) {
        return true;
    }
    for (prefix, digits) in [("0x", "0123456789abcdef_"), ("0o", "01234567_"), ("0b", "01_")] {
        if let Some(rest) = unsigned.strip_prefix(prefix) {
            return rest.chars().all(|c| digits.contains(c));
        }
    }
    let mantissa_end =
        unsigned.find(|c: char| !matches!(c, '0'..='9' | '.' | '_' | ':' | ',')).unwrap_or(unsigned.len());
    let (mantissa, rest) = unsigned.split_at(mantissa_end);
    let begins =
        mantissa.starts_with(|c: char| c.is_ascii_digit()) || (mantissa.starts_with('.') && mantissa.len() > 1);
    let exponent_ends = match rest.strip_prefix('e') {
        Some(exponent) => exponent.trim_start_matches(['-', '+']).bytes().all(|b| b.is_ascii_digit() || b == b'_'),
        None => rest.is_empty(),
    };
    begins && exponent_ends
}

/// Whether some reader takes the text for a date, with or without a time of day.
fn is_date_like(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let digits = |part: Option<&str>, least: usize, most: usize| {
        part.is_some_and(|part| (least..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
    };
    digits(parts.next(), 4, 4) && digits(parts.next(), 1, 2) && {
        let day = parts.next().unwrap_or_default();
        digits(day.split(['T', 't', ' ', '\t']).next(), 1, 2)
    }
}

/// Whether a text can stand in a block mapping without quotes and be read as itself by every YAML version.
pub fn is_plain_safe(text: &str) -> bool {
    let safe_inside = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(
                c,
                '-' | '_' | '.' | '/' | '+' | '=' | ';' | ',' | ' ' | '(' | ')' | '*' | '@' | '$' | '{' | '}'
            )
    };
    let starts_safe = text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_'));
    starts_safe && !text.ends_with(' ') && !text.contains(" #") && text.chars().all(safe_inside) && !is_ambiguous(text)
}

/// A text in double quotes, escaped so that every YAML version reads it back.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (' '..='~').contains(&c) => out.push(c),
            c if (c as u32) >= 0xa0 && !is_special(c) => out.push(c),
            c if (c as u32) <= 0xff => out.push_str(&format!("\\x{:02x}", c as u32)),
            c if (c as u32) <= 0xffff => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push_str(&format!("\\U{:08x}", c as u32)),
        }
    }
    out.push('"');
    out
}

/// Characters that some reader treats as a line break, drops or refuses.
fn is_special(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A scalar for a block mapping: plain where that is safe, else in double quotes.
pub fn scalar(text: &str) -> Cow<'_, str> {
    if is_plain_safe(text) { Cow::Borrowed(text) } else { Cow::Owned(quote(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { bytes: 1 << 20, nodes: 10_000 };

    fn read(text: &str) -> Result<Node<'_>, Diagnostic> {
        parse(Source::whole("a.yaml"), text, LIMITS)
    }

    fn refusal(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn gives_each_value_its_place() {
        let root = read("a: 1\nb:\n  - x\n  - {c: y}\n").unwrap();
        let fields = root.fields(Source::whole("a.yaml"), "the file", &["a", "b"]).unwrap();

        let list = fields.get("b").unwrap().items(Source::whole("a.yaml"), "b").unwrap();

        assert_eq!((list[1].line, list[1].column), (4, 5));
    }

    #[test]
    fn refuses_what_could_surprise() {
        assert!(refusal("a: &x 1\nb: 2\n").contains("anchors are not allowed"));
        assert!(refusal("a: 1\nb: *x\n").contains("a.yaml:2"));
        assert!(refusal("a: !!int 1\n").contains("tags are not allowed"));
        assert!(refusal("a: 1\na: 2\n").contains("second time"));
        assert!(refusal("a: 1\n<<: {b: 2}\n").contains("merges are not allowed"));
        assert!(refusal("%YAML 1.1\n---\na: 1\n").contains("not readable"));
        assert!(refusal("a: 1\n---\nb: 2\n").contains("second document"));
        assert!(refusal("").contains("empty"));
        assert!(refusal("a: [1, 2\n").contains("not readable as YAML"));
    }

    #[test]
    fn refuses_depth_size_and_number_of_values_beyond_the_limit() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));

        assert!(read(&nested(MAX_DEPTH)).is_ok());
        assert!(read(&nested(MAX_DEPTH + 1)).is_err());
        assert!(parse(Source::whole("a"), "[1,2]", Limits { bytes: 5, nodes: 3 }).is_ok());
        assert!(parse(Source::whole("a"), "[1,2]", Limits { bytes: 4, nodes: 3 }).is_err());
        assert!(parse(Source::whole("a"), "[1,2]", Limits { bytes: 5, nodes: 2 }).is_err());
    }

    #[test]
    fn asks_for_quotes_around_what_yaml_versions_read_differently() {
        for text in [
            "no",
            "On",
            "1_000",
            "0x1f",
            "1:30",
            "12:30:45",
            "2010-01-01",
            "1e3",
            ".5",
            "+1",
            "~",
            "NULL",
            "=",
            "012",
            "-.inf",
            "1,000",
            "0o17",
            "2010-1-2 03:04:05",
            "2010-01-01T00:00:00Z",
        ] {
            assert!(is_ambiguous(text), "{text}");
        }
        for text in [
            "attempt=1",
            "a1",
            "ACTIVE",
            "0b9c-uuid-x",
            "us-east-1",
            "00000000-0000-4000-8000-000000000001",
            "2010-01-01-x",
            "1e2f",
            "00ff",
        ] {
            assert!(!is_ambiguous(text), "{text}");
        }
    }

    #[test]
    fn reads_back_what_it_quotes() {
        for text in ["", "a\"b\\c", "\n\t\r\u{0}\u{7f}\u{85}\u{2028}", "café 漢😀", "- x", "a: b", "#c", "\u{feff}"]
        {
            let quoted = quote(text);

            let root = read(&quoted).unwrap();

            assert_eq!(root.text(Source::whole("a"), "x").unwrap(), text, "{quoted}");
        }
    }
}
