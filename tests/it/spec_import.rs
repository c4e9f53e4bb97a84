//! The import of one real service, over its history, and of models that are wrong or say what no spec can.

use retake::spec::import::{Former, Imported, Model, Paginators};
use retake::spec::{Kind, Member, Sensitivity, Spec, compile, embedded};

const RELEASES: [&str; 4] = ["1.33.3", "1.39.0", "1.41.0", "1.44.5"];
const LISTING: &str = "ListImageSetVersions";

fn read(path: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/models/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

fn model(release: &str) -> (Model, Paginators) {
    let file = |name: &str| format!("botocore-{release}/{name}");
    let (model, pages) = (file("service-2.json"), file("paginators-1.json"));
    (Model::parse(&model, &read(&model)).unwrap(), Paginators::parse(&pages, &read(&pages)).unwrap())
}

fn import(release: &str, operation: &str, former: Option<&Former>) -> Imported {
    let (model, pages) = model(release);
    model.import(Some(&pages), operation, Some("botocore"), former).unwrap()
}

fn compiled(imported: &Imported) -> Spec {
    compile(&imported.path, &imported.text).unwrap()
}

/// The spec that comes with the crate, less the comment that an update refuses.
fn hand_written() -> String {
    let specs = embedded();
    let text = &specs.operation(LISTING).unwrap().text;
    text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect()
}

fn former() -> Former {
    Former::read("former.yaml", &hand_written()).unwrap()
}

/// A member of the items of the listing.
fn item(spec: &Spec, key: &str) -> Member {
    let list = spec.output_member("imageSetPropertiesList").unwrap();
    spec.item_members(list).unwrap().iter().find(|member| member.key == key).unwrap().clone()
}

fn statuses(spec: &Spec) -> Vec<String> {
    match &spec.shape(item(spec, "ImageSetWorkflowStatus").shape).kind {
        Kind::Enum(values) => values.clone(),
        other => panic!("{other:?} is no enum"),
    }
}

#[test]
fn imports_every_operation_of_every_release() {
    for release in RELEASES {
        let (model, pages) = model(release);
        let operations = model.operations();

        assert_eq!(operations.len(), 18, "{release}");
        for operation in operations {
            let imported = model.import(Some(&pages), &operation, None, None);
            let imported = imported.unwrap_or_else(|error| panic!("{release} {operation}: {error}"));
            let tags = imported.text.contains("TagKey");
            assert_eq!(imported.left_out.len(), usize::from(tags), "{operation}: {:?}", imported.left_out);
        }
    }
}

#[test]
fn writes_a_listing_as_a_person_would() {
    insta::assert_snapshot!(import("1.44.5", LISTING, None).text);
}

#[test]
fn puts_payloads_headers_and_bodies_where_they_stand() {
    let frame = import("1.44.5", "GetImageFrame", None).text;
    let search = import("1.44.5", "SearchImageSets", None).text;

    assert!(
        frame.contains("imageFrameBlob: {in: payload, type: blob, sensitivity: secret, required: true}"),
        "{frame}"
    );
    assert!(frame.contains("contentType: {in: header, type: string, sensitivity: free-text, name: Content-Type}"));
    assert!(search.contains("searchCriteria: {in: payload, type: SearchCriteria}"), "{search}");
    assert!(search.contains("read_only: false"), "only a person can say that a search changes nothing");
}

#[test]
fn keeps_no_text_until_a_person_says_that_it_may_be() {
    let (model, pages) = model("1.44.5");
    for operation in model.operations() {
        let spec = compiled(&model.import(Some(&pages), &operation, None, None).unwrap());
        for member in spec.input.iter().chain(&spec.output) {
            let is_open = matches!(spec.shape(member.shape).kind, Kind::String | Kind::Blob | Kind::Timestamp(_));
            assert!(!is_open || spec.sensitivity(member).is_some(), "{operation} {}", member.key);
        }
    }
}

#[test]
fn an_update_renews_what_the_model_owns_and_keeps_what_people_own() {
    let updated = compiled(&import("1.44.5", LISTING, Some(&former())));
    let before = compile("former.yaml", &hand_written()).unwrap();

    assert_eq!(statuses(&updated), statuses(&before));
    assert_eq!(updated.rules.len(), before.rules.len());
    assert_eq!(updated.client.attempts_at_most, before.client.attempts_at_most);
    assert_eq!(updated.pagination.as_ref().unwrap().identity, ["imageSetId", "versionId"]);
    assert_eq!(updated.source.documented, before.source.documented);
    assert!(updated.http.read_only);
    let of_people = |spec: &Spec, key: &str| {
        let member = item(spec, key);
        (spec.sensitivity(&member), member.note)
    };
    for member in ["imageSetId", "versionId", "ImageSetWorkflowStatus", "createdAt", "message"] {
        assert_eq!(of_people(&updated, member), of_people(&before, member), "{member}");
    }
    assert_eq!(of_people(&updated, "versionId").0, None, "people let it be kept");
    assert_eq!(of_people(&updated, "message").0, Some(Sensitivity::FreeText));
}

#[test]
fn an_update_from_the_same_model_changes_nothing_more() {
    let once = import("1.44.5", LISTING, Some(&former()));
    let again = import("1.44.5", LISTING, Some(&Former::read("once.yaml", &once.text).unwrap()));

    assert_eq!(again.text, once.text);
}

#[test]
fn an_update_from_an_older_model_takes_away_what_it_does_not_have() {
    let text = hand_written();
    let old = import("1.33.3", LISTING, Some(&Former::read("former.yaml", &text).unwrap()));

    assert_eq!(statuses(&compiled(&old)).len(), 10);
    assert!(!old.text.contains("isPrimary"), "{}", old.text);
}

#[test]
fn an_update_that_leaves_a_rule_without_its_member_names_both() {
    let text = hand_written().replace("expect: {imageSetState: DELETED}", "expect: {present: isPrimary}");
    let (model, pages) = model("1.33.3");
    let former = Former::read("former.yaml", &text).unwrap();

    let error = model.import(Some(&pages), LISTING, None, Some(&former)).unwrap_err().to_string();

    assert!(error.contains("isPrimary"), "{error}");
}

#[test]
fn an_update_refuses_comments_and_a_hash_inside_a_text_is_none() {
    let with_comment = format!("{}# seen by us\n", hand_written());
    let in_text = hand_written().replace("note: capital I", "note: \"see #12, and\\\" # not\"");

    let errors = Former::read("spec.yaml", &with_comment).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert!(errors[0].to_string().contains("note"), "{}", errors[0]);
    assert!(Former::read("spec.yaml", &in_text.replace(" on the wire; its siblings are lower camel", "")).is_ok());
}

/// A model with one operation, of which some texts are replaced.
fn small(replaced: &[(&str, &str)]) -> Result<Imported, String> {
    let mut text = r#"{"metadata": {"apiVersion": "2020-01-01", "endpointPrefix": "things", "protocol": "rest-json", "serviceId": "Some Things"},
        "operations": {"GetThing": {"http": {"method": "GET", "requestUri": "/things/{id}"}, "input": {"shape": "In"}, "output": {"shape": "Out"},
            "errors": [{"shape": "Busy"}]}},
        "shapes": {"In": {"type": "structure", "members": {"id": {"shape": "Id", "location": "uri", "locationName": "id"}}},
            "Out": {"type": "structure", "members": {"names": {"shape": "Names"}}},
            "Names": {"type": "list", "member": {"shape": "Name"}},
            "Id": {"type": "string"}, "Name": {"type": "string"},
            "Busy": {"type": "structure", "members": {}, "error": {"httpStatusCode": 503}, "exception": true, "fault": true}}}"#
        .to_owned();
    for (from, to) in replaced {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let model = Model::parse("service-2.json", text.as_bytes()).map_err(|error| error.to_string())?;
    model.import(None, "GetThing", None, None).map_err(|error| error.to_string())
}

#[test]
fn names_a_service_and_its_errors() {
    let imported = small(&[]).unwrap();

    assert_eq!(imported.path, "some-things/get-thing.yaml");
    assert!(imported.text.contains("  Busy: {status: 503, fault: server, retry: transient}\n"), "{}", imported.text);
    assert!(
        imported.text.contains("names: {type: list, of: {type: string, sensitivity: free-text}}"),
        "{}",
        imported.text
    );
}

#[test]
fn refuses_what_no_spec_can_say_and_names_it() {
    let cases: &[(&str, &str, &str)] = &[
        ("\"rest-json\"", "\"query\"", "the protocol query is not supported"),
        ("/things/{id}", "/things/{id}?part=all", "a fixed query"),
        ("/things/{id}", "/things/{id+}", "several parts"),
        ("\"input\":", "\"endpoint\": {\"hostPrefix\": \"{id}.\"}, \"input\":", "the host has a part of the input"),
        ("\"location\": \"uri\"", "\"location\": \"headers\"", "all headers of a prefix"),
        ("\"location\": \"uri\"", "\"location\": \"cookie\"", "an unknown place, \"cookie\""),
        ("\"location\": \"uri\"", "\"hostLabel\": true", "is a part of the host"),
        ("\"shape\": \"Names\"", "\"shape\": \"Names\", \"eventstream\": true", "names is a stream of events"),
        ("\"Id\": {\"type\": \"string\"}", "\"Id\": {\"type\": \"quaternion\"}", "unknown type \"quaternion\""),
        ("\"shape\": \"Name\"", "\"shape\": \"Lost\"", "no shape \"Lost\""),
        ("\"shape\": \"Name\"", "\"shape\": \"Names\"", "contains itself"),
        ("\"shape\": \"Name\"", "\"name\": \"Name\"", "has no shape"),
        ("\"member\":", "\"members\":", "has no \"member\""),
        ("\"GetThing\"", "\"GetThings\"", "did you mean"),
        ("\"operations\":", "\"operation\":", "has no \"operations\""),
        ("{\"metadata\"", "\"metadata\"", "not JSON"),
    ];
    for (from, to, expected) in cases {
        let error = small(&[(from, to)]).expect_err(to);
        assert!(error.contains(expected), "{to}: {error}");
    }
}

#[test]
fn survives_a_model_from_which_anything_is_missing() {
    let text = String::from_utf8(read("botocore-1.44.5/service-2.json")).unwrap();
    let keys: Vec<usize> = text.match_indices("\"shape\"").map(|(at, _)| at).collect();
    let types: Vec<usize> = text.match_indices("\"type\"").map(|(at, _)| at).collect();
    assert!(keys.len() > 100 && types.len() > 100);

    let mut refused = 0;
    for at in keys.iter().step_by(23).chain(types.iter().step_by(23)) {
        let broken = format!("{}\"sh\"{}", &text[..*at], &text[at + 1 + text[at + 1..].find('"').unwrap() + 1..]);
        let Ok(model) = Model::parse("broken", broken.as_bytes()) else { continue };
        for operation in [LISTING, "SearchImageSets", "GetDICOMImportJob"] {
            refused += usize::from(model.import(None, operation, None, None).is_err());
        }
    }
    assert!(refused > 0, "some of it was needed");
}
