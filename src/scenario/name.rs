//! Names of scenarios: kebab case, made of names in the spec, each once.

use std::collections::HashSet;

/// A name of a spec in kebab case: `ImageSetState`, `COPY_FAILED` and `DICOMJob` become `image-set-state`,
/// `copy-failed` and `dicom-job`.
pub fn kebab(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut words = String::new();
    for (index, &character) in characters.iter().enumerate() {
        if !character.is_ascii_alphanumeric() {
            separate(&mut words);
            continue;
        }
        let before = index.checked_sub(1).map(|before| characters[before]);
        let after = characters.get(index + 1);
        let begins_word = before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit())
            || (before.is_some_and(|before| before.is_ascii_uppercase())
                && after.is_some_and(char::is_ascii_lowercase));
        if character.is_ascii_uppercase() && begins_word {
            separate(&mut words);
        }
        words.push(character.to_ascii_lowercase());
    }
    let words = words.trim_matches('-');
    if words.is_empty() { "other".to_owned() } else { words.to_owned() }
}

fn separate(words: &mut String) {
    if !words.ends_with('-') {
        words.push('-');
    }
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
    fn spells_names_in_kebab_case() {
        let cases = [
            ("ImageSetState", "image-set-state"),
            ("COPYING_WITH_READ_ONLY_ACCESS", "copying-with-read-only-access"),
            ("DICOMImportJob", "dicom-import-job"),
            ("us-east-1", "us-east-1"),
            ("S3Uri", "s3-uri"),
            ("a.b/ c_", "a-b-c"),
            ("", "other"),
            ("++", "other"),
        ];
        for (name, expected) in cases {
            assert_eq!(kebab(name), expected, "{name}");
        }
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
