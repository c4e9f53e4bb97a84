//! Points in time as the wire spells them: seconds as a decimal number, also in
//! exponent form, RFC 3339, and the date of HTTP.
//!
//! A [`Moment`] keeps its spelling when it is moved. The arithmetic is done on
//! digits, since a float would lose the last ones.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use time::{Date, Month};

/// The longest text that is looked at.
const MAX_TEXT: usize = 64;

const SECONDS_A_DAY: i64 = 86_400;

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A point in time, with the way in which it was spelled.
///
/// ```
/// use retake::message::Moment;
///
/// let moment = Moment::parse("1.679592510753E9").unwrap();
/// assert_eq!(moment.moved(-417288510).unwrap().to_string(), "1.262304000753E9");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// Whole seconds since 1970, rounded down.
    seconds: i64,
    /// The digits of the rest of a second.
    fraction: String,
    spelling: Spelling,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Spelling {
    /// `1679592510.753`
    Plain,
    /// `1.679592510753E9`, with the letter and the plus sign that were there.
    Exponent { letter: char, plus: &'static str },
    /// `2023-03-23T18:28:30.753+01:00`
    Iso { separator: char, zone: String, offset: i64 },
    /// `Thu, 23 Mar 2023 18:28:30 GMT`
    Http,
}

impl Moment {
    /// Reads a point in time in any of the spellings; none if the text is something else.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_TEXT || !text.is_ascii() {
            return None;
        }
        decimal(text).or_else(|| iso(text)).or_else(|| http(text))
    }

    /// A number of this sign and these digits.
    fn of_parts(negative: bool, whole: &str, mut fraction: String, spelling: Spelling) -> Option<Self> {
        let mut seconds: i64 = whole.parse().ok()?;
        if negative {
            match complement(&fraction) {
                Some(rest) => (seconds, fraction) = (-seconds - 1, rest),
                None => seconds = -seconds,
            }
        }
        Some(Self { seconds, fraction, spelling })
    }

    /// Whole seconds since 1970, rounded down.
    pub fn seconds(&self) -> i64 {
        self.seconds
    }

    /// Whether it is spelled as a number.
    pub fn is_number(&self) -> bool {
        matches!(self.spelling, Spelling::Plain | Spelling::Exponent { .. })
    }

    /// The same spelling so many seconds later; none where the spelling cannot hold it.
    #[must_use]
    pub fn moved(mut self, seconds: i64) -> Option<Self> {
        self.seconds = self.seconds.checked_add(seconds)?;
        let fits = match &self.spelling {
            Spelling::Plain | Spelling::Exponent { .. } => true,
            Spelling::Iso { offset, .. } => civil(self.seconds + offset).is_some(),
            Spelling::Http => civil(self.seconds).is_some(),
        };
        fits.then_some(self)
    }

    /// Which of two is the earlier.
    pub fn compare(&self, other: &Self) -> Ordering {
        let fraction = |moment: &Self| moment.fraction.trim_end_matches('0').to_owned();
        self.seconds.cmp(&other.seconds).then_with(|| fraction(self).cmp(&fraction(other)))
    }

    /// The text of it.
    pub fn to_text(&self) -> String {
        match &self.spelling {
            Spelling::Plain => self.plain(),
            Spelling::Exponent { letter, plus } => self.exponential(*letter, plus),
            Spelling::Iso { .. } | Spelling::Http => self.to_string(),
        }
    }

    /// Sign, whole seconds and fraction digits as people write them.
    fn signed_parts(&self) -> (&'static str, u64, Cow<'_, str>) {
        let fraction = Cow::Borrowed(self.fraction.as_str());
        if self.seconds >= 0 {
            return ("", self.seconds.unsigned_abs(), fraction);
        }
        match complement(&self.fraction) {
            Some(fraction) => ("-", (self.seconds + 1).unsigned_abs(), Cow::Owned(fraction)),
            None => ("-", self.seconds.unsigned_abs(), fraction),
        }
    }

    /// `.753`, or nothing.
    fn dot_fraction(&self) -> String {
        if self.fraction.is_empty() { String::new() } else { format!(".{}", self.fraction) }
    }

    /// The spelling of a number.
    fn plain(&self) -> String {
        let (sign, whole, fraction) = self.signed_parts();
        let mut text = String::with_capacity(32);
        text.push_str(sign);
        text.push_str(&whole.to_string());
        if !fraction.is_empty() {
            text.push('.');
            text.push_str(&fraction);
        }
        text
    }

    /// One digit before the point; zeros at the end stay where they are parts of a second.
    fn exponential(&self, letter: char, plus: &str) -> String {
        let (sign, whole, fraction) = self.signed_parts();
        let mut text = String::with_capacity(32);
        text.push_str(sign);
        let first = text.len();
        text.push_str(&whole.to_string());
        let exponent = text.len() - first - 1;
        text.insert(first + 1, '.');
        text.push_str(&fraction);
        if fraction.is_empty() {
            text.truncate(text.trim_end_matches('0').trim_end_matches('.').len().max(first + 1));
        }
        text.push(letter);
        text.push_str(plus);
        push_number(exponent, &mut text);
        text
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const CHECKED: &str = "the range was checked when the moment was made";
        match &self.spelling {
            Spelling::Plain => f.write_str(&self.plain()),
            Spelling::Exponent { letter, plus } => f.write_str(&self.exponential(*letter, plus)),
            Spelling::Iso { separator, zone, offset } => {
                let (date, clock) = civil(self.seconds + offset).expect(CHECKED);
                let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
                write!(f, "{year:04}-{month:02}-{day:02}{separator}{clock}{}{zone}", self.dot_fraction())
            }
            Spelling::Http => {
                let (date, clock) = civil(self.seconds).expect(CHECKED);
                let weekday = WEEKDAYS[usize::from(date.weekday().number_days_from_monday())];
                let month = MONTHS[usize::from(u8::from(date.month())) - 1];
                write!(f, "{weekday}, {:02} {month} {:04} {clock} GMT", date.day(), date.year())
            }
        }
    }
}

