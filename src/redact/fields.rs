//! Header fields: those that the contract cares about, each in a form that holds nothing else.

use super::plan::Context;
use super::scribe::Scribe;
use crate::message::{Headers, Request, Response};
use crate::spec::errors::ERROR_TYPE_HEADER;
use crate::spec::{Kind, Location, Member};

/// Media types that are kept as they are.
const MEDIA_TYPES: [&str; 14] = [
    "*/*",
    "application/cbor",
    "application/json",
    "application/octet-stream",
    "application/problem+json",
    "application/x-amz-json-1.0",
    "application/x-amz-json-1.1",
    "application/x-www-form-urlencoded",
    "application/xml",
    "binary/octet-stream",
    "multipart/form-data",
    "text/html",
    "text/plain",
    "text/xml",
];
const CHARSETS: [&str; 4] = ["charset=utf-8", "charset=iso-8859-1", "charset=us-ascii", "charset=utf-16"];
const ENCODINGS: [&str; 7] = ["identity", "gzip", "deflate", "br", "zstd", "compress", "aws-chunked"];
/// Fields that say what a body is, whether they are members or not.
const OF_BODIES: [&str; 2] = ["content-type", "content-encoding"];
const REQUEST_IDS: [&str; 3] = ["x-amzn-requestid", "x-amzn-request-id", "x-amz-request-id"];
/// The longest number of seconds or milliseconds that is a pause.
const PAUSE_DIGITS: usize = 9;

impl Scribe {
    /// The fields of a request that are kept, beside those that are inputs.
    pub(super) fn request_fields(
        &mut self,
        context: Option<Context<'_>>,
        request: &Request,
        built: Headers,
    ) -> Headers {
        let inputs = context.map_or(&[][..], |context| &context.spec.input);
        let is_input = |name: &str| header_member(inputs, name).is_some();
        let mut kept = Headers::new();
        let mut dropped = 0;
        for (name, value) in request.headers.iter() {
            let field = match name {
                name if is_input(name) => continue,
                "content-type" | "accept" => Some(media(value)),
                "amz-sdk-request" => attempts(value),
                _ => None,
            };
            match field {
                Some(value) => kept.push(name, value),
                None => dropped += 1,
            }
        }
        self.summary.dropped_headers(dropped);
        let has_type = kept.get("content-type").is_some();
        for (name, value) in built.iter().filter(|(name, _)| !has_type || *name != "content-type") {
            kept.push(name, value);
        }
        kept.sorted()
    }

    /// The fields of a response that are kept.
    pub(super) fn response_fields(&mut self, context: Option<Context<'_>>, response: &Response) -> Headers {
        let mut kept = Headers::new();
        let mut dropped = 0;
        for (name, value) in response.headers.iter() {
            match self.response_field(context, name, value) {
                Some(value) => kept.push(name, value),
                None => dropped += 1,
            }
        }
        self.summary.dropped_headers(dropped);
        kept.sorted()
    }

    fn response_field(&mut self, context: Option<Context<'_>>, name: &str, value: &str) -> Option<String> {
        let is_open = |context: Context<'_>, index: usize| is_open_text(context, index) && OF_BODIES.contains(&name);
        if let Some((context, index)) =
            context.and_then(|context| Some((context, header_member(&context.spec.output, name)?)))
            && !is_open(context, index)
        {
            let other = self.text(context, &context.output(index, true), value);
            return Some(other.unwrap_or_else(|| value.to_owned()));
        }
        match name {
            "content-type" => Some(media(value)),
            "content-encoding" => Some(words(value, &ENCODINGS)),
            ERROR_TYPE_HEADER => Some(self.error_type(context.map(|context| context.spec), value)),
            "retry-after" if is_pause(value) => Some(value.to_owned()),
            "retry-after" if value.ends_with("GMT") => self.moved(value),
            "x-amz-retry-after" if is_pause(value) => Some(value.to_owned()),
            name if REQUEST_IDS.contains(&name) => Some(self.request_id(value)),
            _ => None,
        }
    }
}

/// The member that travels as the header of that name.
fn header_member(members: &[Member], name: &str) -> Option<usize> {
    members.iter().position(|member| member.location == Location::Header && member.wire_name.eq_ignore_ascii_case(name))
}

/// Whether the member is kept, whatever text it is: then it is kept only as far as its words are known.
fn is_open_text(context: Context<'_>, index: usize) -> bool {
    let shape = context.spec.shape(context.spec.output[index].shape);
    context.output(index, true).class.is_none()
        && matches!(shape.kind, Kind::String)
        && shape.constraints.pattern.is_none()
}

fn is_pause(value: &str) -> bool {
    (1..=PAUSE_DIGITS).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// A list of media types, with nothing beside them but a known character set.
fn media(value: &str) -> String {
    let one = |item: &str| {
        let mut parts = item.split(';').map(|part| part.trim().to_ascii_lowercase());
        let media = parts.next().unwrap_or_default();
        let media = if MEDIA_TYPES.contains(&media.as_str()) { media } else { "other/other".to_owned() };
        let charset = parts.map(|part| part.replace('"', "")).find(|part| CHARSETS.contains(&part.as_str()));
        charset.map_or(media.clone(), |charset| format!("{media}; {charset}"))
    };
    value.split(',').map(one).collect::<Vec<_>>().join(", ")
}

/// A list of known words.
fn words(value: &str, known: &[&str]) -> String {
    let one = |item: &str| {
        let word = item.trim().to_ascii_lowercase();
        if known.contains(&word.as_str()) { word } else { "other".to_owned() }
    };
    value.split(',').map(one).collect::<Vec<_>>().join(", ")
}

/// Of `amz-sdk-request` the numbers: an SDK puts a clock in it as well.
fn attempts(value: &str) -> Option<String> {
    let number = |part: &&str| {
        part.split_once('=').is_some_and(|(name, number)| {
            matches!(name, "attempt" | "max")
                && (1..=3).contains(&number.len())
                && number.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let kept: Vec<&str> = value.split(';').map(str::trim).filter(number).collect();
    (!kept.is_empty()).then(|| kept.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_known_media_types_and_character_sets_alone() {
        assert_eq!(media("application/json"), "application/json");
        assert_eq!(media("Application/JSON; charset=\"UTF-8\"; boundary=s3cret"), "application/json; charset=utf-8");
        assert_eq!(media("application/x-s3cret"), "other/other");
        assert_eq!(media("text/html, */*;q=0.8"), "text/html, */*");
        assert_eq!(words("gzip, s3cret", &ENCODINGS), "gzip, other");
    }

    #[test]
    fn keeps_the_numbers_of_attempts_alone() {
        assert_eq!(attempts("ttl=20230323T182830Z; attempt=2; max=3").as_deref(), Some("attempt=2; max=3"));
        assert_eq!(attempts("attempt=1"), Some("attempt=1".to_owned()));
        assert_eq!(attempts("attempt=s3cret; max=12345"), None);
    }
}
