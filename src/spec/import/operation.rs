//! An operation of a model as a spec.

use super::Imported;
use super::former::{Former, Step};
use super::model::{Model, Paginators, Shapes, flag, shape_of, text_of};
use super::survey::{Survey, Surveyor, extended};
use super::types::{Entries, Types};
use super::write::{Piece, render, text, word};
use crate::diagnostic::Diagnostic;
use crate::message::Json;
use crate::spec::TimestampFormat;
use std::borrow::Cow;

/// The pages of a listing.
struct Pages {
    input_token: String,
    output_token: String,
    page_size: Option<String>,
    items: String,
}

pub(super) fn import(
    model: &Model,
    paginators: Option<&Paginators>,
    name: &str,
    source: Option<&str>,
    former: Option<&Former>,
) -> Result<Imported, Diagnostic> {
    let operation = model.operation(name).ok_or_else(|| {
        let names = model.operations();
        let error = Diagnostic::new(format!("the model has no operation \"{name}\"")).at(model.at("/operations"));
        error.suggest(name, names.iter().map(String::as_str))
    })?;
    let protocol = protocol(model)?;
    refuse_features(operation)?;

    let mut left_out = Vec::new();
    let shapes = model.shapes();
    let part = |key: &str| match operation.get(key).and_then(shape_of) {
        Some(name) => shapes.get(&name).map(Some),
        None => Ok(None),
    };
    let (input, output) = (part("input")?, part("output")?);
    let members = Paged { shapes: &shapes, input, output };
    let pages = pages(paginators, name, &members, &mut left_out);
    let mut surveyor = Surveyor { shapes: &shapes, former, tokens: tokens(pages.as_ref()), survey: Survey::default() };
    for (structure, begin) in [(input, Step::Input as fn(String) -> Step), (output, Step::Output)] {
        if let Some(structure) = structure {
            surveyor.part(structure, begin)?;
        }
    }
    let mut types = Types::new(surveyor);
    let input = of_part(&mut types, input, Step::Input)?;
    let output = of_part(&mut types, output, Step::Output)?;
    let definitions = types.definitions()?;
    left_out.append(&mut types.unenforced);

    let mut entries: Entries = vec![
        ("spec".to_owned(), word(1)),
        ("service".to_owned(), Piece::Block(service(model, protocol))),
        ("operation".to_owned(), text(name)),
    ];
    entries.extend(block("source", origin(source, former)));
    entries.push(("http".to_owned(), Piece::Block(http(operation, former)?)));
    entries.extend(block("input", input));
    entries.extend(block("output", output));
    entries.extend(block("types", definitions));
    entries.extend(block("pagination", pages.map(|pages| pagination(&pages, former)).unwrap_or_default()));
    entries.extend(block("errors", errors(operation, &shapes, former)?));
    let mut written = render(&entries);
    for section in former.into_iter().flat_map(Former::sections) {
        written.push_str(section);
    }
    Ok(Imported { operation: name.to_owned(), path: model.path_of(name), text: written, left_out })
}

fn block(key: &str, entries: Entries) -> Option<(String, Piece)> {
    (!entries.is_empty()).then(|| (key.to_owned(), Piece::Block(entries)))
}

/// The protocol as the format calls it, the one that is understood.
fn protocol(model: &Model) -> Result<&'static str, Diagnostic> {
    let protocol = model.metadata("protocol").unwrap_or_default();
    if protocol == "rest-json" {
        return Ok("rest-json");
    }
    Err(Diagnostic::new(format!("the protocol {protocol} is not supported"))
        .at(model.at("/metadata/protocol"))
        .expected("rest-json, the one that this retake understands"))
}

fn refuse_features(operation: &Json) -> Result<(), Diagnostic> {
    let refuse = |what: &str| Err(Diagnostic::new(format!("{what}, which is not supported")));
    let uri = operation.get("http").and_then(|http| text_of(http, "requestUri")).unwrap_or_default();
    let prefix = operation.get("endpoint").and_then(|endpoint| text_of(endpoint, "hostPrefix")).unwrap_or_default();
    match () {
        () if uri.contains('?') => refuse("the path has a fixed query"),
        () if uri.contains("+}") => refuse("a label of the path takes several parts of it"),
        () if prefix.contains('{') => refuse("the host has a part of the input"),
        () => Ok(()),
    }
}

