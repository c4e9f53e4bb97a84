//! A miss, member by member.

use super::finding::{comparison, row};
use super::paint::{Ink, Paint};
use crate::answer::{Miss, MissKind};
use crate::diagnostic::escape;

/// The lines of a miss.
pub(super) fn lines(miss: &Miss, paint: Paint) -> Vec<String> {
    let what = miss.operation.as_deref().unwrap_or("a request of no operation");
    let mut lines = vec![
        format!(
            "{}  {} ({})",
            paint.word(Ink::Bad, "MISS"),
            paint.word(Ink::Strong, &escape(what)),
            miss.kind.as_str()
        ),
        format!("  {}", summary(miss)),
    ];
    let request: Vec<String> = miss.request.iter().map(|(name, value)| format!("{name}={value}")).collect();
    lines.push(row(paint, "request", &request.join(", ")));
    if let Some(nearest) = &miss.nearest {
        lines.push(row(paint, "nearest", nearest));
    }
    for difference in &miss.differs {
        lines.push(row(paint, "member", &difference.member));
        let recorded = difference.recorded.as_deref().unwrap_or("nothing");
        let sent = difference.sent.as_deref().unwrap_or("nothing");
        lines.extend(comparison(paint, ("recorded", Some(recorded)), ("sent", Some(sent))));
    }
    lines.push(row(paint, "help", help(miss.kind)));
    lines
}

fn summary(miss: &Miss) -> &'static str {
    match miss.kind {
        MissKind::NoSuchRequest => "nothing like this request was recorded",
        MissKind::Exhausted => "it was recorded, and every recorded answer to it has been given",
        MissKind::MemberDiffers => "it was recorded with another value",
    }
}

fn help(kind: MissKind) -> &'static str {
    match kind {
        MissKind::NoSuchRequest => "record it, or run with the inputs that `retake cassette show --inputs` names",
        MissKind::Exhausted => {
            "the client asks more often than when it was recorded; give parallel tests key ids of their own"
        }
        MissKind::MemberDiffers => {
            "send what was recorded, bind the value with --input NAME=VALUE, or compare less with --match"
        }
    }
}
