//! How names of a spec are spelled where files and ids are named after them.

/// A name in kebab case: `ListThings`, `COPY_FAILED` and `DICOMJob` are `list-things`, `copy-failed` and `dicom-job`.
/// What is neither letter nor digit parts words; where there is none of these, nothing is left.
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
    words.trim_matches('-').to_owned()
}

fn separate(words: &mut String) {
    if !words.ends_with('-') {
        words.push('-');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_names_in_kebab_case() {
        for (name, expected) in [
            ("ListThingVersions", "list-thing-versions"),
            ("COPYING_WITH_READ_ONLY_ACCESS", "copying-with-read-only-access"),
            ("DICOMImportJob", "dicom-import-job"),
            ("malformed-thingId", "malformed-thing-id"),
            ("UnmodelledError12", "unmodelled-error12"),
            ("S3Uri", "s3-uri"),
            ("us-east-1", "us-east-1"),
            ("a.b/ c_", "a-b-c"),
            ("put", "put"),
            ("_ß_", ""),
            ("", ""),
        ] {
            assert_eq!(kebab(name), expected, "{name}");
        }
    }
}
