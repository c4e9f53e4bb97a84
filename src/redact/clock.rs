//! Times: all moved by one constant, so that what lies between them stays.
//!
//! A number that is no time (milliseconds, say) is not moved, since it would tell
//! the real one. It gets a number beyond all times that keeps its place in the
//! order of those.

use crate::message::Moment;
use crate::spec::exemplar::TIME_BASE;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// What is a time of somebody's: 1901 to 2242.
const REAL: std::ops::Range<i64> = -(1 << 31)..1 << 33;

/// What is a time after it was moved, in a journal or at a commit.
const MOVED: std::ops::Range<i64> = -(1 << 36)..1 << 36;

/// Where numbers that are no times begin, and where they end: far from all times, and never twelve digits.
const OUTSIZE: std::ops::Range<i64> = 1_000_000_000_000..9_000_000_000_000_000_000;

/// The session's clock.
#[derive(Default)]
pub(super) struct Clock {
    /// The constant; none until the first time was seen.
    shift: Option<i64>,
    /// The earliest second that was seen.
    earliest: Option<i64>,
    /// Numbers that are no times, with what stands for each.
    outsize: BTreeMap<Magnitude, i64>,
    /// Whether times were moved already.
    is_moved: bool,
}

impl Clock {
    /// The clock of a recording: the first time seen becomes 2010-01-01T00:00:00Z.
    pub(super) fn of_recording() -> Self {
        Self::default()
    }

    /// The clock that only looks at moved times.
    pub(super) fn of_survey() -> Self {
        Self { shift: Some(0), is_moved: true, ..Self::default() }
    }

    /// The clock of a commit, once a survey saw all times: the earliest becomes 2010-01-01T00:00:00Z.
    pub(super) fn of_commit(survey: Self) -> Self {
        let shift = survey.earliest.map_or(0, |earliest| TIME_BASE - earliest);
        let mut outsize = survey.outsize;
        let (mut above, mut below) = (OUTSIZE.start, -OUTSIZE.start);
        for (_, label) in outsize.range_mut(Magnitude::zero()..) {
            above += 1;
            *label = above;
        }
        for (_, label) in outsize.range_mut(..Magnitude::zero()).rev() {
            below -= 1;
            *label = below;
        }
        Self { shift: Some(shift), outsize, ..Self::of_survey() }
    }

    /// The seconds by which a time is moved at this commit.
    pub(super) fn shift(&self) -> i64 {
        self.shift.unwrap_or_default()
    }

    /// A time, moved; none if the text is no time.
    pub(super) fn moved(&mut self, text: &str) -> Option<String> {
        let moment = Moment::parse(text)?;
        let range = if self.is_moved { MOVED } else { REAL };
        if !range.contains(&moment.seconds()) {
            return None;
        }
        self.earliest = Some(self.earliest.map_or(moment.seconds(), |earliest| earliest.min(moment.seconds())));
        let shift = *self.shift.get_or_insert(TIME_BASE - moment.seconds());
        Some(moment.moved(shift)?.to_text())
    }

    /// What stands for a number that is no time; none if it is no number.
    pub(super) fn outsize(&mut self, number: &str) -> Option<String> {
        let magnitude = Magnitude::parse(number)?;
        if let Some(label) = self.outsize.get(&magnitude) {
            return Some(label.to_string());
        }
        let label = self.label(&magnitude);
        self.outsize.insert(magnitude, label);
        Some(label.to_string())
    }

    /// A number between those that stand for the neighbours.
    fn label(&self, magnitude: &Magnitude) -> i64 {
        let bounds = match magnitude.negative {
            false => OUTSIZE,
            true => -OUTSIZE.end..-OUTSIZE.start,
        };
        let lower = self.outsize.range(..magnitude).next_back().map_or(bounds.start, |(_, label)| *label);
        let upper = self.outsize.range(magnitude..).next().map_or(bounds.end, |(_, label)| *label);
        let (lower, upper) = (lower.max(bounds.start), upper.min(bounds.end));
        lower + (upper - lower) / 2
    }
}

