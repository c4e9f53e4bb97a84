//! The walk through a JSON body and its shape: known members by their class, of
//! unknown ones the name and the type.

use super::plan::{Context, Site};
use super::scribe::Scribe;
use crate::message::Json;
use crate::message::json::Text;
use crate::spec::{Kind, Location, Member, Sensitivity};

/// How long a name may be that the spec does not know and that is kept.
const NAME_LENGTH: usize = 40;

/// Members that stand side by side, with what becomes of each.
struct Siblings<'p> {
    members: &'p [Member],
    sites: Vec<Site<'p>>,
    /// Those that stand here only, if not all.
    location: Option<Location>,
    /// Whether what stands beside them must stay different.
    distinct: bool,
}

impl Scribe {
    /// The JSON body of a success: the members of the output, or the payload that is the whole body.
    pub(super) fn output_body(&mut self, context: Context<'_>, body: &Json) -> Json {
        let outputs = &context.spec.output;
        if let Some(payload) = outputs.iter().position(|member| member.location == Location::Payload) {
            return self.value(context, &context.output(payload, false), body);
        }
        let Json::Object(entries) = body else { return self.outline(body, false) };
        let sites = (0..outputs.len()).map(|index| context.output(index, false)).collect();
        let siblings = Siblings { members: outputs, sites, location: Some(Location::Body), distinct: false };
        let entries = entries.iter().map(|(name, value)| match siblings.find(&name.decode()) {
            Some(_) => self.entry(context, &siblings, name, value),
            None => match self.error_member(context, &name.decode(), value) {
                Some(value) => (name.clone(), value),
                None => self.entry(context, &siblings, name, value),
            },
        });
        Json::Object(entries.collect())
    }

    /// The JSON body of an error: type and message, and of all else the outline.
    pub(super) fn error_body(&mut self, context: Option<Context<'_>>, body: &Json, is_authentication: bool) -> Json {
        let Json::Object(entries) = body else { return self.outline(body, false) };
        let mut kept = Vec::with_capacity(entries.len());
        for (name, value) in entries {
            let decoded = name.decode();
            match self.error_member_of(context, &decoded, value) {
                Some(value) => kept.push((name.clone(), value)),
                None if is_authentication => {}
                None => kept.push((self.unknown_name(context, &decoded, name), self.unknown(value, false))),
            }
        }
        Json::Object(kept)
    }

    fn error_member(&mut self, context: Context<'_>, name: &str, value: &Json) -> Option<Json> {
        self.error_member_of(Some(context), name, value)
    }

    /// A member that every error may have: its type, its message.
    fn error_member_of(&mut self, context: Option<Context<'_>>, name: &str, value: &Json) -> Option<Json> {
        let is_type = matches!(name, "__type" | "code");
        if !is_type && !name.eq_ignore_ascii_case("message") {
            return None;
        }
        let Json::String(text) = value else { return Some(self.outline(value, false)) };
        let text = text.decode();
        if is_type {
            return Some(Json::string(&self.error_type(context.map(|context| context.spec), &text)));
        }
        self.summary.redacted(Sensitivity::FreeText);
        Some(Json::string(&self.free_text(&text)))
    }

    /// A value of a shape.
    pub(super) fn value(&mut self, context: Context<'_>, site: &Site<'_>, value: &Json) -> Json {
        let shape = context.spec.shape(site.shape);
        match (&shape.kind, value) {
            (_, Json::Null) => Json::Null,
            (Kind::Document, _) if site.class.is_none() => {
                if let Some(member) = site.kept {
                    self.summary.kept(member);
                }
                value.clone()
            }
            (Kind::Document, _) => self.outline(value, site.distinct),
            (Kind::List(item), Json::Array(items)) => {
                let part = site.part(context.spec, *item, shape.constraints.unique);
                Json::Array(items.iter().map(|value| self.value(context, &part, value)).collect())
            }
            (Kind::Map { keys, values }, Json::Object(entries)) => {
                let keys = Site { as_text: true, ..site.part(context.spec, *keys, true) };
                let values = site.part(context.spec, *values, false);
                let entry = |(name, value): &(Text, Json)| {
                    (self.key(context, &keys, name), self.value(context, &values, value))
                };
                Json::Object(entries.iter().map(entry).collect())
            }
            (Kind::Structure(members) | Kind::Union(members), Json::Object(entries)) => {
                let fields = context.fields(site.shape);
                let sites = members.iter().zip(fields).map(|(member, field)| site.member(member, field)).collect();
                let siblings = Siblings { members, sites, location: None, distinct: site.distinct };
                let entry = |(name, value): &(Text, Json)| self.entry(context, &siblings, name, value);
                Json::Object(entries.iter().map(entry).collect())
            }
            (_, Json::Bool(_) | Json::Number(_) | Json::String(_)) => self.scalar(context, site, value),
            (_, Json::Array(_) | Json::Object(_)) => self.outline(value, site.distinct),
        }
    }

    /// A key of a map.
    fn key(&mut self, context: Context<'_>, site: &Site<'_>, name: &Text) -> Text {
        let decoded = name.decode();
        match self.text(context, site, &decoded) {
            kept if kept == decoded => name.clone(),
            other => Text::new(&other),
        }
    }

    /// A member of a structure with its name.
    fn entry(&mut self, context: Context<'_>, siblings: &Siblings<'_>, name: &Text, value: &Json) -> (Text, Json) {
        let decoded = name.decode();
        match siblings.find(&decoded) {
            Some(index) => (name.clone(), self.value(context, &siblings.sites[index], value)),
            None if siblings.is_variant(&decoded) => (name.clone(), self.unknown(value, siblings.distinct)),
            None => {
                let name = self.unknown_name(Some(context), &decoded, name);
                (name, self.unknown(value, siblings.distinct))
            }
        }
    }

    fn unknown(&mut self, value: &Json, distinct: bool) -> Json {
        self.summary.unknown_member();
        self.outline(value, distinct)
    }

    /// The name of a member that the spec does not know: itself, if it can be nothing but a name.
    fn unknown_name(&mut self, context: Option<Context<'_>>, decoded: &str, name: &Text) -> Text {
        let is_name = decoded.len() <= NAME_LENGTH && decoded.bytes().all(|byte| byte.is_ascii_alphabetic());
        if is_name || decoded == "__type" {
            return name.clone();
        }
        let made = self.ordinal_where("unknownMember", decoded, |ordinal| {
            let made = format!("unknownMember{ordinal}");
            (!context.is_some_and(|context| context.plan.knows_name(&made))).then_some(made)
        });
        Text::new(&made)
    }
}

impl Siblings<'_> {
    fn find(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|member| self.counts(member) && member.wire_name == name)
    }

    /// Whether the name differs from a modelled one in case only: a check names the two.
    fn is_variant(&self, name: &str) -> bool {
        let lower = name.to_lowercase();
        self.members.iter().any(|member| self.counts(member) && member.wire_name.to_lowercase() == lower)
    }

    fn counts(&self, member: &Member) -> bool {
        self.location.is_none_or(|location| member.location == location)
    }
}
