//! What people own of a spec that was imported or written before: an update keeps it.

use crate::diagnostic::{Diagnostic, Location};
use crate::spec::{Kind, Member, Sensitivity, ShapeId, Spec, compile};

/// The sections of a spec that are kept as they are written.
const OF_PEOPLE: [&str; 5] = ["validation_error", "not_found_error", "rules", "client", "deviations"];

/// A spec that is updated.
#[derive(Debug)]
pub struct Former {
    spec: Spec,
    sections: Vec<(String, String)>,
}

/// A step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A member of the input.
    Input(String),
    /// A member of the output.
    Output(String),
    /// A member of a structure.
    Member(String),
    /// An item of a list.
    Item,
    /// A key of a map.
    Key,
    /// A value of a map.
    Value,
}

/// What is known of a use of a type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) sensitivity: Option<Sensitivity>,
    pub(super) match_ignore: bool,
    pub(super) note: Option<String>,
}

impl Step {
    /// The key, where the step is to a member.
    pub(super) fn key(&self) -> Option<&str> {
        match self {
            Self::Input(key) | Self::Output(key) | Self::Member(key) => Some(key),
            Self::Item | Self::Key | Self::Value => None,
        }
    }

    /// A way in words: `a.b[].c`.
    pub(super) fn show(path: &[Self]) -> String {
        let mut shown = String::new();
        for step in path {
            match step {
                Self::Input(key) | Self::Output(key) | Self::Member(key) => {
                    if !shown.is_empty() {
                        shown.push('.');
                    }
                    shown.push_str(key);
                }
                Self::Item => shown.push_str("[]"),
                Self::Key => shown.push_str("{key}"),
                Self::Value => shown.push_str("{value}"),
            }
        }
        shown
    }
}

impl Former {
    /// Reads a spec that is to be updated. YAML comments are nobody's: they would be lost, and are refused.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let spec = compile(file, text)?;
        let comments: Vec<Diagnostic> = comments(text).map(|line| comment(file, line)).collect();
        if !comments.is_empty() {
            return Err(comments);
        }
        Ok(Self { spec, sections: sections(text) })
    }

    /// The spec as it was.
    pub(super) fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The sections that people own, as they are written.
    pub(super) fn sections(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().filter(|(key, _)| OF_PEOPLE.contains(&key.as_str())).map(|(_, text)| text.as_str())
    }

    /// What was known of the value at the end of a way.
    pub(super) fn find(&self, path: &[Step]) -> Option<Known> {
        let (first, rest) = path.split_first()?;
        let mut member = match first {
            Step::Input(key) => self.spec.input_member(key)?,
            Step::Output(key) => self.spec.output_member(key)?,
            _ => return None,
        };
        let mut known = self.of_member(member);
        let mut shape = member.shape;
        for step in rest {
            let id = match (step, &self.spec.shape(shape).kind) {
                (Step::Member(key), Kind::Structure(members) | Kind::Union(members)) => {
                    member = members.iter().find(|member| member.key == *key)?;
                    known = self.of_member(member);
                    shape = member.shape;
                    continue;
                }
                (Step::Item, Kind::List(item)) => *item,
                (Step::Key, Kind::Map { keys, .. }) => *keys,
                (Step::Value, Kind::Map { values, .. }) => *values,
                _ => return None,
            };
            known = self.of_shape(id);
            shape = id;
        }
        Some(known)
    }

    fn of_member(&self, member: &Member) -> Known {
        let shape = self.spec.shape(member.shape);
        let note = member.note.clone().or_else(|| shape.note.clone().filter(|_| shape.name.is_none()));
        Known { sensitivity: self.spec.sensitivity(member), match_ignore: member.match_ignore, note }
    }

    fn of_shape(&self, id: ShapeId) -> Known {
        let shape = self.spec.shape(id);
        Known { sensitivity: shape.sensitivity, note: shape.note.clone(), ..Known::default() }
    }

    /// The note of a type of that name.
    pub(super) fn note_of_type(&self, name: &str) -> Option<String> {
        self.spec.shapes.iter().find(|shape| shape.name.as_deref() == Some(name))?.note.clone()
    }
}

/// The lines on which a comment stands.
fn comments(text: &str) -> impl Iterator<Item = u32> {
    let is_comment = |line: &str| {
        let mut quote = None;
        let mut before = ' ';
        for character in line.chars() {
            match quote {
                Some(open) if character == open && before != '\\' => quote = None,
                Some(_) => {}
                None if matches!(character, '"' | '\'') => quote = Some(character),
                None if character == '#' && before == ' ' => return true,
                None => {}
            }
            before = character;
        }
        false
    };
    (1..).zip(text.lines()).filter(move |(_, line)| is_comment(line)).map(|(number, _)| number)
}

fn comment(file: &str, line: u32) -> Diagnostic {
    let location = Location { line: Some(line), ..Location::file(file.to_owned()) };
    Diagnostic::new("the spec has a comment, which an update would lose")
        .at(location)
        .help("make it a \"note\" of what it is about, or take it out")
}

/// The sections of a spec by their key, as they are written.
fn sections(text: &str) -> Vec<(String, String)> {
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let begins = line.starts_with(|c: char| c.is_ascii_alphabetic());
        match (begins, sections.last_mut()) {
            (true, _) => {
                let key = line.split(':').next().unwrap_or_default().to_owned();
                sections.push((key, format!("{line}\n")));
            }
            (false, Some((_, section))) => {
                section.push_str(line);
                section.push('\n');
            }
            (false, None) => {}
        }
    }
    sections
}
