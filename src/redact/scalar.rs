//! Values without parts: what stands for each, by its class and by what it violates.

use super::kinds::{self, Kinds};
use super::malformed;
use super::plan::{Context, Site};
use super::scribe::{Pass, Scribe};
use crate::message::json::Text;
use crate::message::{Json, MAX_KEPT_BODY, Moment};
use crate::spec::exemplar::stand_in;
use crate::spec::{DeviationTarget, Kind, Sensitivity, Spec};
use std::borrow::Cow;

/// How long an enum value may be that the spec does not list and that is kept.
const ENUM_LENGTH: usize = 64;
/// How long a number may be that is out of its range and is kept.
const NUMBER_LENGTH: usize = 11;
/// Times that stand for all that are too far from the others to be moved with them.
const FAR_BEFORE: [&str; 2] = ["0001-01-01T00:00:00Z", "Mon, 01 Jan 0001 00:00:00 GMT"];
const FAR_BEHIND: [&str; 2] = ["9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 GMT"];
/// What [`malformed::digits`] looks like.
const DIGITS: &str = "0.0001";
/// The lower bounds of the classes of length of tokens.
const TOKEN_CLASSES: [usize; 4] = [1, 65, 1025, 8193];

impl Scribe {
    /// A JSON value without parts, of whatever type.
    pub(super) fn scalar(&mut self, context: Context<'_>, site: &Site<'_>, value: &Json) -> Json {
        if site.class != Some(Sensitivity::Secret) && is_constant(site, value) {
            return value.clone();
        }
        match value {
            Json::String(raw) => {
                let text = raw.decode();
                match self.text(context, site, &text) {
                    // What is kept is kept as it was spelled.
                    kept if kept == text => value.clone(),
                    other => Json::string(&other),
                }
            }
            Json::Number(number) => Json::Number(self.number(context, site, number)),
            Json::Bool(value) => Json::Bool(self.boolean(context, site, *value)),
            Json::Null | Json::Array(_) | Json::Object(_) => self.outline(value, site.distinct),
        }
    }

    /// A text, as JSON string or as it travels in a path, a query or a header.
    pub(super) fn text(&mut self, context: Context<'_>, site: &Site<'_>, text: &str) -> String {
        if let Some(member) = site.kept {
            self.summary.kept(member);
        }
        if text.is_empty() {
            return String::new();
        }
        if let (Kind::List(item), true) = (&context.spec.shape(site.shape).kind, site.as_text) {
            let unique = context.spec.shape(site.shape).constraints.unique;
            let part = site.part(context.spec, *item, unique);
            let items: Vec<String> = text.split(',').map(|item| self.text(context, &part, item.trim())).collect();
            return items.join(",");
        }
        let is_secret = site.class == Some(Sensitivity::Secret);
        if !is_secret && site.as_text && is_constant(site, &Json::string(text)) {
            return text.to_owned();
        }
        if let Some(class) = site.class {
            self.summary.redacted(class);
        }
        match site.class {
            None => self.kept_text(context, site, text),
            Some(Sensitivity::Identifier) => self.identifier(context, site, text),
            Some(Sensitivity::Token) => self.token(context, site, text),
            Some(Sensitivity::Time) => self.time(context, site, text),
            Some(Sensitivity::FreeText | Sensitivity::Secret) if site.distinct => self.identifier(context, site, text),
            Some(Sensitivity::FreeText) => self.prose(context, site, text),
            Some(Sensitivity::Secret) => self.fixed(context, site, text),
        }
    }

    /// A text that is kept, if it is what the spec says.
    fn kept_text(&mut self, context: Context<'_>, site: &Site<'_>, text: &str) -> String {
        let (own, _) = kinds::of_text(context, site, text);
        let is_kept = own == Kinds::NONE
            || (own == Kinds::UNMODELLED && is_kept_enum_value(context.spec, text))
            || (own.are_of_range() && text.len() <= NUMBER_LENGTH)
            || (site.distinct && is_kept_as_number(context, site, text));
        if is_kept {
            return text.to_owned();
        }
        self.summary.malformed();
        let is_other = own == Kinds::WRONG_TYPE || own == Kinds::UNMODELLED;
        if is_other && !site.distinct && !site.as_text && kinds::of_text(context, site, "").0 == own {
            return String::new();
        }
        self.identifier(context, site, text)
    }

