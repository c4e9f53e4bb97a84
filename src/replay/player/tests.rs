//! The player with small recordings, one behaviour a test.

use super::*;
use crate::answer::MissKind;
use crate::diagnostic::Location;
use crate::evidence::{Place, Seal};
use crate::message::{Body, End, Exchange, Headers, Response, Withheld, WithheldReason};
use crate::replay::key::comparisons;
use crate::replay::samples::{ask, cassette, exchange, player, request, specs};

const PAGE_1: &str = "/box/box1/things?maxResults=2";
const PAGE_2: &str = "/box/box1/things?maxResults=2&nextToken=page-token-0001";

fn response(player: &Player, target: &str) -> Arc<Response> {
    match player.answer(&Session::anonymous(), &request(target)) {
        Answer::Reply(response) => response,
        Answer::Fault(fault) => panic!("a player has no faults: {fault:?}"),
        Answer::Miss(miss) => panic!("{}", miss.summary()),
    }
}

#[test]
fn answers_by_what_is_asked_not_by_order() {
    let player = player(Match::Exact, vec![exchange("page-1", PAGE_1, 200), exchange("page-2", PAGE_2, 200)]);

    assert_eq!(ask(&player, "a", &request(PAGE_2)).unwrap(), "page-2");
    assert_eq!(ask(&player, "a", &request(PAGE_1)).unwrap(), "page-1");
    assert_eq!(ask(&player, "a", &request(PAGE_2)).unwrap(), "page-2");
}

#[test]
fn replays_a_throttled_call_attempt_by_attempt() {
    let attempts = vec![exchange("throttling", PAGE_1, 429), exchange("page-1", PAGE_1, 200)];
    let player = player(Match::Exact, attempts);

    for session in ["a", "b"] {
        let answers: Vec<_> = (0..3).map(|_| ask(&player, session, &request(PAGE_1)).unwrap()).collect();
        assert_eq!(answers, ["throttling", "page-1", "page-1"], "{session}");
    }
}

#[test]
fn misses_when_a_recorded_error_has_been_given() {
    let player = player(Match::Exact, vec![exchange("call-throttling", PAGE_1, 429)]);

    assert!(ask(&player, "a", &request(PAGE_1)).is_ok());
    let miss = ask(&player, "a", &request(PAGE_1)).unwrap_err();

    assert_eq!((miss.kind, miss.nearest.as_deref()), (MissKind::Exhausted, Some("call-throttling")));
    assert!(ask(&player, "b", &request(PAGE_1)).is_ok());
}

#[test]
fn a_success_that_broke_off_is_not_repeated() {
    let mut broken = exchange("page-1", PAGE_1, 200);
    broken.response.end = End::ResetAfter(7);
    let player = player(Match::Exact, vec![broken]);

    assert_eq!(response(&player, PAGE_1).end, End::ResetAfter(7));
    assert_eq!(ask(&player, "-", &request(PAGE_1)).unwrap_err().kind, MissKind::Exhausted);
}

#[test]
fn looser_ways_prefer_what_was_asked_exactly_so() {
    let sizes = || vec![exchange("one", "/box/box1/things?maxResults=1", 200), exchange("two", PAGE_1, 200)];
    for rule in [Match::Contract, Match::Shape] {
        let player = player(rule, sizes());

        assert_eq!(ask(&player, "a", &request(PAGE_1)).unwrap(), "two", "{rule:?}");
        let other = request("/box/box1/things?maxResults=9");
        assert_eq!(ask(&player, "a", &other).unwrap(), "one", "{rule:?}");
        assert_eq!(ask(&player, "a", &other).unwrap(), "two", "{rule:?}");
        assert_eq!(ask(&player, "a", &other).unwrap(), "two", "{rule:?}");
    }
}

#[test]
fn keeps_count_over_all_sessions() {
    let player = player(Match::Exact, vec![exchange("page-1", PAGE_1, 200), exchange("page-2", PAGE_2, 200)]);

    ask(&player, "a", &request(PAGE_1)).unwrap();
    ask(&player, "b", &request(PAGE_1)).unwrap();
    ask(&player, "b", &request("/box/box9/things")).unwrap_err();

    assert_eq!(player.unused(), ["page-2"]);
    let ledger = player.ledger();
    assert_eq!((ledger.requests, ledger.exchanges, ledger.unused, ledger.misses), (3, 2, 1, 1));
    assert_eq!(player.misses().len(), 1);
    let report = player.report(false);
    assert_eq!((report.unused, report.misses), (player.unused(), player.misses()));
    assert!(player.report(true).unused.is_empty());
}

#[test]
fn lists_misses_up_to_its_limit_and_counts_them_all() {
    let player = player(Match::Exact, vec![exchange("page-1", PAGE_1, 200)]);
    for (asked, kept) in [(MAX_MISSES - 1, MAX_MISSES - 1), (1, MAX_MISSES), (1, MAX_MISSES)] {
        for _ in 0..asked {
            ask(&player, "a", &request("/box/box9/things")).unwrap_err();
        }
        assert_eq!(player.misses().len(), kept);
    }
    assert_eq!(player.ledger().misses, MAX_MISSES as u64 + 1);
}

