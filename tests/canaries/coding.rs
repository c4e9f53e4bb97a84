//! Ways in which a whole body may travel: compressed, in another character set, in pieces of one byte.

use super::spelling::{gzip, utf16, zlib};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::Write;

/// How a body is written.
#[derive(Clone, Copy)]
pub(crate) struct Coding {
    pub(crate) name: &'static str,
    /// Header lines that say so.
    pub(crate) fields: &'static str,
    pub(crate) code: fn(&str) -> Vec<u8>,
}

/// Every coding. Some say what they are, some do not.
pub(crate) const CODINGS: [Coding; 10] = [
    of("as it is", "", |text| text.as_bytes().to_vec()),
    of("gzip", "content-encoding: gzip\r\n", |text| gzip(text.as_bytes())),
    of("gzip that is not said", "content-type: application/json\r\n", |text| gzip(text.as_bytes())),
    of("deflate", "content-encoding: deflate\r\n", |text| zlib(text.as_bytes())),
    of("deflate without its frame", "content-encoding: deflate\r\n", |text| {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }),
    of("gzip twice", "content-encoding: gzip, gzip\r\n", |text| gzip(&gzip(text.as_bytes()))),
    of("UTF-16, low byte first", "content-type: application/json; charset=utf-16\r\n", |text| {
        utf16(&format!("\u{feff}{text}"), u16::to_le_bytes)
    }),
    of("UTF-16, high byte first", "", |text| utf16(text, u16::to_be_bytes)),
    of("the high bit set", "", |text| text.bytes().map(|byte| byte | 0x80).collect()),
    of("nested in JSON", "content-type: application/json\r\n", |text| {
        format!("{{\"body\":{}}}", serde_json::to_string(text).unwrap()).into_bytes()
    }),
];

const fn of(name: &'static str, fields: &'static str, code: fn(&str) -> Vec<u8>) -> Coding {
    Coding { name, fields, code }
}
