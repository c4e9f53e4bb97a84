//! The search for canaries: it undoes every spelling, and every spelling of a spelling, until there is nothing more to
//! undo.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use std::collections::BTreeSet;
use std::io::Read;

/// How each canary begins. It holds digits, so that no rule keeps it as a name or an enum value.
const STEM: &str = "c4n4ry";
/// What follows in each of them: digits.
const DIGITS: usize = 10;
/// How many spellings may lie over each other.
const DEPTH: usize = 4;
/// The most that is read of something compressed.
const UNPACKED: u64 = 1 << 14;
/// How much of something is looked at to tell whether it is a text.
const LOOK: usize = 16;
/// The shortest run of base64 or hex that is decoded.
const RUN: usize = 20;

/// Canaries, each for one carrier.
#[derive(Default, Clone)]
pub(crate) struct Aviary {
    carriers: Vec<String>,
}

impl Aviary {
    /// A canary of its own for a carrier.
    pub(crate) fn bird(&mut self, carrier: &str) -> String {
        self.carriers.push(carrier.to_owned());
        Self::canary(self.carriers.len() - 1)
    }

    /// The canary of that number: two of them differ in most of their digits.
    fn canary(number: usize) -> String {
        format!("{STEM}{:07}{:03}", number * 7_654_321 % 10_000_000, number % 1000)
    }

    /// The carriers whose canary stands in these bytes, in whatever spelling; of a canary that was not planted, the
    /// canary itself.
    pub(crate) fn found_in(&self, bytes: &[u8]) -> BTreeSet<String> {
        let named = |canary: String| {
            let place = (0..self.carriers.len()).find(|number| Self::canary(*number) == canary);
            place.map_or(canary, |place| self.carriers[place].clone())
        };
        canaries_in(bytes, |_| false).into_iter().map(named).collect()
    }

    /// The carriers whose canary does not stand in these bytes.
    pub(crate) fn missed_in(&self, bytes: &[u8]) -> Vec<String> {
        self.missed_of(bytes, |_| true)
    }

    /// Those of some carriers whose canary does not stand in these bytes; the search ends once it has all of them.
    pub(crate) fn missed_of(&self, bytes: &[u8], is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let numbered = self.carriers.iter().enumerate().filter(|(_, carrier)| is_wanted(carrier));
        let wanted: Vec<(String, &String)> =
            numbered.map(|(number, carrier)| (Self::canary(number), carrier)).collect();
        let has_all = |found: &BTreeSet<String>| wanted.iter().all(|(canary, _)| found.contains(canary));
        let found = canaries_in(bytes, has_all);
        let missed = wanted.iter().filter(|(canary, _)| !found.contains(canary));
        missed.map(|(_, carrier)| (*carrier).clone()).collect()
    }
}

/// Every canary that stands in these bytes, whole or cut off, until they are enough.
fn canaries_in(bytes: &[u8], are_enough: impl Fn(&BTreeSet<String>) -> bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut views = vec![bytes.to_vec()];
    for depth in 0..=DEPTH {
        for view in &views {
            look(view, &mut found);
        }
        if are_enough(&found) {
            break;
        }
        let mut undone: Vec<Vec<u8>> = views.iter().flat_map(|view| undo(view)).collect();
        if depth < 2 {
            undone.extend(views.iter().flat_map(|view| [unframed(view), high(view)]));
        }
        views = undone.into_iter().filter(|view| view.len() >= STEM.len() && seen.insert(view.clone())).collect();
    }
    found
}

/// Looks at letters and digits alone, whatever their case, forwards and backwards, and spelled in decimals.
fn look(view: &[u8], found: &mut BTreeSet<String>) {
    let plain: String =
        view.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(|b| char::from(*b).to_ascii_lowercase()).collect();
    let reversed = |text: &str| -> String { text.chars().rev().collect() };
    let decimals = |text: &str| -> String { text.bytes().map(|byte| byte.to_string()).collect() };
    let length = STEM.len() + DIGITS;
    found.extend(plain.match_indices(STEM).map(|(at, _)| plain[at..plain.len().min(at + length)].to_owned()));
    let back = reversed(STEM);
    found.extend(
        plain
            .match_indices(&back)
            .map(|(at, _)| reversed(&plain[(at + STEM.len()).saturating_sub(length)..at + STEM.len()])),
    );
    for (at, stem) in plain.match_indices(&decimals(STEM)) {
        // Digits are two decimals each: 48 to 57.
        let rest = plain.as_bytes()[at + stem.len()..].chunks_exact(2).take(DIGITS);
        let digit = |pair: &[u8]| std::str::from_utf8(pair).ok()?.parse::<u8>().ok().filter(u8::is_ascii_digit);
        found.insert(STEM.chars().chain(rest.map_while(digit).map(char::from)).collect());
    }
}

