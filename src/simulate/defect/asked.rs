//! What a defect may look at: the operation, its listing; and how inputs and responses are changed.

use super::super::plan::{Listing, Plan};
use crate::evidence::reading::{Content, output_value};
use crate::message::json::Text;
use crate::message::{Body, Json, Response};
use crate::spec::{InputValue, Inputs, Location, Spec, conform};

/// An operation that was asked for.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) spec: &'a Spec,
    pub(super) plan: &'a Plan,
}

impl<'a> Asked<'a> {
    /// Whether a response is the operation's success.
    pub(super) fn is_success(&self, response: &Response) -> bool {
        response.status == Some(self.spec.http.success)
    }

    /// The page that the inputs ask for, if the operation is a listing and its page size is one.
    pub(super) fn page(&self, inputs: &Inputs) -> Option<Page<'a>> {
        let listing = self.plan.listing()?;
        Some(Page { spec: self.spec, listing, size: listing.page_size(inputs)? })
    }

    /// The key of the page size, and the text that was given for it.
    pub(super) fn given_size(&self, inputs: &Inputs) -> Option<(&'a str, String)> {
        let key = self.spec.pagination.as_ref()?.page_size.as_deref()?;
        Some((key, inputs.text(key)?.into_owned()))
    }

    /// The key of the token, and the one that was spent.
    pub(super) fn spent(&self, inputs: &Inputs) -> Option<(&'a str, String)> {
        let key = self.spec.pagination.as_ref()?.input_token.as_str();
        Some((key, inputs.text(key)?.into_owned()))
    }

    /// The token that a response gives.
    pub(super) fn token_of(&self, response: &Response) -> Option<String> {
        let key = &self.spec.pagination.as_ref()?.output_token;
        let token = output_value(self.spec, key, response, &Content::of(&response.body))?;
        Some(token.as_text()?.into_owned()).filter(|_| self.is_success(response))
    }

    /// Gives a response this token, or none.
    pub(super) fn set_token(&self, response: &mut Response, token: Option<&str>) {
        if let Some(paging) = &self.spec.pagination {
            self.set_output(response, &paging.output_token, token.map(Json::string));
        }
    }

    /// Gives a response these items.
    pub(super) fn set_items(&self, response: &mut Response, items: Json) {
        if let Some(paging) = &self.spec.pagination {
            self.set_output(response, &paging.items, Some(items));
        }
    }

    fn set_output(&self, response: &mut Response, key: &str, value: Option<Json>) {
        let Some(member) = self.spec.output_member(key) else { return };
        let name = &member.wire_name;
        match member.location {
            Location::Body => change_body(response, |body| set(body, name, value)),
            Location::Header => {
                remove_header(response, &name.to_ascii_lowercase());
                if let Some(text) = value.as_ref().and_then(Json::as_text) {
                    response.headers.push(name, text);
                }
            }
            Location::Path | Location::Query | Location::Payload | Location::Status => {}
        }
    }
}

/// A page that was asked for.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    spec: &'a Spec,
    pub(super) listing: &'a Listing,
    /// How many items it may have.
    pub(super) size: u64,
}

impl Page<'_> {
    /// The item at which it begins, if there is one.
    pub(super) fn start(&self, inputs: &Inputs) -> Option<u64> {
        self.listing.start(self.spec, inputs)
    }

    /// The token of the page that begins at an item.
    pub(super) fn token(&self, inputs: &Inputs, offset: u64) -> String {
        self.listing.token(self.spec, inputs, offset)
    }

    /// The item that a token leads to, also behind the last.
    pub(super) fn offset(&self, inputs: &Inputs, token: &str) -> Option<u64> {
        self.listing.offset(self.spec, inputs, token)
    }

    /// The inputs that ask for the page which begins at an item.
    pub(super) fn inputs_at(&self, inputs: &Inputs, offset: u64) -> Inputs {
        let key = &self.listing.pagination.input_token;
        match offset {
            0 => without(inputs, key),
            _ => with(self.spec, inputs, key, &self.token(inputs, offset)),
        }
    }
}

/// The inputs with another text for one of them.
pub(super) fn with(spec: &Spec, inputs: &Inputs, key: &str, text: &str) -> Inputs {
    let mut inputs = inputs.clone();
    if let Some(member) = spec.input_member(key) {
        inputs.set(key, InputValue::from_text(spec, member, text));
    }
    inputs
}

/// The inputs without one of them.
pub(super) fn without(inputs: &Inputs, key: &str) -> Inputs {
    let mut inputs = inputs.clone();
    inputs.remove(key);
    inputs
}

/// Whether inputs are what the contract asks for.
pub(super) fn are_valid(spec: &Spec, inputs: &Inputs) -> bool {
    conform::check_inputs(spec, inputs).is_empty()
}

/// Changes a JSON body; any other stays as it is.
pub(super) fn change_body(response: &mut Response, change: impl FnOnce(&mut Json)) {
    let Ok(mut body) = Json::parse(response.body.bytes()) else { return };
    change(&mut body);
    response.body = Body::from_bytes(body.to_compact());
}

/// Takes a header away, by its lower-case name.
pub(super) fn remove_header(response: &mut Response, name: &str) {
    response.headers = response.headers.iter().filter(|(known, _)| *known != name).collect();
}

/// Gives a member of an object a value, or takes it away.
pub(super) fn set(object: &mut Json, name: &str, value: Option<Json>) {
    let Json::Object(entries) = object else { return };
    let at = entries.iter().position(|(known, _)| known.decode() == name);
    match (at, value) {
        (Some(at), Some(value)) => entries[at].1 = value,
        (Some(at), None) => drop(entries.remove(at)),
        (None, Some(value)) => entries.push((Text::new(name), value)),
        (None, None) => {}
    }
}
