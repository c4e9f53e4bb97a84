//! The format of specs as a JSON Schema, for editors.
//!
//! It says what can be said of one place at a time: keys, words, forms. What
//! needs a look at the whole file is for the compiler, which alone decides.

/// The JSON Schema (draft 2020-12) of the spec format.
pub fn schema() -> &'static str {
    include_str!("schema.json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::compile::vocabulary::*;
    use crate::spec::compile::{LIMITS, MAX_ENTRIES};
    use serde_json::Value;

    fn read() -> Value {
        serde_json::from_str(schema()).unwrap()
    }

    fn keys(object: &Value) -> Vec<&str> {
        object["properties"].as_object().unwrap().keys().map(String::as_str).collect()
    }

    fn words<T>(words: Words<T>) -> Vec<&'static str> {
        words.iter().map(|(word, _)| *word).collect()
    }

    fn without(keys: &[&'static str], key: &str) -> Vec<&'static str> {
        keys.iter().copied().filter(|known| *known != key).collect()
    }

    #[test]
    fn has_the_keys_of_the_compiler_and_no_others() {
        let schema = read();
        let of = |name: &str| schema["$defs"][name].clone();

        assert_eq!(keys(&schema), TOP);
        assert_eq!(keys(&of("service")), SERVICE);
        assert_eq!(keys(&of("source")), SOURCE);
        assert_eq!(keys(&of("http")), HTTP);
        assert_eq!(keys(&of("input")), MEMBER);
        assert_eq!(keys(&of("output")), MEMBER);
        assert_eq!(keys(&of("member")), without(MEMBER, "in"));
        assert_eq!(keys(&of("type")), TYPE);
        assert_eq!(keys(&of("pagination")), PAGINATION);
        assert_eq!(keys(&of("error")), ERROR);
        assert_eq!(keys(&of("rule")), RULE);
        assert_eq!(keys(&of("condition")), CONDITIONS);
        assert_eq!(keys(&of("client")), CLIENT);
        assert_eq!(keys(&of("client")["properties"]["max_attempts"]), MAX_ATTEMPTS);
        assert_eq!(keys(&of("deviation")), DEVIATION);
    }

    #[test]
    fn has_the_words_of_the_compiler_and_no_others() {
        let schema = read();
        let at = |pointer: &str| -> Vec<String> {
            let words = schema.pointer(&format!("/$defs/{pointer}/enum")).unwrap().as_array().unwrap();
            words.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
        };

        assert_eq!(at("service/properties/protocol"), words(PROTOCOLS));
        assert_eq!(at("http/properties/method"), words(METHODS));
        assert_eq!(at("input/properties/in"), words(IN_INPUT));
        assert_eq!(at("output/properties/in"), words(IN_OUTPUT));
        assert_eq!(at("type-name/anyOf/0"), words(PRIMITIVES));
        assert_eq!(at("format"), words(FORMATS));
        assert_eq!(at("charset"), words(CHARSETS));
        assert_eq!(at("sensitivity"), words(SENSITIVITIES));
        assert_eq!(at("match"), words(MATCHES));
        assert_eq!(at("error/properties/fault"), words(FAULTS));
        assert_eq!(at("error/properties/retry"), words(RETRIES));
        assert_eq!(at("rule/properties/level"), words(LEVELS));
        assert_eq!(at("client/properties/repeated_token/items"), words(REPEATED_TOKEN));
    }

    #[test]
    fn knows_every_class_of_sensitivity() {
        let classes = crate::spec::Sensitivity::ALL.map(|class| (class.as_str(), class));

        assert_eq!(SENSITIVITIES, classes);
    }

    #[test]
    fn the_keys_of_members_and_types_are_made_of_the_same_parts() {
        let mut of_members: Vec<&str> = TYPE.iter().chain(OF_MEMBERS_ONLY).copied().collect();
        let mut members = MEMBER.to_vec();
        of_members.sort_unstable();
        members.sort_unstable();

        assert_eq!(of_members, members);
        assert!(SHAPING.iter().all(|key| TYPE.contains(key)));
        assert!(PRIMITIVES.iter().flat_map(|(_, keys)| keys.iter()).all(|key| SHAPING.contains(key)));
        assert!(OTHER_WORDS.iter().all(|(_, meant)| words(PRIMITIVES).contains(meant)));
    }

    #[test]
    fn has_the_limits_of_the_compiler() {
        let schema = read();

        for pointer in ["/properties/input/maxProperties", "/$defs/members/maxProperties", "/properties/rules/maxItems"]
        {
            assert_eq!(schema.pointer(pointer).unwrap().as_u64().unwrap(), MAX_ENTRIES as u64, "{pointer}");
        }
        assert!(schema["$defs"]["pattern"]["maxLength"].as_u64().unwrap() < LIMITS.bytes as u64);
    }
}