    /// A stand-in of the type, or one that violates it in the same ways.
    fn identifier(&mut self, context: Context<'_>, site: &Site<'_>, text: &str) -> String {
        let scope = context.plan.scope(site.shape);
        let is_number = is_number(text);
        if !is_number
            && !is_numeric(context, site)
            && self.pass != Pass::Blank
            && let Some(known) = self.names.get(scope, text)
        {
            return known.to_owned();
        }
        let found = kinds::of_text(context, site, text);
        if is_number && let Some(number) = self.as_number(context, site, text, found.0) {
            return number;
        }
        let conforms = found == (Kinds::NONE, Kinds::NONE);
        let series = if conforms { series(context, site) } else { Cow::Borrowed("malformed") };
        // A text that is no number although it spells one is not what the number is.
        let scope = if is_numeric(context, site) { Cow::Owned(format!("text {scope}")) } else { Cow::Borrowed(scope) };
        self.substitute(&scope, &series, text, |ordinal| {
            let named = if conforms { Some(stand_in(context.spec, site.shape, ordinal)) } else { None };
            let named = named.filter(|named| kinds::of_text(context, site, named) == found);
            let text = named.unwrap_or_else(|| malformed::text(context, site, text, ordinal));
            (!is_constant(site, &Json::string(&text))).then_some(text)
        })
    }

    /// What stands for a text that a number spells too, where the two are the same to whoever compares.
    fn as_number(&mut self, context: Context<'_>, site: &Site<'_>, text: &str, found: Kinds) -> Option<String> {
        if is_numeric(context, site) {
            let number = kinds::of_json(context, site.shape, &Json::Number(text.to_owned()));
            let is_same = (number == found && site.as_text) || (!site.as_text && site.class.is_some());
            return is_same.then(|| self.numbered(context, site, text, number));
        }
        let spells_both = !site.as_text && found != Kinds::NONE && kinds::of_text(context, site, DIGITS).0 == found;
        spells_both.then(|| self.digits(context, site, text))
    }

    /// The stand-in of a number that stands where no number belongs, and of a text that spells it.
    fn digits(&mut self, context: Context<'_>, site: &Site<'_>, number: &str) -> String {
        let scope = format!("number {}", context.plan.scope(site.shape));
        let text = self.substitute(&scope, "number", number, |ordinal| Some(malformed::digits(ordinal)));
        if text.is_empty() { "0".to_owned() } else { text }
    }

    /// A token: its ordinal, as long as its class of length asks for.
    fn token(&mut self, context: Context<'_>, site: &Site<'_>, text: &str) -> String {
        let found = kinds::of_text(context, site, text);
        let fits = |other: &str| kinds::of_text(context, site, other) == found && other.is_ascii() == text.is_ascii();
        let least = least_of_class(text.chars().count());
        self.substitute(&token_scope(context, site), "page-token", text, |ordinal| {
            let foreign = if text.is_ascii() { "" } else { "é-" };
            let token = format!("{foreign}page-token-{ordinal:04}");
            let length = token.chars().count();
            let padded = token + &"x".repeat(least.saturating_sub(length));
            if fits(&padded) {
                return Some(padded);
            }
            let named = stand_in(context.spec, site.shape, ordinal);
            Some(if fits(&named) { named } else { malformed::text(context, site, text, ordinal) })
        })
    }

    /// A time, moved; what is none stands for itself as a malformed value does.
    fn time(&mut self, context: Context<'_>, site: &Site<'_>, text: &str) -> String {
        let found = kinds::of_text(context, site, text);
        if let Some(moved) = self.moved(text)
            && (self.pass == Pass::Blank || kinds::of_text(context, site, &moved) == found)
        {
            return moved;
        }
        if found.0 != Kinds::NONE {
            return self.identifier(context, site, text);
        }
        let is_early = Moment::parse(text).is_some_and(|moment| moment.seconds() < 0);
        let far = if is_early { FAR_BEFORE } else { FAR_BEHIND };
        let number = self.clock.outsize(text);
        let mut candidates = number.iter().map(String::as_str).chain(far);
        let fitting = candidates.find(|far| kinds::of_text(context, site, far) == found).map(str::to_owned);
        fitting.unwrap_or_else(|| stand_in(context.spec, site.shape, 1))
    }

