//! The recording itself: how old it is, where it is from, whether it is whole and holds no secret.

use super::finding::{Judgement, Note};
use crate::evidence::{Demands, RecordingFacts, Seal};

/// `evidence.age`: it is not older than asked for.
pub(super) fn age(facts: &RecordingFacts, demands: &Demands) -> Judgement<'static> {
    let Some(most) = demands.max_age else { return Judgement::untouched() };
    let expected = format!("at most {most} days");
    let old = |found: String| {
        let note = Note::new("the recording is older than it may be")
            .expected(expected.clone())
            .found(found)
            .help("record it anew, and see in review what changed");
        Judgement::broken(note)
    };
    let Some(recorded) = facts.recorded_day else { return old("no time in `recorded_at`".to_owned()) };
    match demands.today - recorded {
        age if age <= i64::from(most) => Judgement::held(1),
        age => old(format!("{age} days")),
    }
}

/// `evidence.origin`: it is from where it must be.
pub(super) fn origin(facts: &RecordingFacts, demands: &Demands) -> Judgement<'static> {
    let Some(demanded) = demands.require_origin else { return Judgement::untouched() };
    if facts.origin == demanded {
        return Judgement::held(1);
    }
    let note = Note::new("the recording has another origin than it must have")
        .expected(demanded.as_str())
        .found(facts.origin.as_str())
        .help(format!("record it with an upstream that makes it {demanded}"));
    Judgement::broken(note)
}

/// `evidence.sealed`: the seal is whole.
pub(super) fn sealed(facts: &RecordingFacts, _: &Demands) -> Judgement<'static> {
    match &facts.seal {
        Seal::Whole => Judgement::held(1),
        Seal::Broken { stated, computed } => {
            let note = Note::new("the file is not what was sealed")
                .expected(stated.as_str())
                .found(computed.as_str())
                .help("undo the edit, or seal the file: `retake cassette seal FILE` makes its origin \"edited\"");
            Judgement::broken(note)
        }
    }
}

/// `evidence.redacted`: no secret detector fires on what is stored.
pub(super) fn redacted(facts: &RecordingFacts, _: &Demands) -> Judgement<'static> {
    let notes = facts.secrets.iter().map(|(rule, location)| {
        Note::new(format!("what is stored looks like a secret ({rule})"))
            .in_file(location.clone())
            .expected("stand-ins only")
            .found(format!("a match of {rule}; it is not shown here"))
            .help("take it out of the file and of the repository's history, and revoke it if it is real")
    });
    Judgement::of(1, notes.collect())
}
