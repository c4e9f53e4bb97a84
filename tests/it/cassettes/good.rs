use retake::cassette::{self, Cassette};
use retake::evidence::Seal;
use std::fs;
use std::path::Path;

fn read(path: &Path) -> (Vec<u8>, Cassette) {
    let bytes = fs::read(path).unwrap();
    let cassette = cassette::read(&path.display().to_string(), &bytes).unwrap_or_else(|error| panic!("{error}"));
    (bytes, cassette)
}

#[test]
fn every_sealed_cassette_saves_to_the_bytes_that_it_was_loaded_from() {
    let mut sealed = 0;
    for path in super::all() {
        let (bytes, cassette) = read(&path);
        if cassette.seal != Seal::Whole {
            continue;
        }

        let saved = cassette.to_bytes().unwrap();

        assert_eq!(String::from_utf8(saved), String::from_utf8(bytes), "{}", path.display());
        sealed += 1;
    }
    assert!(sealed > 0);
}
