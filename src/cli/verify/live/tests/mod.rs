//! Against a stand-in on loopback that drifts. The command line gives `look` the live service and nothing else; only
//! here is it given a URL, as to the recorder.

mod review;
mod singles;

use super::*;
use crate::answer::{Answer, Answerer, Session};
use crate::evidence::{Finding, RunVerdict};
use crate::message::json::Text;
use crate::message::{Body, Json, Request, Response};
use crate::net::credentials::Source;
use crate::net::{Credentials, Endpoint};
use crate::serve::{self, Server, Signatures};
use crate::simulate::{Settings, Simulator};
use crate::spec;
use std::path::Path;
use std::sync::Mutex;

const OPERATION: &str = "ListImageSetVersions";
const REGION: &str = "us-east-1";

/// What a stand-in does with an answer of the simulator.
type Fault = fn(Response) -> Response;

struct Drifting {
    simulator: Simulator,
    fault: Fault,
    keys: Mutex<Vec<String>>,
}

impl Answerer for Drifting {
    fn answer(&self, session: &Session, request: &Request) -> Answer {
        self.keys.lock().unwrap().push(session.0.clone());
        match self.simulator.answer(session, request) {
            Answer::Reply(response) => Answer::Reply(Arc::new((self.fault)((*response).clone()))),
            other => other,
        }
    }
}

/// Credentials as they would be of a person.
fn canary() -> Credentials {
    let token = Some("C4N4RYTOKEN0123456789/abcdefghij".to_owned());
    Credentials::new("AKIAC4N4RY0123456789", "C4N4RYsecretC4N4RYsecretC4N4RYsecret0123", token)
}

fn specs() -> Arc<Specs> {
    Arc::new(Specs::new(vec![spec::embedded().operation(OPERATION).unwrap().clone()]))
}

fn inputs() -> Vec<(String, String)> {
    ["datastoreId", "imageSetId"].map(|name| (name.to_owned(), "1".repeat(32))).to_vec()
}

fn arguments() -> Arguments {
    Arguments {
        specs: SpecArgs { specs: Vec::new() },
        inputs: inputs(),
        other_inputs: Vec::new(),
        cassettes: Vec::new(),
        region: None,
        profile: None,
        max_age: None,
        plan: false,
        review: false,
        max_requests: DEFAULT_MAX_REQUESTS,
    }
}

/// A stand-in that takes nothing but what is signed with the canary.
async fn stand_in(items: u64, fault: Fault) -> (serve::Running, UpstreamChoice, Arc<Drifting>) {
    stand_in_of(specs(), Settings { items, inputs: inputs(), ..Settings::default() }, fault).await
}

async fn stand_in_of(
    specs: Arc<Specs>,
    settings: Settings,
    fault: Fault,
) -> (serve::Running, UpstreamChoice, Arc<Drifting>) {
    let simulator = Simulator::new(Arc::clone(&specs), settings).unwrap();
    let drifting = Arc::new(Drifting { simulator, fault, keys: Mutex::default() });
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let options = serve::Options { signatures: Signatures::Required(canary()), ..serve::Options::default() };
    let server = Server::start(listener, Arc::clone(&drifting) as Arc<dyn Answerer>, &specs, options);
    let endpoint = Endpoint::parse(server.endpoint()).unwrap();
    (server, UpstreamChoice::Url { endpoint, credentials: Some(canary()) }, drifting)
}

/// What was recorded of a stand-in.
async fn recorded(folder: &Path, items: u64, fault: Fault) -> Cassette {
    let (_server, upstream, _) = stand_in(items, fault).await;
    recorded_of(folder, &specs(), &arguments(), upstream).await
}

async fn recorded_of(folder: &Path, specs: &Arc<Specs>, arguments: &Arguments, upstream: UpstreamChoice) -> Cassette {
    let targets = arguments.wanted().targets(specs, |_| None).unwrap();
    let options = Options::new(Arc::clone(specs), upstream, folder.join("before.cassette.yaml"));
    let (recording, is_interrupted) = arguments.probe(targets, options).await.unwrap();
    assert!(!is_interrupted && recording.troubles.is_empty(), "{:?}", recording.troubles);
    recording.cassette.unwrap()
}

/// What is said of a stand-in that has drifted from `before` to `after`.
async fn drifted(before: (u64, Fault), after: (u64, Fault)) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let cassette = recorded(folder.path(), before.0, before.1).await;
    let (_server, upstream, _) = stand_in(after.0, after.1).await;
    arguments().look(&specs(), upstream, REGION, &[cassette]).await.unwrap().report
}

fn of_drift(report: &Report) -> Vec<&Finding> {
    report.findings.iter().filter(|finding| finding.check.id == "answer.as-recorded").collect()
}

fn verdict(report: &Report) -> CheckVerdict {
    report.checks.iter().find(|result| result.check.id == "answer.as-recorded").unwrap().verdict
}

