//! Shapes of a model as types of a spec: named where they have a name worth keeping, else written where they are used.

use super::former::{Former, Known, Step};
use super::model::{Shapes, flag, members, number_of, shape_of, text_of, texts_of};
use super::survey::{Surveyor, extended};
use super::write::{Piece, text, word};
use crate::diagnostic::Diagnostic;
use crate::message::Json;
use crate::spec::{Pattern, Sensitivity, TimestampFormat};

/// The greatest whole number that is safe in every JSON, where a model leaves an end open.
const OPEN_END: &str = "9007199254740991";

/// The same for numbers with a fraction, which the format spells without an exponent.
const MOST: &str = "1000000000000000000000000000000";
const LEAST: &str = "-1000000000000000000000000000000";

/// How long the name of a type may be.
const MAX_NAME: usize = 100;

/// The entries of a mapping.
pub(super) type Entries = Vec<(String, Piece)>;

/// Writes the types that members refer to.
pub(super) struct Types<'a, 'm> {
    pub(super) surveyor: Surveyor<'a, 'm>,
    /// The named types met so far; those behind `done` are to be written.
    named: Vec<String>,
    /// The patterns that the engine cannot run, with why.
    pub(super) unenforced: Vec<String>,
}

impl<'a, 'm> Types<'a, 'm> {
    pub(super) fn new(surveyor: Surveyor<'a, 'm>) -> Self {
        Self { surveyor, named: Vec::new(), unenforced: Vec::new() }
    }

    fn shapes(&self) -> &'a Shapes<'m> {
        self.surveyor.shapes
    }

