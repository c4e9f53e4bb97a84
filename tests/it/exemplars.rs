//! Examples keep what they promise, for every type of every spec: those of the
//! crate and those of invented services.

use crate::good_specs::specs;
use retake::spec::exemplar::{TIME_BASE, malformed, stand_in, unknown, value, value_at};
use retake::spec::{Kind, Member, Pattern, ShapeId, Spec, conform};
use std::collections::{BTreeSet, HashSet};

/// Calls with every shape that the input and the output of each spec lead to.
fn each_shape(mut check: impl FnMut(&Spec, ShapeId, &str)) {
    for spec in specs().iter() {
        let mut seen = BTreeSet::new();
        for member in spec.input.iter().chain(&spec.output) {
            visit(spec, member.shape, &format!("{}.{}", spec.operation, member.key), &mut seen, &mut check);
        }
    }
}

fn visit(
    spec: &Spec,
    id: ShapeId,
    path: &str,
    seen: &mut BTreeSet<ShapeId>,
    check: &mut impl FnMut(&Spec, ShapeId, &str),
) {
    if !seen.insert(id) {
        return;
    }
    check(spec, id, path);
    let members = |members: &[Member]| members.iter().map(|m| (m.key.clone(), m.shape)).collect();
    let parts: Vec<(String, ShapeId)> = match &spec.shape(id).kind {
        Kind::List(item) => vec![("of".to_owned(), *item)],
        Kind::Map { keys, values } => vec![("keys".to_owned(), *keys), ("values".to_owned(), *values)],
        Kind::Structure(parts) | Kind::Union(parts) => members(parts),
        _ => Vec::new(),
    };
    for (name, part) in parts {
        visit(spec, part, &format!("{path}.{name}"), seen, check);
    }
}

fn is_scalar(spec: &Spec, shape: ShapeId) -> bool {
    !matches!(
        spec.shape(shape).kind,
        Kind::List(_) | Kind::Map { .. } | Kind::Structure(_) | Kind::Union(_) | Kind::Document
    )
}

#[test]
fn stand_ins_satisfy_their_type_and_differ() {
    let mut strings = 0;
    each_shape(|spec, shape, path| {
        if !is_scalar(spec, shape) {
            return;
        }
        let texts: Vec<String> = (1..200).map(|ordinal| stand_in(spec, shape, ordinal)).collect();
        for text in &texts {
            assert_eq!(conform::check_text(spec, shape, text), [], "{path}: {text}");
        }
        if spec.shape(shape).kind == Kind::String {
            strings += 1;
            assert_eq!(texts.iter().collect::<HashSet<_>>().len(), texts.len(), "{path}: {texts:?}");
        }
    });
    assert!(strings >= 25, "{strings}");
}

#[test]
fn stand_ins_stay_the_same() {
    each_shape(|spec, shape, path| {
        let again = retake::spec::compile(&spec.file, &spec.text).unwrap();
        for ordinal in [1, 7, 199] {
            assert_eq!(stand_in(spec, shape, ordinal), stand_in(&again, shape, ordinal), "{path}");
        }
    });
}

#[test]
fn malformed_texts_are_refused_and_short() {
    let mut refused = 0;
    each_shape(|spec, shape, path| match malformed(spec, shape) {
        Some(text) => {
            refused += 1;
            assert!(!text.is_empty(), "{path}");
            assert_ne!(conform::check_text(spec, shape, &text), [], "{path}: {text}");
        }
        None => {
            let constraints = &spec.shape(shape).constraints;
            let is_free = constraints.pattern.is_none() && constraints.length.is_none_or(|(_, most)| most >= 1 << 16);
            assert!(!is_scalar(spec, shape) || is_free, "{path}");
        }
    });
    assert!(refused >= 40, "{refused}");
}

#[test]
fn unknown_texts_are_taken_and_no_stand_in() {
    each_shape(|spec, shape, path| {
        if spec.shape(shape).kind != Kind::String {
            return;
        }
        let known: HashSet<String> = (1..200).map(|ordinal| stand_in(spec, shape, ordinal)).collect();
        let text = unknown(spec, shape, &stand_in(spec, shape, 1)).unwrap();
        assert_eq!(conform::check_text(spec, shape, &text), [], "{path}: {text}");
        assert!(!known.contains(&text), "{path}: {text}");
        assert_ne!(unknown(spec, shape, &text).unwrap(), text, "{path}");
    });
}

#[test]
fn values_satisfy_their_shape_whatever_it_is() {
    each_shape(|spec, shape, path| {
        for index in 0..60 {
            let value = value(spec, shape, index);
            let problems = conform::check_json(spec, shape, &value);
            assert_eq!(problems, [], "{path}: {}", value.to_compact());
            assert_eq!(value, value_at(spec, shape, index, TIME_BASE));
        }
    });
}

#[test]
fn values_of_different_indices_differ_where_there_are_enough() {
    each_shape(|spec, shape, path| {
        if matches!(spec.shape(shape).kind, Kind::String | Kind::Long | Kind::Timestamp(_) | Kind::Blob) {
            let values: HashSet<String> = (0..60).map(|index| value(spec, shape, index).to_compact()).collect();
            assert_eq!(values.len(), 60, "{path}");
        }
    });
}

#[test]
fn every_value_of_an_enum_has_its_turn() {
    each_shape(|spec, shape, path| {
        if let Kind::Enum(values) = &spec.shape(shape).kind {
            let found: Vec<String> = (0..values.len() as u64).map(|index| stand_in(spec, shape, index + 1)).collect();
            assert_eq!(&found, values, "{path}");
        }
    });
}

#[test]
fn patterns_of_real_models_give_stand_ins_quickly() {
    let patterns = [
        r"arn:aws[a-zA-Z-]{0,16}:kms:[a-z]{2}(-[a-z]{1,16}){1,3}-\d{1}:\d{12}:((key/[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12})|(alias/[a-zA-Z0-9:/_-]{1,256}))",
        r"arn:aws(-[^:]+)?:iam::[0-9]{12}:role/.+",
        r"arn:(aws[a-zA-Z-]*)?:lambda:[a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-\d{1}:\d{12}:function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?",
        r"s3://[a-z0-9][\.\-a-z0-9]{1,61}[a-z0-9](/.*)?",
        r"(?:[0-9][0-9]*|0)(\.(?:[1-9][0-9]*|0))*",
        r"[a-zA-Z0-9!-~]+([a-zA-Z0-9!-~ ]*[a-zA-Z0-9!-~]+)*",
        r"\p{ASCII}{0,8192}",
        r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*",
        r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
    ];
    for pattern in patterns {
        let quoted = pattern.replace('\'', "''");
        let text = format!(
            "spec: 1\nservice: {{id: a, api_version: a, protocol: rest-json, signing_name: a, endpoint: a}}\n\
             operation: A\nhttp: {{method: POST, path: /a}}\ninput:\n  a: {{type: string, pattern: '{quoted}'}}\n"
        );
        let spec = retake::spec::compile("a.yaml", &text).unwrap();
        let shape = spec.input[0].shape;
        let engine = Pattern::new(pattern).unwrap();

        let texts: HashSet<String> = (1..300).map(|ordinal| stand_in(&spec, shape, ordinal)).collect();
        assert_eq!(texts.len(), 299, "{pattern}");
        for text in texts {
            assert!(engine.matches(&text), "{pattern}: {text}");
        }
        assert!(engine.matches(&unknown(&spec, shape, "").unwrap()), "{pattern}");
    }
}
