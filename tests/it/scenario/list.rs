//! Which scenarios a spec implies.

use super::{invented, real};
use retake::scenario::{FAMILIES, Family, families, scenarios};
use retake::spec::compile;
use std::fmt::Write;

const OPERATION: &str = "ListImageSetVersions";

/// One line a scenario: its id, its checks, what is expected and why.
fn listed(families: &[Family]) -> String {
    let mut text = String::new();
    for family in families {
        for scenario in &family.scenarios {
            let judges = scenario.judges.join(", ");
            writeln!(text, "{} [{judges}]\n  {}\n  {}", scenario.id, scenario.expects, scenario.why).unwrap();
        }
        for left_out in &family.left_out {
            writeln!(text, "no {}: {}", left_out.id, left_out.why).unwrap();
        }
    }
    text
}

#[test]
fn a_listing_with_enums_and_errors_feeds_every_case() {
    let specs = real();

    let families = families(specs.operation(OPERATION).unwrap(), 0);

    let counts: Vec<(&str, usize)> = families.iter().map(|family| (family.name, family.scenarios.len())).collect();
    let expected = [
        ("baseline", 7),
        ("page", 18),
        ("enum", 3 + 14 + 2 * 5),
        ("error", 6 * 5 + 5 + 6 * 4),
        ("retry", 15 + 4),
        ("bytes", 15),
        ("request", 4),
    ];
    assert_eq!(counts, expected);
    assert!(families.iter().all(|family| family.left_out.is_empty()));
    insta::assert_snapshot!("scenarios", listed(&families));
}

#[test]
fn says_of_each_invented_operation_what_it_cannot_feed() {
    let mut text = String::new();
    for spec in invented().iter() {
        writeln!(text, "{}", spec.operation).unwrap();
        for family in families(spec, 0) {
            writeln!(text, "  {}: {}", family.name, family.scenarios.len()).unwrap();
            for left_out in family.left_out {
                writeln!(text, "    no {}: {}", left_out.id, left_out.why).unwrap();
            }
        }
    }

    insta::assert_snapshot!("left-out", text);
}

#[test]
fn an_operation_without_pages_and_enums_has_neither_family() {
    let text = "spec: 1\nservice: {id: a, api_version: a, protocol: rest-json, signing_name: a, endpoint: a}\n\
                operation: A\nhttp: {method: POST, path: /a}\noutput:\n  it: {type: string, required: true}\n";
    let spec = compile("a.yaml", text).unwrap();

    let families = families(&spec, 0);

    for name in ["page", "enum"] {
        let family = families.iter().find(|family| family.name == name).unwrap();
        assert!(family.scenarios.is_empty());
        assert_eq!(family.left_out[0].id, name);
    }
    assert_eq!(families.iter().map(|family| family.name).collect::<Vec<_>>(), FAMILIES);
    assert!(scenarios(&spec, 0).iter().any(|scenario| scenario.id == "baseline/one-page"));
}
