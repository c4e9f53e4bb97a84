//! Skeletons of drivers: a program in a language of choice that calls one operation and speaks the protocol.
//!
//! Each is a template beside this file, filled from a spec, so that it works as it is
//! printed. A line `{{if listing}}`, `{{else}}` or `{{end}}` chooses between an operation
//! that comes in pages and one that does not; everything else in braces is a name.

mod rust;

use crate::spec::{Spec, kebab};

/// The languages that a skeleton can be had in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Python, with the AWS SDK for Python.
    Python,
    /// JavaScript, with the AWS SDK for JavaScript, version 3.
    JavaScript,
    /// Rust, with the AWS SDK for Rust.
    Rust,
    /// Bash, with the AWS command line.
    Bash,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 4] = [Self::Python, Self::JavaScript, Self::Rust, Self::Bash];

    fn template(self) -> &'static str {
        match self {
            Self::Python => include_str!("python.py.template"),
            Self::JavaScript => include_str!("javascript.mjs.template"),
            Self::Rust => include_str!("rust.rs.template"),
            Self::Bash => include_str!("bash.sh.template"),
        }
    }
}

/// A driver in a language that calls the operation of a spec.
pub fn skeleton(language: Language, spec: &Spec) -> String {
    let chosen = choose(language.template(), spec.pagination.is_some());
    let mut text = fill(&chosen, &names(spec));
    if language == Language::Rust {
        text = rust::complete(&text, spec);
    }
    text
}

/// Keeps the lines of a template that are for a listing, or those that are not.
fn choose(template: &str, is_listing: bool) -> String {
    let mut chosen = String::with_capacity(template.len());
    let mut keeps = true;
    for line in template.lines() {
        match line {
            "{{if listing}}" => keeps = is_listing,
            "{{else}}" => keeps = !is_listing,
            "{{end}}" => keeps = true,
            line if keeps => {
                chosen.push_str(line);
                chosen.push('\n');
            }
            _ => {}
        }
    }
    chosen
}

fn fill(template: &str, names: &[(&str, String)]) -> String {
    names.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
}

/// The names that all templates share.
fn names(spec: &Spec) -> Vec<(&'static str, String)> {
    let service = kebab(&spec.service.id);
    let operation = kebab(&spec.operation);
    let items = items(spec).unwrap_or_default().to_owned();
    let errors: Vec<&str> = spec.errors.iter().map(|error| error.name.as_str()).collect();
    let (nothing, member) = if spec.pagination.is_some() { ("[]", "items") } else { ("{}", "output") };
    vec![
        ("Service", pascal(&service)),
        ("crate", service.replace('-', "")),
        ("service", service),
        ("operation", spec.operation.clone()),
        ("operation_snake", snake(&spec.operation)),
        ("operation-kebab", operation),
        ("items_snake", snake(&items)),
        ("items", items),
        ("nothing", nothing.to_owned()),
        ("member", member.to_owned()),
        ("errors|", errors.join(" | ")),
        ("errors", format!("[\"{}\"]", errors.join("\", \""))),
    ]
}

/// The wire name of the member that has the items of a page.
fn items(spec: &Spec) -> Option<&str> {
    let pagination = spec.pagination.as_ref()?;
    Some(spec.output_member(&pagination.items)?.wire_name.as_str())
}

fn snake(name: &str) -> String {
    kebab(name).replace('-', "_")
}

fn pascal(kebab: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    };
    kebab.split('-').map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec;

    /// The embedded specs, and one without pages.
    fn specs() -> Vec<Spec> {
        let listing = spec::embedded().operation("ListImageSetVersions").unwrap().clone();
        let mut single = listing.clone();
        single.pagination = None;
        vec![listing, single]
    }

    #[test]
    fn fills_every_name_and_stays_under_eighty_lines() {
        for spec in specs() {
            for language in Language::ALL {
                let text = skeleton(language, &spec);

                let lines = text.lines().count();
                assert!(lines < 80, "{language:?}: {lines} lines\n{text}");
                for left in ["{{", "}}\n\n}}", "{else}"] {
                    assert!(!text.contains(left) || language == Language::Rust, "{language:?} holds {left}:\n{text}");
                }
                for name in ["{{operation", "{{service", "{{items", "{{if", "{{end"] {
                    assert!(!text.contains(name), "{language:?} holds {name}");
                }
            }
        }
    }

    #[test]
    fn names_things_as_the_languages_do() {
        assert_eq!(snake("ListThingVersions"), "list_thing_versions");
        assert_eq!(pascal("some-service"), "SomeService");
        let python = skeleton(Language::Python, &specs()[0]);
        assert!(python.contains("get_paginator(\"list_image_set_versions\")"), "{python}");
        let bash = skeleton(Language::Bash, &specs()[1]);
        assert!(bash.contains("\"output\":%s") && !bash.contains("--query"), "{bash}");
    }
}
