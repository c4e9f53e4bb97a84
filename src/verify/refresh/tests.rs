use super::*;
use crate::cassette::{self, Cassette};
use crate::message::Transcript;
use crate::spec;
use std::path::Path;

fn specs() -> Specs {
    Specs::new(vec![spec::embedded().operation("ListImageSetVersions").unwrap().clone()])
}

/// A recording of every probe.
fn probed() -> Cassette {
    let file = "cassettes/medical-imaging/list-image-set-versions-simulated.cassette.yaml";
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    cassette::read(file, &bytes).unwrap()
}

/// The requests of a session as a transcript of their own.
fn session(of: &Transcript, plan: &Refresh) -> Transcript {
    let exchanges = plan.requests.iter().map(|planned| of.exchanges[planned.exchange.1].clone());
    Transcript { exchanges: exchanges.collect() }
}

#[test]
fn a_session_shows_all_that_the_recording_shows_with_fewer_requests() {
    let (specs, cassette) = (specs(), probed());

    let plan = refresh(&specs, &[&cassette.transcript], &[]);

    let whole = shown::by_operation(&specs, &cassette.transcript);
    assert_eq!(shown::by_operation(&specs, &session(&cassette.transcript, &plan)), whole);
    assert!(plan.is_smallest && plan.left_out.is_empty());
    assert!(plan.requests.len() * 3 < plan.recorded as usize, "{} of {}", plan.requests.len(), plan.recorded);
    let told: BTreeSet<Fact> = plan.requests.iter().flat_map(|planned| planned.shows.clone()).collect();
    assert_eq!(told, whole, "each fact is told of the request that shows it first");
}

#[test]
fn none_of_its_requests_can_be_left_out() {
    let (specs, cassette) = (specs(), probed());
    let plan = refresh(&specs, &[&cassette.transcript], &[]);
    let whole = session(&cassette.transcript, &plan);
    let all = shown::by_operation(&specs, &whole);

    for left_out in 0..whole.exchanges.len() {
        // Without its page, no page that needs its token can be asked for.
        let kept = (0..whole.exchanges.len()).filter(|at| *at != left_out && !needs(&plan, *at, left_out));
        let kept = Transcript { exchanges: kept.map(|at| whole.exchanges[at].clone()).collect() };

        assert!(!shown::by_operation(&specs, &kept).is_superset(&all), "{}", whole.exchanges[left_out].id);
    }
}

fn needs(plan: &Refresh, at: usize, other: usize) -> bool {
    plan.requests[at].token_of.is_some_and(|before| before == other || needs(plan, before, other))
}

#[test]
fn every_page_comes_after_the_one_that_gives_its_token() {
    let (specs, cassette) = (specs(), probed());

    let plan = refresh(&specs, &[&cassette.transcript], &[]);

    let issued: BTreeSet<String> = cassette
        .transcript
        .exchanges
        .iter()
        .filter_map(|exchange| shown::issued(specs.iter().next().unwrap(), exchange))
        .collect();
    let mut continued = 0;
    for (place, planned) in plan.requests.iter().enumerate() {
        let exchange = &cassette.transcript.exchanges[planned.exchange.1];
        let token = spent_token(specs.iter().next().unwrap(), &exchange.request).filter(|token| issued.contains(token));
        assert_eq!(token.is_some(), planned.token_of.is_some(), "{}", exchange.id);
        assert!(planned.token_of.is_none_or(|before| before < place));
        continued += u32::from(token.is_some());
    }
    assert!(continued > 0, "a listing of several pages is shown by a page that continues another");
}

#[test]
fn what_a_fresh_recording_shows_is_not_asked_for() {
    let (specs, cassette) = (specs(), probed());
    // With the page that tells which ids are those of something.
    let is_kept =
        |exchange: &&crate::message::Exchange| exchange.response.status != Some(200) || exchange.id == "page-1";
    let errors = cassette.transcript.exchanges.iter().filter(is_kept).cloned().collect();
    let errors = Transcript { exchanges: errors };

    let nothing = refresh(&specs, &[&cassette.transcript], &[&cassette.transcript]);
    let pages = refresh(&specs, &[&cassette.transcript], &[&errors]);

    assert!(nothing.requests.is_empty());
    let statuses =
        pages.requests.iter().map(|planned| cassette.transcript.exchanges[planned.exchange.1].response.status);
    assert!(!pages.requests.is_empty() && statuses.into_iter().all(|status| status == Some(200)));
}

#[test]
fn the_same_evidence_in_two_recordings_is_asked_for_once() {
    let (specs, cassette) = (specs(), probed());

    let one = refresh(&specs, &[&cassette.transcript], &[]);
    let two = refresh(&specs, &[&cassette.transcript, &cassette.transcript], &[]);

    assert_eq!((two.requests.len(), two.recorded), (one.requests.len(), 2 * one.recorded));
}

#[test]
fn what_cannot_be_asked_for_is_left_out_and_counted() {
    let (specs, cassette) = (specs(), probed());
    let mut exchanges = cassette.transcript.exchanges.clone();
    exchanges[0].response.status = Some(429);
    exchanges[1].request.path = "/elsewhere".to_owned();
    let transcript = Transcript { exchanges };
    let mut writes = specs.iter().next().unwrap().clone();
    writes.http.read_only = false;

    let plan = refresh(&specs, &[&transcript], &[]);
    let none = refresh(&Specs::new(vec![writes]), &[&transcript], &[]);

    assert_eq!(plan.left_out.values().copied().collect::<Vec<_>>(), [1, 1]);
    assert!(plan.requests.iter().all(|planned| planned.exchange.1 > 1));
    assert!(none.requests.is_empty());
    assert_eq!(none.left_out["not read-only"], plan.recorded - 1);
}