fn service(model: &Model, protocol: &str) -> Entries {
    let endpoint = model.metadata("endpointPrefix").unwrap_or_default();
    let signing = model.metadata("signingName").unwrap_or_else(|| endpoint.clone());
    vec![
        ("id".to_owned(), text(&model.service_id())),
        ("api_version".to_owned(), text(&model.metadata("apiVersion").unwrap_or_default())),
        ("protocol".to_owned(), word(protocol)),
        ("signing_name".to_owned(), text(&signing)),
        ("endpoint".to_owned(), text(&format!("{{prefix}}{endpoint}.{{region}}.amazonaws.com"))),
    ]
}

/// Where the spec comes from; what people said of its documents stays.
fn origin(source: Option<&str>, former: Option<&Former>) -> Entries {
    let before = former.map(|former| former.spec().source.clone()).unwrap_or_default();
    let model = source.map(str::to_owned).or(before.model);
    let entries = [("model", model), ("documented", before.documented), ("retrieved", before.retrieved)];
    entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), text(&value?)))).collect()
}

fn http(operation: &Json, former: Option<&Former>) -> Result<Entries, Diagnostic> {
    let http = operation.get("http").ok_or_else(|| Diagnostic::new("the operation has no \"http\""))?;
    let mut entries = vec![
        ("method".to_owned(), text(&text_of(http, "method").unwrap_or(Cow::Borrowed("POST")))),
        ("path".to_owned(), text(&text_of(http, "requestUri").unwrap_or(Cow::Borrowed("/")))),
    ];
    let prefix = operation.get("endpoint").and_then(|endpoint| text_of(endpoint, "hostPrefix"));
    entries.extend(prefix.map(|prefix| ("host_prefix".to_owned(), text(&prefix))));
    if let Some(Json::Number(status)) = http.get("responseCode") {
        entries.push(("success".to_owned(), word(status)));
    }
    let read_only = former.map_or_else(|| flag(operation, "readonly"), |former| former.spec().http.read_only);
    entries.push(("read_only".to_owned(), word(read_only)));
    Ok(entries)
}

/// The members of an input or output, each with its place.
fn of_part(
    types: &mut Types<'_, '_>,
    structure: Option<&Json>,
    begin: fn(String) -> Step,
) -> Result<Entries, Diagnostic> {
    let Some(structure) = structure else { return Ok(Entries::new()) };
    let payload = text_of(structure, "payload");
    let place = |key: &str, member: &Json| place(key, member, payload.as_deref());
    types.members(structure, |key| extended(&[], begin(key.to_owned())), place)
}

/// Where a member stands, and how times are spelled there unless something else is said.
fn place(key: &str, member: &Json, payload: Option<&str>) -> Result<(Entries, TimestampFormat), Diagnostic> {
    let (place, format) = match text_of(member, "location").as_deref() {
        _ if payload == Some(key) => ("payload", TimestampFormat::EpochSeconds),
        Some("uri") => ("path", TimestampFormat::DateTime),
        Some("querystring") => ("query", TimestampFormat::DateTime),
        Some("header") => ("header", TimestampFormat::HttpDate),
        Some("statusCode") => ("status", TimestampFormat::EpochSeconds),
        Some("headers") => {
            let what = format!("the member {key} is all headers of a prefix, which is not supported");
            return Err(Diagnostic::new(what));
        }
        Some(other) => return Err(Diagnostic::new(format!("the member {key} is in an unknown place, \"{other}\""))),
        None => return Ok((Entries::new(), TimestampFormat::EpochSeconds)),
    };
    Ok((vec![("in".to_owned(), word(place))], format))
}

/// The members by which a listing may page.
struct Paged<'a, 'm> {
    shapes: &'a Shapes<'m>,
    input: Option<&'m Json>,
    output: Option<&'m Json>,
}

impl Paged<'_, '_> {
    /// The kind of a member of the input or output.
    fn kind(&self, part: Option<&Json>, name: &str) -> Option<String> {
        let shape = shape_of(part?.get("members")?.get(name)?)?;
        text_of(self.shapes.get(&shape).ok()?, "type").map(Cow::into_owned)
    }
}

