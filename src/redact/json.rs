//! The walk through a JSON body and its shape, token by token: known members by
//! their class, of unknown ones the name and the type.

use super::detect;
use super::plan::{Context, Field, Site};
use super::scribe::Scribe;
use crate::message::json::{Compact, Next, Tokens, decode, spell};
use crate::spec::{Kind, Location, Member, Sensitivity};
use std::borrow::Cow;

/// How long a name may be that the spec does not know and that is kept.
const NAME_LENGTH: usize = 40;

/// Members that stand side by side, with what becomes of each.
struct Siblings<'p> {
    members: &'p [Member],
    fields: &'p [Field],
    /// The site of the structure; none for the members of a body.
    within: Option<Site<'p>>,
}

impl Scribe {
    /// The JSON body of a success: the members of the output, or the payload that is the whole body.
    pub(super) fn output_body(&mut self, context: Context<'_>, body: &Compact) -> String {
        let mut out = String::with_capacity(body.as_str().len());
        let mut from = body.tokens();
        let outputs = &context.spec.output;
        if let Some(payload) = outputs.iter().position(|member| member.location == Location::Payload) {
            self.value(context, &context.output(payload, false), &mut from, &mut out);
            return out;
        }
        if from.next() != Next::Object {
            self.outline(&mut from, false, &mut out);
            return out;
        }
        let siblings = context.outputs();
        members(&mut from, &mut out, |name, from, out| {
            let decoded = decode(name);
            match siblings.find(&decoded) {
                None if is_error_member(&decoded) => {
                    push_name(out, name);
                    self.error_member(Some(context), &decoded, from, out);
                }
                site => self.entry(context, &siblings, name, site, from, out),
            }
        });
        out
    }

    /// The JSON body of an error: type and message, and of all else the outline.
    pub(super) fn error_body(
        &mut self,
        context: Option<Context<'_>>,
        body: &Compact,
        is_authentication: bool,
    ) -> String {
        let mut out = String::with_capacity(body.as_str().len());
        let mut from = body.tokens();
        if from.next() != Next::Object {
            self.outline(&mut from, false, &mut out);
            return out;
        }
        members(&mut from, &mut out, |name, from, out| {
            let decoded = decode(name);
            if is_error_member(&decoded) {
                push_name(out, name);
                self.error_member(context, &decoded, from, out);
            } else if is_authentication {
                from.value();
            } else {
                push_name(out, &self.unknown_name(context, name));
                self.unknown(from, false, out);
            }
        });
        out
    }

    /// A member that every error may have: its type, its message.
    fn error_member(&mut self, context: Option<Context<'_>>, name: &str, from: &mut Tokens<'_>, out: &mut String) {
        if from.next() != Next::String {
            return self.outline(from, false, out);
        }
        let text = decode(between_quotes(from.value()));
        if name.eq_ignore_ascii_case("message") {
            self.summary.redacted(Sensitivity::FreeText);
            return push_string(out, &self.free_text(&text));
        }
        push_string(out, &self.error_type(context.map(|context| context.spec), &text));
    }

    /// A value of a shape.
    pub(super) fn value(&mut self, context: Context<'_>, site: &Site<'_>, from: &mut Tokens<'_>, out: &mut String) {
        let shape = context.spec.shape(site.shape);
        match (&shape.kind, from.next()) {
            (_, Next::Null) => out.push_str(from.value()),
            (Kind::Document, _) if site.class.is_none() => {
                if let Some(member) = site.kept {
                    self.summary.kept(member);
                }
                out.push_str(from.value());
            }
            (Kind::Document, _) => self.outline(from, site.distinct, out),
            (Kind::List(item), Next::Array) => {
                let part = site.part(context.spec, *item, shape.constraints.unique);
                from.open();
                out.push('[');
                while from.another() {
                    separate(out);
                    self.value(context, &part, from, out);
                }
                out.push(']');
            }
            (Kind::Map { keys, values }, Next::Object) => {
                let keys = Site { as_text: true, ..site.part(context.spec, *keys, true) };
                let values = site.part(context.spec, *values, false);
                members(from, out, |name, from, out| {
                    push_name(out, &self.key(context, &keys, name));
                    self.value(context, &values, from, out);
                });
            }
            (Kind::Structure(known) | Kind::Union(known), Next::Object) => {
                let siblings = Siblings { members: known, fields: context.fields(site.shape), within: Some(*site) };
                members(from, out, |name, from, out| {
                    let site = siblings.find(&decode(name));
                    self.entry(context, &siblings, name, site, from, out);
                });
            }
            (_, Next::Bool | Next::Number | Next::String) => self.scalar(context, site, from.value(), out),
            (_, Next::Array | Next::Object) => self.outline(from, site.distinct, out),
        }
    }

