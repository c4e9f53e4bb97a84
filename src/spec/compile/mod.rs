//! From YAML to a [`Spec`]: every mistake is told with its line, column and the
//! nearest thing that would be right; all mistakes of a file are told at once.
//!
//! One file a block of the format. A block that could not be read leaves a gap
//! that the later ones step over in silence, so that one mistake is told once.

mod constraints;
mod deviations;
mod errors;
mod http;
mod members;
mod pagination;
mod rules;
mod service;
mod types;
pub(crate) mod vocabulary;
mod whole;

use super::{InputKeys, Spec};
use crate::diagnostic::{Diagnostic, Location, nearest, shorten};
use crate::yaml::{self, Fields, Limits, Node};
use members::Members;
use types::Types;
use vocabulary::Words;

/// The version of the format.
pub const SPEC_VERSION: i64 = 1;

/// What a spec file may hold at most.
pub const LIMITS: Limits = Limits { bytes: 4 << 20, nodes: 200_000 };

/// How many members a structure may have, and how many errors, rules or deviations a spec.
pub(crate) const MAX_ENTRIES: usize = 1_000;

/// How many mistakes of a file are told.
const MAX_TOLD: usize = 20;

/// Compiles the text of a spec file; on failure tells what is wrong with it, in the order of the file.
pub fn compile(file: &str, text: &str) -> Result<Spec, Vec<Diagnostic>> {
    let source = yaml::Source::whole(file);
    let root = yaml::parse(source, text, LIMITS).map_err(|error| vec![with_help(error)])?;
    check_version(source, &root).map_err(|error| vec![error])?;
    let mut compiler = Compiler { source, told: Vec::new(), untold: 0, misspelled: Vec::new() };
    match compiler.spec(text, &root) {
        Some(spec) if compiler.told.is_empty() => Ok(spec),
        _ => Err(compiler.mistakes()),
    }
}

/// What to do about a text that is no YAML, where the reader has no better advice.
fn with_help(error: Diagnostic) -> Diagnostic {
    let help = match error.what.as_str() {
        "the document is empty" => "begin it with \"spec: 1\"",
        what if what.starts_with("not readable") => {
            "look at this line and those before it: indentation, brackets, quotes; complete the file if it was cut off"
        }
        _ => return error,
    };
    if error.help.is_some() { error } else { error.help(help) }
}

/// The version comes first: a later format may have other keys.
fn check_version(source: yaml::Source<'_>, root: &Node<'_>) -> Result<(), Diagnostic> {
    let entries = root.entries(source, "a spec")?;
    let Some((_, version)) = entries.iter().find(|(key, _)| key.key() == "spec") else {
        return Err(source
            .error(root, "the file does not say which version of the spec format it has")
            .help("begin it with \"spec: 1\""));
    };
    let number = version.integer(source, "the version of the spec format")?;
    if number == SPEC_VERSION {
        return Ok(());
    }
    Err(source
        .error(version, "the spec has a format version that this retake does not read")
        .expected(SPEC_VERSION.to_string())
        .found(number.to_string())
        .help("use a retake that reads it, or write the spec in version 1"))
}

/// The state of a compilation: the file, and what is wrong so far.
struct Compiler<'s> {
    source: yaml::Source<'s>,
    told: Vec<Diagnostic>,
    untold: usize,
    /// The keys that mistyped ones stand for, with the mapping that they are missing from.
    misspelled: Vec<(u32, u32, &'static str)>,
}

