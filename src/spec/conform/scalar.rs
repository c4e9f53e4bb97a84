//! Texts and numbers: what is decimal, whole, a time, base64.

use crate::spec::TimestampFormat;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, PrimitiveDateTime};

/// What a JSON number is as a whole number of some width.
pub(super) enum Whole {
    /// It is one.
    Fits,
    /// It has a fraction.
    Fraction,
    /// It is whole and too great for the width.
    TooWide,
}

/// Judges the spelling of a JSON number: `1.0` and `1e2` are whole, `1.5` is not.
pub(super) fn whole(number: &str, bits: u32) -> Whole {
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent_of(exponent)),
        None => (number, 0),
    };
    let negative = mantissa.starts_with('-');
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let integer = integer.trim_start_matches('-');
    let digits = format!("{integer}{fraction}");
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Whole::Fits;
    }
    let trailing_zeros = (digits.len() - digits.trim_end_matches('0').len()) as i64;
    let shift = exponent.saturating_sub(fraction.len() as i64).saturating_add(trailing_zeros);
    if shift < 0 {
        return Whole::Fraction;
    }
    // Twenty digits are more than 64 bits hold.
    if (significant.len() as i64).saturating_add(shift) > 20 {
        return Whole::TooWide;
    }
    let text = format!("{significant}{}", "0".repeat(shift as usize));
    let limit = (1_i128 << (bits - 1)) - i128::from(!negative);
    if text.parse::<i128>().is_ok_and(|value| value <= limit) { Whole::Fits } else { Whole::TooWide }
}

/// An exponent, or one that is as good as endless.
fn exponent_of(text: &str) -> i64 {
    text.trim_start_matches('+').parse().unwrap_or(if text.starts_with('-') { i64::MIN / 4 } else { i64::MAX / 4 })
}

/// Whether a text is a JSON number.
pub(super) fn is_number(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('-').or(Some(text)) else { return false };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let (integer, fraction) = match mantissa.split_once('.') {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (mantissa, None),
    };
    let exponent_is_right = exponent.is_none_or(|text| are_digits(text.strip_prefix(['+', '-']).unwrap_or(text)));
    are_digits(integer)
        && (integer.len() == 1 || !integer.starts_with('0'))
        && fraction.is_none_or(are_digits)
        && exponent_is_right
}

/// Whether a text is plain decimal digits, with or without a minus sign.
pub(super) fn is_plain_integer(text: &str) -> bool {
    are_digits(text.strip_prefix('-').unwrap_or(text))
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is a time of this format.
pub(super) fn is_time(text: &str, format: TimestampFormat) -> bool {
    match format {
        TimestampFormat::EpochSeconds => is_number(text),
        TimestampFormat::DateTime => OffsetDateTime::parse(text, &Rfc3339).is_ok(),
        TimestampFormat::HttpDate => {
            let format = time::macros::format_description!(
                "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
            );
            PrimitiveDateTime::parse(text, format).is_ok()
        }
    }
}

/// The words for a time of this format.
pub(super) fn time_words(format: TimestampFormat) -> &'static str {
    match format {
        TimestampFormat::EpochSeconds => "a number of seconds since 1970",
        TimestampFormat::DateTime => "a time as RFC 3339 has it",
        TimestampFormat::HttpDate => "a time as HTTP has it",
    }
}

/// How many bytes a base64 text stands for.
pub(super) fn base64_length(text: &str) -> Option<u64> {
    STANDARD.decode(text).ok().map(|bytes| bytes.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_whole(number: &str, bits: u32) -> bool {
        matches!(whole(number, bits), Whole::Fits)
    }

    #[test]
    fn knows_whole_numbers_in_any_spelling() {
        for number in ["0", "-0", "1.0", "1e2", "1.50e1", "100e-2", "0.0e-999999999999999999999", "2147483647"] {
            assert!(is_whole(number, 32), "{number}");
        }
        for number in ["1.5", "1e-1", "15e-2", "1e-99999999999999999999", "-0.1"] {
            assert!(matches!(whole(number, 32), Whole::Fraction), "{number}");
        }
    }

    #[test]
    fn knows_the_width_on_both_sides() {
        assert!(is_whole("-2147483648", 32));
        assert!(!is_whole("-2147483649", 32));
        assert!(!is_whole("2147483648", 32));
        assert!(is_whole("9223372036854775807", 64));
        assert!(!is_whole("9223372036854775808", 64));
        assert!(is_whole("-9223372036854775808", 64));
        assert!(!is_whole("1e99999999999999999999", 64));
        assert!(!is_whole("1e20", 64));
    }

    #[test]
    fn knows_numbers_and_plain_digits_as_text() {
        for text in ["0", "-1", "1.25", "1.679592510753E9", "1e+2"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["", "-", "01", "1.", ".5", "1e", "+1", "1 ", "0x1", "NaN", "१"] {
            assert!(!is_number(text), "{text}");
        }
        assert!(is_plain_integer("-12"));
        assert!(!is_plain_integer("+12"));
        assert!(!is_plain_integer("1.0"));
        assert!(!is_plain_integer("१२"));
    }

    #[test]
    fn knows_each_format_of_time_from_the_others() {
        let spellings = [
            (TimestampFormat::EpochSeconds, "1262304000.5"),
            (TimestampFormat::DateTime, "2010-01-01T00:00:00.5+02:00"),
            (TimestampFormat::HttpDate, "Fri, 01 Jan 2010 00:00:00 GMT"),
        ];
        for (format, _) in spellings {
            for (other, text) in spellings {
                assert_eq!(is_time(text, format), format == other, "{text} as {format:?}");
            }
        }
        assert!(!is_time("2010-13-01T00:00:00Z", TimestampFormat::DateTime));
        assert!(!is_time("2010-01-01", TimestampFormat::DateTime));
    }
}
