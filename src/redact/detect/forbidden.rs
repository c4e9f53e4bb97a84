//! An exact search for known secrets, in the encodings in which they could slip through.

use super::{Detection, Rule};
use crate::message::target;
use base64::Engine as _;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use std::collections::HashMap;
use std::fmt;

/// The bytes of a needle by which it is found; a shorter needle is not searched for.
const KEY: usize = 8;

/// Secrets to search for. Their values are in no `Debug` and in no result.
#[derive(Clone, Default)]
pub struct Forbidden {
    /// Needles as they are, by their first bytes.
    exact: Needles,
    /// Needles in which case does not count, in lower case.
    folded: Needles,
}

impl Forbidden {
    /// Prepares the search for these secrets; those under eight bytes are left out, since they would be found anywhere.
    pub fn new<S: AsRef<[u8]>>(secrets: impl IntoIterator<Item = S>) -> Self {
        let mut forbidden = Self::default();
        for secret in secrets {
            let secret = secret.as_ref();
            if secret.len() >= KEY {
                forbidden.add(secret);
            }
        }
        forbidden
    }

    fn add(&mut self, secret: &[u8]) {
        self.folded.add(secret.to_ascii_lowercase());
        self.folded.add(secret.iter().rev().map(u8::to_ascii_lowercase).collect());
        for mark in [b' ', b'-', b'.', b':', b'_'] {
            let mut apart: Vec<u8> = secret.iter().flat_map(|byte| [byte.to_ascii_lowercase(), mark]).collect();
            apart.pop();
            self.folded.add(apart);
        }
        self.exact.add(secret.iter().flat_map(|byte| [*byte, 0]).collect());
        self.exact.add(secret.iter().flat_map(|byte| [0, *byte]).collect());
        for alphabet in [&STANDARD, &URL_SAFE] {
            for once in in_base64(alphabet, secret) {
                for twice in in_base64(alphabet, &once) {
                    self.exact.add(twice);
                }
                self.exact.add(once);
            }
        }
        let each = |prefix: &str| -> Vec<u8> {
            secret.iter().flat_map(|byte| format!("{prefix}{byte:02x}").into_bytes()).collect()
        };
        for prefix in ["", "%", "\\u00", "\\x"] {
            self.folded.add(each(prefix));
        }
        if let Ok(text) = std::str::from_utf8(secret) {
            let encoded = target::encode(text);
            self.folded.add(target::encode(&encoded).to_ascii_lowercase().into_bytes());
            self.folded.add(encoded.to_ascii_lowercase().into_bytes());
            self.exact.add(text.replace('\\', "\\\\").replace('/', "\\/").into_bytes());
            self.exact.add(text.replace('\\', "\\\\").replace('"', "\\\"").into_bytes());
            self.exact.add(in_json_ascii(text).into_bytes());
        }
    }

    /// Where any of the secrets stands in these bytes, in any of the encodings.
    pub fn scan(&self, text: &[u8]) -> Vec<Detection> {
        let found =
            (0..text.len()).filter(|at| self.exact.begins(&text[*at..]) || self.folded.begins_folded(&text[*at..]));
        found.map(|offset| Detection { offset, rule: Rule::Forbidden }).collect()
    }

    /// Whether any of the secrets stands in these bytes.
    pub fn is_in(&self, text: &[u8]) -> bool {
        (0..text.len()).any(|at| self.exact.begins(&text[at..]) || self.folded.begins_folded(&text[at..]))
    }
}

impl fmt::Debug for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forbidden").finish_non_exhaustive()
    }
}

/// Needles by their first eight bytes: one look-up for each place of the text.
#[derive(Clone, Default)]
struct Needles(HashMap<[u8; KEY], Vec<Vec<u8>>>);

impl Needles {
    fn add(&mut self, needle: Vec<u8>) {
        let Some(key) = needle.first_chunk::<KEY>().copied() else { return };
        let same = self.0.entry(key).or_default();
        if !same.contains(&needle) {
            same.push(needle);
        }
    }

    fn begins(&self, text: &[u8]) -> bool {
        let Some(key) = text.first_chunk::<KEY>() else { return false };
        self.0.get(key).is_some_and(|needles| needles.iter().any(|needle| text.starts_with(needle)))
    }

