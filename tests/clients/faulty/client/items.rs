//! What the caller gets of the pages.

use super::{Client, Fault};
use retake::evidence::{Got, Outcome};
use retake::message::Json;
use retake::message::json::Text;

/// The enums of the items, each by its member, with the values that an old client knows.
const ENUMS: [(&str, &str); 2] = [("imageSetState", "ACTIVE"), ("ImageSetWorkflowStatus", "CREATED")];

impl Client<'_> {
    /// The outcome of a walk that came to its end.
    pub(super) fn end(&self, mut pages: Vec<Vec<Json>>) -> Outcome {
        if self.has(Fault::LosesLastPage) && pages.len() > 1 {
            pages.pop();
        }
        let mut items = pages.concat();
        match self.fault {
            Fault::TurnsItemsRound => items.reverse(),
            Fault::TakesItemsTwice => items = [items.clone(), items].concat(),
            Fault::DropsRepeatedItems => items = without_repetitions(items),
            _ => {}
        }
        Outcome::Ok(Got::Items(items.into_iter().filter_map(|item| self.as_got(item)).collect()))
    }

    /// An item as the caller gets it.
    fn as_got(&self, item: Json) -> Option<Json> {
        let Json::Object(members) = item else { return Some(item) };
        let has_unknown = members.iter().any(|(key, value)| self.is_unknown(&key.decode(), value));
        if self.has(Fault::DropsItemOfUnknownValue) && has_unknown {
            return None;
        }
        let got = members.into_iter().filter_map(|(key, value)| {
            let value = self.value(&key.decode(), value)?;
            Some((key, value))
        });
        // A client has no value for null.
        let mut got: Vec<(Text, Json)> = got.filter(|(_, value)| *value != Json::Null).collect();
        if self.has(Fault::MakesUpMissingFlag) && !got.iter().any(|(key, _)| key.raw() == "isPrimary") {
            got.push((Text::new("isPrimary"), Json::Bool(false)));
        }
        Some(Json::Object(got))
    }

    /// A member as the caller gets it; none if it is lost.
    fn value(&self, name: &str, value: Json) -> Option<Json> {
        match self.fault {
            Fault::TakesUnknownValueForTheFirst if self.is_unknown(name, &value) => {
                let (_, first) = ENUMS.iter().find(|(member, _)| *member == name)?;
                Some(Json::string(first))
            }
            Fault::LosesUnknownValue if self.is_unknown(name, &value) => None,
            Fault::IsOutOfDate if value.as_text().as_deref() == Some("UPDATING_FOR_STUDY_CONSISTENCY") => {
                Some(Json::string("UPDATING"))
            }
            Fault::CutsTimesToSeconds => Some(without_fraction(value)),
            Fault::ForgetsMember if name == "updatedAt" => None,
            Fault::ReadsWrongTypeAsNothing if is_wrong_type(name, &value) => None,
            _ => Some(value),
        }
    }

    /// Whether it is a text that the enum of this member does not have.
    fn is_unknown(&self, name: &str, value: &Json) -> bool {
        let is_enum = ENUMS.iter().any(|(member, _)| *member == name);
        let Some(text) = value.as_text().filter(|_| is_enum) else { return false };
        let list = self.spec.output_member("imageSetPropertiesList").expect("the operation has this list");
        let members = self.spec.item_members(list).expect("its items are structures");
        let member = members.iter().find(|member| member.wire_name == name).expect("its items have this member");
        !retake::spec::conform::check_text(self.spec, member.shape, &text).is_empty()
    }
}

fn is_wrong_type(name: &str, value: &Json) -> bool {
    match name {
        "createdAt" => value.as_text().is_some(),
        "imageSetState" | "ImageSetWorkflowStatus" => matches!(value, Json::Number(_)),
        _ => false,
    }
}

/// A number without what stands behind its point.
fn without_fraction(value: Json) -> Json {
    match &value {
        Json::Number(number) => number.parse::<f64>().map_or(value, |number| Json::Number(number.trunc().to_string())),
        _ => value,
    }
}

fn without_repetitions(items: Vec<Json>) -> Vec<Json> {
    let mut kept: Vec<Json> = Vec::new();
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}
