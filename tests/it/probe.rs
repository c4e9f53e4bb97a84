//! The prober against the simulator: first without a socket, then with one.

use retake::answer::{Answer, Answerer, Session};
use retake::message::{PROBE_HEADER, Request, Response};
use retake::net::{Access, Clock, Credentials, Endpoint, Listen, Listener};
use retake::probe::{DEFAULT_MAX_REQUESTS, Plan, Prober, Target};
use retake::record::{self, Recorder, UpstreamChoice};
use retake::simulate::{Settings, Simulator};
use retake::spec::errors::error_type;
use retake::spec::{self, Inputs, Specs};
use retake::{Replay, Simulate, serve};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const OPERATION: &str = "ListImageSetVersions";

fn simulator(items: u64) -> (Arc<Specs>, Simulator) {
    let specs = Arc::new(spec::embedded());
    let settings = Settings { items, ..Settings::default() };
    let simulator = Simulator::new(Arc::clone(&specs), settings).unwrap();
    (specs, simulator)
}

/// What was asked for and what came of it: the purpose or page size, and the error or status.
fn told(request: &Request, response: &Response) -> String {
    let asked = match (request.headers.get(PROBE_HEADER), request.query_value("maxResults")) {
        (Some(purpose), _) => purpose.to_owned(),
        (None, Some(size)) => format!("size {size}"),
        (None, None) => "page".to_owned(),
    };
    let came = match error_type(response) {
        Some(error) => error.name,
        None => response.status.unwrap().to_string(),
    };
    format!("{asked}: {came}")
}

fn run(simulator: &Simulator, plan: &mut Plan<'_>) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(probe) = plan.next() {
        let Answer::Reply(response) = simulator.answer(&Session::anonymous(), &probe.request) else { panic!() };
        all.push(told(&probe.request, &response));
        plan.observe(&response);
    }
    all
}

#[test]
fn a_simulator_answers_each_probe_as_its_spec_says() {
    let (specs, simulator) = simulator(3);
    let spec = specs.operation(OPERATION).unwrap();
    let inputs = simulator.example_inputs(OPERATION).unwrap();
    let mut plan = Plan::new(vec![Target { spec, inputs, other_inputs: None }], DEFAULT_MAX_REQUESTS);

    assert_eq!(
        run(&simulator, &mut plan),
        [
            "page: 200",
            "size 1: 200",
            "size 1: 200",
            "size 1: 200",
            "size 2: 200",
            "size 2: 200",
            "size 50: 200",
            "malformed-datastoreId: ValidationException",
            "unknown-datastoreId: ResourceNotFoundException",
            "malformed-imageSetId: ValidationException",
            "unknown-imageSetId: ResourceNotFoundException",
            "size 0: ValidationException",
            "size 51: ValidationException",
            "empty-token: ValidationException",
            "tampered-token: ValidationException",
            "unknown-token: ValidationException",
        ]
    );
}

#[test]
fn a_token_of_another_resource_is_foreign_to_a_simulator() {
    let specs = Arc::new(spec::embedded());
    let spec = specs.operation(OPERATION).unwrap();
    let [one, other] = ["1", "2"].map(|digit| digit.repeat(32));
    let known = [("datastoreId", &one), ("imageSetId", &one), ("imageSetId", &other)];
    let inputs = known.map(|(name, value)| (name.to_owned(), value.clone())).to_vec();
    let settings = Settings { items: 3, inputs, ..Settings::default() };
    let simulator = Simulator::new(Arc::clone(&specs), settings).unwrap();
    let of = |id: &str| Inputs::from_texts(spec, [("datastoreId", one.as_str()), ("imageSetId", id)]);
    let target = Target { spec, inputs: of(&one), other_inputs: Some(of(&other)) };

    let all = run(&simulator, &mut Plan::new(vec![target], DEFAULT_MAX_REQUESTS));

    assert_eq!(all[all.len() - 2..], ["size 1: 200", "foreign-token: ValidationException"]);
}

#[tokio::test]
async fn sends_its_requests_signed() {
    let specs = spec::embedded();
    let spec = specs.operation(OPERATION).unwrap();
    let service = Simulate::operation(OPERATION).unwrap().items(3).start().await.unwrap();
    let known = ["datastoreId", "imageSetId"].map(|name| (name, service.input(name).unwrap()));
    let mut plan = Plan::new(
        vec![Target { spec, inputs: Inputs::from_texts(spec, known), other_inputs: None }],
        DEFAULT_MAX_REQUESTS,
    );

    let sent = prober(service.access()).run(&mut plan).await.unwrap();

    let ledger = service.finish().await.ledger;
    assert_eq!((sent, ledger.requests, ledger.refused), (16, 16, 0));
}

