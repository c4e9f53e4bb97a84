//! What is written in place of a value, and what was written so far.
//!
//! One scribe serves a recording; another one, at a commit, writes everything
//! anew in the order of the cassette; a third only looks, so that the order can be
//! found without the stand-ins.

use super::clock::Clock;
use super::detect;
use super::stand_ins::StandIns;
use super::summary::Summary;
use crate::spec::Spec;

/// The most digits of an error type that is kept: names of errors have few, key ids and hashes many.
const DIGITS_OF_A_NAME: usize = 4;

/// Which of the three passes it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// Real values become stand-ins.
    Redact,
    /// Stand-ins become others, numbered anew.
    Renumber,
    /// Stand-ins become nothing, and are told.
    Blank,
}

/// The state of a pass.
pub(super) struct Scribe {
    pub(super) pass: Pass,
    pub(super) names: StandIns,
    pub(super) clock: Clock,
    pub(super) summary: Summary,
    /// What a blanking pass took out, in order.
    pub(super) blanked: Vec<String>,
    /// The times that a blanking pass took out, in order.
    pub(super) times: Vec<String>,
}

impl Scribe {
    pub(super) fn new(pass: Pass, clock: Clock) -> Self {
        Self {
            pass,
            names: StandIns::default(),
            clock,
            summary: Summary::default(),
            blanked: Vec::new(),
            times: Vec::new(),
        }
    }

    /// What stands for a value: what was given for it in its scope, or the next text of a series.
    pub(super) fn substitute(
        &mut self,
        scope: &str,
        series: &str,
        value: &str,
        make: impl FnMut(u64) -> Option<String>,
    ) -> String {
        if self.pass == Pass::Blank {
            self.blanked.push(format!("{scope}\0{value}"));
            return String::new();
        }
        match self.names.get(scope, value) {
            Some(known) => known.to_owned(),
            None => self.names.give(scope, series, value, make),
        }
    }

    /// What stands for a value that a blanking pass took out, if it was given something.
    pub(super) fn known(&self, blanked: &str) -> Option<&str> {
        let (scope, value) = blanked.split_once('\0')?;
        self.names.get(scope, value)
    }

    /// The ordinal of a thing that has no text of its own.
    pub(super) fn ordinal(&mut self, series: &str, value: &str, spell: impl Fn(u64) -> String) -> String {
        self.ordinal_where(series, value, |ordinal| Some(spell(ordinal)))
    }

    /// The same, where some ordinals cannot be spelled.
    pub(super) fn ordinal_where(&mut self, series: &str, value: &str, spell: impl Fn(u64) -> Option<String>) -> String {
        // Texts are told apart by their series: the first call and the first session are both "1".
        let make = |ordinal| Some(format!("{series}\0{}", spell(ordinal)?));
        let text = self.substitute(series, series, value, make);
        text.split_once('\0').map(|(_, text)| text.to_owned()).unwrap_or_default()
    }

    /// An error type: itself if it looks like one, less its URI and namespace.
    pub(super) fn error_type(&mut self, spec: Option<&Spec>, stated: &str) -> String {
        let name = stated.split(':').next().unwrap_or_default();
        let name = name.rsplit('#').next().unwrap_or_default().trim();
        if name.is_empty() {
            // It names nothing; whether it says something all the same is a difference.
            return if stated.trim().is_empty() { String::new() } else { ":".to_owned() };
        }
        if is_declared(spec, name) || is_error_name(name) {
            return name.to_owned();
        }
        self.ordinal("UnmodelledError", name, |ordinal| format!("UnmodelledError{ordinal}"))
    }

    /// A request id: its ordinal, in its form.
    pub(super) fn request_id(&mut self, id: &str) -> String {
        let is_uuid = id.len() == 36 && id.bytes().filter(|byte| *byte == b'-').count() == 4;
        self.ordinal("request-id", id, |ordinal| match is_uuid {
            true => format!("00000000-0000-4000-8000-{ordinal:012}"),
            false => format!("{ordinal:016}"),
        })
    }

    /// What is left of free text that nothing compares: its length.
    pub(super) fn free_text(&self, text: &str) -> String {
        if self.pass != Pass::Redact || text.is_empty() {
            return text.to_owned();
        }
        format!("redacted free text, {} characters", text.chars().count())
    }
}

fn is_declared(spec: Option<&Spec>, name: &str) -> bool {
    use crate::spec::DeviationTarget::Error;
    spec.is_some_and(|spec| {
        spec.error(name).is_some() || spec.deviations.iter().any(|deviation| deviation.target == Error(name.to_owned()))
    })
}

/// Whether it looks like the name of an error, and not like one that a scribe made up.
fn is_error_name(name: &str) -> bool {
    let is_made_up =
        name.strip_prefix("UnmodelledError").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    name.len() <= 64
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && is_of_words(name)
        && !is_made_up
        // A key id may have few digits.
        && detect::scan(name).is_empty()
}

/// Whether letters and digits change as they do in words: what is random, or coded, changes almost everywhere.
fn is_of_words(name: &str) -> bool {
    let kind = |byte: u8| (byte.is_ascii_digit(), byte.is_ascii_uppercase());
    let changes = name.as_bytes().windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
    match name.bytes().filter(u8::is_ascii_digit).count() {
        0 => changes <= name.len() / 3 + 3,
        1..=DIGITS_OF_A_NAME => changes <= name.len() / 4 + 2,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scribe() -> Scribe {
        Scribe::new(Pass::Redact, Clock::of_recording())
    }

    #[test]
    fn keeps_error_types_that_look_like_one() {
        let mut scribe = scribe();

        assert_eq!(scribe.error_type(None, "ThrottlingException"), "ThrottlingException");
        assert_eq!(scribe.error_type(None, "com.amazon#Busy:http://internal.amazon.com/x"), "Busy");
        assert_eq!(scribe.error_type(None, "see account 123"), "UnmodelledError1");
        assert_eq!(scribe.error_type(None, "AKIAIOSFODNN7EXAMPLE1234"), "UnmodelledError2");
        assert_eq!(scribe.error_type(None, "UnmodelledError9"), "UnmodelledError3");
        assert_eq!(scribe.error_type(None, "AKIAIOSFODNNXEXAMPLE"), "UnmodelledError4");
        assert_eq!(scribe.error_type(None, "see account 123"), "UnmodelledError1");
        for name in ["NoSuchTagSet", "EC2InstanceError", "S3Exception", "TooManyRequestsException", "throttled"] {
            assert_eq!(scribe.error_type(None, name), name);
        }
        for coded in
            ["YzRuNHJ5ODkwMTIzNDU2Nw", "fmM0bjRyeTg5MDEyMzQ1Njc", "dGhlU2VjcmV0T2ZKYW5lRG9l", "xKcRtYbNwQzPmLsDf"]
        {
            assert!(scribe.error_type(None, coded).starts_with("UnmodelledError"), "{coded}");
        }
        assert_eq!(scribe.error_type(None, " :x"), ":");
        assert_eq!(scribe.error_type(None, " "), "");
    }

    #[test]
    fn numbers_request_ids_in_their_form() {
        let mut scribe = scribe();

        assert_eq!(scribe.request_id("6f1a2b3c-1111-4abc-9def-0123456789ab"), "00000000-0000-4000-8000-000000000001");
        assert_eq!(scribe.request_id("4442587FB7D0A2F9"), "0000000000000002");
        assert_eq!(scribe.request_id("6f1a2b3c-1111-4abc-9def-0123456789ab"), "00000000-0000-4000-8000-000000000001");
    }
}
