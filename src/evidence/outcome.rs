//! What a client said came of a scenario: its outcome, as it or its driver wrote it.
//!
//! One JSON object: `{"kind": "ok", "items": […]}`, `{"kind": "ok", "output": {…}}` or
//! `{"kind": "error", "class": …}`. What it does not know is refused, since a misspelled
//! key would be read as something that the client never said.

use super::ChildEnd;
use crate::diagnostic::{Diagnostic, Location, shorten};
use crate::message::Json;
use crate::message::json::Text;
use std::fmt;

/// What a client said came of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The call succeeded, with this.
    Ok(Got),
    /// The call failed.
    Error(Failure),
    /// All that is known is how COMMAND ended.
    Exit(ChildEnd),
}

/// What a call gave its caller; members under their wire names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Got {
    /// The items of a listing, of all pages.
    Items(Vec<Json>),
    /// The output of any other operation.
    Output(Json),
}

/// How a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The class of the failure.
    pub class: ErrorClass,
    /// The error's name, as the caller gets it.
    pub code: Option<String>,
    /// The message, as the caller gets it.
    pub message: Option<String>,
    /// The status; none if the client hides it.
    pub status: Option<u16>,
    /// The items that had arrived.
    pub items: Vec<Json>,
}

/// The classes of failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorClass {
    /// The service's error, of a name that the spec has; throttling included.
    Modelled,
    /// The service's error, of another name or none.
    Unmodelled,
    /// The client refused the input, and sent nothing.
    ClientValidation,
    /// The connection failed.
    Transport,
    /// Nothing came in time.
    Timeout,
    /// The response could not be read.
    Deserialise,
    /// The client's own complaint about the pages.
    Pagination,
    /// None of these.
    Unknown,
}

impl ErrorClass {
    /// Every class.
    pub const ALL: [Self; 8] = [
        Self::Modelled,
        Self::Unmodelled,
        Self::ClientValidation,
        Self::Transport,
        Self::Timeout,
        Self::Deserialise,
        Self::Pagination,
        Self::Unknown,
    ];

