//! Names of scenarios: kebab case, made of names in the spec, each once.

use std::collections::HashSet;

/// A name of a spec in kebab case; `other` if nothing is left of it.
pub(super) fn kebab(name: &str) -> String {
    let words = crate::spec::kebab(name);
    if words.is_empty() { "other".to_owned() } else { words }
}

/// The name of an error in kebab case, without `Exception`.
pub(super) fn of_error(name: &str) -> String {
    match name.strip_suffix("Exception") {
        Some(short) if !short.is_empty() => kebab(short),
        Some(_) | None => kebab(name),
    }
}

/// Names that were given, so that no two scenarios have one.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// The name, or the name with the next number behind it if it was given before.
    pub(super) fn give(&mut self, name: String) -> String {
        let mut given = name.clone();
        let mut number = 2;
        while !self.0.insert(given.clone()) {
            given = format!("{name}-{number}");
            number += 1;
        }
        given
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_a_word_for_a_name_of_no_letters() {
        assert_eq!(kebab("ListThings"), "list-things");
        assert_eq!(kebab("++"), "other");
    }

    #[test]
    fn takes_exception_off_an_error_unless_nothing_is_left() {
        assert_eq!(of_error("InternalServerException"), "internal-server");
        assert_eq!(of_error("SlowDown"), "slow-down");
        assert_eq!(of_error("Exception"), "exception");
    }

    #[test]
    fn gives_no_name_twice() {
        let mut names = Names::default();

        let given: Vec<String> = ["a", "a", "a-2", "a"].map(|name| names.give(name.to_owned())).into();

        assert_eq!(given, ["a", "a-2", "a-2-2", "a-3"]);
    }
}
