//! From YAML to a [`Spec`]: every mistake is told with its line, column and the
//! nearest thing that would be right; all mistakes of a file are told at once.

mod members;
mod rules;

use super::{
    ErrorShape, Fault, Http, InputKeys, Location, Member, Pagination, Protocol, Retry, Segment, Service, Shape, Source,
    Spec,
};
use crate::diagnostic::{self, Diagnostic, nearest};
use crate::yaml::{self, Fields, Limits, Node};
use members::Types;

/// The version of the format.
pub const SPEC_VERSION: i64 = 1;

/// What a spec file may hold at most.
pub const LIMITS: Limits = Limits { bytes: 4 << 20, nodes: 200_000 };

const TOP_KEYS: &[&str] = &[
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

/// Compiles the text of a spec file; on failure tells everything that is wrong with it.
pub fn compile(file: &str, text: &str) -> Result<Spec, Vec<Diagnostic>> {
    let source = yaml::Source::whole(file);
    let root = yaml::parse(source, text, LIMITS).map_err(|error| vec![error])?;
    let fields = read_version(source, &root).map_err(|error| vec![error])?;
    let mut compiler = Compiler { source, errors: Vec::new() };
    let spec = compiler.spec(text, fields);
    match spec {
        Some(spec) if compiler.errors.is_empty() => Ok(spec),
        _ => Err(compiler.errors),
    }
}

/// The version comes first: a later format may have other keys.
fn read_version<'n, 't>(source: yaml::Source<'_>, root: &'n Node<'t>) -> Result<Fields<'n, 't>, Diagnostic> {
    let entries = root.entries(source, "a spec")?;
    let Some((_, version)) = entries.iter().find(|(key, _)| key.key() == "spec") else {
        return Err(source
            .error(root, "the file does not say which version of the spec format it has")
            .help("begin it with \"spec: 1\""));
    };
    let number = version.integer(source, "the version of the spec format")?;
    if number != SPEC_VERSION {
        return Err(source
            .error(version, "the spec has a format version that this retake does not read")
            .expected(SPEC_VERSION.to_string())
            .found(number.to_string())
            .help("use a retake that reads it, or write the spec in version 1"));
    }
    root.fields(source, "a spec", TOP_KEYS)
}

/// The state of a compilation: the file, and what is wrong so far.
struct Compiler<'s> {
    source: yaml::Source<'s>,
    errors: Vec<Diagnostic>,
}

