//! The walk through a JSON body and its shape: known members by their class, of
//! unknown ones the name and the type.

use super::detect;
use super::plan::{Context, Field, Site};
use super::scribe::Scribe;
use crate::message::Json;
use crate::message::json::Text;
use crate::spec::{Kind, Location, Member, Sensitivity};

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
    pub(super) fn output_body(&mut self, context: Context<'_>, body: Json) -> Json {
        let outputs = &context.spec.output;
        if let Some(payload) = outputs.iter().position(|member| member.location == Location::Payload) {
            return self.value(context, &context.output(payload, false), body);
        }
        let Json::Object(entries) = body else { return self.outline(body, false) };
        let siblings = context.outputs();
        let entries = entries.into_iter().map(|(name, value)| {
            let is_of_error = siblings.find(&name.decode()).is_none() && is_error_member(&name.decode());
            match is_of_error {
                true => {
                    let value = self.error_member(Some(context), &name.decode(), value);
                    (name, value)
                }
                false => self.entry(context, &siblings, name, value),
            }
        });
        Json::Object(entries.collect())
    }

    /// The JSON body of an error: type and message, and of all else the outline.
    pub(super) fn error_body(&mut self, context: Option<Context<'_>>, body: Json, is_authentication: bool) -> Json {
        let Json::Object(entries) = body else { return self.outline(body, false) };
        let mut kept = Vec::with_capacity(entries.len());
        for (name, value) in entries {
            if is_error_member(&name.decode()) {
                let value = self.error_member(context, &name.decode(), value);
                kept.push((name, value));
            } else if !is_authentication {
                kept.push((self.unknown_name(context, name), self.unknown(value, false)));
            }
        }
        Json::Object(kept)
    }

    /// A member that every error may have: its type, its message.
    fn error_member(&mut self, context: Option<Context<'_>>, name: &str, value: Json) -> Json {
        let Json::String(text) = value else { return self.outline(value, false) };
        let text = text.decode();
        if name.eq_ignore_ascii_case("message") {
            self.summary.redacted(Sensitivity::FreeText);
            return Json::string(&self.free_text(&text));
        }
        Json::string(&self.error_type(context.map(|context| context.spec), &text))
    }

    /// A value of a shape.
    pub(super) fn value(&mut self, context: Context<'_>, site: &Site<'_>, value: Json) -> Json {
        let shape = context.spec.shape(site.shape);
        match (&shape.kind, value) {
            (_, Json::Null) => Json::Null,
            (Kind::Document, value) if site.class.is_none() => {
                if let Some(member) = site.kept {
                    self.summary.kept(member);
                }
                value
            }
            (Kind::Document, value) => self.outline(value, site.distinct),
            (Kind::List(item), Json::Array(items)) => {
                let part = site.part(context.spec, *item, shape.constraints.unique);
                Json::Array(items.into_iter().map(|value| self.value(context, &part, value)).collect())
            }
            (Kind::Map { keys, values }, Json::Object(entries)) => {
                let keys = Site { as_text: true, ..site.part(context.spec, *keys, true) };
                let values = site.part(context.spec, *values, false);
                let entry = |(name, value)| (self.key(context, &keys, name), self.value(context, &values, value));
                Json::Object(entries.into_iter().map(entry).collect())
            }
            (Kind::Structure(members) | Kind::Union(members), Json::Object(entries)) => {
                let siblings = Siblings { members, fields: context.fields(site.shape), within: Some(*site) };
                let entry = |(name, value)| self.entry(context, &siblings, name, value);
                Json::Object(entries.into_iter().map(entry).collect())
            }
            (_, value @ (Json::Bool(_) | Json::Number(_) | Json::String(_))) => self.scalar(context, site, value),
            (_, value @ (Json::Array(_) | Json::Object(_))) => self.outline(value, site.distinct),
        }
    }

    /// A key of a map.
    fn key(&mut self, context: Context<'_>, site: &Site<'_>, name: Text) -> Text {
        match self.text(context, site, &name.decode()) {
            Some(other) => Text::new(&other),
            None => name,
        }
    }

    /// A member of a structure with its name.
    fn entry(&mut self, context: Context<'_>, siblings: &Siblings<'_>, name: Text, value: Json) -> (Text, Json) {
        if let Some(site) = siblings.find(&name.decode()) {
            return (name, self.value(context, &site, value));
        }
        let value = self.unknown(value, siblings.within.is_some_and(|site| site.distinct));
        if siblings.has_variant(&name.decode()) {
            return (name, value);
        }
        (self.unknown_name(Some(context), name), value)
    }

    fn unknown(&mut self, value: Json, distinct: bool) -> Json {
        self.summary.unknown_member();
        self.outline(value, distinct)
    }

    /// The name of a member that the spec does not know: itself, if it can be nothing but a name.
    fn unknown_name(&mut self, context: Option<Context<'_>>, name: Text) -> Text {
        let decoded = name.decode();
        let is_name = decoded.len() <= NAME_LENGTH
            && decoded.bytes().all(|byte| byte.is_ascii_alphabetic())
            && detect::scan(&decoded).is_empty();
        if is_name || decoded == "__type" {
            return name;
        }
        let made = self.ordinal_where("unknownMember", &decoded, |ordinal| {
            let made = format!("unknownMember{ordinal}");
            (!context.is_some_and(|context| context.plan.knows_name(&made))).then_some(made)
        });
        Text::new(&made)
    }
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
