//! The family of enum values: those that the spec lists, and others, which will come one day.

use super::Family;
use super::draft::{Draft, Drafts};
use super::material::Material;
use super::name::kebab;
use super::place::Place;
use super::reply::Next;
use crate::evidence::{ExpectedError, Probe};
use crate::message::Json;
use crate::message::json::Text;
use crate::spec::Kind;

/// A value that no service will ever send: what looks like a guess stays one.
const UNKNOWN: &str = "RETAKE_UNKNOWN_Q7X2M9KD";

/// What a value of another type is.
const NUMBER: &str = "3";

/// The cases behind the modelled values; a value that is called so is told apart.
const HOSTILE: [&str; 5] = ["unknown", "empty", "wrong-case", "null", "wrong-type"];

/// The checks of a value that the spec does not list.
const UNLISTED: &[&str] =
    &["enum.unknown-survives", "enum.unknown-isolated", "enum.unknown-not-aliased", "enum.unknown-preserved"];

pub(super) fn derive(material: &Material<'_>) -> Family {
    let mut drafts = Drafts::new(material, "enum");
    let fields = fields(material);
    if fields.is_empty() {
        let what = if material.listing().is_some() { "no item" } else { "no answer's body" };
        return drafts.empty(format!("{what} has a member of an enum"));
    }
    for field in &fields {
        field.known_values(&mut drafts);
        field.unlisted_values(&mut drafts);
        field.no_values(&mut drafts);
    }
    drafts.finish()
}

/// An enum, and the first place where a value of it stands.
struct Field {
    name: String,
    place: Place,
    values: Vec<String>,
}

/// Each enum once.
fn fields(material: &Material<'_>) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for place in material.places() {
        let shape = material.shape(&place);
        let Kind::Enum(values) = &shape.kind else { continue };
        if fields.iter().any(|field| field.place.shape == place.shape) {
            continue;
        }
        let name = shape.name.as_deref().or(place.key.as_deref()).unwrap_or("value");
        fields.push(Field { name: kebab(name), values: values.clone(), place });
    }
    fields
}

impl Field {
    fn known_values(&self, drafts: &mut Drafts<'_, '_>) {
        for value in &self.values {
            let mut word = kebab(value);
            if HOSTILE.contains(&word.as_str()) {
                word.push_str("-value");
            }
            let draft = self.draft(drafts, &word, &["enum.known-value"], Json::string(value));
            let expects = format!("success, {value} as itself");
            drafts.add(draft.expects(expects).why("the spec lists it: a client that does not know it is out of date"));
        }
    }

    fn unlisted_values(&self, drafts: &mut Drafts<'_, '_>) {
        let cases = [
            (
                "unknown",
                Some(UNKNOWN.to_owned()),
                "services add values: a client must live through one it has never seen",
            ),
            ("empty", Some(String::new()), "an empty text is a value too, and none that is known"),
            (
                "wrong-case",
                self.in_another_case(),
                "values are compared letter by letter: another case is another value",
            ),
        ];
        for (case, value, why) in cases {
            let word = format!("{}-{case}", self.name);
            match value.filter(|value| !self.values.contains(value)) {
                Some(value) => {
                    let draft = self.draft(drafts, case, UNLISTED, Json::string(&value));
                    let expects = format!("success, all else intact, \"{value}\" readable and taken for no other");
                    drafts.add(draft.expects(expects).why(why));
                }
                None => drafts.leave_out(&word, "the spec lists every value that this could be"),
            }
        }
    }

    fn no_values(&self, drafts: &mut Drafts<'_, '_>) {
        let null = self.draft(drafts, "null", &["shape.null-optional"], Json::Null);
        let null = match self.place.is_required {
            true => {
                null.error(ExpectedError::default()).expects("success without a value of the enum there, or an error")
            }
            false => null.expects("success, as if the member were not there"),
        };
        drafts.add(null.why("null stands for nothing: it must not become a value"));

        let number = Json::Number(NUMBER.to_owned());
        let takes = vec![number.clone(), Json::string(NUMBER), unknown(NUMBER)];
        let wrong = self.draft_taking(drafts, "wrong-type", &["shape.wrong-type"], number, takes);
        let wrong = wrong.error(ExpectedError::default());
        let wrong = wrong.expects(format!("an error, or {NUMBER} as it was sent"));
        drafts.add(wrong.why("a number where a text should be must not turn into another value, nor vanish"));
    }

    /// The first value with its letters in the other case.
    fn in_another_case(&self) -> Option<String> {
        let first = self.values.first()?;
        let lower = first.to_lowercase();
        let other = if lower == *first { first.to_uppercase() } else { lower };
        (other != *first).then_some(other)
    }

    fn draft(&self, drafts: &Drafts<'_, '_>, case: &str, judges: &[&'static str], value: Json) -> Draft {
        self.draft_taking(drafts, case, judges, value.clone(), vec![value])
    }

    /// One page, in the middle of which the value stands.
    fn draft_taking(
        &self,
        drafts: &Drafts<'_, '_>,
        case: &str,
        judges: &[&'static str],
        value: Json,
        takes: Vec<Json>,
    ) -> Draft {
        let material = drafts.material;
        let mut units = material.units(0, 3);
        let item = units.len() / 2;
        units[item] = match material.unit_members() {
            Some(_) => material.unit_with(item as u64, &self.place, value),
            None => value,
        };
        let probe = Probe {
            item,
            pointer: self.place.pointer.clone(),
            takes,
            modelled: self.values.clone(),
            is_required: self.place.is_required,
        };
        let draft = drafts.draft(format!("{}-{case}", self.name), judges);
        let draft = draft.answer(None, material.success(&units, Next::Absent)).hostile();
        draft.success(drafts.success_of(&units)).probe(probe)
    }
}

/// A value that a client hands out in a wrapper for what it does not know.
fn unknown(value: &str) -> Json {
    Json::Object(vec![(Text::new("$unknown"), Json::string(value))])
}
