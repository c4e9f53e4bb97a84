//! The laws: what is written reads back, what is loaded saves to the same bytes, no bytes make the reader panic.

use super::arbitrary::{bytes, exchange, exchanges, link};
use super::cassette;
use crate::cassette::{self as cassettes, entry, read, scan, write};
use crate::evidence::Place;
use crate::message::{Body, Exchange, Redacted};
use crate::yaml::Source;
use proptest::prelude::*;
use proptest::sample::{Index, select};

proptest! {
    #[test]
    fn reads_back_what_it_wrote_and_saves_the_same_bytes(exchanges in exchanges()) {
        let written = cassette(exchanges);

        let file = written.to_bytes().unwrap();
        let read = cassettes::read("a.cassette.yaml", &file).unwrap();

        prop_assert_eq!(&read.transcript, &written.transcript);
        prop_assert_eq!(&read.info.redaction, &written.info.redaction);
        prop_assert_eq!(String::from_utf8(read.to_bytes().unwrap()), String::from_utf8(file));
    }

    #[test]
    fn a_body_of_any_bytes_comes_back_byte_for_byte(bytes in bytes()) {
        let mut exchange = Exchange { id: "a".to_owned(), ..Exchange::default() };
        exchange.response.status = Some(200);
        exchange.response.body = Body::from_bytes(bytes.clone());

        let file = cassette(vec![exchange]).to_bytes().unwrap();

        let read = cassettes::read("a.cassette.yaml", &file).unwrap();
        prop_assert_eq!(read.transcript.exchanges[0].response.body.bytes(), &bytes[..]);
    }

    #[test]
    fn gives_each_exchange_its_lines(exchanges in exchanges()) {
        let file = String::from_utf8(cassette(exchanges).to_bytes().unwrap()).unwrap();
        let read = cassettes::read("a.cassette.yaml", file.as_bytes()).unwrap();

        let lines: Vec<&str> = file.split('\n').collect();
        let line = |number: u32| lines[number as usize - 1];
        for (exchange, place) in read.transcript.exchanges.iter().zip(&read.places) {
            let written = format!("  - id: {}", exchange.id);
            prop_assert_eq!(line(place.line).replace('"', ""), written);
            prop_assert_eq!(line(place.request_line), "    request:");
            prop_assert_eq!(line(place.response_line), "    response:");
            if let Some(body) = place.body_line {
                prop_assert!(line(body - 1).starts_with("        "), "{}", line(body - 1));
                prop_assert!(line(body - 1).contains(": |"), "{}", line(body - 1));
            }
        }
    }

    #[test]
    fn an_entry_of_a_journal_comes_back_whole(exchange in exchange(), link in link()) {
        let exchange = Redacted::vouch(Exchange { link, ..exchange });

        let read = entry::read("a.journal", &entry::write(&exchange)).unwrap();

        let sorted = cassettes::canonical_exchange(exchange.clone().into_inner());
        prop_assert_eq!(read.into_inner(), Exchange { link: exchange.link.clone(), ..sorted });
    }

    #[test]
    fn never_panics_on_damaged_bytes(
        exchanges in exchanges(),
        damage in proptest::collection::vec((any::<Index>(), 0usize..20, proptest::collection::vec(any::<u8>(), 0..4)), 1..6),
    ) {
        let mut file = cassette(exchanges).to_bytes().unwrap();
        for (place, removed, added) in damage {
            let at = place.index(file.len() + 1);
            let end = (at + removed).min(file.len());
            file.splice(at..end, added);
        }

        if let Ok(read) = cassettes::read("a.cassette.yaml", &file) {
            let _ = read.to_bytes();
        }
        let _ = entry::read("a.journal", &file);
    }

    #[test]
    fn never_panics_on_truncated_bytes(exchanges in exchanges(), at in any::<Index>()) {
        let file = cassette(exchanges).to_bytes().unwrap();
        let cut = &file[..at.index(file.len())];

        match cassettes::read("a.cassette.yaml", cut) {
            Ok(read) => prop_assert!(read.to_bytes().is_err(), "its seal cannot be whole"),
            Err(error) => prop_assert_eq!(error.location.file.as_deref(), Some("a.cassette.yaml")),
        }
    }

    #[test]
    fn the_fast_way_reads_all_that_the_writer_writes(exchanges in exchanges()) {
        let empty = exchanges.is_empty();
        let document = write::document(&cassette(exchanges).transcript.exchanges);

        let fast = scan::scan(&document, 7);

        // A text body with blank lines is left to the careful way.
        let blank = document.contains("\n\n");
        prop_assert!(fast.is_some() || blank || empty, "{}", document);
        prop_assert!(fast.is_none() || fast == careful(&document));
    }

    #[test]
    fn the_fast_way_reads_nothing_else_than_the_careful_one(
        exchanges in exchanges(),
        damage in proptest::collection::vec((any::<Index>(), damage()), 1..4),
    ) {
        let mut document = write::document(&cassette(exchanges).transcript.exchanges);
        for (place, damage) in &damage {
            document = damaged(&document, place, damage);
        }

        if let Some(fast) = scan::scan(&document, 7) {
            let source = Source { file: "a.cassette.yaml", line_offset: 7 };
            let careful = read::read_document(source, &document);
            prop_assert!(careful.as_ref() == Ok(&fast), "{}\n{:?}", document, careful);
        }
    }
}

