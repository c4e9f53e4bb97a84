//! What differs between two specs: the real history of one operation, and each kind of change by itself.

use crate::command::retake;
use retake::spec::import::{Model, Paginators};
use retake::spec::{Change, Class, Spec, compile, diff};
use std::fs;

const RELEASES: [&str; 4] = ["1.33.3", "1.39.0", "1.41.0", "1.44.5"];

fn imported(release: &str) -> String {
    let read = |name: &str| {
        let root = env!("CARGO_MANIFEST_DIR");
        fs::read(format!("{root}/tests/data/models/botocore-{release}/{name}")).unwrap()
    };
    let model = Model::parse("service-2.json", &read("service-2.json")).unwrap();
    let pages = Paginators::parse("paginators-1.json", &read("paginators-1.json")).unwrap();
    model.import(Some(&pages), "ListImageSetVersions", Some(release), None).unwrap().text
}

fn spec(text: &str) -> Spec {
    compile("spec.yaml", text).unwrap_or_else(|errors| panic!("{}", errors[0]))
}

fn changes(old: &str, new: &str) -> Vec<Change> {
    diff([&spec(old)], [&spec(new)])
}

#[test]
fn tells_the_history_of_an_operation() {
    let mut told = String::new();
    for pair in RELEASES.windows(2) {
        told.push_str(&format!("{} to {}\n", pair[0], pair[1]));
        for Change { class, place, what, .. } in changes(&imported(pair[0]), &imported(pair[1])) {
            told.push_str(&format!("  {class}  {place}: {what}\n"));
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn finds_nothing_between_a_spec_and_itself() {
    let text = imported("1.44.5");

    assert_eq!(changes(&text, &text), []);
}

/// What is replaced, by what, and the change of it alone: class and a part of its words.
const ONE_CHANGE: &[(&str, &str, Class, &str)] = &[
    ("method: POST", "method: PUT", Class::Breaking, "http.method: was POST and is PUT"),
    ("/listImageSetVersions\n", "/versions\n", Class::Breaking, "http.path"),
    ("host_prefix: runtime-", "host_prefix: data-", Class::Breaking, "http.host_prefix"),
    ("success: 200", "success: 202", Class::Breaking, "http.success: was 200 and is 202"),
    ("read_only: true", "read_only: false", Class::Data, "http.read_only"),
    ("signing_name: medical-imaging", "signing_name: imaging", Class::Breaking, "service.signing_name"),
    ("api_version: \"2023-07-19\"", "api_version: \"2027-01-01\"", Class::Data, "service.api_version"),
    (
        "  nextToken: {in: query, type: NextToken}",
        "  nextToken: {in: query, type: NextToken}\n  sort: {in: query, type: string}",
        Class::Additive,
        "input.sort: the member is new",
    ),
    (
        "  nextToken: {in: query, type: NextToken}",
        "  nextToken: {in: query, type: NextToken}\n  sort: {in: query, type: string, required: true}",
        Class::Breaking,
        "new and required",
    ),
    (
        "maxResults: {in: query, type: integer, range: [1, 50]}",
        "maxResults: {in: query, type: integer, range: [1, 20]}",
        Class::Breaking,
        "input.maxResults.range: was 1 to 50 and is 1 to 20",
    ),
    (
        "maxResults: {in: query, type: integer, range: [1, 50]}",
        "maxResults: {in: query, type: integer, range: [1, 90]}",
        Class::Additive,
        "is 1 to 90",
    ),
    (
        "maxResults: {in: query, type: integer",
        "maxResults: {in: query, name: max, type: integer",
        Class::Breaking,
        "input.maxResults.name",
    ),
    (
        "maxResults: {in: query, type: integer",
        "maxResults: {in: header, type: integer",
        Class::Breaking,
        "input.maxResults.in: was query and is header",
    ),
    (
        "maxResults: {in: query, type: integer, range: [1, 50]}",
        "maxResults: {in: query, type: integer, range: [1, 50], required: true}",
        Class::Breaking,
        "is required now",
    ),
    ("isPrimary: {type: boolean}", "isPrimary: {type: string}", Class::Breaking, "was a boolean and is a string"),
    ("isPrimary: {type: boolean}", "isPrimary: {type: boolean, required: true}", Class::Additive, "always there now"),
    (
        "      isPrimary: {type: boolean}\n",
        "",
        Class::Breaking,
        "output.imageSetPropertiesList[].isPrimary: the member is gone",
    ),
    (
        "type: ImageSetExternalVersionId, required: true",
        "type: ImageSetExternalVersionId",
        Class::Breaking,
        "no longer always there",
    ),
    ("[ACTIVE, LOCKED, DELETED]", "[ACTIVE, LOCKED, DELETED, ARCHIVED]", Class::Additive, "the value ARCHIVED is new"),
    ("[ACTIVE, LOCKED, DELETED]", "[ACTIVE, DELETED]", Class::Breaking, "the value LOCKED is gone"),
    ("length: [1, 2048]", "length: [1, 4096]", Class::Breaking, "message.length"),
    ("length: [1, 2048]", "length: [1, 100]", Class::Data, "message.length"),
    ("pattern: \"\\\\d+\"", "pattern: \"[a-z]+\"", Class::Breaking, "versionId.pattern"),
    (
        "pattern: \"\\\\d+\", sensitivity: identifier",
        "pattern: \"\\\\d+\"",
        Class::Data,
        "sensitivity: was identifier and is kept",
    ),
    (
        "createdAt: {type: timestamp,",
        "createdAt: {type: timestamp, format: date-time,",
        Class::Breaking,
        "spelled in another way",
    ),
    ("  page_size: maxResults\n", "", Class::Breaking, "pagination.page_size: was maxResults and is nothing"),
    (
        "ConflictException: {status: 409",
        "ConflictException: {status: 400",
        Class::Breaking,
        "errors.ConflictException: was 409 and is 400",
    ),
    (
        "  ConflictException: {status: 409, fault: client, retry: never}\n",
        "",
        Class::Breaking,
        "errors.ConflictException: the error is gone",
    ),
    ("retry: throttling", "retry: never", Class::Breaking, "errors.ThrottlingException.retry"),
    (
        "errors:\n",
        "errors:\n  GoneException: {status: 410, fault: client, retry: never}\n",
        Class::Additive,
        "the error is new, with status 410",
    ),
];

#[test]
fn tells_each_change_alone_and_how_much_it_matters() {
    let old = imported("1.44.5");
    for (from, to, class, words) in ONE_CHANGE {
        assert!(old.contains(from), "{from}");
        let found = changes(&old, &old.replacen(from, to, 1));

        let told: Vec<String> =
            found.iter().map(|change| format!("{} {}: {}", change.class, change.place, change.what)).collect();
        assert_eq!(told.len(), 1, "{from} → {to}: {told:#?}");
        assert!(found[0].class == *class && told[0].contains(words), "{to}: {told:#?}");
    }
}

#[test]
fn exits_by_the_class_that_it_is_to_fail_on() {
    let folder = tempfile::tempdir().unwrap();
    let old = imported("1.44.5");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("old.yaml", &old);
    write("more.yaml", &old.replace("[ACTIVE, LOCKED, DELETED]", "[ACTIVE, LOCKED, DELETED, ARCHIVED]"));
    let run = |new: &str, rest: &[&str]| retake(folder.path(), &[&["spec", "diff", "old.yaml", new], rest].concat());

    run("old.yaml", &["--fail-on", "data"]).assert_code(0).assert_stdout("nothing differs");
    run("more.yaml", &[]).assert_code(0).assert_stdout("0 breaking, 1 additive, 0 data");
    run("more.yaml", &["--fail-on", "breaking"]).assert_code(0);
    run("more.yaml", &["--fail-on", "additive"]).assert_code(1).assert_stdout("the value ARCHIVED is new");
    run("more.yaml", &["--fail-on", "data", "--format", "json"])
        .assert_code(1)
        .assert_stdout("\"class\": \"additive\"");
    run("none.yaml", &[]).assert_code(2).assert_stderr("none.yaml");
    run("more.yaml", &["--format", "junit"]).assert_code(2);
}
