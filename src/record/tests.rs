//! A recorder whose redaction is broken: what it lets out is found, every carrier of it, and it ends as it must.

use crate::canaries::passing::specs;
use crate::canaries::{Passed, SPELLINGS, pass};
use crate::cassette::order::commit;
use crate::cassette::{Cassette, Recording};
use crate::message::Origin;
use crate::redact::Policy;
use crate::redact::sabotage::{Sabotage, Sabotaged};

const NOTHING: [&str; 0] = [];

/// What never gets into an exchange, so that no redaction is asked for it: the end of the carrier's name.
const NOT_IN_AN_EXCHANGE: [&str; 6] =
    [": reason", ": behind the body", ": trailer", ": name of a trailer", ": hint", ": name of a hint"];

/// What a body begins with that is too long to be kept.
const TOO_LONG: [&str; 4] = ["long: member ", "long: key", "long: overrides", "long: unknown "];

/// Whether nothing but redaction stands between a carrier and the files.
fn is_redacted(carrier: &str) -> bool {
    !carrier.starts_with("refused: ")
        && !TOO_LONG.iter().any(|begin| carrier.starts_with(begin))
        && !NOT_IN_AN_EXCHANGE.iter().any(|end| carrier.ends_with(end))
}

/// The carriers behind redaction that were not found in these bytes.
fn missed(passed: &Passed, bytes: &[u8]) -> Vec<String> {
    passed.aviary.missed_of(bytes, is_redacted)
}

#[tokio::test]
async fn every_carrier_is_caught_in_every_spelling_where_redaction_is_turned_off() {
    let _inverted = Sabotaged::by(Sabotage::Inverted);
    for (name, spell) in SPELLINGS {
        let passed = pass(spell, |_| {}).await;

        assert_eq!(passed.journal.len(), passed.forwarded.1, "{name}");
        assert_eq!(passed.aviary.missed_in(&passed.wire), NOTHING, "{name}: on the wire");
        assert_eq!(missed(&passed, &passed.during), NOTHING, "{name}: in the journal");
        let transcript = commit(&specs(), &Policy::default(), passed.journal.clone());
        let recording = Recording { origin: Origin::Probed, region: None, recorded_at: 0, redaction: None };
        let cassette = Cassette::new(&specs(), recording, transcript).to_bytes().unwrap();
        assert_eq!(missed(&passed, &cassette), NOTHING, "{name}: in the cassette");
    }
}

#[tokio::test]
async fn what_never_gets_into_an_exchange_is_in_no_file_though_redaction_is_turned_off() {
    let _inverted = Sabotaged::by(Sabotage::Inverted);

    let passed = pass(str::to_owned, |_| {}).await;

    let found = passed.aviary.found_in(&passed.during);
    let apart: Vec<&String> = found.iter().filter(|carrier| !is_redacted(carrier)).collect();
    assert_eq!(apart, NOTHING);
    let missed = passed.aviary.missed_in(&passed.during);
    let is_planted = |end: &&str| missed.iter().any(|carrier| carrier.ends_with(*end));
    assert!(NOT_IN_AN_EXCHANGE.iter().all(is_planted), "{missed:?}");
}

#[tokio::test]
async fn the_second_net_lets_nothing_be_written_that_redaction_let_through() {
    let _inverted = Sabotaged::by(Sabotage::Inverted);

    let passed = pass(str::to_owned, |_| {}).await;

    // The client's own signature is in what it sent.
    assert!(passed.told().contains("holds a credential of this session"), "{}", passed.told());
    assert_eq!(Vec::from_iter(passed.aviary.found_in(&passed.after)), NOTHING);
    assert_eq!(Vec::from_iter(passed.aviary.found_in(passed.told().as_bytes())), NOTHING);
}

#[tokio::test]
async fn a_redaction_that_panics_ends_the_recording_and_lets_nothing_out() {
    let _panics = Sabotaged::by(Sabotage::PanicsAt(3));

    let passed = pass(str::to_owned, |_| {}).await;

    assert_eq!(passed.journal.len(), 2);
    assert_eq!(passed.forwarded.0, 3, "the recording went on");
    assert_eq!(Vec::from_iter(passed.aviary.found_in(&passed.during)), NOTHING);
    assert_eq!(Vec::from_iter(passed.aviary.found_in(&passed.after)), NOTHING);
    assert!(passed.told().contains("redaction failed; the recording has ended"), "{}", passed.told());
}
