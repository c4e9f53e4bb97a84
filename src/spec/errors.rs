//! Errors on the wire: where a response says its error type, and how one is written.

use super::Spec;
use crate::message::json::{Json, Text};
use crate::message::{Body, Headers, Response};

/// The header of an error type.
pub const ERROR_TYPE_HEADER: &str = "x-amzn-errortype";

/// The error type of a response, and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorType {
    /// The name, less the URI behind it and the namespace before it.
    pub name: String,
    /// Where it stood.
    pub source: ErrorSource,
}

/// Where a response may say its error type, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorSource {
    /// The header `x-amzn-errortype`.
    Header,
    /// The body's `code`.
    Code,
    /// The body's `__type`.
    Type,
}

/// The error type that a response states. The header wins over the body's `code`, and that over its `__type`.
///
/// Nothing is said of the status: a success that states a type is somebody else's finding.
pub fn error_type(response: &Response) -> Option<ErrorType> {
    if let Some(name) = response.headers.get(ERROR_TYPE_HEADER).and_then(bare_name) {
        return Some(ErrorType { name, source: ErrorSource::Header });
    }
    let body = Json::parse(response.body.bytes()).ok()?;
    error_type_of_body(&body)
}

/// The error type that an error's JSON body states.
pub fn error_type_of_body(body: &Json) -> Option<ErrorType> {
    [("code", ErrorSource::Code), ("__type", ErrorSource::Type)].into_iter().find_map(|(member, source)| {
        let name = bare_name(&body.get(member)?.as_text()?)?;
        Some(ErrorType { name, source })
    })
}

/// `aws.example#Name:http://…` is `Name`.
fn bare_name(stated: &str) -> Option<String> {
    let name = stated.split(':').next().unwrap_or_default();
    let name = name.rsplit('#').next().unwrap_or_default().trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// An error response as the operation's service writes it: the type in the header, the message in the body.
///
/// The status is the modelled one, 400 for a name that the spec does not have.
pub fn error_response(spec: &Spec, name: &str, message: &str) -> Response {
    let status = spec.error(name).map_or(400, |error| error.status);
    error_response_with_status(status, Some(name), message)
}

/// An error response of this status; without a name it states no type.
pub fn error_response_with_status(status: u16, name: Option<&str>, message: &str) -> Response {
    let mut headers = Headers::new();
    headers.push("content-type", "application/json");
    if let Some(name) = name {
        headers.push(ERROR_TYPE_HEADER, name);
    }
    let body = Json::Object(vec![(Text::new("message"), Json::string(message))]);
    Response { status: Some(status), headers, body: Body::from_bytes(body.to_compact()), ..Response::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::compile;

    fn response(header: Option<&str>, body: &str) -> Response {
        let headers = header.map(|value| ("X-Amzn-ErrorType", value)).into_iter().collect();
        Response { status: Some(400), headers, body: Body::from_bytes(body.to_owned()), ..Response::default() }
    }

    fn stated(header: Option<&str>, body: &str) -> Option<(String, ErrorSource)> {
        error_type(&response(header, body)).map(|stated| (stated.name, stated.source))
    }

    #[test]
    fn finds_the_type_in_each_place_the_strongest_first() {
        let both = r#"{"__type":"T","code":"C"}"#;

        assert_eq!(stated(Some("H"), both), Some(("H".into(), ErrorSource::Header)));
        assert_eq!(stated(None, both), Some(("C".into(), ErrorSource::Code)));
        assert_eq!(stated(None, r#"{"__type":"T","code":5}"#), Some(("T".into(), ErrorSource::Type)));
        assert_eq!(stated(Some(""), both), Some(("C".into(), ErrorSource::Code)));
        assert_eq!(stated(None, r#"{"Code":"C"}"#), None);
        assert_eq!(stated(None, "<html>"), None);
        assert_eq!(stated(None, ""), None);
    }

    #[test]
    fn takes_uri_and_namespace_off() {
        for spelling in ["X", "X:http://aws.test/x#y", "com.aws#X", "com.aws#X:http://aws.test/", " X "] {
            assert_eq!(stated(Some(spelling), "").unwrap().0, "X", "{spelling}");
            assert_eq!(stated(None, &format!("{{\"code\":\"{spelling}\"}}")).unwrap().0, "X", "{spelling}");
        }
    }

    #[test]
    fn writes_what_it_reads() {
        let text = "spec: 1\nservice: {id: s, api_version: \"1\", protocol: rest-json, signing_name: s, endpoint: e}\n\
                    operation: A\nhttp: {method: GET, path: /a}\nerrors: {Busy: {status: 429}}\n";
        let spec = compile("a.yaml", text).unwrap();

        let response = error_response(&spec, "Busy", "say \"when\"");

        assert_eq!(response.status, Some(429));
        assert_eq!(response.body.bytes(), br#"{"message":"say \"when\""}"#);
        assert_eq!(error_type(&response).unwrap().name, "Busy");
        assert_eq!(error_response(&spec, "Other", "").status, Some(400));
        assert_eq!(error_type(&error_response_with_status(400, None, "m")), None);
    }
}