fn same(response: Response) -> Response {
    response
}

/// Changes each item of a page.
fn items(response: Response, change: impl Fn(&mut Vec<(Text, Json)>)) -> Response {
    let Ok(Json::Object(mut members)) = Json::parse(response.body.bytes()) else { return response };
    for (_, list) in &mut members {
        let Json::Array(items) = list else { continue };
        for item in items.iter_mut() {
            if let Json::Object(members) = item {
                change(members);
            }
        }
    }
    let body = Body::Bytes(Json::Object(members).to_compact().into_bytes().into());
    let mut response = response;
    response.headers = response.headers.iter().filter(|(name, _)| *name != "content-length").collect();
    Response { body, ..response }
}

fn set(members: &mut [(Text, Json)], name: &str, value: &Json) {
    for (_, old) in members.iter_mut().filter(|(other, _)| other.decode() == name) {
        *old = value.clone();
    }
}

fn without_time(response: Response) -> Response {
    items(response, |members| members.retain(|(name, _)| name.decode() != "createdAt"))
}

fn time_as_text(response: Response) -> Response {
    items(response, |members| set(members, "createdAt", &Json::string("2026-01-01T00:00:00Z")))
}

fn unknown_status(response: Response) -> Response {
    items(response, |members| set(members, "ImageSetWorkflowStatus", &Json::string("BRAND_NEW")))
}

fn with_flavour(response: Response) -> Response {
    items(response, |members| members.push((Text::new("flavour"), Json::Bool(true))))
}

fn active(response: Response) -> Response {
    items(response, |members| set(members, "imageSetState", &Json::string("ACTIVE")))
}

fn locked(response: Response) -> Response {
    items(response, |members| set(members, "imageSetState", &Json::string("LOCKED")))
}

fn unknown_error(response: Response) -> Response {
    if response.status != Some(404) {
        return response;
    }
    crate::spec::errors::error_response_with_status(404, Some("GoneForeverException"), "no such thing")
}

