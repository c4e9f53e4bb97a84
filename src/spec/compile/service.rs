//! What service and operation a spec is of, and where it comes from.

use super::vocabulary::{OTHER_PROTOCOLS, PROTOCOLS, SERVICE, SOURCE};
use super::{Compiler, quoted};
use crate::spec::{Protocol, Service, Source};
use crate::yaml::Fields;

/// What may stand in braces in an endpoint.
const PLACEHOLDERS: [&str; 2] = ["prefix", "region"];

impl Compiler<'_> {
    pub(super) fn service(&mut self, fields: Fields<'_, '_>) -> Option<Service> {
        let node = self.require(fields, "the spec", "service")?;
        let fields = self.fields(node, "service", SERVICE)?;
        let id =
            self.checked(fields, "id", is_file_name, "lower-case letters, digits, '.', '_' and '-', to name a folder");
        let api_version = self.text(fields, "service", "api_version");
        let protocol = self.protocol(fields);
        let signing_name =
            self.checked(fields, "signing_name", is_file_name, "lower-case letters, digits, '.', '_' and '-'");
        let endpoint = self.endpoint(fields);
        Some(Service {
            id: id?,
            api_version: api_version?,
            protocol: protocol?,
            signing_name: signing_name?,
            endpoint: endpoint?,
        })
    }

    pub(super) fn operation(&mut self, fields: Fields<'_, '_>) -> Option<String> {
        let name = self.text(fields, "the spec", "operation")?;
        if is_operation_name(&name) {
            return Some(name);
        }
        let node = self.require(fields, "the spec", "operation")?;
        let error = self.source.error(node, "the operation cannot have that name").found(quoted(&name));
        self.fail(error.expected("a letter, then letters and digits, 128 at most"))
    }

    pub(super) fn origin(&mut self, fields: Fields<'_, '_>) -> Source {
        let Some(node) = fields.get("source") else { return Source::default() };
        let Some(fields) = self.fields(node, "source", SOURCE) else { return Source::default() };
        Source {
            model: self.optional_text(fields, "source", "model"),
            documented: self.optional_text(fields, "source", "documented"),
            retrieved: self.optional_text(fields, "source", "retrieved"),
        }
    }

    /// A text of the service block that must have some form.
    fn checked(&mut self, fields: Fields<'_, '_>, key: &str, is_right: fn(&str) -> bool, form: &str) -> Option<String> {
        let text = self.text(fields, "service", key)?;
        if is_right(&text) {
            return Some(text);
        }
        let node = self.require(fields, "service", key)?;
        let error = self.source.error(node, format!("\"{key}\" of service has a character that it cannot have"));
        self.fail(error.expected(form).found(quoted(&text)))
    }

    fn protocol(&mut self, fields: Fields<'_, '_>) -> Option<Protocol> {
        let node = self.require(fields, "service", "protocol")?;
        let word = self.take(node.text(self.source, "the protocol"))?;
        if OTHER_PROTOCOLS.contains(&word) {
            let error = self.source.error(node, format!("the protocol {word} is not supported yet"));
            return self.fail(error.expected("rest-json, the one that this retake understands"));
        }
        self.word(node, "the protocol", PROTOCOLS)
    }

    /// The template of the host: no scheme, no port, no path, and only the placeholders that are filled in.
    fn endpoint(&mut self, fields: Fields<'_, '_>) -> Option<String> {
        let endpoint = self.text(fields, "service", "endpoint")?;
        let node = self.require(fields, "service", "endpoint")?;
        let mut rest = endpoint.as_str();
        let mut literal = String::new();
        while let Some((before, after)) = rest.split_once('{') {
            literal.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            if !PLACEHOLDERS.contains(&name) {
                return self.unknown_word(node, "a placeholder of the endpoint", name, PLACEHOLDERS);
            }
            rest = after;
        }
        literal.push_str(rest);
        let is_host = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
        if literal.bytes().all(is_host) && !literal.is_empty() {
            return Some(endpoint);
        }
        let error = self.source.error(node, "the endpoint is not the name of a host").found(quoted(&endpoint));
        self.fail(
            error.expected("lower-case letters, digits, '-', '.', {prefix} and {region}: no scheme, port or path"),
        )
    }
}

/// Whether a text may name a file or folder that a spec causes.
fn is_file_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    text.len() <= 128
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.chars().all(allowed)
}

fn is_operation_name(text: &str) -> bool {
    text.len() <= 128
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_has_one_to_128_safe_characters() {
        assert!(is_file_name(&"a".repeat(128)));
        assert!(!is_file_name(&"a".repeat(129)));
        for text in ["", ".", "-a", "A", "a/b", "a b", "é", "../a"] {
            assert!(!is_file_name(text), "{text}");
        }
    }
}
