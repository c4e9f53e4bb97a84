//! Single reads: asked for what was given, and compared like pages.

use super::*;

const SPEC: &str = r#"
spec: 1
service: {id: boxes, api_version: "2020-01-01", protocol: rest-json, signing_name: boxes, endpoint: "{prefix}boxes.{region}.amazonaws.com"}
operation: GetBox
http: {method: GET, path: "/boxes/{boxId}", success: 200, read_only: true}
input:
  boxId: {in: path, type: BoxId, required: true}
output:
  boxId: {type: BoxId, required: true}
  state: {type: enum, values: [OPEN, SHUT]}
  madeAt: {type: timestamp, sensitivity: time}
types:
  BoxId: {type: string, pattern: "[0-9a-z]{32}", sensitivity: identifier}
errors:
  NoSuchBox: {status: 404, fault: client, retry: never}
  BadBox: {status: 400, fault: client, retry: never}
validation_error: BadBox
not_found_error: NoSuchBox
"#;

fn specs() -> Arc<Specs> {
    Arc::new(Specs::new(vec![spec::compile("get-box.yaml", SPEC).unwrap()]))
}

fn asking() -> Arguments {
    Arguments { inputs: vec![("boxId".to_owned(), "1".repeat(32))], ..arguments() }
}

async fn box_service(fault: Fault) -> (serve::Running, UpstreamChoice, Arc<Drifting>) {
    stand_in_of(specs(), Settings { inputs: asking().inputs, ..Settings::default() }, fault).await
}

fn without_state(response: Response) -> Response {
    members(response, |members| members.retain(|(name, _)| name.decode() != "state"))
}

fn half_open(response: Response) -> Response {
    members(response, |members| set(members, "state", &Json::string("HALF_OPEN")))
}

fn with_lid(response: Response) -> Response {
    members(response, |members| members.push((Text::new("lid"), Json::Bool(true))))
}

/// Changes the members of a success.
fn members(response: Response, change: impl Fn(&mut Vec<(Text, Json)>)) -> Response {
    let Ok(Json::Object(mut members)) = Json::parse(response.body.bytes()) else { return response };
    if response.status != Some(200) {
        return response;
    }
    change(&mut members);
    let body = Body::Bytes(Json::Object(members).to_compact().into_bytes().into());
    let headers = response.headers.iter().filter(|(name, _)| *name != "content-length").collect();
    Response { body, headers, ..response }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_read_is_asked_its_ids_tried_and_its_drift_told() {
    let cases: [(Fault, &str, RunVerdict); 4] = [
        (same, "", RunVerdict::Pass),
        (
            without_state,
            "breaking drift: the member was in each recorded answer, and is gone at /state",
            RunVerdict::Fail,
        ),
        (half_open, "breaking drift: the value \"HALF_OPEN\" is not in the spec", RunVerdict::Fail),
        (with_lid, "additive drift: the member was not recorded at /lid", RunVerdict::Pass),
    ];
    for (fault, told, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let (_server, upstream, _) = box_service(same).await;
        let cassette = recorded_of(folder.path(), &specs(), &asking(), upstream).await;
        let (_server, upstream, stand_in) = box_service(fault).await;

        let report = asking().look(&specs(), upstream, REGION, &[cassette]).await.unwrap().report;

        let said: Vec<&String> = of_drift(&report).iter().map(|finding| &finding.message).collect();
        assert_eq!(said.is_empty(), told.is_empty(), "{said:?}");
        assert!(said.iter().all(|said| said.starts_with(told)), "{told}: {said:?}");
        assert_eq!(report.verdict(), expected, "{told}: {:?} {:?}", report.findings, report.troubles);
        // The box itself, one whose id is malformed, one that is not there.
        assert_eq!(stand_in.keys.lock().unwrap().len(), 3);
    }
}
