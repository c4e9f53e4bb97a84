//! Taking the white space out of a text while making sure that it is JSON; no tree is built.

use super::{JsonError, JsonErrorKind, MAX_DEPTH};

/// The text without white space between its tokens, if it is one JSON value.
///
/// Refuses what [`super::Json::parse`] refuses, at the same place and for the same reason, and gives what
/// [`super::Json::to_compact`] prints.
pub fn compact_checked(text: &str) -> Result<String, JsonError> {
    let mut checker = Checker { bytes: text.as_bytes(), at: 0, out: Vec::with_capacity(text.len()) };
    checker.skip_space();
    checker.value(0)?;
    checker.skip_space();
    if checker.at < text.len() {
        return Err(checker.error(JsonErrorKind::Trailing));
    }
    checker.out.shrink_to_fit();
    Ok(String::from_utf8(checker.out).expect("only ASCII white space was left out of a valid text"))
}

struct Checker<'t> {
    bytes: &'t [u8],
    at: usize,
    out: Vec<u8>,
}

impl Checker<'_> {
    fn error(&self, kind: JsonErrorKind) -> JsonError {
        JsonError { offset: self.at, kind }
    }

    fn unexpected(&self) -> JsonError {
        let kind = if self.at < self.bytes.len() { JsonErrorKind::Unexpected } else { JsonErrorKind::Truncated };
        self.error(kind)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) {
        self.out.push(byte);
        self.at += 1;
    }

    /// Takes the bytes from `start` up to here.
    fn copy_from(&mut self, start: usize) {
        self.out.extend_from_slice(&self.bytes[start..self.at]);
    }

    fn value(&mut self, depth: usize) -> Result<(), JsonError> {
        if depth >= MAX_DEPTH && matches!(self.peek(), Some(b'{' | b'[')) {
            return Err(self.error(JsonErrorKind::TooDeep));
        }
        match self.peek() {
            Some(b'{') => self.container(b'}', depth, Self::member),
            Some(b'[') => self.container(b']', depth, Self::value),
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            _ => Err(self.unexpected()),
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), JsonError> {
        for byte in word {
            if self.peek() != Some(*byte) {
                return Err(self.unexpected());
            }
            self.take(*byte);
        }
        Ok(())
    }

    fn container(
        &mut self,
        close: u8,
        depth: usize,
        item: fn(&mut Self, usize) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.take(self.bytes[self.at]);
        self.skip_space();
        if self.peek() == Some(close) {
            self.take(close);
            return Ok(());
        }
        loop {
            self.skip_space();
            item(self, depth + 1)?;
            self.skip_space();
            match self.peek() {
                Some(b',') => self.take(b','),
                Some(byte) if byte == close => {
                    self.take(close);
                    return Ok(());
                }
                _ => return Err(self.unexpected()),
            }
        }
    }

    fn member(&mut self, depth: usize) -> Result<(), JsonError> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected());
        }
        self.string()?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.unexpected());
        }
        self.take(b':');
        self.skip_space();
        self.value(depth)
    }

    fn string(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        self.at += 1;
        loop {
            let rest = &self.bytes[self.at..];
            self.at += rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                None | Some(_) => return Err(self.unexpected()),
            }
        }
        self.at += 1;
        self.copy_from(start);
        Ok(())
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        let hex_digits = match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 0,
            Some(b'u') => 4,
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        for _ in 0..hex_digits {
            if !self.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                return Err(self.unexpected());
            }
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        self.copy_from(start);
        Ok(())
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.unexpected());
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Json;
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    /// Texts that are JSON, or nearly so.
    fn texts() -> impl Strategy<Value = String> {
        let whole = select(
            &[
                r#" { "a" : [ 1 , -0.5e+3 , true , null ] , "b" : { } , "c" : [ ] } "#,
                r#"{"a":"\u00e9\/\n","a":[{},[],-0.0,1e+2],"é":"漢\ud800"}"#,
                "[[[[1]]]]",
                "\"a\"",
                "-12.5E-7",
                "\t\r\n false",
            ][..],
        );
        let damage =
            proptest::collection::vec((any::<Index>(), 0usize..3, "[\\[\\]{}\",:0-9a-z\\\\.\u{1} é]{0,2}"), 0..3);
        (whole, damage).prop_map(|(text, damage)| {
            let mut characters: Vec<char> = text.chars().collect();
            for (place, removed, added) in damage {
                let at = place.index(characters.len() + 1);
                let end = (at + removed).min(characters.len());
                characters.splice(at..end, added.chars());
            }
            characters.into_iter().collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn takes_and_refuses_what_the_parser_does(text in texts()) {
            let parsed = Json::parse(text.as_bytes()).map(|value| value.to_compact());

            prop_assert_eq!(compact_checked(&text), parsed);
        }
    }

    #[test]
    fn refuses_the_depth_that_the_parser_refuses() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));

        for depth in [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1] {
            let parsed = Json::parse(nested(depth).as_bytes()).map(|value| value.to_compact());

            assert_eq!(compact_checked(&nested(depth)), parsed, "{depth}");
        }
    }
}
