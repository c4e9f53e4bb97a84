//! What an operation reaches in a model, before it is written: which shapes, how often, and how sensitive each use is.

use super::former::{Former, Step};
use super::model::{Shapes, flag, members, shape_of, text_of};
use crate::diagnostic::Diagnostic;
use crate::message::Json;
use crate::spec::Sensitivity;
use std::collections::HashMap;

/// How deep shapes may stand in each other.
const MAX_DEPTH: usize = 64;

/// What was found of the shapes that an operation reaches.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// How often each shape is referred to.
    uses: HashMap<String, u32>,
    /// How each use of a scalar shape is.
    scalars: HashMap<String, Vec<Use>>,
    /// Where each structure was met first.
    structures: HashMap<String, Vec<Step>>,
}

/// A use of a scalar shape.
#[derive(Debug, Clone, Copy)]
struct Use {
    sensitivity: Option<Sensitivity>,
    /// Whether it is by a member, which may say otherwise than its type.
    is_by_member: bool,
}

/// What is looked through.
pub(super) struct Surveyor<'a, 'm> {
    pub(super) shapes: &'a Shapes<'m>,
    pub(super) former: Option<&'a Former>,
    /// The members by which the operation pages.
    pub(super) tokens: Vec<Vec<Step>>,
    pub(super) survey: Survey,
}

impl Survey {
    /// Whether a shape that may be written where it is used gets a name all the same.
    pub(super) fn is_shared(&self, name: &str) -> bool {
        self.uses.get(name).is_some_and(|uses| *uses > 1)
    }

    /// The sensitivity of a named type: what its uses agree on, else what those say that are by no member; these cannot say
    /// otherwise. Of several, the one that keeps least.
    pub(super) fn common_sensitivity(&self, name: &str) -> Option<Sensitivity> {
        let uses = self.scalars.get(name)?;
        let first = uses.first()?.sensitivity;
        if uses.iter().all(|one| one.sensitivity == first) {
            return first;
        }
        let inner = uses.iter().filter(|one| !one.is_by_member).filter_map(|one| one.sensitivity);
        inner.max_by_key(|sensitivity| match sensitivity {
            Sensitivity::Secret => 4,
            Sensitivity::FreeText => 3,
            Sensitivity::Identifier => 2,
            Sensitivity::Token => 1,
            Sensitivity::Time => 0,
        })
    }

    /// Where a structure was met first.
    pub(super) fn path_of(&self, structure: &str) -> Option<&[Step]> {
        self.structures.get(structure).map(Vec::as_slice)
    }
}

impl Surveyor<'_, '_> {
    /// Looks through the members of a structure that is no type: an input or an output.
    pub(super) fn part(&mut self, structure: &Json, begin: fn(String) -> Step) -> Result<(), Diagnostic> {
        for (key, member) in members(structure.get("members")) {
            self.member(&[begin(key.into_owned())], member)?;
        }
        Ok(())
    }

    fn member(&mut self, path: &[Step], member: &Json) -> Result<(), Diagnostic> {
        let Some(name) = shape_of(member) else {
            return Err(Diagnostic::new(format!("the member {} has no shape", Step::show(path)))
                .help("the model is broken: take it from the package anew"));
        };
        self.shape(&name, path)
    }

    fn shape(&mut self, name: &str, path: &[Step]) -> Result<(), Diagnostic> {
        if path.len() > MAX_DEPTH {
            return Err(Diagnostic::new(format!("the shape {name} contains itself, with no structure between"))
                .help("such a value never ends; the model is broken"));
        }
        let shape = self.shapes.get(name)?;
        *self.survey.uses.entry(name.to_owned()).or_default() += 1;
        match text_of(shape, "type").as_deref() {
            Some("structure") if !flag(shape, "document") => {
                if self.survey.structures.contains_key(name) {
                    return Ok(());
                }
                self.survey.structures.insert(name.to_owned(), path.to_vec());
                for (key, member) in members(shape.get("members")) {
                    self.member(&extended(path, Step::Member(key.into_owned())), member)?;
                }
                Ok(())
            }
            Some("list") => self.inner(shape, "member", path, Step::Item),
            Some("map") => {
                self.inner(shape, "key", path, Step::Key)?;
                self.inner(shape, "value", path, Step::Value)
            }
            _ => {
                let sensitivity = self.sensitivity(shape, name, path);
                let is_by_member = path.last().is_some_and(|step| step.key().is_some());
                self.survey.scalars.entry(name.to_owned()).or_default().push(Use { sensitivity, is_by_member });
                Ok(())
            }
        }
    }

    fn inner(&mut self, shape: &Json, part: &str, path: &[Step], step: Step) -> Result<(), Diagnostic> {
        match shape.get(part) {
            Some(member) => self.member(&extended(path, step), member),
            None => Err(Diagnostic::new(format!("the shape of {} has no \"{part}\"", Step::show(path)))
                .help("the model is broken: take it from the package anew")),
        }
    }

    /// What people said of a use, else what is safe to begin with.
    pub(super) fn sensitivity(&self, shape: &Json, name: &str, path: &[Step]) -> Option<Sensitivity> {
        match self.former.and_then(|former| former.find(path)) {
            Some(known) => known.sensitivity,
            None => first_guess(shape, name, path, self.tokens.iter().any(|token| token == path)),
        }
    }
}

/// What a use is taken for until a person says otherwise: texts are not kept.
///
/// A model says nothing of what a recording may hold; keeping too little shows at once, keeping too much
/// when it is too late.
fn first_guess(shape: &Json, name: &str, path: &[Step], is_token: bool) -> Option<Sensitivity> {
    let kind = text_of(shape, "type");
    match kind.as_deref() {
        _ if is_token => Some(Sensitivity::Token),
        Some("timestamp") => Some(Sensitivity::Time),
        Some("blob") => Some(Sensitivity::Secret),
        Some("string" | "character") if shape.get("enum").is_none() => {
            let called = |ends: &[&str]| {
                let member = path.iter().rev().find_map(Step::key).unwrap_or_default();
                ends.iter()
                    .any(|end| member.to_ascii_lowercase().ends_with(end) || name.to_ascii_lowercase().ends_with(end))
            };
            let is_sensitive = flag(shape, "sensitive");
            Some(if is_sensitive && called(&["password", "secret", "token", "key", "credentials"]) {
                Sensitivity::Secret
            } else if called(&["id", "ids", "arn", "arns", "identifier", "uid"]) {
                Sensitivity::Identifier
            } else {
                Sensitivity::FreeText
            })
        }
        _ if flag(shape, "sensitive") => Some(Sensitivity::Secret),
        _ => None,
    }
}

/// A path and one step more.
pub(super) fn extended(path: &[Step], step: Step) -> Vec<Step> {
    let mut path = path.to_vec();
    path.push(step);
    path
}
