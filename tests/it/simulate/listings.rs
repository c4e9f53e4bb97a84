//! What a listing holds, page by page.

use super::subject::{Subject, body, is_path_text, listings, page_sizes, specs_in, walk};
use retake::message::Json;
use retake::simulate::Settings;
use retake::spec::{Kind, Specs, exemplar};
use std::collections::BTreeSet;

#[test]
fn lists_the_same_items_by_whatever_page_size() {
    for spec in listings() {
        let subject = Subject::new(&spec, Settings::default());
        let whole = walk(&subject, &subject.inputs(), None);
        let longest = spec.shape(spec.output_member(&spec.pagination.as_ref().unwrap().items).unwrap().shape);
        let longest = longest.constraints.length.map_or(u64::MAX, |(_, most)| most);

        assert_eq!(whole.items.len(), 20, "{}", spec.file);
        for size in page_sizes(&spec) {
            let walk = walk(&subject, &subject.inputs(), size);

            assert_eq!(walk.items, whole.items, "{} at {size:?}", spec.file);
            let (last, full) = walk.pages.split_last().unwrap();
            if let Some(size) = size {
                let size = size.min(longest);
                assert!(full.iter().all(|page| *page as u64 == size), "{} at {size}: {:?}", spec.file, walk.pages);
                assert!((1..=size).contains(&(*last as u64)), "{}: {:?}", spec.file, walk.pages);
            }
        }
    }
}

#[test]
fn lists_as_many_items_as_it_is_told() {
    for spec in listings() {
        for items in [0, 1, 2, 7] {
            let subject = Subject::new(&spec, Settings { items, ..Settings::default() });
            for size in page_sizes(&spec) {
                let walk = walk(&subject, &subject.inputs(), size);
                assert_eq!(walk.items.len() as u64, items, "{} at {size:?}", spec.file);
                assert_eq!(walk.pages.len(), walk.tokens.len() + 1);
            }
        }
    }
}

#[test]
fn tells_every_item_apart_and_repeats_the_resource_that_was_asked_for() {
    for spec in listings() {
        let subject = Subject::new(&spec, Settings::default());
        let inputs = subject.inputs();
        let pagination = spec.pagination.as_ref().unwrap();
        let list = spec.output_member(&pagination.items).unwrap();
        let Some(members) = spec.item_members(list) else { continue };
        let wire = |key: &String| &members.iter().find(|member| member.key == *key).unwrap().wire_name;
        let items = walk(&subject, &inputs, None).items;

        let identity = |item: &Json| {
            pagination.identity.iter().map(|key| item.get(wire(key)).unwrap().to_compact()).collect::<Vec<_>>()
        };
        let identities: BTreeSet<_> = items.iter().map(identity).collect();
        assert!(pagination.identity.is_empty() || identities.len() == items.len(), "{}", spec.file);
        if pagination.identity.len() > 1 {
            for key in &pagination.identity {
                if let Some(given) = inputs.text(key) {
                    assert!(items.iter().all(|item| item.get(wire(key)).unwrap().as_text().unwrap() == given));
                }
            }
        }
    }
}

#[test]
fn shows_every_enum_value_and_every_optional_member() {
    for spec in listings() {
        let subject = Subject::new(&spec, Settings::default());
        let list = spec.output_member(&spec.pagination.as_ref().unwrap().items).unwrap();
        let Some(members) = spec.item_members(list) else { continue };
        let items = walk(&subject, &subject.inputs(), None).items;

        for member in members {
            let seen: BTreeSet<String> = items
                .iter()
                .filter_map(|item| item.get(&member.wire_name))
                .map(|value| value.as_text().map_or_else(|| value.to_compact(), |text| text.into_owned()))
                .collect();
            let expected: BTreeSet<String> = match &spec.shape(member.shape).kind {
                Kind::Enum(values) => values.iter().cloned().collect(),
                Kind::Boolean => ["true", "false"].map(str::to_owned).into(),
                _ => {
                    // One type of the test data takes no text at all.
                    assert_eq!(seen.is_empty(), member.key == "never", "{}: {}", spec.file, member.key);
                    continue;
                }
            };
            if expected.len() <= items.len() {
                assert_eq!(seen, expected, "{}: {}", spec.file, member.key);
            } else {
                assert_eq!(seen.len(), items.len(), "{}: {}", spec.file, member.key);
            }
        }
    }
}