    /// A time, moved; nothing in its place where everything is blanked. None if it is no time.
    pub(super) fn moved(&mut self, text: &str) -> Option<String> {
        let moved = self.clock.moved(text)?;
        if self.pass != Pass::Blank {
            return Some(moved);
        }
        self.times.push(text.to_owned());
        Some(String::new())
    }

    /// Free text that nothing compares: its length, where the type takes that.
    fn prose(&mut self, context: Context<'_>, site: &Site<'_>, text: &str) -> String {
        let short = self.free_text(text);
        if self.pass != Pass::Redact {
            return short;
        }
        let found = kinds::of_text(context, site, text);
        let too_long = found.0.has(Kinds::LONG).then(|| {
            let most = context.spec.shape(site.shape).constraints.length.map_or(0, |(_, most)| most as usize);
            format!("{short:x<length$}", length = most.saturating_add(1).min(MAX_KEPT_BODY))
        });
        let candidates = [Some(short.clone()), Some(format!("{short}, é")), too_long];
        let fitting =
            candidates.into_iter().flatten().find(|candidate| kinds::of_text(context, site, candidate) == found);
        fitting.unwrap_or_else(|| self.fixed(context, site, text))
    }

    /// The first stand-in of the type: what nothing compares needs no ordinal.
    fn fixed(&mut self, context: Context<'_>, site: &Site<'_>, text: &str) -> String {
        if self.pass != Pass::Redact {
            return text.to_owned();
        }
        let found = kinds::of_text(context, site, text);
        let named = stand_in(context.spec, site.shape, 1);
        if kinds::of_text(context, site, &named) == found { named } else { malformed::text(context, site, text, 1) }
    }

    fn number(&mut self, context: Context<'_>, site: &Site<'_>, number: &str) -> String {
        let found = kinds::of_json(context, site.shape, &Json::Number(number.to_owned()));
        if let Some(member) = site.kept {
            self.summary.kept(member);
        }
        if let Some(class) = site.class {
            self.summary.redacted(class);
        }
        let conforms = found == Kinds::NONE;
        match site.class {
            None if conforms || (found.are_of_range() && number.len() <= NUMBER_LENGTH) => return number.to_owned(),
            None if site.distinct
                && number.len() <= NUMBER_LENGTH
                && kinds::of_text(context, site, number).0 == Kinds::NONE =>
            {
                // A string of the same digits would be kept: the two stay the same.
                return number.to_owned();
            }
            None => self.summary.malformed(),
            Some(Sensitivity::Time) => {
                if let Some(moved) = self.time_number(context, site, number, found) {
                    return moved;
                }
            }
            Some(Sensitivity::Secret | Sensitivity::FreeText) if conforms && !site.distinct => {
                return if self.pass == Pass::Redact {
                    stand_in(context.spec, site.shape, 1)
                } else {
                    number.to_owned()
                };
            }
            Some(_) => {}
        }
        self.numbered(context, site, number, found)
    }

    /// A time as a number, moved, or a number that keeps its place among those that are no times.
    fn time_number(&mut self, context: Context<'_>, site: &Site<'_>, number: &str, found: Kinds) -> Option<String> {
        let moved = match self.moved(number) {
            Some(moved) if self.pass == Pass::Blank => {
                return Some(if moved.is_empty() { "0".to_owned() } else { moved });
            }
            Some(moved) => moved,
            None => {
                let outsize = self.clock.outsize(number)?;
                if self.pass == Pass::Blank {
                    self.times.push(String::new());
                    return Some("0".to_owned());
                }
                outsize
            }
        };
        let fits = kinds::of_json(context, site.shape, &Json::Number(moved.clone())) == found;
        fits.then_some(moved)
    }

