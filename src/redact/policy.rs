//! What a user asks to keep although the spec calls it sensitive.

use crate::diagnostic::Diagnostic;
use crate::spec::{Kind, Member, Sensitivity, Spec, Specs};

/// The version of the rules by which redaction works; it stands in every cassette.
pub const POLICY_VERSION: u32 = 1;

/// What is kept although the spec calls it sensitive: nothing, unless somebody asks for it by name.
///
/// Names are keys of members, `key` or `Type.key`. A secret is never kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// The members to keep.
    pub keep: Vec<String>,
}

impl Policy {
    /// Whether each name is a member of the specs that can be kept.
    pub fn check(&self, specs: &Specs) -> Result<(), Diagnostic> {
        for name in &self.keep {
            let mut known: Vec<String> = Vec::new();
            let mut secret = false;
            let mut found = false;
            each_member(specs, |spec, owner, member| {
                if names(name, owner, member) {
                    found = true;
                    secret |= spec.sensitivity(member) == Some(Sensitivity::Secret);
                }
                known.push(member.key.clone());
            });
            if !found {
                let what = format!("no spec has the member \"{name}\", which is to be kept");
                return Err(Diagnostic::new(what)
                    .help("name a member of the loaded specs, as `key` or `Type.key`")
                    .suggest(name, known.iter().map(String::as_str)));
            }
            if secret {
                return Err(Diagnostic::new(format!("the member \"{name}\" is a secret, which is never kept"))
                    .help("leave it out of --keep"));
            }
        }
        Ok(())
    }

    /// Whether the member is to be kept; a secret is not, whatever is asked.
    pub(super) fn keeps(&self, owner: Option<&str>, member: &Member) -> bool {
        self.keep.iter().any(|name| names(name, owner, member))
    }
}

/// Whether a member of that name is sensitive by these specs; one that no spec has is.
pub fn is_sensitive(specs: &Specs, name: &str) -> bool {
    let (mut is_known, mut is_sensitive) = (false, false);
    each_member(specs, |spec, owner, member| {
        if names(name, owner, member) {
            is_known = true;
            is_sensitive |= spec.sensitivity(member).is_some();
        }
    });
    is_sensitive || !is_known
}

/// Whether a name on the command line means this member.
fn names(name: &str, owner: Option<&str>, member: &Member) -> bool {
    match name.split_once('.') {
        Some((of, key)) => owner == Some(of) && member.key == key,
        None => member.key == name,
    }
}

fn each_member(specs: &Specs, mut tell: impl FnMut(&Spec, Option<&str>, &Member)) {
    for spec in specs.iter() {
        spec.input.iter().chain(&spec.output).for_each(|member| tell(spec, None, member));
        for shape in &spec.shapes {
            if let Kind::Structure(members) | Kind::Union(members) = &shape.kind {
                members.iter().for_each(|member| tell(spec, shape.name.as_deref(), member));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::compile;

    fn check(keep: &str) -> Result<(), Diagnostic> {
        let spec = compile(
            "a.yaml",
            "spec: 1\nservice: {id: a, api_version: a, protocol: rest-json, signing_name: a, endpoint: a}\n\
             operation: A\nhttp: {method: POST, path: /a}\noutput:\n  it: {type: Item}\ntypes:\n\
             \x20 Item: {type: structure, members: {bookId: {type: string, sensitivity: identifier}, pin: {type: Pin}}}\n\
             \x20 Pin: {type: string, sensitivity: secret}\n",
        );
        let specs = Specs::new(vec![spec.unwrap()]);
        Policy { keep: vec![keep.to_owned()] }.check(&specs)
    }

    #[test]
    fn takes_members_by_key_alone_or_with_their_type() {
        assert_eq!(check("bookId"), Ok(()));
        assert_eq!(check("Item.bookId"), Ok(()));
    }

    #[test]
    fn refuses_secrets_and_what_no_spec_has() {
        assert!(check("pin").unwrap_err().what.contains("never kept"));
        assert_eq!(check("boookId").unwrap_err().help.unwrap(), "did you mean \"bookId\"?");
        assert!(check("Other.bookId").unwrap_err().what.contains("no spec has"));
    }
}
