//! From what a check notes to a finding: its place in the file, the line of the spec,
//! the exchange in short.

use super::case::{Case, Cases};
use super::lines::line_of;
use super::short;
use crate::diagnostic::Location;
use crate::evidence::{Check, CheckVerdict, Finding, SpecLine};
use crate::spec::{Level, Spec};

/// How long a value from outside may be in a finding, in characters.
const SHOWN: usize = 300;

/// What a check says of one exchange, walk or recording.
#[derive(Default)]
pub(super) struct Judgement<'a> {
    /// How often it was exercised; 0: nothing touched it.
    pub(super) cases: u64,
    /// What it has to say.
    pub(super) notes: Vec<Note<'a>>,
}

impl<'a> Judgement<'a> {
    /// Nothing touched the check.
    pub(super) fn untouched() -> Self {
        Self::default()
    }

    /// It held, that often.
    pub(super) fn held(cases: u64) -> Self {
        Self { cases, notes: Vec::new() }
    }

    /// It did not hold.
    pub(super) fn broken(note: Note<'a>) -> Self {
        Self::of(1, vec![note])
    }

    /// It was exercised that often, and notes this.
    pub(super) fn of(cases: u64, notes: Vec<Note<'a>>) -> Self {
        Self { cases: cases.max(notes.len() as u64), notes }
    }
}

/// Where in an exchange something stands.
#[derive(Clone)]
pub(super) enum Part {
    /// The request.
    Request,
    /// The response: status and headers.
    Response,
    /// A JSON pointer into the response's body.
    Body(String),
}

/// What a check notes.
pub(super) struct Note<'a> {
    message: String,
    place: Option<(usize, Part)>,
    location: Location,
    level: Option<Level>,
    verdict: Option<CheckVerdict>,
    expected: Option<String>,
    found: Option<String>,
    spec: Option<(&'a Spec, u32)>,
    help: Option<String>,
}

impl<'a> Note<'a> {
    /// What is wrong: lower case, no full stop.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: None,
            location: Location::default(),
            level: None,
            verdict: None,
            expected: None,
            found: None,
            spec: None,
            help: None,
        }
    }

    /// In which exchange, by index, and where in it.
    pub(super) fn at(mut self, exchange: usize, part: Part) -> Self {
        self.place = Some((exchange, part));
        self
    }

    /// Where, if it is in no exchange.
    pub(super) fn in_file(mut self, location: Location) -> Self {
        self.location = location;
        self
    }

    /// The level, where the case has its own.
    pub(super) fn level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    /// The verdict, where it is not the one of the level.
    pub(super) fn counts_as(mut self, verdict: CheckVerdict) -> Self {
        self.verdict = Some(verdict);
        self
    }

    pub(super) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(shorten(&expected.into()));
        self
    }

    pub(super) fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(shorten(&found.into()));
        self
    }

    /// The line of the spec that says so.
    pub(super) fn by(mut self, spec: &'a Spec, line: u32) -> Self {
        self.spec = Some((spec, line));
        self
    }

    /// The line of a key in the part of the spec that begins on a line.
    pub(super) fn by_key(self, spec: &'a Spec, begin: u32, key: &str) -> Self {
        self.by(spec, line_of_key(spec, begin, key))
    }

    /// The line of the first of these keys that begins a line of the spec, wherever it stands.
    pub(super) fn by_word(self, spec: &'a Spec, keys: &[&str]) -> Self {
        let begins =
            |line: &str, key: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.starts_with(':'));
        let line = |key: &&str| spec.text.lines().position(|line| begins(line, key));
        match keys.iter().find_map(line).and_then(|line| u32::try_from(line + 1).ok()) {
            Some(line) => self.by(spec, line),
            None => self,
        }
    }

    /// What to do.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A text cut to what a finding shows of it.
pub(super) fn shorten(text: &str) -> String {
    let length = text.chars().count();
    if length <= SHOWN {
        return text.to_owned();
    }
    let begin: String = text.chars().take(SHOWN).collect();
    format!("{begin}… ({length} characters)")
}

