//! The law of redaction: what the checks say of a recording does not change.

use super::dice::Dice;
use super::{specs, transcripts, walks};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use retake::cassette::order::commit;
use retake::cassette::{self, Cassette, Recording};
use retake::evidence::{Demands, Evidence, Subject, SubjectKind};
use retake::message::{Exchange, Origin, Redacted, Transcript};
use retake::redact::{Policy, Redactor};
use retake::spec::{Specs, embedded};
use retake::verify::verify;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Each check with its verdict, its cases, and its findings by verdict.
fn verdicts(specs: &Specs, transcript: &Transcript) -> BTreeMap<&'static str, String> {
    let subject = Subject { kind: SubjectKind::Cassette, name: "a".to_owned() };
    let evidence =
        Evidence { subject, transcript, recording: None, places: &[], run: None, demands: Demands::default() };
    let report = verify(specs, &evidence);
    let findings = |id: &str| {
        let of_check = report.findings.iter().filter(|finding| finding.check.id == id);
        of_check.map(|finding| finding.verdict.as_str()).collect::<Vec<_>>().join(" ")
    };
    let line = |id: &str, verdict: &str, cases: u64| format!("{verdict}, {cases} cases, findings: {}", findings(id));
    report
        .checks
        .iter()
        .map(|result| (result.check.id, line(result.check.id, result.verdict.as_str(), result.cases)))
        .collect()
}

fn redact(specs: &Arc<Specs>, transcript: &Transcript) -> Vec<Redacted<Exchange>> {
    let mut redactor = Redactor::new(Arc::clone(specs), &Policy::default());
    transcript.exchanges.iter().map(|exchange| redactor.redact(exchange.clone())).collect()
}

fn plain(exchanges: &[Redacted<Exchange>]) -> Transcript {
    Transcript { exchanges: exchanges.iter().map(|exchange| (**exchange).clone()).collect() }
}

/// What differs, for people.
fn show(transcript: &Transcript) -> String {
    let exchange = |exchange: &Exchange| {
        let (request, response) = (&exchange.request, &exchange.response);
        format!(
            "{} {} {:?} {:?} {:?}\n  {:?} {:?} {:?} {:?}\n  {:?}",
            request.method,
            request.path,
            request.query,
            request.headers,
            String::from_utf8_lossy(request.body.bytes()),
            response.status,
            response.headers,
            response.end,
            String::from_utf8_lossy(response.body.bytes()),
            exchange.link,
        )
    };
    transcript.exchanges.iter().map(exchange).collect::<Vec<_>>().join("\n")
}

/// A transcript of either kind.
fn transcript(specs: &Specs, numbers: &[u16]) -> Transcript {
    let mut dice = Dice::new(numbers);
    match dice.once_in(2) {
        true => walks::transcript(specs, &mut dice),
        false => transcripts::transcript(specs, &mut dice),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 200_000, ..ProptestConfig::default() })]

    #[test]
    fn redaction_keeps_verdicts(numbers in prop::collection::vec(any::<u16>(), 0..600)) {
        let specs = specs();
        let transcript = transcript(&specs, &numbers);

        let redacted = redact(&specs, &transcript);

        let (expected, found) = (verdicts(&specs, &transcript), verdicts(&specs, &plain(&redacted)));
        let differ: Vec<_> = expected.iter().zip(&found).filter(|(expected, found)| expected != found).collect();
        prop_assert!(differ.is_empty(), "{differ:#?}\n{}\n---\n{}", show(&transcript), show(&plain(&redacted)));
    }

    #[test]
    fn a_commit_of_what_was_committed_changes_nothing(numbers in prop::collection::vec(any::<u16>(), 0..600)) {
        let specs = specs();
        let transcript = transcript(&specs, &numbers);
        let once = commit(&specs, &Policy::default(), redact(&specs, &transcript));

        let twice = commit(&specs, &Policy::default(), once.clone().into_exchanges());

        prop_assert_eq!(&once, &twice, "\n{}\n---\n{}", show(&once), show(&twice));
    }
}

proptest! {
    #[test]
    fn the_second_net_finds_nothing_that_redaction_wrote(numbers in prop::collection::vec(any::<u16>(), 0..600)) {
        let specs = Arc::new(embedded());
        let transcript = transcript(&specs, &numbers);
        let recording = Recording { origin: Origin::Live, region: None, recorded_at: 0, redaction: None };
        let committed = commit(&specs, &Policy::default(), redact(&specs, &transcript));
        let cassette = Cassette::new(&specs, recording, committed);

        let read = cassette::read("a.cassette.yaml", &cassette.to_bytes().unwrap()).unwrap();

        prop_assert_eq!(&read.transcript, &cassette.transcript);
        // A version id may be any number, also one of twelve digits; the spec keeps it.
        let found: Vec<_> = read.facts().secrets.into_iter().filter(|(rule, _)| rule != "account-id").collect();
        prop_assert!(found.is_empty(), "{found:?}\n{}", show(&read.transcript));
    }
}

#[test]
fn the_transcripts_touch_every_check_of_a_recording() {
    let specs = specs();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let numbers = prop::collection::vec(any::<u16>(), 0..600);
    let mut seen: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();

    for _ in 0..600 {
        let numbers = numbers.new_tree(&mut runner).unwrap().current();
        let transcript = transcript(&specs, &numbers);
        for (check, line) in verdicts(&specs, &transcript) {
            seen.entry(check).or_default().insert(line.split(',').next().unwrap().to_owned());
        }
    }

    for (check, verdicts) in seen.iter().filter(|(check, _)| !check.starts_with("evidence.")) {
        let has_bad = ["fail", "warn", "info"].iter().any(|bad| verdicts.contains(*bad));
        assert!(has_bad && verdicts.contains("pass"), "{check} was only ever {verdicts:?}");
    }
}
