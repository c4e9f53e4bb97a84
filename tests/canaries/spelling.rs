//! Ways to spell a text so that it still is one.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use std::io::Write;

/// What is made of a text.
pub(crate) type Spell = fn(&str) -> String;

/// Every spelling, by its name.
pub(crate) const SPELLINGS: [(&str, Spell); 28] = [
    ("plain", str::to_owned),
    ("upper case", str::to_uppercase),
    ("reversed", |text| text.chars().rev().collect()),
    ("apart", |text| between(text, " ")),
    ("hyphens between", |text| between(text, "-")),
    ("padded to an identifier", |text| format!("{text:a<32}")),
    ("among words", |text| format!("Doe John {text}: arn")),
    ("hex", |text| each(text, |byte| format!("{byte:02x}"))),
    ("hex in upper case", |text| each(text, |byte| format!("{byte:02X}"))),
    ("decimals", |text| each(text, |byte| byte.to_string())),
    ("base64", |text| STANDARD.encode(text)),
    ("base64 at offset 1", |text| STANDARD_NO_PAD.encode(format!("~{text}"))),
    ("base64 at offset 2", |text| STANDARD_NO_PAD.encode(format!("~~{text}~"))),
    ("base64url", |text| URL_SAFE_NO_PAD.encode(format!("???{text}???"))),
    ("base64url at offset 1", |text| URL_SAFE_NO_PAD.encode(format!("?{text}>>"))),
    ("base64url at offset 2", |text| URL_SAFE_NO_PAD.encode(format!(">>{text}?"))),
    ("base64 twice", |text| STANDARD.encode(STANDARD.encode(text))),
    ("base64 of hex", |text| STANDARD.encode(each(text, |byte| format!("{byte:02x}")))),
    ("base64 of UTF-16", |text| STANDARD.encode(utf16(text, u16::to_le_bytes))),
    ("base64 of gzip", |text| STANDARD.encode(gzip(text.as_bytes()))),
    ("base64url of deflate", |text| URL_SAFE_NO_PAD.encode(zlib(text.as_bytes()))),
    ("percent", |text| each(text, |byte| format!("%{byte:02X}"))),
    ("percent twice", |text| each(text, |byte| format!("%25{byte:02x}"))),
    ("JSON escapes", |text| each(text, |byte| format!("\\u{byte:04x}"))),
    ("escapes of bytes", |text| each(text, |byte| format!("\\x{byte:02X}"))),
    ("entities", |text| each(text, |byte| format!("&#x{byte:x};"))),
    ("decimal entities", |text| each(text, |byte| format!("&#{byte};"))),
    ("quoted printable", |text| each(text, |byte| format!("={byte:02X}"))),
];

fn each(text: &str, spell: impl Fn(u8) -> String) -> String {
    text.bytes().map(spell).collect()
}

fn between(text: &str, mark: &str) -> String {
    text.chars().map(String::from).collect::<Vec<_>>().join(mark)
}

pub(super) fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(order).collect()
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
