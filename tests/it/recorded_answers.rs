//! Answers beside recorded ones: what has to be the same, and what stands for what.

use retake::message::{Body, Headers, Response};
use retake::spec::{self, Spec};
use retake::verify::{Difference, Likeness, Links, differences};

fn spec() -> Spec {
    spec::embedded().operation("ListImageSetVersions").unwrap().clone()
}

fn page(items: &[(&str, &str)], token: Option<&str>) -> Response {
    let item = |(id, rest): &(&str, &str)| format!("{{\"imageSetId\":\"{id}\",\"imageSetState\":\"ACTIVE\",{rest}}}");
    let items: Vec<String> = items.iter().map(item).collect();
    let token = token.map(|token| format!(",\"nextToken\":\"{token}\"")).unwrap_or_default();
    json(200, &format!("{{\"imageSetPropertiesList\":[{}]{token}}}", items.join(",")))
}

fn json(status: u16, body: &str) -> Response {
    let headers = Headers::from_iter([("content-type", "application/json")]);
    Response { status: Some(status), headers, body: Body::from_bytes(body.to_owned()), ..Response::default() }
}

fn compare(likeness: Likeness, recorded: &Response, found: &Response) -> Vec<Difference> {
    differences(&spec(), recorded, found, likeness, &mut Links::default())
}

fn is_same(likeness: Likeness, recorded: &Response, found: &Response) -> bool {
    compare(likeness, recorded, found).is_empty()
}

const ALL: [Likeness; 3] = [Likeness::Exact, Likeness::Contract, Likeness::Shape];

#[test]
fn ids_times_tokens_and_free_text_are_the_servers_own() {
    let recorded = page(&[("a", "\"versionId\":\"1\",\"createdAt\":1.0,\"message\":\"x\"")], Some("page-token-0001"));
    let found = page(&[("z", "\"versionId\":\"1\",\"message\":\"other\",\"createdAt\":1700000000")], Some("qqq"));

    for likeness in ALL {
        assert_eq!(compare(likeness, &recorded, &found), [], "{likeness:?}");
    }
}

#[test]
fn one_id_or_time_never_stands_for_two() {
    let recorded =
        page(&[("a", "\"versionId\":\"1\",\"createdAt\":1"), ("b", "\"versionId\":\"2\",\"createdAt\":2")], None);
    let one_id =
        page(&[("z", "\"versionId\":\"1\",\"createdAt\":1"), ("z", "\"versionId\":\"2\",\"createdAt\":2")], None);
    let one_time =
        page(&[("a", "\"versionId\":\"1\",\"createdAt\":9"), ("b", "\"versionId\":\"2\",\"createdAt\":9")], None);

    let found = compare(Likeness::Exact, &recorded, &one_id);
    assert_eq!(found[0].pointer.as_deref(), Some("/imageSetPropertiesList/1/imageSetId"));
    assert!(!is_same(Likeness::Contract, &recorded, &one_id));
    assert!(!is_same(Likeness::Exact, &recorded, &one_time) && is_same(Likeness::Contract, &recorded, &one_time));
}

#[test]
fn a_status_or_error_type_counts_in_every_way() {
    let error = |status, name: &str| {
        let mut response = json(status, "{\"message\":\"redacted free text, 9 characters\"}");
        response.headers.push("x-amzn-errortype", name);
        response
    };
    let recorded = error(404, "ResourceNotFoundException");

    for likeness in ALL {
        assert!(is_same(likeness, &recorded, &error(404, "ResourceNotFoundException")));
        assert!(!is_same(likeness, &recorded, &error(400, "ResourceNotFoundException")));
        assert!(!is_same(likeness, &recorded, &error(404, "ValidationException")));
        assert!(!is_same(likeness, &recorded, &page(&[], None)));
    }
}

#[test]
fn a_contract_is_kept_by_other_values_and_an_exact_answer_is_not() {
    let recorded = page(&[("a", "\"versionId\":\"1\",\"isPrimary\":true")], None);
    let other = page(&[("a", "\"versionId\":\"1\",\"isPrimary\":false")], None);
    let without = page(&[("a", "\"versionId\":\"1\"")], None);

    assert!(is_same(Likeness::Contract, &recorded, &other) && is_same(Likeness::Shape, &recorded, &other));
    assert_eq!(compare(Likeness::Exact, &recorded, &other)[0].found, "false");
    assert!(is_same(Likeness::Contract, &recorded, &without));
    assert_eq!(
        compare(Likeness::Shape, &recorded, &without)[0].pointer.as_deref(),
        Some("/imageSetPropertiesList/*/isPrimary")
    );
}

#[test]
fn a_shape_is_kept_by_more_items_and_broken_by_another_type() {
    let recorded = page(&[("a", "\"versionId\":\"1\"")], None);
    let more = page(&[("a", "\"versionId\":\"1\""), ("a", "\"versionId\":\"2\"")], None);
    let number = page(&[("a", "\"versionId\":1")], None);

    assert!(is_same(Likeness::Shape, &recorded, &more) && !is_same(Likeness::Contract, &recorded, &more));
    let found = compare(Likeness::Shape, &recorded, &number);
    assert_eq!((found[0].recorded.as_str(), found[0].found.as_str()), ("string", "number"));
}
