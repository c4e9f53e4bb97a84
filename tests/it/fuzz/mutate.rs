//! Mutations of seeds, by numbers that follow from one: the same number makes the same inputs.

/// The longest input that a mutation makes.
const LONGEST: usize = 64 << 10;

/// Numbers that look like chance (SplitMix64).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn of(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below the bound, which is not 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).unwrap_or_default()
    }

    /// A range of a text of that length, short ones more often.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        let most = 1 << self.below(10);
        start..(start + self.below(most + 1)).min(length)
    }
}

/// A seed, changed in one to eight ways.
pub(super) fn mutate(chance: &mut Chance, seeds: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let mut data = seeds[chance.below(seeds.len())].clone();
    for _ in 0..=chance.below(8) {
        change(chance, &mut data, seeds, words);
    }
    data.truncate(LONGEST);
    data
}

fn change(chance: &mut Chance, data: &mut Vec<u8>, seeds: &[Vec<u8>], words: &[&str]) {
    const BYTES: [u8; 12] = [0, 1, 0x7f, 0x80, 0xff, b'\n', b'"', b'\\', b'%', b'/', b'{', b' '];
    let length = data.len();
    let at = chance.below(length + 1);
    match chance.below(9) {
        0 if length > 0 => data[at.min(length - 1)] ^= 1 << chance.below(8),
        1 if length > 0 => data[at.min(length - 1)] = BYTES[chance.below(BYTES.len())],
        2 => data.insert(at, BYTES[chance.below(BYTES.len())]),
        3 => drop(data.drain(chance.range(length))),
        4 => {
            let part = data[chance.range(length)].to_vec();
            data.splice(at..at, part);
        }
        5 if !words.is_empty() => {
            let word = words[chance.below(words.len())].as_bytes();
            let end = (at + chance.below(word.len() + 1)).min(length);
            data.splice(at..end, word.iter().copied());
        }
        6 => {
            let other = &seeds[chance.below(seeds.len())];
            let part = other[chance.range(other.len())].to_vec();
            data.splice(at..at, part);
        }
        7 => data.truncate(at),
        _ if length > 0 => data[at.min(length - 1)] = u8::try_from(chance.below(256)).unwrap_or_default(),
        _ => {}
    }
}

#[test]
fn the_same_number_makes_the_same_inputs_and_another_one_others() {
    let seeds = [b"one seed".to_vec(), b"another".to_vec()];
    let made = |seed| -> Vec<Vec<u8>> {
        let mut chance = Chance::of(seed);
        (0..100).map(|_| mutate(&mut chance, &seeds, &["word"])).collect()
    };

    assert_eq!(made(7), made(7));
    assert_ne!(made(7), made(8));
    assert!(made(7).iter().filter(|data| !seeds.contains(data)).count() > 90);
}
