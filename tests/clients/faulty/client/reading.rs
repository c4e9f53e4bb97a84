//! How the client reads an answer: a body, or a failure, and whether that may pass.

use super::{Client, Fault};
use retake::evidence::reading::Content;
use retake::evidence::{ErrorClass, Failure};
use retake::message::{Body, End, Json, Response, WithheldReason};
use retake::spec::conform::{Violation, check_output_body};
use retake::spec::errors;

/// A page that could be read, or why there is none.
pub(super) type Read = Result<(Response, Content), Failure>;

/// What the client says of a body that breaks off.
pub(super) const CUT: &str = "the body breaks off";

/// What the client says of a success that is not JSON.
pub(super) const NOT_JSON: &str = "the body is not JSON";

/// A failure of which no more is known.
pub(super) fn failure(class: ErrorClass) -> Failure {
    Failure { class, code: None, message: None, status: None, items: Vec::new() }
}

fn unreadable(message: &str) -> Failure {
    Failure { message: Some(message.to_owned()), ..failure(ErrorClass::Deserialise) }
}

impl Client<'_> {
    /// The body of a success, or the failure.
    pub(super) fn read(&self, response: &Response) -> Result<Content, Failure> {
        match (response.status, response.end) {
            (Some(200), End::Complete) => match self.content(response) {
                content @ Content::Json(Json::Object(_)) => Ok(content),
                Content::NotJson(WithheldReason::Truncated) => Err(unreadable(CUT)),
                _ => Err(unreadable(NOT_JSON)),
            },
            (Some(status), End::Complete) => Err(self.service_error(status, response)),
            (_, End::EofAfter(_)) => Err(unreadable(CUT)),
            (_, End::TimeoutAfter(_)) => Err(failure(ErrorClass::Timeout)),
            (_, End::Complete | End::ResetAfter(_)) => Err(failure(ErrorClass::Transport)),
        }
    }

    fn content(&self, response: &Response) -> Content {
        if !self.has(Fault::ReadsTextAsLatin1) {
            return Content::of(&response.body);
        }
        let text: String = response.body.bytes().iter().copied().map(char::from).collect();
        Content::of(&Body::from_bytes(text))
    }

    /// Whether what failed may be better the next time.
    pub(super) fn may_pass(&self, response: &Response) -> bool {
        match (response.status, response.end) {
            (Some(200), End::Complete) => false,
            (Some(status), End::Complete) => self.error_may_pass(status, response),
            (_, End::EofAfter(_)) => !self.has(Fault::TakesCutBodyForTheEnd),
            (_, End::Complete | End::ResetAfter(_) | End::TimeoutAfter(_)) => !self.has(Fault::NeverRetriesReset),
        }
    }

    fn error_may_pass(&self, status: u16, response: &Response) -> bool {
        let is_opaque = !matches!(Content::of(&response.body), Content::Json(_));
        match self.fault {
            Fault::NeverRetriesThrottle if status == 429 && !is_opaque => false,
            Fault::NeverRetriesOpaqueError if is_opaque => false,
            Fault::RetriesRefusal => true,
            _ => status == 429 || status >= 500,
        }
    }

    /// Why a page that is JSON is refused.
    pub(super) fn refuses(&self, body: &Content) -> Option<Failure> {
        let body = body.json()?;
        let is_refused = check_output_body(self.spec, body).iter().any(|problem| {
            matches!(
                (&problem.violation, self.fault),
                (Violation::WrongType { .. }, Fault::None | Fault::FailsOnUnknownValue)
                    | (Violation::UnmodelledValue(_), Fault::FailsOnUnknownValue)
                    | (Violation::UnknownMember { .. }, Fault::FailsOnUnknownMember)
            )
        });
        let has_null = || body.to_compact().contains("\"ImageSetWorkflowStatus\":null");
        let is_refused = is_refused || self.has(Fault::FailsOnNull) && has_null();
        is_refused.then(|| failure(ErrorClass::Deserialise))
    }

    fn service_error(&self, status: u16, response: &Response) -> Failure {
        let body = Json::parse(response.body.bytes()).ok();
        let message = body.as_ref().and_then(|body| Some(body.get("message")?.as_text()?.into_owned()));
        let message = message.filter(|_| !self.has(Fault::LosesMessage));
        let mut code = self.code(response, body.as_ref());
        let is_modelled = |code: &Option<String>| code.as_deref().is_some_and(|code| self.spec.error(code).is_some());
        let mut status = Some(status);
        match self.fault {
            Fault::MapsEveryErrorToOne => code = Some("ResourceNotFoundException".to_owned()),
            Fault::LosesUnmodelledCode if !is_modelled(&code) => code = None,
            Fault::LosesStatusWithoutName if code.is_none() && body.is_some() => status = None,
            Fault::FailsToReadErrorPage if body.is_none() && !response.body.bytes().is_empty() => {
                return Failure { status, ..failure(ErrorClass::Deserialise) };
            }
            _ => {}
        }
        let class = if is_modelled(&code) { ErrorClass::Modelled } else { ErrorClass::Unmodelled };
        Failure { class, code, message, status, items: Vec::new() }
    }

    /// The error's name, from wherever it stands.
    fn code(&self, response: &Response, body: Option<&Json>) -> Option<String> {
        let member = |name: &str| Some(body?.get(name)?.as_text()?.into_owned());
        let bare = |text: String| text.rsplit('#').next().unwrap_or_default().to_owned();
        let in_header = || response.headers.get("x-amzn-errortype");
        let in_body = || member("code").or_else(|| member("__type"));
        match self.fault {
            Fault::IgnoresTypeHeader => in_body().map(bare),
            Fault::KeepsUri => in_header().map(str::to_owned).or_else(|| in_body().map(bare)),
            Fault::KeepsNamespace => {
                in_header().map(|text| text.split(':').next().unwrap_or_default().to_owned()).or_else(in_body)
            }
            Fault::ReadsBodyBeforeHeader if in_body().is_some() => in_body().map(bare),
            _ => errors::error_type(response).map(|error| error.name),
        }
    }
}
