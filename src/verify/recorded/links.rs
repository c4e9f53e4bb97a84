//! What of a server stands for what of a recording: ids, tokens and times, one for one.

use crate::message::Json;
use crate::message::json::Text;
use crate::spec::{InputValue, Inputs, Sensitivity, Spec};
use std::collections::{HashMap, HashSet};

/// A shorter stand-in might be any text, and is renamed as a whole input alone.
const LEAST_LENGTH: usize = 8;

/// What stands for what, as learned so far.
#[derive(Debug, Clone, Default)]
pub struct Links {
    found: HashMap<String, String>,
    recorded: HashMap<String, String>,
    tokens: HashMap<String, String>,
    /// Recorded tokens for which the server gave none.
    lost: HashSet<String>,
}

impl Links {
    /// Lets a value stand for a recorded one, whatever was learned before.
    pub fn bind(&mut self, recorded: &str, found: &str) {
        self.found.insert(recorded.to_owned(), found.to_owned());
        self.recorded.insert(found.to_owned(), recorded.to_owned());
    }

    /// Lets ids of a request that nothing stands for stand for themselves: they are sent as they are.
    pub fn keep(&mut self, spec: &Spec, inputs: &Inputs) {
        for member in spec.input.iter().filter(|member| spec.sensitivity(member) == Some(Sensitivity::Identifier)) {
            if let Some(InputValue::Text(text)) = inputs.get(&member.key)
                && self.of(text).is_none()
            {
                let text = text.clone();
                self.bind(&text, &text);
            }
        }
    }

    /// What stands for a recorded value.
    pub fn of(&self, recorded: &str) -> Option<&str> {
        self.found.get(recorded).map(String::as_str)
    }

    /// Whether the one stands for the other; where nothing is known of both, it does from now on.
    pub(super) fn is_linked(&mut self, recorded: &str, found: &str) -> bool {
        match (self.found.get(recorded), self.recorded.get(found)) {
            (None, None) => {
                self.bind(recorded, found);
                true
            }
            (Some(known), _) => known == found,
            (None, Some(_)) => false,
        }
    }

    /// The server gave a token where a page of the recording has one.
    pub(super) fn issue(&mut self, recorded: String, found: String) {
        self.lost.remove(&recorded);
        self.tokens.insert(recorded, found);
    }

    /// The server gave none.
    pub(super) fn lose(&mut self, recorded: &str) {
        if !self.tokens.contains_key(recorded) {
            self.lost.insert(recorded.to_owned());
        }
    }

    /// Whether a page cannot be asked for, since the server never gave the token for it.
    pub fn is_lost(&self, token: &str) -> bool {
        self.lost.contains(token)
    }

    /// The inputs of a recorded request as the server knows them; a token that was never issued stays what it is.
    pub fn renamed(&self, spec: &Spec, inputs: &Inputs) -> Inputs {
        let token_key = spec.pagination.as_ref().map(|paging| paging.input_token.as_str());
        let mut renamed = inputs.clone();
        for (key, value) in inputs.iter() {
            let value = if Some(key) == token_key { self.token(value) } else { self.value(value) };
            renamed.set(key, value);
        }
        renamed
    }

    fn token(&self, value: &InputValue) -> InputValue {
        match (self.tokens.get(&*value.text()), value) {
            (Some(token), InputValue::Json(_)) => InputValue::Json(Json::string(token)),
            (Some(token), InputValue::Text(_) | InputValue::Bytes(_)) => InputValue::Text(token.clone()),
            (None, value) => value.clone(),
        }
    }

    fn value(&self, value: &InputValue) -> InputValue {
        match value {
            InputValue::Text(text) => InputValue::Text(self.of(text).unwrap_or(text).to_owned()),
            InputValue::Json(json) => InputValue::Json(self.json(json)),
            InputValue::Bytes(bytes) => InputValue::Bytes(bytes.clone()),
        }
    }

    fn json(&self, json: &Json) -> Json {
        match json {
            Json::Null | Json::Bool(_) | Json::Number(_) => json.clone(),
            Json::String(text) => {
                let decoded = text.decode();
                let found = self.of(&decoded).filter(|_| decoded.len() >= LEAST_LENGTH);
                found.map_or_else(|| json.clone(), Json::string)
            }
            Json::Array(items) => Json::Array(items.iter().map(|item| self.json(item)).collect()),
            Json::Object(members) => {
                let renamed: Vec<(Text, Json)> =
                    members.iter().map(|(name, value)| (name.clone(), self.json(value))).collect();
                Json::Object(renamed)
            }
        }
    }
}