/// The pages of a listing, where they are of the usual kind: one token that is a text, one list.
fn pages(
    paginators: Option<&Paginators>,
    operation: &str,
    members: &Paged<'_, '_>,
    left_out: &mut Vec<String>,
) -> Option<Pages> {
    let paginator = paginators?.of(operation)?;
    let usual = |key: &str, part: Option<&Json>, kinds: &[&str]| {
        let name = text_of(paginator, key)?.into_owned();
        let kind = members.kind(part, &name)?;
        kinds.contains(&kind.as_str()).then_some(name)
    };
    let pages = || {
        Some(Pages {
            input_token: usual("input_token", members.input, &["string"])?,
            output_token: usual("output_token", members.output, &["string"])?,
            page_size: usual("limit_key", members.input, &["integer", "long"]),
            items: usual("result_key", members.output, &["list"])?,
        })
    };
    let pages = pages();
    match &pages {
        None => left_out.push("its pages are of an unusual kind: the spec has no pagination".to_owned()),
        Some(pages) if pages.page_size.is_none() && paginator.get("limit_key").is_some() => {
            left_out.push("its page size is no whole number: the spec has none".to_owned());
        }
        Some(_) => {}
    }
    pages
}

fn tokens(pages: Option<&Pages>) -> Vec<Vec<Step>> {
    let of = |pages: &Pages| {
        vec![vec![Step::Input(pages.input_token.clone())], vec![Step::Output(pages.output_token.clone())]]
    };
    pages.map(of).unwrap_or_default()
}

/// A model does not say what tells items apart: that stays as it was.
fn pagination(pages: &Pages, former: Option<&Former>) -> Entries {
    let mut entries = vec![
        ("input_token".to_owned(), text(&pages.input_token)),
        ("output_token".to_owned(), text(&pages.output_token)),
    ];
    entries.extend(pages.page_size.as_ref().map(|size| ("page_size".to_owned(), text(size))));
    entries.push(("items".to_owned(), text(&pages.items)));
    let before = former.and_then(|former| former.spec().pagination.as_ref());
    if let Some(identity) = before.map(|pagination| &pagination.identity).filter(|identity| !identity.is_empty()) {
        entries.push(("identity".to_owned(), Piece::List(identity.iter().map(|name| text(name)).collect())));
    }
    entries
}

fn errors(operation: &Json, shapes: &Shapes<'_>, former: Option<&Former>) -> Result<Entries, Diagnostic> {
    let mut entries = Entries::new();
    let errors = operation.get("errors").and_then(Json::as_array).unwrap_or_default();
    for name in errors.iter().filter_map(shape_of) {
        let shape = shapes.get(&name)?;
        let is_server = flag(shape, "fault");
        let code = shape.get("error").and_then(|error| text_of(error, "code"));
        let status = match shape.get("error").and_then(|error| error.get("httpStatusCode")) {
            Some(Json::Number(status)) => status.parse::<u16>().unwrap_or(400),
            _ if is_server => 500,
            _ => 400,
        };
        let is_throttling = status == 429
            || shape.get("retryable").is_some_and(|retryable| flag(retryable, "throttling"))
            || ["Throttl", "TooManyRequests", "SlowDown"].iter().any(|word| name.contains(word));
        let retry = match status {
            _ if is_throttling => "throttling",
            500.. => "transient",
            _ if shape.get("retryable").is_some() => "transient",
            _ => "never",
        };
        let mut error = vec![
            ("status".to_owned(), word(status)),
            ("fault".to_owned(), word(if is_server || status >= 500 { "server" } else { "client" })),
            ("retry".to_owned(), word(retry)),
        ];
        let name = code.unwrap_or(name);
        if entries.iter().any(|(known, _)| *known == name) {
            continue;
        }
        let note = former.and_then(|former| former.spec().error(&name)?.note.clone());
        error.extend(note.map(|note| ("note".to_owned(), text(&note))));
        entries.push((name.into_owned(), Piece::Flow(error)));
    }
    Ok(entries)
}
