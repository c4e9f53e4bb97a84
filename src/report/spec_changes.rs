//! What differs between two specs, shown: by class, the worst first.

use super::Style;
use super::paint::{Ink, Paint};
use crate::diagnostic::escape;
use crate::spec::{Change, Class};
use serde::Serialize;

/// The version of the JSON form.
const VERSION: u32 = 1;

/// The changes as text for people.
pub fn spec_changes_as_text(changes: &[Change], style: &Style) -> String {
    let paint = Paint { color: style.color };
    if changes.is_empty() {
        return "nothing differs\n".to_owned();
    }
    let mut text = String::new();
    for class in Class::ALL {
        for change in changes.iter().filter(|change| change.class == class) {
            let ink = match class {
                Class::Breaking => Ink::Bad,
                Class::Additive => Ink::Doubtful,
                Class::Data => Ink::Faint,
            };
            let word = paint.word(ink, &format!("{:8}", class.as_str()));
            let Change { operation, place, what, .. } = change;
            text.push_str(&format!("{word}  {}  {}: {}\n", escape(operation), escape(place), escape(what)));
        }
    }
    let count = |class| changes.iter().filter(|change| change.class == class).count();
    let counts: Vec<String> = Class::ALL.map(|class| format!("{} {class}", count(class))).to_vec();
    text + &counts.join(", ") + "\n"
}

/// The changes as JSON for programs.
pub fn spec_changes_as_json(changes: &[Change]) -> String {
    let entry = |change: &Change| Entry {
        class: change.class.as_str(),
        operation: escape(&change.operation).into_owned(),
        place: escape(&change.place).into_owned(),
        what: escape(&change.what).into_owned(),
    };
    let document = Document {
        retake: env!("CARGO_PKG_VERSION"),
        spec_diff: VERSION,
        changes: changes.iter().map(entry).collect(),
    };
    serde_json::to_string_pretty(&document).expect("the changes are texts") + "\n"
}

#[derive(Serialize)]
struct Document {
    retake: &'static str,
    spec_diff: u32,
    changes: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    class: &'static str,
    operation: String,
    place: String,
    what: String,
}