    /// The word in an outcome.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Modelled => "modelled",
            Self::Unmodelled => "unmodelled",
            Self::ClientValidation => "client-validation",
            Self::Transport => "transport",
            Self::Timeout => "timeout",
            Self::Deserialise => "deserialise",
            Self::Pagination => "pagination",
            Self::Unknown => "unknown",
        }
    }

    /// The class of a word in an outcome.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == word)
    }

    /// Whether it is the service that answered with an error.
    pub fn is_of_service(self) -> bool {
        matches!(self, Self::Modelled | Self::Unmodelled)
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Outcome {
    /// Reads an outcome from its text.
    pub fn parse(text: &[u8]) -> Result<Self, Diagnostic> {
        let json = Json::parse(text).map_err(|error| {
            Diagnostic::new(format!("the outcome is not JSON: it {}", error.kind))
                .expected("one JSON object, such as {\"kind\": \"ok\", \"items\": []}")
                .found(shorten(&String::from_utf8_lossy(text)).into_owned())
        })?;
        Self::from_json(&json)
    }

    /// Reads an outcome from its JSON.
    pub fn from_json(json: &Json) -> Result<Self, Diagnostic> {
        let Json::Object(_) = json else { return Err(wrong("the outcome is no object", "", "an object", json)) };
        let kind = json.get("kind").and_then(Json::as_text);
        match kind.as_deref() {
            Some("ok") => Members::of(json, &["kind", "items", "output"])?.ok(),
            Some("error") => {
                Members::of(json, &["kind", "class", "code", "message", "status", "items"])?.failure().map(Self::Error)
            }
            Some(_) | None => {
                let found = json.get("kind").map_or_else(|| "none".to_owned(), Json::to_compact);
                Err(Diagnostic::new("the outcome has no known kind")
                    .at(Location::default().with_pointer("/kind"))
                    .expected("\"ok\" or \"error\"")
                    .found(shorten(&found).into_owned()))
            }
        }
    }

    /// Whether the call succeeded, as far as the client said.
    pub fn is_success(&self) -> bool {
        match self {
            Self::Ok(_) => true,
            Self::Error(_) => false,
            Self::Exit(end) => end.is_success(),
        }
    }

    /// The outcome as JSON, for a report: what [`Outcome::from_json`] reads; how COMMAND ended is no outcome there.
    pub fn to_json(&self) -> Option<Json> {
        let text = |text: &Option<String>| text.as_deref().map_or(Json::Null, Json::string);
        let members = match self {
            Self::Ok(Got::Items(items)) => vec![("kind", Json::string("ok")), ("items", Json::Array(items.clone()))],
            Self::Ok(Got::Output(output)) => vec![("kind", Json::string("ok")), ("output", output.clone())],
            Self::Error(failure) => vec![
                ("kind", Json::string("error")),
                ("class", Json::string(failure.class.as_str())),
                ("code", text(&failure.code)),
                ("message", text(&failure.message)),
                ("status", failure.status.map_or(Json::Null, |status| Json::Number(status.to_string()))),
                ("items", Json::Array(failure.items.clone())),
            ],
            Self::Exit(_) => return None,
        };
        Some(Json::Object(members.into_iter().map(|(name, value)| (Text::new(name), value)).collect()))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok(Got::Items(items)) => match items.len() {
                1 => f.write_str("success with 1 item"),
                count => write!(f, "success with {count} items"),
            },
            Self::Ok(Got::Output(_)) => f.write_str("success with an output"),
            Self::Error(failure) => failure.fmt(f),
            Self::Exit(ChildEnd::Exit(code)) => write!(f, "exit code {code}"),
            Self::Exit(ChildEnd::Signal(signal)) => write!(f, "ended by signal {signal}"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an error ({}", self.class)?;
        match &self.code {
            Some(code) => write!(f, ", code {}", shorten(code))?,
            None => f.write_str(", no code")?,
        }
        match self.status {
            Some(status) => write!(f, ", status {status})")?,
            None => f.write_str(", no status)")?,
        }
        // What the service says is known; what the client says itself is where to look.
        match &self.message {
            Some(message) if !self.class.is_of_service() => {
                let words: Vec<&str> = message.split_whitespace().collect();
                write!(f, ": {}", shorten(&words.join(" ")))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// The members of an outcome, all of them known.
struct Members<'j>(&'j Json);

impl<'j> Members<'j> {
    fn of(json: &'j Json, known: &[&str]) -> Result<Self, Diagnostic> {
        let Json::Object(members) = json else { return Ok(Self(json)) };
        for (index, (key, _)) in members.iter().enumerate() {
            let name = key.decode();
            let place = Location::default().with_pointer(format!("/{name}"));
            if !known.contains(&name.as_ref()) {
                let unknown = format!("the outcome has the unknown key \"{}\"", shorten(&name));
                let error = Diagnostic::new(unknown).at(place).expected(known.join(", "));
                return Err(error.suggest(&name, known.iter().copied()));
            }
            if members[..index].iter().any(|(other, _)| other.decode() == name) {
                return Err(Diagnostic::new(format!("the outcome has the key \"{name}\" twice")).at(place));
            }
        }
        Ok(Self(json))
    }

    fn ok(&self) -> Result<Outcome, Diagnostic> {
        match (self.0.get("items"), self.0.get("output")) {
            (Some(items), None) => Ok(Outcome::Ok(Got::Items(self.items(items)?))),
            (None, Some(output @ Json::Object(_))) => Ok(Outcome::Ok(Got::Output(output.clone()))),
            (None, Some(output)) => Err(wrong("the output is no object", "/output", "an object", output)),
            (Some(_), Some(_)) | (None, None) => {
                let found = if self.0.get("items").is_some() { "both" } else { "neither" };
                Err(Diagnostic::new("a success has items or an output")
                    .expected("\"items\" for a listing, \"output\" for any other operation")
                    .found(found))
            }
        }
    }

    fn items(&self, items: &Json) -> Result<Vec<Json>, Diagnostic> {
        match items {
            Json::Array(items) => Ok(items.clone()),
            other => Err(wrong("the items are no array", "/items", "an array", other)),
        }
    }

    fn failure(&self) -> Result<Failure, Diagnostic> {
        let failure = Failure {
            class: self.class()?,
            code: self.text("code")?,
            message: self.text("message")?,
            status: self.status()?,
            items: match self.0.get("items") {
                None | Some(Json::Null) => Vec::new(),
                Some(items) => self.items(items)?,
            },
        };
        if failure.class == ErrorClass::Modelled && failure.code.is_none() {
            return Err(Diagnostic::new("an error of class \"modelled\" has a code")
                .at(Location::default().with_pointer("/code"))
                .expected("the name of an error that the spec has")
                .found("none")
                .help("if the client hides the name, the class is \"unmodelled\""));
        }
        Ok(failure)
    }

    fn class(&self) -> Result<ErrorClass, Diagnostic> {
        let words = ErrorClass::ALL.map(ErrorClass::as_str);
        let Some(value) = self.0.get("class") else {
            let error = Diagnostic::new("an error has a class").at(Location::default().with_pointer("/class"));
            return Err(error.expected(words.join(", ")).found("none"));
        };
        let word = value.as_text();
        word.as_deref().and_then(ErrorClass::parse).ok_or_else(|| {
            let error = wrong("the class of the error is not known", "/class", &words.join(", "), value);
            error.suggest(word.as_deref().unwrap_or_default(), words)
        })
    }

    fn text(&self, name: &str) -> Result<Option<String>, Diagnostic> {
        match self.0.get(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.decode().into_owned())),
            Some(other) => {
                let what = format!("the {name} of the error is no text");
                Err(wrong(&what, &format!("/{name}"), "a string or null", other))
            }
        }
    }

    fn status(&self) -> Result<Option<u16>, Diagnostic> {
        let value = match self.0.get("status") {
            None | Some(Json::Null) => return Ok(None),
            Some(value) => value,
        };
        let status = match value {
            Json::Number(number) => number.parse().ok().filter(|status| (100..=599).contains(status)),
            Json::Null | Json::Bool(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => None,
        };
        let error = || wrong("the status of the error is none", "/status", "a number from 100 to 599, or null", value);
        status.map(Some).ok_or_else(error)
    }
}

fn wrong(what: &str, pointer: &str, expected: &str, found: &Json) -> Diagnostic {
    Diagnostic::new(what)
        .at(Location::default().with_pointer(pointer))
        .expected(expected)
        .found(shorten(&found.to_compact()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Outcome {
        Outcome::parse(text.as_bytes()).unwrap()
    }

    fn refused(text: &str) -> String {
        Outcome::parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn reads_a_success_and_an_error_with_all_that_they_say() {
        let ok = read(r#"{"kind":"ok","items":[{"versionId":"3"},{"x":{"$unknown":"Y"}}]}"#);
        let output = read(r#"{"output":{"a":null},"kind":"ok"}"#);
        let error = read(
            r#"{"kind":"error","class":"modelled","code":"BusyException","message":"m","status":429,"items":[1]}"#,
        );
        let bare = read(r#"{"kind":"error","class":"timeout","code":null,"status":null}"#);

        assert!(matches!(&ok, Outcome::Ok(Got::Items(items)) if items.len() == 2));
        assert!(matches!(&output, Outcome::Ok(Got::Output(_))));
        let Outcome::Error(failure) = &error else { panic!("{error}") };
        assert_eq!((failure.class, failure.status), (ErrorClass::Modelled, Some(429)));
        assert_eq!((failure.code.as_deref(), failure.message.as_deref()), (Some("BusyException"), Some("m")));
        assert_eq!(failure.items.len(), 1);
        let Outcome::Error(failure) = &bare else { panic!("{bare}") };
        assert_eq!((&failure.code, failure.status, failure.items.len()), (&None, None, 0));
        for outcome in [ok, output, error] {
            assert_eq!(Outcome::from_json(&outcome.to_json().unwrap()), Ok(outcome));
        }
        assert_eq!(Outcome::Exit(ChildEnd::Exit(1)).to_json(), None);
    }

    #[test]
    fn refuses_what_it_does_not_know_and_names_what_may_be_meant() {
        let cases = [
            ("", "not JSON"),
            ("Traceback (most recent call last)", "found: Traceback"),
            ("[1]", "expected: an object\n  found: [1]"),
            ("{}", "found: none"),
            (r#"{"kind":"okay","items":[]}"#, "expected: \"ok\" or \"error\"\n  found: \"okay\""),
            (r#"{"kind":"ok","itms":[]}"#, "help: did you mean \"items\"?"),
            (r#"{"kind":"ok","items":[],"items":[]}"#, "\"items\" twice"),
            (r#"{"kind":"ok"}"#, "found: neither"),
            (r#"{"kind":"ok","items":[],"output":{}}"#, "found: both"),
            (r#"{"kind":"ok","items":{}}"#, "at /items\n  expected: an array\n  found: {}"),
            (r#"{"kind":"ok","output":[]}"#, "at /output"),
            (r#"{"kind":"error"}"#, "an error has a class"),
            (r#"{"kind":"error","class":"deserialize"}"#, "help: did you mean \"deserialise\"?"),
            (r#"{"kind":"error","class":5}"#, "found: 5"),
            (r#"{"kind":"error","class":"modelled"}"#, "at /code"),
            (r#"{"kind":"error","class":"unknown","code":5}"#, "at /code\n  expected: a string or null\n  found: 5"),
            (r#"{"kind":"error","class":"unknown","status":"404"}"#, "found: \"404\""),
            (r#"{"kind":"error","class":"unknown","status":99}"#, "a number from 100 to 599, or null"),
            (r#"{"kind":"error","class":"unknown","status":600}"#, "found: 600"),
            (r#"{"kind":"error","class":"unknown","output":{}}"#, "unknown key \"output\""),
        ];
        for (text, expected) in cases {
            let message = refused(text);

            assert!(message.contains(expected), "{text}: {message}");
        }
    }

    #[test]
    fn takes_each_class_and_tells_the_services_own_from_the_others() {
        for class in ErrorClass::ALL {
            let text = format!(r#"{{"kind":"error","class":"{class}","code":"C"}}"#);

            assert!(matches!(read(&text), Outcome::Error(failure) if failure.class == class), "{class}");
        }
        assert!(ErrorClass::Modelled.is_of_service() && ErrorClass::Unmodelled.is_of_service());
        assert!(!ErrorClass::Deserialise.is_of_service());
    }

    #[test]
    fn says_itself_in_a_few_words() {
        let text = r#"{"kind":"error","class":"unmodelled","status":413}"#;

        assert_eq!(read(text).to_string(), "an error (unmodelled, no code, status 413)");
        let own = r#"{"kind":"error","class":"unknown","message":"TypeError: x\n  is undefined"}"#;
        assert_eq!(read(own).to_string(), "an error (unknown, no code, no status): TypeError: x is undefined");
        let theirs = r#"{"kind":"error","class":"modelled","code":"C","message":"busy"}"#;
        assert_eq!(read(theirs).to_string(), "an error (modelled, code C, no status)");
        assert_eq!(read(r#"{"kind":"ok","items":[1]}"#).to_string(), "success with 1 item");
        assert_eq!(Outcome::Exit(ChildEnd::Signal(9)).to_string(), "ended by signal 9");
        assert!(!Outcome::Exit(ChildEnd::Exit(255)).is_success());
    }
}
