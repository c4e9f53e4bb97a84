//! As much of JSON Schema as the schema of specs uses; a keyword that it does
//! not know is a panic, so that nothing is passed over in silence.

use retake::spec::Pattern;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// A schema, and which of its places were used in what it was asked about.
pub(crate) struct Schema {
    root: Rc<Value>,
    /// Pointers of properties, `<pointer>=<word>` for words of an enumeration.
    pub(crate) used: BTreeSet<String>,
    patterns: HashMap<String, Pattern>,
}

impl Schema {
    pub(crate) fn new(text: &str) -> Self {
        Self { root: Rc::new(serde_json::from_str(text).unwrap()), used: BTreeSet::new(), patterns: HashMap::new() }
    }

    /// Every place that could be used: properties, and words of enumerations.
    pub(crate) fn places(&self) -> BTreeSet<String> {
        let mut places = BTreeSet::new();
        add_places("", &self.root, &mut places);
        places
    }

    /// What is wrong with an instance, by pointer; nothing if it is valid.
    pub(crate) fn problems(&mut self, instance: &Value) -> Vec<String> {
        let mut problems = Vec::new();
        self.check("", instance, "", &mut problems);
        problems
    }

    fn check(&mut self, schema_at: &str, instance: &Value, at: &str, problems: &mut Vec<String>) {
        let root = Rc::clone(&self.root);
        let schema = root.pointer(schema_at).unwrap();
        for (keyword, rule) in schema.as_object().unwrap() {
            let matches =
                keyword != "pattern" || instance.as_str().is_none_or(|text| self.matches(rule.as_str().unwrap(), text));
            let mut fail = |what: String| problems.push(format!("{at}: {what} ({schema_at}/{keyword})"));
            let number = || rule.as_f64().unwrap();
            match keyword.as_str() {
                "$schema" | "$id" | "$defs" | "title" | "description" => {}
                "$ref" => self.check(rule.as_str().unwrap().trim_start_matches('#'), instance, at, problems),
                "type" if !has_type(rule, instance) => fail(format!("{instance} is no {rule}")),
                "const" if rule != instance => fail(format!("{instance} is not {rule}")),
                "enum" => match rule.as_array().unwrap().contains(instance) {
                    true => _ = self.used.insert(format!("{schema_at}={}", instance.as_str().unwrap())),
                    false => fail(format!("{instance} is none of {rule}")),
                },
                "minimum" if instance.as_f64().is_some_and(|found| found < number()) => fail("too small".into()),
                "maximum" if instance.as_f64().is_some_and(|found| found > number()) => fail("too great".into()),
                "minLength" | "minItems" | "minProperties" if size(keyword, instance).is_some_and(|n| n < number()) => {
                    fail("too short".into());
                }
                "maxLength" | "maxItems" | "maxProperties" if size(keyword, instance).is_some_and(|n| n > number()) => {
                    fail("too long".into());
                }
                "pattern" if !matches => fail("no match".into()),
                "required" => {
                    let missing = |key: &&Value| instance.is_object() && instance.get(key.as_str().unwrap()).is_none();
                    rule.as_array().unwrap().iter().filter(missing).for_each(|key| fail(format!("{key} is missing")));
                }
                "items" => {
                    for (index, item) in instance.as_array().into_iter().flatten().enumerate() {
                        self.check(&format!("{schema_at}/items"), item, &format!("{at}/{index}"), problems);
                    }
                }
                "propertyNames" => {
                    for key in instance.as_object().into_iter().flatten().map(|(key, _)| key) {
                        self.check(&format!("{schema_at}/propertyNames"), &key.as_str().into(), at, problems);
                    }
                }
                "properties" | "additionalProperties"
                    if keyword == "additionalProperties" || schema.get("additionalProperties").is_none() =>
                {
                    self.properties(schema_at, schema, instance, at, problems);
                }
                "anyOf" | "oneOf" => self.alternatives(schema_at, keyword, rule, instance, at, problems),
                "type" | "const" | "minimum" | "maximum" | "pattern" | "properties" | "minLength" | "minItems"
                | "minProperties" | "maxLength" | "maxItems" | "maxProperties" => {}
                other => panic!("the keyword {other} is not known here"),
            }
        }
    }

