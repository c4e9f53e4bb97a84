//! The checks of mocks: a simulator is probed without a socket, and made wrong in one way.

use retake::answer::{Answer, Answerer, Session};
use retake::evidence::{
    CheckVerdict, Demands, Evidence, Purpose, Report, Side, Subject, SubjectKind, check, checks_for,
};
use retake::message::{Body, Exchange, Headers, Link, Request, Response, Transcript};
use retake::probe::{DEFAULT_MAX_REQUESTS, Plan, ProbeRequest, Target};
use retake::simulate::{Settings, Simulator};
use retake::spec::{self, Inputs, Specs};
use retake::verify::{verify, verify_with};
use std::sync::Arc;

const OPERATION: &str = "ListImageSetVersions";

/// What a mock does with an answer of the simulator.
type Fault = dyn Fn(&ProbeRequest<'_>, Response) -> Response;

/// How an answer is made that has nothing to do with the simulator's.
type Made = fn() -> Response;

/// The purpose of a request, or that it is a page.
fn purpose(probe: &ProbeRequest<'_>) -> String {
    probe.purpose.as_ref().map_or_else(|| "page".to_owned(), ToString::to_string)
}

fn specs() -> Arc<Specs> {
    let all = spec::embedded();
    Arc::new(Specs::new(vec![all.operation(OPERATION).unwrap().clone()]))
}

fn id(digit: &str) -> String {
    digit.repeat(32)
}

/// What a mock with this fault answers to everything that it is asked.
fn probed(max_requests: u32, fault: &Fault) -> Transcript {
    let specs = specs();
    let spec = specs.operation(OPERATION).unwrap();
    let known = [("datastoreId", id("1")), ("imageSetId", id("1")), ("imageSetId", id("2"))];
    let inputs = known.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let simulator = Simulator::new(Arc::clone(&specs), Settings { items: 5, inputs, ..Settings::default() }).unwrap();
    let of = |set: &str| Inputs::from_texts(spec, [("datastoreId", id("1").as_str()), ("imageSetId", &id(set))]);
    let target = Target { spec, inputs: of("1"), other_inputs: Some(of("2")) };

    let mut plan = Plan::of_mock(vec![target], max_requests);
    let mut exchanges = Vec::new();
    while let Some(probe) = plan.next() {
        let response = fault(&probe, answer(&simulator, &probe));
        plan.observe(&response);
        exchanges.push(Exchange {
            id: format!("request-{}", exchanges.len() + 1),
            operation: Some(OPERATION.to_owned()),
            unfinished: plan.is_cut(),
            response,
            link: Link {
                call: Some(probe.call.to_string()),
                probe: probe.purpose.as_ref().map(ToString::to_string),
                ..Link::default()
            },
            request: probe.request,
            ..Exchange::default()
        });
    }
    Transcript { exchanges }
}

/// The simulator knows nothing of signatures: what stands before it refuses those.
fn answer(simulator: &Simulator, probe: &ProbeRequest<'_>) -> Response {
    if probe.purpose.as_ref().is_some_and(Purpose::is_of_signature) {
        return error(403, "MissingAuthenticationTokenException");
    }
    match simulator.answer(&Session::anonymous(), &probe.request) {
        Answer::Reply(response) => (*response).clone(),
        Answer::Fault(_) | Answer::Miss(_) => panic!("a simulator always replies"),
    }
}

fn error(status: u16, name: &str) -> Response {
    Response {
        status: Some(status),
        headers: Headers::from_iter([("x-amzn-errortype", name)]),
        body: Body::from_bytes("{\"message\":\"no\"}"),
        ..Response::default()
    }
}

fn page(token: Option<&str>) -> Response {
    let token = token.map(|token| format!(",\"nextToken\":\"{token}\"")).unwrap_or_default();
    let body = format!("{{\"imageSetPropertiesList\":[]{token}}}");
    Response { status: Some(200), body: Body::from_bytes(body), ..Response::default() }
}

/// A response with another text in its body.
fn replaced(mut response: Response, from: &str, to: &str) -> Response {
    let body = String::from_utf8(response.body.bytes().to_vec()).unwrap();
    response.body = Body::from_bytes(body.replace(from, to));
    response
}

fn judged(transcript: &Transcript, without: Option<&str>) -> Report {
    let specs = specs();
    let evidence = Evidence {
        subject: Subject { kind: SubjectKind::Mock, name: "http://mock.example".to_owned() },
        transcript,
        recording: None,
        places: &[],
        run: None,
        demands: Demands::default(),
    };
    match without {
        None => verify(&specs, &evidence),
        Some(without) => verify_with(&specs, &evidence, |check| check.id != without),
    }
}

/// The checks that have something to say, each once.
fn found(report: &Report) -> Vec<(&'static str, CheckVerdict)> {
    let results = report.checks.iter().filter(|result| result.verdict > CheckVerdict::Pass);
    results.map(|result| (result.check.id, result.verdict)).collect()
}

/// Asserts that a mock with this fault breaks one check, and would be green without it.
#[track_caller]
fn breaks(id: &str, fault: impl Fn(&ProbeRequest<'_>, Response) -> Response + 'static) -> Report {
    let transcript = probed(DEFAULT_MAX_REQUESTS, &fault);
    let report = judged(&transcript, None);
    let level = check(id).unwrap().level;
    assert_eq!(found(&report), [(id, CheckVerdict::of_broken(level))], "{:#?}", report.findings);
    assert_eq!(found(&judged(&transcript, Some(id))), []);
    for finding in &report.findings {
        assert!(finding.exchange.is_some() && finding.expected.is_some() && finding.help.is_some(), "{finding:?}");
    }
    report
}

/// A fault that answers one kind of probe in another way.
fn to(what: &'static str, answer: fn() -> Response) -> impl Fn(&ProbeRequest<'_>, Response) -> Response {
    move |probe, response| if purpose(probe) == what { answer() } else { response }
}

fn an_empty_page() -> Response {
    page(None)
}

fn not_found() -> Response {
    error(404, "ResourceNotFoundException")
}

fn invalid() -> Response {
    error(400, "ValidationException")
}

#[test]
fn a_mock_without_faults_holds_every_check_that_needs_no_recording() {
    let report = judged(&probed(DEFAULT_MAX_REQUESTS, &|_, response| response), None);

    assert_eq!(found(&report), []);
    let idle = report.checks.iter().filter(|result| result.verdict == CheckVerdict::NotExercised);
    assert_eq!(idle.map(|result| result.check.id).collect::<Vec<_>>(), ["answer.as-recorded"]);
    assert_eq!(report.checks.len(), checks_for(Side::Mock).count());
}

#[test]
fn a_malformed_id_is_invalid_and_an_unknown_one_is_not_found() {
    for what in ["malformed-datastoreId", "malformed-imageSetId"] {
        breaks("request.bad-id-rejected", to(what, an_empty_page));
        breaks("request.bad-id-rejected", to(what, not_found));
    }
    for what in ["unknown-datastoreId", "unknown-imageSetId"] {
        breaks("request.bad-id-rejected", to(what, an_empty_page));
        breaks("request.bad-id-rejected", to(what, invalid));
    }
    let report = breaks("request.bad-id-rejected", to("malformed-imageSetId", not_found));
    assert_eq!(report.findings[0].expected.as_deref(), Some("ValidationException"));
    assert_eq!(report.findings[0].found.as_deref(), Some("ResourceNotFoundException"));
}

#[test]
fn a_page_size_out_of_range_or_that_is_no_number_is_invalid() {
    for size in ["0", "51", "retake"] {
        let of_size = move |probe: &ProbeRequest<'_>, response| match probe.request.query_value("maxResults") {
            Some(given) if given == size => page(Some("next")),
            Some(_) | None => response,
        };
        let report = breaks("pagination.page-size-bounds", of_size);
        assert_eq!(report.findings[0].message, format!("maxResults {size} is not refused"));
    }
    breaks("pagination.page-size-bounds", to("page-size", not_found));
}

#[test]
fn a_token_that_was_never_issued_is_refused() {
    for what in ["empty-token", "tampered-token", "unknown-token"] {
        breaks("pagination.bad-token-rejected", to(what, an_empty_page));
        breaks("pagination.bad-token-rejected", to(what, || page(Some("on-and-on"))));
        breaks("pagination.bad-token-rejected", to(what, || error(500, "InternalServerException")));
    }
}

#[test]
fn a_token_of_another_resource_is_refused() {
    let report = breaks("pagination.token-bound-to-inputs", to("foreign-token", an_empty_page));

    assert_eq!(report.findings[0].verdict, CheckVerdict::Warn);
}

#[test]
fn what_is_not_signed_is_told() {
    for what in ["unsigned", "wrongly-signed"] {
        let report = breaks("request.unsigned-rejected", to(what, an_empty_page));
        assert_eq!(report.findings[0].verdict, CheckVerdict::Info);
    }
}

#[test]
fn an_error_that_is_wrong_in_itself_is_told_as_that_alone() {
    let faults: [(&str, &'static str, Made); 4] = [
        ("error.declared", "malformed-imageSetId", || error(400, "Invented")),
        ("error.declared", "unknown-token", || error(400, "")),
        ("error.status-matches-type", "unknown-imageSetId", || error(400, "ResourceNotFoundException")),
        ("error.not-in-success", "page-size", || Response { status: Some(200), ..invalid() }),
    ];
    for (id, what, answer) in faults {
        let report = judged(&probed(DEFAULT_MAX_REQUESTS, &to(what, answer)), None);

        assert_eq!(found(&report), [(id, CheckVerdict::Fail)], "{what}");
    }
}

#[test]
fn tokens_that_can_be_read_are_told() {
    // The tokens of each walk in their order, as a mock that counts them would make them.
    let counted = |form: fn(u32) -> String| {
        move |probe: &ProbeRequest<'_>, response: Response| {
            let body = String::from_utf8(response.body.bytes().to_vec()).unwrap();
            let token = body.split("\"nextToken\":\"").nth(1).and_then(|rest| rest.split('"').next());
            match token {
                Some(token) => replaced(response.clone(), token, &form(probe.page)),
                None => response,
            }
        }
    };
    let judge = |form| {
        let transcript = probed_with_tokens(counted(form));
        found(&judged(&transcript, None)).into_iter().filter(|(id, _)| *id == "pagination.token-opaque").count()
    };

    assert_eq!(judge(|page| page.to_string()), 1);
    assert_eq!(judge(|page| format!("page-{page}")), 1);
    assert_eq!(judge(|page| ["MQ==", "Mg==", "Mw==", "NA==", "NQ=="][page as usize - 1].to_owned()), 1);
    assert_eq!(judge(|_| id("1")), 1, "the id of the items");
    assert_eq!(judge(|page| ["q9", "zz-7", "k", "0x", "m"][page as usize - 1].to_owned()), 0);
}

/// A walk of the mock's own tokens, each page being the first: only the tokens are looked at.
fn probed_with_tokens(fault: impl Fn(&ProbeRequest<'_>, Response) -> Response) -> Transcript {
    let mut transcript = probed(DEFAULT_MAX_REQUESTS, &|_, response| response);
    let specs = specs();
    let spec = specs.operation(OPERATION).unwrap();
    transcript
        .exchanges
        .retain(|exchange| exchange.link.probe.is_none() && exchange.request.query_value("maxResults") == Some("1"));
    let mut token: Option<String> = None;
    for (page, exchange) in (1..).zip(&mut transcript.exchanges) {
        if let (Some(token), Some(spent)) =
            (&token, exchange.request.query.iter_mut().find(|(name, _)| name == "nextToken"))
        {
            spent.1.clone_from(token);
        }
        let request: Request = exchange.request.clone();
        let probe = ProbeRequest { spec, request, attempt: 1, call: page, page, purpose: None };
        exchange.response = fault(&probe, exchange.response.clone());
        let body = String::from_utf8(exchange.response.body.bytes().to_vec()).unwrap();
        token = body.split("\"nextToken\":\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
    }
    transcript
}

#[test]
fn a_walk_without_an_end_is_told_once_and_is_bounded() {
    let endless = |probe: &ProbeRequest<'_>, response| match purpose(probe).as_str() {
        "page" => page(Some(&format!("t{:x}", (probe.call + 7) * 2_654_435))),
        _ => response,
    };
    let transcript = probed(DEFAULT_MAX_REQUESTS, &endless);
    let report = judged(&transcript, None);

    assert!(transcript.exchanges.len() < DEFAULT_MAX_REQUESTS as usize + 30);
    assert_eq!(found(&report), [("pagination.walk-closed", CheckVerdict::Fail)], "{:#?}", report.findings);
    let fails = report.findings.iter().filter(|finding| finding.verdict == CheckVerdict::Fail);
    assert_eq!(fails.count(), 1, "the walks of which the first page alone was asked for say nothing");
}

#[test]
fn a_walk_that_the_limit_ends_is_no_fault_of_the_mock() {
    let report = judged(&probed(3, &|_, response| response), None);

    assert_eq!(found(&report), [("pagination.walk-closed", CheckVerdict::Info)]);
}

#[test]
fn the_same_token_again_ends_the_walk_and_is_told_as_that_alone() {
    let same = |probe: &ProbeRequest<'_>, response| match purpose(probe).as_str() {
        "page" => page(Some("same")),
        _ => response,
    };
    let transcript = probed(DEFAULT_MAX_REQUESTS, &same);

    assert_eq!(found(&judged(&transcript, None)), [("pagination.token-advances", CheckVerdict::Fail)]);
    assert!(transcript.exchanges.len() < 30);
}