impl Compiler<'_> {
    fn spec(&mut self, text: &str, root: &Node<'_>) -> Option<Spec> {
        let fields = self.fields(root, "the spec", vocabulary::TOP)?;
        let service = self.service(fields);
        let operation = self.operation(fields);
        let origin = self.origin(fields);
        let mut types = Types::declare(self, fields.get("types"));
        let input = Members::input(self, fields.get("input"), &mut types);
        let output = Members::output(self, fields.get("output"), &mut types);
        let shapes = types.finish(self, &input, &output);
        input.check_places(self, &shapes);
        output.check_places(self, &shapes);
        let http = self.http(fields, &input, service.as_ref());
        let (errors, error_names) = self.errors_of(fields);
        let pagination = self.pagination(fields, &input, &output, &shapes);
        let deviations = self.deviations(fields, &output, &shapes, &error_names);
        let rules = self.rules(fields, &output, &shapes, &deviations);
        let client = self.client(fields);
        let validation_error = self.error_role(fields, "validation_error", "ValidationException", &error_names);
        let not_found_error = self.error_role(fields, "not_found_error", "ResourceNotFoundException", &error_names);
        Some(Spec {
            file: self.source.file.to_owned(),
            text: text.to_owned(),
            service: service?,
            operation: operation?,
            source: origin,
            http: http?,
            input_keys: InputKeys::of(&input.all),
            input: input.all,
            output: output.all,
            pagination,
            errors,
            validation_error,
            not_found_error,
            rules,
            client,
            deviations,
            shapes: shapes.complete()?,
        })
    }

    /// Everything that is wrong, in the order of the file.
    fn mistakes(mut self) -> Vec<Diagnostic> {
        self.told.sort_by_key(|error| (error.location.line, error.location.column));
        if self.untold > 0 {
            let what = format!("{} more mistakes are not shown", self.untold);
            self.told.push(Diagnostic::new(what).at(Location::file(self.source.file)));
        }
        self.told
    }

    fn tell(&mut self, error: Diagnostic) {
        if self.told.len() < MAX_TOLD {
            self.told.push(error);
        } else {
            self.untold += 1;
        }
    }

    /// Tells what is wrong, in the place of a value.
    fn fail<T>(&mut self, error: Diagnostic) -> Option<T> {
        self.tell(error);
        None
    }

    /// Keeps the value, or tells the error and goes on.
    fn take<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|error| self.tell(error)).ok()
    }

    /// A mapping of known keys; the unknown ones are told and stepped over.
    fn fields<'n, 't>(
        &mut self,
        node: &'n Node<'t>,
        what: &str,
        known: &'static [&'static str],
    ) -> Option<Fields<'n, 't>> {
        let fields = self.take(node.any_fields(self.source, what))?;
        for key in fields.keys().filter(|key| !known.contains(&key.key())) {
            self.unknown_key(node, key, what, known);
        }
        Some(fields)
    }

    /// Tells of a key that a mapping does not have; the one that is meant is then not told to be missing.
    fn unknown_key(&mut self, node: &Node<'_>, key: &Node<'_>, what: &str, known: &'static [&'static str]) {
        self.misspelled.extend(nearest(key.key(), known.iter().copied()).map(|meant| (node.line, node.column, meant)));
        self.tell(yaml::unknown_key(self.source, key, what, known));
    }

    /// The value of a key that must be there.
    fn require<'n, 't>(&mut self, fields: Fields<'n, 't>, what: &str, key: &str) -> Option<&'n Node<'t>> {
        let found = fields.require(self.source, what, key);
        let is_misspelled = |error: &Diagnostic| {
            let place = (error.location.line, error.location.column);
            self.misspelled
                .iter()
                .any(|(line, column, meant)| (Some(*line), Some(*column), *meant) == (place.0, place.1, key))
        };
        match found {
            Ok(node) => Some(node),
            Err(error) if is_misspelled(&error) => None,
            Err(error) => self.fail(error.help(vocabulary::how_to_add(key))),
        }
    }

    /// The entries of a mapping whose keys are names.
    fn named<'n, 't>(&mut self, node: &'n Node<'t>, what: &str, most: usize) -> Option<&'n [(Node<'t>, Node<'t>)]> {
        let entries = self.take(node.entries(self.source, what))?;
        self.refuse_too_many(node, what, entries.len(), most)?;
        for (key, _) in entries {
            if let Some(name) = self.take(key.text(self.source, "a name"))
                && !is_name(name)
            {
                let error = self.source.error(key, format!("{what} cannot have the name \"{}\"", shorten(name)));
                self.tell(error.expected("1 to 128 letters, digits, '_' and '-'"));
            }
        }
        Some(entries)
    }

    /// The items of a list that is not too long.
    fn items<'n, 't>(&mut self, node: &'n Node<'t>, what: &str, most: usize) -> Option<&'n [Node<'t>]> {
        let items = self.take(node.items(self.source, what))?;
        self.refuse_too_many(node, what, items.len(), most)?;
        Some(items)
    }

    fn refuse_too_many(&mut self, node: &Node<'_>, what: &str, found: usize, most: usize) -> Option<()> {
        if found <= most {
            return Some(());
        }
        let error = self.source.error(node, format!("{what} has too many entries"));
        self.fail(error.expected(format!("at most {most}")).found(found.to_string()))
    }

    fn text(&mut self, fields: Fields<'_, '_>, what: &str, key: &str) -> Option<String> {
        let node = self.require(fields, what, key)?;
        self.take(node.text(self.source, &format!("\"{key}\" of {what}"))).map(str::to_owned)
    }

    fn optional_text(&mut self, fields: Fields<'_, '_>, what: &str, key: &str) -> Option<String> {
        let node = fields.get(key)?;
        self.take(node.text(self.source, &format!("\"{key}\" of {what}"))).map(str::to_owned)
    }

    fn optional_boolean(&mut self, fields: Fields<'_, '_>, what: &str, key: &str) -> Option<bool> {
        match fields.get(key) {
            Some(node) => self.take(node.boolean(self.source, &format!("\"{key}\" of {what}"))),
            None => Some(false),
        }
    }

    /// One of some words, with its value.
    fn word<T: Copy>(&mut self, node: &Node<'_>, what: &str, words: Words<T>) -> Option<T> {
        let word = self.take(node.text(self.source, what))?;
        match words.iter().find(|(known, _)| *known == word) {
            Some((_, value)) => Some(*value),
            None => self.unknown_word(node, what, word, words.iter().map(|(known, _)| *known)),
        }
    }

    /// Tells of a word that is none of those that may stand there.
    fn unknown_word<'k, T>(
        &mut self,
        node: &Node<'_>,
        what: &str,
        word: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) -> Option<T> {
        if self.told.len() >= MAX_TOLD {
            self.untold += 1;
            return None;
        }
        let known: Vec<&str> = known.into_iter().collect();
        let error = self.source.error(node, format!("{what} cannot be \"{}\"", shorten(word))).expected(one_of(&known));
        self.fail(error.suggest(word, known))
    }
}