/// What the bytes mean, in each spelling that they may be in; of runs, all of one kind together.
fn undo(view: &[u8]) -> Vec<Vec<u8>> {
    let dense: Vec<u8> = view.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let mut undone = escapes(view);
    undone.push(beside_zeros(view));
    undone.push(unpacked(view));
    undone.push(without_chunks(view));
    for text in [view, &dense] {
        let hex = runs(text, |byte| byte.is_ascii_hexdigit());
        undone.extend((0..2).map(|from| joined(hex.iter().map(|run| of_hex(&run[from..])))));
        let base64 = runs(text, |byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte));
        undone.extend((0..4).map(|from| joined(base64.iter().map(|run| of_base64(&run[from..])))));
    }
    undone.retain(|bytes| bytes != view);
    undone
}

fn joined(pieces: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    pieces.collect::<Vec<_>>().join(&b"\n\n"[..])
}

/// What has a zero beside it: ASCII in two bytes each.
fn beside_zeros(view: &[u8]) -> Vec<u8> {
    let is_zero = |at: usize| view.get(at) == Some(&0);
    let beside = |at: &usize| !is_zero(*at) && (is_zero(at + 1) || (*at > 0 && is_zero(at - 1)));
    (0..view.len()).filter(beside).map(|at| view[at]).collect()
}

/// What has the high bit set, without it.
fn high(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().filter(|byte| **byte >= 0x80).map(|byte| byte & 0x7f).collect()
}

/// What is compressed in the bytes, wherever it begins.
fn unpacked(view: &[u8]) -> Vec<u8> {
    let unpack = |at: usize| match &view[at..] {
        rest @ [0x1f, 0x8b, 8, ..] => Some(read(MultiGzDecoder::new(rest))),
        rest @ [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => Some(read(ZlibDecoder::new(rest))),
        _ => None,
    };
    joined((0..view.len()).filter_map(unpack).filter(|bytes| bytes.len() >= STEM.len()))
}

/// What is compressed without a frame, which nothing tells but that it is no text: at the beginning of a line, in a
/// last block.
fn unframed(bytes: &[u8]) -> Vec<u8> {
    let behind = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    let unpack = |at: usize| match &bytes[at..] {
        rest @ [first, ..] if matches!(first & 7, 3 | 5) && !rest.iter().take(LOOK).all(is_text) => {
            Some(read(DeflateDecoder::new(rest)))
        }
        _ => None,
    };
    let unpacked = [0].into_iter().chain(behind).filter_map(unpack);
    joined(unpacked.filter(|text| text.len() >= STEM.len() && text.iter().all(is_text)))
}

/// What comes out, up to where it breaks off.
fn read(decoder: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut decoder = decoder.take(UNPACKED);
    let mut buffer = [0; 512];
    while let Ok(count @ 1..) = decoder.read(&mut buffer) {
        bytes.extend_from_slice(&buffer[..count]);
    }
    bytes
}

/// The bytes with their escapes undone, of each kind by itself; none if there are none of it.
fn escapes(view: &[u8]) -> Vec<Vec<u8>> {
    /// What stands before a number, its least and its greatest length, what stands behind it, its base.
    const ESCAPES: [(&str, usize, usize, &str, u32); 7] = [
        ("%", 2, 2, "", 16),
        ("=", 2, 2, "", 16),
        ("\\u", 4, 4, "", 16),
        ("\\\\u", 4, 4, "", 16),
        ("\\x", 2, 2, "", 16),
        ("&#x", 1, 4, ";", 16),
        ("&#", 1, 5, ";", 10),
    ];
    // Byte by byte, so that nothing is lost.
    let text: String = view.iter().copied().map(char::from).collect();
    let undo = |(before, least, most, behind, base): &(&str, usize, usize, &str, u32)| {
        let mut pieces = text.split(*before);
        let mut out = pieces.next().unwrap_or_default().to_owned();
        let mut count = 0;
        for piece in pieces {
            let length = piece.bytes().take(*most).take_while(|byte| char::from(*byte).is_digit(*base)).count();
            let after = piece[length..].strip_prefix(*behind).filter(|_| length >= *least);
            match (u32::from_str_radix(&piece[..length], *base), after) {
                (Ok(value), Some(after)) => {
                    out.push(char::from(value as u8));
                    out += after;
                    count += 1;
                }
                _ => {
                    out += before;
                    out += piece;
                }
            }
        }
        (count > 0).then(|| out.chars().map(|c| c as u8).collect())
    };
    ESCAPES.iter().filter_map(undo).collect()
}

/// The bytes less the frames of chunks of one byte.
fn without_chunks(view: &[u8]) -> Vec<u8> {
    let text: String = view.iter().copied().map(char::from).collect();
    text.replace("\r\n1\r\n", "").chars().map(|c| c as u8).collect()
}

/// The long runs of such bytes, each once.
fn runs(view: &[u8], is_of_run: impl Fn(u8) -> bool) -> BTreeSet<&[u8]> {
    view.split(|byte| !is_of_run(*byte)).filter(|run| run.len() >= RUN).collect()
}

fn of_hex(run: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0) as u8;
    run.chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// The whole groups of a run, whichever of the two alphabets it is of.
fn of_base64(run: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => *byte,
    };
    let mut run: Vec<u8> = run.iter().map(plain).collect();
    // The last bits of an odd end belong to nothing.
    let whole = run.len() / 4 * 4;
    let end = run.split_off(whole);
    let mut bytes = STANDARD_NO_PAD.decode(&run).unwrap_or_default();
    let mut end = [end, vec![b'A'; 4]].concat();
    end.truncate(4);
    bytes.extend(STANDARD_NO_PAD.decode(&end).unwrap_or_default());
    bytes
}