    /// A number by its ordinal, satisfying or violating its type as the real one does.
    fn numbered(&mut self, context: Context<'_>, site: &Site<'_>, number: &str, found: Kinds) -> String {
        if found == Kinds::WRONG_TYPE && !is_numeric(context, site) {
            return if site.distinct { self.digits(context, site, number) } else { "0".to_owned() };
        }
        let series = if found == Kinds::NONE { series(context, site) } else { Cow::Borrowed("number") };
        let text = self.substitute(context.plan.scope(site.shape), &series, number, |ordinal| {
            let number = match found {
                Kinds::NONE => stand_in(context.spec, site.shape, ordinal),
                _ => malformed::number(context, site, found, ordinal)?,
            };
            (!is_constant(site, &Json::Number(number.clone()))).then_some(number)
        });
        if text.is_empty() { "0".to_owned() } else { text }
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

    /// What is left of a value that the spec does not know: its type. Where different values must stay different, an
    /// ordinal too.
    pub(super) fn outline(&mut self, value: &Json, distinct: bool) -> Json {
        let is_blank = match value {
            Json::Null | Json::Bool(_) => return if distinct { value.clone() } else { outline_of(value) },
            Json::String(text) => text.raw().is_empty(),
            Json::Number(_) => false,
            Json::Array(items) => items.is_empty(),
            Json::Object(members) => members.is_empty(),
        };
        if !distinct || is_blank {
            return outline_of(value);
        }
        let ordinal = match self.ordinal("value", &value.to_compact(), |ordinal| ordinal.to_string()) {
            blank if blank.is_empty() => "0".to_owned(),
            ordinal => ordinal,
        };
        match value {
            Json::String(_) => Json::string(&format!("value-{ordinal}")),
            Json::Array(_) => Json::Array(vec![Json::Number(ordinal)]),
            Json::Object(_) => {
                let name = Text::new("unknownMember1");
                Json::Object(vec![(name, Json::Number(ordinal))])
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => Json::Number(ordinal),
        }
    }
}

fn outline_of(value: &Json) -> Json {
    match value {
        Json::Null => Json::Null,
        Json::Bool(_) => Json::Bool(false),
        Json::Number(_) => Json::Number("0".to_owned()),
        Json::String(_) => Json::string(""),
        Json::Array(_) => Json::Array(Vec::new()),
        Json::Object(_) => Json::Object(Vec::new()),
    }
}

/// The scope of a token: both types between which it travels.
fn token_scope(context: Context<'_>, site: &Site<'_>) -> String {
    let mut scopes = [site.shape, site.also.unwrap_or(site.shape)].map(|shape| context.plan.scope(shape));
    scopes.sort_unstable();
    format!("token {} {}", scopes[0], scopes[1])
}

/// The name under which stand-ins of a type are counted: types of one name are one type, in whichever spec.
fn series<'c>(context: Context<'c>, site: &Site<'_>) -> Cow<'c, str> {
    match &context.spec.shape(site.shape).name {
        Some(name) => Cow::Borrowed(name),
        None => Cow::Owned(format!("{} {}", context.index, site.shape.0)),
    }
}

fn is_constant(site: &Site<'_>, value: &Json) -> bool {
    site.constants.iter().any(|constant| match (constant, value) {
        (Json::String(constant), Json::String(value)) => constant.decode() == value.decode(),
        (Json::Number(constant), Json::Number(value)) => constant.parse::<f64>() == value.parse::<f64>(),
        (constant, value) => constant == value,
    })
}

/// Whether a number of that spelling would be kept here, and is too short to hold more than a count.
fn is_kept_as_number(context: Context<'_>, site: &Site<'_>, text: &str) -> bool {
    text.len() <= NUMBER_LENGTH
        && is_number(text)
        && kinds::of_json(context, site.shape, &Json::Number(text.to_owned())).are_of_range()
}

fn is_number(text: &str) -> bool {
    matches!(Json::parse(text.as_bytes()), Ok(Json::Number(number)) if number == text)
}

fn is_numeric(context: Context<'_>, site: &Site<'_>) -> bool {
    matches!(
        context.spec.shape(site.shape).kind,
        Kind::Integer | Kind::Long | Kind::Float | Kind::Double | Kind::Timestamp(_)
    )
}

/// Whether a value that an enum does not list is kept: it is dated, or it looks like a value of an enum.
fn is_kept_enum_value(spec: &Spec, text: &str) -> bool {
    let is_dated = |deviation: &crate::spec::Deviation| {
        matches!(deviation.target, DeviationTarget::Member(_)) && deviation.value.as_deref() == Some(text)
    };
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase());
    spec.deviations.iter().any(is_dated) || (text.len() <= ENUM_LENGTH && text.split('_').all(is_word))
}

fn least_of_class(length: usize) -> usize {
    TOKEN_CLASSES.into_iter().rev().find(|least| *least <= length).unwrap_or(0)
}
