//! Scalars as every YAML version reads them, and as they must be written for that.

use std::borrow::Cow;

/// Whether some YAML version reads the plain scalar as something else than this text.
pub fn is_ambiguous(text: &str) -> bool {
    const WORDS: [&str; 13] = ["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) || is_number_like(text) || is_date_like(text)
}

/// Whether some reader takes the text for a number: any base, sexagesimal, with separators, infinite or none.
fn is_number_like(text: &str) -> bool {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return false;
    }
    let unsigned = text.trim_start_matches(['-', '+']).to_ascii_lowercase();
    if [".inf", ".nan"].contains(&unsigned.as_str()) {
        return true;
    }
    for (prefix, digits) in [("0x", "0123456789abcdef_"), ("0o", "01234567_"), ("0b", "01_")] {
        if let Some(rest) = unsigned.strip_prefix(prefix) {
            return rest.chars().all(|c| digits.contains(c));
        }
    }
    let mantissa_end =
        unsigned.find(|c: char| !matches!(c, '0'..='9' | '.' | '_' | ':' | ',')).unwrap_or(unsigned.len());
    let (mantissa, rest) = unsigned.split_at(mantissa_end);
    let begins =
        mantissa.starts_with(|c: char| c.is_ascii_digit()) || (mantissa.starts_with('.') && mantissa.len() > 1);
    let exponent_ends = match rest.strip_prefix('e') {
        Some(exponent) => exponent.trim_start_matches(['-', '+']).bytes().all(|b| b.is_ascii_digit() || b == b'_'),
        None => rest.is_empty(),
    };
    begins && exponent_ends
}

/// Whether some reader takes the text for a date, with or without a time of day.
fn is_date_like(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let digits = |part: Option<&str>, least: usize, most: usize| {
        part.is_some_and(|part| (least..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
    };
    digits(parts.next(), 4, 4) && digits(parts.next(), 1, 2) && {
        let day = parts.next().unwrap_or_default();
        digits(day.split(['T', 't', ' ', '\t']).next(), 1, 2)
    }
}

/// Whether a text can stand in a block mapping without quotes and be read as itself by every YAML version.
pub fn is_plain_safe(text: &str) -> bool {
    let safe_inside = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(
                c,
                '-' | '_' | '.' | '/' | '+' | '=' | ';' | ',' | ' ' | '(' | ')' | '*' | '@' | '$' | '{' | '}'
            )
    };
    let starts_safe = text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_'));
    starts_safe && !text.ends_with(' ') && !text.contains(" #") && text.chars().all(safe_inside) && !is_ambiguous(text)
}

/// A text in double quotes, escaped so that every YAML version reads it back.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (' '..='~').contains(&c) => out.push(c),
            c if (c as u32) >= 0xa0 && !is_special(c) => out.push(c),
            c if (c as u32) <= 0xff => out.push_str(&format!("\\x{:02x}", c as u32)),
            c if (c as u32) <= 0xffff => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push_str(&format!("\\U{:08x}", c as u32)),
        }
    }
    out.push('"');
    out
}

/// Characters that some reader treats as a line break, drops or refuses.
fn is_special(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A scalar for a block mapping: plain where that is safe, else in double quotes.
pub fn scalar(text: &str) -> Cow<'_, str> {
    if is_plain_safe(text) { Cow::Borrowed(text) } else { Cow::Owned(quote(text)) }
}