#[cfg(test)]
mod tests {
    use super::super::{CODINGS, SPELLINGS};
    use super::*;

    fn planted() -> (Aviary, String) {
        let mut aviary = Aviary::default();
        (0..40).for_each(|number| drop(aviary.bird(&number.to_string())));
        let canary = aviary.bird("the last");
        (aviary, canary)
    }

    #[test]
    fn finds_a_canary_in_every_spelling_wherever_it_stands() {
        let (aviary, canary) = planted();
        for (name, spell) in SPELLINGS {
            for (before, after) in [("", ""), ("\"", "\""), ("x = ", "\n"), ("a/", "/b"), ("\r\n\r\n", "&")] {
                let text = format!("{before}{}{after}", spell(&canary));

                assert!(aviary.found_in(text.as_bytes()).contains("the last"), "{name}: {text}");
            }
        }
    }

    #[test]
    fn finds_a_canary_in_every_spelling_of_every_spelling() {
        let (aviary, canary) = planted();
        for (outer, spell) in SPELLINGS {
            for (inner, spell_first) in SPELLINGS {
                let text = spell(&spell_first(&canary));
                // What case or order tells is lost for good where they are changed.
                if matches!(outer, "upper case" | "reversed" | "apart" | "hyphens between" | "decimals") {
                    continue;
                }

                assert!(aviary.found_in(text.as_bytes()).contains("the last"), "{outer} of {inner}: {text}");
            }
        }
    }

    #[test]
    fn finds_a_canary_in_every_coding_of_a_body() {
        let (aviary, canary) = planted();
        for coding in CODINGS {
            let body = format!("{{\"a\":\"{canary}\",\"b\":[1,2,3]}}");
            for bytes in [(coding.code)(&body), [b"HTTP/1.1 200 OK\r\n\r\n", &(coding.code)(&body)[..]].concat()] {
                assert!(aviary.found_in(&bytes).contains("the last"), "{}", coding.name);
            }
        }
    }

    #[test]
    fn tells_canaries_apart_and_finds_what_is_left_of_one() {
        let (aviary, canary) = planted();

        let cut = &canary[..canary.len() - 3];

        assert_eq!(Vec::from_iter(aviary.found_in(cut.as_bytes())), [cut]);
        assert_eq!(aviary.missed_in(canary.as_bytes()).len(), 40);
    }

    #[test]
    fn finds_none_where_there_is_none() {
        let (aviary, canary) = planted();
        for text in
            ["", "c4n4r", "canary", "yr4n4", "YzRuNHI", "%63%34%6e%34", &canary[1..], include_str!("../../README.md")]
        {
            assert_eq!(aviary.found_in(text.as_bytes()).len(), 0, "{text}");
        }
    }
}
