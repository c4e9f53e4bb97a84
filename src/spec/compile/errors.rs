//! The modelled errors, and which of them answers what.

use super::vocabulary::{ERROR, FAULTS, RETRIES};
use super::{Compiler, MAX_ENTRIES};
use crate::spec::{ErrorShape, Fault, Retry};
use crate::yaml::{Fields, Node};

impl Compiler<'_> {
    /// The errors, and the names of all, those included that could not be read whole.
    pub(super) fn errors_of<'n>(&mut self, fields: Fields<'n, '_>) -> (Vec<ErrorShape>, Vec<&'n str>) {
        let entries = fields.get("errors").and_then(|node| self.named(node, "errors", MAX_ENTRIES)).unwrap_or_default();
        let errors = entries.iter().filter_map(|(key, node)| self.error_shape(key, node)).collect();
        (errors, entries.iter().map(|(key, _)| key.key()).collect())
    }

    fn error_shape(&mut self, key: &Node<'_>, node: &Node<'_>) -> Option<ErrorShape> {
        let name = key.key();
        let what = format!("the error {name}");
        let fields = self.fields(node, &what, ERROR)?;
        let status = match fields.get("status") {
            Some(node) => self.status(node, &format!("the status of {what}"), 400..600),
            None => {
                self.require(fields, &what, "status");
                None
            }
        };
        let fault = match fields.get("fault") {
            Some(node) => self.word(node, &format!("\"fault\" of {what}"), FAULTS),
            None => status.map(|status| if status < 500 { Fault::Client } else { Fault::Server }),
        };
        let retry = match fields.get("retry") {
            Some(node) => self.word(node, &format!("\"retry\" of {what}"), RETRIES),
            None => Some(Retry::Never),
        };
        let note = self.optional_text(fields, &what, "note");
        Some(ErrorShape { name: name.to_owned(), status: status?, fault: fault?, retry: retry?, note, line: key.line })
    }

    /// Which error plays a role: the one named, else the one of the usual name, if it is modelled.
    pub(super) fn error_role(
        &mut self,
        fields: Fields<'_, '_>,
        key: &str,
        usual: &str,
        names: &[&str],
    ) -> Option<String> {
        let Some(node) = fields.get(key) else {
            return names.contains(&usual).then(|| usual.to_owned());
        };
        let name = self.take(node.text(self.source, &format!("\"{key}\"")))?;
        if names.contains(&name) {
            return Some(name.to_owned());
        }
        self.unknown_word(node, &format!("\"{key}\" names one of the errors; it"), name, names.iter().copied())
    }
}
