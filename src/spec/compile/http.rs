//! The HTTP binding: method, path and its labels, status.

use super::members::Members;
use super::vocabulary::{HTTP, METHODS};
use super::{Compiler, quoted};
use crate::diagnostic::nearest;
use crate::spec::{Http, Location, Member, Segment, Service};
use crate::yaml::{Fields, Node};

/// How long a path may be.
const MAX_PATH_BYTES: usize = 2048;

impl Compiler<'_> {
    pub(super) fn http(
        &mut self,
        fields: Fields<'_, '_>,
        input: &Members<'_, '_>,
        service: Option<&Service>,
    ) -> Option<Http> {
        let node = self.require(fields, "the spec", "http")?;
        let fields = self.fields(node, "http", HTTP)?;
        let method = self.method(fields);
        let path = self.path(fields, input);
        let host_prefix = self.host_prefix(fields, service);
        let success = match fields.get("success") {
            Some(node) => self.status(node, "the status of success", 200..300),
            None => Some(200),
        };
        let read_only = self.optional_boolean(fields, "http", "read_only");
        if let Some(method @ ("GET" | "HEAD")) = method {
            self.refuse_body(method, input);
        }
        Some(Http {
            method: method?.to_owned(),
            path: path?,
            host_prefix: host_prefix?,
            success: success?,
            read_only: read_only?,
            line: node.line,
        })
    }

    fn method(&mut self, fields: Fields<'_, '_>) -> Option<&'static str> {
        let node = self.require(fields, "http", "method")?;
        self.word(node, "the method", METHODS)
    }

    /// `in: body` is the default, so an input that forgot its place ends up there.
    fn refuse_body(&mut self, method: &str, input: &Members<'_, '_>) {
        for (member, key) in input.placed() {
            if member.location == Location::Body {
                let what = format!("the input {} is in the body, and a {method} request has none", member.key);
                self.tell(
                    self.source.error(key, what).help("say where it is: \"in: query\", \"in: header\" or \"in: path\""),
                );
            }
        }
    }

    fn host_prefix(&mut self, fields: Fields<'_, '_>, service: Option<&Service>) -> Option<String> {
        let Some(node) = fields.get("host_prefix") else { return Some(String::new()) };
        let prefix = self.take(node.text(self.source, "\"host_prefix\" of http"))?;
        let is_right = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
        if prefix.is_empty() || !prefix.bytes().all(is_right) || prefix.starts_with(['-', '.']) {
            let error =
                self.source.error(node, "the host prefix cannot begin the name of a host").found(quoted(prefix));
            return self.fail(error.expected("lower-case letters, digits, '-' and '.', without placeholders"));
        }
        if service.is_some_and(|service| !service.endpoint.contains("{prefix}")) {
            let error = self.source.error(node, "the host prefix has no place in the endpoint of the service");
            return self.fail(error.help("begin the endpoint with {prefix}, or take \"host_prefix\" out"));
        }
        Some(prefix.to_owned())
    }

    pub(super) fn status(&mut self, node: &Node<'_>, what: &str, allowed: std::ops::Range<i64>) -> Option<u16> {
        let status = self.take(node.integer(self.source, what))?;
        if !allowed.contains(&status) {
            let error = self.source.error(node, format!("{what} is out of range")).found(status.to_string());
            return self.fail(error.expected(format!("{} to {}", allowed.start, allowed.end - 1)));
        }
        u16::try_from(status).ok()
    }

    /// The path, its labels bound to the inputs that fill them, both ways.
    fn path(&mut self, fields: Fields<'_, '_>, input: &Members<'_, '_>) -> Option<Vec<Segment>> {
        let node = self.require(fields, "http", "path")?;
        let text = self.take(node.text(self.source, "the path"))?;
        let Some(rest) = text.strip_prefix('/') else {
            let error = self.source.error(node, "the path must begin with a slash").found(quoted(text));
            return self.fail(error);
        };
        if text.len() > MAX_PATH_BYTES {
            let error = self.source.error(node, "the path is too long").found(format!("{} bytes", text.len()));
            return self.fail(error.expected(format!("at most {MAX_PATH_BYTES} bytes")));
        }
        if rest.contains("//") || rest.starts_with('/') {
            return self.fail(self.source.error(node, "a part of the path is empty").found(quoted(text)));
        }
        let parts: Vec<_> = rest.split('/').map(|part| self.segment(node, part, input)).collect();
        self.labels_of_inputs(rest, input);
        let path = parts.into_iter().collect::<Option<Vec<_>>>()?;
        self.refuse_repeated_labels(node, &path, input)?;
        Some(path)
    }

    fn labels_of_inputs(&mut self, path: &str, input: &Members<'_, '_>) {
        for (member, key) in input.all.iter().zip(&input.keys).filter(|(member, _)| member.location == Location::Path) {
            let label = format!("{{{}}}", member.wire_name);
            // A label that means this input and is misspelled, or no whole part, has been told.
            let is_meant = |part: &str| {
                let name = part.trim_matches(['{', '}', '+']);
                part.contains(&label)
                    || name == member.wire_name
                    || (part.starts_with('{') && meant(name, input) == Some(member))
            };
            if !path.split('/').any(is_meant) {
                let what = format!("the input {} is in the path, and the path has no {label}", member.key);
                let help = format!("put {label} into the path, or say where the input is with \"in\"");
                self.tell(self.source.error(key, what).help(help));
            }
        }
    }

    fn refuse_repeated_labels(&mut self, node: &Node<'_>, path: &[Segment], input: &Members<'_, '_>) -> Option<()> {
        for (at, segment) in path.iter().enumerate() {
            if let Segment::Label(index) = segment
                && path[..at].contains(segment)
            {
                let what = format!("the path has the label {{{}}} twice", input.all[*index].wire_name);
                return self.fail(self.source.error(node, what));
            }
        }
        Some(())
    }

    fn segment(&mut self, node: &Node<'_>, part: &str, input: &Members<'_, '_>) -> Option<Segment> {
        if let Some(label) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            return self.label(node, label, input);
        }
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&b);
        if part.bytes().all(allowed) && part != "." && part != ".." {
            return Some(Segment::Literal(part.to_owned()));
        }
        let error =
            self.source.error(node, "a part of the path is neither a literal nor one label").found(quoted(part));
        let help = match part {
            "." | ".." => "write the path out, without dots to go up or stay",
            part if part.contains('?') => "a query parameter is an input with \"in: query\"",
            part if part.contains(['{', '}']) => "a label is a whole part between slashes, as in /{name}/",
            _ => "a literal has letters, digits and -._~!$&'()*+,;=:@",
        };
        self.fail(error.help(help))
    }

    fn label(&mut self, node: &Node<'_>, label: &str, input: &Members<'_, '_>) -> Option<Segment> {
        if let Some(index) = input.label(label) {
            return index.map(Segment::Label);
        }
        if label.ends_with('+') {
            let error = self.source.error(node, format!("the path label {{{label}}} takes several parts of the path"));
            return self.fail(error.help("labels of more than one part are not supported yet"));
        }
        let error = self.source.error(node, format!("the path label {{{label}}} has no input"));
        if let Some(elsewhere) = input.all.iter().find(|member| member.wire_name == label || member.key == label) {
            let help = format!("say \"in: path\" at the input {}", elsewhere.key);
            return self.fail(error.help(help));
        }
        let help = match meant(label, input) {
            Some(member) => format!("did you mean {{{}}}?", member.wire_name),
            None => format!("add \"{label}: {{in: path, type: …, required: true}}\" to the input"),
        };
        self.fail(error.help(help))
    }
}

/// The input in the path that a label without an input most likely means.
fn meant<'m>(label: &str, input: &'m Members<'_, '_>) -> Option<&'m Member> {
    let in_path = || input.all.iter().filter(|member| member.location == Location::Path);
    let name = nearest(label, in_path().map(|member| member.wire_name.as_str()))?;
    in_path().find(|member| member.wire_name == name)
}