#[test]
fn plays_several_cassettes_at_once_and_names_their_files() {
    let one = cassette("one.cassette.yaml", vec![exchange("page-1", PAGE_1, 429)]);
    let two = cassette("two.cassette.yaml", vec![exchange("page-1", PAGE_1, 200), exchange("page-2", PAGE_2, 200)]);
    let player = Player::new(specs(), vec![one, two], Match::Exact, Vec::new()).unwrap();

    ask(&player, "a", &request(PAGE_1)).unwrap();

    assert_eq!(player.unused(), ["two.cassette.yaml page-1", "two.cassette.yaml page-2"]);
    let miss = ask(&player, "a", &request("/box/box9/things?maxResults=2")).unwrap_err();
    assert_eq!(miss.nearest.as_deref(), Some("one.cassette.yaml page-1"));
}

#[test]
fn never_replays_a_date_and_keeps_the_other_headers() {
    let mut recorded = exchange("page-1", PAGE_1, 200);
    recorded.response.headers.push("x-amzn-requestid", "00000000-0000-4000-8000-000000000001");
    let player = player(Match::Exact, vec![recorded]);

    let headers: Headers =
        [("content-type", "application/json"), ("x-amzn-requestid", "00000000-0000-4000-8000-000000000001")]
            .into_iter()
            .collect();
    assert_eq!(response(&player, PAGE_1).headers, headers);
}

#[test]
fn leaves_a_withheld_body_to_be_made_up_on_the_wire() {
    let mut withheld = exchange("call-http-503", PAGE_1, 503);
    let body = Body::Withheld(Withheld { reason: WithheldReason::Html, length: 90 });
    withheld.response.body = body.clone();
    let player = player(Match::Exact, vec![withheld]);

    let response = response(&player, PAGE_1);

    assert_eq!((response.status, &response.body), (Some(503), &body));
    assert_eq!(response.headers.get("content-type"), Some("application/json"));
}

#[test]
fn refuses_a_withheld_body_that_is_too_long_to_be_made_up() {
    let of_length = |length| {
        let mut exchange = exchange("page-1", PAGE_1, 200);
        exchange.response.body = Body::Withheld(Withheld { reason: WithheldReason::TooLong, length });
        let cassette = cassette("a.cassette.yaml", vec![exchange]);
        let places = vec![Place { line: 20, request_line: 22, response_line: 26, body_line: None }];
        Player::new(specs(), vec![Cassette { places, ..cassette }], Match::Exact, Vec::new())
    };

    assert!(of_length(Withheld::LONGEST - 1).is_ok());
    assert!(of_length(Withheld::LONGEST).is_ok());
    let error = of_length(Withheld::LONGEST + 1).unwrap_err();
    assert!(error.what.contains("page-1"), "{error}");
    assert_eq!(error.location.to_string(), "a.cassette.yaml:26");
}

#[test]
fn refuses_a_cassette_that_was_changed() {
    let seal = Seal::Broken { stated: "12ab".into(), computed: "34cd".into() };
    let changed = Cassette { seal, ..cassette("a.cassette.yaml", vec![exchange("page-1", PAGE_1, 200)]) };

    let error = Player::new(specs(), vec![changed], Match::Exact, Vec::new()).unwrap_err();

    assert!(error.to_string().starts_with("the cassette was changed after it was recorded"), "{error}");
    assert_eq!((error.expected.as_deref(), error.found.as_deref()), (Some("12ab"), Some("34cd")));
    assert_eq!(error.location, Location::file("a.cassette.yaml"));
}

#[test]
fn refuses_an_operation_without_a_spec() {
    let unknown = Exchange { operation: Some("DropThings".into()), ..exchange("call", PAGE_1, 200) };

    let error = Player::new(specs(), vec![cassette("a", vec![unknown])], Match::Exact, Vec::new()).unwrap_err();

    assert!(error.what.contains("DropThings"), "{error}");
    assert_eq!(error.expected.as_deref(), Some("one of ListThings"));
}

#[test]
fn finds_one_of_ten_thousand_exchanges_without_a_scan() {
    const MANY: u64 = 10_000;
    let target = |number| format!("/box/box1/things?nextToken=token-{number}");
    let exchanges = (0..MANY).map(|number| exchange(&format!("page-{number}"), &target(number), 200)).collect();
    for rule in Match::ALL {
        let player = player(rule, Clone::clone(&exchanges));
        let before = comparisons::counted();

        for number in 0..MANY {
            assert_eq!(ask(&player, "a", &request(&target(number))).unwrap(), format!("page-{number}"));
        }

        // One comparison finds it; now and then a hash table compares one more.
        let compared = comparisons::counted() - before;
        assert!((MANY..MANY * 5 / 4).contains(&compared), "{rule:?}: {compared}");
        // The counter does see a scan: only the explanation of a miss makes one.
        ask(&player, "a", &request(&target(MANY))).unwrap_err();
        assert!(comparisons::counted() - before - compared >= MANY);
    }
}