/// A number of few digits.
fn push_number(number: usize, text: &mut String) {
    if number >= 10 {
        push_number(number / 10, text);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// The date in the years 0 to 9999, and the clock as `hh:mm:ss`.
fn civil(seconds: i64) -> Option<(Date, String)> {
    let epoch = Date::from_calendar_date(1970, Month::January, 1).ok()?.to_julian_day();
    let days = i32::try_from(seconds.div_euclid(SECONDS_A_DAY)).ok()?;
    let date = Date::from_julian_day(epoch.checked_add(days)?).ok().filter(|date| date.year() >= 0)?;
    let rest = seconds.rem_euclid(SECONDS_A_DAY);
    Some((date, format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60)))
}

/// Seconds since 1970 of a date and a clock.
fn seconds_of(date: Date, hours: u32, minutes: u32, seconds: u32) -> Option<i64> {
    let epoch = Date::from_calendar_date(1970, Month::January, 1).ok()?.to_julian_day();
    let is_clock = hours < 24 && minutes < 60 && seconds < 60;
    let days = i64::from(date.to_julian_day() - epoch);
    is_clock.then(|| days * SECONDS_A_DAY + i64::from(hours * 3600 + minutes * 60 + seconds))
}

/// One less these digits, behind the point; none if they are all zero.
fn complement(fraction: &str) -> Option<String> {
    let last = fraction.bytes().rposition(|digit| digit != b'0')?;
    let digits = fraction.bytes().enumerate().map(|(index, digit)| match index.cmp(&last) {
        Ordering::Less => char::from(b'0' + b'9' - digit),
        Ordering::Equal => char::from(b'0' + b':' - digit),
        Ordering::Greater => '0',
    });
    Some(digits.collect())
}

/// The parts of a number that is spelled as in JSON.
struct Number<'t> {
    negative: bool,
    whole: &'t str,
    fraction: &'t str,
    /// The letter, the plus sign and the digits with a minus sign.
    exponent: Option<(char, &'static str, &'t str)>,
}

impl<'t> Number<'t> {
    fn split(text: &'t str) -> Option<Self> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
            Some(at) => (&unsigned[..at], Some(&unsigned[at..])),
            None => (unsigned, None),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (mantissa, None),
        };
        let is_whole = is_digits(whole) && (whole == "0" || !whole.starts_with('0'));
        if !is_whole || fraction.is_some_and(|digits| !is_digits(digits)) {
            return None;
        }
        let exponent = match exponent {
            Some(exponent) => Some(split_exponent(exponent)?),
            None => None,
        };
        Some(Self { negative: unsigned.len() < text.len(), whole, fraction: fraction.unwrap_or_default(), exponent })
    }

    /// The exponent; a huge one is cut off.
    fn exponent(&self) -> i64 {
        let Some((_, _, digits)) = self.exponent else { return 0 };
        let huge = if digits.starts_with('-') { i64::from(i32::MIN) } else { i64::from(i32::MAX) };
        digits.parse::<i32>().map_or(huge, i64::from)
    }
}

