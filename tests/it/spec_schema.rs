//! The JSON Schema of specs and the compiler agree, as far as a schema can say anything.

use crate::good_specs::{specs, written};
use crate::json_schema::Schema;
use retake::spec::{compile, schema};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

/// What a foreign reader makes of a spec, as JSON.
fn instances() -> Vec<(String, Value)> {
    specs().iter().map(|spec| (spec.file.clone(), serde_json::to_value(written(spec)).unwrap())).collect()
}

#[test]
fn every_good_spec_is_valid() {
    let mut schema = Schema::new(schema());
    for (file, instance) in instances() {
        assert_eq!(schema.problems(&instance), Vec::<String>::new(), "{file}");
    }
}

#[test]
fn the_good_specs_use_every_key_and_every_word_of_the_format() {
    let mut schema = Schema::new(schema());
    for (_, instance) in instances() {
        schema.problems(&instance);
    }

    let unused: Vec<String> = schema.places().difference(&schema.used).cloned().collect();
    assert_eq!(unused, Vec::<String>::new());
}

/// Every spec that comes of taking one thing out, or putting one strange thing in.
fn mutants(instance: &Value) -> Vec<Value> {
    let mut pointers = Vec::new();
    add_pointers("", instance, &mut pointers);
    let mut mutants = Vec::new();
    let strange = [Value::from("strange"), Value::from(7), Value::from(true), Value::from(vec![1, 2])];
    for (pointer, strange) in pointers.iter().zip(strange.iter().cycle()) {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let mut without = instance.clone();
        match without.pointer_mut(parent).unwrap() {
            Value::Object(members) => _ = members.shift_remove(&key.replace("~1", "/").replace("~0", "~")),
            Value::Array(items) => _ = items.remove(key.parse().unwrap()),
            _ => unreachable!("a parent has parts"),
        }
        mutants.push(without);
        let mut with = instance.clone();
        *with.pointer_mut(pointer).unwrap() = strange.clone();
        mutants.push(with);
    }
    mutants
}

fn add_pointers(at: &str, value: &Value, pointers: &mut Vec<String>) {
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (key, value) in parts {
        let pointer = format!("{at}/{key}");
        add_pointers(&pointer, value, pointers);
        pointers.push(pointer);
    }
}

#[test]
fn the_schema_refuses_nothing_that_the_compiler_takes() {
    let mut schema = Schema::new(schema());
    let (mut taken, mut both) = (0, 0);
    for (file, instance) in instances() {
        for mutant in mutants(&instance) {
            // JSON is YAML, and quotes what YAML would misread.
            let text = serde_json::to_string(&mutant).unwrap();
            let problems = schema.problems(&mutant);
            match compile(&file, &text) {
                Ok(_) => {
                    taken += 1;
                    assert_eq!(problems, Vec::<String>::new(), "{file}: {text}");
                }
                Err(_) => both += usize::from(!problems.is_empty()),
            }
        }
    }
    assert!(taken > 300 && both > 500, "{taken} {both}");
}

#[test]
fn the_schema_refuses_every_mistake_that_one_place_shows() {
    let mut schema = Schema::new(schema());
    let mut files: Vec<PathBuf> =
        fs::read_dir("tests/data/specs/bad").unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut overlooked = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read(&file).unwrap();
        // What is no YAML to a foreign reader has no meaning to be valid or not.
        let Ok(instance) = serde_yaml::from_slice::<Value>(&text) else { continue };
        if schema.problems(&instance).is_empty() {
            overlooked.push(name);
        }
    }
    insta::assert_snapshot!(overlooked.join("\n"));
}