    fn former(&self) -> Option<&'a Former> {
        self.surveyor.former
    }

    /// All named types that were met, and those that these meet.
    pub(super) fn definitions(&mut self) -> Result<Entries, Diagnostic> {
        let mut definitions = Entries::new();
        while let Some(name) = self.named.get(definitions.len()).cloned() {
            let path = self.surveyor.survey.path_of(&name).unwrap_or_default().to_vec();
            let mut entries = self.written(&name, &path, TimestampFormat::EpochSeconds)?;
            if let Some(sensitivity) = self.surveyor.survey.common_sensitivity(&name) {
                let before_note = entries.iter().position(|(key, _)| key == "note").unwrap_or(entries.len());
                entries.insert(before_note, of_sensitivity(sensitivity));
            }
            if let Some(note) = self.former().and_then(|former| former.note_of_type(&type_name(&name))) {
                set_note(&mut entries, &note);
            }
            definitions.push((type_name(&name), Piece::Flow(entries)));
        }
        Ok(definitions)
    }

    /// The members of a structure; `place` says what stands before a member's type.
    pub(super) fn members(
        &mut self,
        structure: &Json,
        path_of: impl Fn(&str) -> Vec<Step>,
        place: impl Fn(&str, &Json) -> Result<(Entries, TimestampFormat), Diagnostic>,
    ) -> Result<Entries, Diagnostic> {
        let required = texts_of(structure, "required");
        let mut written = Entries::new();
        for (key, member) in members(structure.get("members")) {
            let path = path_of(&key);
            refuse_features(&path, member)?;
            let (mut entries, format) = place(&key, member)?;
            let format = time_format(member).unwrap_or(format);
            entries.extend(self.of_use(member, &path, format)?);
            if required.iter().any(|name| *name == key) || is_in_path(member) {
                entries.push(("required".to_owned(), word(true)));
            }
            if let Some(name) = wire_name(member).filter(|name| *name != key) {
                entries.push(("name".to_owned(), text(&name)));
            }
            self.keep(&mut entries, &path);
            written.push((key.into_owned(), Piece::Flow(entries)));
        }
        Ok(written)
    }

    /// What people said of a member.
    fn keep(&self, entries: &mut Entries, path: &[Step]) {
        let Some(Known { match_ignore, note, .. }) = self.former().and_then(|former| former.find(path)) else { return };
        if match_ignore {
            entries.push(("match".to_owned(), word("ignore")));
        }
        if let Some(note) = note {
            set_note(entries, &note);
        }
    }

    /// The type of a use, by name or written out.
    fn of_use(&mut self, member: &Json, path: &[Step], format: TimestampFormat) -> Result<Entries, Diagnostic> {
        let name = shape_of(member).unwrap_or_default();
        let shape = self.shapes().get(&name)?;
        let sensitivity = if is_scalar(shape) { self.surveyor.sensitivity(shape, &name, path) } else { None };
        if !self.is_named(shape, &name) {
            let mut entries = self.written(&name, path, format)?;
            entries.extend(sensitivity.map(of_sensitivity));
            return Ok(entries);
        }
        if !self.named.iter().any(|known| *known == name) {
            self.named.push(name.clone().into_owned());
        }
        let mut entries = vec![("type".to_owned(), text(&type_name(&name)))];
        let of_type = self.surveyor.survey.common_sensitivity(&name);
        let is_by_member = path.last().is_some_and(|step| step.key().is_some());
        entries.extend(sensitivity.filter(|own| is_by_member && Some(*own) != of_type).map(of_sensitivity));
        Ok(entries)
    }

    /// Whether a shape gets a name: what has members or values, what constrains a text, what is used more than once.
    fn is_named(&self, shape: &Json, name: &str) -> bool {
        match text_of(shape, "type").as_deref() {
            Some("structure") => !flag(shape, "document"),
            Some("list" | "map") => self.surveyor.survey.is_shared(name),
            Some("string" | "character") => {
                ["enum", "pattern", "min", "max"].iter().any(|key| shape.get(key).is_some())
            }
            _ => false,
        }
    }

    /// A type written out.
    fn written(&mut self, name: &str, path: &[Step], format: TimestampFormat) -> Result<Entries, Diagnostic> {
        let shape = self.shapes().get(name)?;
        let kind = text_of(shape, "type").unwrap_or_default();
        let of_type = |word_: &str| vec![("type".to_owned(), word(word_))];
        Ok(match kind.as_ref() {
            "string" | "character" if shape.get("enum").is_some() => {
                let values = texts_of(shape, "enum").iter().map(|value| text(value)).collect();
                vec![("type".to_owned(), word("enum")), ("values".to_owned(), Piece::List(values))]
            }
            "string" | "character" => {
                let mut entries = of_type("string");
                entries.extend(ends(shape, "length", "0", OPEN_END));
                self.pattern(shape, name, &mut entries);
                entries
            }
            "byte" | "short" | "integer" => number("integer", shape, "-2147483648", "2147483647"),
            "long" | "biginteger" => number("long", shape, "-9223372036854775808", "9223372036854775807"),
            "float" => number("float", shape, LEAST, MOST),
            "double" | "bigdecimal" => number("double", shape, LEAST, MOST),
            "boolean" => of_type("boolean"),
            "blob" => {
                let mut entries = of_type("blob");
                entries.extend(ends(shape, "length", "0", OPEN_END));
                entries
            }
            "timestamp" => {
                let own = time_format(shape).unwrap_or(format);
                let mut entries = of_type("timestamp");
                if own != format || time_format(shape).is_some() {
                    entries.push(("format".to_owned(), word(format_word(own))));
                }
                entries
            }
            "structure" if flag(shape, "document") => of_type("document"),
            "structure" => self.structure(shape, path)?,
            "list" => self.list(shape, path)?,
            "map" => self.map(shape, path)?,
            other => {
                return Err(Diagnostic::new(format!("the shape {name} is of the unknown type \"{other}\"")));
            }
        })
    }

    fn structure(&mut self, shape: &Json, path: &[Step]) -> Result<Entries, Diagnostic> {
        let kind = if flag(shape, "union") { "union" } else { "structure" };
        let nowhere = |_: &str, _: &Json| Ok((Entries::new(), TimestampFormat::EpochSeconds));
        let members = self.members(shape, |key| extended(path, Step::Member(key.to_owned())), nowhere)?;
        Ok(vec![("type".to_owned(), word(kind)), ("members".to_owned(), Piece::Flow(members))])
    }

    fn list(&mut self, shape: &Json, path: &[Step]) -> Result<Entries, Diagnostic> {
        let of = self.inner(shape.get("member"), extended(path, Step::Item))?;
        let mut entries = vec![("type".to_owned(), word("list")), ("of".to_owned(), of)];
        entries.extend(ends(shape, "length", "0", OPEN_END));
        Ok(entries)
    }

    fn map(&mut self, shape: &Json, path: &[Step]) -> Result<Entries, Diagnostic> {
        let keys = self.inner(shape.get("key"), extended(path, Step::Key))?;
        let values = self.inner(shape.get("value"), extended(path, Step::Value))?;
        let mut entries =
            vec![("type".to_owned(), word("map")), ("keys".to_owned(), keys), ("values".to_owned(), values)];
        entries.extend(ends(shape, "length", "0", OPEN_END));
        Ok(entries)
    }

    /// The type of what a list or map holds: its name alone where that says all.
    fn inner(&mut self, member: Option<&Json>, path: Vec<Step>) -> Result<Piece, Diagnostic> {
        let member = member.unwrap_or(&Json::Null);
        let entries = self.of_use(member, &path, TimestampFormat::EpochSeconds)?;
        Ok(match entries.as_slice() {
            [(key, only)] if key == "type" => only.clone(),
            _ => Piece::Flow(entries),
        })
    }

    /// A pattern; one that the engine cannot run becomes a note that it is not enforced.
    fn pattern(&mut self, shape: &Json, name: &str, entries: &mut Entries) {
        let Some(pattern) = text_of(shape, "pattern") else { return };
        if let Some(rest) = pattern.trim_start_matches('^').strip_prefix(r"\p{ASCII}") {
            let is_count = |rest: &str| rest.starts_with('{') && rest.ends_with('}');
            let rest = rest.trim_end_matches('$');
            if ["*", "+", ""].contains(&rest) || is_count(rest) {
                entries.push(("charset".to_owned(), word("ascii")));
                return;
            }
        }
        match Pattern::new(&pattern) {
            Ok(_) => entries.push(("pattern".to_owned(), text(&pattern))),
            Err(why) => {
                set_note(entries, &format!("the pattern {pattern} is not enforced: it {why}"));
                self.unenforced.push(format!("the pattern of {name} is not enforced: it {why}"));
            }
        }
    }
}

