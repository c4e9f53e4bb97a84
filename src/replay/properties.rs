//! What holds for every recording and every order of requests.

use super::Match;
use super::samples::{ask, exchange, player, request};
use crate::message::Exchange;
use proptest::prelude::*;

/// A recording: for each of a few targets in turn, an answer that is a success or not.
fn recordings() -> impl Strategy<Value = Vec<(u8, bool)>> {
    prop::collection::vec((0..3_u8, any::<bool>()), 1..12)
}

/// Requests: which session asks for which target.
fn requests() -> impl Strategy<Value = Vec<(u8, u8)>> {
    prop::collection::vec((0..3_u8, 0..4_u8), 0..40)
}

fn target(number: u8) -> String {
    format!("/box/box1/things?nextToken=page-token-{number}")
}

fn exchanges(recording: &[(u8, bool)]) -> Vec<Exchange> {
    let numbered = recording.iter().enumerate();
    numbered
        .map(|(id, (number, success))| exchange(&id.to_string(), &target(*number), if *success { 200 } else { 429 }))
        .collect()
}

/// What each session is answered in turn, when all requests come in this order.
fn answers(recording: &[(u8, bool)], requests: &[(u8, u8)]) -> Vec<(u8, Option<String>)> {
    let player = player(Match::Exact, exchanges(recording));
    let answer =
        |(session, number): &(u8, u8)| (*session, ask(&player, &session.to_string(), &request(&target(*number))).ok());
    requests.iter().map(answer).collect()
}

/// The n-th answer to a target within a session: the n-th recorded; after the last, the last if it is a success.
fn expected(recording: &[(u8, bool)], number: u8, nth: usize) -> Option<String> {
    let recorded: Vec<(usize, bool)> = recording
        .iter()
        .enumerate()
        .filter(|(_, (of, _))| *of == number)
        .map(|(id, (_, success))| (id, *success))
        .collect();
    let last = recorded.last().filter(|(_, success)| *success);
    recorded.get(nth).or(last).map(|(id, _)| id.to_string())
}

proptest! {
    #[test]
    fn each_session_gets_its_own_sequence_in_any_interleaving(recording in recordings(), requests in requests()) {
        let mut asked = std::collections::HashMap::<(u8, u8), usize>::new();
        for ((session, number), (_, answer)) in requests.iter().zip(answers(&recording, &requests)) {
            let nth = asked.entry((*session, *number)).or_default();
            prop_assert_eq!(answer, expected(&recording, *number, *nth));
            *nth += 1;
        }
    }

    #[test]
    fn a_session_is_answered_as_if_it_were_alone(recording in recordings(), requests in requests()) {
        let together = answers(&recording, &requests);
        for session in 0..3 {
            let own: Vec<_> = requests.iter().copied().filter(|(of, _)| *of == session).collect();
            let among_others: Vec<_> = together.iter().filter(|(of, _)| *of == session).cloned().collect();
            prop_assert_eq!(answers(&recording, &own), among_others);
        }
    }

    #[test]
    fn the_same_requests_get_the_same_answers(recording in recordings(), requests in requests()) {
        prop_assert_eq!(answers(&recording, &requests), answers(&recording, &requests));
    }
}

#[test]
fn threads_of_sessions_of_their_own_get_whole_sequences() {
    let recording: Vec<(u8, bool)> = (0..40).map(|number| (0, number == 39)).collect();
    let player = player(Match::Exact, exchanges(&recording));

    std::thread::scope(|scope| {
        for session in 0..8 {
            let player = &player;
            scope.spawn(move || {
                for id in 0..45 {
                    let answer = ask(player, &format!("session-{session}"), &request(&target(0))).unwrap();
                    assert_eq!(answer, id.min(39).to_string());
                }
            });
        }
    });

    assert_eq!(player.ledger().exchanges, 8 * 45);
}