    fn matches(&mut self, pattern: &str, text: &str) -> bool {
        assert!(pattern.starts_with('^') && pattern.ends_with('$'), "{pattern}");
        let compiled = self.patterns.entry(pattern.to_owned()).or_insert_with(|| Pattern::new(pattern).unwrap());
        compiled.matches(text)
    }

    fn properties(&mut self, schema_at: &str, schema: &Value, instance: &Value, at: &str, problems: &mut Vec<String>) {
        for (key, value) in instance.as_object().into_iter().flatten() {
            let inside = format!("{at}/{key}");
            let known = format!("{schema_at}/properties/{key}");
            if schema["properties"].get(key).is_some() {
                self.check(&known, value, &inside, problems);
                self.used.insert(known);
            } else if schema["additionalProperties"].is_object() {
                self.check(&format!("{schema_at}/additionalProperties"), value, &inside, problems);
            } else if schema["additionalProperties"] == false {
                problems.push(format!("{inside}: unknown ({schema_at})"));
            }
        }
    }

    fn alternatives(
        &mut self,
        schema_at: &str,
        keyword: &str,
        rule: &Value,
        instance: &Value,
        at: &str,
        problems: &mut Vec<String>,
    ) {
        let mut fitting = 0;
        for index in 0..rule.as_array().unwrap().len() {
            let mut inside = Vec::new();
            self.check(&format!("{schema_at}/{keyword}/{index}"), instance, at, &mut inside);
            fitting += usize::from(inside.is_empty());
        }
        if fitting == 0 || (keyword == "oneOf" && fitting > 1) {
            problems.push(format!("{at}: fits {fitting} of {schema_at}/{keyword}"));
        }
    }
}

fn add_places(at: &str, schema: &Value, places: &mut BTreeSet<String>) {
    for key in schema["properties"].as_object().into_iter().flatten().map(|(key, _)| key) {
        places.insert(format!("{at}/properties/{key}"));
    }
    for word in schema["enum"].as_array().into_iter().flatten() {
        places.insert(format!("{at}={}", word.as_str().unwrap()));
    }
    match schema {
        Value::Object(members) => {
            members.iter().for_each(|(key, inside)| add_places(&format!("{at}/{key}"), inside, places));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, inside)| add_places(&format!("{at}/{index}"), inside, places));
        }
        _ => {}
    }
}

fn has_type(rule: &Value, instance: &Value) -> bool {
    match rule {
        Value::Array(types) => types.iter().any(|rule| has_type(rule, instance)),
        rule => match rule.as_str().unwrap() {
            "object" => instance.is_object(),
            "array" => instance.is_array(),
            "string" => instance.is_string(),
            "boolean" => instance.is_boolean(),
            "number" => instance.is_number(),
            "integer" => instance.is_i64() || instance.is_u64(),
            other => panic!("the type {other} is not known here"),
        },
    }
}

fn size(keyword: &str, instance: &Value) -> Option<f64> {
    let size = match keyword.get(3..)? {
        "Length" => instance.as_str()?.chars().count(),
        "Items" => instance.as_array()?.len(),
        _ => instance.as_object()?.len(),
    };
    Some(size as f64)
}

#[test]
fn tells_a_valid_instance_from_an_invalid_one() {
    let text = r#"{"type": "object", "required": ["a"], "additionalProperties": false, "properties": {
        "a": {"enum": ["x", "y"]}, "b": {"type": "array", "maxItems": 1, "items": {"type": "integer", "minimum": 3}},
        "c": {"anyOf": [{"type": "string", "pattern": "^z+$"}, {"const": 1}]}}}"#;
    let mut schema = Schema::new(text);
    let mut problems = |instance: &str| schema.problems(&serde_json::from_str(instance).unwrap()).len();

    assert_eq!(problems(r#"{"a": "x", "b": [3], "c": "zz"}"#), 0);
    assert_eq!(problems(r#"{"a": "z"}"#), 1);
    assert_eq!(problems(r#"{}"#), 1);
    assert_eq!(problems(r#"{"a": "x", "d": 1}"#), 1);
    assert_eq!(problems(r#"{"a": "x", "b": [2, 3.5]}"#), 3);
    assert_eq!(problems(r#"{"a": "x", "c": "a"}"#), 1);
    assert_eq!(problems("[]"), 1);
    assert!(schema.used.contains("/properties/a=x") && !schema.used.contains("/properties/a=y"));
    assert!(schema.places().contains("/properties/a=y"));
}
