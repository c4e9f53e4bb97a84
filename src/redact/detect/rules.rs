//! The rules, run in one pass: each begins at a byte that is rare in other text.

use super::{Detection, Rule};
use std::cell::Cell;

/// The prefixes of AWS's unique ids: keys, users, roles, groups, policies, certificates and so on.
const ID_PREFIXES: [&[u8]; 15] = [
    b"ABIA", b"ACCA", b"AGPA", b"AIDA", b"AIPA", b"AKIA", b"ANPA", b"ANVA", b"APKA", b"AROA", b"ASCA", b"ASIA",
    b"AKID", b"ABSK", b"A3T",
];

/// How a long-lived key of a model service begins, the name of its kind coded in base64.
const SERVICE_KEY: &[u8] = b"ABSKQmVkcm9ja0FQSUtleS";

/// How session tokens begin.
const TOKEN_PREFIXES: [&[u8]; 6] =
    [b"IQoJb3JpZ2lu", b"FwoGZXIvYXdz", b"FQoGZXIvYXdz", b"FQoDYXdz", b"AQoDYXdz", b"AQoEXAMPLE"];

/// How accounts and keys begin that redaction makes up: with more zeros than any that was given to somebody.
const STAND_IN_ACCOUNT: &[u8] = b"000000";

/// The length of a secret access key.
const SECRET_LENGTH: usize = 40;

/// How much of a value is looked at: enough to know it by, so that no text takes long.
const LOOK: usize = 128;

/// A random text of that length changes between kinds of characters some 25 times, words in camel case some 12.
const SECRET_CHANGES: usize = 15;

/// Everything the rules find in these bytes.
pub(super) fn scan(text: &[u8]) -> Vec<Detection> {
    scan_counted(text).0
}

/// The same, with how many bytes were looked at besides the pass itself.
pub(super) fn scan_counted(text: &[u8]) -> (Vec<Detection>, usize) {
    let mut scanner = Scanner { text, found: Vec::new(), looked: Cell::new(0) };
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' if !scanner.is_before(at, |b| b.is_ascii_alphanumeric()) => scanner.number(at),
            b'=' | b':' => scanner.field(at),
            b'@' => scanner.email(at),
            b'^' => scanner.person_name(at),
            b'-' if text[at..].starts_with(b"-----BEGIN ") => scanner.pem(at),
            b'a' if text[at..].starts_with(b"arn:aws") => scanner.arn(at),
            b'a' if text[at..].starts_with(b"aws4_request") => scanner.add(Rule::Signature, at),
            b'e' if text[at..].starts_with(b"eyJ") => scanner.jwt(at),
            _ => {}
        }
        if is_base64(*byte) && !scanner.is_before(at, is_base64) {
            scanner.run(at);
        }
        if *byte == b'A' && !scanner.is_before(at, |b| b.is_ascii_alphanumeric()) {
            scanner.key_id(at);
        }
    }
    (scanner.found, scanner.looked.get())
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// Letters of any script: what is not ASCII counts as one.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

struct Scanner<'t> {
    text: &'t [u8],
    found: Vec<Detection>,
    looked: Cell<usize>,
}

impl<'t> Scanner<'t> {
    fn add(&mut self, rule: Rule, offset: usize) {
        self.found.push(Detection { offset, rule });
    }

    /// Whether the byte before a place is such a one.
    fn is_before(&self, at: usize, is_such: impl Fn(u8) -> bool) -> bool {
        at > 0 && is_such(self.text[at - 1])
    }

