//! The protocol of a persistent driver: one JSON object a line, what we write and what we read.
//!
//! What a driver writes is checked to the last key. A line that is not what was asked for
//! is a diagnostic with expected and found; it is never read as something near it.

use crate::diagnostic::{Diagnostic, Location, shorten};
use crate::evidence::Outcome;
use crate::message::Json;
use crate::message::json::Text;
use crate::net::Credentials;
use std::fmt;

/// The version of the protocol.
pub(super) const PROTOCOL: u32 = 1;

/// What a driver is asked to run.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    /// The number of the run.
    pub(super) seq: u64,
    /// The scenario's id.
    pub(super) scenario: &'a str,
    /// The operation to call.
    pub(super) operation: &'a str,
    /// Its input.
    pub(super) input: Json,
    /// The base URL of our server.
    pub(super) endpoint: &'a str,
    /// The credentials to sign with.
    pub(super) credentials: &'a Credentials,
    /// The region to sign for.
    pub(super) region: &'a str,
    /// The attempts that the client may make of one request.
    pub(super) max_attempts: u32,
    /// The client's read time-out.
    pub(super) timeout_ms: u64,
}

/// What a driver says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hello {
    /// The client's name.
    pub(super) name: String,
    /// Its version.
    pub(super) version: String,
    /// Its language.
    pub(super) language: String,
    /// The driver's own version.
    pub(super) driver: String,
}

impl fmt::Display for Hello {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// What a driver says of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// What came of it.
    Outcome(Outcome),
    /// That it cannot run this scenario, and why.
    Skipped(String),
    /// That the driver itself failed, or what is wrong with the outcome that it gave.
    DriverError(Diagnostic),
}

/// The line that greets a driver.
pub(super) fn hello() -> String {
    line(vec![("cmd", Json::string("hello")), ("protocol", number(u64::from(PROTOCOL)))])
}

/// The line that ends a driver.
pub(super) fn bye() -> String {
    line(vec![("cmd", Json::string("bye"))])
}

/// The line that asks for a run.
pub(super) fn run(asked: Asked<'_>) -> String {
    let credentials = asked.credentials;
    let token = credentials.token().map_or(Json::Null, Json::string);
    line(vec![
        ("cmd", Json::string("run")),
        ("seq", number(asked.seq)),
        ("scenario", Json::string(asked.scenario)),
        ("operation", Json::string(asked.operation)),
        ("input", asked.input),
        ("endpoint", Json::string(asked.endpoint)),
        (
            "credentials",
            object(vec![
                ("access_key_id", Json::string(credentials.key_id())),
                ("secret_access_key", Json::string(credentials.secret())),
                ("session_token", token),
            ]),
        ),
        ("region", Json::string(asked.region)),
        ("max_attempts", number(u64::from(asked.max_attempts))),
        ("timeout_ms", number(asked.timeout_ms)),
    ])
}

fn line(members: Vec<(&str, Json)>) -> String {
    object(members).to_compact() + "\n"
}

fn object(members: Vec<(&str, Json)>) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (Text::new(name), value)).collect())
}

fn number(value: u64) -> Json {
    Json::Number(value.to_string())
}

/// Reads the answer to a greeting.
pub(super) fn read_hello(line: &[u8]) -> Result<Hello, Diagnostic> {
    const EXAMPLE: &str = r#"{"ok":true,"protocol":1,"client":{"name":"…","version":"…","language":"…"},"driver":"…"}"#;
    let answer = Line::read(line, "the answer to hello", EXAMPLE)?;
    answer.allow("", &["ok", "protocol", "client", "driver"])?;
    answer.expect("ok", &Json::Bool(true))?;
    answer.expect("protocol", &number(u64::from(PROTOCOL)))?;
    answer.allow("client", &["name", "version", "language"])?;
    Ok(Hello {
        name: answer.text("client/name")?,
        version: answer.text("client/version")?,
        language: answer.text("client/language")?,
        driver: answer.text("driver")?,
    })
}

/// Reads the answer to a run of that number.
pub(super) fn read_reply(line: &[u8], seq: u64) -> Result<Reply, Diagnostic> {
    let example = format!(r#"{{"seq":{seq},"outcome":{{"kind":"…",…}}}}"#);
    let answer = Line::read(line, "the answer to a run", &example)?;
    answer.expect("seq", &number(seq))?;
    let kinds = ["outcome", "skipped", "driver_error"];
    let given: Vec<&str> = kinds.into_iter().filter(|kind| answer.get(kind).is_some()).collect();
    let [kind] = given[..] else {
        let found = if given.is_empty() { "none of them".to_owned() } else { given.join(" and ") };
        answer.allow("", &["seq", "outcome", "skipped", "reason", "driver_error"])?;
        return Err(answer.wrong("", "one of outcome, skipped, driver_error", found));
    };
    match kind {
        "outcome" => {
            answer.allow("", &["seq", "outcome"])?;
            let outcome = Outcome::from_json(answer.get("outcome").unwrap_or(&Json::Null));
            // The line is one of the protocol: what is wrong with the outcome is this run's matter alone.
            Ok(outcome.map_or_else(Reply::DriverError, Reply::Outcome))
        }
        "skipped" => {
            answer.allow("", &["seq", "skipped", "reason"])?;
            answer.expect("skipped", &Json::Bool(true))?;
            Ok(Reply::Skipped(answer.text("reason")?))
        }
        _ => {
            answer.allow("", &["seq", "driver_error"])?;
            answer.allow("driver_error", &["message"])?;
            let message = answer.text("driver_error/message")?;
            Ok(Reply::DriverError(Diagnostic::new(format!("the driver says that it failed: {message}"))))
        }
    }
}

/// A line of a driver, read as a JSON object.
struct Line<'l> {
    what: &'static str,
    json: Json,
    text: &'l [u8],
}

