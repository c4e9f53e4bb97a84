//! Choices made from a list of numbers: what proptest shrinks, and what a builder reads.
//! When the list is used up every choice is the first one, which is the plain one.

/// A list of numbers, read once.
pub(super) struct Dice<'d> {
    numbers: std::slice::Iter<'d, u16>,
}

impl<'d> Dice<'d> {
    pub(super) fn new(numbers: &'d [u16]) -> Self {
        Self { numbers: numbers.iter() }
    }

    /// A number below the bound.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let number = self.numbers.next().copied().unwrap_or(0);
        usize::from(number) % bound.max(1)
    }

    /// Whether something happens that happens once in so many times.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    pub(super) fn pick<'p, T: ?Sized>(&mut self, values: &[&'p T]) -> &'p T {
        values[self.below(values.len())]
    }
}
