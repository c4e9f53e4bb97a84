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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::embedded;

    const EXIT: ChildEnd = ChildEnd::Exit(255);

    fn printed(text: &str) -> Printed {
        Printed { bytes: text.as_bytes().to_vec(), dropped: 0 }
    }

    fn outcome(end: ChildEnd, stdout: &str, stderr: &str) -> Result<Outcome, Diagnostic> {
        let specs = embedded();
        read(specs.operation("ListImageSetVersions").unwrap(), end, &printed(stdout), &printed(stderr))
    }

    fn failure(stderr: &str) -> Failure {
        match outcome(EXIT, "", stderr).unwrap() {
            Outcome::Error(failure) => failure,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn reads_the_items_of_all_pages_as_they_came() {
        let stdout = "{\n    \"imageSetPropertiesList\": [\n        {\"versionId\": \"1\", \"createdAt\": 1680027126.123},\n        \
                      {\"imageSetState\": \"FROZEN\", \"message\": \"caf\\u00e9 漢\"}\n    ]\n}\n";

        let Ok(Outcome::Ok(Got::Items(items))) = outcome(ChildEnd::Exit(0), stdout, "") else { panic!("items") };

        assert_eq!(items.len(), 2);
        assert_eq!(items[0].get("createdAt"), Some(&Json::Number("1680027126.123".to_owned())));
        assert_eq!(items[1].get("message").unwrap().as_text().unwrap(), "café 漢");
    }

    #[test]
    fn takes_nothing_and_no_list_for_no_items() {
        for stdout in ["", "\n", "{}", "{\"imageSetPropertiesList\": null}", "{\"imageSetPropertiesList\": []}"] {
            let read = outcome(ChildEnd::Exit(0), stdout, "");

            assert_eq!(read, Ok(Outcome::Ok(Got::Items(Vec::new()))), "{stdout}");
        }
    }

    #[test]
    fn refuses_what_it_cannot_read_and_says_what_to_do() {
        let table = outcome(ChildEnd::Exit(0), "-----\n| a |\n", "").unwrap_err().to_string();
        let list = outcome(ChildEnd::Exit(0), "{\"imageSetPropertiesList\": 5}", "").unwrap_err().to_string();
        let usage = outcome(
            ChildEnd::Exit(2),
            "",
            "usage: aws [options]\naws: error: the following arguments are required: --x\n",
        );
        let flood = Printed { bytes: b"{}".to_vec(), dropped: 1 };
        let specs = embedded();

        assert!(table.contains("not JSON") && table.contains("--output"), "{table}");
        assert!(list.contains("expected: an array"), "{list}");
        let usage = usage.unwrap_err().to_string();
        assert!(usage.contains("found: aws: error: the following arguments are required: --x"), "{usage}");
        assert!(read(specs.operation("ListImageSetVersions").unwrap(), EXIT, &flood, &printed("")).is_err());
    }

    #[test]
    fn reads_an_error_of_the_service_with_its_code_and_message() {
        let with = |code: &str, retries: &str, message: &str| {
            failure(&format!(
                "\nAn error occurred ({code}) when calling the ListImageSetVersions operation{retries}: {message}\n"
            ))
        };

        let modelled = with("ThrottlingException", " (reached max retries: 4)", "slow: down (please)");
        let other = with("SomethingElse", "", "m");
        let status = with("503", " (reached max retries: 4)", "Service Unavailable");
        let null = with("ConflictException", "", "None");
        let empty = with("ConflictException", "", "");
        let lines = with("ValidationException", "", "one\ntwo");
        let v2 = failure("\naws: [ERROR]: An error occurred (ConflictException) when calling the X operation: m\n");

        assert_eq!((modelled.class, modelled.code.as_deref()), (ErrorClass::Modelled, Some("ThrottlingException")));
        assert_eq!(modelled.message.as_deref(), Some("slow: down (please)"));
        assert_eq!((other.class, other.code.as_deref()), (ErrorClass::Unmodelled, Some("SomethingElse")));
        assert_eq!((status.class, status.code.as_deref(), status.status), (ErrorClass::Unmodelled, Some("503"), None));
        assert_eq!((null.message, empty.message), (None, None));
        assert_eq!(lines.message.as_deref(), Some("one\ntwo"));
        assert_eq!((v2.class, v2.message.as_deref()), (ErrorClass::Modelled, Some("m")));
    }

    #[test]
    fn reads_each_error_of_its_own() {
        let cases = [
            (
                "\nParameter validation failed:\nInvalid value for parameter maxResults, value: 0, valid min value: 1\n",
                ErrorClass::ClientValidation,
            ),
            (
                "\nError during pagination: Cannot specify --no-paginate along with pagination arguments: --page-size\n",
                ErrorClass::ClientValidation,
            ),
            (
                "\nError during pagination: The same next token was received twice: {'nextToken': 'T1'}\n",
                ErrorClass::Pagination,
            ),
            ("\nRead timeout on endpoint URL: \"http://localhost:1/x\"\n", ErrorClass::Timeout),
            ("\nConnect timeout on endpoint URL: \"http://localhost:1/x\"\n", ErrorClass::Timeout),
            (
                "\nConnection was closed before we received a valid response from endpoint URL: \"x\".\n",
                ErrorClass::Transport,
            ),
            ("\nCould not connect to the endpoint URL: \"http://localhost:1/x\"\n", ErrorClass::Transport),
            ("\nFailed to connect to proxy URL: \"http://127.0.0.1:1\"\n", ErrorClass::Transport),
            ("\n'utf-8' codec can't decode byte 0x8b in position 1: invalid start byte\n", ErrorClass::Deserialise),
            ("\n'list' object has no attribute 'get'\n", ErrorClass::Deserialise),
            ("\n'NoneType' object is not iterable\n", ErrorClass::Deserialise),
            ("\nInvalid timestamp \"yesterday\": Unknown string format: yesterday\n", ErrorClass::Deserialise),
            (
                "\nUnable to locate credentials. You can configure credentials by running \"aws configure\".\n",
                ErrorClass::Unknown,
            ),
            ("", ErrorClass::Unknown),
        ];
        for (stderr, class) in cases {
            let failure = failure(stderr);

            assert_eq!((failure.class, &failure.code, failure.status), (class, &None, None), "{stderr}");
            assert_eq!(failure.message.is_some(), !stderr.is_empty(), "{stderr}");
        }
    }

    #[test]
    fn keeps_what_had_arrived_before_an_error() {
        let stdout = "{\"imageSetPropertiesList\": [{\"versionId\": \"1\"}]}";

        let read = outcome(EXIT, stdout, "\nAn error occurred (ConflictException) when calling the X operation: m\n");

        assert!(matches!(read, Ok(Outcome::Error(Failure { items, .. })) if items.len() == 1));
    }

    #[test]
    fn gives_the_output_of_an_operation_that_has_no_pages() {
        let specs = embedded();
        let mut spec = specs.operation("ListImageSetVersions").unwrap().clone();
        spec.pagination = None;
        let stdout = printed("{\"ResponseMetadata\": {\"HTTPStatusCode\": 200}, \"a\": 1}");

        let read = read(&spec, ChildEnd::Exit(0), &stdout, &printed("")).unwrap();

        assert_eq!(read, Outcome::Ok(Got::Output(Json::parse(b"{\"a\":1}").unwrap())));
    }
}