    /// The bytes from a place on that are such.
    fn run_of(&self, at: usize, is_such: impl Fn(u8) -> bool) -> &'t [u8] {
        self.run_of_at_most(usize::MAX, at, is_such)
    }

    /// The same, but not more than so many bytes.
    fn run_of_at_most(&self, limit: usize, at: usize, is_such: impl Fn(u8) -> bool) -> &'t [u8] {
        let rest = self.text.get(at..).unwrap_or_default();
        let length = rest.iter().take(limit).take_while(|byte| is_such(**byte)).count();
        self.looked.set(self.looked.get() + length);
        &rest[..length]
    }

    /// The bytes up to a place that are such.
    fn run_before(&self, at: usize, is_such: impl Fn(u8) -> bool) -> &'t [u8] {
        let head = &self.text[..at];
        let length = head.iter().rev().take_while(|byte| is_such(**byte)).count();
        self.looked.set(self.looked.get() + length);
        &head[at - length..]
    }

    fn key_id(&mut self, at: usize) {
        let id = self.run_of(at, |b| b.is_ascii_alphanumeric());
        let is_id = id.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let is_stand_in = id.get(4..).is_some_and(|rest| rest.starts_with(STAND_IN_ACCOUNT));
        if id.starts_with(SERVICE_KEY) {
            self.add(Rule::AccessKeyId, at);
        }
        if is_id
            && !is_stand_in
            && (19..=128).contains(&id.len())
            && ID_PREFIXES.iter().any(|prefix| id.starts_with(prefix))
        {
            self.add(Rule::AccessKeyId, at);
        }
    }

    /// A stretch of base64: a secret has one length, a session token a beginning.
    fn run(&mut self, at: usize) {
        let run = self.run_of(at, is_base64);
        if run.len() == SECRET_LENGTH && self.text.get(at + SECRET_LENGTH) != Some(&b'=') && is_random(run) {
            self.add(Rule::SecretKey, at);
        }
        if run.len() >= 64 {
            let begins = |prefix: &&[u8]| run.windows(prefix.len()).take(64).position(|window| window == *prefix);
            if let Some(inside) = TOKEN_PREFIXES.iter().find_map(begins) {
                self.add(Rule::SessionToken, at + inside);
            }
        }
    }

    /// `name=value` or `name: value`, also with quotes around either.
    fn field(&mut self, at: usize) {
        let is_filler = |byte: u8| matches!(byte, b'"' | b'\'' | b' ' | b'\\');
        let end = at - self.run_before(at, is_filler).len();
        let name = self.run_before(end, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let from = at + 1 + self.run_of(at + 1, is_filler).len();
        let value = self
            .run_of_at_most(LOOK, from, |byte| byte.is_ascii_graphic() && !matches!(byte, b'&' | b'"' | b'\'' | b','));
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        let is_hash = value.len() >= 64 && value[..64].iter().all(u8::is_ascii_hexdigit);
        if is("x-amz-security-token") || is("aws-session-token") {
            if value.len() >= 16 {
                self.add(Rule::SessionToken, from);
            }
        } else if (is("x-amz-signature") && is_hash)
            || ((is("x-amz-credential") || is("awsaccesskeyid")) && value.len() >= 8)
        {
            self.add(Rule::PresignedUrl, at - name.len() - (at - end));
        } else if (is("signature") && is_hash) || (is("authorization") && value.len() >= 6) {
            self.add(Rule::Signature, from);
        }
    }

    fn jwt(&mut self, at: usize) {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if self.is_before(at, is_part) {
            return;
        }
        let header = self.run_of(at, is_part);
        let dot = at + header.len();
        let claims = self.run_of(dot + 1, is_part);
        let second_dot = dot + 1 + claims.len();
        let dots = self.text.get(dot) == Some(&b'.') && self.text.get(second_dot) == Some(&b'.');
        if dots && header.len() >= 8 && claims.len() >= 8 {
            self.add(Rule::Jwt, at);
        }
    }

    fn pem(&mut self, at: usize) {
        let label = self.run_of(at + 11, |b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b' ');
        if !label.is_empty() && self.text[at + 11 + label.len()..].starts_with(b"-----") {
            self.add(Rule::Pem, at);
        }
    }

    fn arn(&mut self, at: usize) {
        let partition = self.run_of(at + 4, |b| b.is_ascii_lowercase() || b == b'-');
        let service = at + 4 + partition.len() + 1;
        let is_arn =
            self.text.get(service - 1) == Some(&b':') && self.text.get(service).is_some_and(u8::is_ascii_alphanumeric);
        if is_arn && !self.is_stand_in(service) {
            self.add(Rule::Arn, at);
        }
    }

    /// Whether the account of an ARN is one that nobody has: the smallest ARN of a pattern has it.
    fn is_stand_in(&self, service: usize) -> bool {
        let rest = self.run_of_at_most(LOOK, service, |byte| byte.is_ascii_graphic());
        let account = rest.split(|byte| *byte == b':').nth(2).unwrap_or_default();
        account.len() == 12 && account.starts_with(STAND_IN_ACCOUNT)
    }

    fn email(&mut self, at: usize) {
        let local =
            self.run_before(at, |b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'+' | b'-') || b >= 0x80);
        let domain = self.run_of(at + 1, |b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-') || b >= 0x80);
        let Some(dot) = domain.iter().rposition(|byte| *byte == b'.') else { return };
        // A dot that ends a sentence is no part of the domain.
        let (dot, domain) = match domain.strip_suffix(b".") {
            Some(domain) => (domain.iter().rposition(|byte| *byte == b'.').unwrap_or(0), domain),
            None => (dot, domain),
        };
        let top = domain.get(dot + 1..).unwrap_or_default();
        if !local.is_empty() && dot > 0 && top.len() >= 2 && top.iter().all(|byte| is_letter(*byte)) {
            self.add(Rule::Email, at - local.len());
        }
    }

    /// `Doe^John`, also with empty parts between.
    fn person_name(&mut self, at: usize) {
        if self.is_before(at, |byte| byte == b'^') {
            return;
        }
        let is_name = |byte: u8| is_letter(byte) || matches!(byte, b' ' | b'.' | b'\'' | b'-');
        let family = self.run_before(at, is_name);
        let carets = self.run_of(at, |byte| byte == b'^');
        let given = self.run_of(at + carets.len(), is_letter);
        if family.iter().filter(|byte| is_letter(**byte)).count() >= 2 && !given.is_empty() {
            self.add(Rule::PersonName, at - family.len());
        }
    }

    fn number(&mut self, at: usize) {
        if !self.is_before(at, |byte| byte == b'.') {
            let dotted = self.run_of_at_most(LOOK, at, |byte| byte.is_ascii_digit() || byte == b'.');
            if is_uid(dotted) {
                self.add(Rule::DicomUid, at);
            }
        }
        let digits = self.run_of_at_most(LOOK, at, |byte| byte.is_ascii_digit());
        if digits.len() == 12 && self.stands_alone(at, digits) && !digits.starts_with(STAND_IN_ACCOUNT) {
            self.add(Rule::AccountId, at);
        }
    }

    /// Whether twelve digits are no part of a word, a decimal number, a time or a UUID.
    fn stands_alone(&self, at: usize, digits: &[u8]) -> bool {
        let after = self.text.get(at + digits.len()..).unwrap_or_default();
        let goes_on = match after {
            [b'.', next, ..] => next.is_ascii_digit(),
            [next, ..] => next.is_ascii_alphanumeric() || *next == b'_' || *next >= 0x80,
            [] => false,
        };
        let is_part = self.is_before(at, |byte| matches!(byte, b'.' | b'_' | b'+') || byte >= 0x80);
        let before = &self.text[at.saturating_sub(24)..at];
        let is_uuid = before.len() == 24
            && before.ends_with(b"-")
            && before.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
        !goes_on && !is_part && !is_uuid
    }
}

