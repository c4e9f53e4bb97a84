//! A text as it reads once its escapes are undone, with the way back to where each byte stood.

/// Decoded bytes, each with its place in the source.
pub(super) struct View {
    bytes: Vec<u8>,
    /// The place in the source of each stretch that was copied or decoded: (from here, stood there).
    places: Vec<(usize, usize)>,
}

impl View {
    /// The text with its percent escapes decoded; none if it has none.
    pub(super) fn of_percent_escapes(text: &str) -> Option<Self> {
        Self::decode(text, b'%', |rest| Some((vec![hex(rest.get(1..3)?)?], 3)))
    }

    /// The text with JSON's escapes decoded; none if it has none.
    pub(super) fn of_json_escapes(text: &str) -> Option<Self> {
        Self::decode(text, b'\\', |rest| match rest.get(1)? {
            b'u' => {
                let unit = u32::from(hex(rest.get(2..4)?)?) << 8 | u32::from(hex(rest.get(4..6)?)?);
                let c = char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
                Some((c.to_string().into_bytes(), 6))
            }
            b'n' | b'r' | b't' | b'b' | b'f' => Some((vec![b' '], 2)),
            other => Some((vec![*other], 2)),
        })
    }

    fn decode(text: &str, mark: u8, escape: impl Fn(&[u8]) -> Option<(Vec<u8>, usize)>) -> Option<Self> {
        let source = text.as_bytes();
        let mut view = Self { bytes: Vec::new(), places: vec![(0, 0)] };
        let mut copied = 0;
        let mut at = 0;
        while let Some(found) = source[at..].iter().position(|byte| *byte == mark) {
            at += found;
            let Some((decoded, length)) = escape(&source[at..]) else {
                at += 1;
                continue;
            };
            view.bytes.extend_from_slice(&source[copied..at]);
            view.places.push((view.bytes.len(), at));
            view.bytes.extend_from_slice(&decoded);
            at += length;
            copied = at;
            view.places.push((view.bytes.len(), at));
        }
        if copied == 0 {
            return None;
        }
        view.bytes.extend_from_slice(&source[copied..]);
        Some(view)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where the byte stood.
    pub(super) fn source(&self, offset: usize) -> usize {
        let behind = self.places.partition_point(|(from, _)| *from <= offset);
        let (from, stood) = self.places[behind.saturating_sub(1)];
        stood + (offset - from)
    }
}

/// The byte of two hex digits.
fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let value = digit(*digits.first()?)? * 16 + digit(*digits.get(1)?)?;
    u8::try_from(value).ok()
}
