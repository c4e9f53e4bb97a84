//! What of the specs some evidence has shown, and how often: errors, enum values, members, shapes of listings.
//!
//! All that a spec has is in here from the beginning, with a zero: so what was not shown can be told, and what was is a
//! part of a whole. How it is counted is `verify`'s business, how it is told `report`'s.

use std::collections::BTreeMap;

/// How often each of these was shown, by name.
pub type Counts = BTreeMap<String, u64>;

/// What of the specs was shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The modelled errors.
    pub errors: Counts,
    /// The modelled values of each enum, by its name.
    pub enums: BTreeMap<String, Counts>,
    /// The members: `Operation.input.key`, `Operation.output.key`, `Type.key`.
    pub members: Counts,
    /// The shapes of listings, where an operation pages.
    pub pages: Option<Pages>,
}

/// How often each shape of a listing was shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pages {
    /// Whole listings without an item.
    pub zero: u64,
    /// Whole listings of one page.
    pub one: u64,
    /// Listings of which several pages came.
    pub many: u64,
}

/// A part of a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// How many were shown.
    pub shown: u64,
    /// How many there are.
    pub of: u64,
}

impl Coverage {
    /// Whether there is nothing that could be shown.
    pub fn is_empty(&self) -> bool {
        self.share().of == 0
    }

    /// Adds what other evidence has shown.
    pub fn merge(&mut self, other: Self) {
        add(&mut self.errors, other.errors);
        for (name, values) in other.enums {
            add(self.enums.entry(name).or_default(), values);
        }
        add(&mut self.members, other.members);
        if let Some(theirs) = other.pages {
            self.pages.get_or_insert_default().add(theirs);
        }
    }

    /// All of it, as a part of the specs.
    pub fn share(&self) -> Share {
        let pages = self.pages.map(|pages| pages.share()).unwrap_or_default();
        [Share::of(&self.errors), self.enum_values(), Share::of(&self.members), pages].into_iter().sum()
    }

    /// The values of all enums.
    pub fn enum_values(&self) -> Share {
        self.enums.values().map(Share::of).sum()
    }
}

impl Pages {
    /// The shapes with their names, in order.
    pub fn named(self) -> [(&'static str, u64); 3] {
        [("zero", self.zero), ("one", self.one), ("many", self.many)]
    }

    /// How many of the shapes were shown.
    pub fn share(self) -> Share {
        self.named().into_iter().map(|(_, count)| Share::of_one(count)).sum()
    }

    fn add(&mut self, other: Self) {
        self.zero += other.zero;
        self.one += other.one;
        self.many += other.many;
    }
}

impl Share {
    /// How many of these were shown.
    pub fn of(counts: &Counts) -> Self {
        counts.values().copied().map(Self::of_one).sum()
    }

    fn of_one(count: u64) -> Self {
        Self { shown: u64::from(count > 0), of: 1 }
    }

    /// The percentage, rounded down, so that only all of it is 100; none of nothing.
    pub fn percent(self) -> Option<u64> {
        (self.shown * 100).checked_div(self.of)
    }

    /// Whether it is less than a percentage. Nothing is less than none: that it is no evidence is told elsewhere.
    pub fn is_under(self, percent: u8) -> bool {
        self.shown * 100 < self.of * u64::from(percent)
    }
}

impl std::iter::Sum for Share {
    fn sum<I: Iterator<Item = Self>>(shares: I) -> Self {
        shares.fold(Self::default(), |sum, one| Self { shown: sum.shown + one.shown, of: sum.of + one.of })
    }
}

fn add(mine: &mut Counts, theirs: Counts) {
    for (name, count) in theirs {
        *mine.entry(name).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(counts: &[(&str, u64)]) -> Counts {
        counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    }

    fn coverage(shown: u64) -> Coverage {
        Coverage {
            errors: counts(&[("Gone", shown), ("Slow", 0)]),
            enums: BTreeMap::from([("State".to_owned(), counts(&[("OPEN", 0), ("SHUT", 2)]))]),
            members: counts(&[("Book.title", 5)]),
            pages: Some(Pages { zero: 0, one: shown, many: 1 }),
        }
    }

    #[test]
    fn adds_counts_and_keeps_what_was_never_shown() {
        let mut whole = Coverage::default();
        whole.merge(coverage(0));
        whole.merge(coverage(3));
        whole.merge(Coverage { errors: counts(&[("Other", 0)]), ..Coverage::default() });

        assert_eq!(whole.errors, counts(&[("Gone", 3), ("Other", 0), ("Slow", 0)]));
        assert_eq!(whole.enums["State"], counts(&[("OPEN", 0), ("SHUT", 4)]));
        assert_eq!(whole.members, counts(&[("Book.title", 10)]));
        assert_eq!(whole.pages, Some(Pages { zero: 0, one: 3, many: 2 }));
    }

    #[test]
    fn is_a_part_of_all_that_could_be_shown() {
        assert_eq!(coverage(0).share(), Share { shown: 3, of: 8 });
        assert_eq!(coverage(1).share(), Share { shown: 5, of: 8 });
        assert_eq!(coverage(9).share(), coverage(1).share(), "how often does not count");
    }

    #[test]
    fn a_percentage_is_never_rounded_up() {
        let share = Share { shown: 199, of: 200 };

        assert_eq!(share.percent(), Some(99));
        assert!(share.is_under(100) && !share.is_under(99));
        assert!(!Share { shown: 200, of: 200 }.is_under(100));
        assert!(!Share { shown: 0, of: 9 }.is_under(0));
    }

    #[test]
    fn nothing_to_show_is_no_percentage_and_under_none() {
        assert!(Coverage::default().is_empty());
        assert_eq!(Coverage::default().share().percent(), None);
        assert!(!Coverage::default().share().is_under(100));
    }
}
