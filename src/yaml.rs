//! YAML with positions, and nothing of YAML that could surprise.
//!
//! The only file that names the YAML crate. A document becomes a tree of
//! [`Node`]s, each with its line and column. Anchors, aliases, merges, tags,
//! directives, duplicate keys and deep nesting are refused, so a tree is never
//! larger than its text. Scalars stay texts: [`Node::text`] refuses a plain one
//! that some YAML version would read as something else.

mod node;
mod scalar;

pub use node::{Fields, Node, Source, Style, Value, unknown_key};
pub use scalar::{is_ambiguous, is_plain_safe, quote, scalar};

use crate::diagnostic::{Diagnostic, Location, shorten};
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
/// Parses a text that holds exactly one document.
pub fn parse<'t>(source: Source<'_>, text: &'t str, limits: Limits) -> Result<Node<'t>, Diagnostic> {
    parse_counted(source, text, limits).0
}

/// The same, and how much work it was: the events that were taken from the parser.
pub fn parse_counted<'t>(source: Source<'_>, text: &'t str, limits: Limits) -> (Result<Node<'t>, Diagnostic>, usize) {
    if text.len() > limits.bytes {
        let error = Diagnostic::new("the file is too large")
            .at(Location::file(source.file))
            .expected(format!("at most {} bytes", limits.bytes))
            .found(format!("{} bytes", text.len()));
        return (Err(error), 0);
    }
    let options = granit_parser::options! {
        disallow_directives: true,
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let parser = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader { source, parser, nodes_left: limits.nodes, depth: 0, events: 0 };
    (reader.document(), reader.events)
}

struct Reader<'t, 's> {
    source: Source<'s>,
    parser: Parser<'t, granit_parser::StrInput<'t>>,
    nodes_left: usize,
    depth: usize,
    events: usize,
}

impl<'t> Reader<'t, '_> {
    fn document(&mut self) -> Result<Node<'t>, Diagnostic> {
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
        self.events += 1;
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
