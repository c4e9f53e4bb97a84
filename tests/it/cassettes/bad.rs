//! One bad cassette a way of being bad, in `tests/data/cassettes/bad`, and what the user is told.

use insta::assert_snapshot;
use retake::cassette::{self, MAX_BYTES};
use retake::evidence::Seal;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const FOLDER: &str = "tests/data/cassettes/bad";

/// Every bad cassette's name and bytes, sorted.
fn bad() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(FOLDER)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn says_of_each_bad_cassette_what_is_wrong_where_and_what_to_do() {
    let told: Vec<String> = bad()
        .iter()
        .filter(|(name, _)| !name.starts_with("seal-"))
        .map(|(name, bytes)| match cassette::read(name, bytes) {
            Ok(_) => panic!("{name} was read"),
            Err(error) => error.to_string(),
        })
        .collect();

    assert_snapshot!(told.join("\n\n"));
}

#[test]
fn reads_a_cassette_whose_seal_is_broken_and_says_so() {
    let broken = bad().into_iter().filter(|(name, _)| name.starts_with("seal-"));
    let mut count = 0;
    for (name, bytes) in broken {
        let cassette = cassette::read(&name, &bytes).unwrap();

        assert!(matches!(cassette.seal, Seal::Broken { .. }), "{name}");
        let error = cassette.to_bytes().unwrap_err();
        assert_eq!(error.what, "the cassette's seal is broken", "{name}");
        assert_eq!(error.location.file.as_deref(), Some(&*name));
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn a_mended_seal_says_that_a_hand_was_at_it() {
    let specs = retake::spec::embedded();
    let bytes = fs::read(Path::new(FOLDER).join("seal-broken-by-origin.cassette.yaml")).unwrap();
    let broken = cassette::read("a", &bytes).unwrap();
    assert_eq!(broken.info.origin.as_str(), "live");

    let mended = cassette::read("a", &broken.edited(&specs).to_bytes().unwrap()).unwrap();

    assert_eq!(mended.seal, Seal::Whole);
    assert_eq!(mended.info.origin.as_str(), "edited");
    assert_eq!(mended.description, "1 exchange: 200 page-1; 1 page, 0 items");
}

#[test]
fn is_never_taken_in_by_a_cassette_that_breaks_off() {
    let whole = fs::read("tests/data/cassettes/good/every-form.cassette.yaml").unwrap();
    assert_eq!(cassette::read("a", &whole).unwrap().seal, Seal::Whole);

    for cut in 0..whole.len() {
        match cassette::read("a", &whole[..cut]) {
            Ok(read) => assert!(matches!(read.seal, Seal::Broken { .. }), "cut at byte {cut}"),
            Err(error) => assert_eq!(error.location.file.as_deref(), Some("a"), "cut at byte {cut}: {error}"),
        }
    }
}

#[test]
fn names_the_place_where_a_cassette_breaks_off() {
    let whole = fs::read("tests/data/cassettes/good/every-form.cassette.yaml").unwrap();
    let after = |text: &str| {
        let at = whole.windows(text.len()).position(|window| window == text.as_bytes()).unwrap();
        &whole[..at + text.len()]
    };

    let told: Vec<String> = [
        "---\n",
        "description: \"6 exch",
        "---\ncassette: 1",
        "exchanges:\n",
        "- id: size-1",
        "query:",
        "maxResults: \"",
        "response:",
        "status: 4",
        "body:",
        "json: |",
        "\"message\": \"red",
    ]
    .iter()
    .map(|text| match cassette::read("a.cassette.yaml", after(text)) {
        Ok(_) => format!("{text:?}: reads, its seal is broken"),
        Err(error) => format!("{text:?}: {error}"),
    })
    .collect();

    assert_snapshot!(told.join("\n\n"));
}

/// Far over what any build on any machine needs, and far under what a bomb that goes off would take.
const AT_ONCE: Duration = Duration::from_secs(30);

#[test]
fn refuses_bombs_at_once() {
    let file =
        |document: String| format!("---\ninfo:\n  origin: live\n---\ncassette: 1\nexchanges:\n{document}").into_bytes();
    let bombs = [
        ("depth", file(format!("  - {}\n", "[".repeat(10 << 20)))),
        ("values", file(format!("  - [{}]\n", "a,".repeat(1 << 20)))),
        ("one line", file(format!("  - {}\n", "a".repeat(64 << 20)))),
        ("keys", file(format!("  - {{{}}}\n", (0..100_000).map(|key| format!("k{key}: 1,")).collect::<String>()))),
        ("same key", file(format!("  - {{{}}}\n", "a: 1,".repeat(1 << 20)))),
        ("blank lines", file("\n".repeat(1 << 20))),
        ("header", format!("---\nsource: {}\n---\n", "a".repeat(1 << 20)).into_bytes()),
    ];
    for (name, bytes) in bombs {
        let begun = Instant::now();

        let result = cassette::read(name, &bytes);

        assert!(result.is_err(), "{name}");
        assert!(begun.elapsed() < AT_ONCE, "{name}: {:?}", begun.elapsed());
    }
}

#[test]
fn a_file_over_the_limit_is_refused_before_it_is_looked_at() {
    let bytes = vec![0; MAX_BYTES + 1];

    let error = cassette::read("huge", &bytes).unwrap_err();

    assert_eq!(error.what, "the cassette is too large");
}
