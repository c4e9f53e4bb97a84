//! The ids of exchanges: what was asked and what came of it, in words that stay when
//! other exchanges come and go.

use crate::evidence::reading::Outcome;
use crate::evidence::walk::Walk;
use crate::message::{End, Exchange};
use crate::spec::{Spec, Specs, kebab};
use std::collections::HashSet;

/// The greatest length of an id, less the room for a number behind it.
const MAX_LENGTH: usize = 190;
/// The greatest length of a value in an id.
const MAX_VALUE: usize = 40;

/// The ids that were given.
pub(super) struct Names<'s> {
    specs: &'s Specs,
    /// Whether the operation has to be told, since there are several.
    tells_operation: bool,
    given: HashSet<String>,
}

impl<'s> Names<'s> {
    /// No ids yet, for exchanges of these walks.
    pub(super) fn new(specs: &'s Specs, walks: &[Walk]) -> Self {
        let operations: HashSet<&str> = walks.iter().filter_map(|walk| walk.operation.as_deref()).collect();
        Self { specs, tells_operation: operations.len() > 1, given: HashSet::new() }
    }

    /// An id for the exchange, which asked for that page.
    pub(super) fn name(&mut self, exchange: &Exchange, page: usize) -> String {
        let route = self.specs.route(&exchange.request).ok();
        let spec = route.as_ref().map(|route| route.spec);
        let mut name = String::new();
        if let (true, Some(spec)) = (self.tells_operation, spec) {
            name.push_str(&format!("{}-", kebab(&spec.operation)));
        }
        let paging = spec.and_then(|spec| spec.pagination.as_ref());
        let page_size = paging.and_then(|paging| route.as_ref()?.inputs.text(paging.page_size.as_deref()?));
        if let Some(size) = page_size {
            name.push_str(&format!("size-{}-", value(&size)));
        }
        match paging {
            Some(_) => name.push_str(&format!("page-{page}")),
            None => name.push_str("call"),
        }
        name.push_str(&outcome(spec, exchange));
        if let Some(probe) = &exchange.link.probe {
            name.push_str(&format!("-{}", kebab(probe)));
        }
        name.truncate(MAX_LENGTH);
        self.unique(name)
    }

    fn unique(&mut self, name: String) -> String {
        let numbered = (2..).map(|number: u64| format!("{name}-{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !self.given.contains(name));
        let name = free.unwrap_or(name);
        self.given.insert(name.clone());
        name
    }
}

/// What came of it, if that was no success.
fn outcome(spec: Option<&Spec>, exchange: &Exchange) -> String {
    let response = &exchange.response;
    match Outcome::of(spec, response) {
        Outcome::Success => String::new(),
        Outcome::Error { status, name } => {
            let word =
                name.map(|name| kebab(name.strip_suffix("Exception").filter(|n| !n.is_empty()).unwrap_or(&name)));
            match word.filter(|word| !word.is_empty()) {
                Some(word) => format!("-{word}"),
                None => format!("-http-{status}"),
            }
        }
        Outcome::Broken => match response.end {
            End::ResetAfter(_) => "-reset".to_owned(),
            End::TimeoutAfter(_) => "-timeout".to_owned(),
            End::EofAfter(_) | End::Complete => "-closed".to_owned(),
        },
    }
}

/// A value as a part of an id.
fn value(text: &str) -> String {
    let text = text.strip_prefix('-').map_or_else(|| text.to_owned(), |rest| format!("minus-{rest}"));
    let mut value = kebab(&text);
    value.truncate(MAX_VALUE);
    if value.is_empty() { "none".to_owned() } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_a_value_as_words() {
        assert_eq!(value("-1"), "minus-1");
        assert_eq!(value("050"), "050");
        assert_eq!(value("é"), "none");
    }

    #[test]
    fn gives_no_name_twice() {
        let specs = Specs::default();
        let mut names = Names::new(&specs, &[]);

        let given: Vec<String> = ["a", "a-2", "a", "a"].map(|name| names.unique(name.to_owned())).to_vec();

        assert_eq!(given, ["a", "a-2", "a-3", "a-4"]);
    }
}
