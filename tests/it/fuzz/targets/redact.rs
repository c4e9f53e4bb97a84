//! Redaction: no canary survives in anything that is written, verdicts are kept, and what was redacted stays as it is.

#[allow(clippy::duplicate_mod, reason = "the crate of cargo-fuzz has no other")]
#[path = "../../redaction/dice.rs"]
mod dice;
#[allow(clippy::duplicate_mod, reason = "the crate of cargo-fuzz has no other")]
#[path = "../../redaction/transcripts.rs"]
mod transcripts;
#[allow(clippy::duplicate_mod, reason = "the crate of cargo-fuzz has no other")]
#[path = "../../redaction/walks.rs"]
mod walks;

use super::specs;
use dice::Dice;
use retake::cassette::order::commit;
use retake::cassette::{Cassette, Recording, entry};
use retake::evidence::{Demands, Evidence, Subject, SubjectKind};
use retake::message::json::Text;
use retake::message::{Body, Exchange, Json, Link, Origin, Redacted, Response, Transcript};
use retake::redact::detect::Forbidden;
use retake::redact::{Policy, Redactor};
use retake::spec::{InputValue, Spec, Specs};
use retake::verify::verify;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

pub(crate) const WORDS: &[&str] = &[
    "\u{0}\u{0}",
    "\u{1}\u{0}",
    "\u{2}\u{0}",
    "\u{3}\u{0}",
    "\u{5}\u{0}",
    "\u{b}\u{0}",
    "\u{17}\u{0}",
    "{\"",
    "\":",
    "[",
    "]",
    "}",
    "\"message\"",
    "<html>",
    "null",
];

/// What redacts the exchanges of a transcript.
type Redact = fn(&Arc<Specs>, &Transcript) -> Vec<Redacted<Exchange>>;

pub(crate) fn run(data: &[u8]) {
    check(data, redact);
}

pub(crate) fn check(data: &[u8], redact: Redact) {
    let specs = some_specs(data);
    let numbers: Vec<u16> =
        data.chunks(2).map(|pair| pair.iter().fold(0, |n, byte| n << 8 | u16::from(*byte))).collect();
    let mut dice = Dice::new(&numbers);
    let mut transcript = match dice.once_in(2) {
        true => walks::transcript(&specs, &mut dice),
        false => transcripts::transcript(&specs, &mut dice),
    };

    let redacted = redact(&specs, &transcript);
    assert_eq!(verdicts(&specs, &transcript), verdicts(&specs, &plain(&redacted)), "redaction changes a verdict");
    let once = commit(&specs, &Policy::default(), redacted);
    let twice = commit(&specs, &Policy::default(), once.clone().into_exchanges());
    assert_eq!(once, twice, "what was committed is committed as something else");

    plant(&specs, &mut transcript, data);
    let forbidden = Forbidden::new([CANARY]);
    assert!(forbidden.is_in(format!("{transcript:?}").as_bytes()), "the search finds nothing where all is");
    let redacted = redact(&specs, &transcript);
    for exchange in &redacted {
        assert!(!forbidden.is_in(&entry::write(exchange)), "the journal holds it: {:?}", exchange.request);
    }
    let recording = Recording { origin: Origin::Live, region: None, recorded_at: 0, redaction: None };
    let cassette = Cassette::new(&specs, recording, commit(&specs, &Policy::default(), redacted));
    let written = cassette.to_bytes().expect("what was redacted can be written");
    assert!(!forbidden.is_in(&written), "the cassette holds it: {}", String::from_utf8_lossy(&written));
}

/// One operation, or two, or all, as the data choose: fewer are faster.
fn some_specs(data: &[u8]) -> Arc<Specs> {
    static SOME: LazyLock<[Arc<Specs>; 6]> = LazyLock::new(|| {
        let all = specs();
        let of = |names: &[&str]| {
            let wanted = all.iter().filter(|spec| names.contains(&spec.operation.as_str()));
            Arc::new(Specs::new(wanted.cloned().collect()))
        };
        [
            of(&["ListImageSetVersions"]),
            of(&["ListBooks"]),
            of(&["SearchBooks"]),
            of(&["GetBook", "ListBooks"]),
            of(&["ListBooks", "SearchBooks"]),
            Arc::clone(&all),
        ]
    });
    Arc::clone(&SOME[usize::from(data.last().copied().unwrap_or_default()) % SOME.len()])
}