    /// A key of a map.
    fn key<'n>(&mut self, context: Context<'_>, site: &Site<'_>, name: &'n str) -> Cow<'n, str> {
        match self.text(context, site, &decode(name)) {
            Some(other) => Cow::Owned(spell(&other).into_owned()),
            None => Cow::Borrowed(name),
        }
    }

    /// A member of a structure with its name; of that site, if the spec knows it.
    fn entry(
        &mut self,
        context: Context<'_>,
        siblings: &Siblings<'_>,
        name: &str,
        site: Option<Site<'_>>,
        from: &mut Tokens<'_>,
        out: &mut String,
    ) {
        if let Some(site) = site {
            push_name(out, name);
            return self.value(context, &site, from, out);
        }
        // The value has its ordinal before the name has one.
        let mut value = String::new();
        self.unknown(from, siblings.within.is_some_and(|site| site.distinct), &mut value);
        match siblings.has_variant(&decode(name)) {
            true => push_name(out, name),
            false => push_name(out, &self.unknown_name(Some(context), name)),
        }
        out.push_str(&value);
    }

    fn unknown(&mut self, from: &mut Tokens<'_>, distinct: bool, out: &mut String) {
        self.summary.unknown_member();
        self.outline(from, distinct, out);
    }

    /// The name of a member that the spec does not know: itself, if it can be nothing but a name.
    fn unknown_name<'n>(&mut self, context: Option<Context<'_>>, name: &'n str) -> Cow<'n, str> {
        let decoded = decode(name);
        let is_name = decoded.len() <= NAME_LENGTH
            && decoded.bytes().all(|byte| byte.is_ascii_alphabetic())
            && detect::scan(&decoded).is_empty();
        if is_name || decoded == "__type" {
            return Cow::Borrowed(name);
        }
        let made = self.ordinal_where("unknownMember", &decoded, |ordinal| {
            let made = format!("unknownMember{ordinal}");
            (!context.is_some_and(|context| context.plan.knows_name(&made))).then_some(made)
        });
        Cow::Owned(made)
    }
}

/// Writes an object anew: what becomes of each member is the caller's to write, its name too, or nothing.
fn members(from: &mut Tokens<'_>, out: &mut String, mut each: impl FnMut(&str, &mut Tokens<'_>, &mut String)) {
    from.open();
    out.push('{');
    while from.another() {
        let name = from.name();
        let before = out.len();
        separate(out);
        let begun = out.len();
        each(name, from, out);
        if out.len() == begun {
            out.truncate(before);
        }
    }
    out.push('}');
}

/// A comma, where something stands before what comes.
fn separate(out: &mut String) {
    if !out.ends_with(['{', '[']) {
        out.push(',');
    }
}

fn push_name(out: &mut String, spelled: &str) {
    out.push('"');
    out.push_str(spelled);
    out.push_str("\":");
}

/// Writes a text as a JSON string.
pub(super) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    out.push_str(&spell(text));
    out.push('"');
}

/// The spelling of a string without its quotes.
pub(super) fn between_quotes(spelled: &str) -> &str {
    &spelled[1..spelled.len() - 1]
}

/// Whether it is a member that every error may have, and that a success has when it is none.
fn is_error_member(name: &str) -> bool {
    matches!(name, "__type" | "code") || name.eq_ignore_ascii_case("message")
}

impl<'p> Context<'p> {
    /// The members of the output.
    fn outputs(&self) -> Siblings<'p> {
        Siblings { members: &self.spec.output, fields: self.output_fields(), within: None }
    }
}

impl<'p> Siblings<'p> {
    /// The site of the member of that name.
    fn find(&self, name: &str) -> Option<Site<'p>> {
        let index = self.members.iter().position(|member| member.wire_name == name && self.counts(member))?;
        let (member, field) = (&self.members[index], &self.fields[index]);
        Some(match &self.within {
            Some(site) => site.member(member, field),
            None => Site::root(member, field),
        })
    }

    /// Whether the name differs from a modelled one in case only: a check names the two.
    fn has_variant(&self, name: &str) -> bool {
        let lower = name.to_lowercase();
        self.members.iter().any(|member| self.counts(member) && member.wire_name.to_lowercase() == lower)
    }

    /// Of the output's members those of the body stand here.
    fn counts(&self, member: &Member) -> bool {
        self.within.is_some() || member.location == Location::Body
    }
}
