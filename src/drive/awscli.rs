//! What the AWS command line prints, read as an outcome.
//!
//! It prints JSON on standard output, the pages of a listing as one, and an error in one line of
//! standard error. It never tells the status of an error, but for one that has no name: its
//! "code" is the status then.

use super::capture::Printed;
use crate::diagnostic::{Diagnostic, shorten};
use crate::evidence::{ChildEnd, ErrorClass, Failure, Got, Outcome};
use crate::message::Json;
use crate::spec::Spec;

/// How an error of the service begins.
const SERVICE: &str = "An error occurred (";

/// How other errors begin, or what they hold, with their class; the first that fits.
const OTHERS: [(&str, ErrorClass); 22] = [
    ("Parameter validation failed", ErrorClass::ClientValidation),
    // Arguments that do not go together; nothing is sent then.
    ("Error during pagination: Cannot specify", ErrorClass::ClientValidation),
    ("Error during pagination", ErrorClass::Pagination),
    ("Read timeout on endpoint", ErrorClass::Timeout),
    ("Connect timeout on endpoint", ErrorClass::Timeout),
    ("Connection was closed before we received a valid response", ErrorClass::Transport),
    ("Could not connect to the endpoint", ErrorClass::Transport),
    ("Failed to connect to proxy", ErrorClass::Transport),
    ("An HTTP Client raised an unhandled exception", ErrorClass::Transport),
    ("An error occurred while reading from response stream", ErrorClass::Transport),
    ("SSL validation failed", ErrorClass::Transport),
    ("Unable to parse response", ErrorClass::Deserialise),
    ("An error was encountered while parsing", ErrorClass::Deserialise),
    ("codec can't decode", ErrorClass::Deserialise),
    ("object has no attribute", ErrorClass::Deserialise),
    ("object is not iterable", ErrorClass::Deserialise),
    ("object is not subscriptable", ErrorClass::Deserialise),
    ("Invalid timestamp", ErrorClass::Deserialise),
    ("Invalid value", ErrorClass::Deserialise),
    ("could not convert string to float", ErrorClass::Deserialise),
    ("is out of range", ErrorClass::Deserialise),
    ("Expecting ", ErrorClass::Deserialise),
];

/// The exit codes of a command line that is refused before anything is done.
const USAGE: [i32; 2] = [2, 252];

/// Reads what a COMMAND printed.
pub(super) fn read(spec: &Spec, end: ChildEnd, stdout: &Printed, stderr: &Printed) -> Result<Outcome, Diagnostic> {
    if stdout.dropped > 0 {
        return Err(Diagnostic::new("COMMAND printed more than can be read as an outcome"));
    }
    if end.is_success() {
        return Ok(Outcome::Ok(success(spec, &stdout.bytes)?));
    }
    let said = String::from_utf8_lossy(&stderr.bytes);
    // What had arrived is printed whole, or not at all.
    let items = match success(spec, &stdout.bytes) {
        Ok(Got::Items(items)) => items,
        Ok(Got::Output(_)) | Err(_) => Vec::new(),
    };
    match of_service(spec, &said).or_else(|| of_client(&said)) {
        Some(failure) => Ok(Outcome::Error(Failure { items, ..failure })),
        None if matches!(end, ChildEnd::Exit(code) if USAGE.contains(&code)) => {
            Err(Diagnostic::new("COMMAND was refused as a command line")
                .expected("a command line that calls the operation")
                .found(said.trim().lines().last().unwrap_or_default().to_owned()))
        }
        None => {
            let message = Some(said.trim().to_owned()).filter(|text| !text.is_empty());
            Ok(Outcome::Error(Failure { items, message, ..failure_of(ErrorClass::Unknown) }))
        }
    }
}

/// What a success printed: nothing, or JSON.
fn success(spec: &Spec, stdout: &[u8]) -> Result<Got, Diagnostic> {
    let text = stdout.trim_ascii();
    let printed = if text.is_empty() {
        Json::Object(Vec::new())
    } else {
        Json::parse(text).map_err(|error| {
            Diagnostic::new(format!("what COMMAND printed is not JSON: it {}", error.kind))
                .expected("the output of the operation as JSON")
                .found(shorten(&String::from_utf8_lossy(text)).into_owned())
                .help("leave --output, --query and --no-cli-pager out, or use another --outcome")
        })?
    };
    let Some(pagination) = &spec.pagination else { return Ok(Got::Output(without_metadata(printed))) };
    let items = spec.output_member(&pagination.items).map_or(pagination.items.as_str(), |list| &list.wire_name);
    match printed.get(items).or_else(|| printed.get(&pagination.items)) {
        None | Some(Json::Null) => Ok(Got::Items(Vec::new())),
        Some(Json::Array(items)) => Ok(Got::Items(items.clone())),
        Some(other) => Err(Diagnostic::new(format!("what COMMAND printed has no list under \"{items}\""))
            .expected("an array")
            .found(shorten(&other.to_compact()).into_owned())),
    }
}

/// The output without what the command line adds to it.
fn without_metadata(printed: Json) -> Json {
    match printed {
        Json::Object(members) => {
            Json::Object(members.into_iter().filter(|(name, _)| name.decode() != "ResponseMetadata").collect())
        }
        other => other,
    }
}

/// An error of the service: `An error occurred (CODE) when calling the X operation[ (reached max retries: N)]: MESSAGE`.
fn of_service(spec: &Spec, said: &str) -> Option<Failure> {
    let (_, rest) = said.split_once(SERVICE)?;
    let (code, rest) = rest.split_once(") when calling the ")?;
    let (_, rest) = rest.split_once(" operation")?;
    let rest = match rest.strip_prefix(" (reached max retries: ") {
        Some(retries) => retries.split_once(')')?.1,
        None => rest,
    };
    let message = rest.strip_prefix(':')?.trim();
    let class = if spec.error(code).is_some() { ErrorClass::Modelled } else { ErrorClass::Unmodelled };
    Some(Failure {
        code: Some(code.to_owned()),
        // Nothing is printed as nothing, null as a word.
        message: Some(message.to_owned()).filter(|message| !message.is_empty() && message != "None"),
        ..failure_of(class)
    })
}

/// An error of the command line's own.
fn of_client(said: &str) -> Option<Failure> {
    let (_, class) = OTHERS.iter().find(|(phrase, _)| said.contains(phrase))?;
    Some(Failure { message: Some(said.trim().to_owned()), ..failure_of(*class) })
}

fn failure_of(class: ErrorClass) -> Failure {
    Failure { class, code: None, message: None, status: None, items: Vec::new() }
}
