//! What of the specs the evidence shows: each modelled error, enum value and member, and the shapes of listings.
//!
//! It counts, and judges nothing: a value of a wrong type is there all the same, and one that the spec does not list is
//! the finding of a check. What a request holds counts as what an answer holds. Specs whose operations do not occur
//! have nothing to show.

use super::case::{Case, Cases};
use super::walk_case::WalkCase;
use crate::evidence::reading::Outcome;
use crate::evidence::{Counts, Coverage, Pages};
use crate::message::{Exchange, Json};
use crate::spec::{InputValue, Kind, Location, Member, ShapeId, Spec};

/// Counts what the evidence shows.
pub(super) fn coverage(cases: &Cases<'_>) -> Coverage {
    let mut coverage = Coverage::default();
    for spec in cases.specs.iter() {
        let mine = cases.exchanges.iter().filter(|case| case.spec().is_some_and(|met| std::ptr::eq(met, spec)));
        let mut tally = Tally::new(spec);
        let mut is_met = false;
        for case in mine {
            is_met = true;
            tally.exchange(case);
        }
        if is_met {
            coverage.merge(tally.named(pages(cases, spec)));
        }
    }
    coverage
}

/// The shapes of the listings of an operation, if it pages.
fn pages(cases: &Cases<'_>, spec: &Spec) -> Option<Pages> {
    spec.pagination.as_ref()?;
    let mut pages = Pages::default();
    for walk in cases.walks.iter().filter(|walk| std::ptr::eq(walk.spec, spec) && walk.is_readable) {
        if let Some(count) = shape_of(walk, &mut pages) {
            *count += 1;
        }
    }
    Some(pages)
}

/// The shape of a listing; none where it was left, or entered, in the middle and shows one page only.
fn shape_of<'p>(walk: &WalkCase<'_>, pages: &'p mut Pages) -> Option<&'p mut u64> {
    let is_empty = walk.pages.iter().all(|page| page.items.is_empty());
    match (walk.walk.is_whole(), walk.pages.len()) {
        (true, _) if is_empty => Some(&mut pages.zero),
        (true, 1) => Some(&mut pages.one),
        (_, 2..) => Some(&mut pages.many),
        _ => None,
    }
}

/// Counts by place in the spec: names are made once, at the end.
struct Tally<'s> {
    spec: &'s Spec,
    errors: Vec<u64>,
    input: Vec<u64>,
    output: Vec<u64>,
    /// For each shape: its members, or its values.
    shapes: Vec<Vec<u64>>,
}

impl<'s> Tally<'s> {
    fn new(spec: &'s Spec) -> Self {
        let length = |kind: &Kind| match kind {
            Kind::Structure(members) | Kind::Union(members) => members.len(),
            Kind::Enum(values) => values.len(),
            _ => 0,
        };
        Self {
            spec,
            errors: vec![0; spec.errors.len()],
            input: vec![0; spec.input.len()],
            output: vec![0; spec.output.len()],
            shapes: spec.shapes.iter().map(|shape| vec![0; length(&shape.kind)]).collect(),
        }
    }

    fn exchange(&mut self, case: &Case<'_>) {
        if let Ok(route) = &case.reading.route {
            for (index, member) in self.spec.input.iter().enumerate() {
                match route.inputs.at(index) {
                    None | Some(InputValue::Json(Json::Null)) => continue,
                    Some(InputValue::Json(value)) => self.value(member.shape, value),
                    Some(InputValue::Text(text)) => self.text(member.shape, text),
                    Some(InputValue::Bytes(_)) => {}
                }
                self.input[index] += 1;
            }
        }
        if let Outcome::Error { name: Some(name), .. } = &case.reading.outcome
            && let Some(index) = self.spec.errors.iter().position(|error| error.name == *name)
        {
            self.errors[index] += 1;
        }
        if let Some(success) = case.success() {
            for (index, member) in self.spec.output.iter().enumerate() {
                self.output[index] += u64::from(self.output(member, success.body(), case.exchange));
            }
        }
    }

