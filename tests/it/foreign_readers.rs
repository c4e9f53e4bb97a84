//! Specs mean the same to a reader that is not ours: the tree that we compile
//! from beside the one that serde_yaml makes of the file.

use crate::good_specs::specs;
use retake::spec::compile::LIMITS;
use retake::yaml::{self, Node, Source, Style, is_ambiguous};
use serde_yaml::Value;

/// Where the two trees mean different things; nothing if they mean the same.
fn differences(text: &str) -> Vec<String> {
    let ours = yaml::parse(Source::whole("spec.yaml"), text, LIMITS).unwrap();
    let theirs: Value = serde_yaml::from_str(text).unwrap();
    let mut found = Vec::new();
    compare("", &ours, &theirs, &mut found);
    found
}

fn compare(at: &str, ours: &Node<'_>, theirs: &Value, found: &mut Vec<String>) {
    match (&ours.value, theirs) {
        (yaml::Value::Mapping(entries), Value::Mapping(members)) if entries.len() == members.len() => {
            for ((key, value), (their_key, their_value)) in entries.iter().zip(members) {
                if their_key.as_str() != Some(key.key()) || key.text(Source::whole("spec.yaml"), "a key").is_err() {
                    found.push(format!("{at}: the key {:?} and {their_key:?}", key.value));
                }
                compare(&format!("{at}/{}", key.key()), value, their_value, found);
            }
        }
        (yaml::Value::Sequence(items), Value::Sequence(values)) if items.len() == values.len() => {
            for (index, (item, value)) in items.iter().zip(values).enumerate() {
                compare(&format!("{at}/{index}"), item, value, found);
            }
        }
        (yaml::Value::Scalar { text, style }, theirs) if means_the_same(text, *style, theirs) => {}
        (ours, theirs) => found.push(format!("{at}: {ours:?} and {theirs:?}")),
    }
}

/// Whether a scalar is to the other reader what the compiler takes it for.
fn means_the_same(text: &str, style: Style, theirs: &Value) -> bool {
    let source = Source::whole("spec.yaml");
    let node = Node { value: yaml::Value::Scalar { text: text.into(), style }, line: 1, column: 1 };
    match theirs {
        Value::String(theirs) => {
            // A day is the one text that a spec may hold unquoted although some readers see more in it.
            let is_day = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
            theirs == text && (style != Style::Plain || !is_ambiguous(text) || is_day)
        }
        Value::Bool(theirs) => node.boolean(source, "it").ok() == Some(*theirs),
        Value::Number(theirs) => node.number(source, "it").ok() == theirs.as_f64(),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => false,
    }
}

#[test]
fn every_spec_means_the_same_to_a_foreign_reader() {
    let mut read = 0;
    for spec in specs().iter() {
        assert_eq!(differences(&spec.text), Vec::<String>::new(), "{}", spec.file);
        read += 1;
    }
    assert!(read >= 9);
}

#[test]
fn a_difference_in_meaning_is_seen() {
    for text in ["a: 0x1f", "a: no", "yes: b", "a: ~", "a:", "a: 1_000", "a: 012", "a: 1e3", "a: [b, null]", "5: a"] {
        assert_ne!(differences(text), Vec::<String>::new(), "{text}");
    }
    for text in ["a: \"no\"", "a: 'x'", "a: [1, -2.5, true]", "a: |\n  text\n", "seen: 2024-05-01", "{a: b}"] {
        assert_eq!(differences(text), Vec::<String>::new(), "{text}");
    }
}