pub(super) fn to_finding(cases: &Cases<'_>, check: &'static Check, note: Note<'_>) -> Finding {
    let level = note.level.unwrap_or(check.level);
    let case = note.place.as_ref().map(|(index, _)| &cases.exchanges[*index]);
    let location = match &note.place {
        Some((index, part)) => location(cases, *index, part),
        None => in_recording(cases, note.location),
    };
    Finding {
        check,
        level,
        verdict: note.verdict.unwrap_or_else(|| CheckVerdict::of_broken(level)),
        subject: cases.evidence.subject.name.clone(),
        scenario: cases.evidence.run.map(|run| run.scenario.to_owned()),
        exchange: case.and_then(|case| exchange(cases, case)),
        in_short: case.map(short::exchange),
        message: note.message,
        expected: note.expected,
        found: note.found,
        location,
        spec: note.spec.map(|(spec, line)| spec_line(spec, line)),
        help: note.help,
        known: None,
    }
}

/// Which exchange it is: by its id in a recording, by its number in the run of a client.
fn exchange(cases: &Cases<'_>, case: &Case<'_>) -> Option<String> {
    match cases.evidence.run {
        Some(run) => Some(format!("request {} of {}", case.index + 1, run.arrivals.len().max(cases.exchanges.len()))),
        None => Some(case.exchange.id.clone()).filter(|id| !id.is_empty()),
    }
}

/// A place in the recording; the whole file, if nothing is said.
fn in_recording(cases: &Cases<'_>, location: Location) -> Location {
    let file = cases.evidence.recording.map(|_| cases.evidence.subject.name.clone());
    Location { file: location.file.clone().or(file), ..location }
}

/// The line of a key among its siblings, the first of which stands on a line; that line, if it is not found.
fn line_of_key(spec: &Spec, begin: u32, key: &str) -> u32 {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut lines = spec.text.lines().zip(1..).skip(begin.saturating_sub(1) as usize);
    let Some((first, _)) = lines.clone().next() else { return begin };
    lines
        .by_ref()
        .take_while(|(line, _)| line.trim().is_empty() || indent(line) >= indent(first))
        .find(|(line, _)| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.starts_with(':')))
        .map_or(begin, |(_, number)| number)
}

fn spec_line(spec: &Spec, line: u32) -> SpecLine {
    let text = spec.text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
    SpecLine { file: spec.file.clone(), line, text: shorten(text.trim()) }
}

fn location(cases: &Cases<'_>, index: usize, part: &Part) -> Location {
    let mut location = match cases.evidence.places.get(index) {
        Some(place) => {
            let line = match part {
                Part::Request => place.request_line,
                Part::Response => place.response_line,
                Part::Body(pointer) => match (place.body_line, cases.exchanges[index].reading.body.json()) {
                    (Some(first), Some(body)) => first + line_of(body, pointer),
                    (Some(line), None) => line,
                    (None, _) => place.response_line,
                },
            };
            Location { file: Some(cases.evidence.subject.name.clone()), line: Some(line), ..Location::default() }
        }
        None => Location::default(),
    };
    if let Part::Body(pointer) = part {
        location.pointer = Some(pointer.clone());
    }
    location
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::compile;

    #[test]
    fn finds_the_line_of_a_key_among_its_siblings_only() {
        let text = include_str!("../../tests/data/checks/specs/list-books.yaml");
        let spec = compile("list-books.yaml", text).unwrap();
        let line =
            |begin: u32, key: &str| text.lines().nth(line_of_key(&spec, begin, key) as usize - 1).unwrap().trim();
        let paging = spec.pagination.as_ref().unwrap().line;

        assert_eq!(line(spec.http.line, "success"), "success: 200");
        assert_eq!(line(paging, "identity"), "identity: [title]");
        assert_eq!(line_of_key(&spec, paging, "shelf"), paging);
        assert_eq!(line_of_key(&spec, 10_000, "shelf"), 10_000);
    }

    #[test]
    fn shows_the_beginning_of_a_long_value_and_its_length() {
        assert_eq!(shorten(&"é".repeat(SHOWN)), "é".repeat(SHOWN));
        assert_eq!(shorten(&"é".repeat(SHOWN + 1)), format!("{}… (301 characters)", "é".repeat(SHOWN)));
    }
}
