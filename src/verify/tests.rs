//! What holds for evidence of any content: no panic, one cause one finding, no green without evidence.

use super::table::chain_of;
use super::{verify, verify_with};
use crate::evidence::{CheckVerdict, Demands, Evidence, Report, Subject, SubjectKind};
use crate::message::{Body, End, Exchange, Headers, Request, Response, Transcript, Withheld, WithheldReason};
use crate::spec::{Specs, compile};
use proptest::prelude::*;
use proptest::sample::select;

fn specs() -> Specs {
    let text = include_str!("../../tests/data/checks/specs/list-books.yaml");
    Specs::new(vec![compile("list-books.yaml", text).unwrap()])
}

fn judge(transcript: &Transcript, kind: SubjectKind) -> Report {
    verify(&specs(), &evidence(transcript, kind))
}

fn evidence(transcript: &Transcript, kind: SubjectKind) -> Evidence<'_> {
    Evidence {
        subject: Subject { kind, name: "a.cassette.yaml".to_owned() },
        transcript,
        recording: None,
        places: &[],
        run: None,
        demands: Demands::default(),
    }
}

/// A member that is mostly right, and sometimes missing, misspelled, null, of a wrong type or value.
fn member(name: &'static str, values: &'static [&'static str]) -> impl Strategy<Value = String> {
    let values = [values[0], values[0], values[0]].into_iter().chain(values.iter().copied()).collect::<Vec<_>>();
    let value = select(values.into_iter().chain(["null", "7", "[]"]).collect::<Vec<_>>());
    let upper = name.to_uppercase();
    let spelling = select(vec![Some(name.to_owned()), Some(name.to_owned()), Some(upper), None]);
    (spelling, value).prop_map(|(name, value)| name.map_or_else(String::new, |name| format!("\"{name}\":{value}")))
}

fn object(members: Vec<String>) -> String {
    let members: Vec<String> = members.into_iter().filter(|member| !member.is_empty()).collect();
    format!("{{{}}}", members.join(","))
}

fn book() -> impl Strategy<Value = String> {
    let members = (
        member("title", &["\"A\"", "\"B\"", "\"C\""]),
        member("state", &["\"OPEN\"", "\"LOST\"", "\"AJAR\""]),
        member("tags", &["[\"x\"]", "[\"x\",\"x\"]", "[1,2,3,4]"]),
        member("cover", &["{\"colour\":\"red\"}", "{}", "{\"Colour\":1}"]),
        member("lent", &["\"2026-01-02T00:00:00Z\"", "\"2026-01-04T00:00:00Z\""]),
        member("returned", &["\"2026-01-03T00:00:00Z\"", "\"soon\""]),
    );
    members.prop_map(|(a, b, c, d, e, f)| object(vec![a, b, c, d, e, f]))
}

fn body() -> impl Strategy<Value = Body> {
    let books = proptest::collection::vec(book(), 0..4).prop_map(|books| format!("\"books\":[{}]", books.join(",")));
    let token = select(vec!["", "\"cursor\":\"t1\"", "\"cursor\":\"t2\"", "\"cursor\":\"\"", "\"Cursor\":\"t1\""]);
    let extra = select(vec!["", "", "", "\"code\":\"NoSuchShelf\"", "\"message\":\"m\"", "\"__type\":\"x\""]);
    let page = (books, token, extra)
        .prop_map(|(books, token, extra)| Body::from_bytes(object(vec![books, token.to_owned(), extra.to_owned()])));
    let other = select(vec!["", " ", "{}", "[]", "{\"books\":", "<html>", "{\"message\":\"m\"}", "null"])
        .prop_map(Body::from_bytes);
    let withheld =
        select(WithheldReason::ALL.to_vec()).prop_map(|reason| Body::Withheld(Withheld { reason, length: 9 }));
    prop_oneof![6 => page, 1 => other, 1 => withheld]
}

fn request() -> impl Strategy<Value = Request> {
    let path = select(vec!["/shelves/a1/books", "/shelves/a1/books", "/shelves/b2/books", "/shelves//books", "/x"]);
    let query = select(vec![None, None, Some(("cursor", "t1")), Some(("cursor", "t2")), Some(("curser", "t1"))]);
    (path, query).prop_map(|(path, query)| Request {
        method: "GET".to_owned(),
        path: path.to_owned(),
        query: query.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        ..Request::default()
    })
}

fn response() -> impl Strategy<Value = Response> {
    let status = select(vec![Some(200), Some(200), Some(200), Some(404), Some(429), Some(500), None]);
    let error = select(vec![None, None, None, Some("NoSuchShelf"), Some("StrikeException"), Some("Other"), Some("")]);
    let state = select(vec![Some("OPEN"), Some("CLOSED"), Some("AJAR"), None]);
    let end = select(vec![End::Complete, End::Complete, End::Complete, End::ResetAfter(3)]);
    (status, error, state, end, body()).prop_map(|(status, error, state, end, body)| {
        let mut headers = Headers::new();
        error.into_iter().for_each(|name| headers.push("x-amzn-errortype", name));
        state.into_iter().for_each(|state| headers.push("x-state", state));
        Response { status, headers, body, end }
    })
}

fn transcript() -> impl Strategy<Value = Transcript> {
    let exchange = (request(), response(), any::<bool>()).prop_map(|(request, response, unfinished)| Exchange {
        request,
        response,
        unfinished,
        ..Exchange::default()
    });
    proptest::collection::vec(exchange, 0..8).prop_map(|mut exchanges| {
        for (index, exchange) in exchanges.iter_mut().enumerate() {
            exchange.id = format!("exchange-{index}");
        }
        Transcript { exchanges }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn of_the_checks_of_a_chain_one_fails_an_exchange_at_most(transcript in transcript()) {
        let report = judge(&transcript, SubjectKind::Cassette);
        for exchange in &transcript.exchanges {
            let failed: Vec<&'static str> = report
                .findings
                .iter()
                .filter(|finding| finding.exchange.as_ref() == Some(&exchange.id))
                .filter(|finding| finding.verdict >= CheckVerdict::of_broken(finding.check.level))
                .map(|finding| finding.check.id)
                .collect();
            for id in &failed {
                let chain = chain_of(id);
                let rivals: Vec<_> = failed.iter().filter(|other| chain.contains(other) && *other != id).collect();
                // A walk is judged by several pages, so that only exchanges of one page each must differ.
                prop_assert!(rivals.is_empty() || id.starts_with("pagination."), "{id} and {rivals:?}");
            }
        }
    }

    #[test]
    fn results_and_findings_say_the_same(transcript in transcript()) {
        for kind in [SubjectKind::Cassette, SubjectKind::Mock] {
            let report = judge(&transcript, kind);
            for result in &report.checks {
                let findings = report.findings.iter().filter(|finding| finding.check == result.check);
                let worst = findings.clone().map(|finding| finding.verdict).max();
                match result.verdict {
                    CheckVerdict::NotExercised => prop_assert!(result.cases == 0 && worst.is_none()),
                    CheckVerdict::Pass => prop_assert!(result.cases > 0 && worst.is_none()),
                    verdict => prop_assert!(worst == Some(verdict) && result.cases >= 1),
                }
            }
        }
    }

    #[test]
    fn a_check_that_is_off_is_never_exercised_and_changes_none_but_its_chain(transcript in transcript(), at in 0..20_usize) {
        let all = judge(&transcript, SubjectKind::Cassette);
        let off = all.checks[at % all.checks.len()].check;
        let evidence = evidence(&transcript, SubjectKind::Cassette);

        let report = verify_with(&specs(), &evidence, |check| check != off);

        let chain = chain_of(off.id);
        for (with, without) in all.checks.iter().zip(&report.checks) {
            if with.check == off {
                prop_assert_eq!(without.verdict, CheckVerdict::NotExercised);
            } else if !chain.contains(&with.check.id) {
                prop_assert_eq!(with, without);
            }
        }
    }
}

#[test]
fn nothing_is_proved_by_nothing() {
    let report = judge(&Transcript::default(), SubjectKind::Cassette);

    assert!(report.checks.iter().all(|result| result.verdict == CheckVerdict::NotExercised));
}