/// Whether these characters are no words: of all kinds, and changing often between them.
fn is_random(run: &[u8]) -> bool {
    let kind = |byte: &u8| match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let count = |wanted: u8| run.iter().filter(|byte| kind(byte) == wanted).count();
    let changes = run.windows(2).filter(|pair| kind(&pair[0]) != kind(&pair[1])).count();
    count(0) >= 3 && count(1) >= 3 && changes >= SECRET_CHANGES
}

/// Whether a dotted number is a UID that somebody was given: not the standard's own, no version, no address.
fn is_uid(dotted: &[u8]) -> bool {
    let dotted = dotted.strip_suffix(b".").unwrap_or(dotted);
    let parts: Vec<&[u8]> = dotted.split(|byte| *byte == b'.').collect();
    let is_part = |part: &&[u8]| *part == b"0" || part.first().is_some_and(|first| *first != b'0');
    if dotted.len() > 64 || !parts.iter().all(is_part) {
        return false;
    }
    match parts[..] {
        [b"1", b"2", b"840", b"10008", ..] => false,
        [b"2", b"25", number] => number.len() >= 10,
        [b"1", b"2", b"840" | b"826" | b"276" | b"392" | b"528" | b"250" | b"752", ..] => parts.len() >= 6,
        [b"0" | b"1" | b"2", ..] => parts.len() >= 7 && dotted.len() >= 16,
        _ => false,
    }
}