impl Compiler<'_> {
    /// Keeps the value, or keeps the error and goes on.
    fn take<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|error| self.errors.push(error)).ok()
    }

    fn fail<T>(&mut self, error: Diagnostic) -> Option<T> {
        self.errors.push(error);
        None
    }

    fn text(&mut self, fields: Fields<'_, '_>, what: &str, key: &str) -> Option<String> {
        let node = self.take(fields.require(self.source, what, key))?;
        self.take(node.text(self.source, &format!("\"{key}\" of {what}"))).map(str::to_owned)
    }

    fn optional_text(&mut self, fields: Fields<'_, '_>, what: &str, key: &str) -> Option<String> {
        let node = fields.get(key)?;
        self.take(node.text(self.source, &format!("\"{key}\" of {what}"))).map(str::to_owned)
    }

    /// One of some words, with its value.
    fn word<T: Copy>(&mut self, node: &Node<'_>, what: &str, words: &[(&str, T)]) -> Option<T> {
        let word = self.take(node.text(self.source, what))?;
        if let Some((_, value)) = words.iter().find(|(known, _)| *known == word) {
            return Some(*value);
        }
        let names: Vec<&str> = words.iter().map(|(known, _)| *known).collect();
        self.fail(unknown_word(self.source, node, what, word, &names))
    }

    fn spec(&mut self, text: &str, fields: Fields<'_, '_>) -> Option<Spec> {
        let service = self.service(fields);
        let operation = self.text(fields, "the spec", "operation");
        let origin = self.origin(fields);
        let mut types = Types::declare(self, fields.get("types"));
        let input = self.members_of(fields, "input", &mut types);
        let output = self.members_of(fields, "output", &mut types);
        let shapes = types.finish(self);
        let http = self.http(fields, &input, &shapes);
        let errors = self.errors_of(fields);
        let pagination = self.pagination(fields, &input, &output, &shapes);
        let rules = self.rules(fields, &output, &shapes);
        let client = self.client(fields);
        let deviations = self.deviations(fields, &output, &shapes);
        let validation_error = self.error_role(fields, "validation_error", "ValidationException", &errors);
        let not_found_error = self.error_role(fields, "not_found_error", "ResourceNotFoundException", &errors);
        Some(Spec {
            file: self.source.file.to_owned(),
            text: text.to_owned(),
            service: service?,
            operation: operation?,
            source: origin,
            http: http?,
            input_keys: InputKeys::of(&input),
            input,
            output,
            pagination,
            errors,
            validation_error,
            not_found_error,
            rules,
            client,
            deviations,
            shapes,
        })
    }

    fn service(&mut self, fields: Fields<'_, '_>) -> Option<Service> {
        const KEYS: &[&str] = &["id", "api_version", "protocol", "signing_name", "endpoint"];
        let node = self.take(fields.require(self.source, "the spec", "service"))?;
        let fields = self.take(node.fields(self.source, "service", KEYS))?;
        let id = self.text(fields, "service", "id");
        let api_version = self.text(fields, "service", "api_version");
        let protocol = self.protocol(fields);
        let signing_name = self.text(fields, "service", "signing_name");
        let endpoint = self.text(fields, "service", "endpoint");
        if let (Some(id), Some(node)) = (&id, fields.get("id"))
            && !is_file_name(id)
        {
            self.errors.push(
                self.source
                    .error(node, "the service id cannot name a folder")
                    .expected("lower-case letters, digits, '.', '_' and '-'")
                    .found(id.clone()),
            );
        }
        Some(Service {
            id: id?,
            api_version: api_version?,
            protocol: protocol?,
            signing_name: signing_name?,
            endpoint: endpoint?,
        })
    }

    fn protocol(&mut self, fields: Fields<'_, '_>) -> Option<Protocol> {
        let node = self.take(fields.require(self.source, "service", "protocol"))?;
        let word = self.take(node.text(self.source, "the protocol"))?;
        match word {
            "rest-json" => Some(Protocol::RestJson),
            "aws-json-1.0" | "aws-json-1.1" | "rest-xml" | "aws-query" | "ec2-query" | "rpc-v2-cbor" => self.fail(
                self.source
                    .error(node, format!("the protocol {word} is not supported yet"))
                    .help("rest-json is the protocol that this version understands"),
            ),
            _ => self.fail(unknown_word(self.source, node, "the protocol", word, &["rest-json"])),
        }
    }

    fn origin(&mut self, fields: Fields<'_, '_>) -> Source {
        let Some(node) = fields.get("source") else { return Source::default() };
        let Some(fields) = self.take(node.fields(self.source, "source", &["model", "documented", "retrieved"])) else {
            return Source::default();
        };
        Source {
            model: self.optional_text(fields, "source", "model"),
            documented: self.optional_text(fields, "source", "documented"),
            retrieved: self.optional_text(fields, "source", "retrieved"),
        }
    }

    fn http(&mut self, fields: Fields<'_, '_>, input: &[Member], shapes: &[Shape]) -> Option<Http> {
        const KEYS: &[&str] = &["method", "path", "host_prefix", "success", "read_only"];
        let node = self.take(fields.require(self.source, "the spec", "http"))?;
        let fields = self.take(node.fields(self.source, "http", KEYS))?;
        let method = self.method(fields);
        let path = self.path(fields, input, shapes);
        let host_prefix = self.optional_text(fields, "http", "host_prefix").unwrap_or_default();
        let success = match fields.get("success") {
            Some(node) => self.status(node, "the status of success", 200..300),
            None => Some(200),
        };
        let read_only = match fields.get("read_only") {
            Some(node) => self.take(node.boolean(self.source, "\"read_only\" of http")),
            None => Some(false),
        };
        Some(Http {
            method: method?,
            path: path?,
            host_prefix,
            success: success?,
            read_only: read_only?,
            line: node.line,
        })
    }

    fn method(&mut self, fields: Fields<'_, '_>) -> Option<String> {
        const METHODS: [(&str, &str); 6] = [
            ("GET", "GET"),
            ("POST", "POST"),
            ("PUT", "PUT"),
            ("DELETE", "DELETE"),
            ("PATCH", "PATCH"),
            ("HEAD", "HEAD"),
        ];
        let node = self.take(fields.require(self.source, "http", "method"))?;
        self.word(node, "the method", &METHODS).map(str::to_owned)
    }

    fn status(&mut self, node: &Node<'_>, what: &str, allowed: std::ops::Range<i64>) -> Option<u16> {
        let status = self.take(node.integer(self.source, what))?;
        if !allowed.contains(&status) {
            let error = self
                .source
                .error(node, format!("{what} is out of range"))
                .expected(format!("{} to {}", allowed.start, allowed.end - 1))
                .found(status.to_string());
            return self.fail(error);
        }
        u16::try_from(status).ok()
    }

    /// The path, its labels bound to the inputs that fill them, both ways.
    fn path(&mut self, fields: Fields<'_, '_>, input: &[Member], shapes: &[Shape]) -> Option<Vec<Segment>> {
        let node = self.take(fields.require(self.source, "http", "path"))?;
        let text = self.take(node.text(self.source, "the path"))?;
        let Some(rest) = text.strip_prefix('/') else {
            return self.fail(self.source.error(node, "the path must begin with a slash").found(text));
        };
        let mut path = Vec::new();
        for part in rest.split('/') {
            path.push(self.segment(node, part, input)?);
        }
        for (index, member) in input.iter().enumerate() {
            if member.location != Location::Path {
                continue;
            }
            if !path.contains(&Segment::Label(index)) {
                let what = format!(
                    "the input \"{}\" is in the path, and the path has no {{{}}}",
                    member.key, member.wire_name
                );
                self.errors.push(Diagnostic::new(what).at(diagnostic::Location::at(self.source.file, member.line, 1)));
            }
            members::require_text_like(self, member, shapes, "a path label");
        }
        Some(path)
    }

    fn segment(&mut self, node: &Node<'_>, part: &str, input: &[Member]) -> Option<Segment> {
        let Some(label) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
            if part.contains(['{', '}', '?', '#', '%']) {
                return self.fail(
                    self.source
                        .error(node, "a part of the path is neither a literal nor one label")
                        .found(part)
                        .help("a label is a whole part between slashes: /{name}/; query parameters are inputs with \"in: query\""),
                );
            }
            return Some(Segment::Literal(part.to_owned()));
        };
        let position = input.iter().position(|m| m.location == Location::Path && m.wire_name == label);
        if let Some(index) = position {
            return Some(Segment::Label(index));
        }
        let labels = input.iter().filter(|m| m.location == Location::Path).map(|m| m.wire_name.as_str());
        let help = match nearest(label, labels) {
            Some(near) => format!("did you mean {{{near}}}?"),
            None => format!("add \"{label}: {{in: path, …}}\" to the input"),
        };
        self.fail(self.source.error(node, format!("the path label {{{label}}} has no input")).help(help))
    }

    fn errors_of(&mut self, fields: Fields<'_, '_>) -> Vec<ErrorShape> {
        let Some(node) = fields.get("errors") else { return Vec::new() };
        let Some(entries) = self.take(node.entries(self.source, "errors")) else { return Vec::new() };
        entries.iter().filter_map(|(key, node)| self.error_shape(key, node)).collect()
    }

    fn error_shape(&mut self, key: &Node<'_>, node: &Node<'_>) -> Option<ErrorShape> {
        const FAULTS: [(&str, Fault); 2] = [("client", Fault::Client), ("server", Fault::Server)];
        const RETRIES: [(&str, Retry); 3] =
            [("throttling", Retry::Throttling), ("transient", Retry::Transient), ("never", Retry::Never)];
        let name = key.key();
        let what = format!("the error {name}");
        let fields = self.take(node.fields(self.source, &what, &["status", "fault", "retry", "note"]))?;
        let status = self.take(fields.require(self.source, &what, "status"))?;
        let status = self.status(status, &format!("the status of {what}"), 400..600);
        let fault = match fields.get("fault") {
            Some(node) => self.word(node, &format!("the fault of {what}"), &FAULTS),
            None => status.map(|status| if status < 500 { Fault::Client } else { Fault::Server }),
        };
        let retry = match fields.get("retry") {
            Some(node) => self.word(node, &format!("\"retry\" of {what}"), &RETRIES),
            None => Some(Retry::Never),
        };
        let note = self.optional_text(fields, &what, "note");
        Some(ErrorShape { name: name.to_owned(), status: status?, fault: fault?, retry: retry?, note, line: key.line })
    }

    /// Which error plays a role: the one named, else the one of the usual name, if it is modelled.
    fn error_role(&mut self, fields: Fields<'_, '_>, key: &str, usual: &str, errors: &[ErrorShape]) -> Option<String> {
        let Some(node) = fields.get(key) else {
            return errors.iter().find(|error| error.name == usual).map(|error| error.name.clone());
        };
        let name = self.take(node.text(self.source, key))?;
        if errors.iter().any(|error| error.name == name) {
            return Some(name.to_owned());
        }
        let names: Vec<&str> = errors.iter().map(|error| error.name.as_str()).collect();
        self.fail(unknown_word(self.source, node, &format!("\"{key}\""), name, &names))
    }

    fn pagination(
        &mut self,
        fields: Fields<'_, '_>,
        input: &[Member],
        output: &[Member],
        shapes: &[Shape],
    ) -> Option<Pagination> {
        const KEYS: &[&str] = &["input_token", "output_token", "page_size", "items", "identity"];
        let node = fields.get("pagination")?;
        let fields = self.take(node.fields(self.source, "pagination", KEYS))?;
        let input_token = self.member_name(fields, "input_token", input, "input");
        let output_token = self.member_name(fields, "output_token", output, "output");
        let page_size = match fields.get("page_size") {
            Some(_) => Some(self.member_name(fields, "page_size", input, "input")?),
            None => None,
        };
        let items = self.member_name(fields, "items", output, "output");
        let identity = self.identity(fields, items.as_deref(), output, shapes);
        Some(Pagination {
            input_token: input_token?,
            output_token: output_token?,
            page_size,
            items: items?,
            identity,
            line: node.line,
        })
    }

    /// A key of the pagination block that names a member.
    fn member_name(&mut self, fields: Fields<'_, '_>, key: &str, members: &[Member], where_: &str) -> Option<String> {
        let node = self.take(fields.require(self.source, "pagination", key))?;
        let name = self.take(node.text(self.source, key))?;
        if members.iter().any(|member| member.key == name) {
            return Some(name.to_owned());
        }
        let names: Vec<&str> = members.iter().map(|member| member.key.as_str()).collect();
        self.fail(unknown_word(
            self.source,
            node,
            &format!("\"{key}\" must name a member of the {where_}; it"),
            name,
            &names,
        ))
    }

    fn identity(
        &mut self,
        fields: Fields<'_, '_>,
        items: Option<&str>,
        output: &[Member],
        shapes: &[Shape],
    ) -> Vec<String> {
        let Some(node) = fields.get("identity") else { return Vec::new() };
        let Some(names) = self.take(node.items(self.source, "identity")) else { return Vec::new() };
        let list = output.iter().find(|member| Some(member.key.as_str()) == items);
        let known: Vec<&str> = list
            .and_then(|list| members::item_members(shapes, list))
            .unwrap_or_default()
            .iter()
            .map(|member| member.key.as_str())
            .collect();
        let mut identity = Vec::new();
        for node in names {
            let Some(name) = self.take(node.text(self.source, "a member of identity")) else { continue };
            if known.contains(&name) {
                identity.push(name.to_owned());
            } else {
                self.errors.push(unknown_word(self.source, node, "a member of identity", name, &known));
            }
        }
        identity
    }
}

/// The diagnostic of a word that is not one of those that may stand there.
fn unknown_word(source: yaml::Source<'_>, node: &Node<'_>, what: &str, word: &str, known: &[&str]) -> Diagnostic {
    let error = source.error(node, format!("{what} cannot be \"{word}\"")).expected(known.join(", "));
    match nearest(word, known.iter().copied()) {
        Some(near) => error.help(format!("did you mean \"{near}\"?")),
        None => error,
    }
}

/// Whether a text may name a file or folder that a spec causes.
fn is_file_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    text.len() <= 128
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.chars().all(allowed)
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
}