/// A decimal number `0.digits × 10^exponent`, by its value.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Magnitude {
    negative: bool,
    exponent: i64,
    /// Without zeros at either end; empty for zero.
    digits: String,
}

impl Magnitude {
    fn zero() -> Self {
        Self { negative: false, exponent: 0, digits: String::new() }
    }

    fn parse(number: &str) -> Option<Self> {
        let unsigned = number.strip_prefix('-').unwrap_or(number);
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let huge = if exponent.starts_with('-') { i64::MIN / 4 } else { i64::MAX / 4 };
        let exponent = exponent.parse().unwrap_or(huge).clamp(i64::MIN / 4, i64::MAX / 4);
        let digits = all.trim_start_matches('0');
        if digits.is_empty() {
            return Some(Self::zero());
        }
        let point = whole.len() as i64 - (all.len() - digits.len()) as i64;
        Some(Self {
            negative: unsigned.len() < number.len(),
            exponent: exponent + point,
            digits: digits.trim_end_matches('0').to_owned(),
        })
    }

    fn compare_unsigned(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.exponent.cmp(&other.exponent).then_with(|| self.digits.cmp(&other.digits)),
        }
    }
}

impl Ord for Magnitude {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.compare_unsigned(other),
            (true, true) => other.compare_unsigned(self),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

impl PartialOrd for Magnitude {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_all_times_by_what_brings_the_first_to_the_base() {
        let mut clock = Clock::of_recording();

        assert_eq!(clock.moved("1.679592510753E9").unwrap(), "1.262304000753E9");
        assert_eq!(clock.moved("1679592500").unwrap(), "1262303990");
        assert_eq!(clock.moved("2023-03-23T17:28:31Z").unwrap(), "2010-01-01T00:00:01Z");
        assert_eq!(clock.moved("1679592510753"), None);
        assert_eq!(clock.moved("soon"), None);
    }

    #[test]
    fn brings_the_earliest_to_the_base_at_commit() {
        let mut survey = Clock::of_survey();
        for text in ["1262304000.5", "1262303990.25", "2010-01-01T00:00:01Z"] {
            survey.moved(text);
        }
        let mut clock = Clock::of_commit(survey);

        assert_eq!(clock.shift(), 10);
        assert_eq!(clock.moved("1262303990.25").unwrap(), "1262304000.25");
        assert_eq!(clock.moved("1262304000.5").unwrap(), "1262304010.5");
    }

    #[test]
    fn keeps_the_order_of_numbers_that_are_no_times_and_ranks_them_at_commit() {
        let numbers =
            ["1679592510753", "1e400", "-3e10", "1679592510752", "1e399", "-1e99999999999999999999999", "9e11"];
        let mut recording = Clock::of_recording();
        let stored: Vec<String> = numbers.iter().map(|number| recording.outsize(number).unwrap()).collect();
        let rank = |labels: &[String]| -> Vec<usize> {
            let values: Vec<i64> = labels.iter().map(|label| label.parse().unwrap()).collect();
            values.iter().map(|value| values.iter().filter(|other| *other < value).count()).collect()
        };

        let mut survey = Clock::of_survey();
        for label in &stored {
            assert!(survey.moved(label).is_none(), "{label} must not look like a time");
            survey.outsize(label);
        }
        let mut commit = Clock::of_commit(survey);
        let committed: Vec<String> = stored.iter().map(|label| commit.outsize(label).unwrap()).collect();

        assert_eq!(rank(&stored), [4, 6, 1, 3, 5, 0, 2]);
        assert_eq!(rank(&committed), rank(&stored));
        assert_eq!(committed[6], "1000000000001");
        assert_eq!(recording.outsize("16795925107530e-1").unwrap(), stored[0]);
    }
}