    /// Counts what an output member holds, and says whether it is there.
    fn output(&mut self, member: &Member, body: Option<&Json>, exchange: &Exchange) -> bool {
        let response = &exchange.response;
        let value = match member.location {
            Location::Body => body.and_then(|body| body.get(&member.wire_name)),
            Location::Payload if self.spec.raw_payload().is_none() => body,
            Location::Payload => {
                let bytes = response.body.bytes();
                std::str::from_utf8(bytes).into_iter().for_each(|text| self.text(member.shape, text));
                return !bytes.is_empty();
            }
            Location::Header => {
                let text = response.headers.get(&member.wire_name.to_ascii_lowercase());
                text.into_iter().for_each(|text| self.text(member.shape, text));
                return text.is_some();
            }
            Location::Status => return true,
            Location::Path | Location::Query => None,
        };
        let value = value.filter(|value| **value != Json::Null);
        value.into_iter().for_each(|value| self.value(member.shape, value));
        value.is_some()
    }

    fn value(&mut self, id: ShapeId, value: &Json) {
        match (&self.spec.shape(id).kind, value) {
            (Kind::List(item), Json::Array(items)) => items.iter().for_each(|value| self.value(*item, value)),
            (Kind::Map { keys, values }, Json::Object(entries)) => {
                for (key, value) in entries {
                    self.text(*keys, &key.decode());
                    self.value(*values, value);
                }
            }
            (Kind::Structure(members) | Kind::Union(members), Json::Object(_)) => {
                for (index, member) in members.iter().enumerate() {
                    if let Some(value) = value.get(&member.wire_name).filter(|value| **value != Json::Null) {
                        self.shapes[id.0 as usize][index] += 1;
                        self.value(member.shape, value);
                    }
                }
            }
            (Kind::Enum(_), Json::String(text)) => self.text(id, &text.decode()),
            _ => {}
        }
    }

    /// Counts what travels as a text.
    fn text(&mut self, id: ShapeId, text: &str) {
        match &self.spec.shape(id).kind {
            Kind::Enum(values) => {
                if let Some(index) = values.iter().position(|value| value == text) {
                    self.shapes[id.0 as usize][index] += 1;
                }
            }
            Kind::List(item) => text.split(',').for_each(|text| self.text(*item, text.trim())),
            _ => {}
        }
    }

    fn named(&self, pages: Option<Pages>) -> Coverage {
        let mut coverage = Coverage { pages, ..Coverage::default() };
        coverage.errors =
            self.spec.errors.iter().zip(&self.errors).map(|(error, count)| (error.name.clone(), *count)).collect();
        let mut seen = vec![false; self.shapes.len()];
        for (side, members, counts) in
            [("input", &self.spec.input, &self.input), ("output", &self.spec.output, &self.output)]
        {
            self.name_members(&format!("{}.{side}", self.spec.operation), members, counts, &mut coverage, &mut seen);
        }
        coverage
    }

    fn name_members(
        &self,
        owner: &str,
        members: &[Member],
        counts: &[u64],
        coverage: &mut Coverage,
        seen: &mut [bool],
    ) {
        for (member, count) in members.iter().zip(counts) {
            let name = format!("{owner}.{}", member.key);
            self.name_shape(&name, member.shape, coverage, seen);
            *coverage.members.entry(name).or_default() += count;
        }
    }

