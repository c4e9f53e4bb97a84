//! What only the types as a whole can show: types that nothing uses, and types
//! whose values would have no end.

use super::Compiler;
use super::types::Shapes;
use crate::spec::{Kind, Member, Shape, ShapeId};
use crate::yaml::Node;
use std::collections::HashSet;

/// Complains about types that neither the input nor the output leads to.
pub(super) fn refuse_unused<'m>(
    compiler: &mut Compiler<'_>,
    named: &[(&Node<'_>, &Node<'_>)],
    shapes: &Shapes,
    members: impl Iterator<Item = &'m Member>,
) {
    let mut seen = vec![false; shapes.0.len()];
    let mut open: Vec<ShapeId> = members.map(|member| member.shape).collect();
    let mut used = HashSet::new();
    while let Some(id) = open.pop() {
        let Some(shape) = shapes.get(id) else { continue };
        if std::mem::replace(&mut seen[id.0 as usize], true) {
            continue;
        }
        used.extend(shape.name.as_deref());
        open.extend(parts(shape));
    }
    for (key, _) in named.iter().filter(|(key, _)| !used.contains(key.key())) {
        let error = compiler.source.error(key, format!("the type {} is not used", key.key()));
        compiler.tell(error.help("use it in the input or the output, or take it out"));
    }
}

/// The shapes that a shape is made of.
fn parts(shape: &Shape) -> Vec<ShapeId> {
    match &shape.kind {
        Kind::List(item) => vec![*item],
        Kind::Map { keys, values } => vec![*keys, *values],
        Kind::Structure(members) | Kind::Union(members) => members.iter().map(|member| member.shape).collect(),
        _ => Vec::new(),
    }
}

/// Complains about types that contain themselves wherever one turns: no value of them ends.
pub(super) fn refuse_endless(compiler: &mut Compiler<'_>, named: &[(&Node<'_>, &Node<'_>)], shapes: &Shapes) {
    let ends = which_end(shapes);
    for (index, (key, _)) in named.iter().enumerate() {
        if shapes.0[index].is_some() && !ends[index] {
            let what = format!("the type {} contains itself without end", key.key());
            let help = "make a member on the way optional, or let a list or map on the way be empty";
            compiler.tell(compiler.source.error(key, what).help(help));
        }
    }
}

/// For each shape, whether it has a finite value.
fn which_end(shapes: &Shapes) -> Vec<bool> {
    let mut missing: Vec<usize> = Vec::with_capacity(shapes.0.len());
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); shapes.0.len()];
    let mut open = Vec::new();
    for (index, shape) in shapes.0.iter().enumerate() {
        let (needs, parts) = shape.as_ref().map_or((0, Vec::new()), needs);
        for part in parts {
            if let Some(users) = users.get_mut(part.0 as usize) {
                users.push(index);
            }
        }
        if needs == 0 {
            open.push(index);
        }
        missing.push(needs);
    }
    let mut ends = vec![false; shapes.0.len()];
    while let Some(index) = open.pop() {
        if std::mem::replace(&mut ends[index], true) {
            continue;
        }
        for user in &users[index] {
            missing[*user] = missing[*user].saturating_sub(1);
            if missing[*user] == 0 {
                open.push(*user);
            }
        }
    }
    ends
}

/// How many of which shapes must have a finite value for this one to have one.
fn needs(shape: &Shape) -> (usize, Vec<ShapeId>) {
    let may_be_empty = shape.constraints.length.is_none_or(|(least, _)| least == 0);
    let parts: Vec<ShapeId> = match &shape.kind {
        Kind::List(item) if !may_be_empty => vec![*item],
        Kind::Map { values, .. } if !may_be_empty => vec![*values],
        Kind::Structure(members) => members.iter().filter(|member| member.required).map(|m| m.shape).collect(),
        Kind::Union(members) => members.iter().map(|member| member.shape).collect(),
        _ => Vec::new(),
    };
    let all = parts.len();
    (if matches!(shape.kind, Kind::Union(_)) { all.min(1) } else { all }, parts)
}
