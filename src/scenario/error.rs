//! The family of errors: by which name, message and status one reaches the caller.

use super::Family;
use super::draft::{Draft, Drafts};
use super::material::Material;
use super::name;
use super::reply::{
    Carrier, empty, ends_call, error, final_error, html, truncated, untyped, with_first_member, with_header,
    without_member,
};
use crate::evidence::ExpectedError;
use crate::message::Response;
use crate::spec::errors::ERROR_TYPE_HEADER;
use crate::spec::{ErrorShape, Spec};

/// An error that no spec has.
const UNMODELLED: &str = "RetakeUnmodelledException";

/// The status of an error that no spec has.
const UNMODELLED_STATUS: u16 = 400;

/// A status that stands for no error of any spec.
const ODD_STATUS: u16 = 418;

pub(super) fn derive(material: &Material<'_>) -> Family {
    let mut drafts = Drafts::new(material, "error");
    carriers(&mut drafts);
    disagreements(&mut drafts);
    statuses(&mut drafts);
    drafts.finish()
}

/// Each error in each place where its name may stand.
fn carriers(drafts: &mut Drafts<'_, '_>) {
    let spec = drafts.material.spec;
    for shape in &spec.errors {
        for carrier in Carrier::EACH {
            let case = format!("{}-{}", name::of_error(&shape.name), carrier.as_str());
            let message = format!("retake asks for error/{case}");
            let response = error(spec, shape.status, carrier, &shape.name, &message);
            let judges: &[&'static str] = match carrier {
                Carrier::Header => &["error.typed", "error.type-sources", "error.message"],
                Carrier::HeaderUri | Carrier::Code | Carrier::Type | Carrier::TypeNamespace | Carrier::Everywhere => {
                    &["error.typed", "error.type-sources"]
                }
            };
            let draft = drafts.draft(case, judges).answer(None, response).hostile();
            let draft = draft.error(ExpectedError { message: Some(message), ..named(shape) });
            let draft = draft.expects(format!("the error {}", shape.name));
            drafts.add(draft.why(format!("the name may stand in {}", carrier.words())));
        }
    }
    if spec.errors.is_empty() {
        drafts.leave_out("<error>-header", "the spec has no errors");
    }
}

/// Errors whose parts do not say the same, or say too little.
fn disagreements(drafts: &mut Drafts<'_, '_>) {
    let spec = drafts.material.spec;
    let sources: &[&'static str] = &["error.typed", "error.type-sources"];
    match two_errors(spec) {
        Some((first, second)) => {
            let header = untyped(first.status, "retake disagrees with itself");
            let header = with_header(header, ERROR_TYPE_HEADER, &first.name);
            let header = with_first_member(with_first_member(header, "__type", &second.name), "code", &second.name);
            let draft = one_error(drafts, "disagree-header-body", sources, header, named(first));
            let draft = draft.expects(format!("the error {}, not {}", first.name, second.name));
            drafts.add(draft.why("the header is what the service says, the body may be another layer's"));

            let code = with_first_member(untyped(first.status, "retake disagrees with itself"), "__type", &second.name);
            let code = with_first_member(code, "code", &first.name);
            let draft = one_error(drafts, "disagree-code-type", sources, code, named(first));
            let draft = draft.expects(format!("the error {}, not {}", first.name, second.name));
            drafts.add(draft.why("\"code\" goes before \"__type\""));
        }
        None => {
            for case in ["disagree-header-body", "disagree-code-type"] {
                drafts.leave_out(case, "the spec has no two errors that end a call");
            }
        }
    }
    match another_status(spec) {
        Some((shape, status)) => {
            let response = error(spec, status, Carrier::Header, &shape.name, "retake sends another status");
            let expected = ExpectedError { status: Some(status), ..named(shape) };
            let draft = one_error(drafts, "status-disagrees", sources, response, expected);
            let draft = draft.expects(format!("the error {}, although the status is {status}", shape.name));
            drafts.add(draft.why("the name says what it is; a status stands for several errors"));
        }
        None => drafts.leave_out("status-disagrees", "the spec has no error that ends a call"),
    }
    match final_error(spec) {
        Some(shape) => {
            let response = error(spec, shape.status, Carrier::Everywhere, &shape.name, "");
            let response = without_member(response, "/message");
            let draft = one_error(drafts, "no-message", sources, response, named(shape));
            let draft = draft.expects(format!("the error {}, without a message", shape.name));
            drafts.add(draft.why("a message is for people, and may be missing"));
        }
        None => drafts.leave_out("no-message", "the spec has no error that ends a call"),
    }
    let response = error(spec, UNMODELLED_STATUS, Carrier::Everywhere, UNMODELLED, "retake knows no such error");
    let expected = ExpectedError {
        name: Some(UNMODELLED.to_owned()),
        status: Some(UNMODELLED_STATUS),
        ..ExpectedError::default()
    };
    let draft = one_error(drafts, "unmodelled", &["error.typed", "error.unmodelled"], response, expected);
    let draft = draft.expects(format!("an error with the code {UNMODELLED}"));
    drafts.add(draft.why("services add errors: a caller needs the name of one that its client has never seen"));
}

/// Errors that say no name, by each status that the spec's errors have.
fn statuses(drafts: &mut Drafts<'_, '_>) {
    let mut statuses: Vec<u16> = drafts.material.spec.errors.iter().map(|error| error.status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    if statuses.is_empty() {
        return drafts.leave_out("untyped-<status>", "the spec has no errors");
    }
    type Answer = fn(u16) -> Response;
    let kinds: [(&str, &[&'static str], Answer, &str); 4] = [
        (
            "untyped",
            &["error.untyped"],
            |status| untyped(status, "retake gives no name"),
            "not every layer says a name",
        ),
        ("html", &["error.opaque-body"], html, "gateways answer in HTML: the status is all that is sure"),
        ("empty", &["error.opaque-body"], empty, "an error may have no body"),
        ("truncated", &["error.opaque-body"], truncated, "an error's body may break off"),
    ];
    for (kind, judges, answer, why) in kinds {
        for status in &statuses {
            let expected = ExpectedError { status: Some(*status), ..ExpectedError::default() };
            let draft = one_error(drafts, &format!("{kind}-{status}"), judges, answer(*status), expected);
            drafts.add(draft.expects(format!("an error with the status {status}")).why(why));
        }
    }
}

fn one_error(
    drafts: &Drafts<'_, '_>,
    case: &str,
    judges: &[&'static str],
    response: Response,
    expected: ExpectedError,
) -> Draft {
    drafts.draft(case, judges).answer(None, response).hostile().error(expected)
}

/// The error by its name and status.
fn named(shape: &ErrorShape) -> ExpectedError {
    ExpectedError { name: Some(shape.name.clone()), status: Some(shape.status), message: None }
}

/// Two errors that end a call, so that no retry follows from either.
fn two_errors(spec: &Spec) -> Option<(&ErrorShape, &ErrorShape)> {
    let first = final_error(spec)?;
    let second = spec.errors.iter().find(|error| error.name != first.name && ends_call(error))?;
    Some((first, second))
}

/// An error that ends a call, with a status that is not its own and ends one too.
fn another_status(spec: &Spec) -> Option<(&ErrorShape, u16)> {
    let status = final_error(spec)?.status;
    let other = spec.errors.iter().find(|error| ends_call(error) && error.status != status);
    Some(other.map_or((final_error(spec)?, ODD_STATUS), |other| (other, status)))
}
