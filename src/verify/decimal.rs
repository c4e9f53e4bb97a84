//! Which of two JSON numbers is greater, exactly: a float would round what was recorded.

use std::cmp::Ordering;

/// Compares two numbers as JSON spells them; none if one is no number.
pub(super) fn compare(one: &str, other: &str) -> Option<Ordering> {
    let (one, other) = (Decimal::parse(one)?, Decimal::parse(other)?);
    Some(match (one.sign(), other.sign()) {
        (a, b) if a != b => a.cmp(&b),
        (-1, _) => other.magnitude(&one),
        _ => one.magnitude(&other),
    })
}

/// A number `0.digits × 10^exponent`, without leading or trailing zeros; zero has no digits.
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (number, exponent) = match text.split_once(['e', 'E']) {
            // An exponent beyond 64 bits is as good as the greatest.
            Some((number, exponent)) => (number, exponent.parse::<i128>().ok()?.clamp(-(1 << 40), 1 << 40) as i64),
            None => (text, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let leading = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.drain(..leading);
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        Some(Self { negative, digits, exponent: exponent + whole.len() as i64 - leading as i64 })
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        if self.digits.is_empty() || other.digits.is_empty() {
            return self.digits.len().cmp(&other.digits.len());
        }
        self.exponent.cmp(&other.exponent).then_with(|| self.digits.cmp(&other.digits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_numbers_by_value_whatever_their_spelling() {
        let cases = [
            ("1.679592510753E9", "1679592510.753", Ordering::Equal),
            ("1679592510.7530000001", "1679592510.753", Ordering::Greater),
            ("-1", "1", Ordering::Less),
            ("-2", "-10", Ordering::Greater),
            ("0", "-0.0e5", Ordering::Equal),
            ("9", "10", Ordering::Less),
            ("0.09", "0.1", Ordering::Less),
            ("1e400", "9e399", Ordering::Greater),
            ("1e-400", "0", Ordering::Greater),
        ];
        for (one, other, expected) in cases {
            assert_eq!(compare(one, other), Some(expected), "{one} {other}");
            assert_eq!(compare(other, one), Some(expected.reverse()), "{other} {one}");
        }
    }

    #[test]
    fn knows_what_is_no_number() {
        assert_eq!(compare("ten", "1"), None);
        assert_eq!(compare("", "1"), None);
    }
}