/// AWS repeats the request, with what signed it, in the errors of authentication.
fn echoing(_: Response) -> Response {
    let said = canary().texts().collect::<Vec<_>>().join(" ");
    crate::spec::errors::error_response_with_status(403, Some("InvalidSignatureException"), &said)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_as_recorded_has_not_drifted() {
    let report = drifted((5, same), (5, same)).await;

    assert_eq!(report.verdict(), RunVerdict::Pass, "{:?} {:?}", report.findings, report.troubles);
    assert_eq!(verdict(&report), CheckVerdict::Pass);
    let mut not_asked = report.checks.iter().filter(|result| NOT_ASKED.contains(&result.check.id));
    assert!(not_asked.all(|result| result.verdict == CheckVerdict::NotExercised));
}

/// Answers what is wrong with a success that is right.
fn lenient(response: Response) -> Response {
    let Some(400..500) = response.status else { return response };
    Response {
        status: Some(200),
        headers: Default::default(),
        body: Body::Bytes(r#"{"imageSetPropertiesList":[]}"#.into()),
        ..response
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_in_a_request_is_judged_as_of_a_mock() {
    const REFUSING: [&str; 3] =
        ["pagination.page-size-bounds", "pagination.bad-token-rejected", "request.bad-id-rejected"];
    for (fault, expected) in [(same as Fault, CheckVerdict::Pass), (lenient, CheckVerdict::Fail)] {
        let (_server, upstream, _) = stand_in(5, fault).await;

        let report = arguments().look(&specs(), upstream, REGION, &[]).await.unwrap().report;

        for id in REFUSING {
            let verdict = report.checks.iter().find(|result| result.check.id == id).unwrap().verdict;
            assert_eq!(verdict, expected, "{id}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_another_resource_are_tried_where_one_is_given() {
    let other = vec![("imageSetId".to_owned(), "2".repeat(32))];
    let known = [inputs(), other.clone()].concat();
    for (other_inputs, expected) in [(other, CheckVerdict::Pass), (Vec::new(), CheckVerdict::NotExercised)] {
        let settings = Settings { items: 5, inputs: known.clone(), ..Settings::default() };
        let (_server, upstream, _) = stand_in_of(specs(), settings, same).await;
        let arguments = Arguments { other_inputs, ..arguments() };

        let report = arguments.look(&specs(), upstream, REGION, &[]).await.unwrap().report;

        let bound = report.checks.iter().find(|result| result.check.id == "pagination.token-bound-to-inputs").unwrap();
        assert_eq!((bound.verdict, report.verdict()), (expected, RunVerdict::Pass), "{:?}", report.findings);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_a_client_is_breaking_and_fails_the_run() {
    let cases: [(Fault, &str); 4] = [
        (without_time, "the member was in each recorded answer, and is gone at /imageSetPropertiesList/*/createdAt"),
        (time_as_text, "/imageSetPropertiesList/*/createdAt"),
        (unknown_status, "the value \"BRAND_NEW\" is not in the spec"),
        (unknown_error, "the error GoneForeverException is not in the spec"),
    ];
    for (fault, told) in cases {
        let report = drifted((5, same), (5, fault)).await;

        let said: Vec<&String> = of_drift(&report).iter().map(|finding| &finding.message).collect();
        assert!(
            said.iter().any(|said| said.starts_with("breaking drift: ") && said.contains(told)),
            "{told}: {said:?}"
        );
        assert_eq!((verdict(&report), report.verdict()), (CheckVerdict::Fail, RunVerdict::Fail), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_is_additive_and_warns() {
    let cases: [(Fault, Fault, &str); 2] = [
        (same, with_flavour, "additive drift: the member was not recorded at /imageSetPropertiesList/*/flavour"),
        (active, locked, "additive drift: the value \"LOCKED\" was not recorded"),
    ];
    for (before, after, told) in cases {
        let report = drifted((5, before), (5, after)).await;

        let said: Vec<&String> = of_drift(&report).iter().map(|finding| &finding.message).collect();
        assert!(said.len() == 1 && said[0].starts_with(told), "{told}: {said:?}");
        assert_eq!(verdict(&report), CheckVerdict::Warn);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_data_in_the_same_form_fails_nothing() {
    let report = drifted((5, active), (4, active)).await;

    let said: Vec<&String> = of_drift(&report).iter().map(|finding| &finding.message).collect();
    assert!(said.iter().all(|said| said.starts_with("data drift: ")), "{said:?}");
    assert!(said.iter().any(|said| said.contains("5 recorded, 4 now")), "{said:?}");
    assert_eq!((verdict(&report), report.verdict()), (CheckVerdict::Info, RunVerdict::Pass));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_recording_nothing_is_said_of_drift() {
    let (_server, upstream, _) = stand_in(5, same).await;

    let report = arguments().look(&specs(), upstream, REGION, &[]).await.unwrap().report;

    assert_eq!((verdict(&report), report.verdict()), (CheckVerdict::NotExercised, RunVerdict::Pass));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_recording_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut cassette = recorded(folder.path(), 5, same).await;
    cassette.info.recorded_at = Some("2020-01-01T00:00:00Z".to_owned());
    let (_server, upstream, _) = stand_in(5, same).await;

    let old = Arguments { max_age: Some(30), ..arguments() };
    let report = old.look(&specs(), upstream, REGION, &[cassette]).await.unwrap().report;

    let told = of_drift(&report);
    assert!(told.len() == 1 && told[0].message.contains("older"), "{told:?}");
    assert_eq!((verdict(&report), report.verdict()), (CheckVerdict::Warn, RunVerdict::Pass));
}

#[tokio::test(flavor = "multi_thread")]
async fn real_credentials_sign_and_stand_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, upstream, stand_in) = stand_in(5, echoing).await;

    let report = arguments().look(&specs(), upstream.clone(), REGION, &[]).await.unwrap().report;
    let all = specs();
    let path = folder.path().join("a.cassette.yaml");
    let options = Options::new(Arc::clone(&all), upstream, path.clone());
    arguments().probe(arguments().wanted().targets(&all, |_| None).unwrap(), options).await.unwrap();

    // The search finds them where they are: the stand-in was signed for, and has said them all.
    let keys = stand_in.keys.lock().unwrap().clone();
    assert!(!keys.is_empty() && keys.iter().all(|key| key == canary().key_id()), "{keys:?}");
    let said = echoing(Response::default());
    let said = String::from_utf8_lossy(said.body.bytes()).into_owned();
    assert!(canary().texts().all(|text| said.contains(text)), "{said}");
    let stored = std::fs::read_to_string(path).unwrap();
    let shown = format!("{report:?}");
    assert_eq!(report.verdict(), RunVerdict::Error, "{shown}");
    assert!(canary().texts().all(|text| !stored.contains(text) && !shown.contains(text)), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_live_service_is_a_host_of_aws_whatever_a_spec_says() {
    let mut foreign = specs().operation(OPERATION).unwrap().clone();
    foreign.service.endpoint = "{prefix}medical-imaging.{region}.example.com".to_owned();
    let live = UpstreamChoice::Live(Source::Fixed(canary()));

    let refused = arguments().look(&Arc::new(Specs::new(vec![foreign])), live, REGION, &[]).await.err().unwrap();

    assert!(format!("{refused:?}").contains("is no host of AWS"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_read_only_is_not_asked() {
    let mut writes = specs().operation(OPERATION).unwrap().clone();
    writes.http.read_only = false;
    let (_server, upstream, stand_in) = stand_in(5, same).await;

    let refused = arguments().look(&Arc::new(Specs::new(vec![writes])), upstream, REGION, &[]).await.err().unwrap();

    assert!(format!("{refused:?}").contains("nothing to probe"), "{refused:?}");
    assert!(stand_in.keys.lock().unwrap().is_empty());
}
