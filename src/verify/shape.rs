//! Shapes of answers: names, presence, types, constraints, rules across members.
//!
//! What violates what is `spec::conform`'s to find; here each kind of violation goes to
//! its check. A body that is no JSON has the wrong type; an empty one lacks what is required.

use super::case::{Case, Success};
use super::finding::{Judgement, Note, Part};
use super::touched::touched;
use crate::evidence::reading::Content;
use crate::message::{Json, WithheldReason};
use crate::spec::Spec;
use crate::spec::conform::{Problem, Violation};

pub(super) use super::rule::rule;

/// `shape.wire-name`: member names are spelled as modelled.
pub(super) fn wire_name<'a>(case: &Case<'a>) -> Judgement<'a> {
    judge(case, |problem| {
        let Violation::UnknownMember { name, case_variant_of: Some(modelled) } = &problem.violation else {
            return None;
        };
        Some(Advice {
            message: format!("\"{name}\" is spelled another way than \"{modelled}\""),
            help: format!("spell it \"{modelled}\": clients match names letter by letter, and read nothing else"),
        })
    })
}

/// `shape.required`: required members are there, and not null.
pub(super) fn required<'a>(case: &Case<'a>) -> Judgement<'a> {
    judge(case, |problem| match &problem.violation {
        Violation::MissingMember(name) => Some(Advice {
            message: format!("{} lacks \"{name}\", which is required", place(&problem.pointer)),
            help: format!("send \"{name}\"; if the service leaves it out, take `required` off in the spec"),
        }),
        Violation::NullMember(name) => Some(Advice {
            message: format!("{} is null and is required", place(&problem.pointer)),
            help: format!("send a value for \"{name}\"; null is as its absence"),
        }),
        _ => None,
    })
}

/// `shape.type`: JSON types are as modelled.
pub(super) fn types<'a>(case: &Case<'a>) -> Judgement<'a> {
    if let Some(success) = case.success().filter(Success::has_body_members)
        && let Content::NotJson(reason) = success.content
    {
        return Judgement::broken(not_json(case, success.spec, *reason));
    }
    judge(case, |problem| match &problem.violation {
        Violation::WrongType { expected, .. } => Some(Advice {
            message: format!("{} has another type than {expected}", place(&problem.pointer)),
            help: "send the type that the spec says: typed clients fail on another".to_owned(),
        }),
        Violation::UnionMembers { .. } => Some(Advice {
            message: format!("{} has not exactly one member", place(&problem.pointer)),
            help: "send exactly one member of the union".to_owned(),
        }),
        _ => None,
    })
}

fn not_json<'a>(case: &Case<'a>, spec: &'a Spec, reason: WithheldReason) -> Note<'a> {
    let found = match reason {
        WithheldReason::Html => "an HTML page",
        WithheldReason::Truncated => "JSON that breaks off",
        WithheldReason::NotJson
        | WithheldReason::Empty
        | WithheldReason::TooLong
        | WithheldReason::Blob
        | WithheldReason::Gzip => "something else",
    };
    Note::new("the body of a success is not JSON")
        .at(case.index, Part::Body(String::new()))
        .expected("a JSON object")
        .found(found)
        .by_key(spec, spec.http.line, "success")
        .help("send the operation's output, or an error with its own status")
}

/// `shape.constraint`: patterns, lengths and ranges hold. Those of the next token are `pagination.token-length`'s.
pub(super) fn constraint<'a>(case: &Case<'a>) -> Judgement<'a> {
    let token = case.spec().and_then(|spec| Some(&spec.pagination.as_ref()?.output_token));
    let mut judgement = judge(case, |problem| {
        if Some(&problem.member) == token {
            return None;
        }
        match &problem.violation {
            Violation::Length { .. }
            | Violation::Range { .. }
            | Violation::Pattern { .. }
            | Violation::Charset
            | Violation::NotUnique => Some(Advice {
                message: format!("{} {}", place(&problem.pointer), problem.violation),
                help: "send what the spec allows; if the service sends more, widen the spec".to_owned(),
            }),
            Violation::WrongType { .. }
            | Violation::UnmodelledValue(_)
            | Violation::MissingMember(_)
            | Violation::NullMember(_)
            | Violation::UnknownMember { .. }
            | Violation::UnionMembers { .. } => None,
        }
    });
    judgement.cases = case
        .success()
        .map_or(0, |success| touched(success.spec, success.body(), &case.exchange.response).constrained)
        .max(judgement.notes.len() as u64);
    judgement
}