#[test]
fn lists_versions_newest_first_one_second_apart() {
    let specs = Specs::new(specs_in("specs"));
    let subject = Subject::new(specs.operation("ListImageSetVersions").unwrap(), Settings::default());

    let items = walk(&subject, &subject.inputs(), None).items;

    let column = |name: &str| items.iter().map(|item| item.get(name).unwrap().to_compact()).collect::<Vec<_>>();
    let expected: Vec<String> = (1..=20).rev().map(|version| format!("\"{version}\"")).collect();
    assert_eq!(column("versionId"), expected);
    let expected: Vec<String> = (0..20).rev().map(|second| (1_262_304_000 + second).to_string()).collect();
    assert_eq!(column("createdAt"), expected);
    let states = ["\"ACTIVE\"", "\"LOCKED\"", "\"DELETED\""];
    let expected: Vec<&str> = (0..20).map(|index| states[index % 3]).collect();
    assert_eq!(column("imageSetState"), expected);
    assert!(items.iter().all(
        |item| item.get("deletedAt").is_none() || item.get("imageSetState").unwrap().to_compact() == "\"DELETED\""
    ));
}

fn test_spec(operation: &str) -> retake::spec::Spec {
    specs_in("tests/data/simulate").into_iter().find(|spec| spec.operation == operation).unwrap()
}

#[test]
fn gives_each_resource_items_of_its_own() {
    for spec in ["FindParcels", "ListImageSetVersions"].map(|operation| {
        specs_in("specs").into_iter().find(|spec| spec.operation == operation).unwrap_or_else(|| test_spec(operation))
    }) {
        let first = Subject::new(&spec, Settings::default()).inputs();
        let members = spec.input.iter().filter(|member| is_path_text(&spec, member));
        let inputs: Vec<(String, String)> = members
            .map(|member| {
                let known = first.text(&member.key).unwrap();
                (member.key.clone(), exemplar::unknown(&spec, member.shape, &known).unwrap())
            })
            .collect();
        let other = Subject::new(&spec, Settings { inputs: inputs.clone(), ..Settings::default() });
        let key = &spec.pagination.as_ref().unwrap().identity[0];
        let (_, value) = inputs.iter().find(|(name, _)| name == key).unwrap();

        let items = walk(&other, &other.inputs(), None).items;

        assert!(items.iter().all(|item| item.get(key).unwrap().as_text().unwrap() == *value), "{}", spec.file);
    }
}

#[test]
fn knows_two_resources_where_it_is_told_of_two() {
    let spec = test_spec("ListChildren");
    let inputs = ["one", "two"].map(|value| ("node".to_owned(), value.to_owned())).to_vec();
    let subject = Subject::new(&spec, Settings { inputs, ..Settings::default() });

    for node in ["one", "two"] {
        let items = body(&subject.call_with(&[("node", node)]));
        let items = items.get("children").unwrap().as_array().unwrap();
        // The members of its type: the one that tells items apart does not repeat it, the other one does.
        assert!(items.iter().all(|item| item.get("parent").unwrap().as_text().unwrap() == node));
        assert!(items.iter().any(|item| item.get("node").unwrap().as_text().unwrap() != node));
    }
}

#[test]
fn keeps_enum_values_in_turn_where_no_rule_asks_for_another() {
    let spec = test_spec("ListChildren");
    let subject = Subject::new(&spec, Settings::default());

    let items = walk(&subject, &subject.inputs(), None).items;

    let letters: String =
        items.iter().map(|item| item.get("letter").unwrap().as_text().unwrap().into_owned()).collect();
    assert_eq!(letters, "ABCDEFGHIJKLMOPQRSTU");
}
