//! Each target finds what is wrong out: over the same seeds and mutations, with a function that is wrong in one way.

use super::mutate::{Chance, mutate};
use super::targets::{self, connect, detect, escape, json, model, redact, route, signature, spec, texts};
use super::{failure, seeds, smaller, target};
use retake::cassette::read_both_ways;
use retake::message::Body;
use retake::redact::{Policy, Redactor};
use retake::spec::build_request;
use retake::store::Journal;
use std::borrow::Cow;
use std::sync::Arc;

/// How many rounds a wrong function has to be found out in.
const ROUNDS: usize = 3000;

/// The message of the first promise that breaks.
fn found_out(name: &str, run: &dyn Fn(&[u8])) -> String {
    let seeds: Vec<Vec<u8>> = seeds(name).into_iter().map(|(_, data)| data).collect();
    let words = target(name).words;
    let mut chance = Chance::of(1);
    let mutations = (0..ROUNDS).map(|_| mutate(&mut chance, &seeds, words));
    let why = seeds.iter().cloned().chain(mutations).find_map(|data| failure(run, &data));
    why.unwrap_or_else(|| panic!("what is wrong was not found out by {name}"))
}

#[test]
fn a_way_of_reading_cassettes_that_loses_an_exchange_is_found_out() {
    let why = found_out("cassette", &|data| {
        targets::cassette::check(data, |file, bytes| {
            let (careful, fast) = read_both_ways(file, bytes);
            let fast = fast.map(|mut cassette| {
                cassette.places.pop();
                cassette
            });
            (careful, fast)
        });
    });

    assert!(why.contains("the fast way reads something else"), "{why}");
}

#[test]
fn a_tunnel_to_whatever_ends_like_a_host_is_found_out() {
    let why = found_out("connect", &|data| {
        connect::check(data, |target, hosts| {
            hosts.iter().copied().find(|host| target.ends_with(format!("{host}:443").as_bytes()))
        });
    });

    assert!(why.contains("of \""), "{why}");
}

#[test]
fn a_search_that_looks_for_the_secret_as_it_is_only_is_found_out() {
    let why = found_out("detect", &|data| {
        detect::check(data, |_, text| text.windows(40).any(|part| part == b"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
    });

    assert!(why.contains("not found in"), "{why}");
}

#[test]
fn an_escaper_that_escapes_nothing_is_found_out() {
    let why = found_out("escape", &|data| escape::check(data, |text| Cow::Borrowed(text)));

    assert!(why.contains("is obeyed"), "{why}");
}

#[test]
fn a_reader_of_what_a_crash_left_that_goes_on_behind_a_torn_record_is_found_out() {
    let why = found_out("journal", &|data| {
        targets::journal::check(data, |name, bytes| {
            let mut left = Journal::parse(name, bytes)?;
            // As if half a record were an exchange.
            let half = left.torn.and_then(|_| left.exchanges.first().cloned());
            left.exchanges.extend(half);
            Ok(left)
        });
    });

    assert!(why.contains("other exchanges are read"), "{why}");
}

#[test]
fn json_that_loses_a_number_s_spelling_is_found_out() {
    let why = found_out("json", &|data| json::check(data, |value| value.to_compact().replace(".0", "")));

    assert!(why.contains("something is lost"), "{why}");
}

#[test]
fn an_import_that_does_not_compile_is_found_out() {
    let why = found_out("model", &|data| model::check(data, |imported| !imported.text.contains("ListThings")));

    assert!(why.contains("spec: 1"), "{why}");
}

#[test]
fn redaction_that_keeps_an_id_is_found_out() {
    let why = found_out("redact", &|data| {
        redact::check(data, |specs, transcript| {
            let policy = Policy { keep: vec!["datastoreId".to_owned(), "imageSetId".to_owned()] };
            let mut redactor = Redactor::new(Arc::clone(specs), &policy);
            transcript.exchanges.iter().map(|exchange| redactor.redact(exchange.clone())).collect()
        });
    });

    assert!(why.contains("the journal holds it"), "{why}");
}

#[test]
fn a_path_that_is_passed_on_as_it_is_meant_is_found_out() {
    let why = found_out("route", &|data| {
        route::check(data, |spec, inputs| {
            let mut request = build_request(spec, inputs);
            request.path = request.path.replace("%2F", "/").replace("%20", " ");
            request
        });
    });

    assert!(why.contains("is no operation") || why.contains("path") || why.contains('/'), "{why}");
}

#[test]
fn a_verifier_that_does_not_look_at_the_body_is_found_out() {
    let why = found_out("signature", &|data| {
        signature::check(data, |verifier, request, query| {
            let mut request = request.clone();
            if let Some(kept) = request.body.bytes().strip_suffix(b"x").map(<[u8]>::to_vec) {
                request.body = Body::from_bytes(kept);
            }
            verifier.verify(&request, query).map(|_| ())
        });
    });

    assert!(why.contains("the body was changed"), "{why}");
}

#[test]
fn a_spec_that_is_refused_without_a_place_in_it_is_found_out() {
    let why = found_out("spec", &|data| {
        spec::check(data, |file, text| {
            retake::spec::compile(file, text).map_err(|mut errors| {
                errors.iter_mut().for_each(|error| error.location.line = Some(u32::MAX));
                errors
            })
        });
    });

    assert!(!why.is_empty());
}

#[test]
fn a_time_that_is_moved_one_way_only_is_found_out() {
    let why = found_out("texts", &|data| {
        texts::check(data, |moment, seconds| moment.moved(seconds.max(0)));
    });

    assert!(why.contains("by 1 s"), "{why}");
}

#[test]
fn a_failing_input_is_made_smaller() {
    let fails = |data: &[u8]| assert!(!data.contains(&b'!'));

    assert_eq!(smaller(&fails, b"a long text with a mark! in it, and more of it"), b"!");
}
