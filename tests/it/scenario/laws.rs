//! What holds of the scenarios of every spec.

use super::{invented, real};
use retake::evidence::{Side, Success, check, checks_for};
use retake::message::Json;
use retake::scenario::{Scenario, scenarios};
use retake::spec::{Kind, Spec, conform};
use std::collections::HashSet;
use std::mem::discriminant;

fn each_spec(mut law: impl FnMut(&Spec)) {
    for specs in [real(), invented()] {
        specs.iter().for_each(&mut law);
    }
}

#[test]
fn ids_are_unique_kebab_case_with_one_slash() {
    each_spec(|spec| {
        let ids: Vec<String> = scenarios(spec, 0).into_iter().map(|scenario| scenario.id).collect();

        let unique: HashSet<&String> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len());
        for id in &ids {
            let parts: Vec<&str> = id.split('/').collect();
            assert_eq!(parts.len(), 2, "{id}");
            for part in parts {
                let is_word =
                    |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
                assert!(part.split('-').all(is_word), "{id}");
            }
        }
    });
}

#[test]
fn the_same_seed_gives_the_same_scenarios() {
    each_spec(|spec| {
        for seed in [0, 7, u64::MAX] {
            assert_eq!(scenarios(spec, seed), scenarios(spec, seed), "{}", spec.operation);
        }
    });
}

/// What a seed may not change.
fn outline(scenario: &Scenario) -> impl PartialEq + std::fmt::Debug + use<> {
    let steps: Vec<_> = scenario
        .steps
        .iter()
        .map(|step| {
            (step.name(), step.response.status, discriminant(&step.response.end), step.wire.clone(), step.is_probe)
        })
        .collect();
    let expectation = &scenario.expectation;
    let allows = (expectation.success.is_some(), expectation.error.clone(), expectation.probe.is_some());
    (scenario.id.clone(), scenario.judges.clone(), scenario.inputs.clone(), scenario.needs, steps, allows)
}

#[test]
fn another_seed_changes_values_and_nothing_else() {
    each_spec(|spec| {
        let (first, second) = (scenarios(spec, 0), scenarios(spec, 5));

        assert_eq!(first.len(), second.len());
        for (first, second) in first.iter().zip(&second) {
            assert!(outline(first) == outline(second), "{}", first.id);
        }
    });
    let specs = real();
    let spec = specs.operation("ListImageSetVersions").unwrap();
    assert_ne!(scenarios(spec, 0)[1].steps[0].response, scenarios(spec, 5)[1].steps[0].response);
    assert_ne!(scenarios(spec, 0)[1].steps[1].token, scenarios(spec, 5)[1].steps[1].token);
}

#[test]
fn every_scenario_is_for_checks_of_clients_and_says_what_and_why() {
    let clients: Vec<&str> = checks_for(Side::Client).map(|check| check.id).collect();
    each_spec(|spec| {
        for scenario in scenarios(spec, 0) {
            assert!(!scenario.judges.is_empty() && !scenario.steps.is_empty(), "{}", scenario.id);
            for judge in &scenario.judges {
                assert!(check(judge).is_some() && clients.contains(judge), "{}: {judge}", scenario.id);
            }
            for line in [&scenario.expects, &scenario.why] {
                assert!(!line.is_empty() && !line.contains('\n') && !line.ends_with('.'), "{}: {line}", scenario.id);
            }
            let allows = &scenario.expectation;
            assert!(allows.success.is_some() || allows.error.is_some(), "{}", scenario.id);
        }
    });
}

/// The items of a page; none where there is no list.
fn items_of(spec: &Spec, scenario: &Scenario) -> Vec<Json> {
    match &scenario.expectation.success {
        Some(Success::Items(items)) => items.clone(),
        Some(Success::Output(_) | Success::AsAnswered) | None => Vec::new(),
    }
    .into_iter()
    .filter(|_| spec.pagination.is_some())
    .collect()
}

#[test]
fn friendly_items_conform_and_differ_from_each_other() {
    let friendly = ["baseline/one-page", "baseline/three-pages", "baseline/full-page", "baseline/all-optional"];
    each_spec(|spec| {
        let Some(paging) = &spec.pagination else { return };
        let list = spec.output_member(&paging.items).unwrap();
        let Kind::List(item) = spec.shape(list.shape).kind else { panic!() };
        for scenario in scenarios(spec, 0).iter().filter(|scenario| friendly.contains(&scenario.id.as_str())) {
            let items = items_of(spec, scenario);

            let different: HashSet<String> = items.iter().map(Json::to_compact).collect();
            assert_eq!(different.len(), items.len(), "{} {}", spec.operation, scenario.id);
            for value in &items {
                // What no value can be made for is left empty by the exemplars: such members never conform.
                let problems = conform::check_json(spec, item, value);
                let problems: Vec<_> = problems.iter().filter(|problem| !problem.pointer.ends_with("/never")).collect();
                assert!(problems.is_empty(), "{} {}: {problems:?}", spec.operation, scenario.id);
            }
        }
    });
}

#[test]
fn friendly_outputs_conform() {
    each_spec(|spec| {
        let first = &scenarios(spec, 0)[0];
        let body = Json::parse(first.steps[0].response.body.bytes());

        if let (Ok(body), false) = (body, spec.output.iter().any(|m| m.location == retake::spec::Location::Payload)) {
            let problems = conform::check_output_body(spec, &body);
            let problems: Vec<_> = problems.iter().filter(|problem| !problem.pointer.ends_with("/never")).collect();
            assert!(problems.is_empty(), "{}: {problems:?}", spec.operation);
        }
    });
}

#[test]
fn the_budget_leaves_room_for_every_attempt_and_a_few_more() {
    let specs = real();
    let spec = specs.operation("ListImageSetVersions").unwrap();
    let budget = |id: &str, attempts| {
        let scenarios = scenarios(spec, 0);
        scenarios.iter().find(|scenario| scenario.id == id).unwrap().budget(spec, attempts)
    };

    assert_eq!(budget("baseline/three-pages", 5), 3 + 4);
    assert_eq!(budget("page/throttle-page-2", 3), 3 + 2 + 4);
    assert_eq!(budget("retry/429-twice", 3), 3 + 2 * 2 + 4);
    assert_eq!(budget("retry/stall", 1), 2 + 4);
    assert_eq!(budget("bytes/cut-body", 5), 2 + 4 + 4);
}
