//! What is written instead of a value: a stand-in by its ordinal, a time moved, the length of free text.

use super::kinds::{self, Kinds};
use super::malformed;
use super::plan::{Context, Site};
use super::scalar::is_constant;
use super::scribe::{Pass, Scribe};
use crate::message::json::{Next, Tokens};
use crate::message::{Json, MAX_KEPT_BODY, Moment};
use crate::spec::exemplar::stand_in;
use crate::spec::{Kind, TimestampFormat};
use std::borrow::Cow;

/// Times that stand for all that are too far from the others to be moved with them.
const FAR_BEFORE: [&str; 2] = ["0001-01-01T00:00:00Z", "Mon, 01 Jan 0001 00:00:00 GMT"];
const FAR_BEHIND: [&str; 2] = ["9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 GMT"];
/// What [`malformed::digits`] looks like.
const DIGITS: &str = "0.0001";
/// The lower bounds of the classes of length of tokens.
const TOKEN_CLASSES: [usize; 4] = [1, 65, 1025, 8193];

impl Scribe {
    /// A stand-in of the type, or one that violates it in the same ways.
    pub(super) fn identifier(&mut self, context: Context<'_>, site: &Site<'_>, text: &str) -> String {
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
            let number = kinds::of_number(context, site.shape, text);
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
    pub(super) fn token(&mut self, context: Context<'_>, site: &Site<'_>, text: &str) -> String {
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
    pub(super) fn time(&mut self, context: Context<'_>, site: &Site<'_>, text: &str) -> String {
        let found = kinds::of_text(context, site, text);
        if let Some(moved) = self.moved(text)
            && (self.pass == Pass::Blank || kinds::of_text(context, site, &moved) == found)
        {
            return moved;
        }
        // A number that is no time stands where the same number would, also as a text.
        if is_number(text)
            && let Some(outsize) = self.outsize(text)
        {
            if self.pass == Pass::Blank {
                return String::new();
            }
            if kinds::of_text(context, site, &outsize) == found {
                return outsize;
            }
        }
        if found.0 != Kinds::NONE {
            return self.identifier(context, site, text);
        }
        let is_early = Moment::parse(text).is_some_and(|moment| moment.seconds() < 0);
        let mut far = if is_early { FAR_BEFORE } else { FAR_BEHIND }.into_iter();
        let fitting = far.find(|far| kinds::of_text(context, site, far) == found);
        fitting.map_or_else(|| stand_in(context.spec, site.shape, 1), str::to_owned)
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
    pub(super) fn prose(&mut self, context: Context<'_>, site: &Site<'_>, text: &str) -> String {
        let short = self.free_text(text);
        if self.pass != Pass::Redact {
            return short;
        }
        let found = kinds::of_text(context, site, text);
        let too_long = found.0.has(Kinds::LONG).then(|| {
            let most = context.spec.shape(site.shape).constraints.length.map_or(0, |(_, most)| most as usize);
            let padding = most.saturating_add(1).min(MAX_KEPT_BODY).saturating_sub(short.chars().count());
            format!("{short}{}", "x".repeat(padding))
        });
        let candidates = [Some(short.clone()), Some(format!("{short}, é")), too_long];
        let fitting =
            candidates.into_iter().flatten().find(|candidate| kinds::of_text(context, site, candidate) == found);
        fitting.unwrap_or_else(|| self.fixed(context, site, text))
    }

    /// The first stand-in of the type: what nothing compares needs no ordinal.
    pub(super) fn fixed(&mut self, context: Context<'_>, site: &Site<'_>, text: &str) -> String {
        if self.pass != Pass::Redact {
            return text.to_owned();
        }
        let found = kinds::of_text(context, site, text);
        let named = stand_in(context.spec, site.shape, 1);
        if kinds::of_text(context, site, &named) == found { named } else { malformed::text(context, site, text, 1) }
    }

    /// A time as a number, moved, or a number that keeps its place among those that are no times; none if its type does
    /// not take that.
    pub(super) fn time_number(&mut self, context: Context<'_>, site: &Site<'_>, number: &str) -> Option<String> {
        let moved = match self.moved(number) {
            Some(moved) => moved,
            None => self.outsize(number)?,
        };
        if self.pass == Pass::Blank {
            return Some("0".to_owned());
        }
        if context.spec.shape(site.shape).kind == Kind::Timestamp(TimestampFormat::EpochSeconds) {
            // Every number is one.
            return Some(moved);
        }
        let kinds = |number: &str| kinds::of_number(context, site.shape, number);
        (kinds(&moved) == kinds(number)).then_some(moved)
    }

    /// What stands for a number that is no time; none if it is no number.
    fn outsize(&mut self, number: &str) -> Option<String> {
        let outsize = self.clock.outsize(number)?;
        if self.pass == Pass::Blank {
            self.times.push(String::new());
        }
        Some(outsize)
    }

    /// The first number of the type: what nothing compares needs no ordinal.
    pub(super) fn fixed_number(&self, context: Context<'_>, site: &Site<'_>) -> Option<String> {
        (self.pass == Pass::Redact).then(|| stand_in(context.spec, site.shape, 1))
    }

    /// A number by its ordinal, satisfying or violating its type as the real one does.
    pub(super) fn numbered(&mut self, context: Context<'_>, site: &Site<'_>, number: &str, found: Kinds) -> String {
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

    /// What is left of a value that the spec does not know: its type. Where different values must stay different, an
    /// ordinal too.
    pub(super) fn outline(&mut self, from: &mut Tokens<'_>, distinct: bool, out: &mut String) {
        let kind = from.next();
        let spelled = from.value();
        if matches!(kind, Next::Null | Next::Bool) && distinct {
            return out.push_str(spelled);
        }
        let nothing = match kind {
            Next::Null => return out.push_str("null"),
            Next::Bool => return out.push_str("false"),
            Next::Number => "0",
            Next::String => "\"\"",
            Next::Array => "[]",
            Next::Object => "{}",
        };
        if !distinct || (kind != Next::Number && spelled == nothing) {
            return out.push_str(nothing);
        }
        let ordinal = match self.ordinal("value", spelled, |ordinal| ordinal.to_string()) {
            blank if blank.is_empty() => "0".to_owned(),
            ordinal => ordinal,
        };
        out.push_str(&match kind {
            Next::String => format!("\"value-{ordinal}\""),
            Next::Array => format!("[{ordinal}]"),
            Next::Object => format!("{{\"unknownMember1\":{ordinal}}}"),
            Next::Null | Next::Bool | Next::Number => ordinal,
        });
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

/// Whether a text is spelled as JSON spells a number.
pub(super) fn is_number(text: &str) -> bool {
    text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && matches!(Json::parse(text.as_bytes()), Ok(Json::Number(number)) if number == text)
}

fn is_numeric(context: Context<'_>, site: &Site<'_>) -> bool {
    matches!(
        context.spec.shape(site.shape).kind,
        Kind::Integer | Kind::Long | Kind::Float | Kind::Double | Kind::Timestamp(_)
    )
}

fn least_of_class(length: usize) -> usize {
    TOKEN_CLASSES.into_iter().rev().find(|least| *least <= length).unwrap_or(0)
}