impl<'l> Line<'l> {
    fn read(text: &'l [u8], what: &'static str, example: &str) -> Result<Self, Diagnostic> {
        let wrong = |why: String| {
            Diagnostic::new(format!("{what} {why}"))
                .expected(format!("one line such as {example}"))
                .found(shown(text))
                .help("a driver writes the protocol and nothing else on standard output; print the rest to standard error")
        };
        let json = Json::parse(text).map_err(|error| wrong(format!("is not JSON: it {}", error.kind)))?;
        match json {
            Json::Object(_) => Ok(Self { what, json, text }),
            other => Err(wrong(format!("is no object but {}", other.type_name()))),
        }
    }

    /// The member of a path of names.
    fn get(&self, path: &str) -> Option<&Json> {
        path.split('/').filter(|name| !name.is_empty()).try_fold(&self.json, |json, name| json.get(name))
    }

    /// Refuses members of an object that are not known, or that stand there twice.
    fn allow(&self, path: &str, known: &[&str]) -> Result<(), Diagnostic> {
        let Some(json) = self.get(path) else { return Err(self.wrong(path, "an object", "none")) };
        let Json::Object(members) = json else { return Err(self.wrong(path, "an object", json.to_compact())) };
        for (index, (key, _)) in members.iter().enumerate() {
            let name = key.decode();
            if !known.contains(&name.as_ref()) {
                let found = format!("the unknown key \"{}\"", shorten(&name));
                return Err(self.wrong(path, known.join(", "), found).suggest(&name, known.iter().copied()));
            }
            if members[..index].iter().any(|(other, _)| other.decode() == name) {
                return Err(self.wrong(path, "each key once", format!("\"{name}\" twice")));
            }
        }
        Ok(())
    }

    fn expect(&self, path: &str, value: &Json) -> Result<(), Diagnostic> {
        match self.get(path) {
            Some(found) if found == value => Ok(()),
            found => {
                let found = found.map_or_else(|| "none".to_owned(), Json::to_compact);
                Err(self.wrong(path, value.to_compact(), found))
            }
        }
    }

    fn text(&self, path: &str) -> Result<String, Diagnostic> {
        match self.get(path) {
            Some(Json::String(text)) => Ok(text.decode().into_owned()),
            Some(other) => Err(self.wrong(path, "a string", other.to_compact())),
            None => Err(self.wrong(path, "a string", "none")),
        }
    }

    fn wrong(&self, path: &str, expected: impl Into<String>, found: impl Into<String>) -> Diagnostic {
        let error = Diagnostic::new(format!("{} is not what was asked for: {}", self.what, shown(self.text)))
            .expected(expected)
            .found(shorten(&found.into()).into_owned());
        if path.is_empty() { error } else { error.at(Location::default().with_pointer(format!("/{path}"))) }
    }
}

