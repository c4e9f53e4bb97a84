//! Groupings as they come: retries, probes, parallel walks, listings of a cassette.

use super::{Walk, walks};
use crate::message::{Body, End, Exchange, Headers, Request, Response};
use crate::spec::{Specs, compile};

const SPEC: &str = r#"
spec: 1
service: {id: shelf, api_version: "1", protocol: rest-json, signing_name: shelf, endpoint: "shelf.{region}.example"}
operation: ListBooks
http: {method: GET, path: "/shelves/{shelf}/books", success: 200, read_only: true}
input:
  shelf: {in: path, type: string, required: true}
  token: {in: query, type: string}
  size: {in: query, type: integer}
output:
  books: {type: list, of: Book, required: true}
  token: {type: string}
types:
  Book: {type: structure, members: {title: {type: string, required: true}}}
pagination: {input_token: token, output_token: token, page_size: size, items: books, identity: [title]}
errors:
  TooMany: {status: 400, fault: client, retry: throttling}
  Missing: {status: 404, fault: client, retry: never}
"#;

fn specs() -> Specs {
    Specs::new(vec![compile("shelf.yaml", SPEC).unwrap()])
}

/// A request for a page of a shelf, and what it got: a status, and the token or the error type.
fn exchange(shelf: &str, query: &[(&str, &str)], status: u16, says: &str) -> Exchange {
    let mut headers = Headers::new();
    let body = match status {
        200 if says.is_empty() => r#"{"books":[]}"#.to_owned(),
        200 => format!(r#"{{"books":[],"token":"{says}"}}"#),
        _ => {
            headers.push("x-amzn-errortype", says);
            "{}".to_owned()
        }
    };
    Exchange {
        request: Request {
            method: "GET".into(),
            path: format!("/shelves/{shelf}/books"),
            query: query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            ..Request::default()
        },
        response: Response { status: Some(status), headers, body: Body::from_bytes(body), end: End::Complete },
        ..Exchange::default()
    }
}

fn page(token: &str, next: &str) -> Exchange {
    let query: &[(&str, &str)] = if token.is_empty() { &[] } else { &[("token", token)] };
    exchange("a", query, 200, next)
}

fn with_call(mut exchange: Exchange, id: &str) -> Exchange {
    exchange.link.call = Some(id.to_owned());
    exchange
}

fn with_session(mut exchange: Exchange, id: &str) -> Exchange {
    exchange.link.session = Some(id.to_owned());
    exchange
}

/// An exchange as a cassette tells it.
fn stored(mut exchange: Exchange, attempt: Option<u32>, walk: Option<u32>, unfinished: bool) -> Exchange {
    exchange.id = "page".to_owned();
    (exchange.attempt, exchange.walk, exchange.unfinished) = (attempt, walk, unfinished);
    exchange
}

/// Of each walk: of each call the page and the attempts.
fn shape(exchanges: &[Exchange]) -> Vec<Vec<(usize, Vec<usize>)>> {
    let pages = |walk: Walk| walk.calls.into_iter().map(|call| (call.page, call.attempts)).collect();
    walks(&specs(), exchanges).into_iter().map(pages).collect()
}

#[test]
fn follows_tokens_from_page_to_page() {
    let exchanges = [page("", "A"), page("A", "B"), page("B", "")];

    assert_eq!(shape(&exchanges), [[(1, vec![0]), (2, vec![1]), (3, vec![2])]]);

    let walk = walks(&specs(), &exchanges).remove(0);
    assert!(walk.is_whole());
    assert_eq!(walk.open_end(), None);
    assert_eq!(walk.inputs, [("shelf".to_owned(), "a".to_owned())]);
}

#[test]
fn a_request_without_a_token_begins_a_walk() {
    assert_eq!(shape(&[page("", "A"), page("", "A")]).len(), 2);
}

#[test]
fn a_token_goes_to_the_walk_that_waits_longest() {
    let exchanges = [page("", "A"), page("", "A"), page("A", ""), page("A", "")];

    assert_eq!(shape(&exchanges), [[(1, vec![0]), (2, vec![2])], [(1, vec![1]), (2, vec![3])]]);
}

#[test]
fn a_token_goes_to_the_walk_with_its_page_size() {
    let sized = |size: &str, token: &str, next: &str| exchange("a", &[("size", size), ("token", token)], 200, next);
    let first = |size: &str, next: &str| exchange("a", &[("size", size)], 200, next);
    let exchanges = [first("1", "at-2"), first("2", "at-2"), sized("2", "at-2", ""), sized("1", "at-2", "")];

    assert_eq!(shape(&exchanges), [[(1, vec![0]), (2, vec![3])], [(1, vec![1]), (2, vec![2])]]);
}

#[test]
fn a_token_that_nobody_was_given_begins_a_walk() {
    let exchanges = [page("", "A"), page("no-such-token", ""), exchange("b", &[("token", "A")], 404, "Missing")];

    assert_eq!(shape(&exchanges).len(), 3);
    assert!(walks(&specs(), &exchanges)[2].begins_with_token());
}

#[test]
fn a_page_that_is_asked_for_again_keeps_its_number() {
    let exchanges = [page("", "A"), page("A", "B"), page("A", "B"), page("B", "")];

    assert_eq!(shape(&exchanges), [[(1, vec![0]), (2, vec![1]), (2, vec![2]), (3, vec![3])]]);
    let walk = walks(&specs(), &exchanges).remove(0);
    assert_eq!(walk.pages().iter().map(|call| call.last()).collect::<Vec<_>>(), [0, 2, 3]);
    assert!(walk.is_whole());
}

#[test]
fn a_token_that_was_given_twice_for_one_page_is_spent_once() {
    let again = [page("", "A"), page("A", "B"), page("A", "B"), page("B", "")];
    let other = [page("", "A"), page("A", "B"), page("B", "")];

    let grouped = shape(&[again.to_vec(), other.to_vec()].concat());

    assert_eq!(grouped[1], [(1, vec![4]), (2, vec![5]), (3, vec![6])]);
}

#[test]
fn sessions_do_not_share_walks() {
    let exchanges = [with_session(page("", "A"), "ONE"), with_session(page("A", ""), "TWO")];

    assert_eq!(shape(&exchanges).len(), 2);
}

#[test]
fn attempts_of_one_call_are_linked_by_its_id() {
    let throttled = exchange("a", &[("token", "A")], 400, "TooMany");
    let exchanges = [
        with_call(page("", "A"), "1"),
        with_call(throttled, "2"),
        with_call(page("", "A"), "3"),
        with_call(page("A", ""), "2"),
    ];

    assert_eq!(shape(&exchanges), [vec![(1, vec![0]), (2, vec![1, 3])], vec![(1, vec![2])]]);
}

#[test]
fn two_calls_with_ids_of_their_own_are_two_even_after_a_throttle() {
    let exchanges = [with_call(exchange("a", &[], 429, "x"), "1"), with_call(page("", ""), "2")];

    assert_eq!(shape(&exchanges).len(), 2);
}

#[test]
fn without_ids_an_equal_request_right_after_a_retryable_answer_is_an_attempt() {
    let mut reset = page("", "");
    reset.response = Response { end: End::ResetAfter(0), ..Response::default() };
    for answer in [exchange("a", &[], 400, "TooMany"), exchange("a", &[], 502, ""), exchange("a", &[], 429, ""), reset]
    {
        assert_eq!(shape(&[answer, page("", "")]), [[(1, vec![0, 1])]]);
    }
    assert_eq!(shape(&[exchange("a", &[], 404, "Missing"), page("", "")]).len(), 2);
    assert_eq!(shape(&[exchange("a", &[], 502, ""), exchange("b", &[], 200, ""), page("", "")]).len(), 3);
    let elsewhere = [
        with_session(exchange("a", &[], 502, ""), "ONE"),
        with_session(page("", ""), "TWO"),
        with_session(page("", ""), "ONE"),
    ];
    assert_eq!(shape(&elsewhere), [[(1, vec![0, 2])], [(1, vec![1])]]);
}

#[test]
fn a_cassette_says_itself_what_is_an_attempt() {
    let throttled = || exchange("a", &[], 429, "x");
    let numbered = [stored(throttled(), Some(1), None, false), stored(page("", ""), Some(2), None, false)];
    let apart = [stored(throttled(), None, None, false), stored(page("", ""), None, None, false)];

    assert_eq!(shape(&numbered), [[(1, vec![0, 1])]]);
    assert_eq!(shape(&apart), [[(1, vec![0])], [(1, vec![1])]]);
}

#[test]
fn a_walk_that_a_cassette_marks_unfinished_waits_for_nothing() {
    let exchanges = [
        stored(page("", "A"), None, None, true),
        stored(page("", "A"), None, Some(2), false),
        stored(page("A", ""), None, Some(2), false),
    ];
    let same_number =
        [exchanges[0].clone(), stored(page("", "A"), None, None, false), stored(page("A", ""), None, None, false)];

    for exchanges in [exchanges, same_number] {
        assert_eq!(shape(&exchanges), [vec![(1, vec![0])], vec![(1, vec![1]), (2, vec![2])]]);
        let found = walks(&specs(), &exchanges);
        assert_eq!(found[0].open_end().map(|call| call.page), Some(1));
        assert!(found[0].unfinished && !found[0].is_whole() && found[1].is_whole());
    }
}

#[test]
fn a_walk_that_lacks_a_page_is_not_whole() {
    let failed = [page("", "A"), exchange("a", &[("token", "A")], 404, "Missing")];
    let left = [page("", "A")];
    let resumed = [page("X", "")];

    for exchanges in [&failed[..], &left, &resumed] {
        assert!(!walks(&specs(), exchanges)[0].is_whole());
    }
    assert_eq!(walks(&specs(), &failed)[0].open_end(), None, "the token was spent");
}

#[test]
fn what_cannot_be_routed_is_a_walk_of_its_own() {
    let mut other = page("", "");
    other.request.path = "/other".into();

    let found = walks(&specs(), &[other.clone(), other]);

    assert_eq!(found.len(), 2);
    assert_eq!(found[0].operation, None);
}

#[test]
fn a_server_that_gives_its_token_again_makes_ever_new_pages() {
    let exchanges = [page("", "A"), page("A", "A"), page("A", "")];

    assert_eq!(shape(&exchanges), [[(1, vec![0]), (2, vec![1]), (3, vec![2])]]);
}