fn number(word_: &str, shape: &Json, least: &str, most: &str) -> Entries {
    let mut entries = vec![("type".to_owned(), word(word_))];
    entries.extend(ends(shape, "range", least, most));
    entries
}

/// The least and the most of a shape, where it has one of them.
fn ends(shape: &Json, key: &str, least: &str, most: &str) -> Option<(String, Piece)> {
    let (min, max) = (number_of(shape, "min"), number_of(shape, "max"));
    if min.is_none() && max.is_none() {
        return None;
    }
    let plain = |number: &str| match number.parse::<f64>() {
        Ok(value) if number.contains(['e', 'E', '.']) => value.to_string(),
        _ => number.to_owned(),
    };
    let pair = vec![word(plain(min.unwrap_or(least))), word(plain(max.unwrap_or(most)))];
    Some((key.to_owned(), Piece::List(pair)))
}

fn of_sensitivity(sensitivity: Sensitivity) -> (String, Piece) {
    ("sensitivity".to_owned(), word(sensitivity.as_str()))
}

fn set_note(entries: &mut Entries, note: &str) {
    entries.retain(|(key, _)| key != "note");
    entries.push(("note".to_owned(), text(note)));
}

/// Whether a shape holds no others: what is sensitive of those is theirs.
fn is_scalar(shape: &Json) -> bool {
    match text_of(shape, "type").as_deref() {
        Some("list" | "map") => false,
        Some("structure") => flag(shape, "document"),
        _ => true,
    }
}

fn is_in_path(member: &Json) -> bool {
    text_of(member, "location").as_deref() == Some("uri")
}

fn wire_name(member: &Json) -> Option<String> {
    text_of(member, "locationName").map(std::borrow::Cow::into_owned)
}

/// How the times of a member or shape are spelled, where the model says it.
fn time_format(json: &Json) -> Option<TimestampFormat> {
    match text_of(json, "timestampFormat")?.as_ref() {
        "iso8601" => Some(TimestampFormat::DateTime),
        "rfc822" => Some(TimestampFormat::HttpDate),
        _ => Some(TimestampFormat::EpochSeconds),
    }
}

fn format_word(format: TimestampFormat) -> &'static str {
    match format {
        TimestampFormat::EpochSeconds => "epoch-seconds",
        TimestampFormat::DateTime => "date-time",
        TimestampFormat::HttpDate => "http-date",
    }
}

/// The name of a type: not that of a kind of types, and not longer than a line.
fn type_name(shape: &str) -> String {
    let is_taken = crate::spec::compile::vocabulary::PRIMITIVES.iter().any(|(word, _)| *word == shape);
    match shape.get(..MAX_NAME) {
        _ if is_taken => format!("{shape}_"),
        // What is cut off of a long name still tells it from others.
        Some(begin) if shape.len() > MAX_NAME => {
            let number = shape.bytes().fold(5381_u32, |sum, byte| sum.wrapping_mul(33) ^ u32::from(byte));
            format!("{begin}_{number:08x}")
        }
        _ => shape.to_owned(),
    }
}

/// Features of members that no spec can say.
fn refuse_features(path: &[Step], member: &Json) -> Result<(), Diagnostic> {
    for (key, feature) in [
        ("jsonvalue", "is JSON inside a header"),
        ("eventstream", "is a stream of events"),
        ("hostLabel", "is a part of the host"),
    ] {
        if flag(member, key) {
            let what = format!("the member {} {feature}, which is not supported", Step::show(path));
            return Err(Diagnostic::new(what));
        }
    }
    Ok(())
}