/// The redaction that recordings have.
pub(crate) fn redact(specs: &Arc<Specs>, transcript: &Transcript) -> Vec<Redacted<Exchange>> {
    let mut redactor = Redactor::new(Arc::clone(specs), &Policy::default());
    transcript.exchanges.iter().map(|exchange| redactor.redact(exchange.clone())).collect()
}

fn plain(exchanges: &[Redacted<Exchange>]) -> Transcript {
    Transcript { exchanges: exchanges.iter().map(|exchange| (**exchange).clone()).collect() }
}

/// Each check with its verdict and its cases.
fn verdicts(specs: &Specs, transcript: &Transcript) -> BTreeMap<&'static str, (&'static str, u64)> {
    let subject = Subject { kind: SubjectKind::Cassette, name: "a".to_owned() };
    let evidence =
        Evidence { subject, transcript, recording: None, places: &[], run: None, demands: Demands::default() };
    let checks = verify(specs, &evidence).checks;
    checks.into_iter().map(|result| (result.check.id, (result.verdict.as_str(), result.cases))).collect()
}

/// Lower case and digits, so that no rule keeps it as a name or a value of an enum.
const CANARY: &str = "c4n4ry7f9x2b";

/// Plants the canary wherever the specs do not keep what stands there, in an encoding that the data choose, and the
/// data themselves beside it.
fn plant(specs: &Specs, transcript: &mut Transcript, data: &[u8]) {
    let canary = encoded(data);
    let beside = String::from_utf8_lossy(&data[..data.len().min(40)]).into_owned();
    let text = format!("{beside}{canary}");
    for (number, exchange) in transcript.exchanges.iter_mut().enumerate() {
        for name in ["user-agent", "x-canary", "cookie", "x-amz-security-token"] {
            exchange.request.headers.push(name, &canary);
            exchange.response.headers.push(name, &canary);
        }
        exchange.request.headers.push(&canary, &canary);
        exchange.link = Link { call: Some(text.clone()), session: Some(canary.clone()), ..exchange.link.clone() };
        let spec = specs.route(&exchange.request).ok().map(|route| route.spec);
        if let Some(spec) = spec {
            ids(specs, spec, exchange, &canary);
        }
        let kind = data.get(number).copied().unwrap_or_default() % 4;
        body(&mut exchange.response, kind, &text, &canary);
    }
}

/// The inputs that are sensitive become the canary.
fn ids(specs: &Specs, spec: &Spec, exchange: &mut Exchange, canary: &str) {
    let Ok(route) = specs.route(&exchange.request) else { return };
    let mut inputs = route.inputs.clone();
    for member in spec.input.iter().filter(|member| spec.sensitivity(member).is_some()) {
        if inputs.get(&member.key).is_some() {
            inputs.set(&member.key, InputValue::from_text(spec, member, canary));
        }
    }
    let rebuilt = retake::spec::build_request(spec, &inputs);
    (exchange.request.path, exchange.request.query) = (rebuilt.path, rebuilt.query);
}

fn body(response: &mut Response, kind: u8, text: &str, canary: &str) {
    let bytes = match kind {
        0 => format!("<html>{text}</html>").into_bytes(),
        1 => format!("{{\"message\": \"{canary}\", ").into_bytes(),
        _ => {
            let name = if kind == 2 { "message" } else { canary };
            let inner = vec![(Text::new(text), Json::string(text)), (Text::new("Extra"), Json::string(canary))];
            let mut members = match Json::parse(response.body.bytes()) {
                Ok(Json::Object(members)) => members,
                Ok(_) | Err(_) => Vec::new(),
            };
            members.push((Text::new(name), Json::string(text)));
            members.push((Text::new("nested"), Json::Array(vec![Json::Object(inner)])));
            Json::Object(members).to_compact().into_bytes()
        }
    };
    if !response.body.bytes().is_empty() {
        response.body = Body::Bytes(bytes.into());
    }
}

/// The canary as the data would have it.
fn encoded(data: &[u8]) -> String {
    let each = |form: &dyn Fn(u8) -> String| CANARY.bytes().map(form).collect::<String>();
    match data.first().copied().unwrap_or_default() % 5 {
        0 => CANARY.to_owned(),
        1 => each(&|byte| format!("%{byte:02X}")),
        2 => each(&|byte| format!("{byte:02x}")),
        3 => format!("{CANARY:a<32}"),
        _ => format!("Doe John {CANARY}"),
    }
}