fn prober(access: &Access) -> Prober {
    Prober {
        endpoint: Endpoint::parse(&access.endpoint).unwrap(),
        credentials: access.credentials.clone(),
        region: access.region.clone(),
        clock: Clock::system(),
        pause: Duration::from_millis(1),
    }
}

/// Answers with an error: always the same, or only the first time.
struct Erring {
    error: Response,
    left: Mutex<u32>,
    simulator: Simulator,
}

impl Answerer for Erring {
    fn answer(&self, session: &Session, request: &Request) -> Answer {
        let mut left = self.left.lock().unwrap();
        if *left == 0 {
            return self.simulator.answer(session, request);
        }
        *left -= 1;
        Answer::Reply(Arc::new(self.error.clone()))
    }
}

async fn probe_erring(status: u16, error: &str, times: u32) -> u32 {
    let (specs, simulator) = simulator(3);
    let spec = specs.operation(OPERATION).unwrap();
    let inputs = simulator.example_inputs(OPERATION).unwrap();
    let headers = [("x-amzn-errortype", error)].into_iter().collect();
    let error = Response { status: Some(status), headers, ..Response::default() };
    let erring = Erring { error, left: Mutex::new(times), simulator };
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let running = serve::Server::start(listener, Arc::new(erring), &specs, serve::Options::default());
    let mut plan = Plan::new(vec![Target { spec, inputs, other_inputs: None }], DEFAULT_MAX_REQUESTS);

    let credentials = Credentials::throwaway().unwrap();
    let access = Access { endpoint: running.endpoint().to_owned(), region: "us-east-1".to_owned(), credentials };
    let sent = prober(&access).run(&mut plan).await.unwrap();

    assert_eq!(running.shutdown().await.requests, u64::from(sent));
    sent
}

#[tokio::test]
async fn asks_a_throttling_service_again_and_any_other_once() {
    assert_eq!(probe_erring(429, "ThrottlingException", 2).await, 16 + 2);
    assert_eq!(probe_erring(500, "InternalServerException", 1).await, 16);
}

#[tokio::test]
async fn stops_where_the_proxy_has_no_upstream() {
    assert_eq!(probe_erring(400, "RetakeUpstreamFailed", 1000).await, 1);
}

#[tokio::test]
async fn says_that_it_cannot_reach_the_endpoint() {
    let (specs, simulator) = simulator(3);
    let spec = specs.operation(OPERATION).unwrap();
    let inputs = simulator.example_inputs(OPERATION).unwrap();
    let service = Simulate::operation(OPERATION).unwrap().start().await.unwrap();
    let prober = prober(service.access());
    service.finish().await;

    let error = prober
        .run(&mut Plan::new(vec![Target { spec, inputs, other_inputs: None }], DEFAULT_MAX_REQUESTS))
        .await
        .unwrap_err();

    assert!(error.what.contains("cannot"), "{error}");
}

#[tokio::test]
async fn what_it_asks_becomes_a_cassette_that_says_what_each_call_was_for() {
    let folder = tempfile::tempdir().unwrap();
    let (specs, simulator) = simulator(3);
    let spec = specs.operation(OPERATION).unwrap();
    let inputs = simulator.example_inputs(OPERATION).unwrap();
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let upstream = UpstreamChoice::Simulated(Arc::new(simulator));
    let options = record::Options::new(Arc::clone(&specs), upstream, folder.path().join("probe.cassette.yaml"));
    let recorder = Recorder::start(listener, options).unwrap();
    let mut plan = Plan::new(vec![Target { spec, inputs, other_inputs: None }], DEFAULT_MAX_REQUESTS);

    prober(recorder.access()).run(&mut plan).await.unwrap();

    let recording = recorder.finish().await.unwrap();
    let cassette = recording.cassette.unwrap();
    let ids: Vec<&str> = cassette.transcript.exchanges.iter().map(|exchange| exchange.id.as_str()).collect();
    assert_eq!(
        ids.iter().copied().collect::<BTreeSet<_>>(),
        BTreeSet::from([
            "page-1",
            "size-1-page-1",
            "size-1-page-2",
            "size-1-page-3",
            "size-2-page-1",
            "size-2-page-2",
            "size-50-page-1",
            "page-1-validation-malformed-datastore-id",
            "page-1-resource-not-found-unknown-datastore-id",
            "page-1-validation-malformed-image-set-id",
            "page-1-resource-not-found-unknown-image-set-id",
            "size-0-page-1-validation",
            "size-51-page-1-validation",
            "page-1-validation-empty-token",
            "size-2-page-1-validation-tampered-token",
            "page-1-validation-unknown-token",
        ])
    );
    assert_eq!(ids.len(), 16);
    Replay::new((*specs).clone(), vec![cassette]).verify().assert_passed();
}
