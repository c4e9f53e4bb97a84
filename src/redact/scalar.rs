//! Values without parts: what becomes of each, by its class and by what it violates.

use super::detect;
use super::json::{between_quotes, push_string};
use super::kinds::{self, Kinds};
use super::plan::{Context, Site};
use super::scribe::{Pass, Scribe};
use super::substitutes::is_number;
use crate::message::Json;
use crate::message::json::decode;
use crate::spec::{Deviation, DeviationTarget, Kind, Sensitivity, Spec};

/// How long an enum value may be that the spec does not list and that is kept.
const ENUM_LENGTH: usize = 64;
/// How long a number may be that is out of its range and is kept.
const NUMBER_LENGTH: usize = 11;

impl Scribe {
    /// A JSON value without parts, of whatever type, as it is spelled.
    pub(super) fn scalar(&mut self, context: Context<'_>, site: &Site<'_>, spelled: &str, out: &mut String) {
        if site.class != Some(Sensitivity::Secret) && is_spelled_constant(site, spelled) {
            return out.push_str(spelled);
        }
        // What is kept is kept as it was spelled.
        match spelled.as_bytes().first() {
            Some(b'"') => match self.text(context, site, &decode(between_quotes(spelled))) {
                Some(other) => push_string(out, &other),
                None => out.push_str(spelled),
            },
            Some(b't' | b'f') => {
                let value = self.boolean(context, site, spelled == "true");
                out.push_str(if value { "true" } else { "false" });
            }
            _ => match self.number(context, site, spelled) {
                Some(other) => out.push_str(&other),
                None => out.push_str(spelled),
            },
        }
    }

    /// What is written instead of a text, as JSON string or as it travels in a path, a query or a header; none if it is kept.
    pub(super) fn text(&mut self, context: Context<'_>, site: &Site<'_>, text: &str) -> Option<String> {
        if let Some(member) = site.kept {
            self.summary.kept(member);
        }
        if text.is_empty() {
            return None;
        }
        let shape = context.spec.shape(site.shape);
        if let (Kind::List(item), true) = (&shape.kind, site.as_text) {
            let part = site.part(context.spec, *item, shape.constraints.unique);
            let items = text.split(',').map(str::trim);
            let items = items.map(|item| self.text(context, &part, item).unwrap_or_else(|| item.to_owned()));
            return Some(items.collect::<Vec<_>>().join(","));
        }
        let is_secret = site.class == Some(Sensitivity::Secret);
        if !is_secret && site.as_text && is_constant(site, &Json::string(text)) {
            return None;
        }
        let Some(class) = site.class else { return self.unless_kept(context, site, text) };
        self.summary.redacted(class);
        Some(match class {
            Sensitivity::Identifier => self.identifier(context, site, text),
            Sensitivity::Token => self.token(context, site, text),
            Sensitivity::Time => self.time(context, site, text),
            Sensitivity::FreeText | Sensitivity::Secret if site.distinct => self.identifier(context, site, text),
            Sensitivity::FreeText => self.prose(context, site, text),
            Sensitivity::Secret => self.fixed(context, site, text),
        })
    }

    /// What is written instead of a text that the spec keeps: nothing else, if it is what the spec says.
    fn unless_kept(&mut self, context: Context<'_>, site: &Site<'_>, text: &str) -> Option<String> {
        let (own, _) = kinds::of_text(context, site, text);
        let is_kept = own == Kinds::NONE
            || (own == Kinds::UNMODELLED && is_kept_enum_value(context.spec, text))
            || (own.are_of_range() && text.len() <= NUMBER_LENGTH)
            || (site.distinct && is_kept_as_number(context, site, text));
        if is_kept {
            return None;
        }
        self.summary.malformed();
        let is_other = own == Kinds::WRONG_TYPE || own == Kinds::UNMODELLED;
        if is_other && !site.distinct && !site.as_text && kinds::of_text(context, site, "").0 == own {
            return Some(String::new());
        }
        Some(self.identifier(context, site, text))
    }

    /// What is written instead of a number; none if it is kept.
    fn number(&mut self, context: Context<'_>, site: &Site<'_>, number: &str) -> Option<String> {
        if let Some(member) = site.kept {
            self.summary.kept(member);
        }
        if let Some(class) = site.class {
            self.summary.redacted(class);
        }
        if site.class == Some(Sensitivity::Time)
            && let Some(moved) = self.time_number(context, site, number)
        {
            return Some(moved);
        }
        let found = kinds::of_number(context, site.shape, number);
        match site.class {
            None if is_kept_number(context, site, number, found) => return None,
            None => self.summary.malformed(),
            Some(Sensitivity::Secret) if found == Kinds::NONE && !site.distinct => {
                return self.fixed_number(context, site);
            }
            Some(_) => {}
        }
        Some(self.numbered(context, site, number, found))
    }

    /// True and false are kept, unless they are sensitive themselves.
    fn boolean(&mut self, context: Context<'_>, site: &Site<'_>, value: bool) -> bool {
        let Some(class) = site.class.filter(|_| context.spec.shape(site.shape).kind == Kind::Boolean) else {
            return value;
        };
        self.summary.redacted(class);
        if !site.distinct {
            return self.pass != Pass::Redact && value;
        }
        let name = if value { "true" } else { "false" };
        self.ordinal("boolean", name, |ordinal| ordinal.to_string()) == "2"
    }
}

/// The same of a JSON value as it is spelled.
fn is_spelled_constant(site: &Site<'_>, spelled: &str) -> bool {
    !site.constants.is_empty() && Json::parse(spelled.as_bytes()).is_ok_and(|value| is_constant(site, &value))
}

/// Whether the spec's own rules name the value.
pub(super) fn is_constant(site: &Site<'_>, value: &Json) -> bool {
    site.constants.iter().any(|constant| match (constant, value) {
        (Json::String(constant), Json::String(value)) => constant.decode() == value.decode(),
        (Json::Number(constant), Json::Number(value)) => constant.parse::<f64>() == value.parse::<f64>(),
        (constant, value) => constant == value,
    })
}

/// Whether a number is kept: it is what the spec says, or beside its range and too short to hold more than a count.
fn is_kept_number(context: Context<'_>, site: &Site<'_>, number: &str, found: Kinds) -> bool {
    if found == Kinds::NONE {
        return true;
    }
    // A string of the same digits would be kept: the two stay the same.
    let is_kept_as_text = || site.distinct && kinds::of_text(context, site, number).0 == Kinds::NONE;
    number.len() <= NUMBER_LENGTH && (found.are_of_range() || is_kept_as_text())
}

/// Whether a number of that spelling would be kept here, and is too short to hold more than a count.
fn is_kept_as_number(context: Context<'_>, site: &Site<'_>, text: &str) -> bool {
    text.len() <= NUMBER_LENGTH && is_number(text) && kinds::of_number(context, site.shape, text).are_of_range()
}

/// Whether a value that an enum does not list is kept: it is dated, or it looks like a value of an enum.
fn is_kept_enum_value(spec: &Spec, text: &str) -> bool {
    let is_dated = |deviation: &Deviation| {
        matches!(deviation.target, DeviationTarget::Member(_)) && deviation.value.as_deref() == Some(text)
    };
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_value = || text.len() <= ENUM_LENGTH && text.split('_').all(is_word) && detect::scan(text).is_empty();
    spec.deviations.iter().any(is_dated) || is_value()
}