/// A line as a message shows it.
fn shown(line: &[u8]) -> String {
    match line {
        [] => "an empty line".to_owned(),
        line => shorten(&String::from_utf8_lossy(line)).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Got;

    #[test]
    fn asks_in_the_words_of_the_protocol() {
        let credentials = Credentials::new("RETAKEEXAMPLE0000000", "secret", Some("token".to_owned()));
        let asked = Asked {
            seq: 12,
            scenario: "page/cycle-2",
            operation: "ListThings",
            input: Json::Object(vec![(Text::new("id"), Json::string("a\"b"))]),
            endpoint: "http://localhost:4711",
            credentials: &credentials,
            region: "us-east-1",
            max_attempts: 3,
            timeout_ms: 2000,
        };

        assert_eq!(hello(), "{\"cmd\":\"hello\",\"protocol\":1}\n");
        assert_eq!(bye(), "{\"cmd\":\"bye\"}\n");
        assert_eq!(
            run(asked),
            "{\"cmd\":\"run\",\"seq\":12,\"scenario\":\"page/cycle-2\",\"operation\":\"ListThings\",\
             \"input\":{\"id\":\"a\\\"b\"},\"endpoint\":\"http://localhost:4711\",\"credentials\":{\"access_key_id\":\
             \"RETAKEEXAMPLE0000000\",\"secret_access_key\":\"secret\",\"session_token\":\"token\"},\
             \"region\":\"us-east-1\",\"max_attempts\":3,\"timeout_ms\":2000}\n"
        );
    }

    #[test]
    fn reads_what_a_driver_says_of_itself() {
        let line = br#"{"ok":true,"protocol":1,"client":{"name":"n","version":"1.2","language":"l"},"driver":"0.1"}"#;

        let hello = read_hello(line).unwrap();

        assert_eq!((hello.to_string(), hello.language, hello.driver), ("n 1.2".into(), "l".into(), "0.1".into()));
    }

    #[test]
    fn refuses_a_greeting_that_is_none() {
        let client = r#""client":{"name":"n","version":"1","language":"l"}"#;
        let cases = [
            ("Traceback (most recent call last):".to_owned(), "found: Traceback"),
            (String::new(), "found: an empty line"),
            ("[]".to_owned(), "no object but array"),
            (format!(r#"{{"ok":true,"protocol":2,{client},"driver":"0"}}"#), "at /protocol\n  expected: 1\n  found: 2"),
            (format!(r#"{{"ok":true,"protocol":"1",{client},"driver":"0"}}"#), "found: \"1\""),
            (format!(r#"{{"ok":false,"protocol":1,{client},"driver":"0"}}"#), "at /ok"),
            (format!(r#"{{"protocol":1,{client},"driver":"0"}}"#), "found: none"),
            (format!(r#"{{"ok":true,"protocol":1,{client}}}"#), "at /driver"),
            (format!(r#"{{"ok":true,"protocol":1,{client},"drivr":"0"}}"#), "did you mean \"driver\"?"),
            (r#"{"ok":true,"protocol":1,"client":"n","driver":"0"}"#.to_owned(), "at /client\n  expected: an object"),
            (r#"{"ok":true,"protocol":1,"driver":"0"}"#.to_owned(), "at /client"),
            (
                r#"{"ok":true,"protocol":1,"client":{"name":"n","version":1,"language":"l"},"driver":"0"}"#.to_owned(),
                "at /client/version\n  expected: a string\n  found: 1",
            ),
            (format!(r#"{{"ok":true,"ok":true,"protocol":1,{client},"driver":"0"}}"#), "\"ok\" twice"),
        ];
        for (line, expected) in cases {
            let message = read_hello(line.as_bytes()).unwrap_err().to_string();

            assert!(message.contains(expected), "{line}: {message}");
        }
    }

    #[test]
    fn reads_each_answer_to_a_run() {
        let ok = read_reply(br#"{"seq":12,"outcome":{"kind":"ok","items":[]}}"#, 12).unwrap();
        let skipped = read_reply(br#"{"skipped":true,"reason":"no time-outs","seq":12}"#, 12).unwrap();
        let failed = read_reply(br#"{"seq":12,"driver_error":{"message":"no such module"}}"#, 12).unwrap();
        let bad = read_reply(br#"{"seq":12,"outcome":{"kind":"fine"}}"#, 12).unwrap();

        assert_eq!(ok, Reply::Outcome(Outcome::Ok(Got::Items(Vec::new()))));
        assert_eq!(skipped, Reply::Skipped("no time-outs".to_owned()));
        assert!(matches!(failed, Reply::DriverError(error) if error.what.contains("no such module")));
        assert!(
            matches!(bad, Reply::DriverError(error) if error.to_string().contains("expected: \"ok\" or \"error\""))
        );
    }

    #[test]
    fn refuses_an_answer_that_is_none() {
        let cases = [
            (r#"{"seq":11,"outcome":{"kind":"ok","items":[]}}"#, "at /seq\n  expected: 12\n  found: 11"),
            (r#"{"seq":"12","outcome":{"kind":"ok","items":[]}}"#, "found: \"12\""),
            (r#"{"outcome":{"kind":"ok","items":[]}}"#, "at /seq"),
            (r#"{"seq":12}"#, "found: none of them"),
            (r#"{"seq":12,"outcom":{}}"#, "did you mean \"outcome\"?"),
            (r#"{"seq":12,"outcome":{},"skipped":true}"#, "found: outcome and skipped"),
            (r#"{"seq":12,"outcome":{},"extra":1}"#, "the unknown key \"extra\""),
            (r#"{"seq":12,"skipped":true}"#, "at /reason"),
            (r#"{"seq":12,"skipped":false,"reason":"r"}"#, "at /skipped"),
            (r#"{"seq":12,"driver_error":"boom"}"#, "at /driver_error\n  expected: an object"),
            (r#"{"seq":12,"driver_error":{}}"#, "at /driver_error/message"),
            ("DEBUG:root:starting", "found: DEBUG:root:starting\n  help: a driver writes"),
            ("\u{1b}[31m{}", "\\u{1b}"),
        ];
        for (line, expected) in cases {
            let message = read_reply(line.as_bytes(), 12).unwrap_err().to_string();

            assert!(message.contains(expected), "{line}: {message}");
        }
    }
}
