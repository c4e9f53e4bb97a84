//! One exchange: the request rebuilt from its members, the response by its shape.

use super::plan::{Context, Contracts, Site};
use super::scribe::{Pass, Scribe};
use crate::message::json::Compact;
use crate::message::{Body, Exchange, Headers, Json, MAX_KEPT_BODY, Request, Response, Withheld, WithheldReason};
use crate::spec::errors::error_type;
use crate::spec::{InputValue, Inputs, Kind, Location, Specs, build_request};
use bytes::Bytes;

/// Methods that are kept where nothing else of a request is.
const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE"];

/// How errors of authentication are called: AWS echoes what was signed in their bodies.
const AUTHENTICATION: [&str; 12] = [
    "AuthFailure",
    "AuthorizationHeaderMalformed",
    "ExpiredToken",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignature",
    "InvalidToken",
    "MissingAuthenticationToken",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClient",
];

impl Scribe {
    /// The exchange with nothing in it that must not be kept.
    pub(super) fn exchange(&mut self, contracts: &Contracts<'_>, exchange: &Exchange) -> Exchange {
        let specs = contracts.specs;
        let link = self.link(specs, &exchange.link);
        let (request, context) = match specs.route(&exchange.request) {
            Ok(route) => {
                let context = contracts.context(route.spec);
                (self.request(context, &exchange.request, &route.inputs), Some(context))
            }
            Err(_) => (self.unroutable(specs, &exchange.request), None),
        };
        Exchange {
            id: String::new(),
            operation: context.map(|context| context.spec.operation.clone()),
            attempt: exchange.attempt,
            walk: exchange.walk,
            unfinished: exchange.unfinished,
            request,
            response: self.response(context, &exchange.response),
            link,
        }
    }

    /// The request with these inputs and nothing else, each by its class.
    fn request(&mut self, context: Context<'_>, request: &Request, given: &Inputs) -> Request {
        let mut inputs = Inputs::new(context.spec);
        for (index, member) in context.spec.input.iter().enumerate() {
            let Some(value) = given.at(index) else { continue };
            let value = match value {
                InputValue::Text(text) => {
                    let other = self.text(context, &context.input(index, true), text);
                    InputValue::Text(other.unwrap_or_else(|| text.clone()))
                }
                InputValue::Json(value) => InputValue::Json(self.input(context, index, value)),
                InputValue::Bytes(bytes) => InputValue::Bytes(self.bytes(&context.input(index, false), bytes)),
            };
            inputs.set(&member.key, value);
        }
        let mut built = build_request(context.spec, &inputs);
        let headers = std::mem::take(&mut built.headers);
        built.headers = self.request_fields(Some(context), request, headers);
        built
    }

    fn input(&mut self, context: Context<'_>, index: usize, value: &Json) -> Json {
        let compact = Compact::of(value);
        let mut written = String::with_capacity(compact.as_str().len());
        self.value(context, &context.input(index, false), &mut compact.tokens(), &mut written);
        Json::parse(written.as_bytes()).expect("a value is written as a value")
    }

    /// A request that is no operation: its method, and a path of which nothing real remains.
    fn unroutable(&mut self, specs: &Specs, request: &Request) -> Request {
        self.summary.unroutable();
        let method = if METHODS.contains(&request.method.as_str()) { request.method.as_str() } else { "OTHER" };
        let value = format!("{:?}", (&request.method, &request.path, &request.query, &request.body));
        let number = self.ordinal("unroutable", &value, |ordinal| format!("unroutable-{ordinal}"));
        let number = if self.pass == Pass::Blank { "unroutable".to_owned() } else { number };
        let mut redacted = Request { method: method.to_owned(), path: format!("/{number}"), ..Request::default() };
        if specs.route(&redacted).is_ok() {
            // No operation has an empty segment.
            redacted.path = format!("//{number}");
        }
        redacted.headers = self.request_fields(None, request, Headers::new());
        redacted
    }

    fn response(&mut self, context: Option<Context<'_>>, response: &Response) -> Response {
        let headers = self.response_fields(context, response);
        let body = match &response.body {
            Body::Empty => Body::Empty,
            Body::Withheld(withheld) => Body::Withheld(*withheld),
            Body::Bytes(bytes) if bytes.len() > MAX_KEPT_BODY => withheld(WithheldReason::TooLong, bytes),
            Body::Bytes(bytes) => self.body(context, response, bytes),
        };
        if matches!(body, Body::Withheld(_)) {
            self.summary.withheld_body();
        }
        Response { status: response.status, headers, body, end: response.end }
    }

    fn body(&mut self, context: Option<Context<'_>>, response: &Response, bytes: &Bytes) -> Body {
        let success = context.filter(|context| response.status == Some(context.spec.http.success));
        if let Some(body) = success.and_then(|context| self.raw_payload(context, bytes)) {
            return body;
        }
        let json = match Compact::parse(bytes) {
            Ok(json) => json,
            Err(error) => return withheld(WithheldReason::of_not_json(bytes, &error), bytes),
        };
        let redacted = match success {
            Some(context) => self.output_body(context, &json),
            None => self.error_body(context, &json, is_authentication_error(response)),
        };
        Body::from_bytes(redacted)
    }

    /// A payload that is no JSON: bytes, or a text.
    fn raw_payload(&mut self, context: Context<'_>, bytes: &Bytes) -> Option<Body> {
        let outputs = &context.spec.output;
        let index = outputs.iter().position(|member| member.location == Location::Payload)?;
        let site = context.output(index, true);
        match context.spec.shape(site.shape).kind {
            Kind::Blob => Some(match site.class {
                Some(class) => {
                    self.summary.redacted(class);
                    withheld(WithheldReason::of_bytes(bytes), bytes)
                }
                None => Body::from_bytes(self.bytes(&site, bytes)),
            }),
            Kind::String | Kind::Enum(_) => {
                let text = std::str::from_utf8(bytes).ok()?;
                Some(Body::from_bytes(self.text(context, &site, text).unwrap_or_else(|| text.to_owned())))
            }
            _ => None,
        }
    }

    /// Bytes that are kept, or as many zeros.
    fn bytes(&mut self, site: &Site<'_>, bytes: &Bytes) -> Bytes {
        if let Some(member) = site.kept {
            self.summary.kept(member);
        }
        let Some(class) = site.class else { return bytes.clone() };
        self.summary.redacted(class);
        Bytes::from(vec![0; bytes.len()])
    }
}

fn withheld(reason: WithheldReason, bytes: &Bytes) -> Body {
    Body::Withheld(Withheld { reason, length: bytes.len() as u64 })
}

fn is_authentication_error(response: &Response) -> bool {
    error_type(response).is_some_and(|error| AUTHENTICATION.iter().any(|name| error.name.starts_with(name)))
}
