//! Random text for credentials and names of session folders; from the TLS library's own source.

use crate::diagnostic::Diagnostic;
use rustls::crypto::ring::default_provider;

/// A text of characters of the alphabet, each equally likely.
///
/// The alphabet holds at most 256 characters, all ASCII.
pub fn text(length: usize, alphabet: &[u8]) -> Result<String, Diagnostic> {
    let source = default_provider().secure_random;
    let fair = 256 - 256 % alphabet.len();
    let mut out = String::with_capacity(length);
    let mut bytes = [0_u8; 64];
    while out.len() < length {
        source.fill(&mut bytes).map_err(|_| {
            Diagnostic::new("cannot make throw-away credentials: the system gave no random bytes")
                .help("see that /dev/urandom or getrandom works in this sandbox")
        })?;
        let drawn = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < fair);
        out.extend(drawn.map(|byte| char::from(alphabet[byte % alphabet.len()])).take(length - out.len()));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn draws_every_character_and_no_text_twice() {
        let long = text(4096, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789").unwrap();
        let texts: HashSet<String> = (0..100).map(|_| text(20, b"abcdef0123456789").unwrap()).collect();

        assert_eq!(long.len(), 4096);
        assert_eq!(long.chars().collect::<HashSet<_>>().len(), 36);
        assert_eq!(texts.len(), 100);
    }
}
