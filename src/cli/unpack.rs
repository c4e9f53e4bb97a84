//! Unpacking gzip from outside: no further than a file of its kind can be, and not at all where little becomes much.

use crate::diagnostic::Diagnostic;
use flate2::bufread::GzDecoder;
use std::io::Read;

/// How much is unpacked at a time; by so much the limits may be overstepped before it is seen.
const STEP: usize = 16 * 1024;

/// How far is unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// Bytes that may come out.
    pub(super) bytes: u64,
    /// Bytes that may come out whatever went in.
    pub(super) free: u64,
    /// Beyond these, bytes that may come out of each that went in.
    pub(super) ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 64 << 20, free: 1 << 20, ratio: 100 }
    }
}

/// Why no more was unpacked.
#[derive(Debug)]
pub(super) struct Stopped {
    /// How many bytes came out.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests count the work that a bomb makes"))]
    unpacked: u64,
    /// Why no more did.
    pub(super) why: Diagnostic,
}

/// Unpacks gzip.
pub(super) fn unpack(packed: &[u8], limits: Limits) -> Result<Vec<u8>, Stopped> {
    let mut decoder = GzDecoder::new(packed);
    let mut bytes = Vec::new();
    let mut step = vec![0; STEP];
    loop {
        let read = decoder.read(&mut step);
        let unpacked = (bytes.len() + *read.as_ref().unwrap_or(&0)) as u64;
        let stopped = |why| Stopped { unpacked, why };
        match read {
            Err(error) => return Err(stopped(Diagnostic::new(format!("cannot read the file: {error}")))),
            Ok(0) => return Ok(bytes),
            Ok(count) => {
                let taken = (packed.len() - decoder.get_ref().len()) as u64;
                check(unpacked, taken, limits).map_err(stopped)?;
                bytes.extend_from_slice(&step[..count]);
            }
        }
    }
}

fn check(unpacked: u64, taken: u64, limits: Limits) -> Result<(), Diagnostic> {
    let Limits { bytes, free, ratio } = limits;
    if unpacked > bytes {
        return Err(Diagnostic::new("the file is too large").expected(format!("at most {bytes} bytes, unpacked")));
    }
    if unpacked > free && unpacked > taken.saturating_mul(ratio) {
        return Err(Diagnostic::new("the file is packed too well to be what it should be")
            .expected(format!("at most {ratio} bytes of each, after the first {free}"))
            .found(format!("{unpacked} bytes of {taken}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compress, Compression, FlushCompress, GzBuilder};
    use std::io::Write;

    /// Bytes that hardly pack.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        std::iter::repeat_with(next).take(length).collect()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzBuilder::new().write(Vec::new(), Compression::fast());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    /// A thousand million zeros: one packed block of a million, again and again.
    fn bomb() -> Vec<u8> {
        let mut block = Vec::with_capacity(1 << 20);
        let mut packer = Compress::new(Compression::best(), false);
        packer.compress_vec(&vec![0; 1 << 20], &mut block, FlushCompress::Full).unwrap();
        let mut bomb = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
        (0..1000).for_each(|_| bomb.extend_from_slice(&block));
        bomb
    }

    #[test]
    fn a_bomb_is_refused_after_a_million_bytes_of_a_thousand_million() {
        let bomb = bomb();
        assert!(bomb.len() < 2 << 20, "{}", bomb.len());

        let stopped = unpack(&bomb, Limits::default()).unwrap_err();

        let limits = Limits::default();
        assert!(
            stopped.unpacked > limits.free && stopped.unpacked <= limits.free + STEP as u64,
            "{}",
            stopped.unpacked
        );
        assert!(stopped.why.to_string().contains("packed too well"), "{}", stopped.why);
    }

    #[test]
    fn without_the_ratio_it_unpacks_to_the_limit_of_bytes_and_without_that_further() {
        let bomb = bomb();
        let to = |bytes| unpack(&bomb, Limits { ratio: u64::MAX, bytes, ..Limits::default() }).unwrap_err().unpacked;

        assert!((4 << 20..(4 << 20) + STEP as u64 + 1).contains(&to(4 << 20)), "{}", to(4 << 20));
        assert!(to(8 << 20) > 8 << 20, "{}", to(8 << 20));
    }

    #[test]
    fn unpacks_to_each_limit_and_no_byte_further() {
        let (plain, zeros) = (noise(3000), vec![0; 30_000]);
        let limits = |bytes, free| Limits { bytes, free, ratio: 100 };
        for (bytes, free, good) in [(3001, 0, true), (3000, 0, true), (2999, 0, false)] {
            assert_eq!(unpack(&gzip(&plain), limits(bytes, free)).is_ok(), good, "{bytes}");
        }
        for (free, good) in [(30_001, true), (30_000, true), (29_999, false)] {
            assert_eq!(unpack(&gzip(&zeros), limits(99_999, free)).is_ok(), good, "{free}");
        }
        for (taken, unpacked, good) in [(10, 999, true), (10, 1000, true), (10, 1001, false)] {
            assert_eq!(check(unpacked, taken, limits(9999, 0)).is_ok(), good, "{unpacked}");
        }
        assert_eq!(unpack(&gzip(&plain), Limits::default()).unwrap(), plain);
        assert_eq!(Limits::default(), Limits { bytes: 64 * 1024 * 1024, free: 1024 * 1024, ratio: 100 });
    }

    #[test]
    fn says_what_cannot_be_unpacked() {
        let whole = gzip(b"{}");
        for broken in [&whole[..8], &whole[..whole.len() - 1], b"\x1f\x8bxxxxxxxxxxxx"] {
            assert!(unpack(broken, Limits::default()).unwrap_err().why.to_string().contains("cannot read the file"));
        }
    }
}
