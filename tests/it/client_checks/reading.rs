//! How the client reads an answer: a body, or a failure and whether it may pass.

use super::client::{Client, Fault, failure, said};
use retake::evidence::reading::Content;
use retake::evidence::{ErrorClass, Failure};
use retake::message::{End, Json, Response, WithheldReason};
use retake::spec::errors;

impl Client<'_> {
    /// The body of a success, or the failure and whether it may pass.
    pub(super) fn read(&self, response: &Response) -> Result<Content, (Failure, bool)> {
        match (response.status, response.end) {
            (Some(200), End::Complete) => match Content::of(&response.body) {
                content @ Content::Json(Json::Object(_)) => Ok(content),
                Content::NotJson(WithheldReason::Truncated) => Err((said("cut"), false)),
                _ => Err((said("not JSON"), false)),
            },
            (Some(status), End::Complete) => {
                let failed = self.service_error(status, response);
                let may_pass = self.retries(status, response);
                Err((failed, may_pass))
            }
            (_, End::EofAfter(_)) => Err((said("cut"), !self.has(Fault::TakesCutBodyForTheEnd))),
            (_, _) => Err((failure(ErrorClass::Transport), !self.has(Fault::NeverRetriesReset))),
        }
    }

    fn retries(&self, status: u16, response: &Response) -> bool {
        let is_opaque = !matches!(Content::of(&response.body), Content::Json(_));
        match self.fault {
            Fault::NeverRetriesThrottle if status == 429 && !is_opaque => false,
            Fault::NeverRetriesOpaqueError if is_opaque => false,
            Fault::RetriesRefusal => true,
            _ => status == 429 || status >= 500,
        }
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

    fn code(&self, response: &Response, body: Option<&Json>) -> Option<String> {
        let member = |name: &str| Some(body?.get(name)?.as_text()?.into_owned());
        let bare = |text: String| text.rsplit('#').next().unwrap_or_default().to_owned();
        let in_body = || member("code").or_else(|| member("__type"));
        match self.fault {
            Fault::IgnoresTypeHeader => in_body().map(bare),
            Fault::KeepsUri => {
                response.headers.get("x-amzn-errortype").map(str::to_owned).or_else(|| in_body().map(bare))
            }
            Fault::KeepsNamespace => {
                let header = response.headers.get("x-amzn-errortype");
                header.map(|text| text.split(':').next().unwrap_or_default().to_owned()).or_else(in_body)
            }
            Fault::ReadsBodyBeforeHeader if in_body().is_some() => in_body().map(bare),
            _ => errors::error_type(response).map(|error| error.name),
        }
    }
}