fn split_exponent(text: &str) -> Option<(char, &'static str, &str)> {
    let letter = text.chars().next()?;
    let signed = &text[1..];
    let (plus, digits) = match signed.strip_prefix('+') {
        Some(digits) => ("+", digits),
        None => ("", signed),
    };
    let unsigned = if plus.is_empty() { digits.strip_prefix('-').unwrap_or(digits) } else { digits };
    is_digits(unsigned).then_some((letter, plus, digits))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn decimal(text: &str) -> Option<Moment> {
    let number = Number::split(text)?;
    if number.exponent.is_none() {
        return Moment::of_parts(number.negative, number.whole, number.fraction.to_owned(), Spelling::Plain);
    }
    let point = i64::try_from(number.whole.len()).ok()? + number.exponent();
    if !(-32..=18).contains(&point) {
        return None;
    }
    // The digits, and between them the point at its new place.
    let mut whole = String::with_capacity(MAX_TEXT);
    whole.push_str(number.whole);
    whole.push_str(number.fraction);
    let fraction = match usize::try_from(point) {
        Ok(point) if point > 0 => {
            whole.extend(std::iter::repeat_n('0', point.saturating_sub(whole.len())));
            whole.split_off(point)
        }
        _ => format!("{}{whole}", "0".repeat(usize::try_from(-point).ok()?)),
    };
    let whole = if point > 0 { whole.as_str() } else { "0" };
    let (letter, plus, _) = number.exponent?;
    Moment::of_parts(number.negative, whole, fraction, Spelling::Exponent { letter, plus })
}

fn iso(text: &str) -> Option<Moment> {
    let (date, rest) = text.split_at_checked(10)?;
    let mut parts = date.split('-');
    let year = two_or_four(parts.next()?, 4)?;
    let month = Month::try_from(u8::try_from(two_or_four(parts.next()?, 2)?).ok()?).ok()?;
    let day = u8::try_from(two_or_four(parts.next()?, 2)?).ok()?;
    let date = Date::from_calendar_date(i32::try_from(year).ok()?, month, day).ok()?;
    let separator = rest.chars().next().filter(|c| matches!(c, 'T' | 't' | ' '))?;
    let (clock, rest) = rest[1..].split_at_checked(8)?;
    let (hours, minutes, seconds) = clock_of(clock)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count()),
        None => ("", rest),
    };
    if fraction.is_empty() && rest.starts_with('.') {
        return None;
    }
    let offset = zone_of(zone)?;
    let seconds = seconds_of(date, hours, minutes, seconds)? - offset;
    Some(Moment {
        seconds,
        fraction: fraction.to_owned(),
        spelling: Spelling::Iso { separator, zone: zone.to_owned(), offset },
    })
}

fn two_or_four(digits: &str, length: usize) -> Option<u32> {
    (digits.len() == length && is_digits(digits)).then(|| digits.parse().ok())?
}

/// `18:28:30`
fn clock_of(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split(':');
    let clock = (two_or_four(parts.next()?, 2)?, two_or_four(parts.next()?, 2)?, two_or_four(parts.next()?, 2)?);
    parts.next().is_none().then_some(clock)
}

/// The seconds that a zone is ahead of UTC.
fn zone_of(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let sign = match zone.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let (hours, minutes) = zone[1..].split_once(':')?;
    let (hours, minutes) = (two_or_four(hours, 2)?, two_or_four(minutes, 2)?);
    (hours < 24 && minutes < 60).then(|| sign * i64::from(hours * 3600 + minutes * 60))
}

/// `Thu, 23 Mar 2023 18:28:30 GMT`, with the weekday of the date.
fn http(text: &str) -> Option<Moment> {
    let parts: Vec<&str> = text.split(' ').collect();
    let [weekday, day, month, year, clock, "GMT"] = parts[..] else { return None };
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let day = u8::try_from(two_or_four(day, 2)?).ok()?;
    let date = Date::from_calendar_date(i32::try_from(two_or_four(year, 4)?).ok()?, month, day).ok()?;
    if weekday.strip_suffix(',')? != WEEKDAYS[usize::from(date.weekday().number_days_from_monday())] {
        return None;
    }
    let (hours, minutes, seconds) = clock_of(clock)?;
    let seconds = seconds_of(date, hours, minutes, seconds)?;
    Some(Moment { seconds, fraction: String::new(), spelling: Spelling::Http })
}

#[cfg(test)]
mod tests;
