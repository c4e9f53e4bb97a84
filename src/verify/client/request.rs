//! What any request of a client must be: signed, the operation's, and with what its caller gave.

use super::super::finding::{Judgement, Note, Part};
use super::Client;
use super::compare::are_equal;
use super::wire::{Why, inputs};
use crate::evidence::Signature;
use crate::message::{Json, target};
use crate::spec::conform::check_inputs;
use crate::spec::{InputValue, Inputs, Location, Member};

/// `request.signed`: the signature of every request is valid.
pub(super) fn signed<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let mut valid = 0;
    for asked in &client.wire.requests {
        match client.run.arrivals.get(asked.index).map(|arrival| &arrival.signature) {
            Some(Signature::Valid) => valid += 1,
            Some(Signature::Refused(why)) => {
                let note = Note::new("the request is not validly signed")
                    .at(asked.index, Part::Request)
                    .expected(format!("a SigV4 signature for the service {}", client.spec.service.signing_name))
                    .found(why.clone())
                    .by_word(client.spec, &["signing_name", "service"])
                    .help("sign with the credentials and the region that the environment gives, over what is sent");
                return Judgement::broken(note);
            }
            Some(Signature::Unchecked) | None => {}
        }
    }
    Judgement::held(valid)
}

/// `request.route`: method, path and members are the operation's, and the first request is for the caller's resource.
pub(super) fn route<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    for asked in &client.wire.requests {
        let case = client.case(asked.index);
        let unrouted = match (&case.reading.route, &asked.why) {
            (Err(unrouted), why) if !matches!(why, Why::OtherToken(_)) => unrouted.what.clone(),
            (Ok(_), Why::Foreign) => format!("it is another operation than {}", client.spec.operation),
            (Ok(_) | Err(_), _) => continue,
        };
        let request = &case.exchange.request;
        let note = Note::new(format!("the request is not {}: {unrouted}", client.spec.operation))
            .at(asked.index, Part::Request)
            .expected(format!("{} {}", client.spec.http.method, client.spec.path_for(client.run.inputs)))
            .found(format!("{} {}", request.method, target::join(&request.path, &request.query)))
            .by_key(client.spec, client.spec.http.line, "path")
            .help("build the path of the operation: each input in its place, encoded, and nothing behind it");
        return Judgement::broken(note);
    }
    let Some((index, sent)) = first(client) else { return Judgement::untouched() };
    for member in client.spec.input.iter().filter(|member| member.location == Location::Path) {
        let (given, sent) = (client.run.inputs.text(&member.key), sent.text(&member.key));
        let is_escape = matches!((&given, &sent), (Some(given), Some(sent)) if target::decode(sent) == **given);
        if given != sent && !is_escape {
            let note =
                Note::new(format!("the request is for another resource: \"{}\" is not what was given", member.key))
                    .at(index, Part::Request)
                    .expected(given.unwrap_or_default())
                    .found(sent.unwrap_or_default())
                    .by(client.spec, member.line)
                    .help("put what the caller gave into the path, as it is");
            return Judgement::broken(note);
        }
    }
    Judgement::held(client.wire.requests.len() as u64)
}

/// `request.encoding`: the first request decodes to what the caller gave.
pub(super) fn encoding<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let Some((index, sent)) = first(client) else { return Judgement::untouched() };
    for member in client.spec.input.iter().filter(|member| counts(client, member)) {
        let (given, sent) = (client.run.inputs.get(&member.key), sent.get(&member.key));
        if are_same(given, sent) {
            continue;
        }
        let what = match (given, sent) {
            (Some(_), None) => "is not sent",
            (None, Some(_)) => "is sent and was not given",
            (Some(_), Some(_)) | (None, None) => "is not what was given",
        };
        let note = Note::new(format!("\"{}\" {what}", member.key))
            .at(index, Part::Request)
            .expected(given.map_or_else(|| "nothing".to_owned(), |given| given.text().into_owned()))
            .found(sent.map_or_else(|| "nothing".to_owned(), |sent| sent.text().into_owned()))
            .by(client.spec, member.line)
            .help("encode each member once, by RFC 3986: a space as %20, a plus sign as %2B, a percent sign as %25");
        return Judgement::broken(note);
    }
    Judgement::held(1)
}

/// Whether the encoding of a member is judged: the token and the page size only where the caller gave them.
fn counts(client: &Client<'_, '_>, member: &Member) -> bool {
    let Some(paging) = &client.spec.pagination else { return true };
    match member.key == paging.input_token {
        true => client.run.inputs.get(&member.key).is_some(),
        false => paging.page_size.as_ref() != Some(&member.key),
    }
}

/// `request.member`: members are what their types say; what the caller gave is not the client's fault.
pub(super) fn member<'a>(client: &Client<'_, 'a>) -> Judgement<'a> {
    let given = check_inputs(client.spec, client.run.inputs);
    let token = client.spec.pagination.as_ref().map(|paging| paging.input_token.as_str());
    let mut judged = 0;
    for asked in client.wire.of_operation() {
        let case = client.case(asked.index);
        judged += u64::from(case.reading.route.is_ok());
        let is_theirs = |member: &str| given.iter().any(|problem| problem.member == member) || token == Some(member);
        if let Some(problem) = case.input_problems.iter().find(|problem| !is_theirs(&problem.member)) {
            let note = Note::new(format!("\"{}\" {}", problem.member, problem.violation))
                .at(asked.index, Part::Request)
                .expected(problem.violation.expected())
                .found(problem.violation.found())
                .by(client.spec, problem.line)
                .help("leave out what the caller did not give: a default of the client's own must be one that the type takes");
            return Judgement::broken(note);
        }
    }
    Judgement::held(judged)
}

/// The first request that could be read, and its inputs.
fn first<'c>(client: &'c Client<'_, '_>) -> Option<(usize, &'c Inputs)> {
    let index = client.wire.first()?.index;
    Some((index, inputs(client.case(index))?))
}

/// Whether two inputs are the same value.
pub(super) fn are_same(first: Option<&InputValue>, second: Option<&InputValue>) -> bool {
    match (first, second) {
        (Some(InputValue::Json(first)), Some(InputValue::Json(second))) => are_equal(first, second),
        (Some(InputValue::Json(json)), Some(InputValue::Text(text)))
        | (Some(InputValue::Text(text)), Some(InputValue::Json(json))) => {
            json.as_text().map_or_else(|| Json::to_compact(json) == *text, |json| json == *text)
        }
        (first, second) => first == second,
    }
}
