//! What a crash leaves: any bytes are read to their end or to where they are torn, and what is read is what was written.

use retake::cassette::entry;
use retake::diagnostic::Diagnostic;
use retake::store::{Journal, Left};

/// What reads the bytes of a journal.
type Parse = fn(&str, &[u8]) -> Result<Left, Diagnostic>;

/// How a journal begins.
const MAGIC: &[u8] = b"retake journal 2\n";

/// By what a recording is made.
const BEGINNING: &[u8] =
    br#"{"tool":"retake 0.1.0","began":0,"origin":"probed","region":"a","keep":[],"operations":[],"spec_sha256":""}"#;

pub(crate) fn run(data: &[u8]) {
    check(data, Journal::parse);
}

pub(crate) fn check(data: &[u8], parse: Parse) {
    held(data, parse);
    // Entries whose lengths and sums are right, so that mutations reach what stands behind those.
    let mut journal = [MAGIC, &frame(BEGINNING)].concat();
    assert_eq!(parse("a.journal", &journal).map(|left| left.torn), Ok(None), "an empty journal can be read");
    for record in data.split(|byte| *byte == 1) {
        journal.extend(frame(&entry_of(record)));
    }
    let Some(whole) = held(&journal, parse) else { return };
    assert_eq!(whole.torn, None, "a journal that is whole is torn");

    let at = data.iter().fold(data.len(), |sum, byte| sum.wrapping_mul(31) + usize::from(*byte)) % journal.len();
    if let Some(cut) = held(&journal[..at], parse) {
        assert!(whole.exchanges.starts_with(&cut.exchanges), "cut at {at}, other exchanges are read");
        assert!(cut.torn.is_none_or(|torn| torn.is_cut_short), "cut at {at}, it is taken for damaged");
    }
    let mut damaged = journal.clone();
    damaged[at] ^= 1 << (data.len() % 8);
    if let Some(damaged) = held(&damaged, parse) {
        assert!(whole.exchanges.starts_with(&damaged.exchanges), "damaged at {at}, other exchanges are read");
    }
}

/// What is read of a journal; what it tells of its end is so.
fn held(bytes: &[u8], parse: Parse) -> Option<Left> {
    let left = match parse("a.journal", bytes) {
        Ok(left) => left,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return None;
        }
    };
    if let Some(torn) = left.torn {
        assert_eq!(torn.at + torn.length, bytes.len() as u64, "it does not end where it is torn");
    }
    for exchange in &left.exchanges {
        let written = entry::write(exchange);
        // The writer sorts fields, so that what somebody else wrote may stand in another order; what it wrote itself stays.
        let again = entry::read("a.journal", &written).expect("an entry that was written is read");
        assert_eq!(entry::write(&again), written, "an entry that was written is written as another");
    }
    Some(left)
}

/// A record of a head and, behind a 0, the bodies.
fn entry_of(data: &[u8]) -> Vec<u8> {
    let (head, bodies) = data.split_at(data.iter().position(|byte| *byte == 0).unwrap_or(data.len()));
    let begin = format!("policy 1; identifier 1\n{}\n", head.len());
    [begin.as_bytes(), head, bodies.get(1..).unwrap_or_default()].concat()
}

/// A record: length and CRC-32C, then the content.
fn frame(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("inputs are short");
    [&length.to_le_bytes()[..], &crc32c(content).to_le_bytes(), content].concat()
}

/// The sum, bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0x82f6_3b78 } else { sum >> 1 };
        }
    }
    !sum
}
