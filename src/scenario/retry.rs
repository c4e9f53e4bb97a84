//! The family of retries: what is asked for again, what is not, and when it ends.

use super::Family;
use super::draft::{Draft, Drafts};
use super::material::Material;
use super::name;
use super::reply::{Carrier, Next, cut, empty, ends_call, error, html, nothing, truncated, untyped, with_header};
use crate::answer::Wire;
use crate::evidence::ExpectedError;
use crate::message::{End, Response};
use crate::spec::{ErrorShape, Retry, Spec};

/// The status of too many requests.
const THROTTLED: u16 = 429;

/// What 429 is called where the spec does not say.
const THROTTLING_NAME: &str = "TooManyRequestsException";

/// What a server asks a client to wait: longer than any first pause of its own.
const RETRY_AFTER_SECONDS: &str = "2";
const RETRY_AFTER_MILLISECONDS: &str = "1500";

const THROTTLED_THEN_OK: &[&str] = &["retry.throttled-then-ok"];
const TRANSIENT_THEN_OK: &[&str] = &["retry.transient-then-ok"];
const OPAQUE: &[&str] = &["retry.opaque-transient"];
const HINT: &[&str] = &["retry.hint"];

pub(super) fn derive(material: &Material<'_>) -> Family {
    let mut drafts = Drafts::new(material, "retry");
    throttles(&mut drafts);
    transients(&mut drafts);
    hints(&mut drafts);
    connections(&mut drafts);
    opaque(&mut drafts);
    not_retried(&mut drafts);
    drafts.finish()
}

/// 429, as the spec calls it.
pub(super) fn throttling(spec: &Spec) -> Response {
    error(spec, THROTTLED, Carrier::Everywhere, &throttling_name(spec), "retake throttles")
}

fn throttling_name(spec: &Spec) -> String {
    let of_spec = spec.errors.iter().find(|error| error.retry == Retry::Throttling && error.status == THROTTLED);
    of_spec.map_or(THROTTLING_NAME, |error| &error.name).to_owned()
}

/// A fault that may pass, as the spec calls it where it has one of that status.
fn transient(spec: &Spec, status: u16) -> Response {
    let is_it = |error: &&ErrorShape| error.status == status && error.retry == Retry::Transient;
    match spec.errors.iter().find(is_it) {
        Some(shape) => error(spec, status, Carrier::Everywhere, &shape.name, "retake fails for now"),
        None => untyped(status, "retake fails for now"),
    }
}

/// The answers before, and then a success.
fn then_ok(drafts: &Drafts<'_, '_>, case: &str, judges: &[&'static str], before: &[Response]) -> Draft {
    let units = drafts.material.units(0, 3);
    let mut draft = drafts.draft(case, judges);
    for response in before {
        draft = draft.answer(None, response.clone()).hostile();
    }
    let requests = before.len() + 1;
    draft
        .answer(None, drafts.material.success(&units, Next::Absent))
        .success(drafts.success_of(&units))
        .needs_attempts(requests as u32)
        .expects(drafts.words_of(&units, requests))
}

fn throttles(drafts: &mut Drafts<'_, '_>) {
    let spec = drafts.material.spec;
    let response = throttling(spec);
    let once = then_ok(drafts, "429-once", THROTTLED_THEN_OK, std::slice::from_ref(&response));
    drafts.add(once.why("too many requests: ask again, a little later"));
    let twice = then_ok(drafts, "429-twice", THROTTLED_THEN_OK, &[response.clone(), response.clone()]);
    drafts.add(twice.why("one more try is not always enough"));

    let name = throttling_name(spec);
    let draft = drafts.draft("429-forever", &["retry.bounded", "error.typed", "retry.exhausted-surfaces"]);
    let expected = ExpectedError { name: Some(name.clone()), status: Some(THROTTLED), ..ExpectedError::default() };
    let draft = draft.answer(None, response).hostile().error(expected);
    let draft = draft.expects(format!("the error {name}, after no more attempts than allowed"));
    drafts.add(draft.why("what does not pass must end, and in the service's own error"));
}

fn transients(drafts: &mut Drafts<'_, '_>) {
    let whys = [
        (500, "a fault of the server may pass"),
        (502, "a gateway that lost its server may find it again"),
        (503, "a service that is down may come up"),
        (504, "a gateway that waited too long may fare better"),
    ];
    for (status, why) in whys {
        let response = transient(drafts.material.spec, status);
        let draft = then_ok(drafts, &format!("{status}-once"), TRANSIENT_THEN_OK, &[response]);
        drafts.add(draft.why(why));
    }
}

fn hints(drafts: &mut Drafts<'_, '_>) {
    let hints = [("retry-after", RETRY_AFTER_SECONDS, "2 s"), ("x-amz-retry-after", RETRY_AFTER_MILLISECONDS, "1.5 s")];
    for (header, value, words) in hints {
        let response = with_header(transient(drafts.material.spec, 503), header, value);
        let draft = then_ok(drafts, header, HINT, &[response]);
        let draft = draft.expects(format!("whether the client waits {words} is reported"));
        drafts.add(draft.why(format!("the server says when to come back: {header}: {value}")));
    }
}

fn connections(drafts: &mut Drafts<'_, '_>) {
    let reset = then_ok(drafts, "reset-head", TRANSIENT_THEN_OK, &[nothing(End::ResetAfter(0))]);
    drafts.add(reset.why("a connection that breaks before the answer says nothing of the request"));
    let units = drafts.material.units(0, 3);
    let half = cut(drafts.material.success(&units, Next::Absent), End::ResetAfter);
    let reset = then_ok(drafts, "reset-body", TRANSIENT_THEN_OK, &[half]);
    drafts.add(reset.why("half an answer is none"));

    let stalled = drafts.draft("stall", TRANSIENT_THEN_OK);
    let stalled = stalled.answer(None, nothing(End::TimeoutAfter(0))).by_wire(Wire::Stall).hostile();
    let stalled = stalled.answer(None, drafts.material.success(&units, Next::Absent));
    let stalled = stalled.success(drafts.success_of(&units)).needs_attempts(2).outlasts_timeout();
    let expects = drafts.words_of(&units, 2);
    drafts.add(stalled.expects(expects).why("an answer that does not come in time is asked for again"));
}

fn opaque(drafts: &mut Drafts<'_, '_>) {
    let bodies = [
        ("html-503", html(503), "a gateway's page must not keep a client from trying again"),
        ("empty-503", empty(503), "an error without a body must not keep a client from trying again"),
        ("truncated-503", truncated(503), "a body that breaks off must not keep a client from trying again"),
    ];
    for (case, response, why) in bodies {
        let draft = then_ok(drafts, case, OPAQUE, &[response]);
        drafts.add(draft.why(why));
    }
}

fn not_retried(drafts: &mut Drafts<'_, '_>) {
    let spec = drafts.material.spec;
    let mut has_one = false;
    for shape in spec.errors.iter().filter(|error| ends_call(error)) {
        has_one = true;
        let case = format!("{}-not-retried", name::of_error(&shape.name));
        let response = error(spec, shape.status, Carrier::Everywhere, &shape.name, "retake refuses");
        let expected = ExpectedError { name: Some(shape.name.clone()), status: Some(shape.status), message: None };
        let draft = drafts.draft(case, &["retry.never-on-client-fault"]).answer(None, response).hostile();
        let draft = draft.error(expected).expects(format!("the error {}, 1 request", shape.name));
        drafts.add(draft.why("what the client did wrong stays wrong"));
    }
    if !has_one {
        drafts.leave_out("<error>-not-retried", "the spec has no error that ends a call");
    }
}
