//! insta's own library loads and saves a cassette as it accepts one; the bytes must stay.

use super::arbitrary::exchanges;
use super::{cassette, files};
use crate::cassette::read;
use crate::evidence::Seal;
use insta::Snapshot;
use proptest::prelude::*;
use std::fs;
use tempfile::TempDir;

/// The file after insta loaded it and saved it, as accepting does.
fn accepted(file: &[u8]) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let (pending, target) = (folder.path().join("a.cassette.yaml.new"), folder.path().join("a.cassette.yaml"));
    fs::write(&pending, file).unwrap();

    Snapshot::from_file(&pending).unwrap().save(&target).unwrap();

    fs::read(target).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn insta_accepts_any_exchanges_unchanged(exchanges in exchanges()) {
        let file = cassette(exchanges).to_bytes().unwrap();

        prop_assert_eq!(String::from_utf8(accepted(&file)), String::from_utf8(file));
    }

    #[test]
    fn insta_accepts_any_printable_header_unchanged(texts in proptest::array::uniform7("[ -~]{0,30}")) {
        let mut written = cassette(Vec::new());
        let [source, description, expression, region, client, signature, redaction] = texts;
        (written.source, written.description, written.expression) = (source, description, expression);
        written.info.region = Some(region);
        written.info.client = Some(client);
        written.info.signature = Some(signature);
        written.info.redaction = Some(redaction);

        let file = written.to_bytes().unwrap();

        prop_assert_eq!(String::from_utf8(accepted(&file)), String::from_utf8(file));
    }
}

#[test]
fn insta_accepts_header_texts_that_look_like_something_else_unchanged() {
    for text in
        ["y", "no", "1_000", "2014-12-31", "0x1f", "1e5", "inf", "NaN", "~", ".5", "-1", "a: b", "'a'", "\"", "a\\b"]
    {
        let mut written = cassette(Vec::new());
        written.info.client = Some(text.to_owned());

        let file = written.to_bytes().unwrap();

        assert_eq!(String::from_utf8(accepted(&file)), String::from_utf8(file), "{text}");
    }
}

#[test]
fn a_re_recording_at_another_time_matches() {
    let folder = TempDir::new().unwrap();
    let contents = |recorded_at: &str| {
        let mut written = cassette(Vec::new());
        written.info.recorded_at = Some(recorded_at.to_owned());
        let path = folder.path().join("a.cassette.yaml");
        fs::write(&path, written.to_bytes().unwrap()).unwrap();
        Snapshot::from_file(&path).unwrap().contents().as_text().unwrap().to_string()
    };

    let first = contents("2026-11-23T18:04:05Z");

    assert_eq!(first, contents("2027-01-01T00:00:00Z"));
    assert!(first.starts_with("cassette: 1\n"), "{first}");
}

#[test]
fn insta_accepts_every_sealed_file_unchanged() {
    for (path, text) in files() {
        let name = path.display().to_string();
        if read(&name, text.as_bytes()).unwrap().seal == Seal::Whole {
            assert_eq!(String::from_utf8(accepted(text.as_bytes())).unwrap(), text, "{name}");
        }
    }
}
