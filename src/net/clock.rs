//! The time, as a parameter, and the two spellings of it that travel in headers.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

const AMZ: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");
const HTTP: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// Where the time comes from; tests bring their own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// The clock of this machine.
    pub fn system() -> Self {
        Self::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        })
    }

    /// A clock that stands still.
    pub fn fixed(seconds: i64) -> Self {
        Self::new(move || seconds)
    }

    /// A clock of one's own: seconds since 1970-01-01T00:00:00Z.
    pub fn new(now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn now(&self) -> i64 {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// Reads an `x-amz-date`, such as `20261123T182913Z`.
pub fn parse_amz_date(text: &str) -> Option<i64> {
    parse(text, AMZ)
}

/// Reads the date of a `Date` header, such as `Mon, 23 Nov 2026 18:29:13 GMT`.
pub fn parse_http_date(text: &str) -> Option<i64> {
    parse(text, HTTP)
}

fn parse(text: &str, format: &[BorrowedFormatItem<'_>]) -> Option<i64> {
    PrimitiveDateTime::parse(text, format).ok().map(|time| time.assume_utc().unix_timestamp())
}

/// Writes an `x-amz-date`; a time that no calendar has becomes the first of 1970.
pub fn amz_date(seconds: i64) -> String {
    OffsetDateTime::from_unix_timestamp(seconds)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .format(AMZ)
        .expect("a date of four-digit year has this form")
}

/// Writes a time for people, as RFC 3339 has it; a time that no calendar has becomes the first of 1970.
pub fn rfc3339(seconds: i64) -> String {
    OffsetDateTime::from_unix_timestamp(seconds)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .format(&Rfc3339)
        .expect("a date of four-digit year has this form")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        assert_eq!(parse_amz_date(&amz_date(1_795_458_553)), Some(1_795_458_553));
    }

    #[test]
    fn reads_both_spellings_of_one_moment() {
        assert_eq!(parse_amz_date("20261123T182913Z"), parse_http_date("Mon, 23 Nov 2026 18:29:13 GMT"));
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in ["", "20261123", "20261323T182913Z", "20261123T182913", " 20261123T182913Z", "2026-11-23T18:29:13Z"]
        {
            assert_eq!(parse_amz_date(text), None, "{text:?}");
        }
    }
}