/// The words that may stand somewhere.
fn one_of(words: &[&str]) -> String {
    match words.len() {
        0 => "nothing: there is none to name".to_owned(),
        1 => list(words),
        _ => format!("one of {}", list(words)),
    }
}

/// Words one after the other; the first ones of many.
fn list(words: &[&str]) -> String {
    const SHOWN: usize = 30;
    let shown = words.iter().take(SHOWN).map(|word| shorten(word)).collect::<Vec<_>>().join(", ");
    if words.len() > SHOWN { format!("{shown}, … ({} in all)", words.len()) } else { shown }
}

/// A text as it is shown where it may be empty or hold spaces.
fn quoted(text: &str) -> String {
    format!("\"{}\"", shorten(text))
}

/// Whether a text may name a member, a type, an error or an operation.
fn is_name(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compiles_the_specs_of_this_repository() {
        let text = include_str!("../../../specs/medical-imaging/list-image-set-versions.yaml");

        let spec = compile("specs/a.yaml", text).unwrap();

        assert_eq!(spec.errors.len(), 6);
        assert_eq!(spec.input.len(), 4);
        assert!(spec.http.read_only);
        assert_eq!(spec.rules.len(), 2);
    }

    #[test]
    fn tells_so_many_mistakes_and_counts_the_rest() {
        let members: String = (0..80).map(|n| format!("  m{n}: {{type: strin}}\n")).collect();
        let text = format!("spec: 1\noperation: A\noutput:\n{members}");

        let errors = compile("a.yaml", &text).unwrap_err();

        assert_eq!(errors.len(), MAX_TOLD + 1);
        assert!(errors[MAX_TOLD].what.ends_with("more mistakes are not shown"), "{}", errors[MAX_TOLD]);
    }
}