    /// Names what a type holds: by its own name, or by the member that it is the type of.
    fn name_shape(&self, name: &str, id: ShapeId, coverage: &mut Coverage, seen: &mut [bool]) {
        if std::mem::replace(&mut seen[id.0 as usize], true) {
            return;
        }
        let shape = self.spec.shape(id);
        let counts = &self.shapes[id.0 as usize];
        let name = shape.name.as_deref().unwrap_or(name);
        match &shape.kind {
            Kind::List(item) => self.name_shape(name, *item, coverage, seen),
            Kind::Map { keys, values } => {
                self.name_shape(name, *keys, coverage, seen);
                self.name_shape(name, *values, coverage, seen);
            }
            Kind::Structure(members) | Kind::Union(members) => {
                self.name_members(name, members, counts, coverage, seen);
            }
            Kind::Enum(values) => {
                let named: Counts = values.iter().cloned().zip(counts.iter().copied()).collect();
                let other = Coverage { enums: [(name.to_owned(), named)].into(), ..Coverage::default() };
                coverage.merge(other);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Demands, Evidence, Share, Subject, SubjectKind};
    use crate::message::{Body, Headers, Request, Response, Transcript};
    use crate::spec::{Specs, compile};

    fn exchange(cursor: Option<&str>, status: u16, headers: &[(&str, &str)], body: &str) -> Exchange {
        let mut fields = Headers::new();
        headers.iter().for_each(|(name, value)| fields.push(name, *value));
        Exchange {
            request: Request {
                method: "GET".to_owned(),
                path: "/shelves/a1/books".to_owned(),
                query: cursor.into_iter().map(|cursor| ("cursor".to_owned(), cursor.to_owned())).collect(),
                ..Request::default()
            },
            response: Response {
                status: Some(status),
                headers: fields,
                body: Body::from_bytes(body.to_owned()),
                ..Response::default()
            },
            ..Exchange::default()
        }
    }

    fn shown(exchanges: Vec<Exchange>) -> Coverage {
        let text = include_str!("../../tests/data/checks/specs/list-books.yaml");
        let specs = Specs::new(vec![compile("list-books.yaml", text).unwrap()]);
        let transcript = Transcript { exchanges };
        let evidence = Evidence {
            subject: Subject { kind: SubjectKind::Cassette, name: "a.cassette.yaml".to_owned() },
            transcript: &transcript,
            recording: None,
            places: &[],
            run: None,
            demands: Demands::default(),
        };
        coverage(&Cases::new(&specs, &evidence))
    }

    #[test]
    fn counts_what_requests_and_answers_hold_and_keeps_the_rest_as_zero() {
        let first = r#"{"books":[{"title":"A","state":"OPEN","cover":{"colour":"red"}},{"title":"B","state":"AJAR","lent":null}],"cursor":"t1"}"#;
        let coverage = shown(vec![
            exchange(None, 200, &[("x-state", "OPEN"), ("x-total", "3")], first),
            exchange(Some("t1"), 200, &[("x-state", "CLOSED")], r#"{"books":[{"title":"C","state":"OPEN"}]}"#),
            exchange(None, 404, &[("x-amzn-errortype", "NoSuchShelf")], "{}"),
            exchange(None, 404, &[("x-amzn-errortype", "Other")], "{}"),
        ]);

        let of = |name: &str| coverage.members[name];
        assert_eq!((coverage.errors["NoSuchShelf"], coverage.errors["BusyException"]), (1, 0));
        assert_eq!(coverage.errors.len(), 2, "an error that the spec does not have is none of it");
        assert_eq!((coverage.enums["State"]["OPEN"], coverage.enums["State"]["CLOSED"]), (3, 1));
        assert_eq!(coverage.enums["State"].len(), 2);
        assert_eq!((of("ListBooks.input.shelf"), of("ListBooks.input.cursor")), (4, 1));
        assert_eq!((of("ListBooks.output.cursor"), of("ListBooks.output.total")), (1, 1));
        assert_eq!((of("Book.title"), of("Book.cover"), of("Book.lent")), (3, 1, 0), "null is as absence");
        assert_eq!((of("Cover.colour"), of("Cover.picture")), (1, 0));
        assert_eq!(Share::of(&coverage.members), Share { shown: 10, of: 14 });
    }

    #[test]
    fn tells_listings_of_nothing_of_a_page_and_of_many() {
        let state = &[("x-state", "OPEN")][..];
        let last = r#"{"books":[{"title":"A"}]}"#;
        let more = r#"{"books":[{"title":"A"}],"cursor":"t1"}"#;
        let pages = |exchanges| shown(exchanges).pages;

        assert_eq!(
            pages(vec![exchange(None, 200, state, r#"{"books":[]}"#)]),
            Some(Pages { zero: 1, one: 0, many: 0 })
        );
        assert_eq!(pages(vec![exchange(None, 200, state, last)]), Some(Pages { zero: 0, one: 1, many: 0 }));
        let walk =
            vec![exchange(None, 200, state, more), exchange(Some("t1"), 200, state, r#"{"books":[{"title":"B"}]}"#)];
        assert_eq!(pages(walk), Some(Pages { zero: 0, one: 0, many: 1 }));
        assert_eq!(pages(vec![exchange(None, 200, state, more)]), Some(Pages::default()), "left after a page");
        assert_eq!(pages(vec![exchange(Some("t9"), 200, state, last)]), Some(Pages::default()), "entered at a token");
    }

    #[test]
    fn an_operation_that_does_not_occur_has_nothing_to_show() {
        assert!(shown(Vec::new()).is_empty());
    }
}