    fn begins_folded(&self, text: &[u8]) -> bool {
        let Some(key) = text.first_chunk::<KEY>() else { return false };
        let Some(needles) = self.0.get(&key.map(|byte| byte.to_ascii_lowercase())) else { return false };
        let stands =
            |needle: &Vec<u8>| text.get(..needle.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(needle));
        needles.iter().any(stands)
    }
}

/// The characters of base64 that depend on nothing but these bytes, for each of the three places in a group of three
/// at which the bytes may begin.
fn in_base64(alphabet: &Alphabet, bytes: &[u8]) -> Vec<Vec<u8>> {
    let engine = GeneralPurpose::new(alphabet, NO_PAD);
    let at_place = |place: usize| {
        let mut padded = vec![0; place];
        padded.extend_from_slice(bytes);
        let encoded = engine.encode(&padded).into_bytes();
        let first_own = (place * 8).div_ceil(6);
        let whole = padded.len() * 8 / 6;
        encoded[first_own..whole].to_vec()
    };
    (0..3).map(at_place).collect()
}

/// A text as a JSON writer spells it that escapes all but ASCII.
fn in_json_ascii(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii() && !matches!(c, '"' | '\\') && !c.is_ascii_control() {
            out.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE as BASE64_URL};

    const SECRET: &str = "c4n4ry/7f+\"9é~2";

    fn is_found(text: impl AsRef<[u8]>) -> bool {
        let forbidden = Forbidden::new([SECRET]);
        let found = forbidden.scan(text.as_ref());
        assert_eq!(!found.is_empty(), forbidden.is_in(text.as_ref()));
        !found.is_empty()
    }

    #[test]
    fn finds_a_secret_in_every_encoding() {
        let bytes = SECRET.as_bytes();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        let utf16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> { "wJalrXUtnFEMI".encode_utf16().flat_map(order).collect() };

        assert!(is_found(format!("x{SECRET}y")));
        assert!(is_found(SECRET.to_ascii_uppercase()));
        assert!(Forbidden::new(["wJalrXUtnFEMI"]).is_in(b"x IMEFntUXrlaJw"));
        for mark in [" ", "-", "."] {
            let apart: Vec<String> = "wJalrXUtnFEMI".chars().map(String::from).collect();
            assert!(Forbidden::new(["wJalrXUtnFEMI"]).is_in(apart.join(mark).as_bytes()));
        }
        assert!(is_found(hex.to_lowercase()) && is_found(hex));
        assert!(is_found(target::encode(SECRET)));
        assert!(is_found(target::encode(SECRET).to_lowercase()));
        assert!(is_found(target::encode(&target::encode(SECRET))));
        assert!(is_found(serde_json::to_string(SECRET).unwrap()));
        assert!(is_found("c4n4ry\\/7f+\"9é~2"));
        assert!(is_found("c4n4ry/7f+\\u00229\\u00e9~2"));
        assert!(is_found(bytes.iter().map(|byte| format!("\\u00{byte:02X}")).collect::<String>()));
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            assert!(Forbidden::new(["wJalrXUtnFEMI"]).is_in(&utf16(order)));
        }
        for before in ["", "a", "ab", "abc"] {
            for after in ["", "z", "zy"] {
                let whole = format!("{before}{SECRET}{after}");
                for engine in [&BASE64, &BASE64_URL] {
                    let once = engine.encode(&whole);
                    assert!(is_found(&once), "{once}");
                    for inner in ["", "q", "qq"] {
                        let twice = engine.encode(format!("{inner}{once}"));
                        assert!(is_found(&twice), "{twice}");
                    }
                }
            }
        }
    }

    #[test]
    fn tells_the_place_and_nothing_else() {
        let forbidden = Forbidden::new([SECRET]);

        let found = forbidden.scan(format!("ab {SECRET}").as_bytes());

        assert_eq!(found, [Detection { offset: 3, rule: Rule::Forbidden }]);
        assert!(!format!("{forbidden:?}").contains("c4n4ry"));
    }

    #[test]
    fn finds_nothing_in_other_text_and_ignores_short_secrets() {
        assert!(!is_found("c4n4ry/7f+\"9e~2"));
        assert!(!is_found(""));
        assert!(!Forbidden::new(["short", ""]).is_in(b"short and nothing"));
    }
}
