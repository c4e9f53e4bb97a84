//! The law of redaction: what the checks say of a recording does not change.

use super::dice::Dice;
use super::{specs, transcripts, walks};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use retake::cassette::order::commit;
use retake::cassette::{self, Cassette, Recording};
use retake::evidence::{Demands, Evidence, Subject, SubjectKind};
use retake::message::{Body, Exchange, Json, Origin, Redacted, Transcript};
use retake::redact::{Policy, Redactor};
use retake::spec::conform::{Violation, check_inputs, check_output_body, check_output_headers};
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

/// Transcripts by the dice, as many as it takes.
fn some_transcripts(specs: &Specs) -> impl Iterator<Item = Transcript> {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let numbers = prop::collection::vec(any::<u16>(), 0..600);
    (0..3000).map(move |_| transcript(specs, &numbers.new_tree(&mut runner).unwrap().current()))
}

/// What is wrong with a value, in a word.
fn word(violation: &Violation) -> String {
    match violation {
        Violation::WrongType { found, .. } => format!("{found} in the place of another type"),
        Violation::Length { least, found: 0, .. } if *least > 0 => "empty".to_owned(),
        Violation::Length { least, found, .. } => if found < least { "too short" } else { "too long" }.to_owned(),
        Violation::Range { least, found, .. } => match found.parse::<f64>() {
            Ok(found) if found < *least => "too small".to_owned(),
            _ => "too great".to_owned(),
        },
        Violation::Pattern { .. } => "another pattern".to_owned(),
        Violation::Charset => "a foreign character".to_owned(),
        Violation::NotUnique => "twice".to_owned(),
        Violation::UnmodelledValue(_) => "unmodelled".to_owned(),
        Violation::MissingMember(_) => "missing".to_owned(),
        Violation::NullMember(_) => "null".to_owned(),
        Violation::UnknownMember { case_variant_of, .. } => {
            if case_variant_of.is_some() { "of another case" } else { "unknown" }.to_owned()
        }
        Violation::UnionMembers { .. } => "no union".to_owned(),
    }
}

/// What is wrong in an exchange, and which of the things that have stand-ins of their own it has.
fn wrongs(specs: &Specs, exchange: &Exchange) -> Vec<String> {
    let mut wrongs = Vec::new();
    if let Body::Withheld(withheld) = &exchange.response.body {
        wrongs.push(format!("withheld as {}", withheld.reason.as_str()));
    }
    let Ok(route) = specs.route(&exchange.request) else {
        wrongs.push("unroutable".to_owned());
        return wrongs;
    };
    let mut problems = check_inputs(route.spec, &route.inputs);
    if exchange.response.status == Some(route.spec.http.success) {
        problems.extend(check_output_headers(route.spec, &exchange.response));
        if let Ok(body) = Json::parse(exchange.response.body.bytes()) {
            problems.extend(check_output_body(route.spec, &body));
        }
    }
    wrongs.extend(problems.iter().map(|problem| word(&problem.violation)));
    wrongs
}

#[test]
fn the_transcripts_are_wrong_in_every_way_and_their_stand_ins_are_too() {
    const WAYS: [&str; 26] = [
        "a boolean in the place of another type",
        "a number in the place of another type",
        "a string in the place of another type",
        "an array in the place of another type",
        "an object in the place of another type",
        "empty",
        "too short",
        "too long",
        "too small",
        "too great",
        "another pattern",
        "a foreign character",
        "twice",
        "unmodelled",
        "missing",
        "null",
        "of another case",
        "unknown",
        "no union",
        "unroutable",
        "withheld as not-json",
        "withheld as truncated",
        "withheld as html",
        "withheld as empty",
        "withheld as too-long",
        "withheld as blob",
    ];
    let specs = specs();
    let (mut passed, mut stored) = (BTreeSet::new(), BTreeSet::new());

    for transcript in some_transcripts(&specs) {
        passed.extend(transcript.exchanges.iter().flat_map(|exchange| wrongs(&specs, exchange)));
        let redacted = plain(&redact(&specs, &transcript));
        stored.extend(redacted.exchanges.iter().flat_map(|exchange| wrongs(&specs, exchange)));
    }

    let absent = |found: &BTreeSet<String>| WAYS.into_iter().filter(|way| !found.contains(*way)).collect::<Vec<_>>();
    // A body is withheld by redaction, for the most part.
    let absent_before: Vec<&str> = absent(&passed).into_iter().filter(|way| !way.starts_with("withheld")).collect();
    assert_eq!(absent_before, [""; 0], "{passed:?}");
    assert_eq!(absent(&stored), [""; 0], "{stored:?}");
}

/// Ways to get a stand-in wrong: its name, and what becomes of the text of a body.
type Mutant = (&'static str, fn(&str) -> String);

const MUTANTS: [Mutant; 8] = [
    ("malformed becomes empty", |body| replaced(body, "\"malformed-", |_| "\"\"".to_owned())),
    ("empty becomes a text", |body| body.replace("\"\"", "\"a\"")),
    ("foreign becomes ASCII", |body| body.replace('é', "e")),
    ("too long becomes short", |body| body.replace(&"x".repeat(20), "")),
    ("another type becomes a text", |body| body.replace(":0,", ":\"a\",").replace(":false,", ":\"a\",")),
    ("tokens become one", |body| replaced(body, "\"page-token-", |_| "\"page-token-0001\"".to_owned())),
    ("identifiers become one", |body| replaced(body, "\"imageset0", |_| format!("\"imageset{}\"", "0".repeat(24)))),
    ("times change their order", |body| body.replace(":1262304000", ":1999999999")),
];

/// The text with each string that begins so replaced.
fn replaced(text: &str, begin: &str, by: fn(&str) -> String) -> String {
    let mut pieces = text.split(begin);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (string, rest) = piece.split_once('"').unwrap_or((piece, ""));
        out += &by(string);
        out += rest;
    }
    out
}

#[test]
fn a_stand_in_that_is_wrong_in_another_way_changes_a_verdict() {
    let specs = specs();
    let mut unseen: Vec<Mutant> = MUTANTS.to_vec();

    for transcript in some_transcripts(&specs) {
        let mut redacted = plain(&redact(&specs, &transcript));
        let expected = verdicts(&specs, &redacted);
        let bodies: Vec<Body> = redacted.exchanges.iter().map(|exchange| exchange.response.body.clone()).collect();
        unseen.retain(|(_, mutate)| {
            for (exchange, body) in redacted.exchanges.iter_mut().zip(&bodies) {
                if let Body::Bytes(bytes) = body {
                    exchange.response.body = Body::from_bytes(mutate(&String::from_utf8_lossy(bytes)));
                }
            }
            verdicts(&specs, &redacted) == expected
        });
    }

    assert_eq!(unseen.iter().map(|(name, _)| *name).collect::<Vec<_>>(), [""; 0]);
}