/// Documents that are nearly the writer's: each is left to the careful way, which refuses it or reads it as YAML does.
#[test]
fn the_fast_way_leaves_alone_what_the_writer_would_not_write() {
    let own = "cassette: 1\nexchanges:\n  - id: a\n    request:\n      method: GET\n      path: /\n    response:\n      status: 200\n      body:\n        json: |\n          [\n            1\n          ]\n";
    assert!(scan::scan(own, 0).is_some());
    for (old, new) in [
        ("          [\n            1\n", "            [\n           1\n"),
        ("            1\n", "            1\n\n"),
        ("            1\n", "         1\n"),
        ("            1\n", "            1x\n"),
        ("            1\n", "            \"\u{7f}\"\n"),
        ("json: |", "json: >"),
        ("json: |", "json: |+"),
        ("GET", "\"G\u{1}T\""),
        ("GET", "\"G\\x45T\""),
        ("GET", "\"GET"),
        ("GET", "'GET'"),
        ("GET", "no"),
        ("GET", "GET # get"),
        ("GET", "&a GET"),
        ("GET\n", "GET\n        and more\n"),
        ("200", "0200"),
        ("200", "+200"),
        ("200", "2_00"),
        ("200", "20"),
        ("  - id: a", "  -  id: a"),
        ("  - id: a", "  - id: A"),
        ("      path: /\n", "      path: /\n      query: {}\n"),
        ("      path: /\n", "      path: /\n      query:\n        b: b\n        a: a\n"),
        ("      path: /\n", "      path: /\n      query:\n        a: b\n        a: c\n"),
        ("      path: /\n", "      path: /\n      headers:\n        A: b\n"),
        ("      path: /\n", "      path: /\n      headers:\n        a:b: c\n"),
        ("cassette: 1", "cassette: 01"),
        ("          ]\n", "          ]"),
        ("          ]\n", "          ]\n---\n"),
        (
            "          ]\n",
            "          ]\n  - id: a\n    request:\n      method: GET\n      path: /\n    response:\n      status: 200\n",
        ),
    ] {
        assert!(own.contains(old), "{old:?}");

        assert!(scan::scan(&own.replacen(old, new, 1), 0).is_none(), "{new:?}");
    }
}

fn careful(document: &str) -> Option<(Vec<Exchange>, Vec<Place>)> {
    let source = Source { file: "a.cassette.yaml", line_offset: 7 };
    read::read_document(source, document).ok()
}

/// What befalls a document: its lines, since the fast way reads lines, and its characters.
#[derive(Debug, Clone)]
enum Damage {
    /// A line is taken out.
    LineOut,
    /// A line stands twice.
    LineTwice,
    /// A line changes places with the next.
    LinesSwapped,
    /// A line is indented by so many spaces more, or fewer.
    Indented(i8),
    /// A character is replaced.
    Character(String),
}

fn damage() -> impl Strategy<Value = Damage> {
    let character = select(
        &[
            "", " ", "\"", "\\", ":", "-", "#", "a", "0", "\n", "\n\n", "\t", "\r", "\u{85}", "\u{2028}", "é", "|",
            "A", ": ", "{", "[",
        ][..],
    );
    prop_oneof![
        Just(Damage::LineOut),
        Just(Damage::LineTwice),
        Just(Damage::LinesSwapped),
        (-3i8..4).prop_map(Damage::Indented),
        character.prop_map(|text| Damage::Character(text.to_owned())),
    ]
}

fn damaged(document: &str, place: &Index, damage: &Damage) -> String {
    if document.is_empty() {
        return String::new();
    }
    if let Damage::Character(text) = damage {
        let characters: Vec<(usize, char)> = document.char_indices().collect();
        let (at, old) = characters[place.index(characters.len())];
        return format!("{}{text}{}", &document[..at], &document[at + old.len_utf8()..]);
    }
    let mut lines: Vec<String> = document.split_inclusive('\n').map(str::to_owned).collect();
    let at = place.index(lines.len());
    match damage {
        Damage::LineOut => drop(lines.remove(at)),
        Damage::LineTwice => lines.insert(at, lines[at].clone()),
        Damage::LinesSwapped => lines.swap(at, (at + 1) % document.split_inclusive('\n').count()),
        Damage::Indented(by) if *by >= 0 => lines[at].insert_str(0, &" ".repeat(by.unsigned_abs().into())),
        Damage::Indented(by) => {
            for _ in 0..by.unsigned_abs() {
                lines[at] = lines[at].strip_prefix(' ').unwrap_or(&lines[at]).to_owned();
            }
        }
        Damage::Character(_) => {}
    }
    lines.concat()
}