/// `shape.unknown-member`: what the spec does not know is told, and judged by nobody.
pub(super) fn unknown_member<'a>(case: &Case<'a>) -> Judgement<'a> {
    judge(case, |problem| {
        let Violation::UnknownMember { name, case_variant_of: None } = &problem.violation else { return None };
        Some(Advice {
            message: format!("\"{name}\" is a member that the spec does not know"),
            help: "clients ignore it; if it is new in the service, add it to the spec".to_owned(),
        })
    })
}

/// What a check says of a violation that is its business.
struct Advice {
    message: String,
    help: String,
}

/// Judges a success: a case for each, a note for each violation that the check takes for its own.
fn judge<'a>(case: &Case<'a>, advise: impl Fn(&Problem) -> Option<Advice>) -> Judgement<'a> {
    let (Some(success), Some(problems)) = (case.success(), &case.output_problems) else {
        return Judgement::untouched();
    };
    let can_be_read = success.body().is_some() && !success.spec.output.is_empty();
    if !can_be_read {
        return Judgement::untouched();
    }
    let notes = problems.iter().filter_map(|(part, problem)| {
        let advice = advise(problem)?;
        let note = Note::new(advice.message)
            .at(case.index, part.clone())
            .expected(problem.violation.expected())
            .found(found(success, part, problem))
            .by(success.spec, problem.line)
            .help(advice.help);
        Some(note)
    });
    Judgement::of(1, notes.collect())
}

/// What is there: the value itself, where a scalar is wrong.
fn found(success: Success<'_, '_>, part: &Part, problem: &Problem) -> String {
    let names_value = matches!(
        problem.violation,
        Violation::WrongType { .. } | Violation::Length { .. } | Violation::Pattern { .. } | Violation::Charset
    );
    let value = match part {
        Part::Body(pointer) if names_value => success.body().and_then(|body| at(body, pointer)),
        Part::Body(_) | Part::Response | Part::Request => None,
    };
    match value {
        Some(value @ (Json::String(_) | Json::Number(_) | Json::Bool(_))) => {
            let value = value.to_compact();
            match &problem.violation {
                Violation::WrongType { found, .. } => format!("{found}, {value}"),
                Violation::Length { found, .. } => format!("{value}, of length {found}"),
                _ => value,
            }
        }
        _ => problem.violation.found(),
    }
}

/// The value that a pointer names.
fn at<'j>(body: &'j Json, pointer: &str) -> Option<&'j Json> {
    pointer.split('/').skip(1).try_fold(body, |value, token| match value {
        Json::Array(items) => items.get(token.parse::<usize>().ok()?),
        value => value.get(&token.replace("~1", "/").replace("~0", "~")),
    })
}

/// What people call a place in a body: `list[0].member`.
pub(super) fn place(pointer: &str) -> String {
    let mut words = String::new();
    for token in pointer.split('/').skip(1) {
        if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit()) {
            words.push_str(&format!("[{token}]"));
        } else {
            words.push_str(if words.is_empty() { "" } else { "." });
            words.push_str(&token.replace("~1", "/").replace("~0", "~"));
        }
    }
    if words.is_empty() { "the body".to_owned() } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_places_as_people_do() {
        assert_eq!(place(""), "the body");
        assert_eq!(place("/books/0/author~1editor"), "books[0].author/editor");
    }
}
