//! A cassette as a foreign reader sees it: where the stand-ins are taken from, without any code of retake.

use super::{IMAGE_SET, MALFORMED, UNKNOWN};
use crate::command::retake;
use serde::Deserialize;
use serde_yaml::{Deserializer, Value};
use std::{fs, path::Path};

/// Both documents of a cassette.
pub(super) struct Recorded {
    text: String,
    header: Value,
    evidence: Value,
}

impl Recorded {
    pub(super) fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file).unwrap();
        let documents = Deserializer::from_str(&text).map(|document| Value::deserialize(document).unwrap());
        let [header, evidence] = documents.collect::<Vec<_>>().try_into().expect("two documents");
        Self { text, header, evidence }
    }

    /// The client that made the requests, by its user agent.
    pub(super) fn client(&self) -> &str {
        self.header["info"]["client"].as_str().unwrap()
    }

    pub(super) fn assert_holds_none_of(&self, secrets: &[&str]) {
        for secret in secrets {
            assert!(!self.text.contains(secret), "{secret} is in the cassette:\n{}", self.text);
        }
    }

    /// The calls of the recording, with the stand-ins in the place of the identifiers.
    pub(super) fn calls(&self) -> Vec<String> {
        let [datastore, image_set] = self.labels("page-1");
        let [_, unknown] = self.labels("page-1-resource-not-found");
        let [_, malformed] = self.labels("page-1-validation");
        [&image_set, &format!("{image_set}/7"), &unknown, &malformed].map(|rest| format!("{datastore}/{rest}")).to_vec()
    }

    /// What `cassette show --inputs` prints, each stand-in with the identifier that it stands for: NAME=VALUE.
    pub(super) fn bindings(&self, folder: &Path, file: &str) -> Vec<String> {
        let identifiers = [
            ("page-1", super::DATASTORE, IMAGE_SET),
            ("page-1-resource-not-found", super::DATASTORE, UNKNOWN),
            ("page-1-validation", super::DATASTORE, MALFORMED),
        ];
        let real = |stand_in: &str| {
            identifiers.iter().find_map(|(id, datastore, image_set)| {
                let [one, other] = self.labels(id);
                (one == stand_in).then_some(*datastore).or_else(|| (other == stand_in).then_some(*image_set))
            })
        };
        let shown = retake(folder, &["cassette", "show", file, "--inputs"]);
        shown.assert_code(0);
        let lines = shown.stdout.lines().map(|line| line.split_once('=').expect("NAME=VALUE"));
        lines.map(|(name, value)| format!("{name}={}", real(value).expect("an input of the cassette"))).collect()
    }

    /// Data store and image set in the path of an exchange.
    fn labels(&self, id: &str) -> [String; 2] {
        let exchanges = self.evidence["exchanges"].as_sequence().unwrap();
        let found = exchanges.iter().find(|exchange| exchange["id"] == id);
        let exchange = found.unwrap_or_else(|| panic!("no exchange {id} in\n{}", self.text));
        let path: Vec<&str> = exchange["request"]["path"].as_str().unwrap().split('/').collect();
        [path[2].to_owned(), path[4].to_owned()]
    }
}

/// Two recordings of the same traffic are the same bytes, but for the dates of document 1.
pub(super) fn assert_only_dates_differ(folder: &Path, one: &str, other: &str) {
    let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
    let without_dates = |text: &str| -> Vec<String> {
        let (header, evidence) = text.split_at(text.find("\n---\n").expect("two documents"));
        let lines = header.lines().filter(|line| !line.trim_start().starts_with("recorded_at:"));
        lines.chain(evidence.lines()).map(str::to_owned).collect()
    };
    assert_eq!(without_dates(&read(one)), without_dates(&read(other)));
}
