//! What only the Rust skeleton needs: its SDK's types say nothing of their members, so each is written out.

use super::{fill, snake};
use crate::spec::{Kind, Member, Shape, Spec};

/// Writes inputs and members out.
pub(super) fn complete(text: &str, spec: &Spec) -> String {
    let (members, item) = result(spec);
    let path = match &spec.pagination {
        Some(_) => format!("types::{item}"),
        None => format!("operation::{}::{item}", snake(&spec.operation)),
    };
    let inputs = spec.input.iter().map(|member| input(spec, member)).collect::<Vec<_>>();
    let members = members.iter().map(|member| entry(spec, member, "item") + ",").collect::<Vec<_>>();
    let names = [("item_path", path), ("Item", item), ("inputs", pack(&inputs, "")), ("members", pack(&members, " "))];
    fill(text, &names)
}

/// Puts as many pieces into a line as it takes.
fn pack(pieces: &[String], between: &str) -> String {
    const INDENT: &str = "        ";
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(line) if line.len() + piece.len() < 116 => {
                line.push_str(between);
                line.push_str(piece);
            }
            _ => lines.push(format!("{INDENT}{piece}")),
        }
    }
    lines.join("\n")
}

/// The members of what a call gives its caller, and the name of its type.
fn result(spec: &Spec) -> (&[Member], String) {
    let whole = (spec.output.as_slice(), format!("{}Output", spec.operation));
    let Some(pagination) = &spec.pagination else { return whole };
    let list = spec.output_member(&pagination.items);
    let of = list.and_then(|list| match spec.shape(list.shape).kind {
        Kind::List(item) => Some((spec.item_members(list)?, spec.shape(item).name.clone()?)),
        _ => None,
    });
    of.unwrap_or(whole)
}

/// Sets an input of the request; what is no text and no number is left to its author.
fn input(spec: &Spec, member: &Member) -> String {
    let (key, name) = (&member.key, snake(&member.key));
    let value = match spec.shape(member.shape).kind {
        Kind::String => format!("text(\"{key}\")"),
        Kind::Integer => format!("number(\"{key}\").map(|number| number as i32)"),
        Kind::Long => format!("number(\"{key}\")"),
        Kind::Enum(_) => format!("text(\"{key}\").map(|text| text.as_str().into())"),
        _ => return format!("/* {key}: give it as your client takes it */"),
    };
    format!(".set_{name}({value})")
}

/// A member as JSON: `"name": value.name()`.
fn entry(spec: &Spec, member: &Member, of: &str) -> String {
    let shape = spec.shape(member.shape);
    let got = format!("{of}.{}()", snake(&member.key));
    let value = match &shape.kind {
        Kind::Timestamp(_) if member.required => format!("time({got})"),
        Kind::Timestamp(_) => format!("{got}.map(time)"),
        Kind::Enum(_) if member.required => format!("{got}.as_str()"),
        Kind::Enum(_) => format!("{got}.map(|value| value.as_str())"),
        Kind::Structure(members) => format!("{got}.map(|of| json!({{{}}}))", entries(spec, members)),
        _ if is_plain(shape) => got,
        _ => "null /* write it as your caller gets it */".to_owned(),
    };
    format!("\"{}\": {value}", member.wire_name)
}

fn entries(spec: &Spec, members: &[Member]) -> String {
    let entries: Vec<String> = members.iter().map(|member| entry(spec, member, "of")).collect();
    entries.join(", ")
}

fn is_plain(shape: &Shape) -> bool {
    matches!(shape.kind, Kind::String | Kind::Integer | Kind::Long | Kind::Float | Kind::Double | Kind::Boolean)
}
